//! All read models together, at one position of the log: what is read at once is consistent.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

use care_path::directory::Directory;
use care_path::event::Event;
use care_path::path::identity::IdentityEvent;
use care_path::path::tasks::{Task, match_review};
use care_path::path::timers::Timer;
use care_path::time::DateTime;
use care_path::{EventId, PersonId};

use super::agenda::Agenda;
use super::case::{Case, Entry};
use super::index::Index;
use super::map::Map;
use super::matches::Matches;
use super::trail::Trail;
use super::worklist::Worklist;
use crate::event_log::Position;
use crate::history::{Answer, Happened, Heading, KeyDigest, Stream};
use crate::settings::Settings;

/// The read models.
pub struct World {
    pub(super) position: Position,
    landmark: Option<Landmark>,
    pub(super) cases: Map<PersonId, Box<Case>>,
    /// The case of each person that is not the first of its own.
    pub(super) case_of: Map<PersonId, PersonId>,
    pub(super) revisions: Map<PersonId, u64>,
    pub(super) answers: Map<KeyDigest, Answer>,
    pub(super) index: Index,
    pub(super) worklist: Worklist,
    pub(super) matches: Matches,
    /// Cases that were there at the start and are still to be compared with others.
    pub(super) uncompared: Vec<PersonId>,
    trail: Trail,
    /// When what waits on a case changes by time alone.
    pub(super) changes: Agenda,
    /// When Baken does something on a case by itself.
    pub(super) due: Agenda,
    /// The latest moment as of which it was looked at what waits.
    pub(super) looked_at: Option<DateTime>,
    pub(super) settled: bool,
    settings: Arc<Settings>,
}

/// The last event about a person that was read: by it is known whether a log is still the one that it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landmark {
    pub person: PersonId,
    pub revision: u64,
    pub event: EventId,
}

/// What waits on a case, and when that changes by itself.
struct Waiting {
    /// What follows from its path.
    open_tasks: Vec<Task>,
    /// What follows from its likeness to others.
    reviews: Vec<Task>,
    /// When what waits changes by time alone.
    changes: Option<DateTime>,
    /// When Baken does something by itself.
    due: Option<DateTime>,
}

impl World {
    /// Before the first event.
    #[must_use]
    pub fn new(settings: Arc<Settings>) -> Self {
        Self {
            position: Position::START,
            landmark: None,
            cases: Map::default(),
            case_of: Map::default(),
            revisions: Map::default(),
            answers: Map::default(),
            index: Index::default(),
            worklist: Worklist::default(),
            matches: Matches::default(),
            uncompared: Vec::new(),
            trail: Trail::default(),
            changes: Agenda::default(),
            due: Agenda::default(),
            looked_at: None,
            settled: false,
            settings,
        }
    }

    /// The position that it has reached.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// By what it is known that the log is still the one that was read.
    pub(super) fn landmark(&self) -> Option<Landmark> {
        self.landmark
    }

    /// How many cases there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The organisations that take part.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.settings.directory
    }

    /// The case that a person belongs to.
    #[must_use]
    pub fn case(&self, person: PersonId) -> Option<&Case> {
        self.cases.get(self.case_of.get(&person).unwrap_or(&person)).map(|case| &**case)
    }

    /// The last revision of a person's own stream.
    #[must_use]
    pub fn revision(&self, person: PersonId) -> Option<u64> {
        self.revisions.get(&person).copied()
    }

    /// What a request of this key was answered.
    #[must_use]
    pub fn answer(&self, key: KeyDigest) -> Option<&Answer> {
        self.answers.get(&key)
    }

    /// The indexes.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What waits, by whom it waits for.
    #[must_use]
    pub fn worklist(&self) -> &Worklist {
        &self.worklist
    }

    /// Who may be the same human being.
    #[must_use]
    pub fn matches(&self) -> &Matches {
        &self.matches
    }

    /// Whose event stands where in the log.
    #[must_use]
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    /// When what waits on a case changes by time alone.
    #[must_use]
    pub fn changes(&self) -> &Agenda {
        &self.changes
    }

    /// When Baken does something on a case by itself.
    #[must_use]
    pub fn due(&self) -> &Agenda {
        &self.due
    }

    /// What Baken does by itself on a case, due first.
    #[must_use]
    pub fn timers(&self, case: PersonId) -> Vec<Timer> {
        let timers = |case: &Box<Case>| case.path.timers(self.settings.deadlines.of_case(&case.path), self.directory());
        self.cases.get(&case).map(timers).unwrap_or_default()
    }

    /// What follows from a case's path as of a time: as it was derived last, unless it has changed by time alone since.
    #[must_use]
    pub fn open_tasks(&self, case: &Case, now: DateTime) -> Arc<[Task]> {
        let changed = self.changes.of(case.id()).is_some_and(|changes| changes <= now);
        match self.worklist.open_tasks(case.id()) {
            Some(tasks) if !changed => {
                debug_assert_eq!(**tasks, *self.derived_tasks(case, now), "only what time changes is derived again");
                tasks.clone()
            }
            _ => self.derived_tasks(case, now).into(),
        }
    }

    fn derived_tasks(&self, case: &Case, now: DateTime) -> Vec<Task> {
        case.path.open_tasks(now, self.settings.deadlines.of_case(&case.path), self.directory())
    }

    /// Looks again at what waits on some cases: some of it comes and goes with time alone.
    pub fn look_again(&mut self, cases: &[PersonId], now: DateTime) {
        for id in cases {
            self.looked_at = self.looked_at.max(Some(now));
            if let Some(waiting) = self.waiting(*id, now) {
                self.put_waiting(*id, waiting);
            }
        }
    }

    /// What waits on a case, and when that changes by itself.
    fn waiting(&self, id: PersonId, now: DateTime) -> Option<Waiting> {
        let case = self.cases.get(&id)?;
        let (deadlines, directory) = (self.settings.deadlines.of_case(&case.path), &self.settings.directory);
        let open_tasks = case.path.open_tasks(now, deadlines, directory);
        let alike = self.matches.to_review(id);
        let reviews = alike.map(|(traits, other, likeness)| match_review(traits, likeness, other, deadlines)).collect();
        let changes = case.path.changes_by_itself(now, deadlines);
        let due = case.path.timers(deadlines, directory).first().map(|timer| timer.due);
        Some(Waiting { open_tasks, reviews, changes, due })
    }

    /// What follows from the paths of the cases that time alone has changed since they were looked at, and when they change
    /// next.
    pub(super) fn aged(&self, now: DateTime) -> Map<PersonId, (Vec<Task>, Option<DateTime>)> {
        let derive = |case: &Box<Case>| {
            let (path, deadlines) = (&case.path, self.settings.deadlines.of_case(&case.path));
            (path.open_tasks(now, deadlines, self.directory()), path.changes_by_itself(now, deadlines))
        };
        let changed = self.changes.until(now, usize::MAX).into_iter();
        changed.filter_map(|id| self.cases.get(&id).map(|case| (id, derive(case)))).collect()
    }

    fn put_waiting(&mut self, id: PersonId, waiting: Waiting) {
        self.worklist.put(id, waiting.open_tasks, &waiting.reviews, self.position);
        self.changes.put(id, waiting.changes);
        self.due.put(id, waiting.due);
    }

    /// Takes in one more event of the log.
    pub fn apply(&mut self, happened: Happened) {
        self.note(&happened.heading());
        let Stream::Person(person) = happened.stream else { return };
        let case_id = *self.case_of.get(&person).unwrap_or(&person);
        let relinks = matches!(
            happened.event,
            Event::Identity(IdentityEvent::PersonsLinked { .. } | IdentityEvent::PersonsUnlinked { .. })
        );
        let now = happened.stamp.recorded_at;
        let entry = Entry { stamp: happened.stamp, event: happened.event, position: happened.position };
        self.cases.entry(case_id).or_insert_with(|| Box::new(Case::new(person))).take_in(entry);
        if relinks {
            self.relink(case_id, person, now);
        } else {
            self.put_into_indexes(case_id, now);
        }
    }

    /// Takes in what is known of an event without reading it.
    fn note(&mut self, heading: &Heading) {
        self.position = heading.position;
        self.remember_answer(heading);
        if let Stream::Person(person) = heading.stream {
            self.landmark = Some(Landmark { person, revision: heading.revision, event: heading.event_id });
            self.revisions.insert(person, heading.revision);
            self.trail.push(heading.position, person);
        }
    }

    /// Compares some more of the cases that were there at the start with others, and says whether there are any left.
    /// Nobody waits for it: suggestions come in by and by.
    pub(super) fn compare_some(&mut self, most: usize, now: DateTime) -> bool {
        let some = self.uncompared.split_off(self.uncompared.len().saturating_sub(most));
        for id in some.into_iter().rev() {
            if let Some(case) = self.cases.get(&id) {
                let mut changed = self.matches.put(id, &case.members, &case.path);
                if !changed.is_empty() {
                    changed.insert(id);
                    self.look_again(&changed.into_iter().collect::<Vec<_>>(), now);
                }
            }
        }
        !self.uncompared.is_empty()
    }

    fn put_into_indexes(&mut self, case_id: PersonId, now: DateTime) {
        if let Some(case) = self.cases.get(&case_id).filter(|_| self.settled) {
            self.index.put(case_id, &case.path);
            let mut changed = self.matches.put(case_id, &case.members, &case.path);
            changed.insert(case_id);
            self.look_again(&changed.into_iter().collect::<Vec<_>>(), now);
        }
    }

    /// The whole log was read: from here on the indexes and the worklist are kept with every event. While the read
    /// models are rebuilt, deriving them after each event would be thrown away with the next.
    pub fn settle(&mut self, now: DateTime) {
        if self.settled {
            return;
        }
        self.settled = true;
        self.looked_at = self.looked_at.max(Some(now));
        self.worklist.begin(self.position);
        // In the order in which they came into view, as they were compared when they did; the last is taken first.
        let mut cases: Vec<_> = self.cases.iter().map(|(id, case)| (case.path.opened_at(), *id)).collect();
        cases.sort_unstable_by(|one, other| other.cmp(one));
        let cases: Vec<_> = cases.into_iter().map(|(_, id)| id).collect();
        for (id, case) in &self.cases {
            self.index.put(*id, &case.path);
        }
        for (id, waiting) in self.all_waiting(&cases, now) {
            self.put_waiting(id, waiting);
        }
        self.uncompared = cases;
    }

    /// What waits on many cases, worked out on all of the machine's cores.
    fn all_waiting(&self, all: &[PersonId], now: DateTime) -> Vec<(PersonId, Waiting)> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let derive =
            |ids: &[PersonId]| -> Vec<_> { ids.iter().filter_map(|id| Some((*id, self.waiting(*id, now)?))).collect() };
        std::thread::scope(|scope| {
            let parts = all.chunks(all.len().div_ceil(cores).max(1));
            let parts: Vec<_> = parts.map(|ids| scope.spawn(move || derive(ids))).collect();
            let derived = parts.into_iter().map(std::thread::ScopedJoinHandle::join);
            derived.flat_map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    }

    /// Moves on past events that change no read model.
    pub fn pass(&mut self, position: Position) {
        self.position = self.position.max(position);
    }

    /// The answer to a request is told by the events that it made.
    fn remember_answer(&mut self, heading: &Heading) {
        let Some(idempotency) = heading.idempotency else { return };
        let person_id = heading.stream.person();
        let Heading { event_id, revision, position, .. } = *heading;
        match self.answers.entry(idempotency.key) {
            Occupied(answer) => {
                let answer = answer.into_mut();
                answer.event_ids.push(event_id);
                (answer.revision, answer.position) = (revision, position);
            }
            Vacant(place) => {
                let event_ids = vec![event_id];
                place.insert(Answer { body: idempotency.body, person_id, event_ids, revision, position });
            }
        }
    }

    /// A link was made or undone: the cases that it touches are taken apart and put together anew.
    fn relink(&mut self, case_id: PersonId, person: PersonId, now: DateTime) {
        let mut touched = BTreeSet::from([case_id]);
        let links = self.cases.get(&case_id).into_iter().flat_map(|case| case.path.linked_with());
        touched.extend(links.map(|other| *self.case_of.get(&other).unwrap_or(&other)));
        let mut pieces = Vec::new();
        for id in &touched {
            let alike = self.matches.remove(*id);
            self.look_again(&alike.into_iter().collect::<Vec<_>>(), now);
            self.index.remove(*id);
            self.worklist.remove(*id, self.position);
            self.changes.put(*id, None);
            self.due.put(*id, None);
            if let Some(case) = self.cases.remove(id) {
                for member in &case.members {
                    self.case_of.remove(member);
                    pieces.push(case.part(std::slice::from_ref(member)));
                }
            }
        }
        // Pieces that a link of either side joins are one case.
        while let Some(mut seed) = pieces.pop() {
            while let Some(next) = pieces.iter().position(|piece| joins(&seed, piece)) {
                seed = Case::joined(vec![seed, pieces.swap_remove(next)]);
            }
            self.put(seed, now);
        }
        debug_assert!(self.case(person).is_some(), "every person keeps a case");
    }

    fn put(&mut self, case: Case, now: DateTime) {
        let id = case.id();
        for member in case.members.iter().filter(|member| **member != id) {
            self.case_of.insert(*member, id);
        }
        self.cases.insert(id, Box::new(case));
        self.put_into_indexes(id, now);
    }
}

fn joins(one: &Case, other: &Case) -> bool {
    one.path.linked_with().any(|person| other.members.contains(&person))
        || other.path.linked_with().any(|person| one.members.contains(&person))
}

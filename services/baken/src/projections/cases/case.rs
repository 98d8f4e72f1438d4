//! A case: the person, or the linked persons, whose events are folded as one path.

use std::collections::BTreeSet;
use std::sync::Arc;

use care_path::event::{Event, EventKind};
use care_path::path::relations::Statements;
use care_path::{CarePath, PersonId, Stamp};

use crate::event_log::Position;
use crate::projections::aside::SetAside;

/// An event of a case, in the order of the log.
#[derive(Clone, Hash)]
pub struct Entry {
    pub stamp: Arc<Stamp>,
    pub event: Event,
    pub position: Position,
    /// It stands on the record of another person, whom it names with this one: a link, or its undoing.
    pub turned: bool,
}

impl Entry {
    #[must_use]
    pub fn new(stamp: Arc<Stamp>, event: Event, position: Position) -> Self {
        Self { stamp, event, position, turned: false }
    }

    /// Whom it says to be the same human being, or to be another one after all.
    #[must_use]
    pub fn links(&self) -> Option<PersonId> {
        let Event::Identity(event) = &self.event else { return None };
        event.links()
    }

    /// The same, told on the record of whom it names.
    fn turned_to(&self, person: PersonId) -> Option<Self> {
        let Event::Identity(event) = &self.event else { return None };
        let of = self.stamp.person_id;
        let event = event.turned(of).filter(|_| event.links() == Some(person) && of != person)?.into();
        let stamp = Arc::new(Stamp { person_id: person, ..(*self.stamp).clone() });
        Some(Self { stamp, event, position: self.position, turned: true })
    }
}

/// A row of the read models: the path of one human being, as far as is known. It cannot be serialised; a view of it is
/// made by the policy alone.
#[derive(Clone, Hash)]
pub struct Case {
    /// Whose streams it is folded from; the first that was seen comes first and names the case.
    pub members: Vec<PersonId>,
    pub path: CarePath,
    pub history: Vec<Entry>,
    /// What was recorded and could not be taken in.
    pub set_aside: BTreeSet<SetAside>,
}

impl Case {
    pub(super) fn new(person: PersonId) -> Self {
        Self::folded(vec![person], Vec::new(), BTreeSet::new(), Statements::default())
    }

    /// The id that names the case.
    #[must_use]
    pub fn id(&self) -> PersonId {
        self.members[0]
    }

    /// Whether several persons were found to be one.
    #[must_use]
    pub fn is_linked(&self) -> bool {
        self.members.len() > 1
    }

    /// Whether it was linked with another that it is not any more.
    #[must_use]
    pub fn was_linked(&self) -> bool {
        self.history.iter().any(|entry| entry.event.kind() == EventKind::PersonsUnlinked)
    }

    /// What happened, in the order of the log.
    #[must_use]
    pub fn told(&self) -> impl DoubleEndedIterator<Item = (&Stamp, &Event)> {
        self.history.iter().map(|entry| (&*entry.stamp, &entry.event))
    }

    /// The event at a position, if it is one of this case.
    #[must_use]
    pub fn at(&self, position: Position) -> Option<&Entry> {
        let found = self.history.binary_search_by_key(&position, |entry| entry.position);
        found.ok().map(|index| &self.history[index])
    }

    /// The events after a position.
    #[must_use]
    pub fn since(&self, position: Position) -> &[Entry] {
        let first = self.history.partition_point(|entry| entry.position <= position);
        &self.history[first..]
    }

    pub(crate) fn take_in(&mut self, entry: Entry) {
        #[cfg(test)]
        crate::projections::At::Fold.panic_at(entry.stamp.event_id);
        if entry.event.kind() == EventKind::SubjectErased {
            return self.erase(entry);
        }
        let last = self.path.take_in(&entry.stamp, &entry.event);
        self.history.push(entry);
        if !last {
            self.refold();
        }
    }

    /// A person was erased: what was recorded of them is from here on what can be read without their keys.
    fn erase(&mut self, erased: Entry) {
        let person = erased.stamp.person_id;
        self.history.retain_mut(|entry| {
            if entry.stamp.person_id != person {
                return true;
            }
            let Ok(event) = entry.event.erased() else {
                self.set_aside.insert(SetAside::of(entry));
                return false;
            };
            entry.event = event;
            true
        });
        self.history.push(erased);
        self.refold();
    }

    /// Folds the histories of several cases into one, in the order of the log.
    pub(super) fn joined(cases: Vec<Self>) -> Self {
        let mut members = Vec::new();
        let mut history = Vec::new();
        let mut set_aside = BTreeSet::new();
        let mut heard = Statements::default();
        for case in cases {
            heard.extend(case.path.heard());
            members.extend(case.members);
            history.extend(case.history);
            set_aside.extend(case.set_aside);
        }
        Self::folded(members, history, set_aside, heard)
    }

    /// The case of one of its members alone. That it was linked with another, and is not any more, belongs to both of them,
    /// whichever record it stands on.
    pub(super) fn part(&self, member: PersonId) -> Self {
        let set_aside = self.set_aside.iter().filter(|aside| aside.person == Some(member)).copied();
        let own = |entry: &Entry| (entry.stamp.person_id == member).then(|| entry.clone());
        let history = self.history.iter().filter_map(|entry| own(entry).or_else(|| entry.turned_to(member))).collect();
        Self::folded(vec![member], history, set_aside.collect(), self.path.heard().about(&[member]))
    }

    /// The same case, with an event set aside.
    pub(crate) fn without(mut self, aside: SetAside) -> Self {
        self.history.retain(|entry| entry.position != aside.position);
        self.set_aside.insert(aside);
        let heard = self.path.heard().clone();
        Self::folded(self.members, self.history, self.set_aside, heard)
    }

    /// The same case before its first event, and its events but for one that is set aside.
    pub(crate) fn emptied(self, aside: Option<SetAside>) -> (Self, Vec<Entry>) {
        let Self { members, mut history, mut set_aside, path: was } = self;
        history.retain(|entry| aside.is_none_or(|aside| aside.position != entry.position));
        set_aside.extend(aside);
        let mut path = CarePath::default();
        path.hear(was.heard().clone());
        (Self { members, history: Vec::new(), set_aside, path }, history)
    }

    /// Folds events of some persons, in whatever order they are given.
    fn folded(
        mut members: Vec<PersonId>,
        mut history: Vec<Entry>,
        set_aside: BTreeSet<SetAside>,
        heard: Statements,
    ) -> Self {
        // What stands on the record of one of them is not told of another of them as well.
        history.sort_by_key(|entry| (entry.position, entry.turned));
        history.dedup_by_key(|entry| entry.position);
        let first_seen = |person: &PersonId| history.iter().position(|entry| entry.stamp.person_id == *person);
        members.sort_by_key(first_seen);
        let mut path = CarePath::default();
        path.hear(heard);
        let mut case = Self { members, path, history, set_aside };
        case.refold();
        case
    }

    /// Folds its history anew. What other paths say of the person lies in their histories, and is kept.
    fn refold(&mut self) {
        let heard = self.path.heard().clone();
        self.path = CarePath::fold_hearing(self.history.iter().map(|entry| (&entry.stamp, &entry.event)), heard);
    }

    /// Hears what other paths say of the person now. What has arrived elsewhere counts here no more.
    pub(super) fn hear(&mut self, heard: Statements) {
        let alike = heard.agrees_on_arrivals(self.path.heard());
        self.path.hear(heard);
        if !alike {
            self.refold();
        }
    }
}

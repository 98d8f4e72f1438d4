//! All read models together, at one position of the log: what is read at once is consistent.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use care_path::directory::Directory;
use care_path::event::Event;
use care_path::ids::OrgId;
use care_path::time::DateTime;
use care_path::{EventId, PersonId};

use super::answers::Answers;
use super::aside::{SetAside, guarded};
use super::beds::Beds;
use super::cases::{Case, Cases, Changed, Entry};
use super::digest::{Digests, hash, sum};
use super::directory::Listed;
use super::due::Due;
#[cfg(test)]
use super::faulty::Faulty;
use super::figures::Figures;
use super::finder::Finder;
use super::index::Index;
use super::matches::Matches;
use super::model::{AsOf, ReadModel};
use super::trail::Trail;
use super::turn_aways::TurnAways;
use super::worklist::Worklist;
use crate::event_log::{Position, StreamName};
use crate::history::{Damaged, Happened, Heading, Read, Stream};
use crate::settings::Settings;

/// Lists the read models, each by the name that it is asked for by.
macro_rules! models {
    ($($(#[$attribute:meta])? $name:ident: $model:ident),+ $(,)?) => {
        /// The read models beside the cases.
        #[derive(Default)]
        struct Models { $($(#[$attribute])? $name: $model),+ }

        impl Models {
            fn each(&self) -> impl Iterator<Item = &dyn ReadModel> {
                [$($(#[$attribute])? { &self.$name as &dyn ReadModel }),+].into_iter()
            }

            fn each_mut(&mut self) -> impl Iterator<Item = &mut dyn ReadModel> {
                [$($(#[$attribute])? { &mut self.$name as &mut dyn ReadModel }),+].into_iter()
            }
        }

        impl World {
            $(
                $(#[$attribute])?
                #[must_use]
                pub fn $name(&self) -> &$model {
                    &self.models.$name
                }
            )+
        }
    };
}

models! {
    answers: Answers,
    trail: Trail,
    index: Index,
    finder: Finder,
    beds: Beds,
    worklist: Worklist,
    due: Due,
    matches: Matches,
    turn_aways: TurnAways,
    figures: Figures,
    #[cfg(test)]
    faulty: Faulty,
}

/// The read models.
pub struct World {
    position: Position,
    landmark: Option<Landmark>,
    listed: Listed,
    cases: Cases,
    models: Models,
    set_aside: BTreeSet<SetAside>,
    /// The whole log was read: from here on the models are kept with every event. While they are rebuilt, deriving anything
    /// after each event would be thrown away with the next.
    settled: bool,
    /// The latest moment as of which a case was put.
    looked_at: Option<DateTime>,
    /// Cases to look at again, because the directory has changed: what waits, for whom, and who is called in follows from it.
    stale: BTreeSet<PersonId>,
    settings: Arc<Settings>,
}

/// The last event about a person or an organisation that was read: by it is known whether a log is still the one that it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landmark {
    pub stream: StreamName,
    pub revision: u64,
    pub event: EventId,
}

impl World {
    /// Before the first event.
    #[must_use]
    pub fn new(settings: Arc<Settings>) -> Self {
        Self {
            position: Position::START,
            landmark: None,
            listed: Listed::default(),
            cases: Cases::default(),
            models: Models::default(),
            set_aside: BTreeSet::new(),
            settled: false,
            looked_at: None,
            stale: BTreeSet::new(),
            settings,
        }
    }

    /// One that begins with a directory that is on no stream: for tests of what is not about the directory.
    #[must_use]
    pub fn with_directory(mut self, directory: Directory) -> Self {
        self.listed = Listed::from(directory);
        self
    }

    /// The position that it has reached.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// By what it is known that the log is still the one that was read.
    pub(super) fn landmark(&self) -> Option<Landmark> {
        self.landmark.clone()
    }

    /// All cases, in no order.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.all()
    }

    /// The configuration that it goes by.
    #[must_use]
    pub fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// How many cases there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The organisations that take part.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        self.listed.directory()
    }

    /// The last revision of an organisation's stream in the directory.
    #[must_use]
    pub fn revision_of(&self, organisation: &OrgId) -> Option<u64> {
        self.listed.revision(organisation)
    }

    /// Everybody who was erased, by each of their ids.
    #[must_use]
    pub fn erased(&self) -> &BTreeSet<PersonId> {
        self.cases.erased()
    }

    /// The case that a person belongs to.
    #[must_use]
    pub fn case(&self, person: PersonId) -> Option<&Case> {
        self.cases.of(person)
    }

    /// The last revision of a person's own stream.
    #[must_use]
    pub fn revision(&self, person: PersonId) -> Option<u64> {
        self.cases.revision(person)
    }

    /// As of now, at the position that it has reached.
    pub(super) fn as_of(&self, now: DateTime) -> AsOf<'_> {
        AsOf { now, position: self.position, directory: self.listed.directory(), settings: &self.settings }
    }

    /// The digests of all read models, as of a moment; or as of a later one that it was looked at already: events that
    /// another node has recorded may lie ahead of this one's clock.
    #[must_use]
    pub fn digests(&self, as_of: DateTime) -> Digests {
        let as_of = self.looked_at.map_or(as_of, |looked_at| looked_at.max(as_of));
        let mut models = self.cases.digests().to_vec();
        models.push(self.listed.digest());
        models.push(sum("set aside", self.set_aside.iter().map(hash)));
        models.extend(self.models.each().flat_map(|model| model.digests(&self.cases, self.as_of(as_of))));
        Digests { position: self.position.0, as_of, models }
    }

    /// The events that were set aside, by where they stand.
    #[must_use]
    pub fn set_aside(&self) -> &BTreeSet<SetAside> {
        &self.set_aside
    }

    /// Takes in one more event of the log. One that cannot be taken in is set aside.
    pub fn apply(&mut self, read: Read) {
        match read {
            Read::Whole(happened) => self.take_in(happened),
            Read::Damaged(Damaged { heading, kind, why }) => {
                self.note(&heading);
                let (person, Heading { position, event_id, .. }) = (heading.person(), heading);
                self.leave_out(SetAside { position, kind, person }, event_id, &why.reason, self.looked_at);
            }
        }
    }

    fn take_in(&mut self, happened: Happened) {
        let (heading, kind) = (happened.heading(), happened.event.kind());
        self.note(&heading);
        if let Event::Directory(event) = &happened.event {
            let at = happened.stamp.occurred.at;
            if heading.organisation().is_none() || guarded(|| self.listed.take_in(event, at)).is_none() {
                let aside = SetAside { position: heading.position, kind, person: None };
                return self.report(aside, heading.event_id, &"the directory cannot take it in");
            }
            if self.settled {
                self.stale.extend(self.cases.all().map(Case::id));
            }
            return;
        }
        if let Event::Figures(event) = happened.event {
            return self.models.figures.take_in(event);
        }
        let now = happened.stamp.recorded_at;
        let Some(person) = heading.person() else {
            if !self.count(&happened) {
                let aside = SetAside { position: heading.position, kind, person: None };
                self.leave_out(aside, heading.event_id, &"taking it in panicked", Some(now));
            }
            return;
        };
        let entry = Entry::new(happened.stamp, happened.event, happened.position);
        let changed = guarded(|| self.cases.take_in(person, entry));
        if !changed.is_some_and(|changed| self.tell(&changed, now)) {
            let aside = SetAside { position: heading.position, kind, person: Some(person) };
            self.leave_out(aside, heading.event_id, &"taking it in panicked", Some(now));
        }
    }

    /// Something was recorded of people whom nobody knows. Whether all read models could take it in.
    fn count(&mut self, happened: &Happened) -> bool {
        let mut taken = true;
        for model in self.models.each_mut() {
            taken &= guarded(|| model.counted(&happened.stamp, &happened.event)).is_some();
        }
        taken
    }

    fn note(&mut self, heading: &Heading) {
        self.position = heading.position;
        self.cases.note(heading);
        self.listed.note(heading);
        for model in self.models.each_mut() {
            model.note(heading);
        }
        let of_organisation = || heading.organisation().map(Stream::of_organisation);
        if let Some(stream) = heading.person().map(Stream::of_person).or_else(of_organisation) {
            self.landmark = Some(Landmark { stream, revision: heading.revision, event: heading.event_id });
        }
    }

    /// Tells every read model which cases have changed, once they are kept. Whether all of them could take it in.
    fn tell(&mut self, changed: &Changed, now: DateTime) -> bool {
        if !self.settled {
            return true;
        }
        self.looked_at = self.looked_at.max(Some(now));
        let directory = self.listed.directory();
        let as_of = AsOf { now, position: self.position, directory, settings: &self.settings };
        let mut taken = true;
        for model in self.models.each_mut() {
            taken &= guarded(|| model.take_in(changed, &self.cases, as_of)).is_some();
        }
        taken
    }

    /// Sets an event aside, and makes its case what it is without it.
    fn leave_out(&mut self, aside: SetAside, event: EventId, why: &dyn Display, now: Option<DateTime>) {
        self.report(aside, event, why);
        let (Some(person), now) = (aside.person, now.unwrap_or_default()) else { return };
        let changed = guarded(|| self.cases.set_aside(person, aside));
        if !changed.is_some_and(|changed| self.tell(&changed, now)) {
            self.mend(person, Some(aside), now);
        }
    }

    fn report(&mut self, aside: SetAside, event: EventId, why: &dyn Display) {
        if self.set_aside.insert(aside) {
            let SetAside { position, kind, .. } = aside;
            tracing::error!(
                %position, %kind, %event, %why,
                "an event of the log cannot be taken in: it is set aside, and all others go on. docs/operating.md"
            );
        }
    }

    /// Folds the case of a person event by event, and sets aside those at which anything panics: beside the one that is known,
    /// or because none is.
    fn mend(&mut self, person: PersonId, known: Option<SetAside>, now: DateTime) {
        let Some(case) = self.cases.take(person) else { return };
        let (mut case, history) = case.emptied(known);
        let changed = Changed::anew(case.id());
        for entry in history {
            let (aside, event) = (SetAside::of(&entry), entry.stamp.event_id);
            let Self { models, settled, position, settings, listed, .. } = self;
            let as_of = AsOf { now, position: *position, directory: listed.directory(), settings };
            let taken_in = guarded(|| {
                case.take_in(entry);
                models.each_mut().filter(|_| *settled).for_each(|model| model.put(&case, as_of));
            });
            if taken_in.is_none() {
                self.report(aside, event, &"taking it in panicked");
                case = case.without(aside);
            }
        }
        self.cases.put(case);
        if !self.tell(&changed, now) {
            tracing::error!(position = %self.position, "a case cannot be taken in by all read models");
        }
    }

    /// Moves on past events that change no read model.
    pub fn pass(&mut self, position: Position) {
        self.position = self.position.max(position);
    }

    /// The whole log was read: what follows from the cases is derived, and kept from here on.
    pub fn settle(&mut self, now: DateTime) {
        if self.settled {
            return;
        }
        self.settled = true;
        self.looked_at = self.looked_at.max(Some(now));
        let Self { cases, models, position, settings, listed, .. } = self;
        let as_of = AsOf { now, position: *position, directory: listed.directory(), settings };
        let failed: BTreeSet<_> = std::thread::scope(|scope| {
            let settling: Vec<_> = models.each_mut().map(|model| scope.spawn(|| model.settle(cases, as_of))).collect();
            let failed = settling.into_iter().map(std::thread::ScopedJoinHandle::join);
            failed.flat_map(|failed| failed.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        for case in failed {
            self.mend(case, None, now);
        }
    }

    /// Cases that time alone has changed, or a change of the directory.
    #[must_use]
    pub fn aged(&self, now: DateTime, most: usize) -> Vec<PersonId> {
        let stale = self.stale.iter().take(most).copied();
        stale.chain(self.models.each().flat_map(|model| model.aged(now, most))).collect()
    }

    /// Whether the directory has changed since some case was looked at.
    pub(super) fn is_stale(&self) -> bool {
        !self.stale.is_empty()
    }

    /// Looks again at cases that time alone has changed, or a change of the directory.
    pub fn look_again(&mut self, cases: &[PersonId], now: DateTime) {
        for case in cases {
            self.stale.remove(case);
            if !self.tell(&Changed::since(*case), now) {
                self.mend(*case, None, now);
            }
        }
    }

    /// Compares some more of the cases that were there at the start with others, and says whether there are any left.
    /// Nobody waits for it: suggestions come in by and by.
    pub(super) fn compare_some(&mut self, most: usize, now: DateTime) -> bool {
        for id in self.models.matches.next_to_compare(most) {
            let Some(case) = self.cases.of(id).filter(|case| case.id() == id) else { continue };
            let directory = self.listed.directory();
            let as_of = AsOf { now, position: self.position, directory, settings: &self.settings };
            if guarded(|| self.models.matches.put(case, as_of)).is_none() {
                self.mend(id, None, now);
            }
        }
        !self.models.matches.is_compared()
    }
}

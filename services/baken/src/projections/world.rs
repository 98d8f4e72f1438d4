//! All read models together, at one position of the log: what is read at once is consistent.

use std::collections::BTreeSet;
use std::sync::Arc;

use care_path::directory::Directory;
use care_path::time::DateTime;
use care_path::{EventId, PersonId};

use super::answers::Answers;
use super::cases::{Case, Cases, Changed, Entry};
use super::digest::Digests;
use super::due::Due;
use super::index::Index;
use super::matches::Matches;
use super::model::{AsOf, ReadModel};
use super::trail::Trail;
use super::worklist::Worklist;
use crate::event_log::Position;
use crate::history::Happened;
use crate::settings::Settings;

/// Lists the read models, each by the name that it is asked for by.
macro_rules! models {
    ($($name:ident: $model:ident),+ $(,)?) => {
        /// The read models beside the cases.
        #[derive(Default)]
        struct Models { $($name: $model),+ }

        impl Models {
            fn each(&self) -> impl Iterator<Item = &dyn ReadModel> {
                [$(&self.$name as &dyn ReadModel),+].into_iter()
            }

            fn each_mut(&mut self) -> impl Iterator<Item = &mut dyn ReadModel> {
                [$(&mut self.$name as &mut dyn ReadModel),+].into_iter()
            }
        }

        impl World {
            $(
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
    worklist: Worklist,
    due: Due,
    matches: Matches,
}

/// The read models.
pub struct World {
    position: Position,
    landmark: Option<Landmark>,
    cases: Cases,
    models: Models,
    /// The whole log was read: from here on the models are kept with every event. While they are rebuilt, deriving anything
    /// after each event would be thrown away with the next.
    settled: bool,
    /// The latest moment as of which a case was put.
    looked_at: Option<DateTime>,
    settings: Arc<Settings>,
}

/// The last event about a person that was read: by it is known whether a log is still the one that it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landmark {
    pub person: PersonId,
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
            cases: Cases::default(),
            models: Models::default(),
            settled: false,
            looked_at: None,
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
        self.len() == 0
    }

    /// The organisations that take part.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.settings.directory
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
        AsOf { now, position: self.position, settings: &self.settings }
    }

    /// The digests of all read models, as of a moment; or as of a later one that it was looked at already: events that
    /// another node has recorded may lie ahead of this one's clock.
    #[must_use]
    pub fn digests(&self, as_of: DateTime) -> Digests {
        let as_of = self.looked_at.map_or(as_of, |looked_at| looked_at.max(as_of));
        let mut models = self.cases.digests().to_vec();
        models.extend(self.models.each().flat_map(|model| model.digests(&self.cases, self.as_of(as_of))));
        Digests { position: self.position.0, as_of, models }
    }

    /// Takes in one more event of the log.
    pub fn apply(&mut self, happened: Happened) {
        let heading = happened.heading();
        self.position = heading.position;
        self.cases.note(&heading);
        for model in self.models.each_mut() {
            model.note(&heading);
        }
        let Some(person) = heading.person else { return };
        self.landmark = Some(Landmark { person, revision: heading.revision, event: heading.event_id });
        let now = happened.stamp.recorded_at;
        let entry = Entry { stamp: happened.stamp, event: happened.event, position: happened.position };
        let changed = self.cases.take_in(person, entry);
        if self.settled {
            self.tell(&changed, now);
        }
    }

    /// Tells every read model which cases have changed.
    fn tell(&mut self, changed: &Changed, now: DateTime) {
        self.looked_at = self.looked_at.max(Some(now));
        let as_of = AsOf { now, position: self.position, settings: &self.settings };
        for model in self.models.each_mut() {
            for case in &changed.gone {
                model.remove(*case, as_of);
            }
            for case in changed.there.iter().filter_map(|id| self.cases.of(*id)) {
                model.put(case, as_of);
            }
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
        let Self { cases, models, position, settings, .. } = self;
        let as_of = AsOf { now, position: *position, settings };
        std::thread::scope(|scope| {
            for model in models.each_mut() {
                scope.spawn(|| model.settle(cases, as_of));
            }
        });
    }

    /// Cases that time alone has changed.
    #[must_use]
    pub fn aged(&self, now: DateTime, most: usize) -> BTreeSet<PersonId> {
        self.models.each().flat_map(|model| model.aged(now, most)).collect()
    }

    /// Looks again at cases that time alone has changed.
    pub fn look_again(&mut self, cases: BTreeSet<PersonId>, now: DateTime) {
        self.tell(&Changed { gone: BTreeSet::new(), there: cases }, now);
    }

    /// Compares some more of the cases that were there at the start with others, and says whether there are any left.
    pub(super) fn compare_some(&mut self, most: usize, now: DateTime) -> bool {
        let as_of = AsOf { now, position: self.position, settings: &self.settings };
        self.models.matches.compare_some(&self.cases, most, as_of)
    }
}

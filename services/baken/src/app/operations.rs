//! What operators ask of a running service. None of it tells anything of a person.

use care_path::PersonId;
use care_path::path::timers::Timer;
use care_path::time::DateTime;

use super::Baken;
use crate::projections::{Case, Digests, SetAside};

impl Baken {
    /// The digests of all read models, to hold against those of a rebuild.
    #[must_use]
    pub fn digests(&self) -> Digests {
        self.world.read().digests(self.clock.now())
    }

    /// The events that were set aside, by where they stand.
    #[must_use]
    pub fn set_aside(&self) -> Vec<SetAside> {
        self.world.read().set_aside().iter().copied().collect()
    }

    /// How many cases the read models hold.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.world.read().len()
    }

    /// Whether a person's case is told from more streams than the person's own: of linked persons, or of those who belong
    /// together. An edge may let it decide what it can vouch for, never tell it.
    #[must_use]
    pub fn rests_on_others(&self, person: PersonId) -> bool {
        let rests = |case: &Case| case.is_linked() || case.was_linked() || case.path.has_relations();
        self.world.read().case(person).is_some_and(rests)
    }
}

/// What the watch needs to know of the read models.
impl Baken {
    /// The cases on which something is due that Baken does by itself, earliest first, but for some.
    #[must_use]
    pub fn due_cases(&self, now: DateTime, most: usize, but: impl Fn(DateTime, PersonId) -> bool) -> Vec<PersonId> {
        let world = self.world.read();
        let due = world.due().all().take_while(|(at, _)| *at <= now);
        due.filter(|(at, case)| !but(*at, *case)).map(|(_, case)| case).take(most).collect()
    }

    /// When something is next due, on any case but for some.
    #[must_use]
    pub fn next_due(&self, but: impl Fn(DateTime, PersonId) -> bool) -> Option<DateTime> {
        self.world.read().due().all().find(|(at, case)| !but(*at, *case)).map(|(at, _)| at)
    }

    /// What Baken does by itself on a case, due first.
    #[must_use]
    pub fn timers(&self, case: PersonId) -> Vec<Timer> {
        self.world.read().timers(case)
    }

    /// Tells whenever the read models have moved on.
    #[must_use]
    pub fn moves(&self) -> tokio::sync::watch::Receiver<crate::event_log::Position> {
        self.applied.clone()
    }
}

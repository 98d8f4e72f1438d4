//! What Baken does by itself: cases by when something is next due on them.

use care_path::PersonId;
use care_path::path::timers::Timer;
use care_path::time::DateTime;

use super::World;
use super::agenda::Agenda;
use super::aside::guarded;
use super::cases::{Case, Cases};
use super::digest::{ModelDigest, hash, sum};
use super::model::{AsOf, ReadModel, on_all_cores};

/// Cases by when Baken next does something on them.
#[derive(Default)]
pub struct Due(Agenda);

impl Due {
    /// Every case on which something is due, with when, earliest first.
    pub fn all(&self) -> impl Iterator<Item = (DateTime, PersonId)> {
        self.0.all()
    }
}

fn timers(case: &Case, as_of: AsOf<'_>) -> Vec<Timer> {
    case.path.timers(as_of.deadlines(case), as_of.directory())
}

fn next(case: &Case, as_of: AsOf<'_>) -> Option<DateTime> {
    timers(case, as_of).first().map(|timer| timer.due)
}

impl ReadModel for Due {
    fn put(&mut self, case: &Case, as_of: AsOf<'_>) {
        self.0.put(case.id(), next(case, as_of));
    }

    fn remove(&mut self, case: PersonId, _: AsOf<'_>) {
        self.0.put(case, None);
    }

    fn settle(&mut self, cases: &Cases, as_of: AsOf<'_>) -> Vec<PersonId> {
        let (derived, failed) = on_all_cores(cases, |case| next(case, as_of));
        for (case, due) in derived {
            self.0.put(case, due);
        }
        failed
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        vec![sum("due", self.all().map(hash))]
    }
}

impl World {
    /// What Baken does by itself on a case, due first.
    #[must_use]
    pub fn timers(&self, case: PersonId) -> Vec<Timer> {
        // What is due does not depend on the time as of which it is asked.
        let as_of = self.as_of(DateTime::MIN_UTC);
        let case = self.case(case).filter(|found| found.id() == case);
        case.and_then(|case| guarded(|| timers(case, as_of))).unwrap_or_default()
    }
}

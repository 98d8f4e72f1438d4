//! The records that are kept: which go next, and what holds any.

use care_path::policy::rules::keeps_records;
use care_path::sight::Disclosed;
use care_path::views::{HoldView, RetentionView, disclose_holds, disclose_retention};
use chrono::TimeDelta;

use super::guard::of_many;
use super::{Baken, ExecuteError, Reading};

/// Days before a record goes in which whoever keeps them is told.
pub const TOLD_BEFORE: TimeDelta = TimeDelta::days(30);

impl Baken {
    /// The records that go within thirty days, the next first; those among them that a hold keeps.
    ///
    /// # Errors
    /// Where the role does not keep them.
    pub fn retention(&self, reader: &Reading) -> Result<Vec<RetentionView>, ExecuteError> {
        let by = self.clock.now() + TOLD_BEFORE;
        let world = self.kept_by(reader)?;
        let goes = world.cases().filter_map(|case| {
            let deadlines = self.settings.deadlines.of_case(&case.path);
            of_many(case, || disclose_retention(&case.path, case.id(), by, deadlines))
        });
        let mut goes: Vec<_> = goes.collect();
        goes.sort_by_key(|view| (view.kept_until, view.person_id));
        for view in &goes {
            reader.shown(Disclosed::nothing_of(view.person_id));
        }
        Ok(goes)
    }

    /// All legal holds, the oldest first.
    ///
    /// # Errors
    /// Where the role does not keep records.
    pub fn holds(&self, reader: &Reading) -> Result<Vec<HoldView>, ExecuteError> {
        let world = self.kept_by(reader)?;
        let mut holds: Vec<_> = world.cases().flat_map(|case| disclose_holds(&case.path)).collect();
        holds.sort_by_key(|view| (view.placed_at, view.hold_id.0));
        for view in &holds {
            reader.shown(Disclosed::nothing_of(view.person_id));
        }
        Ok(holds)
    }

    fn kept_by(
        &self,
        reader: &Reading,
    ) -> Result<parking_lot::RwLockReadGuard<'_, crate::projections::World>, ExecuteError> {
        if keeps_records(reader.actor.role()) { Ok(self.world.read()) } else { Err(ExecuteError::Forbidden) }
    }
}

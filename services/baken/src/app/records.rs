//! The records that are kept: which go next, and what holds any.

use care_path::PersonId;
use care_path::path::privacy::LISTED_DAYS;
use care_path::policy::rules::keeps_records;
use care_path::sight::Disclosed;
use care_path::views::{HoldView, RetentionView, disclose_holds, disclose_retention};
use chrono::TimeDelta;
use parking_lot::RwLockReadGuard;

use super::guard::of_many;
use super::page::{Edge, Mark, Page, PageRequest};
use super::{Baken, QueryError, Reading};
use crate::projections::World;

/// Before a record goes, whoever keeps it is told for so long.
const TOLD_BEFORE: TimeDelta = TimeDelta::days(LISTED_DAYS);

/// Why records are not listed.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    #[error("the role does not keep records")]
    Forbidden,
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl Baken {
    /// The records that go within thirty days, the next first; those among them that a hold keeps.
    ///
    /// # Errors
    /// Where the role does not keep them, or the cursor is not one.
    pub fn retention(&self, reader: &Reading, page: &PageRequest) -> Result<Page<RetentionView>, RecordsError> {
        let (after, by) = (page.after_ranked()?, self.clock.now() + TOLD_BEFORE);
        let world = self.kept_by(reader)?;
        let goes = world.cases().filter_map(|case| {
            let deadlines = self.settings.deadlines.of_case(&case.path);
            of_many(case, || disclose_retention(&case.path, case.id(), by, deadlines))
        });
        let ranked = goes.map(|view| ((view.kept_until.timestamp_millis(), view.person_id.0), view));
        let mut goes: Vec<_> = ranked.filter(|(rank, _)| after.is_none_or(|after| *rank > after)).collect();
        goes.sort_by_key(|(rank, _)| *rank);
        let edges = goes.into_iter().map(|((rank, id), view)| Edge {
            mark: Mark::Ranked(rank, id),
            about: vec![Disclosed::nothing_of(view.person_id)],
            node: view,
        });
        Ok(reader.shown_on(page.cut(edges)))
    }

    /// All legal holds, the oldest first.
    ///
    /// # Errors
    /// Where the role does not keep records, or the cursor is not one.
    pub fn holds(&self, reader: &Reading, page: &PageRequest) -> Result<Page<HoldView>, RecordsError> {
        let after = page.after_id()?;
        let world = self.kept_by(reader)?;
        let holds = world.cases().flat_map(|case| disclose_holds(&case.path));
        // Their ids are in the order in which they were made.
        let mut holds: Vec<_> = holds.filter(|hold| after.is_none_or(|after| hold.hold_id.0 > after)).collect();
        holds.sort_by_key(|hold| hold.hold_id.0);
        let edges = holds.into_iter().map(|hold| Edge {
            mark: Mark::Id(hold.hold_id.0),
            about: vec![Disclosed::nothing_of(hold.person_id)],
            node: hold,
        });
        Ok(reader.shown_on(page.cut(edges)))
    }

    /// Whether there is a record of this number, erased or not.
    ///
    /// # Errors
    /// Where the role does not keep records.
    pub fn has_record(&self, reader: &Reading, person: PersonId) -> Result<bool, RecordsError> {
        let is_there = self.kept_by(reader)?.case(person).is_some();
        if is_there {
            reader.shown(Disclosed::nothing_of(person));
        } else {
            reader.hidden(person);
        }
        Ok(is_there)
    }

    fn kept_by(&self, reader: &Reading) -> Result<RwLockReadGuard<'_, World>, RecordsError> {
        if keeps_records(reader.actor.role()) { Ok(self.world.read()) } else { Err(RecordsError::Forbidden) }
    }
}

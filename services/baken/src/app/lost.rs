//! Who is lost, due first: those whom nobody can find, of all whom a reader may know of.

use std::collections::BTreeSet;

use care_path::codes::{Phase, TaskKind, TaskStake};
use care_path::views::{self, LostView};

use super::guard::of_many;
use super::page::{Edge, Mark, Page, PageRequest};
use super::reading::Reading;
use super::{Baken, QueryError};
use crate::projections::{Place, Reach};

impl Baken {
    /// A page of the persons who are out of sight, by when what is next to be done to find them is due.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub fn lost(&self, reader: &Reading, page: &PageRequest) -> Result<Page<LostView>, QueryError> {
        let after = page.after_task()?;
        let world = self.world.read();
        let now = self.clock.now();
        let reaches = Reach::of(reader);
        let sets = reaches.iter().filter_map(|reach| world.index().within(reach, Some(Phase::OutOfSight)));
        let candidates: BTreeSet<_> = sets.flatten().copied().collect();
        // They are put in order as of now, and shown as far as the page goes. In a large city many are lost: what waits on
        // their cases is not derived again for each.
        let mut places: Vec<_> = candidates
            .into_iter()
            .filter_map(|id| {
                let case = world.case(id)?;
                let due = of_many(case, || {
                    views::lost_due(&self.sight(reader, &world, case)?, &world.open_tasks(case, now))
                })?;
                Some(Place { stake: TaskStake::Danger, due, case: id, kind: TaskKind::FindPerson, subject: None })
            })
            .filter(|place| after.is_none_or(|after| *place > after))
            .collect();
        places.sort_unstable();
        let shown = places.into_iter().filter_map(|place| {
            let case = world.case(place.case)?;
            let (view, disclosed) = of_many(case, || {
                let sight = self.sight(reader, &world, case)?;
                let view = views::disclose_lost(&sight, place.case, &world.open_tasks(case, now))?;
                Some((view, sight.disclosed(place.case)))
            })?;
            Some(Edge { mark: Mark::Task(place), node: view, about: vec![disclosed] })
        });
        Ok(reader.shown_on(page.cut(shown)))
    }
}

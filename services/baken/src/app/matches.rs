//! Who may be the same human being as somebody, for those who may say so.

use care_path::sight::Sight;
use care_path::views::{self, MatchView, TaskView};
use care_path::{PersonId, Principal};

use super::guard::of_many;
use super::page::{Edge, Mark, Page, PageRequest};
use super::{Baken, QueryError};
use crate::projections::{Case, World};

impl Baken {
    /// A page of those who may be the same human being as a person, likeliest first. It is empty for whoever may not
    /// link them.
    ///
    /// # Errors
    /// Where there is no such person, or none for this principal; or the cursor is not one.
    pub fn matches(
        &self,
        principal: &Principal,
        person: PersonId,
        page: &PageRequest,
    ) -> Result<Page<MatchView>, QueryError> {
        let after = page.after_number()?;
        self.seen(principal, person, |case, sight, world| {
            let mut shown: Vec<_> = world
                .matches()
                .of(case.id())
                .filter_map(|(other, likeness)| {
                    let case = world.case(other)?;
                    of_many(case, || views::disclose_match(sight, &self.sight(principal, case)?, other, likeness))
                })
                .collect();
            shown.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.person_id.cmp(&other.person_id)));
            let places = (1_u64..).zip(shown).filter(|(place, _)| after.is_none_or(|after| *place > after));
            page.cut(places.map(|(place, node)| Edge { mark: Mark::Number(place), node }))
        })
    }

    /// What waits for a principal on a case: what follows from its path, and from its likeness to others.
    pub(super) fn tasks(&self, principal: &Principal, world: &World, case: &Case) -> Vec<TaskView> {
        let (directory, deadlines) = (&self.settings.directory, self.settings.deadlines.of_case(&case.path));
        let now = self.clock.now();
        let Some(sight) = Sight::of(principal, &case.path, now, deadlines) else { return Vec::new() };
        let mut tasks = views::disclose_tasks(&sight, &world.open_tasks(case, now), case.id(), directory);
        let reviews = world.matches().to_review(case.id()).filter_map(|(traits, other, likeness)| {
            let other_sight = self.sight(principal, world.case(other)?)?;
            let (one, two) = ((case.id(), &sight, traits), (other, &other_sight));
            views::disclose_match_review(principal, one, two, likeness, deadlines, directory)
        });
        tasks.extend(reviews);
        tasks
    }
}

//! Who may be the same human being as somebody, for those who may say so.

use care_path::deadlines::Deadlines;
use care_path::sight::Sight;
use care_path::views::{self, MatchElsewhereView, MatchView, TaskView};
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
                    of_many(case, || {
                        views::disclose_match(sight, &self.sight(principal, world, case)?, other, likeness)
                    })
                })
                .collect();
            shown.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.person_id.cmp(&other.person_id)));
            let places = (1_u64..).zip(shown).filter(|(place, _)| after.is_none_or(|after| *place > after));
            page.cut(places.map(|(place, node)| Edge { mark: Mark::Number(place), node }))
        })
    }

    /// What waits for a principal on a case: what follows from its path, and from its likeness to others.
    pub(super) fn tasks(&self, principal: &Principal, world: &World, case: &Case) -> Vec<TaskView> {
        let (directory, deadlines) = (world.directory(), self.settings.deadlines.of_case(&case.path));
        let now = self.clock.now();
        let Some(sight) = Sight::of(principal, &case.path, now, deadlines, directory) else { return Vec::new() };
        let mut tasks = views::disclose_tasks(&sight, &world.open_tasks(case, now), case.id(), directory);
        let reviews = world.matches().to_review(case.id()).filter_map(|(traits, other, likeness)| {
            let other_sight = self.sight(principal, world, world.case(other)?)?;
            let (one, two) = ((case.id(), &sight, traits), (other, &other_sight));
            views::disclose_match_review(principal, one, two, likeness, deadlines, directory)
        });
        tasks.extend(reviews);
        if let Some(traits) = world.matches().traits(case.id()).filter(|_| world.matches().waits_elsewhere(case.id())) {
            let one = (case.id(), &sight, traits);
            tasks.extend(views::disclose_known_elsewhere(principal, one, deadlines, directory));
        }
        tasks
    }

    /// Those whom other municipalities released and who may be the same human being as a person. Before another has
    /// released anybody, it is empty: nobody learns how many there are, or who.
    ///
    /// # Errors
    /// Where there is no such person, or none for this principal; or the cursor is not one.
    pub fn matches_elsewhere(
        &self,
        principal: &Principal,
        person: PersonId,
        page: &PageRequest,
    ) -> Result<Page<MatchElsewhereView>, QueryError> {
        let after = page.after_number()?;
        self.seen(principal, person, |case, sight, world| {
            let released = world.matches().released_to(case.id()).filter_map(|other| {
                let other = world.case(other)?;
                let released = Sight::of_released(principal, &other.path, self.clock.now(), self.deadlines_of(other))?;
                views::disclose_match_elsewhere(sight, &released, other.id(), &other.members)
            });
            let places = (1_u64..).zip(released).filter(|(place, _)| after.is_none_or(|after| *place > after));
            page.cut(places.map(|(place, node)| Edge { mark: Mark::Number(place), node }))
        })
    }

    /// Whether another municipality released a person to the coordinator of this case.
    pub(super) fn is_released_to(&self, principal: &Principal, world: &World, case: &Case, other: PersonId) -> bool {
        let Some(other) = world.case(other) else { return false };
        world.matches().released_to(case.id()).any(|released| released == other.id())
            && Sight::of_released(principal, &other.path, self.clock.now(), self.deadlines_of(other)).is_some()
    }

    fn deadlines_of(&self, case: &Case) -> &Deadlines {
        self.settings.deadlines.of_case(&case.path)
    }
}

//! Who may be the same human being as somebody, for those who may say so.

use care_path::deadlines::Deadlines;
use care_path::sight::{Disclosed, Sight};
use care_path::views::{self, MatchElsewhereView, MatchView, TaskView};
use care_path::{PersonId, Principal};

use super::guard::of_many;
use super::page::{Edge, Mark, Page, PageRequest};
use super::reading::Reading;
use super::{Baken, QueryError};
use crate::projections::{Case, World};

/// What waits on a case, and of whom it shows something.
#[derive(Default)]
pub(super) struct Tasks {
    pub tasks: Vec<TaskView>,
    pub about: Vec<Disclosed>,
}

/// A list whose places are counted.
fn numbered<T>(shown: impl IntoIterator<Item = (T, Disclosed)>) -> impl Iterator<Item = Edge<T>> {
    (1..).zip(shown).map(|(place, (node, disclosed))| Edge { mark: Mark::Number(place), node, about: vec![disclosed] })
}

impl Baken {
    /// A page of those who may be the same human being as a person, likeliest first. It is empty for whoever may not
    /// link them.
    ///
    /// # Errors
    /// Where there is no such person, or none for this principal; or the cursor is not one.
    pub fn matches(
        &self,
        reader: &Reading,
        person: PersonId,
        page: &PageRequest,
    ) -> Result<Page<MatchView>, QueryError> {
        let after = page.after_number()?;
        self.seen(reader, person, |case, sight, world| {
            let mut shown: Vec<_> = world
                .matches()
                .of(case.id())
                .filter_map(|(other, likeness)| {
                    let case = world.case(other)?;
                    of_many(case, || {
                        let others = self.sight(reader, world, case)?;
                        let view = views::disclose_match(sight, &others, other, likeness)?;
                        Some((view, others.disclosed(other)))
                    })
                })
                .collect();
            shown.sort_by(|(one, _), (other, _)| {
                other.score.total_cmp(&one.score).then(one.person_id.cmp(&other.person_id))
            });
            reader.shown_on(page.cut(numbered(shown).filter(|edge| edge.mark.is_after(after))))
        })
    }

    /// What waits for a principal on a case: what follows from its path, and from its likeness to others.
    pub(super) fn tasks(&self, principal: &Principal, world: &World, case: &Case) -> Tasks {
        let (directory, deadlines) = (world.directory(), self.settings.deadlines.of_case(&case.path));
        let now = self.clock.now();
        let Some(sight) = Sight::of(principal, &case.path, now, deadlines, directory) else {
            return Tasks::default();
        };
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
        let about = if tasks.is_empty() { Vec::new() } else { vec![sight.disclosed(case.id())] };
        Tasks { tasks, about }
    }

    /// Those whom other municipalities released and who may be the same human being as a person. Before another has
    /// released anybody, it is empty: nobody learns how many there are, or who.
    ///
    /// # Errors
    /// Where there is no such person, or none for this principal; or the cursor is not one.
    pub fn matches_elsewhere(
        &self,
        reader: &Reading,
        person: PersonId,
        page: &PageRequest,
    ) -> Result<Page<MatchElsewhereView>, QueryError> {
        let after = page.after_number()?;
        self.seen(reader, person, |case, sight, world| {
            let released = world.matches().released_to(case.id()).filter_map(|other| {
                let other = world.case(other)?;
                let released = Sight::of_released(reader, &other.path, self.clock.now(), self.deadlines_of(other))?;
                let view = views::disclose_match_elsewhere(sight, &released, other.id(), &other.members)?;
                Some((view, released.disclosed(other.id())))
            });
            reader.shown_on(page.cut(numbered(released).filter(|edge| edge.mark.is_after(after))))
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

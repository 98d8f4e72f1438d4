//! How readers stand to those whom they were shown. Where that has changed, something that is still on a screen may not be
//! theirs to see any more, whether or not they may know what changed it.

use std::collections::{BTreeMap, BTreeSet};

use care_path::sight::{Sight, Standing};
use care_path::{PersonId, Principal};

use super::Baken;
use super::guard::of_many;
use super::reading::Reading;
use crate::event_log::Position;
use crate::projections::{Entry, World};

/// How a reader stands to a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stands {
    /// `None` where the person is hidden from them.
    sight: Option<Standing>,
    /// Another municipality shows them the person, because they may know them.
    released: bool,
    erased: bool,
}

/// How a reader stood to each person, when they were last shown something of them.
pub type Standings = BTreeMap<PersonId, Stands>;

impl Baken {
    /// How a principal stands to persons now.
    #[must_use]
    pub fn standings(&self, principal: &Principal, persons: impl IntoIterator<Item = PersonId>) -> Standings {
        let world = self.world.read();
        persons.into_iter().map(|person| (person, self.stands(principal, &world, person))).collect()
    }

    fn stands(&self, principal: &Principal, world: &World, person: PersonId) -> Stands {
        let stands = |case| {
            of_many(case, || {
                let sight = self.sight(principal, world, case).map(|sight| sight.standing().clone());
                let deadlines = self.settings.deadlines.of_case(&case.path);
                let released = Sight::of_released(principal, &case.path, self.clock.now(), deadlines).is_some();
                Some(Stands { sight, released, erased: case.path.is_erased() })
            })
        };
        world.case(person).and_then(stands).unwrap_or_default()
    }

    /// Those to whom a reader stands otherwise than they did.
    #[must_use]
    pub fn stands_otherwise(&self, reader: &Reading, before: &Standings) -> BTreeSet<PersonId> {
        let now = self.standings(reader, before.keys().copied());
        before.iter().filter(|(person, stood)| now.get(person) != Some(stood)).map(|(person, _)| *person).collect()
    }

    /// Whose cases the log changed after a position.
    #[must_use]
    pub fn touched_after(&self, after: Position) -> BTreeSet<PersonId> {
        let world = self.world.read();
        let of_case = |person: PersonId| world.case(person).into_iter().flat_map(|case| case.members.iter().copied());
        let touched = |(position, person): &(Position, PersonId)| {
            // Two who were taken apart are cases of their own.
            let named = world.case(*person).and_then(|case| case.at(*position)).and_then(Entry::links);
            [Some(*person), named].into_iter().flatten().flat_map(move |each| of_case(each).chain([each]))
        };
        world.trail().after(after).iter().flat_map(touched).collect()
    }
}

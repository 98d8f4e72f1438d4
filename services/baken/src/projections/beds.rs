//! Which cases have a bed in which facility now. Who of them is there, and whose place is free, is told from their paths.

use std::collections::BTreeSet;

use care_path::PersonId;
use care_path::ids::FacilityId;

use super::cases::{Case, Cases};
use super::digest::{ModelDigest, hash, sum};
use super::map::Map;
use super::model::{AsOf, ReadModel};

/// Cases by the facilities in which they have a bed.
#[derive(Default)]
pub struct Beds {
    cases: Map<FacilityId, BTreeSet<PersonId>>,
    /// Where each case has one by now, so that it can be taken out.
    of_case: Map<PersonId, BTreeSet<FacilityId>>,
}

impl Beds {
    /// The cases that have a bed in a facility.
    pub fn of(&self, facility: &FacilityId) -> impl Iterator<Item = PersonId> {
        self.cases.get(facility).into_iter().flatten().copied()
    }

    fn put_in(&mut self, case: PersonId, facilities: BTreeSet<FacilityId>) {
        let before = self.of_case.get(&case);
        if before.map_or(facilities.is_empty(), |before| *before == facilities) {
            return;
        }
        for left in before.into_iter().flatten() {
            if let Some(cases) = self.cases.get_mut(left) {
                cases.remove(&case);
            }
        }
        for facility in &facilities {
            self.cases.entry(facility.clone()).or_default().insert(case);
        }
        if facilities.is_empty() {
            self.of_case.remove(&case);
        } else {
            self.of_case.insert(case, facilities);
        }
    }
}

impl ReadModel for Beds {
    fn put(&mut self, case: &Case, as_of: AsOf<'_>) {
        self.put_in(case.id(), case.path.sleeps_in(as_of.directory()).cloned().collect());
    }

    fn remove(&mut self, case: PersonId, _: AsOf<'_>) {
        self.put_in(case, BTreeSet::new());
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        let all = self.cases.iter().flat_map(|(facility, cases)| cases.iter().map(move |case| hash((facility, case))));
        vec![sum("beds", all)]
    }
}

//! Who may be the same human being: kept with every case that changes, so that it is on the coordinator's worklist when
//! it is known and not when somebody asks. Cases are only compared with those that share something telling, in the same
//! municipality, and with the ones that were seen last of these.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use care_path::PersonId;
use care_path::ids::Municipality;
use care_path::matching::{Key, Likeness, Traits, WINDOW, compare};
use care_path::path::CarePath;
use care_path::time::DateTime;
use uuid::Uuid;

use super::map::Map;

/// With how many a case is compared that share one thing with it: those that were seen last.
const AT_MOST: usize = 32;
/// As many as a coordinator is bothered with for one person: the likeliest.
const SUGGESTED: usize = 10;

/// What cases are found by, and who was suggested to be whom.
#[derive(Default)]
pub struct Matches {
    found_by: Map<Municipality, Map<Key, BTreeSet<(DateTime, PersonId)>>>,
    of_case: Map<PersonId, Compared>,
    /// By case, whom it may be. Each pair is in it twice.
    suggested: Map<PersonId, BTreeMap<PersonId, Likeness>>,
}

/// A case as others are compared with it.
struct Compared {
    traits: Box<Traits>,
    place: Place,
    members: Vec<PersonId>,
    dismissed: Vec<PersonId>,
}

/// What a case is found by.
struct Place {
    municipality: Municipality,
    last_seen: DateTime,
    keys: Vec<Key>,
}

impl Matches {
    /// Takes in a case that changed, and says of which others the suggestions changed with it.
    pub fn put(&mut self, case: PersonId, members: &[PersonId], path: &CarePath) -> BTreeSet<PersonId> {
        let Some(traits) = Traits::of(path) else { return self.remove(case) };
        let dismissed: Vec<_> = path.dismissed().collect();
        if let Some(known) = self.of_case.get(&case)
            && (&*known.traits, &known.dismissed[..], &known.members[..]) == (&traits, &dismissed[..], members)
        {
            return BTreeSet::new();
        }
        let before: BTreeMap<_, _> = self.of(case).map(|(other, likeness)| (other, likeness.clone())).collect();
        self.take_out(case);
        let place =
            Place { municipality: traits.municipality().clone(), last_seen: traits.last_seen(), keys: traits.keys() };
        self.insert_place(case, &place);
        let compared = Compared { traits: Box::new(traits), place, members: members.to_vec(), dismissed };
        let after = self.likely(&compared, before.keys().copied());
        self.of_case.insert(case, compared);
        let mut touched: BTreeSet<_> = before.keys().filter(|other| !after.contains_key(other)).copied().collect();
        for (other, likeness) in after {
            if before.get(&other).is_none_or(|before| !is_same(before, &likeness)) {
                touched.insert(other);
            }
            self.suggested.entry(case).or_default().insert(other, likeness.clone());
            let suggested = self.suggested.entry(other).or_default();
            suggested.insert(case, likeness);
            if suggested.len() > SUGGESTED {
                touched.extend(self.drop_weakest(other));
            }
        }
        touched
    }

    /// Takes a case out, and says of which others the suggestions changed with it.
    pub fn remove(&mut self, case: PersonId) -> BTreeSet<PersonId> {
        self.take_out(case)
    }

    fn insert_place(&mut self, case: PersonId, place: &Place) {
        let there = self.found_by.entry(place.municipality.clone()).or_default();
        for key in &place.keys {
            there.entry(*key).or_default().insert((place.last_seen, case));
        }
    }

    fn take_out(&mut self, case: PersonId) -> BTreeSet<PersonId> {
        if let Some(Compared { place, .. }) = self.of_case.remove(&case) {
            let there = self.found_by.entry(place.municipality).or_default();
            for key in place.keys {
                if let Some(found) = there.get_mut(&key) {
                    found.remove(&(place.last_seen, case));
                    if found.is_empty() {
                        there.remove(&key);
                    }
                }
            }
        }
        let others = self.suggested.remove(&case).unwrap_or_default();
        for other in others.keys() {
            self.forget(*other, case);
        }
        others.into_keys().collect()
    }

    fn forget(&mut self, case: PersonId, other: PersonId) {
        if let Some(suggested) = self.suggested.get_mut(&case) {
            suggested.remove(&other);
            if suggested.is_empty() {
                self.suggested.remove(&case);
            }
        }
    }

    /// Somebody who is looked for may be like many who come into view: the likeliest of them stay.
    fn drop_weakest(&mut self, case: PersonId) -> Option<PersonId> {
        let (weakest, _) = self.of(case).min_by_key(|(other, likeness)| (likeness.score(), *other))?;
        self.forget(case, weakest);
        self.forget(weakest, case);
        Some(weakest)
    }

    /// Whom a case may be, each with why.
    pub fn of(&self, case: PersonId) -> impl Iterator<Item = (PersonId, &Likeness)> {
        self.suggested.get(&case).into_iter().flatten().map(|(other, likeness)| (*other, likeness))
    }

    /// The suggestions that are to be reviewed with a case: those of cases that came into view before it.
    pub fn to_review(&self, case: PersonId) -> impl Iterator<Item = (&Traits, PersonId, &Likeness)> {
        let compared = self.of_case.get(&case);
        self.of(case).filter_map(move |(other, likeness)| {
            let (one, two) = (&*compared?.traits, &*self.of_case.get(&other)?.traits);
            two.is_earlier_than(one).then_some((one, other, likeness))
        })
    }

    /// Those who share something with a case: of each thing, the ones that were seen last.
    fn alike(&self, traits: &Traits, keys: &[Key]) -> Vec<PersonId> {
        let since = traits.last_seen().checked_sub_signed(WINDOW).unwrap_or(DateTime::MIN_UTC);
        let since = (since, PersonId(Uuid::nil()));
        let there = self.found_by.get(traits.municipality());
        let looked_up = keys.iter().copied().flat_map(Key::neighbours);
        let found = looked_up.filter_map(|key| there?.get(&key));
        found.flat_map(|found| found.range(since..).rev().take(AT_MOST)).map(|(_, other)| *other).collect()
    }

    /// The likeliest among those who share something with a case, and those who were suggested before.
    fn likely(&self, compared: &Compared, before: impl Iterator<Item = PersonId>) -> BTreeMap<PersonId, Likeness> {
        let mut others = self.alike(&compared.traits, &compared.place.keys);
        others.extend(before);
        others.sort_unstable();
        others.dedup();
        let mut likely: Vec<_> = others
            .into_iter()
            .filter_map(|other| {
                let known = self.of_case.get(&other)?;
                let likeness = if compared.are_apart(known) { None } else { compare(&compared.traits, &known.traits) };
                likeness.map(|likeness| (other, likeness))
            })
            .collect();
        likely.sort_by_key(|(other, likeness)| (Reverse(likeness.score()), *other));
        likely.truncate(SUGGESTED);
        likely.into_iter().collect()
    }
}

impl Compared {
    /// Whether somebody said of the two that they are not the same.
    fn are_apart(&self, other: &Self) -> bool {
        self.dismissed.iter().any(|person| other.members.contains(person))
            || other.dismissed.iter().any(|person| self.members.contains(person))
    }
}

fn is_same(one: &Likeness, other: &Likeness) -> bool {
    one.score() == other.score() && one.since().0.event_id == other.since().0.event_id
}

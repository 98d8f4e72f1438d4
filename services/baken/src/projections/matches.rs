//! Who may be the same human being: kept with every case that changes, so that it is on the coordinator's worklist when
//! it is known and not when somebody asks. Cases are only compared with those that share something telling, in the same
//! municipality, and with the ones that were seen last of these.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use care_path::PersonId;
use care_path::ids::Municipality;
use care_path::matching::{Key, Likeness, Traits, WINDOW, compare};
use care_path::path::CarePath;
use care_path::time::DateTime;
use uuid::Uuid;

/// With how many a case is compared that share one thing with it: those that were seen last.
const AT_MOST: usize = 32;
/// As many as a coordinator is bothered with for one person: the likeliest.
const SUGGESTED: usize = 10;

/// What cases are found by, and who was suggested to be whom.
#[derive(Default)]
pub struct Matches {
    found_by: HashMap<Municipality, HashMap<Key, BTreeSet<(DateTime, PersonId)>>>,
    of_case: HashMap<PersonId, Compared>,
    /// By case, whom it may be. Each pair is in it twice.
    suggested: HashMap<PersonId, BTreeMap<PersonId, Likeness>>,
}

/// A case as others are compared with it.
struct Compared {
    traits: Traits,
    keys: Vec<Key>,
    members: Vec<PersonId>,
    dismissed: Vec<PersonId>,
}

impl Matches {
    /// Takes in a case that changed, and says of which others the suggestions changed with it.
    pub fn put(&mut self, case: PersonId, members: &[PersonId], path: &CarePath) -> BTreeSet<PersonId> {
        let Some(traits) = Traits::of(path) else { return self.remove(case) };
        let dismissed: Vec<_> = path.dismissed().collect();
        if let Some(known) = self.of_case.get(&case)
            && (&known.traits, &known.dismissed[..], &known.members[..]) == (&traits, &dismissed[..], members)
        {
            return BTreeSet::new();
        }
        let before = self.take_out(case);
        let keys = traits.keys();
        let place = (traits.last_seen(), case);
        let there = self.found_by.entry(traits.municipality().clone()).or_default();
        for key in &keys {
            there.entry(*key).or_default().insert(place);
        }
        let compared = Compared { traits, keys, members: members.to_vec(), dismissed };
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
        self.take_out(case).into_keys().collect()
    }

    fn take_out(&mut self, case: PersonId) -> BTreeMap<PersonId, Likeness> {
        if let Some(compared) = self.of_case.remove(&case) {
            let place = (compared.traits.last_seen(), case);
            let there = self.found_by.entry(compared.traits.municipality().clone()).or_default();
            for key in compared.keys {
                if let Some(found) = there.get_mut(&key) {
                    found.remove(&place);
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
        others
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
        let earlier = move |other: &PersonId| {
            let (Some(one), Some(other)) = (compared, self.of_case.get(other)) else { return false };
            other.traits.is_earlier_than(&one.traits)
        };
        let suggested = self.of(case).filter(move |(other, _)| earlier(other));
        suggested.filter_map(move |(other, likeness)| Some((&compared?.traits, other, likeness)))
    }

    /// The likeliest among those who share something with a case, and those who were suggested before.
    fn likely(&self, compared: &Compared, before: impl Iterator<Item = PersonId>) -> BTreeMap<PersonId, Likeness> {
        let traits = &compared.traits;
        let since = traits.last_seen().checked_sub_signed(WINDOW).unwrap_or(DateTime::MIN_UTC);
        let since = (since, PersonId(Uuid::nil()));
        let mut others: Vec<_> = before.collect();
        let there = self.found_by.get(traits.municipality());
        let looked_up = compared.keys.iter().copied().flat_map(Key::neighbours);
        for found in looked_up.filter_map(|key| there?.get(&key)) {
            others.extend(found.range(since..).rev().take(AT_MOST).map(|(_, other)| *other));
        }
        others.sort_unstable();
        others.dedup();
        let mut likely: Vec<_> = others
            .into_iter()
            .filter_map(|other| {
                let known = self.of_case.get(&other)?;
                let likeness = if compared.are_apart(known) { None } else { compare(traits, &known.traits) };
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

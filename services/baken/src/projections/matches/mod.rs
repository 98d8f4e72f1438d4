//! Who may be the same human being: kept with every case that changes, so that it is on the coordinator's worklist when
//! it is known and not when somebody asks. Cases are only compared with those that share something telling, in the same
//! municipality, and with the ones that were seen last of these.

mod elsewhere;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use care_path::PersonId;
use care_path::ids::Municipality;
use care_path::matching::{Key, Likeness, Population, Traits, WINDOW, compare};
use care_path::path::tasks::{known_elsewhere, match_review};
use care_path::time::DateTime;
use uuid::Uuid;

use elsewhere::Elsewhere;

use super::cases::{Case, Cases};
use super::digest::ModelDigest;
use super::map::Map;
use super::model::{AsOf, ReadModel};
use super::worklist::Places;

/// With how many a case is compared that share one thing with it: those that were seen last.
const AT_MOST: usize = 32;
/// As many as a coordinator is bothered with for one person: the likeliest.
const SUGGESTED: usize = 10;
/// What more persons have than that is common, however many they are.
const MOST_COUNTED: usize = 200;

/// The cases of a municipality by what they are found by, and of these by when they were seen last.
#[derive(Default)]
struct Register {
    found_by: BTreeSet<(Key, DateTime, PersonId)>,
    cases: usize,
}

impl Register {
    /// Those who have a key and were seen since a time, the last first.
    fn having(&self, key: Key, since: DateTime) -> impl Iterator<Item = PersonId> {
        let (first, last) = (PersonId(Uuid::nil()), PersonId(Uuid::max()));
        let found = self.found_by.range((key, since, first)..=(key, DateTime::MAX_UTC, last));
        found.rev().map(|(.., case)| *case)
    }
}

/// What cases are found by, and who was suggested to be whom.
#[derive(Default)]
pub struct Matches {
    registers: Map<Municipality, Register>,
    of_case: Map<PersonId, Compared>,
    /// By case, whom it may be. Each pair is in it twice.
    suggested: Map<PersonId, BTreeMap<PersonId, Likeness>>,
    elsewhere: Elsewhere,
    /// The suggestions that wait for somebody to review them.
    reviews: Places,
    /// Cases that were there at the start and are still to be compared with others: the last is next.
    uncompared: Vec<PersonId>,
}

/// A case as others are compared with it.
struct Compared {
    traits: Box<Traits>,
    /// What it is found by.
    keys: Vec<Key>,
    members: Vec<PersonId>,
    dismissed: Vec<PersonId>,
    /// Who they are was released to other municipalities.
    released: bool,
    /// Who is the same, as far as this municipality has it.
    agreed: Vec<PersonId>,
}

impl Matches {
    /// The suggestions that wait for somebody to review them.
    pub(super) fn reviews(&self) -> &Places {
        &self.reviews
    }

    /// Some of the cases that were there at the start and are to be put now.
    pub(super) fn next_to_compare(&mut self, most: usize) -> Vec<PersonId> {
        let mut some = self.uncompared.split_off(self.uncompared.len().saturating_sub(most));
        some.reverse();
        some
    }

    /// Whether there are none left of them.
    pub(super) fn is_compared(&self) -> bool {
        self.uncompared.is_empty()
    }

    /// Compares a case that changed with others, and says of which of them the suggestions changed with it.
    fn compare_anew(&mut self, case: &Case) -> BTreeSet<PersonId> {
        let (id, members) = (case.id(), &case.members);
        let Some(traits) = Traits::of(&case.path).map(Box::new) else { return self.take_out(id) };
        let dismissed: Vec<_> = case.path.dismissed().collect();
        let (released, agreed) = (case.path.is_released(), case.path.agreed_with().collect());
        if let Some(known) = self.of_case.get_mut(&id)
            && (&known.traits, &known.dismissed, &known.members) == (&traits, &dismissed, members)
        {
            let is_answered = (known.released, &known.agreed) == (released, &agreed);
            (known.released, known.agreed) = (released, agreed);
            return if is_answered { BTreeSet::new() } else { self.elsewhere.of(id).collect() };
        }
        let before = self.suggested.get(&id).cloned().unwrap_or_default();
        let mut touched = self.take_out(id);
        let members = members.clone();
        let compared = Compared { keys: traits.keys(), traits, members, dismissed, released, agreed };
        let after = self.likely(&compared, before.keys().copied());
        let elsewhere = self.likely_elsewhere(&compared);
        self.put_in(id, compared);
        self.elsewhere.put(id, &elsewhere);
        touched.retain(|other| !after.contains_key(other));
        touched.extend(elsewhere);
        for (other, likeness) in after {
            if before.get(&other).is_none_or(|before| !is_same(before, &likeness)) {
                touched.insert(other);
            }
            self.suggested.entry(id).or_default().insert(other, likeness.clone());
            let suggested = self.suggested.entry(other).or_default();
            suggested.insert(id, likeness);
            if suggested.len() > SUGGESTED {
                touched.extend(self.drop_weakest(other));
            }
        }
        touched
    }

    fn put_in(&mut self, case: PersonId, compared: Compared) {
        let there = self.registers.entry(compared.traits.municipality().clone()).or_default();
        let seen = compared.traits.last_seen();
        there.found_by.extend(compared.keys.iter().map(|key| (*key, seen, case)));
        there.cases += 1;
        self.of_case.insert(case, compared);
    }

    /// Takes a case out, and says of which others the suggestions changed with it.
    fn take_out(&mut self, case: PersonId) -> BTreeSet<PersonId> {
        if let Some(Compared { traits, keys, .. }) = self.of_case.remove(&case)
            && let Some(there) = self.registers.get_mut(traits.municipality())
        {
            for key in keys {
                there.found_by.remove(&(key, traits.last_seen(), case));
            }
            there.cases -= 1;
        }
        let others = self.suggested.remove(&case).unwrap_or_default();
        for other in others.keys() {
            self.forget(*other, case);
        }
        others.into_keys().chain(self.elsewhere.take_out(case)).collect()
    }

    /// Puts what is to be reviewed with a case in the place of what was.
    fn review(&mut self, case: PersonId, as_of: AsOf<'_>) {
        let alike = self.to_review(case);
        let task = |(traits, other, likeness): (&Traits, PersonId, &Likeness)| {
            let deadlines = as_of.settings.deadlines.of(Some(traits.municipality()));
            match_review(traits, likeness, other, deadlines)
        };
        let mut tasks: Vec<_> = alike.map(task).collect();
        if let Some(compared) = self.of_case.get(&case).filter(|_| self.waits_elsewhere(case)) {
            let deadlines = as_of.settings.deadlines.of(Some(compared.traits.municipality()));
            tasks.push(known_elsewhere(&compared.traits, deadlines));
        }
        self.reviews.put(case, &tasks, as_of.position);
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

    /// What of a case others are compared with.
    pub fn traits(&self, case: PersonId) -> Option<&Traits> {
        self.of_case.get(&case).map(|compared| &*compared.traits)
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
    fn alike(there: &Register, compared: &Compared) -> Vec<PersonId> {
        let lately = compared.traits.last_seen().checked_sub_signed(WINDOW).unwrap_or(DateTime::MIN_UTC);
        let looked_up = compared.keys.iter().flat_map(|key| key.neighbours());
        let since = |key: Key| if key.lasts() { DateTime::MIN_UTC } else { lately };
        looked_up.flat_map(|key| there.having(key, since(key)).take(AT_MOST)).collect()
    }

    /// The likeliest among those who share something with a case, and those who were suggested before.
    fn likely(&self, compared: &Compared, before: impl Iterator<Item = PersonId>) -> BTreeMap<PersonId, Likeness> {
        let Some(there) = self.registers.get(compared.traits.municipality()) else { return BTreeMap::new() };
        let mut others = Self::alike(there, compared);
        others.extend(before);
        others.sort_unstable();
        others.dedup();
        // Most of those that are compared have names in common: each is counted once.
        let counted = RefCell::new(Map::<Key, usize>::default());
        let count = |key| there.having(key, DateTime::MIN_UTC).take(MOST_COUNTED).count();
        let having = |key| *counted.borrow_mut().entry(key).or_insert_with(|| count(key));
        let population = Population { persons: there.cases, having: &having };
        let mut likely: Vec<_> = others
            .into_iter()
            .filter_map(|other| {
                let known = self.of_case.get(&other).filter(|known| !compared.are_apart(known))?;
                compare(&compared.traits, &known.traits, &population).map(|likeness| (other, likeness))
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

impl ReadModel for Matches {
    fn put(&mut self, case: &Case, as_of: AsOf<'_>) {
        let mut changed = self.compare_anew(case);
        changed.insert(case.id());
        for case in changed {
            self.review(case, as_of);
        }
    }

    fn remove(&mut self, case: PersonId, as_of: AsOf<'_>) {
        let mut changed = self.take_out(case);
        changed.insert(case);
        for case in changed {
            self.review(case, as_of);
        }
    }

    /// Comparing all cases takes long. They are compared by and by, in the order in which they came into view.
    fn settle(&mut self, cases: &Cases, as_of: AsOf<'_>) -> Vec<PersonId> {
        self.reviews.begin(as_of.position);
        let mut ids: Vec<_> = cases.all().map(|case| (case.path.opened_at(), case.id())).collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        self.uncompared = ids.into_iter().map(|(_, id)| id).collect();
        Vec::new()
    }

    /// Suggestions come in by and by after a start, so that no digest tells of them.
    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        Vec::new()
    }
}

//! Who may be known in another municipality: pairs of cases of different municipalities, compared by who they are alone,
//! and only where they share something that tells it. Nobody is shown a pair before it is released.

use std::collections::BTreeSet;

use care_path::PersonId;
use care_path::matching::{Key, Population, compare};
use care_path::time::DateTime;

use super::{Compared, Matches, Register, SUGGESTED};
use crate::projections::map::Map;

/// With how many of each other municipality a case is compared that share one thing with it.
const AT_MOST: usize = 8;

/// Pairs of cases. Each is in it twice.
#[derive(Default)]
pub(super) struct Elsewhere {
    pairs: Map<PersonId, BTreeSet<PersonId>>,
}

impl Elsewhere {
    pub(super) fn of(&self, case: PersonId) -> impl Iterator<Item = PersonId> {
        self.pairs.get(&case).into_iter().flatten().copied()
    }

    /// Takes a case out, and says who was paired with it.
    pub(super) fn take_out(&mut self, case: PersonId) -> BTreeSet<PersonId> {
        let others = self.pairs.remove(&case).unwrap_or_default();
        for other in &others {
            if let Some(paired) = self.pairs.get_mut(other) {
                paired.remove(&case);
                if paired.is_empty() {
                    self.pairs.remove(other);
                }
            }
        }
        others
    }

    pub(super) fn put(&mut self, case: PersonId, others: &BTreeSet<PersonId>) {
        for other in others {
            self.pairs.entry(case).or_default().insert(*other);
            self.pairs.entry(*other).or_default().insert(case);
        }
    }
}

/// What tells so much of who somebody is that it is looked for in the whole country.
fn is_telling(key: Key) -> bool {
    match key {
        Key::Words(..)
        | Key::WordAndAge(..)
        | Key::WordAndDay(..)
        | Key::Born(..)
        | Key::Contact(_)
        | Key::Document(_) => true,
        Key::Word(_) | Key::Initials(_) | Key::Problem(_) | Key::Country(..) | Key::Language(..) => false,
    }
}

impl Matches {
    /// Who of other municipalities may be the same human being.
    pub(super) fn likely_elsewhere(&self, compared: &Compared) -> BTreeSet<PersonId> {
        let here = compared.traits.municipality();
        let keys: Vec<Key> = compared.keys.iter().copied().filter(|key| is_telling(*key)).collect();
        let keys: Vec<Key> = keys.into_iter().flat_map(Key::neighbours).collect();
        let elsewhere = self.registers.iter().filter(|(municipality, _)| *municipality != here).map(|(_, there)| there);
        let having = |there: &'_ Register, key: Key| -> Vec<PersonId> {
            there.having(key, DateTime::MIN_UTC).take(AT_MOST).collect()
        };
        let found: BTreeSet<_> = elsewhere.flat_map(|there| keys.iter().flat_map(|key| having(there, *key))).collect();
        let mut likely: Vec<_> = found
            .into_iter()
            .filter_map(|other| {
                let known = self.of_case.get(&other).filter(|known| !compared.are_apart(known))?;
                let likeness = compare(&compared.traits, &known.traits, &Population::NOBODY)?;
                Some((likeness.score(), other))
            })
            .collect();
        likely.sort_unstable_by(|one, other| other.cmp(one));
        likely.into_iter().take(SUGGESTED).map(|(_, other)| other).collect()
    }

    /// Who of other municipalities may be the person of a case, as far as they were released: to whoever may see that.
    pub fn released_to(&self, case: PersonId) -> impl Iterator<Item = PersonId> {
        self.elsewhere.of(case).filter(|other| self.of_case.get(other).is_some_and(|other| other.released))
    }

    /// Whether somebody is to release a case, or to answer what another municipality released.
    pub fn waits_elsewhere(&self, case: PersonId) -> bool {
        let Some(own) = self.of_case.get(&case) else { return false };
        let is_unanswered = |other: PersonId| {
            let agreed = |other: &Compared| own.agreed.iter().any(|with| other.members.contains(with));
            self.of_case.get(&other).is_some_and(|other| other.released && !agreed(other))
        };
        let mut others = self.elsewhere.of(case).peekable();
        others.peek().is_some() && (!own.released || others.any(is_unanswered))
    }
}

//! Counts: how often persons were seen.

use std::collections::BTreeMap;

use super::answer::Refusal;
use super::number::real;
use super::{MAX_PERSONS, TableError};

/// How many persons were seen once, twice, and so on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    persons: BTreeMap<u64, u64>,
    total: u64,
    /// The number of lists, where a person is seen at most once on each.
    lists: Option<u64>,
}

impl Counts {
    /// The most often that a person can be seen: every hour for a hundred years.
    pub const MAX_TIMES: u64 = 1_000_000;

    /// Adds persons who were seen so often; those who were seen as often are added up.
    pub fn add(&mut self, times: u64, persons: u64) -> Result<(), TableError> {
        if persons == 0 {
            return Ok(());
        }
        match times {
            0 => return Err(TableError::SeenZeroTimes),
            1..=Self::MAX_TIMES => {}
            more => return Err(TableError::TooOften(more)),
        }
        let total = self.total.checked_add(persons).filter(|total| *total <= MAX_PERSONS);
        self.total = total.ok_or(TableError::TooManyPersons)?;
        *self.persons.entry(times).or_default() += persons;
        Ok(())
    }

    pub(super) fn of_lists(persons: BTreeMap<u64, u64>, total: u64) -> Self {
        let lists = persons.keys().next_back().copied();
        Self { persons, total, lists }
    }

    /// Persons who were seen so often.
    #[must_use]
    pub fn seen(&self, times: u64) -> u64 {
        self.persons.get(&times).copied().unwrap_or(0)
    }

    /// Persons who were seen at all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Persons who were seen more than once.
    #[must_use]
    pub fn seen_again(&self) -> u64 {
        self.total - self.seen(1)
    }

    /// How often somebody was seen, all persons together.
    #[must_use]
    pub fn sightings(&self) -> f64 {
        self.persons.iter().map(|(times, persons)| real(*times) * real(*persons)).sum()
    }

    /// The most often that anybody was seen.
    #[must_use]
    pub fn most(&self) -> u64 {
        self.iter().map(|(times, _)| times).last().unwrap_or(0)
    }

    /// Times and persons, in order; without times that nobody was seen.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.persons.iter().map(|(times, persons)| (*times, *persons)).filter(|(_, persons)| *persons > 0)
    }

    /// Refuses counts of nobody, or of whom nobody was seen again: every estimator asks how often that happened.
    pub(super) fn refuse_without_recaptures(&self) -> Result<(), Refusal> {
        match (self.total(), self.seen_again()) {
            (0, _) => Err(Refusal::NoPersons),
            (_, 0) => Err(Refusal::NoRecaptures),
            _ => Ok(()),
        }
    }

    /// The same, and counts that lists bound: for estimators of persons who may be seen any number of times.
    pub(super) fn refuse_bounded(&self) -> Result<(), Refusal> {
        match self.lists {
            Some(lists) if self.total > 0 => Err(Refusal::BoundedCounts { lists }),
            _ => self.refuse_without_recaptures(),
        }
    }

    /// The number of lists that the counts are taken from: nobody is seen more often than that.
    #[must_use]
    pub fn lists(&self) -> Option<u64> {
        self.lists
    }
}

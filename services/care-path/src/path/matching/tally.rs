//! Adds up what speaks for two being one, and what speaks against it.

use chrono::TimeDelta;

use super::names::{self, Name};
use super::traits::{Key, Traits};
use super::weights::{self, Tenths};
use super::who::{Known, Source, Who};
use super::{Evidence, Population};
use crate::codes::{DataClass, MatchReason, Problem};
use crate::policy::{Category, Depth};

/// Evidence that nobody keeps yet: most comparisons come to nothing.
pub(super) struct Found<'a> {
    pub(super) reason: MatchReason,
    pub(super) weight: Tenths,
    cell: (Category, Depth),
    sources: [&'a Source; 2],
}

impl From<Found<'_>> for Evidence {
    fn from(found: Found<'_>) -> Self {
        let ((category, depth), sources) = (found.cell, found.sources.map(Clone::clone));
        Self { reason: found.reason, weight: found.weight, category, depth, sources }
    }
}

/// Adds up what speaks for and against.
pub(super) struct Tally<'a> {
    one: &'a Who,
    other: &'a Who,
    pub(super) found: Vec<Found<'a>>,
    pub(super) score: Tenths,
}

impl<'a> Tally<'a> {
    /// Who two are, beside what they are called.
    pub(super) fn of(one: &'a Who, other: &'a Who, population: &Population<'_>) -> Self {
        let mut tally = Self { one, other, found: Vec::with_capacity(8), score: 0 };
        tally.sex();
        tally.born();
        tally.birth_place();
        tally.documents();
        tally.contacts(population);
        tally.countries();
        tally
    }

    fn add(&mut self, reason: MatchReason, weight: Tenths, cell: (Category, Depth), sources: [&'a Source; 2]) {
        if weight != 0 {
            self.score += weight;
            self.found.push(Found { reason, weight, cell, sources });
        }
    }

    fn sex(&mut self) {
        let (Some(one), Some(other)) = (&self.one.sex, &self.other.sex) else { return };
        let weight = if one.value == other.value { weights::sex(one.value) } else { weights::other_sex() };
        self.add(MatchReason::Sex, weight, FULL_IDENTITY, [&one.source, &other.source]);
    }

    fn born(&mut self) {
        if let (Some(one), Some(other)) = (&self.one.birth_date, &self.other.birth_date) {
            let weight = weights::birth_date(one.value, other.value);
            self.add(MatchReason::BirthDate, weight, MINIMAL_IDENTITY, [&one.source, &other.source]);
            return;
        }
        let (Some(one), Some(other)) = (&self.one.born_about, &self.other.born_about) else { return };
        let weight = weights::age((one.value - other.value).unsigned_abs());
        self.add(MatchReason::ApproximateAge, weight, FULL_IDENTITY, [&one.source, &other.source]);
    }

    fn birth_place(&mut self) {
        let (Some(one), Some(other)) = (&self.one.birth_place, &self.other.birth_place) else { return };
        let weight = weights::birth_place(names::is_alike(&one.value, &other.value));
        self.add(MatchReason::BirthPlace, weight, FULL_IDENTITY, [&one.source, &other.source]);
    }

    /// One document that is the same says it all.
    fn documents(&mut self) {
        let (Some(one), Some(other)) = (&self.one.documents, &self.other.documents) else { return };
        let pairs = one.value.iter().flat_map(|one| other.value.iter().map(move |other| one.is_same(other)));
        if let Some(is_same) = pairs.flatten().max() {
            self.add(MatchReason::Documents, weights::document(is_same), FULL_IDENTITY, [&one.source, &other.source]);
        }
    }

    /// People change where word can be left for them: only what is the same counts.
    fn contacts(&mut self, population: &Population<'_>) {
        let shared = self.one.contacts.iter().filter_map(|one| {
            let other = self.other.contacts.iter().find(|other| other.value == one.value)?;
            let weight = weights::contact(population.share_here(Key::Contact(one.value)));
            Some((weight, [&one.source, &other.source]))
        });
        if let Some((weight, sources)) = shared.max_by_key(|(weight, _)| *weight) {
            self.add(MatchReason::Contact, weight, MINIMAL_IDENTITY, sources);
        }
    }

    /// Country and languages tell much the same of somebody: the stronger of them counts. Where neither is shared, the
    /// words for where they come from may be.
    fn countries(&mut self) {
        let mut strongest = None;
        if let (Some(one), Some(other)) = (&self.one.countries, &self.other.countries) {
            let shared = one.value.iter().filter(|country| other.value.contains(country));
            let weight = shared.map(|country| weights::country(*country)).max();
            let weight = weight.unwrap_or(weights::no_shared_country());
            strongest = Some((weight, MatchReason::Countries, FULL_IDENTITY, [&one.source, &other.source]));
        }
        if let (Some(one), Some(other)) = (&self.one.languages, &self.other.languages) {
            let shared = one.value.iter().filter(|language| other.value.contains(language));
            let weight = shared.map(weights::language).max().unwrap_or(0);
            if weight > strongest.map_or(0, |(weight, ..)| weight.abs()) {
                strongest = Some((weight, MatchReason::Languages, MINIMAL_IDENTITY, [&one.source, &other.source]));
            }
        }
        if strongest.is_none()
            && let (Some(one), Some(other)) = (&self.one.origin, &self.other.origin)
            && names::is_alike(&one.value, &other.value)
        {
            strongest = Some((weights::ORIGIN, MatchReason::Origin, FULL_IDENTITY, [&one.source, &other.source]));
        }
        if let Some((weight, reason, cell, sources)) = strongest {
            self.add(reason, weight, cell, sources);
        }
    }

    /// Problems come together: the rarest that is shared counts in full, and a second adds a little.
    pub(super) fn problems(&mut self, one: &'a Traits, other: &'a Traits) {
        let shared = one.problems.iter().filter_map(|one| {
            let other = other.problems.iter().find(|other| other.value == one.value)?;
            Some((weights::problem(one.value), one.value, [&one.source, &other.source]))
        });
        let mut shared: Vec<_> = shared.filter(|(weight, ..)| *weight > 0).collect();
        shared.sort_by_key(|(weight, problem, _)| (std::cmp::Reverse(*weight), *problem));
        for (place, (weight, problem, sources)) in shared.into_iter().take(2).enumerate() {
            let weight = if place == 0 { weight } else { weights::SECOND_PROBLEM };
            self.add(MatchReason::Problems, weight, problem_cell(problem), sources);
        }
    }

    pub(super) fn location_types(&mut self, one: &'a Traits, other: &'a Traits) {
        let shared = one.location_types.iter().find_map(|one| {
            let other = other.location_types.iter().find(|other| other.value == one.value)?;
            Some([&one.source, &other.source])
        });
        if let Some(sources) = shared {
            self.add(MatchReason::LocationType, weights::LOCATION_TYPE, MINIMAL_PRESENCE, sources);
        }
    }

    pub(super) fn time(&mut self, one: &'a Traits, other: &'a Traits, gap: TimeDelta) {
        let sources = [&one.opened, &other.opened];
        self.add(MatchReason::OccurredAt, weights::gap(gap), MINIMAL_PRESENCE, sources);
    }

    /// The most alike of all names that either was called.
    pub(super) fn names(&mut self, one: &'a [Known<Name>], other: &'a [Known<Name>], population: &Population<'_>) {
        let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one, other)));
        let weighed = |one: &Known<Name>, other: &Known<Name>| names::weigh(&one.value, &other.value, population);
        let best = pairs.map(|(one, other)| (weighed(one, other), [&one.source, &other.source]));
        if let Some((weight, sources)) = best.max_by_key(|(weight, _)| *weight) {
            self.add(MatchReason::Name, weight, MINIMAL_IDENTITY, sources);
        }
    }
}

const FULL_IDENTITY: (Category, Depth) = (Category::Identity, Depth::Full);
const MINIMAL_IDENTITY: (Category, Depth) = (Category::Identity, Depth::Minimal);
const MINIMAL_PRESENCE: (Category, Depth) = (Category::Presence, Depth::Minimal);

fn problem_cell(problem: Problem) -> (Category, Depth) {
    let category = match problem.data_class() {
        DataClass::Medical => Category::Medical,
        DataClass::Justice => Category::Justice,
        DataClass::Identity | DataClass::Social | DataClass::Return => Category::Social,
    };
    (category, Depth::Minimal)
}

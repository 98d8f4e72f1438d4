//! Who may be the same human being: a small, explainable comparison of two paths. It only ever suggests. A coordinator
//! answers, by linking the two or by saying that they are not the same; nothing is linked by itself.
//!
//! The comparison is the field's standard: Fellegi and Sunter, "A Theory for Record Linkage", Journal of the American
//! Statistical Association 64 (1969), 1183-1210. Each attribute that both paths know adds its weight, in bits: how much
//! likelier agreement is of one person than of two whom chance put side by side. An attribute that contradicts has a
//! negative weight: it may have been heard or typed wrongly. What many share weighs less than what is rare. The weights
//! are in [`weights`], how names agree in [`names`], and how common they are in [`name_forms`].

mod name_forms;
mod names;
mod traits;
mod weights;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::TimeDelta;

pub use names::Name;
pub use traits::{Key, Known, Source, Traits};

use crate::codes::{DataClass, MatchReason, Problem};
use crate::event::EventKind;
use crate::path::Stamp;
use crate::policy::{Category, Depth};
use weights::{Among, Tenths};

/// Somebody who was last seen longer before is found by who they are, and not by what happened to them: that changes.
pub const WINDOW: TimeDelta = TimeDelta::days(30);

/// One attribute that speaks for two paths being of one person, or against it.
#[derive(Clone)]
pub struct Evidence {
    /// What agrees, or speaks against where the weight is negative.
    pub reason: MatchReason,
    pub(crate) weight: Tenths,
    /// Whoever may not see this of both, is not told.
    pub(crate) category: Category,
    pub(crate) depth: Depth,
    pub(crate) sources: [Source; 2],
}

/// That two paths may be of one person, and why.
#[derive(Clone)]
pub struct Likeness {
    pub(crate) evidence: Vec<Evidence>,
    /// How much it takes: less where one of them is being looked for.
    pub(crate) needed: Tenths,
    /// What completed it.
    pub(crate) since: Source,
}

impl Likeness {
    /// The weight of all evidence, in tenths of a bit.
    #[must_use]
    pub fn score(&self) -> i32 {
        self.evidence.iter().map(|evidence| evidence.weight).sum()
    }

    /// The event that completed it, and when that was recorded.
    #[must_use]
    pub fn since(&self) -> (&Arc<Stamp>, EventKind) {
        (&self.since.stamp, self.since.kind)
    }

    /// As much of it as somebody may know, if that still is enough.
    pub(crate) fn told(&self, may_know: impl Fn(&Evidence) -> bool) -> Option<Self> {
        let evidence: Vec<_> = self.evidence.iter().filter(|evidence| may_know(evidence)).cloned().collect();
        Self::of(evidence, self.needed, &[])
    }

    /// The likeness that evidence makes, if it is enough. It is there since the evidence for it was recorded that made
    /// it enough; what is not evidence must have been recorded as well.
    fn of(mut evidence: Vec<Evidence>, needed: Tenths, also: &[&Source]) -> Option<Self> {
        let score: Tenths = evidence.iter().map(|evidence| evidence.weight).sum();
        if score < needed {
            return None;
        }
        evidence.sort_by_key(|evidence| (evidence.weight >= 0, recorded(evidence.later())));
        let mut sum = 0;
        let completes = |evidence: &&Evidence| {
            sum += evidence.weight;
            sum >= needed
        };
        let last = evidence.iter().find(completes)?.later();
        let since = also.iter().copied().chain([last]).max_by_key(|source| recorded(source))?.clone();
        Some(Self { evidence, needed, since })
    }
}

impl Evidence {
    fn later(&self) -> &Source {
        let [one, other] = &self.sources;
        if recorded(other) > recorded(one) { other } else { one }
    }
}

fn recorded(source: &Source) -> (crate::time::DateTime, crate::ids::EventId) {
    (source.stamp.recorded_at, source.stamp.event_id)
}

/// Among whom two were found: what many of them have, tells little.
#[derive(Clone, Copy)]
pub struct Population<'a> {
    /// How many there are.
    pub persons: usize,
    /// How many of them have a key; more than a few hundred need not be counted.
    pub having: &'a dyn Fn(Key) -> usize,
}

impl Population<'static> {
    /// Nobody else: only what is known of names counts.
    pub const NOBODY: Self = Self { persons: 0, having: &|_| 0 };
}

impl Population<'_> {
    /// So many of so many have something. That two of a few have it says little of how many do elsewhere: it is taken as
    /// if there were a thousand more who have not.
    #[allow(clippy::cast_precision_loss)] // far fewer persons than that
    fn share(&self, key: Key) -> f64 {
        (self.having)(key) as f64 / (self.persons + 1000) as f64
    }

    /// The same for what belongs to a place, as if there were two hundred at the least.
    #[allow(clippy::cast_precision_loss)] // far fewer persons than that
    fn share_here(&self, key: Key) -> f64 {
        (self.having)(key) as f64 / self.persons.max(200) as f64
    }
}

/// Compares two paths. `None` where it is not enough.
#[must_use]
pub fn compare(one: &Traits, other: &Traits, population: &Population<'_>) -> Option<Likeness> {
    let (earlier, later) = if one.began() <= other.began() { (one, other) } else { (other, one) };
    let gap = later.came_after(earlier);
    let sought = earlier.fits_search(later).or_else(|| later.fits_search(earlier));
    let sought = sought.filter(|_| gap <= WINDOW && one.municipality == other.municipality);
    let among = if one.municipality != other.municipality {
        Among::OfTheCountry
    } else if sought.is_some() {
        Among::Sought
    } else if gap <= WINDOW && (one.provisional || other.provisional) {
        Among::OfAMonth
    } else {
        Among::OfAMunicipality
    };
    let mut tally = Tally { one, other, found: Vec::with_capacity(8), score: 0 };
    tally.sex();
    tally.born();
    tally.birth_place();
    tally.documents();
    tally.contacts(population);
    tally.countries();
    if among.counts_circumstances() {
        tally.problems();
        tally.location_types();
        tally.time(gap);
    }
    // Comparing names costs more than all the rest: it is left out where no name could make it enough.
    let needed = among.needed();
    if tally.score + weights::MOST_OF_A_NAME < needed {
        return None;
    }
    tally.names(population);
    if tally.score < needed {
        return None;
    }
    let also: Vec<_> = sought.into_iter().chain([&one.opened, &other.opened]).collect();
    Likeness::of(tally.found.into_iter().map(Evidence::from).collect(), needed, &also)
}

/// Evidence that nobody keeps yet: most comparisons come to nothing.
struct Found<'a> {
    reason: MatchReason,
    weight: Tenths,
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
struct Tally<'a> {
    one: &'a Traits,
    other: &'a Traits,
    found: Vec<Found<'a>>,
    score: Tenths,
}

impl<'a> Tally<'a> {
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
    fn problems(&mut self) {
        let shared = self.one.problems.iter().filter_map(|one| {
            let other = self.other.problems.iter().find(|other| other.value == one.value)?;
            Some((weights::problem(one.value), one.value, [&one.source, &other.source]))
        });
        let mut shared: Vec<_> = shared.filter(|(weight, ..)| *weight > 0).collect();
        shared.sort_by_key(|(weight, problem, _)| (std::cmp::Reverse(*weight), *problem));
        for (place, (weight, problem, sources)) in shared.into_iter().take(2).enumerate() {
            let weight = if place == 0 { weight } else { weights::SECOND_PROBLEM };
            self.add(MatchReason::Problems, weight, problem_cell(problem), sources);
        }
    }

    fn location_types(&mut self) {
        let shared = self.one.location_types.iter().find_map(|one| {
            let other = self.other.location_types.iter().find(|other| other.value == one.value)?;
            Some([&one.source, &other.source])
        });
        if let Some(sources) = shared {
            self.add(MatchReason::LocationType, weights::LOCATION_TYPE, MINIMAL_PRESENCE, sources);
        }
    }

    fn time(&mut self, gap: TimeDelta) {
        let sources = [&self.one.opened, &self.other.opened];
        self.add(MatchReason::OccurredAt, weights::gap(gap), MINIMAL_PRESENCE, sources);
    }

    /// The most alike of all names that either was called.
    fn names(&mut self, population: &Population<'_>) {
        let pairs = self.one.names.iter().flat_map(|one| self.other.names.iter().map(move |other| (one, other)));
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

//! Who may be the same human being: a small, explainable comparison of two paths. It only ever suggests. A coordinator
//! answers, by linking the two or by saying that they are not the same; nothing is linked by itself.
//!
//! The comparison is the field's standard: Fellegi and Sunter, "A Theory for Record Linkage", Journal of the American
//! Statistical Association 64 (1969), 1183-1210. Each attribute that both paths know adds its weight, in bits: how much
//! likelier agreement is of one person than of two whom chance put side by side. An attribute that contradicts ends the
//! comparison. The weights are in [`weights`].

mod traits;
mod weights;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{Datelike, NaiveDate, TimeDelta};

pub use traits::{Key, Known, Name, Source, Traits};

use crate::codes::{DataClass, MatchReason, Problem};
use crate::event::EventKind;
use crate::path::Stamp;
use crate::policy::{Category, Depth};
use weights::{Tenths, at_least};

/// Somebody who was last seen longer before is not thought of: what is known of people changes.
pub const WINDOW: TimeDelta = TimeDelta::days(30);

/// One attribute that speaks for two paths being of one person, or against it.
#[derive(Clone)]
pub struct Evidence {
    /// What agrees; `None` where it speaks against.
    pub reason: Option<MatchReason>,
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

/// Compares two paths. `None` where nothing is suggested: neither is looked for nor provisional, they have nothing to
/// do with each other in place or time, something contradicts, or it is not enough.
#[must_use]
pub fn compare(one: &Traits, other: &Traits) -> Option<Likeness> {
    if one.municipality != other.municipality {
        return None;
    }
    let (earlier, later) = if one.began() <= other.began() { (one, other) } else { (other, one) };
    let sought = earlier.fits_search(later).or_else(|| later.fits_search(earlier));
    if sought.is_none() && !one.provisional && !other.provisional {
        return None;
    }
    let gap = later.came_after(earlier);
    if gap > WINDOW {
        return None;
    }
    let needed = at_least(sought.is_some());
    let mut tally = Tally { one, other, found: Vec::with_capacity(8), score: 0 };
    tally.sex()?;
    tally.born()?;
    tally.countries()?;
    tally.problems();
    tally.location_types();
    tally.time(gap);
    // Comparing names costs more than all the rest: it is left out where no name could make it enough.
    if tally.score + weights::MOST_OF_A_NAME < needed {
        return None;
    }
    tally.names();
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
        Self { reason: (found.weight > 0).then_some(found.reason), weight: found.weight, category, depth, sources }
    }
}

/// Adds up what speaks for and against. A `None` of one of its steps is a contradiction.
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

    fn sex(&mut self) -> Option<()> {
        let (Some(one), Some(other)) = (&self.one.sex, &self.other.sex) else { return Some(()) };
        if one.value != other.value {
            return None;
        }
        self.add(MatchReason::Sex, weights::sex(one.value), FULL_IDENTITY, [&one.source, &other.source]);
        Some(())
    }

    fn born(&mut self) -> Option<()> {
        if let (Some(one), Some(other)) = (&self.one.birth_date, &self.other.birth_date) {
            let weight = weights::birth_date(closeness(one.value.first(), other.value.first())?, one.value.first());
            self.add(MatchReason::BirthDate, weight, MINIMAL_IDENTITY, [&one.source, &other.source]);
            return Some(());
        }
        let (Some(one), Some(other)) = (&self.one.born_about, &self.other.born_about) else { return Some(()) };
        let weight = weights::age((one.value - other.value).unsigned_abs())?;
        self.add(MatchReason::ApproximateAge, weight, FULL_IDENTITY, [&one.source, &other.source]);
        Some(())
    }

    /// Country and languages tell much the same of somebody: the stronger of them counts. Where neither is shared, the
    /// words for where they come from may be.
    fn countries(&mut self) -> Option<()> {
        let mut strongest = None;
        if let (Some(one), Some(other)) = (&self.one.countries, &self.other.countries) {
            let shared = one.value.iter().filter(|country| other.value.contains(country));
            let weight = shared.map(|country| weights::country(*country)).max()?;
            strongest = Some((weight, MatchReason::Countries, FULL_IDENTITY, [&one.source, &other.source]));
        }
        if let (Some(one), Some(other)) = (&self.one.languages, &self.other.languages) {
            let shared = one.value.iter().filter(|language| other.value.contains(language));
            let weight = shared.map(weights::language).max().unwrap_or(0);
            if weight > strongest.map_or(0, |(weight, ..)| weight) {
                strongest = Some((weight, MatchReason::Languages, MINIMAL_IDENTITY, [&one.source, &other.source]));
            }
        }
        if strongest.is_none()
            && let (Some(one), Some(other)) = (&self.one.origin, &self.other.origin)
            && weights::is_alike(&one.value, &other.value)
        {
            strongest = Some((weights::ORIGIN, MatchReason::Origin, FULL_IDENTITY, [&one.source, &other.source]));
        }
        if let Some((weight, reason, cell, sources)) = strongest {
            self.add(reason, weight, cell, sources);
        }
        Some(())
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
    fn names(&mut self) {
        let pairs = self.one.names.iter().flat_map(|one| self.other.names.iter().map(move |other| (one, other)));
        let best = pairs.map(|(one, other)| (weights::names(&one.value, &other.value), [&one.source, &other.source]));
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

/// How close two dates of birth are; `None` where they contradict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closeness {
    Same,
    /// Day and month in the other order, or one of day, month and year another: as dates are misheard.
    Nearly,
}

fn closeness(one: NaiveDate, other: NaiveDate) -> Option<Closeness> {
    if one == other {
        return Some(Closeness::Same);
    }
    let (day, month, year) = (one.day() == other.day(), one.month() == other.month(), one.year() == other.year());
    let turned = year && one.day() == other.month() && one.month() == other.day();
    let near = (one.year() - other.year()).abs() <= 1;
    let one_off = [day, month, year].iter().filter(|same| **same).count() == 2 && near;
    (turned || one_off).then_some(Closeness::Nearly)
}

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
mod sought;
mod spoken;
mod tally;
mod traits;
mod vocabulary;
mod weights;
mod who;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::TimeDelta;

pub use names::{Name, Word};
pub use sought::{Findable, Fit, NotSought, PersonSought, Sought};
pub use spoken::{Spoken, Words};
pub use traits::{Key, Traits};
pub use vocabulary::Vocabulary;
pub use who::{Known, Source, Who};

use crate::codes::MatchReason;
use crate::event::EventKind;
use crate::path::Stamp;
use crate::policy::{Category, Depth};
use tally::Tally;
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
    let mut tally = Tally::of(&one.who, &other.who, population);
    if among.counts_circumstances() {
        tally.problems(one, other);
        tally.location_types(one, other);
        tally.time(one, other, gap);
    }
    // Comparing names costs more than all the rest: it is left out where no name could make it enough.
    let needed = among.needed();
    if tally.score + weights::MOST_OF_A_NAME < needed {
        return None;
    }
    tally.names(&one.names, &other.names, population);
    if tally.score < needed {
        return None;
    }
    let also: Vec<_> = sought.into_iter().chain([&one.opened, &other.opened]).collect();
    Likeness::of(tally.found.into_iter().map(Evidence::from).collect(), needed, &also)
}

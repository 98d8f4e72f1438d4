//! Durations of which some have not ended: the estimator of Kaplan and Meier (1958), Journal of the American Statistical
//! Association 53:457.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::categories::{AGE_BANDS, COUNTRIES, SEXES};
use super::persons::is_during;
use super::places::{PLACES, PlaceSet};
use crate::definitions::Cut;
use crate::facts::{Path, Span};
use crate::period::Period;
use crate::size::real;

/// Durations in days, of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survival {
    /// By the day: how many ended, and of how many no more is known.
    days: BTreeMap<u32, (u64, u64)>,
}

/// Durations of all places in one category.
#[derive(Debug, Clone, Default)]
pub struct Times {
    /// The cut and the category; `None` for the total.
    pub category: Option<(Cut, &'static str)>,
    pub places: [Survival; PLACES],
}

impl Survival {
    /// One that ended, or that was still going on when it was last known.
    pub fn add(&mut self, days: u32, has_ended: bool) {
        let (ended, censored) = self.days.entry(days).or_default();
        *(if has_ended { ended } else { censored }) += 1;
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.days.values().map(|(ended, censored)| ended + censored).sum()
    }

    /// How many ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.days.values().map(|(ended, _)| ended).sum()
    }

    /// How many ended by the end of a day.
    #[must_use]
    pub fn ended_by(&self, day: u32) -> u64 {
        self.days.range(..=day).map(|(_, (ended, _))| ended).sum()
    }

    /// How many were followed for so many days at least, or ended before.
    #[must_use]
    pub fn followed(&self, day: u32) -> u64 {
        self.days.iter().map(|(at, (ended, censored))| ended + if *at >= day { *censored } else { 0 }).sum()
    }

    /// The part for which it had not ended by the end of each day on which one ended. Those of whom no more is known on a day
    /// are at risk on it.
    #[must_use]
    pub fn curve(&self) -> Vec<(u32, f64)> {
        let mut at_risk = self.total();
        let mut part = 1.0;
        let mut curve = Vec::new();
        for (day, (ended, censored)) in &self.days {
            if *ended > 0 {
                part *= 1.0 - real(*ended) / real(at_risk);
                curve.push((*day, part));
            }
            at_risk -= ended + censored;
        }
        curve
    }

    /// The part for which it had not ended by the end of a day.
    #[must_use]
    pub fn after(&self, day: u32) -> f64 {
        self.curve().into_iter().take_while(|(at, _)| *at <= day).last().map_or(1.0, |(_, part)| part)
    }

    /// The first day by which it had ended for this part; `None` where it has not.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Option<u32> {
        // A curve that meets the part exactly must not miss it by an error of rounding.
        self.curve().into_iter().find(|(_, left)| *left <= 1.0 - part + 1e-12).map(|(day, _)| day)
    }
}

/// Collects durations.
pub struct Waiting {
    period: Period,
    on: NaiveDate,
    care: Vec<Times>,
    out_of_sight: Times,
}

impl Waiting {
    pub fn new(period: Period, on: NaiveDate) -> Self {
        let of = |cut, list: &'static [&'static str]| {
            list.iter().map(move |code| Times { category: Some((cut, *code)), ..Times::default() })
        };
        let categories = of(Cut::Country, &COUNTRIES).chain(of(Cut::Sex, &SEXES)).chain(of(Cut::AgeBand, &AGE_BANDS));
        let care = [Times::default()].into_iter().chain(categories).collect();
        Self { period, on, care, out_of_sight: Times::default() }
    }

    pub fn add(&mut self, path: &Path, [country, sex, age]: [usize; 3]) {
        let first = path.signals.iter().min_by_key(|signal| signal.on);
        if let Some(signal) = first.filter(|signal| self.period.contains(signal.on)) {
            let (days, has_ended) = to_first_care(path, signal.on, self.on);
            let first_age = 1 + COUNTRIES.len() + SEXES.len();
            for place in PlaceSet::of(signal.municipality.as_deref()).places() {
                for group in [0, 1 + country, 1 + COUNTRIES.len() + sex, first_age + age] {
                    self.care[group].places[place].add(days, has_ended);
                }
            }
        }
        for Span { from, until } in path.out_of_sight.iter().filter(|span| self.period.contains(span.from)) {
            // Of the dead a find is no end: nobody was seen again.
            let is_seen = |until: &NaiveDate| *until <= self.on && path.died.is_none_or(|died| *until < died);
            let until_known = until.filter(is_seen);
            let last = path.died.map_or(self.on, |died| died.min(self.on));
            let at = PlaceSet::of(path.municipality_on(*from).map(AsRef::as_ref));
            for place in at.places() {
                let days = days_between(*from, until_known.unwrap_or(last));
                self.out_of_sight.places[place].add(days, until_known.is_some());
            }
        }
    }

    pub fn finish(self) -> (Vec<Times>, Times) {
        (self.care, self.out_of_sight)
    }
}

/// Days from the first signal to the first care, and whether there was care. Care that began before counts as no wait.
fn to_first_care(path: &Path, signal: NaiveDate, on: NaiveDate) -> (u32, bool) {
    let care = path.care.iter().min().filter(|care| **care <= on);
    if let Some(care) = care {
        return (days_between(signal, *care), true);
    }
    let is_open = path.open.iter().any(|open| is_during(*open, on));
    let closed = path.open.iter().filter_map(|open| open.until).max().filter(|_| !is_open);
    let last = [Some(on), path.died, closed].into_iter().flatten().min().unwrap_or(on);
    (days_between(signal, last), false)
}

/// Whole days; none where the second is before the first.
fn days_between(from: NaiveDate, until: NaiveDate) -> u32 {
    u32::try_from((until - from).num_days()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remission of leukaemia under 6-mercaptopurine, weeks: Freireich et al. (1963), Blood 21:699. A + is censored.
    fn remissions() -> Survival {
        let mut survival = Survival::default();
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        for (weeks, has_ended) in
            ended.map(|weeks| (weeks, true)).into_iter().chain(censored.map(|weeks| (weeks, false)))
        {
            survival.add(weeks, has_ended);
        }
        survival
    }

    #[test]
    fn a_published_curve_is_reproduced() {
        let published = [(6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)];
        let curve = remissions().curve();
        assert_eq!(curve.len(), published.len());
        for ((week, part), (of, expected)) in curve.into_iter().zip(published) {
            assert!(week == of && (part - expected).abs() < 5e-4, "{week}: {part}");
        }
        assert_eq!(remissions().quantile(0.5), Some(23));
        assert_eq!(remissions().quantile(0.25), Some(13));
        assert_eq!(remissions().quantile(0.75), None);
        assert!((remissions().after(12) - 0.753).abs() < 5e-4);
    }

    #[test]
    fn without_censoring_the_median_is_that_of_the_sample() {
        let mut survival = Survival::default();
        (1..=9).for_each(|days| survival.add(days, true));
        assert_eq!(survival.quantile(0.5), Some(5));
        assert_eq!(survival.quantile(1.0), Some(9));
        assert_eq!((survival.total(), survival.ended()), (9, 9));
    }

    #[test]
    fn nobody_has_no_median() {
        assert_eq!(Survival::default().quantile(0.5), None);
    }

    #[test]
    fn who_is_found_dead_was_not_seen_again() {
        let day = |number| NaiveDate::from_ymd_opt(2026, 2, number).unwrap();
        let length = |until, died| {
            let span = Span { from: day(1), until };
            let path = Path { out_of_sight: vec![span], died, ..Path::default() };
            let mut waiting = Waiting::new(Period::year(2026).unwrap(), day(20));
            waiting.add(&path, [0; 3]);
            let survival = waiting.finish().1.places[4].clone();
            (survival.days.keys().copied().next(), survival.ended())
        };
        assert_eq!(length(Some(day(9)), None), (Some(8), 1));
        assert_eq!(length(Some(day(9)), Some(day(9))), (Some(8), 0));
        // It was said later than it happened.
        assert_eq!(length(Some(day(15)), Some(day(9))), (Some(8), 0));
        assert_eq!(length(Some(day(5)), Some(day(9))), (Some(4), 1));
        assert_eq!(length(None, None), (Some(19), 0));
    }
}

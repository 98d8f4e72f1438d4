//! Figures that are no counts: durations, and the size of the population.

use super::Told;
use super::draft::{Spot, table};
use crate::definitions::{Cut, Unit};
use crate::frozen::{Cell, Durations, Estimated, Table, Value};
use crate::indicators::{Census, Survival, Times, YEAR, histories};
use crate::size::{Answer, Estimate, Estimator, Interval, Method, Outcome, Settings, of_histories, real};

const CARE: &str = "days_to_first_care";
const OUT_OF_SIGHT: &str = "out_of_sight";
const SIZE: &str = "population_size";
/// The days of a curve.
const DAYS: [u32; 8] = [7, 14, 30, 60, 90, 180, 270, 365];
/// Durations are rounded to a multiple of so many days, and parts to so many percent.
const BASE: u32 = 5;
/// Estimates are rounded to a multiple of so many persons, lower ends down and upper ends up.
const BASE_OF_SIZE: u64 = 10;

/// The durations that are told: of all places, and for a year by the cuts of a person.
pub fn durations(told: &Told, census: &Census) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for times in &census.days_to_first_care {
        if times.category.is_some() && told.slot != YEAR {
            continue;
        }
        let cells = of_places(told, times);
        let cuts: Vec<Cut> = [Cut::Municipality].into_iter().chain(times.category.map(|(cut, _)| cut)).collect();
        match tables.iter_mut().find(|table| table.cuts == cuts) {
            Some(table) => table.cells.extend(cells),
            None => tables.extend(table(CARE, cuts, cells)),
        }
    }
    let lengths = table(OUT_OF_SIGHT, vec![Cut::Municipality], of_places(told, &census.out_of_sight));
    tables.extend(lengths.map(|table| Table { unit: Unit::Days, ..table }));
    tables
}

fn of_places(told: &Told, times: &Times) -> Vec<Cell> {
    let (cuts, codes) = times.category.map(|(cut, code)| (vec![cut], vec![code.to_owned()])).unwrap_or_default();
    let cell = |place: usize| {
        let at = Spot { cuts: cuts.clone(), codes: codes.clone(), ..Spot::total(told.slot, place) };
        Cell { categories: at.categories(), value: duration(&times.places[place], told.rule.threshold + 1) }
    };
    told.places.iter().copied().map(cell).collect()
}

/// Quartiles and curve, where at least so many persons are on either side of each.
fn duration(of: &Survival, least: u64) -> Value {
    let is_between = |day: u32| {
        let ended = of.ended_by(day);
        ended >= least && of.followed(day).saturating_sub(ended) >= least
    };
    let quantile = |quarters: u32| {
        let part = f64::from(quarters) / 4.0;
        let (total, enough) = (real(of.total()), real(least));
        let is_enough = total * part >= enough && total * (1.0 - part) >= enough;
        of.quantile(part).filter(|day| is_enough && is_between(*day)).map(round)
    };
    let percent = |day: u32| {
        let steps = (of.after(day) * 100.0 / f64::from(BASE)).round();
        // A number from 0 to 20.
        let percent = (0..=100 / BASE).find(|step| f64::from(*step) >= steps).unwrap_or(0) * BASE;
        is_between(day).then_some((day, percent))
    };
    let [lower_quartile, median, upper_quartile] = [1, 2, 3].map(quantile);
    let curve: std::collections::BTreeMap<_, _> = DAYS.into_iter().filter_map(percent).collect();
    if [lower_quartile, median, upper_quartile] == [None; 3] && curve.is_empty() {
        return Value::Suppressed;
    }
    Value::Days(Durations { lower_quartile, median, upper_quartile, curve })
}

fn round(days: u32) -> u32 {
    (days + BASE / 2) / BASE * BASE
}

/// The size of the population where unique persons are told.
pub fn sizes(told: &Told, census: &Census, unique: Option<&Table>) -> Option<Table> {
    let cell = |place: usize| {
        let categories = Spot::total(told.slot, place).categories();
        let shown = unique.and_then(|table| table.cells.iter().find(|cell| cell.categories == categories));
        let is_told = shown.is_some_and(|cell| matches!(cell.value, Value::Count(count) if count > 0));
        let is_enough = census.captures.total(place) > told.rule.threshold;
        let value = if is_told && is_enough { size(census, place) } else { Value::Suppressed };
        Cell { categories, value }
    };
    table(SIZE, vec![Cut::Municipality], told.places.iter().copied().map(cell).collect())
}

/// By the log-linear model with the lowest BIC; without one, Chao's lower bound.
fn size(census: &Census, place: usize) -> Value {
    let Ok(table) = histories(&census.captures, place) else { return Value::Refused("no_persons".to_owned()) };
    let report = of_histories(&table, Settings { replicates: 0, seed: 1 });
    let best = report.best.as_ref().map(|best| best.bic.as_str());
    let is_best = |outcome: &&Outcome| match outcome.estimator {
        Estimator::LogLinear => outcome.model.as_deref() == best,
        Estimator::Chao => best.is_none(),
        Estimator::Chapman | Estimator::ChaoBiasCorrected | Estimator::Zelterman | Estimator::ZeroTruncatedPoisson => {
            false
        }
    };
    match report.outcomes.iter().find(is_best) {
        None => Value::Refused("not_converged".to_owned()),
        Some(Outcome { answer: Answer::Refused(refusal), .. }) => Value::Refused(refusal.code().to_owned()),
        Some(Outcome { answer: Answer::Estimated(estimate), model, .. }) => {
            let method = model.as_ref().map_or_else(|| "chao".to_owned(), |model| format!("log_linear {model}"));
            estimated(estimate, method)
        }
    }
}

fn estimated(of: &Estimate, method: String) -> Value {
    let by = |method: Method| of.intervals.iter().find(|interval| interval.method == method);
    let interval = by(Method::ProfileLikelihood).or(by(Method::LogNormal)).or(of.intervals.first());
    let Some(Interval { lower, upper, .. }) = interval.copied() else {
        return Value::Refused("uninformative".to_owned());
    };
    let base = real(BASE_OF_SIZE);
    Value::Estimate(Estimated {
        estimate: tens((of.estimate / base).round()),
        lower: tens((lower / base).floor()),
        upper: upper.map(|upper| tens((upper / base).ceil())),
        is_lower_bound: of.is_lower_bound,
        method,
        warnings: of.warnings.iter().map(|warning| warning.code().to_owned()).collect(),
    })
}

/// So many tens, of a whole number that is not negative.
fn tens(number: f64) -> u64 {
    format!("{:.0}", number.max(0.0)).parse::<u64>().unwrap_or(u64::MAX / BASE_OF_SIZE) * BASE_OF_SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survival(ended: u32, still: u64) -> Survival {
        let mut survival = Survival::default();
        (1..=ended).for_each(|day| survival.add(day, true));
        (0..still).for_each(|_| survival.add(400, false));
        survival
    }

    fn told(of: &Survival) -> Option<Durations> {
        match duration(of, 10) {
            Value::Days(days) => Some(days),
            Value::Count(_) | Value::Suppressed | Value::Estimate(_) | Value::Refused(_) => None,
        }
    }

    #[test]
    fn a_median_has_ten_persons_on_either_side() {
        assert_eq!(told(&survival(9, 9)), None);
        assert_eq!(told(&survival(30, 9)).and_then(|days| days.upper_quartile), None);
        let days = told(&survival(30, 30)).unwrap();
        assert_eq!((days.lower_quartile, days.median, days.upper_quartile), (Some(15), Some(30), None));
        assert_eq!(days.curve.get(&7), None);
        assert_eq!(days.curve.get(&14), Some(&75));
    }

    #[test]
    fn where_most_are_known_for_a_short_time_only_nothing_is_told() {
        let mut survival = Survival::default();
        (0..40).for_each(|_| survival.add(1, false));
        (2..=16).for_each(|day| survival.add(day, true));
        assert_eq!(told(&survival).and_then(|days| days.upper_quartile), None);
    }

    #[test]
    fn estimates_are_rounded_outwards() {
        assert_eq!([tens(0.0), tens(12.0), tens(-3.0)], [0, 120, 0]);
    }
}

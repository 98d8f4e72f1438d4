//! How often each interval covers the true size, and how far the estimates are from it: cities whose size is known.
//!
//! `cargo run --release -p monitor --example coverage [cities]` prints the tables of `docs/monitor.md`.

use std::collections::BTreeMap;

use monitor::size::{
    Answer, Counts, Estimate, Histories, History, Method, Outcome, Report, Settings, of_counts, of_histories,
};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution as _, Gamma, Poisson};

/// Persons of each city.
const SIZE: u32 = 2_000;
const REPLICATES: usize = 199;
const LISTS: usize = 3;
/// Chances to be on each of three lists.
const CHANCES: [f64; LISTS] = [0.35, 0.25, 0.15];

type Random = ChaCha8Rng;
/// On which lists a person is.
type Draw = fn(&mut Random) -> [bool; LISTS];
/// How often a person is seen.
type Sightings = fn(&mut Random) -> f64;

fn independent(random: &mut Random) -> [bool; LISTS] {
    CHANCES.map(|chance| random.random_bool(chance))
}

/// Who is on the first list is led to the second: the odds are four times as high.
fn referred(random: &mut Random) -> [bool; LISTS] {
    let [first, _, third] = independent(random);
    let odds = CHANCES[1] / (1.0 - CHANCES[1]) * if first { 4.0 } else { 1.0 };
    [first, random.random_bool(odds / (1.0 + odds)), third]
}

/// Who is on the first list avoids the second: the odds are a quarter.
fn avoiding(random: &mut Random) -> [bool; LISTS] {
    let [first, _, third] = independent(random);
    let odds = CHANCES[1] / (1.0 - CHANCES[1]) * if first { 0.25 } else { 1.0 };
    [first, random.random_bool(odds / (1.0 + odds)), third]
}

/// Some hide from all lists, some are on most: a chance of each person between nothing and twice the list's.
fn hiding(random: &mut Random) -> [bool; LISTS] {
    let of_person = Beta::new(1.0, 1.0).map_or(0.5, |beta| beta.sample(random)) * 2.0;
    CHANCES.map(|chance| random.random_bool(chance * of_person))
}

/// Two groups, one of which is on no list but the third.
fn out_of_reach(random: &mut Random) -> [bool; LISTS] {
    let lists = independent(random);
    if random.random_bool(0.2) { [false, false, lists[2]] } else { lists }
}

fn alike(random: &mut Random) -> f64 {
    Poisson::new(0.8).map_or(0.0, |poisson| poisson.sample(random))
}

fn unlike(random: &mut Random) -> f64 {
    let rate: f64 = Gamma::new(1.0, 0.8).map_or(0.0, |gamma| gamma.sample(random));
    Poisson::new(rate.max(1e-9)).map_or(0.0, |poisson| poisson.sample(random))
}

/// Half of those who were seen once keep away afterwards.
fn scared(random: &mut Random) -> f64 {
    let times = alike(random);
    if times > 1.0 && random.random_bool(0.5) { 1.0 } else { times }
}

const METHODS: [Method; 4] = [Method::LogNormal, Method::Wald, Method::ProfileLikelihood, Method::Bootstrap];

/// What came of one estimator in all cities.
#[derive(Default)]
struct Score {
    errors: Vec<f64>,
    /// Estimates with the warning of a poor fit.
    poor: u32,
    /// Of each method, how many intervals there were and how many covered the true size.
    intervals: [(u32, u32); METHODS.len()],
}

impl Score {
    fn add(&mut self, estimate: &Estimate) {
        let size = f64::from(SIZE);
        self.errors.push((estimate.estimate - size) / size * 100.0);
        self.poor += u32::from(estimate.warnings.iter().any(|warning| warning.code() == "poor_fit"));
        for (method, (number, covered)) in METHODS.into_iter().zip(&mut self.intervals) {
            if let Some(interval) = estimate.intervals.iter().find(|interval| interval.method == method) {
                let is_covered = interval.lower <= size && interval.upper.is_none_or(|upper| size <= upper);
                *number += 1;
                *covered += u32::from(is_covered);
            }
        }
    }
}

/// By estimator, in the order of the table.
#[derive(Default)]
struct Scores(BTreeMap<(usize, &'static str), Score>);

impl Scores {
    fn add(&mut self, order: usize, name: &'static str, answer: &Answer) {
        if let Answer::Estimated(estimate) = answer {
            self.0.entry((order, name)).or_default().add(estimate);
        }
    }

    fn print(mut self, scenario: &str, cities: u64) {
        println!("\n**{scenario}**\n");
        println!(
            "| estimator | estimated | mean error | median error | poor fit | log-normal | Wald | profile | bootstrap |"
        );
        println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        for ((_, name), score) in &mut self.0 {
            score.errors.sort_by(f64::total_cmp);
            let number = score.errors.len();
            let of_all = f64::from(u32::try_from(number).unwrap_or(u32::MAX));
            let mean = score.errors.iter().sum::<f64>() / of_all;
            let poor = f64::from(score.poor) / of_all * 100.0;
            let median = score.errors[number / 2];
            let coverage = score.intervals.map(|(number, covered)| match number {
                0 => "–".to_owned(),
                _ => format!("{:.1}%", f64::from(covered) / f64::from(number) * 100.0),
            });
            let coverage = coverage.join(" | ");
            println!("| {name} | {number} of {cities} | {mean:+.1}% | {median:+.1}% | {poor:.0}% | {coverage} |");
        }
    }
}

fn model<'a>(report: &'a Report, label: &str) -> Option<&'a Outcome> {
    report.outcomes.iter().find(|outcome| outcome.model.as_deref() == Some(label))
}

fn lists(scenario: &str, true_model: Option<&str>, cities: u64, draw: Draw) {
    let mut scores = Scores::default();
    for seed in 0..cities {
        let mut random = Random::seed_from_u64(seed);
        let Ok(mut table) = Histories::new((1..=LISTS).map(|list| list.to_string())) else { continue };
        for _ in 0..SIZE {
            let history = History::of(draw(&mut random));
            if history.lists() > 0 && table.add(history, 1).is_err() {
                return;
            }
        }
        let report = of_histories(&table, Settings { replicates: REPLICATES, seed });
        scores.add(0, "Chapman, lists 1 and 2", &report.outcomes[0].answer);
        scores.add(1, "Chapman, lists 2 and 3", &report.outcomes[2].answer);
        scores.add(2, "Chao, lower bound", &report.outcomes[3].answer);
        let best = report.best.as_ref();
        let models = [
            (3, "log-linear, independence", Some("independence")),
            (4, "log-linear, the model that is true", true_model),
            (5, "log-linear, lowest AIC", best.map(|best| best.aic.as_str())),
            (6, "log-linear, lowest BIC", best.map(|best| best.bic.as_str())),
        ];
        for (order, name, label) in models {
            if let Some(outcome) = label.and_then(|label| model(&report, label)) {
                scores.add(order, name, &outcome.answer);
            }
        }
    }
    scores.print(scenario, cities);
}

fn counts(scenario: &str, cities: u64, sightings: Sightings) {
    let mut scores = Scores::default();
    for seed in 0..cities {
        let mut random = Random::seed_from_u64(seed);
        let mut seen = BTreeMap::<u64, u64>::new();
        for _ in 0..SIZE {
            let times = sightings(&mut random);
            let times = (1..=100).take_while(|number| f64::from(*number) <= times).count() as u64;
            *seen.entry(times).or_default() += 1;
        }
        let mut table = Counts::default();
        if seen.into_iter().filter(|(times, _)| *times > 0).any(|(times, persons)| table.add(times, persons).is_err()) {
            return;
        }
        let names = ["Chao, lower bound", "Chao, bias-corrected", "Zelterman", "zero-truncated Poisson"];
        for (order, (name, outcome)) in names.iter().zip(of_counts(&table).outcomes).enumerate() {
            scores.add(order, name, &outcome.answer);
        }
    }
    scores.print(scenario, cities);
}

fn main() {
    let cities = std::env::args().nth(1).and_then(|cities| cities.parse().ok()).unwrap_or(1_000);
    lists("Three independent lists", None, cities, independent);
    lists("Those on list 1 are led to list 2 (odds × 4)", Some("[12]"), cities, referred);
    lists("Those on list 1 avoid list 2 (odds × ¼)", Some("[12]"), cities, avoiding);
    lists("Persons differ: a chance between nothing and twice the list's", None, cities, hiding);
    lists("A fifth is out of reach of lists 1 and 2", None, cities, out_of_reach);
    counts("Sightings, persons alike (Poisson, mean 0.8)", cities, alike);
    counts("Sightings, persons differ (gamma-mixed Poisson, mean 0.8)", cities, unlike);
    counts("Sightings, half of those who were seen keep away", cities, scared);
}

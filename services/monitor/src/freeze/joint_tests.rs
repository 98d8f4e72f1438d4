//! What the coordinators of the cities can compute who put together all that they were shown.
//!
//! The audit starts from what was published: no cell of it knows how it was protected.

use std::collections::BTreeMap;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::disclosure::{Attacker, Leak, Reading, Standing, audit_for};
use crate::indicators::random_facts;
use crate::size::real;

/// The place of the year's persons among the drafts: the largest by far.
const PERSONS: usize = 0;
/// So many cells of it are audited, chosen at random. Of what happened all are.
const AUDITED: u64 = 8;
/// Cities whose releases leaked while each city's own was protected without regard to the others.
const LEAKED: [u64; 6] = [22, 28, 38, 42, 44, 56];

/// A random city, and the periods that are released of it.
fn scenario(seed: u64) -> (Facts, Vec<Period>) {
    let mut random = ChaCha8Rng::seed_from_u64(9_000 + seed);
    let facts = random_facts::facts(9_000 + seed, random.random_range(15..140));
    let quarters =
        ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"].map(|quarter| random.random_bool(0.5).then_some(quarter));
    let before = seed.is_multiple_of(10).then_some("2025");
    let all = before.into_iter().chain(quarters.into_iter().flatten()).chain(["2026"]);
    (facts, all.map(|text| text.parse().unwrap()).collect())
}

/// Cells of the year of which nothing is known but what was told of them.
fn told(facts: &Facts, read: &[&Frozen]) -> Vec<Draft> {
    let year = Period::year(2026).unwrap();
    let mut drafts = drafts(&plan(year, Readers::Coordinators, read), &count(facts, year, year.day_after()));
    for cell in drafts.iter_mut().flat_map(|draft| &mut draft.system.cells) {
        if cell.standing == Standing::New {
            cell.standing = Standing::Untold;
        }
    }
    drafts
}

/// What can be computed more closely than the marks alone allow, with the number of cells that were looked at.
fn leaks(draft: &Draft, number: usize, seed: u64) -> (usize, Vec<Leak>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let small = draft.system.small(Attacker::Coordinators).len() as u64 + 1;
    let chance = if number == PERSONS { (real(AUDITED) / real(small)).min(1.0) } else { 1.0 };
    let mut asked = 0;
    let is_asked = |_| {
        let is_asked = random.random_bool(chance);
        asked += usize::from(is_asked);
        is_asked
    };
    let leaks = audit_for(&draft.system, Attacker::Coordinators, Reading::MarksAlone, is_asked).unwrap();
    (asked, leaks)
}

/// Whether what coordinators are shown is protected, or only without small numbers.
#[derive(Clone, Copy, PartialEq)]
enum Care {
    Protected,
    Naked,
}

/// The releases of a scenario, one after another; without the persons of a year, which take long, unless they are asked for.
fn released(facts: &Facts, periods: &[Period], with_persons: bool, care: Care) -> Vec<Frozen> {
    let mut all: Vec<Frozen> = Vec::new();
    for period in periods {
        let of = (*period, period.day_after(), &taken(facts, *period, period.day_after(), &all).unwrap());
        let made = |to, earlier: &[Frozen]| {
            let mut drafts = drafts(&plan(*period, to, &earlier.iter().collect::<Vec<_>>()), of.2);
            if !with_persons && period.quarter_number().is_none() {
                drafts.remove(PERSONS);
            }
            drafts
        };
        let everybody = for_everybody(made(Readers::Everybody, &all), of);
        all.push(everybody);
        let drafts = made(Readers::Coordinators, &all);
        let made = match care {
            Care::Protected => Made::of(drafts, of),
            Care::Naked => Made { of, tables: drafts.iter().flat_map(Draft::tables).collect(), withheld: Vec::new() },
        };
        all.extend(CITIES.iter().map(|city| made.release(Audience::Coordinators((*city).to_owned()))));
    }
    all
}

/// By readers and indicators: drafts, cells that were looked at, and leaks.
type Found = BTreeMap<String, [usize; 3]>;

/// Audits what some readers can put together: all coordinators, and those of one city.
fn audit_of(facts: &Facts, all: &[Frozen], seed: u64, with_persons: bool, found: &mut Found) {
    let city = CITIES[usize::try_from(seed % 4).unwrap()];
    let of_one = |frozen: &&Frozen| frozen.audience.municipality().is_none_or(|of| of == city);
    for (name, read) in [("all", all.iter().collect::<Vec<_>>()), ("one", all.iter().filter(of_one).collect())] {
        for (number, draft) in told(facts, &read).into_iter().enumerate() {
            if number == PERSONS && !with_persons {
                continue;
            }
            let (asked, leaks) = leaks(&draft, number, seed);
            let counts = found.entry(format!("{name} {:?}", draft.indicators())).or_default();
            counts[0] += 1;
            counts[1] += asked;
            counts[2] += leaks.len();
            for leak in leaks {
                println!("{seed} {name} {:?} {leak:?}", draft.indicators());
            }
        }
    }
}

fn sum(found: &Found, column: usize) -> usize {
    found.values().map(|counts| counts[column]).sum()
}

/// Audits the releases of some cities; of each twentieth with the persons of the year.
fn audit_all(seeds: impl Iterator<Item = u64>) -> Found {
    let mut found = Found::new();
    for seed in seeds {
        let (facts, periods) = scenario(seed);
        let with_persons = seed.is_multiple_of(20);
        let all = released(&facts, &periods, with_persons, Care::Protected);
        audit_of(&facts, &all, seed, with_persons, &mut found);
    }
    found
}

/// `MONITOR_CITIES=200` tries more.
#[test]
fn coordinators_who_put_together_what_they_are_shown_learn_of_nobody() {
    let more = std::env::var("MONITOR_CITIES").ok().and_then(|number| number.parse().ok());
    let seeds: Vec<u64> = more.map_or_else(|| LEAKED.to_vec(), |more: u64| (0..more).collect());
    let half = |first: usize| audit_all(seeds.iter().copied().skip(first).step_by(2));
    let found = std::thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        let mut found = half(0);
        for (name, counts) in odd.join().unwrap() {
            let all = found.entry(name).or_default();
            all.iter_mut().zip(counts).for_each(|(all, more)| *all += more);
        }
        found
    });
    for (name, counts) in &found {
        println!("TOTAL {name}: {counts:?}");
    }
    println!("{} leaks of {}", sum(&found, 2), sum(&found, 1));
    assert!(sum(&found, 1) > 1_000 && sum(&found, 2) == 0, "{found:?}");
}

#[test]
fn without_care_for_what_all_were_told_coordinators_could_compute_small_numbers() {
    let mut found = Found::new();
    for seed in LEAKED {
        let (facts, periods) = scenario(seed);
        audit_of(&facts, &released(&facts, &periods, false, Care::Naked), seed, false, &mut found);
    }
    println!("{} leaks of {}", sum(&found, 2), sum(&found, 1));
    assert!(sum(&found, 2) > 50, "{found:?}");
}

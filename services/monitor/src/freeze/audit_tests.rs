//! Releases of random cities: nothing small can be computed, of one release or of several.
//!
//! The audit is by linear programs of its own: it does not use the tables that the suppression found.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::tests::{frozen, released};
use super::*;
use crate::disclosure::{Attacker, Leak, Reading, audit_for};
use crate::indicators::random_facts;
use crate::size::real;

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// So many cells of a draft are audited, chosen at random.
const AUDITED: usize = 6;

/// What one of those who may look learns of some cells: everybody in turn.
fn leaks(draft: &Draft, turn: usize) -> Vec<Leak> {
    let all = Attacker::of(&draft.system);
    let mut random = ChaCha8Rng::seed_from_u64(turn as u64);
    let attacker = all[turn % all.len()];
    let chance = (real(AUDITED as u64) / real(draft.system.small(attacker).len() as u64 + 1)).min(1.0);
    audit_for(&draft.system, attacker, Reading::Marks, |_| random.random_bool(chance)).unwrap()
}

/// The drafts of a period after earlier releases.
fn drafts_of(facts: &Facts, of: &str, to: Readers, earlier: &[Frozen]) -> Vec<Draft> {
    let census = count(facts, period(of), period(of).day_after());
    drafts(&plan(period(of), to, &earlier.iter().collect::<Vec<_>>()), &census)
}

/// What is small and can be computed without and with secondary suppression.
#[derive(Default)]
struct Tried {
    releases: usize,
    small: usize,
    leaking_without: usize,
}

impl Tried {
    fn try_one(&mut self, mut draft: Draft, turn: usize, name: &str) {
        self.releases += 1;
        self.small += draft.system.small(draft.system.readers()).len();
        self.leaking_without += usize::from(!leaks(&draft, turn).is_empty());
        assert!(draft.protect(), "{name} has no proof");
        let leaks = leaks(&draft, turn);
        assert!(leaks.is_empty(), "{name}: {leaks:?}");
    }
}

/// How many drafts are tried; `MONITOR_DRAFTS=1000` tries more.
fn drafts_to_try() -> usize {
    std::env::var("MONITOR_DRAFTS").ok().and_then(|number| number.parse().ok()).unwrap_or(250)
}

#[test]
fn random_drafts_keep_their_promise_and_many_leak_without_secondary_suppression() {
    let mut random = ChaCha8Rng::seed_from_u64(21);
    let mut tried = Tried::default();
    for seed in 0.. {
        let facts = random_facts::facts(seed, random.random_range(10..160));
        // The persons of a year are the largest by far.
        let first = usize::from(seed % 16 != 0);
        for (number, draft) in drafts_of(&facts, "2026", Readers::Everybody, &[]).into_iter().enumerate().skip(first) {
            tried.try_one(draft, number, &format!("draft {number} of {seed}"));
        }
        if tried.releases >= drafts_to_try() {
            break;
        }
    }
    println!("{} drafts, {} small cells, {} leak without", tried.releases, tried.small, tried.leaking_without);
    assert!(tried.leaking_without > tried.releases / 3, "{} of {}", tried.leaking_without, tried.releases);
}

#[test]
fn two_hundred_random_pairs_of_releases_and_cuts_tell_of_nobody() {
    let mut random = ChaCha8Rng::seed_from_u64(22);
    let mut tried = Tried::default();
    for seed in 0..24 {
        let mut facts = random_facts::facts(100 + seed, random.random_range(20..80));
        let mut earlier = Vec::new();
        let quarters = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"];
        let taken = quarters.map(|quarter| random.random_bool(0.5).then_some(quarter));
        for quarter in taken.into_iter().flatten() {
            earlier.push(frozen(&facts, quarter, &earlier));
            // Late records, and some that were taken back.
            if random.random_bool(0.3) {
                facts.paths.extend(random_facts::facts(500 + seed, 5).paths);
                facts.paths.swap_remove(0);
            }
        }
        // A quarter after the one before it, or the year after some of its quarters.
        let next = earlier.last().and_then(|last| last.period.quarter_number()).filter(|quarter| *quarter < 4);
        let of = match next {
            Some(quarter) if seed % 2 == 1 => quarters[quarter as usize],
            _ => "2026",
        };
        for (number, draft) in drafts_of(&facts, of, Readers::Everybody, &earlier).into_iter().enumerate() {
            // The persons of a year are the largest by far.
            if number == 0 && of == "2026" && seed % 6 != 0 {
                continue;
            }
            tried.try_one(draft, random.random_range(0..6), &format!("{of} draft {number} of {seed}"));
        }
    }
    println!("{} pairs, {} small cells, {} leak without", tried.releases, tried.small, tried.leaking_without);
    assert!(tried.releases >= 200, "{}", tried.releases);
    assert!(tried.leaking_without > tried.releases / 4, "{} of {}", tried.leaking_without, tried.releases);
}

#[test]
fn the_years_of_one_city_tell_how_many_are_gone_and_of_nobody() {
    let mut told = 0;
    for seed in 0..2 {
        let facts = random_facts::facts(300 + seed, 150 + 300 * usize::try_from(seed).unwrap());
        let before = frozen(&facts, "2025", &[]);
        let mut draft = drafts_of(&facts, "2026", Readers::Everybody, std::slice::from_ref(&before)).remove(0);
        assert!(draft.protect(), "{seed}");
        let leaks = leaks(&draft, 5);
        assert!(leaks.is_empty(), "{seed}: {leaks:?}");
        let year = frozen(&facts, "2026", &[before]);
        let gone = year.tables.iter().find(|table| table.indicator == "gone_persons").unwrap();
        told += gone.cells.iter().filter(|cell| matches!(cell.value, Value::Count(_))).count();
    }
    println!("{told} counts of those who are gone");
    assert!(told > 1, "{told}");
}

#[test]
fn the_coordinators_of_the_cities_learn_their_figures_from_five_on() {
    for seed in 0..2 {
        let facts = random_facts::facts(400 + seed, 200);
        let year = frozen(&facts, "2026", &[]);
        let drafts = drafts_of(&facts, "2026", Readers::Coordinators, std::slice::from_ref(&year));
        for (number, mut draft) in drafts.into_iter().enumerate() {
            assert!(draft.protect(), "{seed} {number}");
            let leaks = leaks(&draft, 0);
            assert!(leaks.is_empty(), "{seed} {number}: {leaks:?}");
        }
    }
}

#[test]
fn a_figure_that_is_too_small_for_everybody_is_told_to_the_coordinators() {
    let facts = random_facts::facts(7, 200);
    let Releases { everybody, cities } = released(&facts, "2026", &[]);
    let told = |release: &Frozen| {
        let of_city = |cell: &&Cell| cell.categories.get(&Cut::Municipality).is_some_and(|code| code == "amsterdam");
        let cells = release.tables.iter().flat_map(|table| &table.cells).filter(of_city);
        cells.filter(|cell| matches!(cell.value, Value::Count(_))).count()
    };
    let (more, fewer) = (told(&cities[0]), told(&everybody));
    assert!(more > fewer, "{more} {fewer}");
}

/// Signals about so many persons in each quarter of 2026, in Rotterdam.
fn signals(by_quarter: [usize; 4]) -> Facts {
    let signal = |quarter: usize| crate::facts::Signal {
        on: NaiveDate::from_ymd_opt(2026, u32::try_from(quarter).unwrap() * 3 + 1, 10).unwrap(),
        municipality: Some("rotterdam".into()),
        channel: "self_report".into(),
        by: "team".into(),
    };
    let path = |quarter| crate::facts::Path { signals: vec![signal(quarter)], ..Default::default() };
    let paths = (0..4).flat_map(|quarter| (0..by_quarter[quarter]).map(move |_| path(quarter)));
    Facts { paths: paths.collect(), ..Facts::default() }
}

#[test]
fn a_year_does_not_give_away_the_small_quarter_that_is_left_when_the_others_are_subtracted() {
    // 25 stands for 23 to 27 and 70 for 68 to 72: the fourth quarter would be at most 3.
    let facts = signals([23, 23, 23, 1]);
    let shown = |earlier: &[Frozen]| {
        let year = frozen(&facts, "2026", earlier);
        let table = year.tables.into_iter().find(|table| table.indicator == "signals").unwrap();
        let here = |cell: &Cell| cell.categories.get(&Cut::Municipality).is_some_and(|code| code == "rotterdam");
        table.cells.into_iter().find(here).unwrap().value
    };
    assert_eq!(shown(&[]), Value::Count(70));
    let quarter = |of: &str| frozen(&facts, of, &[]);
    let mut quarters: Vec<Frozen> = ["2026-Q1", "2026-Q2", "2026-Q3"].map(quarter).into();
    assert_eq!(shown(&quarters), Value::Suppressed);
    quarters.push(quarter("2026-Q4"));
    assert_eq!(shown(&quarters), Value::Suppressed);
}

#[test]
fn a_year_for_everybody_does_not_give_away_the_quarter_that_coordinators_get_by_subtracting_theirs() {
    // 5 stands for 5 to 7 and 25 for 23 to 27: the fourth quarter, which the coordinators are not told, would be at least 2.
    let facts = signals([7, 7, 7, 3]);
    let of_rotterdam = |release: &Frozen| {
        let table = release.tables.iter().find(|table| table.indicator == "signals").unwrap();
        let here = |cell: &&Cell| cell.categories.get(&Cut::Municipality).is_some_and(|code| code == "rotterdam");
        table.cells.iter().find(here).unwrap().value.clone()
    };
    let (mut to_everybody, mut all) = (Vec::new(), Vec::new());
    for quarter in ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"] {
        let Releases { everybody, cities } = released(&facts, quarter, &all);
        let told = if quarter == "2026-Q4" { Value::Suppressed } else { Value::Count(5) };
        assert_eq!(of_rotterdam(&cities[2]), told, "{quarter}");
        assert_eq!(of_rotterdam(&everybody), Value::Suppressed, "{quarter}");
        to_everybody.push(everybody.clone());
        all.extend([everybody].into_iter().chain(cities));
    }
    assert_eq!(of_rotterdam(&frozen(&facts, "2026", &to_everybody)), Value::Count(25));
    let year = released(&facts, "2026", &all);
    assert_eq!(of_rotterdam(&year.everybody), Value::Suppressed);
    assert_eq!(of_rotterdam(&year.cities[2]), Value::Suppressed);
}

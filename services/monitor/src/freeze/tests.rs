//! What is frozen, and what is refused.

use super::*;
use crate::indicators::random_facts;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// The release for everybody alone.
pub(super) fn frozen(facts: &Facts, of: &str, earlier: &[Frozen]) -> Frozen {
    let (period, on) = (period(of), period(of).day_after());
    let census = taken(facts, period, on, earlier).unwrap();
    let earlier: Vec<&Frozen> = earlier.iter().collect();
    for_everybody(drafts(&plan(period, Readers::Everybody, &earlier), &census), (period, on, &census))
}

/// The releases for everybody and for the coordinators of all cities.
pub(super) fn released(facts: &Facts, of: &str, earlier: &[Frozen]) -> Releases {
    freeze(facts, period(of), period(of).day_after(), earlier).unwrap()
}

#[test]
fn a_period_is_frozen_once_and_when_it_is_over() {
    let facts = random_facts::facts(1, 100);
    let not_over = freeze(&facts, period("2026-Q1"), day("2026-03-31"), &[]);
    assert_eq!(not_over, Err(NotFrozen::NotOver(day("2026-04-01"))));
    let release = frozen(&facts, "2026-Q1", &[]);
    let again = freeze(&facts, period("2026-Q1"), day("2026-04-01"), &[release]);
    assert_eq!(again, Err(NotFrozen::Released));
}

#[test]
fn a_year_closes_its_quarters() {
    let facts = random_facts::facts(1, 100);
    let year = frozen(&facts, "2025", &[]);
    let late = freeze(&facts, period("2025-Q2"), day("2026-04-01"), &[year]);
    assert_eq!(late, Err(NotFrozen::YearIsFrozen));
}

#[test]
fn coordinators_are_told_of_their_own_city() {
    let facts = random_facts::facts(1, 100);
    let releases = released(&facts, "2025", &[]);
    assert_eq!(releases.cities.len(), 4);
    for release in releases.cities {
        let city = release.audience.municipality().unwrap().to_owned();
        let is_of_city = |cell: &Cell| cell.categories.get(&Cut::Municipality) == Some(&city);
        let mut cells = release.tables.iter().flat_map(|table| &table.cells);
        assert!(cells.clone().count() > 100 && cells.all(is_of_city), "{city}");
    }
}

#[test]
fn a_release_is_read_back_as_it_was_written_and_stays_small() {
    let facts = random_facts::facts(2, 3_000);
    let release = frozen(&facts, "2026", &[]);
    let text = serde_json::to_string(&release).unwrap();
    assert_eq!(serde_json::from_str::<Frozen>(&text).unwrap(), release);
    assert!(text.len() < 500_000, "{}", text.len());
    assert_eq!(release.withheld, Vec::<String>::new());
}

#[test]
fn freezing_twice_from_the_same_facts_gives_the_same() {
    let facts = random_facts::facts(2, 1_000);
    let make = || serde_json::to_string(&frozen(&facts, "2026", &[])).unwrap();
    assert_eq!(make(), make());
}

#[test]
fn every_indicator_with_a_definition_is_in_the_release_of_a_year() {
    let facts = random_facts::facts(2, 2_000);
    let release = frozen(&facts, "2026", &[]);
    for definition in INDICATORS {
        let tables: Vec<_> = release.tables.iter().filter(|table| table.indicator == definition.id).collect();
        assert!(!tables.is_empty(), "{}", definition.id);
        for cut in definition.cuts {
            assert!(tables.iter().any(|table| table.cuts.contains(cut)), "{} {cut:?}", definition.id);
        }
    }
}

#[test]
fn no_count_of_a_release_is_small_or_unrounded() {
    let facts = random_facts::facts(9, 250);
    let Releases { everybody, cities } = released(&facts, "2026", &[]);
    for release in [&everybody, &cities[3]] {
        let mut counts = 0;
        for cell in release.tables.iter().flat_map(|table| &table.cells) {
            if let Value::Count(count) = cell.value {
                assert!(count == 0 || count > release.rule.threshold && count % 5 == 0, "{count}");
                counts += 1;
            }
        }
        assert!(counts > 50, "{counts}");
    }
}

#[test]
fn ten_signals_about_one_person_are_not_told() {
    let signal = crate::facts::Signal {
        on: day("2026-02-01"),
        municipality: Some("utrecht".into()),
        channel: "self_report".into(),
        by: "team".into(),
    };
    let path = crate::facts::Path { signals: vec![signal; 40], ..Default::default() };
    let year = frozen(&Facts { paths: vec![path], ..Facts::default() }, "2026", &[]);
    let signals = year.tables.iter().filter(|table| table.indicator == "signals").flat_map(|table| &table.cells);
    let here = |cell: &&Cell| cell.categories.get(&Cut::Municipality).is_some_and(|code| code == "utrecht");
    assert!(signals.filter(here).all(|cell| cell.value == Value::Suppressed));
}

#[test]
fn what_is_told_is_the_rounded_truth() {
    let facts = random_facts::facts(11, 600);
    let mut earlier = Vec::new();
    let mut compared = 0;
    for of in ["2025", "2026-Q1", "2026-Q2", "2026"] {
        let release = frozen(&facts, of, &earlier);
        let census = count(&facts, period(of), period(of).day_after());
        for table in release.tables.iter().filter(|table| table.unit != crate::definitions::Unit::Days) {
            let Some(tally) = census.tally(&table.indicator) else { continue };
            let cuts: Vec<Cut> = table.cuts.iter().copied().filter(|cut| *cut != Cut::Municipality).collect();
            for cell in &table.cells {
                let code = cell.categories.get(&Cut::Municipality).map(String::as_str);
                let place = (0..6).find(|place| crate::indicators::place_code(*place) == code).unwrap();
                let codes: Vec<&str> = cuts.iter().map(|cut| cell.categories[cut].as_str()).collect();
                let truth = match tally.by(&cuts) {
                    Some(of_cuts) => {
                        let category = (0..of_cuts.len()).find(|category| of_cuts.codes(*category) == codes).unwrap();
                        of_cuts.cell(slot(period(of)), place, category)
                    }
                    None if cuts.is_empty() => tally.total(slot(period(of)), place),
                    // Ages by sex have no tally.
                    None => continue,
                };
                let rounded = Value::Count(release.rule.round(truth.units));
                let is_right = cell.value == rounded || cell.value == Value::Suppressed && truth.units > 0;
                let is_gone = table.indicator == "gone_persons" && cell.value == Value::Suppressed;
                assert!(is_right || is_gone, "{of} {} {:?}: {truth:?}", table.indicator, cell);
                compared += 1;
            }
        }
        earlier.push(release);
    }
    assert!(compared > 1_000, "{compared}");
}

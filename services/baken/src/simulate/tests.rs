//! Made-up paths are allowed, repeatable, and shaped by the figures.

use std::collections::BTreeMap;

use care_path::codes::Phase;
use care_path::command::CommandKind as C;
use care_path::time::DateTime;
use chrono::Days;
use serde_json::Value;

use super::figures::{CITIES, MEAN_AGE, MEN_PERCENT, ORIGINS};
use super::*;
use crate::demo::directory;
use crate::demo::rehearsal::Rehearsal;

const MANY: u64 = 20_000;

fn now() -> DateTime {
    "2026-11-20T09:00:00Z".parse().unwrap()
}

fn paths(simulation: Simulation) -> impl Iterator<Item = Vec<Scripted>> {
    let directory = directory().unwrap();
    (0..simulation.persons).map(move |index| path(&simulation, &directory, index).unwrap())
}

/// A share in hundredths.
fn percent(part: usize, of: usize) -> f64 {
    100.0 * f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(of).unwrap())
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected} ± {tolerance}");
}

fn described(path: &[Scripted]) -> Vec<(String, String, Value, DateTime, Option<care_path::PersonId>, uuid::Uuid)> {
    let one = |each: &Scripted| {
        let (kind, by) = (each.kind.name().to_owned(), each.by.user.to_string());
        (kind, by, each.body.clone(), each.occurred.at, each.person, each.creates())
    };
    path.iter().map(one).collect()
}

#[test]
fn the_same_seed_gives_the_same_paths_and_another_seed_others() {
    let all = |seed| paths(Simulation::new(50, seed)).map(|path| described(&path)).collect::<Vec<_>>();
    assert_eq!(all(7), all(7));
    assert_ne!(all(7), all(8));
}

#[test]
fn a_path_does_not_depend_on_how_many_there_are() {
    let last = |persons| described(&paths(Simulation::new(persons, 3)).nth(4).unwrap());
    assert_eq!(last(5), last(500));
}

#[test]
fn no_command_is_refused_and_phases_are_many() {
    let mut rehearsal = Rehearsal::at(now());
    for path in paths(Simulation::new(MANY / 4, 1)) {
        for scripted in &path {
            rehearsal.play(scripted).unwrap();
        }
    }
    let persons = rehearsal.stories.len();
    assert_eq!(persons, usize::try_from(MANY / 4).unwrap());
    near(percent(rehearsal.events, persons) / 100.0, 10.0, 0.6);
    let mut phases = BTreeMap::<Phase, usize>::new();
    for path in rehearsal.stories.values().map(|story| &story.path) {
        *phases.entry(path.phase()).or_default() += 1;
    }
    for phase in <Phase as care_path::codes::Code>::ALL {
        assert!(phases.get(phase).is_some_and(|count| *count > 0), "nobody is {phase}");
    }
}

#[test]
fn people_are_as_the_figures_say() {
    let (mut known, mut men, mut ages) = (0, 0, 0.0);
    let mut origins = BTreeMap::<String, usize>::new();
    let mut cities = BTreeMap::<String, usize>::new();
    for path in paths(Simulation::new(MANY, 2)) {
        let signal = path.iter().find(|each| each.kind == C::ReportSignal).unwrap();
        let city = CITIES.iter().find(|(city, _)| signal.by.organisation.as_str().ends_with(city)).unwrap().0;
        *cities.entry(city.to_owned()).or_default() += 1;
        let Some(identity) = signal.body.get("identity") else { continue };
        known += 1;
        men += usize::from(identity["sex"] == "male");
        ages += identity["approximate_age"].as_f64().unwrap();
        *origins.entry(identity["countries"][0].as_str().unwrap().to_owned()).or_default() += 1;
    }
    near(percent(known, 20_000), 80.0, 1.5);
    near(percent(men, known), f64::from(MEN_PERCENT), 1.0);
    near(ages / f64::from(u32::try_from(known).unwrap()), MEAN_AGE, 0.6);
    for (country, share) in ORIGINS {
        near(percent(origins[country], known), f64::from(share), 1.2);
    }
    let total: u32 = CITIES.iter().map(|(_, weight)| weight).sum();
    for (city, weight) in CITIES {
        near(percent(cities[city], 20_000), 100.0 * f64::from(weight) / f64::from(total), 1.2);
    }
}

#[test]
fn intakes_without_any_identity_dropouts_lookouts_and_returns_are_among_them() {
    let (mut nameless, mut kinds) = (0, BTreeMap::<C, usize>::new());
    for scripted in paths(Simulation::new(MANY, 4)).flatten() {
        *kinds.entry(scripted.kind).or_default() += 1;
        nameless += usize::from(scripted.kind == C::RecordIntake && scripted.body.get("identity").is_none());
    }
    near(percent(nameless, kinds[&C::RecordIntake]), 12.0, 2.0);
    near(percent(kinds[&C::RecordDropout], kinds[&C::StartCare]), 40.0, 6.0);
    for kind in [
        C::TurnAway,
        C::RecordNoShow,
        C::ResolveLookout,
        C::AnswerCareAlert,
        C::DecideException,
        C::ReportDischarge,
        C::FileUninsuredReport,
        C::WithdrawConsent,
        C::ConfirmArrival,
        C::CloseCase,
    ] {
        assert!(kinds.get(&kind).is_some_and(|count| *count > 10), "{}", kind.name());
    }
}

#[test]
fn commands_of_a_path_follow_each_other_within_two_years_of_the_beginning() {
    let simulation = Simulation::new(2_000, 5);
    let end = simulation.from.checked_add_days(Days::new(730)).unwrap();
    for path in paths(simulation) {
        assert!(path.is_sorted_by_key(|each| each.occurred.at));
        assert!(path.iter().all(|each| each.occurred.at.date_naive() < end));
    }
}

//! Examples of what counts, as the definitions say it.

use chrono::NaiveDate;

use super::*;
use crate::definitions::Cut;
use crate::facts::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn seen(on: &str, at: &'static str) -> Seen {
    Seen { on: day(on), municipality: Some(at.into()), register: Some(Register::Shelter), by: "shelter".into() }
}

fn person(seen: Vec<Seen>) -> Path {
    Path { seen, ..Path::default() }
}

fn counted(paths: Vec<Path>, period: &str) -> Census {
    count(&Facts { paths, ..Facts::default() }, period.parse().unwrap(), day("2027-01-10"))
}

/// Of one indicator, at a place in a period.
fn units(census: &Census, indicator: &str, period: &str, at: usize) -> u64 {
    census.tally(indicator).unwrap().total(slot(period.parse().unwrap()), at).units
}

const AMSTERDAM: usize = 0;
const ROTTERDAM: usize = 2;

#[test]
fn somebody_seen_in_two_cities_counts_in_each_and_once_in_the_four() {
    let census = counted(vec![person(vec![seen("2026-02-01", "amsterdam"), seen("2026-03-01", "rotterdam")])], "2026");
    for (place, expected) in [(AMSTERDAM, 1), (ROTTERDAM, 1), (TOGETHER, 1), (1, 0)] {
        assert_eq!(units(&census, "unique_persons", "2026", place), expected);
    }
}

#[test]
fn who_was_seen_before_in_another_city_is_not_new() {
    let census = counted(vec![person(vec![seen("2025-02-01", "rotterdam"), seen("2026-02-01", "amsterdam")])], "2026");
    assert_eq!(units(&census, "new_persons", "2026", AMSTERDAM), 0);
    assert_eq!(units(&census, "gone_persons", "2026", ROTTERDAM), 1);
    assert_eq!(units(&census, "gone_persons", "2026", TOGETHER), 0);
}

#[test]
fn who_is_new_in_the_year_is_new_in_one_quarter_alone() {
    let census = counted(vec![person(vec![seen("2026-05-01", "amsterdam"), seen("2026-08-01", "amsterdam")])], "2026");
    let new = |period| units(&census, "new_persons", period, AMSTERDAM);
    assert_eq!(["2026", "2026-Q1", "2026-Q2", "2026-Q3"].map(new), [1, 0, 1, 0]);
    assert_eq!(units(&census, "gone_persons", "2026-Q4", AMSTERDAM), 1);
}

#[test]
fn an_erased_person_keeps_counting_with_unknown_traits() {
    let census = counted(vec![person(vec![seen("2026-05-01", "amsterdam")])], "2026");
    let by_country = census.tally("unique_persons").unwrap().by(&[Cut::Country]).unwrap();
    let unknown = COUNTRIES.iter().position(|code| *code == "unknown").unwrap();
    assert_eq!(by_country.cell(YEAR, AMSTERDAM, unknown).units, 1);
}

#[test]
fn a_case_that_closed_on_the_count_date_is_not_open_at_its_end() {
    let open = |until: Option<&str>| Path {
        open: vec![Span { from: day("2026-01-01"), until: until.map(day) }],
        followed_by: vec![(day("2026-01-01"), "amsterdam".into())],
        ..Path::default()
    };
    let paths = vec![open(None), open(Some("2026-03-31")), open(Some("2026-04-01"))];
    let census = counted(paths, "2026-Q1");
    assert_eq!(units(&census, "ethos_light", "2026-Q1", AMSTERDAM), 2);
    assert_eq!(units(&census, "ethos_light", "2026-Q2", AMSTERDAM), 1);
}

#[test]
fn a_case_counts_where_it_was_followed_on_the_count_date_wherever_it_goes_later() {
    let moved = Path {
        open: vec![Span { from: day("2026-01-01"), until: None }],
        followed_by: vec![(day("2026-01-01"), "amsterdam".into()), (day("2026-04-01"), "utrecht".into())],
        out_of_sight: vec![Span { from: day("2026-03-01"), until: None }],
        died: Some(day("2026-05-01")),
        ..Path::default()
    };
    let census = counted(vec![moved], "2026");
    let at = |indicator: &str, slot: &str| units(&census, indicator, slot, AMSTERDAM);
    assert_eq!([at("ethos_light", "2026-Q1"), at("ethos_light", "2026-Q2")], [1, 0]);
    assert_eq!([at("out_of_sight", "2026-Q1"), at("deaths", "2026-Q2")], [1, 0]);
}

#[test]
fn many_signals_of_one_person_are_many_signals_and_one_person() {
    let signal = |on: &str| Signal {
        on: day(on),
        municipality: Some("amsterdam".into()),
        channel: "self_report".into(),
        by: "team".into(),
    };
    let path =
        Path { signals: vec![signal("2026-01-01"), signal("2026-01-02"), signal("2026-01-03")], ..Path::default() };
    let total = counted(vec![path], "2026").tally("signals").unwrap().total(YEAR, AMSTERDAM);
    assert_eq!((total.units, total.persons), (3, 1));
}

#[test]
fn who_got_no_care_before_the_case_closed_is_known_until_then() {
    let path = |care: Vec<NaiveDate>| Path {
        signals: vec![Signal {
            on: day("2026-01-01"),
            municipality: Some("amsterdam".into()),
            channel: "self_report".into(),
            by: "team".into(),
        }],
        open: vec![Span { from: day("2026-01-01"), until: Some(day("2026-03-02")) }],
        care,
        ..Path::default()
    };
    let census = counted(vec![path(vec![]), path(vec![day("2026-01-11")])], "2026");
    let waits = &census.days_to_first_care[0].places[AMSTERDAM];
    assert_eq!((waits.total(), waits.ended(), waits.followed(60), waits.followed(61)), (2, 1, 2, 1));
    assert_eq!(waits.quantile(0.5), Some(10));
}

#[test]
fn registers_without_anybody_are_no_lists() {
    let paths = vec![person(vec![seen("2026-05-01", "amsterdam")])];
    let census = counted(paths, "2026");
    assert_eq!(histories(&census.captures, AMSTERDAM).unwrap().names(), ["shelter"]);
    assert!(histories(&census.captures, ROTTERDAM).is_err());
}

#[test]
fn an_organisation_knows_a_count_if_it_recorded_all_of_it() {
    let by = |on: &str, by: &'static str| Seen { by: by.into(), ..seen(on, "amsterdam") };
    let both = person(vec![by("2026-01-01", "team"), by("2026-02-01", "shelter")]);
    let one = person(vec![by("2026-03-01", "shelter")]);
    let known_to = |paths: Vec<Path>| {
        let census = counted(paths, "2026");
        census.tally("unique_persons").unwrap().total(YEAR, AMSTERDAM).known_to.iter().count()
    };
    assert_eq!(known_to(vec![both.clone()]), 2);
    assert_eq!(known_to(vec![both.clone(), one.clone()]), 1);
    assert_eq!(known_to(vec![both, one, person(vec![by("2026-03-01", "post")])]), 0);
}

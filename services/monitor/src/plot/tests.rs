//! Plots as reviewed, in both languages.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::*;
use crate::definitions::{Language, definition};
use crate::frozen::{Audience, Durations, Estimated, FORMAT, Table};
use crate::indicators::AGE_BANDS;

fn cell(categories: &[(Cut, &str)], value: Value) -> Cell {
    let categories = categories.iter().map(|(cut, code)| (*cut, (*code).to_owned())).collect();
    Cell { categories, value }
}

fn table(indicator: &str, unit: Unit, cuts: &[Cut], cells: Vec<Cell>) -> Table {
    let version = definition(indicator).unwrap().version;
    let cuts = [Cut::Municipality].into_iter().chain(cuts.iter().copied()).collect();
    Table { indicator: indicator.to_owned(), version, unit, cuts, cells }
}

/// A release whose figures are written here, so that the pictures change only with the drawing.
pub(crate) fn example(period: &str, persons: Option<u64>) -> Frozen {
    let count = |number: Option<u64>| number.map_or(Value::Suppressed, Value::Count);
    let totals = |indicator: &str, number: Option<u64>| {
        let unit = definition(indicator).unwrap().unit;
        let city = cell(&[(Cut::Municipality, "rotterdam")], count(number.map(|number| number / 3)));
        table(indicator, unit, &[], vec![cell(&[], count(number)), city])
    };
    let ages = AGE_BANDS.iter().zip([None, Some(85), Some(640), Some(310), Some(45), Some(20)]);
    let by_age = ages.flat_map(|(age, men)| {
        let sexes = [("male", men), ("female", men.filter(|men| *men > 50).map(|men| men / 5))];
        sexes.map(|(sex, number)| cell(&[(Cut::Sex, sex), (Cut::AgeBand, age)], count(number)))
    });
    let outcomes = [("started", Some(120)), ("declined", Some(85)), ("waitlisted", None)];
    let outcomes = outcomes.map(|(code, number)| cell(&[(Cut::Outcome, code)], count(number)));
    let waits = Durations {
        lower_quartile: Some(10),
        median: Some(45),
        upper_quartile: None,
        curve: BTreeMap::from([(7, 85), (14, 75), (30, 60), (60, 45), (90, 40), (180, 35), (365, 30)]),
    };
    let size = Estimated {
        estimate: 2_140,
        lower: 1_870,
        upper: Some(2_520),
        is_lower_bound: false,
        method: "log_linear [12]".to_owned(),
        warnings: vec!["poor_fit".to_owned()],
    };
    let tables = vec![
        totals("unique_persons", persons),
        table("unique_persons", Unit::Persons, &[Cut::Sex, Cut::AgeBand], by_age.collect()),
        totals("signals", persons.map(|persons| persons * 2)),
        table(
            "days_to_first_care",
            Unit::Days,
            &[],
            vec![cell(&[], Value::Days(waits)), cell(&[(Cut::Municipality, "utrecht")], Value::Suppressed)],
        ),
        totals("referrals", Some(260)),
        table("referrals", Unit::Referrals, &[Cut::Outcome], outcomes.into()),
        totals("dropouts", None),
        totals("turn_aways", Some(415)),
        table(
            "population_size",
            Unit::Persons,
            &[],
            vec![
                cell(&[], Value::Estimate(size)),
                cell(&[(Cut::Municipality, "utrecht")], Value::Refused("no_recaptures".to_owned())),
            ],
        ),
    ];
    let audience = Audience::Everybody;
    let frozen_on = NaiveDate::from_ymd_opt(2027, 2, 1).unwrap();
    let rule = audience.rule();
    Frozen {
        format: FORMAT.to_owned(),
        period: period.parse().unwrap(),
        frozen_on,
        audience,
        rule,
        tables,
        withheld: vec!["deaths".to_owned()],
    }
}

pub(crate) fn years() -> Vec<Frozen> {
    let years = [("2023", Some(1_250)), ("2024", None), ("2025", Some(1_420)), ("2026", Some(1_385))];
    years.map(|(period, persons)| example(period, persons)).into()
}

const LANGUAGES: [(Language, &str); 2] = [(Language::Dutch, "nl"), (Language::English, "en")];

#[test]
fn plots_are_as_reviewed() {
    let years = years();
    for (language, tag) in LANGUAGES {
        insta::assert_snapshot!(format!("trend_{tag}"), trend(&years, "unique_persons", None, language).unwrap());
        insta::assert_snapshot!(
            format!("trend_of_sizes_{tag}"),
            trend(&years, "population_size", None, language).unwrap()
        );
        insta::assert_snapshot!(format!("pyramid_{tag}"), pyramid(&years[3], None, language).unwrap());
        insta::assert_snapshot!(format!("flow_{tag}"), flow(&years[3], None, language).unwrap());
        let curve = survival(&years[3], "days_to_first_care", None, language).unwrap();
        insta::assert_snapshot!(format!("survival_{tag}"), curve);
    }
}

#[test]
fn what_is_not_shown_is_marked_and_has_no_number() {
    let plot = trend(&years(), "unique_persons", None, Language::English).unwrap();
    assert!(plot.contains("2024: not shown"));
    assert_eq!(plot.matches("mp-point").count(), 3);
    let plot = survival(&years()[0], "days_to_first_care", Some("utrecht"), Language::English).unwrap();
    assert!(plot.contains("not shown") && !plot.contains("mp-point"));
}

#[test]
fn a_line_joins_neighbours_alone() {
    let lines = |periods: &[&str]| {
        let releases: Vec<_> = periods.iter().map(|period| example(period, Some(300))).collect();
        trend(&releases, "unique_persons", None, Language::English).unwrap().matches("mp-trend").count()
    };
    assert_eq!(lines(&["2024-Q4", "2025-Q1", "2025-Q2"]), 1);
    assert_eq!(lines(&["2024-Q1", "2026-Q3"]), 0);
    assert_eq!(lines(&["2024-Q1", "2024-Q2", "2026-Q2", "2026-Q3"]), 2);
}

#[test]
fn a_plot_passes_a_strict_content_security_policy() {
    for plot in
        [trend(&years(), "signals", Some("rotterdam"), Language::Dutch), flow(&years()[1], None, Language::Dutch)]
    {
        let plot = plot.unwrap();
        for forbidden in [" style=", "<style", "<script", "href", "url("] {
            assert!(!plot.contains(forbidden), "{forbidden}");
        }
    }
}

#[test]
fn what_a_release_does_not_have_is_not_plotted() {
    assert_eq!(pyramid(&years()[0], Some("utrecht"), Language::English), None);
    assert_eq!(trend(&[], "signals", None, Language::English), None);
    assert_eq!(trend(&years(), "deaths", None, Language::English), None);
}

#[test]
fn an_axis_ends_at_a_round_number() {
    let ends = [(0, 12), (9, 12), (99, 100), (101, 120), (230, 240), (251, 320), (1_420, 1_600), (10_000, 10_000)];
    for (most, end) in ends {
        assert_eq!(svg::axis_end(most), end, "{most}");
    }
}

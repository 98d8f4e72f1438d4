//! What is refused, and why.

use super::*;

fn table(cells: &[(&str, u64)]) -> Histories {
    let lists = cells.first().map_or(0, |(label, _)| label.len());
    let mut table =
        Histories::new(["a", "b", "c", "d", "e"].iter().take(lists).map(|name| (*name).to_owned())).unwrap();
    for (label, persons) in cells {
        table.add(history(label), *persons).unwrap();
    }
    table
}

fn history(label: &str) -> History {
    History::of(label.chars().map(|digit| digit == '1'))
}

fn counts(persons: &[(u64, u64)]) -> Counts {
    let mut counts = Counts::default();
    for (times, persons) in persons {
        counts.add(*times, *persons).unwrap();
    }
    counts
}

/// What each estimator answers: `estimated`, or the reason.
fn answers(report: &Report) -> Vec<(Estimator, &'static str)> {
    let told = |outcome: &Outcome| match &outcome.answer {
        Answer::Estimated(_) => "estimated",
        Answer::Refused(refusal) => refusal.code(),
    };
    report.outcomes.iter().map(|outcome| (outcome.estimator, told(outcome))).collect()
}

fn of_model(table: &Histories, label: &str) -> String {
    let report = of_histories(table, Settings { replicates: 0, seed: 1 });
    let outcome = report.outcomes.iter().find(|outcome| outcome.model.as_deref() == Some(label)).unwrap();
    match &outcome.answer {
        Answer::Estimated(_) => "estimated".to_owned(),
        Answer::Refused(refusal) => format!("{}: {refusal}", refusal.code()),
    }
}

#[track_caller]
fn all_refused(table: &Histories, reason: &str) {
    let report = of_histories(table, Settings::default());
    assert!(!report.outcomes.is_empty());
    for (estimator, answer) in answers(&report) {
        let needs_no_list = matches!(estimator, Estimator::Zelterman | Estimator::ZeroTruncatedPoisson);
        assert!(answer == reason || (needs_no_list && answer == "bounded_counts"), "{estimator:?}: {answer}");
    }
    assert_eq!(report.best, None);
}

#[test]
fn one_list_says_nothing_of_those_whom_it_misses() {
    all_refused(&table(&[("1", 500)]), "one_list");
}

#[test]
fn nobody_seen_is_nothing_to_estimate_from() {
    all_refused(&table(&[("11", 0), ("10", 0)]), "no_persons");
    assert!(answers(&of_counts(&Counts::default())).iter().all(|(_, answer)| *answer == "no_persons"));
}

#[test]
fn lists_without_a_person_in_common_are_refused() {
    all_refused(&table(&[("110", 0), ("100", 300), ("010", 200), ("001", 100)]), "no_recaptures");
    assert!(answers(&of_counts(&counts(&[(1, 900)]))).iter().all(|(_, answer)| *answer == "no_recaptures"));
}

#[test]
fn a_stated_structural_zero_is_not_estimated_around() {
    let mut table = table(&[("111", 0), ("101", 20), ("011", 30), ("100", 300), ("010", 200), ("001", 100)]);
    table.add_structural_zero(history("110")).unwrap();
    all_refused(&table, "structural_zero");
}

#[test]
fn lists_that_seem_to_exclude_each_other_are_refused() {
    // Two shelters, for men and for women, and an outreach team that knows both.
    let table = table(&[("101", 60), ("011", 60), ("100", 140), ("010", 140), ("001", 100)]);
    let refused = of_model(&table, "independence");
    assert!(refused.starts_with("suspected_structural_zero: nobody is on both \"a\" and \"b\""), "{refused}");
    // The interaction that would make the overlap zero has no finite size.
    assert!(of_model(&table, "[12]").starts_with("no_finite_mle: "));
    let chapman = of_histories(&table, Settings { replicates: 0, seed: 1 });
    assert_eq!(answers(&chapman)[0], (Estimator::Chapman, "no_recaptures"));
}

#[test]
fn a_model_whose_cells_are_separated_has_no_estimate() {
    let table = table(&[("111", 0), ("110", 20), ("101", 25), ("011", 0), ("100", 90), ("010", 80), ("001", 70)]);
    assert_eq!(
        of_model(&table, "[23]"),
        "no_finite_mle: the likelihood has no maximum at finite parameters; it rises towards none in the cells 011, 111"
    );
    let refused = of_model(&table, "[12]");
    assert!(refused.starts_with("suspected_structural_zero: nobody is on both \"b\" and \"c\""), "{refused}");
}

#[test]
fn a_model_with_more_parameters_than_cells_is_not_identifiable() {
    let table = table(&[("11", 30), ("10", 70), ("01", 90)]);
    assert!(of_model(&table, "[12]").starts_with("not_identifiable: "));
    assert_eq!(of_model(&table, "independence"), "estimated");
}

#[test]
fn a_sparse_table_is_refused() {
    let few = table(&[("111", 2), ("110", 3), ("101", 2), ("011", 2), ("100", 9), ("010", 8), ("001", 7)]);
    assert_eq!(of_model(&few, "independence"), "sparse_table: 33 persons are too few for 7 cells: fewer than 5 a cell");
    let few_again = table(&[("111", 1), ("110", 1), ("101", 1), ("100", 90), ("010", 80), ("001", 70)]);
    assert_eq!(
        of_model(&few_again, "independence"),
        "sparse_table: 3 persons on more than one list are too few for the 4 parameters of the model"
    );
}

#[test]
fn a_list_within_another_is_no_second_look() {
    let table = table(&[("11", 40), ("10", 60), ("01", 0)]);
    assert_eq!(answers(&of_histories(&table, Settings::default()))[0], (Estimator::Chapman, "nested_lists"));
    assert!(of_model(&table, "independence").starts_with("no_finite_mle: "));
}

#[test]
fn a_list_with_nobody_is_named() {
    let table = table(&[("110", 40), ("100", 60), ("010", 50)]);
    assert_eq!(of_model(&table, "independence"), "empty_list: nobody is on the list \"c\"");
}

#[test]
fn estimators_for_repeated_sightings_do_not_take_lists() {
    let table = table(&[("111", 12), ("110", 30), ("101", 25), ("011", 20), ("100", 90), ("010", 80), ("001", 70)]);
    let report = of_histories(&table, Settings { replicates: 0, seed: 1 });
    let of = |estimator| answers(&report).iter().find(|(other, _)| *other == estimator).map(|(_, answer)| *answer);
    assert_eq!(of(Estimator::Zelterman), Some("bounded_counts"));
    assert_eq!(of(Estimator::ZeroTruncatedPoisson), Some("bounded_counts"));
    assert_eq!(of(Estimator::Chao), Some("estimated"));
}

#[test]
fn estimators_that_divide_by_nobody_are_refused_and_the_others_are_not() {
    let nobody_twice = counts(&[(1, 50), (3, 8), (4, 2)]);
    let answers = answers(&of_counts(&nobody_twice));
    let answers: Vec<_> = answers.into_iter().map(|(_, answer)| answer).collect();
    assert_eq!(answers, ["nobody_seen_twice", "estimated", "nobody_seen_twice", "estimated"]);
}

#[test]
fn everybody_seen_often_leaves_nobody_unseen() {
    let often = counts(&[(2, 30), (3, 40), (5, 10)]);
    let report = of_counts(&often);
    let answers: Vec<_> = answers(&report).into_iter().map(|(_, answer)| answer).collect();
    assert_eq!(answers, ["estimated", "estimated", "nobody_seen_once", "estimated"]);
    let Answer::Estimated(chao) = &report.outcomes[0].answer else { panic!("refused") };
    assert!((chao.estimate - 80.0).abs() < 1e-9, "{}", chao.estimate);
}

#[test]
fn a_saturated_model_and_a_poor_fit_are_warned_of() {
    let table = table(&[("111", 60), ("110", 3), ("101", 5), ("011", 4), ("100", 90), ("010", 80), ("001", 70)]);
    let report = of_histories(&table, Settings { replicates: 0, seed: 1 });
    let codes = |label: &str| {
        let outcome = report.outcomes.iter().find(|outcome| outcome.model.as_deref() == Some(label)).unwrap();
        let Answer::Estimated(estimate) = &outcome.answer else { panic!("refused") };
        estimate.warnings.iter().map(Warning::code).collect::<Vec<_>>()
    };
    assert_eq!(codes("independence"), ["poor_fit"]);
    assert_eq!(codes("[12][13][23]"), ["saturated"]);
}

#[test]
fn the_largest_table_neither_overflows_nor_hangs() {
    let most = MAX_PERSONS / 4;
    let table = table(&[("11", most), ("10", most), ("01", most)]);
    let report = of_histories(&table, Settings { replicates: 99, seed: 1 });
    let independence = report.outcomes.iter().find(|outcome| outcome.model.as_deref() == Some("independence"));
    let Some(Answer::Estimated(estimate)) = independence.map(|outcome| &outcome.answer) else { panic!("refused") };
    // So many persons leave no skewness: all intervals are the same, in standard errors.
    assert_eq!(estimate.intervals.len(), 3);
    for interval in &estimate.intervals {
        let ends =
            [interval.lower, interval.upper.unwrap()].map(|end| (end - estimate.estimate) / estimate.standard_error);
        let tolerance = if interval.method == Method::Bootstrap { 0.6 } else { 0.01 };
        assert!((ends[0] + 1.96).abs() < tolerance && (ends[1] - 1.96).abs() < tolerance, "{interval:?}: {ends:?}");
    }
    let counts = counts(&[(1, MAX_PERSONS - 1), (Counts::MAX_TIMES, 1)]);
    assert_eq!(answers(&of_counts(&counts))[1], (Estimator::ChaoBiasCorrected, "overflow"));
}

#[test]
fn the_same_seed_gives_the_same_bootstrap_interval_and_another_seed_another() {
    let table = table(&[("11", 40), ("10", 60), ("01", 80)]);
    let interval = |seed| {
        let report = of_histories(&table, Settings { replicates: 99, seed });
        let Some(Answer::Estimated(estimate)) = report
            .outcomes
            .into_iter()
            .find(|outcome| outcome.model.as_deref() == Some("independence"))
            .map(|outcome| outcome.answer)
        else {
            panic!("refused")
        };
        estimate.intervals.into_iter().find(|interval| interval.method == Method::Bootstrap).unwrap()
    };
    assert_eq!(interval(1), interval(1));
    assert_ne!(interval(1), interval(2));
}

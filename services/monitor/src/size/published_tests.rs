//! Published tables, with the figures that their papers and packages give.

use super::*;

/// The histories of so many lists as papers order them: 11, 10, 01.
fn table(lists: usize, persons: &[u64]) -> Histories {
    let mut table = Histories::new((1..=lists).map(|list| format!("list {list}"))).unwrap();
    let histories = (1..1_u32 << lists).rev();
    for (bits, persons) in histories.zip(persons) {
        let history = History::of((0..lists).rev().map(|list| bits & (1 << list) != 0));
        table.add(history, *persons).unwrap();
    }
    table
}

fn counts(persons: &[u64]) -> Counts {
    let mut counts = Counts::default();
    for (times, persons) in (1..).zip(persons) {
        counts.add(times, *persons).unwrap();
    }
    counts
}

const NO_BOOTSTRAP: Settings = Settings { replicates: 0, seed: 1 };

fn model(table: &Histories, label: &str) -> Result<Estimate, Refusal> {
    let report = of_histories(table, NO_BOOTSTRAP);
    let outcome = report.outcomes.into_iter().find(|outcome| outcome.model.as_deref() == Some(label)).unwrap();
    match outcome.answer {
        Answer::Estimated(estimate) => Ok(estimate),
        Answer::Refused(refusal) => Err(refusal),
    }
}

fn estimate(report: &Report, estimator: Estimator) -> &Estimate {
    let outcome = report.outcomes.iter().find(|outcome| outcome.estimator == estimator).unwrap();
    match &outcome.answer {
        Answer::Estimated(estimate) => estimate,
        Answer::Refused(refusal) => panic!("{estimator:?}: {refusal}"),
    }
}

fn interval(estimate: &Estimate, method: Method) -> (f64, f64) {
    let interval = estimate.intervals.iter().find(|interval| interval.method == method).unwrap();
    (interval.lower, interval.upper.unwrap())
}

#[track_caller]
fn same(ours: f64, published: f64, digits: i32) {
    let unit = 10_f64.powi(-digits);
    assert!((ours - published).abs() <= unit / 2.0 + 1e-9, "{ours} is not {published}");
}

/// Estimate, standard error, G² with their digits, and the degrees of freedom.
#[track_caller]
fn same_model(table: &Histories, label: &str, size: (f64, i32), error: (f64, i32), g2: (f64, i32), df: usize) {
    let ours = model(table, label).unwrap();
    let fit = ours.fit.unwrap();
    same(ours.estimate, size.0, size.1);
    same(ours.standard_error, error.0, error.1);
    same(fit.g2, g2.0, g2.1);
    assert_eq!(fit.df, df);
}

/// Abeni, Brancato and Perucci (1994), Epidemiology 5:410; the data set `HIV` of Rcapture (Baillargeon and Rivest 2007,
/// Journal of Statistical Software 19(5)).
fn hiv_in_rome() -> Histories {
    table(4, &[0, 3, 1, 33, 0, 20, 6, 403, 3, 35, 10, 545, 11, 621, 205])
}

#[test]
fn hiv_in_rome_is_as_published() {
    let rome = hiv_in_rome();
    same_model(&rome, "independence", (11124.58, 2), (904.75, 2), (13.03, 2), 10);
    same_model(&rome, "[12]", (12318.47, 2), (1188.72, 2), (7.61, 2), 9);
}

#[test]
fn aic_and_bic_disagree_on_hiv_in_rome() {
    let best = of_histories(&hiv_in_rome(), NO_BOOTSTRAP).best.unwrap();
    assert_eq!((best.aic.as_str(), best.bic.as_str()), ("[12]", "independence"));
}

/// Darroch, Fienberg, Glonek and Junker (1993), Journal of the American Statistical Association 88:1137, stratum R3; figures
/// by Rivest (2011), International Journal of Biostatistics 7(1), which Rcapture's tests repeat.
#[test]
fn a_census_of_three_lists_is_as_published() {
    let census = table(3, &[72, 155, 7, 71, 13, 53, 43]);
    same_model(&census, "[12][13][23]", (1240.0, 0), (451.0, 0), (0.0, 6), 0);
    same_model(&census, "[12][23]", (850.0, 0), (186.0, 0), (3.8, 1), 1);
}

/// Bruno, LaPorte, Merletti, Biggeri, McCarty and Pagano (1994), Diabetes Care 17:548; figures by Rivest (2011).
#[test]
fn diabetes_in_casale_monferrato_is_as_published() {
    let diabetes = table(4, &[58, 157, 18, 104, 46, 650, 12, 709, 14, 20, 7, 74, 8, 182, 10]);
    same_model(&diabetes, "[12][13][23][24][34]", (2771.0, 0), (145.0, 0), (7.62, 2), 5);
    same_model(&diabetes, "[13][24][34]", (2472.0, 0), (53.0, 0), (21.97, 2), 7);
}

/// Cormack, Chang and Smith (2000), International Journal of Epidemiology 29:1053, tables 3a and 3b: deaths at work.
#[test]
fn deaths_at_work_have_the_published_profile_intervals() {
    let three = table(3, &[72, 5, 29, 54, 24, 3, 14]);
    let independent = model(&three, "independence").unwrap();
    same(independent.estimate, 209.0, 0);
    same(independent.fit.unwrap().g2, 75.1, 1);
    let (lower, upper) = interval(&independent, Method::ProfileLikelihood);
    same(lower, 203.0, 0);
    same(upper, 217.0, 0);
    let dependent = model(&three, "[23]").unwrap();
    same(dependent.fit.unwrap().g2, 1.2, 1);
    same(interval(&dependent, Method::ProfileLikelihood).0, 210.0, 0);
    let twice = model(&three, "[13][23]").unwrap();
    same(twice.estimate, 233.0, 0);
    same(interval(&twice, Method::ProfileLikelihood).0, 204.0, 0);

    let four = table(4, &[72, 5, 29, 53, 24, 3, 12, 14, 0, 0, 0, 1, 0, 0, 2]);
    let independent = model(&four, "independence").unwrap();
    same(independent.estimate, 215.0, 0);
    same(independent.fit.unwrap().g2, 87.1, 1);
}

/// The same table: Rcapture gives the models below more than a million persons, for nobody of the third list is missing on
/// the first.
#[test]
fn deaths_at_work_without_a_finite_estimate_are_refused() {
    let four = table(4, &[72, 5, 29, 53, 24, 3, 12, 14, 0, 0, 0, 1, 0, 0, 2]);
    for label in ["[13][34]", "[12][13][14][34]", "[12][13][14][23][24][34]"] {
        assert!(matches!(model(&four, label), Err(Refusal::NoFiniteMle { .. })), "{label}");
    }
}

/// Illegal immigrants in four Dutch cities, by how often the police met them: van der Heijden, Bustami, Cruyff, Engbersen and
/// van Houwelingen (2003), Statistical Modelling 3:305, who give the last interval; the other figures by Rcapture, data set
/// `ill`.
#[test]
fn immigrants_in_dutch_cities_are_as_published() {
    let report = of_counts(&counts(&[1645, 183, 37, 13, 1, 1]));
    let chao = estimate(&report, Estimator::Chao);
    same(chao.estimate, 9273.51, 2);
    same(chao.standard_error, 662.59, 2);
    let (lower, upper) = interval(chao, Method::LogNormal);
    same(lower, 8084.7, 1);
    same(upper, 10690.1, 1);
    assert!(chao.is_lower_bound);
    same(estimate(&report, Estimator::ChaoBiasCorrected).estimate, 9228.86, 2);
    same(estimate(&report, Estimator::Zelterman).estimate, 9424.56, 2);
    let poisson = estimate(&report, Estimator::ZeroTruncatedPoisson);
    same(poisson.estimate, 7079.93, 2);
    let (lower, upper) = interval(poisson, Method::Wald);
    same(lower, 6363.0, 0);
    same(upper, 7797.0, 0);
}

/// Cholera in an Indian village by the cases in each house: McKendrick (1926), Proceedings of the Edinburgh Mathematical
/// Society 44:98. It is the data set on which all estimators agree, for the Poisson distribution fits it.
#[test]
fn all_estimators_agree_on_the_houses_of_mckendrick() {
    let report = of_counts(&counts(&[32, 16, 6, 1]));
    let poisson = estimate(&report, Estimator::ZeroTruncatedPoisson);
    assert!(poisson.warnings.is_empty(), "{:?}", poisson.warnings);
    for estimator in [Estimator::Chao, Estimator::ChaoBiasCorrected, Estimator::Zelterman] {
        let other = estimate(&report, estimator).estimate;
        assert!((other - poisson.estimate).abs() < 5.0, "{estimator:?}: {other}");
    }
}

/// The worked example of many textbooks: ten animals marked, fifteen caught, five of them marked.
#[test]
fn two_samples_of_a_textbook_are_as_published() {
    let report = of_histories(&table(2, &[5, 5, 10]), NO_BOOTSTRAP);
    let chapman = estimate(&report, Estimator::Chapman);
    same(chapman.estimate, 28.3, 1);
    assert_eq!(chapman.warnings, [Warning::FewRecaptures { persons: 5 }]);
    // The likelihood of two independent lists: Lincoln and Petersen.
    same(estimate(&report, Estimator::LogLinear).estimate, 30.0, 6);
}

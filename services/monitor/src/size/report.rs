//! All estimators over one input.

use serde::Serialize;

use super::answer::{Answer, Estimate, Estimator, Outcome, Refusal, Warning};
use super::chao::{chao, chao_bias_corrected};
use super::chapman::chapman;
use super::fit::p_value;
use super::log_linear::{self, FittedModel, Model};
use super::number::{real, size};
use super::poisson::zero_truncated_poisson;
use super::zelterman::zelterman;
use super::{Counts, Histories};

/// So many models, those with the lowest AIC, get a bootstrap interval: all of them with up to four lists.
const BOOTSTRAPPED: usize = 64;
/// Lists whose sizes differ as much by chance more rarely than this are called unequal.
const UNEQUAL: f64 = 0.01;

/// How bootstrap intervals are made.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Tables drawn for each; 0 for none.
    pub replicates: usize,
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { replicates: 999, seed: 1 }
    }
}

/// What all estimators answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    #[serde(rename = "estimates")]
    pub outcomes: Vec<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<Best>,
}

/// The log-linear models that two criteria prefer. They often disagree; the choice changes the estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Best {
    pub aic: String,
    pub bic: String,
}

/// Every estimator for counts.
#[must_use]
pub fn of_counts(counts: &Counts) -> Report {
    Report { outcomes: count_estimators(counts), best: None }
}

/// Every estimator for histories.
#[must_use]
pub fn of_histories(table: &Histories, settings: Settings) -> Report {
    let refusal = refusal(table);
    let refused = |answer: Result<Estimate, Refusal>| refusal.clone().map_or(answer, Err);
    let mut outcomes = Vec::new();
    for (first, second) in log_linear::pairs(table.lists()) {
        let lists = Some([first, second].map(|list| table.names()[list].clone()));
        let answer = refused(chapman(table, first, second)).into();
        outcomes.push(Outcome { estimator: Estimator::Chapman, lists, model: None, answer });
    }
    let unequal = unequal_lists(table);
    for mut outcome in count_estimators(&table.by_number_of_lists()) {
        match (&mut outcome.answer, &refusal, unequal) {
            (answer, Some(refusal), _) => *answer = Answer::Refused(refusal.clone()),
            (Answer::Estimated(estimate), None, Some(p_value)) => {
                estimate.warnings.push(Warning::UnequalLists { p_value });
            }
            _ => {}
        }
        outcomes.push(outcome);
    }
    let fit = |model: &Model| refusal.clone().map_or_else(|| log_linear::fit(table, model), Err);
    let mut fitted: Vec<_> = Model::all(table.lists()).iter().map(|model| (model.label(), fit(model))).collect();
    add_bootstraps(&mut fitted, settings);
    let best = best(&fitted);
    outcomes.extend(fitted.into_iter().map(|(label, fitted)| Outcome {
        estimator: Estimator::LogLinear,
        lists: None,
        model: Some(label),
        answer: fitted.map(|fitted| fitted.estimate).into(),
    }));
    Report { outcomes, best }
}

fn count_estimators(counts: &Counts) -> Vec<Outcome> {
    let of = |estimator, answer: Result<Estimate, Refusal>| Outcome {
        estimator,
        lists: None,
        model: None,
        answer: answer.into(),
    };
    vec![
        of(Estimator::Chao, chao(counts)),
        of(Estimator::ChaoBiasCorrected, chao_bias_corrected(counts)),
        of(Estimator::Zelterman, zelterman(counts)),
        of(Estimator::ZeroTruncatedPoisson, zero_truncated_poisson(counts)),
    ]
}

/// Why no estimator can answer.
fn refusal(table: &Histories) -> Option<Refusal> {
    if table.lists() == 1 {
        return Some(Refusal::OneList);
    }
    if table.total() == 0 {
        return Some(Refusal::NoPersons);
    }
    let zero = table.structural_zeros().first();
    zero.map(|zero| Refusal::StructuralZero { history: table.label(*zero) })
}

/// The chance that lists of the same size differ as much; `None` where they may well be the same. Cochran's Q: Cochran
/// (1950), Biometrika 37:256.
fn unequal_lists(table: &Histories) -> Option<f64> {
    let lists = table.lists();
    let sizes: Vec<f64> = (0..lists).map(|list| real(table.on_all(&[list]))).collect();
    let sum: f64 = sizes.iter().sum();
    let squares: f64 = sizes.iter().map(|size| size * size).sum();
    let spread: f64 =
        table.cells().map(|cell| real(table.persons(cell)) * size(cell.lists()) * size(lists - cell.lists())).sum();
    if spread <= 0.0 {
        return None;
    }
    let q = (size(lists) - 1.0) * (size(lists) * squares - sum * sum) / spread;
    p_value(q, lists - 1).filter(|p| *p < UNEQUAL)
}

type Fits = [(String, Result<FittedModel, Refusal>)];

fn add_bootstraps(fitted: &mut Fits, settings: Settings) {
    let mut models: Vec<_> = fitted.iter_mut().filter_map(|(_, fitted)| fitted.as_mut().ok()).collect();
    models.sort_by(|a, b| aic(a).total_cmp(&aic(b)));
    for model in models.into_iter().take(BOOTSTRAPPED) {
        log_linear::bootstrap(model, settings.replicates, settings.seed);
    }
}

fn best(fitted: &Fits) -> Option<Best> {
    let lowest = |criterion: fn(&FittedModel) -> f64| {
        let models = fitted.iter().filter_map(|(label, fitted)| Some((label, fitted.as_ref().ok()?)));
        models.min_by(|(_, a), (_, b)| criterion(a).total_cmp(&criterion(b))).map(|(label, _)| label.clone())
    };
    Some(Best { aic: lowest(aic)?, bic: lowest(bic)? })
}

fn aic(model: &FittedModel) -> f64 {
    model.estimate.fit.and_then(|fit| fit.aic).unwrap_or(f64::INFINITY)
}

fn bic(model: &FittedModel) -> f64 {
    model.estimate.fit.and_then(|fit| fit.bic).unwrap_or(f64::INFINITY)
}

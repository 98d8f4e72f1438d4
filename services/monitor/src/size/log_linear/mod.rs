//! Log-linear models of capture histories.
//!
//! The number of persons of each history is a Poisson variable; the logarithm of its mean is a sum of an intercept, an
//! effect of each list, and an interaction of some pairs of lists: Fienberg (1972), Biometrika 59:591; Cormack (1989),
//! Biometrics 45:395. The intercept is the logarithm of the expected number of persons on no list. Models are hierarchical:
//! each has the effects of all lists, and any set of pairs.

mod bootstrap;
mod design;
mod existence;
mod fit;
mod matrix;
mod profile;

use statrs::function::gamma::ln_gamma;

pub use bootstrap::bootstrap;
use design::Design;
pub use design::{Model, pairs};
use existence::Undetermined;
use fit::Fitted;

use super::answer::{Estimate, FEW_SEEN_AGAIN, Fit, POOR_FIT, Refusal, Warning};
use super::fit::{deviance, p_value};
use super::number::{real, size};
use super::{Histories, History, Interval};

/// Persons a cell, on average, below which G² and standard errors are not to be trusted: Koehler and Larntz (1980), Journal
/// of the American Statistical Association 75:336.
const PERSONS_PER_CELL: u64 = 5;
/// An overlap of two lists of which the model expects this many persons, and that has none, has a chance below 1%: −ln 0.01.
const SURELY_SOMEBODY: f64 = 4.605_170_185_988_091;

/// A model that was fitted to a table.
#[derive(Debug, Clone)]
pub struct FittedModel {
    design: Design,
    fitted: Fitted,
    pub estimate: Estimate,
}

/// Fits a model, with its log-normal and profile-likelihood intervals.
pub fn fit(table: &Histories, model: &Model) -> Result<FittedModel, Refusal> {
    let design = Design::new(table, model);
    refuse_table(table, &design)?;
    let seen = design::seen(table);
    refuse_undetermined(table, &design, &seen)?;
    let fitted = fit::fit(&design, &seen, None).ok_or(Refusal::NotConverged)?;
    refuse_exclusive_lists(table, &fitted)?;

    let persons = real(table.total());
    let unseen = fitted.unseen();
    // The variance of the Poisson number of unseen persons, and that of its estimated mean (delta method): Rivest and
    // Lévesque (2001), Canadian Journal of Statistics 29:555; the same as in the R package Rcapture.
    let standard_error = (unseen + unseen.powi(2) * fitted.intercept_variance).sqrt();
    let quality = quality(&seen, &fitted, design.parameters(), persons);
    let mut intervals = vec![Interval::log_normal(persons, unseen, standard_error)];
    intervals.extend(profile::interval(&design, &seen, &fitted, standard_error));
    let warnings = warnings(table, &quality);
    let estimate = Estimate::new(persons + unseen, standard_error, intervals, warnings)?;
    Ok(FittedModel { design, fitted, estimate: Estimate { fit: Some(quality), ..estimate } })
}

fn quality(seen: &[f64], fitted: &Fitted, parameters: usize, persons: f64) -> Fit {
    let cells = || seen.iter().copied().zip(fitted.means.iter().copied());
    let g2 = deviance(cells());
    let df = seen.len() - parameters;
    let log_likelihood: f64 = cells().map(|(y, mean)| y * mean.ln() - mean - ln_gamma(y + 1.0)).sum();
    let aic = -2.0 * log_likelihood + 2.0 * size(parameters);
    let bic = -2.0 * log_likelihood + size(parameters) * persons.ln();
    Fit { g2, df, p_value: p_value(g2, df), parameters, aic: Some(aic), bic: Some(bic) }
}

fn warnings(table: &Histories, fit: &Fit) -> Vec<Warning> {
    let again = table.by_number_of_lists().seen_again();
    let warnings = [
        (again < FEW_SEEN_AGAIN).then_some(Warning::FewRecaptures { persons: again }),
        fit.p_value.filter(|p| *p < POOR_FIT).map(|p_value| Warning::PoorFit { p_value }),
        (fit.df == 0).then_some(Warning::Saturated),
    ];
    warnings.into_iter().flatten().collect()
}

/// What this model cannot be fitted to.
fn refuse_table(table: &Histories, design: &Design) -> Result<(), Refusal> {
    if let Some(list) = (0..table.lists()).find(|list| table.on_all(&[*list]) == 0) {
        return Err(Refusal::EmptyList { list: table.names()[list].clone() });
    }
    let again = table.by_number_of_lists().seen_again();
    if again == 0 {
        return Err(Refusal::NoRecaptures);
    }
    if design.parameters() > design.cells() {
        return Err(Refusal::NotIdentifiable { parameters: design.parameters(), rank: design.cells() });
    }
    let (persons, cells) = (table.total(), design.cells());
    if persons < PERSONS_PER_CELL * cells as u64 {
        return Err(Refusal::SparseTable { persons, cells, per_cell: PERSONS_PER_CELL });
    }
    if again < design.parameters() as u64 {
        return Err(Refusal::FewRecaptures { persons: again, parameters: design.parameters() });
    }
    Ok(())
}

/// A model that has no estimate, or more than one.
fn refuse_undetermined(table: &Histories, design: &Design, seen: &[f64]) -> Result<(), Refusal> {
    existence::check(design, seen).map_err(|why| match why {
        Undetermined::Falling(cells) => {
            let labels: Vec<String> = table.cells().map(|cell| table.label(cell)).collect();
            Refusal::NoFiniteMle { cells: cells.into_iter().map(|cell| labels[cell].clone()).collect() }
        }
        Undetermined::Rank(rank) => Refusal::NotIdentifiable { parameters: design.parameters(), rank },
        Undetermined::Unsolved => Refusal::NotConverged,
    })
}

/// Two lists without an overlap where the model expects one: they are no chance outcome of the model.
fn refuse_exclusive_lists(table: &Histories, fitted: &Fitted) -> Result<(), Refusal> {
    for (first, second) in design::pairs(table.lists()) {
        if table.on_all(&[first, second]) > 0 {
            continue;
        }
        let is_on_both = |cell: &(History, &f64)| cell.0.is_on(first) && cell.0.is_on(second);
        let expected: f64 = table.cells().zip(&fitted.means).filter(is_on_both).map(|(_, mean)| mean).sum();
        if expected >= SURELY_SOMEBODY {
            let name = |list: usize| table.names()[list].clone();
            let (first, second) = (name(first), name(second));
            return Err(Refusal::SuspectedStructuralZero { first, second, expected });
        }
    }
    Ok(())
}

//! Maximum likelihood by iteratively reweighted least squares: McCullagh and Nelder (1989), Generalized Linear
//! Models, section 2.5.

use super::design::Design;
use super::matrix::{cholesky, solve};
use crate::size::fit::deviance;

const STEPS: usize = 100;
/// The deviance changes by less than this part of it: the fit is found.
const CONVERGED: f64 = 1e-11;

/// A fit.
#[derive(Debug, Clone)]
pub struct Fitted {
    pub parameters: Vec<f64>,
    /// Expected persons of each cell.
    pub means: Vec<f64>,
    /// Of the estimated intercept.
    pub intercept_variance: f64,
}

impl Fitted {
    /// Expected persons on no list.
    pub fn unseen(&self) -> f64 {
        self.parameters[0].exp()
    }
}

/// Fits a design to the persons of each cell, from the parameters of a near-by fit or from the cells themselves. `None` where
/// it does not converge.
pub fn fit(design: &Design, seen: &[f64], from: Option<&[f64]>) -> Option<Fitted> {
    let mut means: Vec<f64> = match from {
        Some(parameters) => means(design, parameters),
        None => seen.iter().map(|persons| persons + 0.1).collect(),
    };
    let mut before = f64::INFINITY;
    for _ in 0..STEPS {
        let parameters = solve(&cholesky(&information(design, &means))?, &weighted(design, seen, &means));
        means = self::means(design, &parameters);
        let now = deviance(seen.iter().copied().zip(means.iter().copied()));
        if !now.is_finite() {
            return None;
        }
        if (before - now).abs() <= CONVERGED * (now + 0.1) {
            let lower = cholesky(&information(design, &means))?;
            let first: Vec<f64> = (0..design.parameters()).map(|at| if at == 0 { 1.0 } else { 0.0 }).collect();
            return Some(Fitted { parameters, means, intercept_variance: solve(&lower, &first)[0] });
        }
        before = now;
    }
    None
}

fn means(design: &Design, parameters: &[f64]) -> Vec<f64> {
    let mean = |row: &Vec<f64>| row.iter().zip(parameters).map(|(x, b)| x * b).sum::<f64>().exp();
    design.rows().iter().map(mean).collect()
}

/// `XᵀWX`, with the means as weights W.
fn information(design: &Design, means: &[f64]) -> Vec<Vec<f64>> {
    let size = design.parameters();
    let mut information = vec![vec![0.0; size]; size];
    for (row, mean) in design.rows().iter().zip(means) {
        for at in (0..size).filter(|at| row[*at] > 0.0) {
            for other in 0..=at {
                information[at][other] += mean * row[other];
            }
        }
    }
    information
}

/// `XᵀWz`, with the working response z = ln μ + (y − μ)/μ.
fn weighted(design: &Design, seen: &[f64], means: &[f64]) -> Vec<f64> {
    let mut weighted = vec![0.0; design.parameters()];
    for ((row, mean), persons) in design.rows().iter().zip(means).zip(seen) {
        let response = mean * mean.ln() + (persons - mean);
        for (sum, x) in weighted.iter_mut().zip(row) {
            *sum += x * response;
        }
    }
    weighted
}

//! How well a model fits.

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use super::number::size;

/// G² = 2 Σ y·ln(y/μ) − (y − μ), of pairs of what was observed and what the model expects.
pub fn deviance(cells: impl Iterator<Item = (f64, f64)>) -> f64 {
    let of_cell = |(seen, expected): (f64, f64)| {
        let difference = seen - expected;
        // ln(1 + δ) and not ln(y/μ): for millions of persons the two parts of the sum would cancel to noise.
        let logarithm = if seen > 0.0 { seen * (difference / expected).ln_1p() } else { 0.0 };
        logarithm - difference
    };
    // Rounding may take a perfect fit below zero.
    (2.0 * cells.map(of_cell).sum::<f64>()).max(0.0)
}

/// The chance of a G² as large, were the model true: by the χ² distribution. `None` without degrees of freedom.
pub fn p_value(g2: f64, df: usize) -> Option<f64> {
    ChiSquared::new(size(df)).ok().map(|chi| chi.sf(g2))
}

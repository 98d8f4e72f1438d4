//! Chao's lower bound, in two forms.

use super::answer::{Estimate, FEW_SEEN_AGAIN, Refusal, Warning};
use super::number::real;
use super::{Counts, Interval};

/// The classic form: n + k·f₁² / (2·f₂), for n persons seen, f₁ of them once and f₂ twice.
///
/// For counts k = 1: Chao (1987), Biometrics 43:783, with the interval of its equation 12. For t lists
/// k = (t − 1)/t: Chao (1989), Biometrics 45:427; without it, two lists would give twice the unseen persons. Variance
/// f₂(k·r²/2 + k²·r³ + k²·r⁴/4), r = f₁/f₂: the same papers.
///
/// It bounds the size from below, in expectation, for persons with unequal chances to be seen.
pub fn chao(counts: &Counts) -> Result<Estimate, Refusal> {
    counts.refuse_without_recaptures()?;
    if counts.seen(2) == 0 {
        return Err(Refusal::NobodySeenTwice);
    }
    let (once, twice, factor) = (real(counts.seen(1)), real(counts.seen(2)), factor(counts));
    let ratio = once / twice;
    let unseen = factor * once * ratio / 2.0;
    let variance =
        twice * (factor * ratio.powi(2) / 2.0 + factor.powi(2) * ratio.powi(3) + factor.powi(2) * ratio.powi(4) / 4.0);
    lower_bound(counts, unseen, variance)
}

/// The bias-corrected form: n + k·f₁(f₁ − 1) / (2(f₂ + 1)), with k as in [`chao`].
///
/// Chao (1989), Biometrics 45:427; its variance k·f₁(f₁ − 1)/(2(f₂ + 1)) + k²·f₁(2f₁ − 1)²/(4(f₂ + 1)²) +
/// k²·f₁²·f₂(f₁ − 1)²/(4(f₂ + 1)⁴) is in the EstimateS User's Guide, appendix B (Colwell 2013).
pub fn chao_bias_corrected(counts: &Counts) -> Result<Estimate, Refusal> {
    counts.refuse_without_recaptures()?;
    let (once, twice, factor) = (real(counts.seen(1)), real(counts.seen(2)), factor(counts));
    let unseen = factor * once * (once - 1.0) / (2.0 * (twice + 1.0));
    let below = 4.0 * (twice + 1.0).powi(2);
    let variance = unseen
        + factor.powi(2) * once * (2.0 * once - 1.0).powi(2) / below
        + factor.powi(2) * once.powi(2) * twice * (once - 1.0).powi(2) / (below * (twice + 1.0).powi(2));
    // With f₁ = 0 nobody is left to be seen, and neither is anything uncertain.
    lower_bound(counts, unseen.max(0.0), if once > 0.0 { variance } else { 0.0 })
}

/// (t − 1)/t for t lists, 1 for counts.
fn factor(counts: &Counts) -> f64 {
    counts.lists().map_or(1.0, |lists| (real(lists) - 1.0) / real(lists))
}

fn lower_bound(counts: &Counts, unseen: f64, variance: f64) -> Result<Estimate, Refusal> {
    let (seen, standard_error) = (real(counts.total()), variance.sqrt());
    let intervals = vec![Interval::log_normal(seen, unseen, standard_error)];
    let again = counts.seen_again();
    let warnings = (again < FEW_SEEN_AGAIN).then_some(Warning::FewRecaptures { persons: again });
    let estimate = Estimate::new(seen + unseen, standard_error, intervals, warnings.into_iter().collect())?;
    Ok(Estimate { is_lower_bound: true, ..estimate })
}

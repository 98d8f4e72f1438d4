//! Zelterman's estimator.

use super::answer::{Estimate, FEW_SEEN_AGAIN, Refusal, Warning};
use super::number::real;
use super::{Counts, Interval};

/// n / (1 − e^−λ) with λ = 2·f₂/f₁: Zelterman (1988), Journal of Statistical Planning and Inference 18:225. Only those who
/// were seen once or twice say what λ is, so that a few who are seen very often do no harm.
///
/// Its variance n·G(1 + n·G·λ²(1/f₁ + 1/f₂)), G = e^−λ/(1 − e^−λ)²: Böhning (2008), Statistical Methodology 5:410.
pub fn zelterman(counts: &Counts) -> Result<Estimate, Refusal> {
    counts.refuse_bounded()?;
    let (once, twice, seen) = (counts.seen(1), counts.seen(2), real(counts.total()));
    if once == 0 {
        return Err(Refusal::NobodySeenOnce);
    }
    if twice == 0 {
        return Err(Refusal::NobodySeenTwice);
    }
    let rate = 2.0 * real(twice) / real(once);
    let chance_seen = -(-rate).exp_m1();
    let weight = (-rate).exp() / chance_seen.powi(2);
    let variance = seen * weight * (1.0 + seen * weight * rate.powi(2) * (1.0 / real(once) + 1.0 / real(twice)));
    let (estimate, standard_error) = (seen / chance_seen, variance.sqrt());
    let intervals =
        vec![Interval::wald(estimate, standard_error), Interval::log_normal(seen, estimate - seen, standard_error)];
    let again = counts.seen_again();
    let warnings = (again < FEW_SEEN_AGAIN).then_some(Warning::FewRecaptures { persons: again });
    Estimate::new(estimate, standard_error, intervals, warnings.into_iter().collect())
}

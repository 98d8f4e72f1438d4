//! The zero-truncated Poisson distribution.

use statrs::function::gamma::ln_gamma;

use super::answer::{Estimate, FEW_SEEN_AGAIN, Fit, POOR_FIT, Refusal, Warning};
use super::fit::{deviance, p_value};
use super::number::real;
use super::{Counts, Interval};

/// Expected persons of the smallest group that the goodness of fit is judged by: Cochran (1954), Biometrics 10:417.
const SMALLEST_GROUP: f64 = 5.0;

/// n / (1 − e^−λ), where λ is the maximum-likelihood estimate of a Poisson distribution without its zero: the mean of those
/// seen is λ/(1 − e^−λ). David and Johnson (1952), Biometrics 8:275; as an estimator of size, with its Wald interval: van
/// der Heijden, Bustami, Cruyff, Engbersen and van Houwelingen (2003), Statistical Modelling 3:305.
///
/// It assumes that everybody has the same chance to be seen, and that being seen changes it not. Where people differ, the
/// estimate is too low.
pub fn zero_truncated_poisson(counts: &Counts) -> Result<Estimate, Refusal> {
    counts.refuse_bounded()?;
    let seen = real(counts.total());
    let mean = counts.sightings() / seen;
    let rate = rate(mean);
    let chance_seen = -(-rate).exp_m1();
    let estimate = seen / chance_seen;
    // N·e^−λ/(1 − e^−λ) for who was seen by chance, and the delta method for λ, whose variance is λ²/(n·Var(seen)).
    let missed = (-rate).exp();
    let of_rate = rate.powi(2) / (seen * mean * (1.0 + rate - mean));
    let variance = seen * missed / chance_seen.powi(2) + (seen * missed / chance_seen.powi(2)).powi(2) * of_rate;
    let standard_error = variance.sqrt();
    let intervals =
        vec![Interval::wald(estimate, standard_error), Interval::log_normal(seen, estimate - seen, standard_error)];
    let fit = fit(counts, rate, estimate);
    let poor = fit.as_ref().and_then(|fit| fit.p_value).filter(|p| *p < POOR_FIT);
    let again = counts.seen_again();
    let warnings = [
        poor.map(|p_value| Warning::PoorFit { p_value }),
        (again < FEW_SEEN_AGAIN).then_some(Warning::FewRecaptures { persons: again }),
    ];
    let warnings = warnings.into_iter().flatten().collect();
    Ok(Estimate { fit, ..Estimate::new(estimate, standard_error, intervals, warnings)? })
}

/// λ where λ/(1 − e^−λ) is the mean, by Newton's method. The mean is above 1, where it has exactly one solution, between
/// 0 and the mean; the function is convex, so that from the right every step stays right of it.
fn rate(mean: f64) -> f64 {
    let mut rate = mean;
    for _ in 0..200 {
        let chance_seen = -(-rate).exp_m1();
        let slope = (chance_seen - rate * (-rate).exp()) / chance_seen.powi(2);
        let step = (rate / chance_seen - mean) / slope;
        rate -= step;
        if step.abs() <= 1e-15 * rate {
            break;
        }
    }
    rate
}

/// G² of the counts, with neighbours together until no group is expected to have fewer than five persons. `None` where fewer
/// than three such groups are left: there is nothing to test.
fn fit(counts: &Counts, rate: f64, estimate: f64) -> Option<Fit> {
    let mut groups = Vec::new();
    let (mut seen, mut expected) = (0.0, 0.0);
    let mut expected_behind = estimate * -(-rate).exp_m1();
    for times in 1..=counts.most() {
        let ln_chance = real(times) * rate.ln() - rate - ln_gamma(real(times) + 1.0);
        seen += real(counts.seen(times));
        expected += estimate * ln_chance.exp();
        if expected_behind - expected < SMALLEST_GROUP {
            break;
        }
        if expected >= SMALLEST_GROUP {
            groups.push((seen, expected));
            expected_behind -= expected;
            (seen, expected) = (0.0, 0.0);
        }
    }
    let seen_before: f64 = groups.iter().map(|(seen, _)| seen).sum();
    groups.push((real(counts.total()) - seen_before, expected_behind));
    let df = groups.len().checked_sub(2).filter(|df| *df > 0)?;
    let g2 = deviance(groups.iter().copied());
    Some(Fit { g2, df, p_value: p_value(g2, df), parameters: 1, aic: None, bic: None })
}

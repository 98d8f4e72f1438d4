//! Intervals around an estimate. All have the level 95%.

use serde::Serialize;

/// The quantile of the standard normal distribution at 0.975.
pub const Z: f64 = 1.959_963_984_540_054;

/// The range that covers the true number in 95 of 100 repetitions, if the assumptions of its method hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    pub method: Method,
    /// Persons.
    pub lower: f64,
    /// Persons; `None` where the data set no upper bound.
    pub upper: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Estimate ± 1.96 standard errors.
    Wald,
    /// The number of unseen persons as a log-normal variable: Chao (1987), Biometrics 43:783, equation 12. It never falls
    /// below the number of persons seen.
    LogNormal,
    /// All sizes whose multinomial profile likelihood is near its maximum: Cormack (1992), Biometrics 48:567.
    ProfileLikelihood,
    /// The 2.5th and 97.5th percentile of estimates from tables drawn from the fitted model: Buckland and Garthwaite
    /// (1991), Biometrics 47:255.
    Bootstrap,
}

impl Interval {
    pub(super) fn wald(estimate: f64, standard_error: f64) -> Self {
        let half = Z * standard_error;
        Self { method: Method::Wald, lower: estimate - half, upper: Some(estimate + half) }
    }

    /// From the number of persons seen and the estimated number of persons not seen.
    pub(super) fn log_normal(seen: f64, unseen: f64, standard_error: f64) -> Self {
        let factor = if unseen > 0.0 { (Z * (1.0 + (standard_error / unseen).powi(2)).ln().sqrt()).exp() } else { 1.0 };
        Self { method: Method::LogNormal, lower: seen + unseen / factor, upper: Some(seen + unseen * factor) }
    }
}

//! The profile-likelihood interval.

use statrs::function::gamma::ln_gamma;

use super::design::Design;
use super::fit::{Fitted, fit};
use crate::size::interval::Z;
use crate::size::{Interval, Method};

/// Where the interval still has no upper end at so many times the estimate, it has none.
const FARTHEST: f64 = 1e4;
/// How exactly the top and the ends are found, in standard errors. The top is flat: a thousandth of a standard error beside it
/// the likelihood is lower by less than a millionth.
const EXACT_TOP: f64 = 1e-3;
const EXACT_END: f64 = 1e-5;

/// The sizes whose multinomial log-likelihood, highest over the other parameters, is within 1.92 of its maximum: Cormack
/// (1992), Biometrics 48:567. `None` where the likelihood cannot be computed.
pub fn interval(design: &Design, seen: &[f64], fitted: &Fitted, standard_error: f64) -> Option<Interval> {
    let profile = Profile::new(design, seen, fitted);
    let most_likely = profile.most_likely(fitted.unseen(), EXACT_TOP * standard_error)?;
    let exact = EXACT_END * standard_error;
    let threshold = profile.at(most_likely)? - Z * Z / 2.0;
    let above = |unseen: f64| profile.at(unseen).map(|likelihood| likelihood - threshold);

    let lower = if above(0.0)? >= 0.0 { 0.0 } else { root(&above, 0.0, most_likely, exact)? };
    let farthest = FARTHEST * (profile.persons + fitted.unseen());
    let mut outside = 2.0 * most_likely.max(1.0);
    while above(outside)? >= 0.0 && outside < farthest {
        outside *= 2.0;
    }
    let upper =
        if outside < farthest { Some(root(&above, most_likely, outside, exact)? + profile.persons) } else { None };
    Some(Interval { method: Method::ProfileLikelihood, lower: lower + profile.persons, upper })
}

/// The log-likelihood of a number of unseen persons.
struct Profile<'a> {
    design: Design,
    seen: &'a [f64],
    persons: f64,
    from: &'a [f64],
}

impl<'a> Profile<'a> {
    fn new(design: &Design, seen: &'a [f64], fitted: &'a Fitted) -> Self {
        let persons = seen.iter().sum();
        Self { design: design.with_unseen(), seen, persons, from: &fitted.parameters }
    }

    /// ln (N! / n₀!) + Σ y·ln π over all cells, unseen persons n₀ among them, up to a constant: given N the fitted Poisson
    /// means divided by N are the most likely chances π.
    fn at(&self, unseen: f64) -> Option<f64> {
        let cells: Vec<f64> = self.seen.iter().copied().chain([unseen]).collect();
        let total = self.persons + unseen;
        let fitted = fit(&self.design, &cells, Some(self.from)).or_else(|| fit(&self.design, &cells, None))?;
        let of_cell = |(persons, mean): (&f64, &f64)| if *persons > 0.0 { persons * (mean / total).ln() } else { 0.0 };
        let chances: f64 = cells.iter().zip(&fitted.means).map(of_cell).sum();
        Some(ln_gamma(total + 1.0) - ln_gamma(unseen + 1.0) + chances)
    }

    /// The number of unseen persons with the highest likelihood, by golden sections. It lies near that of the Poisson
    /// likelihood.
    fn most_likely(&self, poisson: f64, exact: f64) -> Option<f64> {
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let (mut low, mut high) = (0.0, 2.0 * poisson + 2.0);
        let (mut left, mut right) = (high - golden * high, golden * high);
        let (mut at_left, mut at_right) = (self.at(left)?, self.at(right)?);
        while high - low > exact {
            if at_left < at_right {
                (low, left, at_left) = (left, right, at_right);
                right = low + golden * (high - low);
                at_right = self.at(right)?;
            } else {
                (high, right, at_right) = (right, left, at_left);
                left = high - golden * (high - low);
                at_left = self.at(left)?;
            }
        }
        Some(f64::midpoint(low, high))
    }
}

/// Where a function is 0 between two places on different sides of it, by the Illinois method: Dowell and Jarratt (1971),
/// BIT 11:168.
fn root(function: &impl Fn(f64) -> Option<f64>, from: f64, to: f64, exact: f64) -> Option<f64> {
    let (mut old, mut new) = (from, to);
    let (mut at_old, mut at_new) = (function(old)?, function(new)?);
    for _ in 0..200 {
        let next = new - at_new * (new - old) / (at_new - at_old);
        let at_next = function(next)?;
        if (next - new).abs() <= exact || at_next.abs() < 1e-9 {
            return Some(next);
        }
        if at_next * at_new < 0.0 {
            (old, at_old) = (new, at_new);
        } else {
            at_old /= 2.0;
        }
        (new, at_new) = (next, at_next);
    }
    None
}

//! The parametric bootstrap interval.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution as _};

use super::fit::fit;
use super::{FittedModel, existence};
use crate::size::number::real;
use crate::size::{Bootstrap, Interval, Method};

/// At most one drawn table in so many may be without an estimate.
const FAILED_AT_MOST: usize = 20;

/// Adds the interval: tables of as many persons as were estimated are drawn from the fitted model, seen or not, and the model
/// is fitted to those who are seen. The same seed gives the same interval.
pub fn bootstrap(model: &mut FittedModel, replicates: usize, seed: u64) {
    if replicates == 0 {
        return;
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let drawn = (0..replicates).filter_map(|_| replicate(model, &mut random));
    let mut estimates: Vec<f64> = drawn.collect();
    let failed = replicates - estimates.len();
    model.estimate.bootstrap = Some(Bootstrap { replicates, failed });
    if failed * FAILED_AT_MOST > replicates {
        return;
    }
    estimates.sort_by(f64::total_cmp);
    let lower = percentile(&estimates, 25);
    let upper = percentile(&estimates, 975);
    let interval =
        lower.zip(upper).map(|(lower, upper)| Interval { method: Method::Bootstrap, lower, upper: Some(upper) });
    model.estimate.intervals.extend(interval);
}

/// The estimate from a table that was drawn; `None` where it has none.
fn replicate(model: &FittedModel, random: &mut ChaCha8Rng) -> Option<f64> {
    let seen = draw(&model.fitted.means, model.estimate.estimate, random)?;
    existence::check(&model.design, &seen).ok()?;
    let fitted = fit(&model.design, &seen, Some(&model.fitted.parameters))?;
    Some(seen.iter().sum::<f64>() + fitted.unseen())
}

/// A multinomial draw, cell by cell: what is left at the end was not seen.
fn draw(means: &[f64], total: f64, random: &mut ChaCha8Rng) -> Option<Vec<f64>> {
    let (mut left, mut mass) = (whole(total), total);
    let mut cells = Vec::with_capacity(means.len());
    for mean in means {
        let chance = (mean / mass).clamp(0.0, 1.0);
        let persons = Binomial::new(left, chance).ok()?.sample(random);
        cells.push(real(persons));
        left -= persons;
        mass -= mean;
    }
    Some(cells)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate is positive and below 2^53")]
fn whole(persons: f64) -> u64 {
    persons.round() as u64
}

/// The value below which so many thousandths of the sorted values lie: the order statistic at (n + 1)·p, rounded up.
fn percentile(sorted: &[f64], thousandths: usize) -> Option<f64> {
    let at = ((sorted.len() + 1) * thousandths).div_ceil(1000);
    sorted.get(at.clamp(1, sorted.len().max(1)) - 1).copied()
}

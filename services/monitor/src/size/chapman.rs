//! Two lists: Chapman's estimator.

use super::answer::{Estimate, FEW_SEEN_AGAIN, Refusal, Warning};
use super::number::real;
use super::{Histories, Interval};

/// The size of the population from two of the lists.
///
/// N = (n₁ + 1)(n₂ + 1) / (m + 1) − 1, for n₁ and n₂ persons on the lists and m on both: Chapman (1951), University of
/// California Publications in Statistics 1:131. Its variance (n₁ + 1)(n₂ + 1)(n₁ − m)(n₂ − m) / ((m + 1)²(m + 2)): Seber
/// (1970), Biometrics 26:13. It assumes that being on one list makes it neither likelier nor less likely to be on the
/// other, and that everybody of one list has the same chance to be on it.
pub fn chapman(table: &Histories, first: usize, second: usize) -> Result<Estimate, Refusal> {
    let (on_first, on_second) = (table.on_all(&[first]), table.on_all(&[second]));
    let on_both = table.on_all(&[first, second]);
    let name = |list: usize| table.names()[list].clone();
    if on_both == 0 {
        return Err(Refusal::NoRecaptures);
    }
    if on_both == on_first || on_both == on_second {
        let (inner, outer) = if on_both == on_first { (first, second) } else { (second, first) };
        return Err(Refusal::NestedLists { inner: name(inner), outer: name(outer) });
    }
    let (n1, n2, m) = (real(on_first), real(on_second), real(on_both));
    let estimate = (n1 + 1.0) * (n2 + 1.0) / (m + 1.0) - 1.0;
    let variance = (n1 + 1.0) * (n2 + 1.0) * (n1 - m) * (n2 - m) / ((m + 1.0).powi(2) * (m + 2.0));
    let seen = n1 + n2 - m;
    let standard_error = variance.sqrt();
    let intervals =
        vec![Interval::log_normal(seen, estimate - seen, standard_error), Interval::wald(estimate, standard_error)];
    let warnings = (on_both < FEW_SEEN_AGAIN).then_some(Warning::FewRecaptures { persons: on_both });
    Estimate::new(estimate, standard_error, intervals, warnings.into_iter().collect())
}

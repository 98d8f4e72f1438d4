//! Counts as real numbers.

/// A count as a real number. It is exact up to 2^53, far above [`super::MAX_PERSONS`].
#[expect(clippy::cast_precision_loss, reason = "counts are bounded by MAX_PERSONS, below 2^53")]
pub fn real(count: u64) -> f64 {
    count as f64
}

/// A number of cells, parameters or lists as a real number.
pub fn size(number: usize) -> f64 {
    real(number as u64)
}

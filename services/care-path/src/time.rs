//! When something happened, and how precisely that is known. Nothing in this crate reads a clock.

use chrono::Utc;
use serde::{Deserialize, Serialize};

use crate::codes::Precision;

/// An instant in UTC.
pub type DateTime = chrono::DateTime<Utc>;

/// When something happened: the other time of an event, beside the one at which we learned it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Occurred {
    #[serde(rename = "occurred_at")]
    pub at: DateTime,
    #[serde(rename = "occurred_precision")]
    pub precision: Precision,
}

impl Occurred {
    /// At exactly this time.
    #[must_use]
    pub const fn instant(at: DateTime) -> Self {
        Self { at, precision: Precision::Instant }
    }
}

//! An instant as it is kept in a file: seconds and nanoseconds, without the text that JSON would have.

use care_path::time::DateTime;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds since 1970, and nanoseconds of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instant(i64, u32);

/// No instant has these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such instant")]
pub struct NoInstant;

impl From<DateTime> for Instant {
    fn from(at: DateTime) -> Self {
        Self(at.timestamp(), at.timestamp_subsec_nanos())
    }
}

impl TryFrom<Instant> for DateTime {
    type Error = NoInstant;

    fn try_from(Instant(seconds, nanos): Instant) -> Result<Self, NoInstant> {
        Self::from_timestamp(seconds, nanos).ok_or(NoInstant)
    }
}

/// For fields: `#[serde(with = "instant")]`.
pub fn serialize<S: Serializer>(at: &DateTime, serializer: S) -> Result<S::Ok, S::Error> {
    Instant::from(*at).serialize(serializer)
}

/// For fields: `#[serde(with = "instant")]`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
    Instant::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
}

//! When something happened, and how precisely that is known. Nothing in this crate reads a clock.

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Amsterdam;
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

/// The instant of a local time in the Netherlands. One that the clock skips in spring is the hour after, one that it
/// shows twice in autumn the first; `None` beyond the calendar.
#[must_use]
pub fn local(date: NaiveDate, time: NaiveTime) -> Option<DateTime> {
    let naive = date.and_time(time);
    let of = |naive| Amsterdam.from_local_datetime(&naive).earliest();
    of(naive).or_else(|| of(naive.checked_add_signed(TimeDelta::hours(1))?)).map(|at| at.with_timezone(&Utc))
}

/// The date that it is in the Netherlands.
#[must_use]
pub fn local_date(at: DateTime) -> NaiveDate {
    at.with_timezone(&Amsterdam).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_is_right_in_summer_in_winter_and_in_the_nights_between() {
        let at = |date: &str, time: &str| local(date.parse().unwrap(), time.parse().unwrap()).unwrap().to_rfc3339();
        assert_eq!(at("2026-07-01", "23:00:00"), "2026-07-01T21:00:00+00:00");
        assert_eq!(at("2026-12-01", "23:00:00"), "2026-12-01T22:00:00+00:00");
        assert_eq!(at("2026-03-29", "02:30:00"), "2026-03-29T01:30:00+00:00", "the hour that is skipped");
        assert_eq!(at("2026-10-25", "02:30:00"), "2026-10-25T00:30:00+00:00", "the first of two");
    }

    #[test]
    fn the_day_begins_at_midnight_in_amsterdam() {
        assert_eq!(local_date("2026-07-01T22:30:00Z".parse().unwrap()).to_string(), "2026-07-02");
        assert_eq!(local_date("2026-12-01T22:30:00Z".parse().unwrap()).to_string(), "2026-12-01");
    }
}

//! Times of a script: so many days before it is loaded, at a time of day in Amsterdam, through its clock changes.

use std::str::FromStr;

use care_path::time::DateTime;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Amsterdam;
use serde::{Deserialize, Deserializer};

/// A local time of day, days before or after a script is loaded: `-41d 19:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    days: i64,
    time: NaiveTime,
}

/// Why a text is not a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be days and a local time of day, such as `-41d 19:30`")]
pub struct BadMoment;

impl FromStr for Moment {
    type Err = BadMoment;

    fn from_str(text: &str) -> Result<Self, BadMoment> {
        let (days, time) = text.split_once(' ').ok_or(BadMoment)?;
        let time = NaiveTime::parse_from_str(time, "%H:%M").map_err(|_| BadMoment)?;
        Ok(Self { days: parse_days(days)?, time })
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A number of days: `-41d`.
pub(super) fn parse_days(text: &str) -> Result<i64, BadMoment> {
    text.strip_suffix('d').and_then(|number| number.parse().ok()).ok_or(BadMoment)
}

/// The date in Amsterdam, so many days from now.
pub(super) fn date(now: DateTime, days: i64) -> Option<NaiveDate> {
    let today = now.with_timezone(&Amsterdam).date_naive();
    let by = Days::new(days.unsigned_abs());
    if days < 0 { today.checked_sub_days(by) } else { today.checked_add_days(by) }
}

impl Moment {
    /// The instant that it means for a script that is loaded now; `None` beyond the calendar.
    #[must_use]
    pub fn at(self, now: DateTime) -> Option<DateTime> {
        date(now, self.days).and_then(|date| local(date, self.time))
    }
}

/// The instant of a local time. One that the clock skips in spring is the hour after, one that it shows twice in autumn
/// the first.
#[must_use]
pub fn local(date: NaiveDate, time: NaiveTime) -> Option<DateTime> {
    let naive = date.and_time(time);
    let of = |naive| Amsterdam.from_local_datetime(&naive).earliest();
    of(naive).or_else(|| of(naive + TimeDelta::hours(1))).map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(now: &str, moment: &str) -> String {
        moment.parse::<Moment>().unwrap().at(now.parse().unwrap()).unwrap().to_rfc3339()
    }

    #[test]
    fn a_moment_is_a_local_time_of_day_through_the_clock_changes() {
        assert_eq!(at("2026-11-20T09:00:00Z", "-1d 19:30"), "2026-11-19T18:30:00+00:00");
        assert_eq!(at("2026-11-20T09:00:00Z", "-41d 19:30"), "2026-10-10T17:30:00+00:00");
    }

    #[test]
    fn days_are_counted_from_the_day_in_amsterdam() {
        assert_eq!(at("2026-07-01T22:30:00Z", "-1d 12:00"), "2026-07-01T10:00:00+00:00");
    }

    #[test]
    fn an_hour_that_the_clock_skips_is_the_one_after_and_one_shown_twice_the_first() {
        assert_eq!(at("2026-03-30T12:00:00Z", "-1d 02:30"), "2026-03-29T01:30:00+00:00");
        assert_eq!(at("2026-10-26T12:00:00Z", "-1d 02:30"), "2026-10-25T00:30:00+00:00");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for bad in ["", "-1d", "19:30", "-1 19:30", "-1d 25:00", "x 10:00"] {
            assert_eq!(bad.parse::<Moment>(), Err(BadMoment), "{bad}");
        }
    }
}

//! Times and dates: with the bounds of the domain where they come in, and arithmetic that cannot overflow, since an
//! event in a log may hold any time. Nothing in this crate reads a clock.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Amsterdam;
use serde::{Deserialize, Deserializer, Serialize};
use serde_with::{DeserializeFromStr, SerializeDisplay};

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

    /// Until when it may have happened.
    #[must_use]
    pub fn latest(&self) -> DateTime {
        match self.precision {
            Precision::Instant => self.at,
            Precision::Night => Night::of(self.at).morning().max(self.at),
            Precision::Day | Precision::Approximate => days_after(self.at, 1),
        }
    }
}

/// Why a time or date that came in was refused. The words name the bounds, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    #[error("must be a time as in RFC 3339")]
    NoTime,
    #[error("must be a date as in RFC 3339")]
    NoDate,
    #[error("must be a time of day such as 23:00")]
    NoTimeOfDay,
    #[error("must be a date of birth as precisely as it is known: 1976, 1976-02 or 1976-02-14")]
    NoBirthDate,
    #[error("must be a date as precisely as it is known: 1976, 1976-02 or 1976-02-14")]
    NoPartialDate,
    #[error("must lie in the years {0} to {latest}", latest = LATEST_YEAR)]
    OutOfBounds(i32),
}

const FIRST_YEAR_OF_BIRTH: i32 = 1900;
const FIRST_YEAR: i32 = 2000;
const LATEST_YEAR: i32 = 2099;

macro_rules! bounded {
    ($( $(#[$meta:meta])* $name:ident($inner:ty), from $first:ident, else $malformed:ident, schema($($schema:tt)*) );+ $(;)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema($($schema)*))]
        pub struct $name($inner);

        impl $name {
            /// The value, which lies within the bounds.
            #[must_use]
            pub const fn get(self) -> $inner {
                self.0
            }
        }

        impl TryFrom<$inner> for $name {
            type Error = BadTime;

            fn try_from(value: $inner) -> Result<Self, BadTime> {
                let within = ($first..=LATEST_YEAR).contains(&value.year());
                within.then_some(Self(value)).ok_or(BadTime::OutOfBounds($first))
            }
        }

        impl FromStr for $name {
            type Err = BadTime;

            fn from_str(text: &str) -> Result<Self, BadTime> {
                // A leap second is a second that few programs can read again.
                let value = (!text.contains(":60")).then(|| text.parse::<$inner>().ok()).flatten();
                value.ok_or(BadTime::$malformed)?.try_into()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

bounded! {
    /// A time that something happened or is planned at, in the years 2000 to 2099.
    Moment(DateTime), from FIRST_YEAR, else NoTime,
        schema(value_type = String, format = DateTime, pattern = "^20[0-9]{2}-");
    /// A day on which something happened or is planned, in the years 2000 to 2099.
    Day(NaiveDate), from FIRST_YEAR, else NoDate,
        schema(value_type = String, format = Date, pattern = "^20[0-9]{2}-");
    /// A date of birth as precisely as it is known: `1976`, `1976-02` or `1976-02-14`, in the years 1900 to 2099; one in
    /// the future is refused.
    BirthDate(PartialDate), from FIRST_YEAR_OF_BIRTH, else NoBirthDate,
        schema(value_type = String, pattern = "^(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$",
            example = "1976-02");
    /// A date in the past as precisely as it is known: `2019`, `2019-11` or `2019-11-03`, in the years 1900 to 2099; one in
    /// the future is refused.
    PastDate(PartialDate), from FIRST_YEAR_OF_BIRTH, else NoPartialDate,
        schema(value_type = String, pattern = "^(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$",
            example = "2019-11");
}

/// A date as precisely as it is known, in the reduced forms of ISO 8601 that `date` of FHIR takes: a year, a month or a
/// day. It is kept as it was given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeserializeFromStr, SerializeDisplay)]
pub struct PartialDate {
    /// The first day that it can be.
    first: NaiveDate,
    precision: DatePrecision,
}

/// How much of a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatePrecision {
    Year,
    Month,
    Day,
}

impl PartialDate {
    /// The first day that it can be.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// The last day that it can be.
    #[must_use]
    pub fn last(self) -> NaiveDate {
        let months = match self.precision {
            DatePrecision::Year => 12,
            DatePrecision::Month => 1,
            DatePrecision::Day => return self.first,
        };
        self.first.checked_add_months(Months::new(months)).and_then(|next| next.pred_opt()).unwrap_or(self.first)
    }

    /// How much of it is known.
    #[must_use]
    pub fn precision(self) -> DatePrecision {
        self.precision
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.first.year()
    }

    /// The month, if that is known.
    #[must_use]
    pub fn month(self) -> Option<u32> {
        (self.precision >= DatePrecision::Month).then(|| self.first.month())
    }

    /// The day, if that is known.
    #[must_use]
    pub fn day(self) -> Option<u32> {
        (self.precision >= DatePrecision::Day).then(|| self.first.day())
    }
}

impl From<NaiveDate> for PartialDate {
    fn from(date: NaiveDate) -> Self {
        Self { first: date, precision: DatePrecision::Day }
    }
}

impl FromStr for PartialDate {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let (first, precision) = match text.len() {
            4 if plain => (format!("{text}-01-01").parse(), DatePrecision::Year),
            7 if plain => (format!("{text}-01").parse(), DatePrecision::Month),
            _ => (text.parse(), DatePrecision::Day),
        };
        first.map(|first| Self { first, precision }).map_err(|_| BadTime::NoBirthDate)
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.precision {
            DatePrecision::Year => self.first.format("%Y").fmt(f),
            DatePrecision::Month => self.first.format("%Y-%m").fmt(f),
            DatePrecision::Day => self.first.fmt(f),
        }
    }
}

/// It may be of a person, and ends up in logs.
impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartialDate({:?})", self.precision)
    }
}

#[cfg(feature = "schema")]
mod schema {
    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
    use utoipa::{PartialSchema, ToSchema};

    use super::PartialDate;

    async_graphql::scalar!(PartialDate);

    impl PartialSchema for PartialDate {
        fn schema() -> RefOr<Schema> {
            let pattern = Some(r"^[+-]?\d{4,6}(-\d{2}(-\d{2})?)?$");
            let description = Some("A date as precisely as it is known: a year, a month or a day.");
            ObjectBuilder::new().schema_type(Type::String).pattern(pattern).description(description).into()
        }
    }

    impl ToSchema for PartialDate {}
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// That much later, or earlier where it is less than nothing; at most at the end of the calendar.
fn after(from: DateTime, term: Option<TimeDelta>, is_later: bool) -> DateTime {
    let end = if is_later { DateTime::MAX_UTC } else { DateTime::MIN_UTC };
    term.and_then(|term| from.checked_add_signed(term)).unwrap_or(end)
}

/// That many minutes later.
#[must_use]
pub fn minutes_after(from: DateTime, minutes: i64) -> DateTime {
    after(from, TimeDelta::try_minutes(minutes), minutes >= 0)
}

/// That many hours later.
#[must_use]
pub fn hours_after(from: DateTime, hours: i64) -> DateTime {
    after(from, TimeDelta::try_hours(hours), hours >= 0)
}

/// That many days of 24 hours later.
#[must_use]
pub fn days_after(from: DateTime, days: i64) -> DateTime {
    after(from, TimeDelta::try_days(days), days >= 0)
}

const WORKING_DAYS_OF_A_WEEK: i64 = 5;
const DAYS_OF_A_WEEK: i64 = 7;

/// The same time of day, that many working days later: Monday to Friday, by the weekday in UTC. What begins in a weekend
/// counts from the Friday before. Public holidays are not considered: a term that runs over one ends a day too early.
#[must_use]
pub fn working_days_after(from: DateTime, days: i64) -> DateTime {
    if days <= 0 {
        return from;
    }
    let weekday = |at: DateTime| i64::from(at.weekday().num_days_from_monday());
    let weekend = (weekday(from) + 1 - WORKING_DAYS_OF_A_WEEK).max(0);
    let begin = days_after(from, -weekend);
    let (weeks, rest) = (days / WORKING_DAYS_OF_A_WEEK, days % WORKING_DAYS_OF_A_WEEK);
    let crosses_weekend = weekday(begin) + rest >= WORKING_DAYS_OF_A_WEEK;
    let rest = if crosses_weekend { rest + DAYS_OF_A_WEEK - WORKING_DAYS_OF_A_WEEK } else { rest };
    days_after(begin, weeks.saturating_mul(DAYS_OF_A_WEEK).saturating_add(rest))
}

/// The instant of a local time in the Netherlands. One that the clock skips in spring is the hour after, one that it
/// shows twice in autumn the first; `None` beyond the calendar.
#[must_use]
pub fn local(date: NaiveDate, time: NaiveTime) -> Option<DateTime> {
    let naive = date.and_time(time);
    let of = |naive| Amsterdam.from_local_datetime(&naive).earliest();
    of(naive).or_else(|| of(naive.checked_add_signed(TimeDelta::hours(1))?)).map(|at| at.with_timezone(&Utc))
}

/// What the clock shows in the Netherlands; in the last hours of the calendar what it shows in UTC.
#[must_use]
pub fn clock(at: DateTime) -> NaiveDateTime {
    let utc = at.naive_utc();
    utc.checked_add_offset(Amsterdam.offset_from_utc_datetime(&utc).fix()).unwrap_or(utc)
}

/// The date that it is in the Netherlands.
#[must_use]
pub fn local_date(at: DateTime) -> NaiveDate {
    clock(at).date()
}

/// A local time of day, to the minute: `23:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeserializeFromStr, SerializeDisplay)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "23:00"))]
pub struct TimeOfDay(NaiveTime);

impl TimeOfDay {
    /// The time.
    #[must_use]
    pub const fn get(self) -> NaiveTime {
        self.0
    }
}

impl FromStr for TimeOfDay {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        let has_form = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
        let time = has_form.then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten();
        time.map(Self).ok_or(BadTime::NoTimeOfDay)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%H:%M").fmt(f)
    }
}

#[cfg(feature = "schema")]
async_graphql::scalar!(TimeOfDay);

/// A night in the Netherlands, from noon to noon, named by the day on whose evening it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Night(NaiveDate);

/// When a night is over for those who spent it somewhere.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).expect("a time of day");

impl Night {
    /// The night that an instant belongs to.
    #[must_use]
    pub fn of(at: DateTime) -> Self {
        let noon = TimeDelta::hours(12);
        Self(clock(at).checked_sub_signed(noon).map_or(NaiveDate::MIN, |half_a_day_before| half_a_day_before.date()))
    }

    /// The night for which somebody looks for a bed at an instant: the one that runs, until its morning, and then the next.
    #[must_use]
    pub fn ahead(at: DateTime) -> Self {
        let runs = Self::of(at);
        if at < runs.morning() { runs } else { Self(runs.0.succ_opt().unwrap_or(runs.0)) }
    }

    /// The night that begins on the evening of a day.
    #[must_use]
    pub const fn on(day: NaiveDate) -> Self {
        Self(day)
    }

    /// The day on whose evening it begins.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The instant at which the clock shows that time in this night.
    #[must_use]
    pub fn at(self, time: NaiveTime) -> Option<DateTime> {
        let is_evening = time >= NaiveTime::from_hms_opt(12, 0, 0)?;
        local(self.0.checked_add_days(Days::new(u64::from(!is_evening)))?, time)
    }

    /// When it begins.
    #[must_use]
    pub fn noon(self) -> DateTime {
        NaiveTime::from_hms_opt(12, 0, 0).and_then(|noon| self.at(noon)).unwrap_or(DateTime::MAX_UTC)
    }

    /// From its noon until the next: every instant of which [`Night::of`] gives it.
    #[must_use]
    pub fn span(self) -> Range<DateTime> {
        self.noon()..self.0.succ_opt().map_or(DateTime::MAX_UTC, |next| Self(next).noon())
    }

    /// When it is over.
    #[must_use]
    pub fn morning(self) -> DateTime {
        self.at(MORNING).unwrap_or(DateTime::MAX_UTC)
    }

    /// The night before this one, this one, and those that follow.
    pub fn and_around(self) -> impl Iterator<Item = Self> {
        let first = self.0.pred_opt().unwrap_or(self.0);
        first.iter_days().map(Self)
    }
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;

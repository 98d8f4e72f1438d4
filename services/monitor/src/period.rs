//! The periods that figures are told of: calendar years and quarters.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, Days, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar year, `2026`, or a quarter of one, `2026-Q3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    first_day: NaiveDate,
    last_day: NaiveDate,
}

/// The text is neither a year nor a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a year such as 2026, nor a quarter such as 2026-Q3")]
pub struct NotAPeriod;

const FIRST_YEAR: i32 = 1900;
const LAST_YEAR: i32 = 2999;
const QUARTERS: std::ops::RangeInclusive<u32> = 1..=4;

impl Period {
    /// A year from 1900 to 2999.
    #[must_use]
    pub fn year(year: i32) -> Option<Self> {
        Self::between(year, 1, 12)
    }

    /// A quarter, counted from 1.
    #[must_use]
    pub fn quarter(year: i32, quarter: u32) -> Option<Self> {
        QUARTERS.contains(&quarter).then(|| Self::between(year, quarter * 3 - 2, quarter * 3))?
    }

    fn between(year: i32, first_month: u32, last_month: u32) -> Option<Self> {
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            return None;
        }
        let first_day = NaiveDate::from_ymd_opt(year, first_month, 1)?;
        let after = if last_month == 12 { (year + 1, 1) } else { (year, last_month + 1) };
        let last_day = NaiveDate::from_ymd_opt(after.0, after.1, 1)?.pred_opt()?;
        Some(Self { first_day, last_day })
    }

    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        self.first_day
    }

    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.last_day
    }

    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        (self.first_day..=self.last_day).contains(&day)
    }

    /// Of a quarter, counted from 1; `None` for a year.
    #[must_use]
    pub fn quarter_number(self) -> Option<u32> {
        (self.first_day.year_ce() == self.last_day.year_ce() && self.last_day.month() - self.first_day.month() == 2)
            .then(|| self.last_day.month() / 3)
    }

    /// The year that it is or lies in.
    #[must_use]
    pub fn calendar_year(self) -> i32 {
        self.first_day.year()
    }

    /// The year of a quarter; a year itself.
    #[must_use]
    pub fn whole_year(self) -> Self {
        Self::year(self.calendar_year()).unwrap_or(self)
    }

    /// The quarters of a year; a quarter itself.
    #[must_use]
    pub fn quarters(self) -> Vec<Self> {
        match self.quarter_number() {
            Some(_) => vec![self],
            None => QUARTERS.filter_map(|quarter| Self::quarter(self.calendar_year(), quarter)).collect(),
        }
    }

    /// The period of the same length before it; `None` before 1900.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        let year = self.calendar_year();
        match self.quarter_number() {
            None => Self::year(year - 1),
            Some(1) => Self::quarter(year - 1, 4),
            Some(quarter) => Self::quarter(year, quarter - 1),
        }
    }

    /// The first day after it.
    #[must_use]
    pub fn day_after(self) -> NaiveDate {
        self.last_day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.calendar_year();
        match self.quarter_number() {
            None => write!(formatter, "{year}"),
            Some(quarter) => write!(formatter, "{year}-Q{quarter}"),
        }
    }
}

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let number = |digits: &str, places: usize| {
            let is_plain = digits.len() == places && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then(|| digits.parse::<u32>().ok()).flatten()
        };
        let year = |digits: &str| number(digits, 4).and_then(|year| i32::try_from(year).ok());
        let period = match text.split_once("-Q") {
            None => year(text).and_then(Self::year),
            Some((digits, quarter)) => {
                year(digits).zip(number(quarter, 1)).and_then(|(year, quarter)| Self::quarter(year, quarter))
            }
        };
        period.ok_or(NotAPeriod)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_written_as_it_was_read() {
        for text in ["2026", "2026-Q1", "2026-Q4", "1900", "2999"] {
            assert_eq!(period(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_neither_a_year_nor_a_quarter_is_refused() {
        for text in [
            "",
            "26",
            "2026-Q0",
            "2026-Q5",
            "2026-q3",
            "2026-Q33",
            "+202",
            "1899",
            "3000",
            " 2026",
            "2026-Q",
            "２０２６",
        ] {
            assert_eq!(text.parse::<Period>(), Err(NotAPeriod), "{text}");
        }
    }

    #[test]
    fn a_quarter_begins_and_ends_with_its_months() {
        let days = |text| (period(text).first_day().to_string(), period(text).last_day().to_string());
        assert_eq!(days("2026-Q3"), ("2026-07-01".to_owned(), "2026-09-30".to_owned()));
        assert_eq!(days("2024-Q1"), ("2024-01-01".to_owned(), "2024-03-31".to_owned()));
        assert_eq!(days("2026"), ("2026-01-01".to_owned(), "2026-12-31".to_owned()));
    }

    #[test]
    fn before_a_first_quarter_lies_the_last_of_the_year_before() {
        assert_eq!(period("2026-Q1").before(), Some(period("2025-Q4")));
        assert_eq!(period("2026-Q3").before(), Some(period("2026-Q2")));
        assert_eq!(period("2026").before(), Some(period("2025")));
        assert_eq!(period("1900").before(), None);
    }

    #[test]
    fn the_quarters_of_a_year_fill_it() {
        let quarters = period("2026").quarters();
        assert_eq!(quarters.len(), 4);
        assert!(quarters.iter().all(|quarter| quarter.whole_year() == period("2026")));
        let follows = |pair: &[Period]| pair[0].day_after() == pair[1].first_day();
        assert!(quarters.windows(2).all(follows));
    }
}

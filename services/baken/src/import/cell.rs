//! What a cell says, in Baken's words.

use std::borrow::Cow;

use care_path::codes::Precision;
use care_path::time::{DateTime, Occurred};
use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::dates::{self, Told};
use super::findings::LeftOut;
use super::mapping::{Field, Format, Kind, When, is_among};
use super::{Notes, Row};

/// What is wrong with a cell: its column, and the rule.
#[derive(Debug, PartialEq, Eq)]
pub struct BadCell {
    pub column: String,
    pub message: String,
}

fn bad(column: &str, message: impl Into<String>) -> BadCell {
    BadCell { column: column.to_owned(), message: message.into() }
}

impl Field {
    /// What the field is in a row, if it is anything.
    pub fn of(&self, row: &Row, format: &Format, notes: &mut Notes) -> Result<Option<Value>, BadCell> {
        if let Some(value) = &self.value {
            return Ok(Some(value.clone()));
        }
        if let Some(when) = &self.moment {
            return Ok(when.of(row, format)?.map(|occurred| json!(occurred.at)));
        }
        let said = |column: &String| row.cell(column).filter(|cell| !is_among(&self.unknown, cell));
        let Some(column) = &self.column else {
            let parts: Vec<_> = self.columns.iter().filter_map(said).collect();
            let joined = || json!(parts.join(self.join.as_deref().unwrap_or(" ")));
            return self.or_empty((!parts.is_empty()).then(joined));
        };
        let Some(cell) = said(column) else { return self.or_empty(None) };
        let mut one = |text: &str| {
            if self.otherwise.is_some() && self.code(text).is_none() {
                notes.note(column, LeftOut::Otherwise, row.line);
            }
            self.one(text, format).map_err(|message| bad(column, message))
        };
        match &self.separator {
            None => one(cell).map(Some),
            Some(separator) => {
                let texts = cell.split(separator.as_str()).map(str::trim).filter(|text| !text.is_empty());
                let values = texts.map(one).collect::<Result<Vec<_>, _>>()?;
                // An empty list would say that there are none.
                self.or_empty((!values.is_empty()).then_some(Value::Array(values)))
            }
        }
    }

    /// The name of what it is told by.
    pub fn origin(&self) -> Option<String> {
        if let Some(when) = &self.moment {
            return Some(when.date.clone());
        }
        let columns: Vec<_> = self.sources().map(String::as_str).collect();
        (!columns.is_empty()).then(|| columns.join(", "))
    }

    fn or_empty(&self, value: Option<Value>) -> Result<Option<Value>, BadCell> {
        match value {
            None if self.required => Err(bad(&self.origin().unwrap_or_default(), "must not be empty")),
            value => Ok(value),
        }
    }

    /// What `codes` say of a text.
    fn code(&self, text: &str) -> Option<&Value> {
        let same = |said: &&String| said.trim().to_lowercase() == text.to_lowercase();
        let codes = self.codes.as_ref()?;
        codes.keys().find(same).and_then(|said| codes.get(said))
    }

    fn one(&self, text: &str, format: &Format) -> Result<Value, String> {
        if self.codes.is_some() {
            let code = self.code(text).or(self.otherwise.as_ref());
            return code.cloned().ok_or_else(|| "says what `codes` does not have".to_owned());
        }
        match self.r#as {
            Kind::Text => Ok(json!(text)),
            Kind::Number => text.parse::<i64>().map(Value::from).map_err(|_| "must be a whole number".to_owned()),
            Kind::YesNo => yes_no(text).map(Value::from).ok_or_else(|| "must be yes or no".to_owned()),
            Kind::Date => match date(text, format)? {
                Told::Day(day, None) => Ok(json!(day)),
                Told::Day(_, Some(_)) => {
                    Err("has a time of day beside its date, which may be of another day".to_owned())
                }
                Told::Partial(text) => Ok(json!(text)),
            },
        }
    }
}

/// Whether a cell says no, or nothing as databases write it.
pub fn is_no(cell: &str) -> bool {
    yes_no(cell) == Some(false) || cell.eq_ignore_ascii_case("null")
}

fn yes_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "ja" | "j" | "yes" | "y" | "waar" | "true" | "1" | "x" => Some(true),
        "nee" | "n" | "no" | "onwaar" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn date(text: &str, format: &Format) -> Result<Told, String> {
    dates::read(&format.dates, format.two_digit_years_until, text)
}

fn time(text: &str, format: &Format) -> Result<NaiveTime, String> {
    let read = format.times.iter().find_map(|each| NaiveTime::parse_from_str(text, each).ok());
    read.ok_or_else(|| format!("must be a time of day as in {}", format.times.join(" or ")))
}

impl When {
    /// The moment in a row, if there is a date. A day without a time of day is where it begins.
    pub fn of(&self, row: &Row, format: &Format) -> Result<Option<Occurred>, BadCell> {
        let Some(cell) = row.cell(&self.date) else { return Ok(None) };
        let (day, time_beside) = match date(cell, format).map_err(|message| bad(&self.date, message))? {
            Told::Day(day, time) => (day, time),
            Told::Partial(_) => return Err(bad(&self.date, "must be a whole date, with its day, month and year")),
        };
        let column = self.time.as_ref().and_then(|column| Some((column, row.cell(column)?)));
        let (time, precision) = match (column, time_beside, &self.at) {
            (Some((column, text)), _, _) => {
                (time(text, format).map_err(|message| bad(column, message))?, Precision::Instant)
            }
            (None, Some(time), _) => (time, Precision::Instant),
            (None, None, Some(at)) => {
                let at = NaiveTime::parse_from_str(at, "%H:%M");
                (at.map_err(|_| bad(&self.date, "has an `at` that is no time of day"))?, Precision::Approximate)
            }
            (None, None, None) => (NaiveTime::MIN, Precision::Day),
        };
        let at = instant(day, time, format.time_zone).ok_or_else(|| bad(&self.date, "is beyond the calendar"))?;
        Ok(Some(Occurred { at, precision: self.precision.unwrap_or(precision) }))
    }
}

/// The instant of a local time. One that the clock skips in spring is the hour after, one that it shows twice in autumn
/// the first.
fn instant(day: NaiveDate, time: NaiveTime, zone: Tz) -> Option<DateTime> {
    let naive = day.and_time(time);
    let of = |naive| zone.from_local_datetime(&naive).earliest();
    of(naive).or_else(|| of(naive + TimeDelta::hours(1))).map(|at| at.with_timezone(&Utc))
}

/// A cell that is part of a row's key, in one way of writing however it is written: a day as the mapping's first format
/// has it.
pub fn keyed<'a>(cell: &'a str, format: &Format) -> Cow<'a, str> {
    match (date(cell, format), format.dates.first()) {
        (Ok(Told::Day(day, None)), Some(first)) => Cow::Owned(first.write(day)),
        _ => Cow::Borrowed(cell),
    }
}

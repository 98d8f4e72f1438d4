//! What a cell says, in Baken's words.

use care_path::codes::Precision;
use care_path::time::{DateTime, Occurred};
use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::Row;
use super::mapping::{Field, Format, Kind, When};

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
    pub fn of(&self, row: &Row, format: &Format) -> Result<Option<Value>, BadCell> {
        if let Some(value) = &self.value {
            return Ok(Some(value.clone()));
        }
        if let Some(when) = &self.moment {
            return Ok(when.of(row, format)?.map(|occurred| json!(occurred.at)));
        }
        let Some(column) = &self.column else { return Ok(None) };
        let Some(cell) = row.cell(column) else {
            return if self.required { Err(bad(column, "must not be empty")) } else { Ok(None) };
        };
        let one = |text: &str| self.one(text, format).map_err(|message| bad(column, message));
        match &self.separator {
            None => one(cell).map(Some),
            Some(separator) => {
                let texts = cell.split(separator.as_str()).map(str::trim).filter(|text| !text.is_empty());
                texts.map(one).collect::<Result<Vec<_>, _>>().map(|values| Some(Value::Array(values)))
            }
        }
    }

    fn one(&self, text: &str, format: &Format) -> Result<Value, String> {
        if let Some(codes) = &self.codes {
            let same = |said: &&String| said.trim().to_lowercase() == text.to_lowercase();
            let code = codes.keys().find(same).and_then(|said| codes.get(said)).or(self.otherwise.as_ref());
            return code.cloned().ok_or_else(|| "says what `codes` does not have".to_owned());
        }
        match self.r#as {
            Kind::Text => Ok(json!(text)),
            Kind::Number => text.parse::<i64>().map(Value::from).map_err(|_| "must be a whole number".to_owned()),
            Kind::YesNo => yes_no(text).map(Value::from).ok_or_else(|| "must be yes or no".to_owned()),
            Kind::Date => date(text, format).map(|date| json!(date)),
        }
    }
}

fn yes_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "ja" | "j" | "yes" | "y" | "waar" | "true" | "1" | "x" => Some(true),
        "nee" | "n" | "no" | "onwaar" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn date(text: &str, format: &Format) -> Result<NaiveDate, String> {
    let read = format.dates.iter().find_map(|each| NaiveDate::parse_from_str(text, each).ok());
    read.ok_or_else(|| format!("must be a date as in {}", format.dates.join(" or ")))
}

fn time(text: &str, format: &Format) -> Result<NaiveTime, String> {
    let read = format.times.iter().find_map(|each| NaiveTime::parse_from_str(text, each).ok());
    read.ok_or_else(|| format!("must be a time of day as in {}", format.times.join(" or ")))
}

impl When {
    /// The moment in a row, if there is a date. A day without a time of day is where it begins.
    pub fn of(&self, row: &Row, format: &Format) -> Result<Option<Occurred>, BadCell> {
        let Some(day) = row.cell(&self.date) else { return Ok(None) };
        let day = date(day, format).map_err(|message| bad(&self.date, message))?;
        let column = self.time.as_ref().and_then(|column| Some((column, row.cell(column)?)));
        let (time, precision) = match (column, &self.at) {
            (Some((column, text)), _) => {
                (time(text, format).map_err(|message| bad(column, message))?, Precision::Instant)
            }
            (None, Some(at)) => {
                let at = NaiveTime::parse_from_str(at, "%H:%M");
                (at.map_err(|_| bad(&self.date, "has an `at` that is no time of day"))?, Precision::Approximate)
            }
            (None, None) => (NaiveTime::MIN, Precision::Day),
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

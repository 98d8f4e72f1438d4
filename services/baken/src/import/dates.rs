//! Dates as a mapping says that they are written, each as precisely as it is known.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Deserializer};

/// How dates are written, as `strftime` says it: `%d`, `%m` and `%Y` in any order, and a time of day behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    text: String,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Day,
    Month,
    Year,
    ShortYear,
    Hour,
    Minute,
    Second,
    Literal(char),
}

/// What a cell says of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A day, and the time of day behind it where the cell has one other than midnight.
    Day(NaiveDate, Option<NaiveTime>),
    /// A year or a month, as ISO 8601 writes it.
    Partial(String),
}

const NO_DAY: &str = "is no day of the calendar";
const SHORT_YEAR: &str = "must have a year of four digits, or the mapping must say `two_digit_years_until`";

/// What a cell says, number by number.
#[derive(Default)]
struct Parts {
    year: u32,
    is_short: bool,
    month: u32,
    day: u32,
    time: [u32; 3],
}

impl FromStr for DateFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` must have %d, %m and %Y (or %y), each once; %H, %M and %S may follow");
        let (mut tokens, mut letters) = (Vec::new(), text.chars());
        while let Some(letter) = letters.next() {
            tokens.push(match letter {
                '%' => match letters.next() {
                    Some('d') => Token::Day,
                    Some('m') => Token::Month,
                    Some('Y') => Token::Year,
                    Some('y') => Token::ShortYear,
                    Some('H') => Token::Hour,
                    Some('M') => Token::Minute,
                    Some('S') => Token::Second,
                    _ => return Err(bad()),
                },
                other => Token::Literal(other),
            });
        }
        let times = |token: Token| tokens.iter().filter(|each| **each == token).count();
        let is_date = times(Token::Day) == 1 && times(Token::Month) == 1;
        if !is_date || times(Token::Year) + times(Token::ShortYear) != 1 {
            return Err(bad());
        }
        Ok(Self { text: text.to_owned(), tokens })
    }
}

impl<'de> Deserialize<'de> for DateFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Token {
    fn is_of_the_date(self) -> bool {
        matches!(self, Self::Day | Self::Month | Self::Year | Self::ShortYear)
    }
}

impl DateFormat {
    /// Whether it writes years with two digits.
    pub fn is_short(&self) -> bool {
        self.tokens.contains(&Token::ShortYear)
    }

    /// A day in this format, at midnight.
    pub fn write(&self, day: NaiveDate) -> String {
        day.and_time(NaiveTime::MIN).format(&self.text).to_string()
    }

    /// The tokens of a date of which the day is not known: `%m-%Y` of `%d-%m-%Y`.
    fn of_month(&self) -> Vec<Token> {
        let of_date = |token: &Token| token.is_of_the_date();
        let last = self.tokens.iter().rposition(of_date).unwrap_or_default();
        let mut tokens: Vec<_> = self.tokens.iter().copied().take(last + 1).collect();
        let Some(at) = tokens.iter().position(|token| *token == Token::Day) else { return tokens };
        let is_literal = |token: &Token| matches!(token, Token::Literal(_));
        tokens.remove(at);
        if at == tokens.len() {
            while tokens.last().is_some_and(is_literal) {
                tokens.pop();
            }
        } else {
            while tokens.get(at).is_some_and(is_literal) {
                tokens.remove(at);
            }
        }
        tokens
    }
}

/// Reads a text as tokens say it, to its end.
fn parse(tokens: &[Token], text: &str) -> Option<Parts> {
    let (mut parts, mut rest) = (Parts::default(), text);
    for (at, token) in tokens.iter().enumerate() {
        // Where no character stands between two numbers, each has all of its digits.
        let beside = [at.checked_sub(1), at.checked_add(1)].into_iter().flatten().filter_map(|at| tokens.get(at));
        let is_bounded = beside.copied().all(|beside| matches!(beside, Token::Literal(_)));
        let mut number = |least: usize, most: usize| {
            let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
            let read = rest.get(..digits).filter(|_| digits >= if is_bounded { least } else { most })?;
            rest = rest.get(digits..)?;
            Some((read.parse::<u32>().ok()?, digits))
        };
        match token {
            Token::Day => parts.day = number(1, 2)?.0,
            Token::Month => parts.month = number(1, 2)?.0,
            Token::Hour => parts.time[0] = number(1, 2)?.0,
            Token::Minute => parts.time[1] = number(1, 2)?.0,
            Token::Second => parts.time[2] = number(1, 2)?.0,
            Token::ShortYear => (parts.year, parts.is_short) = (number(2, 2)?.0, true),
            Token::Year => {
                let (year, digits) = number(2, 4)?;
                if digits == 3 {
                    return None;
                }
                (parts.year, parts.is_short) = (year, digits == 2);
            }
            Token::Literal(letter) => rest = rest.strip_prefix(*letter)?,
        }
    }
    rest.is_empty().then_some(parts)
}

impl Parts {
    /// The date that the numbers are. A month or day of 0 is one that is not known.
    fn told(&self, short_years_until: Option<i32>) -> Result<Told, &'static str> {
        let mut year = i32::try_from(self.year).map_err(|_| NO_DAY)?;
        if self.is_short {
            let until = short_years_until.ok_or(SHORT_YEAR)?;
            year = until - (until - year).rem_euclid(100);
        }
        match (self.day, self.month) {
            (0, 0) if year > 0 => Ok(Told::Partial(format!("{year:04}"))),
            (0, 1..=12) if year > 0 => Ok(Told::Partial(format!("{year:04}-{:02}", self.month))),
            (day, month) => {
                let date = NaiveDate::from_ymd_opt(year, month, day).ok_or(NO_DAY)?;
                let [hour, minute, second] = self.time;
                let time = NaiveTime::from_hms_opt(hour, minute, second).ok_or("has a time that no clock shows")?;
                Ok(Told::Day(date, (time != NaiveTime::MIN).then_some(time)))
            }
        }
    }
}

/// Reads a date: the first format that fits counts. One of which no more is written is a year or a month.
///
/// # Errors
/// With the rule that it breaks.
pub fn read(formats: &[DateFormat], short_years_until: Option<i32>, text: &str) -> Result<Told, String> {
    let mut nearest = None;
    for format in formats {
        match parse(&format.tokens, text).map(|parts| parts.told(short_years_until)) {
            Some(Ok(told)) => return Ok(told),
            Some(Err(why)) => nearest = nearest.or(Some(why)),
            None => {}
        }
    }
    // A year of two digits that stands alone may be an age.
    let months = formats.iter().filter_map(|format| parse(&format.of_month(), text));
    let years = parse(&[Token::Year], text).into_iter();
    for parts in months.chain(years).filter(|parts| !parts.is_short) {
        match parts.told(None) {
            Ok(told @ Told::Partial(_)) => return Ok(told),
            Ok(Told::Day(..)) | Err(_) => nearest = nearest.or(Some(NO_DAY)),
        }
    }
    let written = || formats.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    Err(nearest.map_or_else(|| format!("must be a date as in {}", written()), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats() -> Vec<DateFormat> {
        ["%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y %H:%M:%S", "%Y%m%d"].iter().map(|format| format.parse().unwrap()).collect()
    }

    #[track_caller]
    fn is(text: &str, expected: &str) {
        let told = match read(&formats(), None, text) {
            Ok(Told::Day(day, None)) => day.to_string(),
            Ok(Told::Day(day, Some(time))) => format!("{day} at {time}"),
            Ok(Told::Partial(text)) => text,
            Err(why) => why,
        };
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn a_date_is_read_as_precisely_as_it_is_written() {
        is("14-02-1976", "1976-02-14");
        is("4-2-1976", "1976-02-04");
        is("1976-02-14", "1976-02-14");
        is("19760214", "1976-02-14");
        is("14/02/1976 00:00:00", "1976-02-14");
        is("14/02/1976 19:45:10", "1976-02-14 at 19:45:10");
        for year in ["1976", "00-00-1976", "1976-00-00", "0-0-1976", "00-1976", "19760000"] {
            is(year, "1976");
        }
        for month in ["02-1976", "00-02-1976", "1976-02", "1976-02-00", "2-1976", "02/1976", "19760200"] {
            is(month, "1976-02");
        }
    }

    #[test]
    fn what_is_no_date_is_told_by_its_rule() {
        for none in
            ["31-02-1976", "14-13-1976", "32-01-1976", "14-00-1976", "13-1976", "00-00-0000", "0000", "29-02-2026"]
        {
            is(none, NO_DAY);
        }
        for short in ["14-02-76", "76-02-14", "00-00-76"] {
            is(short, SHORT_YEAR);
        }
        for other in [
            "76",
            "197",
            "19761",
            "14-02-976",
            "14 02 1976",
            "+4-02-1976",
            "14-02-1976 ",
            "27804",
            "ca. 1976",
            "14-02-1976T00",
            "١٤-٠٢-١٩٧٦",
        ] {
            is(other, "must be a date as in %d-%m-%Y or %Y-%m-%d or %d/%m/%Y %H:%M:%S or %Y%m%d");
        }
        is("14/02/1976 25:00:00", "has a time that no clock shows");
    }

    #[test]
    fn a_year_of_two_digits_is_the_last_such_year_until_the_one_that_the_mapping_says() {
        let of = |text: &str, until| {
            read(&formats(), Some(until), text).map(|told| match told {
                Told::Day(day, _) => day.to_string(),
                Told::Partial(text) => text,
            })
        };
        assert_eq!(of("14-02-76", 2026).as_deref(), Ok("1976-02-14"));
        assert_eq!(of("14-02-26", 2026).as_deref(), Ok("2026-02-14"));
        assert_eq!(of("14-02-27", 2026).as_deref(), Ok("1927-02-14"));
        assert_eq!(of("14-02-27", 2030).as_deref(), Ok("2027-02-14"));
        assert_eq!(of("14-02-00", 2026).as_deref(), Ok("2000-02-14"));
        assert_eq!(of("14-02-1976", 2026).as_deref(), Ok("1976-02-14"));
        assert_eq!(of("00-00-76", 2026).as_deref(), Ok("1976"));
        assert!(of("76", 2026).is_err(), "it may be an age");
    }

    #[test]
    fn a_format_names_a_day_a_month_and_a_year_once_and_nothing_else() {
        for bad in ["%d-%m", "%d-%m-%Y-%Y", "%d-%b-%Y", "%D", "%x", "%s", "%d-%m-%Y%", ""] {
            assert!(bad.parse::<DateFormat>().is_err(), "{bad}");
        }
        assert!("%m/%d/%y".parse::<DateFormat>().unwrap().is_short());
        assert_eq!(formats()[2].write(NaiveDate::from_ymd_opt(2026, 2, 3).unwrap()), "03/02/2026 00:00:00");
    }
}

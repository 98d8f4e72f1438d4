//! What a row says of who a person is. The first row of a person says it where it opens them; a later or corrected one adds
//! what it knows, and an empty cell takes nothing away.

use std::collections::BTreeMap;

use care_path::codes::Assurance;
use care_path::command::CommandKind;
use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::lines::{LineIds, Outgoing};
use super::mapping::{CLAIM, Person};

const IDENTITY: &str = "identity";
/// Nobody is older.
const OLDEST_YEARS: u32 = 120;

/// What a row says of who the person is, field by field.
pub struct Claim {
    row: u64,
    /// The id of the line that says it.
    id: Uuid,
    person: Uuid,
    assurance: Assurance,
    pub identity: Map<String, Value>,
    /// When it was so, as its line says it.
    occurred: Map<String, Value>,
    origins: BTreeMap<String, String>,
    /// The columns of what the opening of the person tells besides.
    pub beside: Vec<String>,
}

impl Claim {
    /// The claim in the line that would open the person.
    pub fn of(opening: &Outgoing, id: Uuid, mapped: &Person) -> Self {
        let identity = opening.data().get(IDENTITY).and_then(Value::as_object).cloned().unwrap_or_default();
        let mut occurred = opening.said.clone();
        occurred.retain(|name, _| name.starts_with("occurred"));
        let renamed = opening.origins.iter().filter_map(|(pointer, column)| {
            let rest = pointer.strip_prefix("/data/identity").map(|rest| format!("/data/claim{rest}"));
            let rest = rest.or_else(|| (pointer == "/occurred_at").then(|| pointer.clone()));
            Some((rest?, column.clone()))
        });
        let is_beside = |path: &str| {
            let said = opening.data().pointer(&format!("/{}", path.replace('.', "/")));
            !path.starts_with("identity.") && said.is_some()
        };
        let beside = mapped.data.iter().filter(|(path, _)| is_beside(path));
        Self {
            row: opening.row,
            id,
            person: opening.id,
            assurance: mapped.assurance.unwrap_or(Assurance::Alias),
            identity,
            occurred,
            origins: renamed.collect(),
            beside: beside.flat_map(|(_, field)| field.sources().cloned()).collect(),
        }
    }

    /// The id of the line that says it, which is that of the row.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The id of the line that opens the person.
    pub fn person(&self) -> Uuid {
        self.person
    }

    /// What it says that is not known.
    pub fn news(&self, known: &Map<String, Value>) -> Map<String, Value> {
        let is_new = |(name, value): &(&String, &Value)| known.get(*name).is_none_or(|known| !says(known, value));
        let news = self.identity.iter().filter(is_new);
        news.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The line that says what it knows beyond what is known; none where that is nothing.
    pub fn beyond(&self, known: &Map<String, Value>) -> Option<Outgoing> {
        let claim = self.news(known);
        if claim.is_empty() {
            return None;
        }
        let command = CommandKind::UpdateIdentity;
        let said = LineIds { id: self.id, name: CLAIM, command, person_of: Some(self.person), subject_of: None };
        let mut line = Outgoing::new(self.row, said);
        line.said.clone_from(&self.occurred);
        line.said.insert("data".to_owned(), json!({ "claim": claim, "assurance": self.assurance }));
        line.origins.clone_from(&self.origins);
        Some(line)
    }
}

/// Whether what is known says all that a claim does. What is known may say more: defaults are told.
fn says(known: &Value, claim: &Value) -> bool {
    match (known, claim) {
        (Value::Object(known), Value::Object(claim)) => {
            claim.iter().all(|(name, value)| known.get(name).is_some_and(|known| says(known, value)))
        }
        (Value::Array(known), Value::Array(claim)) => {
            known.len() == claim.len() && known.iter().zip(claim).all(|(known, claim)| says(known, claim))
        }
        // The year of a date that is known to the day is nothing new.
        (Value::String(known), Value::String(claim)) => {
            known == claim || (span(claim).is_some() && known.strip_prefix(claim.as_str()).is_some_and(is_rest))
        }
        _ => known == claim,
    }
}

fn is_rest(of_date: &str) -> bool {
    of_date.strip_prefix('-').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

/// Whether somebody who is told of on a day can have been born then. What is no date is judged elsewhere.
pub fn judge_birth(date: &str, today: NaiveDate, told_on: Option<NaiveDate>) -> Result<(), &'static str> {
    let Some((first, last)) = span(date) else { return Ok(()) };
    if first > today {
        return Err("lies in the future");
    }
    if told_on.is_some_and(|day| first > day) {
        return Err("lies after the day that the row is of");
    }
    let oldest = today.checked_sub_months(Months::new(OLDEST_YEARS * 12));
    if oldest.is_some_and(|oldest| last < oldest) {
        return Err("lies more than 120 years back; if it stands for what is not known, name it under `unknown`");
    }
    Ok(())
}

/// The first and the last day that a date can be, as precisely as it is known.
fn span(date: &str) -> Option<(NaiveDate, NaiveDate)> {
    if let Ok(day) = date.parse::<NaiveDate>() {
        return Some((day, day));
    }
    let (year, month) = date.split_once('-').map_or((date, None), |(year, month)| (year, Some(month)));
    let year = year.parse().ok().filter(|_| year.len() == 4)?;
    let first = NaiveDate::from_ymd_opt(year, month.map_or(Ok(1), str::parse).ok()?, 1)?;
    let next = first.checked_add_months(Months::new(if month.is_some() { 1 } else { 12 }))?;
    debug_assert_eq!(next.day(), 1, "months begin on the first");
    Some((first, next.pred_opt()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_born_in_the_future_or_after_they_were_met_or_too_long_ago() {
        let day = |text: &str| text.parse().unwrap();
        let judge = |date: &str| judge_birth(date, day("2026-11-28"), Some(day("2026-11-20")));
        for fine in ["1976-02-14", "1976-02", "1976", "2026", "2026-11", "2026-11-20", "1906-11-28", "1906-11", "1906"]
        {
            assert_eq!(judge(fine), Ok(()), "{fine}");
        }
        for (future, why) in [
            ("2062-02-14", "lies in the future"),
            ("2027", "lies in the future"),
            ("2026-12", "lies in the future"),
            ("2026-11-21", "lies after the day that the row is of"),
        ] {
            assert_eq!(judge(future), Err(why), "{future}");
        }
        for past in ["0001-01-01", "1900-01-01", "1906-11-27", "1905", "1906-10"] {
            assert!(judge(past).is_err_and(|why| why.contains("120 years")), "{past}");
        }
    }

    #[test]
    fn what_is_known_says_a_claim_if_it_says_that_and_more() {
        let known = json!([{ "language": "pl", "preferred": false, "interpreter_needed": true }]);
        assert!(says(&known, &json!([{ "language": "pl", "interpreter_needed": true }])));
        assert!(!says(&known, &json!([{ "language": "pl", "interpreter_needed": false }])));
        assert!(!says(&known, &json!([{ "language": "pl" }, { "language": "ro" }])));
        assert!(says(&json!("1976"), &json!("1976")) && !says(&json!("1976"), &json!("1976-02")));
        assert!(says(&json!("1976-02-14"), &json!("1976")) && says(&json!("1976-02-14"), &json!("1976-02")));
        assert!(!says(&json!("1976-02-14"), &json!("1977")) && !says(&json!("1976-x"), &json!("1976")));
        assert!(!says(&json!("Jan-2"), &json!("Jan")));
    }
}

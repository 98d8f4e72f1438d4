//! From what a browser sent to the body of a command. What is left empty is left out; what cannot be read is named.

use care_path::command::CommandKind;
use care_path::time::local;
use chrono::{NaiveDateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::beside::when;
use super::catalogue::form_of;
use super::rights::counts;
use super::{Field, Input};

// Rules, as the service says its own: `field_problem` puts them into words.
const NO_NUMBER: &str = "must be a whole number";
const NO_MOMENT: &str = "must be a day and a time";

/// The body of a command, and what cannot be read of it: the field's JSON pointer and the rule that it breaks.
#[must_use]
pub fn read(kind: CommandKind, sent: &[(String, String)]) -> (Map<String, Value>, Vec<(&'static str, &'static str)>) {
    let mut body = Value::Object(Map::new());
    let mut problems = Vec::new();
    let fields = form_of(kind).map(|form| form.fields).unwrap_or_default();
    for field in fields.iter().chain(when(kind)) {
        let values: Vec<&str> = sent
            .iter()
            .filter(|(name, value)| name == field.at && !value.trim().is_empty())
            .filter(|(name, _)| kind != CommandKind::AssessRights || counts(name, sent))
            .map(|(_, value)| value.trim())
            .collect();
        if values.is_empty() {
            continue;
        }
        match value_of(field, &values) {
            Ok(value) => put(&mut body, field.at, value),
            Err(rule) => problems.push((field.at, rule)),
        }
    }
    let Value::Object(mut body) = body else { return (Map::new(), problems) };
    if kind == CommandKind::UpdateIdentity {
        // Where nothing is filled in, the domain says so, and not that a field is missing which no page has.
        body.entry("claim").or_insert_with(|| Value::Object(Map::new()));
    }
    (body, problems)
}

fn value_of(field: &Field, values: &[&str]) -> Result<Value, &'static str> {
    let first = values.first().copied().unwrap_or_default();
    Ok(match field.input {
        Input::Line
        | Input::Text
        | Input::Sealed
        | Input::Code(_)
        | Input::Among(_)
        | Input::Day
        | Input::Country
        | Input::Abroad
        | Input::Language
        | Input::OwnKind
        | Input::Organisation
        | Input::OrganisationOf(_)
        | Input::CareAbroad
        | Input::Municipality
        | Input::MunicipalityOrNew
        | Input::Offering
        | Input::Facility
        | Input::Period
        | Input::Id => Value::from(first),
        Input::Birth => Value::from(birth(first)),
        Input::Time => Value::from(time_of_day(first)),
        Input::Number => Value::from(first.parse::<i64>().map_err(|_| NO_NUMBER)?),
        Input::Flag | Input::TrueFalse => Value::from(first == "true"),
        Input::Codes(_) | Input::Consented | Input::Countries | Input::Tags => Value::from(values.to_vec()),
        Input::Names => first.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
        Input::Moment => Value::from(moment(first).ok_or(NO_MOMENT)?),
        Input::Languages => values.iter().map(|language| json!({ "language": language })).collect(),
        Input::Recipients => values.iter().map(|value| recipient(value)).collect(),
        Input::ConsentRecipient => json!({ "country": first }),
    })
}

fn recipient(value: &str) -> Value {
    let mut parts = value.split(':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("kind"), Some(kind), Some(municipality)) => json!({ "kind": kind, "municipality": municipality }),
        (Some("organisation"), Some(id), None) => json!({ "organisation": id }),
        _ => json!({ "organisation": value }),
    }
}

/// A date of birth, as it is written here with the day first, or with the year first (ISO 8601).
#[must_use]
pub fn birth(text: &str) -> String {
    let parts: Vec<_> = text.split(['-', '/', '.']).map(str::trim).collect();
    match parts.as_slice() {
        [day, month, year] if year.len() == 4 => format!("{year}-{month:0>2}-{day:0>2}"),
        [month, year] if year.len() == 4 => format!("{year}-{month:0>2}"),
        _ => text.to_owned(),
    }
}

/// A time of day, as people write it: `9:00`, `23.00`.
fn time_of_day(text: &str) -> String {
    let parts: Vec<_> = text.split([':', '.']).collect();
    match parts.as_slice() {
        [hour, minute] if minute.len() == 2 => format!("{hour:0>2}:{minute}"),
        _ => text.to_owned(),
    }
}

/// What a clock in Amsterdam shows, as the instant that it is.
fn moment(text: &str) -> Option<String> {
    let naive = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(local(naive.date(), naive.time())?.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Puts a value where a pointer says, in objects and lists that are made on the way.
pub fn put(body: &mut Value, at: &str, value: Value) {
    let mut inner = body;
    for name in at.trim_start_matches('/').split('/') {
        if name == "0" {
            if !inner.is_array() {
                *inner = Value::Array(vec![Value::Null]);
            }
            inner = &mut inner[0];
        } else {
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            inner = &mut inner[name];
        }
    }
    *inner = value;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(kind: CommandKind, sent: &[(&str, &str)]) -> (Value, usize) {
        let sent: Vec<_> = sent.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (body, problems) = read(kind, &sent);
        (Value::Object(body), problems.len())
    }

    #[test]
    fn what_is_empty_is_left_out_and_what_nests_is_nested() {
        let sent = [("/identity/name", " Marek "), ("/location", ""), ("/channel", "drop_in_visit"), ("other", "x")];
        let wanted = json!({"identity": {"name": "Marek"}, "channel": "drop_in_visit"});
        assert_eq!(body(CommandKind::ReportSignal, &sent), (wanted, 0));
    }

    #[test]
    fn a_document_is_the_first_of_a_list() {
        let sent =
            [("/claim/documents/0/kind", "passport"), ("/claim/documents/0/number", "AB1"), ("/assurance", "alias")];
        let wanted = json!({"claim": {"documents": [{"kind": "passport", "number": "AB1"}]}, "assurance": "alias"});
        assert_eq!(body(CommandKind::UpdateIdentity, &sent), (wanted, 0));
    }

    #[test]
    fn who_somebody_is_may_be_left_empty_and_the_domain_says_what_is_missing() {
        let wanted = json!({"claim": {}, "assurance": "alias"});
        assert_eq!(body(CommandKind::UpdateIdentity, &[("/assurance", "alias")]), (wanted, 0));
    }

    #[test]
    fn a_clock_in_amsterdam_tells_the_instant_in_summer_and_in_winter() {
        let at =
            |text: &str| body(CommandKind::AddNote, &[("/text", "x"), ("/occurred_at", text)]).0["occurred_at"].clone();
        assert_eq!(at("2026-07-01T23:30"), json!("2026-07-01T21:30:00Z"));
        assert_eq!(at("2026-12-01T23:30"), json!("2026-12-01T22:30:00Z"));
        assert_eq!(body(CommandKind::AddNote, &[("/text", "x"), ("/occurred_at", "gisteren")]).1, 1);
    }

    #[test]
    fn a_date_of_birth_is_read_as_it_is_written_here() {
        let born = |text: &str| {
            body(CommandKind::RecordIntake, &[("/identity/birth_date", text)]).0["identity"]["birth_date"].clone()
        };
        for (written, wanted) in [
            ("14-2-1976", "1976-02-14"),
            ("14/02/1976", "1976-02-14"),
            ("2.1976", "1976-02"),
            ("1976", "1976"),
            ("1976-02-14", "1976-02-14"),
            ("Marek", "Marek"),
        ] {
            assert_eq!(born(written), json!(wanted), "{written}");
        }
    }

    #[test]
    fn a_time_of_day_is_read_as_people_write_it() {
        for (written, wanted) in [("9:00", "09:00"), ("23.00", "23:00"), ("23:00", "23:00"), ("elf uur", "elf uur")] {
            assert_eq!(time_of_day(written), wanted);
        }
    }

    #[test]
    fn recipients_are_organisations_or_all_of_a_kind() {
        let sent =
            [("/description", "x"), ("/recipients", "organisation:a"), ("/recipients", "kind:hospital:rotterdam")];
        let wanted = json!([{"organisation": "a"}, {"kind": "hospital", "municipality": "rotterdam"}]);
        assert_eq!(body(CommandKind::IssueLookout, &sent).0["recipients"], wanted);
    }
}

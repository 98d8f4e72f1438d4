//! From what a browser sent to the body of a command. What is left empty is left out; what cannot be read is named.

use care_path::command::CommandKind;
use care_path::time::local;
use chrono::{NaiveDateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::catalogue::{WHEN, form_of};
use super::{Field, Input};
use crate::words::{Language, Said};

const NO_NUMBER: Said = Said("Vul een heel getal in.", "Fill in a whole number.");
const NO_MOMENT: Said = Said("Vul een dag en een tijd in.", "Fill in a day and a time.");

/// The body of a command, and what cannot be read of it, by JSON pointer.
#[must_use]
pub fn read(
    kind: CommandKind,
    sent: &[(String, String)],
    language: Language,
) -> (Map<String, Value>, Vec<(String, String)>) {
    let mut body = Value::Object(Map::new());
    let mut problems = Vec::new();
    let fields = form_of(kind).map(|form| form.fields).unwrap_or_default();
    for field in fields.iter().chain(WHEN) {
        let values: Vec<&str> = sent
            .iter()
            .filter(|(name, value)| name == field.at && !value.trim().is_empty())
            .map(|(_, value)| value.trim())
            .collect();
        if values.is_empty() {
            continue;
        }
        match value_of(field, &values) {
            Ok(value) => put(&mut body, field.at, value),
            Err(said) => problems.push((field.at.to_owned(), said.r#in(language).to_owned())),
        }
    }
    let body = if let Value::Object(body) = body { body } else { Map::new() };
    (body, problems)
}

fn value_of(field: &Field, values: &[&str]) -> Result<Value, Said> {
    let first = values.first().copied().unwrap_or_default();
    Ok(match field.input {
        Input::Line
        | Input::Text
        | Input::Code(_)
        | Input::Among(_)
        | Input::Day
        | Input::Birth
        | Input::Country
        | Input::Language
        | Input::Organisation
        | Input::Facility
        | Input::Id => Value::from(first),
        Input::Number => Value::from(first.parse::<i64>().map_err(|_| NO_NUMBER)?),
        Input::Flag | Input::TrueFalse => Value::from(first == "true"),
        Input::Codes(_) | Input::Countries => Value::from(values.to_vec()),
        Input::Moment => Value::from(moment(first).ok_or(NO_MOMENT)?),
        Input::Languages => values.iter().map(|language| json!({ "language": language })).collect(),
        Input::Recipients => values.iter().map(|value| recipient(value)).collect(),
        Input::ConsentRecipient => match first.split_once(':') {
            Some(("country", country)) => json!({ "country": country }),
            _ => json!({ "organisation": first.trim_start_matches("organisation:") }),
        },
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

/// What a clock in Amsterdam shows, as the instant that it is.
fn moment(text: &str) -> Option<String> {
    let naive = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(local(naive.date(), naive.time())?.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Puts a value where a pointer says, in objects that are made on the way.
fn put(body: &mut Value, at: &str, value: Value) {
    let mut inner = body;
    let mut names = at.trim_start_matches('/').split('/').peekable();
    while let Some(name) = names.next() {
        let Value::Object(object) = inner else { return };
        if names.peek().is_none() {
            object.insert(name.to_owned(), value);
            return;
        }
        inner = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(kind: CommandKind, sent: &[(&str, &str)]) -> (Value, usize) {
        let sent: Vec<_> = sent.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (body, problems) = read(kind, &sent, Language::English);
        (Value::Object(body), problems.len())
    }

    #[test]
    fn what_is_empty_is_left_out_and_what_nests_is_nested() {
        let sent = [("/identity/name", " Marek "), ("/location", ""), ("/channel", "drop_in_visit"), ("other", "x")];
        let wanted = json!({"identity": {"name": "Marek"}, "channel": "drop_in_visit"});
        assert_eq!(body(CommandKind::ReportSignal, &sent), (wanted, 0));
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
    fn recipients_are_organisations_or_all_of_a_kind() {
        let sent =
            [("/description", "x"), ("/recipients", "organisation:a"), ("/recipients", "kind:hospital:rotterdam")];
        let wanted = json!([{"organisation": "a"}, {"kind": "hospital", "municipality": "rotterdam"}]);
        assert_eq!(body(CommandKind::IssueLookout, &sent).0["recipients"], wanted);
    }
}

//! From a JSON object to a command, with every field that is not valid named at once: whoever types on a telephone in
//! a doorway should be sent back once, not five times.
//!
//! No message repeats a value. What serde says of one is reduced to what it expected.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use care_path::command::{BodyType, Command, CommandKind, UnreadableCommand};
use parking_lot::RwLock;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, Schema};
use utoipa::openapi::{Ref, RefOr};
use uuid::Uuid;

use crate::edge::problem::{FieldProblem, FieldProblems};

/// Reads a command from its fields.
///
/// # Errors
/// Every field that is not valid, that is missing, or that the command does not have; none where its subject alone does
/// not fit.
pub fn command(kind: CommandKind, subject: Option<Uuid>, fields: Map<String, Value>) -> Result<Command, FieldProblems> {
    read_as(kind.body(), fields, |body| kind.read(subject, body))
}

/// Reads what is no command from its fields.
///
/// # Errors
/// Every field that is not valid, that is missing, or that it does not have.
pub fn read<T: DeserializeOwned + ToSchema>(fields: Map<String, Value>) -> Result<T, FieldProblems> {
    read_as(BodyType::of::<T>(), fields, |body| Ok(serde_path_to_error::deserialize(body)?))
}

fn read_as<T>(
    of: BodyType,
    mut fields: Map<String, Value>,
    read: impl Fn(&Value) -> Result<T, UnreadableCommand>,
) -> Result<T, FieldProblems> {
    let schema = schema_of(of);
    let mut problems = FieldProblems::default();
    fields.retain(|name, _| {
        let known = schema.properties.contains_key(name);
        if !known {
            problems.push(FieldProblem::at(pointer([name.as_str()]), "is not a field here"));
        }
        known
    });
    let missing = schema.required.iter().filter(|name| !fields.contains_key(*name));
    missing.for_each(|name| problems.push(FieldProblem::at(pointer([name.as_str()]), REQUIRED)));

    let mut body = Value::Object(fields);
    let mut taken_out = TakenOut::default();
    let mut named = HashSet::new();
    while !problems.is_full() {
        let error = match read(&body) {
            Ok(read) if problems.is_empty() => return Ok(read),
            Ok(_) | Err(UnreadableCommand::Subject) => break,
            Err(UnreadableCommand::Body(error)) => error,
        };
        let said = error.inner().to_string();
        let place = segments(error.path());
        let told = match (missing_field(&said), place.as_slice()) {
            // All of these are known already, and so is whatever was taken out.
            (Some(_), []) => break,
            (Some(name), place) => [taken_out.original(place), vec![name.to_owned()]].concat(),
            (None, place) => taken_out.original(place),
        };
        // One that was taken out of an item where it is required is missing now, and was named already.
        let told = pointer(told.iter().map(String::as_str));
        if named.insert(told.clone()) {
            problems.push(FieldProblem::at(told, message(&said)));
        }
        if !taken_out.take(&mut body, &place) {
            break;
        }
    }
    Err(problems)
}

const REQUIRED: &str = "is required";

/// The schema of a body, which is put together once and not for every request.
fn schema_of(body: BodyType) -> Arc<Object> {
    static KNOWN: LazyLock<RwLock<HashMap<Cow<'static, str>, Arc<Object>>>> = LazyLock::new(RwLock::default);
    let name = (body.name)();
    if let Some(known) = KNOWN.read().get(&name) {
        return known.clone();
    }
    KNOWN.write().entry(name).or_insert_with(|| Arc::new(object_of(body))).clone()
}

/// The schema of a body, which is always an object; one that is another type's is found among what it needs.
fn object_of(body: BodyType) -> Object {
    let named = |reference: &Ref| {
        let mut schemas = Vec::new();
        (body.schemas)(&mut schemas);
        let name = reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
        schemas.into_iter().find(|(each, _)| *each == name).map(|(_, schema)| schema)
    };
    let schema = match (body.schema)() {
        RefOr::Ref(reference) => named(&reference),
        schema @ RefOr::T(_) => Some(schema),
    };
    match schema {
        Some(RefOr::T(Schema::Object(object))) => object,
        _ => Object::new(),
    }
}

fn segments(path: &Path) -> Vec<String> {
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().map_while(segment).collect()
}

/// A JSON pointer (RFC 6901).
fn pointer<'a>(segments: impl IntoIterator<Item = &'a str>) -> String {
    let escaped = segments.into_iter().map(|segment| segment.replace('~', "~0").replace('/', "~1"));
    escaped.flat_map(|segment| ["/".to_owned(), segment]).collect()
}

/// Values that were taken out so that the rest could be looked at. Items of a list move up when one before them goes.
#[derive(Default)]
struct TakenOut(HashMap<Vec<String>, Vec<usize>>);

impl TakenOut {
    /// Where a place was before anything was taken out.
    fn original(&self, place: &[String]) -> Vec<String> {
        let mut original: Vec<String> = Vec::with_capacity(place.len());
        for segment in place {
            let gone = self.0.get(&original);
            let was = gone.zip(segment.parse::<usize>().ok()).map(|(gone, index)| {
                gone.iter().fold(index, |index, gone| if *gone <= index { index + 1 } else { index }).to_string()
            });
            original.push(was.unwrap_or_else(|| segment.clone()));
        }
        original
    }

    /// Takes the value at a place out; `false` where there is none to take.
    fn take(&mut self, body: &mut Value, place: &[String]) -> bool {
        let Some((last, parent)) = place.split_last() else { return false };
        match body.pointer_mut(&pointer(parent.iter().map(String::as_str))) {
            Some(Value::Object(object)) => object.remove(last).is_some(),
            Some(Value::Array(items)) => {
                let Some(index) = last.parse().ok().filter(|index| *index < items.len()) else { return false };
                let was: Option<usize> = self.original(place).last().and_then(|index| index.parse().ok());
                items.remove(index);
                let gone = self.0.entry(self.original(parent)).or_default();
                gone.extend(was);
                gone.sort_unstable();
                true
            }
            _ => false,
        }
    }
}

fn missing_field(said: &str) -> Option<&str> {
    said.strip_prefix("missing field `")?.split('`').next()
}

/// What a field must be, out of what was said of its value.
fn message(said: &str) -> String {
    if said.starts_with("missing field") {
        return REQUIRED.to_owned();
    }
    if said.starts_with("unknown field") {
        return "has a field that is not known here".to_owned();
    }
    if said.starts_with("UUID parsing failed") {
        return "must be a UUID".to_owned();
    }
    let repeats = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "];
    let expected =
        repeats.iter().any(|words| said.starts_with(words)).then(|| said.rsplit_once(", expected ")).flatten();
    match expected {
        Some((_, expected)) => format!("must be {}", in_json(expected)),
        // The domain's own words, which name the rule.
        None if said.starts_with("must ") => said.to_owned(),
        None => "is not valid".to_owned(),
    }
}

/// What serde calls by Rust's types, as JSON calls it.
fn in_json(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        structure if structure.starts_with("struct ") => "an object",
        told => told,
    }
}

#[cfg(test)]
mod tests {
    use care_path::path::identity::UpdateIdentity;
    use care_path::path::intake::RecordIntake;
    use care_path::path::lost::IssueLookout;
    use care_path::path::repatriation::{GiveConsent, PresentReturnOptions};
    use care_path::path::rights::AssessRights;
    use care_path::path::signal::{RecordContact, ReportSignal};
    use serde_json::json;

    use super::*;

    fn problems<C: DeserializeOwned + ToSchema>(body: Value) -> String {
        let Value::Object(fields) = body else { panic!("an object") };
        let problems = read::<C>(fields).err().unwrap_or_default().told();
        let line = |problem: FieldProblem| format!("{} {}\n", problem.pointer.unwrap_or_default(), problem.message);
        problems.into_iter().map(line).collect()
    }

    #[test]
    fn every_field_that_is_not_valid_is_named_at_once_and_no_value_is_repeated() {
        let body = json!({
            "urgency": "Marek, expected Nowak", "surname": "Nowak", "municipality": "Den Haag", "location": "",
            "identity": {"countries": ["PL", "POL", "RO", 7, "XX"], "approximate_age": 130, "birth_date": "Marek",
                "languages": [{"language": "pl"}, {"preferred": true}, {"language": "Pools"}]},
        });
        insta::assert_snapshot!(problems::<ReportSignal>(body), @r#"
        /channel is required
        /identity/approximate_age must be a whole number from 0 to 120
        /identity/birth_date must be a date of birth as precisely as it is known: 1976, 1976-02 or 1976-02-14
        /identity/countries/1 must be an ISO 3166-1 alpha-2 code in capitals, such as PL
        /identity/countries/3 must be a string
        /identity/countries/4 must be an ISO 3166-1 alpha-2 code in capitals, such as PL
        /identity/languages/1/language is required
        /identity/languages/2/language must be a BCP 47 tag of a language in the IANA registry, such as pl or rom, or und where it is not known
        /location must be 1 to 200 characters, not only white space
        /municipality must be 1 to 64 characters of a-z, 0-9 and hyphen, and begin with a letter or digit
        /surname is not a field here
        /urgency must be one of `routine`, `soon`, `urgent`, `immediate`
        "#);
    }

    #[test]
    fn a_language_is_one_of_the_registry_wherever_it_comes_in() {
        let told = "must be a BCP 47 tag of a language in the IANA registry, such as pl or rom, or und where it is not known\n";
        let of = |language: &str| {
            let identity = json!({"languages": [{"language": language}]});
            let consent = json!({"purpose": "repatriation", "recipient": {"country": "PL"}, "data_classes": ["identity"],
                "language": language});
            [
                problems::<RecordContact>(json!({"language": language})),
                problems::<PresentReturnOptions>(json!({"language": language, "wish": "undecided"})),
                problems::<GiveConsent>(consent),
                problems::<RecordIntake>(json!({"identity": identity})),
                problems::<UpdateIdentity>(json!({"claim": identity, "assurance": "alias"})),
            ]
        };
        let [contact, options, consent, intake, update] = of("Pools");
        assert_eq!([contact, options, consent], ["/language "; 3].map(|at| [at, told].concat()));
        assert_eq!(intake, ["/identity/languages/0/language ", told].concat());
        assert_eq!(update, ["/claim/languages/0/language ", told].concat());
        assert_eq!(of("pl").concat(), "");
    }

    #[test]
    fn a_command_is_read_from_fields_that_are_all_valid() {
        assert_eq!(problems::<ReportSignal>(json!({"channel": "drop_in_visit"})), "");
        assert_eq!(problems::<UpdateIdentity>(json!({"claim": {}, "assurance": "self_declared"})), "");
    }

    #[test]
    fn what_must_be_there_is_named_also_where_nothing_is() {
        insta::assert_snapshot!(problems::<UpdateIdentity>(json!({})), @r#"
        /assurance is required
        /claim is required
        "#);
        insta::assert_snapshot!(problems::<AssessRights>(json!({"nationality": 7})), @"/nationality is not a field here");
    }

    #[test]
    fn ids_and_choices_are_told_by_what_they_must_be() {
        let body = json!({"recipients": [{"who": "Marek"}], "description": null, "expires_at": "tomorrow"});
        insta::assert_snapshot!(problems::<IssueLookout>(body), @r#"
        /description must be a string
        /expires_at must be a time as in RFC 3339
        /recipients/0 is not valid
        "#);
    }

    #[test]
    fn of_thousands_of_fields_that_are_not_known_the_first_are_named_and_the_others_counted() {
        let unknown = |number| (format!("{number:05}{}", "x".repeat(1_000)), json!(1));
        let told = problems::<ReportSignal>(Value::Object((0..5_000).map(unknown).collect()));
        assert_eq!(told.lines().count(), 21);
        assert!(told.ends_with(" at least 4981 more problems are not listed\n"), "{told}");
        assert!(told.len() < 20 * 300, "{}", told.len());
    }

    #[test]
    fn of_a_list_with_thousands_of_bad_items_the_first_are_named() {
        let body = json!({"channel": "self_report", "identity": {"countries": vec!["Poland"; 5_000]}});
        let told = problems::<ReportSignal>(body);
        assert_eq!(told.lines().count(), 21);
        assert!(told.ends_with(" at least 1 more problems are not listed\n"), "{told}");
    }
}

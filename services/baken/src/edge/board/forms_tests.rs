//! The board's forms are what the commands take: each field stands in the command's schema and fits it, what is required is
//! asked for or given by a page, and nothing that a command takes is forgotten.

use std::collections::{BTreeSet, HashMap};

use board::form::{Field, Form, Input, form_of};
use care_path::codes::LISTS;
use care_path::command::CommandKind;
use serde_json::Value;

/// What a command takes and no form asks for, with the reason. (Those who come together with a person are no part of a
/// command's own body: a form is about one person.)
const NOT_ASKED: &[(CommandKind, &[&str], &str)] = &[
    (CommandKind::ReportSignal, &["/municipality"], "it is the reporter's own"),
    (CommandKind::ReportSignal, LATER, "it is asked where it is recorded who somebody is"),
    (CommandKind::RecordIntake, LATER, "it is asked where it is recorded who somebody is"),
    (CommandKind::RegisterOrganisation, &["/facilities"], "each is registered by its own form"),
    (CommandKind::RegisterOrganisation, &["/opening_times"], "they are recorded by the API alone"),
    (CommandKind::ChangeOrganisation, &["/opening_times"], "they are recorded by the API alone"),
];

const LATER: &[&str] = &["/identity/birth_place", "/identity/contact", "/identity/origin", "/identity/documents"];

/// The schema of a command's body, with those that it refers to.
struct Schemas {
    body: Value,
    named: HashMap<String, Value>,
}

impl Schemas {
    fn of(kind: CommandKind) -> Self {
        let body = kind.body();
        let mut named = Vec::new();
        (body.schemas)(&mut named);
        let json = |schema| serde_json::to_value(schema).unwrap();
        Self { body: json((body.schema)()), named: named.into_iter().map(|(name, each)| (name, json(each))).collect() }
    }

    /// What a schema says itself: without names, and without that it may be null.
    fn plain<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap();
            return self.plain(self.named.get(name).unwrap_or_else(|| panic!("there is no schema {name}")));
        }
        let some = schema["oneOf"].as_array().into_iter().flatten().filter(|each| each["type"] != "null");
        match some.collect::<Vec<_>>().as_slice() {
            [only] => self.plain(only),
            _ => schema,
        }
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        pointer.trim_start_matches('/').split('/').try_fold(self.plain(&self.body), |schema, name| {
            let inner = if name == "0" { schema.get("items") } else { schema["properties"].get(name) };
            inner.map(|inner| self.plain(inner))
        })
    }

    /// Where the values of a body stand. A list of objects is one value, unless the form asks for a part of its first.
    fn leaves(&self, form: &Form) -> Vec<String> {
        let mut leaves = Vec::new();
        let mut open = vec![(String::new(), self.plain(&self.body))];
        while let Some((at, schema)) = open.pop() {
            for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                let (at, inner) = (format!("{at}/{name}"), self.plain(inner));
                let first = format!("{at}/0");
                if inner.get("properties").is_some() {
                    open.push((at, inner));
                } else if form.fields.iter().any(|field| field.at.starts_with(&first)) {
                    open.push((first, self.plain(&inner["items"])));
                } else {
                    leaves.push(at);
                }
            }
        }
        leaves
    }
}

fn r#type(schema: &Value) -> Option<&str> {
    let several = schema["type"].as_array().and_then(|several| several.iter().find(|each| *each != "null"));
    several.unwrap_or(&schema["type"]).as_str()
}

fn codes(schema: &Value) -> BTreeSet<&str> {
    schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn codes_of(list: &str) -> BTreeSet<&'static str> {
    let list = LISTS.iter().find(|each| each.name == list).unwrap_or_else(|| panic!("there is no code list {list}"));
    (list.codes)().into_iter().collect()
}

/// Whether what comes out of a field is what a schema takes.
fn fits(input: Input, schema: &Value, schemas: &Schemas) -> bool {
    let is = |wanted| r#type(schema) == Some(wanted);
    let is_text =
        |format: Option<&str>| is("string") && schema["format"].as_str() == format && codes(schema).is_empty();
    let items = || schemas.plain(&schema["items"]);
    let is_country = |schema: &Value| schema["pattern"] == "^[A-Z]{2}$";
    match input {
        Input::Line => is_text(None) && (schema["maxLength"] == 200 || schema["pattern"].is_string()),
        Input::Text => is_text(None) && schema["maxLength"] == 4000,
        Input::Sealed => is_text(None) && schema["maxLength"].as_u64() > Some(4000),
        Input::Organisation
        | Input::OrganisationOf(_)
        | Input::CareAbroad
        | Input::Municipality
        | Input::MunicipalityOrNew
        | Input::Period
        | Input::Time
        | Input::Offering
        | Input::Facility
        | Input::Birth => is_text(None) && schema["pattern"].is_string(),
        Input::Number => is("integer"),
        Input::Flag | Input::TrueFalse => is("boolean"),
        Input::Code(list) => codes(schema) == codes_of(list),
        Input::Codes(list) => is("array") && codes(items()) == codes_of(list),
        Input::Consented => is("array") && codes(items()) == codes_of("data_class"),
        Input::OwnKind => codes(schema) == codes_of("location_type"),
        Input::Among(few) => few.iter().all(|(code, _)| codes(schema).contains(code)),
        Input::Moment => is_text(Some("date-time")),
        Input::Day => is_text(Some("date")),
        Input::Country | Input::Abroad => is_country(schema),
        Input::Countries => is("array") && is_country(items()),
        Input::Language => is_text(None) && schema["maxLength"] == 35,
        Input::Tags => is("array") && items()["maxLength"] == 35,
        Input::Names => is("array") && items()["pattern"].is_string(),
        Input::Languages => is("array") && items()["properties"].get("language").is_some(),
        Input::Recipients => is("array") && items()["oneOf"].is_array(),
        Input::ConsentRecipient => {
            let mut ways = schema["oneOf"].as_array().into_iter().flatten();
            ways.any(|way| schemas.plain(way)["properties"].get("country").is_some())
        }
        Input::Id => is_text(Some("uuid")) || (is_text(None) && schema["pattern"].is_string()),
    }
}

fn each_form(mut look: impl FnMut(CommandKind, Form, &Schemas)) {
    for kind in CommandKind::ALL {
        if let Some(form) = form_of(*kind) {
            look(*kind, form, &Schemas::of(*kind));
        }
    }
}

/// Whom a command is about stands beside its body, where it may be about nobody who is known.
fn is_beside_the_body(kind: CommandKind, field: &Field) -> bool {
    // In an emergency the number is typed: the person is on no page.
    field.at == "/person_id" && (kind.without_person().is_some() || kind == CommandKind::BreakGlass)
}

#[test]
fn each_field_stands_in_the_schema_of_its_command_and_fits_it() {
    let mut wrong = Vec::new();
    each_form(|kind, form, schemas| {
        for field in form.fields.iter().filter(|field| !is_beside_the_body(kind, field)) {
            if !schemas.at(field.at).is_some_and(|schema| fits(field.input, schema, schemas)) {
                wrong.push(format!("{} {}: {:?}", kind.name(), field.at, schemas.at(field.at)));
            }
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_a_command_requires_is_asked_for_or_given_by_the_page() {
    let mut missing = Vec::new();
    each_form(|kind, form, schemas| {
        let required = schemas.plain(&schemas.body)["required"].as_array().cloned().unwrap_or_default();
        for name in required.iter().filter_map(Value::as_str) {
            let at = format!("/{name}");
            let asks = |field: &Field| field.at == at && field.required;
            // Who somebody is has only parts, none of which is required.
            let has_parts = || form.fields.iter().any(|field| field.at.starts_with(&format!("{at}/")));
            if !form.fields.iter().any(asks) && !has_parts() {
                missing.push(format!("{} {at}", kind.name()));
            }
        }
    });
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn nothing_that_a_command_takes_is_forgotten_and_what_is_left_out_has_a_reason() {
    let (mut forgotten, mut left_out) = (Vec::new(), BTreeSet::new());
    each_form(|kind, form, schemas| {
        let exceptions = NOT_ASKED.iter().filter(|(each, ..)| *each == kind);
        let exceptions: BTreeSet<_> = exceptions.flat_map(|(_, at, _)| *at).copied().collect();
        for at in schemas.leaves(&form) {
            let asked = form.fields.iter().any(|field| field.at == at);
            match exceptions.get(at.as_str()) {
                Some(_) if !asked => drop(left_out.insert((kind.name(), at))),
                _ if asked => {}
                _ => forgotten.push(format!("{} {at}", kind.name())),
            }
        }
    });
    assert_eq!(forgotten, Vec::<String>::new());
    let listed: usize = NOT_ASKED.iter().map(|(_, at, _)| at.len()).sum();
    assert_eq!(left_out.len(), listed, "an exception is none: {left_out:?}");
}

#[test]
fn a_form_asks_nothing_twice() {
    each_form(|kind, form, _| {
        let different: BTreeSet<_> = form.fields.iter().map(|field| field.at).collect();
        assert_eq!(different.len(), form.fields.len(), "{}", kind.name());
    });
}

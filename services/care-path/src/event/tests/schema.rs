use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{Sample, objects, samples, visit};
use crate::event::samples::Stored;
use crate::event::schema::named_schemas;
use crate::event::{EventKind, events_schema};
use crate::private::{MARK, VALUE};

impl Sample {
    fn is_bare(&self) -> bool {
        self.case.starts_with("bare")
    }

    fn json(&self) -> Value {
        let Stored { r#type, version, data } = &self.stored;
        json!({ "type": r#type, "version": version, "data": data })
    }
}

fn validator() -> Validator {
    jsonschema::draft202012::options().should_validate_formats(true).build(&events_schema().unwrap()).unwrap()
}

/// The samples that are stored in the version that is written now.
fn present() -> impl Iterator<Item = Sample> {
    let is_present = |sample: &Sample| {
        let kind: EventKind = sample.stored.r#type.parse().unwrap();
        kind.version() == sample.stored.version
    };
    samples().into_iter().filter(is_present)
}

#[test]
fn the_schema_is_one_and_every_reference_in_it_leads_somewhere() {
    let schema = events_schema().unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let mut reached = BTreeSet::new();
    visit(&schema, "", &mut |pointer, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let target = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} at {pointer} leads out"));
            assert!(schema.pointer(target).is_some(), "{reference} at {pointer}");
            reached.insert(target.trim_start_matches("/$defs/").to_owned());
        }
    });
    let defined: BTreeSet<_> = schema["$defs"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(defined, reached, "something is defined and not used");
}

#[test]
fn a_name_means_one_schema() {
    let mut seen = BTreeMap::new();
    for (name, schema) in named_schemas().unwrap() {
        let first = seen.entry(name.clone()).or_insert_with(|| schema.clone());
        assert_eq!(*first, schema, "two types are called {name}");
    }
}

#[test]
fn every_golden_is_valid() {
    let validator = validator();
    for sample in present() {
        let errors: Vec<_> = validator.iter_errors(&sample.json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", sample.name());
    }
}

#[test]
fn a_field_too_many_another_version_or_another_type_is_not_valid() {
    let validator = validator();
    for sample in present() {
        let json = sample.json();
        for pointer in objects(&json) {
            let mut changed = json.clone();
            changed.pointer_mut(&pointer).unwrap()["surprise"] = json!(1);
            assert!(!validator.is_valid(&changed), "{} with an unknown field at `{pointer}`", sample.name());
        }
        for (name, value) in [("version", json!(99)), ("type", json!("person_deported")), ("data", json!(7))] {
            let mut changed = json.clone();
            changed[name] = value;
            assert!(!validator.is_valid(&changed), "{} with another {name}", sample.name());
        }
    }
}

#[test]
fn what_the_bare_samples_hold_is_what_the_schema_requires() {
    let validator = validator();
    for sample in present().filter(Sample::is_bare) {
        for name in sample.stored.data.as_object().unwrap().keys() {
            let mut changed = sample.json();
            changed["data"].as_object_mut().unwrap().remove(name);
            assert!(!validator.is_valid(&changed), "{} without {name}", sample.name());
        }
    }
}

#[test]
fn the_full_samples_hold_every_field_that_the_schema_names() {
    let schema = events_schema().unwrap();
    let mut held = BTreeSet::new();
    for sample in present() {
        visit(&sample.json(), &sample.stored.r#type, &mut |pointer, _| {
            held.insert(without_numbers(pointer));
        });
    }
    for kind in EventKind::ALL {
        let named = fields_below(&schema, &schema["$defs"][kind.name()], kind.name());
        let missing: Vec<_> = named.iter().filter(|field| !held.contains(*field)).collect();
        assert!(missing.is_empty(), "in no sample: {missing:?}");
    }
}

/// A pointer into JSON without the places in lists.
fn without_numbers(pointer: &str) -> String {
    pointer.split('/').filter(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join("/")
}

/// Every field that a schema names, by its path.
fn fields_below(document: &Value, schema: &Value, path: &str) -> Vec<String> {
    let mut found = vec![path.to_owned()];
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        found.extend(fields_below(document, target, path));
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        found.extend(fields_below(document, property, &format!("{path}/{name}")));
    }
    let alternatives = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    for below in alternatives.chain(schema.get("items")) {
        found.extend(fields_below(document, below, path));
    }
    found
}

#[test]
fn no_free_text_and_nothing_of_an_identity_is_outside_a_mark() {
    let found = values_of(|schema, name| {
        // Text without a pattern, a list of codes or a format is what somebody types.
        let typed =
            schema["type"] == "string" && ["pattern", "enum", "format"].iter().all(|key| schema[*key].is_null());
        typed || name.is_some_and(|name| DESCRIBING.contains(&name))
    });
    let of_a_person = |path: &str| {
        let kind: EventKind = path.split('/').next().unwrap_or_default().parse().unwrap();
        kind.is_of_a_path()
    };
    let in_clear = found.iter().filter(|value| !value.marked && of_a_person(&value.path));
    let in_clear: Vec<_> = in_clear.map(|value| &value.path).collect();
    assert!(in_clear.is_empty(), "{in_clear:?}");
    assert!(found.len() > 80, "only {} describing values found: are they still recognised?", found.len());
}

#[test]
fn a_country_and_a_day_are_in_clear_only_where_that_is_listed_here() {
    let in_clear = |is: fn(&Value, Option<&str>) -> bool| -> Vec<String> {
        values_of(is).into_iter().filter(|value| !value.marked).map(|value| value.path).collect()
    };
    let countries = in_clear(|_, name| name == Some("Country"));
    assert_eq!(
        countries,
        [
            "return_condition_evidenced/data/country",
            "consent_given/data/recipient/country",
            "handover_proposed/data/country",
            "deadline_passed/data/addressees/embassy",
            "organisation_registered/data/profile/country",
            "organisation_changed/data/profile/country",
        ]
    );
    let days = in_clear(|schema, _| schema["format"] == "date");
    assert_eq!(days, ["referral_waitlisted/data/until", "death_recorded/data/died_on", "capacity_set/data/from"]);
}

/// Types that describe a person, beside free text.
const DESCRIBING: [&str; 12] = [
    "Text",
    "Line",
    "Language",
    "SealedDocument",
    "LanguageUse",
    "IdentityDocument",
    "PartialDate",
    "Age",
    "Sex",
    "Problem",
    "InsuranceStatus",
    "IncidentKind",
];

/// A value that events hold: where, and whether it lies below a mark.
struct Held {
    path: String,
    marked: bool,
}

/// Every value of the events whose schema, or its name, is of a kind.
fn values_of(is: impl Fn(&Value, Option<&str>) -> bool) -> Vec<Held> {
    let schema = events_schema().unwrap();
    let mut found = Vec::new();
    for kind in EventKind::ALL {
        find(&schema, &schema["$defs"][kind.name()], kind.name(), false, &mut |schema, name, path, marked| {
            if is(schema, name) {
                found.push(Held { path: path.to_owned(), marked });
            }
        });
    }
    found
}

/// Calls for a schema and each below it: with its name, the path of its value, and whether that lies below a mark.
fn find(
    document: &Value,
    schema: &Value,
    path: &str,
    marked: bool,
    call: &mut impl FnMut(&Value, Option<&str>, &str, bool),
) {
    let marked = marked || schema.pointer(&format!("/properties/{MARK}")).is_some();
    let reference = schema.get("$ref").and_then(Value::as_str).map(|reference| reference.trim_start_matches('#'));
    call(schema, reference.map(|target| target.trim_start_matches("/$defs/")), path, marked);
    if let Some(target) = reference {
        find(document, document.pointer(target).unwrap(), path, marked, call);
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if name != MARK {
            let path = if name == VALUE { path.to_owned() } else { format!("{path}/{name}") };
            find(document, property, &path, marked, call);
        }
    }
    let alternatives = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    for below in alternatives.chain(schema.get("items")) {
        find(document, below, path, marked, call);
    }
}

#[test]
fn the_schema_that_is_checked_in_is_that_of_the_events() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../api-spec/events.schema.json");
    let checked_in: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(checked_in == events_schema().unwrap(), "write api-spec/events.schema.json anew (`baken spec`)");
}

//! The JSON Schema of what is stored: one definition per type of event, made from the types themselves.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::{Event, EventKind};

const COMPONENTS: &str = "#/components/schemas/";
const DEFINITIONS: &str = "#/$defs/";

/// The JSON Schema (2020-12) of an event as it is stored: `{"type": …, "version": …, "data": {…}}`, with its private
/// values marked and not yet sealed.
///
/// # Errors
/// Where a schema cannot be written as JSON, which none can fail to.
pub fn events_schema() -> Result<Value, serde_json::Error> {
    let named: BTreeMap<_, _> = named_schemas()?.into_iter().collect();
    let mut definitions = Map::new();
    for schema in named.values() {
        for variant in schema["oneOf"].as_array().into_iter().flatten() {
            if let Some(kind) = kind_of(variant) {
                let stored = envelope(kind, variant.clone());
                define_references(&stored, &named, &mut definitions);
                definitions.insert(kind.name().to_owned(), stored);
            }
        }
    }
    let one_of: Vec<_> = EventKind::ALL.iter().map(|kind| json!({ "$ref": format!("{DEFINITIONS}{kind}") })).collect();
    Ok(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events of Baken",
        "description": "What the event log holds of a person's care path. Values marked `$private` are sealed under the \
            person's key of that data class before they are stored; once that key is destroyed, they have no `value`.",
        "oneOf": one_of,
        "$defs": definitions,
    }))
}

/// Every schema that an event is made of, with its name; one that is used twice comes twice.
pub(super) fn named_schemas() -> Result<Vec<(String, Value)>, serde_json::Error> {
    let mut all: Vec<(String, RefOr<Schema>)> = Vec::new();
    Event::schemas(&mut all);
    let tidied = |(name, schema)| {
        let mut schema = serde_json::to_value(schema)?;
        tidy(&mut schema);
        Ok((name, schema))
    };
    all.into_iter().map(tidied).collect()
}

/// Adds the definitions that a schema refers to, and those that they refer to.
fn define_references(schema: &Value, named: &BTreeMap<String, Value>, definitions: &mut Map<String, Value>) {
    match schema {
        Value::Object(object) => {
            let name = object.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(DEFINITIONS));
            if let Some((name, referred)) = name.and_then(|name| named.get_key_value(name))
                && !definitions.contains_key(name)
            {
                definitions.insert(name.clone(), referred.clone());
                define_references(referred, named, definitions);
            }
            object.values().for_each(|value| define_references(value, named, definitions));
        }
        Value::Array(array) => array.iter().for_each(|value| define_references(value, named, definitions)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The type of event that a variant of a part describes.
fn kind_of(variant: &Value) -> Option<EventKind> {
    variant.pointer("/properties/type/enum/0")?.as_str()?.parse().ok()
}

/// What is stored of one type: its name, its version, its data.
fn envelope(kind: EventKind, mut variant: Value) -> Value {
    let data = variant.pointer_mut("/properties/data").map_or_else(|| json!({ "type": "null" }), Value::take);
    let mut envelope = json!({
        "type": "object",
        "properties": { "type": { "const": kind.name() }, "version": { "const": kind.version() }, "data": data },
        "required": ["type", "version", "data"],
        "additionalProperties": false,
    });
    if let Some(description) = variant.get_mut("description") {
        envelope["description"] = description.take();
    }
    envelope
}

/// Turns a schema of OpenAPI into one that says what is stored: references lead to the definitions, a field that may
/// be missing is left out and never null, and nothing may be there that is not named.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            without_null(object);
            // What has no content is null; OpenAPI's schema says so by a default alone.
            if object.get("default").is_some_and(Value::is_null)
                && object.keys().all(|key| ["default", "description"].contains(&key.as_str()))
            {
                object.remove("default");
                object.insert("type".to_owned(), json!("null"));
            }
            if let Some(Value::String(reference)) = object.get_mut("$ref")
                && let Some(name) = reference.strip_prefix(COMPONENTS)
            {
                *reference = format!("{DEFINITIONS}{name}");
            }
            if object.contains_key("properties") {
                object.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            object.values_mut().for_each(tidy);
        }
        Value::Array(array) => array.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn without_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|each| each != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(alternatives)) = object.get_mut("oneOf") {
        let before = alternatives.len();
        alternatives.retain(|each| *each != json!({ "type": "null" }));
        if let [Value::Object(only)] = alternatives.as_slice()
            && before > 1
        {
            let only = only.clone();
            object.remove("oneOf");
            object.extend(only);
        }
    }
}

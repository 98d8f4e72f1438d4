//! Both edges serialise the same views: the whole case file, asked for with every field that the schema has, is what
//! REST shows, but for the spelling of names and for `null` where REST leaves out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};
use care_path::views::{CareAlertView, LookoutView};
use serde::Serialize;
use serde_json::{Map, Value};

use super::support::{Small, coordinator};
use crate::app::Reading;
use crate::app::testing::user;
use crate::app::{Only, Page, PageRequest, PersonsFilter, ReferralsFilter};
use crate::edge::graphql::sdl;

/// The fields of every object of the schema.
fn objects() -> BTreeMap<String, Vec<FieldDefinition>> {
    let definitions = parse_schema(sdl()).unwrap().definitions.into_iter();
    let objects = definitions.filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => match definition.node.kind {
            TypeKind::Object(object) => {
                let fields = object.fields.into_iter().map(|field| field.node).collect();
                Some((definition.node.name.node.to_string(), fields))
            }
            _ => None,
        },
        _ => None,
    });
    objects.collect()
}

fn named(field_type: &Type) -> &str {
    match &field_type.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named(item),
    }
}

/// Everything that can be selected of a type without going through pages.
fn everything(objects: &BTreeMap<String, Vec<FieldDefinition>>, of: &str) -> String {
    let mut selection = String::new();
    for field in objects[of].iter().filter(|field| field.arguments.is_empty()) {
        let _ = match named(&field.ty.node) {
            inner if objects.contains_key(inner) => {
                write!(selection, "{} {{ {} }} ", field.name.node, everything(objects, inner))
            }
            _ => write!(selection, "{} ", field.name.node),
        };
    }
    selection
}

fn camel(snake: &str) -> String {
    let mut letters = snake.split('_');
    let first = letters.next().unwrap_or_default().to_owned();
    letters.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_uppercase() + rest
    })
}

/// What REST shows in the spelling of GraphQL.
fn in_camel_case(value: Value) -> Value {
    match value {
        Value::Object(object) => object.into_iter().map(|(key, value)| (camel(&key), in_camel_case(value))).collect(),
        Value::Array(items) => items.into_iter().map(in_camel_case).collect(),
        other => other,
    }
}

/// What is null in GraphQL is absent in REST.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let known = object.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(known.map(|(key, value)| (key, without_nulls(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

#[tokio::test]
async fn a_case_file_is_the_same_over_both_edges_for_every_role() {
    let small = Small::new().await;
    let objects = objects();
    let query = format!("{{ person(id: \"{}\") {{ {} }} }}", small.marek, everything(&objects, "Person"));
    let readers = [
        "coordinator-rotterdam",
        "police-rotterdam",
        "night-shelter-rotterdam",
        "outreach-rotterdam",
        "street-doctor-rotterdam",
        "assessor-rotterdam",
    ];
    let mut fields = Vec::new();
    for reader in readers.map(user) {
        let mut rest =
            serde_json::to_value(small.baken.case_file(&Reading::from(&reader), small.marek).unwrap()).unwrap();
        // GraphQL tells the phases with the file; REST at an address of their own.
        let phases = small.baken.phases(&Reading::from(&reader), small.marek).unwrap();
        rest.as_object_mut().unwrap().insert("phases".to_owned(), serde_json::to_value(phases).unwrap());
        let graphql = small.shown(reader.clone(), &query).await["person"].clone();
        fields.push(rest.as_object().unwrap().len());
        assert_eq!(without_nulls(graphql), in_camel_case(rest), "{:?}", reader.actor);
    }
    // The comparison is worth something: the coordinator sees much, the police little.
    assert!(fields[0] >= 15 && fields[1] < fields[0], "{fields:?}");
}

fn nodes<T: Serialize>(page: Page<T>) -> Value {
    page.edges.into_iter().map(|edge| in_camel_case(serde_json::to_value(edge.node).unwrap())).collect()
}

#[tokio::test]
async fn lists_and_the_timeline_are_the_same_over_both_edges() {
    let small = Small::new().await;
    let objects = objects();
    let page = PageRequest::default();
    let (reader, baken) = (coordinator(), &small.baken);
    let reading = Reading::from(&reader);
    for (field, of, rest) in [
        ("persons", "PersonSummary", nodes(baken.persons(&reading, &PersonsFilter::default(), &page).unwrap())),
        ("worklist", "Task", nodes(baken.worklist(&reading, None, &page).unwrap())),
        ("lost", "Lost", nodes(baken.lost(&reading, &page).unwrap())),
        ("lookouts", "Lookout", nodes(baken.list::<LookoutView>(&reading, Only::All, &page).unwrap())),
        ("careAlerts", "CareAlert", nodes(baken.list::<CareAlertView>(&reading, Only::All, &page).unwrap())),
        ("referrals", "Referral", nodes(baken.referrals(&reading, &ReferralsFilter::default(), &page).unwrap())),
    ] {
        let query = format!("{{ {field}(first: 20) {{ nodes {{ {} }} }} }}", everything(&objects, of));
        let shown = without_nulls(small.shown(reader.clone(), &query).await);
        assert_eq!(shown[field]["nodes"], rest, "{field}");
        assert!(rest.as_array().is_some_and(|nodes| !nodes.is_empty()), "{field}");
    }
    let entry = everything(&objects, "TimelineEntry");
    let query = format!("{{ person(id: \"{}\") {{ timeline {{ nodes {{ {entry} }} }} }} }}", small.marek);
    let shown = small.shown(reader.clone(), &query).await;
    let timeline = baken.timeline(&Reading::from(&reader), small.marek, &page).unwrap();
    let rest: Vec<_> = timeline.edges.into_iter().map(|edge| serde_json::to_value(edge.node).unwrap()).collect();
    let shown = shown["person"]["timeline"]["nodes"].as_array().unwrap().clone();
    assert_eq!(shown.len(), rest.len());
    assert!(rest.len() >= 8);
    for (shown, mut rest) in shown.into_iter().zip(rest) {
        // The details are one value, as REST has them, in its spelling.
        let details = rest["details"].take();
        assert_eq!(shown["details"], details);
        let (mut shown, mut rest) = (without_nulls(shown), in_camel_case(rest));
        shown["details"].take();
        rest["details"].take();
        assert_eq!(shown, rest);
    }
}

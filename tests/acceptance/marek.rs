//! Marek's case, as its coordinator reads it: over REST and over GraphQL, which agree.

use std::collections::BTreeMap;

use baken::demo;
use baken::sources::{Clock, SystemClock};
use serde_json::{Map, Value, json};

use crate::support::{camel, demo_world, marek};

/// The selection of everything that a JSON answer of REST holds, as a GraphQL query spells it.
fn selection(value: &Value) -> String {
    let fields = fields_of(value);
    let parts = fields.iter().map(|(name, inner)| format!("{} {}", camel(name), inner));
    format!("{{ {} }}", parts.collect::<Vec<_>>().join(" "))
}

fn fields_of(value: &Value) -> BTreeMap<String, String> {
    let mut merged: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let objects = match value {
        Value::Object(object) => vec![object],
        Value::Array(items) => items.iter().filter_map(Value::as_object).collect(),
        _ => vec![],
    };
    for (name, inner) in objects.into_iter().flatten() {
        let inner = match inner {
            Value::Array(items) => items.clone(),
            other => vec![other.clone()],
        };
        merged.entry(name.clone()).or_default().extend(inner);
    }
    let spelt = |(name, inner): (String, Vec<Value>)| {
        // An entry's details are one scalar in GraphQL.
        let composed = name != "details" && inner.iter().any(Value::is_object);
        let inner = if composed { selection(&Value::Array(inner)) } else { String::new() };
        (name, inner)
    };
    merged.into_iter().map(spelt).collect()
}

/// An answer of REST, spelt as GraphQL spells it: nulls are absences, names are in camel case, details as they are.
fn respelt(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let spell = |(name, inner): (&String, &Value)| {
                let inner = if name == "details" { inner.clone() } else { respelt(inner) };
                (camel(name), inner)
            };
            Value::Object(object.iter().map(spell).collect())
        }
        Value::Array(items) => items.iter().map(respelt).collect(),
        other => moment(other),
    }
}

/// RFC 3339 has two spellings of UTC, and the edges use one each.
fn moment(value: &Value) -> Value {
    let read = value.as_str().and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
    read.map_or_else(|| value.clone(), |time| json!(time.to_utc()))
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let kept = object.iter().filter(|(_, inner)| !inner.is_null());
            Value::Object(kept.map(|(name, inner)| (name.clone(), without_nulls(inner))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => moment(other),
    }
}

#[tokio::test]
async fn the_coordinator_reads_all_twelve_steps_with_both_times() {
    let running = demo_world().await;
    let coordinator = running.client("coordinator-rotterdam");
    let timeline = coordinator.all(&format!("/v1/persons/{}/timeline", marek())).await;
    let users = demo::users().unwrap();
    let planned = demo::plan(&demo::marek().unwrap(), &users, SystemClock.now()).unwrap();
    let steps: std::collections::BTreeSet<_> = planned.iter().map(|command| command.step).collect();
    assert_eq!(steps, (1..=12).collect(), "the seed tells twelve steps");

    let types: Vec<_> = timeline.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    let mut rest = types.iter();
    for expected in [
        "signal_received",
        "coordinator_assigned",
        "referral_made",
        "bed_assigned",
        "intake_completed",
        "incident_observed",
        "incident_observed",
        "incident_observed",
        "no_show_recorded",
        "went_out_of_sight",
        "lookout_issued",
        "care_alert_filed",
        "sighting_reported",
        "discharged_to",
        "lookout_resolved",
        "bed_assigned",
        "exception_requested",
        "went_out_of_sight",
        "escalated",
        "exception_overtaken",
        "lookout_issued",
    ] {
        assert!(rest.any(|found| *found == expected), "{expected} is missing, or out of order, in {types:?}");
    }
    for entry in &timeline {
        let time = |name: &str| entry[name].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert!(time("occurred_at") <= time("recorded_at"), "{entry}");
        assert!(entry["occurred_precision"].is_string(), "{entry}");
    }
    let sighting = timeline.iter().find(|entry| entry["type"] == "sighting_reported").unwrap();
    assert_eq!(sighting["occurred_precision"], "approximate", "a few days later");

    let file = coordinator.get(&format!("/v1/persons/{}", marek())).await.expect(200).json();
    assert_eq!(file["phase"], "out_of_sight");
    assert_eq!(file["presence"]["out_of_sight_episodes"], 2);
    assert_eq!(file["presence"]["discharges"][0]["unsafe"], true);
    assert_eq!(file["exceptions"][0]["state"], "overtaken");
    assert!(file.get("closed").is_none(), "nothing closes a case by itself");
}

#[tokio::test]
async fn rest_and_graphql_tell_the_same_case_file_and_timeline_to_every_role() {
    let running = demo_world().await;
    let mut told = 0;
    for user in demo::users().unwrap() {
        let client = running.client(user.principal.user.as_str());
        for person in client.all("/v1/persons").await {
            let id = person["person_id"].as_str().unwrap();
            let rest = client.get(&format!("/v1/persons/{id}")).await.expect(200).json();
            let query = format!("query($id: ID!) {{ person(id: $id) {} }}", selection(&rest));
            let answer = client.graphql(&query, json!({"id": id})).await;
            assert_eq!(answer.get("errors"), None, "{query}");
            assert_eq!(without_nulls(&answer["data"]["person"]), respelt(&rest), "{}", user.principal.user);

            let entries = client.all(&format!("/v1/persons/{id}/timeline")).await;
            let rest = Value::Array(entries);
            if rest.as_array().is_some_and(Vec::is_empty) {
                continue;
            }
            let query = format!(
                "query($id: ID!) {{ person(id: $id) {{ timeline(first: 200) {{ nodes {} }} }} }}",
                selection(&rest)
            );
            let answer = client.graphql(&query, json!({"id": id})).await;
            assert_eq!(answer.get("errors"), None, "{query}");
            let nodes = &answer["data"]["person"]["timeline"]["nodes"];
            assert_eq!(without_nulls(nodes), respelt(&rest), "{}", user.principal.user);
            told += 1;
        }
    }
    assert!(told > 20, "many case files were compared: {told}");
}

#[tokio::test]
async fn the_night_shelter_sees_what_a_shelter_that_is_involved_may() {
    let running = demo_world().await;
    let shelter = running.client("night-shelter-rotterdam");
    let file = shelter.get(&format!("/v1/persons/{}", marek())).await;
    // Its stay ended some days ago: it is involved for thirty days still, and then no more.
    let file = file.expect(200).json();
    assert!(file.get("return").is_none() && file.get("justice").is_none(), "{file}");
    let notes = file["notes"].as_array().cloned().unwrap_or_default();
    assert!(notes.iter().all(|note| note["recorded_by"] == "night-shelter-rotterdam"), "{file}");
    let findings = file["medical"]["findings"].as_array().cloned().unwrap_or_default();
    assert!(findings.iter().all(|finding| finding["recorded_by"] == "night-shelter-rotterdam"), "{file}");
}

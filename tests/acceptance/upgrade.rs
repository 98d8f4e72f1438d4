//! A log that an earlier release wrote: every event of it is read, it says what it said, and it goes on.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Running, marek, on};

const WRITTEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/acceptance/upgrade");

/// The present service on a copy of the folder.
async fn upgraded() -> Running {
    let folder = tempfile::tempdir().unwrap();
    for file in ["log.db", "keys.db", "kek"] {
        let copy = folder.path().join(file);
        fs::copy(Path::new(WRITTEN).join(file), &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).unwrap();
    }
    on(folder).await
}

fn answers() -> Value {
    serde_json::from_slice(&fs::read(Path::new(WRITTEN).join("answers.json")).unwrap()).unwrap()
}

fn types(entries: &Value) -> Vec<&str> {
    entries.as_array().unwrap().iter().map(|entry| entry[1].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_read_and_told_as_it_was() {
    let running = upgraded().await;
    assert!(running.baken().set_aside().is_empty());
    // Reading a stream fails where an event of it cannot be read.
    let events: usize = running.streams().await.values().map(Vec::len).sum();
    assert!(events > 250, "{events}");
    for (user, persons) in answers().as_object().unwrap() {
        let client = running.client(user);
        for (person, told) in persons.as_object().unwrap() {
            let file = client.get(&format!("/v1/persons/{person}")).await.expect(200).json();
            assert_eq!(file["identity"]["name"], told["name"], "{person}");
            let timeline = client.all(&format!("/v1/persons/{person}/timeline")).await;
            let entry = |entry: &Value| json!([entry["event_id"], entry["type"], entry["occurred_at"]]);
            // Since then a link and its undoing are on the timelines of both, whichever record they stand on.
            let told_since = |entry: &Value| {
                let of_links = ["persons_linked", "persons_unlinked"].contains(&entry[1].as_str().unwrap());
                of_links && !told["entries"].as_array().unwrap().contains(entry)
            };
            let entries: Vec<_> = timeline.iter().map(entry).filter(|entry| !told_since(entry)).collect();
            assert_eq!(json!(entries), told["entries"], "{person}: {:?}", types(&told["entries"]));
            assert!(timeline.iter().all(|entry| entry["retracted_by"].is_null()), "{person}");
        }
    }
}

/// As `baken rebuild --check` has it.
async fn is_what_the_log_says(running: &Running) {
    let live = running.digests();
    assert_eq!(running.rebuilt(&live).await.models, live.models);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_case_stands_where_it_stood_and_goes_on_with_what_is_new() {
    let running = upgraded().await;
    let coordinator = running.client("coordinator-rotterdam");
    let path = format!("/v1/persons/{}", marek());
    let file = coordinator.get(&path).await.expect(200).json();
    assert_eq!(file["phase"], "out_of_sight");
    assert_eq!(file["presence"]["out_of_sight_episodes"], 2);
    assert_eq!(file["exceptions"][0]["state"], "overtaken");
    is_what_the_log_says(&running).await;

    // What that release recorded is corrected by this one: an incident is taken back, and a note moved to another man.
    let timeline = coordinator.all(&format!("{path}/timeline")).await;
    let entry = |kind: &str| timeline.iter().find(|entry| entry["type"] == kind).unwrap()["event_id"].clone();
    let correct = |kind: &str, how: &str| format!("{path}/entries/{}/{how}", entry(kind).as_str().unwrap());
    let wrong = json!({"reason": "wrong_value"});
    coordinator.post(&correct("incident_observed", "retract"), wrong).await.expect(201);
    let persons = answers()["coordinator-rotterdam"].as_object().unwrap().clone();
    let other = persons.keys().find(|person| **person != marek()).unwrap().clone();
    coordinator.post(&correct("note_added", "move"), json!({"to": other})).await.expect(201);
    let contact = json!({"summary": "he asked for his brother"});
    let outreach = running.client("outreach-rotterdam");
    outreach.post(&format!("{path}/contacts"), contact).await.expect(201);
    is_what_the_log_says(&running).await;

    let again = running.restart().await;
    assert!(again.baken().set_aside().is_empty());
    let coordinator = again.client("coordinator-rotterdam");
    let timeline = coordinator.all(&format!("{path}/timeline")).await;
    let struck = timeline.iter().filter(|entry| entry["retracted_by"].is_string()).count();
    assert_eq!(struck, 2);
    let there = coordinator.all(&format!("/v1/persons/{other}/timeline")).await;
    assert!(there.iter().any(|entry| entry["type"] == "note_added"));
}

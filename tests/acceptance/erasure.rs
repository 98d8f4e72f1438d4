//! Erasing a person, over HTTP: what is told after it, what an older copy still tells, and when records go.

use std::path::Path;
use std::sync::Arc;

use baken::sealing::{FileKek, KekError, KeyError, KeyRing, SqliteKeyStore};
use serde_json::json;

use crate::support::{Client, Running, empty, on};

const CANARY: &str = "Wojciech Kanarek";
const OTHER: &str = "Ilinca Privighetoare";

/// The files of one folder whose names begin so, in another.
fn copy(from: &Path, to: &Path, names: &str) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_file() && name.starts_with(names) {
            std::fs::copy(&path, to.join(&name)).unwrap();
        }
    }
}

async fn named(shelter: &Client, name: &str) -> String {
    let identity = json!({"name": name, "alias": name, "languages": [{"language": "pl"}]});
    let body = json!({"channel": "shelter_intake", "municipality": "rotterdam", "identity": identity});
    let person = shelter.signal(body).await;
    let note = json!({"text": format!("{name} asks for a doctor")});
    shelter.post(&format!("/v1/persons/{person}/notes"), note).await.expect(201);
    person
}

/// All that two readers are told of a person, over REST and GraphQL.
async fn told(running: &Running, person: &str) -> String {
    let mut told = String::new();
    for user in ["coordinator-rotterdam", "night-shelter-rotterdam"] {
        let reader = running.client(user);
        for path in ["", "/timeline"] {
            told += &reader.get(&format!("/v1/persons/{person}{path}")).await.expect(200).text;
        }
        for path in ["/v1/persons", "/v1/worklist"] {
            told += &serde_json::to_string(&reader.all(path).await).unwrap();
        }
        let found = reader.post("/v1/persons/search", json!({"name": CANARY})).await;
        told += &found.text;
        let query = "query($id: ID!) { person(id: $id) { identity { name alias } } }";
        told += &reader.graphql(query, json!({"id": person})).await.to_string();
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_told_by_nobody_and_by_no_older_copy() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let (person, other) = (named(&shelter, CANARY).await, named(&shelter, OTHER).await);
    assert!(told(&running, &person).await.contains(CANARY));
    let folder = running.stop().await;
    let backup = tempfile::tempdir().unwrap();
    copy(folder.path(), backup.path(), "");

    let running = on(folder).await;
    let officer = running.client("privacy-officer");
    let erase = format!("/v1/persons/{person}/erase");
    officer.post(&erase, json!({"ground": "curiosity"})).await.expect(422);
    running.client("coordinator-rotterdam").post(&erase, json!({"ground": "request"})).await.expect(403);
    officer.post(&erase, json!({"ground": "request"})).await.expect(201);
    running.baken().complete_roll().await.unwrap();
    let after = told(&running, &person).await;
    assert!(!after.contains(CANARY) && after.contains(OTHER), "{after}");
    let again = officer.post(&erase, json!({"ground": "request"})).await.expect(409).json();
    assert_eq!(again["code"], "already_erased");
    let shelter = running.client("night-shelter-rotterdam");
    shelter.post(&format!("/v1/persons/{person}/notes"), json!({"text": CANARY})).await.expect(409);
    let running = running.restart().await;
    let after = told(&running, &person).await;
    assert!(!after.contains(CANARY) && after.contains(OTHER), "{after}");

    // The log as it was before, with the keys of today: it opens for everybody else.
    let folder = running.stop().await;
    let restored = tempfile::tempdir().unwrap();
    copy(folder.path(), restored.path(), "");
    std::fs::remove_file(restored.path().join("log.db-wal")).ok();
    std::fs::remove_file(restored.path().join("log.db-shm")).ok();
    copy(backup.path(), restored.path(), "log.db");
    let running = on(restored).await;
    let after = told(&running, &person).await;
    assert!(!after.contains(CANARY) && after.contains(OTHER), "{after}");
    assert!(told(&running, &other).await.contains(OTHER));
    drop(running.stop().await);

    // The keys as they were before, with the key-encryption key of today: they open for nobody.
    let keys = Arc::new(SqliteKeyStore::open(backup.path().join("keys.db")).unwrap());
    let kek = Arc::new(FileKek::open(folder.path().join("kek")).unwrap());
    let refused = KeyRing::open(keys, kek, KeyRing::CAPACITY).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeyError::Kek(KekError::UnknownEpoch { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_privacy_officer_sees_what_is_held_and_nobody_else_does() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = named(&shelter, CANARY).await;
    let officer = running.client("privacy-officer");
    let hold = officer.post(&format!("/v1/persons/{person}/holds"), json!({"reason": "complaint"})).await.expect(201);
    let refused = officer.post(&format!("/v1/persons/{person}/erase"), json!({"ground": "request"})).await.expect(409);
    assert_eq!(refused.json()["code"], "on_hold");
    let holds = officer.all("/v1/holds").await;
    let told = |hold: &serde_json::Value| (hold["hold_id"].clone(), hold["person_id"].clone(), hold["reason"].clone());
    assert_eq!(
        holds.iter().map(told).collect::<Vec<_>>(),
        [(json!(hold.id("hold_id")), json!(person), json!("complaint"))]
    );
    assert_eq!(officer.all("/v1/retention").await, Vec::<serde_json::Value>::new(), "nothing goes within thirty days");
    for user in ["coordinator-rotterdam", "administrator", "night-shelter-rotterdam", "liaison-pl", "analyst-national"]
    {
        running.client(user).get("/v1/holds").await.expect(403);
        running.client(user).get("/v1/retention").await.expect(403);
    }
}

#[tokio::test]
async fn who_belonged_together_with_somebody_who_was_erased_is_told_of_alone() {
    let running = empty().await;
    let (shelter, coordinator) = (running.client("night-shelter-rotterdam"), running.client("coordinator-rotterdam"));
    for recorded_on in 0..2 {
        let persons = [named(&shelter, CANARY).await, named(&shelter, OTHER).await];
        let relation = json!({"with": persons[1 - recorded_on], "kind": "partner"});
        coordinator.post(&format!("/v1/persons/{}/relations", persons[recorded_on]), relation).await.expect(201);
        let path = format!("/v1/persons/{}", persons[1]);
        assert_eq!(coordinator.get(&path).await.expect(200).json()["relations"][0]["person_id"], persons[0]);
        let erase = format!("/v1/persons/{}/erase", persons[0]);
        running.client("privacy-officer").post(&erase, json!({"ground": "request"})).await.expect(201);
        let told = coordinator.get(&path).await.expect(200);
        assert!(told.json()["relations"].is_null() && !told.text.contains(&persons[0]), "{}", told.text);
        let query = "query($id: ID!) { person(id: $id) { relations { kind personId } } }";
        let told = coordinator.graphql(query, json!({"id": persons[1]})).await;
        assert!(told["data"]["person"]["relations"].is_null(), "{told}");
    }
}

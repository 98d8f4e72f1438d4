use std::sync::Arc;

use uuid::Uuid;

use super::contract::{access, person};
use super::*;

#[tokio::test]
async fn what_was_answered_is_there_after_the_file_was_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.db");
    let store = Arc::new(SqliteAccessLog::open(&path).unwrap());
    let writers = (0..50).map(|each| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.append(access("anna", &[each])).await })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap().unwrap();
    }
    drop(store);
    let again = SqliteAccessLog::open(&path).unwrap();
    assert_eq!(again.read(Of::Everybody, None, 100).await.unwrap().len(), 50);
}

/// As an older Baken laid a file out.
fn before_there_were_leaves(path: &std::path::Path, records: &[Access]) {
    let file = rusqlite::Connection::open(path).unwrap();
    file.execute_batch(
        "CREATE TABLE accesses (
             number INTEGER PRIMARY KEY, user TEXT NOT NULL, organisation TEXT NOT NULL, record BLOB NOT NULL
         ) STRICT;
         CREATE INDEX accesses_by_user ON accesses (user, number);
         CREATE INDEX accesses_by_organisation ON accesses (organisation, number);
         CREATE TABLE persons (person BLOB NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (person, number))
         STRICT, WITHOUT ROWID;
         PRAGMA application_id = 1114325347;
         PRAGMA user_version = 1;",
    )
    .unwrap();
    for (number, access) in (1..).zip(records) {
        let record = serde_json::to_vec(access).unwrap();
        let row = (number, access.user.as_str(), access.organisation.as_str(), record);
        file.execute("INSERT INTO accesses VALUES (?, ?, ?, ?)", row).unwrap();
        for shown in &access.persons {
            file.execute("INSERT INTO persons VALUES (?, ?)", (shown.person_id.0.as_bytes(), number)).unwrap();
        }
    }
    file.execute_batch("DELETE FROM accesses WHERE number < 3; DELETE FROM persons WHERE number < 3").unwrap();
}

#[tokio::test]
async fn the_records_of_an_older_file_gain_their_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.db");
    let records: Vec<_> = (1..=5).map(|person| access("anna", &[person])).collect();
    before_there_were_leaves(&path, &records);
    assert!(FileExamination::open(&path).is_err(), "it is brought up to date by the service");
    let store = SqliteAccessLog::open(&path).unwrap();
    assert_eq!(store.name().len(), 16);
    let leaves = store.leaves(0, 10).await.unwrap();
    assert_eq!(leaves.len(), 5);
    assert!(
        leaves[..2].iter().all(|leaf| leaf.body.is_empty()) && leaves[2..].iter().all(|leaf| leaf.body.len() == 32)
    );
    assert_eq!(store.read(Of::Everybody, None, 10).await.unwrap()[0].access, records[4]);
    store.append(access("bram", &[6])).await.unwrap();
    drop(store);
    let again = SqliteAccessLog::open(&path).unwrap();
    assert_eq!(again.leaves(0, 5).await.unwrap(), leaves);
    let (mut seen, now) = (Vec::new(), "2026-11-30T00:00:00Z".parse().unwrap());
    let faults = FileExamination::open(&path).unwrap().read(KeptDays::default(), now, |each| seen.push(each)).unwrap();
    assert_eq!((faults, seen.len()), (vec![], 6));
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE theirs (id INTEGER)").unwrap();
    drop(other);
    assert!(matches!(SqliteAccessLog::open(&path), Err(OpenError::NotOurs(_))));
}

#[test]
fn a_record_says_what_was_shown_and_holds_nothing_of_it() {
    let told = serde_json::to_value(access("anna", &[1])).unwrap();
    assert_eq!(
        told,
        serde_json::json!({
            "at": "2026-11-29T09:00:00Z", "request_id": Uuid::from_u128(1), "surface": "rest", "action": "read",
            "operation": "GET /v1/persons/{person_id}", "outcome": "shown", "user": "anna", "role": "process_coordinator",
            "organisation": "town-hall", "address": "192.0.2.1",
            "persons": [{"person_id": person(1), "relation": "region", "categories": ["identity", "notes"]}],
        })
    );
}

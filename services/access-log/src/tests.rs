use std::sync::Arc;

use care_path::PersonId;
use care_path::codes::Role;
use care_path::ids::CorrelationId;
use care_path::policy::{Categories, Category, Relation};
use care_path::sight::Disclosed;
use uuid::Uuid;

use super::*;

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn access(user: &str, persons: &[u128]) -> Access {
    let disclosed = |number: &u128| Disclosed {
        person_id: person(*number),
        relation: Relation::Region,
        break_glass_id: None,
        categories: Categories::from_iter([Category::Identity, Category::Notes]),
    };
    Access {
        at: "2026-11-29T09:00:00Z".parse().unwrap(),
        asks: Asks {
            request_id: CorrelationId(Uuid::from_u128(1)),
            surface: Surface::Rest,
            action: Action::Read,
            operation: "GET /v1/persons/{person_id}".to_owned(),
            address: Some([192, 0, 2, 1].into()),
        },
        outcome: Outcome::Shown,
        user: user.parse().unwrap(),
        role: Role::ProcessCoordinator,
        organisation: "town-hall".parse().unwrap(),
        persons: persons.iter().map(disclosed).collect(),
    }
}

fn stores() -> Vec<(Box<dyn AccessLog>, Option<tempfile::TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteAccessLog::open(&folder.path().join("access.db")).unwrap();
    vec![(Box::new(MemoryAccessLog::default()), None), (Box::new(file), Some(folder))]
}

#[tokio::test]
async fn what_was_appended_is_found_by_person_user_and_organisation_newest_first() {
    for (store, _folder) in stores() {
        for (user, persons) in [("anna", vec![1]), ("bram", vec![1, 2]), ("anna", vec![])] {
            store.append(access(user, &persons)).await.unwrap();
        }
        let found = async |of| {
            let found = store.read(of, None, 10).await.unwrap();
            found.iter().map(|each| each.number).collect::<Vec<_>>()
        };
        assert_eq!(found(Of::Everybody).await, [3, 2, 1]);
        assert_eq!(found(Of::Persons(vec![person(1)])).await, [2, 1]);
        assert_eq!(found(Of::Persons(vec![person(1), person(2)])).await, [2, 1], "each once");
        assert_eq!(found(Of::Persons(vec![person(3)])).await, [0_u64; 0]);
        assert_eq!(found(Of::User("anna".parse().unwrap())).await, [3, 1]);
        assert_eq!(found(Of::Organisation("town-hall".parse().unwrap())).await, [3, 2, 1]);
        assert_eq!(found(Of::Organisation("elsewhere".parse().unwrap())).await, [0_u64; 0]);
        let page = store.read(Of::Everybody, Some(3), 1).await.unwrap();
        assert_eq!(page, [Numbered { number: 2, access: access("bram", &[1, 2]) }]);
    }
}

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

#[tokio::test]
async fn the_oldest_are_removed_and_numbers_are_never_given_twice() {
    for (store, _folder) in stores() {
        for person in 1..=5 {
            store.append(access("anna", &[person])).await.unwrap();
        }
        let numbers = |found: Vec<Numbered>| found.iter().map(|each| each.number).collect::<Vec<_>>();
        assert_eq!(numbers(store.oldest(1, 2).await.unwrap()), [2, 3]);
        assert_eq!(store.forget(3).await.unwrap(), 3);
        assert_eq!(store.forget(3).await.unwrap(), 0);
        assert_eq!(numbers(store.oldest(0, 10).await.unwrap()), [4, 5]);
        assert_eq!(numbers(store.read(Of::Persons(vec![person(2)]), None, 10).await.unwrap()), [0_u64; 0]);
        assert_eq!(store.forget(5).await.unwrap(), 1, "the last stays");
        store.append(access("anna", &[6])).await.unwrap();
        assert_eq!(numbers(store.oldest(0, 10).await.unwrap()), [5, 6]);
    }
}

#[tokio::test]
async fn a_record_that_is_removed_leaves_its_leaf() {
    for (store, _folder) in stores() {
        for person in 1..=5 {
            store.append(access("anna", &[person])).await.unwrap();
        }
        let before = store.leaves(0, 10).await.unwrap();
        assert_eq!(before.iter().map(|leaf| leaf.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        let stored = store.stored(Of::Everybody, None, 10).await.unwrap();
        for record in &stored {
            assert_eq!(record.leaf().as_ref(), before.iter().find(|leaf| leaf.number == record.number));
        }
        store.forget(3).await.unwrap();
        assert_eq!(store.leaves(0, 10).await.unwrap(), before);
        assert_eq!(store.leaves(3, 1).await.unwrap(), before[3..4]);
        assert_eq!(store.stored(Of::Persons(vec![person(5)]), None, 10).await.unwrap(), stored[..1]);
        assert_eq!(store.stored(Of::Everybody, Some(5), 10).await.unwrap(), stored[1..2]);
    }
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
    assert!(Examination::open(&path).is_err(), "it is brought up to date by the service");
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
    let faults = Examination::open(&path).unwrap().read(KeptDays::default(), now, |each| seen.push(each)).unwrap();
    assert_eq!((faults, seen.len()), (vec![], 6));
}

#[tokio::test]
async fn a_person_takes_away_what_they_may_know_and_nothing_else_and_it_is_proved() {
    for (store, _folder) in stores() {
        for (user, persons) in [("anna", vec![1]), ("bram", vec![1, 2, 3]), ("anna", vec![2]), ("carla", vec![1])] {
            store.append(access(user, &persons)).await.unwrap();
        }
        let mut hidden = access("anna", &[1]);
        hidden.outcome = Outcome::Hidden;
        store.append(hidden).await.unwrap();
        let hashes: Vec<_> = store.leaves(0, 10).await.unwrap().iter().map(RecordLeaf::hash).collect();
        let root = transparency::Leaves(&hashes).root();
        let checkpoint = transparency::Checkpoint { origin: "example.org".to_owned(), size: 5, root };
        let theirs = std::collections::BTreeSet::from([person(1)]);
        let stored = store.stored(Of::Persons(vec![person(1)]), None, 10).await.unwrap();
        let proof = AccessProof::of(theirs, stored, transparency::Leaves(&hashes), checkpoint.to_string()).unwrap();
        assert_eq!(proof.records.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(proof.verify(&checkpoint), Ok(()));

        let text = serde_json::to_string(&proof).unwrap();
        for withheld in ["anna", "bram", "192.0.2.1", "/v1/persons", "region"] {
            assert!(!text.contains(withheld), "{withheld}: {text}");
        }
        for other in [2, 3] {
            assert!(!text.contains(&person(other).to_string()), "{text}");
        }
        let read: AccessProof = serde_json::from_str(&text).unwrap();
        assert_eq!(read.verify(&checkpoint), Ok(()));

        let refused = |change: fn(&mut AccessProof)| {
            let mut other = proof.clone();
            change(&mut other);
            other.verify(&checkpoint).unwrap_err()
        };
        let not_in_tree = |error: AccessProofError| matches!(error, AccessProofError::NotInTree { number: 2, .. });
        assert!(not_in_tree(refused(|proof| proof.records[1].reader.organisation = "elsewhere".to_owned())));
        assert!(not_in_tree(refused(|proof| proof.records[1].at = "2026-11-29T09:00:01Z".to_owned())));
        assert!(not_in_tree(refused(|proof| proof.records[1]
            .persons
            .retain(|person| matches!(person, ToldPerson::Told { .. })))));
        assert!(not_in_tree(refused(|proof| proof.records[1].path.truncate(1))));
        assert!(not_in_tree(refused(|proof| proof.records[1].record = HashText(transparency::Hash::of_nothing()))));
        assert_eq!(refused(|proof| proof.records.swap(0, 1)), AccessProofError::Order(1));
        assert_eq!(
            refused(|proof| proof.persons = std::iter::once(person(9)).collect()),
            AccessProofError::OfNobody(1)
        );
        assert_eq!(refused(|proof| proof.format.push('0')), AccessProofError::Format);
        assert_eq!(
            refused(|proof| proof.records[0].reader.outcome = "hidden".to_owned()),
            AccessProofError::OfNobody(1)
        );
    }
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

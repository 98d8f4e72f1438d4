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

//! What every store has to do, run against each.

use std::collections::BTreeSet;
use std::sync::Arc;

use care_path::PersonId;
use care_path::codes::Role;
use care_path::ids::CorrelationId;
use care_path::policy::{Categories, Category, Relation};
use care_path::sight::Disclosed;
use uuid::Uuid;

use super::*;

pub(crate) fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

pub(crate) fn access(user: &str, persons: &[u128]) -> Access {
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

/// All leaves, read page by page.
pub(crate) async fn all_leaves(store: &dyn AccessLog) -> Vec<RecordLeaf> {
    let mut leaves = Vec::new();
    loop {
        let page = store.leaves(leaves.len() as u64, 300).await.unwrap();
        if page.is_empty() {
            return leaves;
        }
        leaves.extend(page);
    }
}

/// All records that were not removed, read page by page, oldest first.
pub(crate) async fn all_records(store: &dyn AccessLog) -> Vec<Numbered> {
    let (mut records, mut after) = (Vec::new(), 0);
    loop {
        let page = store.oldest(after, 300).await.unwrap();
        let Some(last) = page.last() else { return records };
        after = last.number;
        records.extend(page);
    }
}

/// Numbers from 1 without gaps, a leaf for each, and each leaf that of its record.
pub(crate) async fn is_consistent(store: &dyn AccessLog) {
    let (records, leaves) = (all_records(store).await, all_leaves(store).await);
    assert!(leaves.iter().map(|leaf| leaf.number).eq(1..=leaves.len() as u64), "numbers have no gaps");
    assert!(records.iter().map(|record| record.number).eq(1..=records.len() as u64));
    let stored = store.stored(Of::Everybody, None, usize::MAX).await.unwrap();
    let of_records = stored.iter().rev().map(|record| record.leaf().unwrap());
    assert!(of_records.eq(leaves), "each leaf is that of its record");
}

async fn it_has_a_name_that_no_other_store_has(store: Arc<dyn AccessLog>) {
    assert_eq!(store.name().len(), 16);
    assert!(store.name().bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()));
    assert_ne!(store.name(), MemoryAccessLog::default().name());
}

async fn nothing_is_told_of_an_empty_store(store: Arc<dyn AccessLog>) {
    assert_eq!(store.read(Of::Everybody, None, 10).await.unwrap(), []);
    assert_eq!(store.oldest(0, 10).await.unwrap(), []);
    assert_eq!(store.leaves(0, 10).await.unwrap(), []);
    assert_eq!(store.forget(u64::MAX).await.unwrap(), 0);
}

async fn many_who_append_at_once_get_numbers_without_gaps_and_a_tree_that_only_grows(store: Arc<dyn AccessLog>) {
    let append = |from: u128| {
        let writers = (from..from + 400).map(|each| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.append(access("anna", &[each, each, each + 1])).await.unwrap() })
        });
        writers.collect::<Vec<_>>()
    };
    for writer in append(0) {
        writer.await.unwrap();
    }
    let before = all_leaves(&*store).await;
    for writer in append(1_000) {
        writer.await.unwrap();
    }
    is_consistent(&*store).await;
    assert_eq!(all_leaves(&*store).await[..400], before);
    let persons: BTreeSet<_> =
        all_records(&*store).await.iter().map(|record| record.access.persons[0].person_id).collect();
    assert_eq!(persons.len(), 800, "each is there");
    for each in [0, 399, 1_000, 1_399] {
        let found = store.read(Of::Persons(vec![person(each), person(each + 1)]), None, 10).await.unwrap();
        assert!(found.iter().any(|record| record.access.persons[0].person_id == person(each)));
    }
}

async fn what_was_appended_is_found_by_person_user_and_organisation_newest_first(store: Arc<dyn AccessLog>) {
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

async fn the_oldest_are_removed_and_numbers_are_never_given_twice(store: Arc<dyn AccessLog>) {
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

async fn a_record_that_is_removed_leaves_its_leaf(store: Arc<dyn AccessLog>) {
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

async fn a_person_takes_away_what_they_may_know_and_nothing_else_and_it_is_proved(store: Arc<dyn AccessLog>) {
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
    assert_eq!(refused(|proof| proof.persons = std::iter::once(person(9)).collect()), AccessProofError::OfNobody(1));
    assert_eq!(refused(|proof| proof.format.push('0')), AccessProofError::Format);
    assert_eq!(refused(|proof| proof.records[0].reader.outcome = "hidden".to_owned()), AccessProofError::OfNobody(1));
}

macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                super::$name(Arc::new(MemoryAccessLog::default())).await;
            })+
        }

        mod sqlite {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                let store = SqliteAccessLog::open(&folder.path().join("access.db")).unwrap();
                super::$name(Arc::new(store)).await;
            })+
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            use storage::postgres::testing::Server;

            use super::*;

            /// One server for them all, a database for each.
            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
            async fn a_real_server_keeps_the_whole_contract() {
                let server = Server::start();
                $({
                    let database = server.new_database(stringify!($name)).await;
                    super::$name(Arc::new(PostgresAccessLog::open(&database).await.unwrap())).await;
                })+
            }
        }
    };
}
contract!(
    it_has_a_name_that_no_other_store_has,
    nothing_is_told_of_an_empty_store,
    many_who_append_at_once_get_numbers_without_gaps_and_a_tree_that_only_grows,
    what_was_appended_is_found_by_person_user_and_organisation_newest_first,
    the_oldest_are_removed_and_numbers_are_never_given_twice,
    a_record_that_is_removed_leaves_its_leaf,
    a_person_takes_away_what_they_may_know_and_nothing_else_and_it_is_proved,
);

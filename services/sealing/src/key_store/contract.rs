//! What every key store has to do, run against each adapter.

use std::sync::Arc;

use care_path::codes::DataClass;
use care_path::ids::PersonId;
use uuid::Uuid;

use super::{
    Doomed, KeyPurpose, KeyStore, KeyStoreError, MemoryKeyStore, PostgresKeyStore, Slot, SqliteKeyStore, Stored,
    WrappedKey,
};
use crate::kek::Epoch;
use crate::secret::KeyId;
use storage::postgres::testing::Server;

const ONE: Epoch = Epoch(1);
const TWO: Epoch = Epoch(2);

pub(super) fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

pub(super) fn medical(number: u128) -> Slot {
    Slot::Person(person(number), DataClass::Medical)
}

pub(super) fn key(slot: Slot, id: u128, epoch: Epoch) -> WrappedKey {
    let wrapped = format!("wrapped {id} by {epoch}").into_bytes();
    WrappedKey { slot, id: KeyId(Uuid::from_u128(id)), epoch, wrapped }
}

async fn at_epoch_one(store: &dyn KeyStore) {
    store.advance(ONE, b"check".to_vec()).await.unwrap();
}

async fn the_first_key_of_a_slot_stays_and_a_later_one_is_answered_with_it(store: Arc<dyn KeyStore>) {
    at_epoch_one(&*store).await;
    let (first, second) = (key(medical(1), 1, ONE), key(medical(1), 2, ONE));
    assert_eq!(store.load(&[medical(1)]).await.unwrap(), [Stored::Absent]);
    assert_eq!(store.add(vec![first.clone()]).await.unwrap(), [Stored::Key(first.clone())]);
    let other = key(medical(2), 3, ONE);
    let added = store.add(vec![second, other.clone()]).await.unwrap();
    assert_eq!(added, [Stored::Key(first.clone()), Stored::Key(other.clone())]);
    let loaded = store.load(&[medical(2), medical(3), medical(1)]).await.unwrap();
    assert_eq!(loaded, [Stored::Key(other), Stored::Absent, Stored::Key(first)]);
}

async fn of_many_who_make_the_same_key_at_once_one_is_first(store: Arc<dyn KeyStore>) {
    at_epoch_one(&*store).await;
    let tasks: Vec<_> = (0..32)
        .map(|id| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.add(vec![key(medical(1), id, ONE)]).await.unwrap().remove(0) })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    assert!(matches!(answers[0], Stored::Key(_)));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

async fn an_erased_person_has_no_key_and_never_gets_one(store: Arc<dyn KeyStore>) {
    at_epoch_one(&*store).await;
    let social = Slot::Person(person(1), DataClass::Social);
    let other = key(medical(2), 3, ONE);
    store.add(vec![key(medical(1), 1, ONE), key(social, 2, ONE), other.clone()]).await.unwrap();
    store.destroy(Doomed::Person(person(1))).await.unwrap();
    store.destroy(Doomed::Person(person(1))).await.unwrap();
    assert_eq!(store.load(&[medical(1), social]).await.unwrap(), [Stored::Erased, Stored::Erased]);
    assert_eq!(store.add(vec![key(medical(1), 4, ONE)]).await.unwrap(), [Stored::Erased]);
    assert_eq!(store.rewrap(vec![key(medical(1), 1, ONE)]).await.unwrap(), 0);
    assert_eq!(store.page(None, None, 9).await.unwrap(), [other]);
    assert_eq!(store.tombstones().await.unwrap(), [person(1)]);
}

async fn a_person_can_be_erased_before_there_was_any_key(store: Arc<dyn KeyStore>) {
    at_epoch_one(&*store).await;
    store.destroy(Doomed::Person(person(1))).await.unwrap();
    assert_eq!(store.add(vec![key(medical(1), 1, ONE)]).await.unwrap(), [Stored::Erased]);
}

async fn a_destroyed_key_of_a_purpose_makes_room_for_a_new_one(store: Arc<dyn KeyStore>) {
    at_epoch_one(&*store).await;
    let (snapshot, answer) = (Slot::Service(KeyPurpose::Snapshot), Slot::Service(KeyPurpose::Answer));
    let kept = key(answer, 2, ONE);
    store.add(vec![key(snapshot, 1, ONE), kept.clone()]).await.unwrap();
    store.destroy(Doomed::KeyPurpose(KeyPurpose::Snapshot)).await.unwrap();
    assert_eq!(store.load(&[snapshot, answer]).await.unwrap(), [Stored::Absent, Stored::Key(kept)]);
    let anew = key(snapshot, 3, ONE);
    assert_eq!(store.add(vec![anew.clone()]).await.unwrap(), [Stored::Key(anew)]);
}

async fn with_any_person_the_key_of_snapshots_is_destroyed_and_no_other(store: Arc<dyn KeyStore>) {
    at_epoch_one(&*store).await;
    let (snapshot, webhook) = (Slot::Service(KeyPurpose::Snapshot), Slot::Service(KeyPurpose::Webhook));
    let kept = [key(webhook, 2, ONE), key(medical(2), 3, ONE)];
    store.add(vec![key(snapshot, 1, ONE), kept[0].clone(), kept[1].clone()]).await.unwrap();
    store.destroy(Doomed::Person(person(1))).await.unwrap();
    let loaded = store.load(&[snapshot, webhook, medical(2)]).await.unwrap();
    assert_eq!(loaded, [Stored::Absent, Stored::Key(kept[0].clone()), Stored::Key(kept[1].clone())]);
}

async fn pages_meet_every_key_once(store: Arc<dyn KeyStore>) {
    at_epoch_one(&*store).await;
    let mut keys: Vec<_> = (1..=10).map(|id| key(medical(id), id, ONE)).collect();
    keys.push(key(Slot::Service(KeyPurpose::Outbox), 11, ONE));
    keys.push(key(Slot::Person(person(3), DataClass::Identity), 12, ONE));
    store.add(keys.clone()).await.unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store.page(after, None, 5).await.unwrap();
        assert!(page.len() <= 5);
        let Some(last) = page.last() else { break };
        after = Some(last.slot);
        seen.extend(page);
    }
    let by_id = |key: &WrappedKey| key.id;
    seen.sort_by_key(by_id);
    keys.sort_by_key(by_id);
    assert_eq!(seen, keys);
}

async fn nothing_comes_in_under_an_epoch_that_was_left(store: Arc<dyn KeyStore>) {
    assert!(store.add(vec![key(medical(1), 1, ONE)]).await.is_err());
    at_epoch_one(&*store).await;
    store.add(vec![key(medical(1), 1, ONE)]).await.unwrap();
    store.advance(TWO, b"second check".to_vec()).await.unwrap();
    let stale = KeyStoreError::StaleEpoch { current: TWO };
    assert_eq!(store.add(vec![key(medical(2), 2, TWO), key(medical(3), 3, ONE)]).await, Err(stale.clone()));
    assert_eq!(store.load(&[medical(2)]).await.unwrap(), [Stored::Absent]);
    assert_eq!(store.rewrap(vec![key(medical(1), 1, ONE)]).await, Err(stale));
}

async fn an_epoch_is_retired_only_once_no_key_needs_it(store: Arc<dyn KeyStore>) {
    at_epoch_one(&*store).await;
    store.add(vec![key(medical(1), 1, ONE), key(medical(2), 2, ONE)]).await.unwrap();
    store.advance(TWO, b"second check".to_vec()).await.unwrap();
    store.advance(ONE, b"not taken".to_vec()).await.unwrap();
    let epochs = store.epochs().await.unwrap();
    assert_eq!(epochs.current, Some(TWO));
    assert_eq!(epochs.checks, [(ONE, b"check".to_vec()), (TWO, b"second check".to_vec())]);
    assert_eq!(store.rewrap(vec![key(medical(1), 1, TWO)]).await.unwrap(), 1);
    assert_eq!(store.rewrap(vec![key(medical(2), 99, TWO)]).await.unwrap(), 0);
    assert_eq!(store.page(None, Some(TWO), 9).await.unwrap(), [key(medical(2), 2, ONE)]);
    assert_eq!(store.retire(TWO).await, Err(KeyStoreError::EpochInUse { keys: 1 }));
    assert_eq!(store.rewrap(vec![key(medical(2), 2, TWO)]).await.unwrap(), 1);
    store.retire(TWO).await.unwrap();
    assert_eq!(store.epochs().await.unwrap().checks, [(TWO, b"second check".to_vec())]);
    assert_eq!(store.load(&[medical(1)]).await.unwrap(), [Stored::Key(key(medical(1), 1, TWO))]);
}

async fn a_key_is_found_by_its_name_whoever_has_it(store: Arc<dyn KeyStore>) {
    at_epoch_one(&*store).await;
    store.add(vec![key(medical(1), 1, ONE)]).await.unwrap();
    assert_eq!(store.slot_of(KeyId(Uuid::from_u128(1))).await.unwrap(), Some(medical(1)));
    assert_eq!(store.slot_of(KeyId(Uuid::from_u128(2))).await.unwrap(), None);
}

#[test]
fn debug_output_of_a_stored_key_holds_nothing_of_its_wrap() {
    let shown = format!("{:?}", key(medical(1), 1, ONE));
    assert!(shown.contains("epoch: Epoch(1)"));
    assert!(!shown.contains("wrapped") && !shown.contains("119, 114"), "{shown}");
}

macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                super::$name(Arc::new(MemoryKeyStore::default())).await;
            })+
        }

        mod sqlite {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                super::$name(Arc::new(SqliteKeyStore::open(folder.path().join("keys.db")).unwrap())).await;
            })+
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            use super::*;

            #[tokio::test]
            #[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
            async fn a_key_store_that_must_be_there_is_not_made() {
                let server = Server::start();
                assert!(PostgresKeyStore::open_existing(&server.url()).await.is_err());
                // There is no schema of that name yet.
                server.execute("CREATE SCHEMA baken_keys").await;
                drop(PostgresKeyStore::open(&server.url()).await.unwrap());
                assert!(PostgresKeyStore::open_existing(&server.url()).await.is_ok());
            }

            /// One server for them all, a database for each.
            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
            async fn a_real_server_keeps_the_whole_contract() {
                let server = Server::start();
                $({
                    let database = server.new_database(stringify!($name)).await;
                    super::$name(Arc::new(PostgresKeyStore::open(&database).await.unwrap())).await;
                })+
            }
        }
    };
}
contract!(
    the_first_key_of_a_slot_stays_and_a_later_one_is_answered_with_it,
    of_many_who_make_the_same_key_at_once_one_is_first,
    an_erased_person_has_no_key_and_never_gets_one,
    a_person_can_be_erased_before_there_was_any_key,
    a_destroyed_key_of_a_purpose_makes_room_for_a_new_one,
    with_any_person_the_key_of_snapshots_is_destroyed_and_no_other,
    pages_meet_every_key_once,
    nothing_comes_in_under_an_epoch_that_was_left,
    an_epoch_is_retired_only_once_no_key_needs_it,
    a_key_is_found_by_its_name_whoever_has_it,
);

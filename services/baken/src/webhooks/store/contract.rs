//! What every webhook store has to do, run against each adapter.

use std::sync::Arc;

use care_path::PersonId;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    DeadLetter, DeliveryOutcomes, MemoryWebhookStore, Pending, SqliteWebhookStore, StoredWebhook, WebhookStore,
    WebhookStoreError,
};
use crate::webhooks::sender::Failure;
use crate::webhooks::subscription::WebhookId;

fn webhook(number: u128) -> WebhookId {
    WebhookId(Uuid::from_u128(number))
}

fn now() -> DateTime<Utc> {
    "2026-03-29T01:30:00Z".parse().unwrap()
}

fn pending(position: u64, attempts: u32) -> Pending {
    let due = now() + TimeDelta::seconds(i64::from(attempts));
    Pending { position, person: PersonId(Uuid::from_u128(u128::from(position))), attempts, due }
}

fn dead(position: u64, failure: Failure) -> DeadLetter {
    DeadLetter { position, person: PersonId(Uuid::from_u128(u128::from(position))), attempts: 10, failure, at: now() }
}

async fn a_webhook_is_kept_as_it_was_set_up_until_it_is_removed(store: Arc<dyn WebhookStore>) {
    store.add(webhook(1), b"one".to_vec(), 7).await.unwrap();
    store.add(webhook(2), b"two".to_vec(), 9).await.unwrap();
    store.add(webhook(1), b"again".to_vec(), 99).await.unwrap();
    store.change(webhook(2), b"two, changed".to_vec()).await.unwrap();
    let stored = |id, sealed: &[u8], reached| StoredWebhook {
        id,
        sealed: sealed.to_vec(),
        reached,
        last_success: None,
        pending: 0,
        dead_letters: 0,
    };
    let one = stored(webhook(1), b"one", 7);
    assert_eq!(store.all().await.unwrap(), [one.clone(), stored(webhook(2), b"two, changed", 9)]);
    store.remove(webhook(2)).await.unwrap();
    assert_eq!(store.all().await.unwrap(), [one]);
}

async fn progress_is_taken_in_as_one(store: Arc<dyn WebhookStore>) {
    store.add(webhook(1), Vec::new(), 0).await.unwrap();
    let deferred = vec![pending(3, 1), pending(5, 0), pending(4, 2)];
    let first = DeliveryOutcomes { reached: 6, last_success: Some(now()), deferred, ..DeliveryOutcomes::default() };
    store.progress(webhook(1), first).await.unwrap();
    let waits = vec![pending(3, 1), pending(4, 2), pending(5, 0)];
    assert_eq!(store.waiting(webhook(1)).await.unwrap(), (6, waits));

    let letters = vec![dead(4, Failure::Status(503))];
    let second = DeliveryOutcomes {
        reached: 8,
        deferred: vec![pending(3, 2)],
        dead: letters,
        settled: vec![4, 5],
        last_success: None,
    };
    store.progress(webhook(1), second).await.unwrap();
    assert_eq!(store.waiting(webhook(1)).await.unwrap(), (8, vec![pending(3, 2)]));
    assert_eq!(store.dead_letters(webhook(1), 0, 9).await.unwrap(), [dead(4, Failure::Status(503))]);
    let all = store.all().await.unwrap();
    assert_eq!((all[0].last_success, all[0].pending, all[0].dead_letters), (Some(now()), 1, 1));
}

async fn of_a_webhook_that_was_removed_nothing_is_left_and_nothing_comes_back(store: Arc<dyn WebhookStore>) {
    store.add(webhook(1), Vec::new(), 0).await.unwrap();
    let progress = DeliveryOutcomes {
        reached: 6,
        deferred: vec![pending(3, 1)],
        dead: vec![dead(2, Failure::TimedOut)],
        ..DeliveryOutcomes::default()
    };
    store.progress(webhook(1), progress.clone()).await.unwrap();
    store.remove(webhook(1)).await.unwrap();
    store.progress(webhook(1), progress).await.unwrap();
    assert_eq!(store.all().await.unwrap(), []);
    store.add(webhook(1), Vec::new(), 8).await.unwrap();
    assert_eq!(store.waiting(webhook(1)).await.unwrap(), (8, Vec::new()));
    assert_eq!(store.dead_letters(webhook(1), 0, 9).await.unwrap(), []);
}

async fn dead_letters_are_listed_page_by_page_and_replayed_one_by_one_or_together(store: Arc<dyn WebhookStore>) {
    store.add(webhook(1), Vec::new(), 0).await.unwrap();
    let failures = [Failure::Status(500), Failure::TimedOut, Failure::Unreachable, Failure::NotAllowed];
    let letters: Vec<_> = (1..).zip(failures).map(|(position, failure)| dead(position, failure)).collect();
    store
        .progress(webhook(1), DeliveryOutcomes { reached: 9, dead: letters.clone(), ..DeliveryOutcomes::default() })
        .await
        .unwrap();
    assert_eq!(store.dead_letters(webhook(1), 0, 3).await.unwrap(), letters[..3]);
    assert_eq!(store.dead_letters(webhook(1), 3, 3).await.unwrap(), letters[3..]);

    assert_eq!(store.replay(webhook(1), Some(3), 9, now()).await.unwrap(), 1);
    assert_eq!(store.replay(webhook(1), Some(3), 9, now()).await.unwrap(), 0);
    assert_eq!(store.replay(webhook(1), None, 2, now()).await.unwrap(), 2);
    assert_eq!(store.dead_letters(webhook(1), 0, 9).await.unwrap(), letters[3..]);
    let again = [1, 2, 3].map(|position| pending(position, 0)).to_vec();
    assert_eq!(store.waiting(webhook(1)).await.unwrap(), (9, again));
    assert_eq!(store.replay(webhook(2), None, 9, now()).await.unwrap(), 0);
}

macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                super::$name(Arc::new(MemoryWebhookStore::default())).await;
            })+
        }

        mod sqlite {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                super::$name(Arc::new(SqliteWebhookStore::open(&folder.path().join("webhooks.db")).unwrap())).await;
            })+
        }
    };
}
contract!(
    a_webhook_is_kept_as_it_was_set_up_until_it_is_removed,
    progress_is_taken_in_as_one,
    of_a_webhook_that_was_removed_nothing_is_left_and_nothing_comes_back,
    dead_letters_are_listed_page_by_page_and_replayed_one_by_one_or_together,
);

#[tokio::test]
async fn a_file_is_opened_by_one_at_a_time_and_found_again_as_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("webhooks.db");
    let store = SqliteWebhookStore::open(&file).unwrap();
    store.add(webhook(1), b"one".to_vec(), 7).await.unwrap();
    let progress = DeliveryOutcomes { reached: 8, deferred: vec![pending(8, 3)], ..DeliveryOutcomes::default() };
    store.progress(webhook(1), progress).await.unwrap();
    assert_eq!(SqliteWebhookStore::open(&file).err(), Some(WebhookStoreError::InUse));
    drop(store);
    let store = SqliteWebhookStore::open(&file).unwrap();
    assert_eq!(store.all().await.unwrap().len(), 1);
    assert_eq!(store.waiting(webhook(1)).await.unwrap(), (8, vec![pending(8, 3)]));
}

#[test]
fn another_file_is_not_taken_for_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("webhooks.db");
    std::fs::write(&file, "nothing that SQLite knows, and long enough to be looked at as a header of a file".repeat(9))
        .unwrap();
    assert!(matches!(SqliteWebhookStore::open(&file), Err(WebhookStoreError::Damaged(_))));
    std::fs::remove_file(&file).unwrap();
    rusqlite::Connection::open(&file).unwrap().execute_batch("CREATE TABLE persons (name TEXT)").unwrap();
    assert!(matches!(SqliteWebhookStore::open(&file), Err(WebhookStoreError::Damaged(_))));
}

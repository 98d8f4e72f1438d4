//! A store that is gone with the process: for tests, and the yardstick of the durable one.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use super::{DeadLetter, DeliveryOutcomes, Pending, StoredWebhook, WebhookStore, WebhookStoreError};
use crate::webhooks::subscription::WebhookId;

#[derive(Default)]
struct Kept {
    sealed: Vec<u8>,
    reached: u64,
    last_success: Option<DateTime<Utc>>,
    pending: BTreeMap<u64, Pending>,
    dead: BTreeMap<u64, DeadLetter>,
}

/// A webhook store in memory.
#[derive(Default)]
pub struct MemoryWebhookStore(Mutex<BTreeMap<WebhookId, Kept>>);

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[async_trait]
impl WebhookStore for MemoryWebhookStore {
    async fn all(&self) -> Result<Vec<StoredWebhook>, WebhookStoreError> {
        let stored = |(id, kept): (&WebhookId, &Kept)| StoredWebhook {
            id: *id,
            sealed: kept.sealed.clone(),
            reached: kept.reached,
            last_success: kept.last_success,
            pending: count(kept.pending.len()),
            dead_letters: count(kept.dead.len()),
        };
        Ok(self.0.lock().iter().map(stored).collect())
    }

    async fn add(&self, id: WebhookId, sealed: Vec<u8>, after: u64) -> Result<(), WebhookStoreError> {
        self.0.lock().entry(id).or_insert_with(|| Kept { sealed, reached: after, ..Kept::default() });
        Ok(())
    }

    async fn change(&self, id: WebhookId, sealed: Vec<u8>) -> Result<(), WebhookStoreError> {
        if let Some(kept) = self.0.lock().get_mut(&id) {
            kept.sealed = sealed;
        }
        Ok(())
    }

    async fn remove(&self, id: WebhookId) -> Result<(), WebhookStoreError> {
        self.0.lock().remove(&id);
        Ok(())
    }

    async fn waiting(&self, id: WebhookId) -> Result<(u64, Vec<Pending>), WebhookStoreError> {
        let kept = self.0.lock();
        Ok(kept.get(&id).map(|kept| (kept.reached, kept.pending.values().copied().collect())).unwrap_or_default())
    }

    async fn progress(&self, id: WebhookId, progress: DeliveryOutcomes) -> Result<(), WebhookStoreError> {
        if let Some(kept) = self.0.lock().get_mut(&id) {
            kept.reached = progress.reached;
            kept.last_success = progress.last_success.or(kept.last_success);
            kept.pending.extend(progress.deferred.into_iter().map(|each| (each.position, each)));
            kept.pending.retain(|position, _| !progress.settled.contains(position));
            kept.dead.extend(progress.dead.into_iter().map(|each| (each.position, each)));
        }
        Ok(())
    }

    async fn dead_letters(
        &self,
        id: WebhookId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, WebhookStoreError> {
        let kept = self.0.lock();
        let dead = kept.get(&id).into_iter().flat_map(|kept| kept.dead.values());
        Ok(dead.filter(|each| each.position > after).take(limit).copied().collect())
    }

    async fn replay(
        &self,
        id: WebhookId,
        which: Option<u64>,
        limit: usize,
        due: DateTime<Utc>,
    ) -> Result<u64, WebhookStoreError> {
        let mut all = self.0.lock();
        let Some(kept) = all.get_mut(&id) else { return Ok(0) };
        let wanted = kept.dead.keys().copied().filter(|position| which.is_none_or(|which| which == *position));
        let chosen: Vec<_> = wanted.take(limit).collect();
        for position in &chosen {
            if let Some(DeadLetter { person, .. }) = kept.dead.remove(position) {
                kept.pending.insert(*position, Pending { position: *position, person, attempts: 0, due });
            }
        }
        Ok(count(chosen.len()))
    }
}

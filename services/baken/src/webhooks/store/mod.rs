//! The port to the webhooks' own store: what was set up, how far each has come, and what waits to be tried again.
//!
//! It holds no event and no payload. How far a webhook has come is a position of the log; what waits, and what was given
//! up, are positions and opaque ids, and what is told of them is asked of the read models when they are told.

#[cfg(test)]
mod contract;
mod memory;
mod sqlite;

use async_trait::async_trait;
use care_path::PersonId;
use chrono::{DateTime, Utc};

use super::sender::Failure;
use super::subscription::WebhookId;

pub use memory::MemoryWebhookStore;
pub use sqlite::SqliteWebhookStore;

/// A webhook as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWebhook {
    pub id: WebhookId,
    /// What was set up, sealed.
    pub sealed: Vec<u8>,
    /// Everything up to here was delivered, or is pending, or is a dead letter.
    pub reached: u64,
    pub last_success: Option<DateTime<Utc>>,
    pub pending: u64,
    pub dead_letters: u64,
}

/// An event that waits to be tried, again or behind one of the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    pub position: u64,
    pub person: PersonId,
    /// Attempts that failed.
    pub attempts: u32,
    pub due: DateTime<Utc>,
}

/// An event that was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadLetter {
    pub position: u64,
    pub person: PersonId,
    pub attempts: u32,
    /// Why the last attempt failed.
    pub failure: Failure,
    pub at: DateTime<Utc>,
}

/// What became of deliveries, to be stored as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryOutcomes {
    pub reached: u64,
    pub last_success: Option<DateTime<Utc>>,
    /// Now pending, or tried once more.
    pub deferred: Vec<Pending>,
    /// Given up.
    pub dead: Vec<DeadLetter>,
    /// Pending no longer.
    pub settled: Vec<u64>,
}

/// Why the store does not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookStoreError {
    /// Another process has it open. Only one may send from it.
    #[error("the webhook store is in use by another process")]
    InUse,
    /// Not done, or not known to be done; the same may be tried again.
    #[error("the webhook store is not available: {0}")]
    Unavailable(String),
    /// What is stored cannot be read as the store's own format.
    #[error("the webhook store is damaged: {0}")]
    Damaged(String),
}

/// A durable store. What it has answered is on disk.
#[async_trait]
pub trait WebhookStore: Send + Sync + 'static {
    /// All webhooks.
    async fn all(&self) -> Result<Vec<StoredWebhook>, WebhookStoreError>;

    /// Adds a webhook that begins after a position.
    async fn add(&self, id: WebhookId, sealed: Vec<u8>, after: u64) -> Result<(), WebhookStoreError>;

    /// Replaces what was set up.
    async fn change(&self, id: WebhookId, sealed: Vec<u8>) -> Result<(), WebhookStoreError>;

    /// Removes a webhook and all that waits for it.
    async fn remove(&self, id: WebhookId) -> Result<(), WebhookStoreError>;

    /// How far a webhook has come, and what is pending, by position; nothing where there is no such webhook.
    async fn waiting(&self, id: WebhookId) -> Result<(u64, Vec<Pending>), WebhookStoreError>;

    /// Takes progress in. Of a webhook that was removed nothing is taken in.
    async fn progress(&self, id: WebhookId, progress: DeliveryOutcomes) -> Result<(), WebhookStoreError>;

    /// Up to `limit` dead letters after a position.
    async fn dead_letters(&self, id: WebhookId, after: u64, limit: usize)
    -> Result<Vec<DeadLetter>, WebhookStoreError>;

    /// Makes dead letters pending again, the oldest `limit` or the one at a position, as if none had been tried; tells
    /// how many.
    async fn replay(
        &self,
        id: WebhookId,
        which: Option<u64>,
        limit: usize,
        due: DateTime<Utc>,
    ) -> Result<u64, WebhookStoreError>;
}

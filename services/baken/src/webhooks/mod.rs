//! Webhooks by Standard Webhooks 1.0.0 (<https://www.standardwebhooks.com>): organisations are told that something
//! happened which their role may know of, and fetch the rest under that role themselves.
//!
//! There is no outbox that is written beside the log: each webhook is a cursor over it, through the same notices that
//! every other channel tells. What is stored is how far each has come, what waits to be tried again, and what was given
//! up. One process sends: the one that has the store open.

mod config;
mod lanes;
mod manage;
mod metrics;
mod schedule;
mod sender;
mod store;
mod subscription;
mod target;
#[cfg(test)]
mod tests;
mod worker;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use self::sender::{Message, Outgoing};
use self::subscription::Definition;
use self::worker::Worker;
use crate::app::Baken;
use crate::sealing::{CryptoFailed, KeyPurpose, SealError, Sealer, UnsealError};

pub use self::config::{WebhooksConfig, schedule};
pub use self::manage::{DeadLetterView, Made, NewWebhook, Pinged, Replayed, Rotated, WebhookError, WebhookView};
pub use self::metrics::{WebhookMetrics, WebhookTotals};
pub use self::schedule::{Jitter, MachineJitter, Schedule};
pub use self::sender::{Failure, HttpPost, Outcome, Outgoing as OutgoingMessage, Post, WebhookData, WebhookPayload};
pub use self::store::{MemoryWebhookStore, SqliteWebhookStore, WebhookStore, WebhookStoreError};
pub use self::subscription::{SigningSecret, WebhookId, WebhookState};
pub use self::target::{Lookup, SystemLookup, TargetError, Targets};

/// How webhooks are sent.
#[derive(Clone)]
pub struct Options {
    pub targets: Targets,
    pub lookup: Arc<dyn Lookup>,
    pub schedule: Schedule,
    pub jitter: Arc<dyn Jitter>,
    /// How long a replaced secret is still signed with.
    pub rotation: TimeDelta,
    /// How long a receiver may take to answer: 15 to 30 seconds, says Standard Webhooks ("Request timeouts").
    pub timeout: Duration,
    /// How often it is looked whether something is due again.
    pub tick: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            targets: Targets::default(),
            lookup: Arc::new(SystemLookup),
            schedule: Schedule::default(),
            jitter: Arc::new(MachineJitter),
            rotation: TimeDelta::hours(24),
            timeout: Duration::from_secs(15),
            tick: Duration::from_secs(1),
        }
    }
}

/// Why webhooks cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum WebhookStartError {
    #[error(transparent)]
    Store(#[from] WebhookStoreError),
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error("a webhook cannot be opened: {0}")]
    Open(#[from] UnsealError),
    #[error("a webhook cannot be read")]
    Malformed,
}

/// Deliveries that are under way at once, to all receivers together.
const MOST_AT_ONCE: usize = 64;

/// What every worker needs.
struct Shared {
    baken: Arc<Baken>,
    sealer: Arc<Sealer>,
    store: Arc<dyn WebhookStore>,
    post: Arc<dyn Post>,
    options: Options,
    metrics: WebhookMetrics,
    turns: Semaphore,
    /// Whoever changes what is set up does so alone.
    changing: tokio::sync::Mutex<()>,
}

/// A webhook that is set up.
struct WebhookEntry {
    id: WebhookId,
    definition: RwLock<Arc<Definition>>,
    removed: AtomicBool,
    live: Live,
    /// Something about it has changed.
    woken: Notify,
    /// What waits is to be tried now.
    hurried: AtomicBool,
}

/// How a webhook stands now.
#[derive(Default)]
struct Live {
    reached: AtomicU64,
    pending: AtomicU64,
    dead_letters: AtomicU64,
    /// In milliseconds; nothing before 1970 was ever delivered.
    last_success: AtomicI64,
}

impl Live {
    fn stand(&self, reached: u64, pending: usize) {
        self.reached.store(reached, Ordering::Relaxed);
        self.pending.store(u64::try_from(pending).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn succeeded(&self, at: DateTime<Utc>) {
        self.last_success.store(at.timestamp_millis(), Ordering::Relaxed);
    }

    fn gave_up(&self) {
        self.dead_letters.fetch_add(1, Ordering::Relaxed);
    }

    fn replayed(&self, letters: u64) {
        self.dead_letters.fetch_sub(letters, Ordering::Relaxed);
        self.pending.fetch_add(letters, Ordering::Relaxed);
    }

    fn last_success(&self) -> Option<DateTime<Utc>> {
        match self.last_success.load(Ordering::Relaxed) {
            0 => None,
            at => DateTime::from_timestamp_millis(at),
        }
    }
}

impl WebhookEntry {
    fn new(id: WebhookId, definition: Definition, reached: u64) -> Self {
        let live = Live { reached: AtomicU64::new(reached), ..Live::default() };
        let definition = RwLock::new(Arc::new(definition));
        Self {
            id,
            definition,
            removed: AtomicBool::new(false),
            live,
            woken: Notify::new(),
            hurried: AtomicBool::new(false),
        }
    }

    fn definition(&self) -> Arc<Definition> {
        self.definition.read().clone()
    }

    /// What is set up, while it is to be sent to.
    fn active(&self) -> Option<Arc<Definition>> {
        let definition = self.definition();
        (definition.state == WebhookState::Active && !self.is_removed()).then_some(definition)
    }

    fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Relaxed)
    }
}

impl Shared {
    async fn seal(&self, id: WebhookId, definition: &Definition) -> Result<Vec<u8>, WebhookError> {
        let bytes = serde_json::to_vec(definition).map_err(|error| WebhookError::Internal(error.into()))?;
        let bytes = Zeroizing::new(bytes);
        Ok(self.sealer.seal_blob(KeyPurpose::Webhook, id.0.as_bytes(), &bytes).await?)
    }

    /// Replaces what is set up: in the store first.
    async fn replace(&self, entry: &WebhookEntry, definition: Definition) -> Result<(), WebhookError> {
        let sealed = self.seal(entry.id, &definition).await?;
        self.store.change(entry.id, sealed).await?;
        *entry.definition.write() = Arc::new(definition);
        entry.woken.notify_one();
        Ok(())
    }

    async fn set_state(&self, entry: &WebhookEntry, state: WebhookState) -> Result<(), WebhookError> {
        let _alone = self.changing.lock().await;
        let definition = Definition { state, ..Definition::clone(&entry.definition()) };
        self.replace(entry, definition).await
    }

    /// Signs and sends.
    async fn send(&self, definition: &Definition, message: Message) -> Outcome {
        let now = self.baken.clock().now();
        let outcome = match Outgoing::sign(&definition.url, message, definition.signing(now), now) {
            Ok(message) => self.post.post(message).await,
            Err(_) => Failure::NotAllowed.into(),
        };
        self.metrics.attempted(match outcome {
            Outcome::Delivered => "delivered",
            Outcome::Gone => "gone",
            Outcome::Failed { failure, .. } => failure.code(),
        });
        outcome
    }
}

/// All webhooks of the service.
pub struct Webhooks {
    shared: Arc<Shared>,
    entries: RwLock<HashMap<WebhookId, Arc<WebhookEntry>>>,
    workers: Mutex<HashMap<WebhookId, JoinHandle<()>>>,
}

impl Drop for Webhooks {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Webhooks {
    /// Opens what was set up, and begins to send.
    ///
    /// # Errors
    /// Where the store cannot be read, or its keys are not there.
    pub async fn start(
        baken: Arc<Baken>,
        sealer: Arc<Sealer>,
        store: Arc<dyn WebhookStore>,
        options: Options,
    ) -> Result<Self, WebhookStartError> {
        let targets = Arc::new(options.targets.clone());
        let post = Arc::new(HttpPost::new(targets, options.lookup.clone(), options.timeout)?);
        Self::start_with(baken, sealer, store, post, options).await
    }

    /// The same, with whatever sends.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_with(
        baken: Arc<Baken>,
        sealer: Arc<Sealer>,
        store: Arc<dyn WebhookStore>,
        post: Arc<dyn Post>,
        options: Options,
    ) -> Result<Self, WebhookStartError> {
        let metrics = WebhookMetrics::default();
        let (turns, changing) = (Semaphore::new(MOST_AT_ONCE), tokio::sync::Mutex::default());
        let shared = Arc::new(Shared { baken, sealer, store, post, options, metrics, turns, changing });
        let webhooks = Self { shared: shared.clone(), entries: RwLock::default(), workers: Mutex::default() };
        for stored in shared.store.all().await? {
            let opened = shared.sealer.open_blob(KeyPurpose::Webhook, stored.id.0.as_bytes(), &stored.sealed).await?;
            let definition = serde_json::from_slice(&opened).map_err(|_| WebhookStartError::Malformed)?;
            let entry = WebhookEntry::new(stored.id, definition, stored.reached);
            entry.live.pending.store(stored.pending, Ordering::Relaxed);
            entry.live.dead_letters.store(stored.dead_letters, Ordering::Relaxed);
            if let Some(at) = stored.last_success {
                entry.live.succeeded(at);
            }
            webhooks.set_up(Arc::new(entry));
        }
        Ok(webhooks)
    }

    /// Ends all deliveries; what was not written down is delivered again by whoever starts next.
    pub fn stop(&self) {
        for (_, worker) in self.workers.lock().drain() {
            worker.abort();
        }
    }

    /// The same, and waits until nothing of them is left.
    pub async fn end(&self) {
        let workers: Vec<_> = self.workers.lock().drain().map(|(_, worker)| worker).collect();
        for worker in workers {
            worker.abort();
            // It ends as cancelled, which is what was asked.
            let _ = worker.await;
        }
    }

    /// The metrics of webhooks.
    #[must_use]
    pub fn metrics(&self) -> &WebhookMetrics {
        &self.shared.metrics
    }

    /// Measures how webhooks stand now.
    pub fn measure(&self) {
        let mut standing = WebhookTotals::default();
        let head = self.shared.baken.position().0;
        for entry in self.entries.read().values() {
            let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
            if entry.active().is_some() {
                standing.active += 1;
                standing.lag = standing.lag.max(head.saturating_sub(load(&entry.live.reached)));
            }
            standing.pending += load(&entry.live.pending);
            standing.dead_letters += load(&entry.live.dead_letters);
        }
        self.shared.metrics.stand(standing);
    }

    fn set_up(&self, entry: Arc<WebhookEntry>) {
        let worker = Worker { shared: self.shared.clone(), entry: entry.clone() };
        let running = tokio::spawn(worker.run());
        self.workers.lock().insert(entry.id, running);
        self.entries.write().insert(entry.id, entry);
    }
}

impl From<CryptoFailed> for WebhookError {
    fn from(error: CryptoFailed) -> Self {
        Self::Internal(error.into())
    }
}

impl From<SealError> for WebhookError {
    fn from(error: SealError) -> Self {
        Self::Internal(error.into())
    }
}

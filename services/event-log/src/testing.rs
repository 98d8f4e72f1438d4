//! A log for tests, which takes appends only where a test lets it; and new ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use uuid::Uuid;

use super::port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};

/// A `UUIDv7` that no other event of this process has.
#[must_use]
pub fn new_id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1_600_000_000_000);
    uuid::Builder::from_unix_timestamp_millis(NEXT.fetch_add(1, Ordering::Relaxed), &[5; 10]).into_uuid()
}

/// A log behind a gate that each append must pass; reads pass as they are.
pub struct Gated<Gate> {
    log: Arc<dyn EventLog>,
    gate: Gate,
}

impl<Gate: Fn(&StreamName) -> Result<(), LogError> + Send + Sync + 'static> Gated<Gate> {
    pub fn new(log: Arc<dyn EventLog>, gate: Gate) -> Self {
        Self { log, gate }
    }
}

#[async_trait]
impl<Gate: Fn(&StreamName) -> Result<(), LogError> + Send + Sync + 'static> EventLog for Gated<Gate> {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        (self.gate)(stream)?;
        self.log.append(stream, expected, events).await
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        self.log.read_stream(stream, from).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        self.log.read_all(after, limit).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        self.log.head().await
    }

    async fn wake(&self, seen: Position) {
        self.log.wake(seen).await;
    }
}

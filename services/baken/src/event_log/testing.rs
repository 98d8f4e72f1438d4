//! A log for tests, which takes appends only where a test lets it.

use std::sync::Arc;

use async_trait::async_trait;

use super::port::{Appended, EventLog, Expected, Filter, LogError, Page, Position, Proposed, Recorded, StreamName};

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

    async fn read_all(&self, after: Position, filter: &Filter, limit: usize) -> Result<Page, LogError> {
        self.log.read_all(after, filter, limit).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        self.log.head().await
    }

    async fn wake(&self, seen: Position) {
        self.log.wake(seen).await;
    }
}

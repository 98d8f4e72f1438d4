//! The log under examination, with a note of whether it was away: what fails meanwhile says nothing of the contract.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;

use crate::port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};

pub(super) struct Watched {
    log: Arc<dyn EventLog>,
    away: Mutex<Option<String>>,
}

impl Watched {
    pub(super) fn new(log: Arc<dyn EventLog>) -> Arc<Self> {
        Arc::new(Self { log, away: Mutex::default() })
    }

    pub(super) fn forget(&self) {
        *self.away.lock() = None;
    }

    /// What the log said when it was not available, if it was not since `forget`.
    pub(super) fn was_away(&self) -> Option<String> {
        self.away.lock().clone()
    }

    fn noted<T>(&self, answer: Result<T, LogError>) -> Result<T, LogError> {
        if let Err(error @ LogError::Unavailable(_)) = &answer {
            *self.away.lock() = Some(error.to_string());
        }
        answer
    }
}

#[async_trait]
impl EventLog for Watched {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        self.noted(self.log.append(stream, expected, events).await)
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        self.noted(self.log.read_stream(stream, from).await)
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        self.noted(self.log.read_all(after, limit).await)
    }

    async fn head(&self) -> Result<Position, LogError> {
        self.noted(self.log.head().await)
    }

    async fn wake(&self, seen: Position) {
        self.log.wake(seen).await;
    }
}

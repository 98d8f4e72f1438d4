//! The log in memory, for tests and for trying things out: it keeps the contract and forgets everything at the end.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::RwLock;
use tokio::sync::watch;
use uuid::Uuid;

use super::port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};
use super::rules::{self, Repeat};

/// How long `wake` waits without a hint.
const WHILE: Duration = Duration::from_secs(1);

/// An event log in memory.
pub struct MemoryLog {
    kept: RwLock<Kept>,
    head: watch::Sender<Position>,
}

/// Positions count from 1: the event at position `n` is `events[n - 1]`.
#[derive(Default)]
struct Kept {
    events: Vec<Recorded>,
    streams: HashMap<StreamName, Vec<usize>>,
    ids: HashMap<Uuid, usize>,
}

impl MemoryLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self { kept: RwLock::default(), head: watch::Sender::new(Position::START) }
    }
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl Kept {
    fn head(&self) -> Position {
        Position(self.events.len() as u64)
    }

    fn known(&self, stream: &StreamName, id: Uuid) -> Option<Repeat> {
        let event = &self.events[*self.ids.get(&id)?];
        Some(Repeat { here: event.stream == *stream, revision: event.revision, position: event.position })
    }

    fn append(&mut self, stream: &StreamName, expected: Expected, events: Vec<Proposed>) -> Result<Appended, LogError> {
        rules::well_formed(&events)?;
        if let Some(before) = rules::repeated(events.iter().map(|event| self.known(stream, event.id)))? {
            return Ok(before);
        }
        let revisions = self.streams.get(stream).map_or(0, Vec::len) as u64;
        rules::expect(expected, revisions.checked_sub(1))?;

        let places = self.streams.entry(stream.clone()).or_default();
        for Proposed { id, kind, data, metadata } in events {
            let place = self.events.len();
            let (revision, position) = (places.len() as u64, Position(place as u64 + 1));
            places.push(place);
            self.ids.insert(id, place);
            self.events.push(Recorded { id, stream: stream.clone(), revision, position, kind, data, metadata });
        }
        Ok(Appended { revision: places.len() as u64 - 1, position: self.head() })
    }
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        let mut kept = self.kept.write();
        let answer = kept.append(stream, expected, events);
        // Under the lock, so that the head never steps back.
        self.head.send_replace(kept.head());
        answer
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        let kept = self.kept.read();
        let places = kept.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let wanted = usize::try_from(from).ok().and_then(|from| places.get(from..)).unwrap_or_default();
        Ok(wanted.iter().map(|place| kept.events[*place].clone()).collect())
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        let kept = self.kept.read();
        let later = usize::try_from(after.0).ok().and_then(|after| kept.events.get(after..)).unwrap_or_default();
        let events: Vec<Recorded> = later.iter().take(limit).cloned().collect();
        let next = match events.last() {
            Some(last) if events.len() == limit => last.position,
            _ if limit == 0 => after,
            _ => kept.head().max(after),
        };
        Ok(LogPage { events, next, at_head: next >= kept.head() })
    }

    async fn head(&self) -> Result<Position, LogError> {
        Ok(self.kept.read().head())
    }

    async fn wake(&self, seen: Position) {
        let mut head = self.head.subscribe();
        // Both outcomes mean the same to the caller: look again. The sender lives as long as the log.
        let _ = tokio::time::timeout(WHILE, head.wait_for(|head| *head > seen)).await;
    }
}

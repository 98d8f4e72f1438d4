//! The port to the event log: what Baken needs of an engine, and no more.
//!
//! The log stores opaque bytes. It knows streams, revisions and positions; it knows nothing of persons, and what it is
//! given to keep is already sealed. Subscriptions are built above it: `read_all` from a checkpoint, woken by `wake`.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where an event lies in the whole log: opaque and ordered. Positions may have gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a stream: `person-<uuid>` and the like. It never holds anything personal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamName(String);

impl StreamName {
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the writer knows of the stream. The first event of a stream has revision 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The stream does not exist.
    NoStream,
    /// Its last event has this revision.
    Revision(u64),
    /// Anything goes.
    Any,
}

/// An event to append, sealed and serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Proposed {
    pub id: Uuid,
    /// The event's type: `signal_received`.
    pub kind: String,
    pub data: Vec<u8>,
    pub metadata: Vec<u8>,
}

/// An event as the log gives it back.
#[derive(Clone, PartialEq, Eq)]
pub struct Recorded {
    pub id: Uuid,
    pub stream: StreamName,
    pub revision: u64,
    pub position: Position,
    pub kind: String,
    pub data: Vec<u8>,
    pub metadata: Vec<u8>,
}

impl Proposed {
    /// What it takes of an append's limit.
    #[must_use]
    pub fn bytes(&self) -> usize {
        bytes(&self.kind, &self.data, &self.metadata)
    }
}

impl Recorded {
    /// What it took of an append's limit.
    #[must_use]
    pub fn bytes(&self) -> usize {
        bytes(&self.kind, &self.data, &self.metadata)
    }
}

fn bytes(kind: &str, data: &[u8], metadata: &[u8]) -> usize {
    kind.len() + data.len() + metadata.len()
}

impl fmt::Debug for Proposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proposed").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("id", &self.id)
            .field("stream", &self.stream)
            .field("revision", &self.revision)
            .field("position", &self.position)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// The answer to an append: the last of its events, durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub revision: u64,
    pub position: Position,
}

/// A page of the whole log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    pub events: Vec<Recorded>,
    /// Read on after here: at or past the last event of the page.
    pub next: Position,
    /// Nothing was left to read when the page was made.
    pub at_head: bool,
}

/// What the log says instead.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The stream is not where the writer expected it: `actual` is its last revision, `None` where it does not exist.
    #[error("the stream is at another revision than expected")]
    Conflict { expected: Expected, actual: Option<u64> },
    /// Some of the ids were written before, with other events beside them: not a repeat of one append.
    #[error("an event id was used before, in another append")]
    IdReused,
    /// There was nothing to append: a programming error of the caller.
    #[error("an append needs at least one event")]
    Empty,
    /// The events of one append are more than the engine takes at once; nothing was written. Where a server can be told to
    /// take more, `setting` names how.
    #[error("an append may have at most {limit} bytes{}", setting.map(|name| format!(": {name}")).unwrap_or_default())]
    TooLarge { limit: usize, setting: Option<&'static str> },
    /// Not written, or not known to be written; the same append may be tried again.
    #[error("the event log is not available: {0}")]
    Unavailable(String),
    /// A write or flush failed; nothing is acknowledged from then on until a restart.
    #[error("the event log has stopped after a failed write: {0}")]
    Stopped(String),
    /// What is stored cannot be read as the log's own format.
    #[error("the event log is damaged: {0}")]
    Damaged(String),
}

/// An append-only log of streams.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// Appends all of `events` to one stream, or none. When it answers, they are durable.
    ///
    /// An append whose event ids are all there already, in this order on this stream, is answered as the first time,
    /// whatever `expected` says: only the ids are compared, for a second sealing of the same event gives other bytes.
    /// An append without events is `Empty`.
    ///
    /// Dropping the future does not take the append back: it may have been made, and can be repeated to find out.
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError>;

    /// The events of one stream, from revision `from` on, in order. Empty where the stream does not exist.
    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError>;

    /// Up to `limit` events of the whole log after a position, in order. A page may be shorter than that, or empty,
    /// before the head is reached: `Page::at_head` tells.
    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError>;

    /// The position of the last event; `Position::START` where there is none.
    async fn head(&self) -> Result<Position, LogError>;

    /// Returns when there may be more to read after `seen`: at once if there is, or on a hint, or after a while.
    async fn wake(&self, seen: Position);
}

//! Appending. Every append names the exact revision that it follows, whatever its caller expects: so the server's check
//! confirms that all ids on the stream were known when it was judged, and a repeat can never be written twice, on
//! whatever node and however late.
//!
//! The server's own idempotency is not enough: where the caller expects nothing it rests on a cache of recent ids, and
//! where he expects what is no longer so it sees a conflict.

use std::sync::Arc;
use std::time::Duration;

use eventstore::{AppendToStreamOptions, BatchWriteResult, EventData, StreamState, WriteResult};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

use super::link::{Failure, PAUSE, Shared};
use super::reading::{self, name_on_server};
use super::streams::{RecentIds, Tail, Tails};
use crate::port::{Appended, Expected, LogError, Position, Proposed, StreamName};
use crate::rules;

/// A larger append has a call of its own: in one message, its server might not take it.
const OPEN_CALL_BYTES: usize = 256 * 1024;

/// What all appends of a node share.
pub(super) struct Appender {
    /// For appends alone: on a connection with other calls, they would wait for those to be acknowledged.
    pub link: Shared,
    /// For what must be looked up to settle one.
    pub reading: Shared,
    pub tails: Tails,
    pub seen: Arc<RecentIds>,
    pub head: watch::Sender<Position>,
    /// How long an append is tried again whose outcome is not known.
    pub patience: Duration,
}

/// An append on its way.
pub(super) struct Request {
    pub stream: StreamName,
    pub expected: Expected,
    pub events: Vec<Proposed>,
}

/// What was already tried of it.
struct Tried {
    since: Instant,
    /// Whether it may have been written without our knowing.
    unsure: bool,
    claimed: Vec<Uuid>,
}

/// What the server says of an append that it has written, or wrote before.
struct Written {
    revision: Option<u64>,
    position: Option<u64>,
}

impl From<WriteResult> for Written {
    fn from(written: WriteResult) -> Self {
        Self { revision: Some(written.next_expected_version), position: Some(written.position.commit) }
    }
}

impl From<BatchWriteResult> for Written {
    fn from(written: BatchWriteResult) -> Self {
        Self {
            revision: written.current_revision(),
            position: written.current_position().map(|position| position.commit),
        }
    }
}

impl Appender {
    /// Appends, and does not end before it is known whether it was written, or patience is.
    pub(crate) async fn append(&self, request: &Request) -> Result<Appended, LogError> {
        let mut tried = Tried { since: Instant::now(), unsure: false, claimed: Vec::new() };
        let tail = self.tails.of(&request.stream);
        let mut tail = tail.lock().await;
        let outcome = self.insist(request, &mut tail, &mut tried).await;
        match &outcome {
            Ok(appended) => advance(&self.head, appended.position),
            Err(_) if !tried.unsure => self.seen.release(&tried.claimed),
            Err(_) => {}
        }
        outcome
    }

    async fn insist(&self, request: &Request, tail: &mut Tail, tried: &mut Tried) -> Result<Appended, LogError> {
        // A stream that should not exist need not be read to find nothing on it: the server sees to that.
        if !tail.was_read() && request.expected != Expected::NoStream {
            self.catch_up(request, tail, tried).await?;
        }
        loop {
            match judge(request, tail) {
                Ok(None) => {}
                // Its place is known only to the server.
                Ok(Some(Appended { position: Position::START, .. })) => {
                    *tail = Tail::default();
                    self.catch_up(request, tail, tried).await?;
                    continue;
                }
                Ok(Some(first_time)) => return Ok(first_time),
                Err(refusal) if tail.is_as_of(tried.since) => return Err(refusal),
                // By what was known before; another node may have written since.
                Err(_) => {
                    self.catch_up(request, tail, tried).await?;
                    continue;
                }
            }
            let claimed = self.seen.claim(&request.stream, &request.events).ok_or(LogError::IdReused)?;
            tried.claimed.extend(claimed);
            let began = Instant::now();
            match self.write(request, tail).await {
                Ok(written) => {
                    if let Some(appended) = trusted(&written, request, tail, tried) {
                        tail.append(&request.events, appended.position, began);
                        return Ok(appended);
                    }
                    tried.unsure = true;
                }
                Err(Failure::Conflict) => {
                    let known = tail.next();
                    self.catch_up(request, tail, tried).await?;
                    // A stream that does not show what it conflicts with is no reason to go in circles.
                    if tail.next() == known {
                        self.pause(Failure::Conflict, tried).await?;
                    }
                    continue;
                }
                Err(refused @ (Failure::Refused(_) | Failure::Denied | Failure::TooLarge(_))) => {
                    return Err(refused.into());
                }
                Err(failure @ Failure::NotLeader) => self.pause(failure, tried).await?,
                Err(failure @ (Failure::Unknown(_) | Failure::NotFound)) => {
                    tried.unsure = true;
                    self.pause(failure, tried).await?;
                }
            }
            self.catch_up(request, tail, tried).await?;
        }
    }

    /// Reads what has come to the stream since it was last looked at.
    async fn catch_up(&self, request: &Request, tail: &mut Tail, tried: &Tried) -> Result<(), LogError> {
        loop {
            let began = Instant::now();
            match reading::stream(&self.reading, &request.stream, tail.next()).await {
                Ok(events) => {
                    self.seen.note(&events);
                    tail.extend(&events, began);
                    return Ok(());
                }
                Err(refused @ (Failure::Refused(_) | Failure::Denied)) => return Err(refused.into()),
                Err(failure) => self.pause(failure, tried).await?,
            }
        }
    }

    /// Waits a little before the next try, unless it was tried for long enough.
    async fn pause(&self, failure: Failure, tried: &Tried) -> Result<(), LogError> {
        if tried.since.elapsed() >= self.patience {
            return Err(failure.into());
        }
        tracing::debug!(?failure, "an append to the event log is tried again");
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }

    async fn write(&self, request: &Request, tail: &Tail) -> Result<Written, Failure> {
        let state = tail.last().map_or(StreamState::NoStream, StreamState::StreamRevision);
        let stream = name_on_server(self.link.prefix(), &request.stream);
        let events = || -> Vec<EventData> { request.events.iter().map(event_data).collect() };
        if request.events.iter().map(Proposed::bytes).sum::<usize>() <= OPEN_CALL_BYTES {
            match self.link.append(stream.clone(), state, events()).await {
                // Over the open call the server does not say what its limit is.
                Err(Failure::TooLarge(None)) => {}
                outcome => return outcome.map(Written::from),
            }
        }
        let options = AppendToStreamOptions::default().stream_state(state).requires_leader(true);
        let events = events();
        let append =
            |client: eventstore::Client| async move { client.append_to_stream(stream, &options, events).await };
        self.link.call(append).await.map(Written::from)
    }
}

/// The bytes are sealed and not meant for the server to look into.
fn event_data(event: &Proposed) -> EventData {
    EventData::binary(&event.kind, event.data.clone().into()).id(event.id).metadata(event.metadata.clone().into())
}

fn judge(request: &Request, tail: &Tail) -> Result<Option<Appended>, LogError> {
    if let Some(first_time) = rules::repeated(request.events.iter().map(|event| tail.known(event.id)))? {
        return Ok(Some(first_time));
    }
    rules::expect(request.expected, tail.last())?;
    Ok(None)
}

/// The server's answer, where it can only be that to this append. An answer to what was tried before may be a repeat's,
/// which some servers give without a position or with another.
fn trusted(written: &Written, request: &Request, tail: &Tail, tried: &Tried) -> Option<Appended> {
    let position = written.position.filter(|commit| (1..u64::MAX).contains(commit))?;
    let due = tail.next() + request.events.len() as u64 - 1;
    let told = written.revision == Some(due) && !tried.unsure;
    told.then_some(Appended { revision: due, position: Position(position) })
}

/// Tells those who wait that the log has come so far; it never goes back.
pub(super) fn advance(head: &watch::Sender<Position>, position: Position) {
    head.send_if_modified(|known| {
        let further = position > *known;
        *known = (*known).max(position);
        further
    });
}

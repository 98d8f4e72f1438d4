//! Moving a log to another engine: every event under its own id, on its own stream, at its own revision, in the same
//! order, with payload and envelope as they are. Only positions may become others: each engine gives its own. Streams that
//! the caller does not keep are left: others may have written to the source, and those who checked it.
//!
//! A copy that was cut off leaves the beginning of the source in the target, so the next one goes on from there. That the
//! target *is* a beginning of the source is looked at before anything is written, event by event; and at the end, that
//! the two are equal. Events go over one append after another, because no engine keeps an order among appends that are
//! under way together where one of them fails.

use std::collections::VecDeque;
use std::time::Duration;

use super::port::{EventLog, Expected, LogError, Position, Proposed, Recorded, StreamName};

/// Events that are read at a time.
const PAGE: usize = 1_000;
/// How often an append is repeated to an engine that is not available for a moment.
const ATTEMPTS: u32 = 10;
/// How long to leave it alone in between.
const PAUSE: Duration = Duration::from_secs(1);

/// What the copy is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking whether the target holds a beginning of the source.
    Comparing,
    Copying,
    /// Looking whether both are equal.
    Checking,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyProgress {
    pub stage: Stage,
    pub events: u64,
    /// In the source.
    pub position: Position,
    /// The position of the source at which this stage ends.
    pub until: Position,
}

/// What was found and done. Both logs are equal up to the end that the source had when the copy began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Events that the target held before.
    pub found: u64,
    /// Events that were appended now.
    pub appended: u64,
    /// Events compared at the end, one by one: all that there are.
    pub compared: u64,
    /// Whether every event has the same position in both, so that whatever remembers positions still holds.
    pub same_positions: bool,
    /// The end that the source had when the copy began: what came after it is not in the target.
    pub until: Position,
    /// Events of the source on streams that are not kept.
    pub left: u64,
    /// The stream of the first of them.
    pub first_left: Option<StreamName>,
}

/// Why there is no copy. Events are named by their number in the order of the log, from 1.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("the target is not a partial copy of the source: event number {number} differs; nothing was written")]
    Differs { number: u64 },
    #[error("the target has more events than the source, which ends after {source_events}; nothing was written")]
    Longer { source_events: u64 },
    #[error("another process wrote to the target: event number {number} is not where it belongs")]
    TargetWritten { number: u64 },
    #[error("after copying, the events number {number} of source and target differ")]
    NotEqual { number: u64 },
    #[error("the source: {0}")]
    Source(#[source] LogError),
    #[error("the target: {0}")]
    Target(#[source] LogError),
}

/// Whether a stream is the log's own: others may write to the same engine, and those who check it.
pub type Keep = fn(&StreamName) -> bool;

/// Copies what the source holds now and the target does not yet, of the streams that are kept.
///
/// # Errors
/// Where the target is not a beginning of the source, one of them fails, or they are not equal in the end.
pub async fn copy(
    source: &dyn EventLog,
    target: &dyn EventLog,
    keep: Keep,
    tell: &(dyn Fn(CopyProgress) + Sync),
) -> Result<Copied, CopyError> {
    let until = source.head().await.map_err(CopyError::Source)?;
    let (found, rest) = beginning(Reading::of(source, keep, until), target, keep, tell).await?;
    let appended = append_all(rest, target, found, tell).await?;
    let mut here = Reading::of(source, keep, until);
    let (compared, same_positions) = compare(&mut here, target, keep, tell).await?;
    let Reading { left, first_left, .. } = here;
    Ok(Copied { found, appended, compared, same_positions, until, left, first_left })
}

/// Reads a log from its beginning, event by event, up to a position.
struct Reading<'a> {
    log: &'a dyn EventLog,
    keep: Keep,
    read: VecDeque<Recorded>,
    after: Position,
    until: Position,
    ended: bool,
    left: u64,
    first_left: Option<StreamName>,
}

impl<'a> Reading<'a> {
    fn of(log: &'a dyn EventLog, keep: Keep, until: Position) -> Self {
        Self {
            log,
            keep,
            read: VecDeque::new(),
            after: Position::START,
            until,
            ended: false,
            left: 0,
            first_left: None,
        }
    }

    async fn next(&mut self) -> Result<Option<Recorded>, LogError> {
        loop {
            while self.read.is_empty() && !self.ended {
                let page = self.log.read_all(self.after, PAGE).await?;
                self.after = page.next;
                self.ended = page.at_head || page.next >= self.until;
                self.read = page.events.into();
            }
            let Some(event) = self.read.pop_front().filter(|event| event.position <= self.until) else {
                return Ok(None);
            };
            if (self.keep)(&event.stream) {
                return Ok(Some(event));
            }
            self.left += 1;
            self.first_left.get_or_insert(event.stream);
        }
    }
}

/// Whether two logs hold the same event at the same place; where the place lies is each engine's own matter.
fn same(one: &Recorded, other: &Recorded) -> bool {
    let Recorded { id, stream, revision, position: _, kind, data, metadata } = one;
    *id == other.id
        && *stream == other.stream
        && *revision == other.revision
        && *kind == other.kind
        && *data == other.data
        && *metadata == other.metadata
}

/// So many events are told of at a time.
fn told(events: u64) -> bool {
    events.is_multiple_of(100)
}

/// Whether the target holds a beginning of the source: how long it is, and the source read on from there.
async fn beginning<'a>(
    mut here: Reading<'a>,
    target: &dyn EventLog,
    keep: Keep,
    tell: &(dyn Fn(CopyProgress) + Sync),
) -> Result<(u64, Reading<'a>), CopyError> {
    let (end, until) = (target.head().await.map_err(CopyError::Target)?, here.until);
    let mut there = Reading::of(target, keep, end);
    let mut events = 0;
    while let Some(held) = there.next().await.map_err(CopyError::Target)? {
        match here.next().await.map_err(CopyError::Source)? {
            None => return Err(CopyError::Longer { source_events: events }),
            Some(event) if !same(&event, &held) => return Err(CopyError::Differs { number: events + 1 }),
            Some(event) => {
                events += 1;
                if told(events) {
                    tell(CopyProgress { stage: Stage::Comparing, events, position: event.position, until });
                }
            }
        }
    }
    Ok((events, here))
}

/// Appends the rest of the source, what follows on one stream together.
async fn append_all(
    mut rest: Reading<'_>,
    target: &dyn EventLog,
    found: u64,
    tell: &(dyn Fn(CopyProgress) + Sync),
) -> Result<u64, CopyError> {
    let (mut appended, until) = (0, rest.until);
    let mut next = rest.next().await.map_err(CopyError::Source)?;
    while let Some(first) = next.take() {
        let mut run = Run::of(first);
        while next.is_none()
            && let Some(event) = rest.next().await.map_err(CopyError::Source)?
        {
            next = run.take(event);
        }
        append(&run, target, found + appended + 1).await?;
        appended += run.events.len() as u64;
        tell(CopyProgress { stage: Stage::Copying, events: found + appended, position: run.position, until });
    }
    Ok(appended)
}

/// What follows on one stream and is appended together. It need not be what was appended together first: that tells
/// nothing of a person.
struct Run {
    stream: StreamName,
    /// What the stream ends with before this.
    expected: Expected,
    events: Vec<Proposed>,
    bytes: usize,
    /// Of the last event, in the source.
    revision: u64,
    position: Position,
}

impl Run {
    /// Well below the limit of every engine.
    const BYTES: usize = 512 * 1024;
    const EVENTS: usize = 100;

    fn of(first: Recorded) -> Self {
        let Recorded { id, stream, revision, position, kind, data, metadata } = first;
        let expected = revision.checked_sub(1).map_or(Expected::NoStream, Expected::Revision);
        let first = Proposed { id, kind, data, metadata };
        Self { stream, expected, bytes: first.bytes(), events: vec![first], revision, position }
    }

    /// Takes the next event too, or gives it back where it belongs into another append.
    fn take(&mut self, event: Recorded) -> Option<Recorded> {
        let bytes = self.bytes + event.bytes();
        if event.stream != self.stream || self.events.len() == Self::EVENTS || bytes > Self::BYTES {
            return Some(event);
        }
        let Recorded { id, stream: _, revision, position, kind, data, metadata } = event;
        self.events.push(Proposed { id, kind, data, metadata });
        (self.bytes, self.revision, self.position) = (bytes, revision, position);
        None
    }
}

/// Appends events of one stream where they belong. An engine that is away for a moment is asked again: by the ids of the
/// events it knows what it has already.
async fn append(run: &Run, target: &dyn EventLog, number: u64) -> Result<(), CopyError> {
    let mut attempt = 1;
    loop {
        match target.append(&run.stream, run.expected, run.events.clone()).await {
            Ok(appended) if appended.revision == run.revision => return Ok(()),
            Ok(_) | Err(LogError::Conflict { .. } | LogError::IdReused) => {
                return Err(CopyError::TargetWritten { number });
            }
            Err(LogError::Unavailable(why)) if attempt < ATTEMPTS => {
                tracing::warn!(%why, "the target did not take an append; trying again");
                attempt += 1;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(CopyError::Target(error)),
        }
    }
}

/// Compares every event of both: how many there are, and whether their positions are the same too.
async fn compare(
    here: &mut Reading<'_>,
    target: &dyn EventLog,
    keep: Keep,
    tell: &(dyn Fn(CopyProgress) + Sync),
) -> Result<(u64, bool), CopyError> {
    let (end, until) = (target.head().await.map_err(CopyError::Target)?, here.until);
    let mut there = Reading::of(target, keep, end);
    let (mut events, mut same_positions) = (0, true);
    loop {
        let (one, other) =
            (here.next().await.map_err(CopyError::Source)?, there.next().await.map_err(CopyError::Target)?);
        match (one, other) {
            (None, None) => return Ok((events, same_positions)),
            (Some(one), Some(other)) if same(&one, &other) => {
                events += 1;
                same_positions &= one.position == other.position;
                if told(events) {
                    tell(CopyProgress { stage: Stage::Checking, events, position: one.position, until });
                }
            }
            _ => return Err(CopyError::NotEqual { number: events + 1 }),
        }
    }
}

#[cfg(test)]
#[path = "copy_tests.rs"]
mod tests;

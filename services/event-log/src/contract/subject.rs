//! The log under examination, and what the checks have in common: fresh names, small appends, and plain words for what
//! they find.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};

/// Where the checks take their ids and names from.
pub type Ids = Arc<dyn Fn() -> Uuid + Send + Sync>;

/// Pages that neither give an event nor move on, before a check calls it a standstill.
const STANDSTILL: usize = 3;

/// How long a check waits before it calls something broken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For a whole check.
    pub check: Duration,
    /// For a waiting reader to be woken, when nothing but the passing of time would do it.
    pub a_while: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { check: Duration::from_mins(2), a_while: Duration::from_secs(10) }
    }
}

impl Patience {
    /// With so long for a whole check.
    pub fn of(check: Duration) -> Self {
        Self { check, a_while: Self::default().a_while.min(check / 2) }
    }
}

/// How the names of the checks' own streams begin.
const STREAMS: &str = "contract-";

/// Whether a stream was written by the checks, on a log that is otherwise Baken's: nothing in it has happened.
#[must_use]
pub fn is_of_a_check(stream: &StreamName) -> bool {
    // Some checks write names beside their own, to see that they are told apart: in capitals, and with more in front.
    let name = stream.as_str().strip_prefix("x-").unwrap_or(stream.as_str());
    name.get(..STREAMS.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(STREAMS))
}

#[derive(Clone)]
pub(super) struct LogUnderTest {
    pub log: Arc<dyn EventLog>,
    pub patience: Patience,
    ids: Ids,
}

impl LogUnderTest {
    pub(crate) fn new(log: Arc<dyn EventLog>, ids: Ids, patience: Patience) -> Self {
        Self { log, patience, ids }
    }

    /// A name that no stream has, nor begins with.
    pub(crate) fn name(&self) -> String {
        format!("{STREAMS}{}", (self.ids)())
    }

    pub(crate) fn stream(&self) -> StreamName {
        StreamName::new(self.name())
    }

    pub(crate) fn event(&self) -> Proposed {
        self.event_of("checked")
    }

    pub(crate) fn event_of(&self, kind: &str) -> Proposed {
        Proposed { id: (self.ids)(), kind: kind.to_owned(), data: b"data".to_vec(), metadata: b"{}".to_vec() }
    }

    pub(crate) fn events(&self, count: usize) -> Vec<Proposed> {
        (0..count).map(|_| self.event()).collect()
    }

    /// An append that must succeed.
    pub(crate) async fn add(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: &[Proposed],
    ) -> Result<Appended, String> {
        let answer = self.log.append(stream, expected, events.to_vec()).await;
        answer.map_err(|why| format!("an append expecting {expected:?} was refused: {why}"))
    }

    /// An append that must be refused as a conflict, with this actual revision.
    pub(crate) async fn conflicts(
        &self,
        stream: &StreamName,
        expected: Expected,
        actual: Option<u64>,
    ) -> Result<(), String> {
        match self.log.append(stream, expected, self.events(2)).await {
            Err(LogError::Conflict { expected: told, actual: found }) => {
                same("the expectation in the conflict", &told, &expected)?;
                same("the actual revision in the conflict", &found, &actual)
            }
            other => Err(format!("an append expecting {expected:?} at {actual:?} gave {other:?}, not a conflict")),
        }
    }

    pub(crate) async fn read(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, String> {
        self.log.read_stream(stream, from).await.map_err(|why| format!("a stream could not be read: {why}"))
    }

    /// The ids on a stream, in order.
    pub(crate) async fn ids_on(&self, stream: &StreamName) -> Result<Vec<Uuid>, String> {
        Ok(self.read(stream, 0).await?.iter().map(|event| event.id).collect())
    }

    pub(crate) async fn head(&self) -> Result<Position, String> {
        self.log.head().await.map_err(|why| format!("the head could not be read: {why}"))
    }

    /// One page, held against what is true of every page.
    pub(crate) async fn page(&self, after: Position, limit: usize) -> Result<LogPage, String> {
        let page = self.log.read_all(after, limit).await;
        let page = page.map_err(|why| format!("the log could not be read: {why}"))?;
        if page.events.len() > limit {
            return Err(format!("a page of at most {limit} has {} events", page.events.len()));
        }
        let mut last = after;
        for event in &page.events {
            if event.position <= last {
                return Err(format!("position {} comes after position {last}", event.position));
            }
            last = event.position;
        }
        if page.next < last {
            return Err(format!("a page that ends at {last} says to go on after {}", page.next));
        }
        Ok(page)
    }

    /// Everything after a position up to the head, in pages of `limit`.
    pub(crate) async fn read_on(&self, mut after: Position, limit: usize) -> Result<(Vec<Recorded>, Position), String> {
        let mut events = Vec::new();
        let mut stands = 0;
        loop {
            let page = self.page(after, limit).await?;
            stands = if page.next > after { 0 } else { stands + 1 };
            after = page.next;
            events.extend(page.events);
            if page.at_head {
                return Ok((events, after));
            }
            if stands == STANDSTILL {
                return Err(format!("reading stands still after {after}, which is not called the head"));
            }
        }
    }
}

/// What was found must be what was due.
pub(super) fn same<T: PartialEq + Debug>(what: &str, found: &T, due: &T) -> Result<(), String> {
    if found == due { Ok(()) } else { Err(format!("{what}: found {found:?}, due was {due:?}")) }
}

pub(super) fn ids(events: &[Proposed]) -> Vec<Uuid> {
    events.iter().map(|event| event.id).collect()
}

/// The ids of what was read, of these streams only: others may be writing too.
pub(super) fn ids_among(events: &[Recorded], streams: &[&StreamName]) -> Vec<Uuid> {
    events.iter().filter(|event| streams.contains(&&event.stream)).map(|event| event.id).collect()
}

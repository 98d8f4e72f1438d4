//! From what the log keeps to what happened: the envelope read, the private values opened, the event understood. Where that
//! fails it is told apart whose fault it is: that decides whether to wait, to stop, or to set the event aside.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use care_path::Stamp;
use care_path::event::{self, Event, EventKind, Unreadable};
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::Value;

use super::envelope::{Damaged, Envelope, Happened, Heading, Read, Stream};
use crate::event_log::Recorded;
use crate::sealing::{Binding, KeyError, Sealer, UnsealError};

/// Why an event of the log is not understood. It names the event and never tells what is in it.
#[derive(Debug, thiserror::Error)]
#[error("event {event_id} at position {position}: {reason}")]
pub struct DecodeError {
    pub event_id: care_path::EventId,
    pub position: crate::event_log::Position,
    #[source]
    pub reason: Reason,
}

/// Where the fault lies that an event is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The keys cannot be had at the moment: it may be understood when it is tried again.
    Passing,
    /// This node is not the one to read it: a newer version wrote it, or the keys are not those of the log.
    Node,
    /// The event is damaged: no node will ever read it.
    Event,
}

impl DecodeError {
    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match &self.reason {
            // There is no version 0, of whatever age.
            Reason::Event(Unreadable::TooNew { found: 0, .. } | Unreadable::Malformed { .. })
            | Reason::UnknownStream
            | Reason::Envelope
            | Reason::Panicked
            | Reason::Sealed(
                UnsealError::Tampered
                | UnsealError::Malformed
                | UnsealError::KeyMissing(_)
                | UnsealError::Key(KeyError::Damaged(_) | KeyError::Erased),
            ) => Fault::Event,
            Reason::Sealed(UnsealError::Key(why)) if why.is_passing() => Fault::Passing,
            Reason::Event(Unreadable::UnknownType(_) | Unreadable::TooNew { .. })
            | Reason::OtherKeys(_)
            | Reason::Sealed(UnsealError::Key(
                KeyError::WrongKek { .. } | KeyError::Kek(_) | KeyError::Store(_) | KeyError::Crypto(_),
            )) => Fault::Node,
        }
    }
}

/// What is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    #[error("its stream is not one of Baken's")]
    UnknownStream,
    #[error("its envelope cannot be read")]
    Envelope,
    #[error(transparent)]
    Sealed(#[from] UnsealError),
    /// Not one event of the log was opened with these keys.
    #[error(transparent)]
    OtherKeys(UnsealError),
    #[error(transparent)]
    Event(#[from] Unreadable),
    #[error("reading it panicked")]
    Panicked,
}

/// Reads events back. Clones share what they have learned of the keys.
#[derive(Clone)]
pub struct Decoder {
    sealer: Arc<Sealer>,
    /// Whether anything sealed was opened: the keys are those of the log, and a key that is missing is missing alone.
    has_opened: Arc<AtomicBool>,
}

impl Decoder {
    #[must_use]
    pub fn new(sealer: Arc<Sealer>) -> Self {
        Self { sealer, has_opened: Arc::default() }
    }

    /// Reads one event back, or what there is of it where it is damaged.
    ///
    /// # Errors
    /// Where it is not the event's fault that it is not understood.
    pub async fn read(&self, recorded: &Recorded) -> Result<Read, DecodeError> {
        let decoded = match self.decode_cached(recorded) {
            Ok(Some(happened)) => Ok(happened),
            Ok(None) => self.decode(recorded).await,
            Err(why) => Err(why),
        };
        match decoded {
            Ok(happened) => Ok(Read::Whole(happened)),
            Err(why) if why.fault() == Fault::Event => Ok(Read::Damaged(damaged(recorded, why)?)),
            Err(why) => Err(why),
        }
    }

    /// Reads one event back.
    ///
    /// # Errors
    /// Where its envelope, its seal or its shape is not what this version of Baken knows.
    pub async fn decode(&self, recorded: &Recorded) -> Result<Happened, DecodeError> {
        let decoded = AssertUnwindSafe(self.decode_any(recorded)).catch_unwind().await;
        decoded.unwrap_or(Err(Reason::Panicked)).map_err(|reason| at(recorded, reason))
    }

    async fn decode_any(&self, recorded: &Recorded) -> Result<Happened, Reason> {
        let stream = Stream::parse(&recorded.stream).ok_or(Reason::UnknownStream)?;
        let binding = binding(&stream, recorded);
        let data = match self.sealer.open_cached(binding, &recorded.data)? {
            Some(data) => data,
            None => match self.sealer.open(binding, &recorded.data).await {
                Err(why @ UnsealError::KeyMissing(_)) if !self.has_opened.load(Ordering::Relaxed) => {
                    return Err(Reason::OtherKeys(why));
                }
                opened => opened?,
            },
        };
        self.opened(recorded);
        happened(stream, recorded, data)
    }

    /// An event was opened, which says something of the keys where it had anything sealed.
    fn opened(&self, recorded: &Recorded) {
        const SEALED: &[u8] = br#","sealed":{"#;
        if !self.has_opened.load(Ordering::Relaxed) && recorded.data.windows(SEALED.len()).any(|part| part == SEALED) {
            self.has_opened.store(true, Ordering::Relaxed);
        }
    }

    /// The same, at once, where the keys that it takes are in memory; `None` where they are not.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn decode_cached(&self, recorded: &Recorded) -> Result<Option<Happened>, DecodeError> {
        let decoded = || {
            let stream = Stream::parse(&recorded.stream).ok_or(Reason::UnknownStream)?;
            let opened = self.sealer.open_cached(binding(&stream, recorded), &recorded.data)?;
            let Some(data) = opened else { return Ok(None) };
            self.opened(recorded);
            happened(stream, recorded, data).map(Some)
        };
        let decoded = catch_unwind(AssertUnwindSafe(decoded));
        decoded.unwrap_or(Err(Reason::Panicked)).map_err(|reason| at(recorded, reason))
    }
}

fn at(recorded: &Recorded, reason: Reason) -> DecodeError {
    let reason = newer(recorded).map_or(reason, Reason::Event);
    DecodeError { event_id: recorded.id.into(), position: recorded.position, reason }
}

/// Whether a newer version wrote it. Then whatever else is wrong with it may be right there.
fn newer(recorded: &Recorded) -> Option<Unreadable> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let kind: EventKind = match recorded.kind.parse() {
        Ok(kind) => kind,
        Err(unknown) => return Some(unknown),
    };
    let Versioned { version: found } = serde_json::from_slice(&recorded.metadata).ok()?;
    let known = kind.version();
    (found > known).then(|| Unreadable::TooNew { kind: recorded.kind.clone(), found, known })
}

/// What there is of an event that cannot be read.
fn damaged(recorded: &Recorded, why: DecodeError) -> Result<Damaged, DecodeError> {
    let Ok(kind) = recorded.kind.parse() else { return Err(why) };
    let envelope = serde_json::from_slice::<Envelope>(&recorded.metadata).ok();
    let heading = Heading {
        stream: Stream::parse(&recorded.stream),
        event_id: recorded.id.into(),
        revision: recorded.revision,
        position: recorded.position,
        idempotency: envelope.and_then(|envelope| envelope.idempotency),
    };
    Ok(Damaged { heading, kind, why })
}

fn binding<'a>(stream: &Stream, recorded: &'a Recorded) -> Binding<'a> {
    Binding {
        person: stream.key_owner(),
        event: recorded.id.into(),
        kind: &recorded.kind,
        stream: recorded.stream.as_str(),
    }
}

fn happened(stream: Stream, recorded: &Recorded, data: Value) -> Result<Happened, Reason> {
    let envelope: Envelope = serde_json::from_slice(&recorded.metadata).map_err(|_| Reason::Envelope)?;
    let event: Event = event::read(&recorded.kind, envelope.version, data)?;
    let stamp = Stamp {
        event_id: recorded.id.into(),
        person_id: stream.key_owner(),
        occurred: envelope.occurred(),
        recorded_at: envelope.recorded_at,
        by: envelope.by,
        caused_by: envelope.causation_id,
        moved: envelope.moved,
    };
    Ok(Happened {
        stream,
        stamp: Arc::new(stamp),
        event,
        revision: recorded.revision,
        position: recorded.position,
        idempotency: envelope.idempotency,
    })
}

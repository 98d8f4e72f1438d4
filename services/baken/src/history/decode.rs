//! From what the log keeps to what happened: the envelope read, the private values opened, the event understood.

use std::sync::Arc;

use care_path::Stamp;
use care_path::event::{self, Event, Unreadable};
use serde_json::Value;

use super::envelope::{Envelope, Happened, Stream};
use crate::event_log::Recorded;
use crate::sealing::{Binding, OpenError, Sealer};

/// Why an event of the log is not understood. It names the event and never tells what is in it.
#[derive(Debug, thiserror::Error)]
#[error("event {event_id} at position {position}: {reason}")]
pub struct DecodeError {
    pub event_id: care_path::EventId,
    pub position: crate::event_log::Position,
    #[source]
    pub reason: Reason,
}

impl DecodeError {
    /// Whether it may be understood when it is tried again: the keys cannot be had at the moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(&self.reason, Reason::Sealed(OpenError::Key(why)) if why.is_passing())
    }
}

/// What is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    #[error("its stream is none of Baken's")]
    UnknownStream,
    #[error("its envelope cannot be read")]
    Envelope,
    #[error(transparent)]
    Sealed(#[from] OpenError),
    #[error(transparent)]
    Event(#[from] Unreadable),
}

/// Reads events back.
#[derive(Clone)]
pub struct Decoder {
    sealer: Arc<Sealer>,
}

impl Decoder {
    #[must_use]
    pub fn new(sealer: Arc<Sealer>) -> Self {
        Self { sealer }
    }

    /// Reads one event back.
    ///
    /// # Errors
    /// Where its envelope, its seal or its shape is not what this version of Baken knows.
    pub async fn decode(&self, recorded: &Recorded) -> Result<Happened, DecodeError> {
        self.decode_any(recorded).await.map_err(|reason| at(recorded, reason))
    }

    async fn decode_any(&self, recorded: &Recorded) -> Result<Happened, Reason> {
        let stream = Stream::parse(&recorded.stream).ok_or(Reason::UnknownStream)?;
        let binding = binding(&stream, recorded);
        let data = match self.sealer.open_cached(binding, &recorded.data)? {
            Some(data) => data,
            None => self.sealer.open(binding, &recorded.data).await?,
        };
        happened(stream, recorded, data)
    }

    /// The same, at once, where the keys that it takes are in memory; `None` where they are not.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn decode_cached(&self, recorded: &Recorded) -> Result<Option<Happened>, DecodeError> {
        let decoded = || {
            let stream = Stream::parse(&recorded.stream).ok_or(Reason::UnknownStream)?;
            let opened = self.sealer.open_cached(binding(&stream, recorded), &recorded.data)?;
            opened.map(|data| happened(stream, recorded, data)).transpose()
        };
        decoded().map_err(|reason| at(recorded, reason))
    }
}

fn at(recorded: &Recorded, reason: Reason) -> DecodeError {
    DecodeError { event_id: recorded.id.into(), position: recorded.position, reason }
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

//! The envelope: what the log keeps beside an event, in clear. Nothing in it describes a person.

use std::sync::Arc;

use care_path::codes::Precision;
use care_path::event::{Event, EventKind};
use care_path::ids::{CorrelationId, OrgId};
use care_path::time::{DateTime, Occurred};
use care_path::{Author, EventId, Moved, PersonId, Stamp};
use serde::{Deserialize, Serialize};

use super::decode::DecodeError;
use super::idempotency::KeyDigest;
use crate::event_log::{Position, Recorded, StreamName};

/// What is known of an event beside its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The version of the event's shape.
    pub version: u32,
    pub occurred_at: DateTime,
    pub occurred_precision: Precision,
    pub recorded_at: DateTime,
    pub by: Author,
    pub correlation_id: CorrelationId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<EventId>,
    /// What the data is used for: the purpose that binds it (GDPR art. 5(1)(b)).
    pub purpose: Purpose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<Idempotency>,
    /// Where it was recorded first, if that was on the wrong person: `by` recorded it there. Who moved it, is said there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
}

impl Envelope {
    /// When the event happened.
    #[must_use]
    pub const fn occurred(&self) -> Occurred {
        Occurred { at: self.occurred_at, precision: self.occurred_precision }
    }
}

/// What somebody records and reads for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    #[default]
    CareCoordination,
    Safeguarding,
    Repatriation,
    Privacy,
}

/// The digests by which a repeated request is known. Of key and body themselves nothing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    pub key: KeyDigest,
    pub body: KeyDigest,
}

/// Whose stream it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stream {
    Person(PersonId),
    /// People turned away whom nobody knows, counted by the organisation that did.
    TurnAways,
    /// An organisation's entry in the directory, and its facilities'.
    Organisation(OrgId),
    /// The releases of the monitor's figures.
    Figures,
}

const PERSON: &str = "person-";
const TURN_AWAYS: &str = "turn-aways-";
const ORGANISATION: &str = "organisation-";
const FIGURES: &str = "figures-";
/// How the names of all streams begin.
pub const STREAMS: [&str; 4] = [PERSON, TURN_AWAYS, ORGANISATION, FIGURES];

/// Whether a stream is one of Baken's: others may write to the same engine, and `baken doctor` does.
#[must_use]
pub fn is_our_stream(name: &StreamName) -> bool {
    Stream::parse(name).is_some()
}

/// Whether an event of a log is one that this version of Baken may have written. Its seal is not looked at.
#[must_use]
pub fn is_ours(recorded: &Recorded) -> bool {
    is_our_stream(&recorded.stream)
        && recorded.kind.parse::<EventKind>().is_ok()
        && serde_json::from_slice::<Envelope>(&recorded.metadata).is_ok()
}

impl Stream {
    /// The stream of a person.
    #[must_use]
    pub fn of_person(person: PersonId) -> StreamName {
        StreamName::new(format!("{PERSON}{person}"))
    }

    /// The stream of an organisation's turn-aways of people whom nobody knows.
    #[must_use]
    pub fn of_turn_aways(organisation: &OrgId) -> StreamName {
        StreamName::new(format!("{TURN_AWAYS}{organisation}"))
    }

    /// The stream of an organisation in the directory.
    #[must_use]
    pub fn of_organisation(organisation: &OrgId) -> StreamName {
        StreamName::new(format!("{ORGANISATION}{organisation}"))
    }

    /// The stream of the releases of figures.
    #[must_use]
    pub fn of_figures() -> StreamName {
        StreamName::new(format!("{FIGURES}releases"))
    }

    /// Reads the name of a stream; `None` where it is no stream of Baken's.
    #[must_use]
    pub fn parse(name: &StreamName) -> Option<Self> {
        let name = name.as_str();
        if let Some(id) = name.strip_prefix(PERSON) {
            return id.parse().ok().map(Self::Person);
        }
        if let Some(id) = name.strip_prefix(ORGANISATION) {
            return id.parse().ok().map(Self::Organisation);
        }
        if name.starts_with(FIGURES) {
            return Some(Self::Figures);
        }
        name.starts_with(TURN_AWAYS).then_some(Self::TurnAways)
    }

    /// Whose it is, if it is anybody's.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(*person),
            Self::TurnAways | Self::Organisation(_) | Self::Figures => None,
        }
    }

    /// Whose entry in the directory it is, if it is one's.
    #[must_use]
    pub const fn organisation(&self) -> Option<&OrgId> {
        match self {
            Self::Organisation(organisation) => Some(organisation),
            Self::Person(_) | Self::TurnAways | Self::Figures => None,
        }
    }

    /// Whose keys the stream's events are sealed with. What nobody is known for has nothing to seal.
    #[must_use]
    pub fn key_owner(&self) -> PersonId {
        match self {
            Self::Person(person) => *person,
            Self::TurnAways | Self::Organisation(_) | Self::Figures => PersonId(uuid::Uuid::nil()),
        }
    }
}

/// An event that was read back: opened, with its envelope and its place in the log.
#[derive(Clone)]
pub struct Happened {
    pub stream: Stream,
    pub stamp: Arc<Stamp>,
    pub event: Event,
    pub revision: u64,
    pub position: Position,
    pub idempotency: Option<Idempotency>,
}

/// What is known of an event without reading it: which one it is, where it stands, and who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// `None` where its name is none of Baken's.
    pub stream: Option<Stream>,
    pub event_id: EventId,
    pub revision: u64,
    pub position: Position,
    pub idempotency: Option<Idempotency>,
}

impl Heading {
    /// Whom it is about, if it is about anybody.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        self.stream.as_ref().and_then(Stream::person)
    }

    /// Whose entry in the directory it is about, if it is about one.
    #[must_use]
    pub fn organisation(&self) -> Option<&OrgId> {
        self.stream.as_ref().and_then(Stream::organisation)
    }
}

/// An event that cannot be read and never will be: what is known of it all the same.
#[derive(Debug)]
pub struct Damaged {
    pub heading: Heading,
    pub kind: EventKind,
    pub why: DecodeError,
}

/// An event of the log, as far as it can be read.
pub enum Read {
    Whole(Happened),
    Damaged(Damaged),
}

impl Happened {
    /// What is known of it without reading it.
    #[must_use]
    pub fn heading(&self) -> Heading {
        let Self { stream, stamp, revision, position, idempotency, event: _ } = self;
        Heading {
            stream: Some(stream.clone()),
            event_id: stamp.event_id,
            revision: *revision,
            position: *position,
            idempotency: *idempotency,
        }
    }
}

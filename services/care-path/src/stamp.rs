//! What is known of an event beside its content.

use serde::{Deserialize, Serialize};

use crate::actor::Author;
use crate::ids::{EventId, PersonId};
use crate::time::{DateTime, Occurred};

/// What is known of an event beside its content: both times, and who recorded it on whose stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    pub event_id: EventId,
    pub person_id: PersonId,
    #[serde(flatten)]
    pub occurred: Occurred,
    pub recorded_at: DateTime,
    pub by: Author,
    /// What it follows from: the event before it of the same command, or what Baken did it for.
    pub caused_by: Option<EventId>,
    /// Where it was recorded first, if that was on the wrong person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
}

/// That an entry was moved here from another person's stream. Nobody is told from whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moved {
    pub from: PersonId,
    /// The `EntryMoved` on that stream.
    pub by: EventId,
}

//! What is wrong with a log, and where. Events are counted from 1, in the order of the log; of what they hold nothing is
//! told but their type.

use std::fmt;

use event_log::{IndexFault, Position, StreamName};

/// Which event, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPlace {
    /// Its number among the log's events, from 1.
    pub number: u64,
    pub position: Position,
    pub stream: StreamName,
    pub revision: u64,
    pub kind: String,
}

impl fmt::Display for EventPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, position, stream, revision, kind } = self;
        write!(f, "event {number} (position {position}, {kind}, revision {revision} of {stream})")
    }
}

/// Something that a log cannot be where nobody changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFinding {
    /// It has fewer events than a checkpoint says that it had: an older copy, or events were removed.
    Shorter { size: u64, checkpoint: u64 },
    /// The tree over the first `until` events is another one than the checkpoint's; that over the first `after` is the same.
    Altered { after: u64, until: u64 },
    /// The first event that is not the one that was there.
    First(EventPlace),
    /// How many of the events that were there are gone, and how many are there that were not. An event that was changed
    /// is both; where both are 0, the order alone was changed.
    Tally { gone: u64, new: u64 },
    /// None of the events is one that was there.
    AnotherLog,
    /// An event does not follow on the one before it in its stream.
    OutOfLine { place: EventPlace, expected: u64 },
    /// An engine that counts positions without a gap left one.
    Gap { position: Position, expected: Position },
    /// The index by which the streams are read is not the events'.
    Index(IndexFault),
    /// The log cannot be read on.
    Unreadable { after: u64, position: Position, why: String },
}

impl fmt::Display for LogFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shorter { size, checkpoint } => write!(
                f,
                "the log was rolled back or cut off: it has {size} events, and had {checkpoint} at the checkpoint"
            ),
            Self::Altered { after, until } => {
                write!(f, "something was altered among the events {} to {until}", after + 1)
            }
            Self::First(place) => write!(f, "the first that is not as it was: {place}"),
            Self::Tally { gone: 0, new: 0 } => write!(f, "no event is gone and none is new: their order was changed"),
            Self::Tally { gone, new } => {
                write!(
                    f,
                    "events that are gone: {gone}; events that were not there: {new} (one that was changed is both)"
                )
            }
            Self::AnotherLog => write!(f, "none of the events is one of the checkpoint's: this is another log"),
            Self::OutOfLine { place, expected } => {
                write!(f, "{place} does not follow on its stream: revision {expected} should")
            }
            Self::Gap { position, expected } => {
                write!(
                    f,
                    "an event lies at position {position}, where {expected} is the next: positions have no gaps here"
                )
            }
            Self::Index(fault) => fault.fmt(f),
            Self::Unreadable { after, position, why } => {
                write!(f, "the log cannot be read after event {after} (position {position}): {why}")
            }
        }
    }
}

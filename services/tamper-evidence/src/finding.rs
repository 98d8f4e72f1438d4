//! What is wrong with a log, and where. Entries are counted from 1, in the order of the log; of what they hold nothing is
//! told but an event's type and a record's time.

use std::fmt;

use access_log::AccessFault;
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

/// Which entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryPlace {
    Event(EventPlace),
    /// A record of an access: its number, and when it was made.
    Record {
        number: u64,
        at: String,
    },
}

impl EntryPlace {
    /// Its number among the log's entries, from 1.
    #[must_use]
    pub const fn number(&self) -> u64 {
        match self {
            Self::Event(place) => place.number,
            Self::Record { number, .. } => *number,
        }
    }
}

impl fmt::Display for EntryPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(place) => place.fmt(f),
            Self::Record { number, at } if at.is_empty() => write!(f, "record {number}"),
            Self::Record { number, at } => write!(f, "record {number} ({at})"),
        }
    }
}

/// Something that a log cannot be where nobody changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFinding {
    /// It has fewer entries than a checkpoint says that it had: an older copy, or entries were removed.
    Shorter { size: u64, checkpoint: u64 },
    /// The tree over the first `until` entries is another one than the checkpoint's; that over the first `after` is the same.
    Altered { after: u64, until: u64 },
    /// The first entry that is not the one that was there.
    First(EntryPlace),
    /// How many of the entries that were there are gone, and how many are there that were not. An entry that was changed
    /// is both; where both are 0, the order alone was changed.
    Tally { gone: u64, new: u64 },
    /// None of the entries is one that was there.
    AnotherLog,
    /// No checkpoint of this access log is kept, but of others there are.
    AnotherStore { here: String, kept: Vec<String> },
    /// Something in the access log's file cannot be where nobody changed it.
    Access(AccessFault),
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
                "it was rolled back or cut off: it has {size} entries, and had {checkpoint} at the checkpoint"
            ),
            Self::Altered { after, until } => {
                write!(f, "something was altered among the entries {} to {until}", after + 1)
            }
            Self::First(place) => write!(f, "the first that is not as it was: {place}"),
            Self::Tally { gone: 0, new: 0 } => write!(f, "no entry is gone and none is new: their order was changed"),
            Self::Tally { gone, new } => {
                write!(
                    f,
                    "entries that are gone: {gone}; entries that were not there: {new} (one that was changed is both)"
                )
            }
            Self::AnotherLog => write!(f, "none of the entries is one of the checkpoint's: this is another log"),
            Self::AnotherStore { here, kept } => write!(
                f,
                "this is the store {here}, of which no checkpoint is kept, but of {}: it was put in the place of another",
                kept.join(", ")
            ),
            Self::Access(fault) => fault.fmt(f),
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

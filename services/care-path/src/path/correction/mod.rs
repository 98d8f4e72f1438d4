//! Corrections: nothing that was recorded by mistake stays true. An entry that is retracted counts for nothing, as if it had
//! not been recorded; the log keeps it, and the timeline shows it struck through.

use crate::codes::RetractReason;
use crate::event::EventKind;
use crate::fact::{events, part_events};
use crate::ids::EventId;
use crate::policy::{Category, Depth};
use crate::private::Social;
use crate::text::Text;

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{CorrectionRefusal, RetractEntry};

part_events! {
    /// Taking back what was recorded.
    pub enum CorrectionEvent {
        EntryRetracted(EntryRetracted),
    }
}

events! {
    /// An entry was taken back. It is told to those who may know of the entry.
    pub struct EntryRetracted as it {
        entry: clear EventId as "entry_id" => it.kind.category(), Minimal;
        kind: clear EventKind as "entry_type" => it.kind.category(), Minimal;
        reason: clear RetractReason => it.kind.category(), Minimal;
        explanation: maybe sealed(Text, Social) => Notes, Full;
    }
}

impl CorrectionEvent {
    /// The entry that does not count any more.
    pub(crate) fn strikes(&self) -> EventId {
        let Self::EntryRetracted(retracted) = self;
        retracted.entry
    }

    /// What of a person somebody must be allowed to see to learn that this happened: what the entry tells of.
    pub(crate) fn tells_of(&self) -> (Category, Depth) {
        let Self::EntryRetracted(retracted) = self;
        (retracted.kind.category(), Depth::Minimal)
    }
}

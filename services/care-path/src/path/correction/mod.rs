//! Corrections: nothing that was recorded by mistake stays true. An entry that is retracted counts for nothing, as if it had
//! not been recorded; the log keeps it, and the timeline shows it struck through.

use super::Stamp;
use super::discharge::DischargeEvent;
use super::referral::ReferralEvent;
use crate::codes::RetractReason;
use crate::event::{Event, EventKind};
use crate::fact::{events, part_events};
use crate::ids::{EventId, OrgId};
use crate::policy::{Address, Category, Depth};
use crate::private::Social;
use crate::text::Text;
use crate::time::DateTime;

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

/// What an organisation was asked for, or warned of, by an entry that was retracted: it is told, for it would wait for the
/// person.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TakenBack {
    pub(in crate::path) entry: EventId,
    from: OrgId,
    since: DateTime,
}

impl TakenBack {
    /// Of an entry that was retracted by another.
    pub(in crate::path) fn of(stamp: &Stamp, event: &Event, by: &Stamp) -> Option<Self> {
        let from = asked(event)?.clone();
        Some(Self { entry: stamp.event_id, from, since: by.recorded_at })
    }

    pub(in crate::path) fn address(&self) -> Address<'_> {
        Address::TakenBack { from: &self.from, since: self.since }
    }
}

/// The organisation that an event asks for something, or warns. Of lookouts, care alerts and handovers it is told with those.
fn asked(event: &Event) -> Option<&OrgId> {
    match event {
        Event::Referral(ReferralEvent::ReferralMade(made)) => Some(&made.to),
        Event::Discharge(DischargeEvent::DischargedTo(discharge)) => discharge.to.as_ref().filter(|_| discharge.warned),
        Event::Referral(
            ReferralEvent::ReferralAccepted(_)
            | ReferralEvent::ReferralDeclined(_)
            | ReferralEvent::ReferralWaitlisted(_)
            | ReferralEvent::ReferralWithdrawn(_)
            | ReferralEvent::CareStarted(_)
            | ReferralEvent::CareEnded(_)
            | ReferralEvent::DroppedOut(_),
        )
        | Event::Signal(_)
        | Event::Identity(_)
        | Event::Relation(_)
        | Event::Intake(_)
        | Event::Stay(_)
        | Event::Incident(_)
        | Event::Rights(_)
        | Event::Lost(_)
        | Event::Exception(_)
        | Event::Repatriation(_)
        | Event::Case(_)
        | Event::Privacy(_)
        | Event::Deadline(_)
        | Event::Correction(_) => None,
    }
}

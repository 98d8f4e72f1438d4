//! Corrections: nothing that was recorded by mistake stays true. An entry that is retracted counts for nothing, as if it had
//! not been recorded; the log keeps it, and the timeline shows it struck through. One that was recorded on the wrong person
//! is moved: it is retracted there, and recorded on the right one.

use std::sync::Arc;

use super::discharge::DischargeEvent;
use super::referral::ReferralEvent;
use super::{CarePath, Noted, Stamp};
use crate::codes::RetractReason;
use crate::event::{Event, EventKind};
use crate::fact::{events, part_events};
use crate::ids::{EventId, OrgId, PersonId};
use crate::policy::{Address, Category, Depth};
use crate::private::Social;
use crate::text::Text;
use crate::time::DateTime;

mod arrival;
mod decide;
mod moving;
#[cfg(test)]
mod moving_tests;
#[cfg(test)]
mod tests;

pub use arrival::{Arrival, Carried, arrivals, may_arrive};
use decide::recorded_by_the_sender;
pub use decide::{CorrectionRefusal, RetractEntry, corrects};
pub use moving::{FinishMove, MoveEntry, Moving};

part_events! {
    /// Taking back what was recorded.
    pub enum CorrectionEvent {
        EntryRetracted(EntryRetracted),
        EntryMoved(EntryMoved),
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

    /// An entry is about another person, and goes there. Once it has arrived it is retracted. It is told to those who may know
    /// of the entry; to whom it went, nobody is told.
    pub struct EntryMoved as it {
        entry: clear EventId as "entry_id" => it.kind.category(), Minimal;
        kind: clear EventKind as "entry_type" => it.kind.category(), Minimal;
        /// The entry and what goes with it: what counts for nothing from its arrival on.
        entries: only Vec<EventId>;
        /// Of these, what is recorded on the other person's stream.
        carried: only Vec<EventId>;
        to: only PersonId;
        explanation: maybe sealed(Text, Social) => Notes, Full;
    }
}

/// What an organisation was asked for, or warned of, by an entry that was retracted: it is told, for it would wait for the
/// person.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::path) struct TakenBack {
    pub(in crate::path) entry: EventId,
    from: OrgId,
    since: DateTime,
}

impl TakenBack {
    pub(in crate::path) fn of(stamp: &Stamp, event: &Event, by: &Stamp) -> Option<Self> {
        let from = asked(event)?.clone();
        Some(Self { entry: stamp.event_id, from, since: by.recorded_at })
    }

    /// Who was asked.
    pub(in crate::path) fn from(&self) -> &OrgId {
        &self.from
    }

    /// To whom it was addressed.
    pub(in crate::path) fn address(&self) -> Address<'_> {
        Address::TakenBack { from: &self.from, since: self.since }
    }
}

impl EntryMoved {
    /// The entries that are recorded on the other person's stream.
    #[must_use]
    pub fn carried(&self) -> &[EventId] {
        &self.carried
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &CorrectionEvent) {
    match event {
        // What was retracted is known before anything is folded.
        CorrectionEvent::EntryRetracted(_) => {}
        CorrectionEvent::EntryMoved(moved) => path.moves.push(Noted::new(stamp, moved)),
    }
}

impl CorrectionEvent {
    /// The entry that does not count any more, or will not.
    pub(crate) fn entry(&self) -> EventId {
        match self {
            Self::EntryRetracted(retracted) => retracted.entry,
            Self::EntryMoved(moved) => moved.entry,
        }
    }

    /// What of a person somebody must be allowed to see to learn that this happened: what the entry tells of.
    pub(crate) fn tells_of(&self) -> (Category, Depth) {
        let kind = match self {
            Self::EntryRetracted(retracted) => retracted.kind,
            Self::EntryMoved(moved) => moved.kind,
        };
        (kind.category(), Depth::Minimal)
    }
}

/// The organisation that an event asks for something, or warns. Of lookouts, care alerts, handovers and announced discharges
/// it is told with those.
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
        | Event::Discharge(DischargeEvent::DischargeAnnounced(_) | DischargeEvent::DischargeCalledOff(_))
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
        | Event::Correction(_)
        | Event::Directory(_)
        | Event::Figures(_) => None,
    }
}

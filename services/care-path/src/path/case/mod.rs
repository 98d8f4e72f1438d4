//! The case as such: who follows it, notes, and how it ends. Nothing closes a case by itself.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{CarePath, Noted, Stamp};
use crate::codes::{CloseReason, DischargeEndReason, HandoverWithdrawReason, LookoutEndReason, Role};
use crate::command::Refusal;
use crate::event::Event;
use crate::fact::{events, part_events};
use crate::ids::{Municipality, NoteId, UserId};
use crate::policy::rules::close_reason_tells_of;
use crate::private::{Medical, Social};
use crate::text::Text;

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{AddNote, AssignCoordinator, CaseRefusal, CloseCase, RecordDeath, ReopenCase};

part_events! {
    /// Following a case, and ending it.
    pub enum CaseEvent {
        CoordinatorAssigned(CoordinatorAssigned),
        NoteAdded(NoteAdded),
        CaseClosed(CaseClosed),
        CaseReopened(CaseReopened),
        DeathRecorded(DeathRecorded),
    }
}

events! {
    /// Which municipality follows the case, and who.
    pub struct CoordinatorAssigned {
        municipality: clear Municipality => Presence, Minimal;
        coordinator: maybe UserId => Presence, Full;
    }

    /// Somebody wrote something down.
    pub struct NoteAdded {
        note: clear NoteId as "note_id" => Notes, Minimal;
        text: sealed(Text, Social) => Notes, Full;
    }

    /// The case was closed.
    pub struct CaseClosed as it {
        reason: clear CloseReason => close_reason_tells_of(it.reason), Full;
        explanation: maybe sealed(Text, Social) => Notes, Full;
    }

    /// It was opened again.
    pub struct CaseReopened {
        explanation: maybe sealed(Text, Social) => Notes, Full;
    }

    /// The person died.
    pub struct DeathRecorded {
        died_on: maybe NaiveDate => Presence, Full;
        explanation: maybe sealed(Text, Medical) => Medical, Full;
    }
}

/// Where the case stands.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct CaseState {
    pub(crate) coordinator: Option<Noted<CoordinatorAssigned>>,
    pub(crate) notes: Vec<Noted<NoteAdded>>,
    pub(crate) closed: Option<Noted<CaseClosed>>,
    /// It was opened again because of what was recorded on it.
    pub(in crate::path) reopened: Option<Arc<Stamp>>,
    pub(in crate::path) died: Option<Noted<DeathRecorded>>,
    pub(in crate::path) last_contact: Option<Arc<Stamp>>,
    /// Every time that somebody who gives care met the person.
    pub(in crate::path) met_by_care: Vec<Arc<Stamp>>,
    pub(in crate::path) dropped_out: Option<Arc<Stamp>>,
}

impl CaseState {
    /// The person was spoken to, or was there.
    pub(super) fn contact(&mut self, stamp: &Arc<Stamp>) {
        if self.last_contact.as_ref().is_none_or(|last| last.occurred.at <= stamp.occurred.at) {
            self.last_contact = Some(stamp.clone());
        }
        if stamp.by.role == Role::CareProvider {
            self.met_by_care.push(stamp.clone());
        }
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &CaseEvent) {
    match event {
        CaseEvent::CoordinatorAssigned(assigned) => {
            path.municipality = Some(assigned.municipality.clone());
            path.case.coordinator = Some(Noted::new(stamp, assigned));
        }
        CaseEvent::NoteAdded(note) => path.case.notes.push(Noted::new(stamp, note)),
        CaseEvent::CaseClosed(closed) => {
            path.case.closed = Some(Noted::new(stamp, closed));
            path.case.reopened = None;
            path.end_what_goes_on(stamp, LookoutEndReason::CaseClosed);
            path.end_announced(stamp, DischargeEndReason::CaseClosed);
            path.repatriation.end_with(stamp, HandoverWithdrawReason::Other);
        }
        CaseEvent::CaseReopened(_) => {
            path.case.closed = None;
            // A coordinator who opens it again knows.
            path.case.reopened = (stamp.by.role != Role::ProcessCoordinator).then(|| stamp.clone());
        }
        CaseEvent::DeathRecorded(died) => {
            path.case.died = Some(Noted::new(stamp, died));
            path.end_what_goes_on(stamp, LookoutEndReason::Died);
            path.end_announced(stamp, DischargeEndReason::Died);
            path.repatriation.end_with(stamp, HandoverWithdrawReason::Died);
            path.lost.back_in_sight(stamp);
        }
    }
}

impl CarePath {
    /// Whether somebody closed the case.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.case.closed.is_some()
    }

    /// A closed case ends what hangs on it, and so does a death: nobody looks out, holds a bed or decides any more.
    fn end_what_goes_on(&mut self, stamp: &Arc<Stamp>, reason: LookoutEndReason) {
        self.lost.end_search(stamp, reason);
        self.overtake_requests(stamp);
        self.end_stays(stamp);
        self.end_referrals(stamp);
    }

    /// What shows that the person is there opens a closed case again: a case is no trap.
    pub(super) fn and_reopened(&self, mut events: Vec<Event>) -> Vec<Event> {
        if self.is_closed() {
            events.push(CaseEvent::CaseReopened(CaseReopened { explanation: None }).into());
        }
        events
    }

    /// What is planned or asked for goes onto an open case: a closed one is reopened first.
    pub(crate) fn require_open(&self) -> Result<(), Refusal> {
        if self.is_closed() { Err(CaseRefusal::Closed.into()) } else { Ok(()) }
    }
}

//! The case as such: who follows it, notes, and how it ends. Nothing closes a case by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};

use super::discharge::DischargeEvent;
use super::intake::IntakeEvent;
use super::stay::StayEvent;
use super::tasks::recorded;
use super::{CarePath, Noted, Stamp};
use crate::codes::{CloseReason, DischargeEndReason, HandoverWithdrawReason, LookoutEndReason, Role};
use crate::command::Refusal;
use crate::event::Event;
use crate::fact::{events, part_events};
use crate::ids::{Municipality, NoteId, PersonId, UserId};
use crate::policy::rules::close_reason_tells_of;
use crate::private::{Medical, Social};
use crate::text::Text;
use crate::time::{DateTime, Occurred, local};

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
    /// What closed the whole case: each of the ids that were linked since.
    pub(crate) closed: Option<Noted<CaseClosed>>,
    /// The ids under which anything has happened, and what closed each. A record that was closed before it was linked with
    /// another says nothing of that one.
    parts: Vec<(PersonId, Option<Noted<CaseClosed>>)>,
    /// It was opened again because of what was recorded on it.
    pub(in crate::path) reopened: Option<Arc<Stamp>>,
    pub(crate) died: Option<Noted<DeathRecorded>>,
    pub(in crate::path) last_contact: Option<Arc<Stamp>>,
    /// Every time that somebody who gives care met the person.
    pub(in crate::path) met_by_care: Vec<Arc<Stamp>>,
    pub(in crate::path) dropped_out: Option<Arc<Stamp>>,
}

/// Whether such an event shows that the person is there: it opens a closed case again.
pub(in crate::path) fn shows_the_person(event: &Event) -> bool {
    match event {
        Event::Signal(_)
        | Event::Intake(IntakeEvent::IntakeCompleted(_) | IntakeEvent::TurnedAway(_))
        | Event::Incident(_)
        | Event::Discharge(DischargeEvent::DischargedTo(_) | DischargeEvent::DischargeAnnounced(_))
        | Event::Stay(StayEvent::BedAssigned(_) | StayEvent::AttendanceRecorded(_)) => true,
        Event::Stay(StayEvent::NoShowRecorded(_) | StayEvent::BedReleased(_))
        | Event::Discharge(DischargeEvent::DischargeCalledOff(_))
        // It is taken from the file as well.
        | Event::Intake(IntakeEvent::LivingSituationRecorded(_))
        | Event::Identity(_)
        | Event::Relation(_)
        | Event::Rights(_)
        | Event::Referral(_)
        | Event::Lost(_)
        | Event::Exception(_)
        | Event::Repatriation(_)
        | Event::Case(_)
        | Event::Privacy(_)
        | Event::Deadline(_)
        | Event::Correction(_)
        | Event::Directory(_)
        | Event::Figures(_) => false,
    }
}

impl Noted<DeathRecorded> {
    /// From when to when the person may have died: on the day that was said, or when it occurred.
    pub(in crate::path) fn when(&self) -> (DateTime, DateTime) {
        let said = self.died_on.and_then(|day| {
            let midnight = |day: NaiveDate| local(day, NaiveTime::MIN);
            midnight(day).zip(midnight(day.succ_opt()?))
        });
        said.unwrap_or((self.stamp.occurred.at, self.stamp.occurred.latest()))
    }
}

impl CaseState {
    /// Something happened under an id. A case is not closed as a whole once something happens under another one.
    fn begin(&mut self, stamp: &Arc<Stamp>) {
        if !self.parts.iter().any(|(known, _)| *known == stamp.person_id) {
            self.parts.push((stamp.person_id, None));
            self.open(stamp);
        }
    }

    fn open(&mut self, stamp: &Arc<Stamp>) {
        if self.closed.take().is_some() {
            self.reopened = (stamp.by.role != Role::ProcessCoordinator).then(|| stamp.clone());
        }
    }

    /// Closes some ids: the case, once all are closed.
    fn close(&mut self, ids: &BTreeSet<PersonId>, by: &Noted<CaseClosed>) {
        for (_, closed) in self.parts.iter_mut().filter(|(person, _)| ids.contains(person)) {
            *closed = Some(by.clone());
        }
        self.closed = self.parts.iter().all(|(_, closed)| closed.is_some()).then(|| by.clone());
        self.reopened = None;
    }

    /// A coordinator who opens it again knows.
    fn reopen(&mut self, ids: &BTreeSet<PersonId>, stamp: &Arc<Stamp>) {
        for (_, closed) in self.parts.iter_mut().filter(|(person, _)| ids.contains(person)) {
            *closed = None;
        }
        self.open(stamp);
    }

    /// Whether anything of the case is closed.
    fn is_any_closed(&self) -> bool {
        self.parts.iter().any(|(_, closed)| closed.is_some())
    }

    /// What closed any of some ids last.
    fn closed_last(&self, ids: &BTreeSet<PersonId>) -> Option<&Stamp> {
        let closed =
            self.parts.iter().filter(|(person, _)| ids.contains(person)).filter_map(|(_, closed)| closed.as_ref());
        closed.map(|closed| &*closed.stamp).max_by_key(|stamp| stamp.occurred.latest())
    }

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
            let ids = path.record.linked_when(stamp.person_id, stamp);
            path.case.close(&ids, &Noted::new(stamp, closed));
            let of_these = |asked: &Stamp| ids.contains(&asked.person_id);
            path.end_what_goes_on(stamp, LookoutEndReason::CaseClosed, HandoverWithdrawReason::Other, of_these);
            path.end_stays(stamp, of_these);
            path.reopen_if_seen_since(stamp, &ids);
        }
        CaseEvent::CaseReopened(_) => {
            let ids = path.record.linked_when(stamp.person_id, stamp);
            path.case.reopen(&ids, stamp);
        }
        CaseEvent::DeathRecorded(died) => {
            path.case.died = Some(Noted::new(stamp, died));
            path.end_with(stamp, LookoutEndReason::Died, HandoverWithdrawReason::Died);
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

    /// A closed case ends what hangs on it, and so does a death: nobody looks out, holds a bed, decides or waits for an answer
    /// any more, and who the person is is no matter of other municipalities.
    pub(super) fn end_with(&mut self, stamp: &Arc<Stamp>, reason: LookoutEndReason, handover: HandoverWithdrawReason) {
        self.end_what_goes_on(stamp, reason, handover, |_| true);
        self.end_stays(stamp, |_| true);
    }

    /// Ends what was asked for, as far as it is concerned.
    fn end_what_goes_on(
        &mut self,
        stamp: &Arc<Stamp>,
        reason: LookoutEndReason,
        handover: HandoverWithdrawReason,
        concerns: impl Fn(&Stamp) -> bool + Copy,
    ) {
        self.lost.end_search(stamp, reason, concerns);
        let died = reason == LookoutEndReason::Died;
        let discharge = if died { DischargeEndReason::Died } else { DischargeEndReason::CaseClosed };
        self.end_announced(stamp, discharge, concerns);
        self.overtake_requests(stamp, concerns);
        self.end_referrals(stamp, concerns);
        self.repatriation.end_with(stamp, handover, concerns);
        if died || self.is_closed() || self.is_erased() {
            self.identity.take_release_back();
        }
    }

    /// A closing or a death that is told late ends what was asked for since, too. A bed is no such thing: it shows that they
    /// were there.
    pub(super) fn end_what_is_over(&mut self) {
        if let Some(died) = self.case.died.as_ref().map(|died| died.stamp.clone()) {
            self.end_what_goes_on(&died, LookoutEndReason::Died, HandoverWithdrawReason::Died, |_| true);
        } else if let Some(closed) = self.case.closed.as_ref().map(|closed| closed.stamp.clone()) {
            self.end_what_goes_on(&closed, LookoutEndReason::CaseClosed, HandoverWithdrawReason::Other, |_| true);
        }
    }

    /// Nothing goes on for somebody who was erased, whatever is told after that: nobody could end it any more. A bed that was
    /// given to a linked person at the same moment would stay theirs for ever.
    pub(super) fn end_what_was_erased(&mut self) {
        if let Some(erased) = self.privacy.erased.values().next().map(|erased| erased.stamp.clone()) {
            self.end_with(&erased, LookoutEndReason::NoLongerNeeded, HandoverWithdrawReason::Other);
        }
    }

    /// That the person died is a death, whatever it was said about; once is enough.
    pub(super) fn dies(&self) -> Option<Event> {
        let death = DeathRecorded { died_on: None, explanation: None };
        self.case.died.is_none().then(|| CaseEvent::DeathRecorded(death).into())
    }

    /// What shows that the person was there after the case was closed opens it again, whenever the closing was told.
    pub(super) fn reopen_if_back(&mut self, stamp: &Arc<Stamp>, event: &Event) {
        self.case.begin(stamp);
        if !shows_the_person(event) || !self.case.is_any_closed() {
            return;
        }
        let ids = self.record.linked_when(stamp.person_id, stamp);
        let closed = self.case.closed_last(&ids).or(self.case.closed.as_ref().map(|closed| &*closed.stamp));
        if closed.is_some_and(|closed| stamp.occurred.at > closed.occurred.latest()) {
            self.case.reopen(&ids, stamp);
        }
    }

    /// Of what is not known to the hour, that it was told after the closing says that it happened after it.
    fn reopen_if_seen_since(&mut self, closed: &Stamp, ids: &BTreeSet<PersonId>) {
        let seen = self.lost.last_seen.iter().map(|seen| &seen.stamp).chain(&self.case.last_contact);
        let signs = seen.chain(self.stays.iter().map(|stay| &stay.assigned.stamp));
        let signs = signs.filter(|sign| ids.contains(&sign.person_id));
        let since =
            |sign: &&Arc<Stamp>| recorded(sign) > recorded(closed) && sign.occurred.latest() >= closed.occurred.at;
        if let Some(sign) = signs.filter(since).max_by_key(|sign| recorded(sign)).cloned() {
            self.case.reopen(ids, &sign);
        }
    }

    /// What shows that the person is there opens a closed case again, unless it surely was before the closing: a case is no
    /// trap.
    pub(super) fn and_reopened(&self, occurred: Occurred, mut events: Vec<Event>) -> Vec<Event> {
        let since = |closed: &Noted<CaseClosed>| occurred.latest() >= closed.stamp.occurred.at;
        if self.case.closed.as_ref().is_some_and(since) {
            events.push(CaseEvent::CaseReopened(CaseReopened { explanation: None }).into());
        }
        events
    }

    /// What is planned or asked for goes onto an open case: a closed one is reopened first, and a death that was recorded by
    /// mistake is retracted first.
    pub(crate) fn require_open(&self) -> Result<(), Refusal> {
        if self.is_closed() { Err(CaseRefusal::Closed.into()) } else { self.require_alive() }
    }

    /// What a person says themselves is not recorded of somebody whose death is.
    pub(crate) fn require_alive(&self) -> Result<(), Refusal> {
        if self.case.died.is_some() { Err(CaseRefusal::Died.into()) } else { Ok(()) }
    }
}

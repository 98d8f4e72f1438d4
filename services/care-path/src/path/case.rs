//! The case as such: who follows it, notes, and how it ends. Nothing closes a case by itself.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{CarePath, Noted, Stamp};
use crate::codes::{CloseReason, Role};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::fact::{events, part_events};
use crate::ids::{Municipality, NoteId, UserId};
use crate::policy::rules::close_reason_tells_of;
use crate::private::{Medical, Social, private};
use crate::text::Text;
use crate::time::Day;

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
        CaseEvent::CaseClosed(closed) => path.case.closed = Some(Noted::new(stamp, closed)),
        CaseEvent::CaseReopened(_) => path.case.closed = None,
        CaseEvent::DeathRecorded(died) => {
            path.case.died = Some(Noted::new(stamp, died));
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

    /// What is recorded of the person's life goes onto an open case: a closed one is reopened first.
    pub(crate) fn require_open(&self) -> Result<(), Refusal> {
        if self.is_closed() { Err(CaseRefusal::Closed.into()) } else { Ok(()) }
    }
}

refusals! {
    /// Why a case is not closed, reopened or written to.
    CaseRefusal {
        Closed = "case_closed": "the case is closed; reopen it first",
        NotClosed = "case_not_closed": "the case is not closed",
        DeathAlreadyRecorded = "death_already_recorded": "the death was recorded already",
    }
}

/// Assigns who follows the case; with another municipality, the case moves there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AssignCoordinator {
    /// Unless said, the municipality stays.
    pub municipality: Option<Municipality>,
    /// A coordinator by name of user; unless said, the municipality's desk.
    pub coordinator: Option<UserId>,
}

impl Decide for AssignCoordinator {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let municipality = self
            .municipality
            .or_else(|| path.municipality.clone())
            .or_else(|| at.home_municipality())
            .filter(|municipality| at.directory.has_municipality(municipality))
            .ok_or(Refusal::field("municipality", "no organisation of this municipality takes part"))?;
        Ok(vec![
            CaseEvent::CoordinatorAssigned(CoordinatorAssigned { municipality, coordinator: self.coordinator }).into(),
        ])
    }
}

/// Writes a note.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddNote {
    pub text: Text,
}

impl Decide for AddNote {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        Ok(vec![CaseEvent::NoteAdded(NoteAdded { note: NoteId(at.id), text: self.text.into() }).into()])
    }
}

/// Closes the case: always somebody's decision, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseCase {
    pub reason: CloseReason,
    pub explanation: Option<Text>,
}

impl Decide for CloseCase {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        Ok(vec![
            CaseEvent::CaseClosed(CaseClosed { reason: self.reason, explanation: private(self.explanation) }).into(),
        ])
    }
}

/// Reopens a closed case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReopenCase {
    pub explanation: Option<Text>,
}

impl Decide for ReopenCase {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if !path.is_closed() {
            return Err(CaseRefusal::NotClosed.into());
        }
        Ok(vec![CaseEvent::CaseReopened(CaseReopened { explanation: private(self.explanation) }).into()])
    }
}

/// Records that the person died. It does not close the case: somebody does, when everybody knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordDeath {
    pub died_on: Option<Day>,
    pub explanation: Option<Text>,
}

impl Decide for RecordDeath {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if path.case.died.is_some() {
            return Err(CaseRefusal::DeathAlreadyRecorded.into());
        }
        let died_on = at.past("died_on", self.died_on.map(Day::get))?;
        let born = path.identity.newest(|claim| claim.birth_date);
        if died_on.zip(born).is_some_and(|(died, born)| died < born) {
            return Err(Refusal::field("died_on", "must not lie before the date of birth"));
        }
        let explanation = private(self.explanation);
        Ok(vec![CaseEvent::DeathRecorded(DeathRecorded { died_on, explanation }).into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::identity::{IdentityInput, UpdateIdentity};
    use super::super::testing::*;
    use super::*;
    use crate::codes::{Assurance, Phase};

    fn close() -> CloseCase {
        CloseCase { reason: CloseReason::Housed, explanation: None }
    }

    #[test]
    fn a_case_is_closed_with_a_reason_and_reopened() {
        given([signalled()]).when(close()).then(|path| assert_eq!(path.phase(), Phase::Closed));
        given([signalled()])
            .when(close())
            .and(ReopenCase::default())
            .then(|path| assert_eq!(path.phase(), Phase::Signalled));
    }

    #[test]
    fn what_is_closed_is_not_closed_again_and_what_is_open_not_reopened() {
        given([signalled()]).when(close()).and(close()).then_err(CaseRefusal::Closed);
        given([signalled()]).when(ReopenCase::default()).then_err(CaseRefusal::NotClosed);
    }

    #[test]
    fn nothing_closes_a_case_by_itself_not_even_a_death() {
        given([signalled()]).when(RecordDeath::default()).then(|path| assert!(!path.is_closed()));
        given([signalled()])
            .when(RecordDeath::default())
            .and(RecordDeath::default())
            .then_err(CaseRefusal::DeathAlreadyRecorded);
    }

    #[test]
    fn nobody_dies_in_the_future_or_before_they_were_born() {
        let died = |day: &str| RecordDeath { died_on: Some(day.parse().unwrap()), explanation: None };
        let born = |day: &str| UpdateIdentity {
            claim: IdentityInput { birth_date: Some(day.parse().unwrap()), ..IdentityInput::default() },
            assurance: Assurance::SelfDeclared,
        };
        given([signalled()]).when(died("2026-01-11")).then_field("died_on");
        given([signalled()]).when(born("2005-03-02")).and(died("2005-03-01")).then_field("died_on");
        given([signalled()]).when(born("2005-03-02")).and(died("2005-03-02")).then_types(["death_recorded"]);
        given([signalled()]).when(died("2026-01-10")).then_types(["death_recorded"]);
    }

    #[test]
    fn a_case_moves_with_its_coordinator() {
        let to_utrecht = AssignCoordinator { municipality: Some("utrecht".parse().unwrap()), coordinator: None };
        given([signalled()]).when(to_utrecht).then(|path| {
            assert_eq!(path.municipality().map(Municipality::as_str), Some("utrecht"));
        });
    }

    #[test]
    fn a_note_may_be_added_to_a_closed_case() {
        let note = AddNote { text: "called the family".parse().unwrap() };
        given([signalled(), closed(CloseReason::Housed)]).when(note).then_types(["note_added"]);
    }
}

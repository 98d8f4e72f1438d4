//! Decisions on the case as such: who follows it, notes, closing, reopening, death.

use super::{CaseClosed, CaseEvent, CaseReopened, CoordinatorAssigned, DeathRecorded, NoteAdded};
use crate::codes::CloseReason;
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::{Municipality, NoteId, UserId};
use crate::path::CarePath;
use crate::path::identity::ClaimFacts;
use crate::private::private;
use crate::text::Text;
use crate::time::Day;
use serde::Deserialize;

refusals! {
    /// Why a case is not closed, reopened or written to.
    CaseRefusal {
        Closed = "case_closed": "the case is closed; reopen it first",
        Died = "person_died": "the person's death was recorded; retract that entry first if it is a mistake",
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
    /// A coordinator by name of user, as the organisations of the municipality list them; unless said, its desk.
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
        let coordinates = |user: &UserId| at.directory.has_coordinator(&municipality, user);
        if !self.coordinator.as_ref().is_none_or(coordinates) {
            return Err(Refusal::field("coordinator", "is not listed as a coordinator of this municipality"));
        }
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
        if path.is_closed() {
            return Err(CaseRefusal::Closed.into());
        }
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
        let born = path.identity.best(ClaimFacts::birth_date);
        if died_on.zip(born).is_some_and(|(died, born)| died < born.value.first()) {
            return Err(Refusal::field("died_on", "must not lie before the date of birth"));
        }
        let explanation = private(self.explanation);
        Ok(vec![CaseEvent::DeathRecorded(DeathRecorded { died_on, explanation }).into()])
    }
}

//! Decisions to take somebody in, or to turn them away.

use super::{IntakeCompleted, IntakeEvent, SocialSituation, TurnedAway};
use crate::codes::{EthosLight, LocationType, Offering, Problem, RetractReason, TurnAwayReason, Urgency};
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::ids::{EventId, FacilityId};
use crate::list::Few;
use crate::path::bounds::of_a_life;
use crate::path::correction::{CorrectionRefusal, RetractEntry};
use crate::path::identity::IdentityInput;
use crate::path::{CarePath, Problems};
use crate::private::private;
use crate::text::Text;
use serde::Deserialize;

/// Records an intake. Nothing is required of the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordIntake {
    pub location_type: Option<LocationType>,
    /// How soon the person must be helped. `routine` unless said.
    pub urgency: Option<Urgency>,
    pub identity: Option<IdentityInput>,
    pub living_situation: Option<EthosLight>,
    /// How the person lives.
    pub circumstances: Option<Text>,
    pub situation: Option<SocialSituation>,
    /// What those around the person must know to keep them safe.
    pub care_needs: Option<Text>,
    /// What was found of the person's health.
    pub findings: Option<Text>,
    /// Whether an injury of the head is possible, so that a doctor must look at it.
    pub head_injury_suspected: Option<bool>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub problems: Few<Problem, 32>,
}

impl RecordIntake {
    /// What holds of those too who are taken in together with the person.
    pub(crate) fn shared(&self) -> Self {
        Self {
            location_type: self.location_type,
            urgency: self.urgency,
            living_situation: self.living_situation,
            ..Self::default()
        }
    }
}

impl Decide for RecordIntake {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let months = self.situation.as_ref().and_then(|situation| situation.months_in_the_netherlands);
        of_a_life("situation/months_in_the_netherlands", months)?;
        let identity = self.identity.map(|input| input.first_claim(at, "identity/birth_date")).transpose()?;
        let problems = Problems::of(&self.problems);
        let intake = IntakeCompleted {
            location_type: self.location_type,
            urgency: self.urgency.unwrap_or(Urgency::Routine),
            identity: private(identity),
            living_situation: private(self.living_situation),
            circumstances: private(self.circumstances),
            situation: private(self.situation),
            care_needs: private(self.care_needs),
            findings: private(self.findings),
            head_injury_suspected: private(self.head_injury_suspected),
            problems,
        };
        Ok(path.and_reopened(at.occurred, vec![IntakeEvent::IntakeCompleted(Box::new(intake)).into()]))
    }
}

/// Records that somebody was turned away; without a `person_id`, somebody whom nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TurnAway {
    pub reason: TurnAwayReason,
    pub offering: Option<Offering>,
    /// At which facility of your organisation.
    pub facility: Option<FacilityId>,
    /// How many people, where nobody knows them. One unless said.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 500))]
    pub persons: Option<u16>,
}

impl Decide for TurnAway {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let persons = self.persons.unwrap_or(1);
        let most = if at.about_nobody_known() { 500 } else { 1 };
        if !(1..=most).contains(&persons) {
            return Err(Refusal::field("persons", "must be 1 for a known person, and 1 to 500 for unknown ones"));
        }
        let own = at.directory.find(&at.by.organisation);
        let is_own = |facility| own.is_some_and(|own| own.facility(facility).is_some());
        if !self.facility.as_ref().is_none_or(is_own) {
            return Err(Refusal::field("facility", "is not a facility of your organisation"));
        }
        let Self { reason, offering, facility, .. } = self;
        let turned_away = TurnedAway { reason, offering, facility, persons };
        Ok(path.and_reopened(at.occurred, vec![IntakeEvent::TurnedAway(turned_away).into()]))
    }
}

/// Takes back that people were turned away whom nobody knows: it was recorded by mistake.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RetractTurnAway {
    pub reason: RetractReason,
}

impl Decide for RetractTurnAway {
    type Subject = EventId;

    fn decide(self, entry: EventId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        // Of a person it is an entry like any other.
        if !at.about_nobody_known() {
            return Err(CorrectionRefusal::Unknown.into());
        }
        RetractEntry { reason: self.reason, explanation: None }.decide(entry, path, at)
    }
}

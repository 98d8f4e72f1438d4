//! Intakes, and people who were turned away. No field of an intake is required: a person without name, date of birth
//! or document is taken in like any other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::bounds::of_a_life;
use super::identity::{IdentityClaim, IdentityInput, IdentityState};
use super::{CarePath, Noted, Problems, Stamp};
use crate::codes::{EthosLight, LocationType, Offering, Problem, TurnAwayReason, Urgency, YesNoUnknown};
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::fact::{events, part_events};
use crate::list::Few;
use crate::private::{Identity, Medical, Private, Social, private};
use crate::text::Text;

part_events! {
    /// Intakes and turn-aways.
    pub enum IntakeEvent {
        IntakeCompleted(Box<IntakeCompleted>),
        TurnedAway(TurnedAway),
    }
}

events! {
    /// Somebody was taken in.
    pub struct IntakeCompleted as it {
        location_type: maybe LocationType => Presence, Minimal;
        urgency: clear Urgency => Medical, Minimal;
        identity: ..Option<Private<IdentityClaim, Identity>>;
        living_situation: maybe sealed(EthosLight, Social) => Social, Minimal;
        circumstances: maybe sealed(Text, Social) => Social, Full;
        situation: maybe sealed(SocialSituation, Social) => Social, Full;
        /// What those around the person must know to keep them safe.
        care_needs: maybe sealed(Text, Medical) => Medical, Minimal;
        /// What was found.
        findings: maybe sealed(Text, Medical) => Medical, Full;
        /// Whether an injury of the head is possible, so that somebody must look at it.
        head_injury_suspected: maybe sealed(bool, Medical) => Medical, Minimal;
        #[serde(default, skip_serializing_if = "Problems::is_empty")]
        problems: ..Problems;
    }

    /// Somebody was turned away, or a number of people who are not known.
    pub struct TurnedAway {
        reason: clear TurnAwayReason => Rights, Minimal;
        offering: maybe Offering => Presence, Minimal;
        persons: clear u16 => Presence, Minimal;
    }
}

/// Work, income and residence, as far as they are known.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct SocialSituation {
    pub works: Option<YesNoUnknown>,
    pub has_income: Option<YesNoUnknown>,
    pub registered_resident: Option<YesNoUnknown>,
    pub has_postal_address: Option<YesNoUnknown>,
    #[cfg_attr(feature = "schema", schema(maximum = 1440))]
    pub months_in_the_netherlands: Option<u16>,
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &IntakeEvent) {
    match event {
        IntakeEvent::IntakeCompleted(intake) => {
            IdentityState::claim(path, stamp, intake.identity.as_ref(), None);
            path.seen(stamp, intake.location_type, None);
            path.case.contact(stamp);
            path.intakes.push(Noted::new(stamp, intake));
        }
        IntakeEvent::TurnedAway(turned_away) => {
            path.seen(stamp, None, None);
            path.turn_aways.push(Noted::new(stamp, turned_away));
        }
    }
}

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

impl Decide for RecordIntake {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let months = self.situation.as_ref().and_then(|situation| situation.months_in_the_netherlands);
        of_a_life("situation/months_in_the_netherlands", months)?;
        let identity = self.identity.map(|input| input.claim(at, "identity/birth_date")).transpose()?;
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
        Ok(vec![IntakeEvent::IntakeCompleted(Box::new(intake)).into()])
    }
}

/// Records that somebody was turned away; without a `person_id`, somebody whom nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TurnAway {
    pub reason: TurnAwayReason,
    pub offering: Option<Offering>,
    /// How many people, where nobody knows them. One unless said.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 500))]
    pub persons: Option<u16>,
}

impl Decide for TurnAway {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let persons = self.persons.unwrap_or(1);
        let most = if at.about_nobody_known() { 500 } else { 1 };
        if !(1..=most).contains(&persons) {
            return Err(Refusal::field("persons", "must be 1 for a known person, and 1 to 500 for unknown ones"));
        }
        Ok(vec![IntakeEvent::TurnedAway(TurnedAway { reason: self.reason, offering: self.offering, persons }).into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::codes::Phase;

    #[test]
    fn an_intake_needs_no_name_no_date_of_birth_and_no_document() {
        given([signalled()]).when(RecordIntake::default()).then(|path| {
            assert_eq!(path.phase(), Phase::InContact);
            assert!(path.identity.claims.is_empty());
        });
    }

    #[test]
    fn turning_away_a_known_person_counts_one() {
        let turn_away = |persons| TurnAway { reason: TurnAwayReason::Full, offering: None, persons };
        given([signalled()]).when(turn_away(None)).then_types(["turned_away"]);
        given([signalled()]).when(turn_away(Some(2))).then_field("persons");
    }

    #[test]
    fn problems_are_kept_apart_by_the_class_they_are_sealed_in() {
        let intake = RecordIntake {
            problems: [Problem::Uninsured, Problem::MemoryProblem, Problem::Shoplifting, Problem::MemoryProblem].into(),
            ..RecordIntake::default()
        };
        given([signalled()]).when(intake).then(|path| {
            let problems = &path.intakes[0].problems;
            assert_eq!(problems.social.as_ref().unwrap().get().unwrap(), &[Problem::Uninsured]);
            assert_eq!(problems.medical.as_ref().unwrap().get().unwrap(), &[Problem::MemoryProblem]);
            assert_eq!(problems.justice.as_ref().unwrap().get().unwrap(), &[Problem::Shoplifting]);
        });
    }
}

//! Intakes, and people who were turned away. No field of an intake is required: a person without name, date of birth
//! or document is taken in like any other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::identity::{IdentityClaim, IdentityState};
use super::{CarePath, Noted, Problems, Stamp};
use crate::codes::{EthosLight, Household, LocationType, Offering, TurnAwayReason, Urgency, YesNoUnknown};
use crate::fact::{events, part_events};
use crate::ids::FacilityId;
use crate::private::{Identity, Medical, Private, Social};
use crate::text::Text;
use crate::time::PartialDate;

mod decide;
mod living;
#[cfg(test)]
mod tests;
mod turn_aways;

pub use decide::{RecordIntake, RetractTurnAway, TurnAway};
pub use living::RecordLivingSituation;
pub use turn_aways::{Counted, TurnAwayAt, TurnAways};

part_events! {
    /// Intakes, living situations and turn-aways.
    pub enum IntakeEvent {
        IntakeCompleted(Box<IntakeCompleted>),
        LivingSituationRecorded(LivingSituationRecorded),
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

    /// How somebody lives was taken down for a day: what the counts of homeless people ask of everybody with an open case.
    pub struct LivingSituationRecorded {
        living_situation: sealed(EthosLight, Social) => Social, Minimal;
        household: maybe sealed(Household, Social) => Social, Full;
        /// Since when the person has no home.
        homeless_since: maybe sealed(PartialDate, Social) => Social, Full;
        /// Since when the person is in the Netherlands.
        in_the_netherlands_since: maybe sealed(PartialDate, Social) => Social, Full;
    }

    /// Somebody was turned away, or a number of people who are not known.
    pub struct TurnedAway {
        reason: clear TurnAwayReason => Rights, Minimal;
        offering: maybe Offering => Presence, Minimal;
        /// At which door, if the organisation has several.
        facility: maybe FacilityId => Presence, Full;
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
            IdentityState::first_claim(path, stamp, intake.identity.as_ref());
            path.seen(stamp, intake.location_type, None);
            path.case.contact(stamp);
            path.intakes.push(Noted::new(stamp, intake));
        }
        // A class may be taken from the file: it does not say that the person was seen.
        IntakeEvent::LivingSituationRecorded(living) => path.living.push(Noted::new(stamp, living)),
        IntakeEvent::TurnedAway(turned_away) => {
            path.seen(stamp, None, None);
            path.turn_aways.push(Noted::new(stamp, turned_away));
        }
    }
}

//! Decisions on legal holds.

use super::{HoldLifted, HoldPlaced, PrivacyEvent};
use crate::codes::HoldReason;
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::HoldId;
use crate::path::CarePath;
use serde::Deserialize;

refusals! {
    /// Why a hold is not lifted.
    PrivacyRefusal {
        UnknownHold = "unknown_hold": "there is no such hold",
    }
}

/// Places a legal hold: the record must not be erased while it lasts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlaceHold {
    pub reason: HoldReason,
}

impl Decide for PlaceHold {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        Ok(vec![PrivacyEvent::HoldPlaced(HoldPlaced { hold: HoldId(at.id), reason: self.reason }).into()])
    }
}

/// Lifts a legal hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LiftHold {}

impl Decide for LiftHold {
    type Subject = HoldId;

    fn decide(self, hold: HoldId, path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if !path.privacy.holds.iter().any(|held| held.hold == hold) {
            return Err(PrivacyRefusal::UnknownHold.into());
        }
        Ok(vec![PrivacyEvent::HoldLifted(HoldLifted { hold }).into()])
    }
}

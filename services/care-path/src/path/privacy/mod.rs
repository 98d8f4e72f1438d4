//! Legal holds, and that a person was erased.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CarePath, Noted, Stamp};
use crate::codes::{DischargeEndReason, HandoverWithdrawReason, HoldReason, LookoutEndReason};
use crate::fact::{events, facts, part_events};
use crate::ids::HoldId;

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{LiftHold, PlaceHold, PrivacyRefusal};

part_events! {
    /// Keeping and forgetting.
    pub enum PrivacyEvent {
        HoldPlaced(HoldPlaced),
        HoldLifted(HoldLifted),
        SubjectErased(SubjectErased),
    }
}

events! {
    /// The record must not be erased.
    pub struct HoldPlaced {
        hold: clear HoldId as "hold_id" => Notes, Full;
        reason: clear HoldReason => Notes, Full;
    }

    /// It may be again.
    pub struct HoldLifted {
        hold: clear HoldId as "hold_id" => Notes, Full;
    }
}

/// The person's keys were destroyed: what described them reads as erased from here back to the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SubjectErased;

facts! { SubjectErased as it { } }

/// What must be kept, and whether the person was forgotten.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct PrivacyState {
    pub(in crate::path) holds: Vec<Noted<HoldPlaced>>,
    pub(in crate::path) erased: Option<Arc<Stamp>>,
}

impl PrivacyEvent {
    /// The legal hold that it is about, if it is about one.
    #[must_use]
    pub fn hold(&self) -> Option<HoldId> {
        match self {
            Self::HoldPlaced(event) => Some(event.hold),
            Self::HoldLifted(event) => Some(event.hold),
            Self::SubjectErased(_) => None,
        }
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &PrivacyEvent) {
    match event {
        PrivacyEvent::HoldPlaced(placed) => path.privacy.holds.push(Noted::new(stamp, placed)),
        PrivacyEvent::HoldLifted(lifted) => path.privacy.holds.retain(|held| held.hold != lifted.hold),
        PrivacyEvent::SubjectErased(_) => {
            path.privacy.erased = Some(stamp.clone());
            path.end_with(stamp, LookoutEndReason::NoLongerNeeded, HandoverWithdrawReason::Other);
            path.end_announced(stamp, DischargeEndReason::CaseClosed);
        }
    }
}

impl CarePath {
    /// Whether the person was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.privacy.erased.is_some()
    }

    /// Whether a legal hold keeps the record from being erased.
    #[must_use]
    pub fn is_on_hold(&self) -> bool {
        !self.privacy.holds.is_empty()
    }
}

//! Discharge from a hospital. Whoever arrives somewhere without a warning was discharged unsafely, and it is flagged. A
//! hospital that announces a discharge warns the place where the person will go.

use std::sync::Arc;

use super::{CarePath, Noted, Stamp};
use crate::codes::{DischargeEndReason, LocationType};
use crate::command::refusals;
use crate::fact::{events, part_events};
use crate::ids::{DischargeId, OrgId};
use crate::private::Medical;
use crate::text::Text;
use crate::time::DateTime;

mod announced;
mod decide;
#[cfg(test)]
mod tests;

pub use announced::AnnouncedDischarge;
pub use decide::{AnnounceDischarge, CallOffDischarge, ReportDischarge};

part_events! {
    /// Leaving a hospital.
    pub enum DischargeEvent {
        DischargedTo(DischargedTo),
        DischargeAnnounced(DischargeAnnounced),
        DischargeCalledOff(DischargeCalledOff),
    }
}

events! {
    /// Somebody was discharged.
    pub struct DischargedTo as it {
        /// The hospital.
        from: clear OrgId => Medical, Minimal;
        destination: clear LocationType => Presence, Minimal;
        /// Where they went, if it is an organisation.
        to: maybe OrgId => Presence, Full;
        /// Whether the destination was warned: by an announcement, or as somebody said.
        warned: clear bool => Presence, Minimal;
        = is_unsafe: is bool as "unsafe" => Presence, Minimal: clear(it.is_unsafe());
        letter_received: clear bool => Medical, Minimal;
        findings: maybe sealed(Text, Medical) => Medical, Full;
    }

    /// A hospital says beforehand when it discharges the person, and where to.
    pub struct DischargeAnnounced {
        discharge: clear DischargeId as "discharge_id" => Presence, Minimal;
        /// The hospital.
        from: clear OrgId => Medical, Minimal;
        destination: clear LocationType => Presence, Minimal;
        /// The organisation that is warned.
        to: maybe OrgId => Presence, Full;
        expected_at: clear DateTime => Presence, Minimal;
        /// What the receiving place must know.
        care_needs: maybe sealed(Text, Medical) => Medical, Minimal;
    }

    /// An announced discharge does not come about as announced.
    pub struct DischargeCalledOff {
        discharge: clear DischargeId as "discharge_id" => Presence, Minimal;
        reason: clear DischargeEndReason => Presence, Full;
        explanation: maybe sealed(Text, Medical) => Medical, Full;
    }
}

impl DischargedTo {
    /// Arriving without a warning, and going back to the street.
    #[must_use]
    pub fn is_unsafe(&self) -> bool {
        !self.warned || self.destination.is_public_space()
    }
}

impl DischargeEvent {
    /// The announced discharge that it makes or calls off.
    #[must_use]
    pub fn discharge(&self) -> Option<DischargeId> {
        match self {
            Self::DischargedTo(_) => None,
            Self::DischargeAnnounced(event) => Some(event.discharge),
            Self::DischargeCalledOff(event) => Some(event.discharge),
        }
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &DischargeEvent) {
    match event {
        DischargeEvent::DischargedTo(discharge) => {
            path.seen(stamp, Some(discharge.destination), None);
            path.discharge_comes_about(stamp, discharge);
            path.discharges.push(Noted::new(stamp, discharge));
        }
        DischargeEvent::DischargeAnnounced(announced) => {
            // Whom a hospital is about to discharge is in hospital.
            path.seen(stamp, Some(LocationType::Hospital), None);
            path.announce(stamp, announced);
        }
        DischargeEvent::DischargeCalledOff(called_off) => path.call_off(stamp, called_off),
    }
}

refusals! {
    /// Why an announced discharge is not called off.
    DischargeRefusal {
        Unknown = "discharge_unknown": "there is no such announced discharge on this path",
        Ended = "discharge_ended": "the announced discharge has come about, or was called off already",
        NotOver = "discharge_not_over": "the announced discharge is still expected",
    }
}

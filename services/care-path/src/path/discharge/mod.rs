//! Discharge from a hospital. Whoever arrives somewhere without a warning was discharged unsafely, and it is flagged.

use std::sync::Arc;

use super::{CarePath, Noted, Stamp};
use crate::codes::LocationType;
use crate::fact::{events, part_events};
use crate::ids::OrgId;
use crate::private::Medical;
use crate::text::Text;

mod decide;
#[cfg(test)]
mod tests;

pub use decide::ReportDischarge;

part_events! {
    /// Leaving a hospital.
    pub enum DischargeEvent {
        DischargedTo(DischargedTo),
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
        /// Whether the destination was warned.
        warned: clear bool => Presence, Minimal;
        = is_unsafe: is bool as "unsafe" => Presence, Minimal: clear(it.is_unsafe());
        letter_received: clear bool => Medical, Minimal;
        findings: maybe sealed(Text, Medical) => Medical, Full;
    }
}

impl DischargedTo {
    /// Arriving without a warning, and going back to the street.
    #[must_use]
    pub fn is_unsafe(&self) -> bool {
        !self.warned || self.destination.is_public_space()
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &DischargeEvent) {
    let DischargeEvent::DischargedTo(discharge) = event;
    path.seen(stamp, Some(discharge.destination), None);
    path.discharges.push(Noted::new(stamp, discharge));
}

//! Discharge from a hospital. Whoever arrives somewhere without a warning was discharged unsafely, and it is flagged.

use std::sync::Arc;

use serde::Deserialize;

use super::{CarePath, Noted, Stamp};
use crate::codes::LocationType;
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::fact::{events, part_events};
use crate::ids::OrgId;
use crate::private::{Medical, private};
use crate::text::Text;

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
        !self.warned
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &DischargeEvent) {
    let DischargeEvent::DischargedTo(discharge) = event;
    path.seen(stamp, Some(discharge.destination), None);
    path.discharges.push(Noted::new(stamp, discharge));
}

/// Reports a discharge: by the hospital, or by the place where the person arrived.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportDischarge {
    /// The hospital; unless said, the reporting organisation.
    pub from: Option<OrgId>,
    pub destination: LocationType,
    /// Where they went, if it is an organisation.
    pub to: Option<OrgId>,
    /// Whether the destination was warned before the person arrived.
    pub warned: bool,
    #[serde(default)]
    pub letter_received: bool,
    /// What was found or done, for those who give care.
    pub findings: Option<Text>,
}

impl Decide for ReportDischarge {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let from = self.from.unwrap_or_else(|| at.by.organisation.clone());
        at.known_organisation("from", &from)?;
        if let Some(to) = &self.to {
            at.known_organisation("to", to)?;
        }
        let discharge = DischargedTo {
            from,
            destination: self.destination,
            to: self.to,
            warned: self.warned,
            letter_received: self.letter_received,
            findings: private(self.findings),
        };
        Ok(vec![DischargeEvent::DischargedTo(discharge).into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn discharge(warned: bool) -> ReportDischarge {
        ReportDischarge {
            from: Some("hospital-rotterdam".parse().unwrap()),
            destination: LocationType::NightShelterEu,
            to: None,
            warned,
            letter_received: false,
            findings: None,
        }
    }

    #[test]
    fn arriving_without_a_warning_is_an_unsafe_discharge() {
        given([signalled()]).when(discharge(false)).then(|path| assert!(path.discharges[0].is_unsafe()));
        given([signalled()]).when(discharge(true)).then(|path| assert!(!path.discharges[0].is_unsafe()));
    }

    #[test]
    fn a_discharge_from_an_unknown_hospital_is_refused_by_field() {
        let command = ReportDischarge { from: Some("nowhere".parse().unwrap()), ..discharge(true) };
        given([signalled()]).when(command).then_field("from");
    }
}

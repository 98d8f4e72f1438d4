//! Discharge from a hospital. Whoever arrives somewhere without a warning was discharged unsafely, and it is flagged.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CarePath, Noted, Stamp};
use crate::codes::LocationType;
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::fact::{Origin, Visitor, events, facts};
use crate::ids::OrgId;
use crate::private::{Medical, Private, private};
use crate::text::Text;

/// Leaving a hospital.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", content = "data", rename_all = "snake_case", deny_unknown_fields)]
pub enum DischargeEvent {
    DischargedTo(DischargedTo),
}

events! {
    /// Somebody was discharged.
    pub struct DischargedTo {
        /// The hospital.
        from: OrgId,
        destination: LocationType,
        /// Where they went, if it is an organisation.
        to: Option<OrgId>,
        /// Whether the destination was warned.
        warned: bool,
        letter_received: bool,
        findings: Option<Private<Text, Medical>>,
    }
}

facts! { DischargedTo as it {
    from: OrgId = "from" in Medical, Minimal: clear(&it.from);
    destination: LocationType = "destination" in Presence, Minimal: clear(&it.destination);
    to: OrgId = "to" in Presence, Full: maybe(it.to.as_ref());
    warned: bool = "warned" in Presence, Minimal: clear(&it.warned);
    is_unsafe: is bool = "unsafe" in Presence, Minimal: clear(it.is_unsafe());
    letter_received: bool = "letter_received" in Medical, Minimal: clear(&it.letter_received);
    findings: Text = "findings" in Medical, Full: maybe_sealed(&it.findings);
}}

impl DischargedTo {
    /// Arriving without a warning, and going back to the street.
    #[must_use]
    pub fn is_unsafe(&self) -> bool {
        !self.warned
    }
}

impl DischargeEvent {
    pub(crate) fn describe<'a>(&'a self, origin: Origin<'a>, visitor: &mut impl Visitor<'a>) {
        let Self::DischargedTo(event) = self;
        origin.tell(event, visitor);
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

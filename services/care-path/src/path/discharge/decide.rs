//! The decision to report a discharge.

use super::{DischargeEvent, DischargedTo};
use crate::codes::LocationType;
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::ids::OrgId;
use crate::path::CarePath;
use crate::private::private;
use crate::text::Text;
use serde::Deserialize;

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
        Ok(path.and_reopened(at, vec![DischargeEvent::DischargedTo(discharge).into()]))
    }
}

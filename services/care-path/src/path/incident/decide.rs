//! The decision to record an incident.

use super::{Incident, IncidentEvent, IncidentObserved, What};
use crate::codes::{IncidentKind, Severity};
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::path::CarePath;
use crate::text::Text;
use serde::Deserialize;

/// Records an incident.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ObserveIncident {
    pub kind: IncidentKind,
    pub severity: Severity,
    pub description: Option<Text>,
}

impl Decide for ObserveIncident {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let incident = Incident { kind: self.kind, description: self.description };
        let what = if self.kind.is_health() { What::Health(incident.into()) } else { What::Conduct(incident.into()) };
        Ok(path.and_reopened(
            at.occurred,
            vec![IncidentEvent::IncidentObserved(IncidentObserved { severity: self.severity, what }).into()],
        ))
    }
}

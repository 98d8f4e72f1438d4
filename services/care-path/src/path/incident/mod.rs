//! Incidents. Two about somebody's health in one night ask for a review of whether the place suits them.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{CarePath, Noted, Stamp};
use crate::codes::{IncidentKind, Severity};
use crate::fact::{Lies, events, part, part_events};
use crate::policy::Category;
use crate::private::{Justice, Medical, Private};
use crate::text::Text;
use crate::time::Night;

mod decide;
#[cfg(test)]
mod tests;

pub use decide::ObserveIncident;

part_events! {
    /// What happened around somebody.
    pub enum IncidentEvent {
        IncidentObserved(IncidentObserved),
    }
}

events! {
    /// An incident was observed.
    pub struct IncidentObserved as it {
        severity: clear Severity => Presence, Minimal;
        = kind: IncidentKind as "kind" => it.what.category(), Minimal: it.what.part(|what| Some(&what.kind));
        = description: Text as "description" => it.what.category(), Full: it.what.part(|what| what.description.as_ref());
        what: only What;
    }
}

/// What it was about, sealed by the class that its kind falls in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum What {
    Health(Private<Incident, Medical>),
    Conduct(Private<Incident, Justice>),
}

/// The kind of incident, and what is told of it.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Incident {
    pub kind: IncidentKind,
    pub description: Option<Text>,
}

impl What {
    fn category(&self) -> Category {
        match self {
            Self::Health(_) => Category::Medical,
            Self::Conduct(_) => Category::Justice,
        }
    }

    /// The kind of incident about health, unless it was erased.
    fn health(&self) -> Option<IncidentKind> {
        match self {
            Self::Health(what) => what.get().map(|what| what.kind),
            Self::Conduct(_) => None,
        }
    }

    fn part<'v, T>(&'v self, of: impl FnOnce(&'v Incident) -> Option<&'v T>) -> Lies<&'v T> {
        match self {
            Self::Health(what) => part(what, of),
            Self::Conduct(what) => part(what, of),
        }
    }
}

impl IncidentObserved {
    /// Its kind, where it is about health and is known.
    pub(in crate::path) fn health(&self) -> Option<IncidentKind> {
        self.what.health()
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &IncidentEvent) {
    let IncidentEvent::IncidentObserved(incident) = event;
    path.seen(stamp, None, None);
    path.incidents.push(Noted::new(stamp, incident));
}

impl CarePath {
    /// The second incident about health in the latest night that had two: since then a review is due.
    pub(crate) fn unsuitable_since(&self) -> Option<&Arc<Stamp>> {
        self.unsuitable_nights().pop()
    }

    /// The second incident about health of each night that had two.
    pub(crate) fn unsuitable_nights(&self) -> Vec<&Arc<Stamp>> {
        let mut in_night: HashMap<Night, u32> = HashMap::new();
        let health = self.incidents.iter().filter(|incident| matches!(incident.what, What::Health(_)));
        let second = health.map(|incident| &incident.stamp).filter(|stamp| {
            let count = in_night.entry(Night::of(stamp.occurred.at)).or_default();
            *count = count.saturating_add(1);
            *count == 2
        });
        second.collect()
    }
}

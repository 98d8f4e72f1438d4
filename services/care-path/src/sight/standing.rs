//! How a principal stands to a person.

use crate::actor::{Actor, Principal};
use crate::codes::DataClass;
use crate::deadlines::Deadlines;
use crate::directory::Directory;
use crate::ids::BreakGlassId;
use crate::path::CarePath;
use crate::path::repatriation::Addressed;
use crate::policy::{Abroad, Relation};
use crate::time::DateTime;

/// A case that is open to somebody in an emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emergency {
    pub by: BreakGlassId,
    pub until: DateTime,
    /// How they stand to the person without it.
    pub beside: Relation,
}

/// An actor's relation to a person, and what the person consented to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The closest relation.
    pub relation: Relation,
    /// Where that is that they opened the case in an emergency: by which id, and in which relation they stand beside it.
    pub emergency: Option<Emergency>,
    /// For those abroad: the data classes that the consents name on which the handovers rest that stand for them. `None`
    /// for those whose sight does not rest on a consent.
    pub consented: Option<Vec<DataClass>>,
    /// Until when a recording must have been told to be shown: for those abroad, until the arrival was.
    pub told_until: DateTime,
    /// Whether the person consents to a handover that is addressed to the actor abroad, whatever became of it.
    pub consents: bool,
}

impl Standing {
    /// How a principal stands to the person of a path, at a time.
    #[must_use]
    pub fn of(
        principal: &Principal,
        path: &CarePath,
        now: DateTime,
        deadlines: &Deadlines,
        directory: &Directory,
    ) -> Self {
        let organisation = &principal.organisation;
        let when = |holds: bool, relation: Relation| if holds { relation } else { Relation::None };
        let relation = match &principal.actor {
            Actor::ProcessCoordinator { municipality } | Actor::MunicipalAssessor { municipality } => {
                when(path.municipality() == Some(municipality), Relation::Region)
            }
            Actor::ShelterWorker | Actor::OutreachWorker { .. } | Actor::CareProvider | Actor::ClientSupporter => {
                if path.involves(organisation, now, deadlines) {
                    Relation::Involved
                } else if path.calls(principal, now, deadlines, directory) {
                    Relation::Called
                } else {
                    when(path.looked_out_for_by(organisation, now), Relation::Addressed)
                }
            }
            Actor::Police => when(path.alerts(organisation, now), Relation::Addressed),
            Actor::EmbassyLiaison { .. } | Actor::ReceivingProvider => return Self::abroad(principal, path),
            Actor::Ambassador { .. }
            | Actor::MonitorAnalyst { .. }
            | Actor::PrivacyOfficer
            | Actor::Administrator
            | Actor::System => Relation::None,
        };
        let emergency = match relation {
            // They see as much without it.
            Relation::Region | Relation::Involved => None,
            Relation::BreakGlass | Relation::Called | Relation::Addressed | Relation::None => {
                path.opened_by(principal, now).map(|(by, until)| Emergency { by, until, beside: relation })
            }
        };
        let relation = if emergency.is_some() { Relation::BreakGlass } else { relation };
        Self { relation, emergency, ..Self::none() }
    }

    /// Nothing to do with the person that the table knows.
    pub(super) fn none() -> Self {
        let (relation, emergency, consented) = (Relation::None, None, None);
        Self { relation, emergency, consented, told_until: DateTime::MAX_UTC, consents: false }
    }

    /// How somebody abroad stands to the person: by the handovers that are addressed to them.
    fn abroad(principal: &Principal, path: &CarePath) -> Self {
        let Some(abroad) = Abroad::of(principal).filter(|_| !path.is_erased()) else {
            return Self { consented: Some(Vec::new()), ..Self::none() };
        };
        let relation = if path.hands_over_to(abroad) { Relation::Addressed } else { Relation::None };
        let addresses = || path.repatriation.addressed().map(Addressed::address);
        let mut classes: Vec<_> =
            addresses().filter_map(|address| address.shown_abroad(principal)).flatten().copied().collect();
        classes.sort_unstable();
        classes.dedup();
        let told_until = addresses().filter_map(|address| address.tells_of_the_case_until(principal)).max();
        let told_until = told_until.unwrap_or(DateTime::MIN_UTC);
        let consents = path.consents_to(abroad);
        Self { relation, emergency: None, consented: Some(classes), told_until, consents }
    }

    /// Whether a consent lets the actor see anything.
    #[must_use]
    pub fn has_consent(&self) -> bool {
        self.consented.as_ref().is_some_and(|classes| !classes.is_empty())
    }
}

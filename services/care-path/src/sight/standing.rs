//! How a principal stands to a person.

use crate::actor::{Actor, Principal};
use crate::codes::DataClass;
use crate::deadlines::Deadlines;
use crate::path::CarePath;
use crate::policy::{Address, Relation};
use crate::text::Country;
use crate::time::DateTime;

/// An actor's relation to a person, and what the person consented to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub relation: Relation,
    /// For an embassy: the data classes that the consents name on which open handovers to its country rest. `None` for
    /// those whose sight does not rest on a consent.
    pub consented: Option<Vec<DataClass>>,
    /// Whether the person consents to a handover to the actor's country, open or not.
    pub consents: bool,
}

impl Standing {
    /// How a principal stands to the person of a path, at a time.
    #[must_use]
    pub fn of(principal: &Principal, path: &CarePath, now: DateTime, deadlines: &Deadlines) -> Self {
        let organisation = &principal.organisation;
        let when = |holds: bool, relation: Relation| if holds { relation } else { Relation::None };
        let relation = match &principal.actor {
            Actor::ProcessCoordinator { municipality } | Actor::MunicipalAssessor { municipality } => {
                when(path.municipality() == Some(municipality), Relation::Region)
            }
            Actor::ShelterWorker | Actor::OutreachWorker { .. } | Actor::CareProvider | Actor::ClientSupporter => {
                if path.involves(organisation, now, deadlines) {
                    Relation::Involved
                } else {
                    when(path.looked_out_for_by(organisation, now), Relation::Addressed)
                }
            }
            Actor::Police => when(path.alerts(organisation, now), Relation::Addressed),
            Actor::EmbassyLiaison { country } => {
                let relation = when(path.hands_over_to(*country), Relation::Addressed);
                let mut classes: Vec<_> = consented(path, *country).flatten().copied().collect();
                classes.sort_unstable();
                classes.dedup();
                return Self { relation, consented: Some(classes), consents: path.consents_to(*country) };
            }
            Actor::Ambassador { .. }
            | Actor::MonitorAnalyst { .. }
            | Actor::PrivacyOfficer
            | Actor::Administrator
            | Actor::System => Relation::None,
        };
        Self { relation, consented: None, consents: false }
    }

    /// Whether a consent lets the actor see anything.
    #[must_use]
    pub fn has_consent(&self) -> bool {
        self.consented.as_ref().is_some_and(|classes| !classes.is_empty())
    }
}

/// The data classes of the consents on which open handovers to a country rest.
fn consented(path: &CarePath, to: Country) -> impl Iterator<Item = &[DataClass]> {
    path.repatriation.addressed().filter_map(move |handover| match handover.address() {
        Address::Handover { country, consented } => consented.filter(|_| country == to),
        Address::Case | Address::Lookout { .. } | Address::CareAlert { .. } | Address::ReturnPreparation => None,
    })
}

//! Who works abroad: an embassy, and a care provider in the country of return. They see what is addressed to them alone.

use crate::actor::{Actor, Principal};
use crate::ids::OrgId;
use crate::text::Country;

/// Somebody abroad, by what a handover names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abroad<'a> {
    /// The embassy of that country.
    Embassy(Country),
    /// That care provider.
    Provider(&'a OrgId),
}

impl<'a> Abroad<'a> {
    /// For whom abroad a principal works; `None` for those who work here.
    #[must_use]
    pub fn of(principal: &'a Principal) -> Option<Self> {
        match &principal.actor {
            Actor::EmbassyLiaison { country } | Actor::Ambassador { country } => Some(Self::Embassy(*country)),
            Actor::ReceivingProvider => Some(Self::Provider(&principal.organisation)),
            Actor::ProcessCoordinator { .. }
            | Actor::ShelterWorker
            | Actor::OutreachWorker { .. }
            | Actor::CareProvider
            | Actor::ClientSupporter
            | Actor::MunicipalAssessor { .. }
            | Actor::Police
            | Actor::MonitorAnalyst { .. }
            | Actor::PrivacyOfficer
            | Actor::Administrator
            | Actor::System => None,
        }
    }

    /// Whether a handover to a country, which may name a care provider there, is addressed to them.
    #[must_use]
    pub fn is_named(self, country: Country, receiving: Option<&OrgId>) -> bool {
        match self {
            Self::Embassy(of) => of == country,
            Self::Provider(provider) => receiving == Some(provider),
        }
    }
}

//! What an issuer's word is good for. Where an embassy, a police force and a municipality each bring their own
//! provider to one Baken, the embassy's must not be able to name somebody a coordinator, nor speak for another country.

use care_path::codes::Role;
use care_path::ids::{Municipality, OrgId};
use care_path::text::Country;
use care_path::{Actor, Area, Principal};
use serde::Deserialize;

use super::config::{AuthConfigError, ClaimNames};
use super::error::AuthError;

/// Limits on what an issuer may say. A limit that is left out is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrustedFor {
    pub roles: Option<Vec<Role>>,
    pub organisations: Option<Vec<OrgId>>,
    /// Scopes in these municipalities; with this limit, none that is national.
    pub municipalities: Option<Vec<Municipality>>,
    pub countries: Option<Vec<Country>>,
}

impl TrustedFor {
    /// An empty limit would read as "everything" to one and as "nothing" to another; so there is none.
    pub(super) fn check(&self) -> Result<(), AuthConfigError> {
        let empty = self.roles.as_ref().is_some_and(Vec::is_empty)
            || self.organisations.as_ref().is_some_and(Vec::is_empty)
            || self.municipalities.as_ref().is_some_and(Vec::is_empty)
            || self.countries.as_ref().is_some_and(Vec::is_empty);
        if empty { Err(AuthConfigError::EmptyLimit) } else { Ok(()) }
    }

    /// Refuses a caller for whom the issuer's word is not enough, and names the claim.
    pub(super) fn admit(&self, principal: &Principal, names: &ClaimNames) -> Result<(), AuthError> {
        let scope = GeographicScope::of(&principal.actor);
        let claim = if !allows(self.roles.as_deref(), Some(&principal.actor.role())) {
            &names.role
        } else if !allows(self.organisations.as_deref(), Some(&principal.organisation)) {
            &names.organisation
        } else if !allows(self.municipalities.as_deref(), scope.municipality) {
            &names.municipality
        } else if !allows(self.countries.as_deref(), scope.country) {
            &names.country
        } else if scope.national && self.municipalities.is_some() {
            &names.area
        } else {
            return Ok(());
        };
        Err(AuthError::ClaimNotTrusted { claim: claim.clone() })
    }
}

/// What is not said needs no trust.
fn allows<T: PartialEq>(limit: Option<&[T]>, said: Option<&T>) -> bool {
    match (limit, said) {
        (Some(limit), Some(said)) => limit.contains(said),
        (None, _) | (_, None) => true,
    }
}

#[derive(Default)]
struct GeographicScope<'a> {
    municipality: Option<&'a Municipality>,
    country: Option<&'a Country>,
    national: bool,
}

impl<'a> GeographicScope<'a> {
    fn of(actor: &'a Actor) -> Self {
        match actor {
            Actor::ProcessCoordinator { municipality }
            | Actor::OutreachWorker { municipality }
            | Actor::MunicipalAssessor { municipality }
            | Actor::MonitorAnalyst { area: Area::Region(municipality) } => {
                Self { municipality: Some(municipality), ..Self::default() }
            }
            Actor::EmbassyLiaison { country } | Actor::Ambassador { country } => {
                Self { country: Some(country), ..Self::default() }
            }
            Actor::MonitorAnalyst { area: Area::National } => Self { national: true, ..Self::default() },
            Actor::ShelterWorker
            | Actor::CareProvider
            | Actor::ClientSupporter
            | Actor::Police
            | Actor::ReceivingProvider
            | Actor::PrivacyOfficer
            | Actor::Administrator
            | Actor::System => Self::default(),
        }
    }
}

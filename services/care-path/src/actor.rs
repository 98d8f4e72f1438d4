//! Who acts: the role with its scope, as a verified token gives it, and never as a request body claims it.

use serde::{Deserialize, Serialize};

use crate::codes::Role;
use crate::ids::{Municipality, OrgId, UserId};
use crate::text::Country;

/// A role with its scope. Roles that act for an organisation find it in [`Principal::organisation`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    ProcessCoordinator {
        municipality: Municipality,
    },
    ShelterWorker,
    OutreachWorker {
        municipality: Municipality,
    },
    CareProvider,
    ClientSupporter,
    MunicipalAssessor {
        municipality: Municipality,
    },
    Police,
    EmbassyLiaison {
        country: Country,
    },
    Ambassador {
        country: Country,
    },
    MonitorAnalyst {
        area: Area,
    },
    PrivacyOfficer,
    Administrator,
    /// Baken itself. No token makes somebody this.
    System,
}

/// What an analyst's counts are about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Area {
    National,
    Region(Municipality),
}

impl Actor {
    /// The role without its scope.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::ProcessCoordinator { .. } => Role::ProcessCoordinator,
            Self::ShelterWorker => Role::ShelterWorker,
            Self::OutreachWorker { .. } => Role::OutreachWorker,
            Self::CareProvider => Role::CareProvider,
            Self::ClientSupporter => Role::ClientSupporter,
            Self::MunicipalAssessor { .. } => Role::MunicipalAssessor,
            Self::Police => Role::Police,
            Self::EmbassyLiaison { .. } => Role::EmbassyLiaison,
            Self::Ambassador { .. } => Role::Ambassador,
            Self::MonitorAnalyst { .. } => Role::MonitorAnalyst,
            Self::PrivacyOfficer => Role::PrivacyOfficer,
            Self::Administrator => Role::Administrator,
            Self::System => Role::System,
        }
    }

    /// The municipality that the scope names, if it names one.
    #[must_use]
    pub fn municipality(&self) -> Option<&Municipality> {
        match self {
            Self::ProcessCoordinator { municipality }
            | Self::OutreachWorker { municipality }
            | Self::MunicipalAssessor { municipality }
            | Self::MonitorAnalyst { area: Area::Region(municipality) } => Some(municipality),
            Self::ShelterWorker
            | Self::CareProvider
            | Self::ClientSupporter
            | Self::Police
            | Self::EmbassyLiaison { .. }
            | Self::Ambassador { .. }
            | Self::MonitorAnalyst { area: Area::National }
            | Self::PrivacyOfficer
            | Self::Administrator
            | Self::System => None,
        }
    }
}

/// Somebody, in a role, for an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    pub user: UserId,
    pub organisation: OrgId,
    pub actor: Actor,
}

impl Principal {
    /// Whether something is the own organisation's recording, by somebody in the same role. Roles of one organisation
    /// do not read each other's: an assessor sits in the coordinator's town hall and is not told what she writes down.
    #[must_use]
    pub fn recorded(&self, author: &Author) -> bool {
        author.organisation == self.organisation && author.role == self.actor.role()
    }

    /// What an event keeps of who recorded it.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { user: self.user.clone(), role: self.actor.role(), organisation: self.organisation.clone() }
    }
}

/// Who recorded an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Author {
    pub user: UserId,
    pub role: Role,
    pub organisation: OrgId,
}

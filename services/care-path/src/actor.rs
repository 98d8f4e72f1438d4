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
    /// Care in the country of return: [`Principal::organisation`] is the one that a handover names.
    ReceivingProvider,
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde_with::DeserializeFromStr, serde_with::SerializeDisplay)]
pub enum Area {
    National,
    Region(Municipality),
}

/// No municipality has this name.
const NATIONAL: &str = "national";

impl std::str::FromStr for Area {
    type Err = <Municipality as std::str::FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == NATIONAL { Ok(Self::National) } else { text.parse().map(Self::Region) }
    }
}

impl std::fmt::Display for Area {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::National => NATIONAL,
            Self::Region(municipality) => municipality.as_str(),
        })
    }
}

/// What is said of a role's scope, by a token or a seed.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub municipality: Option<Municipality>,
    pub country: Option<Country>,
    pub area: Option<Area>,
}

/// A part of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopePart {
    Municipality,
    Country,
    Area,
}

/// Why a role cannot have that scope. A part too few would have to be guessed, and one too many means that whoever said
/// so thinks the role does more than it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    #[error("the role needs a scope that is missing")]
    Missing(ScopePart),
    #[error("the role does not have that scope")]
    Unexpected(ScopePart),
    #[error("the role is reserved for Baken itself")]
    Nobody,
}

impl Scope {
    fn municipality(&mut self) -> Result<Municipality, ScopeError> {
        self.municipality.take().ok_or(ScopeError::Missing(ScopePart::Municipality))
    }

    fn country(&mut self) -> Result<Country, ScopeError> {
        self.country.take().ok_or(ScopeError::Missing(ScopePart::Country))
    }

    fn area(&mut self) -> Result<Area, ScopeError> {
        self.area.take().ok_or(ScopeError::Missing(ScopePart::Area))
    }

    /// What a role has not taken.
    fn left(&self) -> Option<ScopePart> {
        let municipality = self.municipality.as_ref().map(|_| ScopePart::Municipality);
        let country = || self.country.map(|_| ScopePart::Country);
        municipality.or_else(country).or_else(|| self.area.as_ref().map(|_| ScopePart::Area))
    }
}

impl Actor {
    /// The actor of a role with exactly the scope that it needs.
    ///
    /// # Errors
    /// Where a part of the scope is missing, or too much, or the role is nobody's.
    pub fn of(role: Role, mut scope: Scope) -> Result<Self, ScopeError> {
        let actor = match role {
            Role::ProcessCoordinator => Self::ProcessCoordinator { municipality: scope.municipality()? },
            Role::ShelterWorker => Self::ShelterWorker,
            Role::OutreachWorker => Self::OutreachWorker { municipality: scope.municipality()? },
            Role::CareProvider => Self::CareProvider,
            Role::ClientSupporter => Self::ClientSupporter,
            Role::MunicipalAssessor => Self::MunicipalAssessor { municipality: scope.municipality()? },
            Role::Police => Self::Police,
            Role::EmbassyLiaison => Self::EmbassyLiaison { country: scope.country()? },
            Role::ReceivingProvider => Self::ReceivingProvider,
            Role::Ambassador => Self::Ambassador { country: scope.country()? },
            Role::MonitorAnalyst => Self::MonitorAnalyst { area: scope.area()? },
            Role::PrivacyOfficer => Self::PrivacyOfficer,
            Role::Administrator => Self::Administrator,
            Role::System => return Err(ScopeError::Nobody),
        };
        scope.left().map_or(Ok(actor), |part| Err(ScopeError::Unexpected(part)))
    }

    /// The scope of the role: what [`Actor::of`] makes it from again.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let (mut municipality, mut country, mut area) = (None, None, None);
        match self {
            Self::ProcessCoordinator { municipality: own }
            | Self::OutreachWorker { municipality: own }
            | Self::MunicipalAssessor { municipality: own } => municipality = Some(own.clone()),
            Self::EmbassyLiaison { country: own } | Self::Ambassador { country: own } => country = Some(*own),
            Self::MonitorAnalyst { area: own } => area = Some(own.clone()),
            Self::ShelterWorker
            | Self::CareProvider
            | Self::ClientSupporter
            | Self::Police
            | Self::ReceivingProvider
            | Self::PrivacyOfficer
            | Self::Administrator
            | Self::System => {}
        }
        Scope { municipality, country, area }
    }

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
            Self::ReceivingProvider => Role::ReceivingProvider,
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
            | Self::ReceivingProvider
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
    /// Baken itself: the one who does what is due. No token makes somebody this.
    #[must_use]
    pub fn baken() -> Self {
        Self { user: UserId::baken(), organisation: OrgId::baken(), actor: Actor::System }
    }

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

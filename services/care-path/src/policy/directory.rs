//! What of the directory a role is shown. None of it is about persons, but where somebody is safe can be a secret, and not
//! every role needs to know where people sleep.

use crate::actor::Principal;
use crate::codes::{OrgKind, Role};
use crate::directory::{Directory, Organisation};

/// How much of the directory a role is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Every organisation, and the places where people are taken in.
    Places,
    /// The organisations that it works with, and no places.
    Those(&'static [OrgKind]),
}

/// Whom the police turn to when they have found somebody. Where people sleep is not for them to know.
const OF_THE_POLICE: &[OrgKind] = &[
    OrgKind::Municipality,
    OrgKind::MunicipalEnforcement,
    OrgKind::Police,
    OrgKind::Ggd,
    OrgKind::OutreachTeam,
    OrgKind::CityHomelessTeam,
    OrgKind::Hospital,
    OrgKind::ChildProtection,
];

/// Those who prepare a return, and those who receive.
const OF_A_RETURN: &[OrgKind] = &[
    OrgKind::Municipality,
    OrgKind::ClientSupport,
    OrgKind::EuMigrantNgo,
    OrgKind::Embassy,
    OrgKind::ForeignCareProvider,
];

/// How much of the directory a role is shown.
#[must_use]
pub fn shown(role: Role) -> Shown {
    match role {
        Role::ProcessCoordinator
        | Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::System => Shown::Places,
        Role::Police => Shown::Those(OF_THE_POLICE),
        Role::EmbassyLiaison | Role::ReceivingProvider | Role::Ambassador => Shown::Those(OF_A_RETURN),
    }
}

/// Whether a role is shown organisations of a kind.
#[must_use]
pub fn shows_organisations(role: Role, kind: OrgKind) -> bool {
    match shown(role) {
        Shown::Places => true,
        Shown::Those(kinds) => kinds.contains(&kind),
    }
}

/// Whether a role is shown facilities.
#[must_use]
pub fn shows_facilities(role: Role) -> bool {
    shown(role) == Shown::Places
}

/// Whether a role is shown what takes part no more, and who coordinates the cases of another organisation: who keeps the
/// directory must see what it holds.
#[must_use]
pub fn keeps_the_directory(role: Role) -> bool {
    match role {
        Role::Administrator | Role::System => true,
        Role::ProcessCoordinator
        | Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador => false,
    }
}

/// Whether the places of a kind of organisation have a secret address.
#[must_use]
pub fn has_secret_address(kind: OrgKind) -> bool {
    match kind {
        OrgKind::WomensShelter => true,
        OrgKind::EuMigrantNgo
        | OrgKind::OutreachTeam
        | OrgKind::Ggd
        | OrgKind::CityHomelessTeam
        | OrgKind::DayShelter
        | OrgKind::DropIn
        | OrgKind::NightShelter
        | OrgKind::Shelter24h
        | OrgKind::WinterShelter
        | OrgKind::MedicalShelter
        | OrgKind::MedicalPost
        | OrgKind::Hospital
        | OrgKind::MentalHealth
        | OrgKind::AddictionCare
        | OrgKind::Probation
        | OrgKind::SupportedLiving
        | OrgKind::ClientSupport
        | OrgKind::Municipality
        | OrgKind::MunicipalEnforcement
        | OrgKind::Police
        | OrgKind::Embassy
        | OrgKind::ForeignCareProvider
        | OrgKind::ChildProtection
        | OrgKind::Statistics => false,
    }
}

/// How a reader stands to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// The own organisation's.
    Own,
    /// In the own municipality.
    Local,
    Elsewhere,
}

impl Places {
    /// All, with their names in the policy's table.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Own, "own"), (Self::Local, "local"), (Self::Elsewhere, "elsewhere")];

    /// How a reader stands to the places of an organisation.
    #[must_use]
    pub fn of(reader: &Principal, organisation: &Organisation, directory: &Directory) -> Self {
        if organisation.id == reader.organisation {
            return Self::Own;
        }
        let of_organisation = || directory.taking_part(&reader.organisation)?.municipality.as_ref();
        let home = reader.actor.municipality().or_else(of_organisation);
        if home.is_some() && home == organisation.municipality.as_ref() { Self::Local } else { Self::Elsewhere }
    }
}

/// Whether a role is shown a secret address: the organisation itself, the coordinators of its municipality, and who keeps
/// the directory.
#[must_use]
pub fn shows_secret_address(role: Role, place: Places) -> bool {
    match role {
        Role::ProcessCoordinator => place != Places::Elsewhere,
        Role::Administrator | Role::System => true,
        Role::ShelterWorker | Role::OutreachWorker | Role::CareProvider | Role::ClientSupporter => place == Places::Own,
        Role::MunicipalAssessor
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador => false,
    }
}

/// Whether a role is shown who is expected, there and not there in an evening: the people of the place, and the coordinators
/// of its municipality. They are shown whom they may know of, and of all how many they are.
#[must_use]
pub fn shows_evenings(role: Role, place: Places) -> bool {
    match role {
        Role::ProcessCoordinator => place != Places::Elsewhere,
        Role::ShelterWorker | Role::CareProvider => place == Places::Own,
        Role::OutreachWorker
        | Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::System => false,
    }
}

/// Whether a role is told how many places are free tonight: those who look for a bed for somebody in their municipality. It
/// is a count of places and not of persons, so that small ones are told too: "one bed left" is what it is for.
#[must_use]
pub fn shows_free_places(role: Role, place: Places) -> bool {
    match role {
        Role::ProcessCoordinator | Role::ShelterWorker | Role::OutreachWorker | Role::CareProvider => {
            place != Places::Elsewhere
        }
        Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::System => false,
    }
}

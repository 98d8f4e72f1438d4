//! The table of disclosure: per role and relation, how much of each category is seen of what others recorded, and of
//! what the own organisation recorded.
//!
//! It is the table of the domain, cell by cell. Its "O" (only what the own organisation recorded) is `None` here and
//! `Full` in [`own_recordings`]; that everyone sees their own organisation's recordings holds but for the wall around
//! police, those abroad and those who work without persons.

use super::Level::{Full as F, Minimal as M, None as X};
use super::rules::consented_as;
use super::{Category, Level, Relation};
use crate::codes::{DataClass, Role};

/// A level per category, in the order of [`Category::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cells([Level; 10]);

impl Cells {
    /// Nothing of anything.
    pub const NOTHING: Self = Self([X; 10]);

    /// The level of a category.
    #[must_use]
    pub fn level(&self, category: Category) -> Level {
        self.0[category as usize]
    }

    /// What of them may leave with a consent that names these data classes.
    #[must_use]
    pub fn consented(&self, classes: &[DataClass]) -> Self {
        let mut cells = *self;
        for category in Category::ALL {
            if !classes.contains(&consented_as(category)) {
                cells.0[category as usize] = X;
            }
        }
        cells
    }

    /// Whether nothing at all is seen.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::NOTHING
    }
}

/// What a role sees, in a relation, of what others recorded. `consent` is the person's consent to a handover that is
/// addressed to the reader abroad and stands for them; only the cells of those abroad depend on it.
#[must_use]
#[rustfmt::skip]
#[allow(clippy::unnested_or_patterns, clippy::match_same_arms)] // one line per group of roles reads as the table does
pub fn disclosed(role: Role, relation: Relation, consent: bool) -> Cells {
    match (role, relation) {
        //                                                                 pres iden soci medi just righ refe retu look note
        (Role::ProcessCoordinator, Relation::Region)               => Cells([F,  F,   F,   M,   M,   F,   F,   F,   F,   F]),
        (Role::ShelterWorker, Relation::Involved)                  => Cells([F,  F,   M,   M,   X,   M,   M,   X,   F,   X]),
        (Role::ShelterWorker, Relation::Addressed)                 => Cells([X,  X,   X,   X,   X,   X,   X,   X,   M,   X]),
        (Role::OutreachWorker, Relation::Involved)                 => Cells([F,  F,   M,   M,   X,   M,   M,   X,   F,   X]),
        (Role::OutreachWorker, Relation::Addressed)                => Cells([M,  M,   X,   X,   X,   X,   X,   X,   F,   X]),
        (Role::CareProvider, Relation::Involved)                   => Cells([F,  F,   F,   F,   X,   F,   F,   M,   M,   X]),
        (Role::CareProvider, Relation::Addressed)                  => Cells([X,  X,   X,   X,   X,   X,   X,   X,   M,   X]),
        // In an emergency, as much as with a relation: what matters is not known beforehand. A return never does.
        (Role::ProcessCoordinator, Relation::BreakGlass)           => Cells([F,  F,   F,   M,   M,   F,   F,   X,   F,   F]),
        (Role::CareProvider, Relation::BreakGlass)                 => Cells([F,  F,   F,   F,   X,   F,   F,   X,   M,   X]),
        // Where the person is, what they look like and how urgent it is: enough to find and help them. No findings.
        (Role::CareProvider, Relation::Called)                     => Cells([F,  F,   X,   M,   X,   X,   X,   X,   M,   X]),
        // Child protection: which child, and where.
        (Role::ShelterWorker | Role::OutreachWorker | Role::ClientSupporter, Relation::Called)
                                                                   => Cells([F,  F,   X,   X,   X,   X,   X,   X,   X,   X]),
        (Role::ClientSupporter, Relation::Involved)                => Cells([F,  F,   F,   M,   X,   F,   F,   F,   M,   X]),
        (Role::MunicipalAssessor, Relation::Region)                => Cells([M,  F,   F,   X,   X,   F,   X,   X,   X,   X]),
        (Role::Police, Relation::Addressed)                        => Cells([X,  X,   X,   X,   X,   X,   X,   X,   M,   X]),
        (Role::EmbassyLiaison, Relation::Addressed) if consent     => Cells([X,  M,   X,   X,   X,   X,   X,   F,   X,   X]),
        (Role::ReceivingProvider, Relation::Addressed) if consent  => Cells([X,  F,   M,   X,   X,   X,   X,   F,   X,   X]),

        (Role::ProcessCoordinator | Role::MunicipalAssessor,
         Relation::Involved | Relation::Called | Relation::Addressed | Relation::None)
        | (Role::ShelterWorker | Role::OutreachWorker | Role::CareProvider, Relation::Region | Relation::None)
        | (Role::ClientSupporter, Relation::Region | Relation::Addressed | Relation::None)
        | (Role::Police, Relation::Region | Relation::Involved | Relation::Called | Relation::None)
        | (Role::EmbassyLiaison | Role::ReceivingProvider,
           Relation::Region | Relation::Involved | Relation::Called | Relation::Addressed | Relation::None)
        | (Role::Ambassador | Role::MonitorAnalyst | Role::PrivacyOfficer | Role::Administrator | Role::System,
           Relation::Region | Relation::Involved | Relation::Called | Relation::Addressed | Relation::None)
        // Nobody else breaks the glass: an assessment, a shelter, the police or an embassy is no emergency.
        | (Role::ShelterWorker | Role::OutreachWorker | Role::ClientSupporter | Role::MunicipalAssessor | Role::Police
           | Role::EmbassyLiaison | Role::ReceivingProvider | Role::Ambassador | Role::MonitorAnalyst
           | Role::PrivacyOfficer | Role::Administrator | Role::System, Relation::BreakGlass)
                                                                                                   => Cells::NOTHING,
    }
}

/// What a role sees of a person whom another municipality released because it may know them: who they are.
#[must_use]
#[rustfmt::skip]
pub fn released(role: Role) -> Cells {
    match role {
        //                                    pres iden soci medi just righ refe retu look note
        Role::ProcessCoordinator      => Cells([X,  F,   X,   X,   X,   X,   X,   X,   X,   X]),
        Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::System                => Cells::NOTHING,
    }
}

/// What a role sees of what its own organisation recorded, in whatever relation. `consent` is the person's consent to a
/// handover that was addressed to the reader abroad, whatever became of the handover; only the cells of those abroad
/// depend on it.
#[must_use]
#[rustfmt::skip]
pub fn own_recordings(role: Role, consent: bool) -> Cells {
    match role {
        //                                    pres iden soci medi just righ refe retu look note
        Role::ProcessCoordinator
        | Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::MunicipalAssessor     => Cells([F,  F,   F,   F,   F,   F,   F,   F,   F,   F]),
        // Never where somebody sleeps, nor anything medical, nor anything of a return: not even out of the own files.
        Role::Police                  => Cells([X,  X,   X,   X,   F,   X,   X,   X,   F,   X]),
        // Of a return, what they recorded of it themselves, whatever became of it. Without consent, not even that.
        Role::EmbassyLiaison | Role::ReceivingProvider if consent
                                      => Cells([X,  X,   X,   X,   X,   X,   X,   F,   X,   X]),
        Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::System                => Cells::NOTHING,
    }
}

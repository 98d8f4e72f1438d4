//! In which relation to the person a role may send which command: the table itself is in the catalogue of commands.

use super::Relation;
use crate::codes::Role;
use crate::command::CommandKind;

/// A set of relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When(u8);

impl When {
    const fn holds(self, relation: Relation) -> bool {
        let bit = match relation {
            Relation::Region => R.0,
            Relation::Involved => I.0,
            Relation::Addressed => A.0,
            Relation::Called => C.0,
            Relation::BreakGlass => B.0,
            Relation::None => N.0,
        };
        self.0 & bit != 0
    }
}

const fn or(one: When, other: When) -> When {
    When(one.0 | other.0)
}

/// Never.
pub(crate) const X: When = When(0);
/// In the region.
pub(crate) const R: When = When(1);
/// Involved.
pub(crate) const I: When = When(2);
/// Addressed.
pub(crate) const A: When = When(4);
/// Neither: about somebody new, or about a person whom the own organisation recorded before.
pub(crate) const N: When = When(8);
/// Called in: who is may send what they might if they were asked to look out, or had nothing to do with the person.
const C: When = When(16);
/// Having opened the case in an emergency.
const B: When = When(32);
pub(crate) const IN: When = or(or(I, N), C);
pub(crate) const IA: When = or(or(I, A), C);
pub(crate) const IAN: When = or(IA, N);
pub(crate) const AN: When = or(A, N);
pub(crate) const RN: When = or(R, N);
pub(crate) const RNB: When = or(RN, B);
pub(crate) const IANB: When = or(IAN, B);

const fn column(role: Role) -> usize {
    match role {
        Role::ProcessCoordinator => 0,
        Role::ShelterWorker => 1,
        Role::OutreachWorker => 2,
        Role::CareProvider => 3,
        Role::ClientSupporter => 4,
        Role::MunicipalAssessor => 5,
        Role::Police => 6,
        Role::EmbassyLiaison => 7,
        Role::ReceivingProvider => 8,
        Role::Ambassador => 9,
        Role::MonitorAnalyst => 10,
        Role::PrivacyOfficer => 11,
        Role::Administrator => 12,
        Role::System => 13,
    }
}

/// Whether a role may send a command about a person in that relation to it.
#[must_use]
pub fn may(role: Role, command: CommandKind, relation: Relation) -> bool {
    command.row().may[column(role)].holds(relation)
}

/// Whether a role may send a command to a person whom it does not see, by id alone, because the command is what opens the
/// case to it. It learns that there is such a person; so nobody else may.
#[must_use]
pub fn opens_unseen(role: Role, command: CommandKind) -> bool {
    command == CommandKind::BreakGlass && may(role, command, Relation::None)
}

/// Whether a role acts on persons whom it does not see: by id, and learning nothing but that it was done.
#[must_use]
pub fn acts_unseen(role: Role) -> bool {
    match role {
        Role::PrivacyOfficer | Role::System => true,
        Role::ProcessCoordinator
        | Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::Administrator => false,
    }
}

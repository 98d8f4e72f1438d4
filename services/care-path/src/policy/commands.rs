//! The table of commands: in which relation to the person a role may send which command.

use super::Relation;
use crate::codes::Role;
use crate::command::CommandKind;

/// A set of relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct When(u8);

impl When {
    const fn holds(self, relation: Relation) -> bool {
        let bit = match relation {
            Relation::Region => R.0,
            Relation::Involved => I.0,
            Relation::Addressed => A.0,
            Relation::None => N.0,
        };
        self.0 & bit != 0
    }
}

const fn or(one: When, other: When) -> When {
    When(one.0 | other.0)
}

/// Never.
const X: When = When(0);
/// In the region.
const R: When = When(1);
/// Involved.
const I: When = When(2);
/// Addressed.
const A: When = When(4);
/// Neither: about somebody new, or about a person whom the own organisation recorded before.
const N: When = When(8);
const IN: When = or(I, N);
const IA: When = or(I, A);
const IAN: When = or(IA, N);
const AN: When = or(A, N);
const RN: When = or(R, N);

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
        Role::Ambassador => 8,
        Role::MonitorAnalyst => 9,
        Role::PrivacyOfficer => 10,
        Role::Administrator => 11,
        Role::System => 12,
    }
}

#[rustfmt::skip]
#[allow(clippy::match_same_arms)] // a row of the table is one line
const fn row(command: CommandKind) -> [When; 13] {
    use CommandKind as C;
    match command {
        //                               coor shel outr care supp asse poli liai amba anal priv admi syst
        C::ReportSignal            => [RN,  IAN, IAN, IAN, IAN, X,   AN,  X,   X,   X,   X,   X,   X],
        C::RecordContact           => [R,   IAN, IAN, IAN, IAN, X,   X,   X,   X,   X,   X,   X,   X],
        C::UpdateIdentity          => [R,   IN,  IN,  IN,  IN,  X,   X,   X,   X,   X,   X,   X,   X],
        C::LinkPersons             => [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::UnlinkPersons           => [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::DismissMatch            => [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::RecordIntake            => [R,   IAN, IAN, IAN, IAN, X,   X,   X,   X,   X,   X,   X,   X],
        C::TurnAway                => [X,   IAN, IAN, IAN, IAN, X,   X,   X,   X,   X,   X,   X,   X],
        C::AssignBed               => [X,   IAN, X,   IAN, X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::RecordAttendance        => [X,   IAN, IAN, IAN, IAN, X,   X,   X,   X,   X,   X,   X,   X],
        C::RecordNoShow            => [X,   I,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X,   N],
        C::ReleaseBed              => [X,   I,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::ObserveIncident         => [R,   IN,  IAN, IN,  IN,  X,   X,   X,   X,   X,   X,   X,   X],
        C::AssessRights            => [R,   X,   X,   X,   I,   R,   X,   X,   X,   X,   X,   X,   X],
        C::RecordIndDecision       => [R,   X,   X,   X,   X,   R,   X,   X,   X,   X,   X,   X,   X],
        C::RecordInsurance         => [R,   I,   I,   I,   I,   R,   X,   X,   X,   X,   X,   X,   X],
        C::FileUninsuredReport     => [R,   I,   X,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::Refer                   => [R,   IN,  IN,  IN,  IN,  X,   X,   X,   X,   X,   X,   X,   X],
        C::AcceptReferral          => [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::DeclineReferral         => [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::WaitlistReferral        => [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::WithdrawReferral        => [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::StartCare               => [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::EndCare                 => [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::RecordDropout           => [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::MarkOutOfSight          => [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   N],
        C::IssueLookout            => [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::AcknowledgeLookout      => [X,   IA,  IA,  I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::ReportSighting          => [R,   IA,  IA,  I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::ResolveLookout          => [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::ExpireLookout           => [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N],
        C::FileCareAlert           => [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::AnswerCareAlert         => [X,   X,   X,   X,   X,   X,   A,   X,   X,   X,   X,   X,   X],
        C::RequestException        => [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::DecideException         => [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::OvertakeException       => [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N],
        C::ReportDischarge         => [R,   IAN, X,   IN,  X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::PresentReturnOptions    => [R,   X,   X,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::EvidenceReturnCondition => [R,   X,   X,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::GiveConsent             => [R,   X,   X,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        // As easy as giving it (GDPR art. 7(3)): whoever the person tells.
        C::WithdrawConsent         => [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::ProposeHandover         => [R,   X,   X,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::AcknowledgeHandover     => [X,   X,   X,   X,   X,   X,   X,   A,   X,   X,   X,   X,   X],
        C::AcceptHandover          => [X,   X,   X,   X,   X,   X,   X,   A,   X,   X,   X,   X,   X],
        C::DeclineHandover         => [X,   X,   X,   X,   X,   X,   X,   A,   X,   X,   X,   X,   X],
        C::AttachHandoverDocument  => [X,   X,   X,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::RecordDeparture         => [R,   X,   X,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::ConfirmArrival          => [R,   X,   X,   X,   I,   X,   X,   A,   X,   X,   X,   X,   X],
        C::RecordFollowUp          => [R,   X,   X,   X,   I,   X,   X,   A,   X,   X,   X,   X,   X],
        C::WithdrawHandover        => [R,   X,   X,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::AssignCoordinator       => [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::AddNote                 => [R,   IN,  IN,  IN,  IN,  R,   X,   X,   X,   X,   X,   X,   X],
        C::CloseCase               => [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::ReopenCase              => [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X],
        C::RecordDeath             => [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X],
        C::PlaceHold               => [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   X],
        C::LiftHold                => [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   X],
        C::PassDeadline            => [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N],
    }
}

/// Whether a role may send a command about a person in that relation to it.
#[must_use]
pub fn may(role: Role, command: CommandKind, relation: Relation) -> bool {
    row(command)[column(role)].holds(relation)
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
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::Administrator => false,
    }
}

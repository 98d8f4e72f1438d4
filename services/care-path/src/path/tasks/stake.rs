//! What is at stake while a task waits. It orders the worklist before the time at which a task is due: a missing person at
//! risk stands above all reviews.

use super::TaskList;
use crate::codes::{TaskKind, TaskStake};
use crate::time::DateTime;

impl TaskList<'_> {
    /// What is at stake while such a task waits. Risk raises it for those kinds alone whose addressees may know of the risk.
    pub(super) fn stake(&self, kind: TaskKind, due: DateTime) -> TaskStake {
        let at_risk = || self.risks.get_or_init(|| self.path.risks()).is_vulnerable(due);
        match kind {
            TaskKind::FindPerson | TaskKind::ReviewSighting if self.path.lost.escalated.is_some() || at_risk() => {
                TaskStake::Danger
            }
            TaskKind::TraceNoShow if at_risk() => TaskStake::Danger,
            TaskKind::ReviewSignOfLife | TaskKind::ProtectMinor => TaskStake::Danger,
            TaskKind::FindPerson
            | TaskKind::ReviewSighting
            | TaskKind::TraceNoShow
            | TaskKind::StreetDoctorVisit
            | TaskKind::HeadInjuryScreen
            | TaskKind::ReviewUnsafeDischarge
            | TaskKind::AcknowledgeLookout
            | TaskKind::AnswerCareAlert
            | TaskKind::PrepareArrival
            | TaskKind::PlanDischarge
            | TaskKind::FollowUpDischarge
            | TaskKind::ReviewReopened
            | TaskKind::TraceArrival => TaskStake::Urgent,
            TaskKind::ReviewBreakGlass
            | TaskKind::DecideException
            | TaskKind::SuitabilityReview
            | TaskKind::SendDischargeLetter
            | TaskKind::PartiesMeeting
            | TaskKind::AnswerReferral
            | TaskKind::StartCare
            | TaskKind::NextStep
            | TaskKind::NextStepAfterException
            | TaskKind::ReviewStay
            | TaskKind::ReviewStoppedReturn
            | TaskKind::AnswerHandoverQuestion
            | TaskKind::AcknowledgeHandover
            | TaskKind::AnswerHandover
            | TaskKind::RecordDeparture
            | TaskKind::ConfirmArrival => TaskStake::Waiting,
            TaskKind::AssignCoordinator
            | TaskKind::ReviewMatch
            | TaskKind::KnownElsewhere
            | TaskKind::EstablishLanguage
            | TaskKind::RightsAssessment
            | TaskKind::IndDecision
            | TaskKind::UninsuredReport
            | TaskKind::CloseAfterDeath
            | TaskKind::FollowUp => TaskStake::Routine,
            TaskKind::WeeklyReview => TaskStake::Review,
        }
    }
}

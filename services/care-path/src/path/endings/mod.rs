//! What ends what: for every ending, and for everything that may be open when it comes about, whether it ends that too.
//!
//! The table is what `docs/endings.md` shows. The test builds each pair and looks for what is left: on the path, on
//! anybody's list, among the timers, and in the sight of those who were asked. What is new must be put in here, or it does
//! not compile: a type of event, a kind of task, a timer.

mod scene;
mod tests;

use crate::actor::Principal;
use crate::codes::TaskKind;
use crate::event::EventKind;
use crate::path::testing::{hospital, liaison, night_shelter, police, receiving, shelter24, street_doctor, supporter};
use crate::path::timers::TimerKind;

/// Declares a list whose members have words for the table.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$member:meta])* $each:ident = $words:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$member])* $each,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$each),+];

            pub fn words(self) -> &'static str {
                match self { $(Self::$each => $words,)+ }
            }
        }
    };
}

words! {
    /// What may be open: somebody waits for it, looks out, decides, or sees the person because of it.
    Thing {
        Duty = "what waits on an open case",
        Episode = "nobody knows where they are",
        MissedEvening = "an evening on which they did not come",
        Lookout = "lookout",
        CareAlert = "care alert",
        Stay = "bed",
        Hold = "bed that is held",
        Request = "request for an exception",
        Exception = "granted exception",
        Referral = "referral that waits for its answer",
        Accepted = "accepted referral, or the one to the bed",
        Care = "care that goes on",
        Refusal = "next step after a refusal",
        Warning = "warned arrival from hospital",
        Consent = "consent",
        Handover = "handover before the departure",
        Question = "question of the embassy",
        Journey = "journey home",
        StoppedReturn = "talk about a return that stopped",
        FollowUp = "follow-up after the arrival",
        Link = "link with another record",
        Relation = "relation with another person",
        Release = "release to other municipalities",
        Announcement = "announced discharge from hospital",
        Glass = "case opened in an emergency",
        GlassReview = "review of a case opened in an emergency",
    }
}

words! {
    /// What may end something.
    Ending {
        Closed = "the case is closed",
        Died = "the person died",
        Found = "the person is there again",
        LookoutResolved = "a lookout is resolved",
        LookoutEnded = "a lookout is ended",
        LookoutExpired = "a lookout expires",
        CareAlertEnded = "a care alert is ended",
        CareAlertExpired = "a care alert expires",
        Declined = "a referral is declined",
        Withdrawn = "a referral is withdrawn",
        CareEnded = "care ends",
        DroppedOut = "the person drops out of care",
        TurnedAway = "the person is turned away",
        CalledOff = "an announced discharge is called off",
        Discharged = "the person is discharged as announced",
        Granted = "an exception is granted",
        Denied = "an exception is denied",
        Disappeared = "the person disappears",
        ExceptionExpired = "an exception runs out",
        StayRanOut = "the end of a stay comes",
        Released = "the bed is given up",
        MovedOn = "the person gets another bed",
        ConsentWithdrawn = "the consent is withdrawn",
        SaidNo = "the person does not want to return",
        HandoverDeclined = "the handover is declined",
        HandoverWithdrawn = "the handover is withdrawn",
        Arrived = "the person arrived",
        GlassEnded = "a case opened in an emergency is closed again",
        GlassRanOut = "the time of that is over",
        GlassReviewed = "a case opened in an emergency is reviewed",
        Unlinked = "two records are not one person after all",
        Unrelated = "a relation ends",
        Erased = "the person is erased",
    }
}

/// What becomes of a thing with an ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Ends,
    Stays,
    /// The two cannot be together: the one does not begin while the other may come about.
    Never,
}

/// A line of the table, in the order of the things.
#[rustfmt::skip] // a line each
#[allow(clippy::match_same_arms)] // each ending says its own
fn fates(ending: Ending) -> [Fate; Thing::ALL.len()] {
    use Fate::{Ends as E, Never as N, Stays as S};
    match ending {
        Ending::Closed => [E, E, E, E, E, E, E, E, E, E, E, E, E, E, S, E, E, S, E, S, S, S, E, E, S, S],
        Ending::Died => [E, E, E, E, E, E, E, E, E, E, E, E, E, E, S, E, E, E, E, E, S, S, E, E, S, S],
        Ending::Found => [S, E, E, E, E, S, E, S, S, S, S, S, S, S, S, S, S, E, S, E, S, S, S, S, S, S],
        Ending::LookoutResolved => [S, E, N, E, E, S, E, N, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::LookoutEnded => [S, S, N, E, S, S, S, N, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::LookoutExpired => [S, S, N, E, S, S, S, N, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::CareAlertEnded => [S, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::CareAlertExpired => [S, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::Declined => [S, S, S, S, S, S, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::Withdrawn => [S, S, S, S, S, S, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::CareEnded => [S, S, S, S, S, S, S, S, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::DroppedOut => [S, S, S, S, S, S, S, S, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::TurnedAway => [S, E, E, E, E, S, E, S, S, S, S, S, S, S, S, S, S, E, S, E, S, S, S, S, S, S],
        Ending::CalledOff => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, E, S, S],
        Ending::Discharged => [S, E, E, E, E, S, E, S, S, S, S, S, S, S, S, S, S, E, S, E, S, S, S, E, S, S],
        Ending::Granted => [S, N, S, N, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::Denied => [S, N, S, N, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::Disappeared => [S, N, E, N, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::ExceptionExpired => [S, S, S, S, S, S, S, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::StayRanOut => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::Released => [S, S, E, S, S, E, E, N, E, S, E, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S],
        Ending::MovedOn => [S, S, E, S, S, E, E, S, E, S, E, S, E, E, S, S, S, E, S, E, S, S, S, S, S, S],
        Ending::ConsentWithdrawn => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, E, E, E, E, S, E, S, S, S, S, S, S],
        Ending::SaidNo => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, E, E, S, S, S, S, S, S, S, S, S],
        Ending::HandoverDeclined => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, E, E, N, S, S, S, S, S, S, S, S],
        Ending::HandoverWithdrawn => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, E, E, E, S, S, S, S, S, S, S, S],
        Ending::Arrived => [S, E, S, E, E, S, S, S, S, S, S, S, S, S, S, N, E, E, S, S, S, S, S, S, S, S],
        Ending::GlassEnded => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, E, S],
        Ending::GlassRanOut => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, E, S],
        Ending::GlassReviewed => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, E],
        Ending::Unlinked => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, E, S, S, S, S, S],
        Ending::Unrelated => [S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, E, S, S, S, S],
        Ending::Erased => [E, E, E, E, E, E, E, E, E, E, E, E, E, E, S, E, E, E, E, E, S, E, E, E, E, E],
    }
}

/// What somebody is asked for once it has ended: no refusal, dropout or expiry is without.
fn asks_for(ending: Ending) -> Option<TaskKind> {
    match ending {
        Ending::Declined | Ending::DroppedOut | Ending::TurnedAway => Some(TaskKind::NextStep),
        Ending::CalledOff => Some(TaskKind::FollowUpDischarge),
        Ending::Denied | Ending::ExceptionExpired => Some(TaskKind::NextStepAfterException),
        Ending::StayRanOut => Some(TaskKind::ReviewStay),
        Ending::HandoverDeclined => Some(TaskKind::ReviewStoppedReturn),
        Ending::Disappeared | Ending::LookoutEnded | Ending::LookoutExpired => Some(TaskKind::FindPerson),
        Ending::Arrived => Some(TaskKind::FollowUp),
        Ending::Died => Some(TaskKind::CloseAfterDeath),
        Ending::GlassEnded | Ending::GlassRanOut => Some(TaskKind::ReviewBreakGlass),
        Ending::Closed
        | Ending::Found
        | Ending::LookoutResolved
        | Ending::CareAlertEnded
        | Ending::CareAlertExpired
        | Ending::Withdrawn
        | Ending::CareEnded
        | Ending::Discharged
        | Ending::Granted
        | Ending::Released
        | Ending::MovedOn
        | Ending::ConsentWithdrawn
        | Ending::SaidNo
        | Ending::HandoverWithdrawn
        | Ending::GlassReviewed
        | Ending::Unlinked
        | Ending::Unrelated
        | Ending::Erased => None,
    }
}

/// The thing that an ending is the end of by itself.
fn own(ending: Ending) -> Option<Thing> {
    match ending {
        Ending::LookoutResolved | Ending::LookoutEnded | Ending::LookoutExpired => Some(Thing::Lookout),
        Ending::CareAlertEnded | Ending::CareAlertExpired => Some(Thing::CareAlert),
        Ending::Declined | Ending::Withdrawn => Some(Thing::Referral),
        Ending::CareEnded | Ending::DroppedOut => Some(Thing::Care),
        Ending::CalledOff | Ending::Discharged => Some(Thing::Announcement),
        Ending::Granted | Ending::Denied => Some(Thing::Request),
        Ending::ExceptionExpired => Some(Thing::Exception),
        Ending::StayRanOut | Ending::Released | Ending::MovedOn => Some(Thing::Stay),
        Ending::ConsentWithdrawn => Some(Thing::Consent),
        Ending::HandoverDeclined | Ending::HandoverWithdrawn => Some(Thing::Handover),
        Ending::Arrived => Some(Thing::Journey),
        Ending::GlassEnded | Ending::GlassRanOut => Some(Thing::Glass),
        Ending::GlassReviewed => Some(Thing::GlassReview),
        Ending::Unlinked => Some(Thing::Link),
        Ending::Unrelated => Some(Thing::Relation),
        Ending::Closed
        | Ending::Died
        | Ending::Found
        | Ending::TurnedAway
        | Ending::Disappeared
        | Ending::SaidNo
        | Ending::Erased => None,
    }
}

/// What a task waits on: it is gone with that. Others are no matter of one path.
fn waits_on(task: TaskKind) -> Option<Thing> {
    use TaskKind as T;
    Some(match task {
        T::StreetDoctorVisit
        | T::AssignCoordinator
        | T::ProtectMinor
        | T::HeadInjuryScreen
        | T::EstablishLanguage
        | T::RightsAssessment
        | T::IndDecision
        | T::UninsuredReport
        | T::SuitabilityReview
        | T::ReviewUnsafeDischarge
        | T::SendDischargeLetter
        | T::PartiesMeeting
        | T::ReviewReopened
        | T::WeeklyReview => Thing::Duty,
        T::FindPerson | T::ReviewSighting => Thing::Episode,
        T::TraceNoShow => Thing::MissedEvening,
        T::ReviewStay => Thing::Stay,
        T::AcknowledgeLookout => Thing::Lookout,
        T::AnswerCareAlert => Thing::CareAlert,
        T::DecideException => Thing::Request,
        T::AnswerReferral => Thing::Referral,
        T::StartCare => Thing::Accepted,
        T::NextStep => Thing::Refusal,
        T::PrepareArrival => Thing::Warning,
        T::PlanDischarge => Thing::Announcement,
        T::AcknowledgeHandover | T::AnswerHandover | T::RecordDeparture => Thing::Handover,
        T::AnswerHandoverQuestion => Thing::Question,
        T::ConfirmArrival | T::TraceArrival => Thing::Journey,
        T::ReviewStoppedReturn => Thing::StoppedReturn,
        T::FollowUp => Thing::FollowUp,
        T::ReviewBreakGlass => Thing::GlassReview,
        // Asked between two things, an exception or an announcement that ended and what takes its place; after the end of
        // everything else; and by what two paths have in common.
        T::NextStepAfterException
        | T::FollowUpDischarge
        | T::ReviewSignOfLife
        | T::CloseAfterDeath
        | T::ReviewMatch
        | T::KnownElsewhere => return None,
    })
}

/// Who sees the person because of it, or waits for it, and is told that it is over.
pub fn asked(thing: Thing) -> Vec<Principal> {
    match thing {
        Thing::Lookout | Thing::Warning | Thing::Announcement => vec![shelter24()],
        Thing::CareAlert => vec![police()],
        Thing::Stay | Thing::Hold | Thing::Request | Thing::Exception => vec![night_shelter()],
        Thing::Referral | Thing::Accepted => vec![street_doctor()],
        Thing::Care => vec![supporter()],
        Thing::Handover | Thing::Question | Thing::Journey => vec![liaison("PL"), receiving("PL")],
        Thing::FollowUp => vec![receiving("PL")],
        Thing::Glass => vec![hospital()],
        // They wait on those alone who see the case.
        Thing::Duty
        | Thing::Episode
        | Thing::MissedEvening
        | Thing::Refusal
        | Thing::Consent
        | Thing::StoppedReturn
        | Thing::Link
        | Thing::Relation
        | Thing::Release
        | Thing::GlassReview => vec![],
    }
}

/// What a timer is for: it is gone with that.
fn watches(timer: TimerKind) -> Option<Thing> {
    match timer {
        TimerKind::OutOfSight => Some(Thing::MissedEvening),
        TimerKind::LookoutEnds(_) | TimerKind::LookoutExpires(_) => Some(Thing::Lookout),
        TimerKind::CareAlertEnds(_) => Some(Thing::CareAlert),
        TimerKind::HandoverStops(_) => Some(Thing::Handover),
        TimerKind::NoShow { .. } => Some(Thing::Stay),
        TimerKind::DischargeEnds(_) => Some(Thing::Announcement),
        // The one finishes what was begun, whatever ended; the other is for whatever was recorded.
        TimerKind::MoveFinishes(_) | TimerKind::Erases(_) => None,
        TimerKind::Deadline { task, .. } => waits_on(task),
    }
}

/// The endings that a type of event brings about. A new type says here whether it ends anything.
fn ended_by(kind: EventKind) -> &'static [Ending] {
    use EventKind as K;
    match kind {
        K::CaseClosed => &[Ending::Closed],
        K::DeathRecorded => &[Ending::Died],
        K::SignalReceived | K::ContactMade | K::IntakeCompleted | K::AttendanceRecorded | K::CareStarted => {
            &[Ending::Found]
        }
        K::TurnedAway => &[Ending::TurnedAway, Ending::Found],
        K::LookoutResolved => &[Ending::LookoutResolved],
        K::LookoutEnded => &[Ending::LookoutEnded],
        K::LookoutExpired => &[Ending::LookoutExpired],
        K::CareAlertEnded => &[Ending::CareAlertEnded],
        K::BreakGlassEnded => &[Ending::GlassEnded],
        K::BreakGlassReviewed => &[Ending::GlassReviewed],
        K::ReferralDeclined => &[Ending::Declined],
        K::ReferralWithdrawn => &[Ending::Withdrawn],
        K::CareEnded => &[Ending::CareEnded],
        K::DroppedOut => &[Ending::DroppedOut],
        K::ExceptionGranted => &[Ending::Granted],
        K::ExceptionDenied => &[Ending::Denied],
        K::WentOutOfSight | K::ExceptionOvertaken => &[Ending::Disappeared],
        K::BedReleased => &[Ending::Released],
        K::BedAssigned => &[Ending::MovedOn],
        K::ConsentWithdrawn => &[Ending::ConsentWithdrawn],
        K::ReturnOptionsPresented | K::ReturnRefused => &[Ending::SaidNo],
        K::DischargeCalledOff => &[Ending::CalledOff],
        K::DischargedTo => &[Ending::Discharged, Ending::Found],
        K::DischargeAnnounced => &[Ending::Found],
        K::HandoverDeclined => &[Ending::HandoverDeclined],
        K::HandoverWithdrawn => &[Ending::HandoverWithdrawn],
        K::ArrivalConfirmed => &[Ending::Arrived],
        K::PersonsUnlinked => &[Ending::Unlinked],
        K::PersonsUnrelated => &[Ending::Unrelated],
        K::SubjectErased => &[Ending::Erased],
        // They begin, go on, or say more of what there is; what is retracted counts as if it had not been.
        K::IdentityUpdated
        | K::PersonsLinked
        | K::MatchDismissed
        | K::MatchReleased
        | K::MatchAgreed
        | K::PersonsRelated
        | K::NoShowRecorded
        | K::IncidentObserved
        | K::LivingSituationRecorded
        | K::RightsAssessed
        | K::IndDecisionRecorded
        | K::InsuranceRecorded
        | K::UninsuredReportFiled
        | K::ReferralMade
        | K::ReferralAccepted
        | K::ReferralWaitlisted
        | K::Escalated
        | K::LookoutIssued
        | K::LookoutAcknowledged
        | K::SightingReported
        | K::CareAlertFiled
        | K::CareAlertAnswered
        | K::ExceptionRequested
        | K::ReturnConditionEvidenced
        | K::ConsentGiven
        | K::HandoverProposed
        | K::HandoverAcknowledged
        | K::HandoverAccepted
        | K::HandoverDocumentAttached
        | K::HandoverQuestionAsked
        | K::HandoverQuestionAnswered
        | K::Departed
        | K::FollowUpRecorded
        | K::CoordinatorAssigned
        | K::NoteAdded
        | K::CaseReopened
        | K::HoldPlaced
        | K::HoldLifted
        | K::GlassBroken
        | K::DeadlinePassed
        | K::EntryRetracted
        | K::EntryMoved
        | K::OrganisationRegistered
        | K::OrganisationChanged
        | K::OrganisationClosed
        | K::OrganisationReopened
        | K::FacilityRegistered
        | K::FacilityChanged
        | K::FacilityClosed
        | K::FacilityReopened
        | K::CapacitySet
        | K::FiguresReleased
        | K::FiguresRemarked
        | K::SourceImported
        | K::SourceWithdrawn => &[],
    }
}

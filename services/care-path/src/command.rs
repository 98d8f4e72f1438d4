//! Commands: everything that somebody may ask to be recorded, and the one way in which it is decided.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::actor::{Actor, Principal};
use crate::deadlines::Deadlines;
use crate::directory::{Directory, Organisation};
use crate::event::Event;
use crate::ids::{
    BedId, CareAlertId, ConsentId, ExceptionId, HandoverId, HoldId, LookoutId, Municipality, OrgId, PersonId,
    ReferralId,
};
use crate::path::CarePath;
use crate::path::case::{AddNote, AssignCoordinator, CaseRefusal, CloseCase, RecordDeath, ReopenCase};
use crate::path::deadline::{DeadlineRefusal, PassDeadline};
use crate::path::discharge::ReportDischarge;
use crate::path::exception::{DecideException, ExceptionRefusal, OvertakeException, RequestException};
use crate::path::identity::{DismissMatch, IdentityRefusal, LinkPersons, UnlinkPersons, UpdateIdentity};
use crate::path::incident::ObserveIncident;
use crate::path::intake::{RecordIntake, TurnAway};
use crate::path::lost::{
    AcknowledgeLookout, AnswerCareAlert, ExpireLookout, FileCareAlert, IssueLookout, LostRefusal, MarkOutOfSight,
    ReportSighting, ResolveLookout,
};
use crate::path::privacy::{LiftHold, PlaceHold, PrivacyRefusal};
use crate::path::referral::{
    AcceptReferral, DeclineReferral, EndCare, RecordDropout, Refer, ReferralRefusal, StartCare, WaitlistReferral,
    WithdrawReferral,
};
use crate::path::repatriation::{
    AcceptHandover, AcknowledgeHandover, AttachHandoverDocument, ConfirmArrival, DeclineHandover,
    EvidenceReturnCondition, GiveConsent, PresentReturnOptions, ProposeHandover, RecordDeparture, RecordFollowUp,
    ReturnRefusal, WithdrawConsent, WithdrawHandover,
};
use crate::path::rights::{
    AssessRights, FileUninsuredReport, Norms, RecordIndDecision, RecordInsurance, RightsRefusal,
};
use crate::path::signal::{RecordContact, ReportSignal};
use crate::path::stay::{AssignBed, RecordAttendance, RecordNoShow, ReleaseBed, StayRefusal};
use crate::time::{DateTime, Occurred};

/// What a decision may know beside the path: the time, who acts, and the world's configuration. All of it is data.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: DateTime,
    pub occurred: Occurred,
    pub by: &'a Principal,
    /// The person whose path this is.
    pub person_id: PersonId,
    /// A fresh id, for what the command creates.
    pub id: Uuid,
    pub directory: &'a Directory,
    pub deadlines: &'a Deadlines,
    pub norms: &'a Norms,
    /// There is no person: a count of people whom nobody knows.
    pub nobody: bool,
}

impl<'a> Context<'a> {
    /// Whether the command is about people whom nobody knows.
    pub(crate) fn about_nobody_known(&self) -> bool {
        self.nobody
    }

    /// Whether the actor acts for this organisation; the system acts for all.
    pub(crate) fn acts_for(&self, organisation: &OrgId) -> bool {
        self.by.organisation == *organisation || self.by.actor == Actor::System
    }

    pub(crate) fn is_coordinator(&self) -> bool {
        matches!(self.by.actor, Actor::ProcessCoordinator { .. })
    }

    /// The municipality of the actor, or of the actor's organisation.
    pub(crate) fn home_municipality(&self) -> Option<Municipality> {
        let of_organisation = || self.directory.find(&self.by.organisation)?.municipality.clone();
        self.by.actor.municipality().cloned().or_else(of_organisation)
    }

    /// An organisation that takes part, or the refusal that names the field.
    pub(crate) fn known_organisation(
        &self,
        field: &'static str,
        organisation: &OrgId,
    ) -> Result<&'a Organisation, Refusal> {
        self.directory.find(organisation).ok_or(Refusal::field(field, "no such organisation takes part"))
    }
}

/// Turns a command into events, or refuses it. Pure: the same path and context give the same answer.
pub trait Decide {
    /// What on the path the command is about: a referral, a lookout, … `()` where it is about the path.
    type Subject;

    /// Decides.
    ///
    /// # Errors
    /// The rule that stands against it.
    fn decide(self, subject: Self::Subject, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal>;
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The value of a field cannot be: 422, with a pointer to the field.
    #[error("{field}: {message}")]
    Field { field: &'static str, message: &'static str },
    /// It is another organisation's to do: 403.
    #[error("this is for another organisation to do")]
    NotYours,
    #[error(transparent)]
    Case(#[from] CaseRefusal),
    #[error(transparent)]
    Identity(#[from] IdentityRefusal),
    #[error(transparent)]
    Stay(#[from] StayRefusal),
    #[error(transparent)]
    Referral(#[from] ReferralRefusal),
    #[error(transparent)]
    Lost(#[from] LostRefusal),
    #[error(transparent)]
    Exception(#[from] ExceptionRefusal),
    #[error(transparent)]
    Rights(#[from] RightsRefusal),
    #[error(transparent)]
    Return(#[from] ReturnRefusal),
    #[error(transparent)]
    Privacy(#[from] PrivacyRefusal),
    #[error(transparent)]
    Deadline(#[from] DeadlineRefusal),
}

impl Refusal {
    pub(crate) const fn field(field: &'static str, message: &'static str) -> Self {
        Self::Field { field, message }
    }

    /// The rule's code, for programs: stable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field { .. } => "invalid_field",
            Self::NotYours => "not_yours",
            Self::Case(refusal) => refusal.code(),
            Self::Identity(refusal) => refusal.code(),
            Self::Stay(refusal) => refusal.code(),
            Self::Referral(refusal) => refusal.code(),
            Self::Lost(refusal) => refusal.code(),
            Self::Exception(refusal) => refusal.code(),
            Self::Rights(refusal) => refusal.code(),
            Self::Return(refusal) => refusal.code(),
            Self::Privacy(refusal) => refusal.code(),
            Self::Deadline(refusal) => refusal.code(),
        }
    }
}

/// Declares the refusals of a part of the path: each a rule with a code for programs and a sentence for people.
macro_rules! refusals {
    ($(#[$meta:meta])* $name:ident { $( $rule:ident = $code:literal : $message:literal ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $( #[error($message)] $rule, )+
        }

        impl $name {
            /// The rule's code, for programs: stable.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $( Self::$rule => $code, )+
                }
            }
        }
    };
}
pub(crate) use refusals;

/// The id that a command's subject has in a path or a batch line.
pub trait Subject: Sized {
    /// Makes it from the id that the caller named, if it named one.
    fn from_id(id: Option<Uuid>) -> Option<Self>;
}

impl Subject for () {
    fn from_id(id: Option<Uuid>) -> Option<Self> {
        id.is_none().then_some(())
    }
}

macro_rules! subjects {
    ($($id:ident),+) => {$(
        impl Subject for $id {
            fn from_id(id: Option<Uuid>) -> Option<Self> {
                id.map(Self)
            }
        }
    )+};
}
subjects!(BedId, CareAlertId, ConsentId, ExceptionId, HandoverId, HoldId, LookoutId, PersonId, ReferralId);

/// Why a command cannot be read from its name, subject and body.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the command has a subject that it does not take, or lacks the one that it needs")]
    Subject,
    #[error(transparent)]
    Body(#[from] serde_json::Error),
}

macro_rules! commands {
    ($( $command:ident = $name:tt on $subject:ty $(=> $creates:literal)? ),+ $(,)?) => {
        /// A command with its subject.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Command {
            $( $command($subject, $command), )+
        }

        /// The kind of a command: what the policy's table of commands has a row for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::Enum))]
        pub enum CommandKind {
            $(
                #[serde(rename = $name)]
                #[cfg_attr(feature = "schema", graphql(name = $name))]
                $command,
            )+
        }

        impl CommandKind {
            /// Every kind of command there is.
            pub const ALL: &'static [Self] = &[$(Self::$command),+];

            /// Its name in batches, in `/v1/me` and in the policy's table.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $( Self::$command => $name, )+
                }
            }

            /// The name of the id of what it creates, if it creates something on the path.
            #[must_use]
            pub fn creates(self) -> Option<&'static str> {
                let created: &[&'static str] = match self {
                    $( Self::$command => &[$($creates)?], )+
                };
                created.first().copied()
            }

            /// Visits the type of the commands of this kind.
            #[cfg(feature = "schema")]
            pub fn visit<V: CommandVisitor>(self, visitor: V) -> V::Output {
                match self {
                    $( Self::$command => visitor.visit::<$command>(), )+
                }
            }

            /// Reads a command of this kind from its body and the id of its subject.
            ///
            /// # Errors
            /// Where the body or the subject is not what the command takes.
            pub fn read(self, subject: Option<Uuid>, body: Value) -> Result<Command, Unreadable> {
                match self {
                    $( Self::$command => {
                        let subject = <$subject>::from_id(subject).ok_or(Unreadable::Subject)?;
                        Ok(Command::$command(subject, body_of(body)?))
                    } )+
                }
            }
        }

        impl Command {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> CommandKind {
                match self {
                    $( Self::$command(..) => CommandKind::$command, )+
                }
            }
        }

        impl Decide for Command {
            type Subject = ();

            fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
                match self {
                    $( Self::$command(subject, command) => command.decide(subject, path, at), )+
                }
            }
        }

        $(
            impl IntoCommand for $command {
                const KIND: CommandKind = CommandKind::$command;

                fn into_command(self, subject: $subject) -> Command {
                    Command::$command(subject, self)
                }
            }
        )+
    };
}

/// A body that is a command, once its subject is known.
pub trait IntoCommand: Decide + DeserializeOwned + 'static {
    /// The kind of command that it is.
    const KIND: CommandKind;

    /// The command.
    fn into_command(self, subject: Self::Subject) -> Command;
}

/// What is done with the type of a command that only its kind is known of: reading one from a batch, say.
#[cfg(feature = "schema")]
pub trait CommandVisitor {
    type Output;

    /// Does it.
    fn visit<C>(self) -> Self::Output
    where
        C: IntoCommand<Subject: Subject> + utoipa::ToSchema;
}

fn body_of<C: DeserializeOwned>(body: Value) -> Result<C, serde_json::Error> {
    serde_json::from_value(body)
}

// Each with what it is about on a path, and the id of what it creates there.
commands! {
    ReportSignal = "report_signal" on (),
    RecordContact = "record_contact" on (),
    UpdateIdentity = "update_identity" on (),
    LinkPersons = "link_persons" on (),
    UnlinkPersons = "unlink_persons" on PersonId,
    DismissMatch = "dismiss_match" on PersonId,
    RecordIntake = "record_intake" on (),
    TurnAway = "turn_away" on (),
    AssignBed = "assign_bed" on () => "bed_id",
    RecordAttendance = "record_attendance" on (),
    RecordNoShow = "record_no_show" on (),
    ReleaseBed = "release_bed" on BedId,
    ObserveIncident = "observe_incident" on (),
    AssessRights = "assess_rights" on (),
    RecordIndDecision = "record_ind_decision" on (),
    RecordInsurance = "record_insurance" on (),
    FileUninsuredReport = "file_uninsured_report" on (),
    Refer = "refer" on () => "referral_id",
    AcceptReferral = "accept_referral" on ReferralId,
    DeclineReferral = "decline_referral" on ReferralId,
    WaitlistReferral = "waitlist_referral" on ReferralId,
    WithdrawReferral = "withdraw_referral" on ReferralId,
    StartCare = "start_care" on ReferralId,
    EndCare = "end_care" on ReferralId,
    RecordDropout = "record_dropout" on ReferralId,
    MarkOutOfSight = "mark_out_of_sight" on (),
    IssueLookout = "issue_lookout" on () => "lookout_id",
    AcknowledgeLookout = "acknowledge_lookout" on LookoutId,
    ReportSighting = "report_sighting" on LookoutId,
    ResolveLookout = "resolve_lookout" on LookoutId,
    ExpireLookout = "expire_lookout" on LookoutId,
    FileCareAlert = "file_care_alert" on () => "care_alert_id",
    AnswerCareAlert = "answer_care_alert" on CareAlertId,
    RequestException = "request_exception" on () => "exception_id",
    DecideException = "decide_exception" on ExceptionId,
    OvertakeException = "overtake_exception" on ExceptionId,
    ReportDischarge = "report_discharge" on (),
    PresentReturnOptions = "present_return_options" on (),
    EvidenceReturnCondition = "evidence_return_condition" on (),
    GiveConsent = "give_consent" on () => "consent_id",
    WithdrawConsent = "withdraw_consent" on ConsentId,
    ProposeHandover = "propose_handover" on () => "handover_id",
    AcknowledgeHandover = "acknowledge_handover" on HandoverId,
    AcceptHandover = "accept_handover" on HandoverId,
    DeclineHandover = "decline_handover" on HandoverId,
    AttachHandoverDocument = "attach_handover_document" on HandoverId,
    RecordDeparture = "record_departure" on HandoverId,
    ConfirmArrival = "confirm_arrival" on HandoverId,
    RecordFollowUp = "record_follow_up" on HandoverId,
    WithdrawHandover = "withdraw_handover" on HandoverId,
    AssignCoordinator = "assign_coordinator" on (),
    AddNote = "add_note" on () => "note_id",
    CloseCase = "close_case" on (),
    ReopenCase = "reopen_case" on (),
    RecordDeath = "record_death" on (),
    PlaceHold = "place_hold" on () => "hold_id",
    LiftHold = "lift_hold" on HoldId,
    PassDeadline = "pass_deadline" on (),
}

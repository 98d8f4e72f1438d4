//! The catalogue of commands, a row for each: what it is called and does, where REST takes it, what it does without a
//! person, what it creates, which other person it names, what it is about, and who may send it in which relation.
//! Routes, batch lines, scripts, the OpenAPI document and the policy's table of commands come from these rows.
//!
//! A row's subject is the one of its `Decide`; its route has that subject's id in braces, and after it what the command
//! names within the subject. A command without a route is sent by Baken alone.

use serde_json::Value;
use uuid::Uuid;

#[cfg(feature = "schema")]
use super::row::BodyType;
use super::row::{Method, OtherPerson, Route, Row, UnreadableCommand, WithoutPerson};
use super::row::{about, body_of, catalogue, companions, optional, other_person};
use super::subject::{Subject, SubjectId};
use super::{Asking, Context, Decide, Refusal, Requires, decide};
use crate::directory::{
    Asked, ChangeFacility, ChangeOrganisation, CloseFacility, CloseOrganisation, Directory, RegisterFacility,
    RegisterOrganisation, ReopenFacility, ReopenOrganisation, SetCapacity,
};
use crate::event::Event;
use crate::figures::{ImportSource, ReleaseFigures, RemarkOnFigures, WithdrawSource};
use crate::ids::{EventId, OrgId, PersonId};
use crate::path::CarePath;
use crate::path::case::{AddNote, AssignCoordinator, CloseCase, RecordDeath, ReopenCase};
use crate::path::correction::{FinishMove, MoveEntry, RetractEntry};
use crate::path::deadline::PassDeadline;
use crate::path::discharge::{AnnounceDischarge, CallOffDischarge, ReportDischarge};
use crate::path::exception::{DecideException, OvertakeException, RequestException};
use crate::path::identity::{AgreeMatch, DismissMatch, LinkPersons, ReleaseMatch, UnlinkPersons, UpdateIdentity};
use crate::path::incident::ObserveIncident;
use crate::path::intake::{RecordIntake, RecordLivingSituation, RetractTurnAway, TurnAway};
use crate::path::lost::{
    AcknowledgeLookout, AnswerCareAlert, EndCareAlert, EndLookout, ExpireLookout, FileCareAlert, IssueLookout,
    MarkOutOfSight, ReportSighting, ResolveLookout,
};
use crate::path::privacy::{BreakGlass, EndBreakGlass, EraseSubject, LiftHold, PlaceHold, ReviewBreakGlass};
use crate::path::referral::{
    AcceptReferral, DeclineReferral, EndCare, RecordDropout, Refer, StartCare, WaitlistReferral, WithdrawReferral,
};
use crate::path::relations::{RelatePersons, UnrelatePersons};
use crate::path::repatriation::{
    AcceptHandover, AcknowledgeHandover, AnswerHandoverQuestion, AskHandoverQuestion, AttachHandoverDocument,
    ConfirmArrival, DeclineHandover, EvidenceReturnCondition, GiveConsent, PresentReturnOptions, ProposeHandover,
    RecordDeparture, RecordFollowUp, RefuseReturn, StopHandover, WithdrawConsent, WithdrawHandover,
};
use crate::path::rights::{AssessRights, FileUninsuredReport, RecordIndDecision, RecordInsurance};
use crate::path::signal::{RecordContact, ReportSignal};
use crate::path::stay::{AssignBed, RecordAttendance, RecordNoShow, ReleaseBed};
use crate::policy::commands::{A, AN, I, IA, IAN, IANB, IN, N, R, RN, RNB, X};
use crate::spelt::{Spelt, spelt};

catalogue! {
    //  coor shel outr care supp asse poli liai rece amba anal priv admi syst
    /// Reports a signal about somebody
    ///
    /// It opens a provisional person: an alias is enough, or nothing at all. With `person_id` it is added to the path of
    /// a person who is known.
    ReportSignal = "report_signal", at Post "/v1/signals" in "Signals", without person Opens,
        [RN,  IAN, IAN, IAN, IAN, X,   AN,  X,   X,   X,   X,   X,   X,   X];
    /// Records that the person was met
    RecordContact = "record_contact", at Post "/v1/persons/{person_id}/contacts" in "Path",
        [R,   IAN, IAN, IAN, IAN, X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records who the person is
    ///
    /// What was claimed before is kept beside it, each with how sure it is.
    UpdateIdentity = "update_identity", at Post "/v1/persons/{person_id}/identity" in "Path",
        [R,   IN,  IN,  IN,  IN,  X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Links the person with another who was found to be the same
    LinkPersons = "link_persons", at Post "/v1/persons/{person_id}/links" in "Links", other person in with,
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Undoes a link between two persons
    UnlinkPersons = "unlink_persons", at Delete "/v1/persons/{person_id}/links/{other_person_id}" in "Links",
        other person in subject,
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Says that somebody who was suggested as the same person is another one
    DismissMatch = "dismiss_match", at Post "/v1/persons/{person_id}/matches/{other_person_id}/dismiss" in "Links",
        other person in subject,
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Lets other municipalities, where the person may be known, see who they are
    ///
    /// Their coordinators see identity fields, and nothing else. Nothing is linked before both have agreed.
    ReleaseMatch = "release_match", at Post "/v1/persons/{person_id}/matches/release" in "Links",
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Agrees that somebody whom another municipality released is this person
    ///
    /// Once both municipalities have agreed, the two are linked.
    AgreeMatch = "agree_match", at Post "/v1/persons/{person_id}/matches/{other_person_id}/agree" in "Links",
        other person in subject, about |_| Subject::Path,
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records how another person belongs together with this one
    ///
    /// `kind` is what the other is to this person. It never says that they are the same: that is a link.
    RelatePersons = "relate_persons", at Post "/v1/persons/{person_id}/relations" in "Relations",
        other person in with,
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Ends all relations of two persons
    UnrelatePersons = "unrelate_persons", at Delete "/v1/persons/{person_id}/relations/{other_person_id}" in "Relations",
        other person in subject, about |_| Subject::Path,
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records an intake
    ///
    /// No field is required: no name, no date of birth, no document. For those in `together_with` it says what holds for all:
    /// where they were taken in, how urgently, and how they live.
    RecordIntake = "record_intake", at Post "/v1/persons/{person_id}/intakes" in "Path",
        companions |intake| intake.shared(),
        [R,   IAN, IAN, IAN, IAN, X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records how somebody lives on a day
    ///
    /// The class of ETHOS Light on the day of `occurred_at`, such as a count date. The counts of homeless people ask it of
    /// everybody with an open case, not at intakes alone. For those in `together_with` it says the same.
    RecordLivingSituation = "record_living_situation", at Post "/v1/persons/{person_id}/living-situations" in "Path",
        companions |living| living.clone(),
        [R,   IN,  IN,  IN,  IN,  R,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records that somebody was turned away
    ///
    /// With `person_id` on that person's path; without it people are counted whom nobody knows.
    TurnAway = "turn_away", at Post "/v1/turn-aways" in "Signals", without person Counts,
        [X,   IAN, IAN, IAN, IAN, X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Takes back a count of people who were turned away and whom nobody knows
    ///
    /// Your organisation's own alone: `event_id` is of the entry. Of a person it is taken back as any entry of theirs.
    RetractTurnAway = "retract_turn_away", at Post "/v1/turn-aways/{event_id}/retract" in "Signals",
        without person Counts,
        [X,   N,   N,   N,   N,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Assigns a bed of your organisation
    ///
    /// `kind` is that of the facility, or of one that your organisation has. Where no place is free in the night of the bed it is
    /// refused with `place_full`, unless `overbook` says why it is given all the same.
    AssignBed = "assign_bed", at Post "/v1/persons/{person_id}/beds" in "Stays", creates "bed_id",
        companions |bed| bed.clone(),
        [X,   IAN, X,   IAN, X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records that the person came, or left
    RecordAttendance = "record_attendance", at Post "/v1/persons/{person_id}/attendances" in "Stays",
        about |_| Subject::OwnBed,
        [X,   IAN, IAN, IAN, IAN, X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records that the person was expected and did not come
    RecordNoShow = "record_no_show", at Post "/v1/persons/{person_id}/no-shows" in "Stays",
        about |no_show| no_show.bed_id.map_or(Subject::OwnBed, Subject::Bed),
        [X,   I,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N];
    /// Releases a bed
    ///
    /// A bed that is held for a person at risk who did not come is released by the coordinator.
    ReleaseBed = "release_bed", at Post "/v1/persons/{person_id}/beds/{bed_id}/release" in "Stays",
        [R,   I,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records an incident
    ObserveIncident = "observe_incident", at Post "/v1/persons/{person_id}/incidents" in "Path",
        [R,   IN,  IAN, IN,  IN,  X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Goes through the checklist of rights to provisions
    ///
    /// The outcome is an aid without binding force: the IND alone decides.
    AssessRights = "assess_rights", at Post "/v1/persons/{person_id}/rights-assessments" in "Rights",
        [R,   X,   X,   X,   I,   R,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records what the IND decided
    RecordIndDecision = "record_ind_decision", at Post "/v1/persons/{person_id}/ind-decisions" in "Rights",
        [R,   X,   X,   X,   X,   R,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records whether the person is insured
    RecordInsurance = "record_insurance", at Post "/v1/persons/{person_id}/insurance" in "Rights",
        [R,   I,   I,   I,   I,   R,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Files a report that care for an uninsured person asks for
    FileUninsuredReport = "file_uninsured_report", at Post "/v1/persons/{person_id}/uninsured-reports" in "Rights",
        [R,   I,   X,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Refers the person to an organisation
    ///
    /// Where a bed is asked for and no place is free tonight it is refused with `place_full`, unless `overbook` says why.
    /// Those in `together_with` are referred to the same, without the reason, which is the person's own.
    Refer = "refer", at Post "/v1/persons/{person_id}/referrals" in "Referrals", creates "referral_id",
        companions |referral| referral.shared(),
        [R,   IN,  IN,  IN,  IN,  X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Accepts a referral
    AcceptReferral = "accept_referral", at Post "/v1/persons/{person_id}/referrals/{referral_id}/accept" in "Referrals",
        [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Declines a referral, with the reason
    DeclineReferral = "decline_referral",
        at Post "/v1/persons/{person_id}/referrals/{referral_id}/decline" in "Referrals",
        [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Puts a referral on the waiting list
    WaitlistReferral = "waitlist_referral",
        at Post "/v1/persons/{person_id}/referrals/{referral_id}/waitlist" in "Referrals",
        [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Withdraws a referral
    WithdrawReferral = "withdraw_referral",
        at Post "/v1/persons/{person_id}/referrals/{referral_id}/withdraw" in "Referrals",
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Starts the care that a referral asked for
    StartCare = "start_care", at Post "/v1/persons/{person_id}/referrals/{referral_id}/start" in "Referrals",
        [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Ends the care
    EndCare = "end_care", at Post "/v1/persons/{person_id}/referrals/{referral_id}/end" in "Referrals",
        [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records that the person dropped out of the care
    RecordDropout = "record_dropout", at Post "/v1/persons/{person_id}/referrals/{referral_id}/dropout" in "Referrals",
        [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records that the person is out of sight
    MarkOutOfSight = "mark_out_of_sight", at Post "/v1/persons/{person_id}/out-of-sight" in "Path",
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   N];
    /// Issues a lookout
    IssueLookout = "issue_lookout", at Post "/v1/persons/{person_id}/lookouts" in "Lookouts", creates "lookout_id",
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Acknowledges a lookout
    AcknowledgeLookout = "acknowledge_lookout",
        at Post "/v1/persons/{person_id}/lookouts/{lookout_id}/acknowledge" in "Lookouts",
        [X,   IA,  IA,  IA,  I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Reports that the person was seen
    ReportSighting = "report_sighting", at Post "/v1/persons/{person_id}/lookouts/{lookout_id}/sightings" in "Lookouts",
        [R,   IA,  IA,  IA,  I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Resolves a lookout
    ResolveLookout = "resolve_lookout", at Post "/v1/persons/{person_id}/lookouts/{lookout_id}/resolve" in "Lookouts",
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Ends a lookout before its time
    ///
    /// Those who were asked are told. Baken ends it by itself when the person is back, has died, or the case is closed.
    EndLookout = "end_lookout", at Post "/v1/persons/{person_id}/lookouts/{lookout_id}/end" in "Lookouts",
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   N];
    /// Ends a care alert before its time
    ///
    /// The police are told. Baken ends it by itself when the person is back, has died, or the case is closed.
    EndCareAlert = "end_care_alert", at Post "/v1/persons/{person_id}/care-alerts/{care_alert_id}/end" in "Lookouts",
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   N];
    /// Ends a lookout whose time is over
    ExpireLookout = "expire_lookout",
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N];
    /// Files a care alert with the police (zorgmelding)
    FileCareAlert = "file_care_alert", at Post "/v1/persons/{person_id}/care-alerts" in "Lookouts",
        creates "care_alert_id",
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Answers a care alert
    AnswerCareAlert = "answer_care_alert",
        at Post "/v1/persons/{person_id}/care-alerts/{care_alert_id}/answer" in "Lookouts",
        [X,   X,   X,   X,   X,   X,   A,   X,   X,   X,   X,   X,   X,   X];
    /// Requests an exception, such as a longer stay
    RequestException = "request_exception", at Post "/v1/persons/{person_id}/exceptions" in "Exceptions",
        creates "exception_id", about |_| Subject::OwnBed,
        [X,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Decides on an exception
    DecideException = "decide_exception",
        at Post "/v1/persons/{person_id}/exceptions/{exception_id}/decision" in "Exceptions",
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Ends a request for an exception of somebody who disappeared
    OvertakeException = "overtake_exception",
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N];
    /// Reports that the person is discharged from a hospital or an institution
    ReportDischarge = "report_discharge", at Post "/v1/persons/{person_id}/discharges" in "Path",
        [R,   IAN, X,   IAN,  X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Announces that a hospital will discharge the person
    ///
    /// The organisation that will receive them is warned: it sees the person from then on, and prepares. Without one, or if it
    /// has no room, the coordinator and a street doctor look for a place before the person leaves.
    AnnounceDischarge = "announce_discharge", at Post "/v1/persons/{person_id}/announced-discharges" in "Path",
        creates "discharge_id",
        [R,   X,   X,   IAN, X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Calls an announced discharge off
    ///
    /// The organisation that was warned is told. Baken does it by itself when the person was discharged to another place, has
    /// died, the case was closed, or nobody followed it up.
    CallOffDischarge = "call_off_discharge",
        at Post "/v1/persons/{person_id}/announced-discharges/{discharge_id}/call-off" in "Path",
        [R,   X,   X,   IAN, X,   X,   X,   X,   X,   X,   X,   X,   X,   N];
    /// Records that the options for a return were presented
    PresentReturnOptions = "present_return_options", at Post "/v1/persons/{person_id}/return-options" in "Return",
        about |_| Subject::Return,
        [R,   X,   X,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records that the person does not want to return
    ///
    /// Any worker who hears it says so. It stops every open handover before the departure.
    RefuseReturn = "refuse_return", at Post "/v1/persons/{person_id}/return-refusals" in "Return",
        about |_| Subject::Return,
        [R,   IAN, IAN, IAN, IAN, X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records the evidence that a condition of a return is met
    EvidenceReturnCondition = "evidence_return_condition",
        at Post "/v1/persons/{person_id}/return-conditions" in "Return", about |_| Subject::Return,
        [R,   X,   X,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records a consent of the person
    GiveConsent = "give_consent", at Post "/v1/persons/{person_id}/consents" in "Return", creates "consent_id",
        about |_| Subject::Return,
        [R,   X,   X,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Withdraws a consent, as easily as it was given
    WithdrawConsent = "withdraw_consent", at Post "/v1/persons/{person_id}/consents/{consent_id}/withdraw" in "Return",
        // As easy as giving it (GDPR art. 7(3)): any worker whom the person tells.
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Proposes a handover to a country
    ProposeHandover = "propose_handover", at Post "/v1/persons/{person_id}/handovers" in "Handovers",
        creates "handover_id", about |_| Subject::Return,
        [R,   X,   X,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Acknowledges a handover
    AcknowledgeHandover = "acknowledge_handover",
        at Post "/v1/persons/{person_id}/handovers/{handover_id}/acknowledge" in "Handovers",
        [X,   X,   X,   X,   X,   X,   X,   A,   X,   X,   X,   X,   X,   X];
    /// Accepts a handover
    AcceptHandover = "accept_handover", at Post "/v1/persons/{person_id}/handovers/{handover_id}/accept" in "Handovers",
        [X,   X,   X,   X,   X,   X,   X,   A,   A,   X,   X,   X,   X,   X];
    /// Declines a handover, with the reason
    DeclineHandover = "decline_handover",
        at Post "/v1/persons/{person_id}/handovers/{handover_id}/decline" in "Handovers",
        [X,   X,   X,   X,   X,   X,   X,   A,   A,   X,   X,   X,   X,   X];
    /// Attaches a document that is sealed for its receiver
    AttachHandoverDocument = "attach_handover_document",
        at Post "/v1/persons/{person_id}/handovers/{handover_id}/document" in "Handovers",
        [X,   X,   X,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records that the person has departed
    RecordDeparture = "record_departure",
        at Post "/v1/persons/{person_id}/handovers/{handover_id}/departure" in "Handovers",
        [R,   X,   X,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Confirms that the person has arrived
    ConfirmArrival = "confirm_arrival",
        at Post "/v1/persons/{person_id}/handovers/{handover_id}/arrival" in "Handovers",
        [R,   X,   X,   X,   I,   X,   X,   A,   A,   X,   X,   X,   X,   X];
    /// Records how it went, some time after the arrival
    RecordFollowUp = "record_follow_up",
        at Post "/v1/persons/{person_id}/handovers/{handover_id}/follow-ups" in "Handovers",
        [R,   X,   X,   X,   I,   X,   X,   A,   A,   X,   X,   X,   X,   X];
    /// Asks something about a handover
    AskHandoverQuestion = "ask_handover_question",
        at Post "/v1/persons/{person_id}/handovers/{handover_id}/questions" in "Handovers", creates "question_id",
        [X,   X,   X,   X,   X,   X,   X,   A,   A,   X,   X,   X,   X,   X];
    /// Answers a question about a handover
    AnswerHandoverQuestion = "answer_handover_question",
        at Post "/v1/persons/{person_id}/handovers/{handover_id}/questions/{question_id}/answer" in "Handovers",
        [R,   X,   X,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records that a handover stopped by what the person said
    StopHandover = "stop_handover",
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N];
    /// Withdraws a handover
    WithdrawHandover = "withdraw_handover",
        at Post "/v1/persons/{person_id}/handovers/{handover_id}/withdraw" in "Handovers",
        [R,   X,   X,   X,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Assigns the municipality that coordinates the case, and who does so there
    AssignCoordinator = "assign_coordinator", at Post "/v1/persons/{person_id}/coordinator" in "Case",
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Adds a note
    AddNote = "add_note", at Post "/v1/persons/{person_id}/notes" in "Path", creates "note_id",
        [R,   IN,  IN,  IN,  IN,  R,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Closes the case
    CloseCase = "close_case", at Post "/v1/persons/{person_id}/close" in "Case",
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Opens the case again
    ReopenCase = "reopen_case", at Post "/v1/persons/{person_id}/reopen" in "Case",
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Records that the person has died
    RecordDeath = "record_death", at Post "/v1/persons/{person_id}/death" in "Path",
        [R,   I,   I,   I,   I,   X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Takes an entry back that was recorded by mistake
    ///
    /// It counts for nothing from then on, with all that the same command recorded, and the timeline shows it struck
    /// through. The organisation that recorded it may, and the coordinator of the case.
    RetractEntry = "retract_entry", at Post "/v1/persons/{person_id}/entries/{event_id}/retract" in "Corrections",
        [R,   IAN, IAN, IAN, IAN, R,   AN,  A,   A,   X,   X,   X,   X,   X];
    /// Puts an entry on the right person that was recorded on the wrong one
    ///
    /// It is taken back here, with all that the same command recorded, and stands there as those recorded it who did: when it
    /// happened, and by whom. A bed and a referral go with all that was recorded of them. The organisation that recorded it
    /// may, and the coordinator of the case; they must see the other person, and be allowed to record such an entry there.
    /// What asks others for something (a lookout, a care alert, an exception, a consent, a handover) is not moved.
    MoveEntry = "move_entry", at Post "/v1/persons/{person_id}/entries/{event_id}/move" in "Corrections",
        other person in to,
        [R,   IAN, IAN, IAN, IAN, R,   AN,  X,   X,   X,   X,   X,   X,   X];
    /// Strikes what was moved once it stands on the right person
    FinishMove = "finish_move",
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N];
    /// Places a legal hold: nothing of the person is erased while it stands
    PlaceHold = "place_hold", at Post "/v1/persons/{person_id}/holds" in "Case", creates "hold_id",
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   X];
    /// Lifts a legal hold
    LiftHold = "lift_hold", at Post "/v1/persons/{person_id}/holds/{hold_id}/lift" in "Case",
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   X];
    /// Opens the case of somebody to whom you have no relation, in an emergency
    ///
    /// For care providers and coordinators, with the reason and for some hours (`until`). The case is shown as to somebody who is
    /// involved; nothing can be recorded on it by this alone. The coordinator of the case and the privacy officer are told
    /// at once, every reading is recorded with the id, and it is reviewed afterwards.
    BreakGlass = "break_glass", at Post "/v1/persons/{person_id}/break-glass" in "Privacy",
        creates "break_glass_id", about |_| Subject::Record,
        [RNB, X,   X,   IANB, X,  X,   X,   X,   X,   X,   X,   X,   X,   X];
    /// Closes a case again that was opened in an emergency
    ///
    /// Whoever opened it does, or the coordinator of the case, or the privacy officer. By itself it closes when its time is over.
    EndBreakGlass = "end_break_glass", at Post "/v1/persons/{person_id}/break-glass/{break_glass_id}/end" in "Privacy",
        [RNB, X,   X,   IANB, X,  X,   X,   X,   X,   X,   X,   N,   X,   X];
    /// Says whether it was justified that a case was opened in an emergency
    ///
    /// Once it has ended. Nobody reviews what they did themselves.
    ReviewBreakGlass = "review_break_glass",
        at Post "/v1/persons/{person_id}/break-glass/{break_glass_id}/review" in "Privacy",
        [R,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   X];
    /// Erases a person, for ever
    ///
    /// The keys of all that describes the person are destroyed, under all ids that are linked: nobody can read it again, not
    /// from the log and, once the key-encryption key has rolled, not from an older backup. What happened, when and at which
    /// organisation still counts, of nobody. A legal hold prevents it; on the ground `retention_ended` it must be over.
    EraseSubject = "erase_subject", at Post "/v1/persons/{person_id}/erase" in "Privacy", about |_| Subject::Record,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   N];
    /// Registers an organisation, with its facilities
    RegisterOrganisation = "register_organisation", at Post "/v1/organisations" in "Directory",
        without person Directory,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   N];
    /// Says anew all there is to say of an organisation
    ///
    /// What is left out is gone. Its facilities stay as they are.
    ChangeOrganisation = "change_organisation", at Post "/v1/organisations/{organisation_id}" in "Directory",
        without person Directory,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X];
    /// Ends that an organisation takes part
    ///
    /// Nobody is referred to it, and it is asked for nothing any more. What it began goes on until that is ended.
    CloseOrganisation = "close_organisation", at Post "/v1/organisations/{organisation_id}/close" in "Directory",
        without person Directory,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X];
    /// Lets an organisation take part again
    ReopenOrganisation = "reopen_organisation", at Post "/v1/organisations/{organisation_id}/reopen" in "Directory",
        without person Directory,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X];
    /// Registers a facility of an organisation
    RegisterFacility = "register_facility", at Post "/v1/organisations/{organisation_id}/facilities" in "Directory",
        without person Directory,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X];
    /// Says anew all there is to say of a facility
    ///
    /// What is left out is gone. Its places stay as they are.
    ChangeFacility = "change_facility", at Post "/v1/facilities/{facility_id}" in "Directory",
        without person Directory,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X];
    /// Ends that people are taken in at a facility
    CloseFacility = "close_facility", at Post "/v1/facilities/{facility_id}/close" in "Directory",
        without person Directory,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X];
    /// Lets people be taken in at a facility again
    ReopenFacility = "reopen_facility", at Post "/v1/facilities/{facility_id}/reopen" in "Directory",
        without person Directory,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X];
    /// Says how many places a facility has, from a night on
    ///
    /// The organisation whose facility it is may, and the administrator.
    SetCapacity = "set_capacity", at Post "/v1/facilities/{facility_id}/capacity" in "Directory",
        without person Directory,
        [X,   N,   X,   N,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X];
    /// Releases the figures of a period
    ///
    /// Of a calendar year or quarter that is over; for analysts of all municipalities. The tables are frozen as they are now:
    /// what is recorded later does not alter them, and a period is released once. Small numbers are suppressed, with others where
    /// they would give one away, in this release and in all before it. It takes up to a minute.
    ReleaseFigures = "release_figures", at Post "/v1/monitor/releases" in "Monitor",
        without person Figures,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   X,   X];
    /// Remarks on an indicator of a release
    ///
    /// For analysts of all municipalities. The remark stands beside the figures, in the report and on the board; it alters none. A
    /// later remark on the same indicator of the same release replaces it.
    RemarkOnFigures = "remark_on_figures", at Post "/v1/monitor/remarks" in "Monitor",
        without person Figures,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   X,   X];
    /// Imports figures of others, to be shown beside the monitor's
    ///
    /// For analysts of all municipalities. Counts of whom Baken does not know, with a definition of their own; never added up. All
    /// figures of a source come in one call, in place of those of before. `baken monitor source` makes the body of a CSV file.
    ImportSource = "import_source", at Post "/v1/monitor/sources" in "Monitor",
        without person Figures,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   X,   X];
    /// Shows the figures of a source no more
    ///
    /// For analysts of all municipalities.
    WithdrawSource = "withdraw_source", at Post "/v1/monitor/sources/withdrawals" in "Monitor",
        without person Figures,
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N,   X,   X,   X];
    /// Records that a deadline passed
    PassDeadline = "pass_deadline",
        [X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   N];
}

impl CommandKind {
    /// Its name in batches, in scripts, in `/v1/me` and in the policy's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What it does: a title, and after an empty line what else is to be said.
    #[must_use]
    pub fn words(self) -> &'static [&'static str] {
        self.row().words
    }

    /// Where REST takes it; `None` for what Baken alone does.
    #[must_use]
    pub fn route(self) -> Option<Route> {
        self.row().route
    }

    /// What it does without a person, if it needs none.
    #[must_use]
    pub fn without_person(self) -> Option<WithoutPerson> {
        self.row().without_person
    }

    /// The name of the id of what it creates, if it creates something on the path.
    #[must_use]
    pub fn creates(self) -> Option<&'static str> {
        self.row().creates
    }

    /// Where it names another person, if it names one.
    #[must_use]
    pub fn other_person(self) -> Option<OtherPerson> {
        self.row().other_person
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::codes::{Code, Role};
    use crate::policy::{Relation, may};

    /// What a route names after that is a field of the command: it is read from the path as from the body.
    #[test]
    fn a_route_names_the_person_and_the_subject_that_its_command_takes() {
        for kind in CommandKind::ALL {
            let Some(route) = kind.route() else { continue };
            let ids: Vec<_> = route.path.split('/').filter(|part| part.starts_with('{')).collect();
            let person = kind.without_person().is_none();
            let subject = kind.takes(Some(Uuid::nil()));
            assert_eq!(ids.first() == Some(&"{person_id}"), person, "{}", kind.name());
            let fields: &[&str] = match kind {
                CommandKind::AnswerHandoverQuestion => &["{question_id}"],
                CommandKind::ChangeOrganisation
                | CommandKind::CloseOrganisation
                | CommandKind::ReopenOrganisation
                | CommandKind::RegisterFacility => &["{organisation_id}"],
                CommandKind::ChangeFacility
                | CommandKind::CloseFacility
                | CommandKind::ReopenFacility
                | CommandKind::SetCapacity => &["{facility_id}"],
                _ => &[],
            };
            assert_eq!(ids[usize::from(person) + usize::from(subject)..], *fields, "{}", kind.name());
        }
    }

    #[test]
    fn names_and_routes_are_of_one_command_each() {
        let names: BTreeSet<_> = CommandKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), CommandKind::ALL.len());
        let routes = CommandKind::ALL.iter().filter_map(|kind| kind.route());
        let different: BTreeSet<_> = routes.clone().map(|route| (route.method, route.path)).collect();
        assert_eq!(different.len(), routes.count());
    }

    #[test]
    fn what_has_no_route_baken_alone_may_do() {
        for kind in CommandKind::ALL {
            let people = Role::ALL.iter().filter(|role| **role != Role::System);
            let any = people.flat_map(|role| Relation::ALL.map(|relation| may(*role, *kind, relation))).any(|may| may);
            assert_eq!(any, kind.route().is_some(), "{}", kind.name());
        }
    }
}

//! A command of each kind, of the sort that somebody would send about this path now. A new command does not compile
//! until somebody says what it looks like.

use super::bodies;
use super::dice::Dice;
use crate::codes::LocationType;
use crate::command::{Command, CommandKind};
use crate::deadlines::Deadlines;
use crate::directory::Overbook;
use crate::ids::{BedId, BreakGlassId, ExceptionId, HandoverId, LookoutId, ReferralId};
use crate::path::CarePath;
use crate::path::case::{AddNote, AssignCoordinator, CloseCase, RecordDeath, ReopenCase};
use crate::path::correction::{FinishMove, MoveEntry, RetractEntry};
use crate::path::discharge::{AnnounceDischarge, CallOffDischarge, ReportDischarge};
use crate::path::exception::{DecideException, Decision, OvertakeException, RequestException};
use crate::path::identity::{AgreeMatch, DismissMatch, LinkPersons, ReleaseMatch, UnlinkPersons, UpdateIdentity};
use crate::path::incident::ObserveIncident;
use crate::path::intake::{RecordLivingSituation, TurnAway};
use crate::path::lost::{
    AcknowledgeLookout, AnswerCareAlert, EndCareAlert, EndLookout, ExpireLookout, MarkOutOfSight, ResolveLookout,
};
use crate::path::privacy::{BreakGlass, EndBreakGlass, EraseSubject, LiftHold, PlaceHold, ReviewBreakGlass};
use crate::path::referral::{
    AcceptReferral, DeclineReferral, EndCare, RecordDropout, StartCare, WaitlistReferral, WithdrawReferral,
};
use crate::path::relations::{RelatePersons, UnrelatePersons};
use crate::path::repatriation::{
    AcceptHandover, AcknowledgeHandover, AnswerHandoverQuestion, AskHandoverQuestion, AttachHandoverDocument,
    ConfirmArrival, DeclineHandover, RecordDeparture, RecordFollowUp, RefuseReturn, StopHandover, WithdrawConsent,
    WithdrawHandover,
};
use crate::path::rights::{AssessRights, FileUninsuredReport, RecordIndDecision, RecordInsurance};
use crate::path::stay::{AssignBed, RecordAttendance, RecordNoShow, ReleaseBed};
use crate::path::testing::{a_relative, another_person};
use crate::path::timers::{Timer, TimerKind};
use crate::time::DateTime;

/// Whether a command goes on with something that is open. They are sent more often, or little would come to its end.
pub fn goes_on(kind: CommandKind) -> bool {
    use CommandKind as K;
    matches!(
        kind,
        K::UnlinkPersons
            | K::UnrelatePersons
            | K::AgreeMatch
            | K::ReleaseBed
            | K::RecordAttendance
            | K::AcceptReferral
            | K::DeclineReferral
            | K::WaitlistReferral
            | K::StartCare
            | K::EndCare
            | K::RecordDropout
            | K::AcknowledgeLookout
            | K::ReportSighting
            | K::ResolveLookout
            | K::AnswerCareAlert
            | K::DecideException
            | K::CallOffDischarge
            | K::ProposeHandover
            | K::AcknowledgeHandover
            | K::AcceptHandover
            | K::AttachHandoverDocument
            | K::AskHandoverQuestion
            | K::AnswerHandoverQuestion
            | K::RecordDeparture
            | K::ConfirmArrival
            | K::RecordFollowUp
            | K::ReopenCase
            | K::EndBreakGlass
            | K::ReviewBreakGlass
    )
}

/// A command of a kind; none where the path has nothing that it could be about.
#[allow(clippy::too_many_lines)] // one arm for each command, and no wildcard
pub fn command(kind: CommandKind, path: &CarePath, now: DateTime, dice: &mut Dice<'_>) -> Option<Command> {
    use CommandKind as K;
    Some(match kind {
        K::ReportSignal => Command::ReportSignal((), bodies::signal(dice)),
        K::RecordContact => Command::RecordContact((), bodies::contact(dice)),
        K::UpdateIdentity => {
            Command::UpdateIdentity((), UpdateIdentity { claim: bodies::claim(dice), assurance: dice.code() })
        }
        K::LinkPersons => {
            let (basis, explanation) = (dice.code(), dice.maybe_text());
            Command::LinkPersons((), LinkPersons { with: another_person(), basis, explanation })
        }
        K::UnlinkPersons => Command::UnlinkPersons(another_person(), UnlinkPersons { explanation: dice.maybe_text() }),
        K::ReleaseMatch => Command::ReleaseMatch((), ReleaseMatch { explanation: dice.maybe_text() }),
        K::AgreeMatch => Command::AgreeMatch(another_person(), AgreeMatch { explanation: dice.maybe_text() }),
        K::RelatePersons => {
            let (kind, explanation) = (dice.code(), dice.maybe_text());
            Command::RelatePersons((), RelatePersons { with: a_relative(), kind, explanation })
        }
        K::UnrelatePersons => {
            Command::UnrelatePersons(a_relative(), UnrelatePersons { explanation: dice.maybe_text() })
        }
        K::DismissMatch => Command::DismissMatch(another_person(), DismissMatch { explanation: dice.maybe_text() }),
        K::RecordIntake => Command::RecordIntake((), bodies::intake(dice)),
        K::RecordLivingSituation => {
            let living = RecordLivingSituation {
                living_situation: dice.code(),
                household: dice.maybe(Dice::code),
                homeless_since: dice.maybe(|dice| dice.named(&["2019", "2021-11"])),
                in_the_netherlands_since: dice.maybe(|dice| dice.named(&["2018-03-01", "2020"])),
            };
            Command::RecordLivingSituation((), living)
        }
        K::TurnAway => {
            let (reason, offering) = (dice.code(), dice.maybe(Dice::code));
            Command::TurnAway((), TurnAway { reason, offering, facility: None, persons: None })
        }
        // It is about nobody's path.
        K::AssignBed => {
            let kinds = [LocationType::NightShelterEu, LocationType::Shelter24h, LocationType::EmergencyBed];
            let bed = AssignBed {
                kind: dice.one_of(&kinds)?,
                facility: dice.maybe(|dice| dice.named(&[super::BEDS])),
                from: dice.maybe(|dice| bodies::later(now, dice)),
                until: dice.maybe(|dice| bodies::later(now, dice)),
                expected_by: dice.maybe(|dice| bodies::later(now, dice)),
                overbook: dice.maybe_text().map(|reason| Overbook { reason }),
            };
            Command::AssignBed((), bed)
        }
        K::RecordAttendance => {
            let attendance = RecordAttendance { status: dice.code(), location_type: dice.maybe(Dice::code) };
            Command::RecordAttendance((), attendance)
        }
        K::RecordNoShow => Command::RecordNoShow((), RecordNoShow { bed_id: dice.one_of(&beds(path)) }),
        K::ReleaseBed => {
            let bed = dice.one_of(&beds(path))?;
            Command::ReleaseBed(bed, ReleaseBed { reason: dice.code(), explanation: dice.maybe_text() })
        }
        K::ObserveIncident => {
            let (kind, severity, description) = (dice.code(), dice.code(), dice.maybe_text());
            Command::ObserveIncident((), ObserveIncident { kind, severity, description })
        }
        K::AssessRights => Command::AssessRights((), AssessRights(bodies::answers(dice))),
        K::RecordIndDecision => {
            let decided_on = dice.maybe(|dice| bodies::day(now, dice));
            let decision = RecordIndDecision { outcome: dice.code(), decided_on, appeal_pending: dice.once_in(2) };
            Command::RecordIndDecision((), decision)
        }
        K::RecordInsurance => Command::RecordInsurance((), RecordInsurance { status: dice.code() }),
        K::FileUninsuredReport => Command::FileUninsuredReport((), FileUninsuredReport { consent_effort: dice.text() }),
        K::Refer => Command::Refer((), bodies::refer(dice)),
        K::AcceptReferral => {
            Command::AcceptReferral(referral(path, dice)?, AcceptReferral { explanation: dice.maybe_text() })
        }
        K::DeclineReferral => {
            let decline = DeclineReferral { reason: dice.code(), explanation: dice.maybe_text() };
            Command::DeclineReferral(referral(path, dice)?, decline)
        }
        K::WaitlistReferral => {
            let until = dice.maybe(|dice| bodies::day(now, dice));
            Command::WaitlistReferral(referral(path, dice)?, WaitlistReferral { until })
        }
        K::WithdrawReferral => {
            let withdraw = WithdrawReferral { reason: dice.code(), explanation: dice.maybe_text() };
            Command::WithdrawReferral(referral(path, dice)?, withdraw)
        }
        K::StartCare => Command::StartCare(referral(path, dice)?, StartCare {}),
        K::EndCare => Command::EndCare(referral(path, dice)?, EndCare { explanation: dice.maybe_text() }),
        K::RecordDropout => {
            let dropout = RecordDropout { reason: dice.code(), explanation: dice.maybe_text() };
            Command::RecordDropout(referral(path, dice)?, dropout)
        }
        K::MarkOutOfSight => Command::MarkOutOfSight((), MarkOutOfSight {}),
        K::IssueLookout => Command::IssueLookout((), bodies::lookout(now, dice)),
        K::AcknowledgeLookout => Command::AcknowledgeLookout(lookout(path, dice)?, AcknowledgeLookout {}),
        K::ReportSighting => Command::ReportSighting(lookout(path, dice)?, bodies::sighting(dice)),
        K::ResolveLookout => {
            let resolve = ResolveLookout { outcome: dice.code(), explanation: dice.maybe_text() };
            Command::ResolveLookout(lookout(path, dice)?, resolve)
        }
        K::EndLookout => Command::EndLookout(lookout(path, dice)?, EndLookout { reason: dice.code() }),
        K::EndCareAlert => {
            let alerts: Vec<_> = path.lost.care_alerts.iter().map(|alert| alert.filed.alert).collect();
            Command::EndCareAlert(dice.one_of(&alerts)?, EndCareAlert { reason: dice.code() })
        }
        K::ExpireLookout => Command::ExpireLookout(lookout(path, dice)?, ExpireLookout {}),
        K::FileCareAlert => Command::FileCareAlert((), bodies::care_alert(now, dice)),
        K::AnswerCareAlert => {
            let alerts: Vec<_> = path.lost.care_alerts.iter().map(|alert| alert.filed.alert).collect();
            let answer = AnswerCareAlert { outcome: dice.code(), explanation: dice.maybe_text() };
            Command::AnswerCareAlert(dice.one_of(&alerts)?, answer)
        }
        K::RequestException => {
            let (kind, until) = (dice.code(), dice.maybe(|dice| bodies::later(now, dice)));
            Command::RequestException((), RequestException { kind, until, reason: dice.text() })
        }
        K::DecideException => {
            let decision = dice.one_of(&[Decision::Granted, Decision::Denied])?;
            let expires_at = dice.maybe(|dice| bodies::later(now, dice));
            let command = DecideException { decision, reason: dice.text(), expires_at };
            Command::DecideException(exception(path, dice)?, command)
        }
        K::OvertakeException => Command::OvertakeException(exception(path, dice)?, OvertakeException {}),
        K::ReportDischarge => {
            let discharge = ReportDischarge {
                from: Some(dice.named(&["hospital-rotterdam"])),
                destination: dice.code(),
                to: dice.maybe(|dice| dice.named(&["night-shelter-rotterdam", "shelter24-rotterdam"])),
                warned: dice.once_in(2),
                letter_received: dice.once_in(2),
                findings: dice.maybe_text(),
            };
            Command::ReportDischarge((), discharge)
        }
        K::AnnounceDischarge => {
            let to = dice.maybe(|dice| dice.named(&["night-shelter-rotterdam", "shelter24-rotterdam"]));
            let places = [LocationType::NightShelterEu, LocationType::Shelter24h];
            let announce = AnnounceDischarge {
                from: Some(dice.named(&["hospital-rotterdam"])),
                destination: if to.is_some() { dice.one_of(&places)? } else { dice.code() },
                to,
                expected_at: bodies::later(now, dice),
                care_needs: dice.maybe_text(),
            };
            Command::AnnounceDischarge((), announce)
        }
        K::CallOffDischarge => {
            let announced: Vec<_> = path.announced.iter().map(|each| each.announced.discharge).collect();
            let call_off = CallOffDischarge { reason: dice.code(), explanation: dice.maybe_text() };
            Command::CallOffDischarge(dice.one_of(&announced)?, call_off)
        }
        K::PresentReturnOptions => Command::PresentReturnOptions((), bodies::options(dice)),
        K::RefuseReturn => Command::RefuseReturn((), RefuseReturn { explanation: dice.maybe_text() }),
        K::EvidenceReturnCondition => Command::EvidenceReturnCondition((), bodies::evidence(path, dice)),
        K::GiveConsent => Command::GiveConsent((), bodies::consent(path, dice)),
        K::WithdrawConsent => {
            let consents: Vec<_> = path.repatriation.consents.iter().map(|consent| consent.given.consent).collect();
            Command::WithdrawConsent(dice.one_of(&consents)?, WithdrawConsent {})
        }
        K::ProposeHandover => Command::ProposeHandover((), bodies::proposal(path, dice)),
        K::AcknowledgeHandover => Command::AcknowledgeHandover(handover(path, dice)?, AcknowledgeHandover {}),
        K::AcceptHandover => {
            Command::AcceptHandover(handover(path, dice)?, AcceptHandover { explanation: dice.maybe_text() })
        }
        K::DeclineHandover => {
            let decline = DeclineHandover { reason: dice.code(), explanation: dice.maybe_text() };
            Command::DeclineHandover(handover(path, dice)?, decline)
        }
        K::AttachHandoverDocument => {
            let document = dice.named(&["eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVy.dGFn"]);
            Command::AttachHandoverDocument(handover(path, dice)?, AttachHandoverDocument { document })
        }
        K::RecordDeparture => {
            let expected_arrival = dice.maybe(|dice| bodies::later(now, dice));
            Command::RecordDeparture(
                handover(path, dice)?,
                RecordDeparture { travels: dice.maybe_text(), expected_arrival },
            )
        }
        K::AskHandoverQuestion => {
            Command::AskHandoverQuestion(handover(path, dice)?, AskHandoverQuestion { question: dice.text() })
        }
        K::AnswerHandoverQuestion => {
            let questions = path.repatriation.handovers.iter().flat_map(|handover| &handover.questions);
            let asked: Vec<_> = questions.map(|each| (each.asked.handover, each.asked.question_id)).collect();
            let (handover, question_id) = dice.one_of(&asked)?;
            let answer = AnswerHandoverQuestion { question_id: Some(question_id), answer: dice.text() };
            Command::AnswerHandoverQuestion(handover, answer)
        }
        K::StopHandover => Command::StopHandover(handover(path, dice)?, StopHandover {}),
        K::ConfirmArrival => Command::ConfirmArrival(handover(path, dice)?, ConfirmArrival {}),
        K::RecordFollowUp => {
            let (term, outcome, explanation) = (dice.code(), dice.code(), dice.maybe_text());
            Command::RecordFollowUp(handover(path, dice)?, RecordFollowUp { term, outcome, explanation })
        }
        K::WithdrawHandover => {
            let withdraw = WithdrawHandover { reason: dice.code(), explanation: dice.maybe_text() };
            Command::WithdrawHandover(handover(path, dice)?, withdraw)
        }
        K::AssignCoordinator => {
            let municipality = dice.once_in(8).then(|| dice.named(&["utrecht"]));
            let coordinator = dice.maybe(|dice| dice.named(&["coordinator-rotterdam"]));
            Command::AssignCoordinator((), AssignCoordinator { municipality, coordinator })
        }
        K::AddNote => Command::AddNote((), AddNote { text: dice.text() }),
        K::CloseCase => Command::CloseCase((), CloseCase { reason: dice.code(), explanation: dice.maybe_text() }),
        K::ReopenCase => Command::ReopenCase((), ReopenCase { explanation: dice.maybe_text() }),
        K::RecordDeath => {
            let died_on = dice.maybe(|dice| bodies::day(now, dice));
            Command::RecordDeath((), RecordDeath { died_on, explanation: dice.maybe_text() })
        }
        K::RetractEntry => {
            let entries: Vec<_> = path.record.entries().map(|entry| entry.stamp.event_id).collect();
            let retract = RetractEntry { reason: dice.code(), explanation: dice.maybe_text() };
            Command::RetractEntry(dice.one_of(&entries)?, retract)
        }
        K::MoveEntry => {
            let entries: Vec<_> = path.record.entries().map(|entry| entry.stamp.event_id).collect();
            let moved = MoveEntry { to: another_person(), explanation: dice.maybe_text() };
            Command::MoveEntry(dice.one_of(&entries)?, moved)
        }
        // The other person is nobody here: it is as if they had been erased.
        K::FinishMove => {
            let timers = path.timers(&Deadlines::default(), &super::everybody());
            let moved = timers.iter().find_map(|timer| match timer.what {
                TimerKind::MoveFinishes(moved) => Some(moved),
                _ => None,
            });
            Command::FinishMove(moved?, FinishMove { erased: true })
        }
        K::PlaceHold => Command::PlaceHold((), PlaceHold { reason: dice.code() }),
        K::BreakGlass => Command::BreakGlass((), BreakGlass { reason: dice.code(), explanation: dice.maybe_text() }),
        K::EndBreakGlass => Command::EndBreakGlass(glass(path, dice)?, EndBreakGlass {}),
        K::ReviewBreakGlass => {
            let review = ReviewBreakGlass { outcome: dice.code(), explanation: dice.maybe_text() };
            Command::ReviewBreakGlass(glass(path, dice)?, review)
        }
        K::EraseSubject => Command::EraseSubject((), EraseSubject { ground: dice.code() }),
        K::LiftHold => {
            let holds: Vec<_> = path.privacy.holds.iter().map(|hold| hold.hold).collect();
            Command::LiftHold(dice.one_of(&holds)?, LiftHold {})
        }
        // They are about no person.
        K::RetractTurnAway
        | K::RegisterOrganisation
        | K::ChangeOrganisation
        | K::CloseOrganisation
        | K::ReopenOrganisation
        | K::RegisterFacility
        | K::ChangeFacility
        | K::CloseFacility
        | K::ReopenFacility
        | K::SetCapacity
        | K::ReleaseFigures
        | K::RemarkOnFigures
        | K::ImportSource
        | K::WithdrawSource => return None,
        K::PassDeadline => {
            let timers = path.timers(&Deadlines::default(), &super::everybody());
            let passed = timers.iter().filter(|timer| timer.due <= now).map(Timer::command);
            passed.into_iter().find(|command| command.kind() == K::PassDeadline)?
        }
    })
}

fn beds(path: &CarePath) -> Vec<BedId> {
    path.open_stays().map(|stay| stay.assigned.bed).collect()
}

fn exception(path: &CarePath, dice: &mut Dice<'_>) -> Option<ExceptionId> {
    dice.one_of(&path.exceptions.iter().map(|request| request.requested.exception).collect::<Vec<_>>())
}

fn glass(path: &CarePath, dice: &mut Dice<'_>) -> Option<BreakGlassId> {
    dice.one_of(&path.privacy.glasses().map(|glass| glass.broken.glass).collect::<Vec<_>>())
}

fn referral(path: &CarePath, dice: &mut Dice<'_>) -> Option<ReferralId> {
    let open: Vec<_> = path.referrals.iter().filter(|each| each.is_open()).map(|each| each.made.referral).collect();
    dice.one_of(&open)
}

fn lookout(path: &CarePath, dice: &mut Dice<'_>) -> Option<LookoutId> {
    dice.one_of(&path.lost.lookouts.iter().map(|lookout| lookout.issued.lookout).collect::<Vec<_>>())
}

fn handover(path: &CarePath, dice: &mut Dice<'_>) -> Option<HandoverId> {
    dice.one_of(&path.repatriation.handovers.iter().map(|handover| handover.proposed.handover).collect::<Vec<_>>())
}

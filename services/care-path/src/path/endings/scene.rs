//! How each thing begins and each ending comes about, by the commands that people send.

use super::{Ending, Thing};
use crate::actor::Principal;
use crate::codes::{
    AttendanceStatus, BedReleaseReason, BreakGlassOutcome, BreakGlassReason, CloseReason, Code, ConsentPurpose,
    DataClass, DeclineReason, DischargeEndReason, DropoutReason, ExceptionState, HandoverDeclineReason, HandoverState,
    HandoverWithdrawReason, LinkBasis, LocationType, LookoutEndReason, LookoutOutcome, Offering, ReferralState,
    RelationKind, ReturnCondition, ReturnWish, TaskKind, WithdrawReason,
};
use crate::command::Decide;
use crate::deadlines::Deadlines;
use crate::event::Event;
use crate::ids::{
    BedId, BreakGlassId, CareAlertId, ConsentId, DischargeId, ExceptionId, HandoverId, LookoutId, ReferralId,
};
use crate::path::CarePath;
use crate::path::case::{CloseCase, RecordDeath};
use crate::path::discharge::{AnnounceDischarge, CallOffDischarge, ReportDischarge};
use crate::path::exception::{DecideException, Decision};
use crate::path::identity::{LinkPersons, ReleaseMatch, UnlinkPersons};
use crate::path::lost::{EndCareAlert, EndLookout, FileCareAlert, IssueLookout, MarkOutOfSight, ResolveLookout};
use crate::path::privacy::{EndBreakGlass, GlassBroken, PrivacyEvent, ReviewBreakGlass, SubjectErased};
use crate::path::referral::{
    AcceptReferral, DeclineReferral, EndCare, RecordDropout, Refer, StartCare, WithdrawReferral,
};
use crate::path::relations::{RelatePersons, UnrelatePersons};
use crate::path::repatriation::{
    AcceptHandover, AcknowledgeHandover, AskHandoverQuestion, ConfirmArrival, DeclineHandover, EvidenceReturnCondition,
    GiveConsent, PresentReturnOptions, ProposeHandover, Recipient, RecordDeparture, WithdrawConsent, WithdrawHandover,
};
use crate::path::stay::{AssignBed, RecordAttendance, RecordNoShow, ReleaseBed};
use crate::path::testing::*;
use crate::time::{DateTime, Moment};

/// Hours until the end of what ends of itself in a test, and until then of everything else.
const SHORT: i64 = 3;
const LONG: i64 = 14 * 24;

fn send<C: Decide>(given: Given, by: Principal, subject: C::Subject, command: C) -> Option<Given> {
    given.by(by).tries(subject, command)
}

fn text<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

/// Nobody has done it, and somebody is asked for it.
fn is_asked(given: &Given, kind: TaskKind) -> bool {
    let tasks = given.path().open_tasks(given.now(), &Deadlines::default(), &directory());
    tasks.iter().any(|task| task.kind == kind)
}

fn handover(path: &CarePath, is_it: impl Fn(HandoverState) -> bool) -> Option<HandoverId> {
    path.repatriation.handovers.iter().find(|each| is_it(each.state())).map(|each| each.proposed.handover)
}

fn goes_on(state: HandoverState) -> bool {
    matches!(state, HandoverState::Proposed | HandoverState::Acknowledged | HandoverState::Accepted)
}

/// The bed at the night shelter.
fn bed(path: &CarePath) -> Option<BedId> {
    path.open_stays()
        .find(|stay| stay.assigned.organisation == night_shelter().organisation)
        .map(|stay| stay.assigned.bed)
}

fn pending(path: &CarePath) -> Option<ExceptionId> {
    let request = path.exceptions.iter().find(|request| request.state() == ExceptionState::Pending);
    request.map(|request| request.requested.exception)
}

/// Until when the first granted exception holds that still does.
fn granted(path: &CarePath, now: DateTime) -> Option<DateTime> {
    let mut holds = path.exceptions.iter().filter(|request| path.exception_ended(request, now).is_none());
    holds.find_map(|request| request.asked_about().last().copied())
}

fn referral(path: &CarePath, to: &str, state: ReferralState) -> Option<ReferralId> {
    let is_it = |each: &&crate::path::referral::Referral| each.made.to.as_str() == to && each.state() == state;
    path.referrals.iter().find(is_it).map(|each| each.made.referral)
}

fn lookout(path: &CarePath, now: DateTime) -> Option<(LookoutId, DateTime)> {
    let runs = path.lost.lookouts.iter().find(|each| each.runs(now));
    runs.map(|each| (each.issued.lookout, each.issued.expires_at))
}

fn alert(path: &CarePath, now: DateTime) -> Option<(CareAlertId, DateTime)> {
    let runs = path.lost.care_alerts.iter().find(|each| each.runs(now));
    runs.map(|each| (each.filed.alert, each.filed.expires_at))
}

fn announced(path: &CarePath, now: DateTime) -> Option<DischargeId> {
    let expected = path.announced.iter().find(|each| each.is_expected(now, &Deadlines::default()));
    expected.map(|each| each.announced.discharge)
}

fn glass(path: &CarePath, now: DateTime) -> Option<(BreakGlassId, DateTime)> {
    path.opened_by(&hospital(), now)
}

fn consent(path: &CarePath) -> Option<ConsentId> {
    let holds = path.repatriation.consents.iter().find(|each| each.withdrawn.is_none());
    holds.map(|each| each.given.consent)
}

/// Whether it is open for anybody.
pub fn is_open(thing: Thing, given: &Given) -> bool {
    let (path, now) = (given.path(), given.now());
    match thing {
        Thing::Duty => is_asked(given, TaskKind::StreetDoctorVisit),
        Thing::Episode => is_asked(given, TaskKind::FindPerson),
        Thing::MissedEvening => is_asked(given, TaskKind::TraceNoShow),
        Thing::Lookout => lookout(path, now).is_some(),
        Thing::CareAlert => alert(path, now).is_some(),
        Thing::Stay => bed(path).is_some(),
        Thing::Hold => {
            let until = |bed: BedId| path.held_after_no_show(bed, &Deadlines::default());
            bed(path).and_then(until).is_some_and(|until| now < until)
        }
        Thing::Request => pending(path).is_some(),
        Thing::Exception => granted(path, now).is_some(),
        Thing::Referral => path.referrals.iter().any(crate::path::referral::Referral::awaits_answer),
        Thing::Accepted => referral(path, "night-shelter-rotterdam", ReferralState::Accepted).is_some(),
        Thing::Care => path.referrals.iter().any(|each| each.state() == ReferralState::Started),
        Thing::Refusal => is_asked(given, TaskKind::NextStep),
        Thing::Warning => {
            let arrives = path.discharges.last().is_some_and(|discharge| discharge.warned);
            arrives && is_asked(given, TaskKind::PrepareArrival)
        }
        Thing::Consent => consent(path).is_some(),
        Thing::Handover => handover(path, goes_on).is_some(),
        Thing::Question => is_asked(given, TaskKind::AnswerHandoverQuestion),
        Thing::Journey => is_asked(given, TaskKind::ConfirmArrival),
        Thing::StoppedReturn => is_asked(given, TaskKind::ReviewStoppedReturn),
        Thing::FollowUp => is_asked(given, TaskKind::FollowUp),
        Thing::Link => path.linked_with().next().is_some(),
        Thing::Relation => !path.relations().is_empty(),
        Thing::Release => path.is_released(),
        Thing::Announcement => announced(path, now).is_some(),
        Thing::Glass => glass(path, now).is_some(),
        Thing::GlassReview => is_asked(given, TaskKind::ReviewBreakGlass),
    }
}

fn glass_broken(hours: i64, given: Given) -> Given {
    let broken = GlassBroken {
        glass: BreakGlassId(id_of_command(given.events().len() as u128)),
        reason: BreakGlassReason::DangerToLife,
        explanation: None,
        until: given.now() + chrono::TimeDelta::hours(hours),
    };
    given.by(hospital()).and_happened(&Event::from(PrivacyEvent::GlassBroken(broken)))
}

/// A path on which it is open; `None` where it cannot begin on this one.
pub fn begin(thing: Thing, short: bool, given: Given) -> Option<Given> {
    if is_open(thing, &given) {
        return Some(given);
    }
    let ends = given.now() + chrono::TimeDelta::hours(if short { SHORT } else { LONG });
    let ends: Option<Moment> = ends.try_into().ok();
    let begun = match thing {
        Thing::Duty => return None,
        Thing::Episode => send(given, coordinator(), (), MarkOutOfSight {})?,
        Thing::Hold | Thing::MissedEvening => {
            let given = begin(Thing::Stay, false, given)?;
            send(given, night_shelter(), (), RecordNoShow::default())?
        }
        Thing::Lookout => send(given, night_shelter(), (), IssueLookout { expires_at: ends, ..a_lookout() })?,
        Thing::CareAlert => {
            let (to, description) = (text("police-rotterdam"), text("a man of 50"));
            send(given, night_shelter(), (), FileCareAlert { to, description, expires_at: ends })?
        }
        Thing::Stay => {
            let until = ends.filter(|_| short);
            send(given, night_shelter(), (), AssignBed { until, ..a_bed() })?
        }
        Thing::Request => {
            let given = begin(Thing::Stay, false, given)?;
            send(given, night_shelter(), (), an_exception_request())?
        }
        Thing::Exception => {
            let given = begin(Thing::Request, false, given)?;
            let request = pending(given.path())?;
            send(given, coordinator(), request, decision(Decision::Granted, ends))?
        }
        Thing::Referral => send(given, night_shelter(), (), a_referral())?,
        Thing::Accepted => {
            let refer = Refer { to: text("night-shelter-rotterdam"), offering: Offering::NightBed, ..a_referral() };
            let given = send(given, street_doctor(), (), refer)?;
            let made = referral(given.path(), "night-shelter-rotterdam", ReferralState::Made)?;
            send(given, night_shelter(), made, AcceptReferral::default())?
        }
        Thing::Care => {
            let refer = Refer { to: text("supporter-rotterdam"), offering: Offering::ClientSupport, ..a_referral() };
            let given = send(given, night_shelter(), (), refer)?;
            let made = referral(given.path(), "supporter-rotterdam", ReferralState::Made)?;
            let given = send(given, supporter(), made, AcceptReferral::default())?;
            send(given, supporter(), made, StartCare {})?
        }
        Thing::Refusal => {
            let refer = Refer { to: text("shelter24-rotterdam"), offering: Offering::Bed24h, ..a_referral() };
            let given = send(given, night_shelter(), (), refer)?;
            let made = referral(given.path(), "shelter24-rotterdam", ReferralState::Made)?;
            send(given, shelter24(), made, declined())?
        }
        Thing::Warning => send(given, hospital(), (), discharge())?,
        Thing::Announcement => {
            let announce = AnnounceDischarge {
                from: None,
                destination: LocationType::Shelter24h,
                to: Some(text("shelter24-rotterdam")),
                expected_at: ends?,
                care_needs: None,
            };
            send(given, hospital(), (), announce)?
        }
        Thing::Consent => {
            let mut given = send(given, supporter(), (), says(ReturnWish::WantsToReturn))?;
            for condition in ReturnCondition::ALL {
                given = send(given, supporter(), (), evidence(*condition))?;
            }
            send(given, supporter(), (), consents())?
        }
        Thing::Handover => {
            let given = begin(Thing::Consent, false, given)?;
            send(given, supporter(), (), proposal())?
        }
        Thing::Question => {
            let given = begin(Thing::Handover, false, given)?;
            let asked = handover(given.path(), goes_on)?;
            send(given, liaison("PL"), asked, AskHandoverQuestion { question: text("has he a doctor there?") })?
        }
        Thing::Journey => {
            let given = begin(Thing::Handover, false, given)?;
            let id = handover(given.path(), goes_on)?;
            let given = send(given, liaison("PL"), id, AcknowledgeHandover {})?;
            let given = send(given, liaison("PL"), id, AcceptHandover::default())?;
            send(given, supporter(), id, RecordDeparture::default())?
        }
        Thing::StoppedReturn => happen(Ending::HandoverDeclined, begin(Thing::Handover, false, given)?)?,
        Thing::FollowUp => happen(Ending::Arrived, begin(Thing::Journey, false, given)?)?,
        Thing::Link => {
            let link = LinkPersons { with: another_person(), basis: LinkBasis::SameDocument, explanation: None };
            send(given, coordinator(), (), link)?
        }
        Thing::Relation => {
            let relate = RelatePersons { with: a_relative(), kind: RelationKind::Partner, explanation: None };
            send(given, coordinator(), (), relate)?
        }
        Thing::Release => send(given, coordinator(), (), ReleaseMatch::default())?,
        Thing::Glass => glass_broken(if short { SHORT } else { 24 }, given),
        Thing::GlassReview => happen(Ending::GlassEnded, begin(Thing::Glass, false, given)?)?,
    };
    is_open(thing, &begun).then_some(begun)
}

/// It comes about; `None` where it cannot.
pub fn happen(ending: Ending, given: Given) -> Option<Given> {
    let (path, now) = (given.path().clone(), given.now());
    let path = &path;
    let state = |state: HandoverState| handover(path, |found| found == state);
    match ending {
        Ending::Closed => send(given, coordinator(), (), CloseCase { reason: CloseReason::Housed, explanation: None }),
        Ending::Died => send(given, coordinator(), (), RecordDeath::default()),
        Ending::Found => {
            let there = RecordAttendance { status: AttendanceStatus::Present, location_type: None };
            send(given, night_shelter(), (), there)
        }
        Ending::LookoutResolved => {
            let resolve = ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None };
            send(given, night_shelter(), lookout(path, now)?.0, resolve)
        }
        Ending::LookoutEnded => {
            let end = EndLookout { reason: LookoutEndReason::NoLongerNeeded };
            send(given, night_shelter(), lookout(path, now)?.0, end)
        }
        Ending::LookoutExpired => Some(given.until(lookout(path, now)?.1)),
        Ending::CareAlertEnded => {
            let end = EndCareAlert { reason: LookoutEndReason::NoLongerNeeded };
            send(given, night_shelter(), alert(path, now)?.0, end)
        }
        Ending::CareAlertExpired => Some(given.until(alert(path, now)?.1)),
        Ending::Declined => {
            let made = referral(path, "street-doctor-rotterdam", ReferralState::Made)?;
            send(given, street_doctor(), made, declined())
        }
        Ending::Withdrawn => {
            let made = referral(path, "street-doctor-rotterdam", ReferralState::Made)?;
            let withdraw = WithdrawReferral { reason: WithdrawReason::NoLongerNeeded, explanation: None };
            send(given, night_shelter(), made, withdraw)
        }
        Ending::CareEnded => {
            let started = referral(path, "supporter-rotterdam", ReferralState::Started)?;
            send(given, supporter(), started, EndCare { explanation: None })
        }
        Ending::DroppedOut => {
            let started = referral(path, "supporter-rotterdam", ReferralState::Started)?;
            send(given, supporter(), started, RecordDropout { reason: DropoutReason::Distrust, explanation: None })
        }
        Ending::TurnedAway => {
            let reason = crate::codes::TurnAwayReason::Full;
            let turn_away = crate::path::intake::TurnAway { reason, offering: None, facility: None, persons: None };
            send(given, shelter24(), (), turn_away)
        }
        Ending::CalledOff => {
            let call_off = CallOffDischarge { reason: DischargeEndReason::Stays, explanation: None };
            send(given, hospital(), announced(path, now)?, call_off)
        }
        Ending::Discharged => announced(path, now).and_then(|_| send(given, hospital(), (), discharge())),
        Ending::Granted => send(given, coordinator(), pending(path)?, decision(Decision::Granted, None)),
        Ending::Denied => send(given, coordinator(), pending(path)?, decision(Decision::Denied, None)),
        Ending::Disappeared => send(given, coordinator(), (), MarkOutOfSight {}),
        Ending::ExceptionExpired => Some(given.until(granted(path, now)?)),
        Ending::StayRanOut => {
            let stay = path.stay(bed(path)?)?;
            stay.assigned.until.map(|until| given.until(until))
        }
        Ending::Released => {
            let release = ReleaseBed { reason: BedReleaseReason::OwnChoice, explanation: None };
            send(given, coordinator(), bed(path)?, release)
        }
        Ending::MovedOn => send(given, shelter24(), (), AssignBed { kind: LocationType::Shelter24h, ..a_bed() }),
        Ending::ConsentWithdrawn => send(given, supporter(), consent(path)?, WithdrawConsent {}),
        Ending::SaidNo => send(given, supporter(), (), says(ReturnWish::DoesNotWantToReturn)),
        Ending::HandoverDeclined => {
            let decline = DeclineHandover { reason: HandoverDeclineReason::NoPlace, explanation: None };
            send(given, liaison("PL"), handover(path, goes_on)?, decline)
        }
        Ending::HandoverWithdrawn => {
            let reason = HandoverWithdrawReason::ConditionNoLongerMet;
            let withdraw = WithdrawHandover { reason, explanation: None };
            let open = handover(path, goes_on).or(state(HandoverState::Departed))?;
            send(given, coordinator(), open, withdraw)
        }
        Ending::Arrived => send(given, liaison("PL"), state(HandoverState::Departed)?, ConfirmArrival {}),
        Ending::GlassEnded => send(given, hospital(), glass(path, now)?.0, EndBreakGlass {}),
        Ending::GlassRanOut => Some(given.until(glass(path, now)?.1)),
        Ending::GlassReviewed => {
            let mut over = path.privacy.glasses().filter(|glass| !glass.is_open(now) && glass.review.is_none());
            let review = ReviewBreakGlass { outcome: BreakGlassOutcome::Justified, explanation: None };
            let another = Principal { user: text("reviewer"), ..coordinator() };
            send(given, another, over.next()?.broken.glass, review)
        }
        Ending::Unlinked => send(given, coordinator(), another_person(), UnlinkPersons { explanation: None }),
        Ending::Unrelated => send(given, coordinator(), a_relative(), UnrelatePersons { explanation: None }),
        Ending::Erased => Some(
            given
                .by(Principal::baken())
                .and_happened(&Event::from(PrivacyEvent::SubjectErased(SubjectErased { ground: None }))),
        ),
    }
}

fn decision(decision: Decision, expires_at: Option<Moment>) -> DecideException {
    DecideException { decision, reason: text("so it is"), expires_at }
}

fn discharge() -> ReportDischarge {
    ReportDischarge {
        from: None,
        destination: LocationType::Shelter24h,
        to: Some(text("shelter24-rotterdam")),
        warned: true,
        letter_received: true,
        findings: None,
    }
}

fn declined() -> DeclineReferral {
    DeclineReferral { reason: DeclineReason::PlaceScarcity, explanation: None }
}

fn says(wish: ReturnWish) -> PresentReturnOptions {
    PresentReturnOptions { language: text("pl"), wish, options: None, barriers: [].into() }
}

fn evidence(condition: ReturnCondition) -> EvidenceReturnCondition {
    let country = Some(text("PL"));
    EvidenceReturnCondition { condition, country, status: None, evidence: text("letter of 3 May") }
}

fn consents() -> GiveConsent {
    GiveConsent {
        purpose: ConsentPurpose::Repatriation,
        recipient: Recipient::Country(text("PL")),
        data_classes: [DataClass::Identity, DataClass::Return].into(),
        language: text("pl"),
        interpreter: true,
    }
}

fn proposal() -> ProposeHandover {
    ProposeHandover {
        country: text("PL"),
        receiving_organisation: Some(text("a clinic")),
        receiving: Some(text("care-provider-pl")),
        guardian: None,
        plan: None,
    }
}

use super::super::case::{CloseCase, RecordDeath, ReopenCase};
use super::super::correction::RetractEntry;
use super::super::intake::{RecordIntake, RecordLivingSituation, TurnAway};
use super::super::lost::MarkOutOfSight;
use super::super::privacy::EraseSubject;
use super::super::referral::{AcceptReferral, EndCare, RecordDropout, StartCare};
use super::super::rights::{FileUninsuredReport, RecordInsurance};
use super::super::stay::{RecordAttendance, ReleaseBed};
use super::super::testing::*;
use super::*;
use crate::actor::{Actor, Principal};
use crate::codes::{BedReleaseReason, CloseReason, ErasureGround, RetractReason};
use crate::ids::{BedId, ReferralId};

fn outline(given: &Given) -> Outline {
    let history = given.events().iter().map(|(stamp, event)| (stamp, event));
    Outline::of(given.path(), history, given.now())
}

fn day(days: i64) -> NaiveDate {
    local_date(evening(days))
}

fn privacy_officer() -> Principal {
    Principal { actor: Actor::PrivacyOfficer, ..coordinator() }
}

fn living(class: EthosLight) -> RecordLivingSituation {
    RecordLivingSituation {
        living_situation: class,
        household: None,
        homeless_since: None,
        in_the_netherlands_since: None,
    }
}

#[test]
fn whoever_was_signalled_met_and_taken_in_was_seen_each_time() {
    let story = given([]).when(a_signal()).a_day_later().and(a_contact()).and(RecordIntake::default());
    let outline = outline(&story);
    let seen: Vec<_> = outline.seen.iter().map(|(on, _)| *on).collect();
    assert_eq!(seen, [day(0), day(1), day(1)]);
    assert_eq!(outline.signals, [(day(0), night_shelter().organisation, SignalChannel::OutreachRound)]);
}

#[test]
fn what_was_retracted_counts_for_nothing() {
    let story = given([signalled()]).when(a_contact());
    let contact = story.events()[1].0.event_id;
    let retract = RetractEntry { reason: RetractReason::WrongPerson, explanation: None };
    let outline = outline(&story.and_on(contact, retract));
    assert_eq!(outline.seen, [(day(0), night_shelter().organisation)]);
}

#[test]
fn a_case_is_open_until_it_is_closed_and_again_from_when_it_is_opened_again() {
    let close = || CloseCase { reason: CloseReason::LeftCountry, explanation: None };
    let story = given([signalled()]).a_day_later().by(coordinator()).when(close());
    assert_eq!(outline(&story).open, [(day(0), Some(day(1)))]);
    let again = story.a_day_later().a_day_later().by(coordinator()).when(ReopenCase { explanation: None });
    assert_eq!(outline(&again).open, [(day(0), Some(day(1))), (day(3), None)]);
}

#[test]
fn a_death_ends_the_case_on_its_day() {
    let story = given([signalled()]).a_day_later().when(RecordDeath { died_on: None, explanation: None });
    let outline = outline(&story);
    assert_eq!((outline.died, outline.open), (Some(day(1)), vec![(day(0), Some(day(1)))]));
}

#[test]
fn an_erasure_ends_the_case_and_what_was_all_a_mistake_has_none() {
    let erased = given([signalled()]).a_day_later().by(privacy_officer());
    let erased = erased.when(EraseSubject { ground: ErasureGround::Request });
    assert_eq!(outline(&erased).open, [(day(0), Some(day(1)))]);
    let story = given([]).when(a_signal());
    let signal = story.events()[0].0.event_id;
    let retract = || RetractEntry { reason: RetractReason::WrongPerson, explanation: None };
    let mistaken = story.a_day_later().and_on(signal, retract());
    assert_eq!(outline(&mistaken).open, []);
    let also_met = given([]).when(a_signal()).a_day_later().and(a_contact()).a_day_later().and_on(signal, retract());
    assert_eq!(outline(&also_met).open, [(day(1), None)]);
}

#[test]
fn who_is_given_a_bed_in_the_morning_did_not_sleep_in_it_the_night_before() {
    let nights = |hours| {
        let story = given([signalled()]).hours_later(hours).when(a_bed()).until(evening(1));
        outline(&story).nights.iter().map(|night| night.night).collect::<Vec<_>>()
    };
    assert_eq!(nights(8), [day(0), day(1)], "at six");
    assert_eq!(nights(12), [day(1)], "at ten");
}

#[test]
fn care_that_has_ended_did_begin() {
    let referral = || ReferralId(id_of_command(0));
    let story = given([signalled()]).when(a_referral()).by(street_doctor());
    let started =
        story.and_on(referral(), AcceptReferral { explanation: None }).a_day_later().and_on(referral(), StartCare {});
    let ended = started.clone().a_day_later().and_on(referral(), EndCare { explanation: None });
    for story in [&started, &ended] {
        assert_eq!(outline(story).care, [day(1)]);
    }
    let dropped = RecordDropout { reason: DropoutReason::WaitingTime, explanation: None };
    let outline = outline(&started.and_on(referral(), dropped));
    let doctor = street_doctor().organisation;
    assert_eq!(outline.dropouts, [(day(1), doctor, Some(Offering::MedicalDropIn), DropoutReason::WaitingTime)]);
    assert_eq!(outline.referrals[0].state, ReferralState::DroppedOut);
}

#[test]
fn a_night_in_which_somebody_came_is_told_from_one_in_which_nobody_said_so() {
    let present = RecordAttendance { status: AttendanceStatus::Present, location_type: None };
    let story = given([signalled()]).when(a_bed()).and(present).a_day_later();
    let nights: Vec<_> = outline(&story).nights.iter().map(|night| (night.night, night.came)).collect();
    assert_eq!(nights, [(day(0), true), (day(1), false)]);
}

#[test]
fn who_leaves_before_midnight_does_not_occupy_the_bed_and_who_is_there_at_midnight_does() {
    let says = |status| RecordAttendance { status, location_type: None };
    let came = || given([signalled()]).when(a_bed()).and(says(AttendanceStatus::Present));
    let nights = |story: &Given| outline(story).nights.iter().map(|night| night.came).collect::<Vec<_>>();
    let left_after = |hours| came().hours_later(hours).and(says(AttendanceStatus::Left));
    assert_eq!(nights(&left_after(1)), [false], "{}: before midnight", evening(0));
    assert_eq!(nights(&left_after(4)), [true], "in the night");
    assert_eq!(nights(&left_after(12)), [true], "the next morning");
    let back = left_after(1).hours_later(2).and(says(AttendanceStatus::Present));
    assert_eq!(nights(&back), [true], "back after midnight");
}

#[test]
fn what_a_referral_came_to_is_the_same_after_the_person_was_erased() {
    let referral = || ReferralId(id_of_command(0));
    let accepted = given([signalled()]).when(a_referral()).by(street_doctor());
    let accepted = accepted.and_on(referral(), AcceptReferral { explanation: None });
    let started = accepted.clone().a_day_later().and_on(referral(), StartCare {});
    let ended = started.clone().a_day_later().and_on(referral(), EndCare { explanation: None });
    for story in [accepted, started, ended] {
        let before = outline(&story).referrals[0].state;
        let erased = story.a_day_later().by(privacy_officer()).and(EraseSubject { ground: ErasureGround::Request });
        assert!(erased.path().is_erased());
        assert_eq!(outline(&erased).referrals[0].state, before);
    }
    // What a closing ended was over before.
    let close = CloseCase { reason: CloseReason::LeftCountry, explanation: None };
    let closed = given([signalled()]).when(a_referral()).a_day_later().by(coordinator()).and(close);
    let erased = closed.a_day_later().by(privacy_officer()).and(EraseSubject { ground: ErasureGround::Request });
    assert_eq!(outline(&erased).referrals[0].state, ReferralState::Withdrawn);
}

#[test]
fn the_night_before_the_morning_on_which_a_bed_is_given_up_is_theirs_and_an_evening_is_not() {
    let release = || ReleaseBed { reason: BedReleaseReason::OwnChoice, explanation: None };
    let bed = || BedId(id_of_command(0));
    let nights = |story: &Given| outline(story).nights.iter().map(|night| night.night).collect::<Vec<_>>();
    let given_at = |hours: i64| {
        let story = given([signalled()]).when(a_bed());
        story.hours_later(hours).and_on(bed(), release())
    };
    assert_eq!(nights(&given_at(1)), [], "{}: before midnight", evening(0));
    assert_eq!(nights(&given_at(12)), [day(0)], "the next morning");
    assert_eq!(nights(&given_at(24)), [day(0)], "the next evening");
    assert_eq!(nights(&given_at(36)), [day(0), day(1)]);
}

#[test]
fn a_death_that_is_told_late_ends_the_case_and_the_nights_on_its_day() {
    let told = RecordDeath { died_on: Some(day(1).to_string().parse().unwrap()), explanation: None };
    let story =
        given([signalled()]).when(a_bed()).a_day_later().a_day_later().a_day_later().by(coordinator()).and(told);
    let outline = outline(&story);
    assert_eq!(outline.open, [(day(0), Some(day(1)))]);
    assert_eq!(outline.nights.iter().map(|night| night.night).collect::<Vec<_>>(), [day(0)]);
}

#[test]
fn a_living_situation_that_is_taken_from_the_file_opens_no_closed_case() {
    let close = CloseCase { reason: CloseReason::LeftCountry, explanation: None };
    let story = given([signalled()]).a_day_later().by(coordinator()).when(close).a_day_later();
    let outline = outline(&story.and(living(EthosLight::LivingRough)));
    assert_eq!(outline.open, [(day(0), Some(day(1)))]);
}

#[test]
fn a_living_situation_counts_on_the_day_that_it_was_taken_for() {
    let story = given([signalled()]).when(living(EthosLight::LivingRough)).a_day_later();
    let later = story.when(living(EthosLight::WithFamilyFriends));
    let known = [(day(0), EthosLight::LivingRough), (day(1), EthosLight::WithFamilyFriends)];
    assert_eq!(outline(&later).living, known);
}

#[test]
fn a_living_situation_does_not_say_that_the_person_was_seen() {
    let story = given([signalled()]).a_day_later().when(living(EthosLight::LivingRough));
    assert_eq!(outline(&story).seen.len(), 1);
}

#[test]
fn the_seven_days_of_a_report_run_from_when_the_person_was_first_known_to_be_uninsured() {
    let uninsured = || RecordInsurance { status: InsuranceStatus::Uninsured };
    let report = || FileUninsuredReport { consent_effort: "asked twice".parse().unwrap() };
    let story = given([signalled()]).when(uninsured()).a_day_later().and(uninsured()).a_day_later().and(report());
    let again = story.a_day_later().and(report());
    let days: Vec<_> = outline(&again).uninsured_reports.iter().map(|(_, _, days)| *days).collect();
    assert_eq!(days, [Some(2), None]);
}

#[test]
fn out_of_sight_ends_when_the_person_is_met() {
    let story = given([signalled()]).when(MarkOutOfSight {}).a_day_later();
    assert_eq!(outline(&story).out_of_sight, [(day(0), None)]);
    assert_eq!(outline(&story.when(a_contact())).out_of_sight, [(day(0), Some(day(1)))]);
}

#[test]
fn a_turn_away_counts_in_its_night() {
    let away = TurnAway { reason: TurnAwayReason::Full, offering: None, facility: None, persons: None };
    let outline = outline(&given([signalled()]).when(away));
    let [turned] = &outline.turn_aways[..] else { panic!("{} turn-aways", outline.turn_aways.len()) };
    assert_eq!((turned.night, turned.reason, turned.assessment), (day(0), TurnAwayReason::Full, None));
}

use chrono::TimeDelta;

use super::super::testing::*;
use crate::codes::{
    Assurance, AttendanceStatus, BedReleaseReason, CareAlertOutcome, CloseReason, DeclineReason, IndOutcome,
    InsuranceStatus, LookoutOutcome, Offering, TaskKind, YesNoUnknown,
};
use crate::deadlines::Deadlines;
use crate::ids::{BedId, CareAlertId, ExceptionId, LookoutId, ReferralId};
use crate::path::Problems;
use crate::path::case::{AddNote, AssignCoordinator, CloseCase, RecordDeath, ReopenCase};
use crate::path::exception::{DecideException, Decision};
use crate::path::identity::{IdentityInput, LanguageInput, UpdateIdentity};
use crate::path::intake::RecordIntake;
use crate::path::lost::{
    AcknowledgeLookout, AnswerCareAlert, FileCareAlert, IssueLookout, LookoutRecipient, MarkOutOfSight, ReportSighting,
    ResolveLookout,
};
use crate::path::privacy::{PrivacyEvent, SubjectErased};
use crate::path::referral::{AcceptReferral, DeclineReferral, Refer, StartCare, WaitlistReferral, WithdrawReferral};
use crate::path::rights::{AssessRights, FileUninsuredReport, RecordIndDecision, RecordInsurance, RightsAnswers};
use crate::path::signal::{ContactMade, SignalEvent};
use crate::path::stay::{RecordAttendance, RecordNoShow, ReleaseBed};
use crate::path::tasks;
use crate::path::testing::*;

use TaskKind::{
    AcknowledgeLookout as Acknowledge, AnswerCareAlert as AnswerAlert, AnswerReferral, CloseAfterDeath,
    DecideException as Decide, FindPerson, IndDecision, ReviewSighting, RightsAssessment, StartCare as Start,
    UninsuredReport, WeeklyReview,
};

fn note() -> AddNote {
    AddNote { text: "nothing new".parse().unwrap() }
}

fn the_assessor() -> tasks::Addressee {
    tasks::Addressee::Assessor(rotterdam())
}

fn insurance(status: InsuranceStatus) -> RecordInsurance {
    RecordInsurance { status }
}

fn resolve() -> ResolveLookout {
    ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None }
}

fn alert() -> FileCareAlert {
    FileCareAlert {
        to: "police-rotterdam".parse().unwrap(),
        description: "a man of 50".parse().unwrap(),
        expires_at: None,
    }
}

#[test]
fn an_intake_asks_the_assessor_for_the_rights_until_they_are_assessed() {
    given([signalled()])
        .waits_not(RightsAssessment)
        .when(RecordIntake::default())
        .a_day_later()
        .and(RecordIntake::default())
        .waits(1, RightsAssessment, [the_assessor()], evening(7))
        .and(AssessRights::default())
        .waits_not(RightsAssessment);
}

#[test]
fn an_assessment_that_says_likely_not_asks_for_a_decision_of_the_ind() {
    let new_here = || {
        AssessRights(RightsAnswers {
            union_citizen: Some(YesNoUnknown::Yes),
            works: Some(YesNoUnknown::No),
            months_of_stay: Some(2),
            asks_for_shelter: Some(YesNoUnknown::Yes),
            domestic_violence: Some(YesNoUnknown::No),
            temporarily_unfit_for_work: Some(YesNoUnknown::No),
            involuntarily_unemployed: Some(YesNoUnknown::No),
            in_vocational_training: Some(YesNoUnknown::No),
            ..RightsAnswers::default()
        })
    };
    let decision = RecordIndDecision { outcome: IndOutcome::LawfulResidence, decided_on: None, appeal_pending: false };
    given([signalled()]).when(AssessRights::default()).waits_not(IndDecision);
    given([signalled()])
        .when(new_here())
        .waits(0, IndDecision, [the_coordinator()], evening(7))
        .and(decision)
        .waits_not(IndDecision);
}

#[test]
fn a_decision_of_the_ind_is_followed_in_a_new_assessment() {
    let decision =
        || RecordIndDecision { outcome: IndOutcome::LawfulResidence, decided_on: None, appeal_pending: false };
    given([signalled()]).when(decision()).waits_not(RightsAssessment);
    let decided = given([signalled()]).when(AssessRights::default()).a_day_later().and(decision());
    decided
        .waits(2, RightsAssessment, [the_assessor()], evening(8))
        .a_day_later()
        .and(AssessRights::default())
        .waits_not(RightsAssessment);
}

#[test]
fn uninsured_care_is_reported_within_seven_days_by_those_who_give_it() {
    given([signalled()])
        .when(a_bed())
        .and(a_referral())
        .and(insurance(InsuranceStatus::Uninsured))
        .waits(0, UninsuredReport, [organisation("street-doctor-rotterdam"), the_coordinator()], evening(7))
        .and(FileUninsuredReport { consent_effort: "asked him twice".parse().unwrap() })
        .waits_not(UninsuredReport);
    given([signalled()]).when(insurance(InsuranceStatus::InsuredNl)).waits_not(UninsuredReport);
}

#[test]
fn who_is_not_involved_any_more_reports_nothing() {
    let decline = DeclineReferral { reason: DeclineReason::PlaceScarcity, explanation: None };
    given([signalled()])
        .when(a_referral())
        .by(street_doctor())
        .and_on(ReferralId(id_of_command(0)), decline)
        .days_later(31)
        .and(insurance(InsuranceStatus::Uninsured))
        .waits(31, UninsuredReport, [the_coordinator()], evening(38));
}

#[test]
fn a_referral_is_answered_within_three_working_days() {
    const REFERRAL: ReferralId = ReferralId(id_of_command(0));
    let decline = || DeclineReferral { reason: DeclineReason::Language, explanation: None };
    let withdraw = || WithdrawReferral { reason: crate::codes::WithdrawReason::NoLongerNeeded, explanation: None };
    let doctor = || [organisation("street-doctor-rotterdam")];
    // The test begins on a Saturday.
    let asked = || given([signalled()]).when(a_referral()).waits(0, AnswerReferral, doctor(), evening(4));
    asked().and_on(REFERRAL, withdraw()).waits_not(AnswerReferral);
    asked().by(street_doctor()).and_on(REFERRAL, decline()).waits_not(AnswerReferral).waits_not(Start);
    asked()
        .then(|path| {
            let subject = waiting(path, 0).into_iter().find_map(|task| task.subject);
            assert_eq!(subject.map(|subject| subject.0), Some(REFERRAL.0));
        })
        .by(street_doctor())
        .a_day_later()
        .and_on(REFERRAL, AcceptReferral::default())
        .waits_not(AnswerReferral)
        .waits(1, Start, doctor(), evening(4))
        .and_on(REFERRAL, StartCare {})
        .waits_not(Start);
}

#[test]
fn a_waiting_list_is_answered_by_the_day_that_it_names() {
    const REFERRAL: ReferralId = ReferralId(id_of_command(0));
    let doctor = || [organisation("street-doctor-rotterdam")];
    let listed = |until| {
        given([signalled()])
            .when(a_referral())
            .by(street_doctor())
            .a_day_later()
            .and_on(REFERRAL, WaitlistReferral { until })
    };
    let noon = evening(20) - TimeDelta::hours(9);
    listed(Some(noon.date_naive().try_into().unwrap())).waits(1, AnswerReferral, doctor(), noon);
    listed(None).waits(1, AnswerReferral, doctor(), evening(4));
    listed(Some(noon.date_naive().try_into().unwrap())).and_on(REFERRAL, AcceptReferral::default()).waits(
        1,
        Start,
        doctor(),
        evening(4),
    );
}

#[test]
fn a_bed_answers_the_referral_for_it_and_nothing_has_to_be_started() {
    let for_a_bed =
        Refer { to: "night-shelter-rotterdam".parse().unwrap(), offering: Offering::NightBed, ..a_referral() };
    given([signalled()])
        .by(shelter24())
        .when(for_a_bed)
        .waits(0, AnswerReferral, [organisation("night-shelter-rotterdam")], evening(4))
        .by(night_shelter())
        .and(a_bed())
        .waits_not(AnswerReferral)
        .waits_not(Start);
}

#[test]
fn the_coordinator_looks_for_whom_nobody_found_in_two_hours_and_the_second_time_at_once() {
    given([signalled()])
        .when(MarkOutOfSight {})
        .waits(0, FindPerson, [the_coordinator()], hours(2))
        .and(a_contact())
        .waits_not(FindPerson)
        .a_day_later()
        .and(MarkOutOfSight {})
        .waits(1, FindPerson, [the_coordinator()], evening(1));
}

fn a_lookout_to_both() -> IssueLookout {
    let to = |id: &str| LookoutRecipient::Organisation { organisation: id.parse().unwrap() };
    let recipients = ["night-shelter-rotterdam", "night-shelter-utrecht", "shelter24-rotterdam"].map(to).into();
    IssueLookout { recipients, ..a_lookout() }
}

#[test]
fn each_recipient_of_a_lookout_acknowledges_it_within_two_hours_but_for_its_issuer() {
    const LOOKOUT: LookoutId = LookoutId(id_of_command(0));
    let (utrecht, shelter) = (|| organisation("night-shelter-utrecht"), || organisation("shelter24-rotterdam"));
    let issued =
        || given([signalled()]).when(a_lookout_to_both()).waits(0, Acknowledge, [utrecht(), shelter()], hours(2));
    issued().by(shelter24()).and_on(LOOKOUT, AcknowledgeLookout {}).waits(0, Acknowledge, [utrecht()], hours(2));
    issued().and_on(LOOKOUT, ReportSighting::default()).waits(0, Acknowledge, [utrecht(), shelter()], hours(2));
    issued().and_on(LOOKOUT, resolve()).waits_not(Acknowledge);
    issued().and_on(LOOKOUT, resolve()).a_day_later().and(MarkOutOfSight {}).waits_not(Acknowledge);
    issued().then(|path| assert!(waiting(path, 14).iter().all(|task| task.kind != Acknowledge)));
}

#[test]
fn who_was_found_need_not_be_looked_out_for_but_who_is_lost_again_must() {
    given([signalled()])
        .when(a_lookout())
        .and(alert())
        .waits(0, AnswerAlert, [organisation("police-rotterdam")], hours(2))
        .a_day_later()
        .and(a_contact())
        .waits_not(Acknowledge)
        .waits_not(AnswerAlert)
        .and(MarkOutOfSight {})
        // What was asked for the first time is over: those who look again ask again.
        .waits_not(Acknowledge)
        .and(a_lookout())
        .and(alert())
        .waits(1, Acknowledge, [organisation("shelter24-rotterdam")], hours(26))
        .waits(1, AnswerAlert, [organisation("police-rotterdam")], hours(26));
}

#[test]
fn the_police_answer_a_care_alert_while_it_runs() {
    let received = AnswerCareAlert { outcome: CareAlertOutcome::Received, explanation: None };
    given([signalled()])
        .when(a_contact())
        .and(alert())
        .waits(0, AnswerAlert, [organisation("police-rotterdam")], hours(2))
        .then(|path| assert!(waiting(path, 14).iter().all(|task| task.kind != AnswerAlert)))
        .by(police())
        .and_on(CareAlertId(id_of_command(1)), received)
        .waits_not(AnswerAlert);
}

#[test]
fn a_sighting_is_followed_up_by_whoever_asked_and_by_the_coordinator() {
    const LOOKOUT: LookoutId = LookoutId(id_of_command(0));
    let asked = || [the_coordinator(), organisation("night-shelter-rotterdam")];
    let seen = || {
        let lost = given([signalled()]).when(a_lookout()).waits_not(ReviewSighting);
        lost.by(shelter24()).hours_later(3).and_on(LOOKOUT, ReportSighting::default())
    };
    seen().waits(1, ReviewSighting, asked(), hours(5));
    seen().by(night_shelter()).and(note()).waits(1, ReviewSighting, [the_coordinator()], hours(5));
    seen().by(coordinator()).and(note()).waits(1, ReviewSighting, [organisation("night-shelter-rotterdam")], hours(5));
    seen().by(coordinator()).and_on(LOOKOUT, resolve()).waits_not(ReviewSighting);
    seen().by(street_doctor()).and(a_contact()).waits_not(ReviewSighting);
    // Whoever sees them again is gone after again.
    seen()
        .by(coordinator())
        .and(note())
        .by(shelter24())
        .hours_later(1)
        .and_on(LOOKOUT, ReportSighting::default())
        .waits(1, ReviewSighting, asked(), hours(6));
}

#[test]
fn what_the_police_saw_is_followed_up_and_that_they_read_it_is_not() {
    let answered = |outcome| {
        let lost = given([signalled()]).when(a_lookout()).by(coordinator()).and(alert());
        let answer = AnswerCareAlert { outcome, explanation: None };
        lost.by(police()).and_on(CareAlertId(id_of_command(1)), answer)
    };
    answered(CareAlertOutcome::Seen).waits(0, ReviewSighting, [the_coordinator()], hours(2));
    answered(CareAlertOutcome::Received).waits_not(ReviewSighting);
    answered(CareAlertOutcome::NotSeen).waits_not(ReviewSighting);
}

#[test]
fn after_a_death_somebody_closes_the_case() {
    let close = || CloseCase { reason: CloseReason::Died, explanation: None };
    let died = || given([signalled()]).when(a_bed()).a_day_later().and(RecordDeath::default());
    died().waits(1, CloseAfterDeath, [the_coordinator()], evening(8)).and(close()).waits_not(CloseAfterDeath);
    // First it is found out who died.
    died().a_day_later().and(a_contact()).waits_not(CloseAfterDeath);
    given([signalled()]).when(close()).and(RecordDeath::default()).waits_not(CloseAfterDeath);
}

#[test]
fn an_exception_is_decided_in_four_hours_or_overtaken() {
    let decision =
        DecideException { decision: Decision::Denied, reason: "a bed is free".parse().unwrap(), expires_at: None };
    let requested = || {
        let request = given([signalled()]).when(an_exception_request());
        request.waits(0, Decide, [the_coordinator()], hours(4))
    };
    requested().and_on(ExceptionId(id_of_command(0)), decision).waits_not(Decide);
    requested().and(a_lookout()).waits_not(Decide);
}

#[test]
fn an_open_case_is_reviewed_a_week_after_the_last_contact() {
    given([signalled()]).waits(0, WeeklyReview, [the_coordinator()], evening(7)).a_day_later().when(a_contact()).waits(
        1,
        WeeklyReview,
        [the_coordinator()],
        evening(8),
    );
}

#[test]
fn a_contact_that_was_told_late_counts_from_when_it_was() {
    let contact = SignalEvent::ContactMade(ContactMade {
        location_type: None,
        location: None,
        language: None,
        summary: None,
        observations: None,
        problems: Problems::default(),
    });
    let path = told([(0, 0, signalled()), (2, 5, contact.into())]);
    let review = waiting(&path, 5).into_iter().find(|task| task.kind == WeeklyReview).unwrap();
    assert_eq!((review.since, review.due), (evening(2), evening(9)));
}

#[test]
fn a_coordinators_note_is_a_review_and_the_week_begins_again() {
    given([signalled()])
        .days_later(10)
        .when(note())
        .waits(10, WeeklyReview, [the_coordinator()], evening(7))
        .by(coordinator())
        .and(note())
        .waits(10, WeeklyReview, [the_coordinator()], evening(17))
        .days_later(2)
        .by(night_shelter())
        .and(a_contact())
        .waits(12, WeeklyReview, [the_coordinator()], evening(19));
}

#[test]
fn nothing_waits_on_a_closed_case_and_all_of_it_again_once_it_is_reopened() {
    given([confused()])
        .when(RecordIntake::default())
        .and(a_referral())
        .and(CloseCase { reason: CloseReason::Housed, explanation: None })
        .then(|path| assert_eq!(waiting(path, 0), []))
        .and(ReopenCase::default())
        .waits(0, RightsAssessment, [the_assessor()], evening(7));
}

#[test]
fn nothing_waits_for_who_died_but_the_end_of_the_case_nor_for_who_was_erased_or_never_was() {
    let kinds = |path: &crate::path::CarePath| waiting(path, 0).iter().map(|task| task.kind).collect::<Vec<_>>();
    given([confused()]).when(RecordDeath::default()).then(|path| assert_eq!(kinds(path), [CloseAfterDeath]));
    given([confused(), PrivacyEvent::SubjectErased(SubjectErased { ground: None }).into()])
        .then(|path| assert_eq!(waiting(path, 0), []));
    given([]).then(|path| assert_eq!(waiting(path, 0), []));
}

#[test]
fn a_case_that_moved_waits_for_the_coordinator_of_its_new_municipality() {
    let utrecht = || "utrecht".parse().unwrap();
    given([signalled()]).when(AssignCoordinator { municipality: Some(utrecht()), coordinator: None }).waits(
        0,
        WeeklyReview,
        [tasks::Addressee::Coordinator(utrecht())],
        evening(7),
    );
}

#[test]
fn where_no_municipality_follows_the_case_only_organisations_are_asked() {
    let release = ReleaseBed { reason: BedReleaseReason::MovedOn, explanation: None };
    given([]).when(a_bed()).and_on(BedId(id_of_command(0)), release).and(a_referral()).then(|path| {
        let kinds: Vec<_> = waiting(path, 0).into_iter().map(|task| task.kind).collect();
        assert_eq!(kinds, [AnswerReferral]);
    });
}

#[test]
fn what_is_due_first_comes_first() {
    let suspicion = RecordIntake { head_injury_suspected: Some(true), ..RecordIntake::default() };
    given([confused()]).when(suspicion).and(a_lookout()).and(alert()).then(|path| {
        let due: Vec<_> = waiting(path, 0).into_iter().map(|task| task.due).collect();
        assert!(due.len() > 5 && due.is_sorted(), "{due:?}");
    });
}

#[test]
fn whoever_took_somebody_in_finds_out_their_language() {
    let night_shelter = || organisation("night-shelter-rotterdam");
    let speaks = |language: &str| {
        let used = LanguageInput {
            language: language.parse().unwrap(),
            preferred: true,
            understood: true,
            interpreter_needed: true,
        };
        let claim = IdentityInput { languages: [used].into(), ..IdentityInput::default() };
        UpdateIdentity { claim, assurance: Assurance::SelfDeclared }
    };
    given([signalled()])
        .when(RecordIntake::default())
        .waits(0, TaskKind::EstablishLanguage, [night_shelter()], evening(7))
        .and(speaks("und"))
        .waits(0, TaskKind::EstablishLanguage, [night_shelter()], evening(7))
        .and(speaks("pl"))
        .waits_not(TaskKind::EstablishLanguage);
}

#[test]
fn a_sign_of_life_after_a_death_is_asked_about_whichever_of_the_two_was_told_first() {
    let asked = |given: Given| {
        let mut found = false;
        given.then(|path| found = waiting(path, 9).iter().any(|task| task.kind == TaskKind::ReviewSignOfLife));
        found
    };
    let died = |on: Option<&str>| RecordDeath { died_on: on.map(|day| day.parse().unwrap()), explanation: None };
    let died_then = || given([signalled()]).days_later(3).when(died(None));
    assert!(asked(died_then().a_day_later().and(a_contact())));
    assert!(asked(died_then().a_day_later().and(a_bed())), "somebody sleeps there");
    // It was told later, and happened before.
    assert!(!asked(died_then().a_day_later().happened(Some(evening(1))).and(a_contact())));
    // It was told before a death that is told late.
    let met = || given([signalled()]).days_later(3).when(a_contact());
    assert!(asked(met().a_day_later().and(died(Some("2026-01-11")))), "died two days before they were met");
    assert!(asked(met().a_day_later().happened(Some(evening(1))).and(died(None))));
    assert!(!asked(met().a_day_later().and(died(Some("2026-01-13")))), "died on the day on which they were met");
}

#[test]
fn a_death_that_is_known_to_the_day_and_an_attendance_of_that_day_do_not_contradict_each_other() {
    let kinds = |given: &Given| {
        let tasks = given.path().open_tasks(given.now(), &Deadlines::default(), &directory());
        tasks.into_iter().map(|task| task.kind).collect::<Vec<_>>()
    };
    let present = || RecordAttendance { status: AttendanceStatus::Present, location_type: None };
    let died = || RecordDeath { died_on: Some("2026-01-13".parse().unwrap()), explanation: None };
    let there = |given: Given, on: i64| {
        given.by(night_shelter()).happened(Some(evening(on))).and(present()).happened(None).by(coordinator())
    };
    let bed = || given([signalled()]).when(a_bed()).days_later(5).by(coordinator());
    for (both, reviewed) in [
        (there(bed().and(died()), 3), false),
        (there(bed(), 3).and(died()), false),
        (there(bed().and(died()), 4), true),
        (there(bed(), 4).and(died()), true),
    ] {
        let asked = if reviewed { TaskKind::ReviewSignOfLife } else { TaskKind::CloseAfterDeath };
        assert_eq!(kinds(&both), [asked]);
    }
}

#[test]
fn a_sign_of_life_is_due_some_hours_after_the_later_of_the_two_was_told() {
    let died = RecordDeath { died_on: Some("2019-03-01".parse().unwrap()), explanation: None };
    let met = given([signalled()]).when(a_contact()).by(coordinator()).hours_later(1).and(note());
    let told = met.days_later(9).and(died);
    let tasks = told.path().open_tasks(told.now(), &Deadlines::default(), &directory());
    let due = tasks.iter().map(|task| (task.kind, task.since, task.due)).collect::<Vec<_>>();
    let hours = Deadlines::default().exception_decision_hours;
    assert_eq!(due, [(TaskKind::ReviewSignOfLife, told.now(), crate::time::hours_after(told.now(), hours))]);
    let seen_to = told.hours_later(1).and(note());
    let tasks = seen_to.path().open_tasks(seen_to.now(), &Deadlines::default(), &directory());
    assert!(tasks.iter().all(|task| task.kind != TaskKind::ReviewSignOfLife));
}

#[test]
fn who_came_on_the_evening_on_which_they_were_missed_is_asked_about_by_those_who_look_for_them() {
    let at = |minutes: i64| evening(0) + TimeDelta::minutes(minutes);
    let missed = || given([confused()]).when(a_bed()).until(at(75)).and(RecordNoShow::default()).until(at(80));
    let alert = || FileCareAlert {
        to: "police-rotterdam".parse().unwrap(),
        description: "a man of 50".parse().unwrap(),
        expires_at: None,
    };
    let by_baken = || {
        let lost = missed().until(evening(1)).watched();
        assert!(lost.path().is_out_of_sight());
        lost.by(night_shelter()).hours_later(1)
    };
    let asked = |given: &Given| {
        let tasks = given.path().open_tasks(given.now(), &Deadlines::default(), &directory());
        let mut of_kind: Vec<_> = tasks.into_iter().filter(|task| task.kind == ReviewSighting).collect();
        of_kind.sort_by_key(|task| task.subject);
        of_kind.into_iter().map(|task| (task.subject.is_some(), task.addressee)).collect::<Vec<_>>()
    };
    let (shelter, coordinator_) = (organisation("night-shelter-rotterdam"), the_coordinator());
    let both = |about| vec![(about, coordinator_.clone()), (about, shelter.clone())];
    let twice = [both(true), both(true)].concat();
    let present = || RecordAttendance { status: AttendanceStatus::Present, location_type: None };
    for (looked_for, whom) in [
        (missed().and(a_lookout()), both(true)),
        (missed().and(MarkOutOfSight {}), both(false)),
        (missed().and(a_lookout()).and(alert()), twice.clone()),
        (by_baken().and(alert()), both(true)),
        (by_baken().and(a_lookout()).and(alert()), twice),
    ] {
        assert_eq!(asked(&looked_for), []);
        let came = looked_for.clone().hours_later(1).happened(Some(at(30))).and(present()).happened(None);
        assert!(came.path().stays.iter().all(|stay| stay.no_shows.is_empty()));
        assert_eq!(asked(&came), whom);
        // It is over for all when it is resolved, or when the person is met.
        let met = came.clone().hours_later(1).and(a_contact());
        assert!(asked(&met).is_empty() && !met.path().is_out_of_sight());
        let noted = came.hours_later(1).and(note()).by(coordinator()).and(note());
        assert_eq!(asked(&noted), []);
        // Who came before they were missed at all was not missed.
        let early = looked_for.hours_later(1).happened(Some(at(-12 * 60))).and(present());
        assert_eq!(asked(&early), []);
    }
}

#[test]
fn a_stay_that_ran_out_is_asked_about_until_the_bed_is_given_up_or_kept() {
    use crate::path::exception::RequestException;
    let stay = || given([signalled()]).when(crate::path::stay::AssignBed { until: Some(moment(3)), ..a_bed() });
    let asked = |given: Given, day| {
        let mut whom = Vec::new();
        given.then(|path| {
            let tasks = waiting(path, day).into_iter().filter(|task| task.kind == TaskKind::ReviewStay);
            whom = tasks.map(|task| (task.addressee, task.due)).collect();
        });
        whom
    };
    assert_eq!(asked(stay(), 2), []);
    assert_eq!(asked(stay(), 3), [(organisation("night-shelter-rotterdam"), evening(4))]);
    let release = ReleaseBed { reason: BedReleaseReason::Ended, explanation: None };
    let bed = BedId(id_of_command(0));
    assert_eq!(asked(stay().days_later(3).and_on(bed, release), 3), []);
    assert_eq!(asked(stay().days_later(3).and(note()), 3), []);
    let keeps = || stay().and(RequestException { until: Some(moment(9)), ..an_exception_request() });
    assert_eq!(asked(keeps(), 3), [], "the bed is held until somebody decides");
    let granted =
        DecideException { decision: Decision::Granted, reason: "he is ill".parse().unwrap(), expires_at: None };
    assert_eq!(asked(keeps().by(coordinator()).and_on(ExceptionId(id_of_command(1)), granted), 9), []);
}

#[test]
fn a_lookout_for_somebody_who_was_not_lost_as_was_told_late_is_the_coordinators() {
    // They did not come, as it seemed; the lookout was issued; and they had been there.
    let found = given([signalled()]).when(a_lookout()).then(|path| assert!(path.is_out_of_sight())).and_happened(
        &crate::path::correction::CorrectionEvent::EntryRetracted(crate::path::correction::EntryRetracted {
            entry: crate::ids::EventId(uuid::Uuid::from_u128(0x9002)),
            kind: crate::event::EventKind::WentOutOfSight,
            reason: crate::codes::RetractReason::WrongValue,
            explanation: None,
        })
        .into(),
    );
    let asked = |path: &crate::path::CarePath, day| waiting(path, day).iter().any(|task| task.kind == FindPerson);
    found.then(|path| {
        assert!(!path.is_out_of_sight() && asked(path, 0));
        assert!(!asked(path, 15), "the lookout has expired");
    });
}

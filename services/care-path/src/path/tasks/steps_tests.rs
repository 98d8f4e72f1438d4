use super::super::Task;
use super::super::testing::{hours, organisation, the_coordinator, waiting};
use super::*;
use crate::codes::{CloseReason, ExceptionKind, ExceptionState, TaskKind as T};
use crate::ids::{ExceptionId, ReferralId};
use crate::path::case::{AddNote, CloseCase};
use crate::path::exception::{DecideException, Decision, RequestException};
use crate::path::lost::MarkOutOfSight;
use crate::path::referral::{AcceptReferral, DeclineReferral, RecordDropout, Refer, StartCare};
use crate::path::stay::ReleaseBed;
use crate::path::testing::*;

const REFERRAL: ReferralId = ReferralId(id_of_command(0));

fn note() -> AddNote {
    AddNote { text: "we go on with another place".parse().unwrap() }
}

fn declined(reason: DeclineReason) -> Given {
    given([signalled()])
        .when(a_referral())
        .by(street_doctor())
        .and_on(REFERRAL, DeclineReferral { reason, explanation: None })
}

fn suggested(given: Given) -> Vec<Option<NextStep>> {
    let mut found = Vec::new();
    given.then(|path| {
        let steps = waiting(path, 0).into_iter().filter(|task| task.kind == T::NextStep);
        found.extend(steps.map(|task| task.suggests.map(|(step, _)| step)));
    });
    found
}

#[test]
fn a_declined_referral_waits_for_the_sender_and_the_coordinator_with_what_the_reason_suggests() {
    let asked = || [organisation("night-shelter-rotterdam"), the_coordinator()];
    declined(DeclineReason::Other).waits(0, T::NextStep, asked(), hours(24));
    for (reason, step) in [
        (DeclineReason::Uninsured, NextStep::UninsuredScheme),
        (DeclineReason::Language, NextStep::ProviderOrInterpreter),
        (DeclineReason::HousingProspectRequired, NextStep::StreetDoctor),
    ] {
        assert_eq!(suggested(declined(reason)), [Some(step), Some(step)]);
    }
}

#[test]
fn it_is_done_by_another_referral_or_by_a_note_of_each() {
    let declined = || declined(DeclineReason::Other).by(night_shelter());
    declined().and(a_referral()).waits_not(T::NextStep);
    declined().and(note()).waits(0, T::NextStep, [the_coordinator()], hours(24));
    declined().by(coordinator()).and(note()).waits_not(T::NextStep);
}

#[test]
fn what_waits_on_an_organisation_that_closed_is_asked_of_those_who_can_go_elsewhere() {
    use crate::directory::{Directory, DirectoryEvent, OrganisationClosed};
    let closed = |id: &str, day: i64| {
        let mut directory: Directory = directory();
        let closed = DirectoryEvent::OrganisationClosed(OrganisationClosed { organisation: id.parse().unwrap() });
        directory.take_in(&closed, evening(day));
        directory
    };
    let asked = |given: &Given, directory: &Directory| {
        let tasks = given.path().open_tasks(given.now(), &crate::deadlines::Deadlines::default(), directory);
        tasks.into_iter().map(|task| (task.kind, task.addressee)).collect::<Vec<_>>()
    };
    let referred = given([signalled()]).when(a_referral()).by(coordinator()).and(note()).days_later(2);
    let (doctor, shelter) = (organisation("street-doctor-rotterdam"), organisation("night-shelter-rotterdam"));
    assert!(asked(&referred, &directory()).contains(&(T::AnswerReferral, doctor.clone())));
    let of_closed = asked(&referred, &closed("street-doctor-rotterdam", 2));
    assert!(of_closed.iter().all(|(_, addressee)| *addressee != doctor), "{of_closed:?}");
    assert!(
        of_closed.contains(&(T::NextStep, shelter.clone())) && of_closed.contains(&(T::NextStep, the_coordinator()))
    );
    let again = referred.clone().days_later(1).by(night_shelter()).and(a_referral());
    let next =
        asked(&again, &closed("street-doctor-rotterdam", 2)).into_iter().filter(|(kind, _)| *kind == T::NextStep);
    assert_eq!(next.count(), 2, "of the new one, and not of the old one as well");
    // What was asked of the sender goes to the coordinator.
    let declined = declined(DeclineReason::Other);
    let of_sender = asked(&declined, &closed("night-shelter-rotterdam", 0));
    assert!(of_sender.iter().all(|(_, addressee)| *addressee != shelter), "{of_sender:?}");
    assert_eq!(of_sender.iter().filter(|(kind, _)| *kind == T::NextStep).count(), 1);
}

#[test]
fn a_dropout_waits_in_the_same_way() {
    let dropout = RecordDropout { reason: DropoutReason::Distrust, explanation: None };
    let dropped = given([signalled()])
        .when(a_referral())
        .by(street_doctor())
        .and_on(REFERRAL, AcceptReferral::default())
        .and_on(REFERRAL, StartCare {})
        .and_on(REFERRAL, dropout);
    assert_eq!(suggested(dropped), [Some(NextStep::ClientSupporter), Some(NextStep::ClientSupporter)]);
}

#[test]
fn a_denied_exception_waits_for_those_who_asked_and_one_that_runs_out_is_asked_about_twice() {
    let request = ExceptionId(id_of_command(1));
    let decided = |decision| {
        let decision = DecideException { decision, reason: "so it is".parse().unwrap(), expires_at: None };
        given([signalled()]).when(a_bed()).and(an_exception_request()).by(coordinator()).and_on(request, decision)
    };
    let asked = || [organisation("night-shelter-rotterdam"), the_coordinator()];
    decided(Decision::Denied).waits(0, T::NextStepAfterException, asked(), hours(24));
    let rounds = |day| {
        let mut found = Vec::new();
        decided(Decision::Granted).then(|path| {
            assert_eq!(path.exceptions[0].state(), ExceptionState::Granted);
            let steps = waiting(path, day).into_iter().filter(|task| task.kind == T::NextStepAfterException);
            found.extend(steps.map(|task| (task.addressee, task.round)));
        });
        found.into_iter().filter(|(addressee, _)| *addressee == the_coordinator()).map(|(_, round)| round).collect()
    };
    // It was asked until the thirtieth day.
    let [none, once, twice]: [Vec<u32>; 3] = [rounds(26), rounds(27), rounds(30)];
    assert_eq!((none, once, twice), (vec![], vec![0], vec![0, 1]));
}

#[test]
fn a_request_that_a_disappearance_overtook_is_asked_about_once_the_person_is_back() {
    let asked = || [organisation("night-shelter-rotterdam"), the_coordinator()];
    let lost = given([signalled()]).when(a_bed()).and(an_exception_request()).and(MarkOutOfSight {});
    let lost = lost.waits_not(T::NextStepAfterException);
    // A note from while they were lost answers nothing.
    let back = lost.days_later(5).and(note()).days_later(1).and(a_contact());
    let back = back.waits(6, T::NextStepAfterException, asked(), evening(7));
    let again = RequestException { kind: ExceptionKind::LongerNightStay, ..an_exception_request() };
    back.and(again).waits_not(T::NextStepAfterException);
}

/// On which days the coordinator is asked about an exception that ends, of those on which something may be asked.
fn asked_on(given: &dyn Fn() -> Given) -> Vec<i64> {
    let asked = |day: &i64| {
        let mut found = false;
        let is_it = |task: &Task| task.kind == T::NextStepAfterException && task.addressee == the_coordinator();
        given().then(|path| found = waiting(path, *day).iter().any(is_it));
        found
    };
    (0..70).filter(asked).collect()
}

#[test]
fn who_may_stay_longer_still_is_asked_about_by_the_end_that_moved() {
    let granted = |until| DecideException {
        decision: Decision::Granted,
        reason: "so it is".parse().unwrap(),
        expires_at: Some(moment(until)),
    };
    let once = || {
        given([signalled()])
            .when(a_bed())
            .and(an_exception_request())
            .by(coordinator())
            .and_on(ExceptionId(id_of_command(1)), granted(30))
    };
    let again = move || once().by(night_shelter()).and(RequestException { until: None, ..an_exception_request() });
    let decided = move |decision| again().by(coordinator()).and_on(ExceptionId(id_of_command(3)), decision);
    assert_eq!(asked_on(&once).first(), Some(&27));
    assert!(asked_on(&again).is_empty(), "the bed is held until somebody decides");
    assert_eq!(asked_on(&|| decided(granted(60))).first(), Some(&57));
    // A denial is asked about by itself; the end of what was granted before it stays.
    let denied = move || {
        let denial = DecideException { decision: Decision::Denied, expires_at: None, ..granted(1) };
        decided(denial).and(note())
    };
    assert_eq!(asked_on(&denied).first(), Some(&27));
}

#[test]
fn what_was_asked_for_and_ended_with_the_case_is_asked_about_when_that_is_open_again() {
    let close = || CloseCase { reason: CloseReason::Housed, explanation: None };
    let kinds = |given: Given| {
        let mut found = Vec::new();
        given.then(|path| {
            let whom = organisation("night-shelter-rotterdam");
            found = waiting(path, 0).into_iter().filter(|task| task.addressee == whom).map(|task| task.kind).collect();
        });
        found
    };
    let asked = || given([signalled()]).when(a_bed()).and(a_referral()).and(an_exception_request()).by(coordinator());
    assert!(!kinds(asked()).contains(&T::NextStep));
    let back = || asked().and(close()).by(night_shelter()).and(a_contact());
    let found = kinds(back());
    assert!(found.contains(&T::NextStep) && found.contains(&T::NextStepAfterException), "{found:?}");
    let noted = kinds(back().by(coordinator()).and(note()));
    assert!(!noted.contains(&T::NextStep) && !noted.contains(&T::NextStepAfterException), "{noted:?}");
}

#[test]
fn who_was_turned_away_is_the_coordinators_until_they_have_a_bed_or_a_referral() {
    let turned_away = |reason| {
        let turn_away = crate::path::intake::TurnAway { reason, offering: None, facility: None, persons: None };
        given([signalled()]).by(shelter24()).when(turn_away)
    };
    let full = || turned_away(TurnAwayReason::Full);
    full().waits(0, T::NextStep, [the_coordinator()], hours(24));
    assert_eq!(suggested(full()), [Some(NextStep::OtherProvider)]);
    assert_eq!(suggested(turned_away(TurnAwayReason::NoInsurance)), [Some(NextStep::UninsuredScheme)]);
    full().by(night_shelter()).and(a_bed()).waits_not(T::NextStep);
    full().by(night_shelter()).and(a_referral()).waits_not(T::NextStep);
    full().by(coordinator()).and(note()).waits_not(T::NextStep);
}

#[test]
fn an_accepted_bed_waits_for_the_person_to_have_it_and_the_referral_ends_with_the_stay() {
    let refer =
        Refer { to: "shelter24-rotterdam".parse().unwrap(), offering: crate::codes::Offering::Bed24h, ..a_referral() };
    let accepted =
        || given([signalled()]).when(refer.clone()).by(shelter24()).and_on(REFERRAL, AcceptReferral::default());
    let starts = |given: Given| {
        let mut found = false;
        given.then(|path| found = waiting(path, 0).iter().any(|task| task.kind == T::StartCare));
        found
    };
    assert!(starts(accepted()));
    let sleeps = || accepted().and(a_bed());
    assert!(!starts(sleeps()));
    let bed = crate::ids::BedId(id_of_command(2));
    let release = || ReleaseBed { reason: crate::codes::BedReleaseReason::OwnChoice, explanation: None };
    let left = || sleeps().and_on(bed, release());
    left().then(|path| assert!(!path.referrals[0].is_open()));
    // The shelter may still say that it was a dropout, and is involved for thirty days.
    let dropout = RecordDropout { reason: DropoutReason::Distrust, explanation: None };
    left().and_on(REFERRAL, dropout).then_types(["dropped_out"]);
    let involved = |path: &crate::path::CarePath, day| {
        path.involves(&shelter24().organisation, evening(day), &crate::deadlines::Deadlines::default())
    };
    left().then(|path| assert!(involved(path, 29) && !involved(path, 31)));
}

use super::super::testing::{hours, organisation, the_coordinator, waiting};
use super::*;
use crate::codes::{ExceptionKind, ExceptionState, TaskKind as T};
use crate::ids::{ExceptionId, ReferralId};
use crate::path::case::AddNote;
use crate::path::exception::{DecideException, Decision, RequestException};
use crate::path::lost::MarkOutOfSight;
use crate::path::referral::{AcceptReferral, DeclineReferral, RecordDropout, StartCare};
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

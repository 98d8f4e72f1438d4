use super::super::testing::*;
use super::*;
use crate::path::correction::RetractEntry;
use crate::path::stay::AssignBed;

const REQUEST: ExceptionId = ExceptionId(id_of_command(1));

fn decide(decision: Decision) -> DecideException {
    DecideException { decision, reason: "the doctor advises it".parse().unwrap(), expires_at: None }
}

fn requested() -> Given {
    given([signalled()]).when(a_bed()).and(an_exception_request()).by(coordinator())
}

#[test]
fn a_request_is_granted_until_when_it_was_asked() {
    requested().and_on(REQUEST, decide(Decision::Granted)).then(|path| {
        assert_eq!(path.exceptions[0].state(), ExceptionState::Granted);
        let Some(RequestEnd::Granted(granted)) = &path.exceptions[0].end else { panic!("not granted") };
        assert_eq!(granted.expires_at, path.exceptions[0].requested.until);
    });
}

#[test]
fn a_denial_frees_the_bed() {
    requested()
        .then(|path| assert!(path.awaits_decision(BedId(id_of_command(0)))))
        .and_on(REQUEST, decide(Decision::Denied))
        .then(|path| assert!(!path.awaits_decision(BedId(id_of_command(0)))));
}

#[test]
fn a_request_is_decided_once() {
    requested()
        .and_on(REQUEST, decide(Decision::Denied))
        .and_on(REQUEST, decide(Decision::Granted))
        .then_err(ExceptionRefusal::AlreadyDecided);
    given([signalled()]).when_on(REQUEST, decide(Decision::Denied)).then_err(ExceptionRefusal::Unknown);
}

#[test]
fn an_overtaken_request_is_not_decided_any_more() {
    requested().and(a_lookout()).and_on(REQUEST, decide(Decision::Denied)).then_err(ExceptionRefusal::Overtaken);
}

#[test]
fn the_same_exception_is_not_asked_twice_nor_for_somebody_out_of_sight() {
    given([signalled()])
        .when(an_exception_request())
        .and(an_exception_request())
        .then_err(ExceptionRefusal::AlreadyPending);
    given([signalled()]).when(a_lookout()).and(an_exception_request()).then_err(ExceptionRefusal::OutOfSight);
}

#[test]
fn an_exception_that_would_have_ended_is_refused_by_field() {
    given([signalled()])
        .when(RequestException { until: Some(moment(-2)), ..an_exception_request() })
        .then_field("until");
}

fn granted_until(day: i64) -> DecideException {
    DecideException { expires_at: Some(moment(day)), ..decide(Decision::Granted) }
}

/// A bed until the fifth day, and the request to keep it until the thirtieth.
fn asked_to_stay_longer(kind: ExceptionKind) -> Given {
    given([signalled()])
        .when(AssignBed { until: Some(moment(5)), ..a_bed() })
        .and(RequestException { kind, ..an_exception_request() })
        .by(coordinator())
}

fn ends_on(day: Option<i64>) -> impl FnOnce(&CarePath) {
    move |path| assert_eq!(path.stays_until(&path.stays[0]), day.map(evening))
}

#[test]
fn a_granted_exception_moves_the_end_of_the_stay_and_a_denied_one_does_not() {
    let asked = || asked_to_stay_longer(ExceptionKind::Longer24hStay);
    asked().then(ends_on(Some(5)));
    asked().and_on(REQUEST, decide(Decision::Granted)).then(ends_on(Some(30)));
    asked().and_on(REQUEST, granted_until(12)).then(ends_on(Some(12)));
    asked().and_on(REQUEST, granted_until(2)).then(ends_on(Some(5)));
    asked().and_on(REQUEST, decide(Decision::Denied)).then(ends_on(Some(5)));
}

#[test]
fn what_is_no_matter_of_the_bed_leaves_the_stay_as_it_is() {
    asked_to_stay_longer(ExceptionKind::CareWithoutInsurance).and_on(REQUEST, granted_until(12)).then(ends_on(Some(5)));
}

#[test]
fn a_stay_without_an_end_has_one_while_an_exception_has() {
    requested().then(ends_on(None)).and_on(REQUEST, granted_until(12)).then(ends_on(Some(12)));
}

#[test]
fn of_several_exceptions_the_longest_counts_and_one_without_an_end_has_none() {
    let longer = |until| RequestException { until, ..an_exception_request() };
    let twice = |until| {
        asked_to_stay_longer(ExceptionKind::Longer24hStay)
            .and_on(REQUEST, granted_until(20))
            .by(night_shelter())
            .and(longer(until))
            .by(coordinator())
            .and_on(ExceptionId(id_of_command(3)), decide(Decision::Granted))
    };
    twice(Some(moment(40))).then(ends_on(Some(40)));
    twice(Some(moment(8))).then(ends_on(Some(20)));
    twice(None).then(ends_on(None));
}

#[test]
fn a_decision_that_is_retracted_moves_the_end_back() {
    let retract = || RetractEntry { reason: crate::codes::RetractReason::WrongValue, explanation: None };
    // The signal, the bed, the request, the decision.
    let decision = crate::ids::EventId(uuid::Uuid::from_u128(0x9004));
    asked_to_stay_longer(ExceptionKind::Longer24hStay)
        .and_on(REQUEST, decide(Decision::Granted))
        .and_on(decision, retract())
        .then(ends_on(Some(5)))
        .then(|path| assert!(path.awaits_decision(BedId(id_of_command(0)))));
}

#[test]
fn who_supports_the_person_asks_for_the_bed_that_they_have() {
    given([signalled()])
        .when(AssignBed { until: Some(moment(5)), ..a_bed() })
        .by(supporter())
        .and(an_exception_request())
        .by(coordinator())
        .and_on(REQUEST, decide(Decision::Granted))
        .then(ends_on(Some(30)));
}

#[test]
fn an_exception_is_asked_about_three_days_before_its_end_or_when_half_of_a_short_one_is_over() {
    let hours = |hours| evening(0) + TimeDelta::hours(hours);
    let asked_about = |until| {
        let mut found = vec![];
        requested().and_on(REQUEST, granted_until(until)).then(|path| found = path.exceptions[0].asked_about());
        found
    };
    assert_eq!(asked_about(30), [evening(27), evening(30)]);
    assert_eq!(asked_about(2), [evening(1), evening(2)]);
    assert_eq!(asked_about(1), [hours(12), evening(1)]);
}

#[test]
fn a_late_decision_says_until_when_if_the_time_that_was_asked_for_has_passed() {
    requested().days_later(31).and_on(REQUEST, decide(Decision::Granted)).then_field("expires_at");
    requested().days_later(31).and_on(REQUEST, granted_until(40)).then(ends_on(Some(40)));
}

#[test]
fn a_granted_exception_ends_with_its_time_the_bed_or_the_case() {
    use crate::codes::{BedReleaseReason, CloseReason};
    use crate::path::case::{CloseCase, RecordDeath};
    use crate::path::stay::ReleaseBed;
    let granted = || requested().and_on(REQUEST, decide(Decision::Granted));
    let ended = |given: Given, day| {
        let path = given.path();
        path.exception_ended(&path.exceptions[0], crate::path::testing::evening(day))
    };
    let evening = crate::path::testing::evening;
    assert_eq!(ended(requested(), 40), None, "nobody decided");
    assert_eq!((ended(granted(), 29), ended(granted(), 31)), (None, Some(evening(30))));
    let release = ReleaseBed { reason: BedReleaseReason::Ended, explanation: None };
    let later = || granted().days_later(2);
    assert_eq!(ended(later().and_on(BedId(id_of_command(0)), release), 3), Some(evening(2)));
    assert_eq!(ended(later().and(CloseCase { reason: CloseReason::Housed, explanation: None }), 3), Some(evening(2)));
    assert_eq!(ended(later().and(RecordDeath::default()), 3), Some(evening(2)));
}

use super::super::testing::*;
use super::*;

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

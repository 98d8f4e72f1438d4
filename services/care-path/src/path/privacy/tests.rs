use super::super::testing::*;
use super::*;

#[test]
fn a_hold_lasts_until_it_is_lifted_and_is_lifted_once() {
    let hold = HoldId(id_of_command(0));
    let place = || PlaceHold { reason: HoldReason::Complaint };
    given([signalled()]).when(place()).then(|path| assert!(path.is_on_hold()));
    given([signalled()])
        .when(place())
        .and_on(hold, LiftHold::default())
        .then(|path| assert!(!path.is_on_hold()))
        .and_on(hold, LiftHold::default())
        .then_err(PrivacyRefusal::UnknownHold);
}

#[test]
fn a_bed_that_was_given_at_the_moment_of_an_erasure_is_nobodys() {
    let erased = PrivacyEvent::SubjectErased(SubjectErased { ground: None });
    let bed = given([signalled()]).when(a_bed()).last_event();
    let told = given([signalled()]).and_happened(&erased.into()).and_happened(&bed);
    told.then(|path| assert_eq!((path.stays.len(), path.open_stays().count()), (1, 0)));
}

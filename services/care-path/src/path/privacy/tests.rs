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

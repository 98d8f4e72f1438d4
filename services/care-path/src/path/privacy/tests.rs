use super::super::testing::*;
use super::*;
use crate::codes::LinkBasis;
use crate::deadlines::Deadlines;
use crate::path::identity::PersonsLinked;
use crate::path::timers::TimerKind;

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

#[test]
fn a_hold_makes_no_record_younger_and_what_it_kept_for_longer_is_listed_before_it_goes() {
    let hold = HoldId(id_of_command(0));
    let terms = Deadlines::default();
    let kept_until = given([signalled()]).path().kept_until(&terms).unwrap();
    let kept = || given([signalled()]).a_day_later().when(PlaceHold { reason: HoldReason::Complaint });
    kept().then(|path| {
        assert_eq!(path.kept_until(&terms), Some(kept_until));
        assert_eq!(path.goes_at(&terms), None);
    });
    let lifted = |days: i64| kept().days_later(days).and_on(hold, LiftHold::default());
    lifted(1)
        .then(|path| assert_eq!((path.kept_until(&terms), path.goes_at(&terms)), (Some(kept_until), Some(kept_until))));
    let late = lifted(2000);
    let goes_at = crate::time::days_after(late.now(), LISTED_DAYS);
    late.then(|path| assert_eq!((path.kept_until(&terms), path.goes_at(&terms)), (Some(kept_until), Some(goes_at))));
}

#[test]
fn who_is_linked_with_somebody_later_than_they_were_erased_is_not_erased_with_them() {
    let erased = || PrivacyEvent::SubjectErased(SubjectErased { ground: None }).into();
    let link = || PersonsLinked { with: another_person(), basis: LinkBasis::SameDocument, explanation: None };
    let link = || crate::path::identity::IdentityEvent::PersonsLinked(link()).into();
    let two = || given([signalled()]).and_happened_to(another_person(), &signalled()).a_day_later();
    let goes_too = |given: &Given| {
        let timers = given.path().timers(&Deadlines::default(), &directory());
        timers.iter().any(|timer| timer.what == TimerKind::Erases(crate::codes::ErasureGround::Request))
    };
    let linked_before = two().and_happened(&link()).a_day_later().and_happened_to(another_person(), &erased());
    assert!(goes_too(&linked_before));
    let linked_after = two().and_happened_to(another_person(), &erased()).a_day_later().and_happened(&link());
    assert!(!goes_too(&linked_after));
}

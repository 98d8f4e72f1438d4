use super::super::testing::*;
use super::*;
use crate::codes::Phase;

fn release() -> ReleaseBed {
    ReleaseBed { reason: BedReleaseReason::MovedOn, explanation: None }
}

#[test]
fn a_bed_shelters() {
    given([signalled()]).when(a_bed()).then(|path| assert_eq!(path.phase(), Phase::Sheltered));
}

#[test]
fn a_street_has_no_beds() {
    let bed = AssignBed { kind: LocationType::Street, ..a_bed() };
    given([signalled()]).when(bed).then_err(StayRefusal::NoBedsThere);
}

#[test]
fn a_stay_ends_after_it_begins() {
    let bed = AssignBed { from: Some(moment(2)), until: Some(moment(1)), ..a_bed() };
    given([signalled()]).when(bed).then_err(StayRefusal::EndsBeforeItBegins);
}

#[test]
fn nobody_plans_a_bed_for_more_than_five_years_ahead() {
    let far = Some(moment(6 * 365));
    for (field, bed) in [
        ("from", AssignBed { from: far, ..a_bed() }),
        ("until", AssignBed { until: far, ..a_bed() }),
        ("expected_by", AssignBed { expected_by: far, ..a_bed() }),
    ] {
        given([signalled()]).when(bed).then_field(field);
    }
}

#[test]
fn one_organisation_gives_one_bed_at_a_time() {
    given([signalled()]).when(a_bed()).and(a_bed()).then_err(StayRefusal::AlreadyAssigned);
}

#[test]
fn a_bed_elsewhere_releases_the_earlier_one() {
    given([signalled()])
        .when(a_bed())
        .by(shelter24())
        .and(a_bed())
        .then_types(["bed_assigned", "bed_released"])
        .then(|path| assert_eq!(path.open_stays().count(), 1));
}

#[test]
fn an_exception_with_a_pending_decision_holds_the_bed() {
    given([signalled()])
        .when(a_bed())
        .and(an_exception_request())
        .and_on(BedId(id_of_command(0)), release())
        .then_err(StayRefusal::HeldByPendingException);
}

#[test]
fn a_bed_that_is_held_stays_theirs_when_they_sleep_elsewhere() {
    given([signalled()])
        .when(a_bed())
        .and(an_exception_request())
        .by(shelter24())
        .and(a_bed())
        .then_types(["bed_assigned"])
        .then(|path| assert_eq!(path.open_stays().count(), 2));
}

#[test]
fn a_released_bed_is_not_released_again_nor_by_another_organisation() {
    let bed = BedId(id_of_command(0));
    given([signalled()])
        .when(a_bed())
        .and_on(bed, release())
        .and_on(bed, release())
        .then_err(StayRefusal::AlreadyReleased);
    given([signalled()]).when(a_bed()).by(shelter24()).and_on(bed, release()).then_not_yours();
}

#[test]
fn a_no_show_holds_the_bed_of_a_vulnerable_person_and_only_theirs() {
    let held = |path: &CarePath| path.stays[0].no_shows[0].bed_held;
    given([signalled()]).when(a_bed()).and(RecordNoShow::default()).then(|path| assert!(!held(path)));
    given([confused()]).when(a_bed()).and(RecordNoShow::default()).then(|path| assert!(held(path)));
}

#[test]
fn nobody_fails_to_show_without_a_bed() {
    given([signalled()]).when(RecordNoShow::default()).then_err(StayRefusal::NoOpenStay);
}

#[test]
fn a_visit_needs_no_bed() {
    let visit = RecordAttendance { status: AttendanceStatus::Present, location_type: Some(LocationType::DropIn) };
    given([signalled()]).when(visit).then(|path| assert_eq!(path.phase(), Phase::InContact));
}

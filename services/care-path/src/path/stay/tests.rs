use super::super::testing::*;
use super::*;
use crate::codes::Phase;
use crate::deadlines::Deadlines;
use crate::path::random::everybody;
use crate::time::Moment;

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
fn nobody_gives_a_bed_where_nobody_sleeps() {
    given([signalled()]).by(street_doctor()).when(a_bed()).then_err(StayRefusal::NobodySleepsThere);
    given([signalled()]).by(shelter24()).when(a_bed()).then_types(["bed_assigned"]);
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
    let missed = |history| given([history]).when(a_bed()).a_day_later().and(RecordNoShow::default());
    missed(signalled()).then(|path| assert!(!held(path)));
    missed(confused()).then(|path| assert!(held(path)));
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

#[test]
fn an_older_bed_that_is_told_late_takes_its_place_in_the_past() {
    let tonight = BedId(id_of_command(0));
    given([signalled()])
        .by(shelter24())
        .when(a_bed())
        .by(night_shelter())
        .a_day_earlier()
        .and(a_bed())
        .then_types(["bed_assigned"])
        .then(|path| {
            let open: Vec<_> = path.open_stays().map(|stay| stay.assigned.bed).collect();
            assert_eq!(open, [tonight]);
            assert_eq!(path.stays[0].end_reason(), Some(BedReleaseReason::MovedOn));
        });
}

#[test]
fn an_organisation_tells_of_an_earlier_stay_while_another_goes_on() {
    given([signalled()]).when(a_bed()).a_day_earlier().and(a_bed()).then(|path| {
        assert_eq!((path.stays.len(), path.open_stays().count()), (2, 1));
    });
}

#[test]
fn nobody_fails_to_show_twice_a_night_or_before_the_time() {
    let bed = || given([signalled()]).when(AssignBed { expected_by: Some(moment(1)), ..a_bed() });
    bed().and(RecordNoShow::default()).then_err(StayRefusal::TooEarly);
    let missed = || bed().a_day_later().and(RecordNoShow::default());
    missed().then_types(["no_show_recorded"]);
    missed().and(RecordNoShow::default()).then_err(StayRefusal::AlreadyMissed);
    missed().a_day_later().and(RecordNoShow::default()).then_types(["no_show_recorded"]);
    let came = RecordAttendance { status: AttendanceStatus::Present, location_type: None };
    bed().a_day_later().and(came).and(RecordNoShow::default()).then_err(StayRefusal::NotExpected);
    let later =
        AssignBed { expected_by: Some(Moment::try_from(evening(0) + chrono::TimeDelta::hours(1)).unwrap()), ..a_bed() };
    given([signalled()]).when(later).and(RecordNoShow::default()).then_err(StayRefusal::TooEarly);
}

#[test]
fn a_bed_that_is_held_is_released_by_the_coordinator_alone_until_the_hold_ends() {
    let bed = BedId(id_of_command(0));
    let missed = || given([confused()]).when(a_bed()).a_day_later().and(RecordNoShow::default());
    missed().and_on(bed, release()).then_err(StayRefusal::HeldAfterNoShow);
    missed().by(coordinator()).and_on(bed, release()).then_types(["bed_released"]);
    missed().days_later(2).and_on(bed, release()).then_types(["bed_released"]);
    // He came after all.
    missed().a_day_later().and(a_contact()).and_on(bed, release()).then_types(["bed_released"]);
}

#[test]
fn an_attendance_is_of_the_stay_that_ran_when_it_happened() {
    let visit = || RecordAttendance { status: AttendanceStatus::Present, location_type: None };
    given([signalled()])
        .when(a_bed())
        .by(shelter24())
        .days_later(2)
        .and(a_bed())
        .by(night_shelter())
        .a_day_earlier()
        .and(visit())
        .then(|path| assert_eq!(path.stays.iter().map(|stay| stay.attended.len()).collect::<Vec<_>>(), [1, 0]));
}

/// A bed of the night shelter tonight, and one of the 24-hour shelter from a later evening on.
fn tonight_and_later() -> (Given, DateTime) {
    let later = evening(3);
    let reserved = AssignBed { kind: LocationType::Shelter24h, from: Some(moment(3)), ..a_bed() };
    (given([signalled()]).when(a_bed()).by(shelter24()).and(reserved), later)
}

#[test]
fn a_bed_for_a_later_night_leaves_tonights_and_follows_it_when_it_begins() {
    let (given, later) = tonight_and_later();
    let tonight = Night::of(evening(0));
    let places = |path: &CarePath, night: Night, now: DateTime| {
        let (deadlines, directory) = (Deadlines::default(), everybody());
        let guests = path.guests(night, now, &deadlines, &directory);
        guests.map(|guest| guest.facility.to_string()).collect::<Vec<_>>()
    };
    given
        .then(|path| {
            assert_eq!(path.open_stays().count(), 2);
            assert_eq!(places(path, tonight, evening(0)).len(), 1);
            assert_eq!(places(path, Night::of(evening(2)), evening(0)).len(), 1);
            // From then on they are not expected here. The other shelter has no facility in this directory.
            assert_eq!(places(path, Night::of(later), evening(0)), Vec::<String>::new());
            let evenings = path.evenings(&Deadlines::default(), &everybody());
            assert!(evenings.iter().all(|each| each.expected_by >= later || each.bed != BedId(id_of_command(1))));
        })
        .until(later)
        .and(RecordAttendance { status: AttendanceStatus::Present, location_type: None })
        .then(|path| {
            let ended: Vec<_> = path.stays.iter().map(Stay::end_reason).collect();
            assert_eq!(ended, [Some(BedReleaseReason::MovedOn), None]);
        });
}

#[test]
fn a_bed_for_tonight_leaves_one_that_is_still_to_come() {
    let reserved = AssignBed { kind: LocationType::Shelter24h, from: Some(moment(3)), ..a_bed() };
    given([signalled()])
        .by(shelter24())
        .when(reserved)
        .by(night_shelter())
        .and(a_bed())
        .then(|path| assert!(path.stays.iter().all(Stay::is_open)))
        // Nobody is missed in a bed that has not begun.
        .by(shelter24())
        .when(RecordNoShow::default())
        .then_err(StayRefusal::NotExpected);
}

#[test]
fn a_bed_for_tonight_and_one_for_later_stand_beside_each_other_at_one_organisation() {
    let reserved = || AssignBed { from: Some(moment(3)), ..a_bed() };
    let visit = || RecordAttendance { status: AttendanceStatus::Present, location_type: None };
    let attended = |path: &CarePath| path.stays.iter().map(|stay| stay.attended.len()).collect::<Vec<_>>();
    for both in [given([signalled()]).when(reserved()).and(a_bed()), given([signalled()]).when(a_bed()).and(reserved())]
    {
        let tonights = both.path().stays.iter().position(|stay| stay.assigned.from == evening(0)).unwrap();
        both.clone().and(a_bed()).then_err(StayRefusal::AlreadyAssigned);
        both.clone().and(AssignBed { from: Some(moment(4)), ..a_bed() }).then_err(StayRefusal::AlreadyAssigned);
        both.and(visit())
            .then(|path| assert_eq!((path.open_stays().count(), attended(path)[tonights]), (2, 1)))
            .days_later(3)
            .and(visit())
            .then(|path| {
                assert_eq!((path.open_stays().count(), attended(path)), (1, vec![1, 1]));
                assert_eq!(path.stays[tonights].end_reason(), Some(BedReleaseReason::MovedOn));
            });
    }
    // Nobody is missed in tonight's bed once the other has begun.
    let begun = given([signalled()]).when(a_bed()).and(reserved()).days_later(4).and(RecordNoShow::default());
    begun.then(|path| assert_eq!(path.stays.iter().map(|stay| stay.no_shows.len()).collect::<Vec<_>>(), [0, 1]));
}

#[test]
fn on_the_day_on_which_a_later_bed_begins_no_second_one_is_given_for_that_night() {
    let reserved = AssignBed { from: Some(moment(3)), ..a_bed() };
    let afternoon = evening(3) - chrono::TimeDelta::hours(5);
    let booked = || given([signalled()]).when(reserved.clone()).until(afternoon);
    booked().and(a_bed()).then_err(StayRefusal::AlreadyAssigned);
    booked().and(AssignBed { from: Some(moment(3)), ..a_bed() }).then_err(StayRefusal::AlreadyAssigned);
    booked().and(AssignBed { from: Some(moment(4)), ..a_bed() }).then_types(["bed_assigned"]);
}

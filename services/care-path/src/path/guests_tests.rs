use chrono::TimeDelta;

use super::*;
use crate::codes::{BedReleaseReason, LocationType};
use crate::directory::{Asked, Overbook};
use crate::ids::BedId;
use crate::path::intake::RecordIntake;
use crate::path::random::everybody;
use crate::path::stay::{RecordAttendance, RecordNoShow, ReleaseBed};
use crate::path::testing::*;

/// The state of the guest, and whether the place is taken, in the night of an evening, as it is known by then.
fn tonight(given: &Given, day: i64) -> Option<(GuestState, bool)> {
    guest_at(given, Night::of(evening(day)), evening(day))
}

/// The same in a night, as it is known at a time.
fn guest_at(given: &Given, night: Night, now: DateTime) -> Option<(GuestState, bool)> {
    let (deadlines, directory) = (Deadlines::default(), everybody());
    let mut guests = given.path().guests(night, now, &deadlines, &directory);
    guests.next().map(|guest| (guest.state, guest.takes_a_place()))
}

fn present() -> RecordAttendance {
    RecordAttendance { status: AttendanceStatus::Present, location_type: None }
}

fn left() -> RecordAttendance {
    RecordAttendance { status: AttendanceStatus::Left, location_type: None }
}

fn release() -> ReleaseBed {
    ReleaseBed { reason: BedReleaseReason::Ended, explanation: None }
}

const BED: BedId = BedId(id_of_command(0));

#[test]
fn who_has_a_bed_is_expected_every_evening_until_they_came() {
    let bed = given([signalled()]).when(a_bed());
    assert_eq!(tonight(&bed, 0), Some((GuestState::Expected, true)));
    assert_eq!(tonight(&bed, -1), None);
    let came = bed.and(present());
    assert_eq!(tonight(&came, 0), Some((GuestState::Arrived, true)));
    assert_eq!(tonight(&came, 1), Some((GuestState::Expected, true)));
}

#[test]
fn what_was_said_last_counts() {
    let afternoon = Some(evening(0) - TimeDelta::hours(8));
    let bed = || given([signalled()]).happened(afternoon).when(a_bed());
    let there = bed().and(present());
    assert_eq!(tonight(&there, 0), Some((GuestState::Expected, true)), "who was there by day may still not come");
    let there = there.happened(Some(evening(0) - TimeDelta::hours(4))).and(present());
    assert_eq!(tonight(&there, 0), Some((GuestState::Arrived, true)));
    let missed = bed().and(present()).happened(Some(evening(0) + TimeDelta::hours(2))).and(RecordNoShow::default());
    assert_eq!(tonight(&missed, 0), Some((GuestState::NotCome, false)));
    assert_eq!(tonight(&bed().and(left()), 0), Some((GuestState::Expected, true)), "who left by day may still come");
}

#[test]
fn the_night_that_runs_is_told_as_it_stands_at_every_hour_of_it() {
    let night = Night::of(evening(0));
    for minutes in (0..24 * 60).step_by(20) {
        let at = night.noon() + TimeDelta::minutes(minutes);
        let known = |given: &Given| guest_at(given, night, at);
        let bed = given([signalled()]).happened(Some(at)).when(a_bed());
        if at >= night.morning() {
            assert_eq!(known(&bed), None, "{at}: nobody sleeps in a night that is over");
            assert!(guest_at(&bed, Night::of(evening(1)), at).is_some(), "{at}");
            continue;
        }
        assert_eq!(known(&bed), Some((GuestState::Expected, true)), "{at}");
        let came = bed.and(present());
        // Before five in the afternoon it is no evening yet.
        let by_day = minutes < 5 * 60;
        let is_there = if by_day { GuestState::Expected } else { GuestState::Arrived };
        assert_eq!(known(&came), Some((is_there, true)), "{at}");
        let was_there = (!by_day).then_some((GuestState::Left, false));
        assert_eq!(known(&came.and_on(BED, release())), was_there, "{at}");
        let released = given([signalled()]).happened(Some(at)).when(a_bed()).and_on(BED, release());
        assert_eq!(known(&released), None, "{at}");
    }
}

#[test]
fn a_night_that_is_gone_is_told_as_it_was_in_its_morning() {
    let night = Night::of(evening(0));
    let bed = given([signalled()]).when(a_bed()).and(present());
    let left = bed.happened(Some(night.morning() + TimeDelta::hours(1))).and(left());
    assert_eq!(guest_at(&left, night, evening(1)), Some((GuestState::Arrived, true)));
}

#[test]
fn who_was_said_to_be_there_before_they_had_the_bed_is_there_also_where_nobody_said_in_which_part_of_the_house() {
    let walked_in = given([signalled()]).when(present()).hours_later(1).and(a_bed());
    assert_eq!(tonight(&walked_in, 0), Some((GuestState::Arrived, true)));
    let without_a_bed = given([signalled()]).when(present());
    let of_house = |given: &Given| guest_at(given, Night::of(evening(0)), evening(0) + TimeDelta::hours(1));
    assert_eq!(of_house(&without_a_bed), Some((GuestState::Arrived, false)));
}

#[test]
fn who_was_taken_in_tonight_is_there() {
    let taken_in = given([signalled()]).when(a_bed()).and(RecordIntake::default());
    assert_eq!(tonight(&taken_in, 0), Some((GuestState::Arrived, true)));
}

#[test]
fn who_left_keeps_the_bed_until_it_is_released() {
    let gone = given([signalled()]).when(a_bed()).and(present()).and(left());
    assert_eq!(tonight(&gone, 0), Some((GuestState::Left, true)));
    let released = gone.and_on(BED, release());
    assert_eq!(tonight(&released, 0), Some((GuestState::Left, false)));
    let came = given([signalled()]).when(a_bed()).and(present()).and_on(BED, release());
    assert_eq!(tonight(&came, 0), Some((GuestState::Left, false)), "who was there is told, and takes no place");
    assert_eq!(tonight(&came, 1), None);
}

#[test]
fn the_place_of_who_did_not_come_is_free_unless_it_is_held() {
    let no_show = RecordNoShow::default();
    let missed =
        given([signalled()]).when(a_bed()).happened(Some(evening(0) + TimeDelta::hours(2))).and(no_show.clone());
    assert_eq!(tonight(&missed, 0), Some((GuestState::NotCome, false)));
    let held = given([confused()]).when(a_bed()).happened(Some(evening(0) + TimeDelta::hours(2))).and(no_show);
    assert_eq!(tonight(&held, 0), Some((GuestState::Held, true)));
}

#[test]
fn a_bed_is_in_the_facility_that_was_named_or_in_the_only_one_of_its_kind() {
    let directory = everybody();
    let named = given([signalled()]).when(a_bed());
    assert_eq!(named.path().sleeps_in(&directory).map(ToString::to_string).collect::<Vec<_>>(), ["beds"]);
    let elsewhere = given([signalled()]).by(shelter24()).when(a_bed());
    assert_eq!(elsewhere.path().sleeps_in(&directory).count(), 0);
}

#[test]
fn a_place_is_full_where_all_that_suit_are_and_not_where_nobody_said_how_many_there_are() {
    let asked = Asked { night: Some(Night::of(evening(0))), facilities: vec!["beds".parse().unwrap()] };
    let full = |directory: &Directory, count| asked.is_full(directory, |_, _| count);
    let unknown = everybody();
    assert!(!full(&unknown, 500));
    let two = with_places(2);
    assert_eq!([1, 2, 3].map(|count| full(&two, count)), [false, true, true]);
    assert!(!Asked { night: None, ..asked.clone() }.is_full(&two, |_, _| 9), "a night that is over");
    assert!(!Asked { facilities: vec![], ..asked.clone() }.is_full(&two, |_, _| 9));
}

/// The night shelters have so many places.
fn with_places(places: u16) -> Directory {
    use crate::directory::Capacity;
    let with = |mut each: crate::directory::Organisation| {
        for facility in &mut each.facilities {
            let capacity = Capacity { places, why: None };
            facility.capacities.insert(chrono::NaiveDate::default(), capacity);
        }
        each
    };
    everybody().all().cloned().map(with).collect()
}

#[test]
fn an_overbooking_says_why() {
    let overbook = Overbook { reason: "it freezes tonight".parse().unwrap() };
    let bed = crate::path::stay::AssignBed { overbook: Some(overbook), ..a_bed() };
    // Nothing is full here: the reason is not needed, and not recorded.
    given([signalled()]).when(bed).then(|path| {
        assert!(path.open_stays().all(|stay| stay.assigned.overbooked.is_none()));
    });
}

#[test]
fn whose_time_is_over_is_not_expected_and_keeps_the_place_until_it_is_given_up() {
    let until = |hours| {
        let until = Some((evening(1) - TimeDelta::hours(hours)).try_into().unwrap());
        given([signalled()]).when(crate::path::stay::AssignBed { until, ..a_bed() })
    };
    let morning = until(12);
    assert_eq!(tonight(&morning, 0), Some((GuestState::Expected, true)));
    assert_eq!(tonight(&morning, 1), Some((GuestState::Leaves, true)));
    assert_eq!(
        tonight(&until(1), 1),
        Some((GuestState::Leaves, true)),
        "nobody sleeps there until nine in the evening"
    );
    assert_eq!(tonight(&until(-10), 1), Some((GuestState::Expected, true)), "the next morning");
    let there = morning.clone().days_later(1).and(present());
    assert_eq!(tonight(&there, 1), Some((GuestState::Arrived, true)));
    let asks = morning.clone().and(an_exception_request());
    assert_eq!(tonight(&asks, 1), Some((GuestState::Expected, true)), "until somebody decides");
    assert_eq!(tonight(&morning.and_on(BED, release()), 1), None);
}

#[test]
fn who_waits_at_the_door_is_told_that_others_ended_a_bed_that_night() {
    use crate::codes::CloseReason;
    use crate::path::case::{CloseCase, RecordDeath};
    let bed = || given([signalled()]).when(a_bed()).by(coordinator());
    let closed = bed().and(CloseCase { reason: CloseReason::Housed, explanation: None });
    assert_eq!(tonight(&closed, 0), Some((GuestState::NoBed, false)));
    assert_eq!(tonight(&closed, 1), None);
    assert_eq!(tonight(&bed().and(RecordDeath::default()), 0), Some((GuestState::NoBed, false)));
    assert_eq!(tonight(&bed().and_on(BED, release()), 0), Some((GuestState::NoBed, false)));
    assert_eq!(tonight(&bed().by(shelter24()).and(a_bed()), 0), Some((GuestState::NoBed, false)));
    // Who released it themselves knows.
    assert_eq!(tonight(&bed().by(night_shelter()).and_on(BED, release()), 0), None);
}

#[test]
fn who_is_in_the_house_without_a_bed_is_told_to_be_there() {
    use crate::codes::CloseReason;
    use crate::path::case::CloseCase;
    let closed = given([signalled()]).when(a_bed()).by(coordinator());
    let closed =
        closed.and(CloseCase { reason: CloseReason::Housed, explanation: None }).by(night_shelter()).hours_later(1);
    let now = evening(0) + TimeDelta::hours(1);
    let came = |given: &Given| guest_at(given, Night::of(now), now);
    assert_eq!(came(&closed), Some((GuestState::NoBed, false)));
    assert_eq!(came(&closed.clone().and(present())), Some((GuestState::Arrived, false)));
    let released = given([signalled()]).when(a_bed()).and_on(BED, release()).hours_later(1).and(present());
    assert_eq!(came(&released), Some((GuestState::Arrived, false)));
    let gone = released.hours_later(1).and(left());
    assert_eq!(guest_at(&gone, Night::of(now), now + TimeDelta::hours(1)), Some((GuestState::Left, false)));
}

#[test]
fn who_is_in_the_house_and_never_had_a_bed_there_is_on_the_list_and_takes_no_place() {
    let there = |status| RecordAttendance { status, location_type: Some(LocationType::NightShelterEu) };
    let came = || given([signalled()]).when(RecordIntake::default()).and(there(AttendanceStatus::Present));
    assert_eq!(tonight(&came(), 0), Some((GuestState::Arrived, false)));
    assert_eq!([-1, 1].map(|day| tonight(&came(), day)), [None, None]);
    let gone = came().hours_later(1).and(there(AttendanceStatus::Left));
    let now = evening(0) + TimeDelta::hours(1);
    assert_eq!(guest_at(&gone, Night::of(now), now), Some((GuestState::Left, false)));
    let by_day = given([signalled()]).happened(Some(evening(0) - TimeDelta::hours(6)));
    assert_eq!(tonight(&by_day.when(there(AttendanceStatus::Present)), 0), None, "who came by day alone");
    // They are given a bed, and are there once, in it.
    let bed = came().hours_later(1).and(a_bed());
    let (deadlines, directory) = (Deadlines::default(), everybody());
    let guests = bed.path().guests(Night::of(now), now, &deadlines, &directory);
    let states: Vec<_> = guests.map(|guest| (guest.state, guest.takes_a_place())).collect();
    assert_eq!(states, [(GuestState::Arrived, true)]);
    bed.and(RecordNoShow::default()).then_err(crate::path::stay::StayRefusal::NotExpected);
    came().and(RecordNoShow::default()).then_err(crate::path::stay::StayRefusal::NoOpenStay);
    // A place without beds has no list.
    let dropped_in = RecordAttendance { status: AttendanceStatus::Present, location_type: Some(LocationType::DropIn) };
    assert_eq!(tonight(&given([signalled()]).when(dropped_in), 0), None);
}

#[test]
fn what_ended_a_bed_is_taken_back_and_who_came_meanwhile_is_there() {
    use crate::codes::{CloseReason, RetractReason};
    use crate::path::case::CloseCase;
    use crate::path::correction::RetractEntry;
    let closed = given([signalled()]).when(a_bed()).by(coordinator());
    let closed = closed.and(CloseCase { reason: CloseReason::Housed, explanation: None });
    let mistake = closed.last_id();
    let came = closed.hours_later(1).by(night_shelter()).and(present()).by(coordinator());
    let retract = RetractEntry { reason: RetractReason::WrongPerson, explanation: None };
    let back = came.hours_later(1).and_on(mistake, retract);
    let now = evening(0) + TimeDelta::hours(2);
    assert_eq!(guest_at(&back, Night::of(now), now), Some((GuestState::Arrived, true)));
    back.by(night_shelter()).and(RecordNoShow::default()).then_err(crate::path::stay::StayRefusal::NotExpected);
}

#[test]
fn who_is_out_of_sight_by_the_time_is_not_expected_and_that_night_is_told_so_afterwards() {
    use crate::path::lost::MarkOutOfSight;
    let lost =
        given([signalled()]).when(a_bed()).happened(Some(evening(0) + TimeDelta::hours(3))).and(MarkOutOfSight {});
    let night = Night::of(evening(0));
    // At midnight, by when people come there at eleven.
    assert_eq!(guest_at(&lost, night, evening(0) + TimeDelta::hours(4)), Some((GuestState::NotCome, false)));
    assert_eq!(guest_at(&lost, night, evening(2)), Some((GuestState::NotCome, false)));
    assert_eq!(guest_at(&lost, Night::of(evening(1)), evening(2)), Some((GuestState::NotCome, false)));
}

#[test]
fn who_gets_another_bed_there_the_same_evening_is_in_once() {
    let again = given([signalled()]).when(a_bed()).and(present()).hours_later(1).and_on(BED, release());
    let again = again.hours_later(1).and(a_bed()).and(RecordIntake::default()).and(present());
    let (deadlines, directory) = (Deadlines::default(), everybody());
    let guests = again.path().guests(Night::of(evening(0)), again.now(), &deadlines, &directory);
    let states: Vec<_> = guests.map(|guest| (guest.state, guest.takes_a_place())).collect();
    assert_eq!(states, [(GuestState::Left, false), (GuestState::Arrived, true)]);
}

#[test]
fn a_past_night_goes_by_the_episode_of_that_night() {
    use crate::path::lost::MarkOutOfSight;
    let lost = given([signalled()]).when(a_bed()).and(MarkOutOfSight {});
    let again = lost.days_later(3).and(present()).days_later(2).and(MarkOutOfSight {});
    let of = |day: i64| guest_at(&again, Night::of(evening(day)), evening(6)).map(|(state, _)| state);
    assert_eq!(
        [1, 2, 4, 5].map(of),
        [GuestState::NotCome, GuestState::NotCome, GuestState::Expected, GuestState::NotCome].map(Some)
    );
}

#[test]
fn a_place_whose_time_ends_today_is_taken_until_somebody_gives_the_bed_up() {
    let until = Some((evening(1) - TimeDelta::hours(11)).try_into().unwrap());
    let stay = given([signalled()]).when(crate::path::stay::AssignBed { until, ..a_bed() });
    let tomorrow = Night::of(evening(1));
    // At ten in the morning, before its end at eleven, and at noon.
    for now in [evening(1) - TimeDelta::hours(12), evening(1) - TimeDelta::hours(9)] {
        assert_eq!(guest_at(&stay, tomorrow, now), Some((GuestState::Leaves, true)), "{now}");
    }
    assert_eq!(guest_at(&stay, tomorrow, evening(0)), None, "of a later night the end counts");
}

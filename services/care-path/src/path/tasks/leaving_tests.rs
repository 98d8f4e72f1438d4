use super::super::testing::*;
use crate::codes::{CloseReason, DischargeEndReason, LocationType, TaskKind, TurnAwayReason};
use crate::ids::DischargeId;
use crate::path::case::{AddNote, CloseCase, RecordDeath, ReopenCase};
use crate::path::discharge::{AnnounceDischarge, CallOffDischarge, ReportDischarge};
use crate::path::intake::{RecordIntake, TurnAway};
use crate::path::testing::*;

use TaskKind::{FollowUpDischarge, PlanDischarge, PrepareArrival};

const FIRST: DischargeId = DischargeId(id_of_command(0));

/// For the second evening.
fn announced_to(to: Option<&str>, destination: LocationType) -> Given {
    let to = to.map(|to| to.parse().unwrap());
    let expected_at = moment(2);
    let announce = AnnounceDischarge { from: None, destination, to, expected_at, care_needs: None };
    given([signalled()]).by(hospital()).when(announce)
}

fn to_the_shelter() -> Given {
    announced_to(Some("night-shelter-rotterdam"), LocationType::NightShelterEu)
}

fn the_shelter() -> super::Addressee {
    organisation("night-shelter-rotterdam")
}

fn note() -> AddNote {
    AddNote { text: "called the ward".parse().unwrap() }
}

#[test]
fn a_place_that_is_warned_prepares_by_when_the_person_is_expected() {
    to_the_shelter().waits(0, PrepareArrival, [the_shelter()], evening(2)).waits_not(PlanDischarge);
    to_the_shelter().by(night_shelter()).and(a_bed()).waits_not(PrepareArrival);
    to_the_shelter().by(night_shelter()).and(note()).waits_not(PrepareArrival);
    // Who prepared is not asked again when the person is discharged.
    let discharge = ReportDischarge {
        from: None,
        destination: LocationType::NightShelterEu,
        to: Some("night-shelter-rotterdam".parse().unwrap()),
        warned: false,
        letter_received: true,
        findings: None,
    };
    let prepared = to_the_shelter().by(night_shelter()).and(a_bed()).days_later(2).by(hospital());
    prepared.and(discharge.clone()).waits_not(PrepareArrival);
    let unprepared = to_the_shelter().days_later(2).and(discharge);
    unprepared.then(|path| assert!(waiting(path, 2).iter().any(|task| task.kind == PrepareArrival)));
}

#[test]
fn a_discharge_to_the_street_or_to_no_known_place_is_planned_before_it_happens() {
    let asked = || [street_doctors(), the_coordinator()];
    for destination in [LocationType::Street, LocationType::NightShelterEu] {
        let nowhere = || announced_to(None, destination);
        nowhere().waits(0, PlanDischarge, asked(), evening(2)).waits_not(PrepareArrival);
        nowhere().by(coordinator()).and(note()).waits_not(PlanDischarge);
        nowhere().by(night_shelter()).and(a_bed()).waits_not(PlanDischarge);
        nowhere().by(night_shelter()).and(a_referral()).waits_not(PlanDischarge);
        nowhere().and(RecordDeath::default()).waits_not(PlanDischarge);
    }
}

#[test]
fn so_is_one_to_a_place_that_has_no_room() {
    let full = TurnAway { reason: TurnAwayReason::Full, offering: None, facility: None, persons: None };
    let full = to_the_shelter().by(night_shelter()).and(full);
    full.waits(0, PlanDischarge, [street_doctors(), the_coordinator()], evening(2));
}

#[test]
fn a_discharge_that_nobody_followed_up_is_asked_about_and_at_last_the_coordinator_is() {
    let hospital_and_coordinator = || [organisation("hospital-rotterdam"), the_coordinator()];
    to_the_shelter()
        .then(|path| assert!(waiting(path, 1).iter().all(|task| task.kind != FollowUpDischarge)))
        .waits(2, FollowUpDischarge, hospital_and_coordinator(), evening(3))
        .days_later(5)
        .by(crate::Principal::baken())
        .and_on(FIRST, CallOffDischarge { reason: DischargeEndReason::NotFollowedUp, explanation: None })
        .waits(5, FollowUpDischarge, [the_coordinator()], evening(6))
        .by(coordinator())
        .and(note())
        .waits_not(FollowUpDischarge);
    to_the_shelter().days_later(2).by(night_shelter()).and(RecordIntake::default()).waits_not(FollowUpDischarge);
}

#[test]
fn a_discharge_that_was_called_off_is_the_coordinators_to_see_to_and_no_longer_the_shelters() {
    let stays = || CallOffDischarge { reason: DischargeEndReason::Stays, explanation: None };
    to_the_shelter()
        .and_on(FIRST, stays())
        .waits(0, FollowUpDischarge, [the_coordinator()], evening(1))
        .waits_not(PrepareArrival)
        .by(coordinator())
        .and(note())
        .waits_not(FollowUpDischarge);
    let in_error = CallOffDischarge { reason: DischargeEndReason::AnnouncedInError, explanation: None };
    to_the_shelter().and_on(FIRST, in_error).waits_not(FollowUpDischarge);
}

#[test]
fn a_discharge_that_ended_with_a_case_is_asked_about_once_the_case_is_open_again() {
    let close = CloseCase { reason: CloseReason::Other, explanation: Some("the wrong person".parse().unwrap()) };
    let closed = to_the_shelter().by(coordinator()).and(close).waits_not(FollowUpDischarge);
    let open = closed.hours_later(1).and(ReopenCase::default());
    open.then(|path| {
        let asked = waiting(path, 1).into_iter().find(|task| task.kind == FollowUpDischarge);
        assert!(asked.is_some_and(|task| task.addressee == the_coordinator()));
    });
}

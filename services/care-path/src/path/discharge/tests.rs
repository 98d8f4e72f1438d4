use super::super::testing::*;
use super::*;
use crate::codes::{CloseReason, DischargeEndReason as Reason, RetractReason};
use crate::deadlines::Deadlines;
use crate::ids::EventId;
use crate::path::case::{CloseCase, RecordDeath};
use crate::path::correction::RetractEntry;
use crate::path::timers::TimerKind;
use uuid::Uuid;

fn discharge(warned: bool) -> ReportDischarge {
    ReportDischarge {
        from: Some("hospital-rotterdam".parse().unwrap()),
        destination: LocationType::NightShelterEu,
        to: None,
        warned,
        letter_received: false,
        findings: None,
    }
}

#[test]
fn arriving_without_a_warning_is_an_unsafe_discharge() {
    given([signalled()]).when(discharge(false)).then(|path| assert!(path.discharges[0].is_unsafe()));
    given([signalled()]).when(discharge(true)).then(|path| assert!(!path.discharges[0].is_unsafe()));
}

#[test]
fn a_discharge_from_an_unknown_hospital_is_refused_by_field() {
    let command = ReportDischarge { from: Some("nowhere".parse().unwrap()), ..discharge(true) };
    given([signalled()]).when(command).then_field("from");
}

const FIRST: DischargeId = DischargeId(id_of_command(0));

fn shelter() -> OrgId {
    "night-shelter-rotterdam".parse().unwrap()
}

/// Announced to the night shelter, for the next evening.
fn announcement() -> AnnounceDischarge {
    AnnounceDischarge {
        from: None,
        destination: LocationType::NightShelterEu,
        to: Some(shelter()),
        expected_at: moment(1),
        care_needs: Some("a lower bunk".parse().unwrap()),
    }
}

fn announced() -> Given {
    given([signalled()]).by(hospital()).when(announcement())
}

/// Why the first announced discharge does not come about.
fn called_off(path: &CarePath) -> Option<Reason> {
    path.announced[0].called_off().map(|(_, reason)| reason)
}

fn stay_in_hospital() -> CallOffDischarge {
    CallOffDischarge { reason: Reason::Stays, explanation: None }
}

#[test]
fn a_discharge_that_was_announced_to_where_the_person_went_counts_as_warned() {
    let left = |to: Option<&str>, destination| ReportDischarge {
        from: Some("hospital-rotterdam".parse().unwrap()),
        destination,
        to: to.map(|to| to.parse().unwrap()),
        ..discharge(false)
    };
    let is_safe = |path: &CarePath| {
        !path.discharges[0].is_unsafe() && path.announced[0].outcome == Some(announced::Outcome::CameAbout)
    };
    let there = || left(Some("night-shelter-rotterdam"), LocationType::NightShelterEu);
    announced().a_day_later().and(there()).then(|path| assert!(is_safe(path)));
    // The shelter says that the person came, and does not remember the warning.
    let arrived = left(None, LocationType::NightShelterEu);
    announced().a_day_later().by(night_shelter()).and(arrived).then(|path| assert!(is_safe(path)));
    let elsewhere = || left(Some("shelter24-rotterdam"), LocationType::Shelter24h);
    announced().a_day_later().and(elsewhere()).then(|path| {
        assert!(path.discharges[0].is_unsafe());
        assert_eq!(called_off(path), Some(Reason::OtherDestination));
    });
    // Nobody was warned in time by what was told after the arrival.
    given([signalled()]).by(hospital()).when(announcement()).a_day_earlier().and(there()).then(|path| {
        assert!(path.discharges[0].is_unsafe());
    });
    let to_the_street = AnnounceDischarge { to: None, destination: LocationType::Street, ..announcement() };
    let street = given([signalled()]).by(hospital()).when(to_the_street).a_day_later();
    street.and(left(None, LocationType::Street)).then(|path| assert!(path.discharges[0].is_unsafe()));
}

#[test]
fn a_hospital_announces_its_own_discharges_to_who_takes_people_in_and_in_time() {
    let refused = |command: AnnounceDischarge| given([signalled()]).by(hospital()).when(command);
    refused(AnnounceDischarge { expected_at: moment(-1), ..announcement() }).then_field("expected_at");
    refused(AnnounceDischarge { expected_at: moment(93), ..announcement() }).then_field("expected_at");
    refused(AnnounceDischarge { destination: LocationType::Forest, ..announcement() }).then_field("to");
    for to in ["police-rotterdam", "municipality-rotterdam", "embassy-pl", "hospital-rotterdam", "nowhere"] {
        refused(AnnounceDischarge { to: Some(to.parse().unwrap()), ..announcement() }).then_field("to");
    }
    given([signalled()]).when(announcement()).then_field("from");
    let from = Some("hospital-rotterdam".parse().unwrap());
    given([signalled()])
        .by(street_doctor())
        .when(AnnounceDischarge { from: from.clone(), ..announcement() })
        .then_not_yours();
    given([signalled()])
        .by(coordinator())
        .when(AnnounceDischarge { from, ..announcement() })
        .then_types(["discharge_announced"]);
}

#[test]
fn whom_a_hospital_announces_is_in_sight_and_the_case_is_open() {
    let lost = given([signalled()]).when(a_lookout()).by(hospital());
    lost.and(announcement()).then(|path| assert!(!path.is_out_of_sight()));
    let closed = given([signalled(), closed(CloseReason::Housed)]).by(hospital());
    closed.when(announcement()).then_types(["discharge_announced", "case_reopened"]);
}

#[test]
fn an_announced_discharge_is_called_off_once_by_the_hospital_or_the_coordinator() {
    announced().and_on(FIRST, stay_in_hospital()).then(|path| assert_eq!(called_off(path), Some(Reason::Stays)));
    announced().by(coordinator()).and_on(FIRST, stay_in_hospital()).then_types(["discharge_called_off"]);
    announced().by(night_shelter()).and_on(FIRST, stay_in_hospital()).then_not_yours();
    let twice = announced().and_on(FIRST, stay_in_hospital()).and_on(FIRST, stay_in_hospital());
    twice.then_err(DischargeRefusal::Ended);
    given([signalled()]).by(hospital()).when_on(FIRST, stay_in_hospital()).then_err(DischargeRefusal::Unknown);
    for reason in [Reason::AnnouncedAnew, Reason::NotFollowedUp, Reason::CaseClosed, Reason::Died] {
        announced().and_on(FIRST, CallOffDischarge { reason, explanation: None }).then_field("reason");
    }
}

/// Each of these ends an announced discharge, and Baken tells the place that was warned.
#[test]
fn endings_end_an_announced_discharge_and_baken_says_so_once() {
    let close = CloseCase { reason: CloseReason::Housed, explanation: None };
    let retract = RetractEntry { reason: RetractReason::WrongPerson, explanation: None };
    let entry = EventId(Uuid::from_u128(0x9002));
    for (ended, reason) in [
        (announced().by(coordinator()).and(close), Reason::CaseClosed),
        (announced().and(RecordDeath::default()), Reason::Died),
        (announced().and(announcement()), Reason::AnnouncedAnew),
        (announced().and_on(entry, retract), Reason::AnnouncedInError),
        (announced().days_later(4), Reason::NotFollowedUp),
    ] {
        let due = |path: &CarePath| {
            let timers = path.timers(&Deadlines::default(), &directory());
            timers.into_iter().any(|timer| timer.what == TimerKind::DischargeEnds(FIRST) && timer.due <= evening(4))
        };
        ended
            .then(|path| assert!(due(path), "{reason}"))
            .by(crate::Principal::baken())
            .and_on(FIRST, stay_in_hospital())
            .then_types(["discharge_called_off"])
            .then(|path| {
                assert_eq!(called_off(path), Some(reason));
                assert!(!due(path), "{reason} is told again");
            })
            .and_on(FIRST, stay_in_hospital())
            .then_err(DischargeRefusal::NotOver);
    }
    let too_early = announced().by(crate::Principal::baken()).and_on(FIRST, stay_in_hospital());
    too_early.then_err(DischargeRefusal::NotOver);
}

use super::super::testing::*;
use crate::codes::{BedReleaseReason, IncidentKind, LocationType, Problem, Severity, TaskKind, TaskStake, Urgency};
use crate::ids::BedId;
use crate::path::case::AddNote;
use crate::path::discharge::ReportDischarge;
use crate::path::incident::ObserveIncident;
use crate::path::intake::RecordIntake;
use crate::path::lost::MarkOutOfSight;
use crate::path::signal::ReportSignal;
use crate::path::stay::{AssignBed, RecordAttendance, ReleaseBed};
use crate::path::testing::*;

use TaskKind::{
    HeadInjuryScreen, PartiesMeeting, ReviewUnsafeDischarge, SendDischargeLetter, StreetDoctorVisit, SuitabilityReview,
};

fn note() -> AddNote {
    AddNote { text: "called the ward".parse().unwrap() }
}

fn a_bed_of(kind: LocationType) -> AssignBed {
    AssignBed { kind, ..a_bed() }
}

fn lost_at_night() -> ObserveIncident {
    ObserveIncident { kind: IncidentKind::LostAtNight, severity: Severity::Medium, description: None }
}

fn suspicion() -> RecordIntake {
    RecordIntake { head_injury_suspected: Some(true), ..RecordIntake::default() }
}

fn discharge(warned: bool, letter_received: bool) -> ReportDischarge {
    ReportDischarge {
        from: Some("hospital-rotterdam".parse().unwrap()),
        destination: LocationType::NightShelterEu,
        to: None,
        warned,
        letter_received,
        findings: None,
    }
}

fn a_visit() -> RecordAttendance {
    RecordAttendance { status: crate::codes::AttendanceStatus::Present, location_type: None }
}

#[test]
fn a_medical_problem_asks_for_a_doctor_within_a_day() {
    given([confused()]).waits(0, StreetDoctorVisit, [street_doctors(), the_coordinator()], evening(1));
}

#[test]
fn urgency_asks_for_a_doctor_and_a_problem_of_another_kind_does_not() {
    let signal = |urgency, problem| ReportSignal { urgency: Some(urgency), problems: [problem].into(), ..a_signal() };
    given([]).when(signal(Urgency::Urgent, Problem::Uninsured)).waits(
        0,
        StreetDoctorVisit,
        [street_doctors(), the_coordinator()],
        evening(1),
    );
    given([]).when(signal(Urgency::Soon, Problem::Uninsured)).waits_not(StreetDoctorVisit);
}

/// An hour after the evening of the test.
fn at_once() -> crate::time::DateTime {
    evening(0) + chrono::TimeDelta::hours(1)
}

#[test]
fn somebody_who_is_hurt_is_seen_within_the_hour_whoever_says_so() {
    let signal = |urgency, problem| ReportSignal { urgency, problems: [problem].into(), ..a_signal() };
    let asked = || [street_doctors(), the_coordinator()];
    for (urgency, problem) in [(None, Problem::Injury), (Some(Urgency::Immediate), Problem::Uninsured)] {
        let hurt = given([]).by(police()).when(signal(urgency, problem));
        hurt.waits(0, StreetDoctorVisit, asked(), at_once()).then(|path| {
            let tasks = waiting(path, 0);
            let visits = tasks.iter().filter(|task| task.kind == StreetDoctorVisit);
            assert!(visits.clone().count() == 2 && visits.clone().all(|task| task.stake == TaskStake::Danger));
        });
    }
    let met = crate::path::signal::RecordContact { problems: [Problem::Injury].into(), ..a_contact() };
    given([signalled()]).when(met).waits(0, StreetDoctorVisit, asked(), at_once());
    for kind in [IncidentKind::Collapse, IncidentKind::SelfHarm] {
        let incident = ObserveIncident { kind, severity: Severity::High, description: None };
        given([signalled()]).when(incident).waits(0, StreetDoctorVisit, asked(), at_once());
    }
}

#[test]
fn confusion_that_was_met_or_observed_asks_for_a_doctor_as_one_that_was_signalled_does() {
    let asked = || [street_doctors(), the_coordinator()];
    let met = crate::path::signal::RecordContact { problems: [Problem::ConfusedBehaviour].into(), ..a_contact() };
    given([signalled()]).when(met).waits(0, StreetDoctorVisit, asked(), evening(1));
    let confusion = ObserveIncident { kind: IncidentKind::Confusion, severity: Severity::Low, description: None };
    given([signalled()]).when(confusion).waits(0, StreetDoctorVisit, asked(), evening(1));
}

#[test]
fn an_injury_does_not_wait_behind_an_older_call_for_a_doctor() {
    let hurt = ReportSignal { problems: [Problem::Injury].into(), ..a_signal() };
    given([confused()]).when(hurt).waits(0, StreetDoctorVisit, [street_doctors(), the_coordinator()], at_once());
}

#[test]
fn an_intake_with_a_medical_problem_asks_for_a_doctor_unless_it_was_a_care_providers() {
    let intake = || RecordIntake { problems: [Problem::UntreatedPhysical].into(), ..RecordIntake::default() };
    given([signalled()]).when(intake()).waits(0, StreetDoctorVisit, [street_doctors(), the_coordinator()], evening(1));
    given([signalled()]).by(street_doctor()).when(intake()).waits_not(StreetDoctorVisit);
}

#[test]
fn an_emergency_bed_asks_for_a_doctor_and_another_bed_does_not() {
    given([signalled()]).when(a_bed_of(LocationType::EmergencyBed)).waits(
        0,
        StreetDoctorVisit,
        [street_doctors(), the_coordinator()],
        evening(1),
    );
    given([signalled()]).when(a_bed()).waits_not(StreetDoctorVisit);
}

#[test]
fn a_care_provider_who_met_the_person_has_visited_and_nobody_else_has() {
    given([confused()])
        .when(a_contact())
        .waits(0, StreetDoctorVisit, [street_doctors(), the_coordinator()], evening(1))
        .by(street_doctor())
        .and(a_contact())
        .waits_not(StreetDoctorVisit);
    given([confused()]).by(street_doctor()).when(a_visit()).waits_not(StreetDoctorVisit);
}

#[test]
fn a_visit_stays_a_visit_when_others_meet_the_person_later() {
    given([confused()])
        .by(street_doctor())
        .when(a_visit())
        .by(night_shelter())
        .a_day_later()
        .and(a_contact())
        .waits_not(StreetDoctorVisit);
}

#[test]
fn a_visit_from_before_the_signal_is_none() {
    given([confused()]).by(street_doctor()).a_day_earlier().when(a_contact()).waits(
        0,
        StreetDoctorVisit,
        [street_doctors(), the_coordinator()],
        evening(1),
    );
}

#[test]
fn the_oldest_call_for_a_doctor_sets_the_term_and_a_new_one_after_a_visit_begins_again() {
    let urgent = || ReportSignal { urgency: Some(Urgency::Urgent), ..a_signal() };
    given([confused()])
        .a_day_later()
        .when(urgent())
        .waits(1, StreetDoctorVisit, [street_doctors(), the_coordinator()], evening(1))
        .by(street_doctor())
        .and(a_contact())
        .waits_not(StreetDoctorVisit)
        .by(police())
        .a_day_later()
        .and(urgent())
        .waits(2, StreetDoctorVisit, [street_doctors(), the_coordinator()], evening(3));
}

#[test]
fn a_possible_head_injury_is_screened_by_a_care_provider() {
    given([signalled()])
        .when(suspicion())
        .waits(0, HeadInjuryScreen, [street_doctors(), the_coordinator()], evening(1))
        .and(a_contact())
        .waits(0, HeadInjuryScreen, [street_doctors(), the_coordinator()], evening(1))
        .by(street_doctor())
        .and(a_contact())
        .waits_not(HeadInjuryScreen);
    let unsuspected = RecordIntake { head_injury_suspected: Some(false), ..RecordIntake::default() };
    given([signalled()]).when(unsuspected).waits_not(HeadInjuryScreen);
}

#[test]
fn a_care_provider_who_suspects_a_head_injury_has_not_screened_it_yet() {
    given([signalled()]).by(street_doctor()).when(suspicion()).waits(
        0,
        HeadInjuryScreen,
        [street_doctors(), the_coordinator()],
        evening(1),
    );
}

#[test]
fn two_bad_nights_in_one_ask_whether_the_place_suits_until_another_kind_of_bed_is_given() {
    given([signalled()])
        .when(a_bed())
        .and(lost_at_night())
        .waits_not(SuitabilityReview)
        .and(lost_at_night())
        .waits(0, SuitabilityReview, [the_coordinator()], evening(1))
        .and_on(BedId(id_of_command(0)), ReleaseBed { reason: BedReleaseReason::MovedOn, explanation: None })
        .and(a_bed())
        .waits(0, SuitabilityReview, [the_coordinator()], evening(1))
        .by(shelter24())
        .and(a_bed_of(LocationType::Shelter24h))
        .waits_not(SuitabilityReview);
}

#[test]
fn a_coordinators_note_reviews_the_place_and_another_note_does_not() {
    given([signalled()])
        .by(coordinator())
        .when(note())
        .by(night_shelter())
        .and(lost_at_night())
        .and(lost_at_night())
        .and(note())
        .waits(0, SuitabilityReview, [the_coordinator()], evening(1))
        .by(coordinator())
        .and(note())
        .waits_not(SuitabilityReview)
        .by(night_shelter())
        .and(lost_at_night())
        .waits_not(SuitabilityReview);
}

#[test]
fn another_bad_night_does_not_put_off_a_review_that_is_due() {
    given([signalled()])
        .when(lost_at_night())
        .and(lost_at_night())
        .a_day_later()
        .and(lost_at_night())
        .and(lost_at_night())
        .waits(1, SuitabilityReview, [the_coordinator()], evening(1))
        .by(coordinator())
        .and(note())
        .by(night_shelter())
        .a_day_later()
        .and(lost_at_night())
        .and(lost_at_night())
        .waits(2, SuitabilityReview, [the_coordinator()], evening(3));
}

#[test]
fn an_unsafe_discharge_is_reviewed_by_the_coordinator_and_a_safe_one_is_not() {
    given([signalled()])
        .when(discharge(false, false))
        .waits(0, ReviewUnsafeDischarge, [the_coordinator()], evening(1))
        .by(coordinator())
        .and(note())
        .waits_not(ReviewUnsafeDischarge);
    given([signalled()]).when(discharge(true, false)).waits_not(ReviewUnsafeDischarge).waits_not(SendDischargeLetter);
}

#[test]
fn the_hospital_that_reported_an_unsafe_discharge_owes_its_letter() {
    given([signalled()]).by(hospital()).when(discharge(false, false)).waits(
        0,
        SendDischargeLetter,
        [organisation("hospital-rotterdam")],
        evening(1),
    );
    given([signalled()]).by(hospital()).when(discharge(false, true)).waits_not(SendDischargeLetter);
}

#[test]
fn a_hospital_that_cannot_know_is_asked_by_the_coordinator() {
    given([signalled()]).when(discharge(false, false)).waits(0, SendDischargeLetter, [the_coordinator()], evening(1));
    given([signalled()])
        .by(hospital())
        .when(RecordIntake::default())
        .by(night_shelter())
        .and(discharge(false, false))
        .waits(0, SendDischargeLetter, [organisation("hospital-rotterdam")], evening(1));
}

#[test]
fn the_letter_came_when_a_later_record_says_so_and_that_record_is_no_second_discharge() {
    given([signalled()])
        .by(hospital())
        .when(discharge(false, false))
        .by(coordinator())
        .and(note())
        .by(night_shelter())
        .and(discharge(false, true))
        .waits_not(SendDischargeLetter)
        .waits_not(ReviewUnsafeDischarge)
        .and(discharge(false, true))
        .waits(0, ReviewUnsafeDischarge, [the_coordinator()], evening(1));
}

#[test]
fn the_letter_for_one_discharge_is_not_that_for_another() {
    let elsewhere =
        || ReportDischarge { from: Some("street-doctor-rotterdam".parse().unwrap()), ..discharge(true, true) };
    let owes = |case: Given| case.waits(0, SendDischargeLetter, [organisation("hospital-rotterdam")], evening(1));
    let owing = || given([signalled()]).by(hospital()).when(discharge(false, true)).and(discharge(false, false));
    owes(owing());
    owes(owing().and(elsewhere()));
    owing()
        .and(elsewhere())
        .by(coordinator())
        .and(note())
        .and(discharge(false, true))
        .waits_not(SendDischargeLetter)
        .waits_not(ReviewUnsafeDischarge);
}

#[test]
fn a_second_unsafe_discharge_is_reviewed_like_the_first() {
    given([signalled()])
        .when(discharge(false, false))
        .by(coordinator())
        .and(note())
        .a_day_later()
        .and(discharge(false, false))
        .waits(1, ReviewUnsafeDischarge, [the_coordinator()], evening(2));
}

#[test]
fn a_note_of_the_hospital_says_that_the_letter_went_and_a_note_of_others_does_not() {
    given([signalled()])
        .by(hospital())
        .when(note())
        .and(discharge(false, false))
        .by(night_shelter())
        .and(note())
        .waits(0, SendDischargeLetter, [organisation("hospital-rotterdam")], evening(1))
        .by(hospital())
        .and(note())
        .waits_not(SendDischargeLetter);
}

#[test]
fn two_discharges_from_one_hospital_ask_for_its_letter_once() {
    given([signalled()]).by(hospital()).when(discharge(false, false)).a_day_later().and(discharge(false, false)).waits(
        1,
        SendDischargeLetter,
        [organisation("hospital-rotterdam")],
        evening(1),
    );
}

#[test]
fn the_parties_meet_once_somebody_lost_came_out_of_hospital_and_has_a_bed() {
    given([signalled()])
        .when(MarkOutOfSight {})
        .a_day_later()
        .and(discharge(false, false))
        .waits_not(PartiesMeeting)
        .a_day_later()
        .and(a_bed())
        .waits(2, PartiesMeeting, [the_coordinator()], evening(3))
        .and(note())
        .waits(2, PartiesMeeting, [the_coordinator()], evening(3))
        .by(coordinator())
        .and(note())
        .waits_not(PartiesMeeting)
        .by(shelter24())
        .a_day_later()
        .and(a_bed())
        .waits_not(PartiesMeeting);
}

#[test]
fn nobody_meets_over_a_discharge_in_which_nobody_was_lost() {
    given([signalled()]).when(discharge(false, false)).and(a_bed()).waits_not(PartiesMeeting);
    given([signalled()])
        .when(MarkOutOfSight {})
        .and(a_contact())
        .days_later(3)
        .and(discharge(false, false))
        .and(a_bed())
        .waits_not(PartiesMeeting);
    given([signalled()]).when(MarkOutOfSight {}).and(discharge(true, false)).and(a_bed()).waits_not(PartiesMeeting);
    given([signalled()])
        .when(discharge(false, false))
        .a_day_later()
        .and(MarkOutOfSight {})
        .and(a_contact())
        .and(a_bed())
        .waits_not(PartiesMeeting);
}

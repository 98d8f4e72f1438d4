//! An entry on the wrong person is struck there, and stands on the right one as if it had been recorded there.

use uuid::Uuid;

use super::super::testing::*;
use super::*;
use crate::codes::{
    AttendanceStatus, BedReleaseReason, CloseReason, DeclineReason, ExceptionKind, IncidentKind, InsuranceStatus,
    LinkBasis, LocationType, Phase, ReferralState, ReturnWish, Role, Severity,
};
use crate::command::Decide;
use crate::deadlines::Deadlines;
use crate::event::Event;
use crate::ids::{BedId, ReferralId};
use crate::path::case::{AddNote, CaseRefusal, CloseCase, RecordDeath};
use crate::path::discharge::ReportDischarge;
use crate::path::identity::LinkPersons;
use crate::path::incident::ObserveIncident;
use crate::path::intake::RecordIntake;
use crate::path::lost::{LostRefusal, MarkOutOfSight};
use crate::path::referral::{AcceptReferral, DeclineReferral, EndCare, ReferralRefusal, StartCare};
use crate::path::repatriation::PresentReturnOptions;
use crate::path::rights::RecordInsurance;
use crate::path::stay::{RecordAttendance, RecordNoShow, ReleaseBed, StayRefusal};
use crate::path::timers::TimerKind;

fn entry(number: u128) -> EventId {
    EventId(Uuid::from_u128(0x9000 + number))
}

fn to_the_other() -> MoveEntry {
    MoveEntry { to: another_person(), explanation: None }
}

/// The right person, whom the night shelter knows, days later.
fn right() -> Given {
    given([signalled()]).when(RecordIntake::default()).days_later(3)
}

fn present() -> RecordAttendance {
    RecordAttendance { status: AttendanceStatus::Present, location_type: None }
}

/// Where a path stands for everybody: its phase, what waits, and what Baken will do by itself.
fn stands(path: &CarePath) -> (Phase, Vec<String>, Vec<String>) {
    let (now, deadlines, directory) = (evening(3), Deadlines::default(), directory());
    let task = |task: &crate::path::tasks::Task| format!("{} {} {:?}", task.kind, task.due, task.addressee);
    let tasks = path.open_tasks(now, &deadlines, &directory).iter().map(task).collect();
    let timers = path
        .timers(&deadlines, &directory)
        .iter()
        // When a record was last changed is not a matter of where it stands.
        .filter(|timer| !matches!(timer.what, TimerKind::Erases(_)))
        .map(|timer| format!("{} {}", timer.what.name(), timer.due))
        .collect();
    (path.phase(), tasks, timers)
}

/// The n-th entry of a path is moved: it stands on the right person as if the command had been told there late, and on the
/// wrong one it is as if there had been none.
#[track_caller]
fn as_if_told_there<C: Decide<Subject = ()> + Clone>(command: &C, by: &crate::Principal) {
    let wrong = || given([signalled()]).days_later(3).by(by.clone()).days_late(2);
    let moved = wrong().when(command.clone()).and_on(entry(2), to_the_other()).then_types(["entry_moved"]);
    let told = right().by(by.clone()).days_late(2).when(command.clone());
    let mut expected = None;
    let told = told.then(|path| expected = Some(stands(path)));
    let received = right().by(coordinator()).and_received(&moved);
    received.then(|path| assert_eq!(Some(stands(path)), expected)).then_as_recorded_by(by);
    drop(told);
    let mut before = None;
    wrong().then(|path| before = Some(stands(path)));
    let id = moved.last_id();
    moved.by(crate::Principal::baken()).days_late(0).and_on(id, FinishMove { erased: true }).then(|path| {
        assert_eq!(Some(stands(path)), before);
    });
}

#[test]
fn whatever_is_moved_stands_on_the_right_person_as_if_it_had_been_told_there() {
    as_if_told_there(&a_signal(), &night_shelter());
    as_if_told_there(&a_contact(), &street_doctor());
    as_if_told_there(&RecordIntake::default(), &shelter24());
    as_if_told_there(&a_bed(), &night_shelter());
    as_if_told_there(&present(), &shelter24());
    as_if_told_there(&a_referral(), &night_shelter());
    as_if_told_there(&MarkOutOfSight {}, &night_shelter());
    as_if_told_there(&RecordDeath::default(), &street_doctor());
    as_if_told_there(&RecordInsurance { status: InsuranceStatus::Uninsured }, &street_doctor());
    as_if_told_there(&AddNote { text: "his brother called".parse().unwrap() }, &night_shelter());
    let (kind, severity, description) = (IncidentKind::LostAtNight, Severity::Low, None);
    as_if_told_there(&ObserveIncident { kind, severity, description }, &night_shelter());
    let discharge = ReportDischarge {
        from: Some("hospital-rotterdam".parse().unwrap()),
        destination: LocationType::Street,
        to: None,
        warned: false,
        letter_received: false,
        findings: None,
    };
    as_if_told_there(&discharge, &night_shelter());
    let wish = ReturnWish::DoesNotWantToReturn;
    let options = PresentReturnOptions { language: "pl".parse().unwrap(), wish, options: None, barriers: [].into() };
    as_if_told_there(&options, &supporter());
}

#[test]
fn who_was_there_or_not_and_whose_bed_was_released_is_said_of_the_bed_that_the_right_person_has_there() {
    let moved = |given: Given, number| given.and_on(entry(number), to_the_other());
    let there = || right().when(a_bed());
    let bed = BedId(id_of_command(1));
    let wrong = || given([signalled()]).when(a_bed()).days_later(3);
    there().and_received(&moved(wrong().when(present()), 3)).then(|path| {
        assert_eq!(path.stay(bed).map(|stay| stay.attended.len()), Some(1));
    });
    there().and_received(&moved(wrong().when(RecordNoShow::default()), 3)).then(|path| {
        assert_eq!(path.stay(bed).map(|stay| stay.no_shows.len()), Some(1));
    });
    let release = ReleaseBed { reason: BedReleaseReason::OwnChoice, explanation: None };
    let released = || moved(wrong().when_on(BedId(id_of_command(0)), release.clone()), 3);
    there().and_received(&released()).then(|path| assert_eq!(path.open_stays().count(), 0));
    right().and_received(&released()).then_err(StayRefusal::NoOpenStay);
    right().and_received(&moved(wrong().when(RecordNoShow::default()), 3)).then_err(StayRefusal::NoOpenStay);
}

#[test]
fn a_bed_goes_with_all_that_was_said_of_it() {
    let release = ReleaseBed { reason: BedReleaseReason::OwnChoice, explanation: None };
    let moved = given([signalled()])
        .when(a_bed())
        .and(present())
        .and_on(BedId(id_of_command(0)), release)
        .and_on(entry(2), to_the_other());
    right().and_received(&moved).then_types(["bed_assigned", "attendance_recorded", "bed_released"]).then(|path| {
        let stay = path.stay(BedId(id_of_command(0))).unwrap();
        assert_eq!((stay.attended.len(), stay.is_open()), (1, false));
    });
    let id = moved.last_id();
    moved.and_on(id, FinishMove { erased: true }).then_types(["entry_retracted"; 3]).then(|path| {
        assert!(path.stays.is_empty() && path.case.last_contact.is_none());
    });
}

#[test]
fn a_referral_goes_with_its_answers_and_its_care() {
    let referral = ReferralId(id_of_command(0));
    let cared = || {
        given([signalled()])
            .when(a_referral())
            .by(street_doctor())
            .and_on(referral, AcceptReferral::default())
            .and_on(referral, StartCare {})
            .and_on(referral, EndCare::default())
    };
    cared().by(night_shelter()).and_on(entry(2), to_the_other()).then_err(CorrectionRefusal::OthersRecordedWithIt);
    cared().and_on(entry(3), to_the_other()).then_err(CorrectionRefusal::APartOfAnother);
    let moved = cared().by(coordinator()).and_on(entry(2), to_the_other());
    right().by(coordinator()).and_received(&moved).then(|path| {
        assert_eq!(path.referrals[0].state(), ReferralState::Ended);
        assert!(path.recorded_by.iter().any(|(_, role)| *role == Role::CareProvider));
    });
    let id = moved.last_id();
    moved.and_on(id, FinishMove { erased: true }).then(|path| assert!(path.referrals.is_empty()));
    let decline = DeclineReferral { reason: DeclineReason::PlaceScarcity, explanation: None };
    let declined = given([signalled()])
        .when(a_referral())
        .by(street_doctor())
        .and_on(referral, decline)
        .by(coordinator())
        .and_on(entry(2), to_the_other());
    right().by(coordinator()).and_received(&declined).then(|path| {
        assert_eq!(path.referrals[0].state(), ReferralState::Declined);
    });
}

#[test]
fn what_others_rest_on_is_not_moved_from_under_them() {
    let request = crate::path::exception::RequestException {
        kind: ExceptionKind::Longer24hStay,
        until: None,
        reason: "he cannot be alone".parse().unwrap(),
    };
    given([signalled()])
        .when(a_bed())
        .and(request)
        .and_on(entry(2), to_the_other())
        .then_err(CorrectionRefusal::OthersRestOnIt);
    let for_a_bed = crate::path::referral::Refer {
        to: "night-shelter-rotterdam".parse().unwrap(),
        offering: crate::codes::Offering::NightBed,
        urgency: None,
        reason: None,
        overbook: None,
    };
    let sheltered = || given([signalled()]).by(shelter24()).when(for_a_bed.clone()).by(night_shelter()).and(a_bed());
    sheltered().by(coordinator()).and_on(entry(2), to_the_other()).then_err(CorrectionRefusal::OthersRestOnIt);
    // The bed itself goes, and the referral waits for its answer again.
    let moved = sheltered().and_on(entry(4), to_the_other());
    right().and_received(&moved).then_types(["bed_assigned"]);
    let id = moved.last_id();
    moved.and_on(id, FinishMove { erased: true }).then(|path| {
        assert!(path.referrals[0].awaits_answer() && path.open_stays().next().is_none());
    });
}

#[test]
fn what_asks_others_for_something_is_not_moved() {
    given([signalled()]).when(a_lookout()).and_on(entry(3), to_the_other()).then_err(CorrectionRefusal::NotMovable);
    // The disappearance came with the lookout.
    given([signalled()]).when(a_lookout()).and_on(entry(2), to_the_other()).then_err(CorrectionRefusal::NotMovable);
    given([signalled()])
        .by(coordinator())
        .when(CloseCase { reason: CloseReason::Housed, explanation: None })
        .and_on(entry(2), to_the_other())
        .then_err(CorrectionRefusal::NotMovable);
}

#[test]
fn an_entry_goes_to_another_person_and_only_once() {
    let contact = || given([signalled()]).when(a_contact());
    let to_itself = MoveEntry { to: this_person(), explanation: None };
    contact().and_on(entry(2), to_itself).then_err(CorrectionRefusal::ToTheSamePerson);
    let link = LinkPersons { with: another_person(), basis: LinkBasis::SelfDeclared, explanation: None };
    contact().by(coordinator()).and(link).and_on(entry(2), to_the_other()).then_err(CorrectionRefusal::ToTheSamePerson);
    contact().and_on(entry(99), to_the_other()).then_err(CorrectionRefusal::Unknown);
    contact().by(shelter24()).and_on(entry(2), to_the_other()).then_err(CorrectionRefusal::Unknown);
    contact().by(coordinator()).and_on(entry(2), to_the_other()).then_types(["entry_moved"]);
    let retract = || RetractEntry { reason: RetractReason::WrongValue, explanation: None };
    contact()
        .and_on(entry(2), retract())
        .and_on(entry(2), to_the_other())
        .then_err(CorrectionRefusal::AlreadyRetracted);
    let moved = || contact().and_on(entry(2), to_the_other());
    moved().and_on(entry(2), to_the_other()).then_err(CorrectionRefusal::AlreadyMoved);
    let finished = || moved().by(coordinator()).and_on(entry(3), FinishMove { erased: true });
    finished().and_on(entry(2), to_the_other()).then_err(CorrectionRefusal::AlreadyMoved);
    finished().and_on(entry(2), retract()).then_err(CorrectionRefusal::AlreadyRetracted);
    // It would come back to life here, and live there too.
    finished().and_on(entry(4), retract()).then_err(CorrectionRefusal::AlreadyMoved);
    finished().and_on(entry(3), retract()).then_err(CorrectionRefusal::NotRetractable);
    finished().and_on(entry(3), FinishMove { erased: true }).then_err(CorrectionRefusal::AlreadyMoved);
}

#[test]
fn nothing_is_struck_before_it_has_arrived_and_from_its_arrival_on_it_counts_there_alone() {
    let moved = || given([signalled()]).when(a_contact()).and_on(entry(2), to_the_other());
    moved().and_on(entry(3), FinishMove::default()).then_err(CorrectionRefusal::NotArrived);
    let moved = moved().then(|path| assert_eq!(path.contacts.len(), 1));
    let mut said = relations_of(&right().and_received(&moved));
    assert!(said.tells_of(entry(3)) && !said.tells_of(entry(2)));
    let hearing = moved.hearing(&said);
    assert!(hearing.contacts.is_empty() && hearing.uncounted(entry(2)).is_some());
    // Of another move it says nothing.
    said = said.about(&[this_person()]);
    assert_eq!(moved.hearing(&said).contacts.len(), 1);
}

fn relations_of(given: &Given) -> crate::path::relations::Statements {
    given.path().says_of_others(this_person())
}

#[test]
fn the_right_persons_case_says_what_stands_against_it() {
    let by = || given([signalled()]).by(coordinator());
    let moved = |given: Given| given.and_on(entry(2), to_the_other());
    let closed = || right().by(coordinator()).and(CloseCase { reason: CloseReason::Housed, explanation: None });
    closed().and_received(&moved(by().when(a_referral()))).then_err(CaseRefusal::Closed);
    closed().and_received(&moved(by().when(MarkOutOfSight {}))).then_err(CaseRefusal::Closed);
    closed().and_received(&moved(by().days_later(4).when(a_contact()))).then_types(["contact_made", "case_reopened"]);
    closed().and_received(&moved(by().when(AddNote { text: "seen".parse().unwrap() }))).then_types(["note_added"]);
    let dead = || right().by(coordinator()).and(RecordDeath::default());
    dead().and_received(&moved(by().when(RecordDeath::default()))).then_err(CaseRefusal::DeathAlreadyRecorded);
    dead().and_received(&moved(by().when(a_contact()))).then_types(["contact_made"]);
    let bed = || given([signalled()]).days_later(5).when(a_bed());
    right().when(a_bed()).and_received(&moved(bed())).then_err(StayRefusal::AlreadyAssigned);
    right()
        .when(a_referral())
        .and_received(&moved(given([signalled()]).when(a_referral())))
        .then_err(ReferralRefusal::AlreadyOpen);
    right()
        .when(MarkOutOfSight {})
        .and_received(&moved(given([signalled()]).when(MarkOutOfSight {})))
        .then_err(LostRefusal::AlreadyOutOfSight);
}

#[test]
fn who_may_not_record_such_a_thing_on_the_right_person_does_not_move_it_there() {
    let intake = given([signalled()]).when(ObserveIncident {
        kind: IncidentKind::LostAtNight,
        severity: Severity::Low,
        description: None,
    });
    let moved = intake.and_on(entry(2), to_the_other());
    right().and_received(&moved).then_types(["incident_observed"]);
    let lookout = given([signalled()]).by(coordinator()).when(a_lookout()).days_later(1);
    lookout.by(shelter24()).and_received(&moved).then_err(CorrectionRefusal::NotRecordableThere);
}

#[test]
fn those_who_may_know_of_the_entry_are_told_that_it_goes_and_nobody_where_to() {
    let moved = given([signalled()]).when(a_contact()).and_on(entry(2), to_the_other());
    let event = moved.last_event();
    assert_eq!(event.tells_of(), (Category::Presence, Depth::Minimal));
    let labels = crate::event::fields(event.kind()).unwrap();
    let names: std::collections::BTreeSet<_> = labels.iter().map(|label| label.name).collect();
    assert_eq!(names, ["entry_id", "entry_type", "explanation"].into());
    assert!(matches!(event, Event::Correction(_)));
}

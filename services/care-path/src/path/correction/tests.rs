use uuid::Uuid;

use super::super::testing::*;
use super::*;
use crate::Principal;
use crate::codes::{AttendanceStatus, BedReleaseReason, Phase};
use crate::event::Event;
use crate::ids::BedId;
use crate::path::case::RecordDeath;
use crate::path::lost::MarkOutOfSight;
use crate::path::stay::{RecordAttendance, ReleaseBed};

/// The n-th event of a test.
fn entry(number: u128) -> EventId {
    EventId(Uuid::from_u128(0x9000 + number))
}

fn retract() -> RetractEntry {
    RetractEntry { reason: RetractReason::WrongPerson, explanation: None }
}

fn present() -> RecordAttendance {
    RecordAttendance { status: AttendanceStatus::Present, location_type: None }
}

#[test]
fn what_is_retracted_counts_as_if_it_had_not_been() {
    given([signalled()]).when(a_contact()).and_on(entry(2), retract()).then_types(["entry_retracted"]).then(|path| {
        assert_eq!(path.phase(), Phase::Signalled);
        assert!(path.contacts.is_empty() && path.case.last_contact.is_none());
    });
}

#[test]
fn a_death_is_taken_back_and_what_waits_waits_again() {
    given([confused()]).when(RecordDeath::default()).and_on(entry(2), retract()).then(|path| {
        assert!(path.case.died.is_none());
        assert!(!path.open_tasks(evening(0), &crate::deadlines::Deadlines::default(), &directory()).is_empty());
    });
}

#[test]
fn a_wrong_attendance_makes_no_second_episode() {
    let taken_back = given([signalled()])
        .when(a_lookout())
        .by(shelter24())
        .a_day_later()
        .and(present())
        .by(night_shelter())
        .a_day_later()
        .and(MarkOutOfSight {})
        .then(|path| assert_eq!((path.lost.episodes.len(), path.lost.escalated.is_some()), (2, true)));
    // The first signal, the episode with its lookout, the attendance, the second episode with its escalation.
    taken_back.by(shelter24()).and_on(entry(4), retract()).then(|path| {
        assert_eq!((path.lost.episodes.len(), path.lost.escalated.is_some()), (1, false));
        assert!(path.is_out_of_sight());
    });
}

#[test]
fn all_that_a_command_recorded_is_taken_back_together() {
    let moved = || given([signalled()]).when(a_bed()).by(shelter24()).a_day_later().and(a_bed());
    // The bed there, and that the earlier one was released.
    for named in [entry(3), entry(4)] {
        moved().and_on(named, retract()).then_types(["entry_retracted", "entry_retracted"]).then(|path| {
            let open: Vec<_> = path.open_stays().map(|stay| stay.assigned.bed).collect();
            assert_eq!(open, [BedId(id_of_command(0))]);
        });
    }
}

#[test]
fn what_an_organisation_did_not_record_is_not_there_for_it_and_the_coordinator_takes_it_back() {
    let contact = || given([signalled()]).when(a_contact());
    contact().by(shelter24()).and_on(entry(2), retract()).then_err(CorrectionRefusal::Unknown);
    contact().by(coordinator()).and_on(entry(2), retract()).then_types(["entry_retracted"]);
    contact().and_on(entry(99), retract()).then_err(CorrectionRefusal::Unknown);
}

#[test]
fn an_entry_is_retracted_once_and_a_mistaken_retraction_is_retracted_itself() {
    let retracted = || given([signalled()]).when(a_contact()).and_on(entry(2), retract());
    retracted().and_on(entry(2), retract()).then_err(CorrectionRefusal::AlreadyRetracted);
    retracted().and_on(entry(3), retract()).then(|path| assert_eq!(path.contacts.len(), 1));
}

#[test]
fn what_has_a_command_of_its_own_to_undo_it_is_not_retracted() {
    let link = crate::path::identity::LinkPersons {
        with: another_person(),
        basis: crate::codes::LinkBasis::RecognisedByProfessional,
        explanation: None,
    };
    given([signalled()])
        .by(coordinator())
        .when(link)
        .and_on(entry(2), retract())
        .then_err(CorrectionRefusal::NotRetractable);
}

#[test]
fn a_release_that_is_taken_back_leaves_the_bed_with_them() {
    let bed = BedId(id_of_command(0));
    let release = ReleaseBed { reason: BedReleaseReason::OwnChoice, explanation: None };
    given([signalled()])
        .when(a_bed())
        .and_on(bed, release)
        .then(|path| assert_eq!(path.open_stays().count(), 0))
        .and_on(entry(3), retract())
        .then(|path| assert_eq!(path.open_stays().count(), 1));
}

#[test]
fn a_retraction_tells_what_the_entry_told() {
    given([signalled()]).when(a_contact()).and_on(entry(2), retract()).then_event(|event| {
        matches!(event, Event::Correction(_)) && event.tells_of() == (Category::Presence, Depth::Minimal)
    });
}

#[test]
fn a_lookout_stands_when_late_news_takes_the_disappearance_away_that_it_was_issued_with() {
    // Somebody else had said the day before that nobody knows where they are: there was one disappearance, not two.
    given([signalled()])
        .when(a_lookout())
        .by(shelter24())
        .a_day_earlier()
        .and(MarkOutOfSight {})
        .then_err(crate::path::lost::LostRefusal::AlreadyOutOfSight);
    let found =
        crate::path::lost::ResolveLookout { outcome: crate::codes::LookoutOutcome::FoundSafe, explanation: None };
    let first = crate::ids::LookoutId(id_of_command(0));
    given([signalled()])
        .when(a_lookout())
        .and_on(first, found)
        .a_day_later()
        .and(a_lookout())
        // The first lookout was a mistake, and so the second disappearance is the first.
        .and_on(entry(3), retract())
        .then(|path| {
            assert_eq!((path.lost.episodes.len(), path.lost.escalated.is_some()), (1, false));
            assert!(path.is_out_of_sight() && path.lost.lookouts[1].end.is_none());
        });
}

#[test]
fn who_was_asked_to_take_the_person_in_is_told_that_it_was_taken_back_and_nothing_else() {
    use crate::actor::Actor;
    use crate::sight::Sight;
    let discharge = crate::path::discharge::ReportDischarge {
        from: Some("hospital-rotterdam".parse().unwrap()),
        destination: crate::codes::LocationType::Shelter24h,
        to: Some("shelter24-rotterdam".parse().unwrap()),
        warned: true,
        letter_received: false,
        findings: None,
    };
    let told = |given: Given, who: &Principal| {
        let (terms, mut told) = (crate::deadlines::Deadlines::default(), Vec::new());
        given.then_told(|path, events| {
            assert!(Sight::of(who, path, evening(1), &terms, &directory()).is_none());
            let Some(sight) = Sight::of_ends(who, path, evening(1), &terms) else { return };
            let known = events.iter().filter(|(stamp, event)| sight.knows_of(stamp, event));
            told.extend(known.map(|(_, event)| event.kind().name()));
        });
        told
    };
    let referred = || given([signalled()]).when(a_referral()).and(a_contact()).and_on(entry(2), retract());
    assert_eq!(told(referred(), &street_doctor()), ["entry_retracted"]);
    assert_eq!(told(referred(), &shelter24()), [] as [&str; 0]);
    let warned = || given([signalled()]).when(discharge.clone()).and_on(entry(2), retract());
    assert_eq!(told(warned(), &shelter24()), ["entry_retracted"]);
    let assessor = Actor::MunicipalAssessor { municipality: "utrecht".parse().unwrap() };
    assert_eq!(told(warned(), &principal("shelter24-rotterdam", assessor)), [] as [&str; 0]);
}

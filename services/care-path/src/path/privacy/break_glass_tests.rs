use super::super::super::testing::*;
use super::*;
use crate::actor::Principal;
use crate::codes::{ErasureGround, TaskKind};
use crate::command::CommandKind;
use crate::deadlines::Deadlines;
use crate::path::intake::RecordIntake;
use crate::path::privacy::{EraseSubject, PrivacyRefusal};
use crate::policy::{Category, Depth, Relation};
use crate::sight::{Sight, Standing};
use crate::views::disclose_case_file;

const GLASS: BreakGlassId = BreakGlassId(id_of_command(0));

fn emergency() -> BreakGlass {
    BreakGlass { reason: BreakGlassReason::MedicalEmergency, explanation: Some("found unconscious".parse().unwrap()) }
}

fn justified() -> ReviewBreakGlass {
    ReviewBreakGlass { outcome: BreakGlassOutcome::Justified, explanation: None }
}

/// A coordinator who opened nothing.
fn reviewer() -> Principal {
    Principal { user: "reviewer".parse().unwrap(), ..coordinator() }
}

fn elsewhere() -> Principal {
    principal("municipality-utrecht", Actor::ProcessCoordinator { municipality: "utrecht".parse().unwrap() })
}

fn privacy_officer() -> Principal {
    principal("baken", Actor::PrivacyOfficer)
}

fn opened() -> Given {
    given([signalled()]).by(hospital()).when(emergency())
}

fn relation(who: &Principal, given: &Given) -> Relation {
    Standing::of(who, given.path(), given.now(), &Deadlines::default(), &directory()).relation
}

fn sees(who: &Principal, given: &Given) -> bool {
    Sight::of(who, given.path(), given.now(), &Deadlines::default(), &directory()).is_some()
}

#[test]
fn somebody_without_a_relation_opens_the_case_and_it_closes_by_itself() {
    let before = given([signalled()]);
    assert!(!sees(&hospital(), &before));
    let opened = opened();
    assert_eq!(relation(&hospital(), &opened), Relation::BreakGlass);
    let almost = opened.clone().until(opened.now() + chrono::TimeDelta::minutes(239));
    assert!(sees(&hospital(), &almost));
    assert!(!sees(&hospital(), &opened.hours_later(4)), "and nothing of it stays, not even that it was opened");
}

#[test]
fn it_is_open_to_whoever_opened_it_and_not_to_their_colleagues() {
    let opened = opened();
    let colleague = Principal { user: "colleague".parse().unwrap(), ..hospital() };
    assert!(!sees(&colleague, &opened));
    let other_role = principal("hospital-rotterdam", Actor::ShelterWorker);
    assert!(!sees(&other_role, &opened));
}

#[test]
fn it_is_seen_as_by_somebody_who_is_involved() {
    let given = opened();
    let (hospital, terms) = (hospital(), Deadlines::default());
    let directory = directory();
    let sight = Sight::of(&hospital, given.path(), given.now(), &terms, &directory).unwrap();
    assert!(sight.knows(Category::Medical, Depth::Full) && !sight.knows(Category::Justice, Depth::Minimal));
    let progress = crate::views::progress(&sight, given.events().iter().map(|(stamp, event)| (&**stamp, event)));
    let file = disclose_case_file(&sight, this_person(), progress, &[]);
    assert_eq!(file.break_glass.map(|open| open.break_glass_id), Some(GLASS));
    let disclosed = sight.disclosed(this_person());
    assert_eq!((disclosed.relation, disclosed.break_glass_id), (Relation::BreakGlass, Some(GLASS)));
}

#[test]
fn nothing_is_recorded_on_it_by_that_alone() {
    let given = opened();
    let (hospital, terms, directory) = (hospital(), Deadlines::default(), directory());
    let sight = Sight::of(&hospital, given.path(), given.now(), &terms, &directory).unwrap();
    let may: Vec<_> = CommandKind::ALL.iter().copied().filter(|kind| sight.may(*kind)).collect();
    assert_eq!(may, [CommandKind::BreakGlass, CommandKind::EndBreakGlass]);
}

#[test]
fn what_somebody_might_do_before_they_opened_it_they_may_do_still() {
    let given = given([confused()]).by(street_doctor());
    assert_eq!(relation(&street_doctor(), &given), Relation::Called);
    let given = given.when(emergency());
    let (doctor, terms, directory) = (street_doctor(), Deadlines::default(), directory());
    let sight = Sight::of(&doctor, given.path(), given.now(), &terms, &directory).unwrap();
    assert_eq!(sight.relation(), Relation::BreakGlass);
    assert!(sight.may(CommandKind::RecordContact));
}

#[test]
fn whoever_sees_the_case_need_not_open_it() {
    given([signalled()]).by(coordinator()).when(emergency()).then_err(BreakGlassRefusal::NotNeeded);
    let intake = RecordIntake::default();
    given([signalled()]).by(hospital()).when(intake).and(emergency()).then_err(BreakGlassRefusal::NotNeeded);
    let another = given([signalled()]).by(elsewhere()).when(emergency());
    assert_eq!(relation(&elsewhere(), &another), Relation::BreakGlass);
}

#[test]
fn it_is_not_opened_twice_at_once_but_again_when_it_is_over() {
    opened().and(emergency()).then_err(BreakGlassRefusal::AlreadyOpen);
    let again = opened().hours_later(4).and(emergency());
    assert!(sees(&hospital(), &again));
}

#[test]
fn whoever_opened_it_closes_it_and_so_do_those_who_oversee_it() {
    for who in [hospital(), coordinator(), privacy_officer()] {
        let ended = opened().by(who).and_on(GLASS, EndBreakGlass {});
        assert!(!sees(&hospital(), &ended));
        ended.and_on(GLASS, EndBreakGlass {}).then_err(BreakGlassRefusal::Ended);
    }
    let colleague = Principal { user: "colleague".parse().unwrap(), ..hospital() };
    for stranger in [colleague, street_doctor(), elsewhere()] {
        opened().by(stranger).and_on(GLASS, EndBreakGlass {}).then_err(BreakGlassRefusal::Unknown);
    }
}

#[test]
fn an_erasure_ends_it() {
    let erase = EraseSubject { ground: ErasureGround::RetentionEnded };
    let erased = opened().days_later(4_000).by(Principal::baken()).and(erase);
    assert!(erased.path().is_erased());
    assert!(!sees(&hospital(), &erased));
    assert!(erased.path().open_tasks(erased.now(), &Deadlines::default(), &directory()).is_empty());
}

#[test]
fn nobody_erases_what_was_opened_before_somebody_says_whether_it_was_right() {
    let erase = || EraseSubject { ground: ErasureGround::Request };
    let over = opened().hours_later(5);
    for waiting in [opened(), over.clone()] {
        waiting.by(privacy_officer()).and(erase()).then_err(PrivacyRefusal::ToReview);
    }
    over.by(reviewer()).and_on(GLASS, justified()).by(privacy_officer()).and(erase()).then_types(["subject_erased"]);
}

#[test]
fn the_coordinator_is_asked_at_once_and_it_is_reviewed_once_when_it_is_over() {
    let asked = |given: &Given| {
        let tasks = given.path().open_tasks(given.now(), &Deadlines::default(), &directory());
        tasks.into_iter().find(|task| task.kind == TaskKind::ReviewBreakGlass).map(|task| (task.since, task.due))
    };
    let given = opened();
    assert_eq!(asked(&given), Some((given.now(), hours_after(given.now(), 72))));
    given.clone().by(reviewer()).and_on(GLASS, justified()).then_err(BreakGlassRefusal::StillOpen);
    let reviewed = given.hours_later(4).by(reviewer()).and_on(GLASS, justified());
    assert_eq!(asked(&reviewed), None);
    reviewed.and_on(GLASS, justified()).then_err(BreakGlassRefusal::AlreadyReviewed);
}

#[test]
fn nobody_reviews_what_they_did_themselves() {
    let by_themselves = opened().hours_later(4).by(Principal { user: hospital().user, ..coordinator() });
    by_themselves.and_on(GLASS, justified()).then_err(BreakGlassRefusal::Own);
    let over = opened().hours_later(4);
    over.clone().by(elsewhere()).and_on(GLASS, justified()).then_err(BreakGlassRefusal::Unknown);
    let officer = Principal { user: "officer".parse().unwrap(), ..privacy_officer() };
    assert!(over.by(officer).tries(GLASS, justified()).is_some());
}

#[test]
fn a_review_that_nobody_does_passes_its_deadline() {
    let late = opened().hours_later(73).watched();
    late.then_told(|_, events| {
        let passed = events.iter().any(|(_, event)| event.kind() == EventKind::DeadlinePassed);
        assert!(passed);
    });
}

#[test]
fn it_makes_no_record_older_and_no_medical_file_of_it() {
    let terms = Deadlines::default();
    let (before, after) = (given([signalled()]), opened().hours_later(48));
    assert_eq!(after.path().kept_until(&terms), before.path().kept_until(&terms));
    assert_eq!(after.path().record_class(), before.path().record_class());
}

#[test]
fn no_log_can_hold_it_open_for_longer_than_a_day() {
    let broken = GlassBroken {
        glass: GLASS,
        reason: BreakGlassReason::DangerToLife,
        explanation: None,
        until: DateTime::MAX_UTC,
    };
    let given = given([signalled()]).by(hospital()).and_happened(&PrivacyEvent::GlassBroken(broken).into());
    assert!(sees(&hospital(), &given.clone().hours_later(23)));
    assert!(!sees(&hospital(), &given.hours_later(24)));
}

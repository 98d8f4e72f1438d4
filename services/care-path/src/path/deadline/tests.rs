use uuid::Uuid;

use super::*;
use crate::Principal;
use crate::codes::{LookoutOutcome, TaskKind as T};
use crate::event::Event;
use crate::ids::LookoutId;
use crate::path::intake::RecordIntake;
use crate::path::lost::{AcknowledgeLookout, IssueLookout, LookoutRecipient as To, ResolveLookout};
use crate::path::testing::*;

/// The n-th event of a test.
const fn event(number: u128) -> EventId {
    EventId(Uuid::from_u128(0x9000 + number))
}

fn review(round: u32) -> PassDeadline {
    PassDeadline { task: T::WeeklyReview, subject: None, cause: event(1), round }
}

fn baken(case: Given) -> Given {
    case.by(Principal::baken())
}

fn passed(of: &Event) -> &DeadlinePassed {
    match of {
        Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => passed,
        other => panic!("{} is no deadline", other.kind()),
    }
}

#[test]
fn a_deadline_passes_when_it_is_due_and_not_before() {
    baken(given([signalled()]).days_later(6)).and(review(0)).then_err(DeadlineRefusal::NotDue);
    baken(given([signalled()]).days_later(7)).and(review(0)).then_event(|event| {
        let passed = passed(event);
        passed.addressees == [Addressee::Coordinator(rotterdam())] && !passed.late
    });
}

#[test]
fn a_deadline_passes_once() {
    baken(given([signalled()]).days_later(7)).and(review(0)).and(review(0)).then_err(DeadlineRefusal::AlreadyPassed);
}

#[test]
fn a_review_that_nobody_answers_is_asked_for_again_every_week() {
    let asked_once = || baken(given([signalled()]).days_later(7)).and(review(0));
    asked_once().days_later(6).and(review(1)).then_err(DeadlineRefusal::NotDue);
    asked_once().days_later(7).and(review(1)).days_later(7).and(review(2)).then_types(["deadline_passed"]);
}

#[test]
fn weeks_that_went_by_while_nobody_could_ask_are_asked_for_together_and_late() {
    let down = || baken(given([signalled()]).days_later(24)).and(review(0));
    down().then_event(|event| passed(event).late);
    down().and(review(1)).then_err(DeadlineRefusal::NotWaiting);
    down().days_later(3).and(review(3)).then_err(DeadlineRefusal::NotDue);
    down().days_later(4).and(review(3)).then_event(|event| !passed(event).late);
}

#[test]
fn what_was_answered_does_not_pass() {
    let note = crate::path::case::AddNote { text: "seen by outreach".parse().unwrap() };
    let answered = given([signalled()]).days_later(5).by(coordinator()).when(note);
    baken(answered.days_later(2)).and(review(0)).then_err(DeadlineRefusal::NotWaiting);
}

#[test]
fn nobody_but_baken_says_that_a_deadline_passed() {
    use crate::policy::{Relation, may};
    for role in <crate::codes::Role as crate::codes::Code>::ALL {
        for relation in Relation::ALL {
            let is_baken = *role == crate::codes::Role::System && relation == Relation::None;
            assert_eq!(may(*role, crate::command::CommandKind::PassDeadline, relation), is_baken, "{role}");
        }
    }
}

const LOOKOUT: LookoutId = LookoutId(id_of_command(0));

fn looked_for() -> Given {
    let to = |id: &str| To::Organisation { organisation: id.parse().unwrap() };
    let recipients = ["shelter24-rotterdam", "night-shelter-utrecht", "night-shelter-rotterdam"].map(to).into();
    given([signalled()]).when(IssueLookout { recipients, ..a_lookout() })
}

/// The lookout's own event is the third: before it the person went out of sight.
fn silence() -> PassDeadline {
    PassDeadline { task: T::AcknowledgeLookout, subject: Some(SubjectId(LOOKOUT.0)), cause: event(3), round: 0 }
}

#[test]
fn all_who_keep_silent_about_a_lookout_are_named_in_one() {
    let one_answered = looked_for().by(shelter24()).and_on(LOOKOUT, AcknowledgeLookout {});
    baken(one_answered.days_later(1)).and(silence()).then_event(|event| {
        let utrecht = "night-shelter-utrecht".parse().unwrap();
        passed(event).addressees == [Addressee::Organisation(utrecht)]
    });
}

#[test]
fn what_ran_out_while_baken_was_down_passed_all_the_same() {
    baken(looked_for().days_later(20)).and(silence()).then_event(|event| passed(event).late);
}

#[test]
fn nobody_need_answer_a_lookout_for_somebody_who_was_found() {
    let resolved = ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None };
    baken(looked_for().and_on(LOOKOUT, resolved).days_later(1)).and(silence()).then_err(DeadlineRefusal::NotWaiting);
}

#[test]
fn a_task_that_tells_of_health_or_rights_is_sealed_and_another_is_not() {
    let screen = PassDeadline { task: T::HeadInjuryScreen, subject: None, cause: event(2), round: 0 };
    let injured = RecordIntake { head_injury_suspected: Some(true), ..RecordIntake::default() };
    baken(given([signalled()]).when(injured).days_later(2)).and(screen).then_event(|event| {
        let data = event.data().unwrap();
        data["task"] == serde_json::json!({ "health": { "$private": "medical", "value": "head_injury_screen" } })
    });
    for kind in <T as crate::codes::Code>::ALL {
        let sealed = match PassedTask::of(*kind) {
            PassedTask::Plain(_) => false,
            PassedTask::Health(_) | PassedTask::Rights(_) => true,
        };
        assert_eq!(sealed, matches!(tells_of(*kind).0, Category::Medical | Category::Rights), "{kind}");
    }
}

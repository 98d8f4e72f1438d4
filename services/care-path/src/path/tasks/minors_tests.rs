use chrono::TimeDelta;

use super::*;
use crate::codes::{Assurance, DeclineReason, Offering, RelationKind};
use crate::deadlines::Deadlines;
use crate::ids::ReferralId;
use crate::path::CarePath;
use crate::path::identity::{IdentityInput, UpdateIdentity};
use crate::path::referral::{DeclineReferral, Refer};
use crate::path::relations::{RelatePersons, UnrelatePersons};
use crate::path::testing::*;

fn protection() -> OrgId {
    "child-protection-rotterdam".parse().unwrap()
}

fn said(claim: serde_json::Value) -> UpdateIdentity {
    UpdateIdentity {
        claim: serde_json::from_value::<IdentityInput>(claim).unwrap(),
        assurance: Assurance::SelfDeclared,
    }
}

/// A girl of fourteen whom the night shelter was told of.
fn girl() -> Given {
    given([signalled()]).when(said(serde_json::json!({ "birth_date": "2011-05-06" })))
}

/// For whom it waits that the minor is protected.
fn asked(path: &CarePath, day: i64) -> Vec<Addressee> {
    let tasks = path.open_tasks(evening(day), &Deadlines::default(), &directory());
    let tasks = tasks.into_iter().filter(|task| task.kind == TaskKind::ProtectMinor);
    tasks.inspect(|task| assert_eq!(task.due - task.since, TimeDelta::hours(1))).map(|task| task.addressee).collect()
}

#[test]
fn a_minor_alone_is_a_task_at_once_for_the_coordinator_and_whoever_learned_it_and_child_protection() {
    girl().then(|path| {
        let waits = [
            Addressee::Coordinator(rotterdam()),
            Addressee::Organisation("night-shelter-rotterdam".parse().unwrap()),
            Addressee::Organisation(protection()),
        ];
        assert_eq!(asked(path, 0), waits);
    });
    given([signalled()]).when(said(serde_json::json!({ "birth_date": "1990" }))).then(|path| {
        assert!(asked(path, 0).is_empty());
    });
    given([signalled()]).then(|path| assert!(asked(path, 0).is_empty(), "nobody knows how old they are"));
}

#[test]
fn whoever_is_estimated_to_be_under_age_counts_until_they_have_grown_up() {
    let estimated = || given([signalled()]).when(said(serde_json::json!({ "approximate_age": 17 })));
    estimated().then(|path| {
        assert!(!asked(path, 364).is_empty() && asked(path, 366).is_empty());
        // The list changes by time alone, and says when.
        let changes = path.changes_by_itself(evening(0), &Deadlines::default()).unwrap();
        assert!(changes > evening(364) && changes < evening(366), "{changes}");
    });
}

#[test]
fn a_parent_or_guardian_on_record_ends_it_and_its_end_brings_it_back() {
    let with = another_person();
    for kind in [RelationKind::Parent, RelationKind::Guardian] {
        girl()
            .and(RelatePersons { with, kind, explanation: None })
            .then(|path| assert!(asked(path, 0).is_empty()))
            .days_later(1)
            .and_on(with, UnrelatePersons::default())
            .then(|path| assert!(!asked(path, 1).is_empty()));
    }
    girl()
        .and(RelatePersons { with, kind: RelationKind::TravelsWith, explanation: None })
        .then(|path| assert!(!asked(path, 0).is_empty(), "a companion is no guardian"));
}

#[test]
fn child_protection_that_took_the_child_in_has_done_it() {
    let taken_in = girl().by(child_protection()).and(crate::path::intake::RecordIntake::default());
    taken_in.then(|path| assert!(asked(path, 0).is_empty()));
}

#[test]
fn a_referral_to_child_protection_does_it_until_it_is_declined() {
    let refer = Refer { to: protection(), offering: Offering::SocialWork, urgency: None, reason: None, overbook: None };
    let decline = DeclineReferral { reason: DeclineReason::Other, explanation: None };
    let referred = girl().and(refer).then(|path| assert!(asked(path, 0).is_empty()));
    let declined = referred.by(principal(protection().as_str(), crate::actor::Actor::ClientSupporter));
    declined.and_on(ReferralId(id_of_command(1)), decline).then(|path| assert!(!asked(path, 0).is_empty()));
}

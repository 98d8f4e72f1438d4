use super::super::identity::{IdentityInput, UpdateIdentity};
use super::super::testing::*;
use super::*;
use crate::codes::{Assurance, Phase};

fn close() -> CloseCase {
    CloseCase { reason: CloseReason::Housed, explanation: None }
}

#[test]
fn a_case_is_closed_with_a_reason_and_reopened() {
    given([signalled()]).when(close()).then(|path| assert_eq!(path.phase(), Phase::Closed));
    given([signalled()])
        .when(close())
        .and(ReopenCase::default())
        .then(|path| assert_eq!(path.phase(), Phase::Signalled));
}

#[test]
fn what_is_closed_is_not_closed_again_and_what_is_open_not_reopened() {
    given([signalled()]).when(close()).and(close()).then_err(CaseRefusal::Closed);
    given([signalled()]).when(ReopenCase::default()).then_err(CaseRefusal::NotClosed);
}

#[test]
fn nothing_closes_a_case_by_itself_not_even_a_death() {
    given([signalled()]).when(RecordDeath::default()).then(|path| assert!(!path.is_closed()));
    given([signalled()])
        .when(RecordDeath::default())
        .and(RecordDeath::default())
        .then_err(CaseRefusal::DeathAlreadyRecorded);
}

#[test]
fn nobody_dies_in_the_future_or_before_they_were_born() {
    let died = |day: &str| RecordDeath { died_on: Some(day.parse().unwrap()), explanation: None };
    let born = |day: &str| UpdateIdentity {
        claim: IdentityInput { birth_date: Some(day.parse().unwrap()), ..IdentityInput::default() },
        assurance: Assurance::SelfDeclared,
    };
    given([signalled()]).when(died("2026-01-11")).then_field("died_on");
    given([signalled()]).when(born("2005-03-02")).and(died("2005-03-01")).then_field("died_on");
    given([signalled()]).when(born("2005-03-02")).and(died("2005-03-02")).then_types(["death_recorded"]);
    given([signalled()]).when(died("2026-01-10")).then_types(["death_recorded"]);
}

#[test]
fn a_case_moves_with_its_coordinator() {
    let to_utrecht = AssignCoordinator { municipality: Some("utrecht".parse().unwrap()), coordinator: None };
    given([signalled()]).when(to_utrecht).then(|path| {
        assert_eq!(path.municipality().map(Municipality::as_str), Some("utrecht"));
    });
}

#[test]
fn a_case_is_assigned_only_to_a_coordinator_who_exists_and_is_of_the_municipality() {
    let assign = |municipality: Option<&str>, coordinator: &str| AssignCoordinator {
        municipality: municipality.map(|name| name.parse().unwrap()),
        coordinator: Some(coordinator.parse().unwrap()),
    };
    given([signalled()]).when(assign(None, "coordinator-rotterdam")).then_types(["coordinator_assigned"]);
    given([signalled()]).when(assign(None, "nobody")).then_field("coordinator");
    given([signalled()]).when(assign(Some("utrecht"), "coordinator-rotterdam")).then_field("coordinator");
}

#[test]
fn a_note_may_be_added_to_a_closed_case() {
    let note = AddNote { text: "called the family".parse().unwrap() };
    given([signalled(), closed(CloseReason::Housed)]).when(note).then_types(["note_added"]);
}

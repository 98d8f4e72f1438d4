use super::super::testing::*;
use super::*;
use crate::actor::Actor;
use crate::codes::{CloseReason, Phase};
use crate::path::case::CaseRefusal;
use crate::path::intake::RecordIntake;

#[test]
fn a_signal_about_somebody_unknown_opens_a_provisional_person_and_asks_no_id() {
    given([]).when(a_signal()).then(|path| {
        assert!(path.exists());
        assert_eq!(path.phase(), Phase::Signalled);
        assert_eq!(path.municipality(), Some(&rotterdam()));
    });
}

#[test]
fn a_signal_about_a_known_person_does_not_assign_a_coordinator_again() {
    given([signalled()]).when(a_signal()).then_types(["signal_received"]);
}

#[test]
fn a_signal_of_which_nobody_would_follow_the_person_is_refused_by_field() {
    let of_no_city = || principal("police-of-the-country", Actor::Police);
    given([]).by(of_no_city()).when(a_signal()).then_field("municipality");
    let named = ReportSignal { municipality: Some("rotterdam".parse().unwrap()), ..a_signal() };
    given([]).by(of_no_city()).when(named).then_types(["signal_received", "coordinator_assigned"]);
    given([]).when(a_signal()).by(of_no_city()).and(a_signal()).then_types(["signal_received"]);
}

#[test]
fn a_signal_for_a_municipality_without_organisations_is_refused_by_field() {
    let command = ReportSignal { municipality: Some("atlantis".parse().unwrap()), ..a_signal() };
    given([]).when(command).then_field("municipality");
}

#[test]
fn a_contact_moves_the_path_on() {
    given([signalled()]).when(a_contact()).then(|path| assert_eq!(path.phase(), Phase::InContact));
}

#[test]
fn what_shows_that_the_person_is_there_opens_a_closed_case_again() {
    let closed = || given([signalled(), closed(CloseReason::Housed)]);
    closed().when(a_contact()).then_types(["contact_made", "case_reopened"]).then(|path| assert!(!path.is_closed()));
    closed().when(a_signal()).then_types(["signal_received", "case_reopened"]);
    closed().when(RecordIntake::default()).then_types(["intake_completed", "case_reopened"]);
    closed().when(a_bed()).then_types(["bed_assigned", "case_reopened"]);
    closed().when(a_referral()).then_err(CaseRefusal::Closed);
}

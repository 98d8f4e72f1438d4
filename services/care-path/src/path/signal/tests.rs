use super::super::testing::*;
use super::*;
use crate::codes::{CloseReason, Phase};
use crate::path::case::CaseRefusal;

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
fn a_signal_for_a_municipality_without_organisations_is_refused_by_field() {
    let command = ReportSignal { municipality: Some("atlantis".parse().unwrap()), ..a_signal() };
    given([]).when(command).then_field("municipality");
}

#[test]
fn a_contact_moves_the_path_on() {
    given([signalled()]).when(a_contact()).then(|path| assert_eq!(path.phase(), Phase::InContact));
}

#[test]
fn a_contact_on_a_closed_case_is_refused_until_it_is_reopened() {
    given([signalled(), closed(CloseReason::Housed)]).when(a_contact()).then_err(CaseRefusal::Closed);
}

use super::super::testing::*;
use super::*;

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

use super::super::testing::*;
use super::*;

fn incident(kind: IncidentKind) -> ObserveIncident {
    ObserveIncident { kind, severity: Severity::Medium, description: None }
}

#[test]
fn two_health_incidents_in_one_night_ask_for_a_review_and_one_does_not() {
    let lost = || incident(IncidentKind::LostAtNight);
    given([signalled()]).when(lost()).then(|path| assert!(path.unsuitable_since().is_none()));
    given([signalled()]).when(lost()).and(lost()).then(|path| assert!(path.unsuitable_since().is_some()));
}

#[test]
fn incidents_of_two_nights_or_of_conduct_do_not() {
    let lost = || incident(IncidentKind::LostAtNight);
    given([signalled()]).when(lost()).a_day_later().and(lost()).then(|path| assert!(path.unsuitable_since().is_none()));
    given([signalled()])
        .when(incident(IncidentKind::Theft))
        .and(incident(IncidentKind::Conflict))
        .then(|path| assert!(path.unsuitable_since().is_none()));
}

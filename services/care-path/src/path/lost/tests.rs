use super::super::testing::*;
use super::*;
use crate::codes::{
    CareAlertOutcome, ExceptionState, LookoutOutcome, LookoutState, OrgKind, Phase, RetractReason, TaskKind,
};
use crate::deadlines::Deadlines;
use crate::path::correction::RetractEntry;

const LOOKOUT: LookoutId = LookoutId(id_of_command(0));

fn resolve() -> ResolveLookout {
    ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None }
}

fn alert(to: &str) -> FileCareAlert {
    FileCareAlert { to: to.parse().unwrap(), description: "a man of 50".parse().unwrap(), expires_at: None }
}

#[test]
fn a_lookout_for_somebody_begins_an_episode_out_of_sight() {
    given([signalled()])
        .when(a_lookout())
        .then_types(["went_out_of_sight", "lookout_issued"])
        .then(|path| assert_eq!(path.phase(), Phase::OutOfSight));
}

#[test]
fn a_second_lookout_in_one_episode_does_not_begin_another() {
    given([signalled()]).when(a_lookout()).and(a_lookout()).then_types(["lookout_issued"]);
}

#[test]
fn a_second_episode_escalates_at_once() {
    given([signalled()]).when(a_lookout()).and_on(LOOKOUT, resolve()).a_day_later().and(a_lookout()).then_types([
        "went_out_of_sight",
        "escalated",
        "lookout_issued",
    ]);
}

#[test]
fn a_disappearance_overtakes_a_pending_request_and_does_not_deny_it() {
    given([signalled()])
        .when(a_bed())
        .and(an_exception_request())
        .and(a_lookout())
        .then_types(["went_out_of_sight", "exception_overtaken", "lookout_issued"])
        .then(|path| assert_eq!(path.exceptions[0].state(), ExceptionState::Overtaken));
}

#[test]
fn a_sighting_does_not_end_the_episode_and_its_resolution_does() {
    given([signalled()])
        .when(a_lookout())
        .and_on(LOOKOUT, ReportSighting::default())
        .then(|path| assert!(path.is_out_of_sight()))
        .and_on(LOOKOUT, resolve())
        .then(|path| assert!(!path.is_out_of_sight()));
}

#[test]
fn meeting_the_person_ends_the_episode() {
    given([signalled()]).when(a_lookout()).and(a_contact()).then(|path| assert!(!path.is_out_of_sight()));
}

#[test]
fn an_older_contact_that_is_recorded_late_does_not_end_it() {
    given([signalled()])
        .when(a_lookout())
        .a_day_earlier()
        .and(a_contact())
        .then(|path| assert!(path.is_out_of_sight()));
}

#[test]
fn a_lookout_goes_to_every_organisation_of_the_kind_in_the_municipality_once() {
    let kind = LookoutRecipient::Kind { kind: OrgKind::NightShelter, municipality: rotterdam() };
    let named = LookoutRecipient::Organisation { organisation: "night-shelter-rotterdam".parse().unwrap() };
    let lookout = IssueLookout { recipients: [kind, named].into(), ..a_lookout() };
    given([signalled()]).when(lookout).then(|path| {
        let recipients = &path.lost.lookouts[0].issued.recipients;
        assert_eq!(recipients.iter().filter(|org| org.as_str() == "night-shelter-rotterdam").count(), 1);
    });
}

#[test]
fn a_lookout_never_goes_to_the_police_or_an_embassy() {
    for to in ["police-rotterdam", "embassy-pl"] {
        let recipients = [LookoutRecipient::Organisation { organisation: to.parse().unwrap() }].into();
        given([signalled()]).when(IssueLookout { recipients, ..a_lookout() }).then_field("recipients");
    }
}

#[test]
fn a_lookout_that_nobody_would_receive_is_refused() {
    given([signalled()])
        .when(IssueLookout { recipients: [].into(), ..a_lookout() })
        .then_err(LostRefusal::NoRecipients);
}

#[test]
fn a_lookout_that_has_expired_already_is_refused_by_field() {
    given([signalled()]).when(IssueLookout { expires_at: Some(moment(-2)), ..a_lookout() }).then_field("expires_at");
}

#[test]
fn nobody_is_asked_to_look_out_for_longer_than_the_longest_term() {
    let until = |day| Some(moment(day));
    let lookout = |day| IssueLookout { expires_at: until(day), ..a_lookout() };
    given([signalled()]).when(lookout(90)).then(|path| {
        assert_eq!(path.lost.lookouts[0].issued.expires_at, evening(90));
    });
    given([signalled()]).when(lookout(91)).then_field("expires_at");
    let alert = |day| FileCareAlert { expires_at: until(day), ..alert("police-rotterdam") };
    given([signalled()]).when(alert(14)).then(|path| {
        assert_eq!(path.lost.care_alerts[0].filed.expires_at, evening(14));
    });
    given([signalled()]).when(alert(15)).then_field("expires_at");
}

#[test]
fn a_municipality_sets_its_longest_terms_and_what_ends_by_default_keeps_to_them() {
    let terms = |lookout, alert| Deadlines {
        lookout_longest_days: lookout,
        care_alert_longest_days: alert,
        ..Deadlines::default()
    };
    let lookout = |day| IssueLookout { expires_at: Some(moment(day)), ..a_lookout() };
    given([signalled()]).under(terms(200, 14)).when(lookout(200)).then_types(["went_out_of_sight", "lookout_issued"]);
    given([signalled()]).under(terms(200, 14)).when(lookout(201)).then_field("expires_at");
    given([signalled()]).under(terms(7, 3)).when(a_lookout()).and(alert("police-rotterdam")).then(|path| {
        assert_eq!(path.lost.lookouts[0].issued.expires_at, evening(7));
        assert_eq!(path.lost.care_alerts[0].filed.expires_at, evening(3));
    });
}

#[test]
fn only_a_recipient_acknowledges_and_only_once() {
    given([signalled()]).when(a_lookout()).by(street_doctor()).and_on(LOOKOUT, AcknowledgeLookout {}).then_not_yours();
    given([signalled()])
        .when(a_lookout())
        .by(shelter24())
        .and_on(LOOKOUT, AcknowledgeLookout {})
        .then_types(["lookout_acknowledged"])
        .and_on(LOOKOUT, AcknowledgeLookout {})
        .then_err(LostRefusal::AlreadyAcknowledged);
}

#[test]
fn a_resolved_lookout_takes_no_sightings_and_is_not_resolved_again() {
    given([signalled()])
        .when(a_lookout())
        .and_on(LOOKOUT, resolve())
        .and_on(LOOKOUT, ReportSighting::default())
        .then_err(LostRefusal::LookoutClosed);
    given([signalled()]).when_on(LOOKOUT, resolve()).then_err(LostRefusal::UnknownLookout);
}

#[test]
fn what_is_seen_after_a_lookout_expired_is_reported_elsewhere() {
    let late = || given([signalled()]).when(a_lookout()).days_later(15);
    late().and_on(LOOKOUT, ReportSighting::default()).then_err(LostRefusal::LookoutClosed);
    late().by(shelter24()).and_on(LOOKOUT, AcknowledgeLookout {}).then_err(LostRefusal::LookoutClosed);
    let answer = AnswerCareAlert { outcome: CareAlertOutcome::Seen, explanation: None };
    given([signalled()])
        .when(alert("police-rotterdam"))
        .days_later(15)
        .by(police())
        .and_on(CareAlertId(id_of_command(0)), answer)
        .then_err(LostRefusal::AlertEnded);
}

#[test]
fn only_the_issuer_or_the_coordinator_resolves() {
    given([signalled()]).when(a_lookout()).by(shelter24()).and_on(LOOKOUT, resolve()).then_not_yours();
    given([signalled()])
        .when(a_lookout())
        .by(coordinator())
        .and_on(LOOKOUT, resolve())
        .then_types(["lookout_resolved"]);
}

#[test]
fn a_lookout_expires_at_its_time_and_not_before() {
    given([signalled()]).when(a_lookout()).and_on(LOOKOUT, ExpireLookout {}).then_err(LostRefusal::NotExpired);
    given([signalled()])
        .when(a_lookout())
        .days_later(15)
        .and_on(LOOKOUT, ExpireLookout {})
        .then(|path| assert_eq!(path.lost.lookouts[0].state(), LookoutState::Expired));
}

#[test]
fn a_care_alert_goes_to_the_police_who_answer_it() {
    given([signalled()]).when(alert("shelter24-rotterdam")).then_err(LostRefusal::NotToPolice);
    given([signalled()]).when(alert("enforcement-rotterdam")).then_types(["care_alert_filed"]);
    let answer = || AnswerCareAlert { outcome: CareAlertOutcome::Received, explanation: None };
    let filed = CareAlertId(id_of_command(0));
    given([signalled()]).when(alert("police-rotterdam")).and_on(filed, answer()).then_not_yours();
    given([signalled()])
        .when(alert("police-rotterdam"))
        .by(police())
        .and_on(filed, answer())
        .then_types(["care_alert_answered"]);
    given([signalled()]).when_on(filed, answer()).then_err(LostRefusal::UnknownAlert);
}

#[test]
fn nobody_goes_out_of_sight_twice_at_once() {
    given([signalled()]).when(MarkOutOfSight {}).and(MarkOutOfSight {}).then_err(LostRefusal::AlreadyOutOfSight);
}

#[test]
fn who_was_found_dead_died_and_nobody_goes_on_looking_or_waiting() {
    let died = || ResolveLookout { outcome: LookoutOutcome::Died, explanation: None };
    given([signalled()])
        .when(a_lookout())
        .and(alert("police-rotterdam"))
        .and(a_referral())
        .and_on(LOOKOUT, died())
        .then_types(["death_recorded", "lookout_resolved"])
        .then(|path| {
            assert_eq!(path.lost.lookouts[0].state(), LookoutState::Resolved);
            assert!(path.lost.care_alerts[0].over.is_some() && !path.referrals[0].is_open());
            assert!(path.case.died.is_some() && !path.is_out_of_sight());
        });
    given([signalled()])
        .when(a_lookout())
        .and(crate::path::case::RecordDeath::default())
        .and_on(LOOKOUT, died())
        .then_types(["lookout_resolved"]);
}

#[test]
fn a_lookout_stands_where_what_ended_it_is_gone() {
    // The other record of a linked person had the contact, and the two are not one after all.
    let ended = LookoutEnded { lookout: LOOKOUT, reason: LookoutEndReason::Found };
    given([signalled()])
        .when(a_lookout())
        .by(crate::actor::Principal::baken())
        .and_happened(&LostEvent::LookoutEnded(ended.clone()).into())
        .then(|path| assert_eq!(path.lost.lookouts[0].state(), LookoutState::Open));
    given([signalled()])
        .when(a_lookout())
        .and_happened(&LostEvent::LookoutEnded(ended).into())
        .then(|path| assert_eq!(path.lost.lookouts[0].state(), LookoutState::Ended));
}

#[test]
fn a_hospital_that_is_asked_to_look_out_acknowledges_and_says_whom_it_saw() {
    let recipients = [LookoutRecipient::Organisation { organisation: "hospital-rotterdam".parse().unwrap() }].into();
    given([signalled()])
        .when(IssueLookout { recipients, ..a_lookout() })
        .by(hospital())
        .and_on(LOOKOUT, AcknowledgeLookout {})
        .then_types(["lookout_acknowledged"])
        .and_on(LOOKOUT, ReportSighting::default())
        .then_types(["sighting_reported"]);
    let recipients =
        [LookoutRecipient::Organisation { organisation: "street-doctor-rotterdam".parse().unwrap() }].into();
    given([signalled()]).when(IssueLookout { recipients, ..a_lookout() }).then_field("recipients");
}

#[test]
fn who_was_told_that_it_was_over_is_asked_again_where_it_is_not() {
    let ended = LookoutEnded { lookout: LOOKOUT, reason: LookoutEndReason::Found };
    let read = || given([signalled()]).when(a_lookout()).by(shelter24()).and_on(LOOKOUT, AcknowledgeLookout {});
    let told = || {
        let baken = read().a_day_later().by(crate::actor::Principal::baken());
        baken.and_happened(&LostEvent::LookoutEnded(ended.clone()).into()).by(shelter24())
    };
    let shelter = shelter24().organisation;
    read().then(|path| assert!(path.lost.lookouts[0].is_acknowledged_by(&shelter)));
    told().then(|path| {
        assert_eq!(path.lost.lookouts[0].state(), LookoutState::Open);
        assert!(!path.lost.lookouts[0].is_acknowledged_by(&shelter));
    });
    let again = told().a_day_later().and_on(LOOKOUT, AcknowledgeLookout {});
    again.then(|path| assert!(path.lost.lookouts[0].is_acknowledged_by(&shelter)));

    let filed = CareAlertId(id_of_command(0));
    let not_seen = || AnswerCareAlert { outcome: CareAlertOutcome::NotSeen, explanation: None };
    let answered = given([signalled()]).when(alert("police-rotterdam")).by(police()).and_on(filed, not_seen());
    let answered = answered.then(|path| assert!(path.lost.care_alerts[0].is_answered())).a_day_later();
    let ended = CareAlertEnded { alert: filed, reason: LookoutEndReason::Found };
    let told = answered.by(crate::actor::Principal::baken()).and_happened(&LostEvent::CareAlertEnded(ended).into());
    told.then(|path| assert!(path.lost.care_alerts[0].over.is_none() && !path.lost.care_alerts[0].is_answered()));
}

fn retract() -> RetractEntry {
    RetractEntry { reason: RetractReason::WrongValue, explanation: None }
}

/// When an organisation is to acknowledge the lookout, if it is.
fn asked_until(given: &Given) -> Option<DateTime> {
    let tasks = given.path().open_tasks(given.now(), &Deadlines::default(), &directory());
    tasks.iter().find(|task| task.kind == TaskKind::AcknowledgeLookout).map(|task| task.due)
}

#[test]
fn whoever_was_told_that_somebody_was_found_is_asked_anew_once_that_is_taken_back() {
    let read = || given([signalled()]).when(a_lookout()).by(shelter24()).and_on(LOOKOUT, AcknowledgeLookout {});
    let met = read().a_day_later().and(a_contact());
    let contact = met.last_id();
    let told = met.watched().then(|path| assert!(path.lost.lookouts[0].over().is_some_and(|over| over.told)));
    let resolved = read().a_day_later().by(coordinator()).and_on(LOOKOUT, resolve());
    let resolution = resolved.last_id();
    for (found, entry) in [(told, contact), (resolved, resolution)] {
        assert_eq!(asked_until(&found), None);
        let again = found.a_day_later().and_on(entry, retract());
        assert_eq!(again.path().lost.lookouts[0].state(), LookoutState::Open);
        // They have as long as they had the first time: nobody is late.
        assert_eq!(asked_until(&again), Some(crate::time::hours_after(again.now(), 2)));
        let acknowledged = again.by(shelter24()).and_on(LOOKOUT, AcknowledgeLookout {});
        assert!(acknowledged.path().lost.lookouts[0].is_acknowledged_by(&shelter24().organisation));
    }
}

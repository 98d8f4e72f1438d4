use super::super::testing::*;
use super::*;
use crate::codes::{CloseReason, IndOutcome, YesNoUnknown};
use crate::path::case::CaseRefusal;
use YesNoUnknown::{No, Yes};

fn worker() -> AssessRights {
    AssessRights(RightsAnswers {
        union_citizen: Some(Yes),
        works: Some(Yes),
        hours_per_week: Some(20),
        ..RightsAnswers::default()
    })
}

/// Two months in the country, not working, asks for shelter.
fn newcomer() -> AssessRights {
    AssessRights(RightsAnswers {
        union_citizen: Some(Yes),
        months_of_stay: Some(2),
        works: Some(No),
        temporarily_unfit_for_work: Some(No),
        involuntarily_unemployed: Some(No),
        in_vocational_training: Some(No),
        asks_for_shelter: Some(Yes),
        domestic_violence: Some(No),
        ..RightsAnswers::default()
    })
}

fn ind(outcome: IndOutcome, appeal_pending: bool) -> RecordIndDecision {
    RecordIndDecision { outcome, decided_on: None, appeal_pending }
}

fn insurance(status: InsuranceStatus) -> RecordInsurance {
    RecordInsurance { status }
}

fn report() -> FileUninsuredReport {
    FileUninsuredReport { consent_effort: "asked in Polish; does not want to be named".parse().unwrap() }
}

fn uninsured_for_days(path: &CarePath) -> Option<i64> {
    path.uninsured_since().map(|stamp| (stamp.recorded_at - evening(0)).num_days())
}

#[test]
fn an_assessment_names_its_ruleset_its_ground_and_that_it_does_not_bind() {
    given([signalled()]).when(worker()).then_types(["rights_assessed"]).then(|path| {
        let assessed = path.latest_assessment().unwrap();
        assert_eq!(assessed.ruleset.as_str(), "2026-1");
        assert_eq!(assessed.outcome, RightsOutcome::Likely);
        assert_eq!(assessed.article.get(), Some(&RightsBasis::Worker));
        assert_eq!(assessed.answers.get(), Some(&worker().0));
        assert!(!assessed.binding());
    });
}

#[test]
fn a_municipality_without_any_answer_may_assess_and_the_right_is_unclear() {
    let without: AssessRights = serde_json::from_str("{}").unwrap();
    given([signalled()]).when(without).then(|path| {
        assert_eq!(path.latest_assessment().unwrap().outcome, RightsOutcome::Unclear);
    });
}

#[test]
fn an_answer_to_a_question_that_is_not_asked_is_refused() {
    assert!(serde_json::from_str::<AssessRights>(r#"{"union_citizen": "yes", "works": "unknown"}"#).is_ok());
    assert!(serde_json::from_str::<AssessRights>(r#"{"passport_number": "X"}"#).is_err());
    assert!(serde_json::from_str::<AssessRights>(r#"{"works": true}"#).is_err());
}

#[test]
fn answers_that_cannot_be_are_refused_by_field() {
    let answers = |change: fn(&mut RightsAnswers)| {
        let AssessRights(mut answers) = worker();
        change(&mut answers);
        given([signalled()]).when(AssessRights(answers))
    };
    answers(|answers| answers.hours_per_week = Some(168)).then_types(["rights_assessed"]);
    answers(|answers| answers.hours_per_week = Some(169)).then_field("hours_per_week");
    answers(|answers| answers.hours_per_month = Some(744)).then_types(["rights_assessed"]);
    answers(|answers| answers.hours_per_month = Some(745)).then_field("hours_per_month");
    answers(|answers| answers.works = Some(No)).then_field("works");
    answers(|answers| answers.works = None).then_field("works");
}

#[test]
fn likely_not_closes_and_denies_nothing_and_awaits_a_decision_of_the_ind() {
    given([signalled()]).when(newcomer()).then_types(["rights_assessed"]).then(|path| {
        let assessed = path.latest_assessment().unwrap();
        assert_eq!(assessed.outcome, RightsOutcome::LikelyNot);
        assert_eq!(assessed.alternatives, WITHOUT_ENTITLEMENT);
        assert!(assessed.ind_decision_needed);
        assert!(path.ind_decision_awaited_since().is_some());
        assert!(!path.is_closed());
    });
}

#[test]
fn somebody_who_likely_has_no_right_is_still_given_a_bed_and_referred() {
    given([signalled()]).when(newcomer()).and(a_bed()).then_types(["bed_assigned"]);
    given([signalled()]).when(newcomer()).and(a_referral()).then_types(["referral_made"]);
}

#[test]
fn the_decision_of_the_ind_is_awaited_from_the_first_assessment_that_demands_it() {
    given([signalled()]).when(newcomer()).days_later(3).and(newcomer()).then(|path| {
        assert_eq!(path.ind_decision_awaited_since().unwrap().recorded_at, evening(0));
        assert_eq!(path.rights.assessments.len(), 2);
    });
}

#[test]
fn the_decision_is_no_longer_awaited_once_it_is_there_or_nothing_demands_it() {
    given([signalled()]).when(worker()).then(|path| assert_eq!(path.ind_decision_awaited_since(), None));
    given([signalled()])
        .when(newcomer())
        .and(worker())
        .then(|path| assert_eq!(path.ind_decision_awaited_since(), None));
    given([signalled()])
        .when(newcomer())
        .and(ind(IndOutcome::NoLawfulResidence, false))
        .then(|path| assert_eq!(path.ind_decision_awaited_since(), None));
}

#[test]
fn the_decision_on_file_is_followed_and_not_asked_for_again() {
    given([signalled()])
        .when(ind(IndOutcome::NoLawfulResidence, false))
        .and(worker())
        .then(|path| {
            let assessed = path.latest_assessment().unwrap();
            assert_eq!(assessed.outcome, RightsOutcome::LikelyNot);
            assert_eq!(assessed.article.get(), Some(&RightsBasis::IndDecision));
            assert_eq!(path.ind_decision_awaited_since(), None);
        })
        .and(ind(IndOutcome::NoLawfulResidence, true))
        .and(worker())
        .then(|path| assert_eq!(path.latest_assessment().unwrap().outcome, RightsOutcome::Unclear))
        .and(ind(IndOutcome::LawfulResidence, false))
        .and(newcomer())
        .then(|path| assert_eq!(path.latest_assessment().unwrap().outcome, RightsOutcome::Likely));
}

#[test]
fn a_decision_of_the_ind_says_whether_an_appeal_is_pending_and_lies_in_the_past() {
    assert!(serde_json::from_str::<RecordIndDecision>(r#"{"outcome": "no_lawful_residence"}"#).is_err());
    let on = |day: &str| RecordIndDecision {
        decided_on: Some(day.parse().unwrap()),
        ..ind(IndOutcome::LawfulResidence, false)
    };
    given([signalled()]).when(on("2026-01-10")).then_types(["ind_decision_recorded"]);
    given([signalled()]).when(on("2026-01-12")).then_field("decided_on");
}

#[test]
fn the_seven_days_for_the_report_run_from_when_the_person_was_first_known_to_be_uninsured() {
    given([signalled()])
        .when(insurance(InsuranceStatus::Unknown))
        .then(|path| assert_eq!(uninsured_for_days(path), None))
        .days_later(1)
        .and(insurance(InsuranceStatus::Uninsured))
        .days_later(4)
        .and(insurance(InsuranceStatus::Uninsured))
        .then(|path| assert_eq!(uninsured_for_days(path), Some(1)));
}

#[test]
fn a_report_answers_the_duty_and_records_the_effort_to_obtain_consent() {
    given([signalled()])
        .when(insurance(InsuranceStatus::Uninsured))
        .by(street_doctor())
        .and(report())
        .then_types(["uninsured_report_filed"])
        .then(|path| {
            assert_eq!(path.uninsured_since(), None);
            assert_eq!(path.rights.uninsured_reports[0].consent_effort.get(), Some(&report().consent_effort));
        })
        .days_later(60)
        .and(insurance(InsuranceStatus::Uninsured))
        .then(|path| assert_eq!(uninsured_for_days(path), Some(60)));
}

#[test]
fn who_turns_out_to_be_insured_needs_no_report() {
    for status in [InsuranceStatus::InsuredNl, InsuranceStatus::InsuredHomeCountry] {
        given([signalled()])
            .when(insurance(InsuranceStatus::Uninsured))
            .and(insurance(status))
            .then(|path| assert_eq!(path.uninsured_since(), None))
            .and(report())
            .then_err(RightsRefusal::Insured);
    }
}

#[test]
fn a_report_needs_no_proof_that_somebody_is_uninsured() {
    given([signalled()]).when(report()).then_types(["uninsured_report_filed"]);
    given([signalled()]).when(insurance(InsuranceStatus::Unknown)).and(report()).then_types(["uninsured_report_filed"]);
}

#[test]
fn a_report_without_the_effort_to_obtain_consent_is_refused() {
    assert!(serde_json::from_str::<FileUninsuredReport>("{}").is_err());
    assert!(serde_json::from_str::<FileUninsuredReport>(r#"{"consent_effort": " "}"#).is_err());
}

#[test]
fn nothing_is_recorded_on_a_closed_case() {
    let closed = || given([signalled(), closed(CloseReason::Housed)]);
    closed().when(worker()).then_err(CaseRefusal::Closed);
    closed().when(ind(IndOutcome::LawfulResidence, false)).then_err(CaseRefusal::Closed);
    closed().when(insurance(InsuranceStatus::Uninsured)).then_err(CaseRefusal::Closed);
    closed().when(report()).then_err(CaseRefusal::Closed);
}

#[test]
fn an_assessment_that_binds_cannot_be_read_from_the_log() {
    given([signalled()]).when(newcomer()).then_event(|event| {
        let data = event.data().unwrap();
        assert_eq!(data["binding"], false);
        let read = crate::event::read("rights_assessed", 1, data.clone());
        assert_eq!(read.as_ref(), Ok(event));
        let mut binding = data;
        binding["binding"] = true.into();
        crate::event::read("rights_assessed", 1, binding).is_err()
    });
}

#[test]
fn the_log_keeps_what_describes_the_person_sealed_and_the_outcome_in_clear() {
    given([signalled()]).when(newcomer()).then_event(|event| {
        insta::assert_json_snapshot!(event.data().unwrap(), @r#"
        {
          "alternatives": [
            "meal_warm_seat",
            "medical_drop_in",
            "legal_clinic",
            "client_support",
            "multilingual_health_info",
            "social_work"
          ],
          "answers": {
            "$private": "social",
            "value": {
              "asks_for_shelter": "yes",
              "domestic_violence": "no",
              "in_vocational_training": "no",
              "involuntarily_unemployed": "no",
              "months_of_stay": 2,
              "temporarily_unfit_for_work": "no",
              "union_citizen": "yes",
              "works": "no"
            }
          },
          "article": {
            "$private": "social",
            "value": "first_three_months"
          },
          "binding": false,
          "ind_decision_needed": true,
          "outcome": "likely_not",
          "ruleset": "2026-1"
        }
        "#);
        true
    });
}

#[test]
fn after_an_erasure_the_outcome_remains_and_nothing_that_describes_the_person() {
    let erased = RightsEvent::IndDecisionRecorded(IndDecisionRecorded { decision: Private::erased() });
    given([signalled(), erased.into()]).when(worker()).then(|path| {
        assert_eq!(path.latest_assessment().unwrap().outcome, RightsOutcome::Likely);
    });
    let erased = RightsEvent::InsuranceRecorded(InsuranceRecorded { status: Private::erased() });
    given([signalled(), erased.into()]).when(report()).then(|path| assert_eq!(path.uninsured_since(), None));
}

#[test]
fn debug_output_tells_nothing_of_the_answers() {
    assert_eq!(format!("{:?}", newcomer()), "AssessRights(RightsAnswers)");
    let decision = IndDecision { outcome: IndOutcome::NoLawfulResidence, decided_on: None, appeal_pending: false };
    assert_eq!(format!("{decision:?}"), "IndDecision");
}

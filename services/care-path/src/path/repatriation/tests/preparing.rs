//! Conditions for a country and with substance, consent that was understood, and minors.

use super::*;
use crate::codes::{Offering, Problem};
use crate::path::identity::{IdentityInput, LanguageInput, UpdateIdentity};
use crate::path::referral::Refer;
use crate::path::signal::RecordContact;
use crate::views::{Progress, disclose_case_file};

fn both() -> GiveConsent {
    consent("PL", &[DataClass::Identity, DataClass::Return])
}

#[test]
fn evidence_for_one_country_says_nothing_of_another() {
    let to_romania = || ProposeHandover { country: "RO".parse().unwrap(), ..proposal() };
    prepared_but_for(None)
        .and(consent("RO", &[DataClass::Identity, DataClass::Return]))
        .and(to_romania())
        .then_err(ReturnRefusal::ConditionsMissing(MissingConditions(ReturnCondition::ALL.to_vec())));
}

fn national_of(countries: &[&str]) -> UpdateIdentity {
    let claim = serde_json::from_value(serde_json::json!({ "countries": countries })).unwrap();
    UpdateIdentity { claim, assurance: crate::codes::Assurance::SelfDeclared }
}

#[test]
fn where_it_is_not_said_evidence_is_for_the_country_that_the_person_is_a_national_of_if_that_is_known() {
    let unsaid = || EvidenceReturnCondition { country: None, ..evidence(ReturnCondition::EmbassyContacted) };
    given([signalled()]).when(unsaid()).then_field("country");
    given([signalled()]).when(national_of(&["PL", "RO"])).and(unsaid()).then_field("country");
    given([signalled()]).when(national_of(&["NL"])).and(unsaid()).then_field("country");
    given([signalled()]).when(national_of(&["NL", "RO"])).and(unsaid()).then(|path| {
        assert_eq!(path.repatriation.conditions[0].country, Some("RO".parse().unwrap()));
    });
}

#[test]
fn evidence_from_before_countries_were_recorded_counts_for_none() {
    let old = serde_json::json!({
        "condition": "housing_arranged", "status": "evidenced",
        "evidence": { "$private": "return", "value": "a letter" },
    });
    let old = crate::event::read("return_condition_evidenced", 1, old).unwrap();
    prepared_but_for(Some(ReturnCondition::HousingArranged))
        .and_happened(&old)
        .and(both())
        .and(proposal())
        .then_err(ReturnRefusal::ConditionsMissing(MissingConditions(vec![ReturnCondition::HousingArranged])));
}

#[test]
fn a_return_leads_abroad() {
    let country = || "NL".parse().unwrap();
    let to_the_netherlands = ProposeHandover { country: country(), ..proposal() };
    prepared_but_for(None).and(both()).and(to_the_netherlands).then_field("country");
    let here = EvidenceReturnCondition { country: Some(country()), ..evidence(ReturnCondition::HousingArranged) };
    given([signalled()]).when(here).then_field("country");
    given([signalled()]).when(consent("NL", &[DataClass::Return])).then_field("recipient");
}

#[test]
fn evidence_must_say_something() {
    for nothing in ["x", "xx xx", "ok.", "- - -", "12345 67890", "aaaaaa bbbbbb"] {
        let empty = EvidenceReturnCondition {
            evidence: nothing.parse().unwrap(),
            ..evidence(ReturnCondition::EmbassyContacted)
        };
        given([signalled()]).when(empty).then_field("evidence");
    }
}

fn not_applicable(condition: ReturnCondition) -> EvidenceReturnCondition {
    EvidenceReturnCondition { status: Some(ConditionStatus::NotApplicable), ..evidence(condition) }
}

fn met_with(problem: Problem) -> RecordContact {
    RecordContact { problems: [problem].into(), ..a_contact() }
}

#[test]
fn against_a_recorded_problem_only_those_who_give_care_say_that_a_condition_does_not_apply() {
    use ReturnCondition::{AddictionCareArranged as Addiction, PsychiatryArranged as Psychiatry};
    for (condition, problem) in [
        (Addiction, Problem::Alcohol),
        (Addiction, Problem::HardDrugs),
        (Psychiatry, Problem::UntreatedMental),
        (Psychiatry, Problem::ConfusedBehaviour),
        (Psychiatry, Problem::MemoryProblem),
    ] {
        let known = || given([signalled()]).by(supporter()).when(met_with(problem));
        known().and(not_applicable(condition)).then_err(ReturnRefusal::ConditionNeedsClinician);
        known().by(coordinator()).and(not_applicable(condition)).then_err(ReturnRefusal::ConditionNeedsClinician);
        known().by(street_doctor()).and(not_applicable(condition)).then_types(["return_condition_evidenced"]);
        known().and(evidence(condition)).then_types(["return_condition_evidenced"]);
    }
    let debts = given([signalled()]).by(supporter()).when(met_with(Problem::NoFixedIncome));
    debts.and(not_applicable(Addiction)).then_types(["return_condition_evidenced"]);
}

#[test]
fn a_referral_for_care_says_that_it_is_needed() {
    let to_care = Refer {
        to: "addiction-care-rotterdam".parse().unwrap(),
        offering: Offering::AddictionCare,
        urgency: None,
        reason: None,
        overbook: None,
    };
    let referred = serde_json::json!({
        "referral": id_of_command(50), "from": "night-shelter-rotterdam", "to": to_care.to, "offering": "addiction_care",
        "urgency": "routine",
    });
    let referred = crate::event::read("referral_made", 1, referred).unwrap();
    given([signalled(), referred])
        .by(supporter())
        .when(not_applicable(ReturnCondition::AddictionCareArranged))
        .then_err(ReturnRefusal::ConditionNeedsClinician);
}

#[test]
fn a_problem_that_is_recorded_later_takes_the_exemption_back_unless_a_clinician_gave_it() {
    let exempt = |by| {
        prepared_but_for(Some(ReturnCondition::PsychiatryArranged))
            .by(by)
            .and(not_applicable(ReturnCondition::PsychiatryArranged))
            .by(supporter())
            .and(both())
            .and(met_with(Problem::UntreatedMental))
            .and(proposal())
    };
    exempt(supporter())
        .then_err(ReturnRefusal::ConditionsMissing(MissingConditions(vec![ReturnCondition::PsychiatryArranged])));
    exempt(street_doctor()).then_types(["handover_proposed"]);
}

#[test]
fn a_person_has_one_open_handover_whatever_the_country() {
    let to_romania = ProposeHandover { country: "RO".parse().unwrap(), ..proposal() };
    proposed().and(to_romania).then_err(ReturnRefusal::AlreadyOpen);
}

fn speaks(language: &str) -> UpdateIdentity {
    let language = LanguageInput {
        language: language.parse().unwrap(),
        preferred: true,
        understood: true,
        interpreter_needed: true,
    };
    let claim = IdentityInput { languages: [language].into(), ..claim_of_nothing() };
    UpdateIdentity { claim, assurance: crate::codes::Assurance::SelfDeclared }
}

fn claim_of_nothing() -> IdentityInput {
    serde_json::from_value(serde_json::json!({})).unwrap()
}

#[test]
fn a_consent_is_asked_in_a_language_that_the_person_understands_or_with_an_interpreter() {
    let asked_in =
        |language: &str, interpreter| GiveConsent { language: language.parse().unwrap(), interpreter, ..both() };
    let known = || given([signalled()]).by(supporter()).when(speaks("ro"));
    known().and(asked_in("nl", false)).then_err(ReturnRefusal::ConsentNotUnderstood);
    known().and(asked_in("nl", true)).then_types(["consent_given"]);
    known().and(asked_in("ro-MD", false)).then_types(["consent_given"]);
    let met = RecordContact { language: Some("nl".parse().unwrap()), ..a_contact() };
    known().and(met).and(asked_in("nl", false)).then_types(["consent_given"]);
    // Where no language is known, the one that was asked in tells; unless that is none.
    given([signalled()]).when(asked_in("pl", false)).then_types(["consent_given"]);
    given([signalled()]).when(asked_in("und", false)).then_err(ReturnRefusal::ConsentNotUnderstood);
}

#[test]
fn a_handover_rests_on_no_consent_that_turns_out_not_to_have_been_understood() {
    let in_dutch = GiveConsent { language: "nl".parse().unwrap(), interpreter: false, ..both() };
    let found_out = || prepared_but_for(None).and(in_dutch.clone()).and(speaks("ro"));
    found_out().and(proposal()).then_err(ReturnRefusal::ConsentNotUnderstood);
    found_out().and(both()).and(proposal()).then_types(["handover_proposed"]);
}

fn born(day: &str) -> UpdateIdentity {
    let claim = serde_json::from_value(serde_json::json!({ "birth_date": day })).unwrap();
    UpdateIdentity { claim, assurance: crate::codes::Assurance::SelfDeclared }
}

fn child_protection() -> Refer {
    Refer {
        to: "child-protection-rotterdam".parse().unwrap(),
        offering: Offering::SocialWork,
        urgency: None,
        reason: None,
        overbook: None,
    }
}

#[test]
fn a_minor_is_handed_over_only_with_a_guardian_and_child_protection() {
    let of_a_minor = || prepared_but_for(None).and(both()).and(born("2010-05-02"));
    let with_guardian = || ProposeHandover { guardian: Some("her grandmother".parse().unwrap()), ..proposal() };
    of_a_minor().and(proposal()).then_err(ReturnRefusal::GuardianMissing);
    of_a_minor().and(with_guardian()).then_err(ReturnRefusal::ChildProtectionMissing);
    of_a_minor().and(child_protection()).and(proposal()).then_err(ReturnRefusal::GuardianMissing);
    of_a_minor().and(child_protection()).and(with_guardian()).then_types(["handover_proposed"]);
    let (reader, deadlines) = (coordinator(), Deadlines::default());
    let minor = |given: &Given| {
        let sight = Sight::of(&reader, given.path(), evening(1), &deadlines, &directory()).unwrap();
        disclose_case_file(&sight, this_person(), Progress::default(), &[]).minor
    };
    assert_eq!((minor(&of_a_minor()), minor(&proposed())), (Some(true), None));
    let nobody = ProposeHandover { guardian: Some("x".parse().unwrap()), ..proposal() };
    of_a_minor().and(child_protection()).and(nobody).then_field("guardian");
    // On the test's first evening the one is a day short of eighteen, and the other is eighteen.
    prepared_but_for(None).and(both()).and(born("2008-01-11")).and(proposal()).then_err(ReturnRefusal::GuardianMissing);
    prepared_but_for(None).and(both()).and(born("2008-01-10")).and(proposal()).then_types(["handover_proposed"]);
}

#[test]
fn who_turns_out_to_be_a_minor_does_not_leave_alone() {
    let accepted = || accepted().and(born("2010-05-02"));
    accepted().and_on(HANDOVER, RecordDeparture::default()).then_err(ReturnRefusal::GuardianMissing);
}

#[test]
fn an_estimate_of_the_age_counts_as_well() {
    let estimated = |years: u8| {
        let claim = serde_json::from_value(serde_json::json!({ "approximate_age": years })).unwrap();
        UpdateIdentity { claim, assurance: crate::codes::Assurance::SelfDeclared }
    };
    prepared_but_for(None).and(both()).and(estimated(15)).and(proposal()).then_err(ReturnRefusal::GuardianMissing);
    prepared_but_for(None).and(both()).and(estimated(19)).and(proposal()).then_types(["handover_proposed"]);
}

#[test]
fn a_consent_that_would_decide_nothing_is_not_taken() {
    for purpose in [ConsentPurpose::CareCoordination, ConsentPurpose::MedicalExchange, ConsentPurpose::UninsuredReport]
    {
        given([signalled()])
            .when(GiveConsent { purpose, ..consent("PL", &[DataClass::Medical]) })
            .then_field("purpose");
    }
    let recipient = Recipient::Organisation("hospital-rotterdam".parse().unwrap());
    given([signalled()]).when(GiveConsent { recipient, ..consent("PL", &[DataClass::Return]) }).then_field("recipient");
}

#[test]
fn nobody_consents_who_died() {
    let died = crate::path::case::RecordDeath::default();
    given([signalled()]).when(died).and(both()).then_err(crate::path::case::CaseRefusal::Died);
}

mod abroad;
mod preparing;
mod voluntary;

use super::super::testing::*;
use super::*;
use crate::codes::{
    Code, ConditionStatus, ConsentPurpose, DataClass, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason, Phase,
};
use crate::deadlines::Deadlines;
use crate::ids::{ConsentId, PersonId};
use crate::policy::Category;
use crate::sight::Sight;
use crate::views::{disclose_ended, disclose_handovers};

fn options(wish: ReturnWish) -> PresentReturnOptions {
    PresentReturnOptions { language: "pl".parse().unwrap(), wish, options: None, barriers: [].into() }
}

fn evidence(condition: ReturnCondition) -> EvidenceReturnCondition {
    let country = Some("PL".parse().unwrap());
    EvidenceReturnCondition { condition, country, status: None, evidence: "letter of 3 May".parse().unwrap() }
}

fn consent(country: &str, data_classes: &[DataClass]) -> GiveConsent {
    GiveConsent {
        purpose: ConsentPurpose::Repatriation,
        recipient: Recipient::Country(country.parse().unwrap()),
        data_classes: data_classes.to_vec().try_into().unwrap(),
        language: "pl".parse().unwrap(),
        interpreter: true,
    }
}

fn proposal() -> ProposeHandover {
    ProposeHandover {
        country: "PL".parse().unwrap(),
        receiving_organisation: Some("a clinic".parse().unwrap()),
        receiving: None,
        guardian: None,
        plan: None,
    }
}

fn prepared_but_for(left_out: Option<ReturnCondition>) -> Given {
    let mut given = given([signalled()]).when(options(ReturnWish::WantsToReturn)).by(supporter());
    for condition in ReturnCondition::ALL.iter().filter(|condition| Some(**condition) != left_out) {
        given = given.and(evidence(*condition));
    }
    given
}

/// Prepared, consented (command 7) and proposed (command 8).
fn proposed() -> Given {
    prepared_but_for(None).and(consent("PL", &[DataClass::Identity, DataClass::Return])).and(proposal())
}

fn acknowledged() -> Given {
    proposed().by(liaison("PL")).and_on(HANDOVER, AcknowledgeHandover {})
}

fn accepted() -> Given {
    acknowledged().and_on(HANDOVER, AcceptHandover::default()).by(supporter())
}

fn departed() -> Given {
    accepted().and_on(HANDOVER, RecordDeparture::default())
}

fn document() -> AttachHandoverDocument {
    let document = "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVy.dGFn".parse().unwrap();
    AttachHandoverDocument { document }
}

const CONSENT: ConsentId = ConsentId(id_of_command(7));
const HANDOVER: HandoverId = HandoverId(id_of_command(8));

#[test]
fn a_return_goes_from_proposal_to_follow_up() {
    let follow_up = |term| RecordFollowUp { term, outcome: FollowUpOutcome::Housed, explanation: None };
    proposed()
        .then(|path| assert_eq!(path.phase(), Phase::Returning))
        .by(liaison("PL"))
        .and_on(HANDOVER, AcknowledgeHandover {})
        .and_on(HANDOVER, AcceptHandover::default())
        .by(supporter())
        .and_on(HANDOVER, RecordDeparture::default())
        .by(liaison("PL"))
        .and_on(HANDOVER, ConfirmArrival {})
        .then(|path| assert_eq!(path.phase(), Phase::Returned))
        .days_later(30)
        .and_on(HANDOVER, follow_up(FollowUpTerm::Days30))
        .days_later(60)
        .and_on(HANDOVER, follow_up(FollowUpTerm::Days90))
        .and_on(HANDOVER, follow_up(FollowUpTerm::Days90))
        .then_err(ReturnRefusal::FollowUpAlreadyRecorded);
}

#[test]
fn a_handover_needs_all_six_return_conditions_and_the_refusal_names_the_missing_one() {
    for condition in ReturnCondition::ALL {
        prepared_but_for(Some(*condition))
            .and(consent("PL", &[DataClass::Identity, DataClass::Return]))
            .and(proposal())
            .then_err(ReturnRefusal::ConditionsMissing(MissingConditions(vec![*condition])));
        let refusal = ReturnRefusal::ConditionsMissing(MissingConditions(vec![*condition]));
        assert!(refusal.to_string().contains(condition.code()));
    }
}

#[test]
fn a_handover_needs_consent_for_that_recipient_and_for_what_is_shared() {
    prepared_but_for(None).and(proposal()).then_err(ReturnRefusal::NoConsent);
    prepared_but_for(None)
        .and(consent("RO", &[DataClass::Identity, DataClass::Return]))
        .and(proposal())
        .then_err(ReturnRefusal::NoConsent);
    prepared_but_for(None).and(consent("PL", &[DataClass::Return])).and(proposal()).then_err(ReturnRefusal::NoConsent);
}

#[test]
fn a_return_is_voluntary_and_the_persons_last_word_counts() {
    proposed().then(|path| assert!(path.repatriation.wish() == Some(ReturnWish::WantsToReturn)));
    prepared_but_for(None)
        .and(consent("PL", &[DataClass::Identity, DataClass::Return]))
        .and(options(ReturnWish::DoesNotWantToReturn))
        .and(proposal())
        .then_err(ReturnRefusal::NotVoluntary);
}

#[test]
fn a_withdrawn_consent_stops_the_handover_in_any_state() {
    let withdrawn = |given: Given| {
        given
            .and_on(CONSENT, WithdrawConsent {})
            .then_types(["consent_withdrawn", "handover_withdrawn"])
            .then(|path| assert_ne!(path.phase(), Phase::Returning))
    };
    withdrawn(proposed());
    withdrawn(acknowledged().by(supporter()));
    withdrawn(accepted());
    withdrawn(departed());
}

#[test]
fn after_the_withdrawal_nothing_about_the_handover_moves() {
    proposed()
        .and_on(CONSENT, WithdrawConsent {})
        .by(liaison("PL"))
        .and_on(HANDOVER, AcknowledgeHandover {})
        .then_err(ReturnRefusal::ConsentWithdrawn);
    proposed()
        .and_on(CONSENT, WithdrawConsent {})
        .and_on(CONSENT, WithdrawConsent {})
        .then_err(ReturnRefusal::ConsentAlreadyWithdrawn);
}

#[test]
fn a_liaison_moves_the_handovers_to_her_own_country_only() {
    proposed().by(liaison("RO")).and_on(HANDOVER, AcknowledgeHandover {}).then_not_yours();
}

#[test]
fn only_what_need_not_be_arranged_may_be_not_applicable() {
    for condition in ReturnCondition::ALL {
        let not_applicable =
            EvidenceReturnCondition { status: Some(ConditionStatus::NotApplicable), ..evidence(*condition) };
        let given = given([signalled()]).when(not_applicable);
        if condition.may_be_not_applicable() {
            given.then_types(["return_condition_evidenced"]);
        } else {
            given.then_err(ReturnRefusal::ConditionAlwaysApplies);
        }
    }
}

#[test]
fn the_steps_of_a_handover_keep_their_order() {
    proposed().by(liaison("PL")).and_on(HANDOVER, AcceptHandover::default()).then_err(ReturnRefusal::OutOfOrder);
    proposed().and_on(HANDOVER, RecordDeparture::default()).then_err(ReturnRefusal::OutOfOrder);
    proposed().and_on(HANDOVER, ConfirmArrival {}).then_err(ReturnRefusal::OutOfOrder);
    proposed().and(proposal()).then_err(ReturnRefusal::AlreadyOpen);
}

#[test]
fn a_declined_or_withdrawn_handover_can_be_proposed_anew() {
    let decline = DeclineHandover { reason: HandoverDeclineReason::NoPlace, explanation: None };
    proposed()
        .by(liaison("PL"))
        .and_on(HANDOVER, decline)
        .by(supporter())
        .and(proposal())
        .then_types(["handover_proposed"]);
    let withdraw = || WithdrawHandover { reason: HandoverWithdrawReason::PersonChangedMind, explanation: None };
    proposed().and_on(HANDOVER, withdraw()).and_on(HANDOVER, withdraw()).then_err(ReturnRefusal::OutOfOrder);
}

#[test]
fn a_sealed_document_travels_with_an_open_handover() {
    proposed().and_on(HANDOVER, document()).then(|path| {
        assert!(path.repatriation.handovers[0].document.is_some());
    });
    given([signalled()]).when_on(HANDOVER, document()).then_err(ReturnRefusal::UnknownHandover);
}

#[test]
fn where_no_document_travels_the_embassy_counts_as_having_seen_nothing_of_health() {
    let shown = |given: &Given| {
        let (reader, deadlines) = (liaison("PL"), Deadlines::default());
        let sight = Sight::of(&reader, given.path(), evening(1), &deadlines, &directory()).unwrap();
        let told = disclose_handovers(&sight)[0].has_document;
        let seen = sight.disclosed(PersonId(uuid::Uuid::nil())).categories;
        (told, seen.iter().any(|category| category == Category::Medical))
    };
    let consented = [DataClass::Identity, DataClass::Medical, DataClass::Return];
    let proposed = || prepared_but_for(None).and(consent("PL", &consented)).and(proposal());
    assert_eq!(shown(&proposed()), (None, false));
    assert_eq!(shown(&proposed().and_on(HANDOVER, document())), (Some(true), true));
}

#[test]
fn a_consent_names_what_may_be_shared() {
    given([signalled()]).when(consent("PL", &[])).then_err(ReturnRefusal::NothingConsented);
    given([signalled()]).when_on(CONSENT, WithdrawConsent {}).then_err(ReturnRefusal::UnknownConsent);
}

#[test]
fn whoever_takes_back_one_of_two_consents_for_somebody_takes_back_both() {
    let again = || proposed().a_day_later().and(consent("PL", &[DataClass::Identity]));
    let ids: Vec<_> = again().path().repatriation.consents.iter().map(|consent| consent.given.consent).collect();
    assert_eq!(ids.len(), 2);
    for id in ids {
        again().and_on(id, WithdrawConsent {}).then(|path| {
            assert!(path.repatriation.consents.iter().all(|consent| consent.withdrawn.is_some()));
            assert_eq!(path.repatriation.handovers[0].state(), HandoverState::Withdrawn);
        });
    }
    // One for another country is another matter.
    let elsewhere = proposed().and(consent("RO", &[DataClass::Identity]));
    let id = elsewhere.path().repatriation.consents[1].given.consent;
    elsewhere.and_on(id, WithdrawConsent {}).then(|path| {
        assert!(path.repatriation.consents[0].withdrawn.is_none());
        assert!(path.repatriation.handovers[0].is_open());
    });
}

#[test]
fn nobody_who_has_two_returns_open_on_linked_records_leaves_before_one_is_withdrawn() {
    let other = HandoverId(uuid::Uuid::from_u128(77));
    let romania = proposed().path().repatriation.handovers[0].proposed.fact.clone();
    let romania = HandoverProposed { handover: other, country: "RO".parse().unwrap(), ..romania };
    let two =
        || accepted().and_happened_to(another_person(), &RepatriationEvent::HandoverProposed(romania.clone()).into());
    let departure = || RecordDeparture { expected_arrival: None, travels: None };
    accepted().and_on(HANDOVER, departure()).then_types(["departed"]);
    two().and_on(HANDOVER, departure()).then_err(ReturnRefusal::AlreadyOpen);
    let reason = HandoverWithdrawReason::PersonChangedMind;
    let one = two().and_on(other, WithdrawHandover { reason, explanation: None });
    one.and_on(HANDOVER, departure()).then_types(["departed"]);
}

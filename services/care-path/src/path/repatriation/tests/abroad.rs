//! The receiving side, the questions of those abroad, and the journey.

use super::*;
use crate::actor::Principal;
use crate::codes::TaskKind;
use crate::deadlines::Deadlines;
use crate::ids::QuestionId;
use crate::path::lost::{LostRefusal, MarkOutOfSight};
use crate::path::stay::AssignBed;
use crate::path::tasks::Addressee;

const QUESTION: QuestionId = QuestionId(id_of_command(9));

fn named() -> ProposeHandover {
    ProposeHandover { receiving_organisation: None, receiving: Some("care-provider-pl".parse().unwrap()), ..proposal() }
}

/// The same as `proposed`, to a care provider that takes part.
fn proposed_to_provider() -> Given {
    prepared_but_for(None).and(consent("PL", &[DataClass::Identity, DataClass::Return])).and(named())
}

#[test]
fn a_handover_names_a_care_provider_of_its_country_that_takes_part_or_says_who_receives() {
    let prepared = || prepared_but_for(None).and(consent("PL", &[DataClass::Identity, DataClass::Return]));
    let to = |receiving: &str| ProposeHandover { receiving: Some(receiving.parse().unwrap()), ..proposal() };
    prepared().and(to("care-provider-ro")).then_field("receiving");
    prepared().and(to("night-shelter-rotterdam")).then_field("receiving");
    prepared().and(to("nobody")).then_field("receiving");
    let nobody = ProposeHandover { receiving_organisation: None, ..proposal() };
    prepared().and(nobody).then_field("receiving_organisation");
    prepared().and(named()).then(|path| {
        let told = path.repatriation.handovers[0].proposed.receiving_organisation.get().map(crate::text::Line::as_str);
        assert_eq!(told, Some("care-provider-pl"), "the name that the directory has");
    });
}

#[test]
fn the_receiving_provider_answers_confirms_and_follows_up_the_handover_that_names_it() {
    let follow_up = RecordFollowUp { term: FollowUpTerm::Days30, outcome: FollowUpOutcome::InCare, explanation: None };
    proposed_to_provider()
        .by(liaison("PL"))
        .and_on(HANDOVER, AcknowledgeHandover {})
        .by(receiving("PL"))
        .and_on(HANDOVER, AcceptHandover::default())
        .by(supporter())
        .and_on(HANDOVER, RecordDeparture::default())
        .by(receiving("PL"))
        .and_on(HANDOVER, ConfirmArrival {})
        .and_on(HANDOVER, follow_up)
        .then_types(["follow_up_recorded"]);
}

#[test]
fn another_provider_moves_nothing() {
    let decline = || DeclineHandover { reason: HandoverDeclineReason::NoPlace, explanation: None };
    proposed_to_provider().by(receiving("RO")).and_on(HANDOVER, decline()).then_not_yours();
    proposed().by(receiving("PL")).and_on(HANDOVER, decline()).then_not_yours();
    proposed_to_provider().by(receiving("PL")).and_on(HANDOVER, decline()).then_types(["handover_declined"]);
}

fn question() -> AskHandoverQuestion {
    AskHandoverQuestion { question: "Which medicines does he take along?".parse().unwrap() }
}

fn answer() -> AnswerHandoverQuestion {
    AnswerHandoverQuestion { question_id: Some(QUESTION), answer: "Enough for a month.".parse().unwrap() }
}

#[test]
fn the_embassy_asks_and_this_side_answers_once() {
    let asked = || proposed().by(liaison("PL")).and_on(HANDOVER, question()).by(supporter());
    asked().then_types(["handover_question_asked"]);
    asked().and_on(HANDOVER, answer()).then_types(["handover_question_answered"]).then(|path| {
        let question = &path.repatriation.handovers[0].questions[0];
        assert!(question.answered.as_ref().is_some_and(|answered| answered.stamp.by == supporter().author()));
    });
    asked().and_on(HANDOVER, answer()).and_on(HANDOVER, answer()).then_err(ReturnRefusal::QuestionAlreadyAnswered);
    proposed().and_on(HANDOVER, answer()).then_err(ReturnRefusal::UnknownQuestion);
    let unnamed = AnswerHandoverQuestion { question_id: None, ..answer() };
    asked().and_on(HANDOVER, unnamed).then_field("question_id");
    proposed().by(liaison("RO")).and_on(HANDOVER, question()).then_not_yours();
}

#[test]
fn nothing_is_asked_or_answered_once_the_handover_is_over() {
    let asked = || proposed().by(liaison("PL")).and_on(HANDOVER, question()).by(supporter());
    asked().and_on(CONSENT, WithdrawConsent {}).and_on(HANDOVER, answer()).then_err(ReturnRefusal::ConsentWithdrawn);
    departed()
        .by(liaison("PL"))
        .and_on(HANDOVER, ConfirmArrival {})
        .and_on(HANDOVER, question())
        .then_err(ReturnRefusal::OutOfOrder);
}

#[test]
fn an_arrival_is_expected_two_days_after_the_departure_unless_it_was_said() {
    let expected = |day| {
        move |path: &CarePath| {
            let handover = &path.repatriation.handovers[0];
            assert_eq!(handover.arrival_expected(&Deadlines::default()), Some(evening(day)));
        }
    };
    departed().then(expected(2));
    let departure = |day| RecordDeparture { travels: None, expected_arrival: Some(moment(day)) };
    accepted().and_on(HANDOVER, departure(5)).then(expected(5));
    accepted().and_on(HANDOVER, departure(-1)).then_field("expected_arrival");
    accepted().and_on(HANDOVER, departure(15)).then_field("expected_arrival");
}

#[test]
fn who_does_not_arrive_counts_as_out_of_sight_some_days_later_and_is_found_by_the_arrival() {
    let vanishes = |path: &CarePath| path.vanishing(&Deadlines::default()).map(|vanishing| vanishing.due);
    let lost = || departed().days_later(5).by(Principal::baken()).and(MarkOutOfSight {});
    departed().then(|path| assert_eq!(vanishes(path), Some(evening(5))));
    departed().days_later(4).by(Principal::baken()).and(MarkOutOfSight {}).then_err(LostRefusal::NotMissed);
    lost().then(|path| {
        assert_eq!(path.phase(), Phase::OutOfSight);
        let tasks = path.open_tasks(evening(5), &Deadlines::default(), &directory());
        let coordinator = Addressee::Coordinator(rotterdam());
        assert!(tasks.iter().any(|task| task.kind == TaskKind::FindPerson && task.addressee == coordinator));
    });
    lost().by(liaison("PL")).and_on(HANDOVER, ConfirmArrival {}).then(|path| {
        assert!(!path.is_out_of_sight());
        assert_eq!(vanishes(path), None);
    });
}

#[test]
fn who_was_met_here_after_the_departure_is_not_lost_on_the_way() {
    departed().days_later(1).by(night_shelter()).and(a_contact()).then(|path| {
        assert!(path.vanishing(&Deadlines::default()).is_none());
    });
}

#[test]
fn who_came_back_and_has_a_bed_is_expected_in_it_again() {
    let bed = || AssignBed { expected_by: Some(moment(40)), ..a_bed() };
    let arrived = || departed().by(liaison("PL")).and_on(HANDOVER, ConfirmArrival {}).by(night_shelter());
    arrived().days_later(39).and(bed()).then(|path| {
        let evenings = path.evenings(&Deadlines::default(), &directory());
        assert_eq!(evenings.iter().map(|evening| evening.expected_by).collect::<Vec<_>>(), [evening(40)]);
    });
}

#[test]
fn a_later_handover_closes_the_sight_of_who_received_the_person_before() {
    let arrived = || {
        let accepted = proposed_to_provider().by(liaison("PL")).and_on(HANDOVER, AcknowledgeHandover {});
        let accepted = accepted.and_on(HANDOVER, AcceptHandover::default()).by(supporter());
        accepted.and_on(HANDOVER, RecordDeparture::default()).and_on(HANDOVER, ConfirmArrival {})
    };
    let sees = |path: &CarePath| {
        let mut addresses = path.repatriation.addressed().map(Addressed::address);
        addresses.any(|address| address.shown_abroad(&receiving("PL")).is_some())
    };
    arrived().then(|path| assert!(sees(path)));
    arrived().and(proposal()).then(|path| assert!(!sees(path)));
}

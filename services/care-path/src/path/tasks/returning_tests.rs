use super::super::{Addressee, testing::*};
use crate::Principal;
use crate::codes::{
    CloseReason, Code, ConsentPurpose, DataClass, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason,
    ReturnCondition, ReturnWish, TaskKind,
};
use crate::ids::{ConsentId, HandoverId};
use crate::path::CarePath;
use crate::path::case::AddNote;
use crate::path::case::{CaseEvent, CloseCase, CoordinatorAssigned};
use crate::path::intake::RecordIntake;
use crate::path::repatriation::{
    AcceptHandover, AcknowledgeHandover, ArrivalConfirmed, ConfirmArrival, ConsentGiven, DeclineHandover,
    EvidenceReturnCondition, GiveConsent, HandoverProposed, PresentReturnOptions, ProposeHandover, Recipient,
    RecordDeparture, RecordFollowUp, RepatriationEvent, WithdrawConsent,
};
use crate::path::testing::*;
use crate::text::{Language, Line};
use crate::time::DateTime;

use TaskKind::{
    AcknowledgeHandover as Acknowledge, AnswerHandover as Answer, ConfirmArrival as Arrival, FollowUp,
    RecordDeparture as Departure,
};

const CONSENT: ConsentId = ConsentId(id_of_command(1));
const HANDOVER: HandoverId = HandoverId(id_of_command(9));

fn the_embassy() -> Addressee {
    Addressee::Embassy("PL".parse().unwrap())
}

fn the_supporter() -> Addressee {
    organisation("supporter-rotterdam")
}

fn proposed_by(proposer: Principal) -> Given {
    proposed_on(given([signalled()]).by(supporter()).when(RecordIntake::default()), proposer)
}

/// After an intake: consent (command 1), conditions and wish, and somebody's proposal (command 9).
fn proposed_on(intake: Given, proposer: Principal) -> Given {
    let consent = GiveConsent {
        purpose: ConsentPurpose::Repatriation,
        recipient: Recipient::Country("PL".parse().unwrap()),
        data_classes: [DataClass::Identity, DataClass::Return].into(),
        language: "pl".parse().unwrap(),
        interpreter: false,
    };
    let options = PresentReturnOptions {
        language: "pl".parse().unwrap(),
        wish: ReturnWish::WantsToReturn,
        options: None,
        barriers: [].into(),
    };
    let proposal = ProposeHandover {
        country: "PL".parse().unwrap(),
        receiving_organisation: "a clinic".parse().unwrap(),
        plan: None,
    };
    let mut case = intake.and(consent);
    for condition in ReturnCondition::ALL {
        let evidence = "a letter".parse().unwrap();
        case = case.and(EvidenceReturnCondition { condition: *condition, status: None, evidence });
    }
    case.and(options).by(proposer).and(proposal)
}

fn accepted_by(proposer: Principal) -> Given {
    let acknowledged = proposed_by(proposer).by(liaison("PL")).and_on(HANDOVER, AcknowledgeHandover {});
    acknowledged.and_on(HANDOVER, AcceptHandover::default())
}

fn arrived() -> Given {
    let departed = accepted_by(supporter()).by(supporter()).and_on(HANDOVER, RecordDeparture::default());
    departed.and_on(HANDOVER, ConfirmArrival {})
}

fn follow_up(term: FollowUpTerm) -> RecordFollowUp {
    RecordFollowUp { term, outcome: FollowUpOutcome::Housed, explanation: None }
}

fn close() -> CloseCase {
    CloseCase { reason: CloseReason::Returned, explanation: None }
}

/// Who is asked for a follow-up, and by when.
fn follow_ups(path: &CarePath, day: i64) -> Vec<(Addressee, DateTime)> {
    let waiting = waiting(path, day).into_iter().filter(|task| task.kind == FollowUp);
    waiting.map(|task| (task.addressee, task.due)).collect()
}

#[test]
fn the_embassy_acknowledges_a_handover_within_five_working_days_and_answers_it_within_five_more() {
    // The test begins on a Saturday, and its fourth day is a Wednesday.
    proposed_by(supporter())
        .waits(0, Acknowledge, [the_embassy()], evening(6))
        .by(liaison("PL"))
        .days_later(4)
        .and_on(HANDOVER, AcknowledgeHandover {})
        .waits_not(Acknowledge)
        .waits(4, Answer, [the_embassy()], evening(11))
        .and_on(HANDOVER, AcceptHandover::default())
        .waits_not(Answer);
}

#[test]
fn a_declined_handover_asks_those_who_proposed_it_and_the_coordinator_how_it_goes_on() {
    let decline = DeclineHandover { reason: HandoverDeclineReason::NoPlace, explanation: None };
    let declined = || proposed_by(supporter()).by(liaison("PL")).and_on(HANDOVER, decline.clone());
    declined().waits(0, TaskKind::NextStepAfterHandover, [the_supporter(), the_coordinator()], evening(7));
    let note = AddNote { text: "he stays here for now".parse().unwrap() };
    declined().by(coordinator()).and(note).waits_not(TaskKind::NextStepAfterHandover);
}

#[test]
fn the_organisation_that_proposed_a_handover_sees_to_the_departure() {
    accepted_by(supporter())
        .waits(0, Departure, [the_supporter()], evening(7))
        .then(|path| {
            let subject = waiting(path, 0).into_iter().find_map(|task| task.subject);
            assert_eq!(subject.map(|subject| subject.0), Some(HANDOVER.0));
        })
        .by(supporter())
        .and_on(HANDOVER, RecordDeparture::default())
        .waits_not(Departure);
}

#[test]
fn the_coordinator_sees_to_it_where_the_proposer_was_a_coordinator_or_is_not_involved_any_more() {
    let intake_by_municipality = given([signalled()]).by(coordinator()).when(RecordIntake::default());
    proposed_on(intake_by_municipality, coordinator())
        .by(liaison("PL"))
        .and_on(HANDOVER, AcknowledgeHandover {})
        .and_on(HANDOVER, AcceptHandover::default())
        .waits(0, Departure, [the_coordinator()], evening(7));
    accepted_by(supporter()).waits(31, Departure, [the_coordinator()], evening(7));
}

#[test]
fn both_sides_are_asked_whether_the_person_arrived() {
    accepted_by(supporter())
        .by(supporter())
        .and_on(HANDOVER, RecordDeparture::default())
        .waits(0, Arrival, [the_embassy(), the_supporter()], evening(7))
        .and_on(HANDOVER, ConfirmArrival {})
        .waits_not(Arrival);
}

#[test]
fn how_it_goes_is_asked_after_thirty_and_ninety_days() {
    let asked = |due| (the_supporter(), due);
    arrived()
        .then(|path| assert_eq!(follow_ups(path, 0), [asked(evening(30)), asked(evening(90))]))
        .and_on(HANDOVER, follow_up(FollowUpTerm::Days30))
        .then(|path| assert_eq!(follow_ups(path, 0), [asked(evening(90))]))
        .and_on(HANDOVER, follow_up(FollowUpTerm::Days90))
        .waits_not(FollowUp);
}

#[test]
fn the_days_count_from_the_arrival_and_not_from_when_it_was_told() {
    let consent = ConsentGiven {
        consent: CONSENT,
        purpose: ConsentPurpose::Repatriation,
        recipient: Recipient::Country("PL".parse().unwrap()),
        data_classes: [DataClass::Identity, DataClass::Return].into(),
        language: "pl".parse::<Language>().unwrap().into(),
        interpreter: false,
    };
    let proposal = HandoverProposed {
        handover: HANDOVER,
        country: "PL".parse().unwrap(),
        consent: CONSENT,
        receiving_organisation: "a clinic".parse::<Line>().unwrap().into(),
        plan: None,
    };
    let path = told([
        (
            0,
            0,
            CaseEvent::CoordinatorAssigned(CoordinatorAssigned { municipality: rotterdam(), coordinator: None }).into(),
        ),
        (0, 0, RepatriationEvent::ConsentGiven(consent).into()),
        (0, 0, RepatriationEvent::HandoverProposed(proposal).into()),
        (2, 5, RepatriationEvent::ArrivalConfirmed(ArrivalConfirmed { handover: HANDOVER }).into()),
    ]);
    assert_eq!(follow_ups(&path, 5), [(the_coordinator(), evening(32)), (the_coordinator(), evening(92))]);
}

#[test]
fn a_case_that_was_closed_because_somebody_went_home_still_asks_how_it_goes_and_nothing_else() {
    arrived().and(close()).then(|path| {
        assert_eq!(follow_ups(path, 0).len(), 2);
        assert_eq!(waiting(path, 0).len(), 2);
    });
    accepted_by(supporter()).and(close()).then(|path| assert_eq!(waiting(path, 0), []));
}

#[test]
fn a_withdrawn_consent_takes_everything_of_the_return_with_it() {
    let of_a_return = [Acknowledge, Answer, Departure, Arrival, FollowUp];
    let departed = || accepted_by(supporter()).by(supporter()).and_on(HANDOVER, RecordDeparture::default());
    for case in [proposed_by(supporter()), accepted_by(supporter()), departed(), arrived()] {
        case.then(|path| assert!(waiting(path, 0).iter().any(|task| of_a_return.contains(&task.kind))))
            .and_on(CONSENT, WithdrawConsent {})
            .then(|path| assert!(waiting(path, 0).iter().all(|task| !of_a_return.contains(&task.kind))));
    }
}

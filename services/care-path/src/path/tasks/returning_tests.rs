use super::super::{Addressee, testing::*};
use crate::Principal;
use crate::codes::{
    CloseReason, Code, ConsentPurpose, DataClass, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason,
    HandoverWithdrawReason, ReturnCondition, ReturnWish, TaskKind,
};
use crate::deadlines::Deadlines;
use crate::directory::{DirectoryEvent, OrganisationClosed};
use crate::ids::{ConsentId, HandoverId, QuestionId};
use crate::path::CarePath;
use crate::path::case::{AddNote, CaseEvent, CloseCase, CoordinatorAssigned};
use crate::path::intake::RecordIntake;
use crate::path::repatriation::{
    AcceptHandover, AcknowledgeHandover, AnswerHandoverQuestion, ArrivalConfirmed, AskHandoverQuestion, ConfirmArrival,
    ConsentGiven, DeclineHandover, EvidenceReturnCondition, GiveConsent, HandoverProposed, PresentReturnOptions,
    ProposeHandover, Recipient, RecordDeparture, RecordFollowUp, RepatriationEvent, WithdrawConsent, WithdrawHandover,
};
use crate::path::testing::*;
use crate::text::{Language, Line};
use crate::time::DateTime;

use TaskKind::{
    AcknowledgeHandover as Acknowledge, AnswerHandover as Answer, AnswerHandoverQuestion as Question,
    ConfirmArrival as Arrival, FollowUp, RecordDeparture as Departure, ReviewStoppedReturn as Review,
    TraceArrival as Trace,
};

const CONSENT: ConsentId = ConsentId(id_of_command(1));
const HANDOVER: HandoverId = HandoverId(id_of_command(9));

fn the_embassy() -> Addressee {
    Addressee::Embassy("PL".parse().unwrap())
}

fn the_receiver() -> Addressee {
    organisation("care-provider-pl")
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
    let proposal = ProposeHandover {
        country: "PL".parse().unwrap(),
        receiving_organisation: None,
        receiving: Some("care-provider-pl".parse().unwrap()),
        guardian: None,
        plan: None,
    };
    let mut case = intake.and(consent);
    for condition in ReturnCondition::ALL {
        let evidence = "a letter".parse().unwrap();
        let country = Some("PL".parse().unwrap());
        case = case.and(EvidenceReturnCondition { condition: *condition, country, status: None, evidence });
    }
    case.and(wish()).by(proposer).and(proposal)
}

fn wish() -> PresentReturnOptions {
    PresentReturnOptions {
        language: "pl".parse().unwrap(),
        wish: ReturnWish::WantsToReturn,
        options: None,
        barriers: [].into(),
    }
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
        .waits(4, Answer, [the_embassy(), the_receiver()], evening(11))
        .and_on(HANDOVER, AcceptHandover::default())
        .waits_not(Answer);
}

#[test]
fn a_declined_handover_asks_those_abroad_nothing_more_and_this_side_what_now() {
    let decline = DeclineHandover { reason: HandoverDeclineReason::NoPlace, explanation: None };
    proposed_by(supporter())
        .by(liaison("PL"))
        .and_on(HANDOVER, decline)
        .then(|path| {
            let about_it = waiting(path, 0).into_iter().filter(|task| task.subject.is_some());
            assert!(about_it.map(|task| task.kind).all(|kind| kind == Review));
        })
        .waits(0, Review, [the_supporter(), the_coordinator()], evening(1));
}

#[test]
fn a_return_that_the_person_stopped_waits_for_supporter_and_coordinator_until_each_has_seen_to_it() {
    let no = || PresentReturnOptions { wish: ReturnWish::DoesNotWantToReturn, ..wish() };
    let note = || AddNote { text: "the ticket is cancelled".parse().unwrap() };
    for stopped in [
        proposed_by(supporter()).by(supporter()).and(no()),
        accepted_by(supporter()).by(supporter()).and(no()),
        accepted_by(supporter()).by(supporter()).and_on(CONSENT, WithdrawConsent {}),
    ] {
        stopped
            .waits(0, Review, [the_supporter(), the_coordinator()], evening(1))
            .and(note())
            .waits(0, Review, [the_coordinator()], evening(1))
            .by(coordinator())
            .and(note())
            .waits_not(Review);
    }
}

#[test]
fn a_no_on_the_way_and_a_return_that_failed_there_are_talked_about_by_this_side() {
    let underway = accepted_by(supporter()).by(supporter()).and_on(HANDOVER, RecordDeparture::default());
    let no = || PresentReturnOptions { wish: ReturnWish::DoesNotWantToReturn, ..wish() };
    let refused = underway.clone().hours_later(3).and(no());
    let both = || [the_supporter(), the_coordinator()];
    refused.clone().waits(1, Review, both(), evening(1) + chrono::TimeDelta::hours(3));
    let again = refused.clone().hours_later(5).and(no());
    again.waits(1, Review, [the_coordinator()], evening(1) + chrono::TimeDelta::hours(3));
    refused.clone().hours_later(1).and(wish()).waits_not(Review);
    refused.hours_later(1).by(liaison("PL")).and_on(HANDOVER, ConfirmArrival {}).waits_not(Review);
    let told = |outcome| {
        let follow_up = RecordFollowUp { term: FollowUpTerm::Days30, outcome, explanation: None };
        arrived().days_later(30).by(receiving("PL")).and_on(HANDOVER, follow_up)
    };
    for outcome in [FollowUpOutcome::HomelessAgain, FollowUpOutcome::LeftAgain] {
        let failed = told(outcome);
        failed.clone().waits(30, Review, both(), evening(31));
        let note = AddNote { text: "called the clinic there".parse().unwrap() };
        failed.hours_later(1).by(supporter()).and(note).waits(31, Review, [the_coordinator()], evening(31));
    }
    for outcome in [FollowUpOutcome::Housed, FollowUpOutcome::InCare, FollowUpOutcome::NotReached] {
        told(outcome).waits_not(Review);
    }
}

#[test]
fn where_nobody_receives_the_person_any_more_this_side_arranges_the_return_anew() {
    for gone in ["embassy-pl", "care-provider-pl"] {
        let closed = || {
            let mut directory = directory();
            let closed = OrganisationClosed { organisation: gone.parse().unwrap() };
            directory.take_in(&DirectoryEvent::OrganisationClosed(closed), evening(3));
            directory
        };
        let proposed = proposed_by(supporter()).by(liaison("PL")).and_on(HANDOVER, AcknowledgeHandover {});
        let asked = |given: &Given| {
            let tasks = given.path().open_tasks(evening(5), &Deadlines::default(), &closed());
            let review = tasks.into_iter().filter(|task| task.kind == Review);
            review.map(|task| task.addressee).collect::<Vec<_>>()
        };
        assert_eq!(asked(&proposed), [the_supporter(), the_coordinator()], "{gone}");
        let note = || AddNote { text: "another clinic takes her".parse().unwrap() };
        let seen = proposed.clone().days_later(4).by(supporter()).and(note()).by(coordinator()).and(note());
        assert_eq!(asked(&seen), [], "{gone}");
        proposed.waits_not(Review);
    }
}

#[test]
fn who_supports_the_person_is_told_of_the_stop_also_where_the_coordinator_proposed() {
    let no = PresentReturnOptions { wish: ReturnWish::DoesNotWantToReturn, ..wish() };
    proposed_by(coordinator()).by(coordinator()).and(no).waits(
        0,
        Review,
        [the_coordinator(), the_supporter()],
        evening(1),
    );
}

#[test]
fn a_handover_that_this_side_takes_back_for_its_own_reasons_is_nobodys_surprise() {
    let withdraw = WithdrawHandover { reason: HandoverWithdrawReason::ConditionNoLongerMet, explanation: None };
    proposed_by(supporter()).and_on(HANDOVER, withdraw).waits_not(Review);
}

#[test]
fn what_the_embassy_asks_this_side_answers_within_three_working_days() {
    let question = AskHandoverQuestion { question: "which medicines does he take?".parse().unwrap() };
    let answer =
        || AnswerHandoverQuestion { question_id: Some(QuestionId(id_of_command(10))), answer: "none".parse().unwrap() };
    let asked = || proposed_by(supporter()).by(liaison("PL")).and_on(HANDOVER, question.clone());
    asked()
        .waits(0, Question, [the_supporter(), the_coordinator()], evening(4))
        .by(supporter())
        .and_on(HANDOVER, answer())
        .waits_not(Question);
    asked().by(supporter()).and_on(CONSENT, WithdrawConsent {}).waits_not(Question);
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
        .waits(0, Arrival, [the_embassy(), the_receiver(), the_supporter()], evening(2))
        .and_on(HANDOVER, ConfirmArrival {})
        .waits_not(Arrival);
}

#[test]
fn who_has_not_arrived_when_they_should_be_there_is_looked_for_by_supporter_and_coordinator() {
    accepted_by(supporter())
        .by(supporter())
        .and_on(HANDOVER, RecordDeparture::default())
        .then(|path| assert!(waiting(path, 1).iter().all(|task| task.kind != Trace)))
        .waits(2, Trace, [the_supporter(), the_coordinator()], evening(3))
        .and_on(HANDOVER, ConfirmArrival {})
        .waits_not(Trace);
}

#[test]
fn the_expected_arrival_that_was_said_counts() {
    let departure = RecordDeparture { travels: None, expected_arrival: Some(moment(4)) };
    accepted_by(supporter())
        .by(supporter())
        .and_on(HANDOVER, departure)
        .waits(0, Arrival, [the_embassy(), the_receiver(), the_supporter()], evening(4))
        .then(|path| {
            assert!(waiting(path, 3).iter().all(|task| task.kind != Trace));
            let changes = path.changes_by_itself(evening(1), &Deadlines::default());
            assert_eq!(changes, Some(evening(4)), "the list is looked at again when they should be there");
        })
        .waits(4, Trace, [the_supporter(), the_coordinator()], evening(5));
}

#[test]
fn how_it_goes_is_asked_after_thirty_and_ninety_days() {
    let asked = |due| [(the_receiver(), due), (the_supporter(), due)];
    let both = [asked(evening(30)), asked(evening(90))].concat();
    arrived()
        .then(|path| assert_eq!(follow_ups(path, 0), both))
        .days_later(29)
        .and_on(HANDOVER, follow_up(FollowUpTerm::Days30))
        .then(|path| assert_eq!(follow_ups(path, 29), asked(evening(90))))
        .days_later(60)
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
        receiving: None,
        guardian: None,
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
        assert_eq!(follow_ups(path, 0).len(), 4);
        assert_eq!(waiting(path, 0).len(), 4);
    });
    accepted_by(supporter()).and(close()).then(|path| assert_eq!(waiting(path, 0), []));
}

#[test]
fn a_withdrawn_consent_takes_everything_of_the_return_with_it() {
    let of_a_return = [Acknowledge, Answer, Departure, Arrival, FollowUp, Question, Trace];
    let departed = || accepted_by(supporter()).by(supporter()).and_on(HANDOVER, RecordDeparture::default());
    for case in [proposed_by(supporter()), accepted_by(supporter()), departed(), arrived()] {
        case.then(|path| assert!(waiting(path, 0).iter().any(|task| of_a_return.contains(&task.kind))))
            .and_on(CONSENT, WithdrawConsent {})
            .then(|path| assert!(waiting(path, 0).iter().all(|task| !of_a_return.contains(&task.kind))));
    }
}

#[test]
fn a_no_that_a_shelter_heard_is_followed_up_by_supporter_and_coordinator() {
    let refused = proposed_by(supporter()).by(night_shelter()).and(crate::path::repatriation::RefuseReturn::default());
    refused.waits(0, Review, [the_supporter(), the_coordinator()], evening(1)).then(|path| {
        let tasks = waiting(path, 0).into_iter().filter(|task| task.kind == Review);
        assert!(tasks.map(|task| task.because).all(|because| because == Some(crate::event::EventKind::ReturnRefused)));
    });
}

#[test]
fn a_return_that_stopped_with_a_closing_or_a_death_is_asked_about_once_that_is_undone() {
    let reopened = proposed_by(supporter())
        .by(coordinator())
        .and(CloseCase { reason: CloseReason::Other, explanation: None })
        .watched()
        .then(|path| assert!(waiting(path, 0).iter().all(|task| task.kind != Review)))
        .and(crate::path::case::ReopenCase::default());
    let is_asked = |given: Given| given.then(|path| assert!(waiting(path, 0).iter().any(|task| task.kind == Review)));
    is_asked(reopened);
    let died = proposed_by(supporter()).by(coordinator()).and(crate::path::case::RecordDeath::default()).watched();
    let death = died.events().iter().find(|(_, event)| event.kind() == crate::event::EventKind::DeathRecorded);
    let death = death.unwrap().0.event_id;
    let retract =
        crate::path::correction::RetractEntry { reason: crate::codes::RetractReason::WrongPerson, explanation: None };
    is_asked(died.and_on(death, retract));
    // Who took it back knows.
    let withdrawn = WithdrawHandover { reason: HandoverWithdrawReason::Other, explanation: None };
    proposed_by(supporter()).and_on(HANDOVER, withdrawn).waits_not(Review);
}

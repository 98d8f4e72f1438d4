//! The receiving side, the questions of those abroad, and the journey.

use super::*;
use crate::actor::Principal;
use crate::codes::{Assurance, RetractReason, TaskKind};
use crate::deadlines::Deadlines;
use crate::ids::QuestionId;
use crate::path::case::AddNote;
use crate::path::correction::RetractEntry;
use crate::path::identity::{IdentityInput, UpdateIdentity};
use crate::path::intake::RecordIntake;
use crate::path::lost::{LostRefusal, MarkOutOfSight};
use crate::path::stay::AssignBed;
use crate::path::tasks::Addressee;
use crate::sight::Sight;
use crate::views;

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
        .days_later(30)
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
fn how_it_goes_is_told_from_a_week_before_its_day_on() {
    let follow_up = |term| RecordFollowUp { term, outcome: FollowUpOutcome::Housed, explanation: None };
    let arrived = |days| departed().and_on(HANDOVER, ConfirmArrival {}).days_later(days);
    for (term, from) in [(FollowUpTerm::Days30, 23), (FollowUpTerm::Days90, 83)] {
        // They count days, not hours: who arrived in the evening may be asked in the morning.
        for sooner in [0, -10] {
            let told = arrived(from).hours_later(sooner).and_on(HANDOVER, follow_up(term));
            told.then_types(["follow_up_recorded"]);
        }
        for early in [0, 1, from - 1] {
            arrived(early).and_on(HANDOVER, follow_up(term)).then_field("term");
        }
        // What is told late happened when it is said to have happened.
        let late = arrived(100).happened(Some(evening(1))).and_on(HANDOVER, follow_up(term));
        late.then_field("term");
    }
}

/// Taken over by the care provider that the handover names.
fn arrived() -> Given {
    let accepted = proposed_to_provider().by(liaison("PL")).and_on(HANDOVER, AcknowledgeHandover {});
    let departed = accepted.and_on(HANDOVER, AcceptHandover::default()).by(supporter());
    departed.and_on(HANDOVER, RecordDeparture::default()).and_on(HANDOVER, ConfirmArrival {})
}

/// What somebody is shown of the case, as one text.
fn told(given: &Given, to: &Principal) -> Option<String> {
    let deadlines = Deadlines::default();
    let organisations = directory();
    let sight = Sight::of(to, given.path(), given.now(), &deadlines, &organisations)?;
    let progress = views::progress(&sight, given.events().iter().map(|(stamp, event)| (&**stamp, event)));
    Some(serde_json::to_string(&views::disclose_case_file(&sight, this_person(), progress, &[])).unwrap())
}

fn reachable_at(contact: &str) -> UpdateIdentity {
    let claim = IdentityInput { contact: Some(contact.parse().unwrap()), ..IdentityInput::default() };
    UpdateIdentity { claim, assurance: Assurance::SelfDeclared }
}

#[test]
fn who_received_a_person_is_told_what_was_told_before_the_arrival_and_of_the_handover_what_comes_after() {
    let before = proposed_to_provider().and(reachable_at("0611111111"));
    let accepted = before.by(liaison("PL")).and_on(HANDOVER, AcknowledgeHandover {});
    let departed = accepted.and_on(HANDOVER, AcceptHandover::default()).by(supporter());
    let arrived = departed.and_on(HANDOVER, RecordDeparture::default()).and_on(HANDOVER, ConfirmArrival {});
    let later = arrived.clone().days_later(18).and(reachable_at("0622222222"));
    assert!(told(&arrived, &receiving("PL")).unwrap().contains("0611111111"));
    let told_later = told(&later, &receiving("PL")).unwrap();
    assert!(told_later.contains("0611111111") && !told_later.contains("0622222222"), "{told_later}");
    assert!(told(&later, &supporter()).unwrap().contains("0622222222"));
    let follow_up = RecordFollowUp { term: FollowUpTerm::Days30, outcome: FollowUpOutcome::Housed, explanation: None };
    let followed = later.days_later(12).and_on(HANDOVER, follow_up);
    assert!(told(&followed, &receiving("PL")).unwrap().contains("follow_ups"));
}

#[test]
fn who_received_a_person_sees_them_no_longer_when_they_are_here_again() {
    let here_again = |back: fn(Given) -> Given| back(arrived().days_later(18).by(night_shelter()));
    let ways: [fn(Given) -> Given; 4] = [
        |given| given.and(a_contact()),
        |given| given.and(RecordIntake::default()),
        |given| given.and(a_bed()),
        |given| given.and_happened(&signalled()),
    ];
    for back in ways {
        assert!(told(&arrived().days_later(18), &receiving("PL")).is_some());
        let here = here_again(back);
        assert_eq!(told(&here, &receiving("PL")), None);
        assert!(told(&here, &coordinator()).is_some());
        // What was told of before the arrival makes no difference, however late it is told.
        let told_late = back(arrived().days_later(18).by(night_shelter()).happened(Some(evening(0))));
        assert!(told(&told_late, &receiving("PL")).is_some());
    }
}

#[test]
fn who_is_here_again_says_and_consents_anew_before_another_return() {
    let there = departed().a_day_later().and_on(HANDOVER, ConfirmArrival {});
    // Nobody said that they are here again; whoever proposes it says so.
    there.clone().hours_later(1).by(supporter()).and(proposal()).then_err(ReturnRefusal::NotVoluntary);
    let back = there.a_day_later().by(supporter()).and(a_contact()).hours_later(1);
    back.clone().and(proposal()).then_err(ReturnRefusal::NotVoluntary);
    let mut anew = back.and(options(ReturnWish::WantsToReturn));
    anew.clone().then(|path| assert_eq!(path.missing_for_another(Some("PL".parse().unwrap())).len(), 6));
    for condition in ReturnCondition::ALL {
        anew = anew.and(evidence(*condition));
    }
    anew.clone().and(proposal()).then_err(ReturnRefusal::NoConsent);
    let consented = anew.and(consent("PL", &[DataClass::Identity, DataClass::Return]));
    consented.and(proposal()).then_types(["handover_proposed"]);
}

#[test]
fn that_the_person_is_here_again_is_no_end_that_anybody_abroad_is_told_of() {
    let terms = Deadlines::default();
    let back = arrived().a_day_later().by(night_shelter()).and(a_contact());
    for abroad in [liaison("PL"), receiving("PL")] {
        let told = Sight::of_ends(&abroad, back.path(), back.now(), &terms).map(|sight| disclose_ended(&sight));
        assert_eq!(told.unwrap_or_default().len(), 0, "{}", abroad.organisation);
    }
}

#[test]
fn that_the_person_is_here_again_is_told_on_this_side_alone() {
    let back = departed().days_later(1).by(night_shelter()).and(a_contact());
    assert!(told(&back, &coordinator()).unwrap().contains("here_again_at"));
    assert!(!told(&back, &liaison("PL")).unwrap().contains("here_again_at"));
    assert!(!told(&departed().days_later(1), &coordinator()).unwrap().contains("here_again_at"));
}

#[test]
fn who_is_here_again_is_not_returning_and_those_abroad_are_asked_for_nothing_while_this_side_says_what_now() {
    let asked = |given: &Given, kind: TaskKind| {
        let tasks = given.path().open_tasks(given.now(), &Deadlines::default(), &directory());
        let of_kind = tasks.into_iter().filter(|task| task.kind == kind);
        of_kind.map(|task| task.addressee).collect::<Vec<_>>()
    };
    let cases = [
        (departed().days_later(1), Phase::Returning, TaskKind::ConfirmArrival),
        (arrived().days_later(18), Phase::Returned, TaskKind::FollowUp),
    ];
    for (away, phase, waits) in cases {
        assert_eq!(away.path().phase(), phase);
        assert!(!asked(&away, waits).is_empty() && asked(&away, TaskKind::ReviewStoppedReturn).is_empty());
        let back = away.by(night_shelter()).and(a_contact()).and(a_bed());
        assert_eq!(back.path().phase(), Phase::Sheltered);
        assert_eq!(asked(&back, waits), []);
        let later = back.clone().days_later(10);
        assert_eq!(asked(&later, TaskKind::TraceArrival), []);
        let coordinator_is_asked =
            |given: &Given| asked(given, TaskKind::ReviewStoppedReturn).contains(&Addressee::Coordinator(rotterdam()));
        assert!(coordinator_is_asked(&back));
        // Once for all that shows it.
        let noted = later.by(coordinator()).and(AddNote { text: "he comes to the shelter again".parse().unwrap() });
        let seen_again = noted.by(night_shelter()).and(a_contact());
        assert!(!coordinator_is_asked(&seen_again));
        // By mistake, it was somebody else.
        let entry = back.events().iter().rev().map(|(stamp, event)| (stamp.event_id, event.kind()));
        let entries: Vec<_> = entry.filter(|(_, kind)| kind.can_be_retracted()).take(2).collect();
        let retract = || RetractEntry { reason: RetractReason::WrongPerson, explanation: None };
        let mistaken = entries.iter().fold(back.by(coordinator()), |given, (entry, _)| given.and_on(*entry, retract()));
        assert_eq!(mistaken.path().phase(), phase);
    }
}

#[test]
fn who_was_here_on_the_way_and_then_arrived_is_there() {
    let back = departed().days_later(1).by(night_shelter()).and(a_contact());
    assert_eq!(back.path().phase(), Phase::InContact);
    let arrived = back.clone().days_later(1).by(liaison("PL")).and_on(HANDOVER, ConfirmArrival {});
    assert_eq!(arrived.path().phase(), Phase::Returned);
    // The arrival that is told now was before they were met here.
    let earlier = evening(0) + chrono::TimeDelta::hours(12);
    let met_since = back.days_later(1).happened(Some(earlier)).by(liaison("PL")).and_on(HANDOVER, ConfirmArrival {});
    assert_eq!(met_since.path().phase(), Phase::InContact);
}

#[test]
fn a_later_handover_closes_the_sight_of_who_received_the_person_before() {
    let sees = |path: &CarePath| {
        let mut addresses = path.repatriation.addressed().map(Addressed::address);
        addresses.any(|address| address.shown_abroad(&receiving("PL")).is_some())
    };
    arrived().then(|path| assert!(sees(path)));
    arrived().and(proposal()).then(|path| assert!(!sees(path)));
}

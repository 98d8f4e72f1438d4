//! "No" wins, at any time before the departure, on whichever stream it was said; and only "yes" is yes.

use proptest::prelude::*;

use super::*;
use crate::actor::Principal;
use crate::codes::{CloseReason, Precision};
use crate::deadlines::Deadlines;
use crate::event::{Event, EventKind};
use crate::path::case::{CloseCase, RecordDeath};
use crate::path::random::histories;
use crate::path::timers::TimerKind;
use crate::time::Occurred;
use ReturnWish::{DoesNotWantToReturn as No, Undecided, WantsToReturn as Yes};

/// What each of these is answered: nothing of a handover goes on.
fn nothing_goes_on(stopped: impl Fn() -> Given, refusal: &ReturnRefusal) {
    let by = |who: Principal| stopped().by(who);
    by(liaison("PL")).and_on(HANDOVER, AcknowledgeHandover {}).then_err(refusal.clone());
    by(liaison("PL")).and_on(HANDOVER, AcceptHandover::default()).then_err(refusal.clone());
    let decline = DeclineHandover { reason: HandoverDeclineReason::NoPlace, explanation: None };
    by(liaison("PL")).and_on(HANDOVER, decline).then_err(refusal.clone());
    by(supporter()).and_on(HANDOVER, document()).then_err(refusal.clone());
    by(coordinator()).and_on(HANDOVER, RecordDeparture::default()).then_err(refusal.clone());
    let question = AskHandoverQuestion { question: "why?".parse().unwrap() };
    by(liaison("PL")).and_on(HANDOVER, question).then_err(refusal.clone());
}

#[test]
fn a_no_at_any_time_before_the_departure_stops_the_handover_in_the_same_command() {
    for open in [proposed, acknowledged, accepted] {
        let stopped = || open().by(supporter()).and(options(No));
        stopped().then_types(["return_options_presented", "handover_withdrawn"]).then_event(|event| {
            let Event::Repatriation(RepatriationEvent::HandoverWithdrawn(withdrawn)) = event else { return false };
            withdrawn.reason == HandoverWithdrawReason::PersonChangedMind
        });
        stopped().then(|path| assert_ne!(path.phase(), Phase::Returning));
        nothing_goes_on(stopped, &ReturnRefusal::NotVoluntary);
        // A later yes begins anew: the handover that was stopped stays so.
        nothing_goes_on(|| stopped().and(options(Yes)), &ReturnRefusal::OutOfOrder);
        stopped().and(options(Yes)).and(proposal()).then_types(["handover_proposed"]);
    }
}

#[test]
fn a_no_that_any_worker_hears_stops_the_handover_and_baken_records_that_it_is_withdrawn() {
    for open in [proposed, acknowledged, accepted] {
        for hears in [night_shelter(), street_doctor(), supporter(), coordinator()] {
            let stopped = || open().by(hears.clone()).and(RefuseReturn::default());
            // Who may not know of a handover records nothing of it.
            stopped().then_types(["return_refused"]);
            nothing_goes_on(stopped, &ReturnRefusal::NotVoluntary);
            stopped().then(|path| {
                let timers = path.timers(&Deadlines::default(), &directory());
                assert!(timers.iter().any(|timer| timer.what == TimerKind::HandoverStops(HANDOVER)));
            });
            stopped().and(options(Yes)).and(proposal()).then_types(["handover_proposed"]);
        }
    }
}

#[test]
fn a_no_that_a_worker_hears_is_taken_on_a_closed_case_and_where_nobody_prepares_a_return() {
    given([signalled(), closed(CloseReason::Housed)]).when(RefuseReturn::default()).then_types(["return_refused"]);
    given([signalled()]).when(RefuseReturn::default()).then(|path| assert_eq!(path.repatriation.wish(), Some(No)));
}

#[test]
fn a_no_can_be_said_on_a_closed_case() {
    let close = || CloseCase { reason: CloseReason::LeftCountry, explanation: None };
    let stopped = || accepted().by(coordinator()).and(close()).and(options(No));
    stopped().then_types(["return_options_presented"]);
    nothing_goes_on(stopped, &ReturnRefusal::NotVoluntary);
    accepted().by(coordinator()).and(close()).and(options(Yes)).then_err(crate::path::case::CaseRefusal::Closed);
}

#[test]
fn a_death_ends_a_handover_in_any_state_and_the_closing_of_the_case_one_that_awaits_the_departure() {
    let close = || CloseCase { reason: CloseReason::Housed, explanation: None };
    let died = || RecordDeath { died_on: None, explanation: None };
    let ended = |given: Given, reason| {
        given.then(|path| {
            let stops: Vec<_> = path.repatriation.stopped().map(|(_, stop)| stop.reason).collect();
            assert_eq!(stops, [reason]);
            let mut shown = path.repatriation.addressed().map(Addressed::address);
            assert!(shown.all(|address| address.shown_abroad(&liaison("PL")).is_none()));
        })
    };
    for open in [proposed, acknowledged, accepted] {
        let closed = ended(open().by(coordinator()).and(close()), HandoverWithdrawReason::Other);
        closed.by(Principal::baken()).and_on(HANDOVER, StopHandover {}).then_types(["handover_withdrawn"]);
    }
    for open in [proposed, acknowledged, accepted, departed] {
        ended(open().by(coordinator()).and(died()), HandoverWithdrawReason::Died);
    }
    departed().by(coordinator()).and(close()).then(|path| assert_eq!(path.repatriation.stopped().count(), 0));
}

#[test]
fn undecided_is_not_a_yes() {
    accepted()
        .and(options(Undecided))
        .and_on(HANDOVER, RecordDeparture::default())
        .then_err(ReturnRefusal::NotVoluntary);
    accepted()
        .and(options(Undecided))
        .and(options(Yes))
        .and_on(HANDOVER, RecordDeparture::default())
        .then_types(["departed"]);
    prepared_but_for(None)
        .and(consent("PL", &[DataClass::Identity, DataClass::Return]))
        .and(options(Undecided))
        .and(proposal())
        .then_err(ReturnRefusal::NotVoluntary);
}

#[test]
fn who_has_left_and_says_no_afterwards_is_still_waited_for() {
    departed().and(options(No)).then_types(["return_options_presented"]).then(|path| {
        assert_eq!(path.phase(), Phase::Returning);
        assert_eq!(path.repatriation.stopped().count(), 0);
    });
}

/// An event as the log of a linked person holds it.
fn said(wish: ReturnWish) -> Event {
    let wish = serde_json::json!({
        "language": { "$private": "return", "value": "pl" }, "wish": { "$private": "return", "value": wish.code() },
    });
    crate::event::read("return_options_presented", 1, wish).unwrap()
}

#[test]
fn a_no_on_the_stream_of_a_linked_person_stops_the_handover_and_baken_records_it_where_that_lies() {
    for open in [proposed, acknowledged, accepted] {
        let stopped = || open().and_happened_to(another_person(), &said(No));
        nothing_goes_on(stopped, &ReturnRefusal::NotVoluntary);
        stopped().then(|path| {
            let timers = path.timers(&Deadlines::default(), &directory());
            let timer = timers.iter().find(|timer| timer.what == TimerKind::HandoverStops(HANDOVER)).unwrap();
            assert_eq!((timer.person, timer.due), (this_person(), evening(0)));
            assert_ne!(path.phase(), Phase::Returning);
        });
        let recorded = || stopped().by(Principal::baken()).and_on(HANDOVER, StopHandover {});
        recorded().then_types(["handover_withdrawn"]).then(|path| {
            assert!(path.timers(&Deadlines::default(), &directory()).iter().all(|timer| timer.due > evening(0)));
        });
        recorded().and_on(HANDOVER, StopHandover {}).then_err(ReturnRefusal::OutOfOrder);
        nothing_goes_on(|| stopped().and_happened_to(another_person(), &said(Yes)), &ReturnRefusal::OutOfOrder);
    }
    proposed().by(Principal::baken()).and_on(HANDOVER, StopHandover {}).then_err(ReturnRefusal::OutOfOrder);
}

#[test]
fn a_no_is_recorded_on_its_own_stream_alone() {
    // As the command is decided on the stream of a linked person: the handover lies on this one.
    let by = supporter();
    accepted().then(|path| {
        let (directory, deadlines, norms) = (directory(), Deadlines::default(), norms());
        let context = crate::command::Context {
            now: evening(0),
            occurred: Occurred::instant(evening(0)),
            by: &by,
            person_id: another_person(),
            members: &[this_person(), another_person()],
            id: id_of_command(99),
            directory: &directory,
            figures: &crate::figures::Figures::default(),
            is_full: false,
            deadlines: &deadlines,
            norms: &norms,
            nobody: false,
        };
        let events = crate::command::Decide::decide(options(No), (), path, &context).unwrap();
        assert_eq!(events.iter().map(Event::kind).collect::<Vec<_>>(), [EventKind::ReturnOptionsPresented]);
    });
}

#[test]
fn a_proposal_that_the_persons_last_word_forbade_counts_as_stopped_from_the_first() {
    // Two streams were linked after it: on the other one the person had said no.
    let proposed = || prepared_but_for(None).and(consent("PL", &[DataClass::Identity, DataClass::Return]));
    let proposal = serde_json::json!({
        "handover": HANDOVER, "country": "PL", "consent": CONSENT,
        "receiving_organisation": { "$private": "return", "value": "a clinic" },
    });
    let proposal = crate::event::read("handover_proposed", 2, proposal).unwrap();
    let stopped = || proposed().and_happened_to(another_person(), &said(No)).and_happened(&proposal);
    nothing_goes_on(stopped, &ReturnRefusal::NotVoluntary);
}

#[test]
fn a_no_told_late_counts_from_when_it_was_said_and_in_doubt_as_said_last() {
    let no = |at, precision| {
        let mut state = RepatriationState::default();
        let mut hear = |day, precision, wish| {
            let occurred = Occurred { at: evening(day), precision };
            let stamp = Stamp {
                event_id: crate::ids::EventId(uuid::Uuid::nil()),
                person_id: this_person(),
                occurred,
                recorded_at: evening(9),
                by: supporter().author(),
                caused_by: None,
                moved: None,
            };
            state.hear(&Arc::new(stamp), Some(wish));
        };
        hear(3, Precision::Instant, Yes);
        hear(at, precision, No);
        state.wish()
    };
    assert_eq!(no(4, Precision::Instant), Some(No));
    assert_eq!(no(2, Precision::Instant), Some(Yes), "they said yes since");
    assert_eq!(no(2, Precision::Day), Some(No), "it may have been said after the yes of that day");
    assert_eq!(no(1, Precision::Day), Some(Yes));
}

/// What the person said last, by a history alone. What was retracted was not said.
fn last_word(events: &[(Arc<Stamp>, Event)]) -> Option<ReturnWish> {
    let path = CarePath::fold(events.iter().map(|(stamp, event)| (stamp, event)));
    let counts = |stamp: &Stamp| path.uncounted(stamp.event_id).is_none();
    let events = events.iter().filter(|(stamp, _)| counts(stamp));
    let said = events.enumerate().filter_map(|(number, (stamp, event))| {
        let wish = match event {
            Event::Repatriation(RepatriationEvent::ReturnOptionsPresented(said)) => *said.wish.get()?,
            Event::Repatriation(RepatriationEvent::ReturnRefused(_)) => No,
            _ => return None,
        };
        let at = if wish == No { stamp.occurred.latest() } else { stamp.occurred.at };
        Some(((at, number), wish))
    });
    said.max_by_key(|(at, _)| *at).map(|(_, wish)| wish)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_commands_departs_a_person_whose_last_word_was_not_yes(history in histories()) {
        for (number, (_, event)) in history.events.iter().enumerate() {
            if event.kind() == EventKind::Departed {
                prop_assert_eq!(last_word(&history.events[..number]), Some(Yes));
            }
        }
    }

    #[test]
    fn while_the_last_word_is_no_nothing_is_open_that_awaits_a_departure(history in histories()) {
        for number in 0..history.events.len() {
            let told = &history.events[..=number];
            if last_word(told) == Some(No) {
                let path = CarePath::fold(told.iter().map(|(stamp, event)| (stamp, event)));
                let mut open = path.repatriation.handovers.iter().filter(|each| each.is_open());
                prop_assert!(open.all(|each| each.departed.is_some()));
            }
        }
    }
}

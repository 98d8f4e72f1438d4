//! What two nodes make of one request.

use std::sync::Arc;

use super::*;
use crate::app::testing::{TestBaken, keyed, user};
use serde_json::json;

fn shelter() -> Principal {
    user("night-shelter-rotterdam")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_repeated_on_another_node_is_recorded_once() {
    let here = TestBaken::start().await;
    let there = here.beside();
    for (kind, body) in [
        (CommandKind::TurnAway, json!({"reason": "full"})),
        (CommandKind::ReportSignal, json!({"channel": "shelter_intake"})),
    ] {
        let ask = || keyed(shelter(), None, kind, kind.name(), body.clone());
        let before = here.log.head().await.unwrap();
        // Both at once: neither knows of the other when it decides.
        let (first, second) = tokio::join!(here.baken.execute(ask()), there.baken.execute(ask()));
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!((first.event_ids, first.person_id), (second.event_ids, second.person_id));
        let recorded = here.log.read_all(before, 10).await.unwrap().events;
        let asked = recorded.iter().filter(|event| event.kind != "coordinator_assigned");
        assert_eq!(asked.count(), 1, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_another_node_records_while_its_repeat_waits_for_its_turn_is_recorded_once() {
    let here = TestBaken::start().await;
    let there = here.beside();
    let opened = keyed(shelter(), None, CommandKind::ReportSignal, "signal", json!({"channel": "shelter_intake"}));
    let opened = here.baken.execute(opened).await.unwrap();
    let stream = Stream::of_person(opened.person_id.unwrap());
    for (key, body) in [("note", json!({"summary": "met"})), ("other", json!({}))] {
        let ask = || keyed(shelter(), opened.person_id, CommandKind::RecordContact, key, body.clone());
        let turn = there.baken.writing.turn(stream.clone()).await;
        let baken = there.baken.clone();
        let repeat = tokio::spawn({
            let ask = ask();
            async move { baken.execute(ask).await }
        });
        // It has looked for an answer, found none, and waits for its turn.
        while Arc::strong_count(&there.baken.writing.0.lock()[&stream]) < 3 {
            tokio::task::yield_now().await;
        }
        let first = here.baken.execute(ask()).await.unwrap();
        there.baken.reach(first.position).await.unwrap();
        drop(turn);
        let second = repeat.await.unwrap().unwrap();
        assert_eq!((first.event_ids, second.repeated), (second.event_ids, true));
    }
    let recorded = here.log.read_stream(&stream, 0).await.unwrap();
    assert_eq!(recorded.iter().filter(|event| event.kind == "contact_made").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_refused_for_what_another_node_has_just_recorded() {
    let here = TestBaken::start().await;
    let there = here.beside();
    for round in 0..50 {
        let signal = json!({"channel": "shelter_intake"});
        let opened = keyed(shelter(), None, CommandKind::ReportSignal, &format!("signal {round}"), signal);
        let person = here.baken.execute(opened).await.unwrap().person_id;
        let met = keyed(shelter(), person, CommandKind::RecordContact, &format!("contact {round}"), json!({}));
        there.baken.execute(met).await.unwrap();
    }
}

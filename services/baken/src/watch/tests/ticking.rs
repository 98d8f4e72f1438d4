//! What a tick does, and what it does when something fails.

use std::sync::atomic::{AtomicBool, Ordering};

use care_path::codes::SignalChannel;
use care_path::command::Command;
use care_path::path::signal::ReportSignal;
use chrono::TimeDelta;
use parking_lot::Mutex;

use super::*;
use crate::app::Request;
use crate::app::testing::{request, user};
use crate::event_log::testing::Gated;
use crate::event_log::{LogError, Recorded};
use crate::history::Idempotency;
use crate::sources::Clock;

const NOON: &str = "2026-11-23T11:00:00Z";

async fn signal(node: &Node) -> PersonId {
    signal_by(node, user("outreach-rotterdam"), None).await
}

async fn signal_by(node: &Node, by: Principal, idempotency: Option<Idempotency>) -> PersonId {
    let signal = ReportSignal {
        channel: SignalChannel::OutreachRound,
        urgency: None,
        municipality: None,
        location_type: None,
        location: None,
        identity: None,
        circumstances: None,
        observations: None,
        conduct: None,
        problems: [].into(),
    };
    let request = Request { idempotency, ..request(by, None, Command::ReportSignal((), signal)) };
    node.baken.execute(request).await.unwrap().person_id.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_fires_what_is_due_and_the_next_one_nothing() {
    let ground = Ground::new(at(NOON));
    let node = ground.node().await;
    signal(&node).await;
    assert_eq!(node.watch.tick().await, Ticked::default());
    ground.clock.advance(TimeDelta::days(7));
    assert_eq!(node.watch.tick().await, Ticked { fired: 1, late: 0, put_off: 0 });
    assert_eq!(node.watch.tick().await, Ticked::default());
    assert_eq!(ground.fired().await, ["11-30 12:00 weekly_review passed: coordinator of rotterdam"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_the_names_of_the_system_cannot_take_the_keys_of_its_timers() {
    let ground = Ground::new(at(NOON));
    let node = ground.node().await;
    let person = signal(&node).await;
    let (key, baken) = (node.baken.timers(person)[0].key(), Principal::baken());
    let token = Principal { actor: user("outreach-rotterdam").actor, ..baken };
    let idempotency = Idempotency::of(&token, &key, "POST", "watch", key.as_bytes());
    signal_by(&node, token, Some(idempotency)).await;
    ground.clock.advance(TimeDelta::days(7));
    assert_eq!(node.watch.tick().await, Ticked { fired: 2, late: 0, put_off: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_says_what_it_follows_from() {
    let ground = Ground::new(at(NOON));
    let node = ground.node().await;
    signal(&node).await;
    ground.clock.advance(TimeDelta::days(7));
    node.watch.tick().await;
    let page = ground.log.read_all(Position::START, 10).await.unwrap();
    let envelope = |event: &Recorded| serde_json::from_slice::<crate::history::Envelope>(&event.metadata).unwrap();
    let last = page.events.last().unwrap();
    assert_eq!(envelope(last).causation_id, Some(page.events[0].id.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_that_fell_due_while_nothing_ran_fire_in_one_tick_each_once() {
    let ground = Ground::new(at(NOON));
    {
        let node = ground.node().await;
        for _ in 0..600 {
            signal(&node).await;
        }
    }
    ground.clock.advance(TimeDelta::days(8));
    let (one, other) = (ground.node().await, ground.node().await);
    assert_eq!(one.watch.tick().await, Ticked::default(), "people may still tell what they did");
    ground.clock.advance(TimeDelta::minutes(15));
    let (first, second) = tokio::join!(one.watch.tick(), other.watch.tick());
    assert_eq!((first.fired + second.fired, first.late + second.late), (600, 600));
    assert_eq!(ground.fired().await.len(), 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_by_the_terms_of_its_municipality() {
    let mut ground = Ground::new(at(NOON));
    let terms = serde_json::json!({ "review_days": 9, "municipalities": { "rotterdam": { "review_days": 3 } } });
    ground.terms = serde_json::from_value(terms).unwrap();
    let node = ground.node().await;
    signal(&node).await;
    assert_eq!(node.watch.next(), Some(at(NOON) + TimeDelta::days(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_runs_fires_what_falls_due_as_time_goes_on() {
    let ground = Ground::new(at(NOON));
    let node = ground.node().await;
    let watch = tokio::spawn(Watch::new(node.baken.clone(), WatchMetrics::default()).run());
    signal(&node).await;
    ground.clock.advance(TimeDelta::days(7));
    // Something happens elsewhere: the watch looks.
    signal(&node).await;
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        if !ground.fired().await.is_empty() {
            break;
        }
    }
    watch.abort();
    assert_eq!(ground.fired().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_cannot_be_written_holds_up_nobody_and_is_tried_again() {
    let (refused, met) = (Arc::new(Mutex::new(None)), Arc::new(AtomicBool::default()));
    let (asked, told) = (refused.clone(), met.clone());
    let log = Gated::new(Arc::new(MemoryLog::new()), move |stream| {
        if asked.lock().as_ref() != Some(stream) {
            return Ok(());
        }
        told.store(true, Ordering::Relaxed);
        Err(LogError::Unavailable("out of order".into()))
    });
    let ground = Ground::on(Arc::new(log), at(NOON));
    let node = ground.node().await;
    let broken = signal(&node).await;
    for _ in 0..5 {
        signal(&node).await;
    }
    *refused.lock() = Some(crate::history::Stream::of_person(broken));
    ground.clock.advance(TimeDelta::days(7));
    assert_eq!(node.watch.tick().await, Ticked { fired: 5, late: 0, put_off: 1 });
    assert!(met.load(Ordering::Relaxed));
    assert_eq!(node.watch.tick().await, Ticked::default(), "not again at once");

    *refused.lock() = None;
    ground.clock.advance(TimeDelta::seconds(5));
    assert_eq!(node.watch.tick().await, Ticked { fired: 1, late: 0, put_off: 0 });
    assert_eq!(ground.fired().await.len(), 6);
    assert!(ground.clock.now() > at(NOON));
}

//! The same events, each once, whatever happens to the nodes: stopped for hours, started again, two at a time.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use care_path::codes::TaskKind;
use care_path::event::EventKind;

use super::marek::NOW;
use super::*;

/// What happened, without when.
fn happened(events: &[Happened]) -> Vec<String> {
    // A no-show of which Baken learns only when the person is looked for already is not traced any more; and that a lookout
    // is over is not told again where somebody resolved it before Baken could.
    let overtaken = |happened: &&Happened| match &happened.event {
        Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => passed.task.kind() == Some(TaskKind::TraceNoShow),
        event => event.kind() == EventKind::LookoutEnded,
    };
    let mut told: Vec<_> = events.iter().filter(|happened| !overtaken(happened)).map(what).collect();
    told.sort();
    told
}

fn what(happened: &Happened) -> String {
    let by = &happened.stamp.by.organisation;
    match &happened.event {
        // For whom it waited is compared where nothing delays them: those who are told of a lookout six hours late have
        // their two hours from then on.
        Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => {
            format!("{} {}", passed.task.kind().unwrap(), passed.round)
        }
        event => format!("{} by {by}", event.kind()),
    }
}

/// Marek's case on one node that never stops.
async fn undisturbed() -> Ground {
    let now = at(NOW);
    let (_, planned) = marek(now);
    let ground = Ground::new(planned[0].scripted.occurred.at);
    let node = ground.node().await;
    for each in &planned {
        pass(&ground, &[&node], each.scripted.occurred.at).await;
        node.baken.execute(each.scripted.request().unwrap()).await.unwrap();
    }
    pass(&ground, &[&node], now).await;
    ground
}

/// The same, but that nothing runs for six hours: what people do meanwhile they record afterwards.
async fn stopped_at(stops: DateTime) -> Ground {
    let starts = stops + TimeDelta::hours(6);
    let now = at(NOW);
    let (_, planned) = marek(now);
    let ground = Ground::new(planned[0].scripted.occurred.at);
    let mut node = ground.node().await;
    let mut ran = true;
    for each in &planned {
        let when = each.scripted.occurred.at;
        if ran && when >= stops {
            pass(&ground, &[&node], stops).await;
            drop(node);
            ground.clock.set(starts);
            node = ground.node().await;
            ran = false;
        }
        if when > crate::sources::Clock::now(&*ground.clock) {
            pass(&ground, &[&node], when).await;
        }
        node.baken.execute(each.scripted.request().unwrap()).await.unwrap();
    }
    pass(&ground, &[&node], now).await;
    ground
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_stopped_for_six_hours_records_the_same_events_each_once() {
    let undisturbed = happened(&undisturbed().await.events().await);
    let first = marek(at(NOW)).1[0].scripted.occurred.at;
    // From the first step to the last disappearance, at every hour of the day.
    for stop in 0..48 {
        let stops = first + TimeDelta::hours(5 * stop);
        let ground = stopped_at(stops).await;
        assert_eq!(happened(&ground.events().await), undisturbed, "stopped at {}", local(stops));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fell_due_while_nothing_ran_fires_late_as_of_when_it_was_due_and_says_so() {
    // In the evening on which Marek does not come. That he is looked for is told before that he did not come.
    let events = stopped_at(at("2026-11-25T21:00:00Z")).await.events().await;
    let no_show = events.iter().find(|each| each.event.kind().name() == "no_show_recorded").unwrap();
    assert_eq!(local(no_show.stamp.occurred.at), "11-25 23:15");
    assert_eq!(local(no_show.stamp.recorded_at), "11-26 04:15");

    // In the night in which nobody answers the lookout.
    let events = stopped_at(at("2026-11-26T00:00:00Z")).await.events().await;
    let late = events.iter().filter_map(|each| match &each.event {
        Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) if passed.late => {
            Some(format!("{} {}", local(each.stamp.recorded_at), passed.task.kind().unwrap()))
        }
        _ => None,
    });
    assert_eq!(late.collect::<Vec<_>>(), ["11-26 07:15 find_person", "11-26 07:15 acknowledge_lookout"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_on_one_log_record_the_same_events_at_the_same_times_each_once() {
    let alone = undisturbed().await;
    let now = at(NOW);
    let (_, planned) = marek(now);
    let ground = Ground::new(planned[0].scripted.occurred.at);
    let (one, other) = (ground.node().await, ground.node().await);
    let nodes = [&one, &other];
    let mut fired = Ticked::default();
    for (each, node) in planned.iter().zip(nodes.iter().cycle()) {
        fired += pass(&ground, &nodes, each.scripted.occurred.at).await;
        let receipt = node.baken.execute(each.scripted.request().unwrap()).await.unwrap();
        for node in nodes {
            node.baken.reach(receipt.position).await.unwrap();
        }
    }
    fired += pass(&ground, &nodes, now).await;
    let times = |fired: Vec<String>| fired.into_iter().collect::<BTreeSet<_>>();
    let together = ground.fired().await;
    assert_eq!(together.len(), fired.fired, "each is one node's");
    assert_eq!(times(together), times(alone.fired().await));
    assert_eq!(happened(&ground.events().await), happened(&alone.events().await));
}

/// Marek's case on nodes that come and go: at each command one of two is stopped, started, or left as it is.
async fn restless(does: &[u8]) -> Ground {
    let now = at(NOW);
    let (_, planned) = marek(now);
    let ground = Ground::new(planned[0].scripted.occurred.at);
    let mut nodes = vec![ground.node().await];
    for (each, does) in planned.iter().zip(does.iter().cycle()) {
        pass(&ground, &nodes.iter().collect::<Vec<_>>(), each.scripted.occurred.at).await;
        match does % 4 {
            0 => nodes = vec![ground.node().await],
            1 if nodes.len() < 2 => nodes.push(ground.node().await),
            2 if nodes.len() > 1 => drop(nodes.remove(0)),
            _ => {}
        }
        let receipt = nodes[0].baken.execute(each.scripted.request().unwrap()).await.unwrap();
        for node in &nodes {
            node.baken.reach(receipt.position).await.unwrap();
        }
    }
    pass(&ground, &nodes.iter().collect::<Vec<_>>(), now).await;
    ground
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nodes_that_come_and_go_record_the_same_events_each_once(does in prop::collection::vec(any::<u8>(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (restless, undisturbed) = runtime.block_on(async {
            (restless(&does).await.fired().await, undisturbed().await.fired().await)
        });
        let sorted = |mut fired: Vec<String>| {
            fired.sort();
            fired
        };
        if sorted(restless) != sorted(undisturbed) {
            return Err(TestCaseError::fail("other events, or not once"));
        }
    }
}

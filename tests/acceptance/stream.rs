//! `GET /v1/stream`: who listens is told everything that they may know of, once, and nothing else, for as long as their
//! token is good.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use baken::demo;
use baken::sources::testing::TestClock;
use baken::sources::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::return_path::{consent, prepare, proposal, supported};
use crate::sse::{Event, Given, Listener};
use crate::support::{Client, Running, demo_world, empty, narrow};

const SOON: Duration = Duration::from_secs(10);

/// The event ids of the timelines of everybody whom a user finds on the list, by person, each in its order.
async fn timelines(client: &Client) -> BTreeMap<String, Vec<String>> {
    let mut timelines = BTreeMap::<_, Vec<_>>::new();
    for person in client.all("/v1/persons").await {
        let id = person["person_id"].as_str().unwrap();
        for entry in client.all(&format!("/v1/persons/{id}/timeline")).await {
            let of = entry["person_id"].as_str().unwrap().to_owned();
            timelines.entry(of).or_default().push(entry["event_id"].as_str().unwrap().to_owned());
        }
    }
    timelines
}

fn by_person(events: &[Event]) -> BTreeMap<String, Vec<String>> {
    let mut told = BTreeMap::<_, Vec<_>>::new();
    for event in events {
        let text = |name: &str| event.data[name].as_str().unwrap().to_owned();
        told.entry(text("person_id")).or_default().push(text("event_id"));
    }
    told
}

#[track_caller]
fn event(given: Given) -> Event {
    match given {
        Given::Event(event) => event,
        other => panic!("no event, but {other:?}"),
    }
}

/// A small source of numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// Writers who write as fast as they are answered.
async fn writers(running: &Running, each: usize) -> Vec<tokio::task::JoinHandle<()>> {
    let outreach = running.client("outreach-rotterdam");
    let mut writers = Vec::new();
    for _ in 0..4 {
        let person = outreach.signal(json!({"channel": "outreach_round", "municipality": "rotterdam"})).await;
        let outreach = outreach.clone();
        writers.push(tokio::spawn(async move {
            for _ in 0..each {
                let contact = json!({"summary": "met at the square"});
                outreach.post(&format!("/v1/persons/{person}/contacts"), contact).await.expect(201);
            }
        }));
    }
    writers
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_from_where_they_were_misses_nothing_and_is_told_nothing_twice_while_others_write() {
    let running = empty().await;
    let coordinator = running.client("coordinator-rotterdam");
    for (seed, by_header) in [(7, true), (8, false), (9, true)] {
        let mut dice = Dice(seed);
        let mut listener = Listener::open(&coordinator, "/v1/stream", None).await;
        let began: u64 = listener.last_id.parse().unwrap();
        let writers = writers(&running, 60).await;
        let (mut told, mut connections): (Vec<Event>, u32) = (Vec::new(), 1);
        // Of each of four: a signal, which assigns a coordinator too, and sixty contacts.
        while told.len() < 4 * 62 {
            for _ in 0..dice.below(9) {
                match listener.next(SOON).await {
                    Given::Event(event) => told.push(event),
                    other => panic!("after {}: {other:?}", told.len()),
                }
                if told.len() == 4 * 62 {
                    break;
                }
            }
            // What had arrived and was not looked at is lost with the connection.
            let last = listener.last_id.clone();
            drop(listener);
            tokio::time::sleep(Duration::from_millis(dice.below(20))).await;
            listener = if by_header {
                // The address still says where the first connection began, as a browser's does.
                Listener::open(&coordinator, &format!("/v1/stream?after={began}"), Some(&last)).await
            } else {
                Listener::open(&coordinator, &format!("/v1/stream?after={last}"), None).await
            };
            connections += 1;
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert!(connections > 20, "it came back {connections} times");
        assert!(told.is_sorted_by(|one, next| one.id < next.id), "in the order of the log, each once");
        let all = timelines(&coordinator).await;
        let told = by_person(&told);
        let of_this_round: BTreeMap<_, _> = all.into_iter().filter(|(person, _)| told.contains_key(person)).collect();
        assert!(told == of_this_round, "as the timelines have it");
        assert_eq!(listener.next(Duration::from_millis(200)).await, Given::Nothing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_after_a_restart_goes_on_where_they_were() {
    let running = empty().await;
    let mut listener = Listener::open(&running.client("coordinator-rotterdam"), "/v1/stream", None).await;
    let signal = json!({"channel": "outreach_round", "municipality": "rotterdam"});
    let first = running.client("outreach-rotterdam").signal(signal.clone()).await;
    assert_eq!(event(listener.next(SOON).await).data["person_id"], first);
    assert_eq!(event(listener.next(SOON).await).kind, "coordinator_assigned");
    let last = listener.last_id.clone();
    let running = running.restart().await;
    assert_eq!(listener.next(SOON).await, Given::End, "the service ended the stream");
    let second = running.client("outreach-rotterdam").signal(signal).await;
    let mut listener = Listener::open(&running.client("coordinator-rotterdam"), "/v1/stream", Some(&last)).await;
    assert_eq!(event(listener.next(SOON).await).data["person_id"], second);
}

/// Everything that a stream tells from the beginning, until it says that there is no more.
async fn everything(client: Client) -> Vec<Event> {
    let mut listener = Listener::open(&client, "/v1/stream?after=0", None).await;
    assert_eq!(listener.block().await, Some(None), "it begins with where it begins");
    assert_eq!(listener.last_id, "0");
    let (mut told, mut before) = (Vec::new(), 0);
    while let Some(event) = listener.block().await.expect("it goes on") {
        assert!(event.id > before, "the position moves on");
        before = event.id;
        told.push(event);
    }
    assert!(listener.last_id.parse::<u64>().unwrap() >= before, "a comment moves on past what is not the reader's");
    assert_ne!(listener.last_id, "0");
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_is_told_of_what_their_timelines_have_and_of_what_is_over_that_they_were_asked_for() {
    let running = demo_world().await;
    let users = demo::users().unwrap();
    let clients: Vec<_> = users.iter().map(|user| running.client(user.principal.user.as_str())).collect();
    // The comment that ends it comes after fifteen seconds: all listen at the same time.
    let listening: Vec<_> = clients.iter().cloned().map(|client| tokio::spawn(everything(client))).collect();
    let mut somebody_is_told = 0;
    for ((user, client), told) in users.iter().zip(&clients).zip(listening) {
        let told = told.await.unwrap();
        for Event { id, kind, data } in &told {
            let keys: Vec<_> = data.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(keys, ["event_id", "person_id", "position", "recorded_at", "type"]);
            assert_eq!((&data["position"], &data["type"]), (&json!(id), &json!(kind)));
        }
        somebody_is_told += usize::from(told.len() > 20);
        let mut timelines = timelines(client).await;
        let known: BTreeSet<_> = timelines.values().flatten().cloned().collect();
        let in_them = |event: &Event| known.contains(event.data["event_id"].as_str().unwrap());
        let (told, beyond): (Vec<_>, Vec<_>) = told.into_iter().partition(in_them);
        let told = by_person(&told);
        // That two were linked, and are not any more, is on both timelines, and told of one of the two.
        let told_of_another =
            |person: &str, id: &String| told.iter().any(|(other, ids)| other != person && ids.contains(id));
        for (person, ids) in &mut timelines {
            ids.retain(|id| !told_of_another(person, id));
        }
        assert_eq!(told, timelines, "{}", user.principal.user);
        let ends = ["lookout_resolved", "lookout_expired", "lookout_ended", "care_alert_ended", "handover_withdrawn"];
        assert!(beyond.iter().all(|event| ends.contains(&event.kind.as_str())), "{}", user.principal.user);
    }
    assert!(somebody_is_told > 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_consent_ends_what_the_liaison_is_told_of_a_return_with_that_it_is_over() {
    let running = empty().await;
    let liaison = running.client("liaison-pl");
    let mut listener = Listener::open(&liaison, "/v1/stream", None).await;
    let mut romanian = Listener::open(&running.client("liaison-ro"), "/v1/stream", None).await;
    let (supporter, person) = supported(&running).await;
    prepare(&supporter, &person, None).await;
    let given = consent(&supporter, &person).await;
    supporter.post(&format!("/v1/persons/{person}/handovers"), proposal()).await.expect(201);
    let first = event(listener.next(SOON).await);
    assert_eq!((first.kind.as_str(), &first.data["person_id"]), ("handover_proposed", &json!(person)));

    supporter.post(&format!("/v1/persons/{person}/consents/{given}/withdraw"), json!({})).await.expect(201);
    supporter.post(&format!("/v1/persons/{person}/contacts"), json!({"summary": "he stays"})).await.expect(201);
    let (supporter, other) = supported(&running).await;
    prepare(&supporter, &other, None).await;
    consent(&supporter, &other).await;
    supporter.post(&format!("/v1/persons/{other}/handovers"), proposal()).await.expect(201);
    let end = event(listener.next(SOON).await);
    assert_eq!((end.kind.as_str(), &end.data["person_id"]), ("handover_withdrawn", &json!(person)));
    let next = event(listener.next(SOON).await);
    assert_eq!(next.data["person_id"], other, "nothing else of the first since consent was withdrawn");

    let mut again = Listener::open(&liaison, "/v1/stream?after=0", None).await;
    let told = [event(again.next(SOON).await), event(again.next(SOON).await)];
    assert_eq!(told, [end.clone(), next], "nor of what was told before");
    let of_the_first = format!("/v1/stream?after=0&person_id={person}");
    let mut of_the_first = Listener::open(&liaison, &of_the_first, None).await;
    assert_eq!(event(of_the_first.next(SOON).await), end);
    assert_eq!(of_the_first.next(Duration::from_millis(500)).await, Given::Nothing);
    assert_eq!(romanian.next(Duration::from_millis(100)).await, Given::Nothing, "and nobody else was told");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_asked_for_is_left_out_and_linked_persons_belong_together() {
    let running = empty().await;
    let coordinator = running.client("coordinator-rotterdam");
    let outreach = running.client("outreach-rotterdam");
    let signal = json!({"channel": "outreach_round", "municipality": "rotterdam"});
    let (one, other) = (outreach.signal(signal.clone()).await, outreach.signal(signal).await);
    let contact = |person: &str| {
        let path = format!("/v1/persons/{person}/contacts");
        let outreach = outreach.clone();
        async move { outreach.post(&path, json!({"summary": "met"})).await.expect(201).id("person_id") }
    };
    let of_one = format!("/v1/stream?after=0&person_id={one}");
    let mut of_one = Listener::open(&coordinator, &of_one, None).await;
    assert_eq!(event(of_one.next(SOON).await).data["person_id"], one);
    assert_eq!(event(of_one.next(SOON).await).kind, "coordinator_assigned");
    contact(&other).await;
    contact(&one).await;
    let told = event(of_one.next(SOON).await);
    assert_eq!((told.kind.as_str(), &told.data["person_id"]), ("contact_made", &json!(one)));

    let link = json!({"with": other, "basis": "self_declared"});
    coordinator.post(&format!("/v1/persons/{one}/links"), link).await.expect(201);
    assert_eq!(event(of_one.next(SOON).await).kind, "persons_linked");
    contact(&other).await;
    assert_eq!(event(of_one.next(SOON).await).data["person_id"], other, "they are one now");

    let types = "/v1/stream?after=0&types=contact_made,persons_linked";
    let mut listener = Listener::open(&coordinator, types, None).await;
    let kinds: Vec<_> = [listener.next(SOON).await, listener.next(SOON).await, listener.next(SOON).await]
        .into_iter()
        .map(|given| event(given).kind)
        .collect();
    assert_eq!(kinds, ["contact_made", "contact_made", "persons_linked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_token() {
    let running = empty().await;
    let now = SystemClock.now();
    let twelve_hours = Duration::from_hours(12);
    // Good for three seconds still.
    let clock = TestClock::at(now - twelve_hours + Duration::from_secs(3));
    let client = Client::with_token(&running.url, &running.token_made("coordinator-rotterdam", &clock));
    let mut listener = Listener::open(&client, "/v1/stream", None).await;
    assert_eq!(listener.next(SOON).await, Given::End);
    let lasted = SystemClock.now() - now;
    assert!((2..5).contains(&lasted.num_seconds()), "{lasted}");
    for _ in 0..100 {
        if running.open() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("its place is not free");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_for_is_named() {
    let running = empty().await;
    let client = running.client("coordinator-rotterdam");
    for (query, parameter) in [
        ("after=-1", "after"),
        ("after=x", "after"),
        ("after=99999999", "after"),
        ("types=", "types"),
        ("types=signal_received,nonsense", "types"),
        ("person_id=Marek", "person_id"),
        ("since=1", "since"),
        ("after=0&after=0", "after"),
    ] {
        let problem = client.get(&format!("/v1/stream?{query}")).await.expect(422).json();
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{query}");
    }
    for id in ["x", "-1", "99999999"] {
        let refused = client.listen("/v1/stream", Some(id)).await;
        assert_eq!(refused.status(), 400, "{id}");
        let problem: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
        assert_eq!(problem["code"], "malformed_header");
    }
    let stranger = Client::with_token(&running.url, "no-token").get("/v1/stream").await.expect(401);
    assert_eq!(stranger.headers["content-type"], "application/problem+json");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_so_many_places_for_a_user_and_so_many_in_all() {
    let running = narrow(2, 3).await;
    let (one, other) = (running.client("coordinator-rotterdam"), running.client("coordinator-amsterdam"));
    let mut held = Vec::new();
    for client in [&one, &one] {
        held.push(Listener::open(client, "/v1/stream", None).await);
    }
    let refused = one.get("/v1/stream").await.expect(429);
    assert_eq!(
        (refused.json()["code"].as_str(), &refused.headers["retry-after"]),
        (Some("too_many_channels"), &"5".parse().unwrap())
    );
    held.push(Listener::open(&other, "/v1/stream", None).await);
    assert_eq!(other.get("/v1/stream").await.expect(503).json()["code"], "crowded");
    // A place is free again when its client is gone, though nothing happens that it could be told.
    held.clear();
    let back = async {
        while running.open() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(3), back).await.expect("the places are free again");
    Listener::open(&one, "/v1/stream", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_listen_while_one_writes_and_all_end_when_the_service_does() {
    let running = empty().await;
    let coordinator = running.client("coordinator-rotterdam");
    let mut listeners = Vec::new();
    for _ in 0..200 {
        listeners.push(Listener::open(&coordinator, "/v1/stream", None).await);
    }
    let person = running
        .client("outreach-rotterdam")
        .signal(json!({"channel": "outreach_round", "municipality": "rotterdam"}))
        .await;
    let ended = Arc::new(AtomicBool::new(false));
    let mut waiting = Vec::new();
    for mut listener in listeners {
        let (person, ended) = (person.clone(), ended.clone());
        assert_eq!(event(listener.next(SOON).await).data["person_id"], person);
        assert_eq!(event(listener.next(SOON).await).kind, "coordinator_assigned");
        waiting.push(tokio::spawn(async move {
            let given = listener.next(SOON).await;
            assert!(ended.load(Ordering::SeqCst), "not before");
            given
        }));
    }
    ended.store(true, Ordering::SeqCst);
    running.close();
    let mut ends = BTreeSet::new();
    for waiting in waiting {
        ends.insert(format!("{:?}", waiting.await.unwrap()));
    }
    assert_eq!(ends, BTreeSet::from(["End".to_owned()]));
}

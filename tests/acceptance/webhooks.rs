//! Webhooks over HTTP: receivers that fail, die and come back, and services that do; and what nobody is told.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use async_trait::async_trait;
use baken::app::{Baken, Reading, Request};
use baken::demo;
use baken::event_log::Position;
use baken::history::Purpose;
use baken::sources::{Clock, IdSource, RandomIds, SystemClock};
use baken::webhooks::{Lookup, Options, Schedule, Targets};
use care_path::command::Command;
use care_path::ids::CorrelationId;
use care_path::path::signal::{RecordContact, ReportSignal};
use care_path::{PersonId, Principal};
use chrono::TimeDelta;
use parking_lot::Mutex;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::sealing::secrets;
use crate::support::{Client, Running, sending};

/// A receiver of webhooks.
struct Receiver {
    heard: Arc<Heard>,
    address: SocketAddr,
    server: Option<ServerHandle>,
}

struct Heard {
    secrets: Mutex<Vec<String>>,
    answers: Mutex<Box<dyn FnMut() -> u16 + Send>>,
    /// Bodies in the order in which they came, with the ids of their messages.
    messages: Mutex<Vec<(String, Value)>>,
    /// Messages whose signature was none.
    forged: Mutex<usize>,
}

async fn hear(heard: Data<Heard>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let headers = headers.filter_map(|(name, value)| Some((name.parse().ok()?, value.try_into().ok()?))).collect();
    let verifies = |secret: &String| Webhook::new(secret).unwrap().verify(&body, &headers).is_ok();
    if !heard.secrets.lock().iter().any(verifies) {
        *heard.forged.lock() += 1;
    }
    let status = heard.answers.lock()();
    // Some of what is refused was taken in before: a receiver that breaks while it answers.
    if status < 300 || status == 502 {
        let id = request.headers().get("webhook-id").unwrap().to_str().unwrap().to_owned();
        heard.messages.lock().push((id, serde_json::from_slice(&body).unwrap()));
    }
    let mut response = HttpResponse::build(status.try_into().unwrap());
    // Nobody is to follow this.
    response.insert_header(("location", "http://127.0.0.1:1/")).finish()
}

impl Receiver {
    async fn start(answers: impl FnMut() -> u16 + Send + 'static) -> Self {
        let heard = Arc::new(Heard {
            secrets: Mutex::default(),
            answers: Mutex::new(Box::new(answers)),
            messages: Mutex::default(),
            forged: Mutex::default(),
        });
        let mut receiver = Self { heard, address: ([127, 0, 0, 1], 0).into(), server: None };
        receiver.live().await;
        receiver
    }

    async fn live(&mut self) {
        let heard = Data::from(self.heard.clone());
        for _ in 0..200 {
            let heard = heard.clone();
            let server = HttpServer::new(move || App::new().app_data(heard.clone()).default_service(web::to(hear)));
            if let Ok(server) = server.workers(1).disable_signals().bind(self.address) {
                self.address = server.addrs()[0];
                let server = server.run();
                self.server = Some(server.handle());
                tokio::spawn(server);
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} stays in use", self.address);
    }

    async fn die(&mut self) {
        self.server.take().unwrap().stop(false).await;
    }

    fn url(&self) -> String {
        format!("http://{}/hook?token=t0k3n", self.address)
    }

    fn count(&self) -> usize {
        self.heard.messages.lock().len()
    }

    fn positions(&self) -> BTreeSet<u64> {
        self.heard.messages.lock().iter().filter_map(|(_, body)| body["data"]["position"].as_u64()).collect()
    }

    /// Of each person, the events in the order in which they first came.
    fn by_person(&self) -> BTreeMap<String, Vec<u64>> {
        let mut seen = BTreeSet::new();
        let mut by_person = BTreeMap::<String, Vec<u64>>::new();
        for (_, body) in self.heard.messages.lock().iter() {
            let position = body["data"]["position"].as_u64().unwrap();
            if seen.insert(position) {
                by_person.entry(body["data"]["person_id"].as_str().unwrap().to_owned()).or_default().push(position);
            }
        }
        by_person
    }
}

/// Webhooks that may go to this machine.
fn options(terms: Vec<TimeDelta>) -> Options {
    let networks = vec!["127.0.0.0/8".parse().unwrap()];
    Options {
        targets: Targets { networks, plain_http: true, ..Targets::default() },
        schedule: Schedule::new(terms),
        tick: Duration::from_millis(5),
        ..Options::default()
    }
}

async fn set_up(client: &Client, receiver: &Receiver) -> String {
    let made = client.post("/v1/webhooks", json!({"url": receiver.url()})).await.expect(201);
    receiver.heard.secrets.lock().push(made.json()["secret"].as_str().unwrap().to_owned());
    format!("/v1/webhooks/{}", made.id("webhook_id"))
}

async fn until(what: &str, seconds: u64, mut holds: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(seconds), waited).await.is_ok(), "never: {what}");
}

async fn is_done(client: &Client, webhook: &str) -> bool {
    let shown = client.get(webhook).await.expect(200).json();
    shown["lag"] == 0 && shown["pending"] == 0
}

fn principal(user: &str) -> Principal {
    let users = demo::users().unwrap();
    users.into_iter().find(|each| each.principal.user.as_str() == user).unwrap().principal
}

/// What the notices tell a user after a position, by person.
fn told(baken: &Baken, user: &str, from: u64) -> BTreeMap<String, Vec<u64>> {
    let (reading, mut after) = (Reading::from(&principal(user)), Position(from));
    let mut told = BTreeMap::<String, Vec<u64>>::new();
    loop {
        let notices = baken.notices(&reading, after, |_, _| true);
        for notice in notices.items {
            told.entry(notice.person_id.to_string()).or_default().push(notice.position);
        }
        after = notices.next;
        if !notices.more {
            return told;
        }
    }
}

async fn write(baken: &Baken, person_id: Option<PersonId>, command: Command) -> PersonId {
    let request = Request {
        principal: principal("coordinator-rotterdam"),
        person_id,
        command,
        occurred: None,
        if_match: None,
        idempotency: None,
        correlation_id: CorrelationId(RandomIds.uuid_v7()),
        causation_id: None,
        purpose: Purpose::default(),
    };
    baken.execute(request).await.unwrap().person_id.unwrap()
}

/// Contacts with each of these persons, so many in turn.
async fn contacts(running: &Running, persons: &[PersonId], each: usize) {
    let writers = persons.chunks(persons.len().div_ceil(16)).map(|chunk| async move {
        for _ in 0..each {
            for person in chunk {
                let contact: RecordContact = serde_json::from_value(json!({"summary": "met"})).unwrap();
                write(running.baken(), Some(*person), Command::RecordContact((), contact)).await;
            }
        }
    });
    futures_util::future::join_all(writers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_events_none_is_lost_where_half_of_the_deliveries_fail_and_everybody_dies_twice() {
    // Failures at random, and now and then an outage of seconds: the terms grow.
    let milliseconds = [vec![4; 10], vec![100; 10], vec![1_000; 60]].concat();
    let running = sending(options(milliseconds.into_iter().map(TimeDelta::milliseconds).collect())).await;
    let mut chance = ChaCha8Rng::seed_from_u64(20_261_123);
    let mut receiver = Receiver::start(move || match chance.random_range(0..4) {
        0 | 1 => 204,
        2 => 500,
        _ => 502,
    })
    .await;
    let mut persons = Vec::new();
    let webhook = set_up(&running.client("coordinator-rotterdam"), &receiver).await;
    for _ in 0..200 {
        let signal: ReportSignal =
            serde_json::from_value(json!({"channel": "outreach_round", "municipality": "rotterdam"})).unwrap();
        persons.push(write(running.baken(), None, Command::ReportSignal((), signal)).await);
    }
    contacts(&running, &persons, 20).await;
    receiver.die().await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    receiver.live().await;
    assert!(!is_done(&running.client("coordinator-rotterdam"), &webhook).await);
    let running = running.restart().await;
    contacts(&running, &persons, 15).await;
    let running = running.restart().await;
    contacts(&running, &persons, 15).await;
    receiver.die().await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    receiver.live().await;

    let coordinator = running.client("coordinator-rotterdam");
    until("all is delivered", 240, async || is_done(&coordinator, &webhook).await).await;
    let expected = told(running.baken(), "coordinator-rotterdam", 0);
    let events: usize = expected.values().map(Vec::len).sum();
    assert!(events >= 10_000, "{events}");
    assert_eq!(receiver.by_person(), expected, "every event, in order per person");
    assert_eq!(*receiver.heard.forged.lock(), 0);
    let shown = coordinator.get(&webhook).await.json();
    assert_eq!((&shown["dead_letters"], &shown["state"]), (&json!(0), &json!("active")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_is_listed_and_can_be_sent_again_one_by_one_and_all_together() {
    let running = sending(options(vec![TimeDelta::milliseconds(1)])).await;
    let works = Arc::new(Mutex::new(503));
    let answer = works.clone();
    let receiver = Receiver::start(move || *answer.lock()).await;
    let coordinator = running.client("coordinator-rotterdam");
    let webhook = set_up(&coordinator, &receiver).await;
    let person = running
        .client("outreach-rotterdam")
        .signal(json!({"channel": "outreach_round", "municipality": "rotterdam"}))
        .await;
    for _ in 0..4 {
        coordinator.post(&format!("/v1/persons/{person}/contacts"), json!({})).await.expect(201);
    }
    let letters = async || coordinator.all(&format!("{webhook}/dead-letters")).await;
    until("six are given up", 20, async || letters().await.len() == 6).await;
    let listed = letters().await;
    assert!(listed.iter().all(|each| each["attempts"] == 2 && each["status"] == 503 && each["person_id"] == person));
    assert_eq!(receiver.count(), 0);

    *works.lock() = 204;
    let one = listed[3]["position"].as_u64().unwrap();
    coordinator.post(&format!("{webhook}/dead-letters/{one}/replay"), json!({})).await.expect(200);
    until("it is delivered", 20, async || receiver.count() == 1).await;
    assert_eq!(receiver.heard.messages.lock()[0].1["data"]["position"], one);
    let replayed = coordinator.post(&format!("{webhook}/dead-letters/replay"), json!({})).await.expect(200).json();
    assert_eq!(replayed, json!({"replayed": 5, "left": 0}));
    until("all are delivered", 20, async || receiver.positions().len() == 6).await;
    until("nothing waits", 20, async || is_done(&coordinator, &webhook).await).await;
    let metrics = reqwest::get(format!("{}/metrics", running.url)).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("baken_webhook_deliveries_total{outcome=\"status\"} 12"), "{metrics}");
    assert!(metrics.contains("baken_webhook_dead_letters 0") && metrics.contains("baken_webhook_lag 0"), "{metrics}");
    assert!(!metrics.contains("t0k3n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_left_alone_and_one_that_rotates_misses_nothing() {
    let running = sending(options(vec![TimeDelta::milliseconds(1); 20])).await;
    let gone = Arc::new(Mutex::new(410));
    let answer = gone.clone();
    let receiver = Receiver::start(move || *answer.lock()).await;
    let coordinator = running.client("coordinator-rotterdam");
    let webhook = set_up(&coordinator, &receiver).await;
    let signal = json!({"channel": "outreach_round", "municipality": "rotterdam"});
    running.client("outreach-rotterdam").signal(signal.clone()).await;
    until("it is disabled", 20, async || coordinator.get(&webhook).await.json()["state"] == "gone").await;
    *gone.lock() = 204;
    running.client("outreach-rotterdam").signal(signal.clone()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(receiver.count(), 0);
    let running = running.restart().await;
    let coordinator = running.client("coordinator-rotterdam");
    coordinator.post(&format!("{webhook}/enable"), json!({})).await.expect(200);
    until("all four are delivered", 20, async || receiver.count() == 4).await;

    // The receiver knows the old secret for a while, and the new one from then on.
    let rotated = coordinator.post(&format!("{webhook}/rotate"), json!({})).await.expect(200).json();
    running.client("outreach-rotterdam").signal(signal.clone()).await;
    until("the old secret does", 20, async || receiver.count() == 6).await;
    *receiver.heard.secrets.lock() = vec![rotated["secret"].as_str().unwrap().to_owned()];
    running.client("outreach-rotterdam").signal(signal).await;
    until("and so does the new one", 20, async || receiver.count() == 8).await;
    assert_eq!(*receiver.heard.forged.lock(), 0);
    let tested = coordinator.post(&format!("{webhook}/test"), json!({})).await.expect(200).json();
    assert_eq!(tested, json!({"outcome": "delivered"}));
    assert_eq!(receiver.heard.messages.lock()[8].1["type"], "ping");
}

/// Leads somewhere public when it is asked first, and to this machine from then on.
struct Rebinding(Mutex<bool>);

#[async_trait]
impl Lookup for Rebinding {
    async fn addresses(&self, _: &str) -> Vec<IpAddr> {
        let asked = std::mem::replace(&mut *self.0.lock(), true);
        vec![if asked { "127.0.0.1" } else { "93.184.215.14" }.parse().unwrap()]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_where_only_the_service_can_reach() {
    let mut options = options(vec![TimeDelta::milliseconds(1)]);
    options.targets.networks.clear();
    options.lookup = Arc::new(Rebinding(Mutex::new(false)));
    let running = sending(options).await;
    let receiver = Receiver::start(|| 204).await;
    let coordinator = running.client("coordinator-rotterdam");
    let port = receiver.address.port();
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0", "169.254.169.254", "10.0.0.1"] {
        let body = json!({"url": format!("http://{host}:{port}/")});
        let refused = coordinator.post("/v1/webhooks", body).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/url", "{host}");
        assert!(!refused.to_string().contains(host), "{refused}");
    }
    let body = json!({"url": format!("http://hooks.example.org:{port}/")});
    let made = coordinator.post("/v1/webhooks", body).await.expect(201);
    let webhook = format!("/v1/webhooks/{}", made.id("webhook_id"));
    running
        .client("outreach-rotterdam")
        .signal(json!({"channel": "outreach_round", "municipality": "rotterdam"}))
        .await;
    let letters = async || coordinator.all(&format!("{webhook}/dead-letters")).await;
    until("both events are given up", 20, async || letters().await.len() == 2).await;
    assert!(letters().await.iter().all(|letter| letter["failure"] == "not_allowed"));
    let tested = coordinator.post(&format!("{webhook}/test"), json!({})).await.expect(200).json();
    assert_eq!(tested, json!({"outcome": "not_allowed"}));
    assert_eq!(receiver.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_of_what_they_may_know_and_nobody_of_anything_personal() {
    let running = sending(options(vec![TimeDelta::milliseconds(1); 20])).await;
    let mut hooks = Vec::new();
    for user in demo::users().unwrap() {
        let (user, receiver) = (user.principal.user.as_str().to_owned(), Receiver::start(|| 204).await);
        let client = running.client(&user);
        let made = client.post("/v1/webhooks", json!({"url": receiver.url()})).await;
        let blind = ["ambassador-pl", "analyst-national", "privacy-officer", "administrator"].contains(&user.as_str());
        assert_eq!(made.status.as_u16(), if blind { 403 } else { 201 }, "{user}");
        if !blind {
            receiver.heard.secrets.lock().push(made.json()["secret"].as_str().unwrap().to_owned());
            let webhook = format!("/v1/webhooks/{}", made.id("webhook_id"));
            client.post(&format!("{webhook}/disable"), json!({})).await.expect(200);
            hooks.push((user, client, webhook, receiver));
        }
    }
    demo::load(running.baken(), SystemClock.now()).await.unwrap();
    let secrets = secrets();
    assert!(secrets.len() > 50);
    let mut heard = BTreeMap::new();
    for (user, client, webhook, receiver) in &hooks {
        // What may be told is decided when it is sent: all of it after the last of it has happened.
        client.post(&format!("{webhook}/enable"), json!({})).await.expect(200);
        until("all is delivered", 60, async || is_done(client, webhook).await).await;
        assert_eq!(receiver.by_person(), told(running.baken(), user, 0), "{user}");
        heard.insert(user.as_str(), receiver.by_person());
        for (_, body) in receiver.heard.messages.lock().iter() {
            let text = body.to_string();
            let keys: Vec<_> =
                body.as_object().unwrap().keys().chain(body["data"].as_object().unwrap().keys()).collect();
            assert_eq!(keys, ["data", "timestamp", "type", "event_id", "person_id", "position"]);
            assert!(secrets.iter().all(|secret| !text.contains(secret.as_str())), "{text}");
        }
        assert_eq!(*receiver.heard.forged.lock(), 0, "{user}");
    }
    let (romanian, polish) = (&heard["liaison-ro"], &heard["liaison-pl"]);
    assert!(!romanian.is_empty() && !polish.is_empty());
    assert!(romanian.keys().all(|person| !polish.contains_key(person)));
    let everybodys = running.client("administrator").send(Method::GET, "/v1/webhooks", &[], None).await.expect(200);
    assert_eq!(everybodys.json()["items"].as_array().unwrap().len(), hooks.len());
    assert!(!everybodys.text.contains("t0k3n"));
}

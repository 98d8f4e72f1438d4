//! Webhooks over a whole Baken in memory, under a clock that a test moves: what is sent when, to whom, and what is kept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use care_path::command::{Command, CommandKind};
use care_path::event::EventKind;
use care_path::{PersonId, Principal};
use chrono::TimeDelta;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::*;
use crate::app::Reading;
use crate::app::testing::{TestBaken, request, user};
use crate::history::Idempotency;
use crate::sources::{Clock, IdSource};

/// A receiver: answers what it is told to, and keeps what it is sent.
#[derive(Default)]
struct Receiver {
    answers: Mutex<Vec<Outcome>>,
    /// What it answers where nothing is left of `answers`.
    then: Mutex<Option<Outcome>>,
    heard: Mutex<Vec<OutgoingMessage>>,
}

#[async_trait]
impl Post for Receiver {
    async fn post(&self, message: OutgoingMessage) -> Outcome {
        self.heard.lock().push(message);
        let mut answers = self.answers.lock();
        if answers.is_empty() { self.then.lock().unwrap_or(Outcome::Delivered) } else { answers.remove(0) }
    }
}

impl Receiver {
    fn heard(&self) -> usize {
        self.heard.lock().len()
    }

    fn payloads(&self) -> Vec<Value> {
        self.heard.lock().iter().map(|message| serde_json::from_slice(&message.body).unwrap()).collect()
    }
}

/// Public addresses for every name.
struct Public;

#[async_trait]
impl Lookup for Public {
    async fn addresses(&self, _: &str) -> Vec<std::net::IpAddr> {
        vec!["93.184.215.14".parse().unwrap()]
    }
}

struct Middle;

impl Jitter for Middle {
    fn part(&self) -> f64 {
        0.5
    }
}

struct World {
    test: TestBaken,
    receiver: Arc<Receiver>,
    store: Arc<dyn WebhookStore>,
    webhooks: Webhooks,
    options: Options,
}

impl World {
    async fn with(store: Arc<dyn WebhookStore>, options: Options) -> Self {
        let test = TestBaken::start().await;
        let receiver = Arc::new(Receiver::default());
        let webhooks = start(&test, &store, &receiver, &options).await;
        Self { test, receiver, store, webhooks, options }
    }

    async fn new() -> Self {
        Self::with(Arc::new(MemoryWebhookStore::default()), options()).await
    }

    /// The service ends and starts again.
    async fn restart(&mut self) {
        self.webhooks.stop();
        self.webhooks = start(&self.test, &self.store, &self.receiver, &self.options).await;
    }

    fn key(&self, name: &str) -> Idempotency {
        let key = self.test.ids.uuid_v7().to_string();
        Idempotency::of(&user(name), &key, "POST", "/v1/webhooks", b"{}")
    }

    async fn create(&self, name: &str) -> Made {
        let new = NewWebhook { url: "https://hooks.example.org/a?token=t0k3n".into(), types: None, description: None };
        self.webhooks.create(&user(name), new, self.key(name)).await.unwrap()
    }

    async fn write(&self, name: &str, person: Option<PersonId>, kind: CommandKind, body: Value) -> PersonId {
        self.execute(user(name), person, kind.read(None, &body).unwrap()).await
    }

    async fn execute(&self, principal: Principal, person_id: Option<PersonId>, command: Command) -> PersonId {
        let receipt = self.test.baken.execute(request(principal, person_id, command)).await.unwrap();
        self.test.baken.reach(receipt.position).await.unwrap();
        receipt.person_id.unwrap()
    }

    async fn signal(&self) -> PersonId {
        let body = json!({"channel": "outreach_round", "municipality": "rotterdam", "identity": {"alias": "Marek"}});
        self.write("outreach-rotterdam", None, CommandKind::ReportSignal, body).await
    }

    async fn contact(&self, person: PersonId) {
        self.write(COORDINATOR, Some(person), CommandKind::RecordContact, json!({"summary": "met Marek"})).await;
    }

    fn view(&self, name: &str, made: &Made) -> WebhookView {
        self.webhooks.show(&user(name), made.webhook.webhook_id).unwrap()
    }
}

fn options() -> Options {
    Options { lookup: Arc::new(Public), jitter: Arc::new(Middle), tick: Duration::from_millis(2), ..Options::default() }
}

async fn start(
    test: &TestBaken,
    store: &Arc<dyn WebhookStore>,
    receiver: &Arc<Receiver>,
    options: &Options,
) -> Webhooks {
    let (baken, sealer) = (test.baken.clone(), test.sealer.clone());
    Webhooks::start_with(baken, sealer, store.clone(), receiver.clone(), options.clone()).await.unwrap()
}

/// Waits until something holds that others bring about.
async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..5_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("never: {what}");
}

const COORDINATOR: &str = "coordinator-rotterdam";
const SHELTER: &str = "day-shelter-rotterdam";

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_is_told_of_what_happens_and_of_nothing_personal() {
    let world = World::new().await;
    world.signal().await;
    let made = world.create(COORDINATOR).await;
    let person = world.signal().await;
    world.contact(person).await;
    until("all are told", || world.view(COORDINATOR, &made).lag == 0 && world.receiver.heard() >= 3).await;
    let payloads = world.receiver.payloads();
    let types: Vec<_> = payloads.iter().map(|payload| payload["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["signal_received", "coordinator_assigned", "contact_made"], "and nothing from before");
    for payload in &payloads {
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(payload), ["data", "timestamp", "type"]);
        assert_eq!(keys(&payload["data"]), ["event_id", "person_id", "position"]);
        assert!(!payload.to_string().contains("Marek"));
    }
    let text = {
        let mut registry = prometheus_client::registry::Registry::default();
        world.webhooks.measure();
        world.webhooks.metrics().register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        text
    };
    assert!(text.contains(r#"webhook_deliveries_total{outcome="delivered"} 3"#), "{text}");
    assert!(!text.contains("example.org"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_types_that_a_webhook_cares_for_are_told() {
    let world = World::new().await;
    let new = NewWebhook {
        url: "https://hooks.example.org/".into(),
        types: Some([EventKind::ContactMade].into()),
        description: Some("bed planning".into()),
    };
    world.webhooks.create(&user(COORDINATOR), new, world.key(COORDINATOR)).await.unwrap();
    let person = world.signal().await;
    world.contact(person).await;
    until("the contact is told", || world.receiver.heard() == 1).await;
    assert_eq!(world.receiver.payloads()[0]["type"], "contact_made");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_attempts_over_three_days_an_event_is_a_dead_letter_that_can_be_sent_again() {
    let world = World::new().await;
    let made = world.create(COORDINATOR).await;
    *world.receiver.then.lock() = Some(Failure::Status(503).into());
    let (began, id) = (world.test.clock.now(), made.webhook.webhook_id);
    let person = world.signal().await;
    for attempts in 1..=10_u32 {
        until("the next attempt", || world.receiver.heard() >= attempts as usize).await;
        until("it is written down", || world.view(COORDINATOR, &made).pending == 2 || attempts == 10).await;
        if attempts < 10 {
            let now = world.test.clock.now();
            let waits = world.options.schedule.next(attempts, now, None, &Middle).unwrap() - now;
            world.test.clock.advance(waits - TimeDelta::milliseconds(1));
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert_eq!(world.receiver.heard(), attempts as usize, "not before its time");
            world.test.clock.advance(TimeDelta::milliseconds(1));
        }
    }
    let took = world.test.clock.now() - began;
    assert!((TimeDelta::hours(75)..TimeDelta::hours(77)).contains(&took), "{took}");
    until("it is given up", || world.view(COORDINATOR, &made).dead_letters == 1).await;
    until("the next event of the person is tried", || world.receiver.heard() == 11).await;

    let (letters, next) = world.webhooks.dead_letters(&Reading::from(&user(COORDINATOR)), id, 0, 50).await.unwrap();
    let letter = letters.first().unwrap();
    assert_eq!((letters.len(), next, letter.attempts, letter.status), (1, None, 10, Some(503)));
    assert_eq!((letter.r#type, letter.person_id), (EventKind::SignalReceived, person));

    *world.receiver.then.lock() = None;
    let elsewhere = world.webhooks.replay(&user(COORDINATOR), id, Some(letter.position + 1)).await;
    assert!(matches!(elsewhere, Err(WebhookError::NotFound)));
    let replayed = world.webhooks.replay(&user(COORDINATOR), id, Some(letter.position)).await.unwrap();
    assert_eq!(replayed, Replayed { replayed: 1, left: 0 });
    until("it is delivered", || world.receiver.heard() == 12).await;
    let heard = world.receiver.heard.lock();
    assert_eq!(heard[11].id, heard[0].id, "the same message");
    assert_eq!(heard[11].body, heard[0].body);
    assert_ne!(heard[11].sent_at, heard[0].sent_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_receiver_asks_to_wait_is_waited_and_the_persons_later_events_wait_with_it() {
    let world = World::new().await;
    world.create(COORDINATOR).await;
    let asked = Outcome::Failed { failure: Failure::Status(429), retry_after: Some(TimeDelta::seconds(90)) };
    world.receiver.answers.lock().push(asked);
    let person = world.signal().await;
    until("the first attempt", || world.receiver.heard() == 1).await;
    let other = world.signal().await;
    until("others go on", || world.receiver.heard() == 3).await;
    world.test.clock.advance(TimeDelta::seconds(89));
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(world.receiver.heard(), 3);
    world.test.clock.advance(TimeDelta::seconds(1));
    until("the rest", || world.receiver.heard() == 5).await;
    let heard: Vec<_> = world.receiver.payloads().iter().map(|payload| payload["data"]["person_id"].clone()).collect();
    assert_eq!(heard, [json!(person), json!(other), json!(other), json!(person), json!(person)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_sent_nothing_until_its_owner_enables_it_and_misses_nothing() {
    let mut world = World::new().await;
    let made = world.create(COORDINATOR).await;
    let id = made.webhook.webhook_id;
    world.receiver.answers.lock().push(Outcome::Gone);
    let person = world.signal().await;
    until("it is disabled", || world.view(COORDINATOR, &made).state == WebhookState::Gone).await;
    world.contact(person).await;
    world.restart().await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(world.receiver.heard(), 1);
    world.webhooks.enable(&user(COORDINATOR), id).await.unwrap();
    until("all three are told", || world.receiver.heard() == 4).await;
    assert_eq!(world.receiver.payloads()[1]["type"], "signal_received");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_back_can_say_so_and_need_not_wait() {
    let world = World::new().await;
    let made = world.create(COORDINATOR).await;
    let asked = Outcome::Failed { failure: Failure::Status(503), retry_after: Some(TimeDelta::hours(20)) };
    world.receiver.answers.lock().push(asked);
    world.signal().await;
    until("both wait", || world.view(COORDINATOR, &made).pending == 2).await;
    world.webhooks.enable(&user(COORDINATOR), made.webhook.webhook_id).await.unwrap();
    until("both are delivered", || world.receiver.heard() == 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn during_a_rotation_both_secrets_sign_and_afterwards_only_the_new_one() {
    let world = World::new().await;
    let made = world.create(COORDINATOR).await;
    let id = made.webhook.webhook_id;
    let key = world.key(COORDINATOR);
    let rotated = world.webhooks.rotate(&user(COORDINATOR), id, key).await.unwrap();
    let repeated = world.webhooks.rotate(&user(COORDINATOR), id, key).await.unwrap();
    let (old, new) = (made.secret.unwrap(), rotated.secret.unwrap());
    assert!(repeated.secret.as_ref() == Some(&new), "a repeat rotates nothing");
    assert!(old != new);

    let signed_by = |secret: &SigningSecret, which: usize| {
        let heard = world.receiver.heard.lock();
        let message = &heard[which];
        let webhook = standardwebhooks::Webhook::new(secret.expose()).unwrap();
        let signature = webhook.sign(&message.id, message.sent_at.timestamp(), &message.body).unwrap();
        message.signatures.split(' ').any(|each| each == signature)
    };
    world.webhooks.ping(&user(COORDINATOR), id).await.unwrap();
    assert!(signed_by(&old, 0) && signed_by(&new, 0));
    world.test.clock.advance(TimeDelta::hours(24));
    world.webhooks.ping(&user(COORDINATOR), id).await.unwrap();
    assert!(!signed_by(&old, 1) && signed_by(&new, 1));
    let late = world.webhooks.rotate(&user(COORDINATOR), id, key).await.unwrap();
    assert!(late.secret.is_none(), "nor is it told again a day later");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_told_is_asked_when_it_is_told() {
    let schedule = Schedule::new(vec![TimeDelta::days(60)]);
    let world = World::with(Arc::new(MemoryWebhookStore::default()), Options { schedule, ..options() }).await;
    let body = json!({"channel": "drop_in_visit", "municipality": "rotterdam"});
    let person = world.write(SHELTER, None, CommandKind::ReportSignal, body).await;
    let intake = json!({"location_type": "day_shelter", "urgency": "soon"});
    world.write(SHELTER, Some(person), CommandKind::RecordIntake, intake).await;
    let made = world.create(SHELTER).await;
    world.receiver.answers.lock().push(Failure::TimedOut.into());
    world.contact(person).await;
    until("it is tried in vain", || world.view(SHELTER, &made).pending == 1).await;
    // The shelter has had nothing to do with the person for so long that what others record is not its to know.
    world.test.clock.advance(TimeDelta::days(60));
    until("it is dropped", || world.view(SHELTER, &made).pending == 0).await;
    assert_eq!((world.receiver.heard(), world.view(SHELTER, &made).dead_letters), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_others_does_not_exist_and_the_administrator_sees_no_more_than_its_host() {
    let world = World::new().await;
    let made = world.create(COORDINATOR).await;
    let id = made.webhook.webhook_id;
    for other in ["coordinator-amsterdam", "assessor-rotterdam", "liaison-pl"] {
        let other = user(other);
        assert!(world.webhooks.list(&other).is_empty());
        assert!(matches!(world.webhooks.show(&other, id), Err(WebhookError::NotFound)));
        assert!(matches!(world.webhooks.rotate(&other, id, world.key(COORDINATOR)).await, Err(WebhookError::NotFound)));
        assert!(matches!(world.webhooks.remove(&other, id).await, Err(WebhookError::NotFound)));
    }
    let administrator = user("administrator");
    assert_eq!(world.webhooks.list(&administrator)[0].url, "https://hooks.example.org");
    assert_eq!(world.webhooks.list(&user(COORDINATOR))[0].url, "https://hooks.example.org/a?token=t0k3n");
    let letters = world.webhooks.dead_letters(&Reading::from(&administrator), id, 0, 9).await;
    assert!(matches!(letters, Err(WebhookError::Forbidden)));
    world.webhooks.disable(&administrator, id).await.unwrap();
    assert!(matches!(world.webhooks.enable(&user(COORDINATOR), id).await, Err(WebhookError::Blocked)));
    // Nor by making it anew.
    assert!(matches!(world.webhooks.remove(&user(COORDINATOR), id).await, Err(WebhookError::Blocked)));
    let anew = NewWebhook { url: "https://hooks.example.org/a?token=t0k3n".into(), types: None, description: None };
    let anew = world.webhooks.create(&user(COORDINATOR), anew, world.key(COORDINATOR)).await;
    assert!(matches!(anew, Err(WebhookError::Blocked)));
    world.webhooks.enable(&administrator, id).await.unwrap();
    assert_eq!(world.view(COORDINATOR, &made).state, WebhookState::Active);
    for role in ["administrator", "analyst-national", "ambassador-pl", "privacy-officer"] {
        let new = NewWebhook { url: "https://hooks.example.org/".into(), types: None, description: None };
        let refused = world.webhooks.create(&user(role), new, world.key(role)).await;
        assert!(matches!(refused, Err(WebhookError::Forbidden)), "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_holds_no_secret_no_address_and_nothing_of_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteWebhookStore::open(&folder.path().join("webhooks.db")).unwrap());
    let world = World::with(store, options()).await;
    let made = world.create(COORDINATOR).await;
    let id = made.webhook.webhook_id;
    *world.receiver.then.lock() = Some(Failure::Status(500).into());
    world.signal().await;
    until("something waits", || world.view(COORDINATOR, &made).pending > 0).await;
    let rotated = world.webhooks.rotate(&user(COORDINATOR), id, world.key(COORDINATOR)).await.unwrap();
    let secrets = [made.secret.unwrap(), rotated.secret.unwrap()];
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        files += usize::from(!bytes.is_empty());
        let found = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
        let holds = |text: &str| found(text.as_bytes());
        for secret in &secrets {
            let text = secret.expose().strip_prefix("whsec_").unwrap();
            assert!(!holds(text));
            let raw = STANDARD.decode(text).unwrap();
            assert!(!found(&raw));
        }
        for text in ["whsec_", "example.org", "t0k3n", "Marek", "signal_received", COORDINATOR] {
            assert!(!holds(text), "{text}");
        }
    }
    assert!(files > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_nothing_and_goes_on_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteWebhookStore::open(&folder.path().join("webhooks.db")).unwrap());
    let schedule = Schedule::new(vec![TimeDelta::zero(); 50]);
    let mut world = World::with(store, Options { schedule, ..options() }).await;
    let made = world.create(COORDINATOR).await;
    let failure = Failure::Unreachable.into();
    *world.receiver.answers.lock() =
        (0..200).map(|at| if at % 3 == 0 { Outcome::Delivered } else { failure }).collect();
    let mut persons = Vec::new();
    for _ in 0..5 {
        persons.push(world.signal().await);
    }
    for round in 0..10 {
        for person in &persons {
            world.contact(*person).await;
        }
        if round % 3 == 0 {
            world.restart().await;
        }
    }
    let own = |world: &World| {
        world.test.baken.notices(&Reading::from(&user(COORDINATOR)), crate::event_log::Position(0), |_, _| true)
    };
    until("all is delivered", || {
        let view = world.view(COORDINATOR, &made);
        view.lag == 0 && view.pending == 0
    })
    .await;
    let mut expected = BTreeMap::<String, Vec<u64>>::new();
    for notice in own(&world).items {
        expected.entry(notice.person_id.to_string()).or_default().push(notice.position);
    }
    let mut heard = BTreeMap::<String, Vec<u64>>::new();
    for payload in world.receiver.payloads() {
        let (person, position) = (&payload["data"]["person_id"], payload["data"]["position"].as_u64().unwrap());
        let of_person = heard.entry(person.as_str().unwrap().to_owned()).or_default();
        if !of_person.contains(&position) {
            of_person.push(position);
        }
    }
    assert_eq!(heard, expected);
}

//! A running service with the demo world, and clients with its users' tokens.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use baken::access_log::SqliteAccessLog;
use baken::app::Baken;
use baken::demo;
use baken::dev_issuer::DevIssuer;
use baken::edge::Limits;
use baken::edge::board::{DemoUser, OfflineKeys, SignIn};
use baken::edge::channels::Channels;
use baken::event_log::sqlite::{Options, SqliteLog};
use baken::event_log::{EventLog, Position};
use baken::history::{Decoder, Stream};
use baken::projections::{Digests, World, catch_up_to};
use baken::sealing::{FileKek, KekProvider, KeyRing, KeyStore, Sealer, SqliteKeyStore};
use baken::sources::{Clock, RandomIds, SystemClock};
use baken::startup::{EdgeParts, Parts, Service, listen};
use baken::webhooks;
use care_path::event::Event;
use care_path::time::DateTime;
use care_path::{PersonId, Principal, Stamp};
use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

pub struct Running {
    pub url: String,
    pub folder: tempfile::TempDir,
    issuer: DevIssuer,
    service: Option<Service>,
    held: Option<Held>,
    webhooks: Option<webhooks::Options>,
    server: tokio::task::JoinHandle<()>,
    channels: Arc<Channels>,
    clock: Arc<Ahead>,
}

/// A client with a user's token.
#[derive(Clone)]
pub struct Client {
    url: String,
    token: String,
    http: reqwest::Client,
    keys: Arc<AtomicU64>,
}

/// An answer, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text))
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    #[track_caller]
    pub fn id(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.text)).to_owned()
    }
}

/// What the service holds, to read it beside the service.
struct Held {
    log: Arc<dyn EventLog>,
    access: Arc<SqliteAccessLog>,
    keys: Arc<dyn KeyStore>,
    kek: Arc<dyn KekProvider>,
}

/// The system's clock, and ahead of it by as much as a test has let go by.
#[derive(Debug, Default)]
pub struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> DateTime {
        SystemClock.now() + TimeDelta::milliseconds(self.0.load(Ordering::SeqCst))
    }
}

async fn open(folder: &Path, clock: Arc<Ahead>) -> (Service, Held) {
    let log: Arc<dyn EventLog> = Arc::new(SqliteLog::open(&folder.join("log.db"), &Options::default()).unwrap());
    let keys: Arc<dyn KeyStore> = Arc::new(SqliteKeyStore::open(folder.join("keys.db")).unwrap());
    let kek: Arc<dyn KekProvider> = Arc::new(FileKek::open_or_create(folder.join("kek")).unwrap());
    let access = Arc::new(SqliteAccessLog::open(&folder.join("access.db")).unwrap());
    let held = Held { log: log.clone(), access: access.clone(), keys: keys.clone(), kek: kek.clone() };
    let settings = demo::settings().unwrap();
    let parts = Parts { log, access, keys, kek, settings, clock, ids: Arc::new(RandomIds) };
    (Service::start(parts).await.unwrap(), held)
}

/// A service without any person.
pub async fn empty() -> Running {
    start(tempfile::tempdir().unwrap(), false, limits(), None).await
}

/// A service without any person, that sends webhooks.
pub async fn sending(options: webhooks::Options) -> Running {
    start(tempfile::tempdir().unwrap(), false, limits(), Some(options)).await
}

/// A service without any person, that holds so many channels open, for a user and in all.
pub async fn narrow(channels_of_user: usize, channels: usize) -> Running {
    let limits = Limits { channels_of_user, channels, ..limits() };
    start(tempfile::tempdir().unwrap(), false, limits, None).await
}

fn limits() -> Limits {
    Limits { channels_of_user: 1_000, ..Limits::unlimited() }
}

/// A service with the demo world and Marek.
pub async fn demo_world() -> Running {
    start(tempfile::tempdir().unwrap(), true, limits(), None).await
}

/// A service on a folder that another one wrote.
pub async fn on(folder: tempfile::TempDir) -> Running {
    start(folder, false, limits(), None).await
}

async fn start(folder: tempfile::TempDir, load: bool, limits: Limits, webhooks: Option<webhooks::Options>) -> Running {
    let clock = Arc::new(Ahead::default());
    let (mut service, held) = open(folder.path(), clock.clone()).await;
    if let Some(options) = &webhooks {
        service.send_webhooks(webhook_store(folder.path()).await, options.clone()).await.unwrap();
    }
    if load {
        demo::load(&service.baken, SystemClock.now()).await.unwrap();
    }
    let issuer = DevIssuer::open_or_create(folder.path()).unwrap();
    let parts = EdgeParts {
        issuers: vec![issuer.issuer_config().unwrap()],
        limits,
        introspection: true,
        sign_in: SignIn {
            demo: Some(demo_users()),
            offline: OfflineKeys::of(&"a secret of the tests ".repeat(2)),
            ..SignIn::default()
        },
        ..EdgeParts::default()
    };
    let listening = listen(&service, ([127, 0, 0, 1], 0).into(), parts).unwrap();
    let url = format!("http://{}", listening.address);
    let channels = listening.channels.clone();
    let server = tokio::spawn(async move { listening.server.await.unwrap() });
    Running { url, folder, issuer, service: Some(service), held: Some(held), webhooks, server, channels, clock }
}

fn demo_users() -> Vec<DemoUser> {
    let users = demo::users().unwrap().into_iter();
    users.map(|each| DemoUser { name: each.name, principal: each.principal }).collect()
}

/// Deliveries of a service that has ended may hold its store for a moment longer.
async fn webhook_store(folder: &Path) -> Arc<dyn webhooks::WebhookStore> {
    for _ in 0..200 {
        match webhooks::SqliteWebhookStore::open(&folder.join("webhooks.db")) {
            Ok(store) => return Arc::new(store),
            Err(webhooks::WebhookStoreError::InUse) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the webhook store stays in use")
}

impl Running {
    /// Ends the service and starts another one on the same folder.
    pub async fn restart(mut self) -> Self {
        let webhooks = self.webhooks.take();
        start(self.stop().await, false, limits(), webhooks).await
    }

    /// Ends the service and leaves its folder.
    pub async fn stop(mut self) -> tempfile::TempDir {
        self.close();
        self.server.abort();
        let _ = (&mut self.server).await;
        self.service.take();
        self.held.take();
        // The workers of the server still hold the log until they are gone.
        for _ in 0..200 {
            match SqliteLog::open(&self.folder.path().join("log.db"), &Options::default()) {
                Ok(_) => break,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            }
        }
        self.folder
    }

    /// Lets time go by.
    pub fn goes_on(&self, by: TimeDelta) {
        self.clock.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }

    /// Ends what is held open, as the process does when it is asked to end.
    pub fn close(&self) {
        self.channels.close();
    }

    /// How many streams and sockets are open.
    pub fn open(&self) -> usize {
        self.channels.open()
    }

    pub fn issuer(&self) -> &DevIssuer {
        &self.issuer
    }

    pub fn token(&self, user: &str) -> String {
        self.token_made(user, &SystemClock)
    }

    /// A token that was made at another time: it is good for twelve hours.
    pub fn token_made(&self, user: &str, clock: &dyn Clock) -> String {
        let users = demo::users().unwrap();
        let user = users.iter().find(|each| each.principal.user.as_str() == user).unwrap();
        self.issuer.token_for(&user.principal, clock, &RandomIds).unwrap()
    }

    pub fn client(&self, user: &str) -> Client {
        Client::with_token(&self.url, &self.token(user))
    }

    /// The service behind the edges.
    pub fn baken(&self) -> &Baken {
        &self.service.as_ref().unwrap().baken
    }

    /// A client of somebody who is no user of the demo.
    pub fn client_of(&self, principal: &Principal) -> Client {
        Client::with_token(&self.url, &self.issuer.token_for(principal, &SystemClock, &RandomIds).unwrap())
    }

    /// Who saw what, read beside the service.
    pub fn access(&self) -> &SqliteAccessLog {
        &self.held.as_ref().unwrap().access
    }

    /// The digests of the read models.
    pub fn digests(&self) -> Digests {
        self.baken().digests()
    }

    /// The same of read models that are built anew from the log, as of the same moment.
    pub async fn rebuilt(&self, as_of: &Digests) -> Digests {
        let Held { log, keys, kek, .. } = self.held.as_ref().unwrap();
        let ring = KeyRing::open(keys.clone(), kek.clone(), KeyRing::CAPACITY).await.unwrap();
        let decoder = Decoder::new(Arc::new(Sealer::new(Arc::new(ring))));
        let world = World::new(Arc::new(demo::settings().unwrap()));
        let mut world = catch_up_to(log.clone(), &decoder, world, Position(as_of.position)).await.unwrap();
        world.settle(as_of.as_of);
        world.digests(as_of.as_of)
    }

    /// What the log tells, read beside the service: every person's own stream.
    pub async fn streams(&self) -> HashMap<PersonId, Vec<(Arc<Stamp>, Event)>> {
        let Held { log, keys, kek, .. } = self.held.as_ref().unwrap();
        let ring = KeyRing::open(keys.clone(), kek.clone(), KeyRing::CAPACITY).await.unwrap();
        let decoder = Decoder::new(Arc::new(Sealer::new(Arc::new(ring))));
        let mut streams: HashMap<_, Vec<_>> = HashMap::new();
        let mut after = Position::START;
        loop {
            let page = log.read_all(after, 1_000).await.unwrap();
            for recorded in &page.events {
                let happened = decoder.decode(recorded).await.unwrap();
                if let Stream::Person(person) = happened.stream {
                    streams.entry(person).or_default().push((happened.stamp, happened.event));
                }
            }
            after = page.next;
            if page.at_head {
                return streams;
            }
        }
    }
}

impl Client {
    pub fn with_token(url: &str, token: &str) -> Self {
        Self { url: url.to_owned(), token: token.to_owned(), http: reqwest::Client::new(), keys: Arc::default() }
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        Answer { status, headers, text: answer.text().await.unwrap() }
    }

    /// Asks for a stream, from where it was left.
    pub async fn listen(&self, path: &str, last_event_id: Option<&str>) -> reqwest::Response {
        let mut request = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        request.send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// A write with a key of its own.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let key = format!("{}-{}", &self.token[self.token.len() - 12..], self.keys.fetch_add(1, Ordering::Relaxed));
        self.post_with(path, &body, &key).await
    }

    pub async fn post_with(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.send(Method::POST, path, &[("Idempotency-Key", key)], Some(body)).await
    }

    pub async fn graphql(&self, query: &str, variables: Value) -> Value {
        let body = json!({"query": query, "variables": variables});
        let answer = self.send(Method::POST, "/graphql", &[], Some(&body)).await;
        answer.expect(200).json()
    }

    /// All items of a list, page by page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let (mut items, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{path}{separator}first=7{after}")).await.expect(200).json();
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return items,
            }
        }
    }

    /// Opens a provisional person.
    pub async fn signal(&self, body: Value) -> String {
        self.post("/v1/signals", body).await.expect(201).id("person_id")
    }
}

/// The id of Marek in the demo world.
pub fn marek() -> String {
    let users = demo::users().unwrap();
    let planned = demo::plan(&demo::marek().unwrap(), &users, SystemClock.now()).unwrap();
    planned[0].scripted.opens().unwrap().to_string()
}

/// `snake_case` to `camelCase`, as GraphQL spells the fields of REST.
pub fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut spelt = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        spelt.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        spelt.push_str(letters.as_str());
    }
    spelt
}

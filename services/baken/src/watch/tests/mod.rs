//! The watch in a whole service under a test clock: Marek's case replayed as it happened, with interruptions, and with
//! two nodes.

mod marek;
mod nodes;
mod ticking;

use std::sync::Arc;

use care_path::event::Event;
use care_path::path::deadline::DeadlineEvent;
use care_path::path::tasks::Addressee;
use care_path::time::DateTime;
use care_path::{PersonId, Principal};
use chrono_tz::Europe::Amsterdam;
use parking_lot::RwLock;
use tokio::task::JoinHandle;

use super::{Ticked, Watch, WatchMetrics};
use crate::access_log::MemoryAccessLog;
use crate::app::Baken;
use crate::demo::{self, Planned};
use crate::event_log::{EventLog, MemoryLog, Position};
use crate::history::{Decoder, Happened};
use crate::projections::{FollowError, Follower, World};
use crate::sealing::{KekProvider, KeyRing, KeyStore, Sealer};
use crate::settings::{Settings, Terms};
use crate::sources::testing::{SequentialIds, TestClock};

/// What outlives a node: the log, the keys, the time.
pub struct Ground {
    pub log: Arc<dyn EventLog>,
    pub clock: Arc<TestClock>,
    keys: Arc<dyn KeyStore>,
    kek: Arc<dyn KekProvider>,
    ids: Arc<SequentialIds>,
    pub terms: Terms,
}

/// A service that runs on it.
pub struct Node {
    pub baken: Arc<Baken>,
    pub watch: Watch,
    follower: JoinHandle<FollowError>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

pub fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

impl Ground {
    pub fn new(now: DateTime) -> Self {
        Self::on(Arc::new(MemoryLog::new()), now)
    }

    pub fn on(log: Arc<dyn EventLog>, now: DateTime) -> Self {
        let (keys, kek) = demo::service::keys();
        let (clock, ids) = (Arc::new(TestClock::at(now)), Arc::new(SequentialIds::default()));
        Self { log, clock, keys, kek, ids, terms: Terms::default() }
    }

    /// Starts a service, which reads what was recorded and knows nothing else.
    pub async fn node(&self) -> Node {
        let ring = KeyRing::open(self.keys.clone(), self.kek.clone(), KeyRing::CAPACITY).await.unwrap();
        let sealer = Arc::new(Sealer::new(Arc::new(ring)));
        let settings = Arc::new(Settings { deadlines: self.terms.clone(), ..demo::settings().unwrap() });
        let world = Arc::new(RwLock::new(World::new(settings).with_directory(demo::directory().unwrap())));
        let decoder = Decoder::new(sealer.clone());
        let (follower, applied) = Follower::new(self.log.clone(), decoder, world.clone(), self.clock.clone());
        follower.catch_up().await.unwrap();
        let follower = tokio::spawn(follower.run());
        let (log, clock, ids) = (self.log.clone(), self.clock.clone(), self.ids.clone());
        let access = Arc::new(MemoryAccessLog::default());
        let baken = Arc::new(Baken::new(log, access, sealer, world, clock, ids, applied));
        Node { watch: Watch::new(baken.clone(), WatchMetrics::default()), baken, follower }
    }

    /// Everything that was recorded.
    pub async fn events(&self) -> Vec<Happened> {
        let ring = KeyRing::open(self.keys.clone(), self.kek.clone(), KeyRing::CAPACITY).await.unwrap();
        let decoder = Decoder::new(Arc::new(Sealer::new(Arc::new(ring))));
        let page = self.log.read_all(Position::START, 100_000).await.unwrap();
        assert!(page.at_head);
        let mut events = Vec::new();
        for recorded in &page.events {
            events.push(decoder.decode(recorded).await.unwrap());
        }
        events
    }

    /// What Baken did by itself, one line each: when it was due, what, and for whom.
    pub async fn fired(&self) -> Vec<String> {
        let baken = Principal::baken().author();
        let events = self.events().await;
        events.iter().filter(|happened| happened.stamp.by == baken).map(told).collect()
    }
}

fn told(happened: &Happened) -> String {
    let when = local(happened.stamp.occurred.at);
    let late = happened.stamp.recorded_at.signed_duration_since(happened.stamp.occurred.at) > super::LATE;
    match &happened.event {
        Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => {
            assert_eq!(passed.late, late, "{when}");
            let whom: Vec<_> = passed.addressees.iter().map(name).collect();
            format!("{when} {} passed: {}", passed.task.kind().unwrap(), whom.join(", "))
        }
        event => format!("{when} {}", event.kind()),
    }
}

pub fn name(addressee: &Addressee) -> String {
    match addressee {
        Addressee::Coordinator(municipality) => format!("coordinator of {municipality}"),
        Addressee::Assessor(municipality) => format!("assessor of {municipality}"),
        Addressee::Organisation(organisation) => organisation.to_string(),
        Addressee::CareProvidersIn(municipality) => format!("street doctors in {municipality}"),
        Addressee::Embassy(country) => format!("embassy of {country}"),
    }
}

/// The local time, as the field speaks of it.
pub fn local(at: DateTime) -> String {
    at.with_timezone(&Amsterdam).format("%m-%d %H:%M").to_string()
}

/// Lets time go on until then: whenever something is due, all these nodes look at once.
pub async fn pass(ground: &Ground, nodes: &[&Node], until: DateTime) -> Ticked {
    let mut ticked = Ticked::default();
    while let Some(next) = nodes.iter().filter_map(|node| node.watch.next()).min() {
        if next > until {
            break;
        }
        let now = crate::sources::Clock::now(&*ground.clock);
        ground.clock.set(now.max(next));
        for fired in futures_util::future::join_all(nodes.iter().map(|node| node.watch.tick())).await {
            ticked += fired;
        }
        let head = ground.log.head().await.unwrap();
        for node in nodes {
            node.baken.reach(head).await.unwrap();
        }
    }
    ground.clock.set(until);
    ticked
}

/// Marek's script as of a time, without what the watch does by itself.
pub fn marek(now: DateTime) -> (PersonId, Vec<Planned>) {
    let mut planned = demo::plan(&demo::marek().unwrap(), &demo::users().unwrap(), now).unwrap();
    let marek = planned[0].scripted.opens().unwrap();
    planned.retain(|each| !each.watch);
    (marek, planned)
}

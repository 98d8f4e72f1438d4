//! A whole service in memory, for tests of what goes through the write path.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use care_path::deadlines::Deadlines;
use parking_lot::RwLock;

use super::{directory, norms};
use crate::app::{Baken, Decoder, Settings};
use crate::event_log::{EventLog, Filter, MemoryLog, Position};
use crate::projections::{Follower, World};
use crate::sealing::{EnvironmentKek, KekProvider, KeyRing, KeyStore, MemoryKeyStore, Sealer};
use crate::sources::testing::{SequentialIds, TestClock};

/// The service as of a time, and the log under it. It follows its log on the runtime of the test.
pub async fn service(now: &str) -> (Arc<Baken>, Arc<dyn EventLog>) {
    let settings =
        Settings { directory: directory().unwrap(), deadlines: Deadlines::default(), norms: norms().unwrap() };
    let settings = Arc::new(settings);
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new());
    let (keys, kek) = keys();
    let ring = KeyRing::open(keys, kek, KeyRing::CAPACITY).await.unwrap();
    let sealer = Arc::new(Sealer::new(Arc::new(ring)));
    let world = Arc::new(RwLock::new(World::new(settings.clone())));
    let clock = Arc::new(TestClock::at(now.parse().unwrap()));
    let (follower, applied) = Follower::new(log.clone(), Decoder::new(sealer.clone()), world.clone(), clock.clone());
    drop(tokio::spawn(follower.run()));
    let ids = Arc::new(SequentialIds::default());
    (Arc::new(Baken::new(log.clone(), sealer, world, settings, clock, ids, applied)), log)
}

/// Keys that are nobody's secret.
pub fn keys() -> (Arc<dyn KeyStore>, Arc<dyn KekProvider>) {
    let kek = EnvironmentKek::parse(&format!("1:{}", STANDARD.encode([7; 32]))).unwrap();
    (Arc::new(MemoryKeyStore::default()), Arc::new(kek))
}

/// The streams of a log, each with the types of its events.
pub async fn streams(log: &dyn EventLog) -> BTreeMap<String, Vec<String>> {
    let mut streams = BTreeMap::<String, Vec<String>>::new();
    let mut after = Position::START;
    loop {
        let page = log.read_all(after, &Filter::All, 1_000).await.unwrap();
        for event in page.events {
            streams.entry(event.stream.as_str().to_owned()).or_default().push(event.kind);
        }
        after = page.next;
        if page.at_head {
            return streams;
        }
    }
}

//! A whole service in memory, for tests of what goes through the write path.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::testing::TestBaken;
use crate::event_log::{EventLog, Position};
use crate::sealing::{EnvironmentKek, KekProvider, KeyStore, MemoryKeyStore};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The service as of a time.
pub async fn service(now: &str) -> TestBaken {
    TestBaken::start_at(now.parse().unwrap()).await
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
        let page = log.read_all(after, 1_000).await.unwrap();
        for event in page.events {
            streams.entry(event.stream.as_str().to_owned()).or_default().push(event.kind);
        }
        after = page.next;
        if page.at_head {
            return streams;
        }
    }
}

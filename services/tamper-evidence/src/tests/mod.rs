//! A log that grows under the eyes of a notary, and what is told of it when it was changed.

mod access_mutations;
mod accesses;
mod certificates;
mod cosigning;
mod evidence;
mod mutations;
mod notary;

use std::path::PathBuf;
use std::sync::Arc;

use event_log::sqlite::{Options, SqliteLog};
use event_log::testing::new_id;
use event_log::{EventLog, Expected, LogUrl, Proposed, StreamName};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use transparency::{KeyKind, Signer, Verifiers};

use crate::{LogEvidence, Notary, VerifyReport, create_key, open_key, verify};

/// Streams whose events are no leaves.
fn keep(stream: &StreamName) -> bool {
    !stream.as_str().starts_with("check-")
}

/// A folder with a log, the key for its checkpoints, and the folder in which they are kept.
struct Place(TempDir);

impl Place {
    const ORIGIN: &str = "example.org/baken";

    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        create_key(&place.file("key"), Self::ORIGIN, KeyKind::Log).unwrap();
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn url(&self) -> LogUrl {
        LogUrl::Sqlite(self.file("log.db"))
    }

    fn signer(&self) -> Signer {
        open_key(&self.file("key")).unwrap()
    }

    fn verifiers(&self) -> Verifiers {
        Verifiers::new(self.signer().public().clone(), Vec::new()).unwrap()
    }

    /// Opens the log; its index takes in few events at once, so that it has some and lacks some.
    fn open(&self) -> Arc<dyn EventLog> {
        let options = Options { indexed_at_once: 50, ..Options::default() };
        Arc::new(SqliteLog::open(&self.file("log.db"), &options).unwrap())
    }

    fn notary(&self, log: &Arc<dyn EventLog>) -> Notary {
        Notary::of_events(log.clone(), keep, Arc::new(self.signer()), Some(&self.file("kept"))).unwrap()
    }

    fn evidence(&self, kept: &str) -> LogEvidence {
        LogEvidence::read(&[self.file(kept)], &self.verifiers()).unwrap()
    }

    /// Verifies a file against what is kept.
    async fn verify(&self, log: &str, kept: &str) -> VerifyReport {
        verify(&LogUrl::Sqlite(self.file(log)), keep, self.evidence(kept)).await.unwrap()
    }
}

/// Appends so many events, to random streams, a few at a time.
async fn grow(log: &Arc<dyn EventLog>, random: &mut ChaCha8Rng, mut events: usize) {
    while events > 0 {
        let together = random.random_range(1..=events.min(4));
        let stream = StreamName::new(format!("person-{}", random.random_range(0..30)));
        let event = || {
            let mut data = vec![0; random.random_range(16..80)];
            random.fill(&mut data[..]);
            let kind = ["signal_received", "intake_done", "note_added"][random.random_range(0..3)].to_owned();
            let metadata = format!("{{\"version\":1,\"by\":\"worker-{}\"}}", random.random_range(0..5)).into_bytes();
            Proposed { id: new_id(), kind, data, metadata }
        };
        let proposed = std::iter::repeat_with(event).take(together).collect();
        log.append(&stream, Expected::Any, proposed).await.unwrap();
        events -= together;
    }
}

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

//! The service's notary: it signs what the log is, and never what belies what it kept.

use std::fs;

use transparency::{Checkpoint, SignedNote};

use super::*;
use crate::{LogFinding, NotaryError};

fn opened(place: &Place, note: &str) -> Checkpoint {
    let note: SignedNote = note.parse().unwrap();
    Checkpoint::open(&note, &place.verifiers()).unwrap().checkpoint
}

#[tokio::test]
async fn a_checkpoint_is_of_the_log_as_it_is_now() {
    let place = Place::new();
    let (log, mut random) = (place.open(), random(1));
    let notary = place.notary(&log);
    assert_eq!(opened(&place, &notary.checkpoint().await.unwrap().1).size, 0);
    grow(&log, &mut random, 20).await;
    let first = notary.checkpoint().await.unwrap();
    assert_eq!(opened(&place, &first.1).size, 20);
    assert_eq!(notary.checkpoint().await.unwrap(), first);
    grow(&log, &mut random, 1_500).await;
    assert_eq!(opened(&place, &notary.checkpoint().await.unwrap().1).size, 1_520);
}

#[tokio::test]
async fn a_service_that_starts_again_goes_on_with_what_it_kept() {
    let place = Place::new();
    let mut random = random(1);
    for size in [20, 40, 60] {
        let log = place.open();
        grow(&log, &mut random, 20).await;
        let notary = place.notary(&log);
        assert_eq!(notary.keep().await.unwrap(), size);
        // Nothing has come since.
        assert_eq!(notary.keep().await.unwrap(), size);
    }
    let evidence = place.evidence("kept");
    assert_eq!((evidence.checkpoints(), evidence.leaves()), (3, 60));
    // A write that was cut off by a crash is made whole by the next one.
    let leaves = fs::read(place.file("kept/leaves")).unwrap();
    fs::write(place.file("kept/leaves"), &leaves[..leaves.len() - 40]).unwrap();
    let log = place.open();
    place.notary(&log).keep().await.unwrap();
    assert_eq!(fs::read(place.file("kept/leaves")).unwrap(), leaves);
}

#[tokio::test]
async fn two_nodes_keep_the_same_in_one_folder() {
    let place = Place::new();
    let (log, mut random) = (place.open(), random(1));
    let nodes = [place.notary(&log), place.notary(&log)];
    for (node, events) in [(0, 20), (1, 7), (1, 13), (0, 5), (0, 0), (1, 0)] {
        grow(&log, &mut random, events).await;
        nodes[node].keep().await.unwrap();
    }
    let evidence = place.evidence("kept");
    assert_eq!((evidence.checkpoints(), evidence.leaves()), (4, 45));
    assert_eq!(place.verify("log.db", "kept").await.findings, []);
}

/// Each writes the same checkpoint to the same place.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn nodes_that_keep_a_checkpoint_at_the_same_moment_do_not_disturb_each_other() {
    let place = Place::new();
    let (log, mut random) = (place.open(), random(1));
    let nodes: Vec<_> = (0..8).map(|_| Arc::new(place.notary(&log))).collect();
    for round in 1..=30 {
        grow(&log, &mut random, 1).await;
        let mut keeping = tokio::task::JoinSet::new();
        for node in &nodes {
            let node = Arc::clone(node);
            keeping.spawn(async move { node.keep().await.unwrap() });
        }
        assert_eq!(keeping.join_all().await, [round; 8]);
    }
    let evidence = place.evidence("kept");
    assert_eq!((evidence.checkpoints(), evidence.leaves()), (30, 30));
    assert_eq!(fs::read_dir(place.file("kept/checkpoints")).unwrap().count(), 30, "nothing is left over");
}

#[tokio::test]
async fn nothing_is_signed_of_a_log_that_is_not_what_was_kept() {
    let place = Place::new();
    let (log, mut random) = (place.open(), random(1));
    grow(&log, &mut random, 20).await;
    drop(log);
    fs::copy(place.file("log.db"), place.file("older.db")).unwrap();
    let log = place.open();
    grow(&log, &mut random, 20).await;
    place.notary(&log).keep().await.unwrap();
    drop(log);
    fs::copy(place.file("older.db"), place.file("log.db")).unwrap();

    let log = place.open();
    let notary = place.notary(&log);
    let refused = notary.checkpoint().await.unwrap_err();
    let shorter = LogFinding::Shorter { size: 20, checkpoint: 40 };
    assert!(matches!(&refused, NotaryError::Altered(found) if found[0] == shorter), "{refused}");
    // Also when it has grown again, beyond where it was.
    grow(&log, &mut random, 50).await;
    assert!(matches!(notary.keep().await, Err(NotaryError::Altered(_))));
    let refused = place.notary(&log).keep().await.unwrap_err().to_string();
    assert!(refused.contains("something was altered among the entries 1 to 40"), "{refused}");
    assert!(refused.contains("event 21 (position 21"), "{refused}");
    assert_eq!(place.evidence("kept").checkpoints(), 1);
}

/// A database that was put in the place of another one while the service runs, as by a standby that lagged behind.
struct Replaced(parking_lot::RwLock<Arc<dyn EventLog>>);

#[async_trait::async_trait]
impl EventLog for Replaced {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<event_log::Appended, event_log::LogError> {
        let log = self.0.read().clone();
        log.append(stream, expected, events).await
    }

    async fn read_stream(
        &self,
        stream: &StreamName,
        from: u64,
    ) -> Result<Vec<event_log::Recorded>, event_log::LogError> {
        let log = self.0.read().clone();
        log.read_stream(stream, from).await
    }

    async fn read_all(
        &self,
        after: event_log::Position,
        limit: usize,
    ) -> Result<event_log::LogPage, event_log::LogError> {
        let log = self.0.read().clone();
        log.read_all(after, limit).await
    }

    async fn head(&self) -> Result<event_log::Position, event_log::LogError> {
        let log = self.0.read().clone();
        log.head().await
    }

    async fn wake(&self, _: event_log::Position) {}
}

#[tokio::test]
async fn a_log_that_lost_its_end_while_the_service_runs_is_not_signed_on() {
    let place = Place::new();
    let first: Arc<dyn EventLog> = Arc::new(event_log::MemoryLog::new());
    grow(&first, &mut random(1), 20).await;
    let lagging: Arc<dyn EventLog> = Arc::new(event_log::MemoryLog::new());
    event_log::copy::copy(&*first, &*lagging, keep, &|_| {}).await.unwrap();
    grow(&first, &mut random(2), 10).await;
    grow(&lagging, &mut random(3), 30).await;

    let log = Arc::new(Replaced(parking_lot::RwLock::new(first)));
    let notary = Notary::of_events(log.clone(), keep, Arc::new(place.signer()), None).unwrap();
    assert_eq!(opened(&place, &notary.checkpoint().await.unwrap().1).size, 30);
    *log.0.write() = lagging;
    assert!(matches!(notary.checkpoint().await, Err(NotaryError::SetBack)));
}

#[tokio::test]
async fn a_cosigners_key_signs_no_log() {
    let place = Place::new();
    let signer = Signer::generate("example.net/ombudsman", KeyKind::Cosigner).unwrap();
    let log: Arc<dyn EventLog> = Arc::new(event_log::MemoryLog::new());
    assert!(matches!(Notary::of_events(log, keep, Arc::new(signer), None), Err(NotaryError::NotALogsKey)));
    assert!(!place.file("kept").exists());
}

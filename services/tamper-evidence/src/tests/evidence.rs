//! What is kept, and when it is not believed.

use std::fs;

use event_log::MemoryLog;
use event_log::copy::copy;
use transparency::{CheckpointError, Hash, Leaves};

use super::*;
use crate::{Contradiction, KeptError, LogFinding};

async fn grown(place: &Place, sizes: &[usize]) -> Arc<dyn EventLog> {
    let (log, mut random) = (place.open(), random(1));
    let notary = place.notary(&log);
    for size in sizes {
        grow(&log, &mut random, *size).await;
        notary.keep().await.unwrap();
    }
    log
}

#[tokio::test]
async fn a_log_that_only_grew_agrees_with_every_checkpoint_of_it() {
    let place = Place::new();
    let log = grown(&place, &[0, 3, 60, 1]).await;
    let kept = LogEvidence::read(&[place.file("kept")], &place.verifiers()).unwrap();
    assert_eq!((kept.checkpoints(), kept.leaves(), kept.covers()), (4, 64, 64));
    grow(&log, &mut random(2), 40).await;
    drop(log);
    let report = place.verify("log.db", "kept").await;
    assert_eq!((report.size, report.covered, report.position.0), (104, 64, 104));
    assert_eq!(report.findings, []);
    // Without any evidence it is held against itself.
    let report = verify(&place.url(), keep, LogEvidence::default()).await.unwrap();
    assert_eq!((report.size, report.covered, report.findings), (104, 0, vec![]));
}

#[tokio::test]
async fn what_others_wrote_to_the_engine_is_no_part_of_the_tree_and_a_copy_without_it_is_the_same_tree() {
    let place = Place::new();
    let log = place.open();
    grow(&log, &mut random(1), 20).await;
    let proposed = Proposed { id: new_id(), kind: "checked".to_owned(), data: vec![], metadata: vec![] };
    log.append(&StreamName::new("check-1"), Expected::NoStream, vec![proposed]).await.unwrap();
    grow(&log, &mut random(2), 20).await;
    place.notary(&log).keep().await.unwrap();
    let report = place.verify("log.db", "kept").await;
    assert_eq!((report.size, report.position.0, report.findings), (40, 41, vec![]));

    let to: Arc<dyn EventLog> = Arc::new(MemoryLog::new());
    let copied = copy(&*log, &*to, keep, &|_| {}).await.unwrap();
    assert!(!copied.same_positions);
    let note = |log| async {
        Notary::of_events(log, keep, Arc::new(place.signer()), None).unwrap().checkpoint().await.unwrap()
    };
    assert_eq!(note(log).await, note(to).await);
}

#[tokio::test]
async fn a_checkpoint_alone_says_before_where_and_a_series_says_between_which() {
    let place = Place::new();
    drop(grown(&place, &[10, 10, 10]).await);
    let file = rusqlite::Connection::open(place.file("log.db")).unwrap();
    file.execute_batch("UPDATE events SET data = x'00' WHERE position = 15").unwrap();
    drop(file);
    let checkpoint = |size: u64| place.file("kept").join(format!("checkpoints/{size:020}"));
    let findings = |sizes: &'static [u64]| {
        let paths: Vec<_> = sizes.iter().map(|size| checkpoint(*size)).collect();
        let evidence = LogEvidence::read(&paths, &place.verifiers()).unwrap();
        let url = place.url();
        async move { verify(&url, keep, evidence).await.unwrap().findings }
    };
    assert_eq!(findings(&[10]).await, []);
    assert_eq!(findings(&[30]).await, [LogFinding::Altered { after: 0, until: 30 }]);
    assert_eq!(findings(&[30, 10, 20]).await, [LogFinding::Altered { after: 10, until: 20 }]);
    // With the leaf hashes, which event it is.
    let whole = place.verify("log.db", "kept").await.findings;
    let [LogFinding::Altered { after: 10, until: 20 }, LogFinding::First(first), LogFinding::Tally { gone: 1, new: 1 }] =
        &whole[..]
    else {
        panic!("{whole:?}")
    };
    assert_eq!(first.number(), 15);
    assert!(whole[1].to_string().starts_with("the first that is not as it was: event 15 (position 15, "));
}

#[tokio::test]
async fn another_log_is_told_as_one() {
    let (place, elsewhere) = (Place::new(), Place::new());
    drop(grown(&place, &[10]).await);
    drop(grown(&elsewhere, &[12]).await);
    fs::copy(elsewhere.file("log.db"), place.file("other.db")).unwrap();
    let findings = place.verify("other.db", "kept").await.findings;
    assert_eq!(findings.last(), Some(&LogFinding::AnotherLog));
}

#[tokio::test]
async fn what_is_kept_is_refused_where_it_is_not_signed_or_belies_itself() {
    let place = Place::new();
    drop(grown(&place, &[10, 10]).await);
    let kept = place.file("kept");
    let read = |verifiers: &Verifiers| LogEvidence::read(std::slice::from_ref(&kept), verifiers).map(|_| ());

    let other = Place::new();
    let refused = read(&other.verifiers()).unwrap_err();
    assert!(matches!(refused, KeptError::Checkpoint { source: CheckpointError::Unsigned(_), .. }), "{refused}");

    // A hash of a leaf before the first checkpoint, and one after it.
    let leaves = fs::read(kept.join("leaves")).unwrap();
    for (at, size) in [(3, 10), (15, 20)] {
        let mut changed = leaves.clone();
        changed[at * Hash::LEN] ^= 1;
        fs::write(kept.join("leaves"), changed).unwrap();
        let refused = read(&place.verifiers()).unwrap_err();
        assert!(matches!(refused, KeptError::Contradiction(Contradiction::Leaves(at)) if at == size), "{refused}");
    }
    // What is missing of them, or was cut off in the middle, is not used.
    fs::write(kept.join("leaves"), &leaves[..13 * Hash::LEN + 5]).unwrap();
    assert_eq!(LogEvidence::read(std::slice::from_ref(&kept), &place.verifiers()).unwrap().leaves(), 10);
    fs::write(kept.join("leaves"), &leaves).unwrap();

    // The log's own key signs another log of the same size.
    let hashes: Vec<_> = (0..20_u8).map(|n| Hash::of_leaf(&[n])).collect();
    let (origin, root) = (Place::ORIGIN.to_owned(), Leaves(&hashes).root());
    let forked = transparency::Checkpoint { origin, size: 20, root }.sign(&place.signer());
    fs::write(kept.join("checkpoints/other"), forked.to_string()).unwrap();
    let refused = read(&place.verifiers()).unwrap_err();
    assert!(matches!(refused, KeptError::Contradiction(Contradiction::Forked(20))), "{refused}");

    let empty = place.file("empty");
    fs::create_dir_all(empty.join("checkpoints")).unwrap();
    let refused = LogEvidence::read(&[empty], &place.verifiers()).map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeptError::Empty(_)), "{refused}");
}

//! What is particular to the key store in a file.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::super::contract::{key, medical, person};
use super::*;

const ONE: Epoch = Epoch(1);

async fn store_in(folder: &Path) -> SqliteKeyStore {
    let store = SqliteKeyStore::open(folder.join("keys.db")).unwrap();
    store.advance(ONE, b"check".to_vec()).await.unwrap();
    store
}

/// Everything that lies in the folder: the database, its write-ahead log, its index.
fn all_bytes(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).unwrap();
    files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn keys_tombstones_and_epochs_are_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path()).await;
    store.add(vec![key(medical(1), 1, ONE), key(medical(2), 2, ONE)]).await.unwrap();
    store.destroy(Doomed::Person(person(2))).await.unwrap();
    drop(store);
    let store = SqliteKeyStore::open(folder.path().join("keys.db")).unwrap();
    let loaded = store.load(&[medical(1), medical(2)]).await.unwrap();
    assert_eq!(loaded, [Stored::Key(key(medical(1), 1, ONE)), Stored::Erased]);
    assert_eq!(store.epochs().await.unwrap().current, Some(ONE));
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let (folder, crashed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = store_in(folder.path()).await;
    store.add(vec![key(medical(1), 1, ONE)]).await.unwrap();
    // What a killed process leaves: the files as they are now, without a last checkpoint.
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), crashed.path().join(file.file_name())).unwrap();
    }
    let after = SqliteKeyStore::open(crashed.path().join("keys.db")).unwrap();
    assert_eq!(after.load(&[medical(1)]).await.unwrap(), [Stored::Key(key(medical(1), 1, ONE))]);
}

#[tokio::test]
async fn many_who_make_keys_at_once_share_flushes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store_in(folder.path()).await);
    let before = store.commits();
    for round in 0..4 {
        let adds = (0..64).map(|at| {
            let id = round * 64 + at;
            store.add(vec![key(medical(id), id, ONE)])
        });
        futures_util::future::try_join_all(adds).await.unwrap();
    }
    let commits = store.commits() - before;
    assert!(commits <= 64, "256 keys by 64 clients took {commits} commits");
    assert_eq!(store.page(None, None, 999).await.unwrap().len(), 256);
}

#[tokio::test]
async fn nothing_of_a_destroyed_key_is_left_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path()).await;
    let doomed = key(medical(1), 0x00C0_FFEE_C0FF_EE00_C0FF_EEC0_FFEE_C0FF, ONE);
    store.add((2..200).map(|id| key(medical(id), id, ONE)).chain([doomed.clone()]).collect()).await.unwrap();
    let before = all_bytes(folder.path());
    assert!(holds(&before, &doomed.wrapped) && holds(&before, doomed.id.0.as_bytes()));
    store.destroy(Doomed::Person(person(1))).await.unwrap();
    let after = all_bytes(folder.path());
    assert!(!holds(&after, &doomed.wrapped) && !holds(&after, doomed.id.0.as_bytes()));
    assert!(holds(&after, &key(medical(7), 7, ONE).wrapped));
}

#[tokio::test]
async fn nothing_of_an_old_wrap_is_left_once_its_epoch_is_retired() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path()).await;
    let keys = |epoch| (1..200).map(|id| key(medical(id), id, epoch)).collect::<Vec<_>>();
    store.add(keys(ONE)).await.unwrap();
    store.advance(Epoch(2), b"check".to_vec()).await.unwrap();
    assert_eq!(store.rewrap(keys(Epoch(2))).await.unwrap(), 199);
    store.retire(Epoch(2)).await.unwrap();
    let after = all_bytes(folder.path());
    assert!(!holds(&after, b" by 1") && holds(&after, b" by 2"));
}

#[tokio::test]
async fn a_destruction_that_a_reader_keeps_from_the_files_is_not_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path()).await;
    store.add(vec![key(medical(1), 1, ONE)]).await.unwrap();
    let impatient = |db: &Connection| Ok(Ok(db.busy_timeout(Duration::from_millis(50))?));
    store.write(Traces::MayStay, impatient).await.unwrap();
    let reader = connect(&folder.path().join("keys.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM data_keys").unwrap();
    let refused = store.destroy(Doomed::Person(person(1))).await;
    assert!(matches!(refused, Err(KeyStoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(store.load(&[medical(1)]).await.unwrap(), [Stored::Erased]);
    reader.execute_batch("COMMIT").unwrap();
    store.destroy(Doomed::Person(person(1))).await.unwrap();
    assert!(!holds(&all_bytes(folder.path()), &key(medical(1), 1, ONE).wrapped));
}

/// A store that begins a checkpoint whenever it may.
fn restless_store_in(folder: &Path) -> SqliteKeyStore {
    SqliteKeyStore::open_with(&folder.join("keys.db"), Limits { checkpoint: 0, restart: 1 }).unwrap()
}

#[tokio::test]
async fn its_write_ahead_log_does_not_grow_without_end() {
    let folder = tempfile::tempdir().unwrap();
    drop(store_in(folder.path()).await);
    let limits = Limits { checkpoint: 128 * 1024, restart: 512 * 1024 };
    let store = SqliteKeyStore::open_with(&folder.path().join("keys.db"), limits).unwrap();
    let mut longest = 0;
    for round in 0..60 {
        // Scattered over the whole store, as random ids are, each key changes a page of its own.
        let keys = (0..500_u128).map(|at| round * 500 + at).map(|id| {
            let scattered = id.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
            key(medical(scattered), id, ONE)
        });
        store.add(keys.collect()).await.unwrap();
        longest = longest.max(fs::metadata(folder.path().join("keys.db-wal")).unwrap().len());
    }
    // 60 MB or so went through it. How far it gets ahead of the checkpoints is a matter of scheduling, and of the disk.
    assert!(longest > 512 * 1024, "nothing was tried: {longest}");
    assert!(longest < 30_000_000, "{longest}");
    assert_eq!(store.page(None, None, 50_000).await.unwrap().len(), 30_000);
}

#[tokio::test]
async fn a_destruction_amid_checkpoints_is_acknowledged_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(store_in(folder.path()).await);
    let store = restless_store_in(folder.path());
    for round in 0..40_u128 {
        // Enough for a nudge, so that a checkpoint is under way when the destruction's own begins.
        let others = (1..300).map(|at| round * 1000 + at).map(|id| key(medical(id), id, ONE));
        let doomed = key(medical(round * 1000), u128::MAX - round, ONE);
        store.add(others.chain([doomed.clone()]).collect()).await.unwrap();
        store.destroy(Doomed::Person(person(round * 1000))).await.unwrap();
        assert!(!holds(&all_bytes(folder.path()), doomed.id.0.as_bytes()), "round {round}");
    }
}

#[tokio::test]
async fn what_is_committed_while_a_checkpoint_fails_is_not_acknowledged_and_nothing_is_scrubbed() {
    let folder = tempfile::tempdir().unwrap();
    let wal = || fs::metadata(folder.path().join("keys.db-wal")).unwrap().len();
    for traces in [Traces::MayStay, Traces::MustGo] {
        let store = store_in(folder.path()).await;
        let gate = Arc::clone(&store.writing.gate);
        let failing = move |db: &Connection| {
            insert(db, &key(medical(7), 7, ONE))?;
            gate.stop(&rusqlite::Error::InvalidQuery);
            Ok(Ok(()))
        };
        let met = store.write(traces, failing).await;
        assert!(matches!(met, Err(KeyStoreError::Stopped(_))), "{met:?}");
        let later = store.add(vec![key(medical(8), 8, ONE)]).await;
        assert!(matches!(later, Err(KeyStoreError::Stopped(_))), "{later:?}");
        assert!(wal() > 0, "it was cut");
        drop(store);
        assert!(wal() > 0, "it was cut at the end");
        let store = store_in(folder.path()).await;
        assert_eq!(store.load(&[medical(8)]).await.unwrap(), [Stored::Absent]);
        store.destroy(Doomed::Person(person(7))).await.unwrap();
        assert_eq!(wal(), 0);
        drop(store);
        for file in fs::read_dir(folder.path()).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
    }
}

#[tokio::test]
async fn a_destruction_that_waits_for_a_checkpoint_which_fails_cuts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store_in(folder.path()).await);
    store.add(vec![key(medical(1), 1, ONE)]).await.unwrap();
    let committed = store.commits();
    let destroying = {
        let alone = store.writing.gate.alone().unwrap();
        let (store, handle) = (Arc::clone(&store), tokio::runtime::Handle::current());
        let destroying = std::thread::spawn(move || handle.block_on(store.destroy(Doomed::Person(person(1)))));
        (alone, destroying)
    };
    let (alone, destroying) = destroying;
    while store.commits() == committed {
        std::thread::yield_now();
    }
    store.writing.gate.stop(&rusqlite::Error::InvalidQuery);
    drop(alone);
    let refused = destroying.join().unwrap();
    assert!(matches!(refused, Err(KeyStoreError::Stopped(_))), "{refused:?}");
    assert!(fs::metadata(folder.path().join("keys.db-wal")).unwrap().len() > 0, "it was cut");
}

#[tokio::test]
async fn a_file_that_cannot_grow_stops_the_store_also_within_a_statement() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path()).await;
    let full = |db: &Connection| Ok(Ok(db.pragma_update_and_check(None, "max_page_count", 12, |_| Ok(()))?));
    store.write(Traces::MayStay, full).await.unwrap();
    let refused = store.add((0..2_000).map(|id| key(medical(id), id, ONE)).collect()).await;
    assert!(matches!(refused, Err(KeyStoreError::Stopped(_))), "{refused:?}");
    let later = store.add(vec![key(medical(1), 1, ONE)]).await;
    assert!(matches!(later, Err(KeyStoreError::Stopped(_))), "{later:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_store_behind_a_link_is_scrubbed_as_well() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(store_in(folder.path()).await);
    let link = elsewhere.path().join("linked.db");
    std::os::unix::fs::symlink(folder.path().join("keys.db"), &link).unwrap();
    let store = SqliteKeyStore::open(&link).unwrap();
    store.add(vec![key(medical(1), 1, ONE)]).await.unwrap();
    store.destroy(Doomed::Person(person(1))).await.unwrap();
    assert_eq!(fs::metadata(folder.path().join("keys.db-wal")).unwrap().len(), 0);
}

#[tokio::test]
async fn a_destruction_waits_for_another_processs_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path()).await;
    store.add((0..2_000).map(|id| key(medical(id), id, ONE)).collect()).await.unwrap();
    let (path, over) = (folder.path().join("keys.db"), Arc::new(std::sync::atomic::AtomicBool::new(false)));
    let others = std::thread::spawn({
        let over = Arc::clone(&over);
        move || {
            let other = connect(&path).unwrap();
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                other.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
            }
        }
    });
    for id in 0..50 {
        store.add((0..50).map(|at| key(medical(10_000 + id * 50 + at), at, ONE)).collect()).await.unwrap();
        store.destroy(Doomed::Person(person(id))).await.unwrap();
    }
    over.store(true, std::sync::atomic::Ordering::Relaxed);
    others.join().unwrap();
}

#[tokio::test]
async fn a_failed_commit_stops_the_store_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path()).await;
    // A deferred constraint is the one thing that lets statements pass and the commit fail.
    let failed = store
        .write(Traces::MayStay, |db| {
            db.execute_batch(
                "PRAGMA defer_foreign_keys = ON;
                 CREATE TABLE parent (id INTEGER PRIMARY KEY);
                 CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
                 INSERT INTO child VALUES (1);",
            )?;
            Ok(Ok(()))
        })
        .await;
    assert!(matches!(failed, Err(KeyStoreError::Stopped(_))), "{failed:?}");
    let later = store.add(vec![key(medical(1), 1, ONE)]).await;
    assert!(matches!(later, Err(KeyStoreError::Stopped(_))), "{later:?}");
    assert_eq!(store.load(&[medical(1)]).await.unwrap(), [Stored::Absent]);
}

#[tokio::test]
async fn a_statement_that_fails_stores_nothing_and_the_store_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path()).await;
    let failed = store
        .write(Traces::MayStay, |db| {
            insert(db, &key(medical(1), 1, ONE))?;
            insert(db, &key(medical(1), 2, ONE))?;
            Ok(Ok(()))
        })
        .await;
    assert!(matches!(failed, Err(KeyStoreError::Unavailable(_))), "{failed:?}");
    assert_eq!(store.load(&[medical(1)]).await.unwrap(), [Stored::Absent]);
    let added = store.add(vec![key(medical(1), 3, ONE)]).await.unwrap();
    assert_eq!(added, [Stored::Key(key(medical(1), 3, ONE))]);
}

#[tokio::test]
async fn a_backup_is_one_file_with_all_keys_and_overwrites_nothing() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = store_in(folder.path()).await;
    store.add((0..500).map(|id| key(medical(id), id, ONE)).collect()).await.unwrap();
    let target = elsewhere.path().join("backup.db");
    store.backup(&target).await.unwrap();
    store.add(vec![key(medical(999), 999, ONE)]).await.unwrap();
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
    assert!(store.backup(&target).await.is_err());
    let copy = SqliteKeyStore::open(&target).unwrap();
    assert_eq!(copy.page(None, None, 999).await.unwrap().len(), 500);
}

#[cfg(unix)]
#[tokio::test]
async fn all_its_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path()).await;
    store.backup(folder.path().join("backup.db")).await.unwrap();
    let mut names = Vec::new();
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", file.path().display());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["backup.db", "keys.db", "keys.db-shm", "keys.db-wal"]);
}

#[test]
fn another_database_or_a_later_version_is_not_taken_for_a_key_store() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE events (id INTEGER)").unwrap();
    assert!(matches!(SqliteKeyStore::open(&other).map(|_| ()), Err(KeyStoreError::Damaged(_))));
    let later = folder.path().join("later.db");
    drop(SqliteKeyStore::open(&later).unwrap());
    Connection::open(&later).unwrap().pragma_update(None, "user_version", LAYOUT.version + 1).unwrap();
    assert!(matches!(SqliteKeyStore::open(&later).map(|_| ()), Err(KeyStoreError::Damaged(_))));
    let text = folder.path().join("text.db");
    fs::write(&text, "not a database at all, but long enough to be looked at as one").unwrap();
    assert!(SqliteKeyStore::open(&text).is_err());
}

//! A snapshot that is damaged, old, or another log's is thrown away and never trusted: the service starts from the log,
//! and serves the same.

use std::fs;
use std::path::Path;

use super::*;

/// A snapshot in three files, the log it is of, and the world that it tells.
async fn written() -> (Told, tempfile::TempDir, World) {
    let told = told(8).await;
    let folder = tempfile::tempdir().unwrap();
    let third = told.positions.len() as u64 / 3 + 1;
    assert_eq!(told.snapshots(folder.path(), third).write_events().await.unwrap().files, 3);
    let rebuilt = told.rebuilt().await;
    (told, folder, rebuilt)
}

pub fn copied(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in files(folder) {
        fs::copy(&file, copy.path().join(file.file_name().unwrap())).unwrap();
    }
    copy
}

/// Starts from a folder: so many of its files are thrown away and gone, and the world is the log's.
async fn starts_without(told: &Told, folder: &Path, thrown_away: usize, rebuilt: &mut World, what: &str) {
    let before = files(folder).len();
    let (mut started, restored) = told.started(folder).await.unwrap();
    assert_eq!((restored.thrown_away, restored.files), (thrown_away, before - thrown_away), "{what}");
    assert_eq!(files(folder).len(), before - thrown_away, "{what}");
    assert_same(&mut started, rebuilt);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_any_byte_changed_is_thrown_away_and_only_that_one() {
    let (told, folder, mut rebuilt) = written().await;
    for (number, file) in files(folder.path()).iter().enumerate() {
        let content = fs::read(file).unwrap();
        // All of the header, and some bytes of every box.
        let places = (0..300).step_by(29).chain((300..content.len()).step_by(content.len() / 7));
        for place in places.chain([content.len() - 1]) {
            let copy = copied(folder.path());
            let mut changed = content.clone();
            changed[place] ^= 1;
            fs::write(copy.path().join(file.file_name().unwrap()), changed).unwrap();
            starts_without(&told, copy.path(), 1, &mut rebuilt, &format!("byte {place} of file {number}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_cut_off_or_went_on_is_thrown_away() {
    let (told, folder, mut rebuilt) = written().await;
    let file = files(folder.path()).remove(1);
    let content = fs::read(&file).unwrap();
    for length in [0, 1, 7, 8, 11, 12, 100, 290, content.len() / 2, content.len() - 1] {
        let copy = copied(folder.path());
        fs::write(copy.path().join(file.file_name().unwrap()), &content[..length]).unwrap();
        starts_without(&told, copy.path(), 1, &mut rebuilt, &format!("cut off at {length}")).await;
    }
    let copy = copied(folder.path());
    fs::write(copy.path().join(file.file_name().unwrap()), [&content[..], b"x"].concat()).unwrap();
    starts_without(&told, copy.path(), 1, &mut rebuilt, "with a byte more").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_under_another_ones_name_stands_where_it_says_itself() {
    let (told, folder, mut rebuilt) = written().await;
    let names = files(folder.path());
    let (one, other) = (fs::read(&names[0]).unwrap(), fs::read(&names[1]).unwrap());
    fs::write(&names[0], other).unwrap();
    fs::write(&names[1], one).unwrap();
    starts_without(&told, folder.path(), 0, &mut rebuilt, "names that were changed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_others_hold_already_is_thrown_away() {
    let (told, folder, mut rebuilt) = written().await;
    let smaller = tempfile::tempdir().unwrap();
    let until = told.until(told.positions[20]);
    told.snapshots_of(until, smaller.path(), 1_000).write_events().await.unwrap();
    let file = files(smaller.path()).remove(0);
    fs::copy(&file, folder.path().join("copy.snapshot")).unwrap();
    starts_without(&told, folder.path(), 1, &mut rebuilt, "twice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_read_from_the_log_and_written_anew() {
    let (told, folder, mut rebuilt) = written().await;
    fs::remove_file(&files(folder.path())[1]).unwrap();
    let third = told.positions.len() as u64 / 3 + 1;
    let snapshots = told.snapshots(folder.path(), third);
    let (mut started, restored) = snapshots.restore(World::new(Arc::new(settings()))).await.unwrap();
    assert_eq!((restored.files, restored.position), (2, told.head()));
    assert_same(&mut started, &mut rebuilt);
    let written = snapshots.write_events().await.unwrap();
    assert_eq!((written.files, written.events, written.position), (1, third, told.head()));
    starts_without(&told, folder.path(), 0, &mut rebuilt, "the gap is filled").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_another_form_is_thrown_away() {
    let (told, folder, mut rebuilt) = written().await;
    let older = tempfile::tempdir().unwrap();
    let mut snapshots = told.snapshots(older.path(), 1_000);
    snapshots.form[0] ^= 1;
    snapshots.write_events().await.unwrap();
    starts_without(&told, older.path(), files(older.path()).len(), &mut rebuilt, "an older version's").await;
    starts_without(&told, folder.path(), 0, &mut rebuilt, "this version's").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_under_another_key_is_thrown_away() {
    let (told, folder, mut rebuilt) = written().await;
    told.sealer.ring().destroy_purpose(crate::sealing::Purpose::Snapshot).await.unwrap();
    starts_without(&told, folder.path(), 3, &mut rebuilt, "its key is gone").await;
}

/// A log with what another one says until a position, recorded by somebody else.
pub async fn set_back(told: &Told, until: Position, then: usize) -> Arc<dyn EventLog> {
    let log = crate::event_log::MemoryLog::new();
    let events = read(&*told.log).await;
    let kept = events.iter().filter(|event| event.position <= until).count();
    for event in events.into_iter().take(kept + then) {
        let mut metadata = event.metadata;
        if event.position > until {
            // JSON with a space more is the same event, and not the same bytes: it was sealed another time.
            metadata.push(b' ');
        }
        let proposed = Proposed { id: event.id, kind: event.kind, data: event.data, metadata };
        log.append(&event.stream, Expected::Any, vec![proposed]).await.unwrap();
    }
    Arc::new(log)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_knows_more_than_the_log_is_thrown_away() {
    let (told, folder, _) = written().await;
    let at = told.positions[told.positions.len() / 2];
    let positions: Vec<_> = told.positions.iter().copied().filter(|position| *position <= at).collect();
    let older = Told { log: set_back(&told, at, 0).await, sealer: told.sealer.clone(), positions };
    let mut rebuilt = older.rebuilt().await;
    starts_without(&older, folder.path(), 2, &mut rebuilt, "the log was restored from a backup").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_a_log_that_went_another_way_is_thrown_away() {
    let (told, folder, _) = written().await;
    let at = told.positions[told.positions.len() / 2];
    let log = set_back(&told, at, usize::MAX / 2).await;
    let positions = read(&*log).await.iter().map(|event| event.position).collect();
    let other = Told { log, sealer: told.sealer.clone(), positions };
    assert_eq!(other.positions, told.positions);
    let mut rebuilt = other.rebuilt().await;
    starts_without(&other, folder.path(), 2, &mut rebuilt, "after the backup it went on otherwise").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_another_log_is_thrown_away() {
    let (told, folder, _) = written().await;
    let other = self::told(4).await;
    let mut rebuilt = other.rebuilt().await;
    let copy = copied(folder.path());
    starts_without(&other, copy.path(), 3, &mut rebuilt, "another log and another key store").await;
    // The key store is the right one here: it is a new log.
    let log = Arc::new(crate::event_log::MemoryLog::new());
    let empty = Told { log, sealer: told.sealer.clone(), positions: vec![Position::START] };
    let (world, restored) = empty.started(folder.path()).await.unwrap();
    assert!(world.is_empty() && restored.thrown_away == 3 && restored.events == 0);
}

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::super::Writing;
use super::super::schema::VERSION;
use super::*;

/// Puts a log's file into the layout before this one.
fn put_back(path: &Path) {
    let file = Connection::open(path).unwrap();
    file.execute_batch(
        "DROP TABLE stream_index; DROP TABLE indexed_to;
         CREATE UNIQUE INDEX events_by_stream ON events (stream, revision); PRAGMA user_version = 1;",
    )
    .unwrap();
}

#[tokio::test]
async fn a_log_of_an_older_baken_can_be_read_as_it_is_and_keeps_everything_when_it_is_brought_up_to_date() {
    let place = Scratch::new();
    let log = place.open();
    for n in 0..50 {
        add(&log, &format!("s-{}", n % 7), vec![event(b"one"), event(b"two")]).await.unwrap();
    }
    let before = everything(&log).await;
    let stream_before = log.read_stream(&stream("s-3"), 2).await.unwrap();
    drop(log);
    put_back(&place.path());

    let as_it_is = fs::read(place.path()).unwrap();
    let refused = place.try_open().err().unwrap();
    assert!(matches!(refused, SqliteOpenError::Older(_)), "{refused}");
    let log = SqliteLog::open_read_only(&place.path(), &Options::default()).unwrap();
    assert_eq!(everything(&log).await, before);
    assert_eq!(log.read_stream(&stream("s-3"), 2).await.unwrap(), stream_before);
    let copy = place.file("copy.db");
    assert_eq!(log.backup(&copy).await.unwrap(), Position(100));
    drop(log);
    assert_eq!(fs::read(place.path()).unwrap(), as_it_is, "nobody who did not say so has changed it");

    SqliteLog::upgrade(&place.path()).unwrap();
    SqliteLog::upgrade(&place.path()).unwrap();
    SqliteLog::upgrade(&copy).unwrap();
    assert_eq!(everything(&SqliteLog::open(&copy, &Options::default()).unwrap()).await, before);
    let log = place.open();
    assert_eq!(everything(&log).await, before);
    assert_eq!(log.read_stream(&stream("s-3"), 2).await.unwrap(), stream_before);
    assert_eq!(add(&log, "s-3", vec![event(b"")]).await.unwrap(), Appended { revision: 14, position: Position(101) });
    drop(log);
    let file = Connection::open(place.path()).unwrap();
    let indexes = "SELECT count(*) FROM sqlite_schema WHERE name = 'events_by_stream'";
    assert_eq!(file.query_row(indexes, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[tokio::test]
async fn an_upgrade_that_cannot_be_finished_leaves_the_file_as_it_was() {
    let place = Scratch::new();
    let log = place.open();
    for n in 0..500 {
        add(&log, &format!("s-{n}"), vec![event(b"one"), event(b"two")]).await.unwrap();
    }
    let before = everything(&log).await;
    drop(log);
    put_back(&place.path());
    let file = Connection::open(place.path()).unwrap();
    // The new index refuses the second event of a stream.
    file.execute_batch("DROP INDEX events_by_stream; UPDATE events SET revision = 0;").unwrap();
    drop(file);

    let refused = SqliteLog::upgrade(&place.path()).unwrap_err();
    assert!(matches!(refused, SqliteOpenError::Sqlite { .. }), "{refused}");
    let file = Connection::open(place.path()).unwrap();
    let layout: i32 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('stream_index', 'indexed_to')";
    assert_eq!((layout, file.query_row(tables, [], |row| row.get::<_, i64>(0)).unwrap()), (1, 0));
    drop(file);
    let log = SqliteLog::open_read_only(&place.path(), &Options::default()).unwrap();
    assert_eq!(everything(&log).await.len(), before.len());
}

#[tokio::test]
async fn reopening_keeps_every_acknowledged_event_and_its_place() {
    let place = Scratch::new();
    let log = place.open();
    for n in 0..50 {
        add(&log, &format!("s-{}", n % 7), vec![event(b"one"), event(b"two")]).await.unwrap();
    }
    let before = everything(&log).await;
    drop(log);
    let log = place.open();
    assert_eq!(everything(&log).await, before);
    assert_eq!(log.head().await.unwrap(), Position(100));
    assert_eq!(add(&log, "s-0", vec![event(b"")]).await.unwrap(), Appended { revision: 16, position: Position(101) });
}

#[tokio::test]
async fn closing_leaves_one_file_and_the_lock() {
    let place = Scratch::new();
    let log = place.open();
    add(&log, "s", vec![event(b"")]).await.unwrap();
    everything(&log).await;
    drop(log);
    let mut left: Vec<_> = fs::read_dir(place.0.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["log.db", "log.db.lock"]);
}

#[tokio::test]
async fn a_second_writer_is_refused_however_it_calls_the_file() {
    let place = Scratch::new();
    let log = place.open();
    let mut names = vec![place.path(), place.0.path().join(".").join("log.db")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path(), place.file("alias.db")).unwrap();
        names.push(place.file("alias.db"));
    }
    for name in names {
        let refused = SqliteLog::open(&name, &Options::default()).err().unwrap();
        assert!(matches!(refused, SqliteOpenError::InUse(_)), "{refused}");
        assert!(refused.to_string().starts_with("another process writes to the event log"), "{refused}");
    }
    drop(log);
    place.open();
}

#[test]
fn a_file_that_is_not_a_log_is_refused_and_left_as_it_is() {
    let place = Scratch::new();
    fs::write(place.file("text"), "Dear diary, this is no database at all.\n".repeat(100)).unwrap();
    fs::write(place.file("short"), "no\n").unwrap();
    let other = Connection::open(place.file("other.db")).unwrap();
    other.execute_batch("CREATE TABLE streams (id INTEGER PRIMARY KEY)").unwrap();
    drop(other);
    let named = Connection::open(place.file("named.db")).unwrap();
    named.pragma_update(None, "application_id", 7).unwrap();
    drop(named);

    for name in ["text", "short", "other.db", "named.db"] {
        let before = fs::read(place.file(name)).unwrap();
        for opened in [
            SqliteLog::open(&place.file(name), &Options::default()),
            SqliteLog::open_read_only(&place.file(name), &Options::default()),
        ] {
            assert!(matches!(opened.err().unwrap(), SqliteOpenError::Foreign(_)), "{name}");
        }
        assert_eq!(fs::read(place.file(name)).unwrap(), before, "{name}");
    }
}

#[test]
fn a_log_of_a_newer_baken_is_refused_by_its_number() {
    let place = Scratch::new();
    drop(place.open());
    Connection::open(place.path()).unwrap().pragma_update(None, "user_version", VERSION + 1).unwrap();
    let refused = place.try_open().err().unwrap();
    assert!(matches!(refused, SqliteOpenError::Newer { found: 3, .. }), "{refused}");
    assert!(refused.to_string().ends_with("was written by a newer Baken: its layout is 3, this build knows 2"));
    let refused = SqliteLog::open_read_only(&place.path(), &Options::default()).err().unwrap();
    assert!(matches!(refused, SqliteOpenError::Newer { found: 3, .. }), "{refused}");
}

#[test]
fn a_log_cannot_be_in_a_directory_that_is_not_there() {
    let place = Scratch::new();
    let refused = SqliteLog::open(&place.file("none/log.db"), &Options::default()).err().unwrap();
    assert!(matches!(refused, SqliteOpenError::Io { .. }), "{refused}");
}

#[tokio::test]
async fn a_reader_alone_sees_what_the_writer_appends_later_and_cannot_append() {
    let place = Scratch::new();
    let missing = SqliteLog::open_read_only(&place.path(), &Options::default()).err().unwrap();
    assert!(matches!(missing, SqliteOpenError::Missing(_)), "{missing}");
    assert!(!place.path().exists());

    let log = place.open();
    let reader = SqliteLog::open_read_only(&place.path(), &Options::default()).unwrap();
    assert_eq!(reader.head().await.unwrap(), Position::START);
    for n in 1..=3 {
        let added = add(&log, "s", vec![event(b"later")]).await.unwrap();
        assert_eq!(reader.head().await.unwrap(), added.position);
        assert_eq!(everything(&reader).await, everything(&log).await);
        assert_eq!(reader.read_stream(&stream("s"), 0).await.unwrap().len(), n);
    }
    let refused = add(&reader, "s", vec![event(b"")]).await.unwrap_err();
    assert_eq!(refused.to_string(), "the event log is not available: it was opened for reading only");

    drop(log);
    assert_eq!(everything(&reader).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_alone_is_woken_by_another_handles_append() {
    let place = Scratch::new();
    let log = place.open();
    let reader = SqliteLog::open_read_only(&place.path(), &Options::default()).unwrap();
    let waiting = tokio::spawn(async move {
        let asked = std::time::Instant::now();
        while reader.head().await.unwrap() == Position::START {
            reader.wake(Position::START).await;
        }
        asked.elapsed()
    });
    tokio::time::sleep(Duration::from_millis(150)).await;
    add(&log, "s", vec![event(b"")]).await.unwrap();
    let waited = waiting.await.unwrap();
    assert!(waited >= Duration::from_millis(100), "it did not wait: {waited:?}");
    assert!(waited < Duration::from_millis(900), "it waited for the longest time: {waited:?}");
}

#[tokio::test]
async fn what_waits_for_a_checkpoint_that_fails_is_not_acknowledged_and_the_write_ahead_log_stays() {
    let place = Scratch::new();
    let log = SqliteLog::open(&place.path(), &Options::default()).unwrap();
    add(&log, "s", vec![event(b"1")]).await.unwrap();
    let mut waiting = send(&log, "s", Expected::Any, vec![event(b"2")]);
    {
        let Writing { shared, sender, .. } = log.writing.as_ref().unwrap();
        let (gate, sender) = (&shared.gate, sender.as_ref().unwrap());
        let _turn = gate.turn().unwrap();
        assert!((&mut waiting).now_or_never().is_none());
        while sender.capacity() < sender.max_capacity() {
            std::thread::yield_now();
        }
        gate.stop(&rusqlite::Error::InvalidQuery);
    }
    assert!(matches!(waiting.await, Err(LogError::Stopped(_))));
    assert!(matches!(add(&log, "s", vec![event(b"3")]).await, Err(LogError::Stopped(_))));
    drop(log);
    assert!(fs::metadata(place.file("log.db-wal")).unwrap().len() > 0, "it was moved at the end");
    let log = SqliteLog::open(&place.path(), &Options::default()).unwrap();
    assert_eq!(everything(&log).await.len(), 1);
}

#[tokio::test]
async fn the_write_ahead_log_does_not_grow_without_end() {
    let place = Scratch::new();
    let limits = Options { checkpoint_bytes: 128 * 1024, wal_bytes: 512 * 1024, ..Options::default() };
    let log = SqliteLog::open(&place.path(), &limits).unwrap();
    let wal = place.file("log.db-wal");
    let mut longest = 0;
    for _ in 0..300 {
        add(&log, "s", vec![event(&[7; 100_000])]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
        longest = longest.max(fs::metadata(&wal).unwrap().len());
    }
    // 30 MB went through it. How far it gets ahead of the checkpoints is a matter of scheduling, and of the disk.
    assert!(longest < 20_000_000, "{longest}");
    assert_eq!(everything(&log).await.len(), 300);
}

#[cfg(unix)]
#[tokio::test]
async fn a_log_that_an_older_baken_left_open_to_others_is_its_owners_alone_from_then_on() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Scratch::new();
    drop(place.open());
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let log = place.open();
    add(&log, "a", vec![event(b"x")]).await.unwrap();
    for file in ["", "-wal", "-shm", ".lock"] {
        let mode = fs::metadata(storage::files::beside(&place.path(), file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file}");
    }
}

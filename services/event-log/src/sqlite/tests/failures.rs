//! Real faults of SQLite's, not simulated ones: a database that may not grow, and a commit that it refuses.

use rusqlite::Connection;

use super::super::{lock, schema};
use super::*;

/// A log whose writing connection was prepared by the test. It indexes a few events at once, so that this fails as well.
fn open_with(place: &Scratch, prepare: impl FnOnce(&Connection)) -> SqliteLog {
    drop(place.open());
    let path = place.path().canonicalize().unwrap();
    let lock = lock(&path).unwrap();
    let connection = schema::open_writer(&path).unwrap();
    prepare(&connection);
    let options = Options { indexed_at_once: 3, ..Options::default() };
    SqliteLog::start(path, lock, connection, &options).unwrap()
}

async fn assert_stopped(log: &SqliteLog) {
    for _ in 0..3 {
        let refused = add(log, "small", vec![event(b"")]).await.unwrap_err();
        assert!(matches!(refused, LogError::Stopped(_)), "{refused}");
    }
}

#[tokio::test]
async fn a_log_that_cannot_grow_stops_and_acknowledges_nothing_from_then_on() {
    let place = Scratch::new();
    let log = open_with(&place, |writer| {
        writer.pragma_update_and_check(None, "max_page_count", 64, |_| Ok(())).unwrap();
    });
    let mut acknowledged = Vec::new();
    let refused = loop {
        let events = vec![event(&[7; 1000]), event(&[8; 1000])];
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        match add(&log, "s", events.clone()).await {
            Ok(_) => acknowledged.extend(ids),
            Err(LogError::Stopped(why)) => {
                assert_eq!(why, "database or disk is full");
                break events;
            }
            Err(other) => panic!("{other}"),
        }
        assert!(acknowledged.len() < 1000);
    };
    assert!(acknowledged.len() > 10);
    // There would be room for these.
    assert_stopped(&log).await;
    assert_eq!(ids(&everything(&log).await), acknowledged);
    drop(log);

    let log = place.open();
    assert_eq!(ids(&everything(&log).await), acknowledged);
    let again = add(&log, "s", refused).await.unwrap();
    assert_eq!(again.revision, acknowledged.len() as u64 + 1);
}

/// From now on SQLite refuses every commit with an event of the kind `poison`: only at the commit, when everything
/// is written, does it look at deferred foreign keys.
fn poison(place: &Scratch) {
    Connection::open(place.path())
        .unwrap()
        .execute_batch(
            "CREATE TABLE none (id INTEGER PRIMARY KEY);
             CREATE TABLE broken (id INTEGER REFERENCES none (id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER poison AFTER INSERT ON events WHEN NEW.kind = 'poison'
             BEGIN INSERT INTO broken VALUES (1); END;",
        )
        .unwrap();
}

#[tokio::test]
async fn a_failed_commit_acknowledges_none_of_its_batch_and_stops_the_log() {
    let place = Scratch::new();
    let log = open_with(&place, |_| poison(&place));
    let before = event(b"before");
    add(&log, "s", vec![before.clone()]).await.unwrap();

    let poisoned = Proposed { kind: "poison".to_owned(), ..event(b"") };
    let answers = in_one_batch(
        &log,
        vec![
            ("t", Expected::NoStream, vec![event(b"innocent")]),
            ("s", Expected::Any, vec![poisoned]),
            // Not even a repeat is confirmed, nor a conflict told: they were judged by what the batch would have made.
            ("s", Expected::Any, vec![before]),
            ("t", Expected::NoStream, vec![event(b"")]),
        ],
    )
    .await;
    for answer in answers {
        assert!(matches!(&answer, Err(LogError::Stopped(why)) if why.contains("FOREIGN KEY")), "{answer:?}");
    }
    assert_stopped(&log).await;
    assert_eq!(log.head().await.unwrap(), Position(2));
    assert_eq!(everything(&log).await.len(), 2);
    drop(log);

    let log = place.open();
    assert_eq!(everything(&log).await.len(), 2);
    assert_eq!(add(&log, "s", vec![event(b"")]).await.unwrap(), Appended { revision: 1, position: Position(3) });
}

#[tokio::test]
async fn a_log_that_somebody_else_has_written_to_stops() {
    let place = Scratch::new();
    let log = place.open();
    add(&log, "s", vec![event(b"")]).await.unwrap();
    Connection::open(place.path())
        .unwrap()
        .execute("INSERT INTO events VALUES (2, 1, 1, zeroblob(16), 'stray', x'', x'')", [])
        .unwrap();
    assert_stopped(&log).await;
}

#[tokio::test]
async fn while_somebody_holds_the_file_appends_are_unavailable_and_afterwards_they_work() {
    let place = Scratch::new();
    let log = open_with(&place, |writer| writer.busy_timeout(Duration::from_millis(20)).unwrap());
    let event = event(b"");
    let other = Connection::open(place.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = add(&log, "s", vec![event.clone()]).await.unwrap_err();
    assert!(matches!(refused, LogError::Unavailable(_)), "{refused}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(add(&log, "s", vec![event]).await.unwrap(), Appended { revision: 0, position: Position(1) });
}

#[tokio::test]
async fn what_is_not_of_the_logs_own_format_is_called_damage() {
    let place = Scratch::new();
    let log = place.open();
    add(&log, "s", vec![event(b"")]).await.unwrap();
    Connection::open(place.path()).unwrap().execute("UPDATE events SET revision = -5", []).unwrap();
    let refused = log.read_all(Position::START, 10).await.unwrap_err();
    assert_eq!(refused.to_string(), "the event log is damaged: a position or revision is negative");
}

//! The index of streams comes after the log: whatever of it is written, and however the log was opened, streams are the same.

use rusqlite::Connection;

use super::super::IndexFault;
use super::super::reading::of_stream;
use super::super::schema::Layout;
use super::*;

/// So many events are indexed at once here.
const AT_ONCE: usize = 40;

fn open(place: &Scratch) -> SqliteLog {
    SqliteLog::open(&place.path(), &Options { indexed_at_once: AT_ONCE, ..Options::default() }).unwrap()
}

/// How many events the file's index has, and up to where.
fn indexed(place: &Scratch) -> [usize; 2] {
    let file = Connection::open(place.path()).unwrap();
    let number = |sql| file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap();
    [number("SELECT count(*) FROM stream_index"), number("SELECT position FROM indexed_to")]
}

/// Every event of the log is found by its stream, from every revision on.
async fn assert_streams_are_whole(log: &SqliteLog, names: &[&str]) {
    let all = everything(log).await;
    for name in names {
        let of_stream: Vec<_> = all.iter().filter(|event| event.stream == stream(name)).cloned().collect();
        for from in [0, 1, of_stream.len() as u64 / 2, of_stream.len() as u64 - 1, of_stream.len() as u64] {
            let after: Vec<_> = of_stream.iter().filter(|event| event.revision >= from).cloned().collect();
            assert_eq!(log.read_stream(&stream(name), from).await.unwrap(), after, "{name} from {from}");
        }
    }
}

#[tokio::test]
async fn streams_are_whole_before_while_and_after_they_are_indexed() {
    let place = Scratch::new();
    let log = open(&place);
    let names = ["one", "two", "three"];
    let quarter = AT_ONCE / 4;
    for part in 1..=9 {
        let events: Vec<_> = (0..quarter).map(|_| event(b"e")).collect();
        add(&log, names[part % 3], events).await.unwrap();
        if part >= 3 {
            assert_streams_are_whole(&log, &names).await;
        }
        let whole = part * quarter / AT_ONCE * AT_ONCE;
        assert_eq!(indexed(&place), [whole, whole], "after {part} quarters");
    }
    assert_eq!(log.read_stream(&stream("nobody"), 0).await.unwrap(), vec![]);
    drop(log);

    let log = open(&place);
    assert_streams_are_whole(&log, &names).await;
    for name in names {
        let next = log.read_stream(&stream(name), 0).await.unwrap().len() as u64;
        assert_eq!(add(&log, name, vec![event(b"")]).await.unwrap().revision, next, "{name}");
    }
    let reader = SqliteLog::open_read_only(&place.path(), &Options::default()).unwrap();
    assert_streams_are_whole(&reader, &names).await;
}

#[tokio::test]
async fn a_revision_that_the_index_has_already_stops_the_log_and_is_not_acknowledged() {
    let place = Scratch::new();
    let log = open(&place);
    add(&log, "s", vec![event(b"")]).await.unwrap();
    let file = Connection::open(place.path()).unwrap();
    file.execute("INSERT INTO stream_index VALUES (1, 0, 1)", []).unwrap();
    let events: Vec<_> = (0..AT_ONCE).map(|_| event(b"e")).collect();
    let refused = add(&log, "s", events).await.unwrap_err();
    assert!(matches!(&refused, LogError::Stopped(why) if why.contains("stream_index")), "{refused}");
    assert_eq!(everything(&log).await.len(), 1);
}

#[test]
fn a_stream_is_read_by_its_index_and_the_end_of_the_table_and_not_through_all_of_it() {
    let place = Scratch::new();
    drop(place.open());
    let file = Connection::open(place.path()).unwrap();
    let sql = format!("EXPLAIN QUERY PLAN {}", of_stream(Layout::Current));
    let mut plan = file.prepare(&sql).unwrap();
    let plan: Vec<String> = plan.query_map([1, 0], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    assert!(plan.iter().all(|step| !step.starts_with("SCAN events") && !step.starts_with("SCAN e")), "{plan:?}");
    assert!(plan.iter().any(|step| step.contains("SEARCH stream_index USING PRIMARY KEY (stream=? AND revision>?)")));
}

/// A log of six events of two streams, closed, of which the first four are indexed.
async fn closed() -> Scratch {
    let place = Scratch::new();
    let log = SqliteLog::open(&place.path(), &Options { indexed_at_once: 4, ..Options::default() }).unwrap();
    for name in ["one", "two", "one", "two", "one", "two"] {
        add(&log, name, vec![event(b"e")]).await.unwrap();
    }
    drop(log);
    assert_eq!(indexed(&place), [4, 4]);
    place
}

#[tokio::test]
async fn a_log_that_was_changed_by_hand_so_that_a_revision_could_be_given_out_twice_is_not_added_to() {
    for (change, what) in [
        ("DELETE FROM events WHERE position > 3", "its index of streams ends at position 4, and the log before that"),
        (
            "UPDATE events SET revision = 0 WHERE position = 5",
            "the event at position 5 is not the next one of its stream",
        ),
        (
            "UPDATE events SET revision = 9 WHERE position = 6",
            "the event at position 6 is not the next one of its stream",
        ),
        (
            "UPDATE events SET stream = 2 WHERE position = 5",
            "the event at position 6 is not the next one of its stream",
        ),
    ] {
        let place = closed().await;
        Connection::open(place.path()).unwrap().execute_batch(change).unwrap();
        let refused = place.try_open().err().unwrap();
        assert!(matches!(&refused, SqliteOpenError::Damaged { what: found, .. } if found == what), "{refused}");
    }
}

#[tokio::test]
async fn a_stream_whose_events_were_all_removed_by_hand_begins_anew() {
    let place = Scratch::new();
    let log = place.open();
    for name in ["one", "two"] {
        add(&log, name, vec![event(b"e")]).await.unwrap();
    }
    drop(log);
    Connection::open(place.path()).unwrap().execute_batch("DELETE FROM events WHERE position = 2").unwrap();
    let log = place.open();
    let refused = log.append(&stream("two"), Expected::Revision(0), vec![event(b"e")]).await.unwrap_err();
    assert!(matches!(refused, LogError::Conflict { .. }), "{refused}");
    for revision in 0..3 {
        assert_eq!(
            add(&log, "two", vec![event(b"e")]).await.unwrap(),
            Appended { revision, position: Position(2 + revision) }
        );
    }
    assert_eq!(log.read_stream(&stream("two"), 0).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_stream_is_not_told_from_an_index_that_is_wrong() {
    for change in [
        // An event of another stream.
        "UPDATE stream_index SET position = 2 WHERE stream = 1 AND revision = 0",
        // An event less.
        "DELETE FROM stream_index WHERE stream = 1 AND revision = 0",
        "DELETE FROM events WHERE position = 3",
    ] {
        let place = closed().await;
        Connection::open(place.path()).unwrap().execute_batch(change).unwrap();
        let log = SqliteLog::open_read_only(&place.path(), &Options::default()).unwrap();
        let refused = log.read_stream(&stream("one"), 0).await.unwrap_err();
        assert!(matches!(refused, LogError::Damaged(_)), "{change}: {refused}");
        assert_eq!(log.read_stream(&stream("two"), 0).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn an_index_that_is_not_the_events_is_told_apart_from_one_that_is() {
    let place = Scratch::new();
    let log = open(&place);
    for part in 0..5 {
        let events: Vec<_> = (0..AT_ONCE / 4).map(|_| event(b"e")).collect();
        add(&log, ["one", "two"][part % 2], events).await.unwrap();
    }
    drop(log);
    let faults = || SqliteLog::index_faults(&place.path()).unwrap();
    assert_eq!(faults(), []);
    let file = Connection::open(place.path()).unwrap();
    let changed = |sql: &str, back: &str| {
        file.execute_batch(sql).unwrap();
        let found = faults();
        file.execute_batch(back).unwrap();
        found
    };
    file.execute_batch("CREATE TEMP TABLE index_before AS SELECT * FROM stream_index").unwrap();
    let restore = "DELETE FROM stream_index; INSERT INTO stream_index SELECT * FROM index_before;";
    let missing = changed("DELETE FROM stream_index WHERE position IN (7, 9)", restore);
    assert_eq!(missing, [IndexFault::Missing { count: 2, first: 7 }]);
    let elsewhere = changed("UPDATE stream_index SET position = 3 WHERE position = 7", restore);
    assert_eq!(elsewhere, [IndexFault::Missing { count: 1, first: 7 }, IndexFault::Foreign { count: 1, first: 3 }]);
    let back = |end: usize| format!("UPDATE indexed_to SET position = {end}");
    let shorter = changed("UPDATE indexed_to SET position = 38", &back(AT_ONCE));
    assert_eq!(shorter, [IndexFault::Foreign { count: 2, first: 39 }]);
    let longer = changed("UPDATE indexed_to SET position = 44", &back(AT_ONCE));
    assert_eq!(longer, [IndexFault::Missing { count: 4, first: 41 }]);
    for nonsense in ["UPDATE indexed_to SET position = 51", "INSERT INTO indexed_to VALUES (0)"] {
        let again = format!("DELETE FROM indexed_to; INSERT INTO indexed_to VALUES ({AT_ONCE})");
        assert_eq!(changed(nonsense, &again), [IndexFault::NoEnd], "{nonsense}");
    }
    assert_eq!(faults(), []);
}

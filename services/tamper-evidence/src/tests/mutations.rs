//! A thousand random changes of a log's file after its last checkpoint, as somebody makes them who can write to it: all are
//! found, and it is said where.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use event_log::Recorded;
use rusqlite::types::Value;
use rusqlite::{Connection, params};

use super::*;
use crate::LogFinding;

pub(super) const CHANGES: usize = 1_000;
const EVENTS: i64 = 240;
/// How the tables are, but for the indexes that SQLite keeps itself.
const TABLES: [&str; 4] = ["events", "streams", "stream_index", "indexed_to"];

type Change = fn(&Connection, &mut ChaCha8Rng);

pub(super) fn run(file: &Connection, sql: &str, values: impl rusqlite::Params) {
    file.execute(sql, values).unwrap();
}

/// The position of one of the events.
fn any(random: &mut ChaCha8Rng) -> i64 {
    random.random_range(1..=EVENTS)
}

/// Some other bytes than these, or fewer, or more.
pub(super) fn other(random: &mut ChaCha8Rng, mut bytes: Vec<u8>) -> Vec<u8> {
    let at = random.random_range(0..bytes.len());
    match random.random_range(0..4) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, 0),
        2 => bytes.push(b' '),
        _ => bytes[at] ^= 1 << random.random_range(0..8),
    }
    bytes
}

fn edit_bytes(file: &Connection, random: &mut ChaCha8Rng, column: &str) {
    let position = any(random);
    let read = format!("SELECT {column} FROM events WHERE position = ?1");
    let before: Vec<u8> = file.query_row(&read, [position], |row| row.get(0)).unwrap();
    let after = other(random, before);
    run(file, &format!("UPDATE events SET {column} = ?1 WHERE position = ?2"), params![after, position]);
}

/// Puts the events of these positions at those, one each.
fn permute(file: &Connection, from: &[i64], to: &[i64]) {
    for (from, to) in from.iter().zip(to) {
        run(file, "UPDATE events SET position = -?1 WHERE position = ?2", params![to, from]);
    }
    run(file, "UPDATE events SET position = -position WHERE position < 0", []);
}

/// The ids of streams and revisions of what lies after are as they were: nobody who goes by streams sees a difference.
fn shift(file: &Connection, after: i64, by: i64) {
    run(file, "UPDATE events SET position = -(position + ?2) WHERE position > ?1", params![after, by]);
    run(file, "UPDATE events SET position = -position WHERE position < 0", []);
    run(file, "UPDATE stream_index SET position = position + ?2 WHERE position > ?1", params![after, by]);
    run(file, "UPDATE indexed_to SET position = position + ?2 WHERE position > ?1", params![after, by]);
}

fn forge(file: &Connection, random: &mut ChaCha8Rng, position: i64) {
    let stream: i64 = random.random_range(1..=20);
    let revision: i64 = file
        .query_row(
            "SELECT count(*) FROM events WHERE stream = ?1 AND position < ?2",
            params![stream, position],
            |row| row.get(0),
        )
        .unwrap();
    let id = new_id();
    let row = params![position, stream, revision, id.as_bytes(), "note_added", b"forged", b"{}"];
    run(
        file,
        "INSERT INTO events (position, stream, revision, id, kind, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)",
        row,
    );
}

/// What somebody may do, by name.
const WAYS: &[(&str, Change)] = &[
    ("edit data", |file, random| edit_bytes(file, random, "data")),
    ("edit metadata", |file, random| edit_bytes(file, random, "metadata")),
    ("edit an id", |file, random| {
        let (position, mut id) = (any(random), *new_id().as_bytes());
        id[15] ^= random.random_range(0..16_u8);
        run(file, "UPDATE events SET id = ?1 WHERE position = ?2", params![id, position]);
    }),
    ("edit a type", |file, random| {
        let kinds = ["signal_received", "intake_done", "note_added", "", "Note_added"];
        let kind = kinds[random.random_range(0..kinds.len())];
        run(file, "UPDATE events SET kind = ?1 WHERE position = ?2", params![kind, any(random)]);
    }),
    ("edit a revision", |file, random| {
        let revision = [-1, 0, 1, 7, i64::MAX][random.random_range(0..5)];
        run(file, "UPDATE events SET revision = ?1 WHERE position = ?2", params![revision, any(random)]);
    }),
    ("move an event to another stream", |file, random| {
        let stream: i64 = random.random_range(0..40);
        run(file, "UPDATE events SET stream = ?1 WHERE position = ?2", params![stream, any(random)]);
    }),
    ("edit a position", |file, random| {
        let position = [-3, 0, EVENTS + 1, EVENTS + 1_000, i64::MAX][random.random_range(0..5)];
        run(file, "UPDATE events SET position = ?1 WHERE position = ?2", params![position, any(random)]);
    }),
    ("edit a stream's name", |file, random| {
        let (name, row): (_, i64) = (format!("person-{}", random.random_range(100..200)), random.random_range(1..=20));
        run(file, "UPDATE streams SET name = ?1 WHERE id = ?2", params![name, row]);
    }),
    ("swap the names of two streams", |file, random| {
        let (one, two): (i64, i64) = (random.random_range(1..=10), random.random_range(11..=20));
        run(file, "UPDATE streams SET name = name || '~' WHERE id IN (?1, ?2)", params![one, two]);
        let names = "UPDATE streams SET name = (SELECT rtrim(name, '~') FROM streams WHERE id = ?2) WHERE id = ?1";
        let second: String =
            file.query_row("SELECT rtrim(name, '~') FROM streams WHERE id = ?1", [one], |row| row.get(0)).unwrap();
        run(file, names, params![one, two]);
        run(file, "UPDATE streams SET name = ?1 WHERE id = ?2", params![second, two]);
    }),
    ("delete a stream's name", |file, random| {
        let row: i64 = random.random_range(1..=20);
        run(file, "DELETE FROM streams WHERE id = ?1", [row]);
    }),
    ("delete an event", |file, random| run(file, "DELETE FROM events WHERE position = ?1", [any(random)])),
    ("delete an event and close the gap", |file, random| {
        let position = any(random);
        run(file, "DELETE FROM events WHERE position = ?1", [position]);
        run(file, "DELETE FROM stream_index WHERE position = ?1", [position]);
        shift(file, position, -1);
    }),
    ("delete some events", |file, random| {
        let from = any(random);
        let to = from + random.random_range(0..20);
        run(file, "DELETE FROM events WHERE position BETWEEN ?1 AND ?2", params![from, to]);
    }),
    ("delete a stream", |file, random| {
        let row: i64 = random.random_range(1..=20);
        run(file, "DELETE FROM events WHERE stream = ?1", [row]);
        run(file, "DELETE FROM stream_index WHERE stream = ?1", [row]);
    }),
    ("cut the end off", |file, random| {
        let after = random.random_range(0..EVENTS);
        run(file, "DELETE FROM events WHERE position > ?1", [after]);
        run(file, "DELETE FROM stream_index WHERE position > ?1", [after]);
        run(file, "UPDATE indexed_to SET position = min(position, ?1)", [after]);
    }),
    ("swap two events", |file, random| {
        let (one, two) = (any(random), any(random));
        permute(file, &[one, two], &[two, one]);
    }),
    ("turn some events round", |file, random| {
        let from = random.random_range(1..EVENTS - 12);
        let positions: Vec<_> = (from..from + random.random_range(3..12)).collect();
        let mut turned = positions.clone();
        turned.rotate_left(random.random_range(1..3));
        permute(file, &positions, &turned);
    }),
    ("replace an event's content by another's", |file, random| {
        let sql = "UPDATE events SET (kind, data, metadata) =
                   (SELECT kind, data, metadata FROM events WHERE position = ?1) WHERE position = ?2";
        run(file, sql, params![any(random), any(random)]);
    }),
    ("replace an event", |file, random| {
        let position = any(random);
        run(file, "DELETE FROM events WHERE position = ?1", [position]);
        forge(file, random, position);
    }),
    ("insert an event", |file, random| {
        let position = any(random);
        shift(file, position - 1, 1);
        forge(file, random, position);
    }),
    ("hide an event from its stream", |file, random| {
        let nth = random.random_range(0..190_i64);
        let sql = "DELETE FROM stream_index WHERE (stream, revision) IN
                   (SELECT stream, revision FROM stream_index LIMIT 1 OFFSET ?1)";
        run(file, sql, [nth]);
    }),
    ("edit the index of streams", |file, random| {
        let column = ["stream", "revision", "position"][random.random_range(0..3)];
        let sql = format!(
            "UPDATE stream_index SET {column} = {column} + 1000 WHERE (stream, revision) IN
             (SELECT stream, revision FROM stream_index LIMIT 1 OFFSET ?1)"
        );
        run(file, &sql, [random.random_range(0..190_i64)]);
    }),
    ("edit the end of the index of streams", |file, random| {
        run(file, "UPDATE indexed_to SET position = ?1", [random.random_range(-5..EVENTS + 20)]);
    }),
];

/// Everything that is in the tables.
fn content(path: &Path) -> Vec<Vec<Value>> {
    let file = Connection::open(path).unwrap();
    let rows = |table: &&str| {
        let mut statement = file
            .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))
            .unwrap_or_else(|_| file.prepare(&format!("SELECT * FROM {table}")).unwrap());
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
        rows.collect::<Result<Vec<Vec<Value>>, _>>().unwrap()
    };
    TABLES.iter().flat_map(rows).collect()
}

/// The events, without their positions, as far as they can be read.
async fn events(path: &Path) -> Vec<Recorded> {
    let url = LogUrl::Sqlite(path.to_owned());
    let log = event_log::open_to_read(&url).await.unwrap();
    let (mut events, mut after, mut at_once) = (Vec::new(), event_log::Position::START, 1_000);
    loop {
        match log.read_all(after, at_once).await {
            Ok(page) => {
                after = page.next;
                events.extend(
                    page.events.into_iter().map(|event| Recorded { position: event_log::Position(0), ..event }),
                );
                if page.at_head {
                    return events;
                }
            }
            Err(_) if at_once > 1 => at_once = 1,
            Err(_) => return events,
        }
    }
}

/// A log of 240 events with a checkpoint after every 80, and its older copies.
async fn attested(place: &Place) -> Vec<PathBuf> {
    let (log, mut random) = (place.open(), random(20));
    let notary = place.notary(&log);
    let mut copies = Vec::new();
    for part in 1..=6 {
        grow(&log, &mut random, 40).await;
        if part % 2 == 0 {
            notary.keep().await.unwrap();
        }
        let copy = place.file(&format!("copy-{part}.db"));
        let options = Options::default();
        SqliteLog::open_read_only(&place.file("log.db"), &options).unwrap().backup(&copy).await.unwrap();
        // A write-ahead log is flushed whenever a file is closed, a thousand times over.
        Connection::open(&copy).unwrap().execute_batch("PRAGMA journal_mode = DELETE").unwrap();
        copies.push(copy);
    }
    copies
}

/// Puts an older copy in the place of the log; some of them grow again, differently.
async fn roll_back(copies: &[PathBuf], to: &Path, random: &mut ChaCha8Rng) -> &'static str {
    let older = &copies[random.random_range(0..copies.len() - 1)];
    fs::copy(older, to).unwrap();
    if random.random_bool(0.5) {
        return "roll back";
    }
    let log: Arc<dyn EventLog> = Arc::new(SqliteLog::open(to, &Options::default()).unwrap());
    let events = random.random_range(1..150);
    grow(&log, random, events).await;
    drop(log);
    "roll back and go on differently"
}

/// The first event, from 1, at which two logs part; `None` where one is the beginning of the other.
fn parting(one: &[Recorded], other: &[Recorded]) -> Option<u64> {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    (same < one.len().min(other.len())).then_some(same as u64 + 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_random_changes_are_all_found_and_it_is_said_where() {
    let place = Place::new();
    let copies = attested(&place).await;
    let whole = copies.last().unwrap();
    let (before, events_before) = (content(whole), events(whole).await);
    assert_eq!(place.verify("copy-6.db", "kept").await.findings, []);
    let last = format!("kept/checkpoints/{EVENTS:020}");

    let mut random = random(1_000);
    let mut made = BTreeMap::<_, usize>::new();
    while made.values().sum::<usize>() < CHANGES {
        let target = place.file("changed.db");
        let way = match random.random_range(0..WAYS.len() + 2) {
            way if way < WAYS.len() => {
                fs::copy(whole, &target).unwrap();
                let mut file = Connection::open(&target).unwrap();
                file.execute_batch("PRAGMA synchronous = OFF").unwrap();
                let change = file.transaction().unwrap();
                (WAYS[way].1)(&change, &mut random);
                change.commit().unwrap();
                WAYS[way].0
            }
            _ => roll_back(&copies, &target, &mut random).await,
        };
        if content(&target) == before {
            continue; // It was edited to what it was.
        }
        *made.entry(way).or_default() += 1;

        let alone = place.verify("changed.db", &last).await.findings;
        assert!(!alone.is_empty(), "{way} is not found by the last checkpoint alone");
        let findings = place.verify("changed.db", "kept").await.findings;
        assert!(!findings.is_empty(), "{way} is not found");
        let after = events(&target).await;
        let compared = &after[..after.len().min(events_before.len())];
        let first = findings.iter().find_map(|finding| match finding {
            LogFinding::First(place) => Some(place.number()),
            _ => None,
        });
        assert_eq!(first, parting(compared, &events_before), "{way}: {findings:?}");
        let located = findings.iter().any(|finding| match finding {
            // Where no event is another one than it was, they are fewer, or not where the engine puts them.
            LogFinding::First(_) | LogFinding::Gap { .. } | LogFinding::Index(_) => true,
            LogFinding::Shorter { size, .. } => *size == compared.len() as u64,
            _ => false,
        });
        assert!(located, "{way}: it is not said where: {findings:?}");
    }
    assert_eq!(made.len(), WAYS.len() + 2, "every way was taken: {made:#?}");
}

//! A thousand random changes of an access log's file after its last checkpoint, as somebody makes them who can write to it: all
//! are found, and it is said where.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use access_log::{AccessFault, FileExamination, KeptDays};
use rusqlite::types::Value;
use rusqlite::{Connection, params};
use transparency::Hash;
use uuid::Uuid;

use super::accesses::{fill, now};
use super::mutations::{CHANGES, other, run};
use super::*;
use crate::LogFinding;

const RECORDS: i64 = 240;
/// Records that were removed because their time was over; that of 20 more is over too.
const REMOVED: i64 = 40;

type Change = fn(&Connection, &mut ChaCha8Rng);

/// The number of a record that is there.
fn any(random: &mut ChaCha8Rng) -> i64 {
    random.random_range(REMOVED + 1..=RECORDS)
}

fn edit_bytes(file: &Connection, random: &mut ChaCha8Rng, table: &str, column: &str) {
    let number = any(random);
    let read = format!("SELECT {column} FROM {table} WHERE number = ?1");
    let before: Vec<u8> = file.query_row(&read, [number], |row| row.get(0)).unwrap();
    run(file, &format!("UPDATE {table} SET {column} = ?1 WHERE number = ?2"), params![other(random, before), number]);
}

/// Another number for what is of this one, in all tables or in some.
fn renumber(file: &Connection, tables: &[&str], from: i64, to: i64) {
    for table in tables {
        run(file, &format!("UPDATE {table} SET number = ?1 WHERE number = ?2"), [to, from]);
    }
}

fn delete(file: &Connection, tables: &[&str], from: i64, until: i64) {
    for table in tables {
        run(file, &format!("DELETE FROM {table} WHERE number BETWEEN ?1 AND ?2"), [from, until]);
    }
}

const ALL: &[&str] = &["accesses", "leaves", "persons"];
const BUT_LEAVES: &[&str] = &["accesses", "persons"];

/// As [`access_log::AccessLog::forget`] does it.
fn forget(file: &Connection, from: i64, until: i64) {
    delete(file, BUT_LEAVES, from, until);
    run(file, "UPDATE leaves SET seed = NULL WHERE number BETWEEN ?1 AND ?2", [from, until]);
}

/// What somebody may do, by name.
const WAYS: &[(&str, Change)] = &[
    ("edit a record", |file, random| edit_bytes(file, random, "accesses", "record")),
    ("name another reader in a record", |file, random| {
        let sql = "UPDATE accesses SET user = 'worker-9',
                   record = CAST(replace(CAST(record AS TEXT), user, 'worker-9') AS BLOB) WHERE number = ?1";
        run(file, sql, [any(random)]);
    }),
    ("edit a user", |file, random| {
        run(file, "UPDATE accesses SET user = 'worker-9' WHERE number = ?1", [any(random)]);
    }),
    ("edit an organisation", |file, random| {
        run(file, "UPDATE accesses SET organisation = 'elsewhere' WHERE number = ?1", [any(random)]);
    }),
    ("hide a record from a person", |file, random| {
        let sql = "DELETE FROM persons WHERE (person, number) IN
                   (SELECT person, number FROM persons WHERE number = ?1 LIMIT 1)";
        run(file, sql, [any(random)]);
    }),
    ("show a person another's record", |file, random| {
        let sql = "INSERT INTO persons (person, number) VALUES (?1, ?2)";
        run(file, sql, params![Uuid::from_u128(99).as_bytes(), random.random_range(1..=RECORDS + 5)]);
    }),
    ("edit the time of a leaf", |file, random| {
        let sql = "UPDATE leaves SET at = '2019-01-01T00:00:00Z' WHERE number = ?1";
        run(file, sql, [random.random_range(1..=RECORDS)]);
    }),
    ("edit the body of a leaf", |file, random| edit_bytes(file, random, "leaves", "body")),
    ("edit the seed of a leaf", |file, random| edit_bytes(file, random, "leaves", "seed")),
    ("make a leaf say nothing", |file, random| {
        let sql = "UPDATE leaves SET at = '', body = x'' WHERE number = ?1";
        run(file, sql, [random.random_range(1..=RECORDS)]);
    }),
    ("take a seed away", |file, random| {
        run(file, "UPDATE leaves SET seed = NULL WHERE number = ?1", [any(random)]);
    }),
    ("delete a record", |file, random| {
        let number = any(random);
        delete(file, BUT_LEAVES, number, number);
    }),
    ("delete a record and its leaf", |file, random| {
        let number = any(random);
        delete(file, ALL, number, number);
    }),
    ("delete some and their leaves", |file, random| {
        let from = any(random);
        delete(file, ALL, from, from + random.random_range(0..20));
    }),
    ("delete a removed record's leaf", |file, random| {
        let number = random.random_range(1..=REMOVED);
        delete(file, ALL, number, number);
    }),
    ("remove records before their time", |file, random| {
        forget(file, REMOVED + 1, random.random_range(REMOVED + 21..=RECORDS));
    }),
    ("remove records out of their turn", |file, random| {
        let from = random.random_range(REMOVED + 2..=RECORDS);
        forget(file, from, from + random.random_range(0..5));
    }),
    ("remove a record and say that it was old", |file, random| {
        let until = random.random_range(REMOVED + 21..=RECORDS);
        forget(file, REMOVED + 1, until);
        run(file, "UPDATE leaves SET at = '2019-01-01T00:00:00Z' WHERE number = ?1", [until]);
    }),
    ("cut the end off", |file, random| {
        delete(file, ALL, random.random_range(1..=RECORDS), i64::MAX);
    }),
    ("swap two records", |file, random| {
        let (one, two) = (any(random), any(random));
        for (from, to) in [(one, -1), (two, one), (-1, two)] {
            renumber(file, ALL, from, to);
        }
    }),
    ("swap two records under their leaves", |file, random| {
        let (one, two) = (any(random), any(random));
        for (from, to) in [(one, -1), (two, one), (-1, two)] {
            renumber(file, BUT_LEAVES, from, to);
        }
    }),
    ("delete a record and close the gap", |file, random| {
        let number = any(random);
        delete(file, ALL, number, number);
        (number + 1..=RECORDS).for_each(|later| renumber(file, ALL, later, later - 1));
    }),
    ("edit a number", |file, random| {
        let to = [-3, 0, RECORDS + 1, RECORDS + 1_000, i64::MAX][random.random_range(0..5)];
        renumber(file, ALL, any(random), to);
    }),
    ("replace a record by another", |file, random| {
        let sql = "UPDATE accesses SET (user, organisation, record) =
                   (SELECT user, organisation, record FROM accesses WHERE number = ?1) WHERE number = ?2";
        run(file, sql, params![any(random), any(random)]);
    }),
    ("add a record without a leaf", |file, _| {
        let sql = "INSERT INTO accesses (user, organisation, record)
                   SELECT user, organisation, record FROM accesses WHERE number = 50";
        run(file, sql, []);
    }),
    ("give the store another name", |file, _| run(file, "UPDATE store SET name = '00ff00ff00ff00ff'", [])),
];

/// Everything that is in the tables of each record, by its number; 0 for the store itself.
fn content(path: &Path) -> BTreeMap<i64, Vec<Vec<Value>>> {
    let file = Connection::open(path).unwrap();
    let mut content = BTreeMap::<i64, Vec<Vec<Value>>>::new();
    for (table, sql) in [
        ("leaves", "SELECT number, at, body, seed FROM leaves"),
        ("accesses", "SELECT number, user, organisation, record FROM accesses"),
        ("persons", "SELECT number, person FROM persons ORDER BY number, person"),
        ("store", "SELECT 0, name FROM store"),
    ] {
        let mut statement = file.prepare(sql).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values = (1..columns).map(|column| row.get(column).unwrap());
            let values = std::iter::once(Value::Text(table.to_owned())).chain(values).collect();
            content.entry(row.get(0).unwrap()).or_default().push(values);
        }
    }
    content
}

fn leaves(path: &Path) -> Vec<Hash> {
    let mut leaves = Vec::new();
    FileExamination::open(path).unwrap().read(KeptDays::default(), now(), |each| leaves.push(each.leaf)).unwrap();
    leaves
}

/// A log of 240 records with a checkpoint after every 80, the first of which are removed; and its older copies.
async fn attested(place: &Place) -> Vec<PathBuf> {
    let (access, mut random) = (place.accesses(), random(20));
    let notary = place.access_notary(&access);
    let mut copies = Vec::new();
    for part in 1..=6 {
        let old = if part == 1 { 20 } else { 0 };
        fill(&access, &mut random, 40 - old, if part == 1 { 2_000 } else { 5 }).await;
        fill(&access, &mut random, old, if part == 1 { 1_900 } else { 5 }).await;
        if part == 2 {
            // Twenty of the second forty are as old.
            access.forget(REMOVED.cast_unsigned()).await.unwrap();
        }
        if part % 2 == 0 {
            notary.keep().await.unwrap();
        }
        let copy = place.file(&format!("copy-{part}.db"));
        let file = Connection::open(place.file("access.db")).unwrap();
        file.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        Connection::open(&copy).unwrap().execute_batch("PRAGMA journal_mode = DELETE").unwrap();
        copies.push(copy);
    }
    copies
}

/// Puts an older copy in the place of the log; some of them grow again, differently.
async fn roll_back(copies: &[PathBuf], place: &Place, random: &mut ChaCha8Rng) -> &'static str {
    let to = place.file("changed.db");
    fs::copy(&copies[random.random_range(0..copies.len() - 1)], &to).unwrap();
    if random.random_bool(0.5) {
        return "roll back";
    }
    let access: Arc<dyn access_log::AccessLog> = Arc::new(access_log::SqliteAccessLog::open(&to).unwrap());
    let records = random.random_range(1..150);
    fill(&access, random, records, 0).await;
    drop(access);
    // Its writer closes the file by itself, a little later.
    let file = Connection::open(&to).unwrap();
    file.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    while file.execute_batch("PRAGMA journal_mode = DELETE").is_err() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    "roll back and go on differently"
}

/// Whether a finding names one of these records, or says what became of the whole.
fn is_located(finding: &LogFinding, changed: &BTreeSet<i64>, size: usize) -> bool {
    let has = |number: &i64| changed.contains(number);
    match finding {
        LogFinding::First(place) => has(&place.number().cast_signed()),
        LogFinding::Shorter { size: said, .. } => *said == size as u64,
        LogFinding::AnotherStore { .. } => has(&0),
        LogFinding::Access(fault) => match fault {
            AccessFault::Unreadable(number)
            | AccessFault::NotItsLeaf(number)
            | AccessFault::NoLeaf(number)
            | AccessFault::Index(number) => has(number),
            AccessFault::Removed { from, until } => changed.range(from..=until).next().is_some(),
            AccessFault::Numbering { number, expected } => has(number) || has(expected),
        },
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_random_changes_of_an_access_log_are_all_found_and_it_is_said_where() {
    let place = Place::new();
    let copies = attested(&place).await;
    let whole = copies.last().unwrap();
    let (before, leaves_before) = (content(whole), leaves(whole));
    let report = place.verify_accesses("copy-6.db", "kept").await;
    assert_eq!((report.findings, report.size, report.covered), (vec![], 240, 240));
    let last = format!("kept/access/{}/checkpoints/{RECORDS:020}", report.store);

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
            _ => roll_back(&copies, &place, &mut random).await,
        };
        let after = content(&target);
        let numbers: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
        let changed: BTreeSet<_> = numbers.into_iter().filter(|of| before.get(of) != after.get(of)).collect();
        if changed.is_empty() {
            continue; // It was edited to what it was.
        }
        *made.entry(way).or_default() += 1;

        let alone = place.verify_accesses("changed.db", &last).await.findings;
        assert!(!alone.is_empty(), "{way} is not found by the last checkpoint alone");
        let findings = place.verify_accesses("changed.db", "kept").await.findings;
        assert!(!findings.is_empty(), "{way} is not found");
        let leaves_after = leaves(&target);
        let parting = leaves_before.iter().zip(&leaves_after).position(|(before, after)| before != after);
        if !changed.contains(&0) {
            let first = findings.iter().any(|finding| matches!(finding, LogFinding::First(_)));
            assert_eq!(first, parting.is_some(), "{way}: {findings:?}");
        }
        let located = findings.iter().any(|finding| is_located(finding, &changed, leaves_after.len()));
        assert!(located, "{way}: it is not said where: {findings:?}, changed: {changed:?}");
    }
    assert_eq!(made.len(), WAYS.len() + 2, "every way was taken: {made:#?}");
}

//! The store on a real server. They are run by `tests/postgres/run.sh`, which has one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use storage::postgres::testing::Server;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::*;
use crate::contract::{access, all_leaves, all_records, is_consistent, person};
use crate::{AccessFault, KeptDays};

async fn store_of(server: &Server) -> PostgresAccessLog {
    PostgresAccessLog::open(&server.url()).await.unwrap()
}

/// So many tasks, each of which appends records of its own until it is told to stop: those that were answered Ok, and how many
/// were not.
fn load(
    store: &Arc<PostgresAccessLog>,
    tasks: u128,
    from: u128,
    stop: &Arc<AtomicBool>,
) -> JoinSet<(Vec<u128>, usize)> {
    let mut running = JoinSet::new();
    for task in 0..tasks {
        let (store, stop) = (Arc::clone(store), Arc::clone(stop));
        running.spawn(async move {
            let (mut answered, mut refused) = (Vec::new(), 0);
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let id = from + task * 1_000_000 + number;
                match store.append(access("anna", &[id])).await {
                    Ok(()) => answered.push(id),
                    Err(AccessError::Unavailable(_)) => refused += 1,
                    Err(error) => panic!("{error}"),
                }
            }
            (answered, refused)
        });
    }
    running
}

/// What all tasks together appended, and how often they were refused.
async fn ended(mut running: JoinSet<(Vec<u128>, usize)>) -> (Vec<u128>, usize) {
    let (mut answered, mut refused) = (Vec::new(), 0);
    while let Some(of_task) = running.join_next().await {
        let (of_task, of_task_refused) = of_task.unwrap();
        answered.extend(of_task);
        refused += of_task_refused;
    }
    (answered, refused)
}

/// How often each person stands in a record.
async fn recorded(store: &dyn AccessLog) -> BTreeMap<Uuid, usize> {
    let mut counts = BTreeMap::new();
    for record in all_records(store).await {
        *counts.entry(record.access.persons[0].person_id.0).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn two_nodes_that_append_at_once_share_one_log_without_gaps() {
    let server = Server::start();
    // They make the tables at the same time, too.
    let (one, two) = tokio::join!(store_of(&server), store_of(&server));
    let (one, two) = (Arc::new(one), Arc::new(two));
    assert_eq!(one.name(), two.name());
    let stop = Arc::default();
    let running = load(&one, 16, 0, &stop);
    let there = load(&two, 16, 100_000_000, &stop);
    let mut read = 0;
    while read < 3_000 {
        // Whoever reads on from the last one skips nothing.
        for leaf in two.leaves(read, 100).await.unwrap() {
            read += 1;
            assert_eq!(leaf.number, read);
        }
    }
    stop.store(true, Ordering::Relaxed);
    let (mut answered, _) = ended(running).await;
    answered.extend(ended(there).await.0);
    for store in [&one, &two] {
        let counts = recorded(&**store).await;
        assert_eq!(counts.len(), answered.len());
        assert!(answered.iter().all(|id| counts[&Uuid::from_u128(*id)] == 1));
        is_consistent(&**store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn a_server_that_fails_under_load_loses_nothing_that_was_answered_and_goes_on_after_its_restart() {
    let server = Server::start();
    let store = Arc::new(store_of(&server).await);
    let stop = Arc::default();
    let running = load(&store, 32, 1_000, &stop);
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        server.crash();
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.resume();
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    stop.store(true, Ordering::Relaxed);
    let (answered, refused) = ended(running).await;
    store.append(access("anna", &[7])).await.unwrap();
    let counts = recorded(&*store).await;
    println!("{} answered, {refused} refused, {} recorded", answered.len(), counts.len());
    assert!(refused > 0 && answered.len() > 100, "{refused} {}", answered.len());
    assert!(answered.iter().all(|id| counts.get(&Uuid::from_u128(*id)) == Some(&1)), "each once");
    assert!(counts.values().all(|count| *count == 1), "none is there twice");
    assert!(counts.len() <= answered.len() + refused + 1);
    is_consistent(&*store).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn connections_that_are_lost_under_load_leave_the_writer_alive() {
    let server = Server::start();
    let store = Arc::new(store_of(&server).await);
    let stop = Arc::default();
    let running = load(&store, 16, 0, &stop);
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        server
            .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'baken' AND pid <> pg_backend_pid()")
            .await;
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    stop.store(true, Ordering::Relaxed);
    let (answered, refused) = ended(running).await;
    let counts = recorded(&*store).await;
    println!("{} answered, {refused} refused, {} recorded", answered.len(), counts.len());
    assert!(refused > 0, "connections were lost");
    assert!(answered.iter().all(|id| counts.get(&Uuid::from_u128(*id)) == Some(&1)), "each once");
    assert!(counts.values().all(|count| *count == 1), "none is there twice");
    is_consistent(&*store).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn nobody_waits_for_ever_for_a_server_that_stands_still() {
    let server = Server::start();
    let store = store_of(&server).await;
    store.append(access("anna", &[1])).await.unwrap();
    server.stand_still(true);
    let patience = storage::postgres::PATIENCE + Duration::from_secs(5);
    let asked = async {
        tokio::join!(
            store.append(access("bram", &[2])),
            store.read(Of::Everybody, None, 10),
            store.leaves(0, 10),
            store.forget(10),
        )
    };
    let (appended, read, leaves, forgotten) = tokio::time::timeout(patience, asked).await.unwrap();
    assert!(matches!(appended, Err(AccessError::Unavailable(_))), "{appended:?}");
    assert!(matches!(read, Err(AccessError::Unavailable(_))), "{read:?}");
    assert!(matches!(leaves, Err(AccessError::Unavailable(_))), "{leaves:?}");
    assert!(matches!(forgotten, Err(AccessError::Unavailable(_))), "{forgotten:?}");
    let opened = tokio::time::timeout(patience, PostgresAccessLog::open(&server.url())).await.unwrap();
    assert!(opened.is_err());
    server.stand_still(false);
    store.append(access("carla", &[3])).await.unwrap();
    let users: Vec<_> = all_records(&store).await.iter().map(|record| record.access.user.to_string()).collect();
    assert!(users.first().is_some_and(|user| user == "anna") && users.last().is_some_and(|user| user == "carla"));
    is_consistent(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn several_nodes_remove_what_is_over_and_each_record_goes_once() {
    let server = Server::start();
    let (one, two) = (Arc::new(store_of(&server).await), Arc::new(store_of(&server).await));
    let mut writers = JoinSet::new();
    for each in 0..5_000 {
        let store = Arc::clone(&one);
        writers.spawn(async move { store.append(access("anna", &[each, each + 1])).await.unwrap() });
    }
    writers.join_all().await;
    let before = all_leaves(&*one).await;
    let writing = {
        let store = Arc::clone(&two);
        tokio::spawn(async move {
            for each in 0..50 {
                store.append(access("bram", &[each])).await.unwrap();
            }
        })
    };
    let (here, there) = tokio::join!(one.forget(4_900), two.forget(4_900));
    assert_eq!(here.unwrap() + there.unwrap(), 4_900);
    writing.await.unwrap();
    let left = all_records(&*two).await;
    assert_eq!((left.first().unwrap().number, left.len()), (4_901, 150));
    assert_eq!(all_leaves(&*two).await[..5_000], before);
    assert_eq!(two.forget(u64::MAX).await.unwrap(), 149, "the last stays");
    let examination = PostgresExamination::open(&server.url()).await.unwrap();
    let now = "2032-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(examination.read(KeptDays::default(), now, |_| {}).await.unwrap(), []);
    let rows = server.client().await.query_one("SELECT count(*) FROM baken_access.persons", &[]).await.unwrap();
    assert_eq!(rows.get::<_, i64>(0), 1, "nobody is found by a record that is gone");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn whatever_was_changed_in_the_database_is_found_and_it_is_said_where() {
    let server = Server::start();
    let store = store_of(&server).await;
    for each in 1..=12 {
        store.append(access("anna", &[each, each + 1])).await.unwrap();
    }
    let hashes: Vec<_> = all_leaves(&store).await.iter().map(RecordLeaf::hash).collect();
    let examine = async || {
        let examination = PostgresExamination::open(&server.url()).await.unwrap();
        assert_eq!(examination.name(), store.name());
        let (mut leaves, now) = (Vec::new(), "2026-11-30T00:00:00Z".parse().unwrap());
        let faults = examination.read(KeptDays::default(), now, |each| leaves.push(each.leaf)).await.unwrap();
        (faults, leaves)
    };
    assert_eq!(examine().await, (vec![], hashes.clone()));
    let other = Uuid::from_u128(99);
    for (change, back, fault) in [
        (
            "UPDATE baken_access.accesses SET record = convert_to(replace(convert_from(record, 'UTF8'), 'read', 'redd'), 'UTF8') WHERE number = 4".to_owned(),
            "UPDATE baken_access.accesses SET record = convert_to(replace(convert_from(record, 'UTF8'), 'redd', 'read'), 'UTF8') WHERE number = 4".to_owned(),
            AccessFault::NotItsLeaf(4),
        ),
        (
            "UPDATE baken_access.accesses SET user_id = 'bram' WHERE number = 12".to_owned(),
            "UPDATE baken_access.accesses SET user_id = 'anna' WHERE number = 12".to_owned(),
            AccessFault::Index(12),
        ),
        (
            format!("INSERT INTO baken_access.persons VALUES ('{other}', 7)"),
            format!("DELETE FROM baken_access.persons WHERE person = '{other}'"),
            AccessFault::Index(7),
        ),
        (
            format!("INSERT INTO baken_access.persons VALUES ('{other}', 70)"),
            format!("DELETE FROM baken_access.persons WHERE person = '{other}'"),
            AccessFault::Index(70),
        ),
        (
            "ALTER TABLE baken_access.leaves RENAME TO whole; CREATE TABLE baken_access.leaves AS SELECT * FROM baken_access.whole WHERE number < 12".to_owned(),
            "DROP TABLE baken_access.leaves; ALTER TABLE baken_access.whole RENAME TO leaves".to_owned(),
            AccessFault::NoLeaf(12),
        ),
    ] {
        server.execute(&change).await;
        let (faults, _) = examine().await;
        assert!(faults.contains(&fault), "{change}: {faults:?}");
        server.execute(&back).await;
        assert_eq!(examine().await, (vec![], hashes.clone()), "{back}");
    }
    for table in ["accesses", "persons"] {
        server.execute(&format!("DELETE FROM baken_access.{table} WHERE number IN (3, 4)")).await;
    }
    assert_eq!(examine().await, (vec![AccessFault::Removed { from: 3, until: 4 }], hashes));
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn a_database_of_a_newer_baken_or_of_somebody_else_is_left_alone_and_reading_makes_nothing() {
    let server = Server::start();
    assert!(matches!(PostgresExamination::open(&server.url()).await, Err(OpenError::NotInDatabase)));
    // The event log and the keys may lie in the same database.
    server
        .execute("CREATE SCHEMA baken; CREATE TABLE baken.layout (version integer); CREATE SCHEMA baken_access")
        .await;
    let store = store_of(&server).await;
    store.append(access("anna", &[1])).await.unwrap();
    let name = store.name().to_owned();
    drop(store);
    let again = store_of(&server).await;
    assert_eq!((again.name(), all_records(&again).await.len()), (&*name, 1));
    assert_eq!(again.read(Of::Persons(vec![person(1)]), None, 1).await.unwrap().len(), 1);
    server.execute("UPDATE baken_access.layout SET version = 2").await;
    let refused = PostgresAccessLog::open(&server.url()).await.err().unwrap();
    assert!(matches!(refused, OpenError::NewerDatabase(2)), "{refused}");
    server.execute("DROP TABLE baken_access.leaves").await;
    let refused = PostgresAccessLog::open(&server.url()).await.err().unwrap();
    assert!(matches!(refused, OpenError::ForeignDatabase), "{refused}");
}

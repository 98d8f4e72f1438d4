//! The log on a real server. They are run by `tests/postgres/run.sh`, which has one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use uuid::Uuid;

use super::*;
use crate::contract;
use crate::testing::new_id;
use storage::postgres::testing::Server;

async fn log_of(server: &Server) -> PostgresLog {
    PostgresLog::open(&server.url(), &Options::default()).await.unwrap()
}

fn event() -> Proposed {
    let id = new_id();
    Proposed { id, kind: "tested".to_owned(), data: vec![7; 500], metadata: b"{}".to_vec() }
}

/// Reads the whole log, page by page.
async fn everything(log: &PostgresLog) -> Vec<Recorded> {
    let (mut events, mut after) = (Vec::new(), Position::START);
    loop {
        let page = log.read_all(after, 777).await.unwrap();
        events.extend(page.events);
        if page.at_head {
            return events;
        }
        after = page.next;
    }
}

/// Appends, and repeats whatever is not acknowledged until it is: what a node does whose server goes away.
async fn append_persistently(log: &PostgresLog, stream: &StreamName, event: Proposed) -> Appended {
    loop {
        match log.append(stream, Expected::Any, vec![event.clone()]).await {
            Ok(appended) => return appended,
            Err(LogError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => panic!("{error}"),
        }
    }
}

/// So many writers, each with so many events on a stream of its own: the ids with the positions that were acknowledged.
fn load(log: &Arc<PostgresLog>, writers: usize, each: usize) -> JoinSet<Vec<(Uuid, Position)>> {
    let mut running = JoinSet::new();
    for writer in 0..writers {
        let log = log.clone();
        running.spawn(async move {
            let stream = StreamName::new(format!("load-{writer}"));
            let mut acknowledged = Vec::new();
            for _ in 0..each {
                let event = event();
                let id = event.id;
                acknowledged.push((id, append_persistently(&log, &stream, event).await.position));
            }
            acknowledged
        });
    }
    running
}

/// Every acknowledged event is there once, where it was said to be, and no stream has a gap.
async fn holds(log: &PostgresLog, acknowledged: &[(Uuid, Position)]) {
    let mut places = HashMap::new();
    let mut revisions: HashMap<StreamName, u64> = HashMap::new();
    let mut last = Position::START;
    for event in everything(log).await {
        assert!(event.position > last, "in the order of positions");
        last = event.position;
        assert_eq!(places.insert(event.id, event.position), None, "an event twice");
        let next = revisions.entry(event.stream).or_default();
        assert_eq!(event.revision, *next, "a gap in a stream");
        *next += 1;
    }
    for (id, position) in acknowledged {
        assert_eq!(places.get(id), Some(position), "an acknowledged event");
    }
    assert_eq!(places.len(), acknowledged.len(), "nothing else is there");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn a_real_server_keeps_the_whole_contract() {
    let server = Server::start();
    let ids: contract::Ids = Arc::new(new_id);
    let report = contract::run_reopening(
        || async {
            let opened = PostgresLog::open(&server.url(), &Options::default()).await;
            opened.map(|log| Arc::new(log) as Arc<dyn EventLog>)
        },
        ids,
    )
    .await;
    println!("{report}");
    assert!(report.holds(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn a_reader_skips_nothing_while_sixty_four_writers_on_two_nodes_write() {
    let server = Server::start();
    let nodes = [Arc::new(log_of(&server).await), Arc::new(log_of(&server).await)];
    let reader = log_of(&server).await;
    let mut running = JoinSet::new();
    for (node, log) in nodes.iter().cloned().enumerate() {
        running.spawn(async move {
            let mut writers = JoinSet::new();
            for writer in 0..32 {
                let log = log.clone();
                writers.spawn(async move {
                    let stream = StreamName::new(format!("node-{node}-{}", writer % 8));
                    for _ in 0..50 {
                        append_persistently(&log, &stream, event()).await;
                    }
                });
            }
            writers.join_all().await;
        });
    }
    let mut followed = Vec::new();
    let mut after = Position::START;
    while followed.len() < 2 * 32 * 50 {
        let page = reader.read_all(after, 100).await.unwrap();
        followed.extend(page.events.iter().map(|event| event.position));
        after = page.next;
        if page.at_head {
            reader.wake(after).await;
        }
    }
    running.join_all().await;
    let whole: Vec<_> = everything(&reader).await.iter().map(|event| event.position).collect();
    assert_eq!(followed, whole);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn a_server_that_fails_in_the_middle_of_a_load_loses_nothing_acknowledged() {
    let server = Server::start();
    let log = Arc::new(log_of(&server).await);
    let running = load(&log, 32, 60);
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.crash();
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.resume();
    }
    let acknowledged = running.join_all().await.concat();
    assert_eq!(acknowledged.len(), 32 * 60);
    holds(&log, &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn nobody_waits_for_ever_for_a_server_that_stands_still_and_reading_goes_on_when_it_does() {
    let server = Server::start();
    let log = log_of(&server).await;
    let stream = StreamName::new("still");
    let first = log.append(&stream, Expected::NoStream, vec![event()]).await.unwrap();
    server.stand_still(true);
    let patience = storage::postgres::PATIENCE + Duration::from_secs(5);
    let asked = async {
        tokio::join!(
            log.read_all(Position::START, 10),
            log.read_stream(&stream, 0),
            log.head(),
            log.append(&stream, Expected::Any, vec![event()]),
        )
    };
    let (page, read, head, appended) = tokio::time::timeout(patience, asked).await.unwrap();
    assert!(matches!(page, Err(LogError::Unavailable(_))), "{:?}", page.map(|page| page.at_head));
    assert!(matches!(read, Err(LogError::Unavailable(_))), "{:?}", read.map(|read| read.len()));
    assert!(matches!(head, Err(LogError::Unavailable(_))), "{head:?}");
    assert!(matches!(appended, Err(LogError::Unavailable(_))), "{appended:?}");
    let opened = tokio::time::timeout(patience, PostgresLog::open(&server.url(), &Options::default())).await.unwrap();
    assert!(opened.is_err());
    server.stand_still(false);
    // The connections on which nobody answered are not handed to the next who asks.
    assert!(log.head().await.unwrap() >= first.position);
    assert!(!log.read_stream(&stream, 0).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn a_standby_that_takes_over_has_all_that_was_acknowledged() {
    let primary = Server::start();
    let standby = primary.standby();
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'").await;
    primary.execute("SELECT pg_reload_conf()").await;
    let url = primary.url_with(&standby);
    let log = Arc::new(PostgresLog::open(&url, &Options::default()).await.unwrap());
    let running = load(&log, 32, 60);
    tokio::time::sleep(Duration::from_millis(500)).await;
    primary.crash();
    standby.promote();
    // The new primary would wait for a standby that there is not.
    standby.execute("ALTER SYSTEM RESET synchronous_standby_names").await;
    standby.execute("SELECT pg_reload_conf()").await;
    let acknowledged = running.join_all().await.concat();
    holds(&log, &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn one_nodes_append_wakes_another_nodes_reader() {
    let server = Server::start();
    let (here, there) = (log_of(&server).await, log_of(&server).await);
    // Until it listens, the reader looks by itself.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let appended = here.append(&StreamName::new("news"), Expected::NoStream, vec![event()]).await.unwrap();
    there.head.clone().wait_for(|head| *head >= appended.position).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn a_database_of_a_newer_baken_or_of_somebody_else_is_left_alone() {
    let server = Server::start();
    drop(log_of(&server).await);
    server.execute("UPDATE baken.layout SET version = 2").await;
    let refused = PostgresLog::open(&server.url(), &Options::default()).await;
    assert!(matches!(refused, Err(PostgresOpenError::Newer(2))));
    server.execute("DROP TABLE baken.events").await;
    let refused = PostgresLog::open(&server.url(), &Options::default()).await;
    assert!(matches!(refused, Err(PostgresOpenError::Foreign)));
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn a_log_that_is_opened_to_read_is_not_made() {
    let server = Server::start();
    let refused = PostgresLog::open_existing(&server.url(), &Options::default()).await;
    assert!(matches!(refused, Err(PostgresOpenError::Missing)));
    // There is no schema of that name yet.
    server.execute("CREATE SCHEMA baken").await;
    drop(log_of(&server).await);
    assert!(PostgresLog::open_existing(&server.url(), &Options::default()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn what_else_lies_in_the_database_is_left_alone_and_a_table_in_the_way_is_told() {
    let server = Server::start();
    server
        .execute("CREATE TABLE events (stream text); CREATE SCHEMA baken; CREATE TABLE baken.notes (text text)")
        .await;
    let log = log_of(&server).await;
    log.append(&StreamName::new("person-1"), Expected::NoStream, vec![event()]).await.unwrap();
    assert_eq!(everything(&log).await.len(), 1);
    let server = Server::start();
    server.execute("CREATE SCHEMA baken; CREATE TABLE baken.streams (name text)").await;
    let refused = PostgresLog::open(&server.url(), &Options::default()).await;
    assert!(matches!(refused, Err(PostgresOpenError::Foreign)));
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn an_operator_is_told_why_there_is_no_connection() {
    let server = Server::start();
    let told = async |url: &str| {
        let said = PostgresLog::open(&url.parse().unwrap(), &Options::default()).await.err().unwrap().to_string();
        assert!(!said.contains("geheim"), "{said}");
        said
    };
    let at = server.url().to_string();
    let (place, _) = at.rsplit_once('/').unwrap();
    let place = place.replace("postgres://", "");
    let said = told(&format!("postgres://baken:geheim@{place}/other")).await;
    assert!(said.contains("database \"other\" does not exist (3D000)"), "{said}");
    let said = told(&format!("postgres://nobody:geheim@{place}/postgres")).await;
    assert!(said.contains("role \"nobody\" does not exist (28000)"), "{said}");
    let said = told(&format!("postgres://baken:geheim@{place}/postgres?sslmode=require")).await;
    assert!(said.contains("server does not support TLS: turn TLS on there"), "{said}");
    server.crash();
    let said = told(&format!("postgres://baken:geheim@{place}/postgres")).await;
    assert!(said.contains("Connection refused (os error 111): no server listens there"), "{said}");
}

//! A node whose log is set back: another server has taken over that had not confirmed what the node has read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use care_path::PersonId;
use care_path::command::CommandKind;
use serde_json::json;

use super::ExecuteError;
use super::testing::{TestBaken, request, user};
use crate::event_log::{
    Appended, EventLog, Expected, LogError, LogPage, MemoryLog, Position, Proposed, Recorded, StreamName,
};
use crate::history::Stream;
use crate::projections::FollowError;

/// Two servers: first the one answers, then none, then the other.
struct Failover {
    servers: [Arc<dyn EventLog>; 2],
    answers: AtomicUsize,
    asked: AtomicUsize,
}

const NONE: usize = 2;

impl Failover {
    fn server(&self) -> Result<&dyn EventLog, LogError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let answers = self.answers.load(Ordering::Relaxed);
        self.servers
            .get(answers)
            .map(|server| &**server)
            .ok_or_else(|| LogError::Unavailable("for the test".to_owned()))
    }

    async fn until_asked(&self) {
        let before = self.asked.load(Ordering::Relaxed);
        while self.asked.load(Ordering::Relaxed) <= before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[async_trait]
impl EventLog for Failover {
    async fn append(&self, stream: &StreamName, at: Expected, events: Vec<Proposed>) -> Result<Appended, LogError> {
        self.server()?.append(stream, at, events).await
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        self.server()?.read_stream(stream, from).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        self.server()?.read_all(after, limit).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        self.server()?.head().await
    }

    async fn wake(&self, _: Position) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// A node on two servers, which has read what is told of a person from the first; and the second, which lacks so many of
/// these events.
async fn failed_over(lacking: usize) -> (TestBaken, Arc<Failover>, PersonId) {
    let servers: [Arc<dyn EventLog>; 2] = [Arc::new(MemoryLog::new()), Arc::new(MemoryLog::new())];
    let log = Arc::new(Failover { servers, answers: AtomicUsize::new(0), asked: AtomicUsize::new(0) });
    let node = TestBaken::start_on(log.clone()).await;
    let outreach = || user("outreach-rotterdam");
    let signal = CommandKind::ReportSignal.read(None, &json!({"channel": "outreach_round"})).unwrap();
    let person = node.baken.execute(request(outreach(), None, signal)).await.unwrap().person_id.unwrap();
    for _ in 0..2 {
        let contact = CommandKind::RecordContact.read(None, &json!({})).unwrap();
        node.baken.execute(request(outreach(), Some(person), contact)).await.unwrap();
    }
    let stream = Stream::of_person(person);
    let events = log.servers[0].read_stream(&stream, 0).await.unwrap();
    let confirmed = events.len() - lacking;
    for event in events.into_iter().take(confirmed) {
        let Recorded { id, kind, data, metadata, .. } = event;
        log.servers[1].append(&stream, Expected::Any, vec![Proposed { id, kind, data, metadata }]).await.unwrap();
    }
    log.answers.store(NONE, Ordering::Relaxed);
    log.until_asked().await;
    (node, log, person)
}

async fn met(node: &TestBaken, person: PersonId) -> Result<Position, ExecuteError> {
    let contact = CommandKind::RecordContact.read(None, &json!({})).unwrap();
    Ok(node.baken.execute(request(user("outreach-rotterdam"), Some(person), contact)).await?.position)
}

#[tokio::test]
async fn a_server_that_holds_everything_is_followed_on() {
    let (node, log, person) = failed_over(0).await;
    log.answers.store(1, Ordering::Relaxed);
    let before = log.servers[0].head().await.unwrap();
    assert_eq!(met(&node, person).await.unwrap(), Position(before.0 + 1));
    assert!(node.baken.follows());
}

#[tokio::test]
async fn a_server_that_lacks_what_was_read_stops_the_node_although_its_log_has_grown_again() {
    let (node, log, person) = failed_over(1).await;
    let stream = Stream::of_person(person);
    let other = log.servers[0].read_stream(&stream, 0).await.unwrap().remove(0);
    for number in 0..5 {
        let id = uuid::Uuid::from_u128(900 + number);
        let Recorded { kind, data, metadata, .. } = other.clone();
        log.servers[1].append(&stream, Expected::Any, vec![Proposed { id, kind, data, metadata }]).await.unwrap();
    }
    let grown = log.servers[1].head().await.unwrap();
    assert!(grown > log.servers[0].head().await.unwrap());
    log.answers.store(1, Ordering::Relaxed);
    tokio::time::timeout(Duration::from_secs(10), node.baken.stopped_following()).await.unwrap();
    assert!(matches!(met(&node, person).await, Err(ExecuteError::Outdated)));
    let head = log.servers[1].head().await.unwrap();
    assert_eq!(head, grown, "nothing was written on the strength of what never was");
    assert!(matches!(node.why_it_stopped().await, FollowError::SetBack));
}

//! What the embedded log promises beyond the contract: its file, its backups, and how it fails.

mod backups;
mod batches;
mod failures;
mod files;
mod index;
mod reading;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use tempfile::TempDir;
use uuid::Uuid;

use super::{BackupError, Options, SqliteLog, SqliteOpenError};
use crate::port::{Appended, EventLog, Expected, LogError, Position, Proposed, Recorded, StreamName};

/// A directory of its own for one log; gone with the test.
struct Scratch(TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.file("log.db")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self) -> SqliteLog {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<SqliteLog, SqliteOpenError> {
        SqliteLog::open(&self.path(), &Options::default())
    }
}

fn stream(name: &str) -> StreamName {
    StreamName::new(name)
}

/// A new event: its id counts up within the test run.
fn event(data: &[u8]) -> Proposed {
    static NEXT: AtomicU64 = AtomicU64::new(1_800_000_000_000);
    let id = uuid::Builder::from_unix_timestamp_millis(NEXT.fetch_add(1, Ordering::Relaxed), &[1; 10]).into_uuid();
    Proposed { id, kind: "tested".to_owned(), data: data.to_vec(), metadata: Vec::new() }
}

async fn add(log: &SqliteLog, name: &str, events: Vec<Proposed>) -> Result<Appended, LogError> {
    log.append(&stream(name), Expected::Any, events).await
}

async fn everything(log: &SqliteLog) -> Vec<Recorded> {
    let mut events = Vec::new();
    let mut after = Position::START;
    loop {
        let page = log.read_all(after, 1000).await.unwrap();
        after = page.next;
        events.extend(page.events);
        if page.at_head {
            return events;
        }
    }
}

fn ids(events: &[Recorded]) -> Vec<Uuid> {
    events.iter().map(|event| event.id).collect()
}

/// Makes these appends in one commit: they wait while the writer is held with another one.
async fn in_one_batch(
    log: &SqliteLog,
    appends: Vec<(&str, Expected, Vec<Proposed>)>,
) -> Vec<Result<Appended, LogError>> {
    let writing = log.writing.as_ref().unwrap();
    let sender = writing.sender.as_ref().unwrap();
    let mut under_way = Vec::new();
    {
        let _turn = writing.shared.gate.turn().unwrap();
        let mut opener = send(log, "opener", Expected::Any, vec![event(b"")]);
        assert!((&mut opener).now_or_never().is_none());
        while sender.capacity() < sender.max_capacity() {
            std::thread::yield_now();
        }
        under_way.push(opener);
        for (name, expected, events) in appends {
            let mut append = send(log, name, expected, events);
            assert!((&mut append).now_or_never().is_none());
            under_way.push(append);
        }
    }
    let mut answers = join_all(under_way).await;
    answers.remove(0).unwrap();
    answers
}

type Append<'l> = Pin<Box<dyn Future<Output = Result<Appended, LogError>> + Send + 'l>>;

fn send<'l>(log: &'l SqliteLog, name: &str, expected: Expected, events: Vec<Proposed>) -> Append<'l> {
    let name = stream(name);
    Box::pin(async move { log.append(&name, expected, events).await })
}

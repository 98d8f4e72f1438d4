//! The contract on the adapters that need no server, and on faulty ones: it must hold on the first and find the fault
//! of each of the others.

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use uuid::Uuid;

use super::faulty::{Fault, FaultyLog};
use super::subject::Patience;
use super::{CHECKS, Ids, Manner, REOPENING, Report, Step, examine_twice, run, run_reopening, run_reopening_with};
use crate::memory::MemoryLog;
use crate::port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};
use crate::sqlite::{Options, SqliteLog, SqliteOpenError};

/// UUIDs of version 7 that count up, a millisecond each.
pub(crate) fn counted() -> Ids {
    let next = AtomicU64::new(1_700_000_000_000);
    Arc::new(move || {
        uuid::Builder::from_unix_timestamp_millis(next.fetch_add(1, Ordering::Relaxed), &[7; 10]).into_uuid()
    })
}

fn opened(path: &Path, options: &Options) -> Ready<Result<Arc<dyn EventLog>, SqliteOpenError>> {
    ready(SqliteLog::open(path, options).map(|log| Arc::new(log) as Arc<dyn EventLog>))
}

fn assert_holds(report: &Report) {
    assert!(report.holds(), "\n{report}");
    assert_eq!(report.outcomes.len(), CHECKS.len() + REOPENING.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_in_memory_keeps_the_contract() {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new());
    assert_holds(&run_reopening(|| ready(Ok::<_, String>(Arc::clone(&log))), counted()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_embedded_log_keeps_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let open = || opened(&path, &Options::default());
    let ids = counted();
    assert_holds(&run_reopening(open, Arc::clone(&ids)).await);
    // And once more, with all that the first run has left in the file.
    assert_holds(&run_reopening(open, ids).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_embedded_log_keeps_the_contract_with_the_smallest_settings() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let smallest = Options {
        queue: 1,
        batch: 1,
        readers: 1,
        known_streams: 1,
        indexed_at_once: 1,
        checkpoint_bytes: 0,
        wal_bytes: 1,
    };
    let open = || opened(&path, &smallest);
    assert_holds(&run_reopening(open, counted()).await);
}

#[tokio::test]
async fn the_contract_says_what_does_not_open() {
    let manner = Manner { pause: Duration::ZERO, ..Manner::default() };
    let report = run_reopening_with(|| ready(Err("no such engine")), counted(), &manner).await;
    assert!(!report.holds());
    assert_eq!((report.broken().count(), report.not_checked().count()), (0, REOPENING.len()));
    assert!(report.to_string().contains("it could not be opened: no such engine"), "{report}");
}

async fn broken_by(fault: Fault, patience: Patience) -> BTreeSet<&'static str> {
    let log = Arc::new(FaultyLog::new(fault));
    let times = AtomicU64::new(0);
    let open = || {
        if times.fetch_add(1, Ordering::Relaxed) > 0 {
            log.reopen();
        }
        ready(Ok::<_, String>(Arc::clone(&log) as Arc<dyn EventLog>))
    };
    examine_twice(open, counted(), patience, &Manner::default()).await.broken().collect()
}

/// Each fault, and a check that must fail for it. Others may fail too.
const FAULTS: &[(Fault, &str)] = &[
    (Fault::IgnoresNoStream, "an append that expects no stream is refused where there is one"),
    (Fault::IgnoresExpected, "an append that expects a revision is refused at any other, and told the actual one"),
    (Fault::TellsAnotherActual, "an append that expects a revision is refused at any other, and told the actual one"),
    (Fault::RefusesAny, "an append that expects nothing always finds its place"),
    (Fault::RevisionsFromOne, "revisions count from 0 without a gap"),
    (Fault::WritesBeforeItChecks, "a refused append leaves nothing behind, an accepted one leaves everything"),
    (Fault::TakesEmptyAppends, "an append without events is refused"),
    (Fault::ForgetsIds, "a repeated append is answered as the first time, and adds nothing"),
    (Fault::ForgetsIdsOfOthers, "a repeated append is answered as the first time, and adds nothing"),
    (Fault::ReplacesOnRepeat, "a repeated append is answered as the first time, and adds nothing"),
    (Fault::ExpectsOfRepeats, "a repeat is recognised whatever it expects"),
    (Fault::RemembersOnlyTheLastAppend, "a repeat is recognised after other appends"),
    (Fault::AnswersRepeatsWithTheEnd, "a repeat is recognised after other appends"),
    (Fault::TakesUsedIdsBesideNew, "an id cannot come again beside new events"),
    (Fault::TakesUsedIdsElsewhere, "an id cannot come again on another stream"),
    (Fault::TakesAnIdTwice, "an id cannot come twice in one append"),
    (Fault::LooksForIdsThenWrites, "identical appends at the same time add their events once"),
    (Fault::KeepsTextOnly, "what was written is read byte for byte"),
    (Fault::KeepsLittle, "the largest append that Baken makes comes back whole"),
    (Fault::ReadsStreamsFromTheStart, "a stream is read from a revision on, and an unknown one is empty"),
    (Fault::ReadsStreamsByPrefix, "a stream is read from a revision on, and an unknown one is empty"),
    (Fault::ReadsByStream, "the whole log is read in the order of positions"),
    (Fault::NumbersByPosition, "the whole log is read in the order of positions"),
    (Fault::SaysHeadTooEarly, "paging gives everything exactly once, whatever the limit"),
    (Fault::RepeatsTheLastEvent, "paging gives everything exactly once, whatever the limit"),
    (Fault::SkipsAtFullPages, "paging gives everything exactly once, whatever the limit"),
    (Fault::HeadLagsBehind, "the head is never behind an acknowledged append"),
    (Fault::WakesByPollingAlone, "a waiting reader is woken at once where there is more"),
    (Fault::SleepsOn, "a waiting reader is woken when there comes more"),
    (Fault::ChecksThenWrites, "many writers on one stream lose nothing and agree on one order"),
    (Fault::ShowsPositionsLate, "a reader that follows many writers skips nothing and sees nothing twice"),
    (Fault::LosesTheLast, "what was acknowledged is there after reopening"),
    (Fault::LosesIdsOnReopening, "a repeat is recognised after reopening"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_contract_finds_every_fault_and_none_where_there_is_none() {
    assert_eq!(broken_by(Fault::None, Patience::default()).await, BTreeSet::new());
    let short = Patience { check: Duration::from_secs(3), a_while: Duration::from_secs(1) };
    let runs = FAULTS.iter().map(|(fault, check)| (fault, check, tokio::spawn(broken_by(*fault, short))));
    for (fault, check, run) in runs.collect::<Vec<_>>() {
        let broken = run.await.unwrap();
        assert!(broken.contains(check), "{fault:?} was not found by: {check}\nonly by: {broken:#?}");
    }
}

#[test]
fn no_check_is_without_a_fault_that_it_finds() {
    let proven: BTreeSet<_> = FAULTS.iter().map(|(_, check)| *check).collect();
    let all: BTreeSet<_> = CHECKS.iter().map(|check| check.name).chain(REOPENING.iter().copied()).collect();
    assert_eq!(proven, all);
}

#[tokio::test]
async fn a_check_that_panics_has_failed_and_the_others_are_run() {
    struct Panics;
    #[async_trait::async_trait]
    impl EventLog for Panics {
        async fn append(
            &self,
            _: &crate::StreamName,
            _: crate::Expected,
            _: Vec<crate::Proposed>,
        ) -> Result<crate::Appended, crate::LogError> {
            panic!("no adapter should")
        }
        async fn read_stream(&self, _: &crate::StreamName, _: u64) -> Result<Vec<crate::Recorded>, crate::LogError> {
            Ok(Vec::new())
        }
        async fn read_all(&self, after: crate::Position, _: usize) -> Result<crate::LogPage, crate::LogError> {
            Ok(crate::LogPage { events: Vec::new(), next: after, at_head: true })
        }
        async fn head(&self) -> Result<crate::Position, crate::LogError> {
            Ok(crate::Position::START)
        }
        async fn wake(&self, _: crate::Position) {}
    }
    let ids: Ids = Arc::new(Uuid::nil);
    let report = run(Arc::new(Panics), ids).await;
    assert_eq!(report.broken().count(), CHECKS.len());
}

/// A log that never answers.
struct Silent;

#[async_trait::async_trait]
impl EventLog for Silent {
    async fn append(&self, _: &StreamName, _: Expected, _: Vec<Proposed>) -> Result<Appended, LogError> {
        std::future::pending().await
    }
    async fn read_stream(&self, _: &StreamName, _: u64) -> Result<Vec<Recorded>, LogError> {
        std::future::pending().await
    }
    async fn read_all(&self, _: Position, _: usize) -> Result<LogPage, LogError> {
        std::future::pending().await
    }
    async fn head(&self) -> Result<Position, LogError> {
        std::future::pending().await
    }
    async fn wake(&self, _: Position) {
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn each_check_is_told_when_it_begins_and_when_it_ends_and_none_takes_longer_than_it_may() {
    let patience = Duration::from_millis(20);
    let told = Mutex::new(Vec::new());
    let tell = |step: Step<'_>| {
        let line = match step {
            Step::Opens => "opens".to_owned(),
            Step::Begins(check) => format!("begins {check}"),
            Step::Again(why) => format!("again {why}"),
            Step::Ended(outcome) => format!("{} {:?}", outcome.check, outcome.verdict),
        };
        told.lock().push((line, Instant::now()));
    };
    let open = || ready(Ok::<_, String>(Arc::new(Silent) as Arc<dyn EventLog>));
    let report = run_reopening_with(open, counted(), &Manner { patience, tell: &tell, ..Manner::default() }).await;
    let told = told.into_inner();
    assert_eq!(told[0].0, "opens");
    for (check, pair) in CHECKS.iter().zip(told[1..].chunks(2)) {
        assert_eq!(pair[0].0, format!("begins {}", check.name));
        assert_eq!(pair[1].0, format!("{} Broken(\"it had not finished after 20ms\")", check.name));
        assert!(pair[1].1 - pair[0].1 >= patience);
    }
    assert_eq!(report.broken().count(), CHECKS.len() + REOPENING.len());
}

#[tokio::test]
async fn a_log_that_does_not_open_in_time_is_not_waited_for() {
    let open = std::future::pending::<Result<Arc<dyn EventLog>, String>>;
    let manner = Manner { patience: Duration::from_millis(20), pause: Duration::ZERO, ..Manner::default() };
    let report = run_reopening_with(open, counted(), &manner).await;
    assert!(report.to_string().contains("it was not opened within 20ms"), "{report}");
}

/// A log in memory that is away for so many calls, from a call on.
struct Leaves {
    log: MemoryLog,
    calls: AtomicU64,
    away: std::ops::Range<u64>,
}

impl Leaves {
    fn is_there(&self) -> Result<(), LogError> {
        let away = self.away.contains(&self.calls.fetch_add(1, Ordering::Relaxed));
        if away { Err(LogError::Unavailable("Server Is Not Ready".to_owned())) } else { Ok(()) }
    }
}

#[async_trait::async_trait]
impl EventLog for Leaves {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        self.is_there()?;
        self.log.append(stream, expected, events).await
    }
    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        self.is_there()?;
        self.log.read_stream(stream, from).await
    }
    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        self.is_there()?;
        self.log.read_all(after, limit).await
    }
    async fn head(&self) -> Result<Position, LogError> {
        self.is_there()?;
        self.log.head().await
    }
    async fn wake(&self, seen: Position) {
        self.log.wake(seen).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_checked_is_tried_again_and_never_called_broken() {
    let manner = Manner { pause: Duration::ZERO, ..Manner::default() };
    for (away, not_checked) in [(0..2, 0), (10..13, 0), (50..53, 0), (0..u64::MAX, CHECKS.len())] {
        let log = Leaves { log: MemoryLog::new(), calls: AtomicU64::new(0), away: away.clone() };
        let report = super::run_with(Arc::new(log), counted(), &manner).await;
        assert_eq!((report.broken().count(), report.not_checked().count()), (0, not_checked), "{away:?}\n{report}");
    }
}

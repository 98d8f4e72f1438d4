//! The one thread that writes to the key store: whatever waits is committed together, under one flush.

use std::fmt::Display;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tokio::sync::oneshot;

use super::{PATIENCE, not_usable};
use crate::key_store::KeyStoreError;
use storage::files::beside;
use storage::sqlite_file::checkpoint::{Checkpointer, Gate, Limits, Nudge, Stopped, no_checkpoints};

/// How many jobs may share a commit.
const MOST_TOGETHER: usize = 512;
/// What one row adds to the write-ahead log, roughly: rows lie in the order of random ids, so that each changes a page
/// of its own.
const BYTES_PER_ROW: usize = 4096;
/// How long it waits before it looks again.
const A_MOMENT: Duration = Duration::from_millis(10);

/// Whether old pages must be gone from the write-ahead log, too, before the job is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Traces {
    MayStay,
    MustGo,
}

/// What a job's statements answer: an error of SQLite undoes all that is committed with it.
pub(super) type Worked<T> = rusqlite::Result<Result<T, KeyStoreError>>;

trait Job: Send {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    fn traces(&self) -> Traces;
    fn answer(self: Box<Self>, committed: Result<(), KeyStoreError>);
}

struct Task<T, F> {
    work: Option<F>,
    worked: Option<Result<T, KeyStoreError>>,
    traces: Traces,
    reply: oneshot::Sender<Result<T, KeyStoreError>>,
}

impl<T: Send, F: FnOnce(&Connection) -> Worked<T> + Send> Job for Task<T, F> {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some(work) = self.work.take() {
            self.worked = Some(work(connection)?);
        }
        Ok(())
    }

    fn traces(&self) -> Traces {
        self.traces
    }

    fn answer(self: Box<Self>, committed: Result<(), KeyStoreError>) {
        let not_run = || Err(KeyStoreError::Unavailable("not run".to_owned()));
        let Self { worked, reply, .. } = *self;
        // Whoever asked may have gone away; what was committed stays so.
        let _ = reply.send(committed.and_then(|()| worked.unwrap_or_else(not_run)));
    }
}

/// The handle to the thread, and to the one beside it that moves what was committed into the database file. Dropping it
/// ends both once what waits is written.
pub(super) struct Writing {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
    commits: Arc<AtomicU64>,
    pub(super) gate: Arc<Gate>,
}

impl Writing {
    pub(super) fn start(connection: Connection, path: &Path, limits: Limits) -> Result<Self, KeyStoreError> {
        no_checkpoints(&connection)?;
        let gate = Gate::new("the key store");
        let checkpointer = Checkpointer::open(path, limits, Arc::clone(&gate))?;
        let (nudge, checkpointing) = checkpointer.start("key-checkpoint").map_err(|error| not_usable(&error))?;
        let (jobs, waiting) = mpsc::channel();
        let commits = Arc::new(AtomicU64::new(0));
        let threads = vec![checkpointing];
        // From here on dropping it ends what has been started.
        let mut started = Self { jobs: Some(jobs), threads, commits: Arc::clone(&commits), gate: Arc::clone(&gate) };
        let writer = Writer { connection, wal: beside(path, "-wal"), gate, nudge, commits };
        let thread = Builder::new().name("key-store".to_owned()).spawn(move || writer.run(&waiting));
        started.threads.push(thread.map_err(|error| not_usable(&error))?);
        Ok(started)
    }

    /// How many commits there were, each with its flush.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Does this in a transaction, maybe with others' jobs, and answers when that is durable.
    pub(super) async fn submit<T: Send + 'static>(
        &self,
        traces: Traces,
        work: impl FnOnce(&Connection) -> Worked<T> + Send + 'static,
    ) -> Result<T, KeyStoreError> {
        self.gate.check()?;
        let gone = || KeyStoreError::Stopped("its writer has ended".to_owned());
        let (reply, answer) = oneshot::channel();
        let task = Task { work: Some(work), worked: None, traces, reply };
        self.jobs.as_ref().ok_or_else(gone)?.send(Box::new(task)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A writer that panicked has answered nobody; there is nothing left to do about it here.
            let _ = thread.join();
        }
    }
}

/// What the thread has.
struct Writer {
    connection: Connection,
    wal: PathBuf,
    gate: Arc<Gate>,
    nudge: Nudge,
    commits: Arc<AtomicU64>,
}

impl Writer {
    fn run(mut self, waiting: &mpsc::Receiver<Box<dyn Job>>) {
        while let Ok(first) = waiting.recv() {
            let mut batch = vec![first];
            batch.extend(waiting.try_iter().take(MOST_TOGETHER - 1));
            let before = self.connection.total_changes();
            let outcome = self.commit(&mut batch);
            for job in batch {
                job.answer(outcome.clone());
            }
            let rows = self.connection.total_changes().saturating_sub(before);
            self.nudge.after(usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(BYTES_PER_ROW));
        }
    }

    fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), KeyStoreError> {
        let turn = self.gate.turn()?;
        let begun = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(|why| failed(&self.gate, why))?;
        for job in batch.iter_mut() {
            job.run(&transaction).map_err(|why| failed(&self.gate, why))?;
        }
        transaction.commit().map_err(|why| stop(&self.gate, &why))?;
        drop(turn);
        self.commits.fetch_add(1, Ordering::Relaxed);
        // A checkpoint may have failed meanwhile: then this flush is not to be believed either.
        self.gate.check()?;
        if batch.iter().any(|job| job.traces() == Traces::MustGo) { self.scrub() } else { Ok(()) }
    }

    /// Moves the whole write-ahead log into the database and cuts it to nothing: it holds pages from before a deletion.
    fn scrub(&self) -> Result<(), KeyStoreError> {
        let _alone = self.gate.alone()?;
        let began = Instant::now();
        while let Some(in_the_way) = self.truncate().map_err(|why| stop(&self.gate, &why))? {
            // SQLite waits for readers, as long as the connection is patient, and not for another's checkpoint.
            if matches!(in_the_way, InTheWay::Checkpoint) && began.elapsed() < PATIENCE {
                std::thread::sleep(A_MOMENT);
                continue;
            }
            return Err(KeyStoreError::Unavailable(in_the_way.to_string()));
        }
        // SQLite cuts it and does not flush that: after a loss of power it could be there again.
        let wal = File::open(&self.wal).map_err(|error| not_usable(&error))?;
        wal.sync_all().map_err(|why| stop(&self.gate, &why))
    }

    fn truncate(&self) -> rusqlite::Result<Option<InTheWay>> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            Ok(match (row.get(0)?, row.get::<_, i64>(1)?) {
                (false, _) => None,
                // It did not even come to look at it.
                (true, -1) => Some(InTheWay::Checkpoint),
                (true, _) => Some(InTheWay::Other),
            })
        })
    }
}

impl From<Stopped> for KeyStoreError {
    fn from(Stopped(why): Stopped) -> Self {
        Self::Stopped(why)
    }
}

/// Who keeps destroyed keys in the write-ahead log.
#[derive(Debug, thiserror::Error)]
enum InTheWay {
    #[error("another reader or writer keeps destroyed keys in the write-ahead log")]
    Other,
    #[error("another process is moving the write-ahead log, and destroyed keys stay in it until then")]
    Checkpoint,
}

/// After a failed flush nobody knows what is on disk. A second flush could succeed without having written.
fn stop(gate: &Gate, why: &dyn Display) -> KeyStoreError {
    gate.stop(why);
    KeyStoreError::Stopped(why.to_string())
}

/// A statement that failed undoes what would be committed with it. Where the disk has failed it may have been a flush: a
/// large transaction writes before its end.
fn failed(gate: &Gate, why: rusqlite::Error) -> KeyStoreError {
    match why.sqlite_error_code() {
        Some(ErrorCode::SystemIoFailure | ErrorCode::DiskFull) => stop(gate, &why),
        _ => why.into(),
    }
}

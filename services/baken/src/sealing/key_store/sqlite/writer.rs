//! The one thread that writes to the key store: whatever waits is committed together, under one flush.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::sealing::key_store::KeyStoreError;

/// How many jobs may share a commit.
const MOST_TOGETHER: usize = 512;

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

/// The handle to the thread. Dropping it ends the thread once what waits is written.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    commits: Arc<AtomicU64>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel();
        let commits = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&commits);
        let run = move || write_all(connection, &waiting, &counted);
        let thread = std::thread::Builder::new().name("key-store".to_owned()).spawn(run)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), commits })
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
        let gone = || KeyStoreError::Stopped("its writer has ended".to_owned());
        let (reply, answer) = oneshot::channel();
        let task = Task { work: Some(work), worked: None, traces, reply };
        self.jobs.as_ref().ok_or_else(gone)?.send(Box::new(task)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has answered nobody; there is nothing left to do about it here.
            let _ = thread.join();
        }
    }
}

fn write_all(mut connection: Connection, waiting: &mpsc::Receiver<Box<dyn Job>>, commits: &AtomicU64) {
    let mut stopped = None;
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(MOST_TOGETHER - 1));
        let outcome = match &stopped {
            Some(why) => Err(KeyStoreError::clone(why)),
            None => commit(&mut connection, &mut batch, commits),
        };
        if let Err(why @ KeyStoreError::Stopped(_)) = &outcome {
            // After a failed flush nobody knows what is on disk. A second flush could succeed without having written.
            tracing::error!(%why, "the key store stops");
            stopped = Some(why.clone());
        }
        for job in batch {
            job.answer(outcome.clone());
        }
    }
}

fn commit(connection: &mut Connection, batch: &mut [Box<dyn Job>], commits: &AtomicU64) -> Result<(), KeyStoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in batch.iter_mut() {
        job.run(&transaction)?;
    }
    transaction.commit().map_err(|error| KeyStoreError::Stopped(error.to_string()))?;
    commits.fetch_add(1, Ordering::Relaxed);
    if batch.iter().any(|job| job.traces() == Traces::MustGo) {
        scrub(connection)?;
    }
    Ok(())
}

/// Moves the whole write-ahead log into the database and cuts it to nothing: it holds pages from before a deletion.
fn scrub(connection: &Connection) -> Result<(), KeyStoreError> {
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(|error| {
            // A checkpoint flushes, and a flush that failed must not be tried again.
            KeyStoreError::Stopped(error.to_string())
        })?;
    if busy {
        let why = "a reader keeps destroyed keys in the write-ahead log";
        return Err(KeyStoreError::Unavailable(why.to_owned()));
    }
    Ok(())
}

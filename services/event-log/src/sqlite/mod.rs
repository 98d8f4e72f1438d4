//! The embedded event log: one SQLite file, one writing thread that commits what is waiting with one flush, a few
//! reading connections. It needs no server, and it is what Baken runs on where nothing else is configured.

mod backup;
mod batch;
mod reading;
mod schema;
mod stream_index;
mod streams;
#[cfg(test)]
mod tests;
mod writer;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

pub use backup::BackupError;
use reading::Readers;
use schema::Layout;
pub use schema::SqliteOpenError;
use stream_index::Disorder;
pub use stream_index::IndexFault;
use writer::{Shared, Writer};

use super::port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};
use super::queue::QueuedAppend;
use super::rules;
use storage::files::{beside, folder_of};
use storage::owner_only;
use storage::sqlite_file::checkpoint::{Checkpointer, Limits};

/// What one append may hold. The writer keeps a batch in memory, and SQLite itself ends at about ten times as much.
const APPEND_BYTES: usize = 64 * 1024 * 1024;
/// How long `wake` waits without a hint.
const WHILE: Duration = Duration::from_secs(1);
/// How often `wake` looks where another process writes, and no hint can come.
const GLANCE: Duration = Duration::from_millis(100);

/// Settings of the embedded log. The defaults are right for a city.
#[derive(Debug, Clone)]
pub struct Options {
    /// So many appends may wait for the writer; whoever comes then waits to be let in.
    pub queue: usize,
    /// So many appends are committed with one flush at most.
    pub batch: usize,
    /// So many reads run at once.
    pub readers: usize,
    /// The writer remembers the last revision of about so many streams.
    pub known_streams: usize,
    /// So many events are taken into the index of streams at once. Until then whoever reads a stream looks through them.
    pub indexed_at_once: usize,
    /// From so many bytes on, committed pages are moved from the write-ahead log to the database file.
    pub checkpoint_bytes: u64,
    /// When the write-ahead log has so many bytes, it begins again from its start.
    pub wal_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: 1024,
            batch: 256,
            readers: 4,
            known_streams: 50_000,
            indexed_at_once: 2_048,
            checkpoint_bytes: Limits::DEFAULT.checkpoint,
            wal_bytes: Limits::DEFAULT.restart,
        }
    }
}

/// An event log in one SQLite file.
pub struct SqliteLog {
    path: PathBuf,
    layout: Layout,
    readers: Arc<Readers>,
    // After the readers: the last connection to be closed tidies up, and no reader's can.
    writing: Option<Writing>,
}

/// The writer's side: it ends, with every append answered, when this is dropped.
struct Writing {
    sender: Option<mpsc::Sender<QueuedAppend>>,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    /// Released when the file is closed, after the threads.
    _lock: File,
}

impl SqliteLog {
    /// Brings the file of an older Baken up to this version's layout: then it can be appended to, and the older Baken can
    /// no longer open it. A file of this layout is left as it is, and where there is none, none is made.
    pub fn upgrade(path: &Path) -> Result<(), SqliteOpenError> {
        let path = resolved(path)?;
        let failed = |source| SqliteOpenError::Io { path: path.clone(), source };
        if !path.try_exists().map_err(failed)? {
            return Ok(());
        }
        let _lock = lock(&path)?;
        schema::upgrade(&path)
    }

    /// Opens the log for reading and appending, and creates it where there is none. Only one process may: the lock is
    /// a file beside it, `PATH.lock`, which may stay where it is.
    pub fn open(path: &Path, options: &Options) -> Result<Self, SqliteOpenError> {
        let path = resolved(path)?;
        let lock = lock(&path)?;
        let connection = schema::open_writer(&path)?;
        Self::start(path, lock, connection, options)
    }

    fn start(path: PathBuf, lock: File, connection: Connection, options: &Options) -> Result<Self, SqliteOpenError> {
        let failed = |source| SqliteOpenError::Sqlite { path: path.clone(), source };
        let position = writer::last_position(&connection).map_err(failed)?;
        let shared = Arc::new(Shared::new(Position(position.cast_unsigned())));
        let limits = Limits { checkpoint: options.checkpoint_bytes, restart: options.wal_bytes };
        let checkpointer = Checkpointer::open(&path, limits, Arc::clone(&shared.gate)).map_err(failed)?;
        let no_thread = |source| SqliteOpenError::Io { path: path.clone(), source };
        let (nudge, checkpointing) = checkpointer.start("log-checkpoint").map_err(no_thread)?;
        let (sender, inbox) = mpsc::channel(options.queue.max(1));
        // From here on dropping it ends what has been started.
        let threads = vec![checkpointing];
        let mut writing = Writing { sender: Some(sender), shared: Arc::clone(&shared), threads, _lock: lock };
        let writer = Writer::new(connection, position, options, shared, nudge).map_err(|disorder| match disorder {
            Disorder::Sqlite(source) => failed(source),
            damaged => SqliteOpenError::Damaged { path: path.clone(), what: damaged.to_string() },
        })?;
        let batch = options.batch.max(1);
        let thread = Builder::new().name("log-writer".to_owned()).spawn(move || writer.run(inbox, batch));
        writing.threads.push(thread.map_err(no_thread)?);
        let readers = Arc::new(Readers::new(path.clone(), options.readers));
        Ok(Self { path, layout: Layout::Current, readers, writing: Some(writing) })
    }

    /// Opens the log for reading alone, also while another process writes to it, and also one of the layout before this
    /// version's. Appends are refused.
    pub fn open_read_only(path: &Path, options: &Options) -> Result<Self, SqliteOpenError> {
        match path.try_exists() {
            Ok(true) => {}
            Ok(false) => return Err(SqliteOpenError::Missing(path.to_owned())),
            Err(source) => return Err(SqliteOpenError::Io { path: path.to_owned(), source }),
        }
        let path = resolved(path)?;
        let (_, layout) = schema::open_reader(&path)?;
        let readers = Arc::new(Readers::new(path.clone(), options.readers));
        Ok(Self { path, layout, readers, writing: None })
    }

    /// Holds the index by which streams are read against the events, of a file that is there, also while another process
    /// writes to it. Nothing repairs it: whoever changed it may have changed the events.
    pub fn index_faults(path: &Path) -> Result<Vec<IndexFault>, SqliteOpenError> {
        let (connection, layout) = schema::open_reader(path)?;
        stream_index::faults(&connection, layout)
            .map_err(|source| SqliteOpenError::Sqlite { path: path.to_owned(), source })
    }

    /// Copies the log into the new file `to`, while appends go on. The copy holds everything that was acknowledged
    /// before, and is itself a log that can be opened; it is there under its name only when it is whole and durable.
    /// Answers with the position of its last event. The write-ahead log keeps growing until the copy is made.
    pub async fn backup(&self, to: &Path) -> Result<Position, BackupError> {
        let (from, to) = (self.path.clone(), to.to_owned());
        tokio::task::spawn_blocking(move || backup::backup(&from, &to)).await?
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // Without a sender the writer ends once its queue is empty, and without a writer the checkpointer.
        self.sender = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already, and its appends were not answered.
            let _ = thread.join();
        }
    }
}

/// One name for one file, however it was called: the lock goes by the name.
fn resolved(path: &Path) -> Result<PathBuf, SqliteOpenError> {
    let failed = |source| SqliteOpenError::Io { path: path.to_owned(), source };
    if path.try_exists().map_err(failed)? {
        return path.canonicalize().map_err(failed);
    }
    let name = path.file_name().ok_or_else(|| SqliteOpenError::Missing(path.to_owned()))?;
    Ok(folder_of(path).canonicalize().map_err(failed)?.join(name))
}

fn lock(path: &Path) -> Result<File, SqliteOpenError> {
    let failed = |source| SqliteOpenError::Io { path: path.to_owned(), source };
    let beside = beside(path, ".lock");
    let file = owner_only::file().create(true).truncate(false).write(true).open(beside).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SqliteOpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[async_trait]
impl EventLog for SqliteLog {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        rules::well_formed(&events)?;
        rules::within(APPEND_BYTES, &events)?;
        let Some(Writing { sender: Some(sender), shared, .. }) = &self.writing else {
            return Err(LogError::Unavailable("it was opened for reading only".to_owned()));
        };
        shared.gate.check()?;
        let ended = || LogError::Stopped("the writing thread has ended".to_owned());
        let (answer, verdict) = oneshot::channel();
        let waiting = QueuedAppend { stream: stream.clone(), expected, events, answer };
        sender.send(waiting).await.map_err(|_| ended())?;
        verdict.await.map_err(|_| ended())?
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        let (stream, layout) = (stream.clone(), self.layout);
        self.readers.read(move |connection| reading::stream(connection, layout, &stream, from)).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        self.readers.read(move |connection| reading::page(connection, after, limit)).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        match &self.writing {
            // Nobody else writes to the file.
            Some(writing) => Ok(*writing.shared.head.borrow()),
            None => self.readers.read(reading::head).await,
        }
    }

    async fn wake(&self, seen: Position) {
        let waiting = async {
            if let Some(writing) = &self.writing {
                let mut head = writing.shared.head.subscribe();
                // The sender lives as long as the log, so this ends with more to read or not at all.
                let _ = head.wait_for(|head| *head > seen).await;
                return;
            }
            while !self.head().await.is_ok_and(|head| head > seen) {
                tokio::time::sleep(GLANCE).await;
            }
        };
        let _ = tokio::time::timeout(WHILE, waiting).await;
    }
}

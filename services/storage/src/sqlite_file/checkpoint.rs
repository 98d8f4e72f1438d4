//! Moves what was committed from the write-ahead log into the database file, on a thread of its own, so that the
//! writer does not wait for it.
//!
//! A passive checkpoint disturbs nobody, but under constant writing it never catches up with the end, and only then
//! does the write-ahead log begin again from its start. So when it has grown long, the writer is held for the little
//! that a passive checkpoint has left.
//!
//! SQLite's own way, a checkpoint within every commit that finds a thousand pages, keeps that commit waiting, and says
//! nothing where it fails (`sqlite3WalDefaultHook` drops the error). Here a checkpoint that fails stops the writer.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::flush_commits;
use crate::files::beside;

/// A checkpoint that resets the write-ahead log keeps the writer waiting while it waits for readers: it gives up soon.
const PATIENCE: Duration = Duration::from_millis(100);
/// A file so many times as long as the restart limit is cut off: a reader had held it up. Otherwise it keeps its
/// length, for overwriting is faster than growing.
const OVERGROWN: u64 = 4;
/// The checkpointer is told after about so many bytes were written.
const NUDGE: usize = 1024 * 1024;

/// Sizes of the write-ahead log in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A checkpoint is worth while from here on.
    pub checkpoint: u64,
    /// Here it begins again from its start.
    pub restart: u64,
}

impl Limits {
    /// Right for a city, and for a million persons.
    pub const DEFAULT: Self = Self { checkpoint: 4 * 1024 * 1024, restart: 64 * 1024 * 1024 };
}

/// A write or a flush has failed, so that nothing more is done until a restart; and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Stopped(pub String);

/// What a file's one writer and its checkpoints go by.
pub struct Gate {
    what: &'static str,
    turn: Mutex<()>,
    checkpoint: Mutex<()>,
    stopped: OnceLock<String>,
}

impl Gate {
    /// `what` stops, when it stops, as the operator's log names it.
    #[must_use]
    pub fn new(what: &'static str) -> Arc<Self> {
        Arc::new(Self { what, turn: Mutex::new(()), checkpoint: Mutex::new(()), stopped: OnceLock::new() })
    }

    /// Held while a batch is written, and by a checkpoint that must have the writer out of the way.
    ///
    /// # Errors
    /// Where it has stopped.
    pub fn turn(&self) -> Result<MutexGuard<'_, ()>, Stopped> {
        let turn = self.turn.lock();
        self.check().map(|()| turn)
    }

    /// Held by whoever checkpoints: SQLite refuses a second one at once, however patient it is. Never taken by who has the
    /// turn.
    ///
    /// # Errors
    /// Where it has stopped.
    pub fn alone(&self) -> Result<MutexGuard<'_, ()>, Stopped> {
        let alone = self.checkpoint.lock();
        self.check().map(|()| alone)
    }

    /// From here on nothing is acknowledged, written or moved. The first reason is kept. Who has failed says so while it has
    /// the turn, or is alone: so whoever waits for either finds it.
    pub fn stop(&self, why: &dyn Display) {
        if self.stopped.set(why.to_string()).is_ok() {
            tracing::error!(%why, "{} has stopped", self.what);
        }
    }

    /// Looks whether it goes on.
    ///
    /// # Errors
    /// Where it has stopped.
    pub fn check(&self) -> Result<(), Stopped> {
        self.stopped.get().map_or(Ok(()), |why| Err(Stopped(why.clone())))
    }
}

/// The writer's way to say that there is something to move. The checkpointer ends when this is dropped.
pub struct Nudge {
    sender: SyncSender<()>,
    written: usize,
}

impl Nudge {
    /// About so many bytes more were committed.
    pub fn after(&mut self, bytes: usize) {
        self.written = self.written.saturating_add(bytes);
        if self.written >= NUDGE {
            self.written = 0;
            // A full channel means that it has been told already.
            let _ = self.sender.try_send(());
        }
    }
}

/// The thread's own connection, and what it goes by.
pub struct Checkpointer {
    connection: Connection,
    wal: PathBuf,
    page: u64,
    limits: Limits,
    gate: Arc<Gate>,
}

/// The state of the write-ahead log in pages: in it, and of these already in the database file.
struct Backlog {
    logged: u64,
    moved: u64,
}

impl Checkpointer {
    /// For a file that is there and has a write-ahead log, under the name that links lead to: there SQLite keeps that log.
    /// All other connections that write should leave checkpoints to it: see [`no_checkpoints`].
    ///
    /// # Errors
    /// Where SQLite cannot open the file.
    pub fn open(path: &Path, limits: Limits, gate: Arc<Gate>) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        flush_commits(&connection)?;
        no_checkpoint_within_commits(&connection)?;
        Self::on(connection, path, limits, gate)
    }

    fn on(connection: Connection, path: &Path, limits: Limits, gate: Arc<Gate>) -> rusqlite::Result<Self> {
        let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        // A connection that never looked at the file does not tidy up at the end.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(Self { connection, wal: beside(path, "-wal"), page: page.cast_unsigned(), limits, gate })
    }

    /// Begins, on a thread called `name`.
    ///
    /// # Errors
    /// Where there can be no thread.
    pub fn start(self, name: &str) -> io::Result<(Nudge, JoinHandle<()>)> {
        let (sender, nudges) = sync_channel(1);
        let thread = Builder::new().name(name.to_owned()).spawn(move || self.run(&nudges))?;
        Ok((Nudge { sender, written: 0 }, thread))
    }

    /// The last connection to be closed moves the write-ahead log into the file and removes it. Not so where a flush has
    /// failed: what is moved by then may be lost, and the write-ahead log is what still has it.
    fn run(self, nudges: &Receiver<()>) {
        while nudges.recv().is_ok() {
            self.keep_short();
        }
        if self.gate.check().is_err()
            && let Err(why) = no_checkpoint_on_close(&self.connection)
        {
            tracing::error!(%why, "{} is closed as if it had not stopped", self.gate.what);
        }
    }

    /// `None` where there was nothing to be done, or it could not be done: the next nudge tries again, unless it has stopped.
    fn keep_short(&self) -> Option<()> {
        let _alone = self.gate.alone().ok()?;
        if self.waiting(&self.checkpoint("NOOP")?) < self.limits.checkpoint {
            return None;
        }
        let backlog = self.checkpoint("PASSIVE")?;
        // Where much is left, a reader holds on to it (a backup, say): the writer would be held in vain.
        if backlog.logged * self.page < self.limits.restart || self.waiting(&backlog) > self.limits.checkpoint {
            return None;
        }
        let length = std::fs::metadata(&self.wal).map_or(0, |file| file.len());
        let mode = if length > self.limits.restart.saturating_mul(OVERGROWN) { "TRUNCATE" } else { "RESTART" };
        let _turn = self.gate.turn().ok()?;
        self.checkpoint(mode).map(|_| ())
    }

    /// Bytes that are not in the database file yet.
    fn waiting(&self, backlog: &Backlog) -> u64 {
        backlog.logged.saturating_sub(backlog.moved) * self.page
    }

    /// As far as others let it. `None` where the file was locked, and where it failed, which stops the writer.
    fn checkpoint(&self, mode: &str) -> Option<Backlog> {
        let statement = self.connection.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"));
        let done = statement.and_then(|mut statement| {
            statement.query_row([], |row| {
                // SQLite says -1 where it could not look.
                let pages = |column| row.get::<_, i64>(column).map(|pages| u64::try_from(pages).unwrap_or(0));
                Ok(Backlog { logged: pages(1)?, moved: pages(2)? })
            })
        });
        match done {
            Ok(backlog) => Some(backlog),
            Err(why) => {
                if !matches!(why.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) {
                    self.gate.stop(&why);
                }
                None
            }
        }
    }
}

/// Leaves checkpoints to the checkpointer, within commits and at the end: it knows whether one is to be made.
///
/// # Errors
/// Where SQLite refuses, which it does not.
pub fn no_checkpoints(connection: &Connection) -> rusqlite::Result<()> {
    no_checkpoint_within_commits(connection)?;
    no_checkpoint_on_close(connection)
}

fn no_checkpoint_within_commits(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA wal_autocheckpoint = 0;")
}

fn no_checkpoint_on_close(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(|_| ())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A file with a write-ahead log of `pages` pages or more.
    fn written(path: &Path, pages: u32) -> Connection {
        let connection = Connection::open(path).unwrap();
        no_checkpoints(&connection).unwrap();
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
        connection.execute_batch("CREATE TABLE numbers (content BLOB)").unwrap();
        for _ in 0..pages {
            connection.execute("INSERT INTO numbers VALUES (zeroblob(4096))", []).unwrap();
        }
        connection
    }

    fn nudged(checkpointer: Checkpointer) {
        let (mut nudge, thread) = checkpointer.start("checkpoint").unwrap();
        nudge.after(NUDGE - 1);
        nudge.after(1);
        drop(nudge);
        thread.join().unwrap();
    }

    fn backlog(path: &Path) -> Backlog {
        Checkpointer::open(path, Limits::DEFAULT, Gate::new("it")).unwrap().checkpoint("NOOP").unwrap()
    }

    #[test]
    fn a_nudge_moves_all_there_is_where_that_is_worth_while() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.db");
        let _writer = written(&path, 20);
        let gate = Gate::new("it");
        let long = Limits { checkpoint: 1_000_000, restart: 1_000_000 };
        nudged(Checkpointer::open(&path, long, Arc::clone(&gate)).unwrap());
        assert_eq!(backlog(&path).moved, 0, "too little to be worth it");
        let some = Limits { checkpoint: 4096, restart: 1_000_000 };
        nudged(Checkpointer::open(&path, some, Arc::clone(&gate)).unwrap());
        let moved = backlog(&path);
        assert!(moved.moved == moved.logged && moved.moved > 20, "{} of {}", moved.moved, moved.logged);
        let writer = Connection::open(&path).unwrap();
        no_checkpoints(&writer).unwrap();
        writer.execute("INSERT INTO numbers VALUES (zeroblob(4096))", []).unwrap();
        assert!(backlog(&path).logged < 10, "what was all moved begins anew by itself");
        assert_eq!(gate.check(), Ok(()));
    }

    #[test]
    fn a_checkpoint_that_fails_stops_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.db");
        let _writer = written(&path, 20);
        let gate = Gate::new("it");
        // What it reads it may not move: the one way to let it fail without a disk that fails.
        let unable = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let limits = Limits { checkpoint: 0, restart: u64::MAX };
        nudged(Checkpointer::on(unable, &path, limits, Arc::clone(&gate)).unwrap());
        assert!(gate.check().is_err());
    }

    #[test]
    fn a_checkpoint_that_others_are_in_the_way_of_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.db");
        let writer = written(&path, 20);
        let reader = Connection::open(&path).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM numbers;").unwrap();
        writer.execute("INSERT INTO numbers VALUES (zeroblob(4096))", []).unwrap();
        let gate = Gate::new("it");
        let eager = Limits { checkpoint: 0, restart: 1 };
        nudged(Checkpointer::open(&path, eager, Arc::clone(&gate)).unwrap());
        assert_eq!(gate.check(), Ok(()));
        let left = backlog(&path);
        assert!(left.moved < left.logged);
        reader.execute_batch("COMMIT").unwrap();
        nudged(Checkpointer::open(&path, eager, Arc::clone(&gate)).unwrap());
        let length = fs::metadata(folder.path().join("numbers.db-wal")).unwrap().len();
        assert_eq!(length, 0, "all is moved, and what is far too long is cut off");
    }

    #[test]
    fn what_has_stopped_is_closed_with_its_write_ahead_log_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (path, wal) = (folder.path().join("numbers.db"), folder.path().join("numbers.db-wal"));
        let gate = Gate::new("it");
        let writer = written(&path, 20);
        let before = fs::read(&wal).unwrap();
        gate.stop(&rusqlite::Error::InvalidQuery);
        assert!(gate.turn().is_err() && gate.alone().is_err());
        let eager = Limits { checkpoint: 0, restart: 1 };
        let stopped = Checkpointer::open(&path, eager, gate).unwrap();
        drop(writer);
        nudged(stopped);
        assert!(fs::read(&wal).unwrap() == before, "it was moved, or cut");
        nudged(Checkpointer::open(&path, Limits::DEFAULT, Gate::new("it")).unwrap());
        assert!(!wal.exists(), "otherwise the last to be closed tidies up");
    }
}

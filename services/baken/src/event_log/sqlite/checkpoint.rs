//! Moves what was committed from the write-ahead log into the database file, on a thread of its own, so that the
//! writer does not wait for it.
//!
//! A passive checkpoint disturbs nobody, but under constant writing it never catches up with the end, and only then
//! does the write-ahead log begin again from its start. So when it has grown long, the writer is held for the little
//! that a passive checkpoint has left.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rusqlite::{Connection, ErrorCode};

use super::schema::beside;
use super::writer::Shared;

/// Sizes of the write-ahead log in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// A checkpoint is worth while from here on.
    pub checkpoint: u64,
    /// Here it begins again from its start.
    pub restart: u64,
}

/// A file so many times as long as the restart limit is cut off: a reader had held it up. Otherwise it keeps its
/// length, for overwriting is faster than growing.
const OVERGROWN: u64 = 4;

pub(super) struct Checkpointer {
    connection: Connection,
    wal: PathBuf,
    page: u64,
    limits: Limits,
    shared: Arc<Shared>,
}

/// The state of the write-ahead log in pages: in it, and of these already in the database file.
struct Backlog {
    logged: u64,
    moved: u64,
}

impl Checkpointer {
    pub fn new(connection: Connection, path: &Path, limits: Limits, shared: Arc<Shared>) -> rusqlite::Result<Self> {
        let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        Ok(Self { connection, wal: beside(path, "-wal"), page: page.cast_unsigned(), limits, shared })
    }

    /// Runs until the writer is gone.
    pub fn run(self, nudges: &Receiver<()>) {
        while nudges.recv().is_ok() {
            if let Err(why) = self.keep_short() {
                match why.sqlite_error_code() {
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {}
                    _ => return self.shared.stop(&why),
                }
            }
        }
    }

    fn keep_short(&self) -> rusqlite::Result<()> {
        if self.waiting(&self.checkpoint("NOOP")?) < self.limits.checkpoint {
            return Ok(());
        }
        let backlog = self.checkpoint("PASSIVE")?;
        // Where much is left, a reader holds on to it (a backup, say): the writer would be held in vain.
        if backlog.logged * self.page < self.limits.restart || self.waiting(&backlog) >= self.limits.checkpoint {
            return Ok(());
        }
        let length = std::fs::metadata(&self.wal).map_or(0, |file| file.len());
        let mode = if length > self.limits.restart.saturating_mul(OVERGROWN) { "TRUNCATE" } else { "RESTART" };
        let _turn = self.shared.turn.lock();
        self.checkpoint(mode)?;
        Ok(())
    }

    /// Bytes that are not in the database file yet.
    fn waiting(&self, backlog: &Backlog) -> u64 {
        backlog.logged.saturating_sub(backlog.moved) * self.page
    }

    fn checkpoint(&self, mode: &str) -> rusqlite::Result<Backlog> {
        self.connection.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?.query_row([], |row| {
            // SQLite says -1 where it could not look.
            let pages = |column| row.get::<_, i64>(column).map(|pages| u64::try_from(pages).unwrap_or(0));
            Ok(Backlog { logged: pages(1)?, moved: pages(2)? })
        })
    }
}

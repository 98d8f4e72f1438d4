//! A copy of the log into one file while the writer goes on.
//!
//! SQLite's backup API copies pages; in one step it does so under one read transaction, which in a write-ahead log
//! holds up nobody. In several steps it would begin anew with every commit in between, and `VACUUM INTO` would build
//! every index again.

use std::fs::File;
use std::io;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::schema::{SqliteOpenError, layout, open_reader};
use super::writer::last_position;
use crate::port::Position;
use storage::files::{beside, flush_entry_of};
use storage::owner_only;

/// Why there is no backup. Whatever was begun has been removed again.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A backup never replaces a file.
    #[error("{} exists already", .0.display())]
    Exists(std::path::PathBuf),
    #[error("the backup could not be written: {0}")]
    Io(#[from] io::Error),
    #[error("the backup could not be made: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the log could not be read: {0}")]
    Source(#[from] SqliteOpenError),
    /// Another process held the log for too long.
    #[error("the log was busy")]
    Busy,
    #[error("the backup was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// Copies the log at `from` into the new file `to`; answers with the position of the last event in it.
pub(super) fn backup(from: &Path, to: &Path) -> Result<Position, BackupError> {
    if to.try_exists()? {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let partial = beside(to, ".partial");
    match owner_only::file().write(true).create_new(true).open(&partial) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(BackupError::Exists(partial)),
        created => drop(created?),
    }
    let done = copy(from, &partial).and_then(|position| publish(&partial, to).map(|()| position));
    if done.is_err() {
        for rest in ["", "-journal", "-wal", "-shm"] {
            // The error to tell is the one that brought us here.
            let _ = std::fs::remove_file(beside(&partial, rest));
        }
    }
    done
}

fn copy(from: &Path, partial: &Path) -> Result<Position, BackupError> {
    let (source, _) = open_reader(from)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags(partial, flags)?;
    // Half a copy is thrown away, so it needs neither a journal nor flushes before the last one.
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    match Backup::new(&source, &mut target)?.step(-1)? {
        StepResult::Done => {}
        _ => return Err(BackupError::Busy),
    }
    // Out of the write-ahead log's mode: one file, readable also from where nothing can be written.
    target.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    layout(&target, partial)?;
    let position = last_position(&target)?;
    target.close().map_err(|(_, error)| error)?;
    File::open(partial)?.sync_all()?;
    Ok(Position(position.cast_unsigned()))
}

/// Gives the finished copy its name, unless somebody else has taken it meanwhile.
fn publish(partial: &Path, to: &Path) -> Result<(), BackupError> {
    match std::fs::hard_link(partial, to) {
        Ok(()) => std::fs::remove_file(partial)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(BackupError::Exists(to.to_owned())),
        // A file system without hard links: nothing there renames without replacing.
        Err(_) if to.try_exists()? => return Err(BackupError::Exists(to.to_owned())),
        Err(_) => std::fs::rename(partial, to)?,
    }
    Ok(flush_entry_of(to)?)
}

//! A SQLite file of ours: made so that only its owner may read it, told from anybody else's, and kept short.

pub mod checkpoint;

use std::io;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::files::beside;
use crate::owner_only;

/// How a file of ours is known by its header, and how it is laid out.
pub struct Layout {
    /// Four letters: so that another database is not taken for this one.
    pub application: i32,
    pub version: i32,
    pub schema: &'static str,
}

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub enum NotOurs {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("it was made by another version")]
    OtherVersion,
    #[error("the file is something else")]
    Foreign,
}

/// Lets a connection flush what it commits, and to the medium itself: on macOS a plain flush reaches the drive's cache.
///
/// # Errors
/// Where SQLite refuses, which it does not.
pub fn flush_commits(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;")
}

/// Makes an empty file; SQLite gives its other files the same mode.
///
/// # Errors
/// Where it is there already, or cannot be made.
pub fn create(path: &Path) -> io::Result<()> {
    owner_only::file().write(true).create_new(true).open(path).map(|_| ())
}

/// Makes the file where there is none. One that is there, as an older Baken made it, is kept from others from now on, with
/// its write-ahead log.
///
/// # Errors
/// Where it cannot be made.
pub fn create_if_missing(path: &Path) -> io::Result<()> {
    match create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        created => return created,
    }
    for part in ["", "-wal", "-shm"] {
        match owner_only::keep(&beside(path, part)) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                tracing::warn!(%error, "a database file belongs to another user, and others may be able to read it");
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

impl Layout {
    /// Lays an empty file out, and refuses what is not ours or not of this version.
    ///
    /// # Errors
    /// See [`NotOurs`].
    pub fn prepare(&self, connection: &mut Connection) -> Result<(), NotOurs> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let of = |pragma| transaction.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
        let (application, version) = (of("application_id")?, of("user_version")?);
        let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if (application, version, tables) == (0, 0, 0) {
            transaction.execute_batch(self.schema)?;
            transaction.pragma_update(None, "application_id", self.application)?;
            transaction.pragma_update(None, "user_version", self.version)?;
            return Ok(transaction.commit()?);
        }
        match (application == self.application, version == self.version) {
            (true, true) => Ok(()),
            (true, false) => Err(NotOurs::OtherVersion),
            (false, _) => Err(NotOurs::Foreign),
        }
    }
}

//! The file: how it is laid out, how it is known to be ours, and how connections to it are opened.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use storage::files::flush_entry_of;
use storage::sqlite_file::checkpoint::no_checkpoints;
use storage::sqlite_file::{create_if_missing, flush_commits};

/// "BAKN": tells `file` and us that this is an event log of Baken.
const APPLICATION_ID: i32 = 0x4241_4B4E;
/// The layout below. A file with a higher one was written by a newer Baken.
pub(super) const VERSION: i32 = 2;
/// The layout before it. It can be read as it is, and written after [`upgrade`].
const BEFORE: i32 = 1;

/// How a file of ours is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Older,
    Current,
}

/// Streams have small integers beside their names, so that their index stays compact. Event ids are `UUIDv7` as 16 bytes:
/// new ones are near the end of their index, which keeps its insertions local. The index of streams has the events up to
/// `indexed_to` (`stream_index.rs`).
const LAYOUT: &str = "
    CREATE TABLE streams (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        stream INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        id BLOB NOT NULL CHECK (length(id) = 16),
        kind TEXT NOT NULL,
        data BLOB NOT NULL,
        metadata BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX events_by_id ON events (id);
";

const INDEX: &str = "
    CREATE TABLE stream_index (
        stream INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (stream, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE indexed_to (position INTEGER NOT NULL) STRICT;
    INSERT INTO indexed_to VALUES (0);
";

/// Layout 1 had an index of SQLite's own in the place of [`INDEX`], kept with every append.
const UPGRADE: &str = "
    INSERT INTO stream_index SELECT stream, revision, position FROM events ORDER BY stream, revision;
    UPDATE indexed_to SET position = (SELECT coalesce(max(position), 0) FROM events);
    DROP INDEX events_by_stream;
";

/// How long a connection waits for a lock that another one holds: a checkpoint, or another program's glance.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a file cannot be used as an event log.
#[derive(Debug, thiserror::Error)]
pub enum SqliteOpenError {
    #[error("another process writes to the event log {}: one may write, others may only read", .0.display())]
    InUse(PathBuf),
    #[error("there is no event log at {}", .0.display())]
    Missing(PathBuf),
    #[error("{} is not an event log of Baken; it was left as it is", .0.display())]
    Foreign(PathBuf),
    #[error("{} was written by a newer Baken: its layout is {found}, this build knows {VERSION}", path.display())]
    Newer { path: PathBuf, found: i32 },
    #[error("{} was written by an older Baken; `baken serve` and `baken demo` bring it up to date", .0.display())]
    Older(PathBuf),
    #[error("{} is damaged: {what}; it was left as it is", path.display())]
    Damaged { path: PathBuf, what: String },
    #[error("{} does not support a write-ahead log: it must be on a local file system", .0.display())]
    NoWriteAheadLog(PathBuf),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Sqlite { path: PathBuf, source: rusqlite::Error },
}

/// The connection of the writer. Creates the file where there is none, and refuses one that is not ours, or older.
pub(super) fn open_writer(path: &Path) -> Result<Connection, SqliteOpenError> {
    let failed = |source| refusal(path, source);
    create_if_missing(path).map_err(|source| SqliteOpenError::Io { path: path.to_owned(), source })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    let empty = is_empty(&connection).map_err(failed)?;
    if !empty && layout(&connection, path)? == Layout::Older {
        return Err(SqliteOpenError::Older(path.to_owned()));
    }
    write_ahead(&connection, path)?;
    no_checkpoints(&connection).map_err(failed)?;
    // A larger cache is slower: SQLite goes through all of it at the end of many transactions.
    connection.execute_batch("PRAGMA cache_size = -8192;").map_err(failed)?;
    if empty {
        make(&mut connection, &[LAYOUT, INDEX]).map_err(failed)?;
        flush_entry_of(path).map_err(|source| SqliteOpenError::Io { path: path.to_owned(), source })?;
    }
    // A process that was killed may have left writes that no flush had confirmed. A checkpoint flushes them, before
    // anybody is told that they are durable.
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).map_err(failed)?;
    Ok(connection)
}

/// Brings a file of the layout before this one up to it, in one transaction. Any other file is left to [`open_writer`].
pub(super) fn upgrade(path: &Path) -> Result<(), SqliteOpenError> {
    let failed = |source| refusal(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    if is_empty(&connection).map_err(failed)? || layout(&connection, path)? == Layout::Current {
        return Ok(());
    }
    tracing::info!("bringing the event log's file up to this version's layout");
    write_ahead(&connection, path)?;
    make(&mut connection, &[INDEX, UPGRADE]).map_err(failed)
}

/// Lets a connection commit to a write-ahead log, with a flush.
fn write_ahead(connection: &Connection, path: &Path) -> Result<(), SqliteOpenError> {
    let failed = |source| refusal(path, source);
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        return Err(SqliteOpenError::NoWriteAheadLog(path.to_owned()));
    }
    flush_commits(connection).map_err(failed)
}

/// A connection that can only read, to a file that must be there and be ours; and how the file is laid out.
pub(super) fn open_reader(path: &Path) -> Result<(Connection, Layout), SqliteOpenError> {
    let failed = |source| refusal(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    let layout = layout(&connection, path)?;
    Ok((connection, layout))
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0 && number(connection, "application_id")? == 0 && number(connection, "user_version")? == 0)
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}

/// Makes what this version's layout has, in one transaction.
fn make(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for step in steps {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// The layout of a file of ours; refuses one that is not, and one that this build does not know.
pub(super) fn layout(connection: &Connection, path: &Path) -> Result<Layout, SqliteOpenError> {
    let failed = |source| refusal(path, source);
    if number(connection, "application_id").map_err(failed)? != APPLICATION_ID {
        return Err(SqliteOpenError::Foreign(path.to_owned()));
    }
    match number(connection, "user_version").map_err(failed)? {
        BEFORE => Ok(Layout::Older),
        VERSION => Ok(Layout::Current),
        found if found > VERSION => Err(SqliteOpenError::Newer { path: path.to_owned(), found }),
        _ => Err(SqliteOpenError::Foreign(path.to_owned())),
    }
}

fn refusal(path: &Path, source: rusqlite::Error) -> SqliteOpenError {
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => SqliteOpenError::Foreign(path.to_owned()),
        _ => SqliteOpenError::Sqlite { path: path.to_owned(), source },
    }
}

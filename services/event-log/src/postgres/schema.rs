//! The tables, and how it is known that they are ours.

use tokio_postgres::Client;

use storage::postgres::{ConnectError, Found, Layout};

/// The layout below. A database with a higher one was written by a newer Baken.
const VERSION: i32 = 1;

/// What only one appender may hold at a time: "baken" and the log, as PostgreSQL's two-part key of an advisory lock.
pub(super) const LOCK: &str = "SELECT pg_advisory_xact_lock(1650551662, 1819240295)";

/// The channel on which a committed append is announced. It only wakes.
pub(super) const CHANNEL: &str = "baken_log";

/// Names compare by their bytes, whatever the database's collation. Positions and the ids of streams are given out under
/// the lock, not by a sequence: a sequence's values commit out of order, and a reader would skip some.
const LAYOUT: &str = r#"
    CREATE SCHEMA IF NOT EXISTS baken;
    CREATE TABLE baken.layout (version integer NOT NULL);
    CREATE TABLE baken.streams (
        id bigint PRIMARY KEY,
        name text COLLATE "C" NOT NULL UNIQUE
    );
    CREATE TABLE baken.events (
        position bigint PRIMARY KEY,
        stream bigint NOT NULL,
        revision bigint NOT NULL,
        id uuid NOT NULL UNIQUE,
        kind text NOT NULL,
        data bytea NOT NULL,
        metadata bytea NOT NULL,
        UNIQUE (stream, revision)
    );
    ALTER TABLE baken.events ALTER COLUMN data SET STORAGE EXTERNAL;
    INSERT INTO baken.layout VALUES (1);
"#;

/// Why a database cannot be used as an event log.
#[derive(Debug, thiserror::Error)]
pub enum PostgresOpenError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Read(#[from] crate::LogError),
    #[error("the database was written by a newer Baken: its layout is {0}, this build knows {VERSION}")]
    Newer(i32),
    #[error("the database holds no event log of Baken")]
    Missing,
    #[error("the schema `baken` of the database is not an event log of Baken; it was left as it is")]
    Foreign,
}

const TABLES: Layout =
    Layout { schema: "baken", tables: &["events", "streams"], version: VERSION, lock: LOCK, make: LAYOUT };

/// Makes the tables where there are none, if they are to be made, and refuses what is not ours. Several nodes may do so at
/// once.
pub(super) async fn prepare(client: &mut Client, make: bool) -> Result<(), PostgresOpenError> {
    match TABLES.prepare(client, make).await.map_err(ConnectError::from)? {
        Found::Ours => Ok(()),
        Found::Newer(version) => Err(PostgresOpenError::Newer(version)),
        Found::Missing => Err(PostgresOpenError::Missing),
        Found::Foreign => Err(PostgresOpenError::Foreign),
    }
}

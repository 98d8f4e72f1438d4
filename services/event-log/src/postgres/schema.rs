//! The tables, and how it is known that they are ours.

use tokio_postgres::{Client, IsolationLevel};

use storage::postgres::ConnectError;

/// The layout below. A database with a higher one was written by a newer Baken.
const VERSION: i32 = 1;

/// What only one appender may hold at a time: "baken" and the log, as PostgreSQL's two-part key of an advisory lock.
pub(super) const LOCK: &str = "SELECT pg_advisory_xact_lock(1650551662, 1819240295)";

/// Each statement sees what was committed before it began: under the lock, what all appenders before have written. A
/// server whose default is a stricter level would show what there was before the lock was given.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

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

/// Makes the tables where there are none, if they are to be made, and refuses what is not ours. Several nodes may do so at
/// once.
pub(super) async fn prepare(client: &mut Client, make: bool) -> Result<(), PostgresOpenError> {
    match layout(client, make).await.map_err(ConnectError::from)? {
        VERSION => Ok(()),
        MISSING => Err(PostgresOpenError::Missing),
        found if found > VERSION => Err(PostgresOpenError::Newer(found)),
        _ => Err(PostgresOpenError::Foreign),
    }
}

/// Neither made nor to be made.
const MISSING: i32 = -1;

/// The layout that there is, after it was made where there was none; 0 where it is somebody else's.
async fn layout(client: &mut Client, make: bool) -> Result<i32, tokio_postgres::Error> {
    let transaction = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start().await?;
    // Another node may be making the tables, or appending; who holds it longer than any of that does is stuck.
    transaction.batch_execute("SET LOCAL lock_timeout = '15s'").await?;
    transaction.batch_execute(LOCK).await?;
    let there = "SELECT to_regclass('baken.layout') IS NOT NULL, to_regclass('baken.events') IS NOT NULL,
                        to_regclass('baken.streams') IS NOT NULL";
    let row = transaction.query_one(there, &[]).await?;
    let found = match (row.get(0), row.get(1), row.get(2)) {
        (false, false, false) if !make => MISSING,
        (false, false, false) => {
            transaction.batch_execute(LAYOUT).await?;
            VERSION
        }
        (true, true, true) => transaction.query_one("SELECT version FROM baken.layout", &[]).await?.get(0),
        _ => 0,
    };
    transaction.commit().await?;
    Ok(found)
}

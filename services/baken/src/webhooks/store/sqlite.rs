//! The webhook store in a SQLite file of its own, beside the log and the key store: the embedded default.
//!
//! One process has it open, and one connection: nobody else may send from it. Every write is flushed before it is
//! answered; there are few, since deliveries that succeed are written down many at a time.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use care_path::PersonId;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, TransactionBehavior, params};
use uuid::Uuid;

use super::{DeadLetter, DeliveryOutcomes, Pending, StoredWebhook, WebhookStore, WebhookStoreError};
use crate::sqlite_file::{self, Layout, NotOurs};
use crate::webhooks::sender::Failure;
use crate::webhooks::subscription::WebhookId;

/// "BKWH" in ASCII, in the file's header.
const LAYOUT: Layout = Layout { application: 0x424B_5748, version: 1, schema: SCHEMA };

const SCHEMA: &str = "
    CREATE TABLE webhooks (
        id BLOB PRIMARY KEY NOT NULL, sealed BLOB NOT NULL, reached INTEGER NOT NULL, last_success INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE pending (
        webhook BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        person BLOB NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (webhook, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE dead_letters (
        webhook BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        person BLOB NOT NULL, attempts INTEGER NOT NULL, failure TEXT NOT NULL, status INTEGER, at INTEGER NOT NULL,
        PRIMARY KEY (webhook, position)
    ) STRICT, WITHOUT ROWID;
";

/// A webhook store in a SQLite file.
pub struct SqliteWebhookStore(Arc<Mutex<Connection>>);

impl SqliteWebhookStore {
    /// Opens the file, or makes one that only its owner may read.
    ///
    /// # Errors
    /// Where it cannot be used, another process uses it, or it is something else.
    pub fn open(path: &Path) -> Result<Self, WebhookStoreError> {
        sqlite_file::create_if_missing(path).map_err(|error| WebhookStoreError::Unavailable(error.to_string()))?;
        let mut connection = Connection::open(path)?;
        // The lock is taken with the first transaction, and kept as long as the connection lives.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        sqlite_file::flush_commits(&connection)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
        let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(WebhookStoreError::Unavailable("this file system cannot hold a write-ahead log".to_owned()));
        }
        LAYOUT.prepare(&mut connection)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does this in one transaction, apart from the tasks that must not wait for a disk.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, WebhookStoreError> {
        let connection = Arc::clone(&self.0);
        let ended = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock();
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let worked = work(&transaction)?;
            transaction.commit()?;
            Ok(worked)
        });
        ended.await.map_err(|error| WebhookStoreError::Unavailable(error.to_string()))?
    }
}

#[async_trait]
impl WebhookStore for SqliteWebhookStore {
    async fn all(&self) -> Result<Vec<StoredWebhook>, WebhookStoreError> {
        self.work(|db| {
            let sql = "SELECT id, sealed, reached, last_success, (SELECT count(*) FROM pending WHERE webhook = id), \
                       (SELECT count(*) FROM dead_letters WHERE webhook = id) FROM webhooks ORDER BY id";
            let mut statement = db.prepare(sql)?;
            let stored = |row: &Row<'_>| {
                Ok(StoredWebhook {
                    id: WebhookId(uuid_at(row, 0)?),
                    sealed: row.get(1)?,
                    reached: position_at(row, 2)?,
                    last_success: row.get::<_, Option<i64>>(3)?.and_then(DateTime::from_timestamp_millis),
                    pending: position_at(row, 4)?,
                    dead_letters: position_at(row, 5)?,
                })
            };
            statement.query_map([], stored)?.collect()
        })
        .await
    }

    async fn add(&self, id: WebhookId, sealed: Vec<u8>, after: u64) -> Result<(), WebhookStoreError> {
        self.work(move |db| {
            let sql = "INSERT INTO webhooks (id, sealed, reached) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            db.execute(sql, params![id.0.as_bytes(), sealed, number(after)]).map(|_| ())
        })
        .await
    }

    async fn change(&self, id: WebhookId, sealed: Vec<u8>) -> Result<(), WebhookStoreError> {
        self.work(move |db| {
            db.execute("UPDATE webhooks SET sealed = ?2 WHERE id = ?1", params![id.0.as_bytes(), sealed]).map(|_| ())
        })
        .await
    }

    async fn remove(&self, id: WebhookId) -> Result<(), WebhookStoreError> {
        self.work(move |db| db.execute("DELETE FROM webhooks WHERE id = ?1", [id.0.as_bytes()]).map(|_| ())).await
    }

    async fn waiting(&self, id: WebhookId) -> Result<(u64, Vec<Pending>), WebhookStoreError> {
        self.work(move |db| {
            let id = id.0.as_bytes();
            let sql = "SELECT reached FROM webhooks WHERE id = ?1";
            let reached = db.query_row(sql, [id], |row| position_at(row, 0)).optional()?.unwrap_or_default();
            let sql = "SELECT position, person, attempts, due FROM pending WHERE webhook = ?1 ORDER BY position";
            let mut statement = db.prepare_cached(sql)?;
            let pending = |row: &Row<'_>| {
                Ok(Pending {
                    position: position_at(row, 0)?,
                    person: PersonId(uuid_at(row, 1)?),
                    attempts: row.get(2)?,
                    due: time_at(row, 3)?,
                })
            };
            let pending = statement.query_map([id], pending)?.collect::<rusqlite::Result<_>>()?;
            Ok((reached, pending))
        })
        .await
    }

    async fn progress(&self, id: WebhookId, progress: DeliveryOutcomes) -> Result<(), WebhookStoreError> {
        self.work(move |db| {
            let id = id.0.as_bytes();
            let sql = "UPDATE webhooks SET reached = ?2, last_success = coalesce(?3, last_success) WHERE id = ?1";
            let success = progress.last_success.map(|at| at.timestamp_millis());
            if db.prepare_cached(sql)?.execute(params![id, number(progress.reached), success])? == 0 {
                return Ok(());
            }
            for each in &progress.deferred {
                insert_pending(db, id, each)?;
            }
            let sql = "DELETE FROM pending WHERE webhook = ?1 AND position = ?2";
            for position in &progress.settled {
                db.prepare_cached(sql)?.execute(params![id, number(*position)])?;
            }
            let sql = "INSERT OR REPLACE INTO dead_letters (webhook, position, person, attempts, failure, status, at) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            for each in &progress.dead {
                let (person, at) = (each.person.0.as_bytes(), each.at.timestamp_millis());
                let (failure, status) = (each.failure.code(), each.failure.status());
                let values = params![id, number(each.position), person, each.attempts, failure, status, at];
                db.prepare_cached(sql)?.execute(values)?;
            }
            Ok(())
        })
        .await
    }

    async fn dead_letters(
        &self,
        id: WebhookId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, WebhookStoreError> {
        self.work(move |db| {
            let sql = "SELECT position, person, attempts, failure, status, at FROM dead_letters \
                       WHERE webhook = ?1 AND position > ?2 ORDER BY position LIMIT ?3";
            let mut statement = db.prepare_cached(sql)?;
            let letters = statement.query_map(params![id.0.as_bytes(), number(after), number(limit as u64)], dead)?;
            letters.collect()
        })
        .await
    }

    async fn replay(
        &self,
        id: WebhookId,
        which: Option<u64>,
        limit: usize,
        due: DateTime<Utc>,
    ) -> Result<u64, WebhookStoreError> {
        self.work(move |db| {
            let id = id.0.as_bytes();
            let sql = "SELECT position, person, attempts, failure, status, at FROM dead_letters \
                       WHERE webhook = ?1 AND (?2 IS NULL OR position = ?2) ORDER BY position LIMIT ?3";
            let mut statement = db.prepare_cached(sql)?;
            let chosen = statement.query_map(params![id, which.map(number), number(limit as u64)], dead)?;
            let chosen = chosen.collect::<rusqlite::Result<Vec<_>>>()?;
            for DeadLetter { position, person, .. } in &chosen {
                insert_pending(db, id, &Pending { position: *position, person: *person, attempts: 0, due })?;
                let sql = "DELETE FROM dead_letters WHERE webhook = ?1 AND position = ?2";
                db.prepare_cached(sql)?.execute(params![id, number(*position)])?;
            }
            Ok(chosen.len() as u64)
        })
        .await
    }
}

fn insert_pending(db: &Connection, id: &[u8; 16], pending: &Pending) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO pending (webhook, position, person, attempts, due) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (person, due) = (pending.person.0.as_bytes(), pending.due.timestamp_millis());
    let values = params![id, number(pending.position), person, pending.attempts, due];
    db.prepare_cached(sql)?.execute(values).map(|_| ())
}

fn dead(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    let (code, status) = (row.get_ref(3)?.as_str()?, row.get(4)?);
    let failure = Failure::from_parts(code, status).ok_or_else(|| odd(3, "the failure"))?;
    let (position, person) = (position_at(row, 0)?, PersonId(uuid_at(row, 1)?));
    Ok(DeadLetter { position, person, attempts: row.get(2)?, failure, at: time_at(row, 5)? })
}

/// SQLite has signed numbers of 64 bits; no log comes near the end of them.
fn number(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn position_at(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(index).map(i64::unsigned_abs)
}

fn uuid_at(row: &Row<'_>, index: usize) -> rusqlite::Result<Uuid> {
    Uuid::from_slice(row.get_ref(index)?.as_blob()?).map_err(|_| odd(index, "an id"))
}

fn time_at(row: &Row<'_>, index: usize) -> rusqlite::Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(row.get(index)?).ok_or_else(|| odd(index, "a time"))
}

fn odd(index: usize, what: &str) -> rusqlite::Error {
    let why = format!("{what} is not one");
    rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Null, why.into())
}

impl From<NotOurs> for WebhookStoreError {
    fn from(error: NotOurs) -> Self {
        match error {
            NotOurs::Sqlite(error) => error.into(),
            NotOurs::OtherVersion => Self::Damaged("it was made by another version".to_owned()),
            NotOurs::Foreign => Self::Damaged("the file is not a webhook store".to_owned()),
        }
    }
}

impl From<rusqlite::Error> for WebhookStoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(code, _) if code.code == ErrorCode::DatabaseBusy => Self::InUse,
            rusqlite::Error::SqliteFailure(code, _) if code.code == ErrorCode::NotADatabase => {
                Self::Damaged("the file is not a webhook store".to_owned())
            }
            rusqlite::Error::FromSqlConversionFailure(_, _, why) => Self::Damaged(why.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

//! The key store in a SQLite file of its own: the embedded default.
//!
//! Its own file, because a backup of the log must not hold the keys to it. Deleted content is overwritten, and a
//! destruction is answered only when the write-ahead log is free of it as well.

#[cfg(test)]
mod tests;
mod writer;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use care_path::ids::PersonId;
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use self::writer::{Traces, Worked, Writing};
use super::{Doomed, Epochs, KeyPurpose, KeyStore, KeyStoreError, Owner, Slot, Stored, WrappedKey, refuse_stale};
use crate::kek::Epoch;
use crate::secret::KeyId;
use storage::sqlite_file::checkpoint::{Limits, no_checkpoints};
use storage::sqlite_file::{self, Layout, NotOurs};

/// "BKNK" in ASCII, in the file's header.
const LAYOUT: Layout = Layout { application: 0x424B_4E4B, version: 1, schema: SCHEMA };
const PATIENCE: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    CREATE TABLE data_keys (
        owner BLOB NOT NULL, slot TEXT NOT NULL, key_id BLOB NOT NULL, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL,
        PRIMARY KEY (owner, slot)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tombstones (person BLOB PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE epochs (epoch INTEGER PRIMARY KEY NOT NULL, check_value BLOB NOT NULL, current INTEGER) STRICT;
";
const DELETE_OF_PURPOSE: &str = "DELETE FROM data_keys WHERE owner = x'' AND slot = ?1";
const KEY: &str = "SELECT owner, slot, key_id, epoch, wrapped FROM data_keys";

/// A key store in a SQLite file.
pub struct SqliteKeyStore {
    path: PathBuf,
    reader: Arc<Mutex<Connection>>,
    writing: Writing,
}

impl SqliteKeyStore {
    /// Opens the file, or makes one that only its owner may read.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, KeyStoreError> {
        Self::open_with(&path.into(), Limits::DEFAULT)
    }

    fn open_with(path: &Path, limits: Limits) -> Result<Self, KeyStoreError> {
        sqlite_file::create_if_missing(path).map_err(|error| not_usable(&error))?;
        let path = path.canonicalize().map_err(|error| not_usable(&error))?;
        let mut connection = connect(&path)?;
        prepare(&mut connection)?;
        let reader = connect(&path)?;
        reader.pragma_update(None, "query_only", true)?;
        no_checkpoints(&reader)?;
        let writing = Writing::start(connection, &path, limits)?;
        Ok(Self { path, reader: Arc::new(Mutex::new(reader)), writing })
    }

    /// How many commits there were since it was opened, each with its flush.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.writing.commits()
    }

    /// Copies the whole store, as it is at one moment, into a new file that only its owner may read. The keys in it
    /// stay wrapped; once their epoch is retired, nothing opens the copy.
    pub async fn backup(&self, to: impl Into<PathBuf>) -> Result<(), KeyStoreError> {
        let (from, to) = (self.path.clone(), to.into());
        in_background(move || {
            sqlite_file::create(&to).map_err(|error| not_usable(&error))?;
            let (source, mut target) = (connect(&from)?, Connection::open(&to)?);
            no_checkpoints(&source)?;
            let backup = rusqlite::backup::Backup::new(&source, &mut target)?;
            // All pages in one step: a copy in several ones starts again whenever somebody writes.
            let done = backup.step(-1)?;
            drop(backup);
            if done != rusqlite::backup::StepResult::Done {
                return Err(KeyStoreError::Unavailable("the backup was not finished".to_owned()));
            }
            // The copy says of itself that it has a write-ahead log; it is one file.
            Ok(target.pragma_update(None, "journal_mode", "DELETE")?)
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<Result<T, KeyStoreError>> + Send + 'static,
    ) -> Result<T, KeyStoreError> {
        let reader = Arc::clone(&self.reader);
        in_background(move || work(&reader.lock())?).await
    }

    async fn write<T: Send + 'static>(
        &self,
        traces: Traces,
        work: impl FnOnce(&Connection) -> Worked<T> + Send + 'static,
    ) -> Result<T, KeyStoreError> {
        self.writing.submit(traces, work).await
    }
}

#[async_trait]
impl KeyStore for SqliteKeyStore {
    async fn load(&self, slots: &[Slot]) -> Result<Vec<Stored>, KeyStoreError> {
        let slots = slots.to_vec();
        self.read(move |db| slots.iter().map(|slot| stored(db, *slot)).collect()).await
    }

    async fn add(&self, keys: Vec<WrappedKey>) -> Result<Vec<Stored>, KeyStoreError> {
        self.write(Traces::MayStay, move |db| {
            if let Err(stale) = refuse_stale(current(db)?, &keys) {
                return Ok(Err(stale));
            }
            let mut answers = Vec::with_capacity(keys.len());
            for key in keys {
                let before = stored(db, key.slot)?;
                if matches!(before, Ok(Stored::Absent)) {
                    insert(db, &key)?;
                    answers.push(Ok(Stored::Key(key)));
                } else {
                    answers.push(before);
                }
            }
            Ok(answers.into_iter().collect())
        })
        .await
    }

    async fn page(
        &self,
        after: Option<Slot>,
        except: Option<Epoch>,
        limit: usize,
    ) -> Result<Vec<WrappedKey>, KeyStoreError> {
        self.read(move |db| {
            let (owner, name) = after.as_ref().map_or((&[][..], ""), |slot| (slot.owner_bytes(), slot.name()));
            let except = except.map_or(-1, |Epoch(epoch)| i64::from(epoch));
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let sql = format!("{KEY} WHERE (owner, slot) > (?1, ?2) AND epoch <> ?3 ORDER BY owner, slot LIMIT ?4");
            let mut statement = db.prepare_cached(&sql)?;
            statement.query_map(params![owner, name, except, limit], key_of)?.collect()
        })
        .await
    }

    async fn rewrap(&self, keys: Vec<WrappedKey>) -> Result<usize, KeyStoreError> {
        self.write(Traces::MayStay, move |db| {
            if let Err(stale) = refuse_stale(current(db)?, &keys) {
                return Ok(Err(stale));
            }
            let sql = "UPDATE data_keys SET epoch = ?4, wrapped = ?5 WHERE owner = ?1 AND slot = ?2 AND key_id = ?3";
            let mut statement = db.prepare_cached(sql)?;
            let mut replaced = 0;
            for key in &keys {
                let id = key.id.0.as_bytes();
                let (owner, name) = (key.slot.owner_bytes(), key.slot.name());
                replaced += statement.execute(params![owner, name, id, key.epoch.0, key.wrapped])?;
            }
            Ok(Ok(replaced))
        })
        .await
    }

    async fn destroy(&self, doomed: Doomed) -> Result<(), KeyStoreError> {
        self.write(Traces::MustGo, move |db| {
            match doomed {
                Doomed::Person(PersonId(person)) => {
                    db.execute("INSERT OR IGNORE INTO tombstones (person) VALUES (?1)", [person.as_bytes()])?;
                    db.execute("DELETE FROM data_keys WHERE owner = ?1", [person.as_bytes()])?;
                    db.execute(DELETE_OF_PURPOSE, [KeyPurpose::DIES_WITH_ANYBODY.name()])?;
                }
                Doomed::KeyPurpose(purpose) => {
                    db.execute(DELETE_OF_PURPOSE, [purpose.name()])?;
                }
            }
            Ok(Ok(()))
        })
        .await
    }

    async fn tombstones(&self) -> Result<Vec<PersonId>, KeyStoreError> {
        self.read(|db| {
            let mut statement = db.prepare("SELECT person FROM tombstones")?;
            let persons = statement.query_map([], |row| Ok(uuid_at(row, 0)?.map(PersonId)))?;
            persons.collect()
        })
        .await
    }

    async fn slot_of(&self, id: KeyId) -> Result<Option<Slot>, KeyStoreError> {
        self.read(move |db| {
            let sql = format!("{KEY} WHERE key_id = ?1");
            let found = db.query_row(&sql, [id.0.as_bytes()], key_of).optional()?;
            Ok(found.transpose().map(|key| key.map(|key| key.slot)))
        })
        .await
    }

    async fn epochs(&self) -> Result<Epochs, KeyStoreError> {
        self.read(|db| {
            let mut statement = db.prepare("SELECT epoch, check_value FROM epochs ORDER BY epoch")?;
            let checks = statement.query_map([], |row| Ok((Epoch(row.get(0)?), row.get(1)?)))?;
            Ok(Ok(Epochs { current: current(db)?, checks: checks.collect::<Result<_, _>>()? }))
        })
        .await
    }

    async fn advance(&self, epoch: Epoch, check: Vec<u8>) -> Result<(), KeyStoreError> {
        self.write(Traces::MayStay, move |db| {
            if current(db)? < Some(epoch) {
                let sql = "INSERT INTO epochs (epoch, check_value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
                db.execute(sql, params![epoch.0, check])?;
                db.execute("UPDATE epochs SET current = CASE epoch WHEN ?1 THEN 1 END", [epoch.0])?;
            }
            Ok(Ok(()))
        })
        .await
    }

    async fn retire(&self, before: Epoch) -> Result<(), KeyStoreError> {
        self.write(Traces::MustGo, move |db| {
            let keys: i64 =
                db.query_row("SELECT count(*) FROM data_keys WHERE epoch < ?1", [before.0], |row| row.get(0))?;
            if keys > 0 {
                return Ok(Err(KeyStoreError::EpochInUse { keys: keys.unsigned_abs() }));
            }
            db.execute("DELETE FROM epochs WHERE epoch < ?1 AND current IS NULL", [before.0])?;
            Ok(Ok(()))
        })
        .await
    }
}

impl From<rusqlite::Error> for KeyStoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

fn not_usable(error: &io::Error) -> KeyStoreError {
    KeyStoreError::Unavailable(error.to_string())
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeyStoreError> + Send + 'static,
) -> Result<T, KeyStoreError> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|error| KeyStoreError::Unavailable(error.to_string()))?
}

fn connect(path: &Path) -> Result<Connection, KeyStoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    sqlite_file::flush_commits(&connection)?;
    Ok(connection)
}

fn prepare(connection: &mut Connection) -> Result<(), KeyStoreError> {
    connection.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(KeyStoreError::Unavailable("this file system cannot hold a write-ahead log".to_owned()));
    }
    LAYOUT.prepare(connection).map_err(|error| match error {
        NotOurs::Sqlite(error) => error.into(),
        NotOurs::OtherVersion => KeyStoreError::Damaged("it was made by another version".to_owned()),
        NotOurs::Foreign => KeyStoreError::Damaged("the file is not a key store".to_owned()),
    })?;
    // A process that was killed may have left keys that no flush had confirmed. A checkpoint flushes them, before
    // anything is sealed with one.
    Ok(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
}

fn damaged<T>(what: &str) -> Result<T, KeyStoreError> {
    Err(KeyStoreError::Damaged(what.to_owned()))
}

fn current(db: &Connection) -> rusqlite::Result<Option<Epoch>> {
    let sql = "SELECT epoch FROM epochs WHERE current IS NOT NULL";
    db.prepare_cached(sql)?.query_row([], |row| row.get(0).map(Epoch)).optional()
}

fn stored(db: &Connection, slot: Slot) -> Worked<Stored> {
    if let Owner::Person(PersonId(person)) = slot.owner() {
        let mut statement = db.prepare_cached("SELECT 1 FROM tombstones WHERE person = ?1")?;
        if statement.exists([person.as_bytes()])? {
            return Ok(Ok(Stored::Erased));
        }
    }
    let mut statement = db.prepare_cached(&format!("{KEY} WHERE owner = ?1 AND slot = ?2"))?;
    let found = statement.query_row(params![slot.owner_bytes(), slot.name()], key_of).optional()?;
    Ok(found.map_or(Ok(Stored::Absent), |key| key.map(Stored::Key)))
}

fn insert(db: &Connection, key: &WrappedKey) -> rusqlite::Result<()> {
    let sql = "INSERT INTO data_keys (owner, slot, key_id, epoch, wrapped) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (owner, name, id) = (key.slot.owner_bytes(), key.slot.name(), key.id.0.as_bytes());
    db.prepare_cached(sql)?.execute(params![owner, name, id, key.epoch.0, key.wrapped])?;
    Ok(())
}

fn uuid_at(row: &Row<'_>, index: usize) -> Worked<Uuid> {
    let bytes = row.get_ref(index)?.as_blob()?;
    Ok(Uuid::from_slice(bytes).or_else(|_| damaged("an id is not of 16 bytes")))
}

fn key_of(row: &Row<'_>) -> Worked<WrappedKey> {
    let Some(slot) = Slot::from_parts(row.get_ref(0)?.as_blob()?, row.get_ref(1)?.as_str()?) else {
        return Ok(damaged("a key for something unknown"));
    };
    let (epoch, wrapped) = (Epoch(row.get(3)?), row.get(4)?);
    Ok(uuid_at(row, 2)?.map(|id| WrappedKey { slot, id: KeyId(id), epoch, wrapped }))
}

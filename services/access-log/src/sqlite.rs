//! The embedded store: one file beside the log, one thread that writes, and one flush for whatever waits.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use care_path::PersonId;
use parking_lot::Mutex;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, TransactionBehavior, params_from_iter};
use storage::sqlite_file::{self, Layout};
use tokio::sync::{mpsc, oneshot};

use crate::{Access, AccessError, AccessLog, Numbered, Of, OpenError, RecordLeaf, Seed, StoredRecord};

const APPLICATION: i32 = i32::from_be_bytes(*b"BkAc");
/// A layout without leaves: [`upgrade`] adds them.
const WITHOUT_LEAVES: i32 = 1;

/// The leaves of all records, and the seeds of those that were not removed.
macro_rules! leaves_schema {
    () => {
        "
        CREATE TABLE leaves (
            number INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            body BLOB NOT NULL,
            seed BLOB
        ) STRICT;
        CREATE TABLE store (name TEXT NOT NULL) STRICT;
        INSERT INTO store SELECT lower(hex(randomblob(8)));
        "
    };
}

pub(crate) const LAYOUT: Layout = Layout {
    application: APPLICATION,
    version: 2,
    schema: concat!(
        "
        CREATE TABLE accesses (
            number INTEGER PRIMARY KEY,
            user TEXT NOT NULL,
            organisation TEXT NOT NULL,
            record BLOB NOT NULL
        ) STRICT;
        CREATE INDEX accesses_by_user ON accesses (user, number);
        CREATE INDEX accesses_by_organisation ON accesses (organisation, number);
        CREATE TABLE persons (
            person BLOB NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (person, number)
        ) STRICT, WITHOUT ROWID;
        ",
        leaves_schema!()
    ),
};
/// Records that wait at most; who comes then waits for a place.
const WAITING: usize = 4_096;
/// Records of one flush at most.
const TOGETHER: usize = 512;

type Answer = Result<(), AccessError>;

struct Waiting {
    access: Access,
    answer: oneshot::Sender<Answer>,
}

/// Records removed in one transaction at most: readers and writers come in between.
const FORGOTTEN_TOGETHER: u64 = 2_000;

/// Records in a SQLite file.
pub struct SqliteAccessLog {
    name: String,
    writer: mpsc::Sender<Waiting>,
    reader: Arc<Mutex<Connection>>,
    /// What removes records, apart from what writes: a removal that fails stops nobody from recording.
    remover: Arc<Mutex<Connection>>,
}

impl SqliteAccessLog {
    /// Opens the file; makes it where there is none.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        sqlite_file::create_if_missing(path)?;
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        sqlite_file::flush_commits(&connection)?;
        upgrade(&mut connection)?;
        LAYOUT.prepare(&mut connection)?;
        let name = connection.query_row("SELECT name FROM store", [], |row| row.get(0))?;
        let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let remover = Connection::open(path)?;
        sqlite_file::flush_commits(&remover)?;
        let (writer, inbox) = mpsc::channel(WAITING);
        std::thread::Builder::new().name("access-log".to_owned()).spawn(move || write(&mut connection, inbox))?;
        Ok(Self { name, writer, reader: Arc::new(Mutex::new(reader)), remover: Arc::new(Mutex::new(remover)) })
    }
}

/// Gives the records of an older file their leaves, in one transaction. Of those that were removed before nothing is known.
fn upgrade(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let of = |pragma| transaction.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    if (of("application_id")?, of("user_version")?) != (APPLICATION, WITHOUT_LEAVES) {
        return Ok(());
    }
    transaction.execute_batch(leaves_schema!())?;
    {
        let mut records = transaction.prepare("SELECT number, record FROM accesses ORDER BY number")?;
        let mut records = records.query([])?;
        let mut next = 1;
        while let Some(row) = records.next()? {
            let (number, record) = (unsigned(row)?, row.get(1)?);
            (next..number).try_for_each(|gone| add_leaf(&transaction, &RecordLeaf::of_nothing(gone), None))?;
            seal(&transaction, number, record)?;
            next = number + 1;
        }
    }
    transaction.pragma_update(None, "user_version", LAYOUT.version)?;
    transaction.commit()
}

/// Adds the leaf of a record, under a new seed. One that cannot be read has the leaf of nothing.
fn seal(connection: &Connection, number: u64, record: Vec<u8>) -> rusqlite::Result<()> {
    let failed = || rusqlite::Error::ToSqlConversionFailure(Box::new(AccessError::NoRandomness));
    let stored = StoredRecord { number, seed: Seed::random().ok_or_else(failed)?, record };
    let leaf = stored.leaf().unwrap_or_else(|| RecordLeaf::of_nothing(number));
    add_leaf(connection, &leaf, Some(&stored.seed))
}

fn add_leaf(connection: &Connection, leaf: &RecordLeaf, seed: Option<&Seed>) -> rusqlite::Result<()> {
    let RecordLeaf { number, at, body } = leaf;
    connection.prepare_cached("INSERT INTO leaves (number, at, body, seed) VALUES (?1, ?2, ?3, ?4)")?.execute((
        number.cast_signed(),
        at,
        body,
        seed.map(Seed::as_bytes),
    ))?;
    Ok(())
}

#[async_trait]
impl AccessLog for SqliteAccessLog {
    fn name(&self) -> &str {
        &self.name
    }

    async fn append(&self, access: Access) -> Result<(), AccessError> {
        let stopped = || AccessError::Stopped("its writer has ended".to_owned());
        let (answer, answered) = oneshot::channel();
        self.writer.send(Waiting { access, answer }).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    async fn read(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<Numbered>, AccessError> {
        let reader = Arc::clone(&self.reader);
        let read = tokio::task::spawn_blocking(move || read(&reader.lock(), &of, before, limit));
        read.await.map_err(|error| AccessError::Unavailable(error.to_string()))?
    }

    async fn oldest(&self, after: u64, limit: usize) -> Result<Vec<Numbered>, AccessError> {
        let reader = Arc::clone(&self.reader);
        let read = tokio::task::spawn_blocking(move || {
            let values = vec![integer(after), integer(limit as u64)];
            let sql = "SELECT number, record FROM accesses WHERE number > ? ORDER BY number LIMIT ?";
            rows(&reader.lock(), sql, values)
        });
        read.await.map_err(|error| AccessError::Unavailable(error.to_string()))?
    }

    async fn stored(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<StoredRecord>, AccessError> {
        let reader = Arc::clone(&self.reader);
        let read = tokio::task::spawn_blocking(move || stored(&reader.lock(), &of, before, limit));
        let read = read.await.map_err(|error| AccessError::Unavailable(error.to_string()))?;
        read.map_err(|error| AccessError::Unavailable(error.to_string()))
    }

    async fn leaves(&self, after: u64, limit: usize) -> Result<Vec<RecordLeaf>, AccessError> {
        let reader = Arc::clone(&self.reader);
        let read = tokio::task::spawn_blocking(move || leaves(&reader.lock(), after, limit));
        let read = read.await.map_err(|error| AccessError::Unavailable(error.to_string()))?;
        read.map_err(|error| AccessError::Unavailable(error.to_string()))
    }

    async fn forget(&self, until: u64) -> Result<u64, AccessError> {
        let mut total = 0;
        loop {
            let remover = Arc::clone(&self.remover);
            let part = tokio::task::spawn_blocking(move || forget(&mut remover.lock(), until));
            let part = part.await.map_err(|error| AccessError::Unavailable(error.to_string()))?;
            let part = part.map_err(|error| AccessError::Unavailable(error.to_string()))?;
            total += part;
            if part < FORGOTTEN_TOGETHER {
                return Ok(total);
            }
        }
    }
}

/// Removes the oldest records up to a number, so many in one transaction.
fn forget(connection: &mut Connection, until: u64) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let wanted = "SELECT number, record FROM accesses
        WHERE number <= ?1 AND number < (SELECT max(number) FROM accesses) ORDER BY number LIMIT ?2";
    let records = {
        let mut statement = transaction.prepare_cached(wanted)?;
        let records = statement.query_map(params_from_iter([integer(until), integer(FORGOTTEN_TOGETHER)]), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        records.collect::<rusqlite::Result<Vec<_>>>()?
    };
    for (number, record) in &records {
        // One that cannot be read goes as well; that it was of somebody is found by its number alone.
        match serde_json::from_slice::<Access>(record) {
            Ok(access) => {
                for shown in &access.persons {
                    transaction
                        .prepare_cached("DELETE FROM persons WHERE person = ?1 AND number = ?2")?
                        .execute((shown.person_id.0.as_bytes(), number))?;
                }
            }
            Err(_) => drop(transaction.execute("DELETE FROM persons WHERE number = ?1", [number])?),
        }
        transaction.prepare_cached("DELETE FROM accesses WHERE number = ?1")?.execute([number])?;
        // Without its seed, what is left of a record tells nothing of it.
        transaction.prepare_cached("UPDATE leaves SET seed = NULL WHERE number = ?1")?.execute([number])?;
    }
    transaction.commit()?;
    Ok(records.len() as u64)
}

fn integer(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Writes whatever waits, with one flush, until nobody is left who may append.
///
/// A flush that failed is not tried again: it may report a success that the first one has already lost. What failed before
/// any flush, for want of space or of the file's lock, may work the next time.
fn write(connection: &mut Connection, mut inbox: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    let mut stopped = None;
    while inbox.blocking_recv_many(&mut batch, TOGETHER) > 0 {
        let written = match &stopped {
            Some(why) => Err(AccessError::Stopped(String::clone(why))),
            None => commit(connection, &batch),
        };
        if let Err(AccessError::Stopped(why)) = &written
            && stopped.is_none()
        {
            tracing::error!(%why, "the access log has stopped: nothing is disclosed until the next start");
            stopped = Some(why.clone());
        }
        for waiting in batch.drain(..) {
            // Who no longer waits was shown nothing.
            let _ = waiting.answer.send(written.clone());
        }
    }
}

fn commit(connection: &mut Connection, batch: &[Waiting]) -> Answer {
    add(connection, batch).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            AccessError::Unavailable(error.to_string())
        }
        _ => AccessError::Stopped(error.to_string()),
    })
}

fn add(connection: &mut Connection, batch: &[Waiting]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for Waiting { access, .. } in batch {
        let record =
            serde_json::to_vec(access).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let number = transaction
            .prepare_cached("INSERT INTO accesses (user, organisation, record) VALUES (?1, ?2, ?3)")?
            .insert((access.user.as_str(), access.organisation.as_str(), &record))?;
        seal(&transaction, number.cast_unsigned(), record)?;
        for shown in &access.persons {
            transaction
                .prepare_cached("INSERT OR IGNORE INTO persons (person, number) VALUES (?1, ?2)")?
                .execute((shown.person_id.0.as_bytes(), number))?;
        }
    }
    transaction.commit()
}

fn read(connection: &Connection, of: &Of, before: Option<u64>, limit: usize) -> Result<Vec<Numbered>, AccessError> {
    let (of, mut values) = chosen(of);
    values.push(integer(before.unwrap_or(u64::MAX)));
    values.push(integer(limit as u64));
    let sql = format!("SELECT number, record FROM accesses WHERE {of} number < ? ORDER BY number DESC LIMIT ?");
    rows(connection, &sql, values)
}

/// A number as SQLite has it, in the first column.
fn unsigned(row: &Row<'_>) -> rusqlite::Result<u64> {
    row.get(0).map(i64::cast_unsigned)
}

fn stored(connection: &Connection, of: &Of, before: Option<u64>, limit: usize) -> rusqlite::Result<Vec<StoredRecord>> {
    let (of, mut values) = chosen(of);
    values.push(integer(before.unwrap_or(u64::MAX)));
    values.push(integer(limit as u64));
    let sql = format!(
        "SELECT number, seed, record FROM accesses JOIN leaves USING (number)
         WHERE {of} number < ? AND seed IS NOT NULL ORDER BY number DESC LIMIT ?"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok(StoredRecord { number: unsigned(row)?, seed: Seed::from_bytes(row.get(1)?), record: row.get(2)? })
    })?;
    rows.collect()
}

fn leaves(connection: &Connection, after: u64, limit: usize) -> rusqlite::Result<Vec<RecordLeaf>> {
    let sql = "SELECT number, at, body FROM leaves WHERE number > ? ORDER BY number LIMIT ?";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params_from_iter([integer(after), integer(limit as u64)]), |row| {
        Ok(RecordLeaf { number: unsigned(row)?, at: row.get(1)?, body: row.get(2)? })
    })?;
    rows.collect()
}

/// The records that a statement selects, with their numbers.
fn rows(connection: &Connection, sql: &str, values: Vec<Value>) -> Result<Vec<Numbered>, AccessError> {
    let rows = || {
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, Vec<u8>>(1)?))
        })?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    };
    let rows = rows().map_err(|error| AccessError::Unavailable(error.to_string()))?;
    rows.into_iter()
        .map(|(number, record)| {
            let access = serde_json::from_slice(&record).map_err(|_| AccessError::Damaged(number))?;
            Ok(Numbered { number, access })
        })
        .collect()
}

/// What restricts the records, and the values of its places.
fn chosen(of: &Of) -> (String, Vec<Value>) {
    let one = |column: &str, value: &str| (format!("{column} = ? AND"), vec![Value::Text(value.to_owned())]);
    match of {
        Of::Everybody => (String::new(), Vec::new()),
        Of::User(user) => one("user", user.as_str()),
        Of::Organisation(organisation) => one("organisation", organisation.as_str()),
        Of::Persons(ids) => {
            let places = vec!["?"; ids.len()].join(", ");
            let restricts = format!("number IN (SELECT number FROM persons WHERE person IN ({places})) AND");
            (restricts, ids.iter().map(|PersonId(id)| Value::Blob(id.as_bytes().to_vec())).collect())
        }
    }
}

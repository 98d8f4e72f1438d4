//! The embedded store: one file beside the log, one thread that writes, and one flush for whatever waits.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use care_path::PersonId;
use parking_lot::Mutex;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params_from_iter};
use storage::sqlite_file::{self, Layout};
use tokio::sync::{mpsc, oneshot};

use crate::{Access, AccessError, AccessLog, Numbered, Of, OpenError};

const LAYOUT: Layout = Layout {
    application: i32::from_be_bytes(*b"BkAc"),
    version: 1,
    schema: "
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
        LAYOUT.prepare(&mut connection)?;
        let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let remover = Connection::open(path)?;
        sqlite_file::flush_commits(&remover)?;
        let (writer, inbox) = mpsc::channel(WAITING);
        std::thread::Builder::new().name("access-log".to_owned()).spawn(move || write(&mut connection, inbox))?;
        Ok(Self { writer, reader: Arc::new(Mutex::new(reader)), remover: Arc::new(Mutex::new(remover)) })
    }
}

#[async_trait]
impl AccessLog for SqliteAccessLog {
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
            .insert((access.user.as_str(), access.organisation.as_str(), record))?;
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

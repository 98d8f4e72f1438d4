//! The embedded store: one file beside the log, one thread that writes, and one flush for whatever waits.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use care_path::PersonId;
use parking_lot::Mutex;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, params_from_iter};
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

/// Records in a SQLite file.
pub struct SqliteAccessLog {
    writer: mpsc::Sender<Waiting>,
    reader: Arc<Mutex<Connection>>,
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
        let (writer, inbox) = mpsc::channel(WAITING);
        std::thread::Builder::new().name("access-log".to_owned()).spawn(move || write(&mut connection, inbox))?;
        Ok(Self { writer, reader: Arc::new(Mutex::new(reader)) })
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
    values.push(Value::Integer(before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX)));
    values.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
    let sql = format!("SELECT number, record FROM accesses WHERE {of} number < ? ORDER BY number DESC LIMIT ?");
    let rows = || {
        let mut statement = connection.prepare_cached(&sql)?;
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

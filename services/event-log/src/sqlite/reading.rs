//! Reading: a few connections that can do nothing else, used off the async threads, and the queries they run.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, Row, params};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::schema::{Layout, SqliteOpenError, open_reader};
use super::stream_index;
use super::writer::last_position;
use crate::port::{LogError, LogPage, Position, Recorded, StreamName};

/// A page ends once it has so many bytes of events.
const PAGE_BYTES: usize = 16 * 1024 * 1024;

const COLUMNS: &str = "SELECT e.position, e.revision, e.id, s.name, e.kind, e.data, e.metadata FROM events e";

/// Connections for reading: opened when needed, at most as many as there are permits.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

/// What can go wrong in a query.
pub(super) enum ReadError {
    Open(SqliteOpenError),
    Query(rusqlite::Error),
    Damaged(&'static str),
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Query(error)
    }
}

impl From<ReadError> for LogError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Open(error) => Self::Unavailable(error.to_string()),
            ReadError::Damaged(what) => Self::Damaged(what.to_owned()),
            ReadError::Query(error) => match error.sqlite_error_code() {
                // An SQLite failure is one of access; anything else is a value that the layout does not allow.
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) | None => Self::Damaged(error.to_string()),
                Some(_) => Self::Unavailable(error.to_string()),
            },
        }
    }
}

impl Readers {
    pub(crate) fn new(path: PathBuf, most: usize) -> Self {
        Self { path, idle: Mutex::default(), permits: Arc::new(Semaphore::new(most.max(1))) }
    }

    /// Runs one query on a thread where it may block.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, LogError> {
        let unavailable = |why: &dyn std::fmt::Display| LogError::Unavailable(why.to_string());
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|error| unavailable(&error))?;
        let readers = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            // The permit goes with the query: a caller that stops waiting does not free a connection still in use.
            let _permit = permit;
            let idle = readers.idle.lock().pop();
            let connection = match idle {
                Some(connection) => connection,
                None => open_reader(&readers.path).map_err(ReadError::Open)?.0,
            };
            let answer = query(&connection)?;
            readers.idle.lock().push(connection);
            Ok(answer)
        });
        task.await.map_err(|error| unavailable(&error))?.map_err(|error: ReadError| error.into())
    }
}

pub(super) fn head(connection: &Connection) -> Result<Position, ReadError> {
    Ok(Position(last_position(connection)?.cast_unsigned()))
}

/// The query of a stream's events: `?1` is its row, `?2` the first revision. The index alone is not believed: no event of
/// another stream is answered.
pub(super) fn of_stream(layout: Layout) -> String {
    let positions = stream_index::positions(layout);
    format!("{COLUMNS} JOIN streams s ON s.id = e.stream WHERE e.position IN ({positions}) AND e.stream = ?1")
}

pub(super) fn stream(
    connection: &Connection,
    layout: Layout,
    name: &StreamName,
    from: u64,
) -> Result<Vec<Recorded>, ReadError> {
    let Some(row) = stream_index::row_of(connection, name)? else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(&of_stream(layout))?;
    let mut rows = statement.query(params![row, signed(from)])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(recorded(row)?);
    }
    events.sort_unstable_by_key(|event| event.revision);
    if events.iter().zip(from..).any(|(event, revision)| event.revision != revision) {
        return Err(ReadError::Damaged("a revision of a stream is missing, or there twice"));
    }
    Ok(events)
}

pub(super) fn page(connection: &Connection, after: Position, limit: usize) -> Result<LogPage, ReadError> {
    // Read first: nothing is ever removed, so what lies up to here does not change any more.
    let head = head(connection)?;
    if after >= head {
        return Ok(LogPage { events: Vec::new(), next: after, at_head: true });
    }
    // A cross join keeps the events in front: they are read in order, and their streams looked up.
    let sql = format!(
        "{COLUMNS} CROSS JOIN streams s ON s.id = e.stream
         WHERE e.position > ?1 AND e.position <= ?2 ORDER BY e.position"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![signed(after.0), signed(head.0)])?;

    let mut events: Vec<Recorded> = Vec::new();
    let mut bytes = 0;
    let mut full = limit == 0;
    while !full {
        let Some(row) = rows.next()? else { break };
        let event = recorded(row)?;
        bytes += event.data.len() + event.metadata.len();
        events.push(event);
        full = events.len() == limit || bytes >= PAGE_BYTES;
    }
    let next = if full { events.last().map_or(after, |event| event.position) } else { head };
    Ok(LogPage { events, next, at_head: next >= head })
}

fn recorded(row: &Row<'_>) -> Result<Recorded, ReadError> {
    let id = row.get_ref(2)?.as_blob().ok().and_then(|bytes| Uuid::from_slice(bytes).ok());
    Ok(Recorded {
        position: Position(unsigned(row.get(0)?)?),
        revision: unsigned(row.get(1)?)?,
        id: id.ok_or(ReadError::Damaged("an event's id is not a UUID"))?,
        stream: StreamName::new(row.get::<_, String>(3)?),
        kind: row.get(4)?,
        data: row.get(5)?,
        metadata: row.get(6)?,
    })
}

fn unsigned(number: i64) -> Result<u64, ReadError> {
    u64::try_from(number).map_err(|_| ReadError::Damaged("a position or revision is negative"))
}

/// No position or revision is beyond what SQLite counts to, so whatever asks for more asks for nothing.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

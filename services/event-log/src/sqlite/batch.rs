//! One transaction of the writer: appends are judged one by one, each by the log as those before it have left it.
//!
//! Nearly every append is made for the first time, so that it is judged by what is known of its stream, and its events are
//! written, many with one statement, on the chance that their ids are new. The table refuses those that are not: then the
//! transaction is taken back and made once more with a look at every id ([`Way::Careful`]).

use rusqlite::{CachedStatement, Connection, ErrorCode, OptionalExtension};

use super::stream_index::{self, IndexEntry, Unindexed};
use super::streams::{KnownStreams, Tail};
use crate::port::{Appended, Expected, LogError, Position, Proposed, StreamName};
use crate::queue::Verdict;
use crate::rules::{self, Repeat};

/// Events that are written with one statement: what a statement costs beside its rows is a third of a row's own cost.
const TOGETHER: usize = 16;
const COLUMNS: usize = 7;
/// The revision of a stream that has no event.
const BEFORE_THE_FIRST: i64 = -1;

/// How it is known whether an event's id is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The table refuses one that is not.
    Optimistic,
    /// It is looked for.
    Careful,
}

/// Whether a batch failed because something of it was there already.
pub(super) fn was_there(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

/// An event that is to be written.
struct Row<'b> {
    place: IndexEntry,
    event: &'b Proposed,
}

/// The statements of a batch, and what is known of the log's end.
pub(super) struct Batch<'w, 'b> {
    find_event: CachedStatement<'w>,
    find_last: CachedStatement<'w>,
    add_stream: CachedStatement<'w>,
    add_event: CachedStatement<'w>,
    add_events: CachedStatement<'w>,
    connection: &'w Connection,
    streams: &'w mut KnownStreams,
    unindexed: &'w mut Unindexed,
    position: &'w mut i64,
    way: Way,
    rows: Vec<Row<'b>>,
}

/// A row that cannot be written fails the statement and leaves those before it, as it fails the batch anyway: so SQLite
/// needs not keep what it would take back.
fn insertion(rows: usize) -> String {
    let row = "(?, ?, ?, ?, ?, ?, ?)";
    let rows = vec![row; rows].join(", ");
    format!("INSERT OR FAIL INTO events (position, stream, revision, id, kind, data, metadata) VALUES {rows}")
}

impl<'w, 'b> Batch<'w, 'b> {
    /// `position` is the last one given out. Where a batch fails, it, `streams` and `unindexed` are no longer to be trusted.
    pub(crate) fn new(
        connection: &'w Connection,
        streams: &'w mut KnownStreams,
        unindexed: &'w mut Unindexed,
        position: &'w mut i64,
        way: Way,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            find_event: connection.prepare_cached("SELECT stream, revision, position FROM events WHERE id = ?1")?,
            find_last: connection.prepare_cached(stream_index::LAST_INDEXED)?,
            add_stream: connection.prepare_cached("INSERT INTO streams (name) VALUES (?1)")?,
            add_event: connection.prepare_cached(&insertion(1))?,
            add_events: connection.prepare_cached(&insertion(TOGETHER))?,
            connection,
            streams,
            unindexed,
            position,
            way,
            rows: Vec::with_capacity(TOGETHER),
        })
    }

    /// Judges one append and makes it, if it may be made. Everything is checked before anything is written, so a
    /// refusal leaves nothing behind; an `Err` of SQLite's is therefore never about one append, but about the log, or the
    /// batch ([`was_there`]).
    pub(crate) fn append(
        &mut self,
        name: &StreamName,
        expected: Expected,
        events: &'b [Proposed],
    ) -> rusqlite::Result<Verdict> {
        let tail = self.tail(name)?;
        let met = rules::expect(expected, tail.and_then(|tail| tail.revision.try_into().ok()));
        // A repeat seldom finds the stream where it expects it.
        if self.way == Way::Careful || met.is_err() {
            match self.before(tail, events)? {
                Ok(None) => {}
                Ok(Some(first_time)) => return Ok(Ok(first_time)),
                Err(refused) => return Ok(Err(refused)),
            }
        }
        if let Err(refused) = met {
            return Ok(Err(refused));
        }
        let mut tail = match tail {
            Some(tail) => tail,
            None => Tail { stream: self.add_stream.insert([name.as_str()])?, revision: BEFORE_THE_FIRST },
        };
        for event in events {
            tail.revision += 1;
            *self.position += 1;
            let place = IndexEntry { stream: tail.stream, revision: tail.revision, position: *self.position };
            self.unindexed.push(place);
            self.rows.push(Row { place, event });
            if self.rows.len() == TOGETHER {
                add(&mut self.add_events, &self.rows)?;
                self.rows.clear();
            }
        }
        self.streams.put(name, tail);
        let position = Position(self.position.cast_unsigned());
        Ok(Ok(Appended { revision: tail.revision.cast_unsigned(), position }))
    }

    /// Writes what is still to be written.
    pub(crate) fn finish(&mut self) -> rusqlite::Result<()> {
        for row in self.rows.chunks(1) {
            add(&mut self.add_event, row)?;
        }
        self.rows.clear();
        Ok(())
    }

    fn tail(&mut self, name: &StreamName) -> rusqlite::Result<Option<Tail>> {
        if let Some(tail) = self.streams.get(name) {
            return Ok(Some(tail));
        }
        let Some(stream) = stream_index::row_of(self.connection, name)? else { return Ok(None) };
        let revision = match self.unindexed.last_revision(stream) {
            Some(revision) => revision,
            // A name without events is left where somebody has removed them by hand: the stream begins anew.
            None => self.find_last.query_row([stream], |row| row.get::<_, Option<i64>>(0))?.unwrap_or(BEFORE_THE_FIRST),
        };
        let tail = Tail { stream, revision };
        self.streams.put(name, tail);
        Ok(Some(tail))
    }

    fn before(
        &mut self,
        tail: Option<Tail>,
        events: &[Proposed],
    ) -> rusqlite::Result<Result<Option<Appended>, LogError>> {
        // What came before in the batch counts as well.
        self.finish()?;
        let mut known = Vec::with_capacity(events.len());
        for event in events {
            let found = self.find_event.query_row([event.id.as_bytes()], |row| {
                let stream: i64 = row.get(0)?;
                Ok(Repeat {
                    here: tail.is_some_and(|tail| tail.stream == stream),
                    revision: row.get::<_, i64>(1)?.cast_unsigned(),
                    position: Position(row.get::<_, i64>(2)?.cast_unsigned()),
                })
            });
            known.push(found.optional()?);
        }
        Ok(rules::repeated(known))
    }
}

fn add(statement: &mut CachedStatement<'_>, rows: &[Row<'_>]) -> rusqlite::Result<()> {
    for (row, before) in rows.iter().zip((0..).step_by(COLUMNS)) {
        let Row { place: IndexEntry { stream, revision, position }, event } = row;
        statement.raw_bind_parameter(before + 1, position)?;
        statement.raw_bind_parameter(before + 2, stream)?;
        statement.raw_bind_parameter(before + 3, revision)?;
        statement.raw_bind_parameter(before + 4, event.id.as_bytes())?;
        statement.raw_bind_parameter(before + 5, event.kind.as_str())?;
        statement.raw_bind_parameter(before + 6, event.data.as_slice())?;
        statement.raw_bind_parameter(before + 7, event.metadata.as_slice())?;
    }
    statement.raw_execute()?;
    Ok(())
}

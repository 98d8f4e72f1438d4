//! One transaction of the writer: appends are judged one by one, each by the log as those before it have left it.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::streams::{KnownStreams, Tail};
use crate::event_log::port::{Appended, Expected, LogError, Position, Proposed, StreamName};
use crate::event_log::rules::{self, Known};

/// The answer to one append.
pub(super) type Verdict = Result<Appended, LogError>;

/// The statements of a batch, and what is known of the log's end.
pub(super) struct Batch<'w> {
    find_event: CachedStatement<'w>,
    find_stream: CachedStatement<'w>,
    add_stream: CachedStatement<'w>,
    add_event: CachedStatement<'w>,
    streams: &'w mut KnownStreams,
    position: &'w mut i64,
}

impl<'w> Batch<'w> {
    /// `position` is the last one given out. Where a batch fails, it and `streams` are no longer to be trusted.
    pub fn new(
        connection: &'w Connection,
        streams: &'w mut KnownStreams,
        position: &'w mut i64,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            find_event: connection.prepare_cached("SELECT stream, revision, position FROM events WHERE id = ?1")?,
            find_stream: connection.prepare_cached(
                "SELECT id, (SELECT max(revision) FROM events WHERE stream = streams.id) FROM streams WHERE name = ?1",
            )?,
            add_stream: connection.prepare_cached("INSERT INTO streams (name) VALUES (?1)")?,
            add_event: connection.prepare_cached(
                "INSERT INTO events (position, stream, revision, id, kind, data, metadata)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?,
            streams,
            position,
        })
    }

    /// Judges one append and makes it, if it may be made. Everything is checked before anything is written, so a
    /// refusal leaves nothing behind; an `Err` of SQLite's is therefore never about one append, but about the log.
    pub fn append(&mut self, name: &StreamName, expected: Expected, events: &[Proposed]) -> rusqlite::Result<Verdict> {
        let tail = self.tail(name)?;
        match self.before(tail, events)? {
            Ok(None) => {}
            Ok(Some(first_time)) => return Ok(Ok(first_time)),
            Err(refused) => return Ok(Err(refused)),
        }
        if let Err(refused) = rules::expect(expected, tail.map(|tail| tail.revision.cast_unsigned())) {
            return Ok(Err(refused));
        }
        let mut tail = match tail {
            Some(tail) => tail,
            None => Tail { stream: self.add_stream.insert([name.as_str()])?, revision: -1 },
        };
        for event in events {
            tail.revision += 1;
            *self.position += 1;
            self.add_event.execute(params![
                *self.position,
                tail.stream,
                tail.revision,
                event.id.0.as_bytes(),
                event.kind,
                event.data,
                event.metadata
            ])?;
        }
        self.streams.put(name, tail);
        let position = Position(self.position.cast_unsigned());
        Ok(Ok(Appended { revision: tail.revision.cast_unsigned(), position }))
    }

    fn tail(&mut self, name: &StreamName) -> rusqlite::Result<Option<Tail>> {
        if let Some(tail) = self.streams.get(name) {
            return Ok(Some(tail));
        }
        let found =
            self.find_stream.query_row([name.as_str()], |row| Ok(Tail { stream: row.get(0)?, revision: row.get(1)? }));
        let found = found.optional()?;
        if let Some(tail) = found {
            self.streams.put(name, tail);
        }
        Ok(found)
    }

    fn before(
        &mut self,
        tail: Option<Tail>,
        events: &[Proposed],
    ) -> rusqlite::Result<Result<Option<Appended>, LogError>> {
        let mut known = Vec::with_capacity(events.len());
        for event in events {
            let found = self.find_event.query_row([event.id.0.as_bytes()], |row| {
                let stream: i64 = row.get(0)?;
                Ok(Known {
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

//! Where the events of each stream are, by revision: an index that comes after the log, many events at a time.
//!
//! Kept with every append, as an index of SQLite's own is, it would cost more than the events themselves: appends go to
//! many streams, and nearly each would have a page of the index written for one entry. What comes after the index's
//! end is little, so that it is looked through in the table itself; the writer knows it by heart.

use rusqlite::{Connection, OptionalExtension, params};

use crate::event_log::port::StreamName;

/// The positions of a stream's events: `?1` is its row, `?2` the first revision. From one statement, so as of one moment.
pub(super) const POSITIONS: &str = "
    SELECT position FROM stream_index WHERE stream = ?1 AND revision >= ?2
    UNION ALL
    SELECT position FROM events
    WHERE position > (SELECT position FROM indexed_to) AND stream = ?1 AND revision >= ?2";

/// The row of a stream, if it has one.
pub(super) fn row_of(connection: &Connection, name: &StreamName) -> rusqlite::Result<Option<i64>> {
    let mut row = connection.prepare_cached("SELECT id FROM streams WHERE name = ?1")?;
    row.query_row([name.as_str()], |row| row.get(0)).optional()
}

/// Where an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub stream: i64,
    pub revision: i64,
    pub position: i64,
}

/// The events that the index does not have yet, in the order of the log.
pub(super) struct Unindexed {
    places: Vec<Place>,
    at_once: usize,
}

impl Unindexed {
    /// What there is of them. So many are to be taken into the index at once.
    pub fn read(connection: &Connection, at_once: usize) -> rusqlite::Result<Self> {
        let mut rest = connection.prepare(
            "SELECT stream, revision, position FROM events
             WHERE position > (SELECT position FROM indexed_to) ORDER BY position",
        )?;
        let rest =
            rest.query_map([], |row| Ok(Place { stream: row.get(0)?, revision: row.get(1)?, position: row.get(2)? }))?;
        Ok(Self { places: rest.collect::<rusqlite::Result<_>>()?, at_once })
    }

    pub fn push(&mut self, place: Place) {
        self.places.push(place);
    }

    pub const fn len(&self) -> usize {
        self.places.len()
    }

    /// Forgets all but the first, for what came after them was taken back.
    pub fn truncate(&mut self, len: usize) {
        self.places.truncate(len);
    }

    /// The last revision of a stream, if its last event is one of these.
    pub fn last_revision(&self, stream: i64) -> Option<i64> {
        self.places.iter().rev().find(|place| place.stream == stream).map(|place| place.revision)
    }

    /// Takes them into the index where enough have come, within the transaction that is open.
    pub fn index(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let Some(Place { position: last, .. }) = self.places.last().copied() else { return Ok(()) };
        if self.places.len() < self.at_once {
            return Ok(());
        }
        // Neighbours in the index are written together, each page once.
        let mut sorted = self.places.clone();
        sorted.sort_unstable();
        let mut add = connection
            .prepare_cached("INSERT OR FAIL INTO stream_index (stream, revision, position) VALUES (?1, ?2, ?3)")?;
        for Place { stream, revision, position } in sorted {
            add.execute(params![stream, revision, position])?;
        }
        connection.prepare_cached("UPDATE indexed_to SET position = ?1")?.execute([last])?;
        self.places.clear();
        Ok(())
    }
}

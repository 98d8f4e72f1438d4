//! Where the events of each stream are, by revision: an index that comes after the log, many events at a time.
//!
//! Kept with every append, as an index of SQLite's own is, it would cost more than the events themselves: appends go to
//! many streams, and nearly each would have a page of the index written for one entry. What comes after the index's
//! end is little, so that it is looked through in the table itself; the writer knows it by heart.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::schema::Layout;
use crate::port::StreamName;

/// The positions of a stream's events: `?1` is its row, `?2` the first revision. From one statement, so as of one moment.
pub(super) const fn positions(layout: Layout) -> &'static str {
    match layout {
        Layout::Current => {
            "SELECT position FROM stream_index WHERE stream = ?1 AND revision >= ?2
             UNION ALL
             SELECT position FROM events
             WHERE position > (SELECT position FROM indexed_to) AND stream = ?1 AND revision >= ?2"
        }
        // It has an index of SQLite's own.
        Layout::Older => "SELECT position FROM events WHERE stream = ?1 AND revision >= ?2",
    }
}

/// The last revision of a stream that the index has; none where it has none.
pub(super) const LAST_INDEXED: &str = "SELECT max(revision) FROM stream_index WHERE stream = ?1";

/// The row of a stream, if it has one.
pub(super) fn row_of(connection: &Connection, name: &StreamName) -> rusqlite::Result<Option<i64>> {
    let mut row = connection.prepare_cached("SELECT id FROM streams WHERE name = ?1")?;
    row.query_row([name.as_str()], |row| row.get(0)).optional()
}

/// Where an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IndexEntry {
    pub stream: i64,
    pub revision: i64,
    pub position: i64,
}

/// Why what follows the index's end is not taken over.
#[derive(Debug, thiserror::Error)]
pub(super) enum Disorder {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("its index of streams ends at position {0}, and the log before that")]
    BeyondTheLog(i64),
    #[error("the event at position {0} is not the next one of its stream")]
    OutOfLine(i64),
}

/// What is wrong with the index. Whoever reads a stream, or appends to it, goes by it: an entry that was taken out hides an
/// event that is still in the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexFault {
    #[error("the index of streams lacks {count} events, the first of them at position {first}")]
    Missing { count: u64, first: u64 },
    #[error(
        "the index of streams has {count} entries that are none of the log's, the first of them for position {first}"
    )]
    Foreign { count: u64, first: i64 },
    #[error("the index of streams does not say where it ends")]
    NoEnd,
}

/// Holds the index against the events. The layout before this one has an index of SQLite's own.
pub(super) fn faults(connection: &Connection, layout: Layout) -> rusqlite::Result<Vec<IndexFault>> {
    const MISSING: &str = "
        SELECT count(*), min(e.position) FROM events e
        WHERE e.position <= (SELECT position FROM indexed_to) AND NOT EXISTS (
            SELECT 1 FROM stream_index i
            WHERE i.stream = e.stream AND i.revision = e.revision AND i.position = e.position
        )";
    const FOREIGN: &str = "
        SELECT count(*), min(i.position) FROM stream_index i
        WHERE i.position > (SELECT position FROM indexed_to) OR NOT EXISTS (
            SELECT 1 FROM events e
            WHERE e.position = i.position AND e.stream = i.stream AND e.revision = i.revision
        )";
    const ENDS: &str = "
        SELECT count(*) = 1 AND max(position) BETWEEN 0 AND (SELECT coalesce(max(position), 0) FROM events) FROM indexed_to";
    if layout == Layout::Older {
        return Ok(Vec::new());
    }
    // One moment for all of it: the service may write meanwhile.
    let connection = connection.unchecked_transaction()?;
    if connection.query_row(ENDS, [], |row| row.get::<_, Option<bool>>(0))? != Some(true) {
        return Ok(vec![IndexFault::NoEnd]);
    }
    let found = |sql| connection.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)));
    let mut faults = Vec::new();
    if let (count, Some(first)) = found(MISSING)? {
        faults.push(IndexFault::Missing { count: count.cast_unsigned(), first: first.cast_unsigned() });
    }
    if let (count, Some(first)) = found(FOREIGN)? {
        faults.push(IndexFault::Foreign { count: count.cast_unsigned(), first });
    }
    Ok(faults)
}

/// The events that the index does not have yet.
pub(super) struct Unindexed {
    /// In the order of the log.
    places: Vec<IndexEntry>,
    /// The last revision of each stream that they are of.
    tails: HashMap<i64, i64>,
    at_once: usize,
}

impl Unindexed {
    /// What there is of them, in a log that ends at `last`. So many are to be taken into the index at once.
    ///
    /// SQLite no longer sees to it that the table and the index go together: whoever changes the file by hand can part
    /// them. Each of these events must therefore be the next of its stream; others are not added to.
    pub(crate) fn read(connection: &Connection, last: i64, at_once: usize) -> Result<Self, Disorder> {
        let indexed_to = connection.query_row("SELECT position FROM indexed_to", [], |row| row.get(0))?;
        if indexed_to > last {
            return Err(Disorder::BeyondTheLog(indexed_to));
        }
        let mut unindexed = Self { places: Vec::new(), tails: HashMap::new(), at_once };
        let mut indexed = connection.prepare(LAST_INDEXED)?;
        let mut rest = connection
            .prepare("SELECT stream, revision, position FROM events WHERE position > ?1 ORDER BY position")?;
        let mut rest = rest.query([indexed_to])?;
        while let Some(row) = rest.next()? {
            let place = IndexEntry { stream: row.get(0)?, revision: row.get(1)?, position: row.get(2)? };
            let before: Option<i64> = match unindexed.last_revision(place.stream) {
                Some(revision) => Some(revision),
                None => indexed.query_row([place.stream], |row| row.get(0))?,
            };
            if place.revision != before.map_or(0, |revision| revision + 1) {
                return Err(Disorder::OutOfLine(place.position));
            }
            unindexed.push(place);
        }
        Ok(unindexed)
    }

    pub(crate) fn push(&mut self, place: IndexEntry) {
        self.tails.insert(place.stream, place.revision);
        self.places.push(place);
    }

    pub(crate) const fn len(&self) -> usize {
        self.places.len()
    }

    /// Forgets all but the first, for what came after them was taken back.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.places.truncate(len);
        self.tails = self.places.iter().map(|place| (place.stream, place.revision)).collect();
    }

    /// The last revision of a stream, if its last event is one of these.
    pub(crate) fn last_revision(&self, stream: i64) -> Option<i64> {
        self.tails.get(&stream).copied()
    }

    /// Takes them into the index where enough have come, within the transaction that is open.
    pub(crate) fn index(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let Some(IndexEntry { position: last, .. }) = self.places.last().copied() else { return Ok(()) };
        if self.places.len() < self.at_once {
            return Ok(());
        }
        // Neighbours in the index are written together, each page once.
        let mut sorted = self.places.clone();
        sorted.sort_unstable();
        let mut add = connection
            .prepare_cached("INSERT OR FAIL INTO stream_index (stream, revision, position) VALUES (?1, ?2, ?3)")?;
        for IndexEntry { stream, revision, position } in sorted {
            add.execute(params![stream, revision, position])?;
        }
        connection.prepare_cached("UPDATE indexed_to SET position = ?1")?.execute([last])?;
        self.places.clear();
        self.tails.clear();
        Ok(())
    }
}

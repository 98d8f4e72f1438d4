//! Events in rows, as snapshots have them: a box of rows knows where each of them begins, so that any can be read by
//! itself, and a case that nobody has looked at yet is the places of its rows.

mod codec;

use std::ops::Range;
use std::sync::Arc;

use care_path::PersonId;
use zeroize::Zeroizing;

use self::codec::{decode, encode, heading};
use super::case::{Case, Entry};
use crate::history::{Happened, Heading};
use crate::sealing::OpenedBox;

pub use codec::{BadRow, form};

/// Rows of a box: some hundreds of kilobytes, of which several are opened at once.
pub const ROWS: usize = 1_000;

/// Rows that are gathered for a box. Private values are in them as they are.
pub struct Gathered {
    ends: Vec<u32>,
    rows: Zeroizing<Vec<u8>>,
}

impl Gathered {
    pub fn new() -> Self {
        Self { ends: Vec::with_capacity(ROWS), rows: Zeroizing::new(Vec::with_capacity(ROWS * 512)) }
    }

    pub fn is_full(&self) -> bool {
        self.ends.len() >= ROWS
    }

    /// Adds a row, if what is read back from it is what went in: nothing will be there to compare with later.
    pub fn push(&mut self, happened: &Happened) -> Result<(), BadRow> {
        let start = self.rows.len();
        encode(happened, &mut self.rows)?;
        let read = decode(self.rows.get(start..).unwrap_or_default())?;
        if read.event != happened.event || read.stamp != happened.stamp || read.heading() != happened.heading() {
            return Err(BadRow);
        }
        self.ends.push(u32::try_from(self.rows.len()).map_err(|_| BadRow)?);
        Ok(())
    }

    /// What goes into the box: where each row ends, and the rows.
    pub fn content(&self) -> Result<Zeroizing<Vec<u8>>, BadRow> {
        let count = u32::try_from(self.ends.len()).map_err(|_| BadRow)?;
        let mut content = Zeroizing::new(Vec::with_capacity(4 + self.ends.len() * 4 + self.rows.len()));
        content.extend_from_slice(&count.to_be_bytes());
        for end in &self.ends {
            content.extend_from_slice(&end.to_be_bytes());
        }
        content.extend_from_slice(&self.rows);
        Ok(content)
    }
}

/// A box that was opened. Its rows are read when they are asked for.
pub struct Rows {
    content: OpenedBox,
    count: usize,
}

impl Rows {
    /// The rows of a box.
    ///
    /// # Errors
    /// Where it does not hold the rows that it speaks of, and nothing else.
    pub fn of(content: OpenedBox) -> Result<Self, BadRow> {
        let count = number(&content, 0).ok_or(BadRow)?;
        let rows = Self { content, count: usize::try_from(count).map_err(|_| BadRow)? };
        let ends: Option<Vec<_>> = (0..rows.count).map(|index| rows.end(index)).collect();
        let ends = ends.ok_or(BadRow)?;
        if ends.is_sorted() && ends.last() == Some(&rows.content.len()) { Ok(rows) } else { Err(BadRow) }
    }

    pub fn len(&self) -> usize {
        self.count
    }

    fn end(&self, index: usize) -> Option<usize> {
        let end = number(&self.content, 1 + index)?;
        usize::try_from(end).ok()?.checked_add(4 + 4 * self.count)
    }

    fn row(&self, index: usize) -> Option<&[u8]> {
        let start = match index.checked_sub(1) {
            Some(before) => self.end(before)?,
            None => 4 + 4 * self.count,
        };
        self.content.get(start..self.end(index)?)
    }

    /// Reads a row.
    pub fn read(&self, index: usize) -> Result<Happened, BadRow> {
        decode(self.row(index).ok_or(BadRow)?)
    }

    /// Reads the beginning of a row.
    pub fn heading(&self, index: usize) -> Result<Heading, BadRow> {
        heading(self.row(index).ok_or(BadRow)?)
    }
}

fn number(content: &[u8], place: usize) -> Option<u32> {
    let start = place.checked_mul(4)?;
    let bytes = content.get(start..start.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// Boxes of rows, and which of their rows are whose: those of a case lie beside each other, in the order of the log.
pub struct Shelf {
    boxes: Vec<Rows>,
    places: Box<[Place]>,
}

/// A row by its box and its place in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    pub of_box: u32,
    pub row: u32,
}

impl Shelf {
    /// Boxes with the rows of every case, case by case.
    pub fn new(boxes: Vec<Rows>, places: Vec<Place>) -> Arc<Self> {
        Arc::new(Self { boxes, places: places.into_boxed_slice() })
    }

    fn read(&self, place: Place) -> Result<Happened, BadRow> {
        self.boxes.get(place.of_box as usize).ok_or(BadRow)?.read(place.row as usize)
    }
}

/// The events of a case that nobody has read yet.
pub struct Unread {
    members: Vec<PersonId>,
    shelf: Arc<Shelf>,
    places: Range<usize>,
}

impl Unread {
    /// Of persons, whose rows these are.
    pub fn new(members: Vec<PersonId>, shelf: Arc<Shelf>, places: Range<usize>) -> Self {
        Self { members, shelf, places }
    }

    /// Whose events they are; the first names the case.
    pub fn members(&self) -> &[PersonId] {
        &self.members
    }

    /// The case that they make.
    pub fn case(&self) -> Case {
        Case::folded(self.members.clone(), self.entries())
    }

    /// The events, read.
    ///
    /// # Panics
    /// Where a row cannot be read. It was read when it was written, by the same form, and authenticated since: what is in
    /// memory is damaged, and nothing may be answered from it.
    fn entries(&self) -> Vec<Entry> {
        let places = self.shelf.places.get(self.places.clone()).unwrap_or_default();
        let read = |place: &Place| {
            let Happened { stamp, event, position, .. } = match self.shelf.read(*place) {
                Ok(happened) => happened,
                Err(error) => panic!("a row of a snapshot that was authenticated cannot be read: {error}"),
            };
            Entry { stamp, event, position }
        };
        places.iter().map(read).collect()
    }
}

//! A file of events: a stretch of the log, opened, in sealed boxes.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::boxes::{self, BoxWriter, Magic, NotWritten, Sealed, Unusable};
use crate::event_log::{Position, Recorded};
use crate::history::Happened;
use crate::projections::rows::{BadRow, Gathered};
use crate::sealing::{CryptoFailed, FileCipher, FileKey};
use crate::sha256::Sha256;

const MAGIC: Magic = *b"BAKNSNP2";

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub form: [u8; 32],
    key: Uuid,
    salt: [u8; 32],
    /// The events after this position …
    pub from: u64,
    /// … up to this one.
    pub to: u64,
    /// The position before the last event: reading on from here, the log gives the last event first.
    pub before_last: u64,
    /// See [`fingerprint`].
    pub last: [u8; 32],
    pub events: u64,
}

impl Header {
    /// What the file is opened with.
    #[must_use]
    pub fn key(&self) -> FileKey {
        FileKey::of(self.key, self.salt)
    }
}

/// A digest of an event as the log has it. Sealing is random: the same event, recorded again in a log that was set back,
/// is another one.
#[must_use]
pub fn fingerprint(recorded: &Recorded) -> [u8; 32] {
    let mut context = Sha256::new();
    let numbers = [recorded.revision.to_be_bytes(), recorded.position.0.to_be_bytes()].concat();
    let parts: [&[u8]; 6] = [
        recorded.id.as_bytes(),
        recorded.stream.as_str().as_bytes(),
        recorded.kind.as_bytes(),
        &numbers,
        &recorded.data,
        &recorded.metadata,
    ];
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.finish()
}

/// Rows that are gathered for a file.
pub struct Stretch {
    from: Position,
    boxes: Vec<Gathered>,
    events: u64,
    /// The position of what was last read, whether it is in it or not.
    read: Position,
    last: Option<(Position, Position, [u8; 32])>,
}

impl Stretch {
    /// Of the events after a position.
    #[must_use]
    pub const fn after(from: Position) -> Self {
        Self { from, boxes: Vec::new(), events: 0, read: from, last: None }
    }

    /// Takes in the next event.
    ///
    /// # Errors
    /// Where it has no row.
    pub fn push(&mut self, recorded: &Recorded, happened: &Happened) -> Result<(), BadRow> {
        if self.boxes.last().is_none_or(Gathered::is_full) {
            self.boxes.push(Gathered::new());
        }
        if let Some(rows) = self.boxes.last_mut() {
            rows.push(happened)?;
        }
        self.events += 1;
        let before = std::mem::replace(&mut self.read, recorded.position);
        self.last = Some((before, recorded.position, fingerprint(recorded)));
        Ok(())
    }

    /// Passes an event that is in no file.
    pub const fn pass(&mut self, position: Position) {
        self.read = position;
    }

    /// The position that it reaches.
    #[must_use]
    pub fn to(&self) -> Position {
        self.last.map_or(self.from, |(_, to, _)| to)
    }

    /// How many events are in it.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// The file, sealed. `None` where there is nothing to seal.
    ///
    /// # Errors
    /// Where the backend refuses.
    pub fn seal(
        self,
        form: [u8; 32],
        key: FileKey,
        cipher: &FileCipher,
    ) -> Result<Option<(Header, Vec<u8>)>, NotWritten> {
        let Some((before_last, to, last)) = self.last else { return Ok(None) };
        let header = Header {
            form,
            key: key.id.0,
            salt: key.salt,
            from: self.from.0,
            to: to.0,
            before_last: before_last.0,
            last,
            events: self.events,
        };
        let written = rmp_serde::to_vec(&header).map_err(|_| CryptoFailed)?;
        let mut file = BoxWriter::begin(Vec::new(), MAGIC, written, cipher)?;
        let mut boxes = self.boxes;
        let Some(end) = boxes.pop() else { return Ok(None) };
        for rows in boxes {
            file.add(&rows.content().map_err(|_| CryptoFailed)?)?;
        }
        let file = file.end(&end.content().map_err(|_| CryptoFailed)?)?;
        Ok(Some((header, file)))
    }
}

/// What is at the beginning of a file: what it says of itself, not yet known to be true.
///
/// # Errors
/// Where it is not the beginning of such a file.
pub fn read_header(file: &[u8]) -> Result<Header, Unusable> {
    rmp_serde::from_slice(boxes::header(file, MAGIC)?).map_err(|_| Unusable::NotOne)
}

/// The boxes of a file.
///
/// # Errors
/// Where they are not whole.
pub fn read_boxes(file: &[u8]) -> Result<Vec<Sealed>, Unusable> {
    boxes::boxes(file, MAGIC)
}

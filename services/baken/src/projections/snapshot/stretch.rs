//! One file of a snapshot: a stretch of the log, opened, in sealed boxes. What the header says is in clear and tells
//! nothing of anybody; each box is bound to all of it.

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::codec::{BadRow, decode, encode};
use crate::app::Happened;
use crate::event_log::{Position, Recorded};
use crate::sealing::{BoxPlace, CryptoFailed, FileCipher, FileKey};

const MAGIC: &[u8; 8] = b"BAKNSNP1";
/// Rows of a box: some hundreds of kilobytes, of which several are opened at once.
pub const ROWS: usize = 1_000;

/// Why a file is not used. It is thrown away, and the log is read in its place.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    #[error("it is no snapshot, or its header is damaged")]
    NotOne,
    #[error("it was written by a version with other events")]
    OtherForm,
    #[error("its key was destroyed, as after an erasure, or is another key store's")]
    KeyGone,
    #[error("it is not of this log as it is now")]
    OtherLog,
    #[error("it is damaged")]
    Damaged,
    #[error("others that are kept hold what it holds")]
    Superseded,
}

impl From<BadRow> for Unusable {
    fn from(_: BadRow) -> Self {
        Self::Damaged
    }
}

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

    fn boxes(&self) -> Option<u32> {
        u32::try_from(self.events.div_ceil(ROWS as u64)).ok().filter(|boxes| *boxes > 0)
    }
}

/// A digest of an event as the log has it. Sealing is random: the same event, recorded again in a log that was set back,
/// is another one.
#[must_use]
pub fn fingerprint(recorded: &Recorded) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    let numbers = [recorded.revision.to_be_bytes(), recorded.position.0.to_be_bytes()].concat();
    let parts: [&[u8]; 6] = [
        recorded.id.0.as_bytes(),
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
    let mut print = [0; 32];
    print.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    print
}

/// Rows that are gathered for a file.
pub struct Stretch {
    from: Position,
    boxes: Vec<Zeroizing<Vec<u8>>>,
    events: u64,
    last: Option<(Position, Position, [u8; 32])>,
}

impl Stretch {
    /// Of the events after a position.
    #[must_use]
    pub const fn after(from: Position) -> Self {
        Self { from, boxes: Vec::new(), events: 0, last: None }
    }

    /// Takes in the next event.
    ///
    /// # Errors
    /// Where it has no row.
    pub fn push(&mut self, recorded: &Recorded, happened: &Happened) -> Result<(), BadRow> {
        if self.events.is_multiple_of(ROWS as u64) {
            self.boxes.push(Zeroizing::new(Vec::with_capacity(ROWS * 512)));
        }
        if let Some(rows) = self.boxes.last_mut() {
            encode(happened, rows)?;
        }
        self.events += 1;
        let before = self.to();
        self.last = Some((before, recorded.position, fingerprint(recorded)));
        Ok(())
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
    ) -> Result<Option<(Header, Vec<u8>)>, CryptoFailed> {
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
        let mut file = MAGIC.to_vec();
        put(&mut file, &written)?;
        let count = self.boxes.len();
        for (index, rows) in self.boxes.into_iter().enumerate() {
            let place = BoxPlace {
                header: &written,
                index: u32::try_from(index).map_err(|_| CryptoFailed)?,
                last: index + 1 == count,
            };
            put(&mut file, &cipher.seal(place, &rows)?)?;
        }
        Ok(Some((header, file)))
    }
}

fn put(file: &mut Vec<u8>, part: &[u8]) -> Result<(), CryptoFailed> {
    let length = u32::try_from(part.len()).map_err(|_| CryptoFailed)?;
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(part);
    Ok(())
}

fn take<'a>(file: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = file.split_at_checked(4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    let (part, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *file = rest;
    Some(part)
}

/// A box that is still sealed.
pub struct Sealed {
    header: std::sync::Arc<[u8]>,
    index: u32,
    last: bool,
    rows: usize,
    content: Vec<u8>,
}

/// What is at the beginning of a file: what it says of itself, not yet known to be true.
///
/// # Errors
/// Where it is not the beginning of such a file.
pub fn read_header(file: &[u8]) -> Result<Header, Unusable> {
    let mut rest = file.strip_prefix(MAGIC).ok_or(Unusable::NotOne)?;
    let written = take(&mut rest).ok_or(Unusable::NotOne)?;
    rmp_serde::from_slice(written).map_err(|_| Unusable::NotOne)
}

/// The longest that a header can be: what has to be read of a file to know it.
pub const HEADER: u64 = 512;

/// The boxes of a file. They must be those that the header speaks of, and nothing after them.
///
/// # Errors
/// Where they are not.
pub fn boxes(file: &[u8]) -> Result<Vec<Sealed>, Unusable> {
    let header = read_header(file)?;
    let mut rest = file.strip_prefix(MAGIC).ok_or(Unusable::NotOne)?;
    let written: std::sync::Arc<[u8]> = take(&mut rest).ok_or(Unusable::NotOne)?.into();
    let count = header.boxes().ok_or(Unusable::Damaged)?;
    let mut left = header.events;
    let mut boxes = Vec::new();
    for index in 0..count {
        let content = take(&mut rest).ok_or(Unusable::Damaged)?.to_vec();
        let rows = usize::try_from(left.min(ROWS as u64)).map_err(|_| Unusable::Damaged)?;
        left -= rows as u64;
        boxes.push(Sealed { header: written.clone(), index, last: index + 1 == count, rows, content });
    }
    if rest.is_empty() { Ok(boxes) } else { Err(Unusable::Damaged) }
}

impl Sealed {
    /// What happened in it.
    ///
    /// # Errors
    /// Where it is not what was sealed at this place of this file.
    pub fn open(self, cipher: &FileCipher) -> Result<Vec<Happened>, Unusable> {
        let Self { header, index, last, rows, content } = self;
        let mut content = Zeroizing::new(content);
        let opened = cipher.open(BoxPlace { header: &header, index, last }, &mut content).ok_or(Unusable::Damaged)?;
        Ok(decode(opened, rows)?)
    }
}

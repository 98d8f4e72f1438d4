//! A file of sealed boxes: what kind of file it is, a header in clear that tells nothing of anybody, and boxes, each bound
//! to all of the header, to its place, and to whether it is the last. What was cut off, put in another order, or went on
//! after its end does not open.

use std::io::{self, Write};
use std::sync::Arc;

use crate::projections::rows::BadRow;
use crate::sealing::{BoxPlace, CryptoFailed, FileCipher, OpenedBox};

/// What a file begins with.
pub type Magic = [u8; 8];

/// The longest that a header can be: what has to be read of a file to know it.
pub const HEADER: u64 = 512;

/// Why a file is not used. It is thrown away, and the log is read in its place.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("it is no snapshot, or its header is damaged")]
    NotOne,
    #[error("it was written by a version with other events")]
    OtherForm,
    #[error("it was written by another build, or with other settings")]
    OtherBuild,
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

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
}

/// Writes such a file.
pub struct BoxWriter<'a, W> {
    file: W,
    header: Vec<u8>,
    cipher: &'a FileCipher,
    index: u32,
}

impl<'a, W: Write> BoxWriter<'a, W> {
    /// Begins a file.
    pub fn begin(mut file: W, magic: Magic, header: Vec<u8>, cipher: &'a FileCipher) -> Result<Self, NotWritten> {
        file.write_all(&magic)?;
        put(&mut file, &header)?;
        Ok(Self { file, header, cipher, index: 0 })
    }

    /// Adds a box.
    pub fn add(&mut self, content: &[u8]) -> Result<(), NotWritten> {
        self.put(content, false)
    }

    /// Adds the last box.
    pub fn end(mut self, content: &[u8]) -> Result<W, NotWritten> {
        self.put(content, true)?;
        Ok(self.file)
    }

    fn put(&mut self, content: &[u8], last: bool) -> Result<(), NotWritten> {
        let place = BoxPlace { header: &self.header, index: self.index, last };
        put(&mut self.file, &self.cipher.seal(place, content)?)?;
        self.index = self.index.checked_add(1).ok_or(CryptoFailed)?;
        Ok(())
    }
}

fn put(mut file: impl Write, part: &[u8]) -> Result<(), NotWritten> {
    let length = u32::try_from(part.len()).map_err(|_| CryptoFailed)?;
    file.write_all(&length.to_be_bytes())?;
    Ok(file.write_all(part)?)
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
    header: Arc<[u8]>,
    index: u32,
    last: bool,
    content: Vec<u8>,
}

impl Sealed {
    /// What is in it.
    ///
    /// # Errors
    /// Where it is not what was sealed at this place of this file.
    pub fn open(self, cipher: &FileCipher) -> Result<OpenedBox, Unusable> {
        let Self { header, index, last, content } = self;
        cipher.open(BoxPlace { header: &header, index, last }, content).ok_or(Unusable::Damaged)
    }
}

/// The header at the beginning of a file: not yet known to be true.
///
/// # Errors
/// Where it is not the beginning of a file of that kind.
pub fn header(file: &[u8], magic: Magic) -> Result<&[u8], Unusable> {
    let mut rest = file.strip_prefix(&magic).ok_or(Unusable::NotOne)?;
    take(&mut rest).ok_or(Unusable::NotOne)
}

/// The boxes of a file, of which there is at least one.
///
/// # Errors
/// Where it is no such file, or ends within a box.
pub fn boxes(file: &[u8], magic: Magic) -> Result<Vec<Sealed>, Unusable> {
    let header: Arc<[u8]> = header(file, magic)?.into();
    let mut rest = file.get(magic.len() + 4 + header.len()..).ok_or(Unusable::Damaged)?;
    let mut boxes = Vec::new();
    for index in 0.. {
        let content = take(&mut rest).ok_or(Unusable::Damaged)?.to_vec();
        let last = rest.is_empty();
        boxes.push(Sealed { header: header.clone(), index, last, content });
        if last {
            break;
        }
    }
    Ok(boxes)
}

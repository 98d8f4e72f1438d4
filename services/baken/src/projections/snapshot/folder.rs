//! The folder of a snapshot's files: written whole or not at all, readable by their owner alone.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::boxes::{HEADER, Unusable};
use super::stretch::{Header, read_header};
use crate::files::flush_folder;
use crate::owner_only;

const ENDING: &str = "snapshot";
const UNFINISHED: &str = "unfinished";
const STANDINGS: &str = "cases.standing";

/// A file that is kept, and what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub path: PathBuf,
    pub header: Header,
}

/// Everything that has the name of a file of ours: what can be known by its header, and what cannot. What was never
/// finished is removed.
///
/// # Errors
/// Where the folder cannot be listed.
pub fn list(folder: &Path) -> io::Result<Vec<(PathBuf, Result<Header, Unusable>)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some(ENDING) => {
                let header = header_of(&path);
                found.push((path, header));
            }
            Some(UNFINISHED) => remove(&path),
            _ => {}
        }
    }
    Ok(found)
}

fn header_of(path: &Path) -> Result<Header, Unusable> {
    read_header(&beginning(path)?)
}

/// As much of a file as its header can take.
///
/// # Errors
/// Where it cannot be read.
pub fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    File::open(path)?.take(HEADER).read_to_end(&mut beginning)?;
    Ok(beginning)
}

/// The file of standings, of which there is one.
#[must_use]
pub fn standings(folder: &Path) -> PathBuf {
    folder.join(STANDINGS)
}

/// A file of standings that has not taken the place of the one before yet. It is gone when it is dropped before.
pub struct NewStandings {
    folder: PathBuf,
    unfinished: PathBuf,
    pub file: File,
}

impl NewStandings {
    /// Begins one.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        let unfinished = standings(folder).with_extension(UNFINISHED);
        let file = owner_only::file().write(true).create(true).truncate(true).open(&unfinished)?;
        Ok(Self { folder: folder.to_owned(), unfinished, file })
    }

    /// Puts it in the place of the one before. What was written must be durable by then.
    ///
    /// # Errors
    /// Where that cannot be done.
    pub fn put_in_place(self) -> io::Result<()> {
        fs::rename(&self.unfinished, standings(&self.folder))?;
        flush_folder(&self.folder)
    }
}

impl Drop for NewStandings {
    fn drop(&mut self) {
        remove(&self.unfinished);
    }
}

/// Writes a file. When it answers, the file is durable under its name, or nothing is.
///
/// # Errors
/// Where it cannot be written.
pub fn write(folder: &Path, header: Header, content: &[u8]) -> io::Result<Kept> {
    // The key's name as well: one that is written after an erasure does not take the place of one of before.
    let name = format!("{:020}-{:020}-{}", header.from, header.to, header.key().id);
    let (path, unfinished) = (folder.join(&name).with_extension(ENDING), folder.join(&name).with_extension(UNFINISHED));
    let written = write_through(&unfinished, content).and_then(|()| fs::rename(&unfinished, &path));
    if let Err(error) = written {
        remove(&unfinished);
        return Err(error);
    }
    flush_folder(folder)?;
    Ok(Kept { path, header })
}

fn write_through(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = owner_only::file().write(true).create(true).truncate(true).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Removes a file. One that stays is not trusted either, only in the way.
pub fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, file = %name(path), "a file of a snapshot cannot be removed");
    }
}

/// What a file is called in traces: positions and the name of a key.
#[must_use]
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

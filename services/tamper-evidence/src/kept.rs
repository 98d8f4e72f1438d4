//! What is kept outside the log: a folder with its checkpoints, and the hashes of its leaves. The first show whether the log
//! is what it was, the second where it is not. Neither tells anything of what the events hold.
//!
//! - `checkpoints/SIZE`: a signed note for each; the size in twenty digits.
//! - `leaves`: 32 bytes for each event, in their order.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use storage::files::{beside, flush_entry_of};
use storage::owner_only;
use transparency::{Checkpoint, CheckpointError, Hash, SignedNote, Verifiers};

use crate::{Contradiction, LogEvidence};

const CHECKPOINTS: &str = "checkpoints";
const LEAVES: &str = "leaves";
const NEW: &str = ".new";

/// Why what is kept cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Checkpoint { path: PathBuf, source: CheckpointError },
    #[error("{} holds no checkpoint", .0.display())]
    Empty(PathBuf),
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> KeptError {
    let path = path.to_owned();
    move |source| KeptError::Io { path, source }
}

/// The folder, as the service that writes to it knows it.
#[derive(Debug, Clone)]
pub struct KeptFolder {
    folder: PathBuf,
    /// The number of leaf hashes that are in it.
    leaves: u64,
}

impl KeptFolder {
    /// Opens the folder, and makes it where there is none.
    ///
    /// # Errors
    /// Where it can be neither read nor made.
    pub fn open(folder: &Path) -> Result<Self, KeptError> {
        let checkpoints = folder.join(CHECKPOINTS);
        owner_only::make_folder(&checkpoints).map_err(failed(&checkpoints))?;
        let leaves = leaves(folder)?.len() as u64;
        Ok(Self { folder: folder.to_owned(), leaves })
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many leaf hashes it has.
    #[must_use]
    pub const fn leaves(&self) -> u64 {
        self.leaves
    }

    /// What it shows of the log whose key this is. Nothing where it is empty.
    ///
    /// # Errors
    /// Where a checkpoint is not signed with the key, or it belies itself.
    pub fn evidence(&self, verifiers: &Verifiers) -> Result<LogEvidence, KeptError> {
        let (checkpoints, leaves) = read_folder(&self.folder, verifiers)?;
        Ok(LogEvidence::new(checkpoints, leaves)?)
    }

    /// Adds a checkpoint, and the leaf hashes up to it that are not in the folder yet. The leaf hashes are durable first: of
    /// a checkpoint that is there all are known.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn add(&mut self, leaves: &[Hash], size: u64, note: &SignedNote) -> Result<(), KeptError> {
        if !leaves.is_empty() {
            let path = self.folder.join(LEAVES);
            self.append(&path, leaves).map_err(failed(&path))?;
            self.leaves += leaves.len() as u64;
        }
        let path = checkpoint_file(&self.folder, size);
        if !path.try_exists().map_err(failed(&path))? {
            write(&path, note.to_string().as_bytes()).map_err(failed(&path))?;
        }
        Ok(())
    }

    /// Another node may have written the same hashes to the same place; a write that was cut off is made whole.
    fn append(&self, path: &Path, leaves: &[Hash]) -> io::Result<()> {
        let mut file = owner_only::file().write(true).create(true).truncate(false).open(path)?;
        file.seek(SeekFrom::Start(self.leaves * Hash::LEN as u64))?;
        let bytes: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
        file.write_all(&bytes)?;
        file.sync_all()
    }
}

fn checkpoint_file(folder: &Path, size: u64) -> PathBuf {
    folder.join(CHECKPOINTS).join(format!("{size:020}"))
}

/// The file appears under its name only when it is whole.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = beside(path, NEW);
    let mut file = owner_only::file().write(true).create(true).truncate(true).open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    flush_entry_of(path)
}

fn leaves(folder: &Path) -> Result<Vec<Hash>, KeptError> {
    let path = folder.join(LEAVES);
    let mut bytes = Vec::new();
    match File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => drop(read.map_err(failed(&path))?),
    }
    // A write that was cut off may have left a part of a hash.
    let (whole, _) = bytes.as_chunks::<{ Hash::LEN }>();
    Ok(whole.iter().copied().map(Hash::from_bytes).collect())
}

fn read_note(path: &Path, verifiers: &Verifiers) -> Result<(SignedNote, Checkpoint), KeptError> {
    let text = fs::read_to_string(path).map_err(failed(path))?;
    let note = text.parse::<SignedNote>().map_err(CheckpointError::from);
    let opened = note.and_then(|note| Checkpoint::open(&note, verifiers).map(|signed| (note, signed.checkpoint)));
    opened.map_err(|source| KeptError::Checkpoint { path: path.to_owned(), source })
}

fn read_notes(folder: &Path, verifiers: &Verifiers) -> Result<Vec<(SignedNote, Checkpoint)>, KeptError> {
    let path = folder.join(CHECKPOINTS);
    let mut notes = Vec::new();
    for entry in fs::read_dir(&path).map_err(failed(&path))? {
        let file = entry.map_err(failed(&path))?.path();
        // One that was being written when its writer was stopped.
        if !file.to_string_lossy().ends_with(NEW) {
            notes.push(read_note(&file, verifiers)?);
        }
    }
    Ok(notes)
}

fn read_folder(folder: &Path, verifiers: &Verifiers) -> Result<(Vec<Checkpoint>, Vec<Hash>), KeptError> {
    let checkpoints = read_notes(folder, verifiers)?.into_iter().map(|(_, checkpoint)| checkpoint).collect();
    Ok((checkpoints, leaves(folder)?))
}

/// The largest checkpoint in a folder.
pub(crate) fn newest(folder: &Path, verifiers: &Verifiers) -> Result<(SignedNote, Checkpoint), KeptError> {
    let notes = read_notes(folder, verifiers)?.into_iter();
    notes.max_by_key(|(_, checkpoint)| checkpoint.size).ok_or_else(|| KeptError::Empty(folder.to_owned()))
}

impl LogEvidence {
    /// Reads checkpoints, and folders in which they are kept with leaf hashes.
    ///
    /// # Errors
    /// Where one of them cannot be read, is not signed as it must be, or belies another.
    pub fn read(paths: &[PathBuf], verifiers: &Verifiers) -> Result<Self, KeptError> {
        let (mut checkpoints, mut leaves) = (Vec::new(), Vec::new());
        for path in paths {
            if path.is_dir() {
                let (found, hashes) = read_folder(path, verifiers)?;
                if found.is_empty() {
                    return Err(KeptError::Empty(path.clone()));
                }
                checkpoints.extend(found);
                leaves = std::cmp::max_by_key(leaves, hashes, Vec::len);
            } else {
                checkpoints.push(read_note(path, verifiers)?.1);
            }
        }
        Ok(Self::new(checkpoints, leaves)?)
    }
}

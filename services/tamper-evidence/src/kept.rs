//! What is kept outside the log: a folder with its checkpoints, and the hashes of its leaves. The first show whether the log
//! is what it was, the second where it is not. Neither tells anything of what the entries hold.
//!
//! - `checkpoints/SIZE`: a signed note for each; the size in twenty digits.
//! - `leaves`: 32 bytes for each entry, in their order.
//! - `access/STORE`: the same of each access log, the shared one or each node's own.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use storage::files::{beside, flush_entry_of};
use storage::owner_only;
use transparency::{Checkpoint, CheckpointError, Hash, SignedNote, Verifiers};

use crate::origin::{access_folder, of_origin};
use crate::{Contradiction, LogEvidence, access_store};

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
    /// Opens the folder, and makes it where there is none, with those above it.
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

/// The file appears under its name only when it is whole. Another node may write the same one at the same time: until then
/// each has a file of its own.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = beside(path, &format!(".{:016x}{NEW}", RandomState::new().hash_one(std::process::id())));
    write_and_rename(&new, path, content).inspect_err(|_| drop(fs::remove_file(&new)))?;
    flush_entry_of(path)
}

fn write_and_rename(new: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = owner_only::file().write(true).create_new(true).open(new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(new, path)
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

/// Reads a checkpoint of the log that these keys are for.
fn read_note(path: &Path, verifiers: &Verifiers) -> Result<(SignedNote, Checkpoint), KeptError> {
    let text = fs::read_to_string(path).map_err(failed(path))?;
    let note = text.parse::<SignedNote>().map_err(CheckpointError::from);
    let opened = note.and_then(|note| Checkpoint::open(&note, verifiers).map(|signed| (note, signed.checkpoint)));
    opened.map_err(|source| KeptError::Checkpoint { path: path.to_owned(), source })
}

/// The keys for the log that a checkpoint says it is of; those for the event log where it is none of the two kinds.
fn verifiers_for(path: &Path, verifiers: &Verifiers) -> Result<Verifiers, KeptError> {
    let text = fs::read_to_string(path).map_err(failed(path))?;
    let note = text.parse::<SignedNote>().map_err(CheckpointError::from);
    let note = note.map_err(|source| KeptError::Checkpoint { path: path.to_owned(), source })?;
    Ok(of_origin(verifiers, note.origin()).unwrap_or_else(|| verifiers.clone()))
}

/// The files of a folder's checkpoints; none where it keeps none.
fn files(folder: &Path) -> Result<Vec<PathBuf>, KeptError> {
    let path = folder.join(CHECKPOINTS);
    let entries = match fs::read_dir(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed(&path))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(failed(&path))?.path();
        // One that was being written when its writer was stopped.
        if !file.to_string_lossy().ends_with(NEW) {
            files.push(file);
        }
    }
    Ok(files)
}

fn read_notes(folder: &Path, verifiers: &Verifiers) -> Result<Vec<(SignedNote, Checkpoint)>, KeptError> {
    files(folder)?.iter().map(|file| read_note(file, verifiers)).collect()
}

fn read_folder(folder: &Path, verifiers: &Verifiers) -> Result<(Vec<Checkpoint>, Vec<Hash>), KeptError> {
    let checkpoints = read_notes(folder, verifiers)?.into_iter().map(|(_, checkpoint)| checkpoint).collect();
    Ok((checkpoints, leaves(folder)?))
}

/// The keys for the log whose checkpoints a folder keeps: the event log, or an access log.
pub(crate) fn verifiers_of(folder: &Path, verifiers: &Verifiers) -> Result<Verifiers, KeptError> {
    files(folder)?.first().map_or_else(|| Ok(verifiers.clone()), |file| verifiers_for(file, verifiers))
}

/// The largest checkpoint in a folder.
pub(crate) fn newest(folder: &Path, verifiers: &Verifiers) -> Result<(SignedNote, Checkpoint), KeptError> {
    let notes = read_notes(folder, verifiers)?.into_iter();
    notes.max_by_key(|(_, checkpoint)| checkpoint.size).ok_or_else(|| KeptError::Empty(folder.to_owned()))
}

impl LogEvidence {
    /// Reads checkpoints of one log, and folders in which they are kept with leaf hashes.
    ///
    /// # Errors
    /// Where one of them cannot be read, is not signed as it must be, or belies another.
    pub fn read(paths: &[PathBuf], verifiers: &Verifiers) -> Result<Self, KeptError> {
        let mut gathered = Gathered::default();
        for path in paths {
            if path.is_dir() {
                if files(path)?.is_empty() {
                    return Err(KeptError::Empty(path.clone()));
                }
                gathered.folder(path, verifiers)?;
            } else {
                gathered.checkpoints.push(read_note(path, verifiers)?.1);
            }
        }
        gathered.evidence()
    }
}

/// Checkpoints of one log, and the longest list of its leaf hashes.
#[derive(Default)]
struct Gathered {
    checkpoints: Vec<Checkpoint>,
    leaves: Vec<Hash>,
}

impl Gathered {
    fn folder(&mut self, folder: &Path, verifiers: &Verifiers) -> Result<(), KeptError> {
        let (checkpoints, leaves) = read_folder(folder, verifiers)?;
        self.checkpoints.extend(checkpoints);
        self.leaves = std::cmp::max_by_key(std::mem::take(&mut self.leaves), leaves, Vec::len);
        Ok(())
    }

    fn evidence(self) -> Result<LogEvidence, KeptError> {
        Ok(LogEvidence::new(self.checkpoints, self.leaves)?)
    }
}

/// What is kept of all logs that one key signs.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Of the event log.
    pub log: LogEvidence,
    /// Of each access log, by its store's name.
    pub accesses: BTreeMap<String, LogEvidence>,
}

impl Evidence {
    /// Reads checkpoints, of whichever of the logs, and folders in which they are kept.
    ///
    /// # Errors
    /// Where one of them cannot be read, is not signed as it must be, or belies another.
    pub fn read(paths: &[PathBuf], verifiers: &Verifiers) -> Result<Self, KeptError> {
        let mut logs = BTreeMap::<String, Gathered>::new();
        for path in paths {
            if path.is_dir() {
                let mut folders = vec![path.clone()];
                folders.extend(sub_folders(&access_folder(path))?);
                folders.retain(|folder| files(folder).is_ok_and(|files| !files.is_empty()));
                if folders.is_empty() {
                    return Err(KeptError::Empty(path.clone()));
                }
                for folder in folders {
                    let verifiers = verifiers_of(&folder, verifiers)?;
                    logs.entry(verifiers.origin().to_owned()).or_default().folder(&folder, &verifiers)?;
                }
            } else {
                let verifiers = verifiers_for(path, verifiers)?;
                let (_, checkpoint) = read_note(path, &verifiers)?;
                logs.entry(checkpoint.origin.clone()).or_default().checkpoints.push(checkpoint);
            }
        }
        let mut evidence = Self::default();
        for (origin, gathered) in logs {
            let of_log = gathered.evidence()?;
            match access_store(verifiers.key_name(), &origin) {
                Some(store) => drop(evidence.accesses.insert(store.to_owned(), of_log)),
                None => evidence.log = of_log,
            }
        }
        Ok(evidence)
    }
}

fn sub_folders(folder: &Path) -> Result<Vec<PathBuf>, KeptError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed(folder))?,
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed(folder))?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}

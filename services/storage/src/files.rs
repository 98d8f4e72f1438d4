//! What the standard library does not say of a file's path and of its entry in a folder.

use std::io;
use std::path::{Path, PathBuf};

/// The file's name with something after it: `log.db-wal`, `log.db.lock`.
#[must_use]
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The folder that the file is in; "." for a bare name.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a new or renamed file's entry in its folder durable.
///
/// # Errors
/// Where the folder cannot be opened or flushed.
pub fn flush_entry_of(path: &Path) -> io::Result<()> {
    flush_folder(folder_of(path))
}

/// Makes the entries in a folder durable. Only Unix has a way to.
///
/// # Errors
/// Where the folder cannot be opened or flushed.
pub fn flush_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { std::fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

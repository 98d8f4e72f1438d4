//! The key that checkpoints are signed with: a file that only its owner can read, and beside it, with `.pub`, the one that
//! they are verified by.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use storage::files::{beside, flush_entry_of};
use storage::owner_only;
use transparency::{KeyError, KeyKind, Signer};
use zeroize::Zeroizing;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Key { path: PathBuf, source: KeyError },
}

/// Where the key lies that verifies what a key signs.
#[must_use]
pub fn verifier_file(path: &Path) -> PathBuf {
    beside(path, ".pub")
}

/// Reads a key. What group and others may do with its file is taken back.
///
/// # Errors
/// Where it is not there, or is no key.
pub fn open_key(path: &Path) -> Result<Signer, KeyFileError> {
    let read = || owner_only::keep(path).and_then(|()| fs::read_to_string(path)).map(Zeroizing::new);
    let text = read().map_err(|source| KeyFileError::Io { path: path.to_owned(), source })?;
    Signer::from_text(&text).map_err(|source| KeyFileError::Key { path: path.to_owned(), source })
}

/// Makes a key under this name, in a file that must not be there yet.
///
/// # Errors
/// Where the name cannot be a key's, or the file is there already or cannot be written.
pub fn create_key(path: &Path, name: &str, kind: KeyKind) -> Result<Signer, KeyFileError> {
    let signer = Signer::generate(name, kind).map_err(|source| KeyFileError::Key { path: path.to_owned(), source })?;
    let write = || {
        let mut file = owner_only::file().write(true).create_new(true).open(path)?;
        file.write_all(signer.to_text().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        flush_entry_of(path)?;
        owner_only::write(&verifier_file(path), format!("{}\n", signer.public()))
    };
    write().map_err(|source| KeyFileError::Io { path: path.to_owned(), source })?;
    Ok(signer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_made_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.key");
        let made = create_key(&path, "example.org/baken", KeyKind::Log).unwrap();
        assert_eq!(open_key(&path).unwrap().public(), made.public());
        let public = fs::read_to_string(verifier_file(&path)).unwrap();
        assert_eq!(public.trim_end().parse().as_ref(), Ok(made.public()));
        assert!(create_key(&path, "example.org/other", KeyKind::Log).is_err());
        assert_eq!(open_key(&path).unwrap().public(), made.public());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.key");
        create_key(&path, "example.org/baken", KeyKind::Log).unwrap();
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        open_key(&path).unwrap();
        assert_eq!(mode(), 0o600);
    }
}

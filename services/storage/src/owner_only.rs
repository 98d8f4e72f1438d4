//! Files and folders that only their owner can read. Everything that Baken writes beside its documentation is made here.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// The options to make a file with.
#[must_use]
pub fn file() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes a file, in place of the one that is there.
///
/// # Errors
/// Where it cannot be written.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    let mut file = file().write(true).create(true).truncate(true).open(path)?;
    keep(path)?;
    file.write_all(content.as_ref())
}

/// Takes back what group and others may do with a file.
///
/// # Errors
/// Where it is not there, or is another user's.
#[cfg(unix)]
pub fn keep(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    const GROUP_AND_OTHERS: u32 = 0o077;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & GROUP_AND_OTHERS == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode & !GROUP_AND_OTHERS))
}

/// There are no such permissions here.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn keep(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes a folder with those above it; one that is there is left as it is.
///
/// # Errors
/// Where it cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    make(DirBuilder::new().recursive(true), folder)
}

/// Makes a folder that must not be there yet.
///
/// # Errors
/// Where it is there, or cannot be made.
pub fn make_new_folder(folder: &Path) -> io::Result<()> {
    make(&mut DirBuilder::new(), folder)
}

fn make(builder: &mut DirBuilder, folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700);
    builder.create(folder)
}

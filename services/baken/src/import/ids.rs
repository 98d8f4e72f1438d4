//! The ids of lines: the same for the same row of the same system, so that nothing is brought in twice, and of no use to
//! whoever would like to know a client's number.
//!
//! Such numbers are short: a plain digest could be undone by trying them all. The digest is therefore keyed, and the key
//! lies in a file beside the mapping.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::ImportError;
use crate::owner_only;

const LENGTH: usize = 32;

/// The key that ids are made with.
pub struct IdKey(hmac::Key);

impl IdKey {
    /// Reads the key from its file, and makes both where there is none yet.
    ///
    /// # Errors
    /// Where the file cannot be read or written, or holds no key.
    pub fn open_or_create(file: &Path) -> Result<Self, ImportError> {
        match Self::open(file) {
            Err(ImportError::File(_, error)) if error.kind() == ErrorKind::NotFound => Self::create(file),
            opened => opened,
        }
    }

    /// A key for looking only: nothing that is made with it is sent.
    #[must_use]
    pub fn to_look() -> Self {
        Self::of(&[0; LENGTH])
    }

    fn of(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    fn open(file: &Path) -> Result<Self, ImportError> {
        let text = Zeroizing::new(super::read(file)?);
        let key = STANDARD.decode(text.trim_ascii()).map(Zeroizing::new);
        let key = key.ok().filter(|key| key.len() == LENGTH).ok_or_else(|| ImportError::Key(file.to_owned()))?;
        Ok(Self::of(&key))
    }

    fn create(file: &Path) -> Result<Self, ImportError> {
        let mut key = Zeroizing::new([0; LENGTH]);
        rand::fill(&mut *key).map_err(|_| ImportError::Random)?;
        let text = Zeroizing::new(STANDARD.encode(*key));
        let written = owner_only::file().write(true).create_new(true).open(file).and_then(|mut to| {
            writeln!(to, "{}", *text)?;
            to.sync_all()
        });
        written.map_err(|error| ImportError::File(file.to_owned(), error))?;
        Ok(Self::of(&*key))
    }

    /// The id of what these parts name.
    #[must_use]
    pub fn id<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Uuid {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        Uuid::new_v8(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_under_the_same_key_and_another_under_another() {
        let folder = tempfile::tempdir().unwrap();
        let id = |file: &str, parts: [&str; 2]| IdKey::open_or_create(&folder.path().join(file)).unwrap().id(parts);
        let first = id("one", ["shelter", "1042"]);
        assert_eq!(id("one", ["shelter", "1042"]), first);
        for other in [id("one", ["shelter", "1043"]), id("one", ["shelter1", "042"]), id("two", ["shelter", "1042"])] {
            assert_ne!(other, first);
        }
    }

    #[test]
    fn a_file_that_holds_no_key_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "c2hvcnQ=\n").unwrap();
        assert!(matches!(IdKey::open_or_create(&file), Err(ImportError::Key(_))));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "c2hvcnQ=\n");
    }
}

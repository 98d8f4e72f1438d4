//! The token that opens the Transit engine: read from a file, which an agent may write anew at any time.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use parking_lot::RwLock;
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::kek::{KekError, KekName, refuse_readable_by_others};

/// Longer than any token: a service token of Vault has some 100 bytes, a batch token some 300.
const LONGEST: u64 = 16 * 1024;

pub(super) struct Token {
    kek: KekName,
    file: PathBuf,
    held: RwLock<HeaderValue>,
}

impl Token {
    pub(super) fn open(kek: KekName, file: PathBuf) -> Result<Self, KekError> {
        let held = RwLock::new(read(&kek, &file)?);
        Ok(Self { kek, file, held })
    }

    /// The token as a header, which no trace prints.
    pub(super) fn header(&self) -> HeaderValue {
        self.held.read().clone()
    }

    /// Reads the file again; says whether it holds another token than the one that was refused.
    pub(super) fn is_renewed(&self, refused: &HeaderValue) -> Result<bool, KekError> {
        if *self.held.read() != *refused {
            return Ok(true);
        }
        let fresh = read(&self.kek, &self.file)?;
        let renewed = fresh != *refused;
        *self.held.write() = fresh;
        Ok(renewed)
    }

    pub(super) fn file(&self) -> String {
        self.file.display().to_string()
    }
}

fn read(kek: &KekName, path: &PathBuf) -> Result<HeaderValue, KekError> {
    let refused = |why: String| KekError::Refused { kek: kek.clone(), why };
    let unreadable = |why: std::io::Error| refused(format!("its token file {} cannot be read: {why}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    refuse_readable_by_others(path, &file)?;
    let mut text = Zeroizing::new(String::with_capacity(1024));
    file.take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
    let token = HeaderValue::from_str(text.trim()).ok().filter(|token| !token.is_empty());
    let mut token = token.ok_or_else(|| refused(format!("its token file {} holds no token", path.display())))?;
    token.set_sensitive(true);
    Ok(token)
}

//! The key-encryption key (KEK): what wraps the data keys, and where it comes from.
//!
//! A KEK has epochs. New wraps use the current one; older ones only unwrap, until everything is wrapped anew and they
//! are retired. An erasure rolls the epoch: a backup of the key store from before it can then be opened by nobody.
//! Providers work on batches and asynchronously, because a KEK may live in another service, which never gives it out.

#[cfg(test)]
mod contract;
mod environment;
mod file;
mod local;
mod transit;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use super::secret::{CryptoFailed, Key256};

pub use environment::EnvironmentKek;
pub use file::FileKek;
pub use transit::{TransitKek, TransitSettings};

/// The number of a KEK. The highest one is the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u32);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key to wrap, and what the wrap is bound to.
pub struct ToWrap<'a> {
    pub key: &'a Key256,
    pub aad: Vec<u8>,
}

/// A wrapped key, and what it has to be bound to.
pub struct ToUnwrap<'a> {
    pub wrapped: &'a [u8],
    pub aad: Vec<u8>,
}

/// How operators know a KEK: a file, a variable, a key of a Transit engine. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KekName(Arc<str>);

impl KekName {
    fn new(name: &str) -> Self {
        Self(name.into())
    }

    fn of_file(path: &Path) -> Self {
        Self(format!("the key file {}", path.display()).into())
    }
}

impl fmt::Display for KekName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the KEK is, and who uses it for us.
#[async_trait]
pub trait KekProvider: Send + Sync + 'static {
    /// What operators call it. Every error that has to do with it says this.
    fn name(&self) -> KekName;

    /// The epoch that the next roll may lead to without a new KEK: the latest that there is.
    async fn current_epoch(&self) -> Result<Epoch, KekError>;

    /// Wraps each key under that epoch. What a wrap looks like is the provider's own affair.
    async fn wrap_keys(&self, epoch: Epoch, keys: &[ToWrap<'_>]) -> Result<Vec<Vec<u8>>, KekError>;

    /// The inverse, in the same order; `None` for one that this epoch's KEK did not wrap, or not so bound.
    async fn unwrap_keys(&self, epoch: Epoch, keys: &[ToUnwrap<'_>]) -> Result<Vec<Option<Key256>>, KekError>;

    /// Makes a KEK for a new epoch, durable when it answers, and names it. Older ones still unwrap.
    async fn roll(&self) -> Result<Epoch, KekError>;

    /// Whether it can: some are given from outside, for each epoch.
    fn can_roll(&self) -> bool {
        true
    }

    /// Destroys the KEKs of all epochs before this one, as far as the provider can, and never the latest. Nothing may need
    /// them any more.
    async fn retire(&self, before: Epoch) -> Result<(), KekError>;
}

/// What a provider says instead. No text here holds anything of a key, and none a person.
#[derive(Debug, thiserror::Error)]
pub enum KekError {
    #[error(
        "{kek} does not have epoch {epoch} of the key-encryption key, which data keys are wrapped by: give it back from a copy \
         (docs/operating.md, \"When the key-encryption key is lost\")"
    )]
    UnknownEpoch { kek: KekName, epoch: Epoch },
    #[error(
        "{kek} is not there: give it back from a copy (docs/operating.md, \"When the key-encryption key is lost\"), or mend \
         where the configuration looks for it"
    )]
    Gone { kek: KekName },
    #[error("{kek} has another key for epoch {epoch} than before: another file was put in its place, and is not used")]
    Replaced { kek: KekName, epoch: Epoch },
    #[error(
        "{path} may be read by others than its owner (mode {mode:o}): run `chmod 600` on it, and consider the secret in it \
         known"
    )]
    ReadableByOthers { path: PathBuf, mode: u32 },
    #[error("the key file {path} cannot be used: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("entry {entry} of {kek} is not EPOCH:BASE64 with 32 bytes")]
    BadEntry { kek: KekName, entry: usize },
    #[error("{kek} gives epoch {epoch} twice")]
    Twice { kek: KekName, epoch: Epoch },
    #[error("{kek} holds no key-encryption key")]
    NoneGiven { kek: KekName },
    #[error("the configuration names no key-encryption key: set keys.kek")]
    NotConfigured,
    #[error(
        "this key-encryption key cannot be rolled from here: give a new epoch beside the old one in {0} on every node, restart \
         them, and run `baken roll-keys`"
    )]
    CannotRoll(&'static str),
    /// It answers, and does not let us.
    #[error("{kek} refuses: {why}")]
    Refused { kek: KekName, why: String },
    /// The setting is wrong, and no waiting helps.
    #[error("{kek} cannot be used: {why}")]
    Setup { kek: KekName, why: String },
    #[error("{kek} is not available: {why}")]
    Unavailable { kek: KekName, why: String },
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
}

impl KekError {
    fn unavailable(kek: &KekName, why: impl Into<String>) -> Self {
        Self::Unavailable { kek: kek.clone(), why: why.into() }
    }

    /// Whether the same may succeed later without a restart: an operator can give back a key, a file or a permission.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::UnknownEpoch { .. }
            | Self::Gone { .. }
            | Self::Replaced { .. }
            | Self::ReadableByOthers { .. }
            | Self::File { .. }
            | Self::BadEntry { .. }
            | Self::Twice { .. }
            | Self::NoneGiven { .. }
            | Self::Refused { .. }
            | Self::Unavailable { .. } => true,
            Self::NotConfigured | Self::CannotRoll(_) | Self::Setup { .. } | Self::Crypto(_) => false,
        }
    }
}

/// Refuses a file with a secret in it that others may read, too.
#[cfg(unix)]
fn refuse_readable_by_others(path: &Path, file: &std::fs::File) -> Result<(), KekError> {
    use std::os::unix::fs::PermissionsExt as _;
    let failed = |source| KekError::File { path: path.to_owned(), source };
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KekError::ReadableByOthers { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_readable_by_others(_path: &Path, _file: &std::fs::File) -> Result<(), KekError> {
    Ok(())
}

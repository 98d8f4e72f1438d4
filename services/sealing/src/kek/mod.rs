//! The key-encryption key (KEK): what wraps the data keys, and where it comes from.
//!
//! A KEK has epochs. New wraps use the current one; older ones only unwrap, until everything is wrapped anew and they
//! are retired. An erasure rolls the epoch: a backup of the key store from before it can then be opened by nobody.
//! Providers work on batches and asynchronously, because a KEK may live in another service, which never gives it out.

mod environment;
mod file;
mod local;

use std::fmt;
use std::path::PathBuf;

use async_trait::async_trait;

use super::secret::{CryptoFailed, Key256};

pub use environment::EnvironmentKek;
pub use file::FileKek;

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

/// Where the KEK is, and who uses it for us.
#[async_trait]
pub trait KekProvider: Send + Sync + 'static {
    /// The epoch that new wraps should use.
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

    /// Destroys the KEKs of all epochs before this one, as far as the provider can. Nothing may need them any more.
    async fn retire(&self, before: Epoch) -> Result<(), KekError>;
}

/// What a provider says instead. No text here holds anything of a key.
#[derive(Debug, thiserror::Error)]
pub enum KekError {
    #[error("there is no key-encryption key of epoch {0}")]
    UnknownEpoch(Epoch),
    #[error(
        "the key file {path} may be read by others than its owner (mode {mode:o}): run `chmod 600` on it, \
         and consider the key in it known"
    )]
    ReadableByOthers { path: PathBuf, mode: u32 },
    #[error("the key file {path} cannot be used: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("entry {entry} of the key-encryption keys is not EPOCH:BASE64 with 32 bytes")]
    BadEntry { entry: usize },
    #[error("epoch {0} is given twice in the key-encryption keys")]
    Twice(Epoch),
    #[error("no key-encryption key is given")]
    NoneGiven,
    #[error(
        "this key-encryption key cannot be rolled from here: give a new epoch beside the old one in {0}, and restart"
    )]
    CannotRoll(&'static str),
    #[error("the provider of the key-encryption key is not available: {0}")]
    Unavailable(String),
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
}

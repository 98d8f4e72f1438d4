//! The port to the key store: wrapped data keys, apart from the log.
//!
//! The store sees no key in clear. It arbitrates: one key per slot whoever comes first, none ever again for a person
//! who was erased, and no new wrap under an epoch that has been left, so that a rolled epoch can be retired safely
//! even where several processes share the store.

#[cfg(test)]
mod contract;
mod copy;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use care_path::codes::{Code, DataClass};
use care_path::ids::PersonId;
#[cfg(feature = "postgres")]
use storage::postgres::PostgresUrl;

use super::kek::Epoch;
use super::secret::KeyId;

pub use copy::{CopiedKeys, CopyKeysError, copy_keys};
pub use memory::MemoryKeyStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresKeyStore;
pub use sqlite::SqliteKeyStore;

/// What a file that is not an event is sealed for. Each purpose has a key of its own, which can be destroyed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPurpose {
    /// Snapshots of read models, which earlier versions kept beside the log. None is written any more.
    Snapshot,
    /// Stored answers to idempotent requests.
    Answer,
    /// Payloads that wait to be sent.
    Outbox,
    /// Webhooks with their signing secrets. They hold nothing of persons and cannot be made again: no erasure destroys
    /// this one's key.
    Webhook,
}

impl KeyPurpose {
    const ALL: [Self; 4] = [Self::Snapshot, Self::Answer, Self::Outbox, Self::Webhook];
    /// What is sealed for it holds data of all persons: its key is destroyed with those of any person, so that a file that
    /// is left over opens no more.
    pub const DIES_WITH_ANYBODY: Self = Self::Snapshot;

    /// Its name in the store and in what is authenticated.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Answer => "answer",
            Self::Outbox => "outbox",
            Self::Webhook => "webhook",
        }
    }
}

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    Person(PersonId),
    Service,
}

/// What a data key is for: one person's data of one class, or one purpose of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    Person(PersonId, DataClass),
    Service(KeyPurpose),
}

impl Slot {
    #[must_use]
    pub const fn owner(&self) -> Owner {
        match self {
            Self::Person(person, _) => Owner::Person(*person),
            Self::Service(_) => Owner::Service,
        }
    }

    /// The owner's bytes: 16 of a person, none of the service.
    pub(super) fn owner_bytes(&self) -> &[u8] {
        match self {
            Self::Person(person, _) => person.0.as_bytes(),
            Self::Service(_) => &[],
        }
    }

    /// The class or the purpose.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Person(_, class) => class.code(),
            Self::Service(purpose) => purpose.name(),
        }
    }

    /// The inverse of the two; `None` for what this version does not know.
    pub(super) fn from_parts(owner: &[u8], name: &str) -> Option<Self> {
        if owner.is_empty() {
            return KeyPurpose::ALL.into_iter().find(|purpose| purpose.name() == name).map(Self::Service);
        }
        let person = uuid::Uuid::from_slice(owner).ok()?;
        Some(Self::Person(PersonId(person), DataClass::from_code(name)?))
    }
}

/// A data key as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey {
    pub slot: Slot,
    pub id: KeyId,
    /// The epoch of the KEK that wrapped it.
    pub epoch: Epoch,
    /// Opaque: what the KEK's provider made of it.
    pub wrapped: Vec<u8>,
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("WrappedKey");
        shown.field("slot", &self.slot).field("id", &self.id).field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// What the store has for a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    Key(WrappedKey),
    /// The person was erased: there is no key, and there will never be one.
    Erased,
    /// No key yet.
    Absent,
}

/// What is to be destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doomed {
    /// All keys of a person, for ever: a tombstone keeps new ones from being made. With them, at once or not at all, the
    /// key of [`Purpose::DIES_WITH_ANYBODY`]: whoever finds the next one made finds the tombstone as well.
    Person(PersonId),
    /// The key of a purpose; the next need makes a new one.
    KeyPurpose(KeyPurpose),
}

/// The epochs that the store knows of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Epochs {
    /// The one that new keys must be wrapped by; `None` in a new store.
    pub current: Option<Epoch>,
    /// A check value per epoch that keys may still be wrapped by: something wrapped by its KEK.
    pub checks: Vec<(Epoch, Vec<u8>)>,
}

impl Epochs {
    /// The epoch that a roll is under way to: keys may still be wrapped by another one.
    pub(super) fn rolling_to(&self) -> Option<Epoch> {
        self.current.filter(|_| self.checks.len() > 1)
    }
}

/// What the store says instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyStoreError {
    /// The keys were wrapped by another epoch than the store's current one. Nothing was stored.
    #[error("the key-encryption key has been rolled to epoch {current}")]
    StaleEpoch { current: Epoch },
    /// Keys are still wrapped by an epoch that was to be retired. Nothing was changed.
    #[error("{keys} data keys are still wrapped by an epoch that was to be retired")]
    EpochInUse { keys: u64 },
    /// Not done, or not known to be done; the same may be tried again.
    #[error("the key store is not available: {0}")]
    Unavailable(String),
    /// A write or a flush failed; nothing is acknowledged from then on until a restart.
    #[error("the key store has stopped after a failed write: {0}")]
    Stopped(String),
    /// What is stored cannot be read as the store's own format.
    #[error("the key store is damaged: {0}")]
    Damaged(String),
}

/// Refuses keys that are not wrapped by the current epoch: once an epoch is left, nothing may come in under it any more.
fn refuse_stale(current: Option<Epoch>, keys: &[WrappedKey]) -> Result<(), KeyStoreError> {
    let Some(current) = current else {
        return Err(KeyStoreError::Unavailable("no epoch has been set yet".to_owned()));
    };
    if keys.iter().any(|key| key.epoch != current) {
        return Err(KeyStoreError::StaleEpoch { current });
    }
    Ok(())
}

/// Where a key store is: a file (`PATH`, `sqlite:PATH`), or a PostgreSQL database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysPlace {
    File(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(PostgresUrl),
}

impl FromStr for KeysPlace {
    type Err = KeyStoreError;

    /// What was given is not repeated in an error: it may hold a password.
    fn from_str(text: &str) -> Result<Self, KeyStoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            #[cfg(feature = "postgres")]
            return Ok(Self::Postgres(text.parse()?));
            #[cfg(not(feature = "postgres"))]
            return Err(KeyStoreError::Unavailable(
                "this Baken was built without PostgreSQL: build it with `--features postgres`".to_owned(),
            ));
        }
        if text.contains("://") {
            return Err(KeyStoreError::Unavailable("its place is neither a file nor a postgres:// address".to_owned()));
        }
        Ok(Self::File(text.strip_prefix("sqlite:").unwrap_or(text).into()))
    }
}

impl KeysPlace {
    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Whether it is a file that is not there. Opening would make it, as an empty store.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.file().is_some_and(|path| !path.exists())
    }

    /// Opens a key store that is there, and makes nothing.
    pub async fn open_existing(&self) -> Result<Arc<dyn KeyStore>, KeyStoreError> {
        match self {
            Self::File(path) if !path.exists() => {
                Err(KeyStoreError::Unavailable(format!("there is no key store at {}", path.display())))
            }
            Self::File(_) => self.open().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Ok(Arc::new(PostgresKeyStore::open_existing(url).await?)),
        }
    }

    /// Opens the key store, and makes it where there is none.
    #[cfg_attr(not(feature = "postgres"), expect(clippy::unused_async, reason = "a file is opened at once"))]
    pub async fn open(&self) -> Result<Arc<dyn KeyStore>, KeyStoreError> {
        Ok(match self {
            Self::File(path) => Arc::new(SqliteKeyStore::open(path)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Arc::new(PostgresKeyStore::open(url).await?),
        })
    }
}

/// A durable store of wrapped data keys.
#[async_trait]
pub trait KeyStore: Send + Sync + 'static {
    /// What there is for each slot, in the same order.
    async fn load(&self, slots: &[Slot]) -> Result<Vec<Stored>, KeyStoreError>;

    /// Stores each key unless its slot has one or its person was erased, and answers what is there now, in the same
    /// order and durable. All must be wrapped by the current epoch.
    async fn add(&self, keys: Vec<WrappedKey>) -> Result<Vec<Stored>, KeyStoreError>;

    /// Up to `limit` keys after a slot, in the store's own order, without those wrapped by `except`.
    async fn page(
        &self,
        after: Option<Slot>,
        except: Option<Epoch>,
        limit: usize,
    ) -> Result<Vec<WrappedKey>, KeyStoreError>;

    /// Replaces the wrap of each key that is still there, with the same id, and says how many were. All must be wrapped
    /// by the current epoch.
    async fn rewrap(&self, keys: Vec<WrappedKey>) -> Result<usize, KeyStoreError>;

    /// Destroys keys. When it answers, neither they nor what was written of them is in the store's files.
    async fn destroy(&self, doomed: Doomed) -> Result<(), KeyStoreError>;

    /// Everybody who was erased.
    async fn tombstones(&self) -> Result<Vec<PersonId>, KeyStoreError>;

    /// The slot that a key was stored for. Slow: it is asked only when something is wrong.
    async fn slot_of(&self, id: KeyId) -> Result<Option<Slot>, KeyStoreError>;

    async fn epochs(&self) -> Result<Epochs, KeyStoreError>;

    /// Makes an epoch the current one unless a later one is, and keeps its first check value.
    async fn advance(&self, epoch: Epoch, check: Vec<u8>) -> Result<(), KeyStoreError>;

    /// Forgets the epochs before this one, which no key may be wrapped by any more.
    async fn retire(&self, before: Epoch) -> Result<(), KeyStoreError>;
}

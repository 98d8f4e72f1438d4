//! The key ring: data keys in clear, out of the store, through the key-encryption key, into the cache.
//!
//! It makes a key on its first need, and hands it out only once it is durable: what is sealed with a key that a crash
//! could lose would be lost with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use care_path::ids::PersonId;
use parking_lot::Mutex;

use super::cache::{Cached, KeyCache};
use super::kek::{Epoch, KekError, KekName, KekProvider, ToUnwrap, ToWrap};
use super::key_store::{Doomed, KeyPurpose, KeyStore, KeyStoreError, Slot, Stored, WrappedKey};
use super::secret::{CryptoFailed, DataKey, KeyId, bind, random_key};

/// How often something is tried again because the epoch moved under it.
pub(super) const TRIES: usize = 5;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The person was erased. No key will be made for them again.
    #[error("the person was erased")]
    Erased,
    /// The key-encryption key that was given is not the one that this key store was used with.
    #[error(
        "{kek} has another key for epoch {epoch} than the one that this key store was wrapped with: it is another \
         installation's, or was made anew. Give the right one back (docs/operating.md, \"When the key-encryption key is lost\")"
    )]
    WrongKek { kek: KekName, epoch: Epoch },
    /// One data key is unreadable, though the key-encryption key is the right one.
    #[error("the data key {0} is damaged in the key store")]
    Damaged(KeyId),
    #[error(transparent)]
    Kek(#[from] KekError),
    #[error(transparent)]
    Store(#[from] KeyStoreError),
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
}

impl KeyError {
    /// Whether the same may be tried again: the store, or what unwraps, cannot be had at the moment. A key-encryption key
    /// that is lost is given back while the service runs.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Store(KeyStoreError::Unavailable(_)) | Self::WrongKek { .. } => true,
            Self::Kek(kek) => kek.is_passing(),
            Self::Erased | Self::Damaged(_) | Self::Store(_) | Self::Crypto(_) => false,
        }
    }
}

/// The data keys of all persons and of the service.
pub struct KeyRing {
    pub(super) store: Arc<dyn KeyStore>,
    pub(super) kek: Arc<dyn KekProvider>,
    pub(super) cache: KeyCache,
    /// The store's current epoch, as far as this process knows.
    epoch: AtomicU32,
    /// The check value of the epoch that was last used to wrap.
    confirmed_by: Mutex<Option<(Epoch, Vec<u8>)>>,
    /// One roll at a time.
    pub(super) rolling: tokio::sync::Mutex<()>,
}

impl KeyRing {
    /// Keys that a ring keeps in memory unless told otherwise.
    pub const CAPACITY: usize = 200_000;

    /// Opens a key store, and refuses if it is not this key-encryption key's. A later epoch that was given is not used before
    /// a roll: another node may not have it yet.
    pub async fn open(store: Arc<dyn KeyStore>, kek: Arc<dyn KekProvider>, capacity: usize) -> Result<Self, KeyError> {
        let ring = Self::new(store, kek, capacity);
        if ring.check_epochs().await?.is_none() {
            let given = ring.kek.current_epoch().await?;
            ring.advance(given).await?;
            ring.check_epochs().await?;
        }
        ring.learn_erased().await?;
        Ok(ring)
    }

    /// The same, to open what was sealed: nothing is changed of a store that others use, and one that has no keys yet is
    /// refused.
    pub async fn open_to_read(
        store: Arc<dyn KeyStore>,
        kek: Arc<dyn KekProvider>,
        capacity: usize,
    ) -> Result<Self, KeyError> {
        let ring = Self::new(store, kek, capacity);
        if ring.check_epochs().await?.is_none() {
            return Err(KeyStoreError::Unavailable("nothing was ever sealed with its keys".to_owned()).into());
        }
        ring.learn_erased().await?;
        Ok(ring)
    }

    fn new(store: Arc<dyn KeyStore>, kek: Arc<dyn KekProvider>, capacity: usize) -> Self {
        Self {
            store,
            kek,
            cache: KeyCache::new(capacity),
            epoch: AtomicU32::new(0),
            confirmed_by: Mutex::default(),
            rolling: tokio::sync::Mutex::new(()),
        }
    }

    /// Takes in who was erased by another node on the same store.
    pub async fn learn_erased(&self) -> Result<(), KeyError> {
        for person in self.store.tombstones().await? {
            self.cache.erase(person);
        }
        Ok(())
    }

    /// The keys of these slots, made where there were none.
    pub async fn keys_for(&self, slots: &[Slot]) -> Result<Vec<Arc<DataKey>>, KeyError> {
        let mut found = self.find(slots).await?;
        let is_missing = |(slot, found): (&Slot, &Cached)| matches!(found, Cached::Unknown).then_some(*slot);
        let missing: Vec<_> = slots.iter().zip(&found).filter_map(is_missing).collect();
        if !missing.is_empty() {
            let mut made = self.create(&missing).await?.into_iter();
            for gap in found.iter_mut().filter(|found| matches!(found, Cached::Unknown)) {
                *gap = made.next().unwrap_or(Cached::Unknown);
            }
        }
        let key = |found| match found {
            Cached::Key(key) => Ok(key),
            Cached::Erased => Err(KeyError::Erased),
            // The key of a purpose can be destroyed again at once.
            Cached::Unknown => Err(KeyStoreError::Unavailable("a key that was just made is gone".to_owned()).into()),
        };
        found.into_iter().map(key).collect()
    }

    /// What there is for these slots; `Unknown` where there is no key. Makes none.
    pub async fn find(&self, slots: &[Slot]) -> Result<Vec<Cached>, KeyError> {
        let mut found: Vec<_> = slots.iter().map(|slot| self.cached(*slot)).collect();
        let absent: Vec<_> = (0..slots.len()).filter(|at| matches!(found[*at], Cached::Unknown)).collect();
        if absent.is_empty() {
            return Ok(found);
        }
        let wanted: Vec<_> = absent.iter().map(|at| slots[*at]).collect();
        for tries_left in (0..TRIES).rev() {
            let loaded = self.store.load(&wanted).await?;
            match self.unlock(&wanted, loaded).await {
                // Between reading and unwrapping the keys were wrapped anew, and their old epoch retired.
                Err(KeyError::Kek(KekError::UnknownEpoch { .. })) if tries_left > 0 => {}
                Err(error) => return Err(error),
                Ok(unlocked) => {
                    for (at, key) in absent.into_iter().zip(unlocked) {
                        found[at] = key;
                    }
                    break;
                }
            }
        }
        Ok(found)
    }

    /// What is known of a slot at once.
    #[must_use]
    pub fn cached(&self, slot: Slot) -> Cached {
        self.cache.get(slot)
    }

    /// Whether it is known that a person was erased.
    #[must_use]
    pub fn is_erased(&self, person: PersonId) -> bool {
        self.cache.is_erased(person)
    }

    /// Whether the store has a key of that name for any slot. Slow: for when something is wrong.
    pub async fn slot_of(&self, id: KeyId) -> Result<Option<Slot>, KeyError> {
        Ok(self.store.slot_of(id).await?)
    }

    /// Destroys all keys of a person, for ever, and with them the key of all snapshots, on whichever node they lie. Old
    /// backups of the store still have them: roll the epoch after it.
    pub async fn destroy(&self, person: PersonId) -> Result<(), KeyError> {
        self.store.destroy(Doomed::Person(person)).await?;
        self.cache.erase(person);
        self.cache.evict_purpose(KeyPurpose::DIES_WITH_ANYBODY);
        Ok(())
    }

    /// Makes everything unreadable that was sealed for a purpose of the service.
    pub async fn destroy_purpose(&self, purpose: KeyPurpose) -> Result<(), KeyError> {
        self.store.destroy(Doomed::KeyPurpose(purpose)).await?;
        self.cache.evict_purpose(purpose);
        Ok(())
    }

    /// Forgets a person's keys in memory only: somebody else destroyed them in a store that is shared.
    pub fn evict(&self, person: PersonId) {
        self.cache.evict(person);
    }

    /// How many keys are in memory.
    #[must_use]
    pub fn cached_keys(&self) -> usize {
        self.cache.len()
    }

    /// Verifies the check value of every epoch that the store knows; answers its current one.
    async fn check_epochs(&self) -> Result<Option<Epoch>, KeyError> {
        let mut tries_left = TRIES;
        loop {
            tries_left -= 1;
            let epochs = self.store.epochs().await?;
            let mut checked = Ok(());
            for (epoch, check) in &epochs.checks {
                checked = checked.and(self.check(*epoch, check).await);
            }
            match checked {
                // An epoch may have been retired since it was read.
                Err(KeyError::Kek(KekError::UnknownEpoch { .. })) if tries_left > 0 => {
                    if self.store.epochs().await? == epochs {
                        return checked.map(|()| None);
                    }
                }
                Err(error) => return Err(error),
                Ok(()) => {
                    if let Some(Epoch(current)) = epochs.current {
                        self.epoch.store(current, Ordering::Release);
                    }
                    return Ok(epochs.current);
                }
            }
        }
    }

    /// Whether the key-encryption key of an epoch is the one that this store was used with.
    async fn check(&self, epoch: Epoch, check: &[u8]) -> Result<(), KeyError> {
        let check = ToUnwrap { wrapped: check, aad: check_aad(epoch) };
        let unwrapped = self.kek.unwrap_keys(epoch, &[check]).await?;
        if matches!(unwrapped.as_slice(), [Some(_)]) {
            return Ok(());
        }
        Err(KeyError::WrongKek { kek: self.kek.name(), epoch })
    }

    /// Refuses what was just wrapped by another key-encryption key than the epoch's: one that was made anew under its name
    /// would wrap, and nothing would ever open again once the right one is back.
    async fn confirm(&self, epoch: Epoch) -> Result<(), KeyError> {
        let known = self.confirmed_by.lock().clone().filter(|(known, _)| *known == epoch);
        let known = match known {
            Some(known) => Some(known),
            None => self.store.epochs().await?.checks.into_iter().find(|(known, _)| *known == epoch),
        };
        // An epoch that the store does not know has been left: it takes nothing under it.
        let Some((epoch, check)) = known else { return Ok(()) };
        self.check(epoch, &check).await?;
        *self.confirmed_by.lock() = Some((epoch, check));
        Ok(())
    }

    /// Why a data key was not unwrapped: with another key-encryption key, all of its epoch would seem damaged.
    pub(super) async fn why_closed(&self, key: &WrappedKey) -> KeyError {
        let check = match self.store.epochs().await {
            Ok(epochs) => epochs.checks.into_iter().find(|(epoch, _)| *epoch == key.epoch),
            Err(error) => return error.into(),
        };
        let checked = match check {
            Some((epoch, check)) => self.check(epoch, &check).await,
            None => Ok(()),
        };
        checked.err().unwrap_or(KeyError::Damaged(key.id))
    }

    /// Makes an epoch of the KEK the one that new keys are wrapped by.
    pub(super) async fn advance(&self, epoch: Epoch) -> Result<(), KeyError> {
        let check = random_key()?;
        let mut wrapped = self.kek.wrap_keys(epoch, &[ToWrap { key: &check, aad: check_aad(epoch) }]).await?;
        let check = wrapped.pop().ok_or_else(|| self.short_answer())?;
        self.store.advance(epoch, check).await?;
        self.epoch.fetch_max(epoch.0, Ordering::AcqRel);
        Ok(())
    }

    /// Makes a key for each slot. Somebody else may be first, and theirs is the key then.
    async fn create(&self, slots: &[Slot]) -> Result<Vec<Cached>, KeyError> {
        let fresh = slots.iter().map(|_| DataKey::generate().map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
        let stored = self.store_wrapped(slots, &fresh).await?;
        let mut answers = Vec::with_capacity(slots.len());
        for ((slot, fresh), stored) in slots.iter().zip(fresh).zip(stored) {
            answers.push(match stored {
                Stored::Key(key) if key.id == fresh.id() => self.cache.insert(*slot, fresh),
                Stored::Key(_) | Stored::Erased | Stored::Absent => {
                    self.find(&[*slot]).await?.pop().unwrap_or(Cached::Unknown)
                }
            });
        }
        Ok(answers)
    }

    async fn store_wrapped(&self, slots: &[Slot], keys: &[Arc<DataKey>]) -> Result<Vec<Stored>, KeyError> {
        let mut tries_left = TRIES;
        loop {
            tries_left -= 1;
            let epoch = Epoch(self.epoch.load(Ordering::Acquire));
            let added = match self.wrap(epoch, slots, keys).await {
                Ok(wrapped) => self.store.add(wrapped).await.map_err(KeyError::from),
                Err(error) => Err(error),
            };
            match added {
                Err(
                    KeyError::Store(KeyStoreError::StaleEpoch { .. }) | KeyError::Kek(KekError::UnknownEpoch { .. }),
                ) if tries_left > 0 => {
                    self.check_epochs().await?;
                }
                other => return other,
            }
        }
    }

    pub(super) async fn wrap(
        &self,
        epoch: Epoch,
        slots: &[Slot],
        keys: &[Arc<DataKey>],
    ) -> Result<Vec<WrappedKey>, KeyError> {
        let to_wrap: Vec<_> = slots
            .iter()
            .zip(keys)
            .map(|(slot, key)| ToWrap { key: key.key(), aad: wrap_aad(*slot, key.id(), epoch) })
            .collect();
        let wrapped = self.kek.wrap_keys(epoch, &to_wrap).await?;
        if wrapped.len() != keys.len() {
            return Err(self.short_answer());
        }
        self.confirm(epoch).await?;
        let row = |((slot, key), wrapped): ((&Slot, &Arc<DataKey>), _)| WrappedKey {
            slot: *slot,
            id: key.id(),
            epoch,
            wrapped,
        };
        Ok(slots.iter().zip(keys).zip(wrapped).map(row).collect())
    }

    fn short_answer(&self) -> KeyError {
        let why = "it answered for fewer keys than it was asked for".to_owned();
        KekError::Unavailable { kek: self.kek.name(), why }.into()
    }

    /// Turns what the store has into keys in the cache.
    async fn unlock(&self, slots: &[Slot], stored: Vec<Stored>) -> Result<Vec<Cached>, KeyError> {
        let wrapped: Vec<_> =
            stored.iter().filter_map(|each| if let Stored::Key(key) = each { Some(key) } else { None }).collect();
        let mut keys = self.unwrap(&wrapped).await?.into_iter();
        let mut answers = Vec::with_capacity(stored.len());
        for (slot, stored) in slots.iter().zip(&stored) {
            answers.push(match stored {
                Stored::Absent => Cached::Unknown,
                Stored::Erased => {
                    if let Slot::Person(person, _) = slot {
                        self.cache.erase(*person);
                    }
                    Cached::Erased
                }
                Stored::Key(wrapped) => match keys.next().flatten() {
                    Some(key) => self.cache.insert(*slot, key),
                    None => return Err(self.why_closed(wrapped).await),
                },
            });
        }
        Ok(answers)
    }

    /// Unwraps keys of any epochs, in the same order; `None` for a damaged one.
    pub(super) async fn unwrap(&self, keys: &[&WrappedKey]) -> Result<Vec<Option<Arc<DataKey>>>, KeyError> {
        let mut unwrapped = vec![None; keys.len()];
        let mut epochs: Vec<_> = keys.iter().map(|key| key.epoch).collect();
        epochs.sort_unstable();
        epochs.dedup();
        for epoch in epochs {
            let of_epoch: Vec<_> = (0..keys.len()).filter(|at| keys[*at].epoch == epoch).collect();
            let to_unwrap = |at: &usize| {
                let key = keys[*at];
                ToUnwrap { wrapped: &key.wrapped, aad: wrap_aad(key.slot, key.id, epoch) }
            };
            let batch: Vec<_> = of_epoch.iter().map(to_unwrap).collect();
            let answers = self.kek.unwrap_keys(epoch, &batch).await?;
            if answers.len() != batch.len() {
                return Err(self.short_answer());
            }
            for (at, answer) in of_epoch.into_iter().zip(answers) {
                unwrapped[at] = answer.map(|key| Arc::new(DataKey::known(keys[at].id, key)));
            }
        }
        Ok(unwrapped)
    }
}

/// What the wrap of a data key is bound to: it opens for this slot, name and epoch alone.
fn wrap_aad(slot: Slot, id: KeyId, epoch: Epoch) -> Vec<u8> {
    bind(&[b"baken/data-key/v1", slot.owner_bytes(), slot.name().as_bytes(), id.0.as_bytes(), &epoch.0.to_be_bytes()])
}

fn check_aad(epoch: Epoch) -> Vec<u8> {
    bind(&[b"baken/kek-check/v1", &epoch.0.to_be_bytes()])
}

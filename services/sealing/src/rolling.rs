//! What concerns all data keys at once: reading them before a rebuild, and wrapping them anew.

use std::fmt;
use std::sync::Arc;

use super::kek::{Epoch, KekError};
use super::key_store::{KeyStoreError, WrappedKey};
use super::ring::{KeyError, KeyRing, TRIES};
use super::secret::DataKey;

/// Keys that are read or wrapped together.
const PAGE: usize = 2_000;

/// What a roll did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rolled {
    /// The epoch that it led to.
    pub epoch: Epoch,
    /// How many data keys were wrapped anew by this process.
    pub rewrapped: usize,
}

/// All data keys are in memory while this lives; dropped, the cache is bounded again.
#[must_use = "the cache is bounded again as soon as this is dropped"]
pub struct Preloaded {
    ring: Arc<KeyRing>,
    /// How many keys were read.
    pub keys: usize,
    /// How many could not be unwrapped: what was sealed with them cannot be opened.
    pub damaged: usize,
}

impl fmt::Debug for Preloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preloaded").field("keys", &self.keys).field("damaged", &self.damaged).finish_non_exhaustive()
    }
}

impl Drop for Preloaded {
    fn drop(&mut self) {
        self.ring.cache.bound_again();
    }
}

impl KeyRing {
    /// Reads all data keys into memory, past the cache's bound (some 200 bytes each), for a rebuild to run on.
    pub async fn preload_all(self: &Arc<Self>) -> Result<Preloaded, KeyError> {
        self.cache.unbound();
        let mut preloaded = Preloaded { ring: Arc::clone(self), keys: 0, damaged: 0 };
        let mut after = None;
        loop {
            let page = self.store.page(after, None, PAGE).await?;
            let Some(last) = page.last() else { return Ok(preloaded) };
            let wrapped: Vec<_> = page.iter().collect();
            let unwrapped = match self.unwrap(&wrapped).await {
                // A roll was finished since the page was read: the same page again.
                Err(KeyError::Kek(KekError::UnknownEpoch { .. })) if self.is_stale(&page).await? => continue,
                other => other?,
            };
            after = Some(last.slot);
            for (wrapped, key) in page.iter().zip(unwrapped) {
                if let Some(key) = key {
                    self.cache.insert(wrapped.slot, key);
                    preloaded.keys += 1;
                } else {
                    tracing::error!(key = %wrapped.id, "a data key is damaged");
                    preloaded.damaged += 1;
                }
            }
        }
    }

    /// Destroys the key-encryption keys of the epochs before this one, in the store's eyes and at their provider. From
    /// then on no older backup of the key store can be opened.
    async fn retire_before(&self, epoch: Epoch) -> Result<(), KeyError> {
        // The store first: it refuses while a key needs one of them, and would ask for them at the next start.
        self.store.retire(epoch).await?;
        Ok(self.kek.retire(epoch).await?)
    }

    /// Begins to leave the current epoch: new keys use a later one from here on, which is made unless one was given. `settle`
    /// completes it, now or after a restart. Where a roll is under way, it is that.
    pub async fn begin_roll(&self) -> Result<Epoch, KeyError> {
        let _alone = self.rolling.lock().await;
        self.begin_alone().await
    }

    /// Leaves the current epoch: a new key-encryption key, every data key wrapped anew, the old one destroyed. If it fails on
    /// the way, the next roll or `settle` completes it. Others may read, write and roll meanwhile, here and elsewhere.
    pub async fn roll(&self) -> Result<Rolled, KeyError> {
        let _alone = self.rolling.lock().await;
        let epoch = self.begin_alone().await?;
        let rewrapped = self.settle_alone().await?;
        Ok(Rolled { epoch, rewrapped })
    }

    /// Completes a roll that broke off; says how many keys were wrapped anew.
    pub async fn settle(&self) -> Result<usize, KeyError> {
        let _alone = self.rolling.lock().await;
        self.settle_alone().await
    }

    async fn begin_alone(&self) -> Result<Epoch, KeyError> {
        let epochs = self.store.epochs().await?;
        if let Some(under_way) = epochs.rolling_to() {
            return Ok(under_way);
        }
        let given = self.kek.current_epoch().await?;
        let next = if epochs.current < Some(given) { given } else { self.kek.roll().await? };
        self.advance(next).await?;
        Ok(next)
    }

    async fn settle_alone(&self) -> Result<usize, KeyError> {
        let (mut rewrapped, mut tries_left) = (0, TRIES);
        loop {
            tries_left -= 1;
            let epochs = self.store.epochs().await?;
            let Some(current) = epochs.rolling_to() else {
                // It may have broken off between the two halves of `retire_before`.
                if let Some(current) = epochs.current {
                    self.kek.retire(current).await?;
                }
                return Ok(rewrapped);
            };
            let finished = async {
                rewrapped += self.rewrap_alone(current).await?;
                self.retire_before(current).await
            };
            match finished.await {
                // Another process began the next roll meanwhile.
                Err(KeyError::Store(KeyStoreError::StaleEpoch { .. } | KeyStoreError::EpochInUse { .. }))
                    if tries_left > 0 => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(rewrapped),
            }
        }
    }

    async fn rewrap_alone(&self, to: Epoch) -> Result<usize, KeyError> {
        // First nothing new may come in under another epoch; then one pass meets all that there is.
        self.advance(to).await?;
        if let Some(current) = self.store.epochs().await?.current.filter(|current| *current != to) {
            return Err(KeyStoreError::StaleEpoch { current }.into());
        }
        let (mut rewrapped, mut after, mut damaged) = (0, None, None);
        loop {
            let page = self.store.page(after, Some(to), PAGE).await?;
            let Some(last) = page.last() else { break };
            let next = Some(last.slot);
            let wrapped: Vec<_> = page.iter().collect();
            let unwrapped = match self.unwrap(&wrapped).await {
                // Another process has wrapped them anew since the page was read, and retired their epoch.
                Err(KeyError::Kek(KekError::UnknownEpoch { .. })) if self.is_stale(&page).await? => continue,
                other => other?,
            };
            let (mut slots, mut keys): (Vec<_>, Vec<Arc<DataKey>>) = (Vec::new(), Vec::new());
            for (row, key) in page.iter().zip(unwrapped) {
                if let Some(key) = key {
                    slots.push(row.slot);
                    keys.push(key);
                } else {
                    tracing::error!(key = %row.id, "a data key is not unwrapped");
                    damaged = damaged.or(Some(row.clone()));
                }
            }
            after = next;
            let anew = self.wrap(to, &slots, &keys).await?;
            rewrapped += self.store.rewrap(anew).await?;
        }
        // Its epoch must not be retired then: with another key it may be a wrong one rather than a damaged one.
        match damaged {
            Some(key) => Err(self.why_closed(&key).await),
            None => Ok(rewrapped),
        }
    }

    async fn is_stale(&self, page: &[WrappedKey]) -> Result<bool, KeyError> {
        let checks = self.store.epochs().await?.checks;
        Ok(page.iter().any(|key| checks.iter().all(|(epoch, _)| *epoch != key.epoch)))
    }
}

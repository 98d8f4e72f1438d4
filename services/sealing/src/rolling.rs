//! What concerns all data keys at once: reading them before a rebuild, and wrapping them anew.

use std::fmt;
use std::sync::Arc;

use super::kek::{Epoch, KekError};
use super::key_store::{KeyStoreError, WrappedKey};
use super::ring::{KeyError, KeyRing};
use super::secret::{DataKey, KeyId};

/// Keys that are read or wrapped together.
const PAGE: usize = 2_000;

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
                Err(KeyError::Kek(KekError::UnknownEpoch(_))) if self.is_stale(&page).await? => continue,
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

    /// Wraps every data key that is not under this epoch anew, and says how many. New keys use it from now on, too. It
    /// can be broken off and begun again; the older epochs stay until `retire_before`.
    pub async fn rewrap(&self, to: Epoch) -> Result<usize, KeyError> {
        let _alone = self.rolling.lock().await;
        self.rewrap_alone(to).await
    }

    /// Destroys the key-encryption keys of the epochs before this one, in the store's eyes and at their provider. From
    /// then on no older backup of the key store can be opened.
    pub async fn retire_before(&self, epoch: Epoch) -> Result<(), KeyError> {
        // The store first: it refuses while a key needs one of them, and would ask for them at the next start.
        self.store.retire(epoch).await?;
        Ok(self.kek.retire(epoch).await?)
    }

    /// Begins to leave the current epoch: new keys use a new one from here on. `settle` completes it, now or after a restart.
    /// Where a roll is under way, it is that.
    pub async fn begin_roll(&self) -> Result<Epoch, KeyError> {
        let _alone = self.rolling.lock().await;
        if let Some(current) = self.store.epochs().await?.rolling_to() {
            return Ok(current);
        }
        let next = self.kek.roll().await?;
        self.advance(next).await?;
        Ok(next)
    }

    /// Leaves the current epoch: a new key-encryption key, every data key wrapped anew, the old one destroyed. If it
    /// fails on the way, the next roll or `settle` completes it.
    pub async fn roll(&self) -> Result<Epoch, KeyError> {
        let _alone = self.rolling.lock().await;
        let next = self.kek.roll().await?;
        self.rewrap_alone(next).await?;
        self.retire_before(next).await?;
        Ok(next)
    }

    /// Completes a roll that broke off or was begun by hand; says how many keys were wrapped anew.
    pub async fn settle(&self) -> Result<usize, KeyError> {
        let _alone = self.rolling.lock().await;
        let Some(current) = self.store.epochs().await?.rolling_to() else { return Ok(0) };
        let rewrapped = self.rewrap_alone(current).await?;
        self.retire_before(current).await?;
        Ok(rewrapped)
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
            after = Some(last.slot);
            let wrapped: Vec<_> = page.iter().collect();
            let (mut slots, mut keys): (Vec<_>, Vec<Arc<DataKey>>) = (Vec::new(), Vec::new());
            for (row, key) in page.iter().zip(self.unwrap(&wrapped).await?) {
                if let Some(key) = key {
                    slots.push(row.slot);
                    keys.push(key);
                } else {
                    tracing::error!(key = %row.id, "a data key is damaged");
                    damaged = damaged.or(Some(row.id));
                }
            }
            let anew = self.wrap(to, &slots, &keys).await?;
            rewrapped += self.store.rewrap(anew).await?;
        }
        // Its epoch must not be retired then: with another key it may be a wrong one rather than a damaged one.
        damaged.map_or(Ok(rewrapped), |id: KeyId| Err(KeyError::Damaged(id)))
    }

    async fn is_stale(&self, page: &[WrappedKey]) -> Result<bool, KeyError> {
        let checks = self.store.epochs().await?.checks;
        Ok(page.iter().any(|key| checks.iter().all(|(epoch, _)| *epoch != key.epoch)))
    }
}

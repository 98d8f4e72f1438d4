//! A key store that lasts as long as the process: for tests and for runs without a data folder.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use async_trait::async_trait;
use care_path::ids::PersonId;
use parking_lot::Mutex;

use super::{Doomed, Epochs, KeyPurpose, KeyStore, KeyStoreError, Owner, Slot, Stored, WrappedKey, refuse_stale};
use crate::kek::Epoch;
use crate::secret::KeyId;

/// A key store in memory.
#[derive(Default)]
pub struct MemoryKeyStore(Mutex<Content>);

#[derive(Default)]
struct Content {
    keys: BTreeMap<Slot, WrappedKey>,
    tombstones: BTreeSet<PersonId>,
    current: Option<Epoch>,
    checks: BTreeMap<Epoch, Vec<u8>>,
}

impl Content {
    fn at(&self, slot: Slot) -> Stored {
        if let Owner::Person(person) = slot.owner()
            && self.tombstones.contains(&person)
        {
            return Stored::Erased;
        }
        self.keys.get(&slot).map_or(Stored::Absent, |key| Stored::Key(key.clone()))
    }
}

#[async_trait]
impl KeyStore for MemoryKeyStore {
    async fn load(&self, slots: &[Slot]) -> Result<Vec<Stored>, KeyStoreError> {
        let content = self.0.lock();
        Ok(slots.iter().map(|slot| content.at(*slot)).collect())
    }

    async fn add(&self, keys: Vec<WrappedKey>) -> Result<Vec<Stored>, KeyStoreError> {
        let mut content = self.0.lock();
        refuse_stale(content.current, &keys)?;
        let add = |key: WrappedKey| {
            let slot = key.slot;
            if content.at(slot) == Stored::Absent {
                content.keys.insert(slot, key);
            }
            content.at(slot)
        };
        Ok(keys.into_iter().map(add).collect())
    }

    async fn page(
        &self,
        after: Option<Slot>,
        except: Option<Epoch>,
        limit: usize,
    ) -> Result<Vec<WrappedKey>, KeyStoreError> {
        let content = self.0.lock();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let keys = content.keys.range((from, Bound::Unbounded)).map(|(_, key)| key);
        Ok(keys.filter(|key| Some(key.epoch) != except).take(limit).cloned().collect())
    }

    async fn rewrap(&self, keys: Vec<WrappedKey>) -> Result<usize, KeyStoreError> {
        let mut content = self.0.lock();
        refuse_stale(content.current, &keys)?;
        let mut replaced = 0;
        for key in keys {
            if let Some(there) = content.keys.get_mut(&key.slot).filter(|there| there.id == key.id) {
                *there = key;
                replaced += 1;
            }
        }
        Ok(replaced)
    }

    async fn destroy(&self, doomed: Doomed) -> Result<(), KeyStoreError> {
        let mut content = self.0.lock();
        match doomed {
            Doomed::Person(person) => {
                content.keys.retain(|slot, _| slot.owner() != Owner::Person(person));
                content.tombstones.insert(person);
                content.keys.remove(&Slot::Service(KeyPurpose::DIES_WITH_ANYBODY));
            }
            Doomed::KeyPurpose(purpose) => {
                content.keys.remove(&Slot::Service(purpose));
            }
        }
        Ok(())
    }

    async fn tombstones(&self) -> Result<Vec<PersonId>, KeyStoreError> {
        Ok(self.0.lock().tombstones.iter().copied().collect())
    }

    async fn slot_of(&self, id: KeyId) -> Result<Option<Slot>, KeyStoreError> {
        Ok(self.0.lock().keys.values().find(|key| key.id == id).map(|key| key.slot))
    }

    async fn epochs(&self) -> Result<Epochs, KeyStoreError> {
        let content = self.0.lock();
        let checks = content.checks.iter().map(|(epoch, check)| (*epoch, check.clone())).collect();
        Ok(Epochs { current: content.current, checks })
    }

    async fn advance(&self, epoch: Epoch, check: Vec<u8>) -> Result<(), KeyStoreError> {
        let mut content = self.0.lock();
        if content.current < Some(epoch) {
            content.current = Some(epoch);
            content.checks.entry(epoch).or_insert(check);
        }
        Ok(())
    }

    async fn retire(&self, before: Epoch) -> Result<(), KeyStoreError> {
        let mut content = self.0.lock();
        let keys = content.keys.values().filter(|key| key.epoch < before).count() as u64;
        if keys > 0 {
            return Err(KeyStoreError::EpochInUse { keys });
        }
        content.checks.retain(|epoch, _| *epoch >= before);
        Ok(())
    }
}

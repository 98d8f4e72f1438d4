//! Whether what an erasure is made of is done: the keys are destroyed, and the key-encryption key was rolled.

use care_path::codes::{Code as _, DataClass};
use care_path::ids::PersonId;

use super::kek::Epoch;
use super::key_store::{Slot, Stored};
use super::ring::{KeyError, KeyRing};

/// The keys of somebody who was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestroyedKeys {
    /// The epoch that all keys of the store are wrapped by.
    pub epoch: Epoch,
    /// The key-encryption key rolls with every erasure. Where it is given from outside, that is up to who gives it.
    pub is_rolled: bool,
}

impl KeyRing {
    /// Asks the store whether all keys of a person are destroyed and no older epoch is in use any more. `None` where that is
    /// not so yet.
    pub async fn destroyed(&self, person: PersonId) -> Result<Option<DestroyedKeys>, KeyError> {
        let slots: Vec<_> = DataClass::ALL.iter().map(|class| Slot::Person(person, *class)).collect();
        let stored = self.store.load(&slots).await?;
        let epochs = self.store.epochs().await?;
        let is_done = stored.iter().all(|stored| *stored == Stored::Erased) && epochs.rolling_to().is_none();
        let destroyed = |epoch| DestroyedKeys { epoch, is_rolled: self.kek.can_roll() };
        Ok(epochs.current.filter(|_| is_done).map(destroyed))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::kek::FileKek;
    use crate::key_store::MemoryKeyStore;

    #[tokio::test]
    async fn keys_are_destroyed_when_none_is_left_and_no_older_epoch_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let kek = Arc::new(FileKek::open_or_create(folder.path().join("kek")).unwrap());
        let ring = KeyRing::open(Arc::new(MemoryKeyStore::default()), kek, KeyRing::CAPACITY).await.unwrap();
        let [one, two] = [1, 2].map(|id| PersonId(Uuid::from_u128(id)));
        for person in [one, two] {
            ring.keys_for(&[Slot::Person(person, DataClass::Identity)]).await.unwrap();
        }
        assert_eq!(ring.destroyed(one).await.unwrap(), None);
        ring.begin_roll().await.unwrap();
        ring.destroy(one).await.unwrap();
        assert_eq!(ring.destroyed(one).await.unwrap(), None, "other keys are not wrapped anew yet");
        ring.settle().await.unwrap();
        assert_eq!(ring.destroyed(one).await.unwrap(), Some(DestroyedKeys { epoch: Epoch(2), is_rolled: true }));
        assert_eq!(ring.destroyed(two).await.unwrap(), None);
    }
}

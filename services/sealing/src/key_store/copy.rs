//! Moving a key store: into a database that several nodes share, or back into a file. The data keys go over wrapped as
//! they are, so that no key-encryption key is needed for it, and those who were erased go first, so that none of them ever
//! has a key in the target.
//!
//! A copy that was cut off goes on when it is begun again. Before anything is written, the target is looked through: it
//! must be empty, or hold nothing but what the source holds too. So nobody's keys are destroyed by copying the wrong way
//! round; and after an erasure in the source, a copy begins anew in an empty target, as the new key-encryption key asks.

use std::collections::BTreeSet;

use care_path::ids::PersonId;

use super::{Doomed, Epochs, KeyStore, KeyStoreError, Stored, WrappedKey};
use crate::kek::Epoch;

/// Keys that go over together.
const PAGE: usize = 2_000;

/// What was found and done. Both stores are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopiedKeys {
    /// Keys that the target held before.
    pub found: u64,
    /// Keys that are in both now.
    pub keys: u64,
    /// Persons who were erased, in both.
    pub erased: u64,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyKeysError {
    #[error("the source holds no keys: it is new, or another place is meant")]
    Empty,
    #[error("the key-encryption key of the source is being rolled: start the service on it once to finish that")]
    Unsettled,
    #[error(
        "the target is no copy of the source as it is: it is another store, was used by a service, or was copied under a \
         key-encryption key that has been left since; give an empty one. Nothing was written"
    )]
    OtherStore,
    #[error(
        "the target holds a key that the source does not, or not any more: {id}; give an empty one. Nothing was written"
    )]
    OtherKey { id: uuid::Uuid },
    #[error("a person is erased in the target and not in the source; nothing was written")]
    OtherErasure,
    #[error("another process writes to the target")]
    TargetWritten,
    #[error("the source has changed meanwhile: stop what writes to it, and give the command again")]
    Changed,
    #[error("the source: {0}")]
    Source(#[source] KeyStoreError),
    #[error("the target: {0}")]
    Target(#[source] KeyStoreError),
}

/// Copies a key store into one that is empty, or that an earlier copy of it has begun.
///
/// # Errors
/// Where the target is anything else, one of them fails, or they are not equal in the end.
pub async fn copy_keys(source: &dyn KeyStore, target: &dyn KeyStore) -> Result<CopiedKeys, CopyKeysError> {
    let epoch = settled_epoch(source).await?;
    let erased = erased_in(source).await.map_err(CopyKeysError::Source)?;
    let to_erase = beginning(source, target, &epoch, &erased).await?;
    let found = count(target).await.map_err(CopyKeysError::Target)?;
    write(source, target, &epoch, &to_erase).await?;
    let keys = compare(source, target).await?;
    let is_as_before = settled_epoch(source).await? == epoch
        && erased_in(source).await.map_err(CopyKeysError::Source)? == erased
        && count(source).await.map_err(CopyKeysError::Source)? == keys;
    if !is_as_before {
        return Err(CopyKeysError::Changed);
    }
    let is_copy = is_at(target, &epoch).await?
        && erased_in(target).await.map_err(CopyKeysError::Target)? == erased
        && count(target).await.map_err(CopyKeysError::Target)? == keys;
    if !is_copy {
        return Err(CopyKeysError::TargetWritten);
    }
    Ok(CopiedKeys { found, keys, erased: erased.len() as u64 })
}

/// An epoch with its check value, which is random in every store.
type Checked = (Epoch, Vec<u8>);

/// The one epoch of a store.
async fn settled_epoch(store: &dyn KeyStore) -> Result<Checked, CopyKeysError> {
    let mut checks = store.epochs().await.map_err(CopyKeysError::Source)?.checks;
    match (checks.pop(), checks.is_empty()) {
        (None, _) => Err(CopyKeysError::Empty),
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(CopyKeysError::Unsettled),
    }
}

async fn is_at(target: &dyn KeyStore, epoch: &Checked) -> Result<bool, CopyKeysError> {
    let known = target.epochs().await.map_err(CopyKeysError::Target)?;
    Ok(known.current == Some(epoch.0) && known.checks == std::slice::from_ref(epoch))
}

async fn erased_in(store: &dyn KeyStore) -> Result<BTreeSet<PersonId>, KeyStoreError> {
    Ok(store.tombstones().await?.into_iter().collect())
}

async fn count(store: &dyn KeyStore) -> Result<u64, KeyStoreError> {
    let (mut keys, mut after) = (0, None);
    loop {
        let page = store.page(after, None, PAGE).await?;
        let Some(last) = page.last() else { return Ok(keys) };
        after = Some(last.slot);
        keys += page.len() as u64;
    }
}

/// Looks whether the target is a beginning of a copy, and says who is still to be erased in it.
async fn beginning(
    source: &dyn KeyStore,
    target: &dyn KeyStore,
    epoch: &Checked,
    erased: &BTreeSet<PersonId>,
) -> Result<Vec<PersonId>, CopyKeysError> {
    let is_new = target.epochs().await.map_err(CopyKeysError::Target)? == Epochs::default();
    if !is_new && !is_at(target, epoch).await? {
        return Err(CopyKeysError::OtherStore);
    }
    let erased_there = erased_in(target).await.map_err(CopyKeysError::Target)?;
    if !erased_there.is_subset(erased) {
        return Err(CopyKeysError::OtherErasure);
    }
    let to_erase: Vec<_> = erased.difference(&erased_there).copied().collect();
    let mut after = None;
    loop {
        let page = target.page(after, None, PAGE).await.map_err(CopyKeysError::Target)?;
        let Some(last) = page.last() else { return Ok(to_erase) };
        after = Some(last.slot);
        let there = load(source, &page).await.map_err(CopyKeysError::Source)?;
        for (key, there) in page.iter().zip(there) {
            if there != Stored::Key(key.clone()) {
                return Err(CopyKeysError::OtherKey { id: key.id.0 });
            }
        }
    }
}

async fn load(store: &dyn KeyStore, keys: &[WrappedKey]) -> Result<Vec<Stored>, KeyStoreError> {
    let slots: Vec<_> = keys.iter().map(|key| key.slot).collect();
    store.load(&slots).await
}

async fn write(
    source: &dyn KeyStore,
    target: &dyn KeyStore,
    epoch: &Checked,
    to_erase: &[PersonId],
) -> Result<(), CopyKeysError> {
    for person in to_erase {
        target.destroy(Doomed::Person(*person)).await.map_err(CopyKeysError::Target)?;
    }
    target.advance(epoch.0, epoch.1.clone()).await.map_err(CopyKeysError::Target)?;
    if !is_at(target, epoch).await? {
        return Err(CopyKeysError::TargetWritten);
    }
    let mut after = None;
    loop {
        let page = source.page(after, None, PAGE).await.map_err(CopyKeysError::Source)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.slot);
        target.add(page).await.map_err(CopyKeysError::Target)?;
    }
}

/// Looks whether every key of the source is in the target, and says how many there are.
async fn compare(source: &dyn KeyStore, target: &dyn KeyStore) -> Result<u64, CopyKeysError> {
    let (mut keys, mut after) = (0, None);
    loop {
        let page = source.page(after, None, PAGE).await.map_err(CopyKeysError::Source)?;
        let Some(last) = page.last() else { return Ok(keys) };
        after = Some(last.slot);
        keys += page.len() as u64;
        let there = load(target, &page).await.map_err(CopyKeysError::Target)?;
        if page.into_iter().map(Stored::Key).ne(there) {
            return Err(CopyKeysError::Changed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::contract::{key, medical, person};
    use super::super::{KeyPurpose, MemoryKeyStore, Slot, SqliteKeyStore};
    use super::*;

    const ONE: Epoch = Epoch(1);

    /// With more keys than go over together, the service's among them, and somebody who was erased.
    async fn source() -> MemoryKeyStore {
        let store = MemoryKeyStore::default();
        store.advance(ONE, b"check".to_vec()).await.unwrap();
        let keys = (1..=PAGE as u128 + 3).map(|number| key(medical(number), number, ONE));
        let keys = keys.chain([key(Slot::Service(KeyPurpose::Webhook), 9_999, ONE)]);
        store.add(keys.collect()).await.unwrap();
        store.destroy(Doomed::Person(person(2))).await.unwrap();
        store
    }

    const WHOLE: CopiedKeys = CopiedKeys { found: 0, keys: PAGE as u64 + 3, erased: 1 };

    fn file() -> (tempfile::TempDir, SqliteKeyStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteKeyStore::open(folder.path().join("keys.db")).unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn all_keys_go_over_as_they_are_and_whoever_was_erased_stays_erased() {
        let (source, (_folder, target)) = (source().await, file());
        assert_eq!(copy_keys(&source, &target).await.unwrap(), WHOLE);
        let slots = [medical(1), medical(2), Slot::Service(KeyPurpose::Webhook)];
        let there = target.load(&slots).await.unwrap();
        assert_eq!(there, source.load(&slots).await.unwrap());
        assert_eq!(there[1], Stored::Erased);
        assert_eq!(target.epochs().await.unwrap(), source.epochs().await.unwrap());
    }

    #[tokio::test]
    async fn a_copy_that_was_cut_off_goes_on_and_takes_what_is_new() {
        let (source, (_folder, target)) = (source().await, file());
        target.advance(ONE, b"check".to_vec()).await.unwrap();
        target.add(vec![key(medical(7), 7, ONE), key(medical(8), 8, ONE)]).await.unwrap();
        assert_eq!(copy_keys(&source, &target).await.unwrap(), CopiedKeys { found: 2, ..WHOLE });
        source.add(vec![key(medical(90_001), 90_001, ONE)]).await.unwrap();
        let more = CopiedKeys { found: WHOLE.keys, keys: WHOLE.keys + 1, erased: 1 };
        assert_eq!(copy_keys(&source, &target).await.unwrap(), more);
    }

    #[tokio::test]
    async fn a_target_that_is_another_store_is_left_as_it_is() {
        let (source, (_folder, target)) = (source().await, file());
        target.advance(ONE, b"another check".to_vec()).await.unwrap();
        let refused = copy_keys(&source, &target).await;
        assert!(matches!(refused, Err(CopyKeysError::OtherStore)), "{refused:?}");
        assert_eq!(target.page(None, None, 9).await.unwrap(), []);
        assert_eq!(target.tombstones().await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_target_with_a_key_of_its_own_is_left_as_it_is() {
        let source = source().await;
        for other in [key(medical(7), 77_777, ONE), key(medical(99_999), 1, ONE)] {
            let (_folder, target) = file();
            target.advance(ONE, b"check".to_vec()).await.unwrap();
            target.add(vec![other.clone()]).await.unwrap();
            let refused = copy_keys(&source, &target).await;
            assert!(matches!(refused, Err(CopyKeysError::OtherKey { id }) if id == other.id.0), "{refused:?}");
            assert_eq!(target.page(None, None, 9).await.unwrap(), [other]);
            assert_eq!(target.tombstones().await.unwrap(), []);
        }
    }

    #[tokio::test]
    async fn a_copy_that_has_gone_its_own_way_is_not_written_over_what_it_was_made_from() {
        let (source, (_folder, drill)) = (source().await, file());
        copy_keys(&source, &drill).await.unwrap();
        drill.destroy(Doomed::Person(person(4))).await.unwrap();
        drill.add(vec![key(medical(90_002), 90_002, ONE)]).await.unwrap();
        // The wrong way round: nobody's keys are destroyed.
        let refused = copy_keys(&drill, &source).await;
        assert!(matches!(refused, Err(CopyKeysError::OtherKey { .. })), "{refused:?}");
        assert!(matches!(source.load(&[medical(4)]).await.unwrap()[..], [Stored::Key(_)]));
    }

    #[tokio::test]
    async fn whoever_is_erased_in_the_target_alone_is_noticed_before_anything_is_written() {
        let (source, (_folder, target)) = (source().await, file());
        target.destroy(Doomed::Person(person(5))).await.unwrap();
        let refused = copy_keys(&source, &target).await;
        assert!(matches!(refused, Err(CopyKeysError::OtherErasure)), "{refused:?}");
        assert_eq!(target.epochs().await.unwrap().current, None);
    }

    #[tokio::test]
    async fn a_store_that_is_new_or_being_rolled_is_not_copied() {
        let ((_folder, target), source) = (file(), MemoryKeyStore::default());
        let refused = copy_keys(&source, &target).await;
        assert!(matches!(refused, Err(CopyKeysError::Empty)), "{refused:?}");
        source.advance(ONE, b"check".to_vec()).await.unwrap();
        source.advance(Epoch(2), b"next".to_vec()).await.unwrap();
        let refused = copy_keys(&source, &target).await;
        assert!(matches!(refused, Err(CopyKeysError::Unsettled)), "{refused:?}");
    }
}

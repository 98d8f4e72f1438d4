//! A node whose key store is away for a moment: it waits, and does not stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use care_path::PersonId;
use care_path::command::CommandKind;
use serde_json::json;

use super::ExecuteError;
use super::testing::{TestBaken, request, user};
use crate::sealing::{
    Doomed, EnvironmentKek, Epoch, Epochs, KEY_LEN, KeyId, KeyRing, KeyStore, KeyStoreError, MemoryKeyStore, Sealer,
    Slot, Stored, WrappedKey,
};

/// A key store that can be away.
#[derive(Default)]
pub struct Away {
    store: Arc<MemoryKeyStore>,
    away: AtomicBool,
}

impl Away {
    /// What seals with keys of this store.
    pub async fn sealer(self: &Arc<Self>) -> Arc<Sealer> {
        sealer(self.clone()).await
    }

    pub fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    fn here(&self) -> Result<&MemoryKeyStore, KeyStoreError> {
        let away = self.away.load(Ordering::Relaxed);
        if away { Err(KeyStoreError::Unavailable("for the test".to_owned())) } else { Ok(&self.store) }
    }
}

#[async_trait]
impl KeyStore for Away {
    async fn load(&self, slots: &[Slot]) -> Result<Vec<Stored>, KeyStoreError> {
        self.here()?.load(slots).await
    }

    async fn add(&self, keys: Vec<WrappedKey>) -> Result<Vec<Stored>, KeyStoreError> {
        self.here()?.add(keys).await
    }

    async fn page(
        &self,
        after: Option<Slot>,
        except: Option<Epoch>,
        limit: usize,
    ) -> Result<Vec<WrappedKey>, KeyStoreError> {
        self.here()?.page(after, except, limit).await
    }

    async fn rewrap(&self, keys: Vec<WrappedKey>) -> Result<usize, KeyStoreError> {
        self.here()?.rewrap(keys).await
    }

    async fn destroy(&self, doomed: Doomed) -> Result<(), KeyStoreError> {
        self.here()?.destroy(doomed).await
    }

    async fn tombstones(&self) -> Result<Vec<PersonId>, KeyStoreError> {
        self.here()?.tombstones().await
    }

    async fn slot_of(&self, id: KeyId) -> Result<Option<Slot>, KeyStoreError> {
        self.here()?.slot_of(id).await
    }

    async fn epochs(&self) -> Result<Epochs, KeyStoreError> {
        self.here()?.epochs().await
    }

    async fn advance(&self, epoch: Epoch, check: Vec<u8>) -> Result<(), KeyStoreError> {
        self.here()?.advance(epoch, check).await
    }

    async fn retire(&self, before: Epoch) -> Result<(), KeyStoreError> {
        self.here()?.retire(before).await
    }
}

async fn sealer(store: Arc<dyn KeyStore>) -> Arc<Sealer> {
    let kek = EnvironmentKek::parse(&format!("1:{}", STANDARD.encode([1; KEY_LEN]))).unwrap();
    let ring = KeyRing::open(store, Arc::new(kek), KeyRing::CAPACITY).await.unwrap();
    Arc::new(Sealer::new(Arc::new(ring)))
}

#[tokio::test]
async fn a_node_without_its_keys_waits_for_them_and_goes_on() {
    let keys = Arc::new(Away::default());
    let first = TestBaken::start().await;
    let writes = first.beside_with(sealer(keys.store.clone()).await);
    let waits = first.beside_with(sealer(keys.clone()).await);
    keys.away.store(true, Ordering::Relaxed);

    let body = json!({"channel": "outreach_round", "identity": {"alias": "M."}});
    let command = CommandKind::ReportSignal.read(None, &body).unwrap();
    let receipt = writes.baken.execute(request(user("outreach-rotterdam"), None, command)).await.unwrap();
    let reached = tokio::time::timeout(Duration::from_millis(200), waits.baken.reach(receipt.position)).await;
    assert!(reached.is_err() && waits.baken.follows(), "{reached:?}");

    keys.away.store(false, Ordering::Relaxed);
    waits.baken.reach(receipt.position).await.unwrap();
    assert!(waits.baken.follows());
}

#[tokio::test]
async fn what_cannot_be_sealed_for_the_moment_may_be_sent_again() {
    let keys = Arc::new(Away::default());
    let node = TestBaken::start().await.beside_with(sealer(keys.clone()).await);
    let body = json!({"channel": "outreach_round", "identity": {"alias": "M."}});
    let signal = request(user("outreach-rotterdam"), None, CommandKind::ReportSignal.read(None, &body).unwrap());
    keys.away.store(true, Ordering::Relaxed);
    let refused = node.baken.execute(signal.clone()).await;
    assert!(matches!(refused, Err(ExecuteError::Keys(_))), "{refused:?}");
    keys.away.store(false, Ordering::Relaxed);
    assert!(!node.baken.execute(signal).await.unwrap().repeated);
}

//! A node whose key store or key-encryption key is away for a while: it waits, and does not stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use care_path::PersonId;
use care_path::command::CommandKind;
use parking_lot::Mutex;
use serde_json::json;

use super::testing::{TestBaken, request, user};
use super::{ExecuteError, Reading};
use crate::sealing::{
    Doomed, EnvironmentKek, Epoch, Epochs, KEY_LEN, KekError, KekName, KekProvider, Key256, KeyId, KeyRing, KeyStore,
    KeyStoreError, MemoryKeyStore, Sealer, Slot, Stored, ToUnwrap, ToWrap, WrappedKey,
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
    sealer_with(store, Arc::new(kek_of(1))).await
}

async fn sealer_with(store: Arc<dyn KeyStore>, kek: Arc<dyn KekProvider>) -> Arc<Sealer> {
    let ring = KeyRing::open(store, kek, KeyRing::CAPACITY).await.unwrap();
    Arc::new(Sealer::new(Arc::new(ring)))
}

fn kek_of(byte: u8) -> EnvironmentKek {
    EnvironmentKek::parse(&format!("1:{}", STANDARD.encode([byte; KEY_LEN]))).unwrap()
}

/// What has become of a key-encryption key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Here,
    /// As of a file or a version that somebody deleted.
    Lost,
    /// As of a token that is not valid any more.
    Refused,
    /// As of a key that was deleted and made anew under its name.
    Another,
}

/// A key-encryption key that may be lost.
struct LostKek {
    right: EnvironmentKek,
    other: EnvironmentKek,
    fate: Mutex<Fate>,
}

impl LostKek {
    fn kek(&self, epoch: Epoch) -> Result<&EnvironmentKek, KekError> {
        let (kek, why) = (self.right.name(), "the token is not valid".to_owned());
        match *self.fate.lock() {
            Fate::Here => Ok(&self.right),
            Fate::Another => Ok(&self.other),
            Fate::Lost => Err(KekError::UnknownEpoch { kek, epoch }),
            Fate::Refused => Err(KekError::Refused { kek, why }),
        }
    }
}

#[async_trait]
impl KekProvider for LostKek {
    fn name(&self) -> KekName {
        self.right.name()
    }

    async fn current_epoch(&self) -> Result<Epoch, KekError> {
        self.kek(Epoch(1))?.current_epoch().await
    }

    async fn wrap_keys(&self, epoch: Epoch, keys: &[ToWrap<'_>]) -> Result<Vec<Vec<u8>>, KekError> {
        self.kek(epoch)?.wrap_keys(epoch, keys).await
    }

    async fn unwrap_keys(&self, epoch: Epoch, keys: &[ToUnwrap<'_>]) -> Result<Vec<Option<Key256>>, KekError> {
        self.kek(epoch)?.unwrap_keys(epoch, keys).await
    }

    async fn roll(&self) -> Result<Epoch, KekError> {
        self.kek(Epoch(1))?.roll().await
    }

    async fn retire(&self, before: Epoch) -> Result<(), KekError> {
        self.kek(before)?.retire(before).await
    }
}

#[tokio::test]
async fn a_node_whose_key_encryption_key_is_lost_shows_what_it_knows_and_goes_on_once_it_is_back() {
    let keys = Arc::new(MemoryKeyStore::default());
    let first = TestBaken::start().await;
    let writes = first.beside_with(sealer(keys.clone()).await);
    let kek = Arc::new(LostKek { right: kek_of(1), other: kek_of(2), fate: Mutex::new(Fate::Here) });
    let node = first.beside_with(sealer_with(keys, kek.clone()).await);
    let signal = || {
        let body = json!({"channel": "outreach_round", "identity": {"alias": "M."}});
        request(user("outreach-rotterdam"), None, CommandKind::ReportSignal.read(None, &body).unwrap())
    };
    for fate in [Fate::Lost, Fate::Refused, Fate::Another] {
        let known = node.baken.execute(signal()).await.unwrap();
        *kek.fate.lock() = fate;
        let elsewhere = writes.baken.execute(signal()).await.unwrap();
        let reached = tokio::time::timeout(Duration::from_millis(200), node.baken.reach(elsewhere.position)).await;
        assert!(reached.is_err() && node.baken.follows(), "{fate:?}: {reached:?}");
        let reader = Reading::from(&user("outreach-rotterdam"));
        assert!(node.baken.case_file(&reader, known.person_id.unwrap()).is_ok());
        let refused = node.baken.execute(signal()).await.unwrap_err();
        let ExecuteError::Keys(why) = &refused else { panic!("{fate:?}: {refused:?}") };
        assert!(why.to_string().contains("BAKEN_KEK"), "{why}");

        *kek.fate.lock() = Fate::Here;
        node.baken.reach(elsewhere.position).await.unwrap();
        assert!(node.baken.follows() && node.baken.set_aside().is_empty());
        assert!(node.baken.case_file(&reader, elsewhere.person_id.unwrap()).is_ok());
    }
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

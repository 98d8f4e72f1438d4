//! Data keys: when they come into being, where they are, and what opens them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use secrecy::ExposeSecret as _;

use super::*;

#[tokio::test]
async fn a_person_has_another_key_for_each_class_and_another_person_has_others() {
    let (sealer, _) = sealer().await;
    let slots = [1, 2].map(|number| {
        [DataClass::Identity, DataClass::Social, DataClass::Medical, DataClass::Justice, DataClass::Return]
            .map(|class| Slot::Person(person(number), class))
    });
    let keys = sealer.ring().keys_for(slots.as_flattened()).await.unwrap();
    let ids: HashSet<_> = keys.iter().map(|key| key.id()).collect();
    let bytes: HashSet<_> = keys.iter().map(|key| *key.key().expose_secret()).collect();
    assert_eq!((ids.len(), bytes.len()), (10, 10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_need_a_key_first_all_get_the_same() {
    let place = Scratch::new();
    let sealer = Arc::new(place.sealer().await);
    let slot = Slot::Person(person(1), DataClass::Medical);
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let sealer = Arc::clone(&sealer);
            tokio::spawn(async move { sealer.ring().keys_for(&[slot]).await.unwrap().remove(0) })
        })
        .collect();
    let mut keys = HashSet::new();
    for task in tasks {
        let key = task.await.unwrap();
        keys.insert((key.id(), *key.key().expose_secret()));
    }
    assert_eq!(keys.len(), 1);
}

#[tokio::test]
async fn events_open_after_a_restart() {
    let place = Scratch::new();
    let written = place.sealer().await.seal(binding(1), marek()).await.unwrap();
    let sealer = place.sealer().await;
    assert_eq!(sealer.open(binding(1), &written).await.unwrap(), marek());
}

#[tokio::test]
async fn a_crash_between_making_a_key_and_appending_leaves_a_key_that_the_next_try_uses() {
    let (place, crashed) = (Scratch::new(), Scratch::new());
    let sealer = place.sealer().await;
    let never_appended = sealer.seal(binding(1), marek()).await.unwrap();
    copy_files(&place.store_folder(), &crashed.store_folder());
    fs::copy(place.kek_path(), crashed.kek_path()).unwrap();

    let sealer = crashed.sealer().await;
    let appended = sealer.seal(binding(1), marek()).await.unwrap();
    let key_of = |event: &[u8]| {
        let event: Value = serde_json::from_slice(event).unwrap();
        event["sealed"]["medical"]["key"].as_str().unwrap().to_owned()
    };
    assert_eq!(key_of(&appended), key_of(&never_appended));
    assert_eq!(sealer.open(binding(1), &appended).await.unwrap(), marek());
    assert_eq!(crashed.store().page(None, None, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn another_key_encryption_key_is_refused_at_the_start_and_by_name() {
    let place = Scratch::new();
    place.open_with(EnvironmentKek::parse(&kek_text(1)).unwrap()).await.unwrap();
    let wrong = kek_text(7).replace("7:", "1:");
    let refused = place.open_with(EnvironmentKek::parse(&wrong).unwrap()).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeyError::WrongKek { epoch: Epoch(1), .. }), "{refused:?}");
    let other_epoch = place.open_with(EnvironmentKek::parse(&kek_text(2)).unwrap()).await.map(|_| ()).unwrap_err();
    assert!(matches!(other_epoch, KeyError::Kek(KekError::UnknownEpoch { epoch: Epoch(1), .. })), "{other_epoch:?}");
    place.open_with(EnvironmentKek::parse(&kek_text(1)).unwrap()).await.unwrap();
}

/// Any provider, with switches: its keys are lost, or another's are in their place.
struct Lossy {
    here: EnvironmentKek,
    other: EnvironmentKek,
    state: AtomicU8,
}

const HERE: u8 = 0;
const LOST: u8 = 1;
const REPLACED: u8 = 2;

impl Lossy {
    fn new() -> Arc<Self> {
        let other = kek_text(7).replace("7:", "1:");
        let parse = |text: &str| EnvironmentKek::parse(text).unwrap();
        Arc::new(Self { here: parse(&kek_text(1)), other: parse(&other), state: AtomicU8::new(HERE) })
    }

    fn set(&self, state: u8) {
        self.state.store(state, Ordering::Relaxed);
    }
}

#[async_trait]
impl KekProvider for Lossy {
    fn name(&self) -> KekName {
        self.here.name()
    }

    async fn current_epoch(&self) -> Result<Epoch, KekError> {
        self.here.current_epoch().await
    }

    async fn wrap_keys(&self, epoch: Epoch, keys: &[ToWrap<'_>]) -> Result<Vec<Vec<u8>>, KekError> {
        match self.state.load(Ordering::Relaxed) {
            LOST => Err(KekError::UnknownEpoch { kek: self.name(), epoch }),
            REPLACED => self.other.wrap_keys(epoch, keys).await,
            _ => self.here.wrap_keys(epoch, keys).await,
        }
    }

    async fn unwrap_keys(&self, epoch: Epoch, keys: &[ToUnwrap<'_>]) -> Result<Vec<Option<Key256>>, KekError> {
        match self.state.load(Ordering::Relaxed) {
            LOST => Err(KekError::UnknownEpoch { kek: self.name(), epoch }),
            REPLACED => self.other.unwrap_keys(epoch, keys).await,
            _ => self.here.unwrap_keys(epoch, keys).await,
        }
    }

    async fn roll(&self) -> Result<Epoch, KekError> {
        self.here.roll().await
    }

    async fn retire(&self, before: Epoch) -> Result<(), KekError> {
        self.here.retire(before).await
    }
}

#[tokio::test]
async fn a_key_encryption_key_that_is_lost_while_serving_is_named_and_works_again_once_it_is_back() {
    let (kek, store) = (Lossy::new(), Arc::new(MemoryKeyStore::default()));
    // One key in memory: others are asked for again.
    let ring = KeyRing::open(store.clone(), kek.clone(), 1).await.unwrap();
    let sealer = Sealer::new(Arc::new(ring));
    let mut events = Vec::new();
    for number in 1..=40 {
        events.push((number, sealer.seal(binding(number), marek()).await.unwrap()));
    }
    let named = |error: UnsealError| {
        let UnsealError::Key(error) = error else { panic!("{error:?}") };
        let text = error.to_string();
        assert!(error.is_passing(), "{error:?}");
        assert!(text.contains("BAKEN_KEK") && text.contains("epoch 1"), "{text}");
        for number in 1..=40 {
            assert!(!text.contains(&person(number).to_string()), "{text}");
        }
        error
    };
    for state in [LOST, REPLACED] {
        kek.set(state);
        let mut errors = Vec::new();
        for (number, event) in &events {
            errors.extend(sealer.open(binding(*number), event).await.err().map(named));
        }
        assert!(!errors.is_empty());
        // Not one data key is taken for damaged: an event would be set aside for good.
        assert!(errors.iter().all(|error| match state {
            LOST => matches!(error, KeyError::Kek(KekError::UnknownEpoch { epoch: Epoch(1), .. })),
            _ => matches!(error, KeyError::WrongKek { epoch: Epoch(1), .. }),
        }));
        let rolled = sealer.ring().roll().await.unwrap_err();
        assert!(rolled.to_string().contains("BAKEN_KEK"), "{rolled}");
        // No new key is kept that only the wrong one could open.
        let before = store.page(None, None, 999).await.unwrap();
        let refused = sealer.seal(binding(41), marek()).await.unwrap_err();
        assert!(matches!(&refused, SealError::Key(error) if error.is_passing()), "{refused:?}");
        assert_eq!(store.page(None, None, 999).await.unwrap(), before);
        kek.set(HERE);
        for (number, event) in &events {
            assert_eq!(sealer.open(binding(*number), event).await.unwrap(), marek());
        }
    }
}

#[tokio::test]
async fn a_store_from_before_the_event_does_not_read_it_as_erased() {
    let (place, older) = (Scratch::new(), Scratch::new());
    let sealer = place.sealer().await;
    copy_files(&place.store_folder(), &older.store_folder());
    fs::copy(place.kek_path(), older.kek_path()).unwrap();
    let written = sealer.seal(binding(1), marek()).await.unwrap();

    let sealer = older.sealer().await;
    assert!(matches!(sealer.open(binding(1), &written).await, Err(UnsealError::KeyMissing(_))));
    // Nor once the person has a new key there.
    sealer.seal(binding(1), marek()).await.unwrap();
    assert!(matches!(sealer.open(binding(1), &written).await, Err(UnsealError::KeyMissing(_))));
    assert_eq!(sealer.open_cached(binding(1), &written).unwrap(), None);
}

#[tokio::test]
async fn no_key_lies_in_clear_in_the_files_of_the_store() {
    let place = Scratch::new();
    let sealer = place.sealer().await;
    let slots: Vec<_> = (0..50).map(|number| Slot::Person(person(number), DataClass::Medical)).collect();
    let keys = sealer.ring().keys_for(&slots).await.unwrap();
    let store = place.store();
    store.backup(place.store_folder().join("backup.db")).await.unwrap();
    let files: Vec<_> = fs::read_dir(place.store_folder()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.iter().any(|file| file.ends_with("keys.db-wal")));
    let bytes: Vec<u8> = files.iter().flat_map(|file| fs::read(file).unwrap()).collect();
    for key in keys {
        assert!(holds(&bytes, key.id().0.as_bytes()));
        let secret = key.key().expose_secret();
        // Any eight bytes of it in a row, so that no encoding of the row hides it.
        assert!(secret.windows(8).all(|part| !holds(&bytes, part)));
        assert!(!holds(&bytes, hex(secret).as_bytes()));
    }
}

#[tokio::test]
async fn before_a_rebuild_all_keys_are_read_and_kept_past_the_bound() {
    let (first, store) = sealer().await;
    let mut events = Vec::new();
    for number in 0..100 {
        events.push((number, first.seal(binding(number), marek()).await.unwrap()));
    }
    first.ring().destroy(person(3)).await.unwrap();
    let kek = EnvironmentKek::parse(&kek_text(1)).unwrap();
    let sealer = Sealer::new(Arc::new(KeyRing::open(store, Arc::new(kek), 16).await.unwrap()));
    let preloaded = sealer.ring().preload_all().await.unwrap();
    assert_eq!((preloaded.keys, preloaded.damaged), (198, 0));
    for (number, event) in &events {
        let expected = if *number == 3 { marek_erased() } else { marek() };
        assert_eq!(sealer.open_cached(binding(*number), event).unwrap(), Some(expected));
    }
    drop(preloaded);
    assert!(sealer.ring().cached_keys() <= 16);
}

#[tokio::test]
async fn a_damaged_key_is_named_and_the_others_work() {
    let (sealer, store) = sealer().await;
    let one = sealer.seal(binding(1), marek()).await.unwrap();
    let two = sealer.seal(binding(2), marek()).await.unwrap();
    let mut damaged = store.page(None, None, 1).await.unwrap().remove(0);
    damaged.wrapped[20] ^= 1;
    store.rewrap(vec![damaged.clone()]).await.unwrap();

    let sealer = sealer_on(store).await;
    let refused = sealer.open(binding(1), &one).await.unwrap_err();
    assert!(matches!(refused, UnsealError::Key(KeyError::Damaged(id)) if id == damaged.id), "{refused:?}");
    assert_eq!(sealer.open(binding(2), &two).await.unwrap(), marek());
    let preloaded = sealer.ring().preload_all().await.unwrap();
    assert_eq!((preloaded.keys, preloaded.damaged), (3, 1));
}

#[tokio::test]
async fn a_key_moved_to_another_slot_in_the_store_is_not_taken() {
    let (first, store) = sealer().await;
    let written = first.seal(binding(1), json!([{"$private": "medical", "value": 1}])).await.unwrap();
    let mut moved = store.page(None, None, 1).await.unwrap().remove(0);
    moved.slot = Slot::Person(person(2), DataClass::Medical);
    store.add(vec![moved]).await.unwrap();
    let sealer = sealer_on(store).await;
    assert!(matches!(sealer.open(binding(2), &written).await, Err(UnsealError::Key(KeyError::Damaged(_)))));
}

//! Erasing a person: their keys are destroyed, and stay so.

use super::*;

#[tokio::test]
async fn the_values_of_an_erased_person_read_as_erased_and_nobody_elses_do() {
    let place = Scratch::new();
    let sealer = place.sealer().await;
    let one = sealer.seal(binding(1), marek()).await.unwrap();
    let two = sealer.seal(binding(2), marek()).await.unwrap();
    sealer.ring().destroy(person(1)).await.unwrap();
    assert_eq!(sealer.open(binding(1), &one).await.unwrap(), marek_erased());
    assert_eq!(sealer.open_cached(binding(1), &one).unwrap(), Some(marek_erased()));
    assert_eq!(sealer.open(binding(2), &two).await.unwrap(), marek());
}

#[tokio::test]
async fn an_erased_person_stays_erased_after_a_restart() {
    let place = Scratch::new();
    let sealer = place.sealer().await;
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    sealer.ring().destroy(person(1)).await.unwrap();
    drop(sealer);
    let sealer = place.sealer().await;
    assert_eq!(sealer.open_cached(binding(1), &written).unwrap(), Some(marek_erased()));
}

#[tokio::test]
async fn nothing_private_can_be_recorded_of_an_erased_person() {
    let (sealer, store) = sealer().await;
    sealer.seal(binding(1), marek()).await.unwrap();
    sealer.ring().destroy(person(1)).await.unwrap();
    // Also in another process on the same store, which has not heard of it.
    for sealer in [sealer, sealer_on(store.clone()).await] {
        assert!(matches!(sealer.seal(binding(1), marek()).await, Err(SealError::Erased)));
        let clear = json!({"subject": "erased"});
        assert!(sealer.seal(binding(1), clear).await.is_ok());
    }
    assert!(store.page(None, None, 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn whoever_shares_the_store_finds_a_person_erased_once_their_keys_are_evicted() {
    let (here, store) = sealer().await;
    let there = sealer_on(store).await;
    let written = here.seal(binding(1), marek()).await.unwrap();
    assert_eq!(there.open(binding(1), &written).await.unwrap(), marek());
    here.ring().destroy(person(1)).await.unwrap();
    there.ring().evict(person(1));
    assert_eq!(there.open(binding(1), &written).await.unwrap(), marek_erased());
}

#[tokio::test]
async fn after_a_roll_everything_opens_and_an_older_copy_of_the_store_opens_no_more() {
    let (place, elsewhere) = (Scratch::new(), Scratch::new());
    let sealer = place.sealer().await;
    let one = sealer.seal(binding(1), marek()).await.unwrap();
    let two = sealer.seal(binding(2), marek()).await.unwrap();
    let backup = elsewhere.store_folder().join("keys.db");
    SqliteKeyStore::open(place.store_folder().join("keys.db")).unwrap().backup(&backup).await.unwrap();
    sealer.ring().destroy(person(1)).await.unwrap();
    assert_eq!(sealer.ring().roll().await.unwrap(), Epoch(2));
    drop(sealer);

    let sealer = place.sealer().await;
    assert_eq!(sealer.open(binding(2), &two).await.unwrap(), marek());
    assert_eq!(sealer.open(binding(1), &one).await.unwrap(), marek_erased());
    sealer.seal(binding(3), marek()).await.unwrap();

    let kek_of_today = FileKek::open(place.kek_path()).unwrap();
    let refused = elsewhere.open_with(kek_of_today).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeyError::Kek(KekError::UnknownEpoch(Epoch(1)))), "{refused:?}");
}

#[tokio::test]
async fn a_roll_that_begins_before_keys_are_destroyed_is_completed_by_the_next_process() {
    let (place, elsewhere) = (Scratch::new(), Scratch::new());
    let sealer = place.sealer().await;
    let one = sealer.seal(binding(1), marek()).await.unwrap();
    let two = sealer.seal(binding(2), marek()).await.unwrap();
    assert_eq!(sealer.ring().begin_roll().await.unwrap(), Epoch(2));
    assert_eq!(sealer.ring().begin_roll().await.unwrap(), Epoch(2), "it is under way");
    let backup = elsewhere.store_folder().join("keys.db");
    SqliteKeyStore::open(place.store_folder().join("keys.db")).unwrap().backup(&backup).await.unwrap();
    sealer.ring().destroy(person(1)).await.unwrap();
    drop(sealer);

    let sealer = place.sealer().await;
    assert!(sealer.ring().settle().await.unwrap() > 0);
    assert_eq!(sealer.open(binding(1), &one).await.unwrap(), marek_erased());
    assert_eq!(sealer.open(binding(2), &two).await.unwrap(), marek());
    let kek_of_today = FileKek::open(place.kek_path()).unwrap();
    let refused = elsewhere.open_with(kek_of_today).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeyError::Kek(KekError::UnknownEpoch(Epoch(1)))), "{refused:?}");
}

#[tokio::test]
async fn keys_made_while_the_epoch_rolls_are_not_lost() {
    let place = Scratch::new();
    let sealer = Arc::new(place.sealer().await);
    let making = {
        let sealer = Arc::clone(&sealer);
        tokio::spawn(async move {
            let mut events = Vec::new();
            for number in 1..=200 {
                events.push((number, sealer.seal(binding(number), marek()).await.unwrap()));
            }
            events
        })
    };
    for _ in 0..10 {
        sealer.ring().roll().await.unwrap();
    }
    let events = making.await.unwrap();
    drop(sealer);
    let sealer = place.sealer().await;
    for (number, event) in events {
        assert_eq!(sealer.open(binding(number), &event).await.unwrap(), marek());
    }
}

#[tokio::test]
async fn a_roll_that_broke_off_is_found_at_the_start_and_can_be_completed() {
    let place = Scratch::new();
    let sealer = place.sealer().await;
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    drop(sealer);
    // The new key-encryption key is there, and nothing else was done.
    FileKek::open(place.kek_path()).unwrap().roll().await.unwrap();

    let sealer = place.sealer().await;
    assert_eq!(sealer.open(binding(1), &written).await.unwrap(), marek());
    assert_eq!(sealer.ring().settle().await.unwrap(), 2);
    assert_eq!(sealer.ring().settle().await.unwrap(), 0);
    assert_eq!(fs::read_to_string(place.kek_path()).unwrap().lines().count(), 1);
    drop(sealer);
    assert_eq!(place.sealer().await.open(binding(1), &written).await.unwrap(), marek());
}

#[tokio::test]
async fn an_environment_rolls_by_hand_with_both_epochs_given_for_a_while() {
    let place = Scratch::new();
    let kek = |text: &str| EnvironmentKek::parse(text).unwrap();
    let sealer = place.open_with(kek(&kek_text(1))).await.unwrap();
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    let refused = sealer.ring().roll().await.unwrap_err();
    assert!(refused.to_string().contains("BAKEN_KEK"), "{refused}");
    drop(sealer);

    let sealer = place.open_with(kek(&format!("{},{}", kek_text(1), kek_text(2)))).await.unwrap();
    assert_eq!(sealer.ring().settle().await.unwrap(), 2);
    drop(sealer);

    let sealer = place.open_with(kek(&kek_text(2))).await.unwrap();
    assert_eq!(sealer.open(binding(1), &written).await.unwrap(), marek());
}

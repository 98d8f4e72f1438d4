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
    assert_eq!(sealer.ring().roll().await.unwrap(), Rolled { epoch: Epoch(2), rewrapped: 2 });
    drop(sealer);

    let sealer = place.sealer().await;
    assert_eq!(sealer.open(binding(2), &two).await.unwrap(), marek());
    assert_eq!(sealer.open(binding(1), &one).await.unwrap(), marek_erased());
    sealer.seal(binding(3), marek()).await.unwrap();

    let kek_of_today = FileKek::open(place.kek_path()).unwrap();
    let refused = elsewhere.open_with(kek_of_today).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeyError::Kek(KekError::UnknownEpoch { epoch: Epoch(1), .. })), "{refused:?}");
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
    assert!(matches!(refused, KeyError::Kek(KekError::UnknownEpoch { epoch: Epoch(1), .. })), "{refused:?}");
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
async fn a_roll_that_broke_off_before_the_store_knew_of_it_is_used_by_the_next() {
    let place = Scratch::new();
    let sealer = place.sealer().await;
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    drop(sealer);
    // The new key-encryption key is there, and nothing else was done.
    FileKek::open(place.kek_path()).unwrap().roll().await.unwrap();

    let sealer = place.sealer().await;
    assert_eq!(sealer.open(binding(1), &written).await.unwrap(), marek());
    assert_eq!(sealer.ring().settle().await.unwrap(), 0, "a start rolls nothing by itself");
    assert_eq!(sealer.ring().roll().await.unwrap(), Rolled { epoch: Epoch(2), rewrapped: 2 });
    assert_eq!(sealer.ring().settle().await.unwrap(), 0);
    assert_eq!(fs::read_to_string(place.kek_path()).unwrap().lines().count(), 1);
    drop(sealer);
    assert_eq!(place.sealer().await.open(binding(1), &written).await.unwrap(), marek());
}

#[tokio::test]
async fn a_roll_that_broke_off_before_the_old_key_was_destroyed_is_completed_at_the_start() {
    let place = Scratch::new();
    let sealer = place.sealer().await;
    sealer.seal(binding(1), marek()).await.unwrap();
    let kek_of_before = fs::read_to_string(place.kek_path()).unwrap();
    sealer.ring().roll().await.unwrap();
    drop(sealer);
    // The store has forgotten the old epoch, and its key-encryption key is still there.
    let both = kek_of_before + &fs::read_to_string(place.kek_path()).unwrap();
    fs::write(place.kek_path(), both).unwrap();
    place.sealer().await.ring().settle().await.unwrap();
    let left = fs::read_to_string(place.kek_path()).unwrap();
    assert!(left.starts_with("2:") && left.lines().count() == 1, "{left}");
}

#[tokio::test]
async fn an_environment_rolls_with_both_epochs_given_for_a_while_and_no_node_fails_meanwhile() {
    let place = Scratch::new();
    let kek = |text: &str| EnvironmentKek::parse(text).unwrap();
    let both = format!("{},{}", kek_text(1), kek_text(2));
    let one = place.open_with(kek(&kek_text(1))).await.unwrap();
    let two = place.open_with(kek(&kek_text(1))).await.unwrap();
    let written = one.seal(binding(1), marek()).await.unwrap();
    let refused = one.ring().roll().await.unwrap_err();
    assert!(refused.to_string().contains("BAKEN_KEK"), "{refused}");

    // One node after the other gets both: the first uses no epoch that the second lacks.
    let one = place.open_with(kek(&both)).await.unwrap();
    assert_eq!(one.ring().settle().await.unwrap(), 0);
    let by_one = one.seal(binding(2), marek()).await.unwrap();
    assert_eq!(two.open(binding(2), &by_one).await.unwrap(), marek());
    let two = place.open_with(kek(&both)).await.unwrap();
    assert_eq!(two.ring().roll().await.unwrap(), Rolled { epoch: Epoch(2), rewrapped: 4 });
    let by_two = two.seal(binding(3), marek()).await.unwrap();
    assert_eq!(one.open(binding(3), &by_two).await.unwrap(), marek());
    let by_one = one.seal(binding(4), marek()).await.unwrap();

    let last = place.open_with(kek(&kek_text(2))).await.unwrap();
    for (number, event) in [(1, written), (3, by_two), (4, by_one)] {
        assert_eq!(last.open(binding(number), &event).await.unwrap(), marek());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_that_roll_at_once_lose_no_key() {
    let place = Scratch::new();
    let first = Arc::new(place.sealer().await);
    let mut events = Vec::new();
    for number in 1..=100 {
        events.push((number, first.seal(binding(number), marek()).await.unwrap()));
    }
    let second = Arc::new(place.sealer().await);
    let rolling = [&first, &second].map(|sealer| {
        let sealer = Arc::clone(sealer);
        tokio::spawn(async move {
            for _ in 0..5 {
                sealer.ring().roll().await.unwrap();
            }
        })
    });
    for rolling in rolling {
        rolling.await.unwrap();
    }
    let sealer = place.sealer().await;
    assert_eq!(fs::read_to_string(place.kek_path()).unwrap().lines().count(), 1);
    for (number, event) in events {
        assert_eq!(sealer.open(binding(number), &event).await.unwrap(), marek());
    }
}

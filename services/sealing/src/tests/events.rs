//! One event, sealed and opened.

use super::*;

#[tokio::test]
async fn a_sealed_event_opens_as_it_was() {
    let (sealer, _) = sealer().await;
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    assert_eq!(sealer.open(binding(1), &written).await.unwrap(), marek());
    assert_eq!(sealer.open_cached(binding(1), &written).unwrap(), Some(marek()));
}

#[tokio::test]
async fn what_stays_in_clear_can_be_read_and_what_is_private_cannot() {
    let (sealer, _) = sealer().await;
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    let text = String::from_utf8(written.clone()).unwrap();
    for private in ["Marek", "Nowak", "confused", "Tuesday"] {
        assert!(!text.contains(private), "{private}");
    }
    let event: Value = serde_json::from_slice(&written).unwrap();
    assert_eq!(event["clear"]["channel"], "police_contact");
    let classes: Vec<_> = event["sealed"].as_object().unwrap().keys().collect();
    assert_eq!(classes, ["identity", "medical"]);
    let key = event["sealed"]["medical"]["key"].as_str().unwrap();
    assert_ne!(key, event["sealed"]["identity"]["key"].as_str().unwrap());
}

#[tokio::test]
async fn an_event_without_private_values_needs_no_key_and_makes_none() {
    let (sealer, store) = sealer().await;
    let event = json!({"bed": "b-1", "origin": {"$private": "social"}});
    let written = sealer.seal(binding(1), event.clone()).await.unwrap();
    let expected = json!({"clear": event});
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), expected);
    assert_eq!(sealer.open(binding(1), &written).await.unwrap(), event);
    assert!(store.page(None, None, 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_same_event_sealed_twice_gives_other_boxes_under_the_same_keys() {
    let (sealer, _) = sealer().await;
    let [one, two]: [Value; 2] = [
        serde_json::from_slice(&sealer.seal(binding(1), marek()).await.unwrap()).unwrap(),
        serde_json::from_slice(&sealer.seal(binding(1), marek()).await.unwrap()).unwrap(),
    ];
    for class in ["identity", "medical"] {
        assert_eq!(one["sealed"][class]["key"], two["sealed"][class]["key"]);
        assert_ne!(one["sealed"][class]["box"], two["sealed"][class]["box"]);
    }
}

#[tokio::test]
async fn a_long_name_and_a_short_one_look_the_same() {
    let (sealer, _) = sealer().await;
    let mut lengths = Vec::new();
    for name in ["Jo", "Aleksandra Wiśniewska-Kowalczyk"] {
        let event = json!({"name": {"$private": "identity", "value": name}});
        lengths.push(sealer.seal(binding(1), event).await.unwrap().len());
    }
    assert_eq!(lengths[0], lengths[1]);
}

#[tokio::test]
async fn a_private_value_that_is_spelt_wrongly_is_not_written_in_clear() {
    let (sealer, _) = sealer().await;
    let event = json!({"name": {"$private": "identity", "vlaue": "Marek"}});
    let refused = sealer.seal(binding(1), event).await;
    assert!(matches!(refused, Err(SealError::BadMark(BadMark::Unknown))), "{refused:?}");
}

#[tokio::test]
async fn without_the_key_in_memory_the_fast_path_says_so_and_the_slow_one_opens() {
    let (first, store) = sealer().await;
    let written = first.seal(binding(1), marek()).await.unwrap();
    let second = sealer_on(store).await;
    assert_eq!(second.open_cached(binding(1), &written).unwrap(), None);
    assert_eq!(second.open(binding(1), &written).await.unwrap(), marek());
    assert_eq!(second.open_cached(binding(1), &written).unwrap(), Some(marek()));
}

#[tokio::test]
async fn errors_tell_nothing_of_what_was_to_be_sealed() {
    let (sealer, _) = sealer().await;
    let bad = json!({"name": {"$private": "identity", "value": {"$private": "medical", "value": "Marek"}}});
    let refused = sealer.seal(binding(1), bad).await.unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("Marek"));
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    let cut = sealer.open(binding(1), &written[..written.len() - 1]).await.unwrap_err();
    assert!(matches!(cut, UnsealError::Malformed), "{cut:?}");
}

//! Whatever is changed or moved in the log is refused.

use super::*;

/// Seals Marek's event and gives it to `change`; then it must not open.
async fn refused_after(change: impl FnOnce(&mut Value)) -> UnsealError {
    let (sealer, _) = sealer().await;
    let mut written: Value = serde_json::from_slice(&sealer.seal(binding(1), marek()).await.unwrap()).unwrap();
    change(&mut written);
    let bytes = serde_json::to_vec(&written).unwrap();
    let refused = sealer.open(binding(1), &bytes).await.unwrap_err();
    if !matches!(refused, UnsealError::KeyMissing(_)) {
        // Where the key is there, the fast path refuses, too, or leaves it to the slow one.
        assert!(!matches!(sealer.open_cached(binding(1), &bytes), Ok(Some(_))));
    }
    refused
}

macro_rules! assert_tampered {
    ($refused:expr) => {
        let refused = $refused;
        assert!(matches!(refused, UnsealError::Tampered), "{refused:?}");
    };
}

#[tokio::test]
async fn an_event_is_only_written_in_one_way_that_opens() {
    // The ground that the others stand on: reading and writing the JSON again changes nothing.
    let (sealer, _) = sealer().await;
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    let value: Value = serde_json::from_slice(&written).unwrap();
    assert!(sealer.open(binding(1), &serde_json::to_vec(&value).unwrap()).await.is_ok());
}

#[tokio::test]
async fn no_byte_of_a_sealed_event_can_be_changed() {
    let (sealer, _) = sealer().await;
    let event = json!({"k": {"$private": "medical", "value": "scars"}, "n": 12});
    let written = sealer.seal(binding(1), event.clone()).await.unwrap();
    for at in 0..written.len() {
        for bit in 0..8 {
            let mut changed = written.clone();
            changed[at] ^= 1 << bit;
            let opened = sealer.open(binding(1), &changed).await;
            // A key's id means the same in capitals; that is the one byte that may differ.
            let same_key = written[at].is_ascii_alphabetic() && bit == 5 && is_in_key_id(&written, at);
            assert_eq!(opened.is_ok(), same_key, "byte {at}, bit {bit}: {opened:?}");
            assert!(opened.is_err() || opened.unwrap() == event);
        }
    }
}

fn is_in_key_id(written: &[u8], at: usize) -> bool {
    let from = written.windows(7).position(|window| window == br#""key":""#).unwrap() + 7;
    (from..from + 36).contains(&at)
}

#[tokio::test]
async fn an_event_cannot_be_read_as_another_one() {
    let (sealer, _) = sealer().await;
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    let original = binding(1);
    for moved in [
        Binding { event: EventId(Uuid::from_u128(901)), ..original },
        Binding { stream: "person-2", ..original },
        Binding { kind: "contact_made", ..original },
    ] {
        assert_tampered!(sealer.open(moved, &written).await.unwrap_err());
        assert!(matches!(sealer.open_cached(moved, &written), Err(UnsealError::Tampered)));
    }
}

#[tokio::test]
async fn an_event_cannot_be_read_as_another_persons() {
    let (sealer, _) = sealer().await;
    let written = sealer.seal(binding(1), marek()).await.unwrap();
    assert_tampered!(sealer.open(binding(2), &written).await.unwrap_err());
    sealer.seal(binding(2), marek()).await.unwrap();
    assert_tampered!(sealer.open(binding(2), &written).await.unwrap_err());
}

#[tokio::test]
async fn a_box_cannot_be_read_as_one_of_another_class() {
    // The medical box as a social one, where the person has no social key, and has one.
    assert_tampered!(
        refused_after(|event| {
            let medical = event["sealed"].as_object_mut().unwrap().remove("medical").unwrap();
            event["sealed"]["social"] = medical;
            event["clear"]["problems"][0]["$private"] = "social".into();
        })
        .await
    );
    assert_tampered!(
        refused_after(|event| {
            let boxes = event["sealed"].as_object_mut().unwrap();
            let (medical, identity) = (boxes["medical"].take(), boxes["identity"].take());
            boxes.insert("identity".to_owned(), medical);
            boxes.insert("medical".to_owned(), identity);
        })
        .await
    );
}

#[tokio::test]
async fn a_mark_cannot_be_moved_to_another_class_or_value() {
    assert_tampered!(refused_after(|event| event["clear"]["problems"][0]["$private"] = "identity".into()).await);
    assert_tampered!(
        refused_after(|event| {
            event["clear"]["name"]["at"] = 0.into();
            event["clear"]["age"]["at"] = 1.into();
        })
        .await
    );
    assert_tampered!(
        refused_after(|event| {
            event["clear"]["age"].as_object_mut().unwrap().remove("at");
        })
        .await
    );
}

#[tokio::test]
async fn what_is_said_in_clear_beside_a_private_value_cannot_be_changed() {
    assert_tampered!(refused_after(|event| event["clear"]["channel"] = "self_report".into()).await);
    assert_tampered!(refused_after(|event| event["clear"]["more"] = 1.into()).await);
}

#[tokio::test]
async fn a_box_cannot_be_taken_away_or_added() {
    assert_tampered!(
        refused_after(|event| {
            event["sealed"].as_object_mut().unwrap().remove("medical");
        })
        .await
    );
    assert_tampered!(
        refused_after(|event| {
            event.as_object_mut().unwrap().remove("sealed");
        })
        .await
    );
    assert!(matches!(refused_after(|event| event["more"] = 1.into()).await, UnsealError::Malformed));
}

#[tokio::test]
async fn a_key_that_the_store_has_never_had_does_not_read_as_erased() {
    let unknown = "00000000-0000-4000-8000-000000000000";
    let refused = refused_after(|event| event["sealed"]["medical"]["key"] = unknown.into()).await;
    assert!(matches!(refused, UnsealError::KeyMissing(KeyId(id)) if id.to_string() == unknown), "{refused:?}");
}

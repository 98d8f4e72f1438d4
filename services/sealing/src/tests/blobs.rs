//! Sealed files that are not events.

use super::*;

#[tokio::test]
async fn a_blob_opens_for_its_purpose_and_name_only() {
    let (sealer, _) = sealer().await;
    let blob = sealer.seal_blob(KeyPurpose::Snapshot, b"persons@7", b"Marek is here").await.unwrap();
    assert!(!holds(&blob, b"Marek"));
    let open = |purpose, aad: &'static [u8], blob: Vec<u8>| {
        let sealer = &sealer;
        async move { sealer.open_blob(purpose, aad, &blob).await }
    };
    assert_eq!(&**open(KeyPurpose::Snapshot, b"persons@7", blob.clone()).await.unwrap(), b"Marek is here");
    assert!(matches!(open(KeyPurpose::Snapshot, b"persons@8", blob.clone()).await, Err(UnsealError::Tampered)));
    assert!(matches!(open(KeyPurpose::Answer, b"persons@7", blob.clone()).await, Err(UnsealError::Tampered)));
    for at in 0..blob.len() {
        let mut changed = blob.clone();
        changed[at] ^= 1;
        assert!(open(KeyPurpose::Snapshot, b"persons@7", changed).await.is_err(), "byte {at}");
        assert!(open(KeyPurpose::Snapshot, b"persons@7", blob[..at].to_vec()).await.is_err(), "cut at {at}");
    }
}

#[tokio::test]
async fn blobs_are_sealed_under_keys_of_their_own_and_survive_a_restart() {
    let place = Scratch::new();
    let sealer = place.sealer().await;
    let one = sealer.seal_blob(KeyPurpose::Answer, b"", b"").await.unwrap();
    let two = sealer.seal_blob(KeyPurpose::Answer, b"", b"").await.unwrap();
    assert_ne!(one[17..], two[17..]);
    sealer.ring().roll().await.unwrap();
    drop(sealer);
    let sealer = place.sealer().await;
    assert!(sealer.open_blob(KeyPurpose::Answer, b"", &one).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_blobs_of_a_purpose_can_be_made_unreadable_at_once() {
    let (sealer, _) = sealer().await;
    let snapshot = sealer.seal_blob(KeyPurpose::Snapshot, b"", b"rows").await.unwrap();
    let answer = sealer.seal_blob(KeyPurpose::Answer, b"", b"answer").await.unwrap();
    sealer.ring().destroy_purpose(KeyPurpose::Snapshot).await.unwrap();
    assert!(matches!(sealer.open_blob(KeyPurpose::Snapshot, b"", &snapshot).await, Err(UnsealError::KeyMissing(_))));
    assert_eq!(&**sealer.open_blob(KeyPurpose::Answer, b"", &answer).await.unwrap(), b"answer");
    let anew = sealer.seal_blob(KeyPurpose::Snapshot, b"", b"rows").await.unwrap();
    assert_eq!(&**sealer.open_blob(KeyPurpose::Snapshot, b"", &anew).await.unwrap(), b"rows");
    assert!(matches!(sealer.open_blob(KeyPurpose::Snapshot, b"", &snapshot).await, Err(UnsealError::KeyMissing(_))));
}

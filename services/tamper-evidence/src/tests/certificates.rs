//! A certificate of erasure: what it says is signed, and its event is in the log.

use transparency::{CheckpointError, SignedNote};

use super::*;
use crate::{CertificateError, ErasureCertificate, EventProof};

async fn certificate(place: &Place) -> ErasureCertificate {
    let log = place.open();
    grow(&log, &mut random(1), 30).await;
    let proof = EventProof::of(log.clone(), keep, event_log::Position(17), 25).await.unwrap().unwrap();
    assert_eq!(EventProof::of(log, keep, event_log::Position(26), 25).await.unwrap(), None);
    ErasureCertificate {
        log: Place::ORIGIN.to_owned(),
        person: "0199a3f2-0000-7000-8000-000000000001".to_owned(),
        ground: Some("request".to_owned()),
        decided: "2026-11-29T09:00:00Z".to_owned(),
        destroyed_before: "2026-11-29T10:00:00Z".to_owned(),
        classes: "identity, medical".to_owned(),
        epoch: "2".to_owned(),
        event: "0199a3f2-0000-7000-8000-000000000002".to_owned(),
        position: "17".to_owned(),
        proof,
    }
}

#[tokio::test]
async fn a_certificate_is_believed_where_it_is_signed_and_its_event_is_in_the_log() {
    let place = Place::new();
    let certificate = certificate(&place).await;
    let text = certificate.sign(&place.signer()).to_string();
    let opened = |text: &str| ErasureCertificate::open(&text.parse::<SignedNote>().unwrap(), &place.verifiers());
    assert_eq!(opened(&text), Ok(certificate.clone()));
    assert_eq!(
        opened(&ErasureCertificate { ground: None, ..certificate.clone() }.sign(&place.signer()).to_string())
            .unwrap()
            .ground,
        None
    );

    let forged = text.replace("000000000001", "000000000009");
    assert!(matches!(opened(&forged), Err(CertificateError::Note(CheckpointError::BadSignature(_)))));
    let other = ErasureCertificate::open(&text.parse().unwrap(), &Place::new().verifiers());
    assert!(matches!(other, Err(CertificateError::Note(CheckpointError::Unsigned(_)))));
    let mut elsewhere = certificate.clone();
    elsewhere.proof.index = 3;
    assert!(matches!(opened(&elsewhere.sign(&place.signer()).to_string()), Err(CertificateError::NotInLog(_))));
    // What the key signs as something else is none, and a certificate is no checkpoint.
    let spoilt = SignedNote::sign(certificate.to_string().replace("\nleaf: ", "\nleaves: "), &place.signer());
    assert_eq!(opened(&spoilt.to_string()), Err(CertificateError::Malformed));
    let checkpoint = certificate.checkpoint().sign(&place.signer());
    assert!(matches!(opened(&checkpoint.to_string()), Err(CertificateError::Other { .. })));
    assert!(transparency::Checkpoint::open(&text.parse().unwrap(), &place.verifiers()).is_err());
}

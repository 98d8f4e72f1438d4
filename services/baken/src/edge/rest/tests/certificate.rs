//! The certificate of erasure: who gets one, when, and that it is believed.

use tamper_evidence::ErasureCertificate;

use super::checkpoint::verifiers;
use super::*;

#[actix_web::test]
async fn a_privacy_officer_gets_a_certificate_once_the_erasure_is_complete() {
    let server = server().await;
    let person = server.signalled().await;
    let certificate = format!("/v1/persons/{person}/erasure-certificate");
    assert_eq!(server.get("privacy-officer", &certificate).await.status, 404);
    let erased =
        server.post("privacy-officer", &format!("/v1/persons/{person}/erase"), json!({"ground": "unlawful"})).await;
    assert_eq!(erased.status, 201, "{}", erased.text);
    let answer = server.get("privacy-officer", &certificate).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let read = ErasureCertificate::open(&answer.text.parse().unwrap(), &verifiers()).unwrap();
    assert_eq!((read.person.as_str(), read.log.as_str()), (person.as_str(), "example.org/baken"));
    assert_eq!(read.ground.as_deref(), Some("unlawful (GDPR art. 17(1)(d))"));
    assert_eq!(read.classes, "identity, social, medical, justice, return");
    // The tests' key-encryption key is one of the environment.
    assert_eq!(read.epoch, "epoch 1; it is given from outside, and this service cannot roll it");
    assert!(!answer.text.contains("privacy-officer") && !answer.text.contains("rotterdam"), "{}", answer.text);

    for user in ["day-shelter-rotterdam", "coordinator-rotterdam", "administrator", "supporter-rotterdam"] {
        assert_eq!(server.get(user, &certificate).await.status, 403, "{user}");
    }
    let nobody = "/v1/persons/0199a3f2-0000-7000-8000-000000000001/erasure-certificate";
    assert_eq!(server.get("privacy-officer", nobody).await.status, 404);
}

#[actix_web::test]
async fn a_node_without_a_key_certifies_nothing() {
    let server = server_signing(TestBaken::start().await, Limits::default(), None).await;
    let person = server.signalled().await;
    let answer = server.get("privacy-officer", &format!("/v1/persons/{person}/erasure-certificate")).await;
    assert_eq!((answer.status, answer.json()["code"].clone()), (409, "checkpoints_off".into()));
}

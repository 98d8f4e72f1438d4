//! The checkpoint of the log: who gets one, and what is answered where there is none.

use std::path::Path;

use access_log::AccessProof;
use insta::assert_snapshot;
use tamper_evidence::{KeptFolder, Notary};
use transparency::{Checkpoint, Hash, KeyKind, SignedNote, Signer, Tree, Verifiers};

use super::*;
use crate::history::is_our_stream;

/// Of these tests alone: the private key is in the repository.
const KEY: &str = "PRIVATE+KEY+example.org/baken+c6cac05a+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";

fn signer() -> Signer {
    Signer::from_text(KEY).unwrap()
}

pub fn notaries(test: &TestBaken, folder: Option<&Path>) -> Notaries {
    let signer = Arc::new(signer());
    let log = Notary::of_events(test.log.clone(), is_our_stream, signer.clone(), folder).unwrap();
    let access = Notary::of_accesses(test.access.clone(), signer, folder).unwrap();
    Notaries { log: Arc::new(log), access: Arc::new(access) }
}

pub fn verifiers() -> Verifiers {
    Verifiers::new(signer().public().clone(), Vec::new()).unwrap()
}

fn opened(answer: &Answer) -> Checkpoint {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let note: SignedNote = answer.text.parse().unwrap();
    Checkpoint::open(&note, &verifiers().of(note.origin())).unwrap().checkpoint
}

#[actix_web::test]
async fn everybody_with_a_token_gets_the_checkpoint_of_the_log_as_it_is_now() {
    let server = server().await;
    let before = server.get("privacy-officer", "/v1/log/checkpoint").await;
    server.signalled().await;
    let after = server.get("liaison-pl", "/v1/log/checkpoint").await;
    assert_eq!(after.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(after.header("cache-control"), Some("no-store"));
    let (before, after) = (opened(&before), opened(&after));
    assert!(after.size > before.size && after.root != before.root, "{before:?} {after:?}");

    let stranger = server.send(TestRequest::get().uri("/v1/log/checkpoint")).await;
    assert_eq!(stranger.status, 401);
    let asked = server.get("privacy-officer", "/v1/log/checkpoint?size=1").await;
    assert_eq!(asked.status, 422);
}

#[actix_web::test]
async fn a_node_without_a_key_says_that_it_signs_none() {
    let server = server_signing(TestBaken::start().await, Limits::default(), None).await;
    let answer = server.get("privacy-officer", "/v1/log/checkpoint").await;
    assert_snapshot!(answer.told(), @r#"
    409
    {
      "code": "checkpoints_off",
      "detail": "This node signs no checkpoints.",
      "status": 409,
      "title": "A rule stands against it",
      "type": "urn:baken:problem:checkpoints_off"
    }
    "#);
}

#[actix_web::test]
async fn a_log_that_is_not_what_was_kept_is_not_signed_and_the_caller_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let leaf = Hash::of_leaf(b"an event that is gone");
    let note = Checkpoint::of(&Tree::from_iter([leaf]), signer().public().name()).sign(&signer());
    let mut kept = KeptFolder::open(folder.path()).unwrap();
    kept.add(&[leaf], 1, &note).unwrap();

    let test = TestBaken::start().await;
    let notaries = notaries(&test, Some(folder.path()));
    let server = server_signing(test, Limits::default(), Some(notaries)).await;
    let mut answer = server.get("privacy-officer", "/v1/log/checkpoint").await.json();
    assert!(answer.as_object_mut().unwrap().remove("request_id").is_some());
    assert_snapshot!(format!("{answer:#}"), @r#"
    {
      "code": "log_altered",
      "detail": "The log is not what was signed of it before. It was logged under this request id.",
      "status": 500,
      "title": "The log was altered",
      "type": "urn:baken:problem:log_altered"
    }
    "#);
}

#[actix_web::test]
async fn the_checkpoint_of_the_access_log_is_for_those_who_may_read_it() {
    let server = server().await;
    let before = opened(&server.get("privacy-officer", "/v1/access-log/checkpoint").await);
    let person = server.signalled().await;
    assert_eq!(server.get("coordinator-rotterdam", &format!("/v1/persons/{person}")).await.status, 200);
    let after = opened(&server.get("supporter-rotterdam", "/v1/access-log/checkpoint").await);
    assert!(before.origin.starts_with("example.org/baken/access/") && before.origin == after.origin, "{before:?}");
    assert!(after.size > before.size, "{before:?} {after:?}");
    for user in ["coordinator-rotterdam", "administrator", "liaison-pl"] {
        assert_eq!(server.get(user, "/v1/access-log/checkpoint").await.status, 403, "{user}");
    }
}

#[actix_web::test]
async fn a_person_takes_away_a_proof_of_who_saw_them_that_names_no_employee_and_it_is_on_record() {
    let server = server().await;
    let person = server.signalled().await;
    let (of_person, proof) = (format!("/v1/persons/{person}"), format!("/v1/persons/{person}/access-log/proof"));
    for _ in 0..3 {
        assert_eq!(server.get("coordinator-rotterdam", &of_person).await.status, 200);
    }
    let answer = server.get("privacy-officer", &proof).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));
    assert!(
        !answer.text.contains("coordinator-rotterdam") && !answer.text.contains("privacy-officer"),
        "{}",
        answer.text
    );
    let read: AccessProof = serde_json::from_str(&answer.text).unwrap();
    let note: SignedNote = read.checkpoint.parse().unwrap();
    let checkpoint = Checkpoint::open(&note, &verifiers().of(note.origin())).unwrap().checkpoint;
    assert_eq!((read.records.len(), read.verify(&checkpoint)), (3, Ok(())));
    assert!(read.records.iter().all(|record| record.reader.role == "process_coordinator"));

    // The reading of a proof is in the next one.
    let again: AccessProof = serde_json::from_str(&server.get("privacy-officer", &proof).await.text).unwrap();
    assert_eq!(again.records.last().map(|last| last.reader.role.as_str()), Some("privacy_officer"));
    assert_eq!(again.records.len(), 4);
    assert_eq!(server.get("coordinator-rotterdam", &proof).await.status, 403);
    assert_eq!(server.get("supporter-rotterdam", &proof).await.status, 404);
    let server = server_signing(TestBaken::start().await, Limits::default(), None).await;
    let person = server.signalled().await;
    let answer = server.get("privacy-officer", &format!("/v1/persons/{person}/access-log/proof")).await;
    assert_eq!((answer.status, answer.json()["code"].clone()), (409, "checkpoints_off".into()));
}

#[test]
fn the_key_of_these_tests_is_a_logs() {
    assert_eq!(signer().public().kind(), KeyKind::Log);
}

//! The checkpoint of the log: who gets one, and what is answered where there is none.

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

pub fn notary(test: &TestBaken) -> Notary {
    Notary::new(test.log.clone(), is_our_stream, signer(), None).unwrap()
}

fn opened(answer: &Answer) -> Checkpoint {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let note: SignedNote = answer.text.parse().unwrap();
    Checkpoint::open(&note, &Verifiers::new(signer().public().clone(), Vec::new()).unwrap()).unwrap().checkpoint
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
      "detail": "This node signs no checkpoints of the event log.",
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
    let note = Checkpoint::of(&Tree::from_iter([leaf]), &signer()).sign(&signer());
    let mut kept = KeptFolder::open(folder.path()).unwrap();
    kept.add(&[leaf], 1, &note).unwrap();

    let test = TestBaken::start().await;
    let notary = Notary::new(test.log.clone(), is_our_stream, signer(), Some(kept)).unwrap();
    let server = server_signing(test, Limits::default(), Some(notary)).await;
    let mut answer = server.get("privacy-officer", "/v1/log/checkpoint").await.json();
    assert!(answer.as_object_mut().unwrap().remove("request_id").is_some());
    assert_snapshot!(format!("{answer:#}"), @r#"
    {
      "code": "log_altered",
      "detail": "The event log is not what was signed of it before. It was logged under this request id.",
      "status": 500,
      "title": "The log was altered",
      "type": "urn:baken:problem:log_altered"
    }
    "#);
}

#[test]
fn the_key_of_these_tests_is_a_logs() {
    assert_eq!(signer().public().kind(), KeyKind::Log);
}

//! What an operator is told who verifies a log, and with which exit status.

use std::fs;
use std::sync::Arc;

use clap::Parser;
use tamper_evidence::{Notary, create_key, open_key, verifier_file};
use tempfile::TempDir;
use transparency::{KeyKind, Leaves, SignedNote};

use super::*;
use crate::access_log::{
    Access, AccessLog, AccessProof, Action, Asks, Of, Outcome, RecordLeaf, SqliteAccessLog, Surface,
};
use crate::cli::data;
use crate::event_log::sqlite::{Options, SqliteLog};
use crate::event_log::testing::new_id;
use crate::event_log::{EventLog, Expected, Proposed};
use crate::history::Stream;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    verify: Verify,
}

/// A data folder with a log of three events, and a checkpoint of it elsewhere.
struct Place(TempDir);

impl Place {
    async fn new(name: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let data = place.file("data");
        fs::create_dir(&data).unwrap();
        create_key(&data::checkpoint_key_file(&data), name, KeyKind::Log).unwrap();
        let log = place.grow(3).await;
        let signer = Arc::new(open_key(&data::checkpoint_key_file(&data)).unwrap());
        let notary = Notary::of_events(log, is_our_stream, signer, Some(&place.file("kept"))).unwrap();
        notary.keep().await.unwrap();
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    async fn grow(&self, events: usize) -> Arc<dyn EventLog> {
        let log = SqliteLog::open(&data::log_file(&self.file("data")), &Options::default()).unwrap();
        let stream = Stream::of_person(care_path::PersonId(uuid::Uuid::from_u128(1)));
        let event = || Proposed { id: new_id(), kind: "noted".to_owned(), data: vec![1], metadata: vec![2] };
        let proposed = std::iter::repeat_with(event).take(events).collect();
        log.append(&stream, Expected::Any, proposed).await.unwrap();
        Arc::new(log)
    }

    fn change(&self, sql: &str) {
        rusqlite::Connection::open(data::log_file(&self.file("data"))).unwrap().execute_batch(sql).unwrap();
    }

    /// Runs a command line, in which DIR is the place; answers the exit status, and what was said.
    async fn runs(&self, line: &str) -> (u8, String) {
        let at = |word: &str| word.replace("DIR", self.0.path().to_str().unwrap());
        let words = std::iter::once("verify".to_owned()).chain(line.split(' ').map(at));
        let mut out = Vec::new();
        match Line::try_parse_from(words).unwrap().verify.verify(&mut out).await {
            Ok(verdict) => (u8::from(verdict == Verdict::NotAsItWas), String::from_utf8(out).unwrap()),
            Err(error) => (error.code(), error.to_string()),
        }
    }
}

const WITH_FOLDER: &str = "--data DIR/data --checkpoint DIR/kept --key DIR/data/checkpoint.key.pub";

#[tokio::test]
async fn a_log_that_is_as_it_was_is_told_with_how_much_of_it_that_covers() {
    let place = Place::new("example.org/baken").await;
    place.grow(2).await;
    let (code, told) = place.runs(WITH_FOLDER).await;
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("5 events up to position 5"), "{told}");
    assert!(
        told.contains("held against 1 checkpoints of example.org/baken, the largest of 3 events, and 3 leaf"),
        "{told}"
    );
    assert!(
        told.ends_with("The first 3 events are as they were signed; 2 came later, for which no checkpoint vouches.\n")
    );
    // The key as a line, and the checkpoint alone.
    let key = fs::read_to_string(verifier_file(&data::checkpoint_key_file(&place.file("data")))).unwrap();
    let line = format!("--data DIR/data --checkpoint DIR/kept/checkpoints/{:020} --key {}", 3, key.trim());
    assert_eq!(place.runs(&line).await.0, 0);
    let (code, told) = place.runs("--data DIR/data").await;
    assert!(code == 0 && told.contains("Whether it was rewritten, only a checkpoint can tell."), "{told}");
}

#[tokio::test]
async fn a_log_that_is_not_as_it_was_is_told_with_where() {
    let place = Place::new("example.org/baken").await;
    place.change("UPDATE events SET data = x'07' WHERE position = 2");
    let (code, told) = place.runs(WITH_FOLDER).await;
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("NOT AS IT WAS: something was altered among the entries 1 to 3\n"), "{told}");
    assert!(told.contains("NOT AS IT WAS: the first that is not as it was: event 2 (position 2, noted, revision 1 of"));
    place.change("DELETE FROM events");
    let (code, told) = place.runs(WITH_FOLDER).await;
    assert!(code == 1 && told.contains("it has 0 entries, and had 3 at the checkpoint"), "{told}");
}

#[tokio::test]
async fn a_checkpoint_that_is_not_to_be_believed_is_refused_before_the_log_is_read() {
    let (place, other) = (Place::new("example.org/baken").await, Place::new("example.net/other").await);
    let imposter = Place::new("example.org/baken").await;
    let others = other.0.path().to_str().unwrap();
    let imposters = imposter.0.path().to_str().unwrap();
    for (line, code, said) in [
        (format!("--data DIR/data --checkpoint DIR/kept --key {imposters}/data/checkpoint.key.pub"), 65, "not signed"),
        (
            format!("--data DIR/data --checkpoint {others}/kept --key {others}/data/checkpoint.key.pub"),
            65,
            "are of `example.net/other`, and the log here signs as `example.org/baken`",
        ),
        (format!("--data DIR/data --checkpoint {others}/kept --key DIR/data/checkpoint.key.pub"), 65, "of another log"),
        ("--data DIR/data --checkpoint DIR/kept --key nonsense".to_owned(), 65, "a verifier key is NAME+ID+KEY"),
        (format!("{WITH_FOLDER} --cosigner DIR/data/checkpoint.key.pub"), 65, "one of a second party"),
        (WITH_FOLDER.replace("DIR/kept", "DIR/none"), 66, "none"),
        (WITH_FOLDER.replace("DIR/data ", "DIR/none "), 66, "there is no event log at"),
    ] {
        let (found, told) = place.runs(&line).await;
        assert!(found == code && told.contains(said), "{line}: {found} {told}");
    }
    let file = place.file("kept").join(format!("checkpoints/{:020}", 3));
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("\n3\n", "\n2\n", 1)).unwrap();
    let (code, told) = place.runs(WITH_FOLDER).await;
    assert!(code == 65 && told.contains("the signature of `example.org/baken` on the checkpoint is wrong"), "{told}");
}

#[tokio::test]
async fn a_second_party_who_must_have_signed_is_missed_where_it_did_not() {
    let place = Place::new("example.org/baken").await;
    let second = create_key(&place.file("second"), "example.net/ombudsman", KeyKind::Cosigner).unwrap();
    let line = format!("{WITH_FOLDER} --cosigner DIR/second.pub");
    let (code, told) = place.runs(&line).await;
    assert!(code == 65 && told.contains("is not signed with the key of `example.net/ombudsman`"), "{told}");
    let file = place.file("kept").join(format!("checkpoints/{:020}", 3));
    let mut note: SignedNote = fs::read_to_string(&file).unwrap().parse().unwrap();
    note.cosign(&second, 1_790_596_800);
    fs::write(&file, note.to_string()).unwrap();
    assert_eq!(place.runs(&line).await.0, 0);
}

impl Place {
    fn accesses(&self) -> Arc<dyn AccessLog> {
        Arc::new(SqliteAccessLog::open(&data::access_file(&self.file("data"))).unwrap())
    }

    fn access_notary(&self, access: &Arc<dyn AccessLog>) -> Notary {
        let signer = open_key(&data::checkpoint_key_file(&self.file("data"))).unwrap();
        Notary::of_accesses(access.clone(), Arc::new(signer), Some(&self.file("kept"))).unwrap()
    }
}

/// Somebody is shown something of a person, a minute ago.
async fn is_shown(access: &Arc<dyn AccessLog>, person: care_path::PersonId) {
    let disclosed = care_path::sight::Disclosed::nothing_of(person);
    let asks = Asks {
        request_id: care_path::ids::CorrelationId(new_id()),
        surface: Surface::Rest,
        action: Action::Read,
        operation: "GET /v1/persons/{person_id}".to_owned(),
        address: None,
    };
    let record = Access {
        at: crate::sources::Clock::now(&crate::sources::SystemClock) - chrono::TimeDelta::minutes(1),
        asks,
        outcome: Outcome::Shown,
        user: "anna".parse().unwrap(),
        role: care_path::codes::Role::ShelterWorker,
        organisation: "night-shelter".parse().unwrap(),
        persons: vec![disclosed],
    };
    access.append(record).await.unwrap();
}

#[tokio::test]
async fn the_access_log_is_verified_beside_the_event_log() {
    let place = Place::new("example.org/baken").await;
    let access = place.accesses();
    let person = care_path::PersonId(uuid::Uuid::from_u128(1));
    for _ in 0..4 {
        is_shown(&access, person).await;
    }
    let (code, told) = place.runs(WITH_FOLDER).await;
    assert!(code == 0 && told.contains("No checkpoint of the access log was given"), "{told}");
    place.access_notary(&access).keep().await.unwrap();
    is_shown(&access, person).await;
    let (code, told) = place.runs(WITH_FOLDER).await;
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("5 records of accesses") && told.contains("the largest of 4 records, and 4 leaf"), "{told}");
    assert!(
        told.ends_with("The first 4 records are as they were signed; 1 came later, for which no checkpoint vouches.\n")
    );

    let file = rusqlite::Connection::open(data::access_file(&place.file("data"))).unwrap();
    file.execute_batch("DELETE FROM accesses WHERE number = 2; DELETE FROM persons WHERE number = 2").unwrap();
    for line in [WITH_FOLDER, "--data DIR/data"] {
        let (code, told) = place.runs(line).await;
        assert!(code == 1 && told.contains("NOT AS IT WAS: record 2 was removed before its time"), "{told}");
    }
    drop((access, file));
    fs::remove_file(data::access_file(&place.file("data"))).unwrap();
    let (code, told) = place.runs(WITH_FOLDER).await;
    assert!(code == 1 && told.contains("there is no access log at"), "{told}");
}

#[tokio::test]
async fn a_proof_is_verified_with_nothing_but_the_key_and_against_what_is_kept() {
    let place = Place::new("example.org/baken").await;
    let access = place.accesses();
    let person = care_path::PersonId(uuid::Uuid::from_u128(1));
    for other in [1, 2, 1] {
        is_shown(&access, care_path::PersonId(uuid::Uuid::from_u128(other))).await;
    }
    let notary = place.access_notary(&access);
    let (_, note) = notary.checkpoint().await.unwrap();
    let leaves: Vec<_> = access.leaves(0, 10).await.unwrap().iter().map(RecordLeaf::hash).collect();
    let stored = access.stored(Of::Persons(vec![person]), None, 10).await.unwrap();
    let proof = AccessProof::of([person].into(), stored, Leaves(&leaves), note).unwrap();
    let text = serde_json::to_string(&proof).unwrap();
    fs::write(place.file("proof"), &text).unwrap();
    let line = "--data DIR/none --proof DIR/proof --key DIR/data/checkpoint.key.pub";
    let (code, told) = place.runs(line).await;
    assert!(code == 0 && told.ends_with("All 2 records are in the access log that was signed.\n"), "{told}");
    assert!(told.contains("record 3: ") && told.contains("night-shelter (shelter_worker)"), "{told}");
    let (code, told) = place.runs(&format!("{line} --checkpoint DIR/kept")).await;
    assert!(code == 0 && told.contains("does not reach as far"), "{told}");
    notary.keep().await.unwrap();
    let (code, told) = place.runs(&format!("{line} --checkpoint DIR/kept")).await;
    assert!(code == 0 && told.contains("goes together"), "{told}");

    fs::write(place.file("proof"), text.replacen("night-shelter", "day-shelter", 1)).unwrap();
    let (code, told) = place.runs(line).await;
    assert!(code == 1 && told.contains("NOT PROVED: record 1 is not in the tree"), "{told}");
    for (wrong, said) in [("{}", "is no proof"), (&*text.replacen("\\n3\\n", "\\n4\\n", 1), "the signature of")] {
        fs::write(place.file("proof"), wrong).unwrap();
        let (code, told) = place.runs(line).await;
        assert!(code == 65 && told.contains(said), "{told}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_none_is_refused() {
    let place = Place::new("example.org/baken").await;
    let note = place.file("kept").join(format!("checkpoints/{:020}", 3));
    let line = format!("--certificate {} --key DIR/data/checkpoint.key.pub", note.display());
    let (code, told) = place.runs(&line).await;
    assert!(code == 65 && told.contains("it is no certificate of erasure"), "{told}");
}

//! Checkpoints, their notes and keys: the examples of the specifications, and what must be refused.

use super::*;
use crate::KeyError;

/// The examples of C2SP `signed-note`.
const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn\
                    cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
/// The key of Go's `golang.org/x/mod/sumdb/note`, in its own tests, and a note that is signed with it.
const GO_PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_SIGNED: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng\
                         otpRZb6KE6RyyBwJnAM=\n";

fn signer() -> Signer {
    Signer::generate("example.org/baken", KeyKind::Log).unwrap()
}

fn by(signer: &Signer) -> Verifiers {
    Verifiers::new(signer.public().clone(), Vec::new()).unwrap()
}

fn tree() -> Tree {
    ["one", "two", "three"].iter().map(|text| Hash::of_leaf(text.as_bytes())).collect()
}

#[test]
fn the_example_of_the_specification_is_verified_and_written_again_as_it_was() {
    let (key, note): (VerifierKey, SignedNote) = (KEY.parse().unwrap(), NOTE.parse().unwrap());
    assert_eq!(verified(&note, &key), Ok(None));
    assert_eq!((key.to_string().as_str(), note.to_string().as_str()), (KEY, NOTE));
    let other = NOTE.replace("example message", "example massage").parse().unwrap();
    assert_eq!(verified(&other, &key), Err(CheckpointError::BadSignature("example.com/foo".to_owned())));
}

#[test]
fn a_key_of_gos_own_tests_signs_as_it_does_there() {
    let signer = Signer::from_text(GO_PRIVATE).unwrap();
    assert_eq!(signer.public().to_string(), GO_PUBLIC);
    assert_eq!(*signer.to_text(), GO_PRIVATE);
    assert_eq!(SignedNote::sign(GO_TEXT.to_owned(), &signer).to_string(), format!("{GO_TEXT}\n{GO_SIGNED}"));
    assert!(!format!("{signer:?}").contains("PRIVATE"));
}

#[test]
fn a_checkpoint_is_three_lines_and_a_signature() {
    let signer = signer();
    let checkpoint = Checkpoint::of(&tree(), signer.public().name());
    let note = checkpoint.sign(&signer);
    let written = note.to_string();
    let lines: Vec<_> = written.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[1]), (5, "example.org/baken", "3"));
    assert_eq!((lines[2].len(), lines[3]), (44, ""));
    assert!(lines[4].starts_with("\u{2014} example.org/baken "), "{written}");
    let read = written.parse().unwrap();
    assert_eq!(note, read);
    assert_eq!(Checkpoint::open(&read, &by(&signer)), Ok(OpenedCheckpoint { checkpoint, cosigned: Vec::new() }));
}

#[test]
fn a_checkpoint_with_anything_changed_is_refused() {
    let signer = signer();
    let checkpoint = Checkpoint::of(&tree(), signer.public().name());
    let note = checkpoint.sign(&signer).to_string();
    let root = checkpoint.root.to_string();
    let other = Hash::of_nothing().to_string();
    for changed in [note.replacen("\n3\n", "\n4\n", 1), note.replacen(&root, &other, 1)] {
        let refused = Checkpoint::open(&changed.parse().unwrap(), &by(&signer));
        assert_eq!(refused, Err(CheckpointError::BadSignature("example.org/baken".to_owned())));
    }
}

#[test]
fn another_key_and_another_log_are_told_apart() {
    let (ours, theirs) = (signer(), signer());
    let note = Checkpoint::of(&tree(), ours.public().name()).sign(&ours);
    // The same name, another key: its signature is not ours to judge.
    assert_eq!(Checkpoint::open(&note, &by(&theirs)), Err(CheckpointError::Unsigned("example.org/baken".to_owned())));
    let elsewhere = Signer::generate("example.net/baken", KeyKind::Log).unwrap();
    let refused = Checkpoint::open(&note, &by(&elsewhere)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the checkpoint is of another log: of `example.org/baken`, not of `example.net/baken`"
    );
}

#[test]
fn a_second_party_signs_with_the_time_and_is_missed_where_it_did_not() {
    let (log, second) = (signer(), Signer::generate("example.net/ombudsman", KeyKind::Cosigner).unwrap());
    let both = Verifiers::new(log.public().clone(), vec![second.public().clone()]).unwrap();
    let mut note = Checkpoint::of(&tree(), log.public().name()).sign(&log);
    assert_eq!(Checkpoint::open(&note, &both), Err(CheckpointError::Unsigned("example.net/ombudsman".to_owned())));
    note.cosign(&second, 1_679_315_147);
    let note: SignedNote = note.to_string().parse().unwrap();
    let cosigned = Checkpoint::open(&note, &both).unwrap().cosigned;
    assert_eq!(cosigned, [("example.net/ombudsman".to_owned(), 1_679_315_147)]);
    // Who does not know the second party goes by the log's signature.
    assert!(Checkpoint::open(&note, &by(&log)).is_ok());

    let mut backdated = note.clone();
    backdated.signatures_mut()[1].bytes[7] ^= 1;
    let refused = Checkpoint::open(&backdated, &both);
    assert_eq!(refused, Err(CheckpointError::BadSignature("example.net/ombudsman".to_owned())));
}

#[test]
fn a_cosigners_key_is_no_logs_key() {
    let second = Signer::generate("example.net/ombudsman", KeyKind::Cosigner).unwrap();
    let (log, cosigner) = (signer().public().clone(), second.public().clone());
    assert_eq!(Verifiers::new(cosigner.clone(), Vec::new()), None);
    assert_eq!(Verifiers::new(log.clone(), vec![log.clone()]), None);
    assert!(Verifiers::new(log, vec![cosigner]).is_some());
}

#[test]
fn what_is_no_key_is_refused() {
    for (text, error) in [
        ("", KeyError::Public),
        ("example.com/foo+530d903a", KeyError::Public),
        ("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Name),
        ("exa mple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Name),
        ("example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Public),
        ("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Id),
        ("example.com/fou+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Id),
        ("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Kind),
        ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv", KeyError::Public),
    ] {
        assert_eq!(text.parse::<VerifierKey>(), Err(error), "{text}");
    }
    assert_eq!(Signer::from_text(GO_PUBLIC).err(), Some(KeyError::Private));
    assert_eq!(Signer::from_text(&GO_PRIVATE.replace("c74f", "c74e")).err(), Some(KeyError::Id));
    assert_eq!(Signer::generate("with+plus", KeyKind::Log).err(), Some(KeyError::Name));
}

#[test]
fn what_is_no_note_is_refused() {
    let note = NOTE.to_owned();
    for (text, error) in [
        (String::new(), NoteError::Shape),
        (note.replacen("\n\n", "\n", 1), NoteError::Shape),
        (note.trim_end().to_owned(), NoteError::Shape),
        (note.replace("message", "mess\u{7}age"), NoteError::Control),
        (note.replace("message.\n", "message.\r\n"), NoteError::Control),
        (note.replace("\u{2014} ", "- "), NoteError::Signature),
        (note.replace("foo Uw2Q", "foo Uw2"), NoteError::Signature),
        (note.replace("\n\n", &"x".repeat(1_000_000)), NoteError::TooLong),
    ] {
        assert_eq!(text.parse::<SignedNote>(), Err(error), "{text:.60}");
    }
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let root = tree().root();
    for text in [
        format!("\n3\n{root}\n"),
        format!("example.org/baken\n03\n{root}\n"),
        format!("example.org/baken\n+3\n{root}\n"),
        format!("example.org/baken\n\n{root}\n"),
        format!("example.org/baken\n18446744073709551616\n{root}\n"),
        format!("example.org/baken\n3\n{root}"),
        format!("example.org/baken\n3\n{root}\n\nmore\n"),
        "example.org/baken\n3\nAAAA\n".to_owned(),
        "example.org/baken\n3\n".to_owned(),
    ] {
        assert_eq!(text.parse::<Checkpoint>(), Err(CheckpointError::Malformed), "{text}");
    }
    for text in [format!("example.org/baken\n0\n{root}\n"), format!("example.org/baken\n3\n{root}\nanother's line\n")] {
        assert!(text.parse::<Checkpoint>().is_ok(), "{text}");
    }
}

#[test]
fn a_log_that_is_signed_with_anothers_key_is_known_by_its_own_name() {
    let signer = signer();
    let note = Checkpoint::of(&tree(), "example.org/baken/access/1").sign(&signer);
    let refused = Checkpoint::open(&note, &by(&signer)).unwrap_err();
    assert!(matches!(refused, CheckpointError::Origin { .. }), "{refused}");
    let opened = Checkpoint::open(&note, &by(&signer).of(note.origin())).unwrap();
    assert_eq!(opened.checkpoint.origin, "example.org/baken/access/1");
    let other = by(&self::signer()).of(note.origin());
    assert!(matches!(Checkpoint::open(&note, &other), Err(CheckpointError::Unsigned(_))));
}

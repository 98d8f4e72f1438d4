//! A second party signs what the log's operator signed, as long as the log only grew.

use std::fs;

use super::*;
use crate::{Contradiction, CosignError, KeptError, cosign};

const NAME: &str = "example.net/ombudsman";

impl Place {
    fn second(&self) -> Signer {
        let file = self.file("second");
        if file.exists() { open_key(&file).unwrap() } else { create_key(&file, NAME, KeyKind::Cosigner).unwrap() }
    }

    fn cosign(&self, kept: &str, time: u64) -> Result<u64, CosignError> {
        let (folder, last) = (self.file(kept), self.file("last"));
        cosign(&folder, &last, &self.verifiers(), &self.second(), time).map(|checkpoint| checkpoint.size)
    }
}

async fn kept(place: &Place, seed: u64, sizes: &[usize]) {
    let (log, mut random) = (place.open(), random(seed));
    let notary = place.notary(&log);
    for size in sizes {
        grow(&log, &mut random, *size).await;
        notary.keep().await.unwrap();
    }
}

#[tokio::test]
async fn a_log_that_only_grew_is_cosigned_again_and_again() {
    let place = Place::new();
    kept(&place, 1, &[10, 13]).await;
    assert_eq!(place.cosign("kept", 1_790_000_000).unwrap(), 23);
    assert_eq!(place.cosign("kept", 1_790_000_060).unwrap(), 23);
    kept(&place, 2, &[5]).await;
    assert_eq!(place.cosign("kept", 1_790_003_600).unwrap(), 28);
    // What it keeps is a checkpoint that both have signed.
    let both = Verifiers::new(place.signer().public().clone(), vec![place.second().public().clone()]).unwrap();
    assert_eq!(LogEvidence::read(&[place.file("last")], &both).unwrap().covers(), 28);
    assert!(matches!(LogEvidence::read(&[place.file("kept")], &both), Err(KeptError::Checkpoint { .. })));
}

#[tokio::test]
async fn an_operator_who_rewrites_the_log_and_signs_it_anew_gets_no_cosignature() {
    let place = Place::new();
    kept(&place, 1, &[10, 13]).await;
    place.cosign("kept", 1_790_000_000).unwrap();
    let before = fs::read(place.file("last")).unwrap();
    // The log's key, another log, and nothing kept of the first one.
    for sizes in [&[10, 13][..], &[40], &[7]] {
        fs::remove_dir_all(place.file("kept")).unwrap();
        fs::remove_file(place.file("log.db")).unwrap();
        kept(&place, 9, sizes).await;
        let refused = place.cosign("kept", 1_790_003_600).unwrap_err();
        let expected = match sizes {
            [10, 13] => matches!(refused, CosignError::Kept(KeptError::Contradiction(Contradiction::Forked(23)))),
            [40] => matches!(refused, CosignError::Kept(KeptError::Contradiction(Contradiction::Leaves(23)))),
            _ => matches!(refused, CosignError::RolledBack { newest: 7, last: 23 }),
        };
        assert!(expected, "{sizes:?}: {refused}");
        assert_eq!(fs::read(place.file("last")).unwrap(), before);
    }
}

#[tokio::test]
async fn nothing_is_cosigned_without_the_hashes_of_all_leaves_or_with_a_logs_key() {
    let place = Place::new();
    kept(&place, 1, &[10]).await;
    let leaves = fs::read(place.file("kept/leaves")).unwrap();
    fs::write(place.file("kept/leaves"), &leaves[..9 * 32]).unwrap();
    assert!(matches!(place.cosign("kept", 1), Err(CosignError::LeavesMissing { leaves: 0, newest: 10 })));
    fs::write(place.file("kept/leaves"), &leaves).unwrap();
    let refused = cosign(&place.file("kept"), &place.file("last"), &place.verifiers(), &place.signer(), 1);
    assert!(matches!(refused, Err(CosignError::NotACosignersKey)));
    assert!(!place.file("last").exists());
}

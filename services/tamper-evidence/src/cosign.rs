//! A second party's side: it signs a log's newest checkpoint only where the log has not been rewritten since the last one that
//! it signed. It needs the folder in which the log's operator keeps checkpoints, and nothing of the log.

use std::path::Path;

use transparency::{Checkpoint, Signer, Verifiers};

use crate::kept::{newest, verifiers_of, write};
use crate::{KeptError, LogEvidence};

/// Why nothing was cosigned.
#[derive(Debug, thiserror::Error)]
pub enum CosignError {
    #[error(transparent)]
    Kept(#[from] KeptError),
    #[error("a checkpoint is cosigned with a second party's key, and this one is a log's")]
    NotACosignersKey,
    #[error("the newest checkpoint is of {newest} entries, and one of {last} was cosigned: the log was rolled back")]
    RolledBack { newest: u64, last: u64 },
    #[error("the folder has the hashes of {leaves} leaves, and its newest checkpoint is of {newest} entries")]
    LeavesMissing { leaves: usize, newest: u64 },
}

/// Cosigns the newest checkpoint in the folder, at this time, in seconds since 1970, and puts it into `last`: the cosigned
/// checkpoint that the second party keeps and hands on. The one that is there from the time before must be a beginning of
/// what the folder shows; where there is none, this is the first.
///
/// # Errors
/// Where the folder belies itself, or what was cosigned before. Then the log was rewritten, and `last` is left as it is.
pub fn cosign(
    folder: &Path,
    last: &Path,
    verifiers: &Verifiers,
    signer: &Signer,
    time: u64,
) -> Result<Checkpoint, CosignError> {
    if signer.public().kind() != transparency::KeyKind::Cosigner {
        return Err(CosignError::NotACosignersKey);
    }
    // A folder of an access log's checkpoints is signed with the same key.
    let verifiers = &verifiers_of(folder, verifiers)?;
    let (mut note, newest) = newest(folder, verifiers)?;
    let mut paths = vec![folder.to_owned()];
    if last.exists() {
        paths.push(last.to_owned());
    }
    // Every checkpoint of these must follow from the leaf hashes: so each is the beginning of the next.
    let evidence = LogEvidence::read(&paths, verifiers)?;
    if evidence.covers() > newest.size {
        return Err(CosignError::RolledBack { newest: newest.size, last: evidence.covers() });
    }
    if evidence.leaves() as u64 != newest.size {
        return Err(CosignError::LeavesMissing { leaves: evidence.leaves(), newest: newest.size });
    }
    note.cosign(signer, time);
    write(last, note.to_string().as_bytes()).map_err(|source| KeptError::Io { path: last.to_owned(), source })?;
    Ok(newest)
}

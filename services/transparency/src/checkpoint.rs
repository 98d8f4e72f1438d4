//! Checkpoints (C2SP `tlog-checkpoint`): of which log, how many entries, and the hash over all of them; signed.

use std::fmt;
use std::str::FromStr;

use crate::key::{KeyKind, Signer, VerifierKey};
use crate::note::{NoteError, SignedNote, WrongSignature};
use crate::{Hash, Tree};

/// What a log was at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of the key that it signs with, unless several logs are signed with one key.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The hash of the tree over them.
    pub root: Hash,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error("a checkpoint is a line of its origin, one of its size, and one of its root in base64")]
    Malformed,
    #[error("the checkpoint is of another log: of `{found}`, not of `{expected}`")]
    Origin { expected: String, found: String },
    #[error("the checkpoint is not signed with the key of `{0}` that was given")]
    Unsigned(String),
    #[error("the signature of `{0}` on the checkpoint is wrong")]
    BadSignature(String),
}

/// The keys that checkpoints of a log must be signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifiers {
    log: VerifierKey,
    origin: String,
    cosigners: Vec<VerifierKey>,
}

impl Verifiers {
    /// The key of the log, and those of all second parties who must have signed as well. `None` where the first is not a
    /// log's, or one of the others not a cosigner's.
    #[must_use]
    pub fn new(log: VerifierKey, cosigners: Vec<VerifierKey>) -> Option<Self> {
        let fit = log.kind() == KeyKind::Log && cosigners.iter().all(|key| key.kind() == KeyKind::Cosigner);
        let origin = log.name().to_owned();
        fit.then_some(Self { log, origin, cosigners })
    }

    /// The same keys, for another log that is signed with them.
    #[must_use]
    pub fn of(&self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self.clone() }
    }

    /// The log that they are of.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The name of the log's key.
    #[must_use]
    pub fn key_name(&self) -> &str {
        self.log.name()
    }

    /// Whether all of these have signed a note, and who cosigned it when, in seconds since 1970.
    ///
    /// # Errors
    /// Where one of them has not, or a signature is wrong.
    pub fn verify(&self, note: &SignedNote) -> Result<Vec<(String, u64)>, CheckpointError> {
        verified(note, &self.log)?;
        let mut cosigned = Vec::new();
        for key in &self.cosigners {
            cosigned.extend(verified(note, key)?.map(|time| (key.name().to_owned(), time)));
        }
        Ok(cosigned)
    }
}

/// A checkpoint whose signatures were verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedCheckpoint {
    pub checkpoint: Checkpoint,
    /// Who cosigned it, and when, in seconds since 1970.
    pub cosigned: Vec<(String, u64)>,
}

impl Checkpoint {
    /// What this tree is, of the log of this name.
    #[must_use]
    pub fn of(tree: &Tree, origin: &str) -> Self {
        Self { origin: origin.to_owned(), size: tree.size(), root: tree.root() }
    }

    #[must_use]
    pub fn sign(&self, signer: &Signer) -> SignedNote {
        SignedNote::sign(self.to_string(), signer)
    }

    /// Reads a signed checkpoint, and believes it where all of these have signed it.
    ///
    /// # Errors
    /// See [`CheckpointError`].
    pub fn open(note: &SignedNote, verifiers: &Verifiers) -> Result<OpenedCheckpoint, CheckpointError> {
        let checkpoint: Self = note.text().parse()?;
        if checkpoint.origin != verifiers.origin() {
            let (expected, found) = (verifiers.origin().to_owned(), checkpoint.origin);
            return Err(CheckpointError::Origin { expected, found });
        }
        Ok(OpenedCheckpoint { checkpoint, cosigned: verifiers.verify(note)? })
    }
}

/// Looks for a key's signature; answers when it was made, where it says so. A wrong one makes the whole note wrong.
fn verified(note: &SignedNote, key: &VerifierKey) -> Result<Option<u64>, CheckpointError> {
    let mut found = None;
    for signature in note.signatures().iter().filter(|signature| signature.claims(key)) {
        let time = signature.verify(key, note.text());
        found = Some(time.map_err(|WrongSignature| CheckpointError::BadSignature(key.name().to_owned()))?);
    }
    found.ok_or_else(|| CheckpointError::Unsigned(key.name().to_owned()))
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root } = self;
        write!(f, "{origin}\n{size}\n{root}\n")
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Further lines, which are none of ours, are allowed and not read.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let read = || {
            let mut lines = text.strip_suffix('\n')?.split('\n');
            let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
            let digits = size.bytes().all(|byte| byte.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
            let whole = !origin.is_empty() && digits && lines.all(|line| !line.is_empty());
            let (size, root) = (size.parse().ok()?, Hash::from_base64(root)?);
            whole.then(|| Self { origin: origin.to_owned(), size, root })
        };
        read().ok_or(CheckpointError::Malformed)
    }
}

#[cfg(test)]
#[path = "checkpoint_tests.rs"]
mod tests;

//! A certificate of erasure: a signed note that says that a person's keys are destroyed, and proves that the event by which that was
//! decided is in the log. It names the person's id and nothing else of them.

use std::fmt;
use std::sync::Arc;

use event_log::copy::Keep;
use event_log::{EventLog, LogError, Position};
use transparency::{
    Checkpoint, CheckpointError, Hash, InclusionProof, Leaves, ProofError, SignedNote, Signer, Verifiers,
};

use crate::reading::LeafReading;

const ERASURE: &str = "erasure/1";
/// What the keys can prove, and what nobody can.
const LIMITS: &str = "It says that the key store held no key of this person then, and that none is ever made again: what of them is in the event\n\
    log cannot be opened. It does not prove that no copy of what was opened before, or of a key, exists elsewhere.\n";

/// That an event is in the log of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventProof {
    pub leaf: Hash,
    /// Its place among the log's events, from 0.
    pub index: u64,
    pub size: u64,
    pub root: Hash,
    pub path: InclusionProof,
}

impl EventProof {
    /// Proves that the event at a position is among the first `size` of a log; `None` where it is not. It reads all of them.
    ///
    /// # Errors
    /// Where the log does not answer.
    pub async fn of(
        log: Arc<dyn EventLog>,
        keep: Keep,
        position: Position,
        size: u64,
    ) -> Result<Option<Self>, LogError> {
        let (mut reading, mut leaves, mut index) = (LeafReading::new(log, keep), Vec::new(), None);
        while let Some(page) = reading.next().await? {
            for read in page.leaves.into_iter().take_while(|read| read.place.number <= size) {
                if read.place.position == position {
                    index = Some(read.place.number - 1);
                }
                leaves.push(read.leaf);
            }
            if page.at_head || leaves.len() as u64 >= size {
                break;
            }
        }
        let Some(index) = index.filter(|_| leaves.len() as u64 == size) else { return Ok(None) };
        let (all, at) = (Leaves(&leaves), usize::try_from(index).unwrap_or(usize::MAX));
        let proof = InclusionProof::of(all, index);
        Ok(proof.zip(leaves.get(at)).map(|(path, leaf)| Self { leaf: *leaf, index, size, root: all.root(), path }))
    }

    fn verify(&self) -> Result<(), ProofError> {
        self.path.verify(self.leaf, self.index, self.size, self.root)
    }
}

/// What the certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureCertificate {
    /// The name of the event log.
    pub log: String,
    pub person: String,
    /// On what ground, with the article of law. Erasures of the earliest logs say none.
    pub ground: Option<String>,
    /// When it was decided.
    pub decided: String,
    /// When it was certified that the keys are destroyed: they were destroyed before.
    pub destroyed_before: String,
    /// Of which classes of data.
    pub classes: String,
    /// The epoch of the key-encryption key, and whether it was rolled with the erasure.
    pub epoch: String,
    /// The id of the event by which it was decided, and where it lies.
    pub event: String,
    pub position: String,
    pub proof: EventProof,
}

/// Why a certificate certifies nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("it is no certificate of erasure of `{log}`, but says that it is of `{found}`")]
    Other { log: String, found: String },
    #[error(transparent)]
    Note(#[from] CheckpointError),
    #[error("it is not written as a certificate of erasure is")]
    Malformed,
    #[error("the event is not in the log that it names: {0}")]
    NotInLog(#[from] ProofError),
}

impl ErasureCertificate {
    /// Signs it.
    #[must_use]
    pub fn sign(&self, signer: &Signer) -> SignedNote {
        SignedNote::sign(self.to_string(), signer)
    }

    /// Reads a signed certificate, and believes it where all of these have signed it and its event is in its log.
    ///
    /// # Errors
    /// See [`CertificateError`].
    pub fn open(note: &SignedNote, verifiers: &Verifiers) -> Result<Self, CertificateError> {
        let log = verifiers.key_name();
        if note.origin() != format!("{log}/{ERASURE}") {
            return Err(CertificateError::Other { log: log.to_owned(), found: note.origin().to_owned() });
        }
        verifiers.verify(note)?;
        let certificate = Self::read(note.text(), log).filter(|read| read.to_string() == note.text());
        let certificate = certificate.ok_or(CertificateError::Malformed)?;
        certificate.proof.verify()?;
        Ok(certificate)
    }

    /// The checkpoint of the log that its event is in.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { origin: self.log.clone(), size: self.proof.size, root: self.proof.root }
    }

    fn read(text: &str, log: &str) -> Option<Self> {
        let said = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once(": ")).filter(|(said, _)| *said == name);
            lines.next().map(|(_, value)| value.to_owned())
        };
        let hashes = said("path").unwrap_or_default();
        let path = hashes.split_whitespace().map(Hash::from_base64).collect::<Option<_>>()?;
        let proof = EventProof {
            leaf: Hash::from_base64(&said("leaf")?)?,
            index: said("index")?.parse().ok()?,
            size: said("size of the log")?.parse().ok()?,
            root: Hash::from_base64(&said("root of the log")?)?,
            path: InclusionProof(path),
        };
        Some(Self {
            log: log.to_owned(),
            person: said("person")?,
            ground: said("ground"),
            decided: said("decided")?,
            destroyed_before: said("keys destroyed before")?,
            classes: said("classes of data")?,
            epoch: said("key-encryption key")?,
            event: said("event")?,
            position: said("position")?,
            proof,
        })
    }
}

impl fmt::Display for ErasureCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}/{ERASURE}", self.log)?;
        writeln!(f, "person: {}", self.person)?;
        if let Some(ground) = &self.ground {
            writeln!(f, "ground: {ground}")?;
        }
        writeln!(f, "decided: {}", self.decided)?;
        writeln!(f, "keys destroyed before: {}", self.destroyed_before)?;
        writeln!(f, "classes of data: {}", self.classes)?;
        writeln!(f, "key-encryption key: {}", self.epoch)?;
        writeln!(f, "event: {}", self.event)?;
        writeln!(f, "position: {}", self.position)?;
        let EventProof { leaf, index, size, root, path } = &self.proof;
        writeln!(f, "size of the log: {size}\nroot of the log: {root}\nleaf: {leaf}\nindex: {index}")?;
        if !path.0.is_empty() {
            let path: Vec<_> = path.0.iter().map(ToString::to_string).collect();
            writeln!(f, "path: {}", path.join(" "))?;
        }
        f.write_str(LIMITS)
    }
}

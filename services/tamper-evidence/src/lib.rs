//! Whether a log is still what it was: the event log, and the log of accesses, which nodes share or each has its own of. Its
//! entries are the leaves of a Merkle tree, in their order; a checkpoint signs the tree's root and size and is kept where who can write to the log cannot; and
//! whoever has the log and a checkpoint can tell, without any key that opens anything, whether an entry was changed, removed,
//! added or moved since.
//!
//! docs/tamper-evidence.md says what that proves and what not.

mod accesses;
mod audit;
mod certificate;
mod cosign;
mod finding;
mod kept;
mod key_file;
mod leaf;
mod notary;
mod origin;
mod reading;
mod source;
#[cfg(test)]
mod tests;
mod verify;

pub use accesses::{AccessReport, verify_accesses};
pub use audit::{Audit, Contradiction, LogEvidence};
pub use certificate::{CertificateError, ErasureCertificate, EventProof};
pub use cosign::{CosignError, cosign};
pub use finding::{EntryPlace, EventPlace, LogFinding};
pub use kept::{Evidence, KeptError, KeptFolder};
pub use key_file::{KeyFileError, create_key, open_key, verifier_file};
pub use leaf::leaf_of;
pub use notary::{Notary, NotaryError};
pub use origin::{access_origin, access_store};
pub use source::SourceError;
pub use verify::{VerifyError, VerifyReport, verify};

//! What a transparency log is made of: a Merkle tree over an append-only list (RFC 9162, section 2.1), proofs that an entry
//! is in it and that it only grew, and checkpoints of it as signed notes (C2SP `tlog-checkpoint`, `signed-note`,
//! `tlog-cosignature`).
//!
//! Everything here is a function of its arguments: no I/O, no clock, and no knowledge of what the entries are.

mod checkpoint;
mod hash;
mod key;
mod leaf;
mod note;
mod proof;
mod tree;

pub use checkpoint::{Checkpoint, CheckpointError, OpenedCheckpoint, Verifiers};
pub use hash::Hash;
pub use key::{KeyError, KeyKind, Signer, VerifierKey};
pub use leaf::Leaf;
pub use note::{NoteError, Signature, SignedNote};
pub use proof::{ConsistencyProof, InclusionProof, ProofError};
pub use tree::{Leaves, Tree};

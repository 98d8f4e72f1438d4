//! What the log tells: its events read back, each with its envelope and its place, and by what a repeated request is known.
//! Read models are folded from it, and the write path adds to it; neither is known here.

mod decode;
mod envelope;
mod idempotency;

pub use decode::{DecodeError, Decoder, Fault};
pub use envelope::{
    Damaged, Envelope, Happened, Heading, Idempotency, Purpose, Read, STREAMS, Stream, is_our_stream, is_ours,
};
pub use idempotency::{KeyDigest, StoredAnswer};

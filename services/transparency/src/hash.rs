//! The tree's hashes: SHA-256, with one prefix for leaves and another for nodes (RFC 9162, section 2.1.1).

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const LEAF: &[u8] = &[0x00];
const NODE: &[u8] = &[0x01];

/// A hash of a leaf, a node or a whole tree. It is shown in base64, as checkpoints have it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; Self::LEN]);

impl Hash {
    pub const LEN: usize = 32;

    /// The hash of a leaf with this content.
    #[must_use]
    pub fn of_leaf(content: &[u8]) -> Self {
        Self::over(&[LEAF, content])
    }

    /// The hash of a node above these two.
    #[must_use]
    pub fn of_node(left: &Self, right: &Self) -> Self {
        Self::over(&[NODE, &left.0, &right.0])
    }

    /// The hash of a tree without leaves: that of the empty string.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self::taken(digest(&SHA256, &[]).as_ref())
    }

    fn over(parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(part);
        }
        Self::taken(context.finish().as_ref())
    }

    fn taken(digest: &[u8]) -> Self {
        let mut hash = [0; Self::LEN];
        hash.copy_from_slice(digest);
        Self(hash)
    }

    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Reads what [`fmt::Display`] writes.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

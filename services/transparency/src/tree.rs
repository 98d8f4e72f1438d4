//! The tree's head, from the leaves in their order. Of the tree only its whole subtrees are kept: one hash for each bit that
//! is set in its size, so that a log of a million entries needs twenty.

use crate::Hash;

/// A tree that grows leaf by leaf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    /// The roots of the subtrees whose sizes are the powers of two that `size` is the sum of, the largest first.
    subtrees: Vec<Hash>,
}

impl Tree {
    /// Adds a leaf, by its hash.
    pub fn push(&mut self, leaf: Hash) {
        self.subtrees.push(leaf);
        self.size += 1;
        // Two subtrees of the same size are one of twice the size.
        for _ in 0..self.size.trailing_zeros() {
            if let (Some(right), Some(left)) = (self.subtrees.pop(), self.subtrees.pop()) {
                self.subtrees.push(Hash::of_node(&left, &right));
            }
        }
    }

    /// The number of its leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The hash of the whole tree (RFC 9162, section 2.1.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        let whole = self.subtrees.iter().copied().rev().reduce(|right, left| Hash::of_node(&left, &right));
        whole.unwrap_or_else(Hash::of_nothing)
    }
}

impl Extend<Hash> for Tree {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

impl FromIterator<Hash> for Tree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::default();
        tree.extend(leaves);
        tree
    }
}

/// The hashes of all leaves of a tree, in their order: what proofs are made from.
#[derive(Debug, Clone, Copy)]
pub struct Leaves<'a>(pub &'a [Hash]);

impl Leaves<'_> {
    /// The hash of the tree over these.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.0.iter().copied().collect::<Tree>().root()
    }
}

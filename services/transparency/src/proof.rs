//! Proofs: that a leaf is in a tree (RFC 9162, section 2.1.3), and that one tree is the beginning of another (2.1.4).

use crate::{Hash, Leaves};

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("a tree of {size} leaves has no leaf {index}, counted from 0")]
    NoSuchLeaf { index: u64, size: u64 },
    #[error("a tree of {new} leaves cannot have grown from one of {old}")]
    NotSmaller { old: u64, new: u64 },
    #[error("the proof has another length than the trees' sizes ask for")]
    Length,
    #[error("the proof leads to another root")]
    Root,
}

/// The largest power of two that is smaller than `size`, where a tree of at least two leaves divides.
const fn split(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

/// The nodes beside the way from a leaf up to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof(pub Vec<Hash>);

impl InclusionProof {
    /// The proof for the leaf at `index` (section 2.1.3.1); `None` where there is no such leaf.
    #[must_use]
    pub fn of(leaves: Leaves<'_>, index: u64) -> Option<Self> {
        let mut index = usize::try_from(index).ok().filter(|index| *index < leaves.0.len())?;
        let mut rest = leaves.0;
        let mut path = Vec::new();
        while rest.len() > 1 {
            let (left, right) = rest.split_at(split(rest.len()));
            if index < left.len() {
                path.push(Leaves(right).root());
                rest = left;
            } else {
                path.push(Leaves(left).root());
                index -= left.len();
                rest = right;
            }
        }
        path.reverse();
        Some(Self(path))
    }

    /// The proofs for several leaves of one tree, in the order of their indices, which must be ascending. However many they
    /// are, the tree is hashed once. `None` where one of them is not there.
    #[must_use]
    pub fn of_many(leaves: Leaves<'_>, indices: &[u64]) -> Option<Vec<Self>> {
        let indices: Vec<_> = indices.iter().map(|index| usize::try_from(*index)).collect::<Result<_, _>>().ok()?;
        if !indices.is_sorted() || indices.last().is_some_and(|last| *last >= leaves.0.len()) {
            return None;
        }
        let mut proofs = vec![Self(Vec::new()); indices.len()];
        if !leaves.0.is_empty() {
            prove(leaves.0, 0, &indices, &mut proofs);
        }
        Some(proofs)
    }

    /// Checks that the tree of this size and root has this leaf at `index` (section 2.1.3.2).
    ///
    /// # Errors
    /// Where the proof does not show it.
    pub fn verify(&self, leaf: Hash, index: u64, size: u64, root: Hash) -> Result<(), ProofError> {
        if index >= size {
            return Err(ProofError::NoSuchLeaf { index, size });
        }
        let (mut node, mut last, mut hash) = (index, size - 1, leaf);
        for beside in &self.0 {
            if last == 0 {
                return Err(ProofError::Length);
            }
            if node & 1 == 1 || node == last {
                hash = Hash::of_node(beside, &hash);
                while node & 1 == 0 && node != 0 {
                    (node, last) = (node >> 1, last >> 1);
                }
            } else {
                hash = Hash::of_node(&hash, beside);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        match (last, hash == root) {
            (0, true) => Ok(()),
            (0, false) => Err(ProofError::Root),
            _ => Err(ProofError::Length),
        }
    }
}

/// Adds the nodes beside these leaves' ways up to the root of the subtree over `leaves`, the first of which is leaf `first`
/// of the whole; answers that root.
fn prove(leaves: &[Hash], first: usize, indices: &[usize], proofs: &mut [InclusionProof]) -> Hash {
    if indices.is_empty() || leaves.len() == 1 {
        return Leaves(leaves).root();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let middle = first + left.len();
    let on_the_left = indices.partition_point(|index| *index < middle);
    let (of_left, of_right) = proofs.split_at_mut(on_the_left);
    let left = prove(left, first, &indices[..on_the_left], of_left);
    let right = prove(right, middle, &indices[on_the_left..], of_right);
    for proof in of_left {
        proof.0.push(right);
    }
    for proof in of_right {
        proof.0.push(left);
    }
    Hash::of_node(&left, &right)
}

/// The nodes from which the roots of both trees follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof(pub Vec<Hash>);

impl ConsistencyProof {
    /// The proof that the tree over the first `old` leaves is the beginning of the tree over all (section 2.1.4.1); `None`
    /// where there are fewer. Of an empty tree, and of the same one, nothing has to be shown.
    #[must_use]
    pub fn of(leaves: Leaves<'_>, old: u64) -> Option<Self> {
        let mut old = usize::try_from(old).ok().filter(|old| *old <= leaves.0.len())?;
        let mut rest = leaves.0;
        let mut path = Vec::new();
        if old == 0 {
            return Some(Self(path));
        }
        // Whether the old tree's root, which the verifier has, is the subtree that is left.
        let mut is_known = true;
        while old < rest.len() {
            let (left, right) = rest.split_at(split(rest.len()));
            if old <= left.len() {
                path.push(Leaves(right).root());
                rest = left;
            } else {
                path.push(Leaves(left).root());
                old -= left.len();
                rest = right;
                is_known = false;
            }
        }
        if !is_known {
            path.push(Leaves(rest).root());
        }
        path.reverse();
        Some(Self(path))
    }

    /// Checks that the tree of the old size and root is the beginning of the new one (section 2.1.4.2).
    ///
    /// # Errors
    /// Where the proof does not show it.
    pub fn verify(&self, (old, old_root): (u64, Hash), (new, new_root): (u64, Hash)) -> Result<(), ProofError> {
        if old > new {
            return Err(ProofError::NotSmaller { old, new });
        }
        if old == new || old == 0 {
            let same = if old == 0 { old_root == Hash::of_nothing() } else { old_root == new_root };
            return match (self.0.is_empty(), same) {
                (true, true) => Ok(()),
                (true, false) => Err(ProofError::Root),
                (false, _) => Err(ProofError::Length),
            };
        }
        // A tree whose size is a power of two is a node of the new one: the verifier has its hash.
        let known = old.is_power_of_two().then_some(old_root);
        let mut path = known.into_iter().chain(self.0.iter().copied());
        let first = path.next().ok_or(ProofError::Length)?;
        let (mut node, mut last) = (old - 1, new - 1);
        while node & 1 == 1 {
            (node, last) = (node >> 1, last >> 1);
        }
        let (mut from_old, mut from_new) = (first, first);
        for beside in path {
            if last == 0 {
                return Err(ProofError::Length);
            }
            if node & 1 == 1 || node == last {
                from_old = Hash::of_node(&beside, &from_old);
                from_new = Hash::of_node(&beside, &from_new);
                while node & 1 == 0 && node != 0 {
                    (node, last) = (node >> 1, last >> 1);
                }
            } else {
                from_new = Hash::of_node(&from_new, &beside);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        match (last, from_old == old_root && from_new == new_root) {
            (0, true) => Ok(()),
            (0, false) => Err(ProofError::Root),
            _ => Err(ProofError::Length),
        }
    }
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;

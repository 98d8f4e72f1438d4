//! Holding a log against what was kept outside it, leaf by leaf.

use std::collections::HashSet;

use transparency::{Checkpoint, Hash, Leaves, Tree};

use crate::{EntryPlace, LogFinding};

/// Why what was kept is no evidence of anything: of itself, one part belies another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// Whoever has the log's key showed different logs to different people.
    #[error(
        "two checkpoints of {0} entries have different roots, and both are signed: the log was signed in two versions"
    )]
    Forked(u64),
    #[error(
        "the leaf hashes that were kept do not give the root of the checkpoint of {0} entries: one of the two was altered. \
         A checkpoint alone can be used without them"
    )]
    Leaves(u64),
}

/// What a log was: checkpoints whose signatures were verified, and, if they were kept as well, the hashes of its leaves.
#[derive(Debug, Clone, Default)]
pub struct LogEvidence {
    /// The smallest first.
    checkpoints: Vec<Checkpoint>,
    /// Of the first entries, as far as a checkpoint vouches for them.
    leaves: Vec<Hash>,
}

impl LogEvidence {
    /// Leaf hashes need no signature: they must give the checkpoints' roots.
    ///
    /// # Errors
    /// Where the parts do not go together.
    pub fn new(mut checkpoints: Vec<Checkpoint>, mut leaves: Vec<Hash>) -> Result<Self, Contradiction> {
        checkpoints.sort_by_key(|checkpoint| checkpoint.size);
        checkpoints.dedup();
        if let Some(pair) = checkpoints.windows(2).find(|pair| pair[0].size == pair[1].size) {
            return Err(Contradiction::Forked(pair[0].size));
        }
        let mut tree = Tree::default();
        for checkpoint in checkpoints.iter().take_while(|checkpoint| checkpoint.size <= leaves.len() as u64) {
            let to = usize::try_from(checkpoint.size).unwrap_or(usize::MAX);
            let from = usize::try_from(tree.size()).unwrap_or(usize::MAX);
            tree.extend(leaves[from..to].iter().copied());
            if tree.root() != checkpoint.root {
                return Err(Contradiction::Leaves(checkpoint.size));
            }
        }
        leaves.truncate(usize::try_from(tree.size()).unwrap_or(usize::MAX));
        Ok(Self { checkpoints, leaves })
    }

    /// How many entries the largest checkpoint says that there were; 0 without any.
    #[must_use]
    pub fn covers(&self) -> u64 {
        self.checkpoints.last().map_or(0, |checkpoint| checkpoint.size)
    }

    /// Whether a checkpoint of the same log is one of what is kept; `None` where what is kept does not tell.
    #[must_use]
    pub fn has(&self, checkpoint: &Checkpoint) -> Option<bool> {
        if let Some(kept) = self.checkpoints.iter().find(|kept| kept.size == checkpoint.size) {
            return Some(kept.root == checkpoint.root);
        }
        let leaves = self.leaves.get(..usize::try_from(checkpoint.size).ok()?)?;
        Some(Leaves(leaves).root() == checkpoint.root)
    }

    /// How many checkpoints there are.
    #[must_use]
    pub const fn checkpoints(&self) -> usize {
        self.checkpoints.len()
    }

    /// How many leaf hashes there are that a checkpoint vouches for.
    #[must_use]
    pub const fn leaves(&self) -> usize {
        self.leaves.len()
    }
}

/// A log that is being held against the evidence.
pub struct Audit {
    evidence: LogEvidence,
    tree: Tree,
    /// Checkpoints that were come by.
    passed: usize,
    /// The size of the last one that agreed.
    agreed: u64,
    altered: Option<LogFinding>,
    first: Option<EntryPlace>,
    /// The log's leaves, where those that were kept are known.
    seen: Vec<Hash>,
}

impl Audit {
    #[must_use]
    pub fn new(evidence: LogEvidence) -> Self {
        let mut audit = Self {
            evidence,
            tree: Tree::default(),
            passed: 0,
            agreed: 0,
            altered: None,
            first: None,
            seen: Vec::new(),
        };
        audit.pass();
        audit
    }

    /// The tree over the leaves so far.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What the log is held against.
    #[must_use]
    pub const fn evidence(&self) -> &LogEvidence {
        &self.evidence
    }

    /// Forgets the leaf hashes that were kept, once the log has passed them: from then on only the tree is needed.
    pub fn forget_leaves(&mut self) {
        (self.evidence.leaves, self.seen) = (Vec::new(), Vec::new());
    }

    /// Takes the log's next leaf.
    pub fn push(&mut self, leaf: Hash, place: &EntryPlace) {
        if let Some(kept) = self.evidence.leaves.get(self.seen.len()) {
            if *kept != leaf {
                self.first.get_or_insert_with(|| place.clone());
            }
            self.seen.push(leaf);
        }
        self.tree.push(leaf);
        self.pass();
    }

    /// Compares the tree with the checkpoint of its size, if there is one.
    fn pass(&mut self) {
        let Some(checkpoint) = self.evidence.checkpoints.get(self.passed) else { return };
        if checkpoint.size != self.tree.size() {
            return;
        }
        self.passed += 1;
        if checkpoint.root == self.tree.root() {
            self.agreed = checkpoint.size;
        } else if self.altered.is_none() {
            self.altered = Some(LogFinding::Altered { after: self.agreed, until: checkpoint.size });
        }
    }

    /// What is wrong with the log, of which these leaves are all.
    #[must_use]
    pub fn findings(&self) -> Vec<LogFinding> {
        let (size, covers) = (self.tree.size(), self.evidence.covers());
        let mut findings = Vec::new();
        findings.extend((size < covers).then_some(LogFinding::Shorter { size, checkpoint: covers }));
        findings.extend(self.altered.clone());
        if findings.is_empty() || self.evidence.leaves.is_empty() {
            return findings;
        }
        findings.extend(self.first.clone().map(LogFinding::First));
        let kept: HashSet<_> = self.evidence.leaves.iter().collect();
        let seen: HashSet<_> = self.seen.iter().collect();
        if !seen.is_empty() && kept.is_disjoint(&seen) {
            findings.push(LogFinding::AnotherLog);
            return findings;
        }
        let count = |hashes: &HashSet<_>, others| hashes.difference(others).count() as u64;
        findings.push(LogFinding::Tally { gone: count(&kept, &seen), new: count(&seen, &kept) });
        findings
    }
}

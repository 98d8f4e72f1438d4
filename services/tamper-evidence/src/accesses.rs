//! Verifying an access log, a node's own or one that nodes share: that it agrees with the evidence, and with itself, and that
//! nothing was removed before its time.

use std::collections::BTreeMap;

use access_log::{AccessFault, AccessPlace, Examination, Examined, KeptDays, OpenError};
use chrono::{DateTime, Utc};
use transparency::Hash;

use crate::{Audit, EntryPlace, LogEvidence, LogFinding};

/// What an access log was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessReport {
    /// Which store it is.
    pub store: String,
    /// Its records, also those that were removed.
    pub size: u64,
    /// How many were removed, and when the last of them was made.
    pub removed: Option<(u64, String)>,
    pub root: Hash,
    /// Records that a checkpoint vouches for, where nothing was found.
    pub covered: u64,
    /// The checkpoints of this log, and the leaf hashes.
    pub held_against: (usize, usize),
    pub findings: Vec<LogFinding>,
}

/// Reads a whole access log as it is when this begins, and holds it against what is kept of its store, and against itself.
/// Records may be gone that are older than they are kept for, at this time; no others.
///
/// # Errors
/// Where it is not there, or cannot be read.
pub async fn verify_accesses(
    place: &AccessPlace,
    evidence: &BTreeMap<String, LogEvidence>,
    kept: KeptDays,
    now: DateTime<Utc>,
) -> Result<AccessReport, OpenError> {
    let examination = Examination::open(place).await?;
    let mut verifying = Verifying::of(examination.name(), evidence);
    let faults = examination.read(kept, now, |each| verifying.take(each)).await?;
    Ok(verifying.report(evidence, faults))
}

/// What is known of a store while it is read.
struct Verifying {
    store: String,
    held_against: (usize, usize),
    audit: Audit,
    removed: Option<(u64, String)>,
}

impl Verifying {
    fn of(store: &str, evidence: &BTreeMap<String, LogEvidence>) -> Self {
        let of_this = evidence.get(store).cloned().unwrap_or_default();
        let held_against = (of_this.checkpoints(), of_this.leaves());
        Self { store: store.to_owned(), held_against, audit: Audit::new(of_this), removed: None }
    }

    fn take(&mut self, Examined { number, at, leaf, is_removed }: Examined) {
        if is_removed {
            self.removed = Some((self.removed.as_ref().map_or(0, |(count, _)| *count) + 1, at.clone()));
        }
        self.audit.push(leaf, &EntryPlace::Record { number, at });
    }

    fn report(self, evidence: &BTreeMap<String, LogEvidence>, faults: Vec<AccessFault>) -> AccessReport {
        let Self { store, held_against, audit, removed } = self;
        let mut findings = Vec::new();
        if !evidence.is_empty() && !evidence.contains_key(&store) {
            let kept = evidence.keys().cloned().collect();
            findings.push(LogFinding::AnotherStore { here: store.clone(), kept });
        }
        findings.extend(audit.findings());
        findings.extend(faults.into_iter().map(LogFinding::Access));
        let (tree, covered) = (audit.tree(), audit.evidence().covers());
        AccessReport { store, size: tree.size(), removed, root: tree.root(), covered, held_against, findings }
    }
}

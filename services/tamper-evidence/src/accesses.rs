//! Verifying a node's access log: that it agrees with the evidence, and with itself, and that nothing was removed before its
//! time.

use std::collections::BTreeMap;
use std::path::Path;

use access_log::{Examination, Examined, KeptDays, OpenError};
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
/// Where the file cannot be read.
pub fn verify_accesses(
    file: &Path,
    evidence: &BTreeMap<String, LogEvidence>,
    kept: KeptDays,
    now: DateTime<Utc>,
) -> Result<AccessReport, OpenError> {
    let examination = Examination::open(file)?;
    let store = examination.name().to_owned();
    let of_this = evidence.get(&store).cloned().unwrap_or_default();
    let held_against = (of_this.checkpoints(), of_this.leaves());
    let mut audit = Audit::new(of_this);
    let mut removed = None;
    let faults = examination.read(kept, now, |Examined { number, at, leaf, is_removed }| {
        if is_removed {
            removed = Some((removed.as_ref().map_or(0, |(count, _)| *count) + 1, at.clone()));
        }
        audit.push(leaf, &EntryPlace::Record { number, at });
    })?;
    let mut findings = Vec::new();
    if !evidence.is_empty() && !evidence.contains_key(&store) {
        let kept = evidence.keys().cloned().collect();
        findings.push(LogFinding::AnotherStore { here: store.clone(), kept });
    }
    findings.extend(audit.findings());
    findings.extend(faults.into_iter().map(LogFinding::Access));
    let (tree, covered) = (audit.tree(), audit.evidence().covers());
    Ok(AccessReport { store, size: tree.size(), removed, root: tree.root(), covered, held_against, findings })
}

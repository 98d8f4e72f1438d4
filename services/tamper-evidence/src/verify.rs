//! Verifying a log: that it agrees with the evidence, and with itself.

use std::collections::HashMap;
use std::sync::Arc;

use event_log::copy::Keep;
use event_log::{EventLog, LogError, LogUrl, OpenError, Position, StreamName};
use transparency::Hash;

use crate::reading::LeafReading;
use crate::{Audit, EntryPlace, EventPlace, LogEvidence, LogFinding};

/// Findings about the log's own order that are told; more of them are like these.
const TOLD: usize = 20;

/// What a log was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Its events.
    pub size: u64,
    pub root: Hash,
    /// The position of its last event.
    pub position: Position,
    /// Events that a checkpoint vouches for, where nothing was found.
    pub covered: u64,
    pub findings: Vec<LogFinding>,
}

/// Why a log could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("the log cannot be opened: {0}")]
    Open(#[from] OpenError),
    #[error("the log cannot be read: {0}")]
    Read(#[from] LogError),
}

/// Reads the whole log as it is when this begins, and holds it against the evidence, and against itself: positions, the
/// revisions of each stream, and the index by which streams are read. Without evidence it does the second alone.
///
/// # Errors
/// Where the log does not answer. One that is damaged has a finding.
pub async fn verify(url: &LogUrl, keep: Keep, evidence: LogEvidence) -> Result<VerifyReport, VerifyError> {
    let log = event_log::open_to_read(url).await?;
    let mut report = examine(log, keep, url.counts_positions(), evidence).await?;
    report.findings.extend(event_log::index_faults(url).await?.into_iter().map(LogFinding::Index));
    Ok(report)
}

async fn examine(
    log: Arc<dyn EventLog>,
    keep: Keep,
    counted: bool,
    evidence: LogEvidence,
) -> Result<VerifyReport, LogError> {
    let head = log.head().await?;
    let mut audit = Audit::new(evidence);
    let mut order = LogOrder::new(counted);
    let mut reading = LeafReading::new(log, keep);
    let mut unreadable = None;
    while reading.position() < head {
        let page = match reading.next().await {
            Ok(Some(page)) => page,
            Ok(None) => break,
            Err(LogError::Damaged(why)) => {
                let (after, position) = (audit.tree().size(), reading.position());
                unreadable = Some(LogFinding::Unreadable { after, position, why });
                break;
            }
            Err(error) => return Err(error),
        };
        // Others may write meanwhile; what they add is for the next time.
        page.positions.iter().take_while(|position| **position <= head).for_each(|position| order.at(*position));
        for read in page.leaves.into_iter().take_while(|read| read.place.position <= head) {
            let place = EntryPlace::Event(read.place);
            audit.push(read.leaf, &place);
            if let EntryPlace::Event(place) = place {
                order.take(place);
            }
        }
    }
    let mut findings = audit.findings();
    findings.extend(unreadable);
    findings.append(&mut order.findings);
    let (tree, covered) = (audit.tree(), audit.evidence().covers());
    Ok(VerifyReport { size: tree.size(), root: tree.root(), position: order.position, covered, findings })
}

/// What must follow on what.
struct LogOrder {
    /// Whether positions have no gaps.
    counted: bool,
    position: Position,
    /// How many events each stream has.
    streams: HashMap<StreamName, u64>,
    findings: Vec<LogFinding>,
}

impl LogOrder {
    fn new(counted: bool) -> Self {
        Self { counted, position: Position::START, streams: HashMap::new(), findings: Vec::new() }
    }

    fn find(&mut self, finding: LogFinding) {
        if self.findings.len() < TOLD {
            self.findings.push(finding);
        }
    }

    fn at(&mut self, position: Position) {
        let expected = Position(self.position.0 + 1);
        if self.counted && position != expected {
            self.find(LogFinding::Gap { position, expected });
        }
        self.position = position;
    }

    fn take(&mut self, place: EventPlace) {
        let expected = self.streams.get(&place.stream).copied().unwrap_or(0);
        self.streams.insert(place.stream.clone(), expected + 1);
        if place.revision != expected {
            self.find(LogFinding::OutOfLine { place, expected });
        }
    }
}

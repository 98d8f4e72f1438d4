//! How fast a log in a file is verified against what was kept of it: `cargo bench -p tamper-evidence -- EVENTS`.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use event_log::sqlite::{Options, SqliteLog};
use event_log::{EventLog, Expected, LogUrl, Proposed, StreamName};
use tamper_evidence::{LogEvidence, Notary, create_key, verify};
use transparency::{KeyKind, Verifiers};
use uuid::Uuid;

/// An event of this size is usual: its envelope, and a sealed box.
const METADATA: usize = 350;
const DATA: usize = 300;
const TOGETHER: usize = 50;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let events = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(100_000_usize);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("log.db");
    let log: Arc<dyn EventLog> = Arc::new(SqliteLog::open(&file, &Options::default())?);
    for first in (0..events).step_by(TOGETHER) {
        let stream = StreamName::new(format!("person-{}", first % 9_973));
        let event = |n: usize| Proposed {
            id: Uuid::from_u128(n as u128 + 1),
            kind: "note_added".to_owned(),
            data: vec![7; DATA],
            metadata: vec![b' '; METADATA],
        };
        log.append(&stream, Expected::Any, (first..first + TOGETHER).map(event).collect()).await?;
    }
    let signer = create_key(&folder.path().join("key"), "example.org/baken", KeyKind::Log)?;
    let verifiers = Verifiers::new(signer.public().clone(), Vec::new()).ok_or("a log's key")?;
    let kept = folder.path().join("kept");
    let notary = Notary::of_events(log.clone(), |_| true, Arc::new(signer), Some(&kept))?;
    let began = Instant::now();
    let size = notary.keep().await?;
    tell("a node reads the log and keeps a checkpoint", size, began);
    drop((notary, log));

    let began = Instant::now();
    let evidence = LogEvidence::read(&[kept], &verifiers)?;
    tell("what was kept is read and holds together", size, began);
    let began = Instant::now();
    let report = verify(&LogUrl::Sqlite(file), |_| true, evidence).await?;
    tell("the log is verified", report.size, began);
    if report.findings.is_empty() { Ok(()) } else { Err(format!("{:?}", report.findings).into()) }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn tell(what: &str, events: u64, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    println!("{what}: {events} events in {seconds:.2} s, {:.0} a second", events as f64 / seconds);
}

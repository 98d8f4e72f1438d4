//! How fast the embedded log appends, held against what the disk allows: a plain file to which the same bytes are
//! written, flushed as often as a log must at least.
//!
//! Each client appends one event after another, each to a stream of its own choosing at the revision that it expects,
//! and waits for every answer, as requests do. The plain file is measured twice: with a flush for each append, and with
//! one for as many appends as there are clients, which is the best that a group commit could do. Log and file take
//! turns, five times; the figures are medians.
//!
//! `cargo bench -p baken --bench log_bench`, with the directory to measure in `BAKEN_BENCH_DIR`.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use baken::event_log::sqlite::{Options, SqliteLog};
use baken::event_log::{EventLog, Expected, Proposed, StreamName};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use uuid::Uuid;

type Anyhow<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 5;
/// Clients, and the appends of all of them together in one round.
const LOADS: [(usize, usize); 3] = [(1, 4_000), (16, 24_000), (64, 64_000)];
/// Streams of each client.
const STREAMS: usize = 40;
/// A sealed event of ordinary size.
const DATA: usize = 480;
const METADATA: usize = 240;
const KIND: &str = "signal_received";

/// Event ids as version 7 has them, 64 of them in a millisecond.
fn next_id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut scattered = [0; 10];
    scattered[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(1_750_000_000_000 + n / 64, &scattered).into_uuid()
}

async fn client(log: Arc<SqliteLog>, appends: usize) -> Anyhow<()> {
    let mut streams: Vec<(StreamName, Expected)> =
        (0..STREAMS).map(|_| (StreamName::new(format!("person-{}", next_id())), Expected::NoStream)).collect();
    for n in 0..appends {
        let (stream, expected) = &mut streams[n * 7 % STREAMS];
        let event =
            Proposed { id: next_id(), kind: KIND.to_owned(), data: vec![0xA5; DATA], metadata: vec![0x5A; METADATA] };
        let answer = log.append(stream, *expected, vec![event]).await?;
        *expected = Expected::Revision(answer.revision);
    }
    Ok(())
}

/// Appends a second, by so many clients.
fn log_rate(runtime: &Runtime, log: &Arc<SqliteLog>, clients: usize, appends: usize) -> Anyhow<f64> {
    let began = Instant::now();
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for _ in 0..clients {
            tasks.spawn(client(Arc::clone(log), appends / clients));
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Anyhow::Ok(())
    })?;
    Ok(rate(appends, began))
}

/// Appends a second of the same bytes to a plain file, so many with one flush.
fn file_rate(path: &Path, together: usize, appends: usize) -> Anyhow<f64> {
    let mut file = File::create(path)?;
    let bytes = vec![0xA5; (16 + KIND.len() + DATA + METADATA) * together];
    let began = Instant::now();
    for _ in 0..appends / together {
        file.write_all(&bytes)?;
        file.sync_data()?;
    }
    let measured = rate(appends, began);
    std::fs::remove_file(path)?;
    Ok(measured)
}

#[expect(clippy::cast_precision_loss, reason = "counts of appends are far below 2^52")]
fn rate(appends: usize, began: Instant) -> f64 {
    appends as f64 / began.elapsed().as_secs_f64()
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() -> Anyhow<()> {
    let directory = std::env::var_os("BAKEN_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = directory.join(format!("baken-log-bench-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let outcome = measure(&directory);
    std::fs::remove_dir_all(&directory)?;
    outcome
}

fn measure(directory: &Path) -> Anyhow<()> {
    let runtime = Runtime::new()?;
    let log = Arc::new(SqliteLog::open(&directory.join("log.db"), &Options::default())?);
    let file = directory.join("plain");
    println!("appends per second of one event with {DATA} + {METADATA} bytes, medians of {ROUNDS}");
    println!("clients      log   file, a flush each    file, one flush for all");
    let mut alone = None;
    for (clients, appends) in LOADS {
        let (mut logs, mut each, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            logs.push(log_rate(&runtime, &log, clients, appends)?);
            each.push(file_rate(&file, 1, appends.min(4_000))?);
            all.push(file_rate(&file, clients, appends)?);
        }
        let (log, each, all) = (median(logs), median(each), median(all));
        let alone = *alone.get_or_insert(log);
        println!(
            "{clients:>7} {log:>8.0} {each:>8.0} (log × {:.2}) {all:>9.0} (log × {:.2})   {:.1} × one client",
            log / each,
            log / all,
            log / alone
        );
    }
    Ok(())
}

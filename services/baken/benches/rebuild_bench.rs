//! How fast the read models are rebuilt from the log, held against a bare scan that reads and opens the same events and
//! does nothing with them; and how much memory the read models take for each person.
//!
//! The log is simulated by a process of its own, so that the memory of this one is that of the read models. Scan and
//! rebuild take turns, five times; the figures are medians. `cargo bench --bench rebuild_bench -- --persons 100000`
//! prints a table in Markdown.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use baken::app::Decoder;
use baken::demo;
use baken::event_log::sqlite::{Options, SqliteLog};
use baken::event_log::{Filter, Position};
use baken::sealing::{FileKek, KeyRing, Sealer, SqliteKeyStore};
use baken::simulate::{self, Simulation};
use baken::sources::{Clock, RandomIds, SystemClock};
use baken::startup::{Parts, Service};

type Failure = Box<dyn Error + Send + Sync>;

/// Events read at a time, as the rebuild does.
const PAGE: usize = 2_000;

fn asked(name: &str) -> Option<String> {
    let arguments: Vec<String> = std::env::args().collect();
    arguments.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1].clone())
}

fn parts(folder: &Path) -> Result<Parts, Failure> {
    let log = Arc::new(SqliteLog::open(&folder.join("log.db"), &Options::default())?);
    let keys = Arc::new(SqliteKeyStore::open(folder.join("keys.db"))?);
    let kek = Arc::new(FileKek::open_or_create(folder.join("kek"))?);
    let settings = demo::settings()?;
    Ok(Parts { log, keys, kek, settings, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) })
}

async fn fill(folder: &Path, persons: u64) -> Result<(), Failure> {
    let service = Service::start(parts(folder)?).await?;
    demo::load(&service.baken, SystemClock.now()).await?;
    let simulation = Simulation::new(persons, 1);
    let progress = simulate::progress(&simulation);
    println!("{}", simulate::run(&*service.baken, &demo::directory()?, &simulation, &progress).await?);
    service.stop().await;
    Ok(())
}

/// Reads and opens every event: how many there are.
async fn scan(parts: Parts) -> Result<u64, Failure> {
    let ring = Arc::new(KeyRing::open(parts.keys, parts.kek, KeyRing::CAPACITY).await?);
    ring.settle().await?;
    let decoder = Decoder::new(Arc::new(Sealer::new(ring.clone())));
    let preloaded = ring.preload_all().await?;
    let (mut after, mut events) = (Position::START, 0);
    loop {
        let page = parts.log.read_all(after, &Filter::All, PAGE).await?;
        for event in &page.events {
            black_box(decoder.decode(event).await?);
            events += 1;
        }
        after = page.next;
        if page.at_head {
            drop(preloaded);
            return Ok(events);
        }
    }
}

/// Memory that the process holds, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse().ok());
    kilobytes.unwrap_or(0_u64) * 1024
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::main]
#[expect(clippy::cast_precision_loss, reason = "counts of events and bytes are far below 2^52")]
async fn main() -> Result<(), Failure> {
    let persons = asked("--persons").map_or(Ok(100_000), |number| number.parse())?;
    if let Some(folder) = asked("--fill") {
        return fill(Path::new(&folder), persons).await;
    }
    let rounds: usize = asked("--rounds").map_or(Ok(5), |number| number.parse())?;
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let filling = Command::new(std::env::current_exe()?)
        .arg("--fill")
        .arg(folder)
        .args(["--persons", &persons.to_string()])
        .status()?;
    if !filling.success() {
        return Err("the log could not be simulated".into());
    }
    let (mut scans, mut rebuilds, mut held, mut events) = (Vec::new(), Vec::new(), None, 0);
    for _ in 0..rounds.max(1) {
        let before = resident();
        let began = Instant::now();
        let service = Service::start(parts(folder)?).await?;
        rebuilds.push(began.elapsed().as_secs_f64());
        // Only the first time is the memory not one that was used before.
        held.get_or_insert_with(|| resident().saturating_sub(before));
        service.stop().await;
        let began = Instant::now();
        events = scan(parts(folder)?).await?;
        scans.push(began.elapsed().as_secs_f64());
    }
    println!("\n| what | seconds | events per second |\n|---|---|---|");
    let (scan, rebuild) = (median(&mut scans), median(&mut rebuilds));
    println!("| bare scan: read and open every event | {scan:.3} | {:.0} |", events as f64 / scan);
    println!("| rebuild of all read models | {rebuild:.3} | {:.0} |", events as f64 / rebuild);
    println!("\nevents: {events}");
    println!("memory per person, bytes: {:.0}", held.unwrap_or(0) as f64 / persons as f64);
    Ok(())
}

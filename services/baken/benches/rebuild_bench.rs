//! How fast the read models are rebuilt from the log, held against a bare scan that reads and opens the same events, on
//! as many cores, and does nothing with them; and how much memory the read models take for each person.
//!
//! All take turns, five times; the figures are medians. `cargo bench --bench rebuild_bench -- --persons
//! 100000` prints a table in Markdown.

#[path = "common/mod.rs"]
mod common;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use baken::event_log::Position;
use baken::history::{DecodeError, Decoder};
use baken::sealing::{KeyRing, Sealer};
use baken::startup::{Parts, Service};
use tokio::task::JoinSet;

use common::{City, Failure, median, number, resident};

/// Events read at a time, and opened at a time on a core, as the rebuild does.
const PAGE: usize = 2_000;
const CHUNK: usize = 500;

/// Reads and opens every event: how many there are.
async fn scan(parts: Parts) -> Result<usize, Failure> {
    let ring = Arc::new(KeyRing::open(parts.keys, parts.kek, KeyRing::CAPACITY).await?);
    ring.settle().await?;
    let decoder = Decoder::new(Arc::new(Sealer::new(ring.clone())));
    let preloaded = ring.preload_all().await?;
    let (mut after, mut events) = (Position::START, 0);
    loop {
        let page = parts.log.read_all(after, PAGE).await?;
        events += page.events.len();
        let mut opening = JoinSet::new();
        for chunk in page.events.chunks(CHUNK) {
            let (decoder, chunk) = (decoder.clone(), chunk.to_vec());
            opening.spawn(async move {
                for event in &chunk {
                    black_box(decoder.decode(event).await?);
                }
                Ok::<_, DecodeError>(())
            });
        }
        while let Some(opened) = opening.join_next().await {
            opened??;
        }
        after = page.next;
        if page.at_head {
            drop(preloaded);
            return Ok(events);
        }
    }
}

#[tokio::main]
#[expect(clippy::cast_precision_loss, reason = "counts of events and bytes are far below 2^52")]
async fn main() -> Result<(), Failure> {
    let rounds: usize = number("--rounds", 5)?;
    let Some(city) = City::asked().await? else { return Ok(()) };
    let parts = || city.parts(|log| Arc::new(log));
    let (mut scans, mut rebuilds, mut held, mut events) = (Vec::new(), Vec::new(), None, 0);
    for _ in 0..rounds.max(1) {
        let before = resident();
        let began = Instant::now();
        let service = Service::start(parts()?).await?;
        rebuilds.push(began.elapsed().as_secs_f64());
        // Only the first time is the memory not one that was used before.
        held.get_or_insert_with(|| resident().saturating_sub(before) as f64 / service.baken.cases() as f64);
        service.stop().await;
        let began = Instant::now();
        events = scan(parts()?).await?;
        scans.push(began.elapsed().as_secs_f64());
    }
    println!("\n| what | seconds | events per second |\n|---|---|---|");
    let (scan, rebuild) = (median(&scans), median(&rebuilds));
    println!("| bare scan: read and open every event | {scan:.3} | {:.0} |", events as f64 / scan);
    println!("| rebuild of all read models | {rebuild:.3} | {:.0} |", events as f64 / rebuild);
    println!("\nevents: {events}");
    println!("memory per person, bytes: {:.0}", held.unwrap_or(f64::NAN));
    Ok(())
}

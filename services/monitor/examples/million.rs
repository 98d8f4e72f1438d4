//! Counts a million paths of some fifteen facts each and freezes their year, and says how long it took and how much memory it
//! used. Fewer paths have more small cells, which take longer to protect.
//!
//! `cargo run --release -p monitor --example million [PATHS]`

#[path = "facts/mod.rs"]
mod facts;

use std::time::Instant;

use facts::Random;
use monitor::facts::Facts;
use monitor::indicators::{self, TOGETHER};
use monitor::period::Period;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

fn main() {
    let paths = std::env::args().nth(1).and_then(|number| number.parse().ok()).unwrap_or(1_000_000);
    let mut random = Random(ChaCha8Rng::seed_from_u64(21));
    let facts = Facts { paths: (0..paths).map(|_| random.path()).collect(), ..Facts::default() };
    println!("{paths} paths, {} MiB of facts", resident("VmRSS"));
    let Some(year) = Period::year(2026) else { return };
    let begin = Instant::now();
    let census = indicators::count(&facts, year, year.day_after());
    let taken = begin.elapsed();
    let persons = census.tally("unique_persons").map(|tally| tally.total(indicators::YEAR, TOGETHER).units);
    println!("{persons:?} unique persons, counted in {taken:.1?}; peak {} MiB", resident("VmHWM"));
    let begin = Instant::now();
    let frozen = monitor::freeze(&facts, year, year.day_after(), &[]);
    let tables = frozen
        .map(|made| made.everybody.tables.len() + made.cities.iter().map(|each| each.tables.len()).sum::<usize>());
    let tables = tables.unwrap_or_default();
    println!("{tables} tables frozen in {:.1?}; peak {} MiB", begin.elapsed(), resident("VmHWM"));
}

/// Memory of the process in MiB, as Linux tells it; 0 elsewhere.
fn resident(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

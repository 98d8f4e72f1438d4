//! One round of one measurement, and what is said of all its rounds.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use baken::sources::{IdSource, RandomIds};

use super::client::Client;
use super::common::{Failure, median};

/// Clients that write.
pub const WRITERS: usize = 64;

/// What was measured, in all rounds.
pub struct Measured {
    pub name: &'static str,
    medians: Vec<f64>,
    pub p99s: Vec<f64>,
    pub rates: Vec<f64>,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.medians.is_empty() {
            return write!(f, "| {} | | | {:.0} |", self.name, median(&self.rates));
        }
        let (middle, p99, rate) = (median(&self.medians), median(&self.p99s), median(&self.rates));
        write!(f, "| {} | {middle:.2} | {p99:.2} | {rate:.0} |", self.name)
    }
}

fn entry<'a>(all: &'a mut Vec<Measured>, name: &'static str) -> &'a mut Measured {
    let index = all.iter().position(|each| each.name == name).unwrap_or_else(|| {
        all.push(Measured { name, medians: vec![], p99s: vec![], rates: vec![] });
        all.len() - 1
    });
    &mut all[index]
}

/// Notes a rate that has no latencies.
pub fn note(all: &mut Vec<Measured>, name: &'static str, rate: f64) {
    entry(all, name).rates.push(rate);
}

type Call = (&'static str, String, Option<String>);

/// Clients that ask again as soon as they are answered.
pub async fn read(
    all: &mut Vec<Measured>,
    name: &'static str,
    address: SocketAddr,
    token: &str,
    time: Duration,
    clients: usize,
    call: impl Fn(usize) -> Call,
) -> Result<(), Failure> {
    let calls: Vec<Call> = (0..2_000).map(call).collect();
    run(all, name, address, token, time, clients, Arc::new(calls), 200).await
}

/// Clients that write again as soon as they are answered, each time with another idempotency key.
pub async fn write(
    all: &mut Vec<Measured>,
    name: &'static str,
    address: SocketAddr,
    token: &str,
    time: Duration,
    paths: usize,
    path: impl Fn(usize) -> String,
) -> Result<(), Failure> {
    let body = serde_json::json!({
        "location_type": "night_shelter_eu",
        "urgency": "soon",
        "circumstances": "Sleeps in the park since the autumn; lost his papers on the way.",
        "care_needs": "Walks badly, needs a lower bed.",
        "problems": ["uninsured", "untreated_physical"],
    });
    let calls: Vec<Call> = (0..paths).map(|n| ("POST", path(n), Some(body.to_string()))).collect();
    run(all, name, address, token, time, WRITERS, Arc::new(calls), 201).await
}

#[allow(clippy::too_many_arguments)] // one round is just so many things
async fn run(
    all: &mut Vec<Measured>,
    name: &'static str,
    address: SocketAddr,
    token: &str,
    time: Duration,
    clients: usize,
    calls: Arc<Vec<Call>>,
    expected: u16,
) -> Result<(), Failure> {
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut running = Vec::new();
    for _ in 0..clients {
        let (calls, next) = (Arc::clone(&calls), Arc::clone(&next));
        let mut client = Client::to(address, token);
        running.push(tokio::spawn(async move {
            let mut took = Vec::new();
            while began.elapsed() < time {
                let (method, path, body) = &calls[next.fetch_add(1, Ordering::Relaxed) % calls.len()];
                let key = (expected == 201).then(|| RandomIds.uuid_v7().to_string());
                let asked = Instant::now();
                let answer = client.send(method, path, body.as_deref(), key.as_deref()).await?;
                if answer.status != expected {
                    return Err::<_, Failure>(format!("{path} answered {}", answer.status).into());
                }
                took.push(asked.elapsed().as_secs_f64() * 1_000.0);
            }
            Ok(took)
        }));
    }
    let mut took = Vec::new();
    for client in running {
        took.extend(client.await??);
    }
    add(all, name, took, began.elapsed());
    Ok(())
}

/// Adds what each took in one round, in milliseconds.
pub fn add(all: &mut Vec<Measured>, name: &'static str, mut took: Vec<f64>, elapsed: Duration) {
    took.sort_by(f64::total_cmp);
    let entry = entry(all, name);
    entry.medians.push(took.get(took.len() / 2).copied().unwrap_or(f64::NAN));
    entry.p99s.push(took.get(took.len() * 99 / 100).copied().unwrap_or(f64::NAN));
    #[allow(clippy::cast_precision_loss)] // counts are far below 2^52
    entry.rates.push(took.len() as f64 / elapsed.as_secs_f64());
}

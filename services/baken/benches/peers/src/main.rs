//! Durable appends, side by side: the disk's own limit, Baken's engines, and its peers. One run measures all of them in
//! turn, round by round, so that what the machine does meanwhile meets all of them; every round begins with another
//! one. `../run.sh` starts what it needs and says where it is.
//!
//! `baken-peers umadb ARGUMENTS` is UmaDB's server as its own crate starts it.

mod adapters;
mod child;
mod contenders;
mod load;
mod postgres;
mod raw;
mod uma;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Runtime;

use contenders::Entry;
use load::{Failure, Round};

/// What is asked for on the command line.
struct Asked {
    folder: PathBuf,
    /// A server's connection string without its database: it has the databases `baken`, `plain`, `message_store` and
    /// `cqrs`.
    postgres: String,
    umadb: String,
    cqrs: String,
    clients: Vec<usize>,
    rounds: usize,
    seconds: f64,
    connections: usize,
    only: Vec<String>,
    out: PathBuf,
}

impl Asked {
    fn read() -> Result<Self, Failure> {
        let mut asked = Self {
            folder: PathBuf::new(),
            postgres: String::new(),
            umadb: String::new(),
            cqrs: String::new(),
            clients: vec![1, 16, 64, 256],
            rounds: 5,
            seconds: 3.0,
            connections: 64,
            only: Vec::new(),
            out: PathBuf::from("log.json"),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--folder" => asked.folder = value.into(),
                "--postgres" => asked.postgres = value,
                "--umadb" => asked.umadb = value,
                "--cqrs" => asked.cqrs = value,
                "--clients" => asked.clients = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "--rounds" => asked.rounds = value.parse()?,
                "--seconds" => asked.seconds = value.parse()?,
                "--connections" => asked.connections = value.parse()?,
                "--only" => asked.only = value.split(',').map(str::to_owned).collect(),
                "--out" => asked.out = value.into(),
                other => return Err(format!("what is {other}?").into()),
            }
        }
        Ok(asked)
    }
}

/// What one contender gave with so many clients.
struct Measured {
    contender: &'static str,
    clients: usize,
    rounds: Vec<Round>,
}

impl Measured {
    fn json(&self) -> Value {
        let each = |figure: fn(&Round) -> f64| self.rounds.iter().map(figure).collect::<Vec<_>>();
        json!({
            "contender": self.contender,
            "clients": self.clients,
            "per_second": each(|round| round.per_second),
            "median_ms": each(|round| round.median_ms),
            "p99_ms": each(|round| round.p99_ms),
        })
    }

    fn line(&self) -> String {
        let mut rates: Vec<f64> = self.rounds.iter().map(|round| round.per_second).collect();
        rates.sort_by(f64::total_cmp);
        let (low, middle, high) = (rates[0], rates[rates.len() / 2], rates[rates.len() - 1]);
        format!("{:>4} clients  {:<14} {middle:>9.0}/s  ({low:.0} to {high:.0})", self.clients, self.contender)
    }
}

fn measure(runtime: &Runtime, asked: &Asked, entries: &mut [Entry]) -> Result<Vec<Measured>, Failure> {
    let time = Duration::from_secs_f64(asked.seconds);
    let mut all = Vec::new();
    for &clients in &asked.clients {
        let mut measured: Vec<Measured> =
            entries.iter().map(|entry| Measured { contender: entry.name, clients, rounds: Vec::new() }).collect();
        // Connections are opened and caches filled before anything counts.
        for entry in &mut *entries {
            entry.round(runtime, clients, time.min(Duration::from_secs(1)))?;
        }
        for round in 0..asked.rounds {
            for turn in 0..entries.len() {
                let turn = (turn + round) % entries.len();
                settle(asked)?;
                measured[turn].rounds.push(entries[turn].round(runtime, clients, time)?);
            }
        }
        measured.iter().for_each(|each| println!("{}", each.line()));
        all.extend(measured);
    }
    Ok(all)
}

/// What one contender has left to be written back must not burden the next.
fn settle(asked: &Asked) -> Result<(), Failure> {
    std::process::Command::new("sync").arg("-f").arg(&asked.folder).status()?;
    std::thread::sleep(Duration::from_millis(100));
    Ok(())
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "umadb") {
        let options = umadb::parse_cli_options(&arguments[1..]).map_err(|why| why.to_string())?;
        return umadb::start_server_with_cli_options(options).map_err(|why| why.to_string().into());
    }
    let asked = Asked::read()?;
    let runtime = Runtime::new()?;
    let flushes = raw::flush_times(&asked.folder.join("flushes"))?;
    let mut entries = runtime.block_on(contenders::open(&asked))?;
    let server = runtime.block_on(contenders::settings(&asked))?;
    let measured = measure(&runtime, &asked, &mut entries)?;
    let report = json!({
        "data_bytes": load::DATA,
        "metadata_bytes": load::METADATA,
        "streams_open": load::OPEN,
        "events_a_stream": load::EVENTS,
        "rounds": asked.rounds,
        "seconds": asked.seconds,
        "connections": asked.connections,
        "flush_ms": { "appending": flushes.0, "overwriting": flushes.1 },
        "postgres": server,
        "results": measured.iter().map(Measured::json).collect::<Vec<_>>(),
    });
    std::fs::write(&asked.out, serde_json::to_string_pretty(&report)? + "\n")?;
    Ok(())
}

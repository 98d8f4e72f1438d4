//! How long after a write was acknowledged its readers have been told: those of server-sent events, and those of a
//! subscription to the person. `cargo bench --bench stream_bench -- --readers 1000` prints a table in Markdown.
//!
//! Service, readers and writer run in one process on loopback and share its cores; the readers' own work is part of
//! what is measured.

#[path = "http_bench/client.rs"]
#[expect(dead_code, reason = "the other benchmark asks it for more")]
mod client;
#[path = "stream_bench/readers.rs"]
mod readers;

use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use baken::access_log::SqliteAccessLog;
use baken::app::Reading;
use baken::demo;
use baken::dev_issuer::DevIssuer;
use baken::edge::Limits;
use baken::event_log::Position;
use baken::event_log::sqlite::{Options, SqliteLog};
use baken::sealing::{FileKek, SqliteKeyStore};
use baken::sources::{IdSource, RandomIds, SystemClock};
use baken::startup::{EdgeParts, Listening, Parts, Service, listen};

use client::Client;
use readers::{Board, Reader, Told};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const ROUNDS: usize = 5;

struct Asked {
    readers: usize,
    sockets: usize,
    per_second: u32,
    seconds: u32,
}

fn asked() -> Asked {
    let mut asked = Asked { readers: 1_000, sockets: 100, per_second: 20, seconds: 5 };
    let arguments: Vec<String> = std::env::args().collect();
    for pair in arguments.windows(2) {
        match pair[0].as_str() {
            "--readers" => asked.readers = pair[1].parse().unwrap_or(asked.readers),
            "--sockets" => asked.sockets = pair[1].parse().unwrap_or(asked.sockets),
            "--per-second" => asked.per_second = pair[1].parse().unwrap_or(asked.per_second),
            "--seconds" => asked.seconds = pair[1].parse().unwrap_or(asked.seconds),
            _ => {}
        }
    }
    asked
}

/// What one round gave, in milliseconds, sorted.
struct Round {
    told: Told,
    answers: Vec<f64>,
}

fn at(sorted: &[f64], share: usize) -> f64 {
    sorted.get((sorted.len() * share / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// The middle of what the rounds gave.
fn middle(rounds: &[Round], of: impl Fn(&Round) -> f64) -> f64 {
    let mut each: Vec<f64> = rounds.iter().map(of).collect();
    each.sort_by(f64::total_cmp);
    at(&each, 50)
}

/// Writes at an even pace for a while, then waits until everybody has been told.
async fn round(asked: &Asked, board: &Board, writer: &mut Client, path: &str) -> Result<Round, Failure> {
    let body = r#"{"summary": "met at the square"}"#;
    let mut answers = Vec::new();
    let mut next = Instant::now();
    for _ in 0..asked.per_second * asked.seconds {
        tokio::time::sleep_until(next.into()).await;
        next += Duration::from_secs(1) / asked.per_second;
        let key = RandomIds.uuid_v7().to_string();
        let sent = Instant::now();
        let answer = writer.send("POST", path, Some(body), Some(&key)).await?;
        let acknowledged = Instant::now();
        let receipt: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let position = receipt["position"].as_u64().ok_or("the write was not taken")?;
        board.written(position, sent, acknowledged);
        answers.push(acknowledged.duration_since(sent).as_secs_f64() * 1_000.0);
    }
    let told = board.settled(answers.len(), asked.readers, asked.sockets).await?;
    answers.sort_by(f64::total_cmp);
    Ok(Round { told, answers })
}

async fn serve(folder: &std::path::Path) -> Result<(Service, Listening, DevIssuer), Failure> {
    let log = Arc::new(SqliteLog::open(&folder.join("log.db"), &Options::default())?);
    let keys = Arc::new(SqliteKeyStore::open(folder.join("keys.db"))?);
    let kek = Arc::new(FileKek::open_or_create(folder.join("kek"))?);
    let settings = demo::settings()?;
    let access = Arc::new(SqliteAccessLog::open(&folder.join("access.db"))?);
    let parts = Parts { log, access, keys, kek, settings, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) };
    let service = Service::start(parts).await?;
    let issuer = DevIssuer::open_or_create(folder)?;
    let edge = EdgeParts {
        issuers: vec![issuer.issuer_config()?],
        limits: Limits::unlimited(),
        introspection: true,
        ..EdgeParts::default()
    };
    let listening = listen(&service, SocketAddr::from(([127, 0, 0, 1], 0)), edge)?;
    Ok((service, listening, issuer))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let asked = asked();
    let folder = tempfile::tempdir()?;
    let (service, listening, issuer) = serve(folder.path()).await?;
    let address = listening.address;
    tokio::spawn(listening.server);
    let token = |user: &str| -> Result<String, Failure> {
        let users = demo::users()?;
        let user = users.into_iter().find(|each| each.principal.user.as_str() == user).ok_or("no such user")?;
        Ok(issuer.token_for(&user.principal, &SystemClock, &RandomIds)?)
    };
    let mut writer = Client::to(address, &token("outreach-rotterdam")?);
    let signal = r#"{"channel": "outreach_round", "municipality": "rotterdam"}"#;
    let opened = writer.send("POST", "/v1/signals", Some(signal), Some("the-person")).await?;
    let opened: serde_json::Value = serde_json::from_slice(&opened.body)?;
    let person = opened["person_id"].as_str().ok_or("no person was opened")?;
    let path = format!("/v1/persons/{person}/contacts");

    let board = Board::new();
    let unheard = Asked { readers: 0, sockets: 0, ..asked };
    let alone = [round(&unheard, &board, &mut writer, &path).await?];
    // Half of them are the coordinator of Rotterdam, half the outreach worker who writes: two scopes.
    let tokens = [token("coordinator-rotterdam")?, token("outreach-rotterdam")?];
    for index in 0..asked.readers {
        Reader::events(address, &tokens[index % tokens.len()]).await?.read(board.clone());
    }
    for _ in 0..asked.sockets {
        Reader::subscription(address, &tokens[0], person).await?.read(board.clone());
    }
    // Subscriptions are not answered until something happens: they have begun by then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    println!(
        "{} readers of events, {} of subscriptions, {} writes a second",
        asked.readers, asked.sockets, asked.per_second
    );

    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(round(&asked, &board, &mut writer, &path).await?);
    }
    println!("\n| what | median ms | p99 ms |\n|---|---|---|");
    let line = |what: &str, rounds: &[Round], of: fn(&Round) -> &[f64]| {
        let (half, most) = (middle(rounds, |round| at(of(round), 50)), middle(rounds, |round| at(of(round), 99)));
        println!("| {what} | {half:.2} | {most:.2} |");
    };
    line("write acknowledged, nobody listening", &alone, |round| &round.answers);
    line("write acknowledged, all listening", &rounds, |round| &round.answers);
    line("from sending the write to an event delivered", &rounds, |round| &round.told.events_since_sent);
    line("from its acknowledgement to an event delivered", &rounds, |round| &round.told.events);
    line("from its acknowledgement to a subscription's message", &rounds, |round| &round.told.sockets);
    println!("\nlooking at one event for one reader, through the policy: {:.2} µs", policy(&service)?);
    Ok(())
}

/// What it costs to look for one reader at one event, in microseconds: the part of each delivery that readers of the
/// same scope could share.
fn policy(service: &Service) -> Result<f64, Failure> {
    const TIMES: u32 = 100_000;
    let users = demo::users()?;
    let reader = users.iter().find(|each| each.principal.user.as_str() == "coordinator-rotterdam");
    let reading = Reading::from(&reader.ok_or("no such user")?.principal);
    let before = Position(service.baken.position().0 - 1);
    let began = Instant::now();
    for _ in 0..TIMES {
        let notices = black_box(service.baken.notices(black_box(&reading), before, |_, _| true));
        if notices.items.len() != 1 {
            return Err("the last event was not the reader's".into());
        }
    }
    Ok(began.elapsed().as_secs_f64() * 1_000_000.0 / f64::from(TIMES))
}

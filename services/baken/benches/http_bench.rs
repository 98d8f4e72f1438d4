//! What the service answers over HTTP, against what the machine gives: a bare actix endpoint, and raw appends with a
//! flush. `cargo bench --bench http_bench -- --persons 100000` prints a table in Markdown.
//!
//! Everything runs in one process on loopback, so the load's own work takes from the same cores: the ratios count.

#[path = "http_bench/client.rs"]
mod client;
#[path = "http_bench/postgres.rs"]
mod postgres;
#[path = "http_bench/rounds.rs"]
mod rounds;

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use baken::demo;
use baken::dev_issuer::DevIssuer;
use baken::edge::Limits;
use baken::event_log::sqlite::{Options, SqliteLog};
use baken::sealing::{FileKek, SqliteKeyStore};
use baken::simulate::{self, Simulation};
use baken::sources::{Clock, RandomIds, SystemClock};
use baken::startup::{EdgeParts, Parts, Service, listen};

use client::Client;
use rounds::{Measured, median, read, write};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const ROUNDS: usize = 5;
const READERS: usize = 4;
const WRITERS: usize = 64;

struct Asked {
    persons: u64,
    seconds: f64,
    rounds: usize,
    /// A database, for the peer that keeps the same answers in PostgreSQL.
    postgres: Option<String>,
}

fn asked() -> Asked {
    let mut asked = Asked { persons: 100_000, seconds: 2.0, rounds: ROUNDS, postgres: None };
    let arguments: Vec<String> = std::env::args().collect();
    for pair in arguments.windows(2) {
        match pair[0].as_str() {
            "--persons" => asked.persons = pair[1].parse().unwrap_or(asked.persons),
            "--seconds" => asked.seconds = pair[1].parse().unwrap_or(asked.seconds),
            "--rounds" => asked.rounds = pair[1].parse().unwrap_or(asked.rounds),
            "--postgres" => asked.postgres = Some(pair[1].clone()),
            _ => {}
        }
    }
    asked
}

async fn open(folder: &Path) -> Result<Service, Failure> {
    let log = Arc::new(SqliteLog::open(&folder.join("log.db"), &Options::default())?);
    let keys = Arc::new(SqliteKeyStore::open(folder.join("keys.db"))?);
    let kek = Arc::new(FileKek::open_or_create(folder.join("kek"))?);
    let settings = demo::settings()?;
    let parts = Parts { log, keys, kek, settings, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) };
    Ok(Service::start(parts).await?)
}

/// Memory that the process holds, in MiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse().ok());
    kilobytes.unwrap_or(0_u64) / 1024
}

/// Appends of so many bytes with a flush each, one after another: per second.
fn raw_appends(folder: &Path, bytes: usize, seconds: f64) -> Result<f64, Failure> {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(folder.join("raw"))?;
    let block = vec![7_u8; bytes];
    let (began, mut count) = (Instant::now(), 0_u32);
    while began.elapsed().as_secs_f64() < seconds {
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// An endpoint that does nothing but HTTP and JSON.
fn bare(json: String) -> Result<SocketAddr, Failure> {
    let json = web::Data::new(json);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(json.clone())
            .route(
                "/read",
                web::get().to(|json: web::Data<String>| async move {
                    HttpResponse::Ok().content_type("application/json").body(json.get_ref().clone())
                }),
            )
            .route(
                "/write",
                web::post()
                    .to(|body: web::Json<serde_json::Value>| async move { HttpResponse::Created().json(body.0) }),
            )
    })
    .bind(("127.0.0.1", 0))?;
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    Ok(address)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let asked = asked();
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    {
        let service = open(folder).await?;
        demo::load(&service.baken, SystemClock.now()).await?;
        let simulation = Simulation::new(asked.persons, 1);
        let progress = simulate::progress(&simulation);
        println!("{}", simulate::run(&*service.baken, &demo::directory()?, &simulation, &progress).await?);
        service.stop().await;
    }
    let (before, began) = (resident(), Instant::now());
    let service = open(folder).await?;
    let started = began.elapsed();
    println!("start-up {:.2} s, {} cases, {} MiB resident", started.as_secs_f64(), service.baken.cases(), resident());
    println!("({before} MiB before the read models were rebuilt)");

    let issuer = DevIssuer::open_or_create(folder)?;
    let parts = EdgeParts {
        issuers: vec![issuer.issuer_config()?],
        limits: Limits::unlimited(),
        introspection: true,
        operator_token: None,
    };
    let listening = listen(&service, SocketAddr::from(([127, 0, 0, 1], 0)), parts)?;
    let address = listening.address;
    tokio::spawn(listening.server);
    let token = |user: &str| -> Result<String, Failure> {
        let users = demo::users()?;
        let user = users.into_iter().find(|each| each.principal.user.as_str() == user).ok_or("no such user")?;
        Ok(issuer.token_for(&user.principal, &SystemClock, &RandomIds)?)
    };
    let coordinator = token("coordinator-rotterdam")?;
    let shelter = token("night-shelter-rotterdam")?;
    let persons = Client::to(address, &coordinator).persons(2_000).await?;
    let known = Client::to(address, &shelter).opened(2_000).await?;
    let sample = Client::to(address, &coordinator).get(&format!("/v1/persons/{}", persons[0])).await?;
    let bare = bare(String::from_utf8(sample.body)?)?;

    let peer = postgres::serve(asked.postgres.as_deref(), &service.baken).await?;

    let mut measured: Vec<Measured> = Vec::new();
    for _ in 0..asked.rounds {
        let time = Duration::from_secs_f64(asked.seconds);
        read(&mut measured, "bare actix endpoint, the same JSON", bare, "", time, READERS, |_| {
            ("GET", "/read".to_owned(), None)
        })
        .await?;
        read(&mut measured, "case file", address, &coordinator, time, READERS, |n| {
            ("GET", format!("/v1/persons/{}", persons[n % persons.len()]), None)
        })
        .await?;
        postgres::measure(&mut measured, peer, &persons, time).await?;
        read(&mut measured, "persons list, by phase, 50 a page", address, &coordinator, time, READERS, |_| {
            ("GET", "/v1/persons?phase=sheltered&first=50".to_owned(), None)
        })
        .await?;
        read(&mut measured, "worklist, 50 a page", address, &coordinator, time, READERS, |_| {
            ("GET", "/v1/worklist?first=50".to_owned(), None)
        })
        .await?;
        read(&mut measured, "GraphQL case file", address, &coordinator, time, READERS, |n| {
            let query = "query($id: ID!) { person(id: $id) { personId phase municipality identity { name alias } \
                         presence { lastSeen { occurredAt locationType } stays { bedId kind from } } \
                         referrals { referralId state to offering } } }";
            let body = serde_json::json!({"query": query, "variables": {"id": persons[n % persons.len()]}});
            ("POST", "/graphql".to_owned(), Some(body.to_string()))
        })
        .await?;
        write(&mut measured, "bare actix endpoint, JSON in and out", bare, "", time, WRITERS, |_| "/write".to_owned())
            .await?;
        write(&mut measured, "durable intake", address, &shelter, time, WRITERS, |n| {
            format!("/v1/persons/{}/intakes", known[n % known.len()])
        })
        .await?;
        let raw = raw_appends(folder, 1_200, asked.seconds)?;
        rounds::note(&mut measured, "raw append of 1,200 bytes with a flush, one at a time", raw);
    }
    println!("\n| what | median ms | p99 ms | per second |\n|---|---|---|---|");
    for each in &measured {
        println!("{each}");
    }
    let rate = |name: &str| measured.iter().find(|each| each.name == name).map_or(f64::NAN, |each| median(&each.rates));
    let bare_write = rate("bare actix endpoint, JSON in and out");
    let raw = rate("raw append of 1,200 bytes with a flush, one at a time");
    let (intake, bare_read) = (rate("durable intake"), rate("bare actix endpoint, the same JSON"));
    println!("\ndurable intake / bare endpoint: {:.2}", intake / bare_write);
    println!("durable intake / raw append with a flush: {:.2}", intake / raw);
    println!("case file / bare endpoint: {:.2}", rate("case file") / bare_read);
    Ok(())
}

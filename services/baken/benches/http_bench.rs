//! What the service answers over HTTP, against what the machine gives: a bare actix endpoint, and raw appends with a
//! flush. `cargo bench --bench http_bench -- --persons 100000` prints a table in Markdown.
//!
//! Everything runs in one process on loopback, so the load's own work takes from the same cores: the ratios count.

#[path = "http_bench/bare.rs"]
mod bare;
#[path = "http_bench/client.rs"]
mod client;
#[path = "common/mod.rs"]
mod common;
#[path = "http_bench/postgres.rs"]
mod postgres;
#[path = "http_bench/recorded.rs"]
mod recorded;
#[path = "http_bench/rounds.rs"]
mod rounds;
#[path = "http_bench/visible.rs"]
mod visible;

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use baken::demo;
use baken::dev_issuer::DevIssuer;
use baken::edge::Limits;
use baken::sources::{RandomIds, SystemClock};
use baken::startup::{EdgeParts, Service, listen};
use care_path::Principal;

use client::Client;
use common::{City, Failure, asked, median, number, resident};
use recorded::Switched;
use rounds::{Measured, WRITERS, read, write};
use visible::{Noting, visible};

const READERS: usize = 4;
/// Connections on which the cost of a durable record is measured.
const MANY_READERS: usize = 64;
const RECORDED: &str = "case file, 64 connections";
const UNRECORDED: &str = "the same, without a record of who saw it";
/// Persons to be taken in.
const INTAKES: usize = 20_000;
const PERSONS: &str = "/v1/persons?phase=sheltered&first=50";
const WORKLIST: &str = "/v1/worklist?first=50";

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

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (rounds, seconds): (usize, f64) = (number("--rounds", 5)?, number("--seconds", 2.0)?);
    let Some(city) = City::asked().await? else { return Ok(()) };
    let folder = &city.folder;
    let mut log = None;
    let mut parts = city.parts(|sqlite| log.insert(Arc::new(Noting::new(sqlite))).clone())?;
    let switched = Arc::new(Switched::new(parts.access));
    parts.access = switched.clone();
    let (before, began) = (resident(), Instant::now());
    let service = Service::start(parts).await?;
    let (started, held) = (began.elapsed(), (resident() - before) >> 20);
    println!("start-up {:.2} s, {} cases, {held} MiB more than before", started.as_secs_f64(), service.baken.cases());

    let issuer = DevIssuer::open_or_create(folder)?;
    let parts = EdgeParts {
        issuers: vec![issuer.issuer_config()?],
        limits: Limits::unlimited(),
        introspection: true,
        ..EdgeParts::default()
    };
    let listening = listen(&service, SocketAddr::from(([127, 0, 0, 1], 0)), parts)?;
    let address = listening.address;
    tokio::spawn(listening.server);
    let user = |name: &str| -> Result<Principal, Failure> {
        let user = demo::users()?.into_iter().find(|each| each.principal.user.as_str() == name);
        Ok(user.ok_or("no such user")?.principal)
    };
    let token = |of: &Principal| issuer.token_for(of, &SystemClock, &RandomIds);
    let worker = user("night-shelter-rotterdam")?;
    let (coordinator, shelter) = (token(&user("coordinator-rotterdam")?)?, token(&worker)?);
    let persons = Client::to(address, &coordinator).persons(2_000).await?;
    // So many that none gets more intakes than somebody may have: with its parts, the path costs more.
    let known = Client::to(address, &shelter).opened(INTAKES).await?;
    let mut reader = Client::to(address, &coordinator);
    let mut answers = bare::Answers::new();
    for person in &persons {
        answers.entry("case-file").or_default().push(reader.json(&format!("/v1/persons/{person}")).await?);
    }
    answers.insert("persons", vec![reader.json(PERSONS).await?]);
    answers.insert("worklist", vec![reader.json(WORKLIST).await?]);
    let bare = bare::serve(answers, &issuer)?;

    let peer = postgres::serve(asked("--postgres").as_deref(), &service.baken).await?;

    let mut measured: Vec<Measured> = Vec::new();
    for _ in 0..rounds {
        let time = Duration::from_secs_f64(seconds);
        for (name, path) in [
            ("bare endpoint, a case file", "/read/case-file"),
            ("bare endpoint, a persons list", "/read/persons"),
            ("bare endpoint, a worklist", "/read/worklist"),
        ] {
            read(&mut measured, name, bare, "", time, READERS, |n| ("GET", format!("{path}/{n}"), None)).await?;
        }
        read(&mut measured, "case file", address, &coordinator, time, READERS, |n| {
            ("GET", format!("/v1/persons/{}", persons[n % persons.len()]), None)
        })
        .await?;
        for (name, keeps) in [(UNRECORDED, false), (RECORDED, true)] {
            switched.keep(keeps);
            read(&mut measured, name, address, &coordinator, time, MANY_READERS, |n| {
                ("GET", format!("/v1/persons/{}", persons[n % persons.len()]), None)
            })
            .await?;
        }
        postgres::measure(&mut measured, peer, &persons, time).await?;
        for (name, path) in [("persons list, by phase, 50 a page", PERSONS), ("worklist, 50 a page", WORKLIST)] {
            read(&mut measured, name, address, &coordinator, time, READERS, |_| ("GET", path.to_owned(), None)).await?;
        }
        read(&mut measured, "GraphQL case file", address, &coordinator, time, READERS, |n| {
            let query = "query($id: ID!) { person(id: $id) { personId phase municipality identity { name alias } \
                         presence { lastSeen { occurredAt locationType } stays { bedId kind from } } \
                         referrals { referralId state to offering } } }";
            let body = serde_json::json!({"query": query, "variables": {"id": persons[n % persons.len()]}});
            ("POST", "/graphql".to_owned(), Some(body.to_string()))
        })
        .await?;
        for (name, path) in [
            ("bare endpoint, JSON in and out", "/write"),
            ("bare endpoint that verifies the JWT, JSON in and out", "/write-known"),
        ] {
            write(&mut measured, name, bare, &shelter, time, 1, |_| path.to_owned()).await?;
        }
        write(&mut measured, "durable intake", address, &shelter, time, known.len(), |n| {
            format!("/v1/persons/{}/intakes", known[n % known.len()])
        })
        .await?;
        let ids: Vec<_> = known.iter().filter_map(|id| id.parse().ok()).collect();
        let log = log.as_ref().ok_or("there is no log")?;
        let took = visible(&service.baken, log, &worker, &ids, WRITERS, time).await?;
        rounds::add(&mut measured, "from acknowledged by the log to visible, 64 writers", took, time);
        let raw = raw_appends(folder, 1_200, seconds)?;
        rounds::note(&mut measured, "raw append of 1,200 bytes with a flush, one at a time", raw);
    }
    tell(&measured);
    Ok(())
}

/// The table of what was measured, and what of it is compared.
fn tell(measured: &[Measured]) {
    println!("\n| what | median ms | p99 ms | per second |\n|---|---|---|---|");
    for each in measured {
        println!("{each}");
    }
    let rate = |name: &str| measured.iter().find(|each| each.name == name).map_or(f64::NAN, |each| median(&each.rates));
    let raw = rate("raw append of 1,200 bytes with a flush, one at a time");
    for (said, above, below) in [
        (
            "durable intake / bare endpoint that verifies the JWT",
            "durable intake",
            "bare endpoint that verifies the JWT, JSON in and out",
        ),
        ("case file / bare endpoint", "case file", "bare endpoint, a case file"),
        ("persons list / bare endpoint", "persons list, by phase, 50 a page", "bare endpoint, a persons list"),
        ("worklist / bare endpoint", "worklist, 50 a page", "bare endpoint, a worklist"),
    ] {
        println!("{said}: {:.2}", rate(above) / rate(below));
    }
    println!("durable intake / raw append with a flush: {:.2}", rate("durable intake") / raw);
    println!("case file on record / without a record, 64 connections: {:.2}", rate(RECORDED) / rate(UNRECORDED));
    let p99 = measured.iter().find(|each| each.name == RECORDED).map_or(f64::NAN, |each| median(&each.p99s));
    println!("p99 of a case file on record, 64 connections, in flushes: {:.1}", p99 * raw / 1_000.0);
}

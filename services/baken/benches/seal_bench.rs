//! What sealing costs: per event, and for all keys at once. `cargo bench -p baken --bench seal_bench`.
//!
//! Rebuilding the read models opens every event there is, so opening has to stay below 10 µs an event.

use std::sync::Arc;
use std::time::{Duration, Instant};

use baken::sealing::{Binding, FileKek, KeyRing, Sealer, Slot, SqliteKeyStore};
use care_path::codes::{Code, DataClass};
use care_path::ids::{EventId, PersonId};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use uuid::Uuid;

type Failed = Box<dyn std::error::Error>;

/// Cargo's other commands may run this too; then it only has to work.
struct Sizes {
    events: u32,
    persons: u32,
    rounds: u32,
}

fn main() -> Result<(), Failed> {
    let measure = std::env::args().any(|arg| arg == "--bench");
    let sizes = if measure {
        Sizes { events: 200_000, persons: 200_000, rounds: 500 }
    } else {
        Sizes { events: 100, persons: 100, rounds: 1 }
    };
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run(&sizes))
}

async fn run(sizes: &Sizes) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let open = async || -> Result<(Sealer, Arc<SqliteKeyStore>), Failed> {
        let kek = FileKek::open_or_create(folder.path().join("kek"))?;
        let store = Arc::new(SqliteKeyStore::open(folder.path().join("keys.db"))?);
        let ring = KeyRing::open(store.clone(), Arc::new(kek), KeyRing::CAPACITY).await?;
        Ok((Sealer::new(Arc::new(ring)), store))
    };
    let (sealer, store) = open().await?;
    per_event(&sealer, sizes.events).await?;
    creating_keys(&sealer, &store, sizes).await?;
    drop((sealer, store));

    let (sealer, store) = open().await?;
    let began = Instant::now();
    let preloaded = sealer.ring().preload_all().await?;
    report("read all keys before a rebuild", began.elapsed(), count(preloaded.keys));
    drop(preloaded);
    let began = Instant::now();
    sealer.ring().destroy(person(7)).await?;
    report("destroy a person's keys", began.elapsed(), 1);
    let keys = count(sealer.ring().preload_all().await?.keys);
    let began = Instant::now();
    sealer.ring().roll().await?;
    report("roll the epoch", began.elapsed(), keys);
    let began = Instant::now();
    store.backup(folder.path().join("backup.db")).await?;
    report("back the store up", began.elapsed(), keys);
    Ok(())
}

async fn per_event(sealer: &Sealer, events: u32) -> Result<(), Failed> {
    let event = event();
    println!("an event of {} bytes with one class of private values", event.to_string().len());
    let mut written = Vec::new();
    let bindings: Vec<_> = (0..events).map(|number| binding(number % 100, number)).collect();
    for person in bindings.iter().take(100) {
        sealer.seal(*person, event.clone()).await?;
    }
    let began = Instant::now();
    for binding in &bindings {
        written.push(sealer.seal(*binding, event.clone()).await?);
    }
    report("seal", began.elapsed(), events);
    println!("  sealed it has {} bytes", written[0].len());
    let began = Instant::now();
    for (binding, event) in bindings.iter().zip(&written) {
        let opened = sealer.open_cached(*binding, event)?;
        std::hint::black_box(opened.ok_or("not in memory")?);
    }
    report("open, key in memory", began.elapsed(), events);
    let began = Instant::now();
    for _ in 0..events {
        let text = serde_json::to_string(&event)?;
        std::hint::black_box(serde_json::from_str::<Value>(&text)?);
    }
    report("for comparison: write and read the JSON", began.elapsed(), events);
    Ok(())
}

/// 64 clients, each of whom needs the keys of a person who has none.
async fn creating_keys(sealer: &Sealer, store: &SqliteKeyStore, sizes: &Sizes) -> Result<(), Failed> {
    let slots = |number| DataClass::ALL.iter().map(|class| Slot::Person(person(number), *class)).collect::<Vec<_>>();
    let all: Vec<_> = (2_000_000..2_000_000 + sizes.persons).flat_map(slots).collect();
    let began = Instant::now();
    for some in all.chunks(10_000) {
        sealer.ring().keys_for(some).await?;
    }
    report("make keys in bulk", began.elapsed(), count(all.len()));
    let (began, before) = (Instant::now(), store.commits());
    let mut number = 1_000_000;
    let mut took = Vec::new();
    for _ in 0..sizes.rounds {
        let persons: Vec<_> = (number..number + 64).map(slots).collect();
        let timed = persons.iter().map(async |slots| {
            let began = Instant::now();
            sealer.ring().keys_for(slots).await.map(|_| began.elapsed())
        });
        took.extend(try_join_all(timed).await?);
        number += 64;
    }
    report("make a person's five keys, 64 clients", began.elapsed(), sizes.rounds * 64);
    took.sort_unstable();
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    println!("  in {} commits; median {:.2?}, p99 {:.2?}", store.commits() - before, at(50), at(99));
    let (began, before) = (Instant::now(), store.commits());
    for _ in 0..sizes.rounds {
        sealer.ring().keys_for(&slots(number)).await?;
        number += 1;
    }
    report("make a person's five keys, one client", began.elapsed(), sizes.rounds);
    println!("  in {} commits", store.commits() - before);
    Ok(())
}

fn report(what: &str, took: Duration, times: u32) {
    println!("{what}: {times} in {took:.1?}, {:.2?} each", took / times.max(1));
}

fn count(keys: usize) -> u32 {
    u32::try_from(keys).unwrap_or(u32::MAX)
}

/// Scattered, as the ids of persons are: keys of persons who came after each other do not lie beside each other.
fn person(number: u32) -> PersonId {
    PersonId(Uuid::from_u128(u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)))
}

fn binding(number: u32, event: u32) -> Binding<'static> {
    Binding {
        person: person(number),
        event: EventId(Uuid::from_u128(u128::from(event))),
        kind: "intake_completed",
        stream: "person-01890a5d-ac96-774b-bcce-b302099a8057",
    }
}

fn event() -> Value {
    json!({"type": "intake_completed", "version": 1, "data": {
        "organisation": "night-shelter-rotterdam", "location_type": "night_shelter_eu",
        "occurred_at": {"at": "2024-01-12T21:40:00Z", "precision": "instant"},
        "needs": ["confused_behaviour", "untreated_physical"], "wants_shelter": true, "languages": ["pl", "en"],
        "observations": {"$private": "medical", "value":
            "Confused, does not know the day. Scars on face and head. Cannot say where he slept."},
        "medication": {"$private": "medical", "value": ["none known"]},
    }})
}

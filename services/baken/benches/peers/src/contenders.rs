//! Who takes part, and how each is asked for a round.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::Asked;
use crate::adapters::Baken;
use crate::child::Apart;
use crate::load::{Failure, Round, round};
use crate::postgres::{MessageDb, Plain, pool};
use crate::raw::{Grouped, alone};
use crate::uma::Uma;

pub struct Entry {
    pub name: &'static str,
    kind: Kind,
}

enum Kind {
    Alone(PathBuf),
    Grouped(Arc<Grouped>),
    /// Opened anew for each round: it would otherwise hold all of them in memory.
    Memory,
    Baken(Arc<Baken>),
    Plain(Arc<Plain>),
    MessageDb(Arc<MessageDb>),
    Uma(Arc<Uma>),
    Apart(Apart),
}

impl Entry {
    pub fn round(&mut self, runtime: &Runtime, clients: usize, time: Duration) -> Result<Round, Failure> {
        match &mut self.kind {
            Kind::Alone(path) => alone(path, clients, time),
            Kind::Grouped(file) => runtime.block_on(round(Arc::clone(file), clients, time)),
            Kind::Memory => {
                let log = Arc::new(runtime.block_on(Baken::open("memory:"))?);
                runtime.block_on(round(log, clients, time))
            }
            Kind::Baken(log) => runtime.block_on(round(Arc::clone(log), clients, time)),
            Kind::Plain(table) => runtime.block_on(round(Arc::clone(table), clients, time)),
            Kind::MessageDb(store) => runtime.block_on(round(Arc::clone(store), clients, time)),
            Kind::Uma(store) => runtime.block_on(round(Arc::clone(store), clients, time)),
            Kind::Apart(process) => process.round(clients, time),
        }
        .map_err(|why| format!("{}: {why}", self.name).into())
    }
}

/// Opens all that are asked for.
pub async fn open(asked: &Asked) -> Result<Vec<Entry>, Failure> {
    let Asked { folder, postgres, connections, .. } = asked;
    let wanted = |name: &str| asked.only.is_empty() || asked.only.iter().any(|each| each == name);
    let mut entries = Vec::new();
    for name in NAMES.into_iter().filter(|name| wanted(name)) {
        let kind = match name {
            "raw" => Kind::Alone(folder.join("raw")),
            "raw-clients" => Kind::Grouped(Arc::new(Grouped::new(&folder.join("grouped"))?)),
            "memory" => Kind::Memory,
            "sqlite" => {
                let file = folder.join("log.db");
                Kind::Baken(Arc::new(Baken::open(&format!("sqlite:{}", file.display())).await?))
            }
            "postgres" => Kind::Baken(Arc::new(Baken::open(&format!("{postgres}/baken")).await?)),
            "plain" => Kind::Plain(Arc::new(Plain::open(pool(&format!("{postgres}/plain"), *connections)?).await?)),
            "message-db" => {
                let url = format!("{postgres}/message_store?options=-c%20search_path%3Dmessage_store,public");
                Kind::MessageDb(Arc::new(MessageDb::open(pool(&url, *connections)?)))
            }
            "umadb" => Kind::Uma(Arc::new(Uma::open(&asked.umadb).await?)),
            _ => Kind::Apart(Apart::start(&asked.cqrs, &[&format!("{postgres}/cqrs"), &connections.to_string()])?),
        };
        entries.push(Entry { name, kind });
    }
    Ok(entries)
}

const NAMES: [&str; 9] =
    ["raw", "raw-clients", "memory", "sqlite", "postgres", "plain", "message-db", "umadb", "cqrs-es"];

/// What the PostgreSQL server says of itself, as far as it bears on the figures.
pub async fn settings(asked: &Asked) -> Result<BTreeMap<String, String>, Failure> {
    const NAMED: [&str; 9] = [
        "server_version",
        "fsync",
        "synchronous_commit",
        "full_page_writes",
        "wal_sync_method",
        "commit_delay",
        "shared_buffers",
        "max_wal_size",
        "max_connections",
    ];
    if asked.postgres.is_empty() {
        return Ok(BTreeMap::new());
    }
    let client = pool(&format!("{}/plain", asked.postgres), 1)?.get().await?;
    let mut settings = BTreeMap::new();
    for name in NAMED {
        settings.insert(name.to_owned(), client.query_one("SELECT current_setting($1)", &[&name]).await?.get(0));
    }
    Ok(settings)
}

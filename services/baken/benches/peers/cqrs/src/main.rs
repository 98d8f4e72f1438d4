//! cqrs-es on postgres-es: the smallest aggregate that there can be, whose only command makes one event. What is
//! measured is therefore what the framework does for every command: load the aggregate's events, fold, insert.
//!
//! `baken-peer-cqrs URL CONNECTIONS`, then a line for each round: see `child.rs`.

#[path = "../../src/load.rs"]
#[expect(dead_code, reason = "the aggregate has its own revision, the event its own id")]
mod load;

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Duration;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use postgres_es::{PostgresCqrs, postgres_cqrs};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::postgres::PgPoolOptions;

use load::{Append, Contender, Failure, KIND};

/// The table as the crate's documentation has it.
const LAYOUT: &str = "
    CREATE TABLE events (
        aggregate_type text NOT NULL,
        aggregate_id text NOT NULL,
        sequence bigint CHECK (sequence >= 0) NOT NULL,
        event_type text NOT NULL,
        event_version text NOT NULL,
        payload json NOT NULL,
        metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    )";

#[derive(Default, Serialize, Deserialize)]
struct Person {
    signals: u64,
}

struct Receive {
    sealed: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Happened {
    SignalReceived { sealed: String },
}

impl DomainEvent for Happened {
    fn event_type(&self) -> String {
        KIND.to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("never refused")]
struct Refused;

impl Aggregate for Person {
    const TYPE: &'static str = "person";
    type Command = Receive;
    type Event = Happened;
    type Error = Refused;
    type Services = ();

    async fn handle(&mut self, command: Receive, (): &(), sink: &EventSink<Self>) -> Result<(), Refused> {
        sink.write(Happened::SignalReceived { sealed: command.sealed }, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Happened) {
        let Happened::SignalReceived { .. } = event;
        self.signals += 1;
    }
}

struct Framework(PostgresCqrs<Person>);

impl Contender for Framework {
    async fn append(&self, append: Append<'_>) -> Result<(), Failure> {
        let sealed = serde_json::from_slice::<&RawValue>(append.data)?.get().to_owned();
        let metadata = [("sealed".to_owned(), String::from_utf8(append.metadata.to_vec())?)].into();
        self.0.execute_with_metadata(append.stream, Receive { sealed }, metadata).await?;
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, connections] = &arguments[..] else {
        return Err("baken-peer-cqrs URL CONNECTIONS".into());
    };
    let pool = PgPoolOptions::new().max_connections(connections.parse()?).connect(url).await?;
    sqlx::query(LAYOUT).execute(&pool).await?;
    let framework = Arc::new(Framework(postgres_cqrs(pool, vec![], ())));
    let mut answers = std::io::stdout();
    for order in std::io::stdin().lock().lines() {
        let order = order?;
        let (clients, seconds) = order.split_once(' ').ok_or("CLIENTS SECONDS")?;
        let time = Duration::from_secs_f64(seconds.parse()?);
        let round = load::round(Arc::clone(&framework), clients.parse()?, time).await?;
        writeln!(answers, "{} {} {}", round.per_second, round.median_ms, round.p99_ms)?;
        answers.flush()?;
    }
    Ok(())
}

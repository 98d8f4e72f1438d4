//! The log in KurrentDB, against the double of it: what an append takes where the server acknowledges what comes in at once,
//! and where it waits as Linux does; what others on the cluster cost; and how fast a log is copied into it.
//!
//! The double keeps nothing on a disk and answers at once. So its figures say nothing of a server's speed: they show what
//! Baken and its client add.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use event_log::copy::copy;
use event_log::kurrentdb::double::Double;
use event_log::kurrentdb::{KurrentLog, Options};
use event_log::testing::new_id;
use event_log::{EventLog, Expected, MemoryLog, Position, Proposed, StreamName};
use eventstore::{AppendToStreamOptions, Client, EventData, StreamState};

type Failure = Box<dyn Error + Send + Sync>;

/// Of sealed bytes and metadata, as an event of Baken's has them.
fn event() -> Proposed {
    Proposed { id: new_id(), kind: "measured".to_owned(), data: vec![7; 480], metadata: vec![b' '; 240] }
}

/// How appends are made.
#[derive(Clone)]
enum Contender {
    /// As Baken did before: each by a call of its own.
    CallEach(Arc<Client>),
    Baken(Arc<KurrentLog>),
}

impl Contender {
    async fn append(&self, stream: &str, revision: u64) -> Result<(), Failure> {
        match self {
            Self::CallEach(client) => {
                let state = revision.checked_sub(1).map_or(StreamState::NoStream, StreamState::StreamRevision);
                let options = AppendToStreamOptions::default().stream_state(state).requires_leader(true);
                let Proposed { id, kind, data, metadata } = event();
                let event = EventData::binary(kind, data.into()).id(id).metadata(metadata.into());
                client.append_to_stream(format!("baken.{stream}"), &options, event).await?;
            }
            Self::Baken(log) => {
                let expected = revision.checked_sub(1).map_or(Expected::NoStream, Expected::Revision);
                log.append(&StreamName::new(stream), expected, vec![event()]).await?;
            }
        }
        Ok(())
    }
}

/// Each client appends to a stream of its own, and waits for the answer before it appends again. The times, in order.
async fn load(contender: &Contender, clients: usize, each: u64) -> Result<(Vec<Duration>, Duration), Failure> {
    let began = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for client in 0..clients {
        let (contender, stream) = (contender.clone(), format!("load-{client}-{}", new_id()));
        running.spawn(async move {
            let mut times = Vec::new();
            for revision in 0..each {
                let began = Instant::now();
                contender.append(&stream, revision).await?;
                times.push(began.elapsed());
            }
            Ok::<_, Failure>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = running.join_next().await {
        times.extend(done??);
    }
    times.sort();
    Ok((times, began.elapsed()))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1_000.0)
}

fn at(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

async fn double(delayed: bool) -> Arc<Double> {
    let double = Double::start().await;
    if delayed {
        double.delays_acknowledgements();
    }
    Arc::new(double)
}

async fn appends(delayed: bool, each: u64) -> Result<(), Failure> {
    let double = double(delayed).await;
    let client = Client::new(double.text_as("").parse()?).map_err(|error| error.to_string())?;
    let baken = Arc::new(KurrentLog::open(&double.url(), &Options::default()).await?);
    for (name, contender) in
        [("a call for each append", Contender::CallEach(Arc::new(client))), ("Baken", Contender::Baken(baken))]
    {
        for clients in [1, 8] {
            let (times, took) = load(&contender, clients, each).await?;
            #[expect(clippy::cast_precision_loss, reason = "so many appends are not made")]
            let rate = times.len() as f64 / took.as_secs_f64();
            println!(
                "| {} | {name} | {clients} | {rate:.0} | {} | {} |",
                if delayed { "after 40 ms" } else { "at once" },
                milliseconds(at(&times, 50)),
                milliseconds(at(&times, 99))
            );
        }
    }
    Ok(())
}

/// From an append to its being read, in order.
async fn written_to_read(log: &KurrentLog, rounds: usize) -> Result<Vec<Duration>, Failure> {
    let (mut times, mut after) = (Vec::new(), log.head().await?);
    for _ in 0..rounds {
        let began = Instant::now();
        let appended = log.append(&StreamName::new("person-1"), Expected::Any, vec![event()]).await?;
        while after < appended.position {
            after = log.read_all(after, 100).await?.next;
        }
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    times.sort();
    Ok(times)
}

async fn beside_others(delayed: bool, rounds: usize) -> Result<(), Failure> {
    let double = double(delayed).await;
    // A server looks through some hundred thousand events a second.
    double.looks_for(Duration::from_micros(5));
    let log = KurrentLog::open(&double.url(), &Options::default()).await?;
    let alone = written_to_read(&log, rounds).await?;
    let others = double.is_busy_with_others();
    let beside = written_to_read(&log, rounds).await?;
    drop(others);
    for (name, times) in [("alone", alone), ("beside 1,000 events a second of others", beside)] {
        println!(
            "| {} | {name} | {} | {} | {} |",
            if delayed { "after 40 ms" } else { "at once" },
            milliseconds(at(&times, 50)),
            milliseconds(at(&times, 99)),
            double.others_sent()
        );
    }
    Ok(())
}

/// A log of so many events on fifty streams, of which each is followed by `run - 1` more of its stream.
async fn copied(delayed: bool, events: usize, run: usize) -> Result<f64, Failure> {
    let (source, double) = (MemoryLog::new(), double(delayed).await);
    for number in 0..events / run {
        let proposed = (0..run).map(|_| event()).collect();
        source.append(&StreamName::new(format!("person-{}", number % 50)), Expected::Any, proposed).await?;
    }
    let target = KurrentLog::open(&double.url(), &Options::default()).await?;
    let (began, copying) = (Instant::now(), std::sync::Mutex::new(Duration::ZERO));
    let tell = |progress: event_log::copy::CopyProgress| {
        if progress.stage == event_log::copy::Stage::Copying
            && let Ok(mut copying) = copying.lock()
        {
            *copying = began.elapsed();
        }
    };
    copy(&source, &target, |_| true, &tell).await?;
    assert!(source.head().await? > Position::START);
    let took = copying.into_inner().map_err(|error| error.to_string())?;
    #[expect(clippy::cast_precision_loss, reason = "so many events are not copied")]
    let rate = events as f64 / took.as_secs_f64();
    Ok(rate)
}

fn number(name: &str, otherwise: u64) -> u64 {
    let arguments: Vec<String> = std::env::args().collect();
    let said = arguments.windows(2).find(|pair| pair[0] == name).and_then(|pair| pair[1].parse().ok());
    said.unwrap_or(otherwise)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let each = number("--appends", 300);
    println!(
        "Against the double in this process: it flushes nothing, so these figures are what Baken and its client add, and \
         none of a server's. Acknowledgements at once, or after 40 ms as Linux gives them where nothing is sent back. \"A \
         call for each append\" is how Baken appended before."
    );
    if cfg!(debug_assertions) {
        println!("A debug build, on a machine with other work.");
    }
    println!("| acknowledged | appends | clients | a second | median ms | p99 ms |\n|---|---|---|---|---|---|");
    for delayed in [false, true] {
        appends(delayed, each).await?;
    }
    println!(
        "\n| acknowledged | from append to read | median ms | p99 ms | events of others sent |\n|---|---|---|---|---|"
    );
    let rounds = usize::try_from(each)?;
    for delayed in [false, true] {
        beside_others(delayed, rounds).await?;
    }
    println!("\n| acknowledged | events of one stream in a row | events copied a second |\n|---|---|---|");
    for delayed in [false, true] {
        for run in [1, 10] {
            let rate = copied(delayed, rounds * 10, run).await?;
            println!("| {} | {run} | {rate:.0} |", if delayed { "after 40 ms" } else { "at once" });
        }
    }
    Ok(())
}

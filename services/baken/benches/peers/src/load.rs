//! The one load generator: every contender is asked by these clients, for these events, on these streams.
//!
//! Each client has streams of its own and appends one event after another, waiting for every answer, as requests do. It
//! knows its streams' last revision and says so, so that a contender must check it; there are no conflicts. A client
//! keeps eight streams open and takes them in turn; a stream that has ten events is left for a new one, for that is
//! what a person has in the simulated city.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

pub type Failure = Box<dyn Error + Send + Sync>;

/// The sizes of a sealed event and of its metadata, in bytes.
pub const DATA: usize = 480;
pub const METADATA: usize = 240;
pub const KIND: &str = "signal_received";
/// Streams that a client has open at a time, and events of each.
pub const OPEN: usize = 8;
pub const EVENTS: u64 = 10;

/// One event to append: `revision` is that of the stream's last event, `None` where there is none yet.
pub struct Append<'a> {
    pub stream: &'a str,
    pub revision: Option<u64>,
    pub id: Uuid,
    pub data: &'a [u8],
    pub metadata: &'a [u8],
}

/// An event store that is measured.
pub trait Contender: Send + Sync + 'static {
    /// Returns when the event is durable (or kept at all, where nothing is durable).
    fn append(&self, append: Append<'_>) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// What one round gave.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    pub per_second: f64,
    pub median_ms: f64,
    pub p99_ms: f64,
}

/// Bytes as a JSON object of this length: engines that take JSON alone are given as many bytes as the others.
fn payload(length: usize, seed: u64) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (before, after) = (b"{\"sealed\": \"", b"\"}");
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let sealed = (0..length - before.len() - after.len()).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        LETTERS[(state >> 58) as usize]
    });
    before.iter().copied().chain(sealed).chain(after.iter().copied()).collect()
}

/// An id as version 7 has it. Randomness would cost a call of the system for each.
fn next_id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let count = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut scattered = [0; 10];
    scattered[..8].copy_from_slice(&(count ^ u64::from(std::process::id())).to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(now.as_millis()).unwrap_or_default(), &scattered)
        .into_uuid()
}

struct Stream {
    name: String,
    revision: Option<u64>,
}

impl Stream {
    fn new() -> Self {
        Self { name: format!("person-{}", next_id()), revision: None }
    }
}

async fn client<C: Contender>(contender: Arc<C>, until: Instant) -> Result<Vec<Duration>, Failure> {
    static CLIENT: AtomicU64 = AtomicU64::new(1);
    let seed = CLIENT.fetch_add(1, Ordering::Relaxed);
    let (data, metadata) = (payload(DATA, seed), payload(METADATA, !seed));
    let mut streams: Vec<Stream> = (0..OPEN).map(|_| Stream::new()).collect();
    let mut took = Vec::new();
    let mut next = 0;
    loop {
        let began = Instant::now();
        if began >= until {
            return Ok(took);
        }
        let stream = &mut streams[next % OPEN];
        next += 1;
        let (revision, id) = (stream.revision, next_id());
        contender.append(Append { stream: &stream.name, revision, id, data: &data, metadata: &metadata }).await?;
        took.push(began.elapsed());
        stream.revision = Some(revision.map_or(0, |revision| revision + 1));
        if stream.revision == Some(EVENTS - 1) {
            *stream = Stream::new();
        }
    }
}

/// So many clients, for so long.
pub async fn round<C: Contender>(contender: Arc<C>, clients: usize, time: Duration) -> Result<Round, Failure> {
    let began = Instant::now();
    let tasks: Vec<_> = (0..clients).map(|_| tokio::spawn(client(Arc::clone(&contender), began + time))).collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await??);
    }
    Ok(summary(took, began.elapsed()))
}

/// What is said of so many appends in this time.
#[expect(clippy::cast_precision_loss, reason = "counts of appends are far below 2^52")]
pub fn summary(mut took: Vec<Duration>, elapsed: Duration) -> Round {
    took.sort_unstable();
    let at = |share: usize| took.get(took.len() * share / 100).map_or(f64::NAN, |took| took.as_secs_f64() * 1_000.0);
    Round { per_second: took.len() as f64 / elapsed.as_secs_f64(), median_ms: at(50), p99_ms: at(99) }
}

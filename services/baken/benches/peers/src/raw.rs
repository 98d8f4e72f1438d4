//! The limit: the same bytes appended to a file that grows, and flushed, on the same file system.
//!
//! `Alone` has no clients at all: one thread writes as many events as there are clients in one `write`, flushes them
//! with one `fdatasync`, and begins again. Nothing that makes appends durable one flush at a time can be faster, for its
//! clients must be told and must ask again. `Grouped` is a file that has clients: they hand their event to a thread,
//! which writes and flushes all that wait, and tells them.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use crate::load::{Append, Contender, DATA, Failure, KIND, METADATA, Round, summary};

/// What an event needs in a file beside its payload: the length of the record, its id, its kind.
const HEAD: usize = 4 + 16 + KIND.len();

/// One round of the file without clients.
pub fn alone(path: &Path, together: usize, time: Duration) -> Result<Round, Failure> {
    let mut file = File::create(path)?;
    let bytes = vec![0xA5; (HEAD + DATA + METADATA) * together];
    let began = Instant::now();
    let mut took = Vec::new();
    while began.elapsed() < time {
        let asked = Instant::now();
        file.write_all(&bytes)?;
        file.sync_data()?;
        let elapsed = asked.elapsed();
        took.extend(std::iter::repeat_n(elapsed, together));
    }
    let round = summary(took, began.elapsed());
    std::fs::remove_file(path)?;
    Ok(round)
}

/// How long a flush of one event takes where it is appended, and where it overwrites what the file has already: medians
/// in milliseconds.
pub fn flush_times(path: &Path) -> Result<(f64, f64), Failure> {
    const TIMES: usize = 500;
    let bytes = vec![0xA5; HEAD + DATA + METADATA];
    let median = |file: &mut File| -> Result<f64, Failure> {
        let mut took = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            file.write_all(&bytes)?;
            let began = Instant::now();
            file.sync_data()?;
            took.push(began.elapsed());
        }
        Ok(summary(took, Duration::from_secs(1)).median_ms)
    };
    let growing = median(&mut File::create(path)?)?;
    let overwriting = median(&mut File::options().write(true).open(path)?)?;
    std::fs::remove_file(path)?;
    Ok((growing, overwriting))
}

type Waiting = (Vec<u8>, oneshot::Sender<()>);

/// A file that flushes for all who wait.
pub struct Grouped {
    inbox: mpsc::Sender<Waiting>,
}

impl Grouped {
    pub fn new(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path)?;
        let (inbox, waiting) = mpsc::channel(1024);
        std::thread::Builder::new().name("raw-writer".to_owned()).spawn(move || write(file, waiting))?;
        Ok(Self { inbox })
    }
}

/// Until nobody can send any more. Where a write fails, whoever waits finds that nobody answers.
fn write(mut file: File, mut inbox: mpsc::Receiver<Waiting>) {
    let (mut waiting, mut bytes) = (Vec::new(), Vec::new());
    while inbox.blocking_recv_many(&mut waiting, 1024) > 0 {
        bytes.clear();
        waiting.iter().for_each(|(event, _)| bytes.extend_from_slice(event));
        if file.write_all(&bytes).and_then(|()| file.sync_data()).is_err() {
            return;
        }
        for (_, answer) in waiting.drain(..) {
            let _ = answer.send(());
        }
    }
}

impl Contender for Grouped {
    async fn append(&self, append: Append<'_>) -> Result<(), Failure> {
        let mut event = Vec::with_capacity(HEAD + DATA + METADATA);
        event.extend_from_slice(&u32::try_from(DATA + METADATA)?.to_be_bytes());
        event.extend_from_slice(append.id.as_bytes());
        event.extend_from_slice(KIND.as_bytes());
        event.extend_from_slice(append.data);
        event.extend_from_slice(append.metadata);
        let (answer, answered) = oneshot::channel();
        self.inbox.send((event, answer)).await?;
        Ok(answered.await?)
    }
}

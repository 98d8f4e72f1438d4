//! The event log in KurrentDB (formerly `EventStoreDB`), for organisations that run a cluster of it: any number of nodes
//! on one cluster.
//!
//! Every append names the exact revision that it follows, so that the server's own check makes repeats and conflicts
//! right. What others append is found by polling. The client runs on a runtime of its own, with a deadline on the
//! caller's. `docs/decisions/0009-kurrentdb.md` says why.
//!
//! The cluster may serve other applications too: on the server, the names of Baken's streams have a prefix, and nothing
//! else is read.
//!
//! An append is acknowledged once a quorum of the cluster has it on disk.

mod appending;
mod beside;
mod cause;
#[cfg(feature = "testing")]
pub mod double;
mod link;
mod polling;
mod reading;
mod streams;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
mod url;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use appending::{Appender, Request, advance};
pub use beside::has_beside;
use link::{Engine, GRACE, Link, Shared, aside};
use streams::{RecentIds, Tails};
pub use url::{BadKurrentUrl, KurrentUrl, PREFIX};

use super::port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};
use super::rules;

/// No server takes more in one append, however it is configured.
const APPEND_BYTES: usize = 16 * 1024 * 1024;
/// How long `wake` waits without a hint before the caller looks by himself.
const WHILE: Duration = Duration::from_millis(500);
/// Since 22.6 events come with their positions, also when a single stream is read.
const OLDEST: (usize, usize) = (22, 6);

/// Settings of a node's connection.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long one call to the server may take.
    pub attempt: Duration,
    /// How long an append is tried again whose outcome is not known.
    pub patience: Duration,
    /// Of so many streams the ids are kept, so that they need not be read before the next append.
    pub known_streams: usize,
    /// So many ids are known to be on another stream.
    pub known_ids: usize,
    /// So many appends are under way at once.
    pub appends: usize,
}

impl Default for Options {
    fn default() -> Self {
        let (attempt, patience) = (Duration::from_secs(10), Duration::from_secs(20));
        Self { attempt, patience, known_streams: 4_096, known_ids: 131_072, appends: 32 }
    }
}

/// What to do about an append that the server refuses for its size.
const LIMIT: &str = "raise MaxAppendSize of the KurrentDB server (KURRENTDB_MAX_APPEND_SIZE)";

/// The refusal of an append that is larger than the server takes.
fn too_large(limit: Option<usize>) -> LogError {
    LogError::TooLarge { limit: limit.unwrap_or(APPEND_BYTES), setting: Some(LIMIT) }
}

/// Why a server cannot be used as an event log.
#[derive(Debug, thiserror::Error)]
pub enum KurrentOpenError {
    #[error(transparent)]
    BadUrl(#[from] BadKurrentUrl),
    #[error("the client's threads cannot be started: {0}")]
    Threads(#[from] std::io::Error),
    #[error(transparent)]
    Read(#[from] LogError),
    #[error("the server is KurrentDB {found}, and 22.6 or newer is needed")]
    TooOld { found: String },
}

/// The version that a server says to have.
pub async fn version(url: &KurrentUrl) -> Result<String, KurrentOpenError> {
    Ok(KurrentLog::open(url, &Options::default()).await?.version)
}

/// An event log in a KurrentDB cluster.
pub struct KurrentLog {
    link: Shared,
    appender: Arc<Appender>,
    seen: Arc<RecentIds>,
    head: watch::Sender<Position>,
    asked: Arc<Notify>,
    version: String,
    options: Options,
    handle: Handle,
    _engine: Engine,
}

impl KurrentLog {
    /// Opens the log, and makes sure that the server answers, is new enough, and lets the whole log be read.
    pub async fn open(url: &KurrentUrl, options: &Options) -> Result<Self, KurrentOpenError> {
        cause::authorities(&url.settings()?).map_err(LogError::Unavailable)?;
        let engine = Engine::start()?;
        let handle = engine.handle();
        let link = Arc::new(Link::new(url.clone(), options));
        let writing = Arc::new(Link::new(url.clone(), options));
        let patience = options.attempt * 8 + GRACE;
        let asking = link.clone();
        let opened = aside(&handle, patience, async move {
            let info = asking.read(|client| async move { client.server_info().await }).await?;
            let version = info.version();
            // A server that does not say its version is not known to be old.
            let too_old = version >= 1 && version < OLDEST;
            Ok((version.to_string(), too_old, reading::end(&asking).await?))
        });
        let (version, too_old, end) = match opened.await {
            Err(LogError::Unavailable(said)) => {
                return Err(LogError::Unavailable(cause::cause(url, &handle).await.unwrap_or(said)).into());
            }
            opened => opened?,
        };
        if too_old {
            return Err(KurrentOpenError::TooOld { found: version });
        }
        let head = watch::Sender::new(end);
        let asked = Arc::new(Notify::new());
        let seen = Arc::new(RecentIds::new(options.known_ids));
        handle.spawn(polling::run(link.clone(), writing.clone(), head.clone(), asked.clone()));
        let appender = Arc::new(Appender {
            link: writing,
            reading: link.clone(),
            tails: Tails::new(options.known_streams),
            seen: seen.clone(),
            head: head.clone(),
            patience: options.patience,
        });
        Ok(Self { link, appender, seen, head, asked, version, options: options.clone(), handle, _engine: engine })
    }

    async fn reading<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, link::Failure>> + Send + 'static,
    ) -> Result<T, LogError> {
        let work = async { work.await.map_err(LogError::from) };
        // Three attempts, each longer than the one before.
        aside(&self.handle, self.options.attempt * 6 + GRACE, work).await
    }
}

#[async_trait]
impl EventLog for KurrentLog {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        rules::well_formed(&events)?;
        rules::within(APPEND_BYTES, &events)?;
        let (appender, request) = (self.appender.clone(), Request { stream: stream.clone(), expected, events });
        let patience = self.options.patience + self.options.attempt * 8 + GRACE;
        aside(&self.handle, patience, async move { appender.append(&request).await }).await
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        let (link, stream) = (self.link.clone(), stream.clone());
        self.reading(async move { reading::stream(&link, &stream, from).await }).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        let (link, known) = (self.link.clone(), *self.head.borrow());
        let page = self.reading(async move { reading::page(&link, after, limit, known).await }).await?;
        self.seen.note(&page.events);
        Ok(page)
    }

    async fn head(&self) -> Result<Position, LogError> {
        let link = self.link.clone();
        let head = self.reading(async move { reading::end(&link).await }).await?;
        advance(&self.head, head);
        Ok(head)
    }

    async fn wake(&self, seen: Position) {
        let mut head = self.head.subscribe();
        self.asked.notify_one();
        // Whether a hint came or not: the caller reads now.
        let _ = tokio::time::timeout(WHILE, head.wait_for(|head| *head > seen)).await;
    }
}

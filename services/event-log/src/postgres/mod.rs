//! The event log in PostgreSQL, for organisations that run one already: any number of nodes on one database.
//!
//! Each node batches its waiting appends into one transaction, and only one node's transaction appends at a time. Nodes
//! hear of each other's appends by NOTIFY, which only wakes them: what they read is asked for, and asked for again
//! where no word comes.
//!
//! An acknowledged append is flushed on the primary. For it to survive the loss of the primary, a standby must confirm
//! it too: `synchronous_standby_names` of the server says so.

mod appender;
mod listening;
mod reading;
mod schema;
#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::Pool;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

pub use schema::PostgresOpenError;

use storage::postgres::{ConnectError, Connector, PostgresUrl, in_time};

use super::port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};
use super::queue::QueuedAppend;
use super::rules;

/// What one append may hold.
const APPEND_BYTES: usize = 64 * 1024 * 1024;
/// How long `wake` waits without a hint before it looks by itself.
const WHILE: Duration = Duration::from_millis(500);

/// Settings of a node's connections.
#[derive(Debug, Clone)]
pub struct Options {
    /// So many appends may wait; whoever comes then waits to be let in.
    pub queue: usize,
    /// So many appends are committed as one transaction at most.
    pub batch: usize,
    /// So many reads run at once.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { queue: 1024, batch: 256, readers: 8 }
    }
}

/// An event log in a PostgreSQL database.
pub struct PostgresLog {
    pool: Pool,
    appends: mpsc::Sender<QueuedAppend>,
    head: watch::Receiver<Position>,
    listening: JoinHandle<()>,
}

impl Drop for PostgresLog {
    fn drop(&mut self) {
        // The appender ends by itself, when nobody can send to it any more and all that was sent is answered.
        self.listening.abort();
    }
}

impl PostgresLog {
    /// Opens the log, and makes its tables where there are none.
    pub async fn open(url: &PostgresUrl, options: &Options) -> Result<Self, PostgresOpenError> {
        Self::start(url, options, true).await
    }

    /// Opens a log that is there, and makes nothing.
    pub async fn open_existing(url: &PostgresUrl, options: &Options) -> Result<Self, PostgresOpenError> {
        Self::start(url, options, false).await
    }

    async fn start(url: &PostgresUrl, options: &Options, make: bool) -> Result<Self, PostgresOpenError> {
        let connector = Connector::new(url)?;
        let prepared = in_time(async {
            let mut client = connector.client().await.map_err(ConnectError::from)?;
            schema::prepare(&mut client, make).await
        });
        prepared.await.ok_or(ConnectError::TooLate)??;
        let pool = connector.pool(options.readers)?;
        let (announced, head) = watch::channel(reading::head(&pool).await?);
        let (appends, inbox) = mpsc::channel(options.queue.max(1));
        let listening = tokio::spawn(listening::run(connector.clone(), announced.clone()));
        tokio::spawn(appender::run(connector, inbox, options.batch.max(1), announced));
        Ok(Self { pool, appends, head, listening })
    }
}

#[async_trait]
impl EventLog for PostgresLog {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        rules::well_formed(&events)?;
        rules::within(APPEND_BYTES, &events)?;
        let ended = || LogError::Stopped("the appender has ended".to_owned());
        let (answer, verdict) = oneshot::channel();
        let waiting = QueuedAppend { stream: stream.clone(), expected, events, answer };
        self.appends.send(waiting).await.map_err(|_| ended())?;
        verdict.await.map_err(|_| ended())?
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        reading::stream(&self.pool, stream, from).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        reading::page(&self.pool, after, limit).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        reading::head(&self.pool).await
    }

    async fn wake(&self, seen: Position) {
        let mut head = self.head.clone();
        let hinted = tokio::time::timeout(WHILE, head.wait_for(|head| *head > seen));
        // Whether a hint came or not: the caller reads now.
        let _ = hinted.await;
    }
}

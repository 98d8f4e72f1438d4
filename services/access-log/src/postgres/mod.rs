//! The store in PostgreSQL, which all nodes share: what any of them disclosed is told by each of them.
//!
//! Each node commits the records that wait as one transaction, under a lock that one node's transaction holds at a time. So
//! numbers are given in the order of commits and without gaps, and what is read is always the beginning of the log. An append
//! answers when its commit is flushed on the primary; where `synchronous_standby_names` names a standby, also there.
//!
//! Where the connection is lost at a commit, it is not known whether the records are there. They are answered as not written,
//! and nothing is disclosed. If they are there, the log has records of answers that nobody got: a record too many is
//! harmless, a missing one is not. The next records go over a new connection, which asks the server for the last number.

mod examination;
mod reading;
mod removing;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use async_trait::async_trait;
use deadpool_postgres::{Object, Pool};
use storage::postgres::{self, ConnectError, Connector, PostgresUrl, pool_reason, reason};
use tokio::sync::{mpsc, oneshot};

pub use examination::PostgresExamination;

use crate::{Access, AccessError, AccessLog, Numbered, Of, OpenError, RecordLeaf, StoredRecord};
use writer::{PreparedRecord, Waiting};

/// Records that wait at most; who comes then waits for a place.
const WAITING: usize = 4_096;
/// Connections of a node's readers at most.
const READERS: usize = 8;

/// Records in a PostgreSQL database.
pub struct PostgresAccessLog {
    name: String,
    pool: Pool,
    /// The writer ends by itself, when nobody can send to it any more and all that was sent is answered.
    writer: mpsc::Sender<Waiting>,
}

impl PostgresAccessLog {
    /// Opens the store, and makes its tables where there are none.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(url: &PostgresUrl) -> Result<Self, OpenError> {
        let connector = Connector::new(url)?;
        let prepared = postgres::in_time(async {
            let mut client = connector.client().await.map_err(ConnectError::from)?;
            schema::prepare(&mut client, true).await?;
            schema::name(&client).await
        });
        let name = prepared.await.ok_or(ConnectError::TooLate)??;
        let pool = connector.pool(READERS)?;
        let (writer, inbox) = mpsc::channel(WAITING);
        tokio::spawn(writer::run(connector, inbox));
        Ok(Self { name, pool, writer })
    }
}

impl From<tokio_postgres::Error> for AccessError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Unavailable(reason(&error))
    }
}

async fn connection(pool: &Pool) -> Result<Object, AccessError> {
    pool.get().await.map_err(|error| AccessError::Unavailable(pool_reason(&error)))
}

async fn in_time<T>(answer: impl Future<Output = Result<T, AccessError>>) -> Result<T, AccessError> {
    let answer = postgres::in_time(answer).await;
    answer.unwrap_or_else(|| Err(AccessError::Unavailable(postgres::TOO_LATE.to_owned())))
}

/// No number is beyond what PostgreSQL counts to, so whatever asks for more asks for all.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[async_trait]
impl AccessLog for PostgresAccessLog {
    fn name(&self) -> &str {
        &self.name
    }

    async fn append(&self, access: Access) -> Result<(), AccessError> {
        let stopped = || AccessError::Stopped("its writer has ended".to_owned());
        let record = PreparedRecord::of(&access)?;
        let (answer, answered) = oneshot::channel();
        self.writer.send(Waiting { record, answer }).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    async fn read(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<Numbered>, AccessError> {
        let found = in_time(reading::newest(&self.pool, &of, before, limit)).await?;
        found.iter().map(numbered).collect()
    }

    async fn oldest(&self, after: u64, limit: usize) -> Result<Vec<Numbered>, AccessError> {
        let found = in_time(reading::oldest(&self.pool, after, limit)).await?;
        found.iter().map(numbered).collect()
    }

    async fn stored(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<StoredRecord>, AccessError> {
        in_time(reading::newest(&self.pool, &of, before, limit)).await
    }

    async fn leaves(&self, after: u64, limit: usize) -> Result<Vec<RecordLeaf>, AccessError> {
        in_time(reading::leaves(&self.pool, after, limit)).await
    }

    async fn forget(&self, until: u64) -> Result<u64, AccessError> {
        let mut total = 0;
        loop {
            let part = in_time(removing::some(&self.pool, until)).await?;
            total += part;
            if part < removing::TOGETHER {
                return Ok(total);
            }
        }
    }
}

fn numbered(stored: &StoredRecord) -> Result<Numbered, AccessError> {
    let access = serde_json::from_slice(&stored.record).map_err(|_| AccessError::Damaged(stored.number))?;
    Ok(Numbered { number: stored.number, access })
}

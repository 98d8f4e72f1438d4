//! Connections to PostgreSQL, for whatever is kept there.

mod connect;
#[cfg(feature = "testing")]
pub mod testing;

use std::time::Duration;

pub use connect::{ConnectError, Connector, PostgresUrl};

/// How long an answer may take. A server that does not answer is another node's to ask, or its standby.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for an answer, and not for ever: a host that is gone without a word, or a server that stands still, would keep
/// whoever asked, and what they hold meanwhile. `None` where none came in time.
pub async fn in_time<T>(answer: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(PATIENCE, answer).await.ok()
}

/// What is said where no answer came.
pub const TOO_LATE: &str = "the server did not answer in time";

/// What went wrong, as the server or the driver says it; of the server's own words only the message, never the row.
#[must_use]
pub fn reason(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => error.to_string(),
    }
}

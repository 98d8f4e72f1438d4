//! Connections to PostgreSQL, for whatever is kept there.

mod connect;
mod layout;
#[cfg(feature = "testing")]
pub mod testing;

use std::error::Error as _;
use std::time::Duration;

pub use connect::{ConnectError, Connector, PostgresUrl};
pub use layout::{BEGIN, Found, Layout};

/// How long an answer may take. A server that does not answer is another node's to ask, or its standby.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for an answer, and not for ever: a host that is gone without a word, or a server that stands still, would keep
/// whoever asked, and what they hold meanwhile. `None` where none came in time.
pub async fn in_time<T>(answer: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(PATIENCE, answer).await.ok()
}

/// What is said where no answer came.
pub const TOO_LATE: &str = "the server did not answer in time";

/// What went wrong, as the server or the driver says it, with its causes; of the server's own words only the message, never
/// the row. Where there is something to do about it that the words do not say, that too.
#[must_use]
pub fn reason(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} ({})", said.message(), said.code().code());
    }
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let said = deeper.to_string();
        // An error of another crate's often has its cause in its own words.
        if !told.contains(&said) {
            told = format!("{told}: {said}");
        }
        cause = deeper.source();
    }
    match remedy(&told) {
        Some(remedy) => format!("{told}: {remedy}"),
        None => told,
    }
}

/// Of what the words of the driver and of rustls do not say themselves.
fn remedy(told: &str) -> Option<&'static str> {
    let known = [
        ("UnknownIssuer", "have this system trust the authority that signed the server's certificate"),
        ("NotValidForName", "connect by a name that is in the server's certificate"),
        ("does not support TLS", "turn TLS on there (`ssl = on`), or ask for none (`sslmode=disable`)"),
        ("Connection refused", "no server listens there: start it, or correct host and port"),
        ("failed to lookup address", "the name of the host is not known here"),
        ("password missing", "add the password to the connection string"),
    ];
    known.into_iter().find(|(words, _)| told.contains(words)).map(|(_, remedy)| remedy)
}

/// Why a pool gives no connection.
#[must_use]
pub fn pool_reason(error: &deadpool_postgres::PoolError) -> String {
    match error {
        deadpool_postgres::PoolError::Backend(error) => reason(error),
        deadpool_postgres::PoolError::Timeout(_) => TOO_LATE.to_owned(),
        other => other.to_string(),
    }
}

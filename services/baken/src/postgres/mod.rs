//! Connections to PostgreSQL, for whatever is kept there.

mod connect;
#[cfg(test)]
pub(crate) mod testing;

pub use connect::{ConnectError, Connector, PostgresUrl};

/// What went wrong, as the server or the driver says it; of the server's own words only the message, never the row.
#[must_use]
pub fn reason(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => error.to_string(),
    }
}

//! The event log: the port, its engines, and the contract that every engine keeps.
//!
//! An engine is chosen by URL in the configuration, so this is also where a URL becomes an open log.

pub mod contract;
pub mod copy;
#[cfg(feature = "kurrentdb")]
pub mod kurrentdb;
mod memory;
pub mod port;
#[cfg(feature = "postgres")]
pub mod postgres;
mod queue;
mod rules;
pub mod sqlite;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

pub use memory::MemoryLog;
pub use port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};
pub use sqlite::IndexFault;

#[cfg(feature = "kurrentdb")]
use kurrentdb::KurrentUrl;
#[cfg(feature = "postgres")]
use storage::postgres::PostgresUrl;

/// Which engine keeps the log, and where: `memory:`, `sqlite:PATH`, `postgres://…` or `kurrentdb://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogUrl {
    /// In memory: gone when the process ends.
    Memory,
    /// The embedded log, in one file.
    Sqlite(PathBuf),
    /// A database of a PostgreSQL server.
    #[cfg(feature = "postgres")]
    Postgres(PostgresUrl),
    /// A KurrentDB cluster.
    #[cfg(feature = "kurrentdb")]
    KurrentDb(KurrentUrl),
}

/// Why a URL names no log. The URL itself is not repeated: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogUrlError {
    #[error("a log URL begins with the engine's name and a colon: memory:, sqlite:PATH, postgres://… or kurrentdb://…")]
    NoEngine,
    #[error("this build has no adapter for `{0}`")]
    NoAdapter(String),
    #[error("this Baken was built without {engine}: build it with `--features {feature}`")]
    NotBuilt { engine: &'static str, feature: &'static str },
    #[error("sqlite: needs the path of a file")]
    NoPath,
    #[error("memory: takes nothing after the colon")]
    MemoryHasNoPath,
    #[error("postgres: needs a connection string, as libpq takes it")]
    BadConnectionString,
    #[error("kurrentdb: needs a connection string, as KurrentDB's clients take it")]
    BadKurrentUrl,
    #[error("kurrentdb: {0}")]
    #[cfg(feature = "kurrentdb")]
    BadPrefix(kurrentdb::BadKurrentUrl),
}

impl FromStr for LogUrl {
    type Err = LogUrlError;

    fn from_str(text: &str) -> Result<Self, LogUrlError> {
        let (engine, rest) = text.split_once(':').ok_or(LogUrlError::NoEngine)?;
        match engine {
            "memory" if rest.is_empty() => Ok(Self::Memory),
            "memory" => Err(LogUrlError::MemoryHasNoPath),
            "sqlite" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" => Err(LogUrlError::NoPath),
                path => Ok(Self::Sqlite(path.into())),
            },
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => text.parse().map(Self::Postgres).map_err(|_| LogUrlError::BadConnectionString),
            #[cfg(not(feature = "postgres"))]
            "postgres" | "postgresql" => Err(LogUrlError::NotBuilt { engine: "PostgreSQL", feature: "postgres" }),
            #[cfg(feature = "kurrentdb")]
            "kurrentdb" | "kurrentdb+discover" | "esdb" | "esdb+discover" => {
                text.parse().map(Self::KurrentDb).map_err(|error| match error {
                    kurrentdb::BadKurrentUrl::Unreadable => LogUrlError::BadKurrentUrl,
                    prefix @ kurrentdb::BadKurrentUrl::Prefix => LogUrlError::BadPrefix(prefix),
                })
            }
            #[cfg(not(feature = "kurrentdb"))]
            "kurrentdb" | "kurrentdb+discover" | "esdb" | "esdb+discover" => {
                Err(LogUrlError::NotBuilt { engine: "KurrentDB", feature: "kurrentdb" })
            }
            // Only what looks like a scheme is repeated in the error.
            other if !other.is_empty() && other.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+') => {
                Err(LogUrlError::NoAdapter(other.to_owned()))
            }
            _ => Err(LogUrlError::NoEngine),
        }
    }
}

impl fmt::Display for LogUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory:"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => url.fmt(f),
            #[cfg(feature = "kurrentdb")]
            Self::KurrentDb(url) => url.fmt(f),
        }
    }
}

impl LogUrl {
    /// Whether the engine gives positions without gaps, from 1 on. Readers need not know; whoever looks for what was
    /// removed does.
    #[must_use]
    pub const fn counts_positions(&self) -> bool {
        match self {
            Self::Memory | Self::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => true,
            #[cfg(feature = "kurrentdb")]
            Self::KurrentDb(_) => false,
        }
    }
}

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Sqlite(#[from] sqlite::SqliteOpenError),
    #[error(transparent)]
    #[cfg(feature = "postgres")]
    Postgres(#[from] postgres::PostgresOpenError),
    #[error(transparent)]
    #[cfg(feature = "kurrentdb")]
    KurrentDb(#[from] kurrentdb::KurrentOpenError),
    /// The thread that was to open the log did not.
    #[error("the log was not opened: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// Brings a log of an older Baken up to this version's layout, where that is needed before it can be opened: a file. The
/// older Baken can no longer open it then.
pub async fn upgrade(url: &LogUrl) -> Result<(), OpenError> {
    if let LogUrl::Sqlite(path) = url {
        let path = path.clone();
        tokio::task::spawn_blocking(move || sqlite::SqliteLog::upgrade(&path)).await??;
    }
    Ok(())
}

/// The engine of a log and where it is, for an operator; a server that tells its version is asked.
#[cfg_attr(
    not(feature = "kurrentdb"),
    expect(clippy::unused_async, reason = "of these engines only that one is asked")
)]
pub async fn describe(url: &LogUrl) -> Result<String, OpenError> {
    match url {
        #[cfg(feature = "kurrentdb")]
        LogUrl::KurrentDb(nodes) => Ok(format!("KurrentDB {} at {nodes}", kurrentdb::version(nodes).await?)),
        _ => Ok(url.to_string()),
    }
}

/// What the names of the log's streams begin with on a server that others use too; `None` where an engine has no such thing.
#[must_use]
pub fn prefix(url: &LogUrl) -> Option<&str> {
    match url {
        #[cfg(feature = "kurrentdb")]
        LogUrl::KurrentDb(url) => Some(url.prefix()),
        _ => None,
    }
}

/// Whether a log that was begun without a prefix lies beside one that has one: an event on a stream whose name begins like
/// one of these, and which is one of ours.
///
/// # Errors
/// Where the server does not answer.
#[cfg_attr(
    not(feature = "kurrentdb"),
    expect(clippy::unused_async, unused_variables, reason = "of these engines only that one has prefixes")
)]
pub async fn has_beside(url: &LogUrl, names: &[&str], is_ours: fn(&Recorded) -> bool) -> Result<bool, OpenError> {
    match url {
        #[cfg(feature = "kurrentdb")]
        LogUrl::KurrentDb(url) if !url.prefix().is_empty() => Ok(kurrentdb::has_beside(url, names, is_ours).await?),
        _ => Ok(false),
    }
}

/// Opens the log that a URL names, for reading and appending, with the engine's usual options.
pub async fn open(url: &LogUrl) -> Result<Arc<dyn EventLog>, OpenError> {
    match url {
        LogUrl::Memory => Ok(Arc::new(MemoryLog::new())),
        LogUrl::Sqlite(path) => {
            let path = path.clone();
            let opened =
                tokio::task::spawn_blocking(move || sqlite::SqliteLog::open(&path, &sqlite::Options::default()));
            Ok(Arc::new(opened.await??))
        }
        #[cfg(feature = "postgres")]
        LogUrl::Postgres(url) => Ok(Arc::new(postgres::PostgresLog::open(url, &postgres::Options::default()).await?)),
        #[cfg(feature = "kurrentdb")]
        LogUrl::KurrentDb(url) => Ok(Arc::new(kurrentdb::KurrentLog::open(url, &kurrentdb::Options::default()).await?)),
    }
}

/// What is wrong with an index by which the engine reads streams, where that index is ours and not the engine's own: in a
/// file.
///
/// # Errors
/// Where the file cannot be read.
pub async fn index_faults(url: &LogUrl) -> Result<Vec<IndexFault>, OpenError> {
    let LogUrl::Sqlite(path) = url else { return Ok(Vec::new()) };
    let path = path.clone();
    Ok(tokio::task::spawn_blocking(move || sqlite::SqliteLog::index_faults(&path)).await??)
}

/// Opens a log to read from it: a file also while its service writes to it. Where there is none, none is made.
pub async fn open_to_read(url: &LogUrl) -> Result<Arc<dyn EventLog>, OpenError> {
    match url {
        LogUrl::Sqlite(path) => {
            let path = path.clone();
            let opened = tokio::task::spawn_blocking(move || {
                sqlite::SqliteLog::open_read_only(&path, &sqlite::Options::default())
            });
            Ok(Arc::new(opened.await??))
        }
        #[cfg(feature = "postgres")]
        LogUrl::Postgres(url) => {
            Ok(Arc::new(postgres::PostgresLog::open_existing(url, &postgres::Options::default()).await?))
        }
        #[cfg(feature = "kurrentdb")]
        LogUrl::KurrentDb(_) => open(url).await,
        LogUrl::Memory => open(url).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_an_engine_and_a_place() {
        assert_eq!("memory:".parse(), Ok(LogUrl::Memory));
        assert_eq!("sqlite:data/log.db".parse(), Ok(LogUrl::Sqlite("data/log.db".into())));
        assert_eq!("sqlite:///var/lib/log.db".parse(), Ok(LogUrl::Sqlite("/var/lib/log.db".into())));
        for url in ["memory:", "sqlite:data/log.db"] {
            assert_eq!(url.parse::<LogUrl>().unwrap().to_string(), url);
        }
    }

    #[test]
    fn a_url_without_an_adapter_is_refused_by_its_engine_and_never_repeated() {
        let refused = "mysql://baken:secret@db/log".parse::<LogUrl>().unwrap_err();
        assert_eq!(refused.to_string(), "this build has no adapter for `mysql`");
        assert_eq!("user@host:secret".parse::<LogUrl>(), Err(LogUrlError::NoEngine));
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn a_url_of_an_engine_that_is_not_built_in_says_which_feature_to_build_with() {
        let refused = "postgres://baken:secret@db/log".parse::<LogUrl>().unwrap_err();
        assert_eq!(refused.to_string(), "this Baken was built without PostgreSQL: build it with `--features postgres`");
    }

    #[cfg(all(feature = "postgres", feature = "kurrentdb"))]
    #[test]
    fn a_url_with_a_password_is_never_printed_with_it() {
        let url: LogUrl = "postgres://baken:secret@db1,db2/log".parse().unwrap();
        for printed in [url.to_string(), format!("{url:?}")] {
            assert!(printed.contains("log") && !printed.contains("secret"), "{printed}");
        }
        let url: LogUrl = "kurrentdb://baken:secret@node1,node2?tls=false".parse().unwrap();
        for printed in [url.to_string(), format!("{url:?}")] {
            assert!(printed.contains("node1:2113,node2:2113") && !printed.contains("secret"), "{printed}");
        }
        let refused = "postgres://baken:secret@db:port/log".parse::<LogUrl>().unwrap_err();
        assert!(!refused.to_string().contains("secret"));
    }

    #[test]
    fn a_url_without_a_place_is_refused() {
        assert_eq!("log.db".parse::<LogUrl>(), Err(LogUrlError::NoEngine));
        assert_eq!("sqlite:".parse::<LogUrl>(), Err(LogUrlError::NoPath));
        assert_eq!("memory:x".parse::<LogUrl>(), Err(LogUrlError::MemoryHasNoPath));
    }

    #[tokio::test]
    async fn an_open_log_is_what_its_url_says() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("log.db");
        for url in [LogUrl::Memory, LogUrl::Sqlite(file.clone())] {
            assert_eq!(open(&url).await.unwrap().head().await.unwrap(), Position::START);
        }
        assert!(file.exists());
    }
}

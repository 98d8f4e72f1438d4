//! Where a store is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "postgres")]
use storage::postgres::PostgresUrl;

#[cfg(feature = "postgres")]
use crate::PostgresAccessLog;
use crate::{AccessLog, OpenError, SqliteAccessLog};

/// Why a URL names no store. The URL itself is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessPlaceError {
    #[error("the access log's url is not a postgres:// address; a file is named by access_log.file")]
    NotPostgres,
    #[error("the access log's url is no connection string, as libpq takes it")]
    BadConnectionString,
    #[error("this Baken was built without PostgreSQL: build it with `--features postgres`")]
    NotBuilt,
}

/// A file of one node, or a database that all nodes share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessPlace {
    File(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(PostgresUrl),
}

impl fmt::Display for AccessPlace {
    /// Without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl AccessPlace {
    /// The database of a connection string.
    ///
    /// # Errors
    /// See [`AccessPlaceError`].
    pub fn of_url(url: &str) -> Result<Self, AccessPlaceError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(AccessPlaceError::NotPostgres);
        }
        #[cfg(feature = "postgres")]
        return url.parse().map(Self::Postgres).map_err(|_| AccessPlaceError::BadConnectionString);
        #[cfg(not(feature = "postgres"))]
        return Err(AccessPlaceError::NotBuilt);
    }

    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Opens the store, and makes it where there is none.
    ///
    /// # Errors
    /// See [`OpenError`].
    #[cfg_attr(not(feature = "postgres"), expect(clippy::unused_async, reason = "a file is opened at once"))]
    pub async fn open(&self) -> Result<Arc<dyn AccessLog>, OpenError> {
        Ok(match self {
            Self::File(path) => Arc::new(SqliteAccessLog::open(path)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Arc::new(PostgresAccessLog::open(url).await?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_is_no_database_of_postgresql_is_refused_and_never_repeated() {
        for url in ["mysql://baken:secret@db/log", "sqlite:access.db", "secret"] {
            let refused = AccessPlace::of_url(url).unwrap_err();
            assert!(refused == AccessPlaceError::NotPostgres && !refused.to_string().contains("secret"), "{refused}");
        }
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn a_build_without_postgresql_says_how_it_is_had() {
        let refused = AccessPlace::of_url("postgres://baken:secret@db/access").unwrap_err();
        assert_eq!(refused.to_string(), "this Baken was built without PostgreSQL: build it with `--features postgres`");
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_url_with_a_password_is_never_printed_with_it() {
        let place = AccessPlace::of_url("postgresql://baken:secret@one,two/access").unwrap();
        for printed in [place.to_string(), format!("{place:?}")] {
            assert!(printed.contains("one:5432,two:5432/access") && !printed.contains("secret"), "{printed}");
        }
        let refused = AccessPlace::of_url("postgres://baken:secret@db:port/access").unwrap_err();
        assert_eq!(refused, AccessPlaceError::BadConnectionString);
    }
}

//! The tables of a store, and how it is known that they are its own.

use tokio_postgres::{Client, Error, IsolationLevel};

/// Each statement sees what was committed before it began: under a lock, what all who held it before have written. A server
/// whose default is a stricter level would show what there was before the lock was given.
pub const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// The tables of a store, in a schema of its own. The table `layout` of that schema holds the version.
pub struct Layout {
    pub schema: &'static str,
    /// The store's tables, without `layout`.
    pub tables: &'static [&'static str],
    /// A higher one was written by a newer Baken.
    pub version: i32,
    /// Takes the lock under which the store is also written to, for one transaction.
    pub lock: &'static str,
    /// Makes schema and tables, `layout` among them with its version.
    pub make: &'static str,
}

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The tables, perhaps made just now.
    Ours,
    /// Those of a newer Baken.
    Newer(i32),
    /// None, and none were to be made.
    Missing,
    /// Some of that name that are not the store's.
    Foreign,
}

impl Layout {
    /// Makes the tables where there are none, if they are to be made. Several nodes may do so at once.
    pub async fn prepare(&self, client: &mut Client, make: bool) -> Result<Found, Error> {
        let transaction = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start().await?;
        // Another node may be making the tables, or appending; who holds it longer than any of that does is stuck.
        transaction.batch_execute("SET LOCAL lock_timeout = '15s'").await?;
        transaction.batch_execute(self.lock).await?;
        let mut there = Vec::with_capacity(self.tables.len() + 1);
        for table in self.tables.iter().chain(&["layout"]) {
            let name = format!("{}.{table}", self.schema);
            there.push(transaction.query_one("SELECT to_regclass($1) IS NOT NULL", &[&name]).await?.get::<_, bool>(0));
        }
        let found = if there.iter().all(|there| *there) {
            let version = format!("SELECT version FROM {}.layout", self.schema);
            match transaction.query_one(&version, &[]).await?.get(0) {
                version if version == self.version => Found::Ours,
                version if version > self.version => Found::Newer(version),
                _ => Found::Foreign,
            }
        } else if there.iter().any(|there| *there) {
            Found::Foreign
        } else if make {
            transaction.batch_execute(self.make).await?;
            Found::Ours
        } else {
            Found::Missing
        };
        transaction.commit().await?;
        Ok(found)
    }
}

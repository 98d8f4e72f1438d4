//! The tables.

use storage::postgres::{ConnectError, Found, Layout};
use tokio_postgres::Client;

use crate::OpenError;

/// What only one node's writer may hold at a time: "baken" and the access log, as PostgreSQL's two-part key of an advisory
/// lock. The event log has another one.
pub(super) const LOCK: &str = "SELECT pg_advisory_xact_lock(1650551662, 1633903475)";

/// What only one node that removes records may hold at a time.
pub(super) const REMOVAL_LOCK: &str = "SELECT pg_advisory_xact_lock(1650551662, 1718579060)";

/// Names compare by their bytes, whatever the database's collation. Numbers are given out under the lock, not by a sequence:
/// a sequence's values commit out of order, and leave gaps.
///
/// A record's seed lies beside the record and goes with it. A leaf is never changed.
const LAYOUT: Layout = Layout {
    schema: "baken_access",
    tables: &["accesses", "persons", "leaves", "store"],
    version: 1,
    lock: LOCK,
    make: r#"
        CREATE SCHEMA IF NOT EXISTS baken_access;
        CREATE TABLE baken_access.layout (version integer NOT NULL);
        CREATE TABLE baken_access.accesses (
            number bigint PRIMARY KEY,
            user_id text COLLATE "C" NOT NULL,
            organisation text COLLATE "C" NOT NULL,
            seed bytea NOT NULL,
            record bytea NOT NULL
        );
        CREATE INDEX accesses_by_user ON baken_access.accesses (user_id, number);
        CREATE INDEX accesses_by_organisation ON baken_access.accesses (organisation, number);
        CREATE TABLE baken_access.persons (
            person uuid NOT NULL,
            number bigint NOT NULL,
            PRIMARY KEY (person, number)
        );
        CREATE TABLE baken_access.leaves (
            number bigint PRIMARY KEY,
            at text NOT NULL,
            body bytea NOT NULL
        );
        CREATE TABLE baken_access.store (name text NOT NULL);
        INSERT INTO baken_access.store SELECT left(replace(gen_random_uuid()::text, '-', ''), 16);
        INSERT INTO baken_access.layout VALUES (1);
    "#,
};

/// Makes the tables where there are none, if they are to be made, and refuses what is not ours. Several nodes may do so at
/// once.
pub(super) async fn prepare(client: &mut Client, make: bool) -> Result<(), OpenError> {
    match LAYOUT.prepare(client, make).await.map_err(ConnectError::from)? {
        Found::Ours => Ok(()),
        Found::Newer(version) => Err(OpenError::NewerDatabase(version)),
        Found::Missing => Err(OpenError::NotInDatabase),
        Found::Foreign => Err(OpenError::ForeignDatabase),
    }
}

/// The name of the store: one, unless somebody added another.
pub(super) async fn name(client: &Client) -> Result<String, OpenError> {
    let names =
        client.query("SELECT name FROM baken_access.store ORDER BY name", &[]).await.map_err(ConnectError::from)?;
    Ok(names.iter().map(|row| row.get(0)).collect::<Vec<String>>().join("+"))
}

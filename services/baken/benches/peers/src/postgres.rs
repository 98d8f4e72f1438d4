//! What people build on PostgreSQL: a table with optimistic appends, and message-db's functions.
//!
//! Both are asked over the same driver and the same number of pooled connections, with prepared statements, one
//! transaction for each event.

use std::str::FromStr;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::types::Json;
use tokio_postgres::{Config, NoTls};

use crate::load::{Append, Contender, Failure, KIND};

pub fn pool(url: &str, connections: usize) -> Result<Pool, Failure> {
    let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(Config::from_str(url)?, NoTls, config);
    Ok(Pool::builder(manager).max_size(connections).build()?)
}

/// A table of events: the writer says which revision its event shall have, and the unique key refuses a second one.
pub struct Plain(Pool);

impl Plain {
    pub async fn open(pool: Pool) -> Result<Self, Failure> {
        let layout = "CREATE TABLE events (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            stream text COLLATE \"C\" NOT NULL,
            revision bigint NOT NULL,
            id uuid NOT NULL UNIQUE,
            kind text NOT NULL,
            data bytea NOT NULL,
            metadata bytea NOT NULL,
            UNIQUE (stream, revision)
        )";
        pool.get().await?.batch_execute(layout).await?;
        Ok(Self(pool))
    }
}

impl Contender for Plain {
    async fn append(&self, append: Append<'_>) -> Result<(), Failure> {
        let client = self.0.get().await?;
        let insert = "INSERT INTO events (stream, revision, id, kind, data, metadata) VALUES ($1, $2, $3, $4, $5, $6)";
        let insert = client.prepare_cached(insert).await?;
        let revision = append.revision.map_or(0, |revision| revision.cast_signed() + 1);
        client
            .execute(&insert, &[&append.stream, &revision, &append.id, &KIND, &append.data, &append.metadata])
            .await?;
        Ok(())
    }
}

/// message-db's `write_message`, with the expected version.
pub struct MessageDb(Pool);

impl MessageDb {
    pub fn open(pool: Pool) -> Self {
        Self(pool)
    }
}

impl Contender for MessageDb {
    async fn append(&self, append: Append<'_>) -> Result<(), Failure> {
        let client = self.0.get().await?;
        let write = "SELECT message_store.write_message($1, $2, $3, $4, $5, $6)";
        let write = client.prepare_cached(write).await?;
        let id = append.id.to_string();
        let expected = append.revision.map_or(-1, u64::cast_signed);
        let data: Json<&serde_json::value::RawValue> = Json(serde_json::from_slice(append.data)?);
        let metadata: Json<&serde_json::value::RawValue> = Json(serde_json::from_slice(append.metadata)?);
        client.execute(&write, &[&id, &append.stream, &KIND, &data, &metadata, &expected]).await?;
        Ok(())
    }
}

//! The key store in PostgreSQL, for several nodes that share their keys. In a database of its own, better on a server of
//! its own: a backup of the log must not hold the keys to it.
//!
//! What is destroyed is deleted and vacuumed, but the server's write-ahead log and its archive keep the old wraps for
//! their time. They open nothing any more once the epoch of their key-encryption key is retired, which an erasure does.

use async_trait::async_trait;
use care_path::ids::PersonId;
use deadpool_postgres::{Object, Pool};
use tokio_postgres::{IsolationLevel, Row, Transaction};
use uuid::Uuid;

use super::{Doomed, Epochs, KeyPurpose, KeyStore, KeyStoreError, Slot, Stored, WrappedKey, refuse_stale};
use crate::kek::Epoch;
use crate::secret::KeyId;
use storage::postgres::{self, ConnectError, Connector, PostgresUrl, reason};

/// Connections at most.
const CONNECTIONS: usize = 8;

const SCHEMA: &str = r#"
    SELECT pg_advisory_xact_lock(1650551662, 1801812339);
    CREATE SCHEMA IF NOT EXISTS baken_keys;
    CREATE TABLE IF NOT EXISTS baken_keys.data_keys (
        owner bytea NOT NULL, slot text COLLATE "C" NOT NULL,
        key_id uuid NOT NULL, epoch bigint NOT NULL, wrapped bytea NOT NULL,
        PRIMARY KEY (owner, slot)
    );
    CREATE INDEX IF NOT EXISTS data_keys_by_id ON baken_keys.data_keys (key_id);
    CREATE TABLE IF NOT EXISTS baken_keys.tombstones (person bytea PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS baken_keys.epochs (
        epoch bigint PRIMARY KEY, check_value bytea NOT NULL, current boolean NOT NULL DEFAULT false
    );
"#;

/// Who stores keys of an owner shares this lock, who destroys them has it alone: so no key comes in beside a tombstone.
const SHARE: &str = "SELECT pg_advisory_xact_lock_shared(hashtextextended(encode(owner, 'hex'), 7))
                     FROM (SELECT DISTINCT unnest($1::bytea[]) AS owner ORDER BY owner) AS owners";
const ALONE: &str = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 7))";
/// Held until the commit: meanwhile no other epoch becomes the current one.
const CURRENT: &str = "SELECT epoch FROM baken_keys.epochs WHERE current FOR SHARE";

const DELETE_OF_PURPOSE: &str = "DELETE FROM baken_keys.data_keys WHERE owner = '' AND slot = $1";
const LOAD: &str = "SELECT at, k.owner, k.slot, k.key_id, k.epoch, k.wrapped, t.person IS NOT NULL
    FROM unnest($1::bytea[], $2::text[]) WITH ORDINALITY AS asked (owner, slot, at)
    LEFT JOIN baken_keys.data_keys k ON k.owner = asked.owner AND k.slot = asked.slot
    LEFT JOIN baken_keys.tombstones t ON t.person = asked.owner
    ORDER BY at";
const ADD: &str = "INSERT INTO baken_keys.data_keys (owner, slot, key_id, epoch, wrapped)
    SELECT * FROM unnest($1::bytea[], $2::text[], $3::uuid[], $4::bigint[], $5::bytea[]) AS new (owner, slot, key_id, epoch, wrapped)
    WHERE NOT EXISTS (SELECT 1 FROM baken_keys.tombstones WHERE person = new.owner)
    ORDER BY owner, slot
    ON CONFLICT DO NOTHING";
const REWRAP: &str = "UPDATE baken_keys.data_keys AS k SET epoch = new.epoch, wrapped = new.wrapped
    FROM unnest($1::bytea[], $2::text[], $3::uuid[], $4::bigint[], $5::bytea[]) AS new (owner, slot, key_id, epoch, wrapped)
    WHERE k.owner = new.owner AND k.slot = new.slot AND k.key_id = new.key_id";
const PAGE: &str = "SELECT owner, slot, key_id, epoch, wrapped FROM baken_keys.data_keys
    WHERE (owner, slot) > ($1, $2) AND epoch <> $3 ORDER BY owner, slot LIMIT $4";

/// A key store in a PostgreSQL database.
pub struct PostgresKeyStore {
    pool: Pool,
}

impl PostgresKeyStore {
    /// Opens it, and makes its tables where there are none.
    pub async fn open(url: &PostgresUrl) -> Result<Self, KeyStoreError> {
        let connector = Connector::new(url)?;
        let store = Self { pool: connector.pool(CONNECTIONS)? };
        let mut client = store.client().await?;
        let transaction = begin(&mut client).await?;
        transaction.batch_execute(SCHEMA).await?;
        transaction.commit().await?;
        Ok(store)
    }

    /// Opens one that is there, and makes nothing.
    pub async fn open_existing(url: &PostgresUrl) -> Result<Self, KeyStoreError> {
        let store = Self { pool: Connector::new(url)?.pool(CONNECTIONS)? };
        let there = "SELECT to_regclass('baken_keys.epochs') IS NOT NULL";
        if store.client().await?.query_one(there, &[]).await?.get(0) {
            return Ok(store);
        }
        Err(KeyStoreError::Unavailable("the database holds no key store".to_owned()))
    }

    async fn client(&self) -> Result<Object, KeyStoreError> {
        self.pool.get().await.map_err(|error| KeyStoreError::Unavailable(postgres::pool_reason(&error)))
    }
}

impl From<ConnectError> for KeyStoreError {
    fn from(error: ConnectError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<tokio_postgres::Error> for KeyStoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Unavailable(reason(&error))
    }
}

/// Waits for an answer, and not for ever.
async fn in_time<T>(answer: impl Future<Output = Result<T, KeyStoreError>>) -> Result<T, KeyStoreError> {
    let answer = postgres::in_time(answer).await;
    answer.unwrap_or_else(|| Err(KeyStoreError::Unavailable(postgres::TOO_LATE.to_owned())))
}

/// A transaction that is flushed when it commits, and whose statements each see what was committed before they began,
/// whatever the server's defaults are: whoever waited for an erasure finds its tombstone.
async fn begin(client: &mut Object) -> Result<deadpool_postgres::Transaction<'_>, KeyStoreError> {
    let transaction = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start().await?;
    transaction.batch_execute("SET LOCAL synchronous_commit = on; SET LOCAL lock_timeout = '10s'").await?;
    Ok(transaction)
}

async fn current(transaction: &Transaction<'_>) -> Result<Option<Epoch>, KeyStoreError> {
    let found = match transaction.query_opt(CURRENT, &[]).await? {
        Some(row) => Some(row),
        // The epoch was just left for another, which a second look sees.
        None => transaction.query_opt(CURRENT, &[]).await?,
    };
    found.map(|row| epoch_at(&row, 0)).transpose()
}

fn epoch_at(row: &Row, column: usize) -> Result<Epoch, KeyStoreError> {
    u32::try_from(row.get::<_, i64>(column)).map(Epoch).map_err(|_| damaged("an epoch is out of range"))
}

fn damaged(what: &str) -> KeyStoreError {
    KeyStoreError::Damaged(what.to_owned())
}

/// The key of a row whose columns are the store's, from this one on.
fn key_at(row: &Row, column: usize) -> Result<WrappedKey, KeyStoreError> {
    let slot =
        Slot::from_parts(row.get(column), row.get(column + 1)).ok_or_else(|| damaged("a key for something unknown"))?;
    let epoch = epoch_at(row, column + 3)?;
    Ok(WrappedKey { slot, id: KeyId(row.get(column + 2)), epoch, wrapped: row.get(column + 4) })
}

/// Keys by column, as the statements take them.
struct Columns<'a> {
    owners: Vec<&'a [u8]>,
    slots: Vec<&'a str>,
    ids: Vec<Uuid>,
    epochs: Vec<i64>,
    wraps: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    fn of(keys: &'a [WrappedKey]) -> Self {
        Self {
            owners: keys.iter().map(|key| key.slot.owner_bytes()).collect(),
            slots: keys.iter().map(|key| key.slot.name()).collect(),
            ids: keys.iter().map(|key| key.id.0).collect(),
            epochs: keys.iter().map(|key| i64::from(key.epoch.0)).collect(),
            wraps: keys.iter().map(|key| &*key.wrapped).collect(),
        }
    }

    async fn execute(&self, transaction: &Transaction<'_>, sql: &str) -> Result<u64, KeyStoreError> {
        let Self { owners, slots, ids, epochs, wraps } = self;
        Ok(transaction.execute(sql, &[owners, slots, ids, epochs, wraps]).await?)
    }
}

fn stored(rows: &[Row]) -> Result<Vec<Stored>, KeyStoreError> {
    let each = |row: &Row| match (row.get(6), row.get::<_, Option<&[u8]>>(1)) {
        (true, _) => Ok(Stored::Erased),
        (false, Some(_)) => key_at(row, 1).map(Stored::Key),
        (false, None) => Ok(Stored::Absent),
    };
    rows.iter().map(each).collect()
}

#[async_trait]
impl KeyStore for PostgresKeyStore {
    async fn load(&self, slots: &[Slot]) -> Result<Vec<Stored>, KeyStoreError> {
        in_time(async {
            let owners: Vec<_> = slots.iter().map(Slot::owner_bytes).collect();
            let names: Vec<_> = slots.iter().map(Slot::name).collect();
            let client = self.client().await?;
            let load = client.prepare_cached(LOAD).await?;
            stored(&client.query(&load, &[&owners, &names]).await?)
        })
        .await
    }

    async fn add(&self, keys: Vec<WrappedKey>) -> Result<Vec<Stored>, KeyStoreError> {
        in_time(async {
            let mut client = self.client().await?;
            let transaction = begin(&mut client).await?;
            let columns = Columns::of(&keys);
            transaction.execute(SHARE, &[&columns.owners]).await?;
            refuse_stale(current(&transaction).await?, &keys)?;
            columns.execute(&transaction, ADD).await?;
            // What somebody else stored meanwhile was waited for, and is seen now.
            let answers = stored(&transaction.query(LOAD, &[&columns.owners, &columns.slots]).await?)?;
            transaction.commit().await?;
            Ok(answers)
        })
        .await
    }

    async fn page(
        &self,
        after: Option<Slot>,
        except: Option<Epoch>,
        limit: usize,
    ) -> Result<Vec<WrappedKey>, KeyStoreError> {
        in_time(async {
            let (owner, name) = after.as_ref().map_or((&[][..], ""), |slot| (slot.owner_bytes(), slot.name()));
            let except = except.map_or(-1, |Epoch(epoch)| i64::from(epoch));
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = self.client().await?.query(PAGE, &[&owner, &name, &except, &limit]).await?;
            rows.iter().map(|row| key_at(row, 0)).collect()
        })
        .await
    }

    async fn rewrap(&self, keys: Vec<WrappedKey>) -> Result<usize, KeyStoreError> {
        in_time(async {
            let mut client = self.client().await?;
            let transaction = begin(&mut client).await?;
            refuse_stale(current(&transaction).await?, &keys)?;
            let replaced = Columns::of(&keys).execute(&transaction, REWRAP).await?;
            transaction.commit().await?;
            usize::try_from(replaced).map_err(|_| damaged("more keys than can be"))
        })
        .await
    }

    async fn destroy(&self, doomed: Doomed) -> Result<(), KeyStoreError> {
        let client = in_time(async {
            let mut client = self.client().await?;
            let transaction = begin(&mut client).await?;
            match doomed {
                Doomed::Person(PersonId(person)) => {
                    let owner = &person.as_bytes()[..];
                    // The service's first, in the order of those who share the locks.
                    transaction.execute(ALONE, &[&Slot::Service(KeyPurpose::DIES_WITH_ANYBODY).owner_bytes()]).await?;
                    transaction.execute(ALONE, &[&owner]).await?;
                    let tombstone = "INSERT INTO baken_keys.tombstones (person) VALUES ($1) ON CONFLICT DO NOTHING";
                    transaction.execute(tombstone, &[&owner]).await?;
                    transaction.execute("DELETE FROM baken_keys.data_keys WHERE owner = $1", &[&owner]).await?;
                    transaction.execute(DELETE_OF_PURPOSE, &[&KeyPurpose::DIES_WITH_ANYBODY.name()]).await?;
                }
                Doomed::KeyPurpose(purpose) => {
                    transaction.execute(DELETE_OF_PURPOSE, &[&purpose.name()]).await?;
                }
            }
            transaction.commit().await?;
            Ok(client)
        })
        .await?;
        // Row versions that nobody sees any more are taken out of the table's file.
        client.batch_execute("VACUUM baken_keys.data_keys").await?;
        Ok(())
    }

    async fn tombstones(&self) -> Result<Vec<PersonId>, KeyStoreError> {
        in_time(async {
            let rows = self.client().await?.query("SELECT person FROM baken_keys.tombstones", &[]).await?;
            let person = |row: &Row| Uuid::from_slice(row.get(0)).map(PersonId);
            rows.iter().map(person).collect::<Result<_, _>>().map_err(|_| damaged("an id is not of 16 bytes"))
        })
        .await
    }

    async fn slot_of(&self, id: KeyId) -> Result<Option<Slot>, KeyStoreError> {
        in_time(async {
            let sql = "SELECT owner, slot, key_id, epoch, wrapped FROM baken_keys.data_keys WHERE key_id = $1";
            let row = self.client().await?.query_opt(sql, &[&id.0]).await?;
            row.map(|row| key_at(&row, 0).map(|key| key.slot)).transpose()
        })
        .await
    }

    async fn epochs(&self) -> Result<Epochs, KeyStoreError> {
        in_time(async {
            let sql = "SELECT epoch, check_value, current FROM baken_keys.epochs ORDER BY epoch";
            let mut known = Epochs::default();
            for row in self.client().await?.query(sql, &[]).await? {
                let epoch = epoch_at(&row, 0)?;
                known.checks.push((epoch, row.get(1)));
                known.current = if row.get(2) { Some(epoch) } else { known.current };
            }
            Ok(known)
        })
        .await
    }

    async fn advance(&self, epoch: Epoch, check: Vec<u8>) -> Result<(), KeyStoreError> {
        in_time(async {
            let mut client = self.client().await?;
            let transaction = begin(&mut client).await?;
            // One at a time; who adds keys meanwhile waits for the commit, or is waited for.
            transaction.batch_execute("LOCK TABLE baken_keys.epochs IN SHARE ROW EXCLUSIVE MODE").await?;
            if current(&transaction).await? < Some(epoch) {
                let number = i64::from(epoch.0);
                let sql = "INSERT INTO baken_keys.epochs (epoch, check_value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
                transaction.execute(sql, &[&number, &check]).await?;
                transaction.execute("UPDATE baken_keys.epochs SET current = (epoch = $1)", &[&number]).await?;
            }
            transaction.commit().await?;
            Ok(())
        })
        .await
    }

    async fn retire(&self, before: Epoch) -> Result<(), KeyStoreError> {
        let client = in_time(async {
            let mut client = self.client().await?;
            let transaction = begin(&mut client).await?;
            let number = i64::from(before.0);
            let count = "SELECT count(*) FROM baken_keys.data_keys WHERE epoch < $1";
            let keys: i64 = transaction.query_one(count, &[&number]).await?.get(0);
            if keys > 0 {
                return Err(KeyStoreError::EpochInUse { keys: keys.unsigned_abs() });
            }
            let forget = "DELETE FROM baken_keys.epochs WHERE epoch < $1 AND NOT current";
            transaction.execute(forget, &[&number]).await?;
            transaction.commit().await?;
            Ok(client)
        })
        .await?;
        // The old wraps go out of the table's file with their epoch.
        client.batch_execute("VACUUM baken_keys.data_keys").await?;
        Ok(())
    }
}

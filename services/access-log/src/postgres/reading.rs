//! Reading: one statement each, on connections of a pool.

use deadpool_postgres::Pool;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::{connection, signed};
use crate::{AccessError, Of, RecordLeaf, Seed, StoredRecord};

const EVERYBODY: &str = "SELECT number, seed, record FROM baken_access.accesses
    WHERE number < $1 ORDER BY number DESC LIMIT $2";
const OF_USER: &str = "SELECT number, seed, record FROM baken_access.accesses
    WHERE user_id = $3 AND number < $1 ORDER BY number DESC LIMIT $2";
const OF_ORGANISATION: &str = "SELECT number, seed, record FROM baken_access.accesses
    WHERE organisation = $3 AND number < $1 ORDER BY number DESC LIMIT $2";
/// The numbers are limited first: so few records are fetched, whoever is asked for.
const OF_PERSONS: &str = "SELECT number, seed, record FROM baken_access.accesses JOIN
        (SELECT DISTINCT number FROM baken_access.persons
         WHERE person = ANY($3) AND number < $1 ORDER BY number DESC LIMIT $2) AS wanted USING (number)
    ORDER BY number DESC";
const OLDEST: &str = "SELECT number, seed, record FROM baken_access.accesses
    WHERE number > $1 ORDER BY number LIMIT $2";
const LEAVES: &str = "SELECT number, at, body FROM baken_access.leaves WHERE number > $1 ORDER BY number LIMIT $2";

/// The latest records before a number, newest first.
pub(super) async fn newest(
    pool: &Pool,
    of: &Of,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<StoredRecord>, AccessError> {
    let (before, limit) = (signed(before.unwrap_or(u64::MAX)), limit_of(limit));
    let rows = match of {
        Of::Everybody => query(pool, EVERYBODY, &[&before, &limit]).await,
        Of::User(user) => query(pool, OF_USER, &[&before, &limit, &user.as_str()]).await,
        Of::Organisation(organisation) => {
            query(pool, OF_ORGANISATION, &[&before, &limit, &organisation.as_str()]).await
        }
        Of::Persons(ids) => {
            let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
            query(pool, OF_PERSONS, &[&before, &limit, &ids]).await
        }
    };
    rows?.iter().map(stored).collect()
}

/// The oldest records after a number, oldest first.
pub(super) async fn oldest(pool: &Pool, after: u64, limit: usize) -> Result<Vec<StoredRecord>, AccessError> {
    query(pool, OLDEST, &[&signed(after), &limit_of(limit)]).await?.iter().map(stored).collect()
}

pub(super) async fn leaves(pool: &Pool, after: u64, limit: usize) -> Result<Vec<RecordLeaf>, AccessError> {
    let rows = query(pool, LEAVES, &[&signed(after), &limit_of(limit)]).await?;
    rows.iter().map(|row| Ok(RecordLeaf { number: number(row), at: row.try_get(1)?, body: row.try_get(2)? })).collect()
}

async fn query(pool: &Pool, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, AccessError> {
    let client = connection(pool).await?;
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, values).await?)
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A number, in the first column.
fn number(row: &Row) -> u64 {
    row.get::<_, i64>(0).cast_unsigned()
}

fn stored(row: &Row) -> Result<StoredRecord, AccessError> {
    let number = number(row);
    let seed = row.try_get::<_, &[u8]>(1)?.try_into().map_err(|_| AccessError::Damaged(number))?;
    Ok(StoredRecord { number, seed: Seed::from_bytes(seed), record: row.try_get(2)? })
}

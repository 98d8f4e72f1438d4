//! Reading: the queries, on connections of a pool.
//!
//! Positions are given out and committed in their order, so what one statement sees is always the beginning of the log.

use std::pin::pin;

use deadpool_postgres::{Object, Pool};
use futures_util::TryStreamExt;
use tokio_postgres::Row;

use crate::port::{LogError, LogPage, Position, Recorded, StreamName};
use storage::postgres;

/// A page ends once it has so many bytes of events.
const PAGE_BYTES: usize = 16 * 1024 * 1024;

const COLUMNS: &str = "SELECT e.position, e.revision, e.id, s.name, e.kind, e.data, e.metadata
                       FROM baken.events e JOIN baken.streams s ON s.id = e.stream";

fn unavailable(error: &tokio_postgres::Error) -> LogError {
    LogError::Unavailable(postgres::reason(error))
}

async fn connection(pool: &Pool) -> Result<Object, LogError> {
    pool.get().await.map_err(|error| LogError::Unavailable(postgres::pool_reason(&error)))
}

async fn in_time<T>(answer: impl Future<Output = Result<T, LogError>>) -> Result<T, LogError> {
    let answer = postgres::in_time(answer).await;
    answer.unwrap_or_else(|| Err(LogError::Unavailable(postgres::TOO_LATE.to_owned())))
}

pub(super) async fn head(pool: &Pool) -> Result<Position, LogError> {
    in_time(async { head_of(&connection(pool).await?).await }).await
}

pub(super) async fn stream(pool: &Pool, name: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
    in_time(stream_of(pool, name, from)).await
}

pub(super) async fn page(pool: &Pool, after: Position, limit: usize) -> Result<LogPage, LogError> {
    in_time(page_of(pool, after, limit)).await
}

async fn head_of(client: &Object) -> Result<Position, LogError> {
    let head = async {
        let head = client.prepare_cached("SELECT coalesce(max(position), 0) FROM baken.events").await?;
        client.query_one(&head, &[]).await
    };
    let row = head.await.map_err(|error| unavailable(&error))?;
    Ok(Position(row.get::<_, i64>(0).cast_unsigned()))
}

async fn stream_of(pool: &Pool, name: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
    let client = connection(pool).await?;
    let sql = format!("{COLUMNS} WHERE s.name = $1 AND e.revision >= $2 ORDER BY e.revision");
    let rows = async {
        let read = client.prepare_cached(&sql).await?;
        client.query(&read, &[&name.as_str(), &signed(from)]).await
    };
    rows.await.map_err(|error| unavailable(&error))?.iter().map(recorded).collect()
}

async fn page_of(pool: &Pool, after: Position, limit: usize) -> Result<LogPage, LogError> {
    // Both statements on one connection: another one may lead to a server that has less.
    let client = connection(pool).await?;
    // Read first: nothing is ever removed, so what lies up to here does not change any more.
    let head = head_of(&client).await?;
    if after > head {
        // A standby took over that had not confirmed what was read from the server before, or one answers that is behind.
        return Err(LogError::Unavailable(format!("the server's log ends at {head}, before {after}")));
    }
    if after == head {
        return Ok(LogPage { events: Vec::new(), next: after, at_head: true });
    }
    let sql = format!("{COLUMNS} WHERE e.position > $1 AND e.position <= $2 ORDER BY e.position LIMIT $3");
    let span = [signed(after.0), signed(head.0), i64::try_from(limit).unwrap_or(i64::MAX)];
    let rows = async {
        let read = client.prepare_cached(&sql).await?;
        client.query_raw(&read, span).await
    };
    let mut rows = pin!(rows.await.map_err(|error| unavailable(&error))?);
    let mut events: Vec<Recorded> = Vec::new();
    let mut bytes = 0;
    let mut full = limit == 0;
    while !full {
        let Some(row) = rows.try_next().await.map_err(|error| unavailable(&error))? else { break };
        let event = recorded(&row)?;
        bytes += event.data.len() + event.metadata.len();
        events.push(event);
        full = events.len() == limit || bytes >= PAGE_BYTES;
    }
    let next = if full { events.last().map_or(after, |event| event.position) } else { head };
    Ok(LogPage { events, next, at_head: next >= head })
}

fn recorded(row: &Row) -> Result<Recorded, LogError> {
    let number = |column: usize| {
        let number: i64 = row.try_get(column).map_err(|error| LogError::Damaged(error.to_string()))?;
        u64::try_from(number).map_err(|_| LogError::Damaged("a position or revision is negative".to_owned()))
    };
    let damaged = |error: tokio_postgres::Error| LogError::Damaged(error.to_string());
    Ok(Recorded {
        position: Position(number(0)?),
        revision: number(1)?,
        id: row.try_get(2).map_err(damaged)?,
        stream: StreamName::new(row.try_get::<_, String>(3).map_err(damaged)?),
        kind: row.try_get(4).map_err(damaged)?,
        data: row.try_get(5).map_err(damaged)?,
        metadata: row.try_get(6).map_err(damaged)?,
    })
}

/// No position or revision is beyond what PostgreSQL counts to, so whatever asks for more asks for nothing.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

//! Removing records whose time is over. Several nodes may do so at once: one part after another is removed, each by one of
//! them.

use deadpool_postgres::Pool;
use tokio_postgres::IsolationLevel;

use super::schema::REMOVAL_LOCK;
use super::{connection, signed};
use crate::{Access, AccessError};

/// Records removed in one transaction at most.
pub(super) const TOGETHER: u64 = 2_000;

const WANTED: &str = "SELECT number, record FROM baken_access.accesses
    WHERE number <= $1 AND number < (SELECT max(number) FROM baken_access.accesses) ORDER BY number LIMIT $2";
const REMOVE_PERSONS: &str = "DELETE FROM baken_access.persons AS here
    USING unnest($1::uuid[], $2::bigint[]) AS gone (person, number)
    WHERE here.person = gone.person AND here.number = gone.number";

/// Removes the oldest records up to a number, so many in one transaction, and says how many. The seed of a record goes with
/// it: without it, what is left of the record tells nothing of it.
pub(super) async fn some(pool: &Pool, until: u64) -> Result<u64, AccessError> {
    let mut client = connection(pool).await?;
    let transaction = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start().await?;
    transaction.batch_execute("SET LOCAL lock_timeout = '15s'").await?;
    // Each statement after it sees what the node before has removed.
    transaction.batch_execute(REMOVAL_LOCK).await?;
    let rows = transaction.query(WANTED, &[&signed(until), &signed(TOGETHER)]).await?;
    let (mut numbers, mut unreadable) = (Vec::<i64>::new(), Vec::<i64>::new());
    let (mut persons, mut of_numbers) = (Vec::new(), Vec::new());
    for row in &rows {
        let number: i64 = row.get(0);
        numbers.push(number);
        match serde_json::from_slice::<Access>(row.get(1)) {
            Ok(access) => {
                persons.extend(access.persons.iter().map(|shown| shown.person_id.0));
                of_numbers.resize(persons.len(), number);
            }
            Err(_) => unreadable.push(number),
        }
    }
    transaction.execute(REMOVE_PERSONS, &[&persons, &of_numbers]).await?;
    if !unreadable.is_empty() {
        // That they were of somebody is found by their numbers alone.
        transaction.execute("DELETE FROM baken_access.persons WHERE number = ANY($1)", &[&unreadable]).await?;
    }
    transaction.execute("DELETE FROM baken_access.accesses WHERE number = ANY($1)", &[&numbers]).await?;
    transaction.commit().await?;
    Ok(numbers.len() as u64)
}

//! The one writer of a node: it takes whatever records wait and commits them as one transaction.

use std::collections::BTreeSet;
use std::time::Duration;

use storage::postgres::{BEGIN, Connector};
use tokio::sync::{mpsc, oneshot};
use tokio::try_join;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};
use uuid::Uuid;

use super::schema::LOCK;
use crate::{Access, AccessError, Seed, StoredRecord};

/// Records of one transaction at most.
const TOGETHER: usize = 512;
/// How long to leave a server alone that was not there.
const PAUSE: Duration = Duration::from_millis(200);

pub(super) struct Waiting {
    pub record: PreparedRecord,
    pub answer: oneshot::Sender<Result<(), AccessError>>,
}

/// A record with all that is stored of it but its number. It is made before the lock is taken: the hash over a record's parts
/// does not depend on the number.
pub(super) struct PreparedRecord {
    user: String,
    organisation: String,
    persons: BTreeSet<Uuid>,
    seed: Seed,
    record: Vec<u8>,
    at: String,
    body: Vec<u8>,
}

impl PreparedRecord {
    pub fn of(access: &Access) -> Result<Self, AccessError> {
        let record = serde_json::to_vec(access).map_err(|_| AccessError::Damaged(0))?;
        let stored = StoredRecord { number: 0, seed: Seed::random().ok_or(AccessError::NoRandomness)?, record };
        let leaf = stored.leaf().ok_or(AccessError::Damaged(0))?;
        Ok(Self {
            user: access.user.as_str().to_owned(),
            organisation: access.organisation.as_str().to_owned(),
            persons: access.persons.iter().map(|shown| shown.person_id.0).collect(),
            seed: stored.seed,
            record: stored.record,
            at: leaf.at,
            body: leaf.body,
        })
    }
}

/// The connection that writes, with its statements.
struct Link {
    client: Client,
    last: Statement,
    add_accesses: Statement,
    add_leaves: Statement,
    add_persons: Statement,
}

impl Link {
    async fn open(connector: &Connector) -> Result<Self, Error> {
        let client = connector.writer().await?;
        let last = client.prepare("SELECT coalesce(max(number), 0) FROM baken_access.leaves").await?;
        let add_accesses = "INSERT INTO baken_access.accesses (number, user_id, organisation, seed, record)
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::bytea[])";
        let add_accesses = client.prepare(add_accesses).await?;
        let add_leaves = "INSERT INTO baken_access.leaves (number, at, body)
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[])";
        let add_leaves = client.prepare(add_leaves).await?;
        let add_persons =
            "INSERT INTO baken_access.persons (person, number) SELECT * FROM unnest($1::uuid[], $2::bigint[])";
        let add_persons = client.prepare(add_persons).await?;
        Ok(Self { client, last, add_accesses, add_leaves, add_persons })
    }

    /// Commits a batch. On an error the connection is no longer to be used: what it was in the middle of is not known.
    async fn commit(&self, batch: &[Waiting]) -> Result<(), Error> {
        // One way there and back, in this order: the server takes them one after another, each with a look at what was
        // committed before the lock was given.
        let ((), (), last) = try_join!(
            biased;
            self.client.batch_execute(BEGIN),
            self.client.batch_execute(LOCK),
            self.client.query_one(&self.last, &[]),
        )?;
        let rows = Rows::new(last.get(0), batch);
        let accesses: [&(dyn ToSql + Sync); 5] =
            [&rows.numbers, &rows.users, &rows.organisations, &rows.seeds, &rows.records];
        let leaves: [&(dyn ToSql + Sync); 3] = [&rows.numbers, &rows.times, &rows.bodies];
        let persons: [&(dyn ToSql + Sync); 2] = [&rows.persons, &rows.of_numbers];
        try_join!(
            biased;
            self.client.execute(&self.add_accesses, &accesses),
            self.client.execute(&self.add_leaves, &leaves),
            self.client.execute(&self.add_persons, &persons),
            self.client.batch_execute("COMMIT"),
        )?;
        Ok(())
    }
}

/// What a batch writes, by column.
#[derive(Default)]
struct Rows<'a> {
    numbers: Vec<i64>,
    users: Vec<&'a str>,
    organisations: Vec<&'a str>,
    seeds: Vec<&'a [u8]>,
    records: Vec<&'a [u8]>,
    times: Vec<&'a str>,
    bodies: Vec<&'a [u8]>,
    persons: Vec<Uuid>,
    of_numbers: Vec<i64>,
}

impl<'a> Rows<'a> {
    /// The rows of records that come after the last number.
    fn new(last: i64, batch: &'a [Waiting]) -> Self {
        let mut rows = Self::default();
        for (number, Waiting { record, .. }) in (last + 1..).zip(batch) {
            rows.numbers.push(number);
            rows.users.push(&record.user);
            rows.organisations.push(&record.organisation);
            rows.seeds.push(record.seed.as_bytes());
            rows.records.push(&record.record);
            rows.times.push(&record.at);
            rows.bodies.push(&record.body);
            rows.persons.extend(&record.persons);
            rows.of_numbers.resize(rows.persons.len(), number);
        }
        rows
    }
}

/// Runs until every sender is gone and every record that was sent has its answer.
///
/// It does not stop for a failure, as the writer of a file does: PostgreSQL ends all connections when it cannot flush its
/// write-ahead log, and knows after its recovery what is there.
pub(super) async fn run(connector: Connector, mut inbox: mpsc::Receiver<Waiting>) {
    let mut link = None;
    let mut batch = Vec::with_capacity(TOGETHER);
    while inbox.recv_many(&mut batch, TOGETHER).await > 0 {
        let written = commit(&connector, &mut link, &batch).await;
        if let Err(why) = &written {
            tracing::warn!(%why, "the access log did not take records: nothing was disclosed");
        }
        for waiting in batch.drain(..) {
            // Who no longer waits was shown nothing.
            let _ = waiting.answer.send(written.clone());
        }
        if written.is_err() {
            link = None;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn commit(connector: &Connector, link: &mut Option<Link>, batch: &[Waiting]) -> Result<(), AccessError> {
    // The wait for other nodes' included.
    super::in_time(async {
        let link = match link {
            Some(open) if !open.client.is_closed() => open,
            other => other.insert(Link::open(connector).await?),
        };
        Ok(link.commit(batch).await?)
    })
    .await
}

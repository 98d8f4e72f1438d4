//! The one appender of a node. It takes whatever appends are waiting and commits them as one transaction, under a lock
//! that only one appender of all nodes holds at a time: so positions commit in their order, and a reader that goes on
//! from the last one it saw skips nothing.
//!
//! What fails on the way to the server is answered as not available: the append may have been made, and its repeat is
//! recognised by the ids of its events.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::try_join;
use futures_util::try_join;
use tokio::sync::{mpsc, watch};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};
use uuid::Uuid;

use super::schema::{CHANNEL, LOCK};
use crate::port::{Appended, LogError, Position};
use crate::queue::{QueuedAppend, Verdict};
use crate::rules::{self, Repeat};
use storage::postgres::{self, BEGIN, Connector};

/// How long to leave a server alone that was not there.
const PAUSE: Duration = Duration::from_millis(200);

/// The connection that appends, with its statements.
struct Link {
    client: Client,
    known: Statement,
    tails: Statement,
    ends: Statement,
    add_streams: Statement,
    add_events: Statement,
    announce: Statement,
}

impl Link {
    async fn open(connector: &Connector) -> Result<Self, Error> {
        let client = connector.writer().await?;
        let known =
            client.prepare("SELECT id, stream, revision, position FROM baken.events WHERE id = ANY($1)").await?;
        let tails = "SELECT s.name, s.id, (SELECT max(revision) FROM baken.events WHERE stream = s.id)
                     FROM baken.streams s WHERE s.name = ANY($1)";
        let tails = client.prepare(tails).await?;
        let ends = "SELECT (SELECT coalesce(max(position), 0) FROM baken.events),
                           (SELECT coalesce(max(id), 0) FROM baken.streams)";
        let ends = client.prepare(ends).await?;
        let add_streams = "INSERT INTO baken.streams (id, name) SELECT * FROM unnest($1::bigint[], $2::text[])";
        let add_streams = client.prepare(add_streams).await?;
        let add_events = "INSERT INTO baken.events (position, stream, revision, id, kind, data, metadata)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::bytea[], $7::bytea[])";
        let add_events = client.prepare(add_events).await?;
        let announce = client.prepare("SELECT pg_notify($1, $2)").await?;
        Ok(Self { client, known, tails, ends, add_streams, add_events, announce })
    }

    /// Commits a batch. On an error the connection is no longer to be used: what it was in the middle of is not known.
    async fn commit(&self, batch: &[QueuedAppend]) -> Result<(Vec<Verdict>, Position), Error> {
        let ids: Vec<Uuid> = batch.iter().flat_map(|waiting| &waiting.events).map(|event| event.id).collect();
        let names: Vec<&str> = batch.iter().map(|waiting| waiting.stream.as_str()).collect();
        // One way there and back: the server takes them one after another, each with a look at what was committed
        // before the lock was given.
        let begin = try_join(self.client.batch_execute(BEGIN), self.client.batch_execute(LOCK));
        let known_by: [&(dyn ToSql + Sync); 1] = [&ids];
        let tails_by: [&(dyn ToSql + Sync); 1] = [&names];
        let (_, known, tails, ends) = try_join!(
            begin,
            self.client.query(&self.known, &known_by),
            self.client.query(&self.tails, &tails_by),
            self.client.query_one(&self.ends, &[]),
        )?;
        let mut judge = Judge::new(&known, &tails, &ends);
        let verdicts = batch.iter().map(|waiting| judge.append(waiting)).collect();
        let Judge { position, writes, .. } = judge;
        if writes.ids.is_empty() {
            self.client.batch_execute("ROLLBACK").await?;
        } else {
            self.write(&writes, position).await?;
        }
        Ok((verdicts, Position(position.cast_unsigned())))
    }

    async fn write(&self, writes: &Writes<'_>, position: i64) -> Result<(), Error> {
        let streams: [&(dyn ToSql + Sync); 2] = [&writes.new_streams, &writes.new_names];
        let events: [&(dyn ToSql + Sync); 7] = [
            &writes.positions,
            &writes.streams,
            &writes.revisions,
            &writes.ids,
            &writes.kinds,
            &writes.data,
            &writes.metadata,
        ];
        let said = position.to_string();
        let announced: [&(dyn ToSql + Sync); 2] = [&CHANNEL, &said];
        try_join!(
            self.client.execute(&self.add_streams, &streams),
            self.client.execute(&self.add_events, &events),
            self.client.execute(&self.announce, &announced),
            self.client.batch_execute("COMMIT"),
        )?;
        Ok(())
    }
}

/// What a batch writes, by column.
#[derive(Default)]
struct Writes<'a> {
    new_streams: Vec<i64>,
    new_names: Vec<&'a str>,
    positions: Vec<i64>,
    streams: Vec<i64>,
    revisions: Vec<i64>,
    ids: Vec<Uuid>,
    kinds: Vec<&'a str>,
    data: Vec<&'a [u8]>,
    metadata: Vec<&'a [u8]>,
}

/// Judges the appends of a batch one by one, each by the log as those before it have left it.
struct Judge<'a> {
    /// Where each id is: its stream, revision and position.
    known: HashMap<Uuid, (i64, i64, i64)>,
    /// The row and the last revision of each stream.
    tails: HashMap<String, (i64, i64)>,
    position: i64,
    last_stream: i64,
    writes: Writes<'a>,
}

impl<'a> Judge<'a> {
    fn new(known: &[Row], tails: &[Row], ends: &Row) -> Self {
        Self {
            known: known.iter().map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3)))).collect(),
            tails: tails.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect(),
            position: ends.get(0),
            last_stream: ends.get(1),
            writes: Writes::default(),
        }
    }

    fn append(&mut self, waiting: &'a QueuedAppend) -> Verdict {
        let name = waiting.stream.as_str();
        let tail = self.tails.get(name).copied();
        let known = waiting.events.iter().map(|event| {
            let (stream, revision, position) = self.known.get(&event.id)?;
            Some(Repeat {
                here: tail.is_some_and(|(row, _)| row == *stream),
                revision: revision.cast_unsigned(),
                position: Position(position.cast_unsigned()),
            })
        });
        if let Some(first_time) = rules::repeated(known)? {
            return Ok(first_time);
        }
        rules::expect(waiting.expected, tail.map(|(_, revision)| revision.cast_unsigned()))?;
        let (row, mut revision) = tail.unwrap_or_else(|| {
            self.last_stream += 1;
            self.writes.new_streams.push(self.last_stream);
            self.writes.new_names.push(name);
            (self.last_stream, -1)
        });
        for event in &waiting.events {
            revision += 1;
            self.position += 1;
            self.known.insert(event.id, (row, revision, self.position));
            self.writes.positions.push(self.position);
            self.writes.streams.push(row);
            self.writes.revisions.push(revision);
            self.writes.ids.push(event.id);
            self.writes.kinds.push(&event.kind);
            self.writes.data.push(&event.data);
            self.writes.metadata.push(&event.metadata);
        }
        self.tails.insert(name.to_owned(), (row, revision));
        Ok(Appended { revision: revision.cast_unsigned(), position: Position(self.position.cast_unsigned()) })
    }
}

/// Runs until every sender is gone and every append that was sent has its answer.
pub(super) async fn run(
    connector: Connector,
    mut inbox: mpsc::Receiver<QueuedAppend>,
    most: usize,
    head: watch::Sender<Position>,
) {
    let mut link: Option<Link> = None;
    let mut batch = Vec::with_capacity(most);
    while inbox.recv_many(&mut batch, most).await > 0 {
        match commit(&connector, &mut link, &batch).await {
            Ok((verdicts, position)) => {
                advance(&head, position);
                for (waiting, verdict) in batch.drain(..).zip(verdicts) {
                    // Who no longer waits for the answer can repeat the append to get it.
                    let _ = waiting.answer.send(verdict);
                }
            }
            Err(why) => {
                link = None;
                tracing::warn!(%why, "the event log did not take an append");
                for waiting in batch.drain(..) {
                    let _ = waiting.answer.send(Err(LogError::Unavailable(why.clone())));
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn commit(
    connector: &Connector,
    link: &mut Option<Link>,
    batch: &[QueuedAppend],
) -> Result<(Vec<Verdict>, Position), String> {
    let work = async {
        let link = match link {
            Some(open) if !open.client.is_closed() => open,
            other => other.insert(Link::open(connector).await?),
        };
        link.commit(batch).await
    };
    // The wait for other nodes' included.
    match postgres::in_time(work).await {
        Some(committed) => committed.map_err(|error| postgres::reason(&error)),
        None => Err(postgres::TOO_LATE.to_owned()),
    }
}

/// Tells those who wait that the log has come so far; it never goes back.
pub(super) fn advance(head: &watch::Sender<Position>, position: Position) {
    head.send_if_modified(|known| {
        let further = position > *known;
        *known = (*known).max(position);
        further
    });
}

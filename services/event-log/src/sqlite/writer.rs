//! The one thread that writes. It takes whatever appends are waiting, commits them with one flush, and answers only
//! when the commit has returned. A failed write ends it: what the disk holds is then no longer known, and a second
//! flush may report a success that the first one has already lost.

use std::sync::Arc;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, watch};

use super::Options;
use super::batch::{Batch, Way, was_there};
use super::stream_index::{Disorder, Unindexed};
use super::streams::KnownStreams;
use crate::port::{LogError, Position, Proposed};
use crate::queue::{QueuedAppend, Verdict};
use storage::sqlite_file::checkpoint::{Gate, Nudge, Stopped};

/// What one append adds to the write-ahead log beside its own bytes, roughly: pages that it fills in part.
const PAGES_PER_APPEND: usize = 16_384;
/// So often the writer lets others run after a batch, as long as fewer wait than it has just answered: who was answered
/// together often comes back together, and one flush for them all is quicker than one for the first of them.
const COURTESY: usize = 4;

/// What the writer shares with those who append and wait.
pub(super) struct Shared {
    /// The last position committed.
    pub head: watch::Sender<Position>,
    pub gate: Arc<Gate>,
}

impl Shared {
    pub(crate) fn new(head: Position) -> Self {
        Self { head: watch::Sender::new(head), gate: Gate::new("the event log") }
    }
}

impl From<Stopped> for LogError {
    fn from(Stopped(why): Stopped) -> Self {
        Self::Stopped(why)
    }
}

/// Why a batch was not committed.
#[derive(Debug)]
pub(super) enum Failure {
    /// It never began: somebody else held the file. Nothing was written.
    Busy(rusqlite::Error),
    /// A write or the flush failed.
    Broken(rusqlite::Error),
}

pub(super) struct Writer {
    connection: Connection,
    streams: KnownStreams,
    unindexed: Unindexed,
    position: i64,
    shared: Arc<Shared>,
    nudge: Nudge,
    written: usize,
}

/// The last position of the log, 0 where it is empty.
pub(super) fn last_position(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("SELECT coalesce(max(position), 0) FROM events")?.query_row([], |row| row.get(0))
}

impl Writer {
    /// `position` is the last one of the log.
    pub(crate) fn new(
        connection: Connection,
        position: i64,
        options: &Options,
        shared: Arc<Shared>,
        nudge: Nudge,
    ) -> Result<Self, Disorder> {
        let unindexed = Unindexed::read(&connection, position, options.indexed_at_once)?;
        let streams = KnownStreams::new(options.known_streams);
        Ok(Self { connection, streams, unindexed, position, shared, nudge, written: 0 })
    }

    /// Runs until every sender is gone and every append that was sent has its answer.
    pub(crate) fn run(mut self, mut inbox: mpsc::Receiver<QueuedAppend>, most: usize) {
        let mut batch = Vec::with_capacity(most);
        let mut verdicts = Vec::with_capacity(most);
        while inbox.blocking_recv_many(&mut batch, most) > 0 {
            let answered = batch.len();
            let outcome = self.commit(&batch, &mut verdicts);
            match outcome {
                Ok(()) => {
                    self.shared.head.send_if_modified(|head| {
                        let committed = Position(self.position.cast_unsigned());
                        std::mem::replace(head, committed) != committed
                    });
                    for (waiting, verdict) in batch.drain(..).zip(verdicts.drain(..)) {
                        // Who no longer waits for the answer can repeat the append to get it.
                        let _ = waiting.answer.send(verdict);
                    }
                    self.nudge.after(std::mem::take(&mut self.written));
                }
                Err(failure) => {
                    verdicts.clear();
                    for waiting in batch.drain(..) {
                        let _ = waiting.answer.send(Err(again(&failure)));
                    }
                }
            }
            for _ in 0..COURTESY {
                if answered == 1 || inbox.len() >= answered {
                    break;
                }
                std::thread::yield_now();
            }
        }
    }

    fn commit(&mut self, batch: &[QueuedAppend], verdicts: &mut Vec<Verdict>) -> Result<(), LogError> {
        let gate = Arc::clone(&self.shared.gate);
        let turn = gate.turn()?;
        match self.transact(batch, verdicts) {
            Ok(()) => {}
            Err(Failure::Busy(why)) => return Err(LogError::Unavailable(why.to_string())),
            Err(Failure::Broken(why)) => {
                gate.stop(&why);
                // Only to let go of the file's lock; whether it works changes nothing.
                let _ = self.connection.execute_batch("ROLLBACK");
            }
        }
        drop(turn);
        // A checkpoint may have failed meanwhile: then this flush is not to be believed either.
        Ok(gate.check()?)
    }

    pub(super) fn transact(&mut self, batch: &[QueuedAppend], verdicts: &mut Vec<Verdict>) -> Result<(), Failure> {
        let (position, unindexed) = (self.position, self.unindexed.len());
        self.begin()?;
        let written = match self.write(batch, verdicts, Way::Optimistic) {
            Err(why) if was_there(&why) => {
                self.execute("ROLLBACK").map_err(Failure::Broken)?;
                verdicts.clear();
                self.streams.forget();
                self.unindexed.truncate(unindexed);
                self.position = position;
                self.begin()?;
                self.write(batch, verdicts, Way::Careful)
            }
            written => written,
        };
        written.and_then(|()| self.execute("COMMIT")).map_err(Failure::Broken)
    }

    fn begin(&self) -> Result<(), Failure> {
        self.execute("BEGIN IMMEDIATE").map_err(|why| match why.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Failure::Busy(why),
            _ => Failure::Broken(why),
        })
    }

    fn write(&mut self, batch: &[QueuedAppend], verdicts: &mut Vec<Verdict>, way: Way) -> rusqlite::Result<()> {
        let Self { connection, streams, unindexed, position, .. } = self;
        let mut transaction = Batch::new(connection, streams, unindexed, position, way)?;
        for QueuedAppend { stream, expected, events, .. } in batch {
            verdicts.push(transaction.append(stream, *expected, events)?);
            self.written += PAGES_PER_APPEND + events.iter().map(Proposed::bytes).sum::<usize>();
        }
        transaction.finish()?;
        drop(transaction);
        unindexed.index(connection)
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

/// The same failure for one more append of the batch.
fn again(failure: &LogError) -> LogError {
    match failure {
        LogError::Stopped(why) => LogError::Stopped(why.clone()),
        other => LogError::Unavailable(other.to_string()),
    }
}

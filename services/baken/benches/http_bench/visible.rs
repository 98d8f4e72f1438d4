//! How long after the log acknowledged an event the read models show it: what a writer still waits for once the event
//! is durable.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use baken::app::{Baken, Request};
use baken::event_log::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};
use care_path::command::CommandKind;
use care_path::ids::CorrelationId;
use care_path::{PersonId, Principal};
use parking_lot::Mutex;

use super::Failure;

/// A log that notes when it acknowledged what, while it is asked to.
pub struct Noting<L> {
    log: L,
    acknowledged: Mutex<Option<HashMap<Position, Instant>>>,
}

impl<L> Noting<L> {
    pub fn new(log: L) -> Self {
        Self { log, acknowledged: Mutex::default() }
    }

    fn take(&self, position: Position) -> Option<Instant> {
        self.acknowledged.lock().as_mut()?.remove(&position)
    }

    fn begin(&self) {
        *self.acknowledged.lock() = Some(HashMap::new());
    }

    fn end(&self) {
        *self.acknowledged.lock() = None;
    }
}

#[async_trait]
impl<L: EventLog> EventLog for Noting<L> {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        let appended = self.log.append(stream, expected, events).await?;
        if let Some(noted) = self.acknowledged.lock().as_mut() {
            noted.insert(appended.position, Instant::now());
        }
        Ok(appended)
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        self.log.read_stream(stream, from).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        self.log.read_all(after, limit).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        self.log.head().await
    }

    async fn wake(&self, seen: Position) {
        self.log.wake(seen).await;
    }
}

fn intake(principal: &Principal, person: PersonId) -> Result<Request, Failure> {
    let body = serde_json::json!({"location_type": "night_shelter_eu", "urgency": "soon"});
    Ok(Request {
        principal: principal.clone(),
        person_id: Some(person),
        command: CommandKind::RecordIntake.read(None, &body)?,
        occurred: None,
        if_match: None,
        idempotency: None,
        correlation_id: CorrelationId(person.0),
        causation_id: None,
        purpose: baken::history::Purpose::default(),
    })
}

/// The time from acknowledged to visible of every write of so many writers, in milliseconds.
pub async fn visible<L: EventLog>(
    baken: &Arc<Baken>,
    log: &Arc<Noting<L>>,
    principal: &Principal,
    persons: &[PersonId],
    writers: usize,
    time: Duration,
) -> Result<Vec<f64>, Failure> {
    log.begin();
    let began = Instant::now();
    let mut writing = Vec::new();
    for writer in 0..writers {
        let own: Vec<_> = persons.iter().copied().skip(writer).step_by(writers).collect();
        let (baken, log, principal) = (Arc::clone(baken), Arc::clone(log), principal.clone());
        writing.push(tokio::spawn(async move {
            let mut took = Vec::new();
            for person in own.iter().cycle() {
                if began.elapsed() >= time {
                    break;
                }
                let receipt = baken.execute(intake(&principal, *person)?).await?;
                let visible = Instant::now();
                let acknowledged = log.take(receipt.position).ok_or("the log was not asked")?;
                took.push(visible.duration_since(acknowledged).as_secs_f64() * 1_000.0);
            }
            Ok::<_, Failure>(took)
        }));
    }
    let mut took = Vec::new();
    for writer in writing {
        took.extend(writer.await??);
    }
    log.end();
    Ok(took)
}

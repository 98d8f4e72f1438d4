//! An older and a newer node side by side on one log, while the newer one writes what the older does not know.

use std::sync::Arc;

use async_trait::async_trait;
use care_path::command::CommandKind;
use care_path::{PersonId, Principal};
use serde_json::{Value, json};
use uuid::Uuid;

use super::testing::{TestBaken, request, user};
use super::{Baken, ExecuteError, Receipt};
use crate::app::Reading;
use crate::event_log::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};

/// The log as a newer node reads it: it knows version 2 of the event, whose shape happens to be that of version 1.
struct AsNewer(Arc<dyn EventLog>);

fn known(mut event: Recorded) -> Recorded {
    event.metadata = of_version(&event.metadata, 1);
    event
}

fn of_version(metadata: &[u8], version: u32) -> Vec<u8> {
    let mut envelope: Value = serde_json::from_slice(metadata).unwrap();
    envelope["version"] = json!(version);
    envelope.to_string().into_bytes()
}

#[async_trait]
impl EventLog for AsNewer {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        self.0.append(stream, expected, events).await
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        Ok(self.0.read_stream(stream, from).await?.into_iter().map(known).collect())
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        let mut page = self.0.read_all(after, limit).await?;
        page.events = page.events.into_iter().map(known).collect();
        Ok(page)
    }

    async fn head(&self) -> Result<Position, LogError> {
        self.0.head().await
    }

    async fn wake(&self, seen: Position) {
        self.0.wake(seen).await;
    }
}

/// A node of the next version, on the log and with the keys of an older one.
fn newer(older: &TestBaken) -> TestBaken {
    older.beside_on(Arc::new(AsNewer(older.log.clone())))
}

fn outreach() -> Principal {
    user("outreach-rotterdam")
}

async fn ask(baken: &Baken, person: Option<PersonId>, kind: CommandKind, body: Value) -> Result<Receipt, ExecuteError> {
    baken.execute(request(outreach(), person, kind.read(None, &body).unwrap())).await
}

async fn signalled(baken: &Baken) -> PersonId {
    ask(baken, None, CommandKind::ReportSignal, json!({"channel": "outreach_round"})).await.unwrap().person_id.unwrap()
}

async fn met(baken: &Baken, person: PersonId) -> Result<Receipt, ExecuteError> {
    ask(baken, Some(person), CommandKind::RecordContact, json!({})).await
}

/// The newer node writes version 2 of what was last written to a person's stream.
async fn write_the_next_version(test: &TestBaken, person: PersonId) {
    let stream = crate::history::Stream::of_person(person);
    let last = test.log.read_stream(&stream, 0).await.unwrap().pop().unwrap();
    let event =
        Proposed { id: Uuid::from_u128(77), kind: last.kind, data: last.data, metadata: of_version(&last.metadata, 2) };
    test.log.append(&stream, Expected::Revision(last.revision), vec![event]).await.unwrap();
}

async fn stopped(test: &TestBaken) {
    tokio::time::timeout(std::time::Duration::from_secs(10), test.baken.stopped_following()).await.unwrap();
}

#[tokio::test]
async fn an_older_node_stops_at_a_version_that_it_does_not_know_and_takes_no_more_commands() {
    let older = TestBaken::start().await;
    let (person, other) = (signalled(&older.baken).await, signalled(&older.baken).await);
    met(&older.baken, person).await.unwrap();
    assert!(older.baken.follows());
    write_the_next_version(&older, person).await;
    stopped(&older).await;
    assert!(!older.baken.follows());
    let head = older.log.head().await.unwrap();
    // Neither to the case that it cannot read, nor to any other: it does not see what else happened to that one.
    for person in [person, other] {
        assert!(matches!(met(&older.baken, person).await, Err(ExecuteError::Outdated)));
    }
    assert_eq!(older.log.head().await.unwrap(), head);
}

#[tokio::test]
async fn a_newer_node_goes_on_beside_it_and_the_older_one_after_its_upgrade_has_lost_nothing() {
    let older = TestBaken::start().await;
    let (person, other) = (signalled(&older.baken).await, signalled(&older.baken).await);
    met(&older.baken, person).await.unwrap();
    let beside = newer(&older);
    beside.baken.reach(older.baken.position()).await.unwrap();
    write_the_next_version(&older, person).await;
    stopped(&older).await;

    let before = met(&beside.baken, other).await.unwrap();
    let after = met(&beside.baken, person).await.unwrap();
    assert!(beside.baken.follows() && after.position > before.position);

    let upgraded = newer(&older);
    upgraded.baken.reach(after.position).await.unwrap();
    let events = upgraded.baken.case_file(&Reading::from(&outreach()), person).unwrap();
    assert_eq!(events.revision, after.revision);
    met(&upgraded.baken, person).await.unwrap();
}

#[tokio::test]
async fn an_older_node_does_not_start_on_a_log_that_it_does_not_understand_and_says_where() {
    let test = TestBaken::start().await;
    let person = signalled(&test.baken).await;
    met(&test.baken, person).await.unwrap();
    write_the_next_version(&test, person).await;
    let head = test.log.head().await.unwrap();
    let late = test.beside();
    stopped(&late).await;
    let why = late.why_it_stopped().await.to_string();
    assert!(why.contains(&format!("at position {head}")), "{why}");
    assert!(why.contains("version 2"), "{why}");
}

#[tokio::test]
async fn the_doctors_streams_stop_nobody() {
    let test = TestBaken::start().await;
    let person = signalled(&test.baken).await;
    let ids = test.ids.clone();
    let report =
        crate::event_log::contract::run(test.log.clone(), Arc::new(move || crate::sources::IdSource::uuid_v7(&*ids)))
            .await;
    assert!(report.holds(), "{report}");
    if let Err(refused) = met(&test.baken, person).await {
        panic!("{refused}: {}", test.why_it_stopped().await);
    }
}

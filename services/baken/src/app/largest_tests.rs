//! How large an append can be: the contract asks every engine for one of this size, and KurrentDB takes it as it comes.

use care_path::event::{Event, read, samples};
use care_path::ids::CorrelationId;
use care_path::time::Occurred;
use care_path::{EventId, PersonId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::testing::{TestBaken, user};
use crate::edge::Limits;
use crate::event_log::Proposed;
use crate::event_log::contract::LARGEST_APPEND;
use crate::event_log::kurrentdb::double::DEFAULT_APPEND_BYTES;
use crate::history::{Envelope, Idempotency, KeyDigest, Purpose, Stream};
use crate::sources::{Clock, IdSource};

/// What an event has beside what was said in the body: envelope, ids, boxes.
const BESIDE: usize = 1_900;
/// The most events of one append: an organisation, with the facilities that it is registered with.
const EVENTS: usize = 33;

async fn sealed(here: &TestBaken, event: &Event) -> Proposed {
    let (person, id, author) = (PersonId(Uuid::from_u128(7)), here.ids.uuid_v7(), user("night-shelter-rotterdam"));
    let (occurred, key) = (Occurred::instant(here.clock.now()), KeyDigest::of(&author, "a key"));
    let envelope = Envelope {
        version: event.kind().version(),
        occurred_at: occurred.at,
        occurred_precision: occurred.precision,
        recorded_at: occurred.at,
        by: author.author(),
        correlation_id: CorrelationId(Uuid::from_u128(8)),
        causation_id: Some(EventId(id)),
        purpose: Purpose::Safeguarding,
        idempotency: Some(Idempotency { key, body: key }),
        moved: None,
    };
    here.baken.sealed(person, &Stream::of_person(person), EventId(id), &envelope, event).await.unwrap()
}

/// A document of the most characters that one may have.
fn largest_document() -> Event {
    let compact = |ciphertext: usize| {
        let header = "eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIn0";
        format!("{header}.a2V5.aXY.{}.dGFn", "YWFh".repeat(ciphertext / 4))
    };
    let document = compact(262_144 - compact(0).len());
    let private = |value: Value| json!({"$private": "medical", "value": value});
    let data = json!({"handover": Uuid::from_u128(9), "document": private(document.into())});
    read("handover_document_attached", 1, data).unwrap()
}

#[tokio::test]
async fn no_append_is_larger_than_the_contract_asks_for_and_a_server_takes_by_default() {
    let here = TestBaken::start().await;
    for event in samples().unwrap().iter().chain([&largest_document()]) {
        let said = serde_json::to_vec(&event.data().unwrap()).unwrap().len();
        let proposed = sealed(&here, event).await.bytes();
        // What is sealed is in base64; its marks are in `said` already.
        assert!(proposed <= said * 4 / 3 + BESIDE, "{:?}: {said} bytes became {proposed}", event.kind());
    }
    assert!(sealed(&here, &largest_document()).await.bytes() > 340 * 1024);
    let largest = Limits::default().body_bytes * 4 / 3 + EVENTS * BESIDE;
    assert!(largest <= LARGEST_APPEND, "{largest} bytes");
    const { assert!(LARGEST_APPEND + 128 * 1024 < DEFAULT_APPEND_BYTES) };
}

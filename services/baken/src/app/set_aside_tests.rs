//! Events that cannot be taken in, put into the log past every check of what comes in: the node sets them aside, says so,
//! and goes on, and so does the next one that starts on that log.

use care_path::command::CommandKind;
use care_path::event::EventKind;
use care_path::ids::CorrelationId;
use care_path::time::DateTime;
use care_path::{EventId, PersonId};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::testing::{TestBaken, keyed, request, user};
use super::{ExecuteError, PageRequest, PersonsFilter, Receipt};
use crate::app::Reading;
use crate::event_log::{Expected, Position, Proposed};
use crate::history::{Envelope, Idempotency, Purpose, Stream};
use crate::projections::At;
use crate::sealing::Binding;

const SHELTER: &str = "night-shelter-rotterdam";
const COORDINATOR: &str = "coordinator-rotterdam";

/// An event as somebody may have written it.
struct Written {
    id: EventId,
    kind: &'static str,
    data: Value,
    at: DateTime,
    idempotency: Option<Idempotency>,
}

impl Written {
    fn new(id: u128, kind: &'static str, data: Value) -> Self {
        let at = "2026-09-28T10:00:00Z".parse().unwrap();
        Self { id: EventId(Uuid::from_u128(id)), kind, data, at, idempotency: None }
    }

    fn note(id: EventId) -> Self {
        let note = Uuid::from_u64_pair(9, id.0.as_u64_pair().1);
        let data = json!({"note": note, "text": {"$private": "social", "value": "called his sister"}});
        Self { id, ..Self::new(0, "note_added", data) }
    }

    async fn proposed(self, test: &TestBaken, person: PersonId) -> Proposed {
        let envelope = Envelope {
            version: 1,
            occurred_at: self.at,
            occurred_precision: care_path::codes::Precision::Instant,
            recorded_at: self.at,
            by: user(COORDINATOR).author(),
            correlation_id: CorrelationId(Uuid::nil()),
            causation_id: None,
            purpose: Purpose::default(),
            idempotency: self.idempotency,
            moved: None,
        };
        let stream = Stream::of_person(person);
        let binding = Binding { person, event: self.id, kind: self.kind, stream: stream.as_str() };
        let data = test.sealer.seal(binding, self.data).await.unwrap();
        Proposed { id: self.id.0, kind: self.kind.to_owned(), data, metadata: serde_json::to_vec(&envelope).unwrap() }
    }
}

async fn append(test: &TestBaken, person: PersonId, event: Proposed) -> Position {
    test.log.append(&Stream::of_person(person), Expected::Any, vec![event]).await.unwrap().position
}

async fn write(test: &TestBaken, person: PersonId, event: Written) -> Position {
    append(test, person, event.proposed(test, person).await).await
}

async fn ask(test: &TestBaken, who: &str, person: Option<PersonId>, kind: CommandKind, body: Value) -> Receipt {
    let command = kind.read(None, &body).unwrap();
    test.baken.execute(request(user(who), person, command)).await.unwrap()
}

async fn signalled(test: &TestBaken) -> PersonId {
    let body = json!({"channel": "outreach_round", "urgency": "urgent", "identity": {"alias": "M."}});
    ask(test, SHELTER, None, CommandKind::ReportSignal, body).await.person_id.unwrap()
}

fn told(test: &TestBaken) -> Vec<(Position, EventKind)> {
    test.baken.set_aside().iter().map(|aside| (aside.position, aside.kind)).collect()
}

/// Everybody can be asked about and written to, and nothing is behind.
async fn goes_on(test: &TestBaken, persons: &[PersonId]) {
    let head = test.log.head().await.unwrap();
    test.baken.reach(head).await.unwrap();
    let coordinator = user(COORDINATOR);
    let listed =
        test.baken.persons(&Reading::from(&coordinator), &PersonsFilter::default(), &PageRequest::default()).unwrap();
    for person in persons {
        let file = test.baken.case_file(&Reading::from(&coordinator), *person).unwrap();
        let known_as = [vec![*person], file.linked_persons.unwrap_or_default()].concat();
        assert!(listed.edges.iter().any(|edge| known_as.contains(&edge.node.person_id)), "{person}");
        let note = ask(test, COORDINATOR, Some(*person), CommandKind::AddNote, json!({"text": "rang"})).await;
        assert_eq!(note.revision, file.revision + 1, "an append rests on the log's own revision");
        test.baken.timeline(&Reading::from(&coordinator), *person, &PageRequest::default()).unwrap();
    }
    test.baken.worklist(&Reading::from(&coordinator), None, &PageRequest::default()).unwrap();
    test.baken.lost(&Reading::from(&coordinator), &PageRequest::default()).unwrap();
    assert!(test.baken.follows());
}

/// A node that starts on the log afterwards goes on as well, and sets the same aside.
async fn starts_again(test: TestBaken, persons: &[PersonId]) -> TestBaken {
    let head = test.log.head().await.unwrap();
    test.baken.reach(head).await.unwrap();
    let (aside, digests) = (told(&test), test.baken.digests());
    let next = test.beside();
    next.baken.reach(head).await.unwrap();
    assert_eq!(told(&next), aside);
    assert_eq!(next.baken.digests(), digests, "it tells the same as the node that lived through it");
    goes_on(&next, persons).await;
    next
}

fn lacking(test: &TestBaken, person: PersonId) -> Option<bool> {
    test.baken.case_file(&Reading::from(&user(COORDINATOR)), person).unwrap().lacking
}

#[tokio::test]
async fn times_at_the_ends_of_the_calendar_stop_nobody() {
    let test = TestBaken::start().await;
    let [one, two, other] = [signalled(&test).await, signalled(&test).await, signalled(&test).await];
    let bed = json!({
        "bed": Uuid::from_u128(1), "organisation": SHELTER, "kind": "night_shelter_eu",
        "from": "2026-09-28T10:00:00Z", "expected_by": "+262142-12-31T23:30:00Z",
    });
    write(&test, one, Written::new(1, "bed_assigned", bed.clone())).await;
    let mut from = bed;
    from["from"] = json!("+262142-12-31T23:59:00Z");
    write(&test, one, Written::new(2, "bed_assigned", from)).await;
    for id in 3..5 {
        let data =
            json!({"severity": "high", "what": {"health": {"$private": "medical", "value": {"kind": "confusion"}}}});
        let at = "-262143-01-01T00:00:00Z".parse().unwrap();
        write(&test, two, Written { at, ..Written::new(id, "incident_observed", data) }).await;
    }
    goes_on(&test, &[one, two, other]).await;
    assert_eq!(lacking(&test, other), None);
    starts_again(test, &[one, two, other]).await;
}

#[tokio::test]
async fn an_event_at_which_the_fold_or_a_read_model_panics_is_set_aside_and_its_case_says_so() {
    for at in [At::Fold, At::Model] {
        let test = TestBaken::start().await;
        let (person, other) = (signalled(&test).await, signalled(&test).await);
        let position = write(&test, person, Written::note(at.id(1))).await;
        goes_on(&test, &[person, other]).await;
        assert_eq!(told(&test), [(position, EventKind::NoteAdded)], "{at:?}");
        assert_eq!((lacking(&test, person), lacking(&test, other)), (Some(true), None));
        let file = test.baken.case_file(&Reading::from(&user(COORDINATOR)), person).unwrap();
        assert_eq!(file.notes.unwrap().len(), 1, "the note that could be read");
        let later = write(&test, person, Written::note(at.id(2))).await;
        let next = starts_again(test, &[person, other]).await;
        assert_eq!(told(&next), [(position, EventKind::NoteAdded), (later, EventKind::NoteAdded)], "{at:?}");
    }
}

#[tokio::test]
async fn the_first_event_of_a_person_may_be_the_one_that_is_set_aside() {
    let test = TestBaken::start().await;
    let (person, other) = (PersonId(Uuid::from_u128(5)), signalled(&test).await);
    write(&test, person, Written::note(At::Fold.id(1))).await;
    let position = append(
        &test,
        person,
        Proposed {
            metadata: b"{}".to_vec(),
            ..Written::note(EventId(Uuid::from_u128(7))).proposed(&test, person).await
        },
    )
    .await;
    test.baken.reach(position).await.unwrap();
    assert_eq!(told(&test).len(), 2);
    assert!(test.baken.case_file(&Reading::from(&user(COORDINATOR)), person).is_err());
    starts_again(test, &[other]).await;
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_set_aside_whatever_is_wrong_with_it() {
    let test = TestBaken::start().await;
    let (person, other) = (signalled(&test).await, signalled(&test).await);
    let event = |id| {
        let (test, id) = (&test, EventId(Uuid::from_u128(id)));
        async move { Written::note(id).proposed(test, person).await }
    };
    let mut expected = Vec::new();
    let malformed = Written::new(11, "note_added", json!({"note": "none", "text": 7})).proposed(&test, person).await;
    let envelope = Proposed { metadata: br#"{"version": 1}"#.to_vec(), ..event(12).await };
    let no_json = Proposed { data: b"\xFF\x00".to_vec(), ..event(13).await };
    // Sealed for another event: the box does not open.
    let moved = Proposed { id: Uuid::from_u128(14), ..event(15).await };
    let unknown_key = {
        let event = event(16).await;
        let mut sealed: Value = serde_json::from_slice(&event.data).unwrap();
        sealed["sealed"]["social"]["key"] = json!(Uuid::from_u128(99));
        Proposed { data: sealed.to_string().into_bytes(), ..event }
    };
    let version_0 = {
        let event = event(17).await;
        let mut envelope: Value = serde_json::from_slice(&event.metadata).unwrap();
        envelope["version"] = json!(0);
        Proposed { metadata: envelope.to_string().into_bytes(), ..event }
    };
    for event in [malformed, envelope, no_json, moved, unknown_key, version_0] {
        expected.push((append(&test, person, event).await, EventKind::NoteAdded));
    }
    let nobody = crate::event_log::StreamName::new("person-nobody");
    let at = test.log.append(&nobody, Expected::Any, vec![event(18).await]).await.unwrap().position;
    expected.push((at, EventKind::NoteAdded));
    goes_on(&test, &[person, other]).await;
    assert_eq!(told(&test), expected);
    assert_eq!((lacking(&test, person), lacking(&test, other)), (Some(true), None));
    starts_again(test, &[person, other]).await;
}

#[tokio::test]
async fn the_request_behind_an_event_that_is_set_aside_is_not_made_again() {
    let test = TestBaken::start().await;
    let person = signalled(&test).await;
    let asked = keyed(user(COORDINATOR), Some(person), CommandKind::AddNote, "key-1", json!({"text": "rang"}));
    let id = At::Fold.id(3);
    let position = write(&test, person, Written { idempotency: asked.idempotency, ..Written::note(id) }).await;
    test.baken.reach(position).await.unwrap();
    let receipt = test.baken.execute(asked).await.unwrap();
    assert!(receipt.repeated && receipt.event_ids == [id] && receipt.position == position);
}

#[tokio::test]
async fn a_link_that_cannot_be_taken_in_links_nobody_and_one_that_can_keeps_what_is_missing() {
    let test = TestBaken::start().await;
    let (one, other) = (signalled(&test).await, signalled(&test).await);
    let link = json!({"with": other, "basis": "same_document"});
    for id in [At::Fold.id(4), At::Model.id(4)] {
        let position = write(&test, one, Written { id, ..Written::new(0, "persons_linked", link.clone()) }).await;
        test.baken.reach(position).await.unwrap();
        assert!(!test.baken.rests_on_others(one) && !test.baken.rests_on_others(other));
        assert_eq!((lacking(&test, one), lacking(&test, other)), (Some(true), None));
    }
    let position = write(&test, one, Written::new(41, "persons_linked", link)).await;
    test.baken.reach(position).await.unwrap();
    assert!(test.baken.rests_on_others(one) && test.baken.rests_on_others(other));
    assert_eq!((lacking(&test, one), lacking(&test, other)), (Some(true), Some(true)));
    // What a linked person may do is decided on its own stream: without what was set aside.
    goes_on(&test, &[one, other]).await;
    assert_eq!(told(&test).len(), 2);
    starts_again(test, &[one, other]).await;
}

#[tokio::test]
async fn a_view_that_panics_is_an_error_for_that_person_and_left_out_of_lists() {
    let test = TestBaken::start().await;
    let (person, other) = (signalled(&test).await, signalled(&test).await);
    let position = write(&test, person, Written::note(At::View.id(1))).await;
    test.baken.reach(position).await.unwrap();
    assert_eq!(told(&test), []);
    let coordinator = user(COORDINATOR);
    let ask = |person| {
        let (baken, coordinator) = (test.baken.clone(), coordinator.clone());
        tokio::spawn(async move { baken.case_file(&Reading::from(&coordinator), person).map(|file| file.person_id) })
    };
    assert!(ask(person).await.unwrap_err().is_panic());
    assert_eq!(ask(other).await.unwrap(), Ok(other));
    let listed =
        test.baken.persons(&Reading::from(&coordinator), &PersonsFilter::default(), &PageRequest::default()).unwrap();
    assert_eq!(listed.edges.iter().map(|edge| edge.node.person_id).collect::<Vec<_>>(), [other]);
    test.baken.worklist(&Reading::from(&coordinator), None, &PageRequest::default()).unwrap();
    let notices = test.baken.notices(&Reading::from(&coordinator), Position::START, |_, _| true);
    assert_eq!((notices.next, notices.more), (test.baken.position(), false), "nobody waits there for ever");
    assert!(!notices.items.is_empty() && notices.items.iter().all(|notice| notice.person_id == other));
    let refused = CommandKind::AddNote.read(None, &json!({"text": "rang"})).unwrap();
    let asked = request(coordinator.clone(), Some(person), refused.clone());
    let baken = test.baken.clone();
    assert!(tokio::spawn(async move { baken.execute(asked).await }).await.unwrap_err().is_panic());
    assert!(test.baken.execute(request(coordinator, Some(other), refused)).await.is_ok(), "no lock is held for ever");
}

#[tokio::test]
async fn the_watch_goes_on_for_others() {
    let test = TestBaken::start().await;
    let (person, other) = (signalled(&test).await, signalled(&test).await);
    let position = write(&test, person, Written::note(At::View.id(2))).await;
    test.baken.reach(position).await.unwrap();
    test.clock.advance(TimeDelta::days(3));
    let watch = crate::watch::Watch::new(test.baken.clone(), crate::watch::WatchMetrics::default());
    test.clock.advance(TimeDelta::hours(1));
    let ticked = watch.tick().await;
    assert!(ticked.fired > 0 && ticked.put_off == 1, "{ticked:?}");
    assert!(test.baken.timers(other).iter().all(|timer| timer.due > test.baken.clock().now()));
}

#[tokio::test]
async fn a_key_store_of_another_log_is_refused_as_before() {
    let test = TestBaken::start().await;
    signalled(&test).await;
    let stranger = test.beside_with(TestBaken::start().await.sealer.clone());
    tokio::time::timeout(std::time::Duration::from_secs(10), stranger.baken.stopped_following()).await.unwrap();
    let body = CommandKind::ReportSignal.read(None, &json!({"channel": "outreach_round"})).unwrap();
    let refused = stranger.baken.execute(request(user(SHELTER), None, body)).await;
    assert!(matches!(refused, Err(ExecuteError::Outdated)));
    assert!(stranger.why_it_stopped().await.to_string().contains("another store"));
}

//! An entry is moved between two streams: it counts once throughout, whatever breaks off, and whoever is at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use care_path::command::{CommandKind as C, Refusal};
use care_path::path::correction::CorrectionRefusal;
use care_path::{EventId, PersonId};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::testing::{TestBaken, keyed, request, user};
use super::{ExecuteError, PageRequest, Receipt, ReferralsFilter, Request};
use crate::app::Reading;
use crate::event_log::testing::Gated;
use crate::event_log::{LogError, MemoryLog, Position};
use crate::watch::{Watch, WatchMetrics};

const SHELTER: &str = "night-shelter-rotterdam";
const COORDINATOR: &str = "coordinator-rotterdam";

/// Two persons of a shelter, and a contact that is about the second and was recorded on the first.
struct Two {
    test: TestBaken,
    wrong: PersonId,
    right: PersonId,
    contact: EventId,
    /// How many more appends the log takes.
    takes: Arc<AtomicI64>,
}

impl Two {
    async fn start() -> Self {
        let takes = Arc::new(AtomicI64::new(i64::MAX));
        let left = takes.clone();
        let log = Gated::new(Arc::new(MemoryLog::new()), move |_| {
            let full = left.fetch_sub(1, Ordering::Relaxed) <= 0;
            if full { Err(LogError::Unavailable("the disk is full".into())) } else { Ok(()) }
        });
        let test = TestBaken::start_on(Arc::new(log)).await;
        let mut persons = Vec::new();
        for _ in 0..2 {
            let signal = json!({"channel": "shelter_intake", "municipality": "rotterdam"});
            let signal = C::ReportSignal.read(None, &signal).unwrap();
            persons.push(test.baken.execute(request(user(SHELTER), None, signal)).await.unwrap().person_id.unwrap());
        }
        let (wrong, right) = (persons[0], persons[1]);
        let contact = C::RecordContact.read(None, &json!({"summary": "he wants to see a doctor"})).unwrap();
        let contact = test.baken.execute(request(user(SHELTER), Some(wrong), contact)).await.unwrap().event_ids[0];
        Self { test, wrong, right, contact, takes }
    }

    fn moving(&self, to: PersonId) -> Request {
        let (principal, body) = (user(SHELTER), json!({"to": to}));
        let whole = keyed(principal.clone(), Some(self.wrong), C::AddNote, "move", json!({"text": "move"}));
        let command = C::MoveEntry.read(Some(self.contact.0), &body).unwrap();
        Request { command, ..whole }
    }

    async fn moved(&self) -> Result<Receipt, ExecuteError> {
        self.test.baken.execute(self.moving(self.right)).await
    }

    fn count_once(&self, node: &TestBaken) -> [(usize, usize); 2] {
        let (wrong, right) = (contacts(node, self.wrong), contacts(node, self.right));
        assert_eq!(wrong.1 + right.1, 1, "it counts once");
        [wrong, right]
    }

    async fn has_finished(&self) {
        assert_eq!(self.count_once(&self.test), [(1, 0), (1, 1)]);
        // Another node that starts from the log sees the same, and nothing is left to do.
        let other = self.test.beside();
        other.baken.reach(self.test.log.head().await.unwrap()).await.unwrap();
        assert_eq!(self.count_once(&other), [(1, 0), (1, 1)]);
        let alike = |node: &TestBaken| format!("{:?}", node.baken.digests());
        assert_eq!(alike(&other), alike(&self.test));
        self.test.clock.advance(TimeDelta::minutes(1));
        let before = self.test.log.head().await.unwrap();
        Watch::new(self.test.baken.clone(), WatchMetrics::default()).tick().await;
        assert_eq!(self.test.log.head().await.unwrap(), before);
    }
}

/// How often somebody's path has the contact, and how often it counts.
fn contacts(node: &TestBaken, person: PersonId) -> (usize, usize) {
    let timeline = timeline(node, COORDINATOR, person);
    let contacts = timeline.iter().filter(|entry| entry["type"] == "contact_made");
    let counts = contacts.clone().filter(|entry| entry["retracted_by"].is_null());
    (contacts.count(), counts.count())
}

fn timeline(node: &TestBaken, who: &str, person: PersonId) -> Vec<Value> {
    let page = PageRequest::new(Some(100), None).unwrap();
    let Ok(page) = node.baken.timeline(&Reading::from(&user(who)), person, &page) else { return Vec::new() };
    page.edges.iter().map(|edge| serde_json::to_value(&edge.node).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_struck_here_and_stands_there_with_its_words_time_and_recorder() {
    let two = Two::start().await;
    let before = timeline(&two.test, COORDINATOR, two.wrong);
    let before = before.iter().find(|entry| entry["type"] == "contact_made").unwrap();
    two.test.clock.advance(TimeDelta::hours(3));
    let receipt =
        two.test.baken.execute(Request { principal: user(COORDINATOR), ..two.moving(two.right) }).await.unwrap();
    let there = timeline(&two.test, COORDINATOR, two.right);
    let there = there.iter().find(|entry| entry["type"] == "contact_made").unwrap();
    for field in ["occurred_at", "occurred_precision", "recorded_by", "details"] {
        assert_eq!(there[field], before[field], "{field}");
    }
    assert_eq!(there["details"]["summary"], "he wants to see a doctor");
    assert_ne!(there["recorded_at"], before["recorded_at"]);
    let moved_to = receipt.moved_to.clone().unwrap();
    assert_eq!((moved_to.person_id, moved_to.event_ids.len()), (two.right, 1));
    assert_eq!(there["event_id"], json!(moved_to.event_ids[0]));
    let here = timeline(&two.test, COORDINATOR, two.wrong);
    let struck = here.iter().find(|entry| entry["type"] == "contact_made").unwrap();
    let retraction = here.iter().find(|entry| entry["type"] == "entry_retracted").unwrap();
    assert_eq!(
        (&struck["retracted_by"], &retraction["details"]["reason"]),
        (&retraction["event_id"], &json!("wrong_person"))
    );
    assert_eq!(json!(receipt.event_ids[1]), retraction["event_id"]);
    two.has_finished().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_breaks_off_anywhere_counts_once_and_is_finished_by_the_same_request() {
    for taken in 0..3 {
        let two = Two::start().await;
        two.takes.store(taken, Ordering::Relaxed);
        assert!(matches!(two.moved().await, Err(ExecuteError::Log(_))), "{taken}");
        let expected = if taken < 2 { [(1, 1), (0, 0)] } else { [(1, 0), (1, 1)] };
        assert_eq!(two.count_once(&two.test), expected, "{taken}");
        two.takes.store(i64::MAX, Ordering::Relaxed);
        let first = two.moved().await.unwrap();
        let head = two.test.log.head().await.unwrap();
        let again = two.moved().await.unwrap();
        assert_eq!(Receipt { repeated: first.repeated, ..again }, first);
        assert_eq!(two.test.log.head().await.unwrap(), head);
        two.has_finished().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_breaks_off_is_finished_by_the_watch() {
    for taken in 1..3 {
        let two = Two::start().await;
        two.takes.store(taken, Ordering::Relaxed);
        two.moved().await.unwrap_err();
        two.takes.store(i64::MAX, Ordering::Relaxed);
        two.test.clock.advance(TimeDelta::minutes(1));
        let watch = Watch::new(two.test.baken.clone(), WatchMetrics::default());
        two.test.clock.advance(TimeDelta::minutes(16));
        watch.tick().await;
        assert_eq!(two.count_once(&two.test), [(1, 0), (1, 1)], "{taken}");
        assert_eq!(two.moved().await.unwrap().moved_to.unwrap().event_ids.len(), 1);
        two.has_finished().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_move_it_to_two_persons_at_once_move_it_to_one() {
    let two = Two::start().await;
    let other = two.test.beside();
    let signal =
        C::ReportSignal.read(None, &json!({"channel": "shelter_intake", "municipality": "rotterdam"})).unwrap();
    let third = two.test.baken.execute(request(user(SHELTER), None, signal)).await.unwrap().person_id.unwrap();
    let elsewhere = Request { idempotency: None, ..two.moving(third) };
    let here = Request { idempotency: None, ..two.moving(two.right) };
    let (one, another) = tokio::join!(two.test.baken.execute(here), other.baken.execute(elsewhere));
    let refused = [&one, &another].into_iter().filter_map(|answer| answer.as_ref().err()).collect::<Vec<_>>();
    assert!(
        matches!(refused[..], [ExecuteError::Refused(Refusal::Correction(CorrectionRefusal::AlreadyMoved))]),
        "{refused:?}"
    );
    let head = two.test.log.head().await.unwrap();
    two.test.baken.reach(head).await.unwrap();
    let there = [two.right, third].map(|person| contacts(&two.test, person).1);
    assert_eq!(there.iter().sum::<usize>(), 1);
    assert_eq!(contacts(&two.test, two.wrong), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_moved_back_by_another_move() {
    let two = Two::start().await;
    let there = two.moved().await.unwrap().moved_to.unwrap().event_ids[0];
    let back = C::MoveEntry.read(Some(there.0), &json!({"to": two.wrong})).unwrap();
    two.test.baken.execute(request(user(SHELTER), Some(two.right), back)).await.unwrap();
    assert_eq!(two.count_once(&two.test), [(2, 1), (1, 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_see_one_of_the_two_learn_nothing_of_the_other() {
    let two = Two::start().await;
    let supporter = "supporter-rotterdam";
    let other = "street-doctor-rotterdam";
    for (who, person) in [(supporter, two.wrong), (other, two.right)] {
        let offering = if who == supporter { "client_support" } else { "medical_clinic" };
        let to = user(who).organisation;
        let refer = C::Refer.read(None, &json!({"to": to, "offering": offering})).unwrap();
        two.test.baken.execute(request(user(COORDINATOR), Some(person), refer)).await.unwrap();
    }
    two.test.clock.advance(TimeDelta::hours(1));
    two.moved().await.unwrap();
    for (who, person, hidden) in [(supporter, two.wrong, two.right), (other, two.right, two.wrong)] {
        let principal = user(who);
        let baken = &two.test.baken;
        let shown = [
            json!(baken.case_file(&Reading::from(&principal), person).unwrap()),
            json!(timeline(&two.test, who, person)),
            json!(baken.notices(&Reading::from(&principal), Position::START, |_, _| true).items),
        ];
        assert!(shown[1].to_string().contains("contact_made"), "{who} knows of the contact");
        for document in shown {
            assert!(!document.to_string().contains(&hidden.to_string()), "{who}: {document}");
        }
        assert!(baken.case_file(&Reading::from(&principal), hidden).is_err());
    }
    // Whom they do not see, they are told nothing of: it is as if there were nobody.
    let mine = C::AddNote.read(None, &json!({"text": "he called"})).unwrap();
    let mine = two.test.baken.execute(request(user(supporter), Some(two.wrong), mine)).await.unwrap().event_ids[0];
    let told = |to: PersonId| {
        let command = C::MoveEntry.read(Some(mine.0), &json!({"to": to})).unwrap();
        two.test.baken.execute(request(user(supporter), Some(two.wrong), command))
    };
    let nobody = PersonId(uuid::Uuid::from_u128(7));
    for to in [two.right, nobody] {
        let refused = told(to).await.unwrap_err();
        assert!(matches!(refused, ExecuteError::Refused(Refusal::Field { field: "to", .. })), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_referred_the_wrong_person_is_told_and_has_the_right_one() {
    let two = Two::start().await;
    let (doctor, baken) = (user("street-doctor-rotterdam"), &two.test.baken);
    let refer = json!({"to": doctor.organisation, "offering": "medical_clinic", "reason": "he coughs"});
    let refer = C::Refer.read(None, &refer).unwrap();
    let referred = baken.execute(request(user(SHELTER), Some(two.wrong), refer)).await.unwrap();
    let (entry, referral) = (referred.event_ids[0], referred.created.unwrap().id);
    let moving = C::MoveEntry.read(Some(entry.0), &json!({"to": two.right})).unwrap();
    baken.execute(request(user(SHELTER), Some(two.wrong), moving)).await.unwrap();
    let told = baken.notices(&Reading::from(&doctor), referred.position, |_, _| true).items;
    let told: Vec<_> = told.iter().map(|notice| (notice.r#type.name(), notice.person_id)).collect();
    assert_eq!(told, [("referral_made", two.right), ("entry_retracted", two.wrong)]);
    assert!(baken.case_file(&Reading::from(&doctor), two.wrong).is_err());
    let asked = baken.referrals(&Reading::from(&doctor), &ReferralsFilter::default(), &PageRequest::default()).unwrap();
    let asked: Vec<_> = asked.edges.iter().map(|edge| serde_json::to_value(&edge.node).unwrap()).collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!((&asked[0]["person_id"], &asked[0]["reason"]), (&json!(two.right), &json!("he coughs")));
    let accept = C::AcceptReferral.read(Some(referral), &json!({})).unwrap();
    baken.execute(request(doctor, Some(two.right), accept)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_linked_persons_an_entry_is_moved_through_either_id_and_not_to_one_another() {
    let two = Two::start().await;
    let signal = || C::ReportSignal.read(None, &json!({"channel": "shelter_intake", "municipality": "rotterdam"}));
    let mut opened = Vec::new();
    for _ in 0..2 {
        let request = request(user(SHELTER), None, signal().unwrap());
        opened.push(two.test.baken.execute(request).await.unwrap().person_id.unwrap());
    }
    // Both the wrong person and the right one have another id.
    for (one, other) in [(two.wrong, opened[0]), (two.right, opened[1])] {
        let link = C::LinkPersons.read(None, &json!({"with": other, "basis": "self_declared"})).unwrap();
        two.test.baken.execute(request(user(COORDINATOR), Some(one), link)).await.unwrap();
    }
    let through = |sent_to: PersonId, to: PersonId| {
        let command = C::MoveEntry.read(Some(two.contact.0), &json!({"to": to})).unwrap();
        two.test.baken.execute(request(user(SHELTER), Some(sent_to), command))
    };
    let same = through(opened[0], opened[0]).await.unwrap_err();
    assert!(matches!(same, ExecuteError::Refused(Refusal::Correction(CorrectionRefusal::ToTheSamePerson))), "{same:?}");
    let receipt = through(opened[0], opened[1]).await.unwrap();
    assert_eq!(receipt.person_id, Some(two.wrong), "it is recorded where the entry lies");
    assert_eq!(receipt.moved_to.unwrap().person_id, opened[1]);
    assert_eq!(two.count_once(&two.test), [(1, 0), (1, 1)]);
    // Taken apart, the entry stays with the id that it was moved to, and is struck where it was.
    for (one, other) in [(two.wrong, opened[0]), (two.right, opened[1])] {
        let unlink = C::UnlinkPersons.read(Some(other.0), &json!({})).unwrap();
        two.test.baken.execute(request(user(COORDINATOR), Some(one), unlink)).await.unwrap();
    }
    let everywhere = [two.wrong, opened[0], two.right, opened[1]].map(|person| contacts(&two.test, person));
    assert_eq!(everywhere, [(1, 0), (0, 0), (0, 0), (1, 1)]);
    let other = two.test.beside();
    other.baken.reach(two.test.log.head().await.unwrap()).await.unwrap();
    assert_eq!(format!("{:?}", other.baken.digests()), format!("{:?}", two.test.baken.digests()));
}

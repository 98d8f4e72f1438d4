//! Erasing a person, wherever it breaks off.

use std::sync::Arc;

use care_path::PersonId;
use care_path::codes::ErasureGround;
use care_path::command::{CommandKind as C, Refusal};
use care_path::path::privacy::PrivacyRefusal;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tamper_evidence::Notary;
use transparency::{KeyKind, Signer};

use super::testing::{TestBaken, keyed, request, user};
use super::{CertificateError, ExecuteError, Reading, Receipt};
use crate::history::is_our_stream;
use crate::watch::{Watch, WatchMetrics};

const SHELTER: &str = "night-shelter-rotterdam";
const COORDINATOR: &str = "coordinator-rotterdam";
const OFFICER: &str = "privacy-officer";
const CANARY: &str = "Wojciech Kanarek";

async fn send(test: &TestBaken, by: &str, person: PersonId, kind: C, body: Value) -> Result<Receipt, ExecuteError> {
    test.baken.execute(request(user(by), Some(person), kind.read(None, &body).unwrap())).await
}

/// Somebody whom the shelter knows by name.
async fn known(test: &TestBaken) -> PersonId {
    let signal = json!({
        "channel": "shelter_intake", "municipality": "rotterdam", "identity": {"name": CANARY},
        "observations": CANARY, "conduct": CANARY,
    });
    let signal = C::ReportSignal.read(None, &signal).unwrap();
    test.baken.execute(request(user(SHELTER), None, signal)).await.unwrap().person_id.unwrap()
}

fn told(test: &TestBaken, person: PersonId) -> String {
    let (coordinator, shelter) = (Reading::from(&user(COORDINATOR)), Reading::from(&user(SHELTER)));
    let page = super::PageRequest::new(None, None).unwrap();
    let mut told = String::new();
    for reader in [coordinator, shelter] {
        let file = test.baken.case_file(&reader, person).unwrap();
        let timeline = test.baken.timeline(&reader, person, &page).unwrap().into_nodes();
        told += &serde_json::to_string(&(file, timeline)).unwrap();
    }
    told
}

async fn erase(test: &TestBaken, person: PersonId) -> Result<Receipt, ExecuteError> {
    send(test, OFFICER, person, C::EraseSubject, json!({"ground": "request"})).await
}

async fn alike_after_a_restart(test: &TestBaken) {
    let other = test.beside();
    other.baken.reach(test.log.head().await.unwrap()).await.unwrap();
    assert_eq!(format!("{:?}", other.baken.digests()), format!("{:?}", test.baken.digests()));
}

#[tokio::test]
async fn what_described_an_erased_person_is_nowhere_and_what_happened_still_counts() {
    let test = TestBaken::start().await;
    let (person, other) = (known(&test).await, known(&test).await);
    assert!(told(&test, person).contains(CANARY));
    erase(&test, person).await.unwrap();
    let after = told(&test, person);
    assert!(!after.contains(CANARY), "{after}");
    assert!(after.contains("signal_received") && after.contains("\"erased\":true"), "{after}");
    assert!(told(&test, other).contains(CANARY));
    let refused = send(&test, SHELTER, person, C::AddNote, json!({"text": "he is back"})).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::Refused(Refusal::Privacy(PrivacyRefusal::Erased))), "{refused:?}");
    let again = erase(&test, person).await.unwrap_err();
    assert!(matches!(again, ExecuteError::Refused(Refusal::Privacy(PrivacyRefusal::AlreadyErased))), "{again:?}");
    alike_after_a_restart(&test).await;
}

#[tokio::test]
async fn a_hold_keeps_a_record_until_it_is_lifted() {
    let test = TestBaken::start().await;
    let person = known(&test).await;
    let hold = send(&test, OFFICER, person, C::PlaceHold, json!({"reason": "complaint"})).await.unwrap();
    assert!(matches!(erase(&test, person).await, Err(ExecuteError::Refused(_))));
    assert!(told(&test, person).contains(CANARY));
    let lift = C::LiftHold.read(hold.created.map(|hold| hold.id), &json!({})).unwrap();
    test.baken.execute(request(user(OFFICER), Some(person), lift)).await.unwrap();
    erase(&test, person).await.unwrap();
}

#[tokio::test]
async fn nobody_but_a_privacy_officer_erases() {
    let test = TestBaken::start().await;
    let person = known(&test).await;
    for by in [COORDINATOR, SHELTER, "administrator", "police-rotterdam", "liaison-pl", "analyst-national"] {
        let refused = send(&test, by, person, C::EraseSubject, json!({"ground": "request"})).await.unwrap_err();
        assert!(matches!(refused, ExecuteError::Forbidden | ExecuteError::NotFound), "{by}: {refused:?}");
    }
}

#[tokio::test]
async fn an_erasure_that_broke_off_after_it_was_recorded_is_completed_by_whoever_comes_next() {
    let test = TestBaken::start().await;
    let person = known(&test).await;
    // Recorded, and nothing else: as by a process that was killed at that moment.
    let command = C::EraseSubject.read(None, &json!({"ground": "request"})).unwrap();
    test.baken.execute_as_sent(request(user(OFFICER), Some(person), command)).await.unwrap();
    assert!(!test.sealer.ring().is_erased(person));
    assert!(!told(&test, person).contains(CANARY));

    assert_eq!(test.baken.destroy_keys().await.unwrap(), 1);
    assert!(test.sealer.ring().is_erased(person));
    assert_eq!(test.baken.destroy_keys().await.unwrap(), 0);
    test.baken.complete_roll().await.unwrap();
    alike_after_a_restart(&test).await;
}

#[tokio::test]
async fn there_is_no_certificate_before_the_keys_are_destroyed() {
    let test = TestBaken::start().await;
    let (person, officer) = (known(&test).await, Reading::from(&user(OFFICER)));
    let signer = Arc::new(Signer::generate("example.org/baken", KeyKind::Log).unwrap());
    let notary = Notary::of_events(test.log.clone(), is_our_stream, signer, None).unwrap();
    let certificate = || test.baken.erasure_certificate(&officer, person, &notary);
    assert!(matches!(certificate().await, Err(CertificateError::NotFound)));
    let command = C::EraseSubject.read(None, &json!({"ground": "request"})).unwrap();
    test.baken.execute_as_sent(request(user(OFFICER), Some(person), command)).await.unwrap();
    assert!(matches!(certificate().await, Err(CertificateError::UnderWay)));
    test.baken.destroy_keys().await.unwrap();
    assert!(
        certificate().await.unwrap().contains(&format!("\nperson: {person}\nground: request (GDPR art. 17(1)(b); "))
    );
}

#[tokio::test]
async fn whoever_is_linked_with_an_erased_person_goes_too() {
    let test = TestBaken::start().await;
    let (one, two) = (known(&test).await, known(&test).await);
    let link = C::LinkPersons.read(None, &json!({"with": two, "basis": "matching_description"})).unwrap();
    test.baken.execute(request(user(COORDINATOR), Some(one), link)).await.unwrap();
    let hold = send(&test, OFFICER, two, C::PlaceHold, json!({"reason": "complaint"})).await.unwrap();
    assert!(matches!(erase(&test, one).await, Err(ExecuteError::Refused(_))), "a hold on either keeps both");
    let lift = C::LiftHold.read(hold.created.map(|hold| hold.id), &json!({})).unwrap();
    test.baken.execute(request(user(OFFICER), Some(two), lift)).await.unwrap();

    erase(&test, one).await.unwrap();
    Watch::new(test.baken.clone(), WatchMetrics::default()).tick().await;
    assert!(test.sealer.ring().is_erased(one) && test.sealer.ring().is_erased(two));
    assert!(!told(&test, two).contains(CANARY));
    alike_after_a_restart(&test).await;
}

#[tokio::test]
async fn a_record_goes_by_itself_when_its_time_is_over_and_not_before() {
    let test = TestBaken::start().await;
    let person = known(&test).await;
    let early = send(&test, OFFICER, person, C::EraseSubject, json!({"ground": ErasureGround::RetentionEnded})).await;
    assert!(matches!(early, Err(ExecuteError::Refused(_))));
    let watch = Watch::new(test.baken.clone(), WatchMetrics::default());
    test.clock.advance(TimeDelta::days(729));
    watch.tick().await;
    assert!(told(&test, person).contains(CANARY));
    test.clock.advance(TimeDelta::days(2));
    watch.tick().await;
    assert!(test.sealer.ring().is_erased(person));
    assert!(!told(&test, person).contains(CANARY));
}

#[tokio::test]
async fn the_same_request_is_answered_alike_and_erases_once() {
    let test = TestBaken::start().await;
    let person = known(&test).await;
    let erasing = || keyed(user(OFFICER), Some(person), C::EraseSubject, "erase", json!({"ground": "unlawful"}));
    let first = test.baken.execute(erasing()).await.unwrap();
    let second = test.baken.execute(erasing()).await.unwrap();
    assert_eq!((second.event_ids, second.repeated), (first.event_ids, true));
}

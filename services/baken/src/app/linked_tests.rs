//! Commands about a thing of a linked person: each is decided and recorded where the thing is, from whichever person's id
//! it was sent.

use care_path::PersonId;
use care_path::codes::Code;
use care_path::codes::ReturnCondition;
use care_path::command::{CommandKind as C, Refusal};
use care_path::path::identity::IdentityRefusal;
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::testing::{TestBaken, keyed, request, user};
use super::{ExecuteError, Receipt};
use crate::app::Reading;
use crate::event_log::Position;
use crate::history::Stream;

const COORDINATOR: &str = "coordinator-rotterdam";
const SHELTER: &str = "night-shelter-rotterdam";

pub(super) type Sent = (&'static str, C, Value);

/// What makes a thing, in its order; what is then done with it; and the events that this records.
struct Tale {
    made: Vec<Sent>,
    done: Sent,
    events: &'static [&'static str],
}

fn bed() -> Sent {
    (SHELTER, C::AssignBed, json!({"kind": "night_shelter_eu"}))
}

fn consent() -> Sent {
    let to = json!({"country": "PL"});
    let consent =
        json!({"purpose": "repatriation", "recipient": to, "data_classes": ["identity", "return"], "language": "pl"});
    (COORDINATOR, C::GiveConsent, consent)
}

fn handover() -> Vec<Sent> {
    let wish = json!({"language": "pl", "wish": "wants_to_return"});
    let mut made = vec![(COORDINATOR, C::PresentReturnOptions, wish)];
    for condition in ReturnCondition::ALL {
        made.push((
            COORDINATOR,
            C::EvidenceReturnCondition,
            json!({"condition": condition, "country": "PL", "evidence": "a letter"}),
        ));
    }
    made.push((COORDINATOR, C::ProposeHandover, json!({"country": "PL", "receiving_organisation": "Monar"})));
    made
}

fn tales() -> Vec<Tale> {
    let recipients = json!([{"organisation": SHELTER}]);
    let lookout = (COORDINATOR, C::IssueLookout, json!({"recipients": recipients, "description": "a man of 50"}));
    let alert = (COORDINATOR, C::FileCareAlert, json!({"to": "police-rotterdam", "description": "a man of 50"}));
    let referral = (COORDINATOR, C::Refer, json!({"to": "street-doctor-rotterdam", "offering": "medical_clinic"}));
    let discharge =
        json!({"from": "hospital-rotterdam", "destination": "street", "expected_at": "2026-10-01T10:00:00Z"});
    let announced = (COORDINATOR, C::AnnounceDischarge, discharge);
    let request = || (SHELTER, C::RequestException, json!({"kind": "longer_24h_stay", "reason": "ill"}));
    let tale = |made: &[Sent], done: Sent, events| Tale { made: made.to_vec(), done, events };
    let granted = json!({"decision": "granted", "reason": "ill"});
    let present = json!({"status": "present"});
    vec![
        tale(&[bed()], (SHELTER, C::ReleaseBed, json!({"reason": "moved_on"})), &["bed_released"]),
        tale(&[bed()], (SHELTER, C::RecordAttendance, present), &["attendance_recorded"]),
        tale(&[bed()], (SHELTER, C::RecordNoShow, json!({})), &["no_show_recorded"]),
        tale(&[bed()], (SHELTER, C::RecordNoShow, json!({"bed_id": "$"})), &["no_show_recorded"]),
        tale(&[bed()], request(), &["exception_requested"]),
        tale(&[bed(), request()], (COORDINATOR, C::DecideException, granted), &["exception_granted"]),
        tale(&[referral], ("street-doctor-rotterdam", C::AcceptReferral, json!({})), &["referral_accepted"]),
        tale(std::slice::from_ref(&lookout), (SHELTER, C::AcknowledgeLookout, json!({})), &["lookout_acknowledged"]),
        tale(&[lookout], (COORDINATOR, C::ResolveLookout, json!({"outcome": "found_safe"})), &["lookout_resolved"]),
        tale(&[alert], ("police-rotterdam", C::AnswerCareAlert, json!({"outcome": "seen"})), &["care_alert_answered"]),
        tale(
            &[(SHELTER, C::RecordContact, json!({}))],
            (SHELTER, C::RetractEntry, json!({"reason": "wrong_person"})),
            &["entry_retracted"],
        ),
        tale(&[announced], (COORDINATOR, C::CallOffDischarge, json!({"reason": "stays"})), &["discharge_called_off"]),
        tale(&[consent()], (COORDINATOR, C::WithdrawConsent, json!({})), &["consent_withdrawn"]),
        tale(
            &[vec![consent()], handover()].concat(),
            ("liaison-pl", C::AcknowledgeHandover, json!({})),
            &["handover_acknowledged"],
        ),
        tale(
            &[("privacy-officer", C::PlaceHold, json!({"reason": "complaint"}))],
            ("privacy-officer", C::LiftHold, json!({})),
            &["hold_lifted"],
        ),
        tale(
            &[("hospital-rotterdam", C::BreakGlass, json!({"reason": "medical_emergency"}))],
            ("hospital-rotterdam", C::EndBreakGlass, json!({})),
            &["break_glass_ended"],
        ),
    ]
}

async fn somebody(test: &TestBaken) -> PersonId {
    let signal = json!({"channel": "shelter_intake", "municipality": "rotterdam"});
    let command = C::ReportSignal.read(None, &signal).unwrap();
    test.baken.execute(request(user(SHELTER), None, command)).await.unwrap().person_id.unwrap()
}

/// Two persons, and a Baken that knows them.
pub(super) struct Pair {
    pub test: TestBaken,
    pub one: PersonId,
    pub other: PersonId,
}

impl Pair {
    pub async fn start() -> Self {
        let test = TestBaken::start().await;
        let (one, other) = (somebody(&test).await, somebody(&test).await);
        Self { test, one, other }
    }

    /// One more person.
    pub async fn another(&self) -> PersonId {
        somebody(&self.test).await
    }

    pub async fn send(&self, to: PersonId, about: Option<Uuid>, sent: &Sent) -> Result<Receipt, ExecuteError> {
        let (by, kind, mut body) = sent.clone();
        if let Some(id) = body.get_mut("bed_id") {
            *id = json!(about);
        }
        let subject = about.filter(|_| kind.takes(about));
        let command = kind.read(subject, &body).unwrap();
        self.test.baken.execute(request(user(by), Some(to), command)).await
    }

    pub async fn link(&self, from: PersonId, with: PersonId) {
        let link = json!({"with": with, "basis": "self_declared"});
        self.send(from, None, &(COORDINATOR, C::LinkPersons, link)).await.unwrap();
    }

    /// Makes a thing on the path of the first, and gives its id.
    async fn make(&self, made: &[Sent]) -> Uuid {
        let mut id = None;
        for sent in made {
            let receipt = self.send(self.one, id, sent).await.unwrap();
            // What creates nothing is named by its entry.
            id = receipt.created.map(|created| created.id).or(id).or(receipt.event_ids.first().map(|event| event.0));
        }
        id.unwrap()
    }

    async fn head(&self) -> Position {
        self.test.log.head().await.unwrap()
    }

    /// What was recorded after a position, and on whose stream.
    async fn recorded(&self, after: Position) -> Vec<(PersonId, String)> {
        let page = self.test.log.read_all(after, 100).await.unwrap();
        let [one, other] = [self.one, self.other].map(Stream::of_person);
        let person = |stream: &_| {
            if *stream == one {
                self.one
            } else if *stream == other {
                self.other
            } else {
                panic!()
            }
        };
        page.events.iter().map(|event| (person(&event.stream), event.kind.clone())).collect()
    }

    /// The revision of a person's case, as the shelter is told it.
    fn told_revision(&self, person: PersonId) -> u64 {
        self.test.baken.case_file(&Reading::from(&user(SHELTER)), person).unwrap().revision
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_on_a_linked_persons_stream_is_decided_and_recorded_there_from_either_side() {
    for (index, tale) in tales().into_iter().enumerate() {
        // Linked before and after it was made, from this side and from that.
        for (linked_first, reversed, sent_to_other) in [
            (true, false, true),
            (true, true, true),
            (false, false, true),
            (false, true, true),
            (true, false, false),
            (false, true, false),
        ] {
            let pair = Pair::start().await;
            let (from, with) = if reversed { (pair.other, pair.one) } else { (pair.one, pair.other) };
            if linked_first {
                pair.link(from, with).await;
            }
            let thing = pair.make(&tale.made).await;
            if !linked_first {
                pair.link(from, with).await;
            }
            if tale.done.1 == C::RecordNoShow {
                // Nobody is missed before the evening.
                pair.test.clock.advance(TimeDelta::hours(12));
            }
            let before = pair.head().await;
            let to = if sent_to_other { pair.other } else { pair.one };
            let done = pair.send(to, Some(thing), &tale.done).await;
            let name = tale.done.1.name();
            let receipt = done.unwrap_or_else(|error| panic!("{index} {name}: {error}"));
            assert_eq!(receipt.person_id, Some(pair.one), "{name}");
            if tale.done.0 == SHELTER {
                assert_eq!(receipt.revision, pair.told_revision(to), "{name}");
            }
            let expected: Vec<_> = tale.events.iter().map(|event| (pair.one, (*event).to_owned())).collect();
            assert_eq!(pair.recorded(before).await, expected, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_subject_has_its_tale() {
    let told: Vec<_> = tales().iter().map(|tale| tale.done.1.route().unwrap().path).collect();
    let subject = |path: &&str| path.split('/').filter(|part| part.starts_with('{')).nth(1).map(str::to_owned);
    for path in C::ALL.iter().filter_map(|kind| kind.route()).map(|route| route.path) {
        let Some(subject) = subject(&path).filter(|subject| subject != "{other_person_id}") else { continue };
        assert!(told.iter().any(|path| path.contains(&subject)), "{subject}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_withdrawn_through_a_linked_person_stops_the_handover_that_rests_on_it() {
    let pair = Pair::start().await;
    let consent = pair.make(&[consent()]).await;
    pair.make(&handover()).await;
    pair.link(pair.other, pair.one).await;
    assert!(pair.test.baken.case_file(&Reading::from(&user("liaison-pl")), pair.other).is_ok());
    let before = pair.head().await;
    let withdraw = (COORDINATOR, C::WithdrawConsent, json!({}));
    pair.send(pair.other, Some(consent), &withdraw).await.unwrap();
    let recorded = pair.recorded(before).await;
    let events = ["consent_withdrawn", "handover_withdrawn"].map(|event| (pair.one, event.to_owned()));
    assert_eq!(recorded, events);
    let again = pair.send(pair.other, Some(consent), &withdraw).await.unwrap_err();
    assert!(matches!(again, ExecuteError::Refused(Refusal::Return(_))), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_undone_where_it_was_made_and_what_is_no_link_is_not() {
    for (from_one, sent_to_one) in [(true, true), (true, false), (false, true), (false, false)] {
        let pair = Pair::start().await;
        let (from, with) = if from_one { (pair.one, pair.other) } else { (pair.other, pair.one) };
        pair.link(from, with).await;
        let dismiss = |to: PersonId, other: PersonId| (to, other.0, (COORDINATOR, C::DismissMatch, json!({})));
        for (to, other, sent) in [dismiss(pair.one, pair.other), dismiss(pair.other, pair.one)] {
            let refused = pair.send(to, Some(other), &sent).await.unwrap_err();
            let linked = Refusal::Identity(IdentityRefusal::AlreadyLinked);
            assert!(matches!(&refused, ExecuteError::Refused(refusal) if *refusal == linked), "{refused}");
        }
        let before = pair.head().await;
        let (to, other) = if sent_to_one { (pair.one, pair.other) } else { (pair.other, pair.one) };
        let unlink = (COORDINATOR, C::UnlinkPersons, json!({}));
        let receipt = pair.send(to, Some(other.0), &unlink).await.unwrap();
        assert_eq!(receipt.person_id, Some(from));
        assert_eq!(pair.recorded(before).await, [(from, "persons_unlinked".to_owned())]);
        let again = pair.send(to, Some(other.0), &unlink).await.unwrap_err();
        let not_linked = Refusal::Identity(IdentityRefusal::NotLinked);
        assert!(matches!(&again, ExecuteError::Refused(refusal) if *refusal == not_linked), "{again}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_is_of_the_person_who_was_named_and_the_writing_of_the_one_whose_thing_it_is() {
    let pair = Pair::start().await;
    let bed = pair.make(&[bed()]).await;
    pair.link(pair.one, pair.other).await;
    let release = |if_match: u64| {
        let command = C::ReleaseBed.read(Some(bed), &json!({"reason": "moved_on"})).unwrap();
        super::Request { if_match: Some(if_match), ..request(user(SHELTER), Some(pair.other), command) }
    };
    // Linked persons are told as one case, and have one revision.
    let told = pair.told_revision(pair.other);
    assert_eq!(told, pair.told_revision(pair.one));
    let stale = pair.test.baken.execute(release(told - 1)).await.unwrap_err();
    assert!(matches!(stale, ExecuteError::Stale { actual } if actual == told), "{stale}");
    let receipt = pair.test.baken.execute(release(told)).await.unwrap();
    assert_eq!((receipt.person_id, receipt.revision), (Some(pair.one), told + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_a_linked_person_is_executed_once_and_answered_as_the_first_time() {
    let pair = Pair::start().await;
    pair.make(&[bed()]).await;
    pair.link(pair.one, pair.other).await;
    let present = || keyed(user(SHELTER), Some(pair.other), C::RecordAttendance, "came", json!({"status": "present"}));
    let first = pair.test.baken.execute(present()).await.unwrap();
    let again = pair.test.baken.execute(present()).await.unwrap();
    assert_eq!(again, Receipt { repeated: true, ..first });
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_through_two_ids_on_two_nodes_one_counts() {
    let pair = Pair::start().await;
    pair.link(pair.other, pair.one).await;
    let there = pair.test.beside();
    there.baken.reach(pair.head().await).await.unwrap();
    for _ in 0..20 {
        let bed = pair.make(&[bed()]).await;
        there.baken.reach(pair.head().await).await.unwrap();
        let release = |to| {
            let command = C::ReleaseBed.read(Some(bed), &json!({"reason": "moved_on"})).unwrap();
            request(user(SHELTER), Some(to), command)
        };
        let released =
            tokio::join!(pair.test.baken.execute(release(pair.one)), there.baken.execute(release(pair.other)));
        assert!(released.0.is_ok() != released.1.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_link_is_undone_the_things_of_the_other_are_out_of_reach() {
    let pair = Pair::start().await;
    let bed = pair.make(&[bed()]).await;
    // So that the shelter has its part in both.
    pair.send(pair.other, None, &(SHELTER, C::RecordIntake, json!({}))).await.unwrap();
    pair.link(pair.other, pair.one).await;
    let unlink = (COORDINATOR, C::UnlinkPersons, json!({}));
    pair.send(pair.one, Some(pair.other.0), &unlink).await.unwrap();
    let release = (SHELTER, C::ReleaseBed, json!({"reason": "moved_on"}));
    let refused = pair.send(pair.other, Some(bed), &release).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::Refused(Refusal::Stay(_))), "{refused}");
    assert_eq!(pair.send(pair.one, Some(bed), &release).await.unwrap().person_id, Some(pair.one));
}

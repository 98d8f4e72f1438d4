//! A return of a linked person: a "no" on either of their ids stops what lies on the other's stream, whatever the order.

use std::collections::BTreeSet;

use care_path::PersonId;
use care_path::codes::{Code, Phase, ReturnCondition};
use care_path::command::{CommandKind as C, Refusal};
use care_path::path::repatriation::ReturnRefusal;
use care_path::time::Occurred;
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use uuid::Uuid;

use super::testing::{TestBaken, request, user};
use super::{ExecuteError, Receipt, Request};
use crate::app::Reading;
use crate::event_log::Position;
use crate::history::Stream;
use crate::sources::Clock;
use crate::watch::{Watch, WatchMetrics};

const COORDINATOR: &str = "coordinator-rotterdam";
const LIAISON: &str = "liaison-pl";

/// Two persons who may turn out to be one.
struct Two {
    test: TestBaken,
    watch: Watch,
    persons: [PersonId; 2],
}

impl Two {
    async fn start() -> Self {
        let test = TestBaken::start().await;
        let mut persons = Vec::new();
        for _ in 0..2 {
            let signal = json!({"channel": "shelter_intake", "municipality": "rotterdam"});
            let command = C::ReportSignal.read(None, &signal).unwrap();
            let request = request(user("night-shelter-rotterdam"), None, command);
            persons.push(test.baken.execute(request).await.unwrap().person_id.unwrap());
        }
        let watch = Watch::new(test.baken.clone(), WatchMetrics::default());
        Self { test, watch, persons: [persons[0], persons[1]] }
    }

    async fn send(
        &self,
        by: &str,
        to: usize,
        kind: C,
        subject: Option<Uuid>,
        body: &Value,
    ) -> Result<Receipt, ExecuteError> {
        let command = kind.read(subject, body).unwrap();
        self.test.baken.execute(request(user(by), Some(self.persons[to]), command)).await
    }

    async fn coordinates(&self, to: usize, kind: C, subject: Option<Uuid>, body: Value) -> Receipt {
        self.send(COORDINATOR, to, kind, subject, &body).await.unwrap()
    }

    async fn wish(&self, to: usize, wish: &str) {
        self.coordinates(to, C::PresentReturnOptions, None, json!({"language": "pl", "wish": wish})).await;
    }

    async fn link(&self) {
        let link = json!({"with": self.persons[1], "basis": "self_declared"});
        self.coordinates(0, C::LinkPersons, None, link).await;
    }

    /// What the person said at a time; the entry.
    async fn wish_at(&self, to: usize, wish: &str, at: DateTime<Utc>) -> Uuid {
        let command = C::PresentReturnOptions.read(None, &json!({"language": "pl", "wish": wish})).unwrap();
        let occurred = Some(Occurred::instant(at));
        let told = Request { occurred, ..request(user(COORDINATOR), Some(self.persons[to]), command) };
        self.test.baken.execute(told).await.unwrap().event_ids[0].0
    }

    /// Conditions, wish and consent on the path of one of them; the consent.
    async fn prepare(&self, on: usize) -> Uuid {
        self.wish(on, "wants_to_return").await;
        self.prepare_with_consent(on).await
    }

    async fn prepare_with_consent(&self, on: usize) -> Uuid {
        for condition in ReturnCondition::ALL {
            let evidence = json!({"condition": condition, "country": "PL", "evidence": "a letter"});
            self.coordinates(on, C::EvidenceReturnCondition, None, evidence).await;
        }
        let consent = json!({
            "purpose": "repatriation", "recipient": {"country": "PL"}, "data_classes": ["identity", "return"],
            "language": "pl",
        });
        self.coordinates(on, C::GiveConsent, None, consent).await.created.unwrap().id
    }

    async fn propose(&self, on: usize) -> Uuid {
        let proposal = json!({"country": "PL", "receiving_organisation": "Monar"});
        self.coordinates(on, C::ProposeHandover, None, proposal).await.created.unwrap().id
    }

    /// A handover of the first that the embassy has accepted, with its consent.
    async fn accepted(&self) -> (Uuid, Uuid) {
        let consent = self.prepare(0).await;
        let handover = self.propose(0).await;
        for step in [C::AcknowledgeHandover, C::AcceptHandover] {
            self.send(LIAISON, 0, step, Some(handover), &json!({})).await.unwrap();
        }
        (handover, consent)
    }

    /// Baken does what is due.
    async fn tick(&self) {
        self.watch.tick().await;
    }

    /// What was recorded after a position, and on whose stream.
    async fn recorded(&self, after: Position) -> Vec<(usize, String)> {
        let page = self.test.log.read_all(after, 100).await.unwrap();
        let streams = self.persons.map(Stream::of_person);
        let place = |stream: &_| streams.iter().position(|own| own == stream).unwrap();
        page.events.iter().map(|event| (place(&event.stream), event.kind.clone())).collect()
    }
}

/// Why the person does not depart, by whichever id.
async fn nobody_departs(two: &Two, handover: Uuid, refusals: &[ReturnRefusal]) {
    for to in [0, 1] {
        let refused = two.send(COORDINATOR, to, C::RecordDeparture, Some(handover), &json!({})).await.unwrap_err();
        let expected = |refusal: &Refusal| matches!(refusal, Refusal::Return(refusal) if refusals.contains(refusal));
        assert!(matches!(&refused, ExecuteError::Refused(refusal) if expected(refusal)), "{refused:?}");
        for kind in [C::AcknowledgeHandover, C::AcceptHandover] {
            let unseen = two.send(LIAISON, to, kind, Some(handover), &json!({})).await.unwrap_err();
            let hidden = matches!(unseen, ExecuteError::NotFound | ExecuteError::Forbidden);
            assert!(hidden, "{unseen:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_through_either_id_stops_the_handover_on_the_others_stream_and_it_is_recorded_there() {
    for said_to in [0, 1] {
        for linked_first in [true, false] {
            let two = Two::start().await;
            if linked_first {
                two.link().await;
            }
            let (handover, _) = two.accepted().await;
            if !linked_first {
                two.link().await;
            }
            let before = two.test.log.head().await.unwrap();
            two.wish(said_to, "does_not_want_to_return").await;
            nobody_departs(&two, handover, &[ReturnRefusal::NotVoluntary]).await;
            two.tick().await;
            let mut told = vec![(said_to, "return_options_presented".to_owned())];
            told.push((0, "handover_withdrawn".to_owned()));
            assert_eq!(two.recorded(before).await, told);
            nobody_departs(&two, handover, &[ReturnRefusal::NotVoluntary]).await;
            // The liaison keeps her own recordings alone, and was told that it is over.
            let file = two.test.baken.case_file(&Reading::from(&user(LIAISON)), two.persons[0]).unwrap();
            let file = serde_json::to_value(file).unwrap();
            assert!(file.get("identity").is_none() && file.get("return").is_none(), "{file}");
            let notices = two.test.baken.notices(&Reading::from(&user(LIAISON)), before, |_, _| true);
            let ended: Vec<_> = notices.items.iter().map(|notice| notice.r#type.name()).collect();
            assert_eq!(ended, ["handover_withdrawn"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_that_was_said_before_the_two_were_linked_counts_from_then_on() {
    let two = Two::start().await;
    let (handover, _) = two.accepted().await;
    two.test.clock.advance(chrono::TimeDelta::hours(1));
    two.wish(1, "does_not_want_to_return").await;
    two.link().await;
    nobody_departs(&two, handover, &[ReturnRefusal::NotVoluntary]).await;
    let before = two.test.log.head().await.unwrap();
    two.tick().await;
    assert_eq!(two.recorded(before).await, [(0, "handover_withdrawn".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn undecided_through_the_other_id_is_not_a_yes() {
    let two = Two::start().await;
    two.link().await;
    let (handover, _) = two.accepted().await;
    two.wish(1, "undecided").await;
    let refused = two.send(COORDINATOR, 0, C::RecordDeparture, Some(handover), &json!({})).await.unwrap_err();
    let not_voluntary = Refusal::Return(ReturnRefusal::NotVoluntary);
    assert!(matches!(&refused, ExecuteError::Refused(refusal) if *refusal == not_voluntary), "{refused}");
    two.wish(1, "wants_to_return").await;
    two.coordinates(0, C::RecordDeparture, Some(handover), json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_on_one_stream_carries_a_handover_on_the_other_until_it_is_withdrawn_through_either() {
    for withdrawn_through in [0, 1] {
        let two = Two::start().await;
        two.link().await;
        let consent = two.prepare(1).await;
        let handover = two.propose(0).await;
        let before = two.test.log.head().await.unwrap();
        two.coordinates(withdrawn_through, C::WithdrawConsent, Some(consent), json!({})).await;
        nobody_departs(&two, handover, &[ReturnRefusal::ConsentWithdrawn]).await;
        two.tick().await;
        let told = [(1, "consent_withdrawn".to_owned()), (0, "handover_withdrawn".to_owned())];
        assert_eq!(two.recorded(before).await, told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_under_two_ids_has_one_open_handover() {
    let two = Two::start().await;
    two.link().await;
    two.accepted().await;
    let proposal = json!({"country": "PL", "receiving_organisation": "Monar"});
    let refused = two.send(COORDINATOR, 1, C::ProposeHandover, None, &proposal).await.unwrap_err();
    let open = Refusal::Return(ReturnRefusal::AlreadyOpen);
    assert!(matches!(&refused, ExecuteError::Refused(refusal) if *refusal == open), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arrival_that_is_told_late_undoes_that_the_person_counted_as_lost() {
    let two = Two::start().await;
    let (handover, _) = two.accepted().await;
    two.coordinates(0, C::RecordDeparture, Some(handover), json!({})).await;
    let left = two.test.clock.now();
    two.test.clock.advance(chrono::TimeDelta::days(6));
    two.tick().await;
    let phase = || two.test.baken.case_file(&Reading::from(&user(COORDINATOR)), two.persons[0]).unwrap().phase.unwrap();
    assert_eq!(phase(), Phase::OutOfSight);
    let arrival = C::ConfirmArrival.read(Some(handover), &json!({})).unwrap();
    let occurred = Some(Occurred::instant(left + chrono::TimeDelta::days(2)));
    let told = Request { occurred, ..request(user(LIAISON), Some(two.persons[0]), arrival) };
    two.test.baken.execute(told).await.unwrap();
    assert_eq!(phase(), Phase::Returned);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_behind_lets_nobody_depart_after_a_no_that_another_recorded() {
    let two = Two::start().await;
    two.link().await;
    let (handover, _) = two.accepted().await;
    for _ in 0..10 {
        let there = two.test.beside();
        there.baken.reach(two.test.log.head().await.unwrap()).await.unwrap();
        two.wish(1, "undecided").await;
        let departure = C::RecordDeparture.read(Some(handover), &json!({})).unwrap();
        let departed = there.baken.execute(request(user(COORDINATOR), Some(two.persons[0]), departure)).await;
        assert!(departed.is_err());
        two.wish(1, "wants_to_return").await;
    }
}

/// What somebody does next, by whichever id, on whatever there is.
#[derive(Debug, Clone, Copy)]
enum Move {
    /// What the person said so many minutes ago.
    Wish(&'static str, i64),
    /// It was a mistake that they said so.
    Retract,
    Prepare,
    Propose,
    Embassy(C),
    Depart,
    Withdraw,
    Link,
    Unlink,
    Tick,
}

fn moves() -> impl Strategy<Value = Vec<(Move, usize, usize)>> {
    use Move::*;
    let wish = prop::sample::select(vec!["wants_to_return", "wants_to_return", "undecided", NO]);
    let late = prop_oneof![3 => Just(0_i64), 1 => 0..12_i64];
    let embassy = prop::sample::select(vec![C::AcknowledgeHandover, C::AcceptHandover]);
    let each = prop_oneof![
        3 => (wish, late).prop_map(|(wish, late)| Wish(wish, late)),
        1 => Just(Retract),
        2 => Just(Prepare),
        5 => Just(Propose),
        10 => embassy.prop_map(Embassy),
        8 => Just(Depart),
        1 => Just(Withdraw),
        2 => Just(Link),
        1 => Just(Unlink),
        1 => Just(Tick),
    ];
    prop::collection::vec((each, 0..2_usize, 0..6_usize), 20..60)
}

const NO: &str = "does_not_want_to_return";

/// What a person said, when, to whom of the two ids it was told, and as which entry.
struct Said {
    to: usize,
    wish: &'static str,
    at: DateTime<Utc>,
    entry: Uuid,
    retracted: bool,
}

/// What is known outside of Baken: what each id was told, and whether the two are one.
#[derive(Default)]
struct Known {
    linked: bool,
    said: Vec<Said>,
}

impl Known {
    /// What a person said that was no mistake, in the order in which they said it.
    fn words(&self, of: usize) -> Vec<&Said> {
        let counts = |said: &&Said| !said.retracted && (self.linked || said.to == of);
        let mut words: Vec<_> = self.said.iter().filter(counts).collect();
        words.sort_by_key(|said| said.at);
        words
    }

    fn last_word(&self, of: usize) -> Option<&'static str> {
        self.words(of).last().map(|said| said.wish)
    }

    fn said_no_since(&self, of: usize, at: DateTime<Utc>) -> bool {
        self.words(of).iter().any(|said| said.wish == NO && said.at >= at)
    }
}

/// Plays a sequence; whether somebody departed in it. Whoever did wanted to, as the last that they said, and had not said no
/// since the return was proposed.
async fn play(sequence: &[(Move, usize, usize)]) -> bool {
    let two = Two::start().await;
    let mut known = Known::default();
    let mut consents: Vec<Uuid> = vec![];
    // On whose stream each lies, and when it was proposed.
    let mut handovers: Vec<(usize, Uuid, DateTime<Utc>)> = vec![];
    let mut departed = BTreeSet::new();
    for (next, to, which) in sequence {
        let (to, handover) = (*to, handovers.get(*which % handovers.len().max(1)).copied());
        two.test.clock.advance(chrono::TimeDelta::minutes(1));
        let now = two.test.clock.now();
        match next {
            Move::Wish(wish, late) => {
                let at = now - chrono::TimeDelta::minutes(*late);
                let entry = two.wish_at(to, wish, at).await;
                known.said.push(Said { to, wish, at, entry, retracted: false });
            }
            Move::Retract => {
                let place = *which % known.said.len().max(1);
                let Some(said) = known.said.get_mut(place) else { continue };
                let mistake = json!({"reason": "wrong_person"});
                let done = two.send(COORDINATOR, said.to, C::RetractEntry, Some(said.entry), &mistake).await;
                assert_eq!(done.is_ok(), !said.retracted, "{sequence:?}");
                said.retracted = true;
            }
            Move::Prepare => {
                let entry = two.wish_at(to, "wants_to_return", now).await;
                known.said.push(Said { to, wish: "wants_to_return", at: now, entry, retracted: false });
                consents.push(two.prepare_with_consent(to).await);
            }
            Move::Propose => {
                let proposal = json!({"country": "PL", "receiving_organisation": "Monar"});
                let proposed = two.send(COORDINATOR, to, C::ProposeHandover, None, &proposal).await;
                if let Ok(receipt) = proposed {
                    assert_eq!(known.last_word(to), Some("wants_to_return"), "{sequence:?}");
                    handovers.push((to, receipt.created.unwrap().id, now));
                }
            }
            Move::Embassy(kind) => {
                if let Some((_, handover, _)) = handover {
                    let _ = two.send(LIAISON, to, *kind, Some(handover), &json!({})).await;
                }
            }
            Move::Depart => {
                let Some((on, handover, proposed)) = handover else { continue };
                if two.send(COORDINATOR, to, C::RecordDeparture, Some(handover), &json!({})).await.is_ok() {
                    assert_eq!(known.last_word(on), Some("wants_to_return"), "{sequence:?}");
                    assert!(!known.said_no_since(on, proposed), "{sequence:?}");
                    departed.insert(handover);
                }
            }
            Move::Withdraw => {
                let Some(consent) = consents.get(*which % consents.len().max(1)) else { continue };
                let _ = two.send(COORDINATOR, to, C::WithdrawConsent, Some(*consent), &json!({})).await;
            }
            Move::Link => {
                if !known.linked {
                    two.link().await;
                    known.linked = true;
                }
            }
            Move::Unlink => {
                if known.linked {
                    let other = Some(two.persons[1].0);
                    two.coordinates(0, C::UnlinkPersons, other, json!({})).await;
                    known.linked = false;
                }
            }
            Move::Tick => two.tick().await,
        }
    }
    !departed.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sequence_of_commands_departs_a_person_whose_last_word_was_no() {
    let mut runner = TestRunner::deterministic();
    let mut departures = 0;
    for _ in 0..200 {
        let sequence = moves().new_tree(&mut runner).unwrap().current();
        departures += usize::from(play(&sequence).await);
    }
    assert!(departures >= 10, "only {departures} of the sequences came to a departure");
}

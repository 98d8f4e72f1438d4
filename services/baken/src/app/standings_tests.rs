//! Whoever sees somebody no longer stands otherwise to them, also where they are not told what changed that.

use std::collections::BTreeSet;
use std::sync::Arc;

use care_path::PersonId;
use care_path::codes::{Code, ReturnCondition};
use care_path::command::CommandKind as C;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Reading;
use super::testing::{TestBaken, request, user};
use crate::demo;

const COORDINATOR: &str = "coordinator-rotterdam";

/// Somebody whose return is proposed to Poland.
struct Proposed {
    test: TestBaken,
    person: PersonId,
    handover: Uuid,
    consent: Uuid,
}

impl Proposed {
    async fn start() -> Self {
        let test = TestBaken::start().await;
        let signal = C::ReportSignal.read(None, &json!({"channel": "outreach_round"})).unwrap();
        let signal = test.baken.execute(request(user("outreach-rotterdam"), None, signal)).await.unwrap();
        let (person, nobody) = (signal.person_id.unwrap(), Uuid::nil());
        let mut proposed = Self { test, person, handover: nobody, consent: nobody };
        proposed.send(C::PresentReturnOptions, None, json!({"language": "pl", "wish": "wants_to_return"})).await;
        for condition in ReturnCondition::ALL {
            let evidence = json!({"condition": condition, "country": "PL", "evidence": "a letter"});
            proposed.send(C::EvidenceReturnCondition, None, evidence).await;
        }
        let consent = json!({"purpose": "repatriation", "recipient": {"country": "PL"},
            "data_classes": ["identity", "return"], "language": "pl"});
        proposed.consent = proposed.send(C::GiveConsent, None, consent).await.unwrap();
        let proposal = json!({"country": "PL", "receiving_organisation": "Monar"});
        proposed.handover = proposed.send(C::ProposeHandover, None, proposal).await.unwrap();
        proposed
    }

    async fn send(&self, kind: C, subject: Option<Uuid>, body: Value) -> Option<Uuid> {
        let command = request(user(COORDINATOR), Some(self.person), kind.read(subject, &body).unwrap());
        let created = self.test.baken.execute(command).await.unwrap().created;
        created.map(|created| created.id)
    }

    /// To whom a user stands otherwise after something was done, of those whom it touched.
    async fn otherwise(&self, by: &str, kind: C, subject: Option<Uuid>, body: Value) -> BTreeSet<PersonId> {
        let baken = &self.test.baken;
        let reader = Arc::new(Reading::from(&user(by)));
        let (before, after) = (baken.standings(&reader, [self.person]), baken.position());
        assert_eq!(baken.stands_otherwise(&reader, &before), BTreeSet::new());
        self.send(kind, subject, body).await;
        let touched = baken.touched_after(after);
        assert_eq!(touched, [self.person].into());
        baken.stands_otherwise(&reader, &before)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_a_handover_ends_the_sight_of_those_abroad() {
    let withdrawal = json!({"reason": "person_changed_mind"});
    for (kind, body) in
        [(C::RefuseReturn, json!({})), (C::WithdrawConsent, json!({})), (C::WithdrawHandover, withdrawal)]
    {
        let proposed = Proposed::start().await;
        let subject = match kind {
            C::WithdrawConsent => Some(proposed.consent),
            C::WithdrawHandover => Some(proposed.handover),
            _ => None,
        };
        let otherwise = proposed.otherwise("liaison-pl", kind, subject, body).await;
        assert_eq!(otherwise, [proposed.person].into(), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_nothing_of_who_sees_the_person_closes_nothing() {
    let proposed = Proposed::start().await;
    for user in ["liaison-pl", "liaison-ro", COORDINATOR, "police-rotterdam"] {
        let otherwise = proposed.otherwise(user, C::AddNote, None, json!({"text": "Was here."})).await;
        assert_eq!(otherwise, BTreeSet::new(), "{user}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_in_the_demo_stands_otherwise_while_nothing_happens() {
    let test = TestBaken::start().await;
    demo::load(&test.baken, test.baken.clock().now()).await.unwrap();
    let everybody = test.baken.touched_after(crate::event_log::Position::START);
    assert!(everybody.len() > 10);
    for each in demo::users().unwrap() {
        let reader = Reading::from(&each.principal);
        let standings = test.baken.standings(&reader, everybody.iter().copied());
        assert_eq!(standings.len(), everybody.len());
        assert_eq!(test.baken.stands_otherwise(&reader, &standings), BTreeSet::new(), "{}", each.user);
    }
}

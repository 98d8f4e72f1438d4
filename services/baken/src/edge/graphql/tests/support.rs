//! A small world: a service in memory, the organisations of the demo, and one person whom several of them know.

use std::sync::Arc;

use async_graphql::{Response, Variables};
use care_path::command::CommandKind;
use care_path::{PersonId, Principal};
use serde_json::{Value, json};

use crate::app::Baken;
use crate::app::Reading;
use crate::app::testing::{TestBaken, request, user};
use crate::edge::Limits;
use crate::edge::graphql::{Ask, Graphql};
use crate::edge::rates::Rates;

/// A service, its GraphQL edge, and the person.
pub struct Small {
    pub baken: Arc<Baken>,
    pub graphql: Graphql,
    pub marek: PersonId,
    _running: TestBaken,
}

pub fn rates() -> Arc<Rates> {
    Arc::new(Rates::new(&Limits::default()))
}

pub fn coordinator() -> Principal {
    user("coordinator-rotterdam")
}

pub fn police() -> Principal {
    user("police-rotterdam")
}

pub fn night_shelter() -> Principal {
    user("night-shelter-rotterdam")
}

impl Small {
    pub async fn new() -> Self {
        let running = TestBaken::start().await;
        let baken = running.baken.clone();
        let graphql = Graphql::new(baken.clone(), rates(), true).unwrap();
        let mut small = Self { baken, graphql, marek: PersonId(uuid::Uuid::nil()), _running: running };
        small.marek = small.signal().await;
        small.tell().await;
        small
    }

    /// The police signal somebody.
    pub async fn signal(&self) -> PersonId {
        let signal = json!({
            "channel": "police_contact", "urgency": "urgent", "location_type": "street", "location": "Central station",
            "identity": {
                "alias": "Marek", "approximate_age": 50, "countries": ["PL"],
                "languages": [{"language": "pl", "preferred": true}],
            },
            "circumstances": "Sleeps outside.", "observations": "Confused.", "conduct": "Walked on the road.",
            "problems": ["confused_behaviour", "no_postal_address", "public_nuisance"],
        });
        self.record(police(), None, CommandKind::ReportSignal, signal).await
    }

    async fn tell(&self) {
        use CommandKind::{AddNote, AssignBed, FileCareAlert, IssueLookout, ObserveIncident, RecordIntake, Refer};
        let steps = [
            // The referral is what lets the night shelter know of him.
            (
                coordinator(),
                Refer,
                json!({"to": "night-shelter-rotterdam", "offering": "night_bed", "reason": "A bed for tonight."}),
            ),
            (
                night_shelter(),
                RecordIntake,
                json!({
                    "location_type": "night_shelter_eu", "care_needs": "Loses his way.", "findings": "Scars.",
                    "head_injury_suspected": true, "living_situation": "living_rough",
                    "situation": {"works": "no", "months_in_the_netherlands": 3},
                }),
            ),
            (night_shelter(), AssignBed, json!({"kind": "night_shelter_eu"})),
            (
                night_shelter(),
                ObserveIncident,
                json!({
                    "kind": "lost_at_night", "severity": "medium", "description": "Could not find his bed.",
                }),
            ),
            (coordinator(), AddNote, json!({"text": "Ask the consulate for a name."})),
            (
                coordinator(),
                Refer,
                json!({
                    "to": "street-doctor-rotterdam", "offering": "medical_clinic", "reason": "Memory.",
                }),
            ),
            (
                night_shelter(),
                IssueLookout,
                json!({
                    "recipients": [{"organisation": "outreach-rotterdam"}], "description": "A man of about 50, scars on the forehead.",
                }),
            ),
            (night_shelter(), FileCareAlert, json!({"to": "police-rotterdam", "description": "A man of about 50."})),
        ];
        for (principal, kind, body) in steps {
            self.record(principal, Some(self.marek), kind, body).await;
        }
    }

    /// Records something, and says of whom.
    pub async fn record(&self, by: Principal, of: Option<PersonId>, kind: CommandKind, body: Value) -> PersonId {
        let request = request(by, of, kind.read(None, &body).unwrap());
        self.baken.execute(request).await.unwrap_or_else(|error| panic!("{kind:?}: {error}")).person_id.unwrap()
    }

    /// Asks, with variables.
    pub async fn ask_with(&self, principal: Principal, query: &str, variables: Value) -> Response {
        let ask = Ask { query: query.to_owned(), operation: None, variables: Variables::from_json(variables) };
        self.graphql.answer(Arc::new(Reading::from(&principal)), ask).await
    }

    /// Asks, and expects no errors.
    #[track_caller]
    pub fn shown(&self, principal: Principal, query: &str) -> impl Future<Output = Value> {
        let query = query.to_owned();
        async move {
            let response = self.ask_with(principal, &query, json!({})).await;
            assert_eq!(response.errors, vec![], "{query}");
            response.data.into_json().unwrap()
        }
    }

    /// Asks, and expects to be refused with this code.
    pub async fn refused(&self, principal: Principal, query: &str) -> (String, String) {
        let response = self.ask_with(principal, query, json!({})).await;
        let error = serde_json::to_value(&response.errors[0]).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }
}

use std::sync::Arc;

use std::time::Duration;

use care_path::command::CommandKind;
use care_path::{PersonId, Principal};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};

use super::support::{Small, coordinator, police};
use crate::app::Reading;
use crate::app::testing::user;
use crate::edge::graphql::Ask;

/// What a subscription tells, one message after another.
fn follow(small: &Small, principal: &Principal, query: &str) -> BoxStream<'static, Value> {
    let ask = Ask { query: query.to_owned(), ..Ask::default() };
    let (subscribes, responses) = small.graphql.answers(Arc::new(Reading::from(principal)), ask).unwrap();
    assert!(subscribes);
    let told = responses.map(|response| {
        assert_eq!(response.errors, vec![]);
        response.data.into_json().unwrap()
    });
    told.boxed()
}

/// What is told within a moment.
async fn soon(told: &mut BoxStream<'static, Value>) -> Option<Value> {
    tokio::time::timeout(Duration::from_millis(300), told.next()).await.ok().flatten()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_to_somebody_hidden_ends_at_once_as_one_to_nobody_does() {
    let small = Small::new().await;
    let missing = PersonId(uuid::Uuid::from_u128(9)).to_string();
    for reader in ["night-shelter-utrecht", "administrator", "liaison-pl", "analyst-national"].map(user) {
        for id in [&small.marek.to_string(), &missing, "no id at all"] {
            let query = format!("subscription {{ personChanged(id: \"{id}\", after: \"0\") {{ position }} }}");
            let mut told = follow(&small, &reader, &query);
            let ended = tokio::time::timeout(Duration::from_secs(5), told.next()).await;
            assert_eq!(ended, Ok(None), "{id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_a_person_is_told_with_as_much_of_their_case_file_as_the_reader_sees() {
    let small = Small::new().await;
    let query = format!(
        "subscription {{ personChanged(id: \"{}\", after: 0) {{ type person {{ personId phase }} }} }}",
        small.marek
    );
    let mut by_coordinator = follow(&small, &coordinator(), &query);
    let first = soon(&mut by_coordinator).await.unwrap();
    let person = json!({ "personId": small.marek.to_string(), "phase": "out_of_sight" });
    assert_eq!(first, json!({ "personChanged": { "type": "signal_received", "person": person } }));
    let mut by_police = follow(&small, &police(), &query);
    let first = soon(&mut by_police).await.unwrap();
    let person = json!({ "personId": small.marek.to_string(), "phase": null });
    assert_eq!(first, json!({ "personChanged": { "type": "signal_received", "person": person } }));
    let mut types = Vec::new();
    while let Some(told) = soon(&mut by_police).await {
        types.push(told["personChanged"]["type"].clone());
    }
    let theirs = ["coordinator_assigned", "care_alert_filed"];
    assert_eq!(types, theirs, "what their signal led to, and their alert: nothing of what lies between");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lookout_is_told_to_whom_it_is_addressed_and_to_nobody_else() {
    let small = Small::new().await;
    let query = "subscription { lookoutIssued(after: 0) { personId lookout { description recipients } } }";
    let mut told = follow(&small, &user("outreach-rotterdam"), query);
    let lookout =
        json!({ "description": "A man of about 50, scars on the forehead.", "recipients": ["outreach-rotterdam"] });
    let expected = json!({ "lookoutIssued": { "personId": small.marek.to_string(), "lookout": lookout } });
    assert_eq!(soon(&mut told).await, Some(expected));
    for reader in [police(), user("night-shelter-utrecht"), user("liaison-pl")] {
        assert_eq!(soon(&mut follow(&small, &reader, query)).await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worklist_is_told_as_it_is_and_again_when_it_is_another() {
    let small = Small::new().await;
    let query = "subscription { worklistChanged { position tasks { kind personId } } }";
    let mut told = follow(&small, &user("addiction-care-rotterdam"), query);
    assert_eq!(soon(&mut told).await.unwrap()["worklistChanged"]["tasks"], json!([]));
    let somebody = small.signal().await;
    assert_eq!(soon(&mut told).await, None, "that is no business of theirs");
    let referral = json!({ "to": "addiction-care-rotterdam", "offering": "addiction_care", "reason": "Asked." });
    small.record(coordinator(), Some(somebody), CommandKind::Refer, referral).await;
    let changed = soon(&mut told).await.unwrap();
    assert_eq!(changed["worklistChanged"]["tasks"][0]["personId"], json!(somebody.to_string()));
    // It is touched, and stays as it is.
    small.record(coordinator(), Some(somebody), CommandKind::AddNote, json!({ "text": "Calls tomorrow." })).await;
    assert_eq!(soon(&mut told).await, None);
    let position = changed["worklistChanged"]["position"].as_str().unwrap();
    let resumed = format!("subscription {{ worklistChanged(after: \"{position}\") {{ tasks {{ kind }} }} }}");
    let mut resumed = follow(&small, &user("addiction-care-rotterdam"), &resumed);
    assert!(soon(&mut resumed).await.is_some(), "something happened since to a case that waits");
}

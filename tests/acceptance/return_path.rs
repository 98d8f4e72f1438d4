//! The whole return over HTTP: prepared, consented, handed over, and stopped when consent is withdrawn.

use serde_json::{Value, json};

use crate::support::{Client, Running, empty};

const CONDITIONS: [&str; 6] = [
    "housing_arranged",
    "addiction_care_arranged",
    "psychiatry_arranged",
    "professional_knows_home_options",
    "options_presented_honestly",
    "embassy_contacted",
];

/// A person in Rotterdam whom the client supporter supports.
pub async fn supported(running: &Running) -> (Client, String) {
    let outreach = running.client("outreach-rotterdam");
    let identity =
        json!({"name": "Andrzej", "countries": ["PL"], "languages": [{"language": "pl", "preferred": true}]});
    let person = outreach.signal(json!({"channel": "outreach_round", "identity": identity})).await;
    let coordinator = running.client("coordinator-rotterdam");
    let referral = json!({"to": "supporter-rotterdam", "offering": "client_support"});
    coordinator.post(&format!("/v1/persons/{person}/referrals"), referral).await.expect(201);
    (running.client("supporter-rotterdam"), person)
}

pub async fn prepare(supporter: &Client, person: &str, left_out: Option<&str>) {
    let options = json!({"language": "pl", "wish": "wants_to_return", "options": "A clinic in his own town."});
    supporter.post(&format!("/v1/persons/{person}/return-options"), options).await.expect(201);
    for condition in CONDITIONS.iter().filter(|condition| Some(**condition) != left_out) {
        let evidence = json!({"condition": condition, "country": "PL", "evidence": "A letter of 3 May."});
        supporter.post(&format!("/v1/persons/{person}/return-conditions"), evidence).await.expect(201);
    }
}

pub async fn consent(supporter: &Client, person: &str) -> String {
    let consent = json!({
        "purpose": "repatriation",
        "recipient": {"country": "PL"},
        "data_classes": ["identity", "medical", "return"],
        "language": "pl",
        "interpreter": true,
    });
    supporter.post(&format!("/v1/persons/{person}/consents"), consent).await.expect(201).id("consent_id")
}

pub fn proposal() -> Value {
    json!({"country": "PL", "receiving_organisation": "A clinic", "plan": "By bus, accompanied."})
}

async fn sees(liaison: &Client, person: &str) -> bool {
    let handovers = liaison.all("/v1/handovers").await;
    let file = liaison.get(&format!("/v1/persons/{person}")).await.status == 200;
    let listed = handovers.iter().any(|handover| handover["person_id"] == person);
    assert_eq!(file, listed, "the list and the case file agree");
    listed
}

#[tokio::test]
async fn a_return_goes_its_whole_way_and_each_liaison_sees_her_own_while_consent_holds() {
    let running = empty().await;
    let (supporter, person) = supported(&running).await;
    let (pl, ro) = (running.client("liaison-pl"), running.client("liaison-ro"));
    prepare(&supporter, &person, None).await;
    supporter.post(&format!("/v1/persons/{person}/handovers"), proposal()).await.expect(409);
    assert!(!sees(&pl, &person).await, "before consent");
    let consent = consent(&supporter, &person).await;
    assert!(!sees(&pl, &person).await, "consent alone hands nothing over");
    let proposed = supporter.post(&format!("/v1/persons/{person}/handovers"), proposal()).await.expect(201);
    let handover = proposed.id("handover_id");
    assert!(sees(&pl, &person).await);
    assert!(!sees(&ro, &person).await);

    let file = pl.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    let shown: Vec<_> = file.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(shown, ["identity", "person_id", "return", "revision"], "{file}");
    assert_eq!(file["identity"]["name"], "Andrzej");
    assert!(file["return"].get("conditions").is_none() && file["return"].get("consents").is_none(), "{file}");

    let step = |action: &str| format!("/v1/persons/{person}/handovers/{handover}/{action}");
    ro.post(&step("acknowledge"), json!({})).await.expect(404);
    pl.post(&step("acknowledge"), json!({})).await.expect(201);
    pl.post(&step("accept"), json!({})).await.expect(201);
    let jwe = json!({"document": "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVy.dGFn"});
    supporter.post(&step("document"), jwe.clone()).await.expect(201);
    assert_eq!(pl.get(&step("document")).await.expect(200).json()["document"], jwe["document"]);
    supporter.post(&step("departure"), json!({"travels": "by bus"})).await.expect(201);
    pl.post(&step("arrival"), json!({})).await.expect(201);
    pl.post(&step("follow-ups"), json!({"term": "days_30", "outcome": "housed"})).await.expect(201);
    let file = running.client("coordinator-rotterdam").get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["phase"], "returned");

    supporter.post(&format!("/v1/persons/{person}/consents/{consent}/withdraw"), json!({})).await.expect(201);
    assert!(!sees(&pl, &person).await, "after the withdrawal");
    pl.get(&step("document")).await.expect(404);
    assert!(!sees(&ro, &person).await);
}

#[tokio::test]
async fn leaving_out_any_one_condition_is_refused_by_its_name() {
    let running = empty().await;
    for condition in CONDITIONS {
        let (supporter, person) = supported(&running).await;
        prepare(&supporter, &person, Some(condition)).await;
        consent(&supporter, &person).await;
        let refused = supporter.post(&format!("/v1/persons/{person}/handovers"), proposal()).await.expect(409);
        let problem = refused.json();
        assert_eq!(problem["code"], "return_conditions_missing");
        assert_eq!(problem["missing_conditions"], json!([condition]));
        assert!(problem["detail"].as_str().unwrap().contains(condition));
    }
}

#[tokio::test]
async fn a_withdrawn_consent_stops_a_handover_that_was_already_acknowledged() {
    let running = empty().await;
    let (supporter, person) = supported(&running).await;
    prepare(&supporter, &person, None).await;
    let consent = consent(&supporter, &person).await;
    let proposed = supporter.post(&format!("/v1/persons/{person}/handovers"), proposal()).await.expect(201);
    let step = |action: &str| format!("/v1/persons/{person}/handovers/{}/{action}", proposed.id("handover_id"));
    let pl = running.client("liaison-pl");
    pl.post(&step("acknowledge"), json!({})).await.expect(201);
    supporter.post(&format!("/v1/persons/{person}/consents/{consent}/withdraw"), json!({})).await.expect(201);
    pl.post(&step("accept"), json!({})).await.expect(404);
    let file = supporter.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["return"]["handovers"][0]["state"], "withdrawn");
    assert_eq!(file["return"]["handovers"][0]["withdraw_reason"], "consent_withdrawn");
}

#[tokio::test]
async fn a_document_leaves_only_with_a_consent_that_names_its_class_and_only_while_the_handover_is_open() {
    let running = empty().await;
    let (supporter, person) = supported(&running).await;
    prepare(&supporter, &person, None).await;
    let without = json!({
        "purpose": "repatriation", "recipient": {"country": "PL"}, "data_classes": ["identity", "return"],
        "language": "pl",
    });
    supporter.post(&format!("/v1/persons/{person}/consents"), without).await.expect(201);
    let proposed = supporter.post(&format!("/v1/persons/{person}/handovers"), proposal()).await.expect(201);
    let step = |action: &str| format!("/v1/persons/{person}/handovers/{}/{action}", proposed.id("handover_id"));
    let jwe = json!({"document": "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVy.dGFn"});
    supporter.post(&step("document"), jwe).await.expect(201);
    let pl = running.client("liaison-pl");
    pl.get(&step("document")).await.expect(404);
    let file = pl.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["return"]["handovers"][0].get("has_document"), None, "{file}");
    let entries = pl.all(&format!("/v1/persons/{person}/timeline")).await;
    assert!(entries.iter().all(|entry| entry["type"] != "handover_document_attached"), "{entries:?}");

    let withdrawn = json!({"reason": "person_changed_mind"});
    supporter.post(&step("withdraw"), withdrawn).await.expect(201);
    assert!(!sees(&pl, &person).await, "after the handover was withdrawn");
}

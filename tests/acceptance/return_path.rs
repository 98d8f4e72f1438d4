//! The whole return over HTTP: prepared, consented, handed over, and stopped when consent is withdrawn.

use serde_json::{Value, json};

use crate::board::browser::Browser;
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
    // How it goes after 30 days nobody knows on the day of the arrival.
    pl.post(&step("follow-ups"), json!({"term": "days_30", "outcome": "housed"})).await.expect(422);
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
    // The list says by when, and offers what is taken; on the person's page there is nothing else to record.
    let liaison = Browser::of(&running.url, "liaison-pl").await;
    let list = liaison.get("/board/handovers").await.words();
    assert!(list.contains("tag tag--calm\">binnen") && !list.contains("accept_handover"), "{list}");
    let page = liaison.get(&format!("/board/persons/{person}")).await.words();
    assert!(page.contains("acknowledge_handover") && !page.contains("id=\"do\""), "{page}");
    pl.post(&step("acknowledge"), json!({})).await.expect(201);
    assert!(liaison.get("/board/handovers").await.words().contains("accept_handover"));
    supporter.post(&format!("/v1/persons/{person}/consents/{consent}/withdraw"), json!({})).await.expect(201);
    pl.post(&step("accept"), json!({})).await.expect(404);
    // The embassy need not go on preparing, and is told no more than that.
    let ended = pl.all("/v1/ended").await;
    assert_eq!((ended.len(), &ended[0]["asked"]), (1, &json!("handover_proposed")));
    assert_eq!(ended[0]["subject_id"], proposed.id("handover_id").as_str());
    let page = Browser::of(&running.url, "liaison-pl").await.get("/board/handovers").await.words();
    assert!(page.contains("Overdracht voorgesteld") && page.contains("niets meer voor te doen"), "{page}");
    assert_eq!(running.client("liaison-ro").all("/v1/ended").await, Vec::<Value>::new());
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

/// A handover that the Polish embassy has accepted, to a care provider that takes part; its path.
async fn accepted(running: &Running, supporter: &Client, person: &str) -> String {
    prepare(supporter, person, None).await;
    consent(supporter, person).await;
    let proposal = json!({"country": "PL", "receiving": "care-provider-pl", "plan": "By bus, accompanied."});
    let proposed = supporter.post(&format!("/v1/persons/{person}/handovers"), proposal).await.expect(201);
    let handover = format!("/v1/persons/{person}/handovers/{}", proposed.id("handover_id"));
    let pl = running.client("liaison-pl");
    pl.post(&format!("{handover}/acknowledge"), json!({})).await.expect(201);
    running.client("receiving-pl").post(&format!("{handover}/accept"), json!({})).await.expect(201);
    handover
}

#[tokio::test]
async fn a_no_stops_an_accepted_handover_at_once_for_everybody_and_is_somebodys_task() {
    let running = empty().await;
    let (supporter, person) = supported(&running).await;
    let handover = accepted(&running, &supporter, &person).await;
    let (pl, receiving) = (running.client("liaison-pl"), running.client("receiving-pl"));
    let no = json!({"language": "pl", "wish": "does_not_want_to_return"});
    let said = supporter.post(&format!("/v1/persons/{person}/return-options"), no).await.expect(201).json();
    assert_eq!(said["event_ids"].as_array().unwrap().len(), 2, "the wish, and that the handover is withdrawn");
    let departure = supporter.post(&format!("{handover}/departure"), json!({})).await.expect(409).json();
    assert_eq!(departure["code"], "return_not_voluntary");
    for abroad in [&pl, &receiving] {
        assert!(abroad.all("/v1/handovers").await.is_empty());
        let refused = abroad.post(&format!("{handover}/arrival"), json!({})).await;
        assert!([403, 404].contains(&refused.status.as_u16()), "{}", refused.text);
        assert!(abroad.all("/v1/worklist").await.is_empty());
    }
    let file = supporter.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["return"]["handovers"][0]["state"], "withdrawn");
    assert_eq!(file["return"]["handovers"][0]["withdraw_reason"], "person_changed_mind");
    for told in [&supporter, &running.client("coordinator-rotterdam")] {
        let tasks = told.all("/v1/worklist").await;
        assert!(tasks.iter().any(|task| task["kind"] == "review_stopped_return"), "{tasks:?}");
    }
    // A later yes begins anew.
    let yes = json!({"language": "pl", "wish": "wants_to_return"});
    supporter.post(&format!("/v1/persons/{person}/return-options"), yes).await.expect(201);
    supporter.post(&format!("{handover}/departure"), json!({})).await.expect(409);
    supporter.post(&format!("/v1/persons/{person}/handovers"), proposal()).await.expect(201);
}

#[tokio::test]
async fn the_receiving_provider_sees_the_handover_that_names_it_and_its_document_until_it_is_withdrawn() {
    let running = empty().await;
    let (supporter, person) = supported(&running).await;
    let handover = accepted(&running, &supporter, &person).await;
    let receiving = running.client("receiving-pl");
    let jwe = json!({"document": "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVy.dGFn"});
    supporter.post(&format!("{handover}/document"), jwe.clone()).await.expect(201);
    let sees = async || {
        let handovers = receiving.all("/v1/handovers").await;
        let document = receiving.get(&format!("{handover}/document")).await.status == 200;
        assert_eq!(handovers.len() == 1, document);
        document
    };
    assert!(sees().await);
    let file = receiving.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    let shown: Vec<_> = file.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(shown, ["identity", "person_id", "return", "revision"], "{file}");
    assert!(file["return"].get("conditions").is_none() && file["return"].get("consents").is_none(), "{file}");
    supporter.post(&format!("{handover}/departure"), json!({"travels": "by bus"})).await.expect(201);
    receiving.post(&format!("{handover}/arrival"), json!({})).await.expect(201);
    assert!(sees().await, "after the arrival");
    assert!(running.client("liaison-pl").get(&format!("{handover}/document")).await.status == 404);
    let consents = supporter.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    let consent = consents["return"]["consents"][0]["consent_id"].as_str().unwrap().to_owned();
    supporter.post(&format!("/v1/persons/{person}/consents/{consent}/withdraw"), json!({})).await.expect(201);
    assert!(!sees().await, "after the withdrawal");
    receiving.get(&format!("/v1/persons/{person}")).await.expect(404);
}

#[tokio::test]
async fn the_embassy_asks_a_question_within_the_handover_and_sees_the_answer() {
    let running = empty().await;
    let (supporter, person) = supported(&running).await;
    let handover = accepted(&running, &supporter, &person).await;
    let pl = running.client("liaison-pl");
    let question = json!({"question": "Which medicines does he take along?"});
    let asked = pl.post(&format!("{handover}/questions"), question).await.expect(201).id("question_id");
    let tasks = supporter.all("/v1/worklist").await;
    assert!(tasks.iter().any(|task| task["kind"] == "answer_handover_question"), "{tasks:?}");
    let answer = json!({"answer": "Enough for a month."});
    let nowhere = format!("{handover}/questions/{person}/answer");
    assert_eq!(supporter.post(&nowhere, answer.clone()).await.expect(409).json()["code"], "question_unknown");
    pl.post(&format!("{handover}/questions/{asked}/answer"), answer.clone()).await.expect(403);
    supporter.post(&format!("{handover}/questions/{asked}/answer"), answer).await.expect(201);
    let shown = pl.all("/v1/handovers").await;
    let question = &shown[0]["questions"][0];
    assert_eq!(question["question"], "Which medicines does he take along?", "{shown:?}");
    assert_eq!(question["answer"], "Enough for a month.");
    let tasks = supporter.all("/v1/worklist").await;
    assert!(tasks.iter().all(|task| task["kind"] != "answer_handover_question"), "{tasks:?}");
}

#[tokio::test]
async fn evidence_without_substance_and_a_country_that_is_none_are_refused_at_the_field() {
    let running = empty().await;
    let (supporter, person) = supported(&running).await;
    let condition = |country: &str, evidence: &str| json!({"condition": "housing_arranged", "country": country, "evidence": evidence});
    for (body, field) in [(condition("PL", "x"), "/evidence"), (condition("NL", "A letter."), "/country")] {
        let refused = supporter.post(&format!("/v1/persons/{person}/return-conditions"), body).await.expect(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], field, "{}", refused.text);
    }
    prepare(&supporter, &person, None).await;
    let romania = json!({"country": "RO", "receiving_organisation": "A clinic"});
    let refused = supporter.post(&format!("/v1/persons/{person}/handovers"), romania).await.expect(409).json();
    assert_eq!(refused["code"], "return_conditions_missing");
    assert_eq!(refused["missing_conditions"].as_array().unwrap().len(), 6);
}

//! Who somebody is, over REST: fields that are emptied, dates that are known in part, and who may be the same.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{Server, server};

const NIGHT: &str = "night-shelter-rotterdam";
const COORDINATOR: &str = "coordinator-rotterdam";

async fn signalled(server: &Server, identity: Value) -> String {
    let signal = json!({"channel": "shelter_intake", "identity": identity});
    let answer = server.post(NIGHT, "/v1/signals", signal).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["person_id"].as_str().unwrap().to_owned()
}

async fn says(server: &Server, person: &str, claim: Value, assurance: &str) {
    let update = json!({"claim": claim, "assurance": assurance});
    let answer = server.post(COORDINATOR, &format!("/v1/persons/{person}/identity"), update).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

async fn identity(server: &Server, person: &str) -> Value {
    server.get(COORDINATOR, &format!("/v1/persons/{person}")).await.json()["identity"].clone()
}

/// The score of the suggestion that the second may be the first.
async fn suggested(server: &Server, one: &str, other: &str) -> Option<f64> {
    let matches = server.get(COORDINATOR, &format!("/v1/persons/{one}/matches")).await.json();
    let items = matches["items"].as_array().unwrap().clone();
    let found = items.iter().find(|item| item["person_id"] == other)?;
    let sum: f64 = found["weights"].as_array().unwrap().iter().map(|each| each["bits"].as_f64().unwrap()).sum();
    assert!((sum - found["score"].as_f64().unwrap()).abs() < 1e-6, "a reader sees what the score is made of: {found}");
    found["score"].as_f64()
}

#[actix_web::test]
async fn a_wrong_date_of_birth_can_be_emptied_and_a_weaker_claim_replaces_none() {
    let server = server().await;
    let person = signalled(&server, json!({"alias": "wrong date"})).await;
    says(&server, &person, json!({"birth_date": "1976-02-14"}), "self_declared").await;
    assert_eq!(identity(&server, &person).await["birth_date"], "1976-02-14");
    says(&server, &person, json!({"birth_date": null}), "self_declared").await;
    assert_eq!(identity(&server, &person).await.get("birth_date"), None);
    let document = json!({"kind": "passport", "number": "ZS 1234567", "country": "PL"});
    let seen = json!({"birth_date": "1976-02", "birth_place": "Radom", "documents": [document]});
    says(&server, &person, seen, "document_seen").await;
    says(&server, &person, json!({"birth_date": "1981", "documents": [], "name": "Jan"}), "self_declared").await;
    let told = identity(&server, &person).await;
    assert_eq!((&told["birth_date"], &told["documents"]), (&json!("1976-02"), &json!([document])));
    assert_eq!(
        (&told["assured"]["birth_date"], &told["assured"]["name"]),
        (&json!("document_seen"), &json!("self_declared"))
    );
}

#[actix_web::test]
async fn two_who_were_taken_apart_are_not_suggested_again_whichever_of_their_ids_is_asked_for() {
    let server = server().await;
    let claim = json!({"name": "Kamil Urban", "birth_date": "1990-02-03", "countries": ["PL"]});
    for turned in [false, true] {
        let (one, other) = (signalled(&server, claim.clone()).await, signalled(&server, claim.clone()).await);
        assert!(suggested(&server, &one, &other).await.is_some());
        let link = json!({"with": other, "basis": "matching_description"});
        let linked = server.post(COORDINATOR, &format!("/v1/persons/{one}/links"), link.clone()).await;
        assert_eq!(linked.status, 201, "{}", linked.text);
        let (from, to) = if turned { (&other, &one) } else { (&one, &other) };
        let path = format!("/v1/persons/{from}/links/{to}");
        let unlink =
            server.request(COORDINATOR, Method::DELETE, &path).insert_header(("idempotency-key", one.as_str()));
        let unlinked = server.send(unlink).await;
        assert_eq!(unlinked.status, 201, "{}", unlinked.text);
        assert_eq!(suggested(&server, &one, &other).await, None);
        assert_eq!(suggested(&server, &other, &one).await, None);
    }
}

#[actix_web::test]
async fn names_are_matched_as_they_are_written_and_what_many_share_suggests_nothing() {
    let server = server().await;
    let pair = async |one: Value, other: Value| {
        let (one, other) = (signalled(&server, one).await, signalled(&server, other).await);
        suggested(&server, &one, &other).await
    };
    let turned = pair(
        json!({"name": "Wiśniewska, Krystyna", "countries": ["PL"]}),
        json!({"name": "Krystyna Wiśniewska", "countries": ["PL"]}),
    );
    assert!(turned.await.is_some());
    let sex = pair(
        json!({"name": "Andrea Bianchi", "birth_date": "1985-04-09", "sex": "male"}),
        json!({"name": "Andrea Bianchi", "birth_date": "1985-04-09", "sex": "female"}),
    );
    assert!(sex.await.is_some());
    let placeholders = pair(
        json!({"name": "Pawel Zielinski", "birth_date": "1981-01-01", "countries": ["PL"]}),
        json!({"name": "Dorin Adamczyk", "birth_date": "1981-01-01", "countries": ["PL"]}),
    );
    assert_eq!(placeholders.await, None);
}

async fn relates(server: &Server, who: &str, person: &str, with: &str, kind: &str) -> u16 {
    let relation = json!({"with": with, "kind": kind});
    server.post(who, &format!("/v1/persons/{person}/relations"), relation).await.status
}

async fn relations(server: &Server, who: &str, person: &str) -> Value {
    let file = server.get(who, &format!("/v1/persons/{person}")).await.json();
    let told = file["relations"].as_array().cloned().unwrap_or_default();
    told.into_iter().map(|relation| json!([relation["kind"], relation["person_id"]])).collect()
}

async fn taken_in(server: &Server, person: &str) {
    let intake = server.post(NIGHT, &format!("/v1/persons/{person}/intakes"), json!({})).await;
    assert_eq!(intake.status, 201, "{}", intake.text);
}

#[actix_web::test]
async fn both_files_tell_a_relation_each_from_its_side_until_either_ends_it() {
    let server = server().await;
    let (mother, child) = (signalled(&server, json!({"alias": "M."})).await, signalled(&server, json!({})).await);
    assert_eq!(relates(&server, COORDINATOR, &child, &mother, "parent").await, 201);
    assert_eq!(relations(&server, COORDINATOR, &child).await, json!([["parent", mother]]));
    assert_eq!(relations(&server, COORDINATOR, &mother).await, json!([["child", child]]));
    assert_eq!(relates(&server, COORDINATOR, &mother, &child, "child").await, 409, "it is on record already");
    assert_eq!(relates(&server, COORDINATOR, &mother, &mother, "partner").await, 409);
    let path = format!("/v1/persons/{mother}/relations/{child}");
    let ended = server.request(COORDINATOR, Method::DELETE, &path).insert_header(("idempotency-key", "ended"));
    assert_eq!(server.send(ended).await.status, 201);
    assert_eq!(relations(&server, COORDINATOR, &child).await, json!([]));
    assert_eq!(relations(&server, COORDINATOR, &mother).await, json!([]));
    assert_eq!(relates(&server, COORDINATOR, &mother, &child, "child").await, 201, "it may be said again");
    assert_eq!(relations(&server, COORDINATOR, &child).await, json!([["parent", mother]]));
}

#[actix_web::test]
async fn whoever_may_not_see_the_other_is_told_the_relation_without_who() {
    let server = server().await;
    let (mother, child) = (signalled(&server, json!({})).await, signalled(&server, json!({})).await);
    taken_in(&server, &mother).await;
    let shelter = "shelter24-rotterdam";
    let bed = server.post(shelter, &format!("/v1/persons/{child}/beds"), json!({"kind": "shelter_24h"})).await;
    assert!(bed.status == 404 || bed.status == 201, "{}", bed.text);
    let refer = json!({"to": shelter, "offering": "bed_24h"});
    assert_eq!(server.post(COORDINATOR, &format!("/v1/persons/{child}/referrals"), refer).await.status, 201);
    assert_eq!(relates(&server, shelter, &child, &mother, "parent").await, 422, "no such person, to them");
    assert_eq!(relates(&server, NIGHT, &mother, &child, "child").await, 201, "they recorded the signals of both");
    assert_eq!(relations(&server, shelter, &child).await, json!([["parent", null]]));
    let timeline = server.get(shelter, &format!("/v1/persons/{child}/timeline")).await;
    assert!(!timeline.text.contains(&mother), "{}", timeline.text);
}

#[actix_web::test]
async fn a_household_is_taken_in_moves_and_is_referred_in_one_call_each() {
    let server = server().await;
    let mut family = Vec::new();
    for alias in ["mother", "daughter", "stranger"] {
        family.push(signalled(&server, json!({"alias": alias})).await);
    }
    let [mother, daughter, stranger] = family.try_into().unwrap();
    assert_eq!(relates(&server, COORDINATOR, &daughter, &mother, "parent").await, 201);
    let call = async |route: &str, body: Value, key: &str| {
        let path = format!("/v1/persons/{mother}/{route}");
        let write = server.request(NIGHT, Method::POST, &path).insert_header(("idempotency-key", key));
        let write = write.insert_header(("content-type", "application/json")).set_payload(body.to_string());
        server.send(write).await
    };
    let intake = json!({"location_type": "night_shelter_eu", "identity": {"name": "Anna"}, "findings": "a cough",
        "together_with": [daughter, stranger]});
    let answer = call("intakes", intake.clone(), "intake").await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let told = answer.json();
    let each = |told: &Value| -> Vec<(Value, Value)> {
        told["together"]
            .as_array()
            .unwrap()
            .iter()
            .map(|each| (each["person_id"].clone(), each["status"].clone()))
            .collect()
    };
    assert_eq!(each(&told), [(json!(daughter), json!(201)), (json!(stranger), json!(422))]);
    let file = server.get(COORDINATOR, &format!("/v1/persons/{daughter}")).await.json();
    assert_eq!(file["identity"].get("name"), None, "what was found of the one is not said of the other");
    assert_eq!(file["presence"]["last_seen"]["location_type"], "night_shelter_eu");
    let again = call("intakes", intake, "intake").await;
    assert_eq!(
        (again.status, each(&again.json())),
        (200, vec![(json!(daughter), json!(200)), (json!(stranger), json!(422))])
    );
    let bed = call("beds", json!({"kind": "night_shelter_eu", "together_with": [daughter]}), "bed").await.json();
    assert!(bed["bed_id"] != bed["together"][0]["receipt"]["bed_id"], "{bed}");
    let referral = json!({"to": "supporter-rotterdam", "offering": "client_support", "reason": "debts", "together_with": [daughter]});
    assert_eq!(each(&call("referrals", referral, "referral").await.json()), [(json!(daughter), json!(201))]);
    let note = json!({"text": "well", "together_with": [daughter]});
    assert_eq!(call("notes", note, "note").await.status, 422, "of what is written of one person the other has no part");
    let many: Vec<_> = (0..17).map(|_| daughter.clone()).collect();
    assert_eq!(
        call("beds", json!({"kind": "night_shelter_eu", "together_with": many}), "many").await.status,
        422,
        "at most sixteen"
    );
}

#[actix_web::test]
async fn a_minor_alone_is_on_the_coordinators_list_at_once_until_a_parent_is_on_record() {
    let server = server().await;
    let (child, mother) =
        (signalled(&server, json!({"approximate_age": 14})).await, signalled(&server, json!({})).await);
    let waits = async |who: &str| {
        let worklist = server.get(who, "/v1/worklist?first=200").await.json();
        let items = worklist["items"].as_array().unwrap().clone();
        items.iter().any(|task| task["kind"] == "protect_minor" && task["person_id"] == json!(child))
    };
    assert!(waits(COORDINATOR).await && waits(NIGHT).await);
    assert_eq!(relates(&server, COORDINATOR, &mother, &child, "child").await, 201);
    assert!(!waits(COORDINATOR).await && !waits(NIGHT).await, "the other's path says so");
}

const ELSEWHERE: &str = "coordinator-amsterdam";

async fn worklist(server: &Server, who: &str) -> Value {
    server.get(who, "/v1/worklist?first=200").await.json()["items"].clone()
}

async fn waits_elsewhere(server: &Server, who: &str) -> Vec<Value> {
    let items = worklist(server, who).await;
    items.as_array().unwrap().iter().filter(|task| task["kind"] == "known_elsewhere").cloned().collect()
}

async fn released(server: &Server, who: &str, person: &str) -> Value {
    let answer = server.get(who, &format!("/v1/persons/{person}/matches/elsewhere")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].clone()
}

async fn posts(server: &Server, who: &str, path: &str) -> u16 {
    server.post(who, path, json!({})).await.status
}

#[actix_web::test]
async fn one_person_in_two_cities_is_linked_when_both_have_released_and_agreed_and_nothing_is_told_before() {
    let server = server().await;
    let claim =
        json!({"name": "Zdzisław Wrona", "birth_date": "1968-09-30", "countries": ["PL"], "contact": "06 12345678"});
    let signal = |municipality: &str, observed: &str| json!({"channel": "shelter_intake", "municipality": municipality, "identity": claim, "observations": observed});
    let here = server.post(NIGHT, "/v1/signals", signal("rotterdam", "limps")).await.json()["person_id"].clone();
    let before = worklist(&server, COORDINATOR).await;
    let there = server.post(NIGHT, "/v1/signals", signal("amsterdam", "coughs")).await.json()["person_id"].clone();
    let (here, there) = (here.as_str().unwrap(), there.as_str().unwrap());

    // Both are asked, once, and learn nothing of the other: neither who, nor how many, nor when.
    for (who, own, other) in [(COORDINATOR, here, there), (ELSEWHERE, there, here)] {
        let tasks = waits_elsewhere(&server, who).await;
        assert_eq!(tasks.len(), 1, "{tasks:?}");
        assert_eq!((&tasks[0]["person_id"], tasks[0].get("subject_id")), (&json!(own), None));
        let file = server.get(who, &format!("/v1/persons/{own}")).await.json();
        assert_eq!(tasks[0]["since"], file["opened_at"], "it arose from the own person's path");
        assert_eq!(released(&server, who, own).await, json!([]));
        for path in
            [format!("/v1/persons/{own}/matches"), "/v1/worklist?first=200".to_owned(), "/v1/persons".to_owned()]
        {
            assert!(!server.get(who, &path).await.text.contains(other), "{path}");
        }
        assert_eq!(server.get(who, &format!("/v1/persons/{other}")).await.status, 404);
        assert_eq!(posts(&server, who, &format!("/v1/persons/{own}/matches/{other}/agree")).await, 404);
        assert_eq!(posts(&server, who, &format!("/v1/persons/{own}/matches/{other}/dismiss")).await, 404);
    }
    assert!(waits_elsewhere(&server, NIGHT).await.is_empty(), "it is the coordinators' to release");
    assert_eq!(posts(&server, NIGHT, &format!("/v1/persons/{here}/matches/release")).await, 403);
    assert!(before.as_array().unwrap().iter().all(|task| task["kind"] != "known_elsewhere"));

    // What the one releases, the other sees: who they are, and nothing else.
    assert_eq!(posts(&server, COORDINATOR, &format!("/v1/persons/{here}/matches/release")).await, 201);
    assert!(waits_elsewhere(&server, COORDINATOR).await.is_empty());
    assert_eq!(released(&server, COORDINATOR, here).await, json!([]));
    let seen = released(&server, ELSEWHERE, there).await;
    assert_eq!(seen.as_array().unwrap().len(), 1);
    let told = (&seen[0]["person_id"], &seen[0]["municipality"], &seen[0]["identity"]["name"], &seen[0]["released"]);
    assert_eq!(told, (&json!(here), &json!("rotterdam"), &claim["name"], &json!(false)));
    assert!(!seen.to_string().contains("limps"), "{seen}");
    assert_eq!(server.get(ELSEWHERE, &format!("/v1/persons/{here}")).await.status, 404);

    // Nothing is linked before both have released and agreed.
    let agree = format!("/v1/persons/{there}/matches/{here}/agree");
    assert_eq!(posts(&server, ELSEWHERE, &agree).await, 409, "release first");
    assert_eq!(posts(&server, ELSEWHERE, &format!("/v1/persons/{there}/matches/release")).await, 201);
    assert_eq!(waits_elsewhere(&server, COORDINATOR).await.len(), 1, "what the other released waits for an answer");
    assert_eq!(posts(&server, ELSEWHERE, &agree).await, 201);
    assert_eq!(posts(&server, ELSEWHERE, &agree).await, 409, "agreed already");
    let linked = async |who: &str, person: &str| {
        server.get(who, &format!("/v1/persons/{person}")).await.json()["linked_persons"].clone()
    };
    assert_eq!(linked(ELSEWHERE, there).await, Value::Null);
    let answer = server.post(COORDINATOR, &format!("/v1/persons/{here}/matches/{there}/agree"), json!({})).await;
    assert_eq!((answer.status, answer.json()["event_ids"].as_array().unwrap().len()), (201, 2), "{}", answer.text);
    // One case has one coordinator: of the municipality that was assigned last.
    assert_eq!(linked(ELSEWHERE, there).await, json!([here]));
    assert!(
        waits_elsewhere(&server, COORDINATOR).await.is_empty() && waits_elsewhere(&server, ELSEWHERE).await.is_empty()
    );
}

#[actix_web::test]
async fn whoever_says_of_one_who_was_released_that_they_are_another_is_not_asked_again() {
    let server = server().await;
    let claim = json!({"name": "Zdzisław Wrona", "birth_date": "1968-09-30", "countries": ["PL"]});
    let mut persons = Vec::new();
    for municipality in ["rotterdam", "amsterdam"] {
        let signal = json!({"channel": "shelter_intake", "municipality": municipality, "identity": claim});
        let answer = server.post(NIGHT, "/v1/signals", signal).await.json();
        persons.push(answer["person_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(posts(&server, COORDINATOR, &format!("/v1/persons/{}/matches/release", persons[0])).await, 201);
    let dismiss = format!("/v1/persons/{}/matches/{}/dismiss", persons[1], persons[0]);
    assert_eq!(posts(&server, ELSEWHERE, &dismiss).await, 201);
    assert!(
        waits_elsewhere(&server, ELSEWHERE).await.is_empty() && waits_elsewhere(&server, COORDINATOR).await.is_empty()
    );
    assert_eq!(released(&server, ELSEWHERE, &persons[1]).await, json!([]));
}

#[actix_web::test]
async fn a_name_alone_that_many_have_makes_nobody_known_elsewhere() {
    let server = server().await;
    for municipality in ["rotterdam", "amsterdam"] {
        let identity = json!({"name": "Jan Nowak", "countries": ["PL"], "sex": "male"});
        let signal = json!({"channel": "shelter_intake", "municipality": municipality, "identity": identity});
        assert_eq!(server.post(NIGHT, "/v1/signals", signal).await.status, 201);
    }
    assert!(waits_elsewhere(&server, COORDINATOR).await.is_empty());
}

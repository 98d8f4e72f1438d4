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

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

//! Commands go in and receipts come out.

use actix_web::http::Method;
use serde_json::json;

use super::server;

#[actix_web::test]
async fn a_signal_opens_a_path_and_is_answered_with_its_id() {
    let server = server().await;
    let signal = json!({"channel": "drop_in_visit", "identity": {"alias": "M."}, "occurred_at": "2026-09-27T22:00:00Z",
        "occurred_precision": "night"});
    let answer = server.post("day-shelter-rotterdam", "/v1/signals", signal).await;
    insta::assert_snapshot!(answer.told(), @r#"
    201
    {
      "event_ids": [
        "00000000-0003-7000-8000-000000000000",
        "00000000-0004-7000-8000-000000000000"
      ],
      "person_id": "7a1effab-d979-807f-a201-0b15c8c4bfbf",
      "position": 2,
      "revision": 1
    }
    "#);
    let person = answer.json()["person_id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), Some(format!("/v1/persons/{person}").as_str()));
    assert_eq!((answer.header("etag"), answer.header("baken-position")), (Some("\"1\""), Some("2")));
    let timeline = server.get("day-shelter-rotterdam", &format!("/v1/persons/{person}/timeline")).await;
    let entry = &timeline.json()["items"][0];
    assert_eq!(
        (&entry["occurred_at"], &entry["occurred_precision"]),
        (&json!("2026-09-27T22:00:00Z"), &json!("night"))
    );
}

#[actix_web::test]
async fn a_signal_about_somebody_known_goes_onto_their_path() {
    let server = server().await;
    let person = server.signalled().await;
    let signal = json!({"channel": "outreach_round", "person_id": person});
    let answer = server.post("coordinator-rotterdam", "/v1/signals", signal).await;
    assert_eq!(
        (answer.status, &answer.json()["person_id"], answer.header("etag")),
        (201, &json!(person), Some("\"2\""))
    );
}

#[actix_web::test]
async fn people_turned_away_whom_nobody_knows_are_counted_without_a_person() {
    let server = server().await;
    let answer =
        server.post("night-shelter-rotterdam", "/v1/turn-aways", json!({"reason": "full", "persons": 12})).await;
    insta::assert_snapshot!(answer.told(), @r#"
    201
    {
      "event_ids": [
        "123fd771-3608-8fd6-9a33-bfda8f5896c1"
      ],
      "position": 1,
      "revision": 0
    }
    "#);
    assert_eq!(answer.header("location"), None);
}

#[actix_web::test]
async fn what_a_command_creates_is_named_in_the_receipt_and_can_be_acted_on() {
    let server = server().await;
    let person = server.signalled().await;
    let coordinator = "coordinator-rotterdam";
    let referral = json!({"to": "street-doctor-rotterdam", "offering": "medical_clinic"});
    let made = server.post(coordinator, &format!("/v1/persons/{person}/referrals"), referral).await;
    let id = made.json()["referral_id"].as_str().map_or_else(|| panic!("{}", made.text), str::to_owned);
    let accept = format!("/v1/persons/{person}/referrals/{id}/accept");
    let accepted = server.post("street-doctor-rotterdam", &accept, json!({})).await;
    assert_eq!(accepted.status, 201, "{}", accepted.text);
    let again = server.post("street-doctor-rotterdam", &accept, json!({})).await;
    insta::assert_snapshot!(again.told(), @r#"
    409
    {
      "code": "referral_already_answered",
      "detail": "The referral was answered already.",
      "status": 409,
      "title": "A rule stands against it",
      "type": "urn:baken:problem:referral_already_answered"
    }
    "#);
}

#[actix_web::test]
async fn a_command_that_says_all_in_its_path_needs_no_body() {
    let server = server().await;
    let person = server.signalled().await;
    let request = server
        .request("coordinator-rotterdam", Method::POST, &format!("/v1/persons/{person}/out-of-sight"))
        .insert_header(("idempotency-key", "bodiless"));
    let answer = server.send(request).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

#[actix_web::test]
async fn a_link_is_undone_from_either_side() {
    let server = server().await;
    let coordinator = "coordinator-rotterdam";
    for reversed in [false, true] {
        let (one, other) = (server.signalled().await, server.signalled().await);
        let link = json!({"with": other, "basis": "self_declared"});
        let linked = server.post(coordinator, &format!("/v1/persons/{one}/links"), link).await;
        assert_eq!(linked.status, 201, "{}", linked.text);
        let (from, to) = if reversed { (&other, &one) } else { (&one, &other) };
        let path = format!("/v1/persons/{from}/links/{to}");
        let unlink = |key: &str| {
            server.request(coordinator, Method::DELETE, &path).insert_header(("idempotency-key", key.to_owned()))
        };
        let undone = server.send(unlink(&format!("first-{reversed}"))).await;
        assert_eq!((undone.status, &undone.json()["person_id"]), (201, &json!(one)), "{}", undone.text);
        let repeated = server.send(unlink(&format!("first-{reversed}"))).await;
        assert_eq!((repeated.status, &repeated.text), (200, &undone.text));
        let again = server.send(unlink(&format!("second-{reversed}"))).await;
        assert_eq!((again.status, &again.json()["code"]), (409, &json!("not_linked")), "{}", again.text);
    }
}

#[actix_web::test]
async fn a_repeated_request_is_executed_once_and_another_one_under_its_key_is_refused() {
    let server = server().await;
    let signal = |body: &str| {
        server
            .request("day-shelter-rotterdam", actix_web::http::Method::POST, "/v1/signals")
            .insert_header(("idempotency-key", "the-same"))
            .insert_header(("content-type", "application/json"))
            .set_payload(body.to_owned())
    };
    let first = server.send(signal(r#"{"channel": "drop_in_visit"}"#)).await;
    let second = server.send(signal(r#"{"channel": "drop_in_visit"}"#)).await;
    assert_eq!((first.status, second.status, &first.text), (201, 200, &second.text));
    assert_eq!((first.header("etag"), first.header("location")), (second.header("etag"), second.header("location")));
    let other = server.send(signal(r#"{"channel": "self_report"}"#)).await;
    insta::assert_snapshot!(other.told(), @r#"
    422
    {
      "code": "idempotency_key_reused",
      "detail": "This idempotency key was used for another request.",
      "status": 422,
      "title": "Key used before",
      "type": "urn:baken:problem:idempotency_key_reused"
    }
    "#);
}

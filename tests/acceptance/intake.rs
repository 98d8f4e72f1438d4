//! `POST /v1/signals`, `/v1/persons/{person_id}/intakes`: taking somebody in.

use serde_json::json;

use crate::support::empty;

#[tokio::test]
async fn a_shelter_takes_in_somebody_without_name_birth_date_or_document() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
    let answer = shelter.post(&format!("/v1/persons/{person}/intakes"), json!({})).await.expect(201);
    assert_eq!(answer.id("person_id"), person);
    assert!(answer.headers.contains_key("etag") && answer.headers.contains_key("baken-position"));
    let file = shelter.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["phase"], "in_contact");
    assert!(file.get("identity").is_none(), "{file}");
}

#[tokio::test]
async fn what_was_written_is_still_there_after_a_restart() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake", "identity": {"alias": "the Captain"}})).await;
    let before = shelter.get(&format!("/v1/persons/{person}")).await.expect(200);
    let running = running.restart().await;
    let shelter = running.client("night-shelter-rotterdam");
    let after = shelter.get(&format!("/v1/persons/{person}")).await.expect(200);
    assert_eq!(before.json(), after.json());
    assert_eq!(after.json()["identity"]["alias"], "the Captain");
}

#[tokio::test]
async fn a_read_that_sends_back_its_position_sees_the_write() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    for _ in 0..20 {
        let written = shelter.post("/v1/signals", json!({"channel": "shelter_intake"})).await.expect(201);
        let position = written.headers["baken-position"].to_str().unwrap().to_owned();
        let path = format!("/v1/persons/{}", written.id("person_id"));
        let read = shelter.send(reqwest::Method::GET, &path, &[("Baken-Position", &position)], None).await;
        read.expect(200);
    }
}

#[tokio::test]
async fn the_time_and_its_precision_are_kept_beside_the_time_of_recording() {
    let running = empty().await;
    let outreach = running.client("outreach-rotterdam");
    let signal = json!({
        "channel": "outreach_round",
        "occurred_at": "2026-01-10T22:00:00Z",
        "occurred_precision": "night",
    });
    let person = outreach.signal(signal).await;
    let timeline = outreach.all(&format!("/v1/persons/{person}/timeline")).await;
    assert_eq!(timeline[0]["occurred_at"], "2026-01-10T22:00:00Z");
    assert_eq!(timeline[0]["occurred_precision"], "night");
    assert_ne!(timeline[0]["recorded_at"], timeline[0]["occurred_at"]);
}

#[tokio::test]
async fn linked_persons_are_told_as_one_until_the_link_is_undone() {
    let running = empty().await;
    let outreach = running.client("outreach-rotterdam");
    let coordinator = running.client("coordinator-rotterdam");
    let one = outreach.signal(json!({"channel": "outreach_round", "identity": {"alias": "the Captain"}})).await;
    let other = outreach.signal(json!({"channel": "outreach_round", "location_type": "forest"})).await;
    let link = json!({"with": other, "basis": "recognised_by_professional"});
    coordinator.post(&format!("/v1/persons/{one}/links"), link.clone()).await.expect(201);
    coordinator
        .post(&format!("/v1/persons/{other}/links"), json!({"with": one, "basis": "same_document"}))
        .await
        .expect(409);

    let file = coordinator.get(&format!("/v1/persons/{other}")).await.expect(200).json();
    assert_eq!(file["linked_persons"], json!([one]));
    assert_eq!(file["identity"]["alias"], "the Captain");
    assert_eq!(coordinator.all("/v1/persons").await.len(), 1, "one human being counts once");

    let path = format!("/v1/persons/{other}/links/{one}");
    coordinator.send(reqwest::Method::DELETE, &path, &[("Idempotency-Key", "undo")], None).await.expect(201);
    let file = coordinator.get(&format!("/v1/persons/{other}")).await.expect(200).json();
    assert!(file.get("linked_persons").is_none() && file.get("identity").is_none(), "{file}");
    assert_eq!(coordinator.all("/v1/persons").await.len(), 2);
}

//! `POST /v1/turn-aways`, `GET /v1/turn-aways`, `POST /v1/turn-aways/{event_id}/retract`, `turnAways`.

use serde_json::{Value, json};

use crate::support::empty;

#[tokio::test]
async fn who_was_turned_away_can_be_read_again_and_a_mistake_taken_back() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let coordinator = running.client("coordinator-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
    shelter.post("/v1/turn-aways", json!({"person_id": person, "reason": "full"})).await.expect(201);
    let at_the_beds = json!({"reason": "full", "persons": 4, "facility": "night-shelter-rotterdam-beds"});
    shelter.post("/v1/turn-aways", at_the_beds).await.expect(201);
    let elsewhere = json!({"reason": "full", "facility": "shelter24-rotterdam-beds"});
    let refused = shelter.post("/v1/turn-aways", elsewhere).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/facility");
    let mistaken = shelter.post("/v1/turn-aways", json!({"reason": "full", "persons": 40})).await.expect(201).json();
    let entry = mistaken["event_ids"][0].as_str().unwrap();
    let path = format!("/v1/turn-aways/{entry}/retract");
    coordinator.post(&path, json!({"reason": "other"})).await.expect(403);
    running.client("day-shelter-rotterdam").post(&path, json!({"reason": "other"})).await.expect(409);
    let with_person = shelter.post(&path, json!({"reason": "other", "person_id": person})).await.expect(422).json();
    assert_eq!(with_person["errors"][0]["pointer"], "/person_id");
    shelter.post(&path, json!({"reason": "other"})).await.expect(201);

    let rows = coordinator.all("/v1/turn-aways?reason=full&organisation=night-shelter-rotterdam").await;
    let counts: Vec<_> =
        rows.iter().map(|row| (&row["facility"], &row["persons_known"], &row["persons_unknown"])).collect();
    let beds = json!("night-shelter-rotterdam-beds");
    assert_eq!(counts, [(&Value::Null, &json!(1), &json!(0)), (&beds, &json!(0), &json!(4))]);
    assert_eq!(rows[0]["not_seen_since"], json!([{"person_id": person, "days": 0}]));
    assert_eq!(coordinator.all("/v1/turn-aways?reason=behaviour").await, Vec::<Value>::new());
    for query in ["from=yesterday", "until=1999-01-01", "from=2026-02-02&until=2026-02-01", "reason=cold", "night=1"] {
        coordinator.get(&format!("/v1/turn-aways?{query}")).await.expect(422);
    }
    let query = "{ turnAways(filter: {reason: full}) { nodes { organisation facility personsUnknown notSeenSince { personId } } } }";
    let nodes = coordinator.graphql(query, json!({})).await["data"]["turnAways"]["nodes"].clone();
    assert_eq!(nodes[0]["notSeenSince"], json!([{"personId": person}]));
    assert_eq!(nodes[1]["personsUnknown"], 4);
    for stranger in
        ["day-shelter-rotterdam", "police-rotterdam", "analyst-national", "liaison-pl", "coordinator-amsterdam"]
    {
        assert_eq!(running.client(stranger).all("/v1/turn-aways").await, Vec::<Value>::new(), "{stranger}");
    }
}

#[tokio::test]
async fn what_was_counted_is_still_counted_after_a_restart() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    shelter.post("/v1/turn-aways", json!({"reason": "full", "persons": 4})).await.expect(201);
    let mistaken = shelter.post("/v1/turn-aways", json!({"reason": "full", "persons": 40})).await.expect(201).json();
    let path = format!("/v1/turn-aways/{}/retract", mistaken["event_ids"][0].as_str().unwrap());
    shelter.post(&path, json!({"reason": "other"})).await.expect(201);
    let before = shelter.all("/v1/turn-aways").await;
    assert_eq!(before[0]["persons_unknown"], 4);
    let running = running.restart().await;
    assert_eq!(running.client("night-shelter-rotterdam").all("/v1/turn-aways").await, before);
}

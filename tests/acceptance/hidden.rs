//! Whom one may not know of does not exist: status, headers that matter, and body are those of an unknown id.

use serde_json::{Value, json};

use crate::support::{Running, demo_world, marek};

const NOBODY: &str = "00000000-0000-8000-8000-000000000000";

async fn looks_like_nobody(running: &Running, user: &str, person: &str) {
    let client = running.client(user);
    for part in ["", "/timeline"] {
        let hidden = client.get(&format!("/v1/persons/{person}{part}")).await;
        let missing = client.get(&format!("/v1/persons/{NOBODY}{part}")).await;
        assert_eq!(hidden.status, 404, "{user}: {}", hidden.text);
        assert_eq!(hidden.text, missing.text, "{user}");
        assert_eq!(hidden.headers["content-type"], missing.headers["content-type"], "{user}");
        assert_eq!(hidden.headers.len(), missing.headers.len(), "{user}");
    }
    let query = "query($id: ID!) { person(id: $id) { personId } }";
    let hidden = client.graphql(query, json!({"id": person})).await;
    let missing = client.graphql(query, json!({"id": NOBODY})).await;
    assert_eq!(hidden, missing, "{user}");
    assert_eq!(hidden["data"]["person"], json!(null), "{user}");
    let listed = client.all("/v1/persons").await;
    assert!(listed.iter().all(|each| each["person_id"] != person), "{user}");
    // Writing about them is no way to find out either.
    let contact = json!({"summary": "met"});
    let hidden = client.post(&format!("/v1/persons/{person}/contacts"), contact.clone()).await;
    let missing = client.post(&format!("/v1/persons/{NOBODY}/contacts"), contact).await;
    assert_eq!((hidden.status, hidden.text), (missing.status, missing.text), "{user}");
}

#[tokio::test]
async fn marek_does_not_exist_for_those_who_have_nothing_to_do_with_him() {
    let running = demo_world().await;
    let marek = marek();
    for user in [
        "liaison-pl",
        "liaison-ro",
        "ambassador-pl",
        "analyst-national",
        "administrator",
        "coordinator-amsterdam",
        "night-shelter-utrecht",
        "addiction-care-rotterdam",
    ] {
        looks_like_nobody(&running, user, &marek).await;
    }
}

#[tokio::test]
async fn the_privacy_officer_acts_by_id_and_sees_nobody() {
    let running = demo_world().await;
    let officer = running.client("privacy-officer");
    officer.get(&format!("/v1/persons/{}", marek())).await.expect(404);
    assert!(officer.all("/v1/persons").await.is_empty());
    officer.post(&format!("/v1/persons/{}/holds", marek()), json!({"reason": "complaint"})).await.expect(201);
    officer.post(&format!("/v1/persons/{NOBODY}/holds"), json!({"reason": "complaint"})).await.expect(404);
}

#[tokio::test]
async fn the_police_see_of_their_own_signal_that_they_reported_it_and_no_care_alert_that_is_over() {
    let running = demo_world().await;
    let police = running.client("police-rotterdam");
    let answer = police.get(&format!("/v1/persons/{}", marek())).await.expect(200);
    let file = answer.json();
    let shown: Vec<_> = file.as_object().unwrap().keys().map(String::as_str).collect();
    for key in &shown {
        assert!(["person_id", "revision", "justice"].contains(key), "the police are shown {key}: {}", answer.text);
    }
    assert_eq!(file.get("care_alerts"), None, "he was found");
    for entry in police.all(&format!("/v1/persons/{}/timeline", marek())).await {
        let own = entry["recorded_by"] == "police-rotterdam";
        assert!(own, "{entry}");
        for secret in ["observations", "health_problems", "location", "name", "origin", "bed_id"] {
            assert!(entry["details"].get(secret).is_none(), "{entry}");
        }
    }
}

#[tokio::test]
async fn an_ambassador_sees_counts_and_an_analyst_nothing_of_persons() {
    let running = demo_world().await;
    let handovers = running.client("ambassador-pl").get("/v1/handovers").await.expect(200).json();
    assert_eq!(handovers["items"], json!([]));
    assert_eq!(handovers["counts"]["country"], "PL");
    // Fewer than five are not told.
    assert_eq!(handovers["counts"]["states"], json!([]), "{handovers}");
    assert!(handovers["counts"].get("waiting").is_none_or(Value::is_null), "{handovers}");
    for list in ["persons", "lookouts", "referrals", "exceptions", "handovers", "worklist"] {
        let path = format!("/v1/{list}");
        assert!(running.client("analyst-national").all(&path).await.is_empty(), "{list}");
        assert!(running.client("administrator").all(&path).await.is_empty(), "{list}");
    }
}

//! Many at once: repeats of one request, and writers on one person.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::empty;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_a_hundred_times_at_once_is_one_event_and_one_answer() {
    let running = empty().await;
    let outreach = running.client("outreach-rotterdam");
    let body = json!({"channel": "outreach_round", "identity": {"alias": "the Captain"}});
    let mut asked = Vec::new();
    for _ in 0..100 {
        let (outreach, body) = (outreach.clone(), body.clone());
        asked.push(tokio::spawn(async move { outreach.post_with("/v1/signals", &body, "the-same").await }));
    }
    let (mut answers, mut created) = (BTreeSet::new(), 0);
    for asked in asked {
        let answer = asked.await.unwrap();
        created += usize::from(answer.status == 201);
        assert!(matches!(answer.status.as_u16(), 200 | 201), "{}", answer.text);
        answers.insert(answer.text);
    }
    assert_eq!((answers.len(), created), (1, 1));
    assert_eq!(running.client("coordinator-rotterdam").all("/v1/persons").await.len(), 1);

    let other = outreach.post_with("/v1/signals", &json!({"channel": "self_report"}), "the-same").await;
    assert_eq!(other.expect(422).json()["code"], "idempotency_key_reused");
}

#[tokio::test]
async fn a_repeat_is_known_after_a_restart() {
    let running = empty().await;
    let body = json!({"channel": "outreach_round"});
    let first = running.client("outreach-rotterdam").post_with("/v1/signals", &body, "k").await.expect(201);
    let running = running.restart().await;
    let again = running.client("outreach-rotterdam").post_with("/v1/signals", &body, "k").await.expect(200);
    assert_eq!(first.json(), again.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_on_one_person_lose_nothing_and_agree_on_one_order() {
    let running = empty().await;
    let outreach = running.client("outreach-rotterdam");
    let person = outreach.signal(json!({"channel": "outreach_round"})).await;
    let mut writers = Vec::new();
    for _ in 0..64 {
        let (outreach, path) = (outreach.clone(), format!("/v1/persons/{person}/contacts"));
        writers.push(tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for _ in 0..5 {
                let answer = outreach.post(&path, json!({"summary": "met at the square"})).await.expect(201).json();
                acknowledged.push((answer["revision"].as_u64().unwrap(), answer["event_ids"][0].clone()));
            }
            acknowledged
        }));
    }
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    acknowledged.sort_by_key(|(revision, _)| *revision);
    let timeline = outreach.all(&format!("/v1/persons/{person}/timeline")).await;
    let recorded: Vec<_> = timeline.iter().map(|entry| entry["event_id"].clone()).collect();
    // The signal and the coordinator's assignment came first: revisions 0 and 1.
    let expected: Vec<_> = acknowledged.iter().map(|(_, id)| id.clone()).collect();
    assert_eq!(recorded[2..], expected[..]);
    let revisions: Vec<_> = acknowledged.iter().map(|(revision, _)| *revision).collect();
    assert_eq!(revisions, (2..2 + 320).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_write_that_rests_on_an_old_revision_is_refused() {
    let running = empty().await;
    let outreach = running.client("outreach-rotterdam");
    let person = outreach.signal(json!({"channel": "outreach_round"})).await;
    let path = format!("/v1/persons/{person}/contacts");
    let etag = outreach.post(&path, json!({})).await.expect(201).headers["etag"].to_str().unwrap().to_owned();
    let put = |etag: String, key: &'static str| {
        let (outreach, path) = (outreach.clone(), path.clone());
        async move {
            let headers = [("Idempotency-Key", key), ("If-Match", etag.as_str())];
            outreach.send(reqwest::Method::POST, &path, &headers, Some(&json!({}))).await
        }
    };
    put(etag.clone(), "fits").await.expect(201);
    put(etag, "is-stale").await.expect(412);
}

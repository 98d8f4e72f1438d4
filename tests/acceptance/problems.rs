//! Whatever goes wrong is told as RFC 9457 says, and never with a 5xx.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, empty};

#[track_caller]
fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{}", answer.text);
    let problem = answer.json();
    assert_eq!((problem["status"].as_u64(), problem["code"].as_str()), (Some(status.into()), Some(code)), "{problem}");
    assert!(problem["title"].is_string() && problem["type"].is_string(), "{problem}");
}

#[tokio::test]
async fn every_error_is_a_problem_document() {
    let running = empty().await;
    let outreach = running.client("outreach-rotterdam");
    is_problem(&outreach.get("/v1/nothing").await, 404, "not_found");
    is_problem(&outreach.send(Method::PUT, "/v1/signals", &[], None).await, 405, "method_not_allowed");
    is_problem(&outreach.send(Method::GET, "/graphql", &[], None).await, 405, "method_not_allowed");

    let raw = reqwest::Client::new();
    let post = |kind: &'static str, body: &'static str| {
        let request = raw.post(format!("{}/v1/signals", running.url)).bearer_auth(running.token("outreach-rotterdam"));
        let request = request.header("Idempotency-Key", "a-key").header("Content-Type", kind).body(body);
        async move {
            let answer = request.send().await.unwrap();
            let (status, headers) = (answer.status(), answer.headers().clone());
            Answer { status, headers, text: answer.text().await.unwrap() }
        }
    };
    is_problem(&post("application/json", "{\"channel\":").await, 400, "malformed");
    is_problem(&post("text/plain", "{}").await, 415, "media_type");

    let signal = json!({"channel": "outreach_round"});
    let without_key = outreach.send(Method::POST, "/v1/signals", &[], Some(&signal)).await;
    assert_eq!(without_key.status, 400);
    assert!(without_key.text.contains("Idempotency-Key"), "{}", without_key.text);

    let stranger = crate::support::Client::with_token(&running.url, "not-a-token");
    let refused = stranger.get("/v1/me").await;
    assert_eq!(refused.status, 401);
    assert!(refused.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"), "{:?}", refused.headers);

    let large = json!({"channel": "outreach_round", "circumstances": "x".repeat(600 * 1024)});
    assert_eq!(outreach.post("/v1/signals", large).await.status, 413);
}

#[tokio::test]
async fn every_field_that_cannot_be_is_pointed_at_and_no_value_is_repeated() {
    let running = empty().await;
    let wrong = json!({
        "channel": "by-pigeon",
        "identity": {"countries": ["Poland"], "approximate_age": 400},
        "occurred_at": "yesterday",
        "colour": "red",
    });
    let refused = running.client("outreach-rotterdam").post("/v1/signals", wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let problem = refused.json();
    let errors = problem["errors"].as_array().unwrap();
    let pointers: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    for pointer in ["/channel", "/identity/countries/0", "/identity/approximate_age", "/occurred_at", "/colour"] {
        assert!(pointers.contains(&pointer), "{pointer} is not among {pointers:?}");
    }
    for value in ["by-pigeon", "Poland", "yesterday"] {
        assert!(!refused.text.contains(value), "{}", refused.text);
    }
}

#[tokio::test]
async fn what_the_future_holds_is_not_recorded() {
    let running = empty().await;
    let signal = json!({"channel": "outreach_round", "occurred_at": "2999-01-01T00:00:00Z"});
    let refused = running.client("outreach-rotterdam").post("/v1/signals", signal).await.expect(422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/occurred_at");
}

#[tokio::test]
async fn code_lists_are_told_in_the_language_that_is_asked_for() {
    let running = empty().await;
    let outreach = running.client("outreach-rotterdam");
    let list = outreach.send(Method::GET, "/v1/codes/location_type", &[("Accept-Language", "pl")], None).await;
    let list = list.expect(200);
    assert_eq!(list.headers["content-language"], "pl");
    assert!(list.json()["codes"].as_array().unwrap().iter().any(|code| code["code"] == "shelter_24h"), "{}", list.text);
}

#[tokio::test]
async fn the_documentation_needs_no_other_host() {
    let running = empty().await;
    let http = reqwest::Client::new();
    let page = http.get(format!("{}/docs/", running.url)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let html = page.text().await.unwrap();
    assert!(!html.contains("https://") && !html.contains("src=\"//"), "{html}");
    let document: serde_json::Value =
        http.get(format!("{}/openapi.json", running.url)).send().await.unwrap().json().await.unwrap();
    assert!(document["paths"].as_object().unwrap().len() > 60, "every path is in it");
}

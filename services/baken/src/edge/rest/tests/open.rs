//! What is open to everybody, and what to operators only.

use std::sync::Arc;

use actix_web::test::TestRequest;
use serde_json::json;

use super::{OPERATOR, server, server_on};
use crate::app::testing::TestBaken;
use crate::edge::Limits;
use crate::event_log::{
    Appended, EventLog, Expected, LogError, LogPage, MemoryLog, Position, Proposed, Recorded, StreamName,
};

fn from(address: &str, path: &str) -> TestRequest {
    TestRequest::get().uri(path).peer_addr(format!("{address}:4000").parse().unwrap())
}

#[actix_web::test]
async fn health_is_told_to_everybody() {
    let server = server().await;
    server.signalled().await;
    assert_eq!(server.send(from("192.0.2.1", "/health/live")).await.json(), json!({"status": "live"}));
    let ready = server.send(from("192.0.2.1", "/health/ready")).await;
    assert_eq!((ready.status, ready.json()), (200, json!({"status": "ready", "position": 2})));
}

#[actix_web::test]
async fn what_was_set_aside_is_told_by_position_and_type_and_the_service_stays_ready() {
    let server = server().await;
    let person = server.signalled().await;
    for id in 1..=25_u128 {
        let damaged = Proposed { id: uuid::Uuid::from_u128(id), kind: "note_added".to_owned(), ..event() };
        let stream = StreamName::new(format!("person-{person}"));
        server.test.log.append(&stream, Expected::Any, vec![damaged]).await.unwrap();
    }
    let ready = server.send(from("192.0.2.1", "/health/ready")).await;
    assert_eq!((ready.status, &ready.json()["status"]), (200, &json!("ready")));
    let told = &ready.json()["set_aside"];
    assert_eq!((&told["count"], told["first"].as_array().unwrap().len()), (&json!(25), 20));
    assert_eq!(told["first"][0], json!({"position": 3, "type": "note_added"}));
    let metrics = server.send(from("127.0.0.1", "/metrics")).await;
    assert!(metrics.text.contains("baken_events_set_aside 25"), "{}", metrics.text);
    let file = server.get("coordinator-rotterdam", &format!("/v1/persons/{person}")).await;
    assert_eq!((file.status, &file.json()["lacking"]), (200, &json!(true)));
}

/// A log that takes what is written, and lets nobody read it.
struct Unread(MemoryLog);

#[async_trait::async_trait]
impl EventLog for Unread {
    async fn append(&self, stream: &StreamName, at: Expected, events: Vec<Proposed>) -> Result<Appended, LogError> {
        self.0.append(stream, at, events).await
    }

    async fn read_stream(&self, _: &StreamName, _: u64) -> Result<Vec<Recorded>, LogError> {
        Err(LogError::Unavailable("nobody reads".to_owned()))
    }

    async fn read_all(&self, _: Position, _: usize) -> Result<LogPage, LogError> {
        Err(LogError::Unavailable("nobody reads".to_owned()))
    }

    async fn head(&self) -> Result<Position, LogError> {
        self.0.head().await
    }

    async fn wake(&self, seen: Position) {
        self.0.wake(seen).await;
    }
}

fn event() -> Proposed {
    Proposed {
        id: uuid::Uuid::from_u128(1),
        kind: "found_by_a_newer_version".to_owned(),
        data: Vec::new(),
        metadata: Vec::new(),
    }
}

#[actix_web::test]
async fn a_service_that_lags_behind_its_log_is_not_ready() {
    let log = Arc::new(Unread(MemoryLog::new()));
    let server = server_on(TestBaken::start_on(log).await, Limits::default()).await;
    let stream = StreamName::new("turn-aways-somewhere");
    server.test.log.append(&stream, Expected::Any, vec![event()]).await.unwrap();
    insta::assert_snapshot!(server.send(from("192.0.2.1", "/health/ready")).await.told(), @r#"
    503
    {
      "code": "not_ready",
      "detail": "The read models have not caught up with the event log.",
      "status": 503,
      "title": "Not available at the moment",
      "type": "urn:baken:problem:not_ready"
    }
    "#);
}

#[actix_web::test]
async fn a_service_that_does_not_understand_its_log_shows_nothing_that_is_out_of_date() {
    let server = server().await;
    let person = server.signalled().await;
    let path = format!("/v1/persons/{person}");
    assert_eq!(server.get("coordinator-rotterdam", &path).await.status, 200);
    server.test.log.append(&StreamName::new("turn-aways-somewhere"), Expected::Any, vec![event()]).await.unwrap();
    server.test.baken.stopped_following().await;
    let seen = server.get("coordinator-rotterdam", &path).await;
    assert_eq!(seen.header("retry-after"), Some("1"));
    insta::assert_snapshot!(seen.told(), @r#"
    503
    {
      "code": "outdated",
      "detail": "This node has stopped following the event log, and must be upgraded or restarted; another node may answer.",
      "status": 503,
      "title": "Not available at the moment",
      "type": "urn:baken:problem:outdated"
    }
    "#);
    for answer in [
        server.get("coordinator-rotterdam", "/v1/worklist").await,
        server.post("coordinator-rotterdam", &format!("{path}/notes"), json!({"text": "rang"})).await,
        server.send(from("192.0.2.1", "/health/ready")).await,
    ] {
        assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("outdated")));
    }
    // It runs: to start it again would change nothing.
    assert_eq!(server.send(from("192.0.2.1", "/health/live")).await.status, 200);
}

#[actix_web::test]
async fn metrics_and_read_models_are_told_to_this_machine_and_to_operators() {
    let server = server().await;
    let person = server.signalled().await;
    server.get("coordinator-rotterdam", &format!("/v1/persons/{person}")).await;
    for path in ["/metrics", "/internal/read-models"] {
        assert_eq!(server.send(from("127.0.0.1", path)).await.status, 200, "{path}");
        assert_eq!(server.send(from("192.0.2.1", path)).await.status, 401, "{path}");
        // No header makes a stranger a neighbour, and what a proxy on this machine passes on comes from elsewhere.
        for (name, value) in [
            ("forwarded", "for=127.0.0.1"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-host", "localhost"),
            ("x-real-ip", "127.0.0.1"),
            ("via", "1.1 proxy"),
        ] {
            for address in ["127.0.0.1", "192.0.2.1"] {
                let passed_on = from(address, path).insert_header((name, value));
                assert_eq!(server.send(passed_on).await.status, 401, "{path} {name} {address}");
            }
        }
        for (token, status) in [(OPERATOR, 200), ("guessed", 401)] {
            let with_token = from("192.0.2.1", path).insert_header(("authorization", format!("Bearer {token}")));
            assert_eq!(server.send(with_token).await.status, status, "{path}");
        }
    }
    let metrics = server.send(from("127.0.0.1", "/metrics")).await.text;
    let counted = r#"_count{method="GET",route="/v1/persons/{person_id}",status="200"} 1"#;
    assert!(metrics.contains(counted) && !metrics.contains(&person), "{metrics}");
    let models = server.send(from("127.0.0.1", "/internal/read-models")).await.json();
    assert_eq!((&models["position"], &models["models"][0]["rows"]), (&json!(2), &json!(1)));
}

#[actix_web::test]
async fn the_documentation_comes_from_here_and_from_no_other_host() {
    let server = server().await;
    let page = server.send(from("192.0.2.1", "/docs/")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("swagger-ui") && !page.text.contains("://"), "{}", page.text);
    let start = server.send(from("192.0.2.1", "/docs/swagger-initializer.js")).await.text;
    assert!(start.contains("/openapi.json") && !start.contains("://"), "{start}");
    assert!(page.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'self'")));
    assert_eq!(server.send(from("192.0.2.1", "/docs")).await.header("location"), Some("/docs/"));
    let document = server.send(from("192.0.2.1", "/openapi.json")).await;
    assert_eq!((document.status, &document.json()["info"]["title"]), (200, &json!("Baken")));
}

#[actix_web::test]
async fn a_request_keeps_its_id_where_that_is_a_uuid() {
    let server = server().await;
    let id = "01990000-0000-7000-8000-00000000abcd";
    let given = from("192.0.2.1", "/health/live").insert_header(("x-request-id", id));
    assert_eq!(server.send(given).await.header("x-request-id"), Some(id));
    let other = from("192.0.2.1", "/health/live").insert_header(("x-request-id", "Marek Nowak"));
    let made = server.send(other).await;
    assert_eq!(made.header("x-request-id").map(str::len), Some(36));
}

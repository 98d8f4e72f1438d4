//! `/v1/webhooks` as its users see it.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::http::Method;
use async_trait::async_trait;
use serde_json::json;

use super::{Answer, Server, server};
use crate::app::testing::TestBaken;
use crate::webhooks::{Lookup, MemoryWebhookStore, Options, Outcome, OutgoingMessage, Post, Webhooks};

struct Names;

#[async_trait]
impl Lookup for Names {
    async fn addresses(&self, name: &str) -> Vec<IpAddr> {
        let address = if name.ends_with("example.org") { "93.184.215.14" } else { "10.0.0.1" };
        vec![address.parse().unwrap()]
    }
}

struct Accepts;

#[async_trait]
impl Post for Accepts {
    async fn post(&self, _: OutgoingMessage) -> Outcome {
        Outcome::Delivered
    }
}

/// Webhooks of a test's server: nothing leaves the process.
pub async fn started(test: &TestBaken) -> Webhooks {
    let options = Options { lookup: Arc::new(Names), ..Options::default() };
    let store = Arc::new(MemoryWebhookStore::default());
    let started = Webhooks::start_with(test.baken.clone(), test.sealer.clone(), store, Arc::new(Accepts), options);
    started.await.unwrap()
}

const COORDINATOR: &str = "coordinator-rotterdam";

async fn set_up(server: &Server) -> (String, Answer) {
    let body = json!({"url": "https://hooks.example.org/a", "types": ["contact_made"], "description": "bed planning"});
    let answer = server.post(COORDINATOR, "/v1/webhooks", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    (format!("/v1/webhooks/{}", answer.json()["webhook_id"].as_str().unwrap()), answer)
}

#[actix_web::test]
async fn the_secret_is_told_once_and_to_a_repeat_of_the_same_request() {
    let server = server().await;
    let (path, made) = set_up(&server).await;
    assert_eq!(made.header("location"), Some(path.as_str()));
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));

    let body = json!({"url": "https://hooks.example.org/a", "types": ["contact_made"], "description": "bed planning"});
    let with_key = |body: &serde_json::Value| {
        server
            .request(COORDINATOR, Method::POST, "/v1/webhooks")
            .insert_header(("idempotency-key", "key-1"))
            .insert_header(("content-type", "application/json"))
            .set_payload(body.to_string())
    };
    let again = server.send(with_key(&body)).await;
    assert_eq!((again.status, again.json()), (200, made.json()));
    let other = server.send(with_key(&json!({"url": "https://hooks.example.org/b"}))).await;
    assert_eq!((other.status, other.json()["code"].as_str().unwrap()), (422, "idempotency_key_reused"));

    for read in [&path, "/v1/webhooks"] {
        let shown = server.get(COORDINATOR, read).await;
        assert!(!shown.text.contains("secret"), "{}", shown.text);
    }
    let mut shown = server.get(COORDINATOR, &path).await.json();
    shown["webhook_id"] = json!("…");
    insta::assert_snapshot!(format!("{shown:#}"), @r#"
    {
      "created_at": "2026-09-28T12:00:00Z",
      "dead_letters": 0,
      "description": "bed planning",
      "lag": 0,
      "organisation": "municipality-rotterdam",
      "pending": 0,
      "position": 0,
      "role": "process_coordinator",
      "state": "active",
      "types": [
        "contact_made"
      ],
      "url": "https://hooks.example.org/a",
      "webhook_id": "…"
    }
    "#);
}

#[actix_web::test]
async fn what_cannot_be_called_is_refused_at_the_field() {
    let server = server().await;
    let mut told = Vec::new();
    for url in [
        "http://hooks.example.org/",
        "https://user:secret@hooks.example.org/",
        "https://hooks.example.org/#part",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/",
        "https://database.internal/",
        "no address",
    ] {
        let answer = server.post(COORDINATOR, "/v1/webhooks", json!({"url": url})).await;
        assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), (422, "invalid_values"), "{url}");
        let error = &answer.json()["errors"][0];
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        told.push(format!("{url} | {} {}", text("pointer"), text("message")));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    http://hooks.example.org/ | /url must begin with https://
    https://user:secret@hooks.example.org/ | /url must not hold a user name or password
    https://hooks.example.org/#part | /url must not have a fragment
    https://169.254.169.254/latest/meta-data | /url must name a host with public addresses only, or with such as the operators allow
    https://[::ffff:127.0.0.1]/ | /url must name a host with public addresses only, or with such as the operators allow
    https://database.internal/ | /url must name a host with public addresses only, or with such as the operators allow
    no address | /url must be an absolute URL
    "#);
    let body = json!({"url": "https://hooks.example.org/", "description": "for M. (born 1970)", "types": ["gossip"]});
    let answer = server.post(COORDINATOR, "/v1/webhooks", body).await;
    assert_eq!((answer.status, answer.json()["errors"][0]["pointer"].as_str().unwrap()), (422, "/types/0"));
    let body = json!({"url": "https://hooks.example.org/", "description": "for M. (born 1970)"});
    let answer = server.post(COORDINATOR, "/v1/webhooks", body).await;
    assert_eq!((answer.status, answer.json()["errors"][0]["pointer"].as_str().unwrap()), (422, "/description"));
}

#[actix_web::test]
async fn a_webhook_is_managed_by_its_own_and_hidden_from_others() {
    let server = server().await;
    let (path, _) = set_up(&server).await;
    let action = async |name: &str, action: &str| server.post(name, &format!("{path}/{action}"), json!({})).await;
    assert_eq!(action(COORDINATOR, "test").await.json(), json!({"outcome": "delivered"}));
    assert_eq!(action(COORDINATOR, "disable").await.json()["state"], "disabled");
    assert_eq!(action(COORDINATOR, "enable").await.json()["state"], "active");
    let rotated = action(COORDINATOR, "rotate").await;
    assert_eq!(rotated.status, 200);
    assert!(rotated.json()["secret"].as_str().unwrap().starts_with("whsec_"));
    assert!(server.get(COORDINATOR, &path).await.json()["previous_secret_until"].is_string());
    assert_eq!(action(COORDINATOR, "dead-letters/replay").await.json(), json!({"replayed": 0, "left": 0}));
    assert_eq!(action(COORDINATOR, "dead-letters/7/replay").await.status, 404);
    let letters = server.get(COORDINATOR, &format!("{path}/dead-letters?first=200&after=12")).await;
    assert_eq!(letters.json(), json!({"items": [], "next": null}));
    assert_eq!(server.get(COORDINATOR, &format!("{path}/dead-letters?after=x")).await.status, 422);

    let nobody = "/v1/webhooks/00000000-0000-8000-8000-000000000000";
    for other in ["coordinator-amsterdam", "police-rotterdam"] {
        let (hidden, missing) = (server.get(other, &path).await, server.get(other, nobody).await);
        assert_eq!((hidden.status, hidden.text), (404, missing.text));
        for name in ["test", "rotate", "enable", "disable", "dead-letters/replay"] {
            assert_eq!(action(other, name).await.status, 404, "{name}");
        }
        assert_eq!(server.get(other, "/v1/webhooks").await.json()["items"], json!([]));
    }
    let everybodys = server.get("administrator", "/v1/webhooks").await.json();
    assert_eq!(everybodys["items"][0]["url"], "https://hooks.example.org");
    assert_eq!(action("administrator", "rotate").await.status, 403);
    assert_eq!(action("administrator", "disable").await.json()["state"], "blocked");
    assert_eq!(action(COORDINATOR, "enable").await.json()["code"], "webhook_blocked");
    assert_eq!(
        server.post("administrator", "/v1/webhooks", json!({"url": "https://hooks.example.org/"})).await.status,
        403
    );

    let remove = |name: &str| server.request(name, Method::DELETE, &path);
    assert_eq!(server.send(remove("police-rotterdam")).await.status, 404);
    assert_eq!(server.send(remove(COORDINATOR)).await.json()["code"], "webhook_blocked");
    assert_eq!(action("administrator", "enable").await.json()["state"], "active");
    assert_eq!(server.send(remove(COORDINATOR)).await.status, 204);
    assert_eq!(server.get(COORDINATOR, &path).await.status, 404);
}

#[actix_web::test]
async fn a_role_has_no_more_than_twenty() {
    let server = server().await;
    for _ in 0..20 {
        set_up(&server).await;
    }
    let body = json!({"url": "https://hooks.example.org/one-more"});
    assert_eq!(server.post(COORDINATOR, "/v1/webhooks", body.clone()).await.json()["code"], "too_many_webhooks");
    assert_eq!(server.post("coordinator-amsterdam", "/v1/webhooks", body).await.status, 201);
}

//! Tokens of a real OpenID provider, that `tests/oidc/run.sh` starts, open the service and are bound to their roles.

use std::sync::Arc;

use baken::access_log::MemoryAccessLog;
use baken::demo;
use baken::edge::Limits;
use baken::edge::auth::IssuerConfig;
use baken::event_log::MemoryLog;
use baken::sealing::{EnvironmentKek, MemoryKeyStore};
use baken::sources::{Clock, RandomIds, SystemClock};
use baken::startup::{EdgeParts, Parts, Service, listen};
use serde_json::{Value, json};

use crate::support::Client;

#[tokio::test]
#[ignore = "needs the OpenID provider that tests/oidc/run.sh starts"]
async fn users_of_a_real_openid_provider_are_served_by_their_roles() {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name}: run tests/oidc/run.sh"));
    let issuer: IssuerConfig = serde_json::from_value(json!({
        "issuer": variable("BAKEN_OIDC_ISSUER"),
        "audience": variable("BAKEN_OIDC_AUDIENCE"),
        "algorithms": ["ES256", "RS256", "PS256", "EdDSA"],
        "jwks": {"url": variable("BAKEN_OIDC_JWKS")},
    }))
    .unwrap();
    let parts = Parts {
        log: Arc::new(MemoryLog::new()),
        access: Arc::new(MemoryAccessLog::default()),
        keys: Arc::new(MemoryKeyStore::default()),
        kek: Arc::new(EnvironmentKek::parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap()),
        settings: demo::settings().unwrap(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
    };
    let service = Service::start(parts).await.unwrap();
    demo::load(&service.baken, SystemClock.now()).await.unwrap();
    let edge =
        EdgeParts { issuers: vec![issuer], limits: Limits::default(), introspection: false, ..EdgeParts::default() };
    let listening = listen(&service, ([127, 0, 0, 1], 0).into(), edge).unwrap();
    let url = format!("http://{}", listening.address);
    tokio::spawn(listening.server);

    let tokens: Value = serde_json::from_slice(&std::fs::read(variable("BAKEN_OIDC_TOKENS")).unwrap()).unwrap();
    for (user, issued) in tokens["accepted"].as_object().unwrap() {
        let client = Client::with_token(&url, issued["token"].as_str().unwrap());
        let me = client.get("/v1/me").await.expect(200).json();
        assert_eq!((&me["user"], &me["role"]), (&json!(user), &issued["role"]));
    }
    for (what, refused) in tokens["refused"].as_object().unwrap() {
        let client = Client::with_token(&url, refused["token"].as_str().unwrap());
        assert_eq!(client.get("/v1/me").await.status, 401, "{what}");
    }
    let coordinator = tokens["accepted"]["coordinator-rotterdam"]["token"].as_str().unwrap();
    assert!(!Client::with_token(&url, coordinator).all("/v1/persons").await.is_empty());
}

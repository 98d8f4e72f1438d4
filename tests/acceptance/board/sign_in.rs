//! Signing in with a real OpenID provider, by the code flow.

use std::sync::Arc;
use std::time::Duration;

use baken::access_log::MemoryAccessLog;
use baken::demo;
use baken::edge::auth::IssuerConfig;
use baken::edge::board::{Provider, ProviderConfig, SignIn};
use baken::event_log::MemoryLog;
use baken::sealing::{EnvironmentKek, MemoryKeyStore};
use baken::sources::{Clock, RandomIds, SystemClock};
use baken::startup::{EdgeParts, Parts, Service, listen};
use reqwest::Method;
use serde_json::json;

use super::browser::{Browser, Page};

const PORT: u16 = 8099;

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name}: run tests/oidc/run.sh"))
}

async fn board() -> (Service, String) {
    let issuer: IssuerConfig = serde_json::from_value(json!({
        "issuer": variable("BAKEN_OIDC_ISSUER"),
        "audience": variable("BAKEN_OIDC_AUDIENCE"),
        "algorithms": ["ES256"],
        "jwks": {"url": variable("BAKEN_OIDC_JWKS")},
    }))
    .unwrap();
    let provider: ProviderConfig = serde_json::from_value(json!({
        "issuer": variable("BAKEN_OIDC_ISSUER"),
        "client_id": "baken-board",
        "client_secret": variable("BAKEN_OIDC_BOARD_SECRET"),
        "scope": "openid offline_access",
        "resource": variable("BAKEN_OIDC_RESOURCE"),
    }))
    .unwrap();
    let url = format!("http://127.0.0.1:{PORT}");
    let provider = Provider::new(provider, &url).unwrap();
    (listening(PORT, vec![issuer], provider).await.0, url)
}

/// A board that people sign in to with a provider.
async fn listening(port: u16, issuers: Vec<IssuerConfig>, provider: Provider) -> (Service, String) {
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
    let sign_in = SignIn { provider: Some(provider), ..SignIn::default() };
    let edge = EdgeParts { issuers, sign_in, ..EdgeParts::default() };
    let listening = listen(&service, ([127, 0, 0, 1], port).into(), edge).unwrap();
    let url = format!("http://{}", listening.address);
    tokio::spawn(listening.server);
    (service, url)
}

/// Goes through the provider's own pages: who one is, and that the board may know.
async fn through_the_provider(browser: &Browser, user: &str) -> Page {
    let mut page = browser.get("/auth/sign-in").await;
    for _ in 0..2 {
        let Some(form) = page.text.split("<form").nth(1) else { break };
        let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let prompt = if form.contains("value=\"login\"") { "login" } else { "consent" };
        let filled = [("prompt", prompt), ("login", user), ("password", "any")];
        page = browser.post(&action, &filled).await;
    }
    page
}

#[tokio::test]
#[ignore = "needs the OpenID provider that tests/oidc/run.sh starts"]
async fn real_openid_users_sign_in_to_the_board_and_their_sessions_end_with_the_providers_word() {
    let (_service, url) = board().await;
    let browser = Browser::new(&url);
    let page = through_the_provider(&browser, "coordinator-rotterdam").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Marek"), "{}", page.text);
    // No token is in the browser.
    assert!(!page.text.contains("eyJ") && browser.cookie("baken-session").is_some_and(|name| name.len() == 43));

    // An answer that this browser did not ask for signs nobody in.
    let stranger = Browser::new(&url);
    let forged = stranger.once(Method::GET, "/auth/callback?code=x&state=y", &[], None).await;
    assert_eq!((forged.status, stranger.cookie("baken-session")), (303, None));

    // The access token is good for a minute and two seconds here: it is renewed, and the session goes on.
    tokio::time::sleep(Duration::from_secs(3)).await;
    for _ in 0..2 {
        assert_eq!(browser.once(Method::GET, "/board/", &[], None).await.status, 200);
    }
    tokio::time::sleep(Duration::from_secs(62)).await;
    // Nobody asked in time for another: the session has ended.
    let ended = browser.once(Method::GET, "/board/", &[], None).await;
    assert_eq!(ended.status, 401, "{}", ended.text);
}

#[tokio::test]
async fn a_provider_that_is_away_is_told_on_a_page_in_the_readers_language() {
    // Nobody listens there.
    let away = json!({"issuer": "http://127.0.0.1:1", "client_id": "baken-board"});
    let provider = Provider::new(serde_json::from_value(away).unwrap(), "http://127.0.0.1").unwrap();
    let issuer = json!({
        "issuer": "http://127.0.0.1:1",
        "audience": "baken",
        "algorithms": ["ES256"],
        "jwks": {"url": "http://127.0.0.1:1/jwks"},
    });
    let (_service, url) = listening(0, vec![serde_json::from_value(issuer).unwrap()], provider).await;
    let browser = Browser::new(&url);
    for (language, told) in [("nl", "De aanmelddienst antwoordt niet"), ("en", "The sign-in service does not answer")] {
        browser.get(&format!("/board/language?language={language}&back=/")).await;
        let page = browser.get("/auth/sign-in").await;
        assert_eq!((page.status, page.headers["content-type"].to_str().unwrap()), (502, "text/html; charset=utf-8"));
        assert!(page.text.contains(&format!("<html lang=\"{language}\"")) && page.text.contains(told), "{}", page.text);
        // What to do is said, and there is where to do it.
        assert!(page.text.contains("href=\"/\""), "{}", page.text);
    }
}

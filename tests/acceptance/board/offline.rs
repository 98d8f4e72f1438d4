//! What a phone works with where there is no network: for outreach alone, and by the ordinary path.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Page};
use crate::support;

const KEY: &str = "/board/offline/key";
const LOOKOUTS: &str = "/board/offline/lookouts";
const LINES: &str = "/board/offline/lines";

async fn read(browser: &Browser, path: &str) -> Page {
    browser.once(Method::GET, path, &[("sec-fetch-site", "same-origin")], None).await
}

fn json_of(page: &Page) -> Value {
    assert_eq!(page.status, 200, "{}", page.text);
    serde_json::from_str(&page.text).unwrap()
}

async fn key(browser: &Browser) -> Value {
    json_of(&read(browser, KEY).await)
}

async fn send(browser: &Browser, csrf: &str, site: &str, lines: &[&Value]) -> (u16, Vec<Value>) {
    let body = lines.iter().map(|line| format!("{line}\n")).collect::<Vec<_>>().concat();
    let headers = [("sec-fetch-site", site), ("baken-csrf", csrf), ("content-type", "application/x-ndjson")];
    let sent = browser.once_with(Method::POST, LINES, &headers, body).await;
    let answers = sent.text.lines().filter_map(|line| serde_json::from_str(line).ok());
    (sent.status, if sent.status == 200 { answers.collect() } else { Vec::new() })
}

#[tokio::test]
async fn outreach_alone_gets_the_key_and_the_lookouts_and_none_without_a_session() {
    let running = support::demo_world().await;
    let nobody = Browser::new(&running.url);
    for path in [KEY, LOOKOUTS] {
        assert_eq!(read(&nobody, path).await.status, 401, "{path}");
    }
    for user in ["coordinator-rotterdam", "night-shelter-rotterdam", "police-rotterdam"] {
        let other = Browser::of(&running.url, user).await;
        for path in [KEY, LOOKOUTS] {
            assert_eq!(read(&other, path).await.status, 404, "{user} {path}");
        }
        let page = other.get("/board/lookouts").await;
        assert!(!page.text.contains("data-offline"), "{user}");
    }
    let outreach = Browser::of(&running.url, "outreach-rotterdam").await;
    assert!(outreach.get("/board/lookouts").await.text.contains("data-offline"));
    let answered = read(&outreach, KEY).await;
    assert_eq!(answered.headers["cache-control"], "no-store");
    let first = json_of(&answered);
    let foreign = outreach.once(Method::GET, KEY, &[("sec-fetch-site", "cross-site")], None).await;
    assert_eq!(foreign.status, 403);

    let lookouts = json_of(&read(&outreach, LOOKOUTS).await);
    let items = lookouts["items"].as_array().unwrap();
    assert!(!items.is_empty());
    for item in items {
        let fields: Vec<_> = item.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["description", "expires_at", "lookout_id", "person_id"]);
    }

    // The same user has the same key again, so that what was not sent can be read; another user has another.
    outreach.post("/auth/sign-out", &[("csrf", first["csrf"].as_str().unwrap())]).await;
    assert_eq!(read(&outreach, KEY).await.status, 401);
    let again = key(&Browser::of(&running.url, "outreach-rotterdam").await).await;
    assert_eq!((&again["key"], &again["key_id"]), (&first["key"], &first["key_id"]));
    assert_ne!(again["csrf"], first["csrf"]);
}

#[tokio::test]
async fn what_was_noted_is_recorded_once_and_what_is_refused_is_told_in_words_by_its_fields() {
    let running = support::demo_world().await;
    let outreach = Browser::of(&running.url, "outreach-rotterdam").await;
    let csrf = key(&outreach).await["csrf"].as_str().unwrap().to_owned();
    let lookout = json_of(&read(&outreach, LOOKOUTS).await)["items"][0].clone();
    let seen = json!({
        "id": "0199a3f2-0000-7000-8000-000000000001", "command": "report_sighting",
        "person_id": lookout["person_id"], "subject_id": lookout["lookout_id"],
        "data": {"location": "Behind the station"},
    });
    let wrong = json!({
        "id": "0199a3f2-0000-7000-8000-000000000002", "command": "report_signal", "data": {"channel": "by-pigeon"},
    });
    let forbidden = json!({
        "id": "0199a3f2-0000-7000-8000-000000000003", "command": "issue_lookout", "person_id": lookout["person_id"],
    });
    let (_, answers) = send(&outreach, &csrf, "same-origin", &[&seen, &wrong, &forbidden]).await;
    assert_eq!((answers.len(), &answers[0]["status"]), (3, &json!(201)), "{answers:?}");
    assert_eq!((&answers[1]["status"], &answers[1]["fields"][0]["at"]), (&json!(422), &json!("/data/channel")));
    assert!(answers[2]["status"].as_u64().unwrap() >= 400, "{answers:?}");
    let (_, again) = send(&outreach, &csrf, "same-origin", &[&seen]).await;
    assert_eq!(again[0]["status"], 200);
    let mended = json!({"id": wrong["id"], "command": "report_signal", "data": {"channel": "outreach_round"}});
    let (_, answers) = send(&outreach, &csrf, "same-origin", &[&mended]).await;
    assert_eq!(answers[0]["status"], 201);

    let coordinator = running.client("coordinator-rotterdam");
    let timeline = coordinator.all(&format!("/v1/persons/{}/timeline", lookout["person_id"].as_str().unwrap())).await;
    let recorded = timeline.iter().filter(|entry| entry.to_string().contains("Behind the station")).count();
    assert_eq!(recorded, 1);
}

#[tokio::test]
async fn lines_of_another_site_or_without_the_sessions_token_record_nothing() {
    let running = support::demo_world().await;
    let outreach = Browser::of(&running.url, "outreach-rotterdam").await;
    let csrf = key(&outreach).await["csrf"].as_str().unwrap().to_owned();
    let other = Browser::of(&running.url, "outreach-rotterdam").await;
    let theirs = key(&other).await["csrf"].as_str().unwrap().to_owned();
    let line = json!({
        "id": "0199a3f2-0000-7000-8000-000000000001", "command": "report_signal", "data": {"channel": "outreach_round"},
    });
    for (token, site) in [("", "same-origin"), (theirs.as_str(), "same-origin"), (csrf.as_str(), "cross-site")] {
        assert_eq!(send(&outreach, token, site, &[&line]).await.0, 403, "{token:?} {site}");
    }
    let shelter = Browser::of(&running.url, "night-shelter-rotterdam").await;
    assert_eq!(send(&shelter, &csrf, "same-origin", &[&line]).await.0, 404);
    assert_eq!(send(&Browser::new(&running.url), &csrf, "same-origin", &[&line]).await.0, 401);
    // It was not recorded before.
    assert_eq!(send(&outreach, &csrf, "same-origin", &[&line]).await.1[0]["status"], 201);
}

#[tokio::test]
async fn the_page_without_a_network_holds_nothing_of_anybody() {
    let running = support::demo_world().await;
    let outreach = Browser::of(&running.url, "outreach-rotterdam").await;
    let nobody = Browser::new(&running.url);
    let (signed_in, shown) = (outreach.get("/board/offline").await, nobody.get("/board/offline").await);
    assert_eq!((signed_in.status, &signed_in.text), (200, &shown.text));
    let worker = nobody.get("/board/worker.js").await;
    assert_eq!((worker.status, worker.headers["cache-control"].to_str().unwrap()), (200, "no-cache"));
    assert!(worker.text.starts_with("const FILES = [\"/board/assets/"));
}

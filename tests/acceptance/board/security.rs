//! What browsers are made to do by others: tried, and refused.

use reqwest::Method;
use reqwest::header::LOCATION;

use super::browser::Browser;
use crate::support;

/// What another site would have the reader send.
const PLANTED: &str = "Planted by another site";
const SESSION: &str = "baken-session";

async fn signals(running: &support::Running) -> usize {
    running.client("coordinator-rotterdam").all("/v1/persons").await.len()
}

#[tokio::test]
async fn every_page_is_hardened_and_none_is_kept_by_a_cache() {
    let running = support::demo_world().await;
    let browser = Browser::of(&running.url, "coordinator-rotterdam").await;
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
        form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'";
    for path in [
        "/",
        "/board/",
        "/board/persons",
        "/board/turn-aways",
        "/board/places",
        "/board/nowhere",
        "/board/persons/no-id",
        "/auth/callback",
    ] {
        let page = browser.once(Method::GET, path, &[], None).await;
        assert_eq!(page.headers["content-security-policy"], policy, "{path}");
        assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        assert_eq!(page.headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff", "{path}");
        for inline in ["<script>", " style=", " onclick", "javascript:", "<style"] {
            assert!(!page.text.contains(inline), "{inline} in {path}");
        }
    }
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_of_other_sites() {
    let running = support::demo_world().await;
    let browser = Browser::new(&running.url);
    let form: &[(&str, &str)] = &[("user", "coordinator-rotterdam")];
    let signed_in = browser.once(Method::POST, "/auth/demo", &[], Some(form)).await;
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_form_of_another_site_records_nothing() {
    let running = support::demo_world().await;
    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let before = signals(&running).await;
    let page = browser.get("/board/new").await;
    let hidden = page.hidden("report_signal");
    let key = &hidden.iter().find(|(name, _)| name == "key").unwrap().1;
    let csrf = &hidden.iter().find(|(name, _)| name == "csrf").unwrap().1;
    let path = "/board/do/report_signal";
    let stranger = Browser::of(&running.url, "outreach-rotterdam").await;
    let theirs = stranger.get("/board/new").await.hidden("report_signal");
    let foreign = &theirs.iter().find(|(name, _)| name == "csrf").unwrap().1;
    for (token, site) in
        [("", None), (foreign.as_str(), None), (csrf.as_str(), Some("cross-site")), (csrf.as_str(), Some("same-site"))]
    {
        let form = [
            ("csrf", token),
            ("key", key),
            ("back", "/board/new"),
            ("/channel", "self_report"),
            ("/location", PLANTED),
        ];
        let mut headers: Vec<_> = site.iter().map(|site| ("sec-fetch-site", *site)).collect();
        headers.push(("origin", "https://example.org"));
        let refused = browser.once(Method::POST, path, &headers, Some(&form)).await;
        assert_eq!(refused.status, 403, "{token:?} {site:?}");
        // Nor does it plant what somebody may send by mistake.
        assert!(
            !refused.text.contains("<form") && !browser.get("/board/").await.text.contains(PLANTED),
            "{token:?} {site:?}"
        );
    }
    assert_eq!(signals(&running).await, before);
}

#[tokio::test]
async fn a_session_that_was_planted_is_not_taken_over_and_one_that_was_stolen_ends_with_the_owners() {
    let running = support::demo_world().await;
    let browser = Browser::new(&running.url);
    browser.set_cookie(SESSION, "planted-by-somebody-else");
    let page = browser.post("/auth/demo", &[("user", "coordinator-rotterdam")]).await;
    let own = browser.cookie(SESSION).unwrap();
    assert!(page.status == 200 && own != "planted-by-somebody-else");

    // Signing in again gives another name, and the old one opens nothing.
    browser.post("/auth/demo", &[("user", "coordinator-rotterdam")]).await;
    let thief = Browser::new(&running.url);
    thief.set_cookie(SESSION, &own);
    assert_eq!(thief.once(Method::GET, "/board/", &[], None).await.status, 303);

    let stolen = browser.cookie(SESSION).unwrap();
    thief.set_cookie(SESSION, &stolen);
    assert_eq!(thief.once(Method::GET, "/board/", &[], None).await.status, 200);
    let csrf = page_csrf(&browser.get("/board/").await.text);
    browser.post("/auth/sign-out", &[("csrf", csrf.as_str())]).await;
    assert_eq!(thief.once(Method::GET, "/board/", &[], None).await.status, 303);
    let live = thief.once(Method::GET, "/board/live", &[], None).await;
    assert_eq!(live.status, 204);
    // A page that is still open somewhere is told, and shows nobody.
    assert_eq!(thief.once(Method::GET, "/board/here", &[], None).await.status, 401);
    let asked = thief.once(Method::GET, "/board/", &[("hx-source", "div#live")], None).await;
    assert!(asked.status == 401 && asked.text.contains("U bent afgemeld"), "{}", asked.text);
}

fn page_csrf(text: &str) -> String {
    text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let running = support::demo_world().await;
    let browser = Browser::of(&running.url, "outreach-rotterdam").await;
    let page = browser.get("/board/new").await;
    let hidden = page.hidden("report_signal");
    for back in ["https://example.org/", "//example.org/", "/\\example.org", "/board//example.org", "/board/\r\nX: y"] {
        let form: Vec<_> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), if name == "back" { back } else { value.as_str() }))
            .chain([("/channel", "self_report")])
            .collect();
        let sent = browser.once(Method::POST, "/board/do/report_signal", &[], Some(&form)).await;
        let to = sent.headers.get(LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        assert!(to.starts_with("/board/persons/") || sent.status == 422, "{back:?}: {} {to}", sent.status);
        let query: String = reqwest::Url::parse_with_params("q:", [("language", "en"), ("back", back)])
            .unwrap()
            .query()
            .unwrap()
            .into();
        let sent = browser.once(Method::GET, &format!("/board/language?{query}"), &[], None).await;
        assert_eq!(sent.headers[LOCATION], "/", "{back:?}");
    }
}

#[tokio::test]
async fn who_is_hidden_and_who_does_not_exist_look_the_same() {
    let running = support::demo_world().await;
    let all = running.client("coordinator-rotterdam").all("/v1/persons").await;
    let marek = all.iter().find(|each| each["identity"]["alias"] == "Marek").unwrap()["person_id"].as_str().unwrap();
    for user in ["night-shelter-utrecht", "liaison-ro", "administrator", "analyst-national", "ambassador-pl"] {
        let browser = Browser::of(&running.url, user).await;
        let unlike = |text: &str, id: &str| {
            let csrf = page_csrf(text);
            text.replace(&csrf, "").replace(id, "")
        };
        let nobody = "0190b0a0-0000-7000-8000-000000000000";
        for path in ["/board/persons/ID", "/board/form/add_note?person=ID&back=/board/"] {
            let hidden = browser.get(&path.replace("ID", marek)).await;
            let missing = browser.get(&path.replace("ID", nobody)).await;
            assert_eq!((hidden.status, missing.status), (404, 404), "{user} {path}");
            assert_eq!(unlike(&hidden.text, marek), unlike(&missing.text, nobody), "{user} {path}");
        }
    }
}

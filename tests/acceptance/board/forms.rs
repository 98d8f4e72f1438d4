//! What is sent from a page is recorded once, and what is not recorded is not lost.

use reqwest::Method;

use super::browser::Browser;
use crate::support;

#[tokio::test]
async fn a_signal_about_nobody_known_opens_a_page_and_what_is_sent_twice_is_recorded_once() {
    let running = support::demo_world().await;
    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let door = browser.get("/board/new").await;
    let before = running.client("coordinator-rotterdam").all("/v1/persons").await.len();
    let filled = [("/channel", "shelter_intake"), ("/identity/alias", "Janek <b>"), ("/person_id", "")];
    let opened = browser.send(&door, "report_signal", &filled).await;
    assert!(opened.status == 200 && opened.at.contains("/board/persons/"), "{}", opened.text);
    assert!(opened.text.contains("Janek &lt;b&gt;") && !opened.text.contains("Janek <b>"));
    let again = browser.send(&door, "report_signal", &filled).await;
    assert_eq!(again.at, opened.at);
    assert_eq!(running.client("coordinator-rotterdam").all("/v1/persons").await.len(), before + 1);
}

#[tokio::test]
async fn what_must_change_stands_beside_its_field_and_the_rest_is_still_there() {
    let running = support::demo_world().await;
    let browser = Browser::of(&running.url, "outreach-rotterdam").await;
    let page = browser.get("/board/new").await;
    let filled =
        [("/channel", "no_channel"), ("/location", "Under the bridge"), ("/identity/birth_date", "31-13-1976")];
    let refused = browser.send(&page, "report_signal", &filled).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("value=\"Under the bridge\"") && refused.text.contains("value=\"31-13-1976\""));
    assert_eq!(refused.text.matches("utrecht-form-field-error-message").count(), 2, "{}", refused.text);
    assert!(refused.text.contains("aria-invalid=\"true\""));
    // In the words of the page's language, and not in the service's own.
    assert!(refused.text.contains("Kies een van de mogelijkheden.") && refused.text.contains("Vul in wat u weet"));
    assert!(!refused.text.contains("must be"), "{}", refused.text);
}

#[tokio::test]
async fn what_was_recorded_by_mistake_is_taken_back_at_once() {
    let running = support::demo_world().await;
    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let opened =
        browser.send(&browser.get("/board/new").await, "report_signal", &[("/channel", "drop_in_visit")]).await;
    let path = opened.at.strip_prefix(&running.url).unwrap().to_owned();
    let form = format!("/board/form/add_note?person={}&back={path}", path.rsplit('/').next().unwrap());
    let noted = browser.send(&browser.get(&form).await, "add_note", &[("/text", "Asked for a blanket")]).await;
    assert_eq!(noted.at, opened.at);
    assert!(noted.text.contains("Asked for a blanket"));
    let undone = browser.send(&noted, "retract_entry", &[]).await;
    assert!(undone.status == 200 && !undone.text.contains("<p class=\"told\">Asked for a blanket"), "{}", undone.text);
}

#[tokio::test]
async fn what_fails_outside_a_page_is_said_in_words_too() {
    let running = support::demo_world().await;
    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let form = [("csrf", "of another session")];
    let refused = browser.once(Method::POST, "/board/do/add_note", &[], Some(&form)).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("<html lang=\"nl\"") && refused.text.contains("Laad de pagina opnieuw."));
    let nowhere = browser.post("/board/do/no_command", &[]).await;
    assert!(nowhere.status == 404 && nowhere.text.contains("u mag het niet zien"), "{}", nowhere.text);
}

#[tokio::test]
async fn a_form_of_an_earlier_session_records_nothing_and_is_shown_again_as_it_was() {
    let running = support::demo_world().await;
    let browser = Browser::of(&running.url, "outreach-rotterdam").await;
    let before = running.client("coordinator-rotterdam").all("/v1/persons").await.len();
    let old = browser.get("/board/new").await;
    browser.post("/auth/demo", &[("user", "outreach-rotterdam")]).await;
    let filled = [("/channel", "outreach_round"), ("/location", "Under the bridge")];
    let mut last = None;
    for headers in [vec![("sec-fetch-site", "same-origin")], vec![("origin", running.url.as_str())]] {
        let hidden = old.hidden("report_signal");
        let form: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(filled).collect();
        let shown = browser.once(Method::POST, "/board/do/report_signal", &headers, Some(&form)).await;
        assert!(shown.status == 403 && shown.text.contains("van een eerdere sessie"), "{}", shown.text);
        assert!(shown.text.contains("value=\"Under the bridge\""), "{}", shown.text);
        assert_eq!(running.client("coordinator-rotterdam").all("/v1/persons").await.len(), before);
        last = Some(shown);
    }
    // It has the token of this session now: sent once more, it is recorded.
    let recorded = browser.send(&last.unwrap(), "report_signal", &filled).await;
    assert!(recorded.status == 200 && recorded.at.contains("/board/persons/"), "{}", recorded.text);
    // Whoever signs in after another is told that it was the other's.
    browser.post("/auth/demo", &[("user", "coordinator-rotterdam")]).await;
    let shown = browser.send(&old, "report_signal", &filled).await;
    assert!(shown.status == 403 && shown.text.contains("Hier is nu iemand anders aangemeld"), "{}", shown.text);
}

#[tokio::test]
async fn the_pages_of_a_return_and_of_rights_are_for_those_who_work_on_them_alone() {
    let running = support::demo_world().await;
    let persons = running.client("supporter-rotterdam").all("/v1/persons").await;
    let person = persons[0]["person_id"].as_str().unwrap();
    let path = |part: &str| format!("/board/persons/{person}/{part}");
    let supporter = Browser::of(&running.url, "supporter-rotterdam").await;
    for part in ["return", "consent?language=bg"] {
        let page = supporter.get(&path(part)).await;
        assert!(page.status == 200 && page.text.contains("lang=\"bg\""), "{part}: {}", page.text);
    }
    assert_eq!(supporter.get(&path("consent?language=tlh")).await.status, 404);
    for user in ["police-rotterdam", "liaison-pl", "administrator", "night-shelter-rotterdam"] {
        let other = Browser::of(&running.url, user).await;
        for part in ["return", "consent?language=pl", "rights"] {
            assert_eq!(other.get(&path(part)).await.status, 404, "{user} {part}");
        }
    }
}

#[tokio::test]
async fn an_assessor_is_not_told_that_nobody_is_lost() {
    let running = support::demo_world().await;
    let desk = Browser::of(&running.url, "assessor-rotterdam").await.get("/board/").await;
    assert!(desk.text.contains("Wiens rechten wachten") && !desk.text.contains("uit beeld"), "{}", desk.text);
}

//! Opening a case in an emergency on the board, and the privacy officer's pages about it.

use serde_json::json;

use super::browser::Browser;
use crate::support::empty;

#[tokio::test]
async fn a_hospital_opens_a_case_by_its_number_sees_until_when_and_closes_it() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let signal = json!({"channel": "shelter_intake", "municipality": "rotterdam", "identity": {"alias": "Zdzisiek"}});
    let person = shelter.signal(signal).await;
    let case = format!("/board/persons/{person}");
    let hospital = Browser::of(&running.url, "hospital-rotterdam").await;
    assert_eq!(hospital.get(&case).await.status, 404);
    assert!(hospital.get("/board/persons").await.links().iter().any(|link| link == "/board/break-glass"));
    let form = hospital.get("/board/break-glass").await;
    assert!(!form.text.contains("/occurred_at"), "an emergency is now");
    let short = [("/person_id", &person[24..30]), ("/reason", "danger_to_life")];
    let refused = hospital.send(&form, "break_glass", &short).await;
    assert!(refused.status == 422 && refused.text.contains("Vul het hele nummer in"), "{}", refused.text);
    let nobody = [("/person_id", "0199a3f2-0000-7000-8000-000000000001"), ("/reason", "danger_to_life")];
    assert_eq!(hospital.send(&form, "break_glass", &nobody).await.status, 404);
    let filled = [("/person_id", person.as_str()), ("/reason", "danger_to_life"), ("/explanation", "unconscious")];
    let opened = hospital.send(&hospital.get("/board/break-glass").await, "break_glass", &filled).await;
    assert!(opened.status == 200 && opened.at.ends_with(&case), "{} {}", opened.at, opened.text);
    assert!(opened.text.contains("id=\"emergency\"") && opened.text.contains("Zdzisiek"), "{}", opened.text);

    // Whoever has it open already is led to it.
    let again = hospital.send(&hospital.get("/board/break-glass").await, "break_glass", &filled).await;
    assert!(
        again.status == 200 && again.at.ends_with(&case) && again.text.contains("staat nog open"),
        "{}",
        again.text
    );

    // The coordinator reads why, and the privacy officer who.
    let desk = Browser::of(&running.url, "coordinator-rotterdam").await.get(&case).await;
    assert!(desk.text.contains("id=\"emergencies\"") && desk.text.contains("unconscious"), "{}", desk.text);
    let officer = Browser::of(&running.url, "privacy-officer").await;
    let list = officer.get("/board/privacy").await;
    assert!(list.text.contains("hospital-rotterdam") && !list.text.contains("unconscious"), "{}", list.text);

    let closed = hospital.send(&hospital.get(&case).await, "end_break_glass", &[]).await;
    assert!(closed.status == 200 && closed.at.ends_with("/board/"), "{}", closed.at);
    assert!(closed.text.contains("Vastgelegd") && !closed.text.contains("Zdzisiek"), "{}", closed.text);
    let to_review = officer.get("/board/privacy").await;
    let reviewed = officer.send(&to_review, "review_break_glass", &[("/outcome", "not_justified")]).await;
    assert_eq!(reviewed.status, 200, "{}", reviewed.text);
    assert!(reviewed.words().contains("1 niet terecht"), "{}", reviewed.text);
}

#[tokio::test]
async fn the_privacy_officer_is_offered_what_can_be_done_about_a_record_and_led_to_no_case() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake", "identity": {"alias": "Zdzisiek"}})).await;
    let hospital = Browser::of(&running.url, "hospital-rotterdam").await;
    let filled = [("/person_id", person.as_str()), ("/reason", "danger_to_life")];
    hospital.send(&hospital.get("/board/break-glass").await, "break_glass", &filled).await;
    let officer = Browser::of(&running.url, "privacy-officer").await;
    let closed = officer.send(&officer.get("/board/privacy").await, "end_break_glass", &[]).await;
    assert!(closed.text.contains("Vastgelegd") && !closed.text.contains("href=\"/board/persons/"), "{}", closed.text);

    let shown = async |number: &str| officer.get(&format!("/board/privacy?person={number}")).await.text;
    let offers = |page: &str| page.contains("/board/do/erase_subject") && page.contains("/board/do/place_hold");
    assert!(offers(&shown(&person).await));
    let nobody = shown("0199a3f2-0000-7000-8000-000000000001").await;
    assert!(nobody.contains("geen dossier met dit nummer") && !offers(&nobody), "{nobody}");
    let short = shown("a1b2c3").await;
    assert!(short.contains("Vul het hele nummer in") && short.contains("value=\"a1b2c3\""), "{short}");
    let (client, of_person) = (running.client("privacy-officer"), format!("/v1/persons/{person}"));
    let opened = client.all("/v1/break-glass").await;
    let review = format!("{of_person}/break-glass/{}/review", opened[0]["break_glass_id"].as_str().unwrap());
    client.post(&review, json!({"outcome": "justified"})).await.expect(201);
    client.post(&format!("{of_person}/erase"), json!({"ground": "request"})).await.expect(201);
    let erased = shown(&person).await;
    assert!(erased.contains("gewist</span>") && !offers(&erased), "{erased}");
}

#[tokio::test]
async fn nobody_else_finds_the_page_to_open_a_case() {
    let running = empty().await;
    for user in ["night-shelter-rotterdam", "police-rotterdam", "assessor-rotterdam", "administrator", "liaison-pl"] {
        let browser = Browser::of(&running.url, user).await;
        assert_eq!(browser.get("/board/break-glass").await.status, 404, "{user}");
        assert!(!browser.get("/board/persons").await.text.contains("/board/break-glass"), "{user}");
    }
}

#[tokio::test]
async fn the_privacy_officer_reads_who_saw_what_by_user_person_and_day_and_nobody_else_does() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake", "identity": {"alias": "Zdzisiek"}})).await;
    shelter.get(&format!("/v1/persons/{person}")).await.expect(200);
    let officer = Browser::of(&running.url, "privacy-officer").await;
    let shows = async |query: &str| {
        let page = officer.get(&format!("/board/access-log{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert!(!page.text.contains("Zdzisiek"), "the log holds nothing of what was shown");
        page.text.contains("GET /v1/persons/{person_id}")
    };
    assert!(shows("").await);
    assert!(shows(&format!("?person={person}")).await);
    assert!(shows("?user=night-shelter-rotterdam&organisation=&person=&from=&until=").await);
    assert!(!shows("?user=police-rotterdam").await);
    assert!(!shows("?until=2020-01-01").await);
    let wrong = officer.get("/board/access-log?person=somebody").await;
    assert!(wrong.status == 200 && wrong.text.contains("role=\"alert\""), "{}", wrong.text);
    let records = running.client("privacy-officer").all("/v1/access-log?user=privacy-officer").await;
    assert!(records.iter().any(|each| each["surface"] == "board" && each["action"] == "review"));
    for user in ["coordinator-rotterdam", "administrator", "hospital-rotterdam", "analyst-national"] {
        assert_eq!(Browser::of(&running.url, user).await.get("/board/access-log").await.status, 404, "{user}");
    }
}

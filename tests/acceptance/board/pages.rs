//! Pages over lists that REST has: turn-aways, webhooks, and the way of an entry to the right person.

use baken::webhooks::{Options, Targets};
use serde_json::{Value, json};

use super::browser::{Browser, Page};
use crate::support::{self, Running};

fn csrf(page: &Page) -> &str {
    page.text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn turn_aways_are_told_by_night_and_door_and_a_count_is_taken_back() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let someone = json!({"channel": "shelter_intake", "identity": {"alias": "Zdzisiek"}});
    let person = shelter.signal(someone).await;
    shelter.post("/v1/turn-aways", json!({"person_id": person, "reason": "full"})).await.expect(201);
    shelter.post("/v1/turn-aways", json!({"reason": "full", "persons": 41})).await.expect(201);

    // Whom nobody has seen since is told to the coordinator, who finds the case there.
    let desk = Browser::of(&running.url, "coordinator-rotterdam").await.get("/board/turn-aways").await;
    let link = format!("href=\"/board/persons/{person}\"");
    assert!(desk.text.contains("De nacht van") && desk.text.contains("Zdzisiek") && desk.text.contains(&link));
    assert!(desk.text.contains("<dd>41</dd>") && !desk.text.contains("retract_turn_away"), "{}", desk.text);

    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    assert!(browser.get("/board/door").await.links().iter().any(|link| link == "/board/turn-aways"));
    let list = browser.get("/board/turn-aways").await;
    assert!(!list.text.contains("Zdzisiek"), "{}", list.text);
    let form = list.links().into_iter().find(|link| link.contains("retract_turn_away")).unwrap();
    let form = browser.get(&form).await;
    let left = browser.send(&form, "retract_turn_away", &[("/reason", "other")]).await;
    assert!(left.status == 200 && left.at.ends_with("/board/turn-aways"), "{}", left.text);
    assert!(!left.text.contains("<dd>41</dd>"), "{}", left.text);
    assert_eq!(shelter.all("/v1/turn-aways").await[0]["persons_unknown"], 0);

    for user in ["police-rotterdam", "assessor-rotterdam", "liaison-pl", "administrator", "analyst-national"] {
        assert_eq!(Browser::of(&running.url, user).await.get("/board/turn-aways").await.status, 404, "{user}");
    }
}

async fn notes_of(running: &Running, person: &str) -> Vec<Value> {
    let entries = running.client("night-shelter-rotterdam").all(&format!("/v1/persons/{person}/timeline")).await;
    entries.into_iter().filter(|each| each["type"] == "note_added" && each["retracted_by"].is_null()).collect()
}

#[tokio::test]
async fn an_entry_on_the_wrong_person_is_moved_to_the_one_who_was_looked_for() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let of = |alias: &str| json!({"channel": "shelter_intake", "identity": {"alias": alias}});
    let (wrong, right) = (shelter.signal(of("Zdzisiek")).await, shelter.signal(of("Wojtek")).await);
    for person in [&wrong, &right] {
        shelter.post(&format!("/v1/persons/{person}/intakes"), json!({})).await.expect(201);
    }
    shelter.post(&format!("/v1/persons/{wrong}/notes"), json!({"text": "Asked for a blanket"})).await.expect(201);
    let entry = notes_of(&running, &wrong).await[0]["event_id"].as_str().unwrap().to_owned();

    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let path = format!("/board/persons/{wrong}/move?entry={entry}");
    assert!(browser.get(&format!("/board/persons/{wrong}")).await.links().contains(&path));
    let page = browser.get(&path).await;
    assert!(page.status == 200 && page.text.contains("Notitie") && !page.text.contains("Wojtek"), "{}", page.text);
    let found = browser.post(&path, &[("csrf", csrf(&page)), ("name", "Wojtek")]).await;
    assert!(found.status == 200 && found.text.contains(&format!("name=\"/to\" value=\"{right}\"")), "{}", found.text);
    // Nobody's name is in an address, nor is the wrong person offered.
    assert!(!found.at.contains("Wojtek") && found.links().iter().all(|link| !link.contains("Wojtek")));
    let same = browser.post(&path, &[("csrf", csrf(&page)), ("name", "Zdzisiek")]).await;
    assert!(!same.text.contains("name=\"/to\""), "{}", same.text);
    // What is answered does not vanish when something happens.
    assert!(!found.text.contains("hx-trigger=\"baken-changed"));

    let moved = browser.send(&found, "move_entry", &[("/explanation", "The beds are side by side")]).await;
    assert!(moved.status == 200 && moved.at.ends_with(&format!("/board/persons/{wrong}")), "{}", moved.text);
    assert_eq!((notes_of(&running, &wrong).await.len(), notes_of(&running, &right).await.len()), (0, 1));
    // It counts there no more, and cannot be moved again.
    assert_eq!(browser.get(&path).await.status, 404);
    for user in ["police-rotterdam", "administrator", "liaison-pl", "night-shelter-utrecht"] {
        let other = Browser::of(&running.url, user).await;
        assert_eq!(other.get(&path).await.status, 404, "{user}");
        let page = other.get("/board/").await;
        assert_eq!(other.post(&path, &[("csrf", csrf(&page)), ("name", "Wojtek")]).await.status, 404, "{user}");
    }
}

#[tokio::test]
async fn two_persons_of_one_family_are_looked_for_and_related_until_that_ends() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let of = |alias: &str| json!({"channel": "shelter_intake", "identity": {"alias": alias}});
    let (person, sister) = (shelter.signal(of("Zdzisiek")).await, shelter.signal(of("Wioletta")).await);
    for each in [&person, &sister] {
        shelter.post(&format!("/v1/persons/{each}/intakes"), json!({})).await.expect(201);
    }
    let browser = Browser::of(&running.url, "coordinator-rotterdam").await;
    let (case, path) = (format!("/board/persons/{person}"), format!("/board/persons/{person}/others"));
    assert!(browser.get(&case).await.links().contains(&path));
    let page = browser.get(&path).await;
    assert!(page.status == 200 && !page.text.contains("Wioletta"), "{}", page.text);
    let found = browser.post(&path, &[("csrf", csrf(&page)), ("name", "Violeta")]).await;
    assert!(found.text.contains("Wioletta") && !found.at.contains("Violeta"), "{}", found.text);
    let form =
        found.links().into_iter().find(|link| link.contains("relate_persons") && link.contains(&sister)).unwrap();
    assert!(found.links().iter().any(|link| link.contains("link_persons") && link.contains(&sister)));
    let related = browser.send(&browser.get(&form).await, "relate_persons", &[("/kind", "travels_with")]).await;
    assert!(related.status == 200, "{}", related.text);
    let on_the_case = browser.get(&case).await;
    assert!(on_the_case.text.contains("Wioletta"), "{}", on_the_case.text);
    let ended = browser.send(&on_the_case, "unrelate_persons", &[]).await;
    assert!(ended.status == 200 && !ended.text.contains("Wioletta"), "{}", ended.text);
    for user in ["police-rotterdam", "administrator", "liaison-pl", "night-shelter-utrecht"] {
        let other = Browser::of(&running.url, user).await;
        assert_eq!(other.get(&path).await.status, 404, "{user}");
        let page = other.get("/board/").await;
        assert_eq!(other.post(&path, &[("csrf", csrf(&page)), ("name", "Wioletta")]).await.status, 404, "{user}");
    }
}

#[tokio::test]
async fn who_looks_for_a_bed_is_told_where_one_is_free_tonight() {
    let running = support::empty().await;
    let admin = running.client("administrator");
    let capacity = json!({"places": 2});
    admin.post("/v1/facilities/night-shelter-rotterdam-beds/capacity", capacity).await.expect(201);
    let shelter = running.client("night-shelter-rotterdam");
    for _ in 0..2 {
        let outreach = Browser::of(&running.url, "outreach-rotterdam").await.get("/board/places").await;
        assert!(outreach.text.contains("vrij</strong> van 2"), "{}", outreach.text);
        let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
        shelter.post(&format!("/v1/persons/{person}/beds"), json!({"kind": "night_shelter_eu"})).await.expect(201);
    }
    let desk = Browser::of(&running.url, "coordinator-rotterdam").await;
    let full = desk.get("/board/places").await;
    assert!(full.text.contains("vol</span> van 2"), "{}", full.text);
    // The coordinator looks into the evening from there; the street team may not.
    let door = "/board/door/night-shelter-rotterdam-beds".to_owned();
    assert!(full.links().contains(&door) && desk.get(&door).await.status == 200);
    let outreach = Browser::of(&running.url, "outreach-rotterdam").await.get("/board/places").await;
    assert!(!outreach.links().contains(&door));
    let utrecht = Browser::of(&running.url, "night-shelter-utrecht").await.get("/board/places").await;
    let (place, told) = ("facility-night-shelter-rotterdam-beds", &utrecht.text);
    assert!(utrecht.status == 200 && full.text.contains(place) && !told.contains(place), "{told}");
    for user in ["police-rotterdam", "assessor-rotterdam", "liaison-pl", "administrator", "analyst-national"] {
        assert_eq!(Browser::of(&running.url, user).await.get("/board/places").await.status, 404, "{user}");
    }
}

#[tokio::test]
async fn why_somebody_did_something_stands_beside_the_entry() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
    let bed =
        shelter.post(&format!("/v1/persons/{person}/beds"), json!({"kind": "night_shelter_eu"})).await.expect(201);
    let release = json!({"reason": "ended", "explanation": "He has found a room"});
    let path = format!("/v1/persons/{person}/beds/{}/release", bed.id("bed_id"));
    shelter.post(&path, release).await.expect(201);
    let coordinator = running.client("coordinator-rotterdam");
    let close = json!({"reason": "housed", "explanation": "The room is his"});
    coordinator.post(&format!("/v1/persons/{person}/close"), close).await.expect(201);
    let case = Browser::of(&running.url, "coordinator-rotterdam").await.get(&format!("/board/persons/{person}")).await;
    for told in ["He has found a room", "The room is his", &person] {
        assert!(case.words().contains(told), "{told}: {}", case.words());
    }
}

#[tokio::test]
async fn what_was_written_in_a_form_that_the_page_does_not_have_is_shown_again() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
    shelter.post(&format!("/v1/persons/{person}/intakes"), json!({})).await.expect(201);
    shelter.post(&format!("/v1/persons/{person}/notes"), json!({"text": "Asked for a blanket"})).await.expect(201);
    let entry = notes_of(&running, &person).await[0]["event_id"].as_str().unwrap().to_owned();
    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let form = format!("/board/form/retract_entry?person={person}&subject={entry}&back=/board/persons/{person}");
    let form = browser.get(&form).await;
    let written = [("/reason", "no_reason"), ("/explanation", "It was the man beside him")];
    let refused = browser.send(&form, "retract_entry", &written).await;
    assert!(refused.status == 422 && refused.text.contains("It was the man beside him"), "{}", refused.text);
    let taken_back = browser.send(&refused, "retract_entry", &[("/reason", "wrong_person")]).await;
    assert_eq!((taken_back.status, notes_of(&running, &person).await.len()), (200, 0), "{}", taken_back.text);
}

#[tokio::test]
async fn an_administrator_sees_every_webhook_with_nothing_of_a_person_and_disables_one() {
    let targets = Targets { networks: vec!["127.0.0.0/8".parse().unwrap()], plain_http: true, ..Targets::default() };
    let running = support::sending(Options { targets, ..Options::default() }).await;
    let shelter = running.client("night-shelter-rotterdam");
    let made =
        shelter.post("/v1/webhooks", json!({"url": "http://127.0.0.1:9/hook?token=t0k3n", "types": ["bed_assigned"]}));
    let path = format!("/v1/webhooks/{}", made.await.expect(201).id("webhook_id"));
    let browser = Browser::of(&running.url, "administrator").await;
    let state = async || shelter.get(&path).await.json()["state"].as_str().unwrap().to_owned();

    let list = browser.get("/board/webhooks").await;
    assert!(list.text.contains("http://127.0.0.1:9") && !list.text.contains("t0k3n"), "{}", list.text);
    assert!(list.text.contains("Bed toegewezen") && list.text.contains("nog nooit"), "{}", list.text);
    let form = |page: &Page| [("csrf", csrf(page).to_owned())];
    let act = async |browser: &Browser, page: &Page, action: &str| {
        let form = form(page);
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(&format!("{}/{action}", path.replace("/v1/", "/board/")), &form).await
    };
    let disabled = act(&browser, &list, "disable").await;
    assert!(disabled.text.contains("uitgezet door een beheerder"), "{}", disabled.text);
    assert_eq!(state().await, "blocked");
    act(&browser, &list, "enable").await;
    assert_eq!(state().await, "active");
    assert_eq!(act(&browser, &list, "rotate").await.status, 404);
    let forged = browser.post(&format!("{}/disable", path.replace("/v1/", "/board/")), &[("csrf", "of another")]).await;
    assert_eq!((forged.status, state().await.as_str()), (403, "active"));

    let stranger = Browser::of(&running.url, "day-shelter-rotterdam").await;
    let page = stranger.get("/board/webhooks").await;
    assert_eq!(
        (page.status, act(&stranger, &page, "disable").await.status, state().await.as_str()),
        (404, 404, "active")
    );
}

#[tokio::test]
async fn a_request_that_waits_is_on_the_desk_however_many_were_decided() {
    let running = support::empty().await;
    let (shelter, coordinator) = (running.client("night-shelter-rotterdam"), running.client("coordinator-rotterdam"));
    let places = json!({"places": 100});
    shelter.post("/v1/facilities/night-shelter-rotterdam-beds/capacity", places).await.expect(201);
    let mut asked = Vec::new();
    for _ in 0..60 {
        let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
        shelter.post(&format!("/v1/persons/{person}/beds"), json!({"kind": "night_shelter_eu"})).await.expect(201);
        let request = json!({"kind": "longer_night_stay", "reason": "he cannot be alone"});
        let answer = shelter.post(&format!("/v1/persons/{person}/exceptions"), request).await.expect(201);
        asked.push((person, answer.id("exception_id")));
    }
    // Those of the list's first page are decided: by their ids they come first.
    asked.sort();
    for (person, exception) in &asked[..57] {
        let decision = json!({"decision": "denied", "reason": "there is no room for more nights"});
        let path = format!("/v1/persons/{person}/exceptions/{exception}/decision");
        coordinator.post(&path, decision).await.expect(201);
    }
    let desk = Browser::of(&running.url, "coordinator-rotterdam").await.get("/board/").await;
    let is_shown = |id: &str| desk.text.contains(&format!("id=\"exception-{id}\""));
    assert!(asked[57..].iter().all(|(_, exception)| is_shown(exception)), "{}", desk.text);
    assert!(!asked[..57].iter().any(|(_, exception)| is_shown(exception)));
}

//! What a page says is so: who somebody is, what is over, and what can still be done.

use baken::sources::{Clock, SystemClock};
use serde_json::{Value, json};

use super::browser::{Browser, Page};
use crate::support::{self, Client, Running};

async fn page_of(running: &Running, user: &str, at: &str) -> Page {
    let page = Browser::of(&running.url, user).await.get(at).await;
    assert_eq!(page.status, 200, "{user}: {at}");
    page
}

/// The element with an id, as far as its closing tag.
fn element<'p>(page: &'p Page, id: &str, closing: &str) -> &'p str {
    let after = page.text.split(&format!("id=\"{id}\"")).nth(1);
    after.unwrap_or_else(|| panic!("no {id} in {}", page.text)).split(closing).next().unwrap()
}

/// A man in a bed of the night shelter.
async fn guest(shelter: &Client, name: &str) -> (String, String) {
    let signal = json!({"channel": "shelter_intake", "identity": {"name": name, "approximate_age": 40}});
    let person = shelter.signal(signal).await;
    let bed = shelter.post(&format!("/v1/persons/{person}/beds"), json!({"kind": "night_shelter_eu"})).await;
    (person, bed.expect(201).id("bed_id"))
}

#[tokio::test]
async fn whoever_may_know_a_name_reads_it_wherever_somebody_is_told_of() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let (person, _) = guest(&shelter, "Zbigniew Kowal").await;
    let path = |part: &str| format!("/v1/persons/{person}/{part}");
    let referral = json!({"to": "street-doctor-rotterdam", "offering": "medical_clinic", "reason": "coughs"});
    shelter.post(&path("referrals"), referral).await.expect(201);
    let request = json!({"kind": "longer_night_stay", "reason": "he cannot be alone"});
    shelter.post(&path("exceptions"), request).await.expect(201);
    for (user, at, list) in [
        ("street-doctor-rotterdam", "/board/referrals", "in"),
        ("night-shelter-rotterdam", "/board/referrals", "out"),
        ("coordinator-rotterdam", "/board/desk", "decide"),
    ] {
        let page = page_of(&running, user, at).await;
        let told = element(&page, list, "</section>");
        assert!(told.contains("Zbigniew Kowal") && !told.contains("Naam onbekend"), "{user}: {told}");
    }
    // Whoever may not know it reads none.
    let other = page_of(&running, "shelter24-rotterdam", "/board/referrals").await;
    assert!(!other.text.contains("Zbigniew"));
}

#[tokio::test]
async fn a_death_and_an_erasure_are_said_at_once_and_nothing_is_offered_that_can_only_fail() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let (person, _) = guest(&shelter, "Zbigniew Kowal").await;
    let at = format!("/board/persons/{person}");
    let before = page_of(&running, "coordinator-rotterdam", &at).await;
    assert!(before.text.contains("/board/form/refer") && !before.text.contains("overleden op"));
    let today = care_path::time::local_date(SystemClock.now()).to_string();
    shelter.post(&format!("/v1/persons/{person}/death"), json!({"died_on": today})).await.expect(201);
    for user in ["coordinator-rotterdam", "night-shelter-rotterdam"] {
        let file = running.client(user).get(&format!("/v1/persons/{person}")).await.expect(200).json();
        assert_eq!(file["death"]["died_on"], today.as_str(), "{user}");
        assert!(page_of(&running, user, &at).await.text.contains("Deze persoon is overleden op"), "{user}");
    }
    let query = "query($id: ID!) { person(id: $id) { death { diedOn recordedByRole } } }";
    let told = running.client("coordinator-rotterdam").graphql(query, json!({"id": person})).await;
    assert_eq!(told["data"]["person"]["death"], json!({"diedOn": today, "recordedByRole": "shelter_worker"}));

    let erase = format!("/v1/persons/{person}/erase");
    running.client("privacy-officer").post(&erase, json!({"ground": "request"})).await.expect(201);
    for user in ["coordinator-rotterdam", "night-shelter-rotterdam"] {
        let page = page_of(&running, user, &at).await;
        assert!(page.text.contains("Deze persoon is gewist"), "{user}: {}", page.text);
        assert!(!page.text.contains("/board/do/") && !page.text.contains("/board/form/"), "{user}: {}", page.text);
    }
}

#[tokio::test]
async fn what_was_answered_and_seen_is_read_by_whoever_asked() {
    let running = support::empty().await;
    let (shelter, outreach) = (running.client("night-shelter-rotterdam"), running.client("outreach-rotterdam"));
    let (person, _) = guest(&shelter, "Zbigniew Kowal").await;
    let path = |part: &str| format!("/v1/persons/{person}/{part}");
    let recipients = json!([{"organisation": "outreach-rotterdam"}, {"organisation": "shelter24-rotterdam"}]);
    let lookout = json!({"recipients": recipients, "description": "a man of 44"});
    let lookout = shelter.post(&path("lookouts"), lookout).await.expect(201).id("lookout_id");
    let alert = json!({"to": "police-rotterdam", "description": "a man of 44"});
    let alert = shelter.post(&path("care-alerts"), alert).await.expect(201).id("care_alert_id");
    let answer = json!({"outcome": "seen", "explanation": "at the station, in a grey coat"});
    running.client("police-rotterdam").post(&path(&format!("care-alerts/{alert}/answer")), answer).await.expect(201);
    let sighting = json!({"location_type": "street", "location": "at the fish stall"});
    outreach.post(&path(&format!("lookouts/{lookout}/sightings")), sighting).await.expect(201);

    let coordinator = running.client("coordinator-rotterdam");
    let file = coordinator.get(&path("")[..path("").len() - 1]).await.expect(200).json();
    assert_eq!(file["care_alerts"][0]["answers"][0]["explanation"], "at the station, in a grey coat");
    let page = page_of(&running, "coordinator-rotterdam", &format!("/board/persons/{person}")).await;
    assert!(page.text.contains("at the station, in a grey coat"), "{}", page.text);
    // Whoever saw somebody has read that they are looked for.
    assert_eq!(file["lookouts"][0]["silent"], json!(["shelter24-rotterdam"]));
    let waits = |tasks: Vec<Value>| tasks.iter().any(|task| task["kind"] == "acknowledge_lookout");
    assert!(!waits(outreach.all("/v1/worklist").await));
    assert!(waits(running.client("shelter24-rotterdam").all("/v1/worklist").await));
    assert_eq!(outreach.all("/v1/lookouts").await[0]["acknowledged"], true);
}

#[tokio::test]
async fn an_entry_is_taken_back_where_that_can_be_and_a_bed_released_where_there_is_one() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let (person, bed) = guest(&shelter, "Zbigniew Kowal").await;
    let path = |part: &str| format!("/v1/persons/{person}/{part}");
    let page = page_of(&running, "coordinator-rotterdam", &format!("/board/persons/{person}")).await;
    let timeline = running.client("coordinator-rotterdam").all(&path("timeline")).await;
    let entry = |of_type: &str| {
        let entry = timeline.iter().find(|each| each["type"] == of_type).unwrap();
        element(&page, &format!("entry-{}", entry["event_id"].as_str().unwrap()), "</li>")
    };
    assert!(entry("bed_assigned").contains("retract_entry"));
    assert!(!entry("coordinator_assigned").contains("retract_entry"));
    assert!(!entry("coordinator_assigned").contains("/move?"));

    shelter.post(&path("attendances"), json!({"status": "present"})).await.expect(201);
    shelter.post(&path(&format!("beds/{bed}/release")), json!({"reason": "suspended"})).await.expect(201);
    let door = page_of(&running, "night-shelter-rotterdam", "/board/door").await;
    let line = element(&door, &format!("guest-{bed}"), "</li>");
    assert!(line.contains("geen bed meer") && !line.contains("release_bed"), "{line}");
}

#[tokio::test]
async fn a_change_in_the_directory_keeps_the_opening_times() {
    let running = support::empty().await;
    let administrator = running.client("administrator");
    let times = json!([{"day": "monday", "opens": "09:00", "closes": "17:00"}]);
    let organisation = json!({"organisation_id": "soup-kitchen", "name": "Soup kitchen", "kind": "day_shelter",
        "municipality": "rotterdam", "opening_times": times});
    administrator.post("/v1/organisations", organisation).await.expect(201);
    let browser = Browser::of(&running.url, "administrator").await;
    let form =
        browser.get("/board/form/change_organisation?%2Forganisation_id=soup-kitchen&back=%2Fboard%2Fdirectory").await;
    let changed = [("/name", "Soup kitchen South"), ("/kind", "day_shelter"), ("/municipality", "rotterdam")];
    assert_eq!(browser.send(&form, "change_organisation", &changed).await.status, 200);
    let told = administrator.all("/v1/organisations").await;
    let told = told.iter().find(|each| each["organisation_id"] == "soup-kitchen").unwrap();
    assert_eq!((&told["name"], &told["opening_times"]), (&json!("Soup kitchen South"), &times));
}

#[tokio::test]
async fn whoever_finds_too_many_is_told_that_there_are_more() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    for _ in 0..22 {
        guest(&shelter, "Jan Kowalczyk").await;
    }
    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let page = browser.get("/board/persons").await;
    let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let found = browser.post("/board/persons", &[("csrf", csrf), ("name", "Jan Kowalczyk")]).await;
    assert_eq!(found.text.matches("id=\"person-").count(), 20);
    // The answer has an address to go back to, which holds nothing of what was typed.
    assert!(found.at.contains("/board/persons?search=") && !found.at.contains("Jan"), "{}", found.at);
    assert_eq!(browser.get(&found.at).await.text.matches("id=\"person-").count(), 20);
    assert!(found.text.contains("Er passen meer mensen"), "{}", found.text);
    let fewer = browser.post("/board/persons", &[("csrf", csrf), ("name", "Piotr")]).await;
    assert!(!fewer.text.contains("Er passen meer mensen"));
}

#[tokio::test]
async fn somebody_is_found_by_a_date_as_the_board_writes_it_and_by_the_number_of_who_has_no_name() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let (ionel, _) = guest(&shelter, "Ionel Dobre").await;
    let claim = json!({"name": "Ionel Dobre", "birth_date": "1979-04-12"});
    shelter
        .post(&format!("/v1/persons/{ionel}/identity"), json!({"assurance": "self_declared", "claim": claim}))
        .await
        .expect(201);
    let nobody = shelter.signal(json!({"channel": "shelter_intake"})).await;
    let number = nobody.rsplit('-').next().unwrap()[..6].to_owned();
    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let page = browser.get("/board/persons").await;
    let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    for (typed, person) in [
        ("Dobre 12-04-1979", &ionel),
        ("ionel 12-4-1979", &ionel),
        ("dobre 12/04/1979", &ionel),
        ("Dobre 1979-04-12", &ionel),
        ("Dobre 1979", &ionel),
        (number.as_str(), &nobody),
    ] {
        let found = browser.post("/board/persons", &[("csrf", csrf), ("name", typed)]).await;
        assert!(found.text.contains(&format!("id=\"person-{person}\"")), "{typed}: {}", found.text);
    }
}

#[tokio::test]
async fn whoever_is_known_is_offered_before_somebody_is_new_and_choosing_them_records_it() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let (mihai, bed) = guest(&shelter, "Mihai Popa").await;
    shelter.post(&format!("/v1/persons/{mihai}/beds/{bed}/release"), json!({"reason": "ended"})).await.expect(201);
    let browser = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let asked = browser
        .send(
            &browser.get("/board/new").await,
            "report_signal",
            &[
                ("/channel", "drop_in_visit"),
                ("/identity/alias", "Mihai"),
                ("/circumstances", "Stond nat voor de deur"),
            ],
        )
        .await;
    assert!(asked.text.contains("Is het een van deze mensen?"), "{}", asked.text);
    let recorded = browser.send(&asked, "report_signal", &[]).await;
    assert!(recorded.at.ends_with(&format!("/board/persons/{mihai}")), "{}", recorded.at);
    let timeline = shelter.all(&format!("/v1/persons/{mihai}/timeline")).await;
    let told = |entry: &Value| entry["details"]["circumstances"] == "Stond nat voor de deur";
    assert!(timeline.iter().any(told), "{timeline:?}");

    // At the door, too.
    let door = browser.get("/board/door").await;
    let form = door.text.split("<form").find(|form| form.contains("action=\"/board/door/")).unwrap();
    let to = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let field = |name: &str| {
        let after = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    let names = ["csrf", "as", "key", "back", "form"].map(|name| (name, field(name)));
    let mut sent: Vec<_> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    sent.push(("/identity/alias", "Mihai"));
    let asked = browser.post(&to, &sent).await;
    assert!(asked.text.contains("Is het een van deze mensen?"), "{}", asked.text);
    let key = "0199a3f2-0000-7000-8000-00000000000d";
    sent.retain(|(name, _)| *name != "key");
    sent.extend([("key", key), ("person", mihai.as_str())]);
    let door = browser.post(&to, &sent).await;
    assert!(door.text.contains("Heeft een bed en is binnen."), "{}", door.text);
    let evening = shelter.get("/v1/facilities/night-shelter-rotterdam-beds/evening").await.expect(200).json();
    // The bed that he had before is on the list as one that he left.
    assert!(evening["guests"].as_array().unwrap().iter().all(|guest| guest["person_id"] == mihai), "{evening}");
    assert_eq!((&evening["counts"]["arrived"], &evening["counts"]["left"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_place_with_guests_is_not_closed() {
    let running = support::empty().await;
    let (shelter, administrator) = (running.client("night-shelter-rotterdam"), running.client("administrator"));
    let (person, bed) = guest(&shelter, "Zbigniew Kowal").await;
    for close in ["facilities/night-shelter-rotterdam-beds", "organisations/night-shelter-rotterdam"] {
        let refused = administrator.post(&format!("/v1/{close}/close"), json!({})).await.expect(409).json();
        assert_eq!(refused["code"], "has_guests", "{close}");
        shelter.post(&format!("/v1/{close}/close"), json!({})).await.expect(403);
    }
    let release = json!({"reason": "ended"});
    shelter.post(&format!("/v1/persons/{person}/beds/{bed}/release"), release).await.expect(201);
    administrator.post("/v1/facilities/night-shelter-rotterdam-beds/close", json!({})).await.expect(201);
}

#[tokio::test]
async fn a_bed_for_next_week_leaves_tonights_at_both_doors() {
    let running = support::empty().await;
    let (shelter, later) = (running.client("night-shelter-rotterdam"), running.client("shelter24-rotterdam"));
    let (person, _) = guest(&shelter, "Zbigniew Kowal").await;
    let referral = json!({"to": "shelter24-rotterdam", "offering": "bed_24h"});
    shelter.post(&format!("/v1/persons/{person}/referrals"), referral).await.expect(201);
    let from = (SystemClock.now() + chrono::TimeDelta::days(7)).to_rfc3339();
    let bed = json!({"kind": "shelter_24h", "from": from});
    later.post(&format!("/v1/persons/{person}/beds"), bed).await.expect(201);
    let guests = async |client: &Client, facility: &str, night: &str| {
        let evening = client.get(&format!("/v1/facilities/{facility}/evening{night}")).await.expect(200).json();
        evening["guests"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(guests(&shelter, "night-shelter-rotterdam-beds", "").await, 1);
    assert_eq!(guests(&later, "shelter24-rotterdam-beds", "").await, 0);
    let then = format!("?night={}", care_path::time::local_date(SystemClock.now() + chrono::TimeDelta::days(8)));
    assert_eq!(guests(&shelter, "night-shelter-rotterdam-beds", &then).await, 0);
    assert_eq!(guests(&later, "shelter24-rotterdam-beds", &then).await, 1);
}

#[tokio::test]
async fn an_organisation_is_found_and_closed_with_a_question_and_named_in_its_place() {
    let running = support::empty().await;
    let browser = Browser::of(&running.url, "administrator").await;
    let cards = |page: &Page| page.text.matches("class=\"card\" id=\"organisation-").count();
    let all = browser.get("/board/directory").await;
    let found = browser.get("/board/directory?find=utrecht+night").await;
    assert!(cards(&found) > 0 && cards(&found) < cards(&all), "{} of {}", cards(&found), cards(&all));
    let card = element(&found, "organisation-night-shelter-utrecht", "<ul");
    assert!(
        card.contains("/board/form/close_organisation") && !card.contains("/board/do/close_organisation"),
        "{card}"
    );
    let form = card.split("href=\"").map(|link| link.split('"').next().unwrap().replace("&amp;", "&"));
    let form = browser.get(&form.into_iter().find(|link| link.contains("close_organisation")).unwrap()).await;
    assert!(
        form.text.contains("kan deze organisatie dan nog kiezen") && form.text.contains("<strong>"),
        "{}",
        form.text
    );
    let closed = browser.send(&form, "close_organisation", &[]).await;
    assert!(closed.status == 200 && closed.at.contains("find=utrecht+night"), "{}", closed.at);
    let card = element(&closed, "organisation-night-shelter-utrecht", "<dl");
    assert!(card.contains("Doet niet meer mee: ") && card.contains("doet niet mee"), "{card}");
    assert_eq!(closed.text.matches("Vastgelegd").count(), 1);
}

#[tokio::test]
async fn a_new_organisation_is_in_a_municipality_that_is_known_or_in_one_that_is_named_as_new() {
    let running = support::empty().await;
    let browser = Browser::of(&running.url, "administrator").await;
    let form = async || browser.get("/board/form/register_organisation?back=/board/directory").await;
    let page = form().await;
    let choices = page.text.split("name=\"/municipality\"").nth(1).unwrap().split("</select>").next().unwrap();
    assert!(choices.contains("value=\"den-haag\"") && page.text.contains("Een nieuwe gemeente"), "{choices}");
    for (id, municipality) in [("soup-one", ["den-haag", "ignored"]), ("soup-two", ["", "zwolle"])] {
        let [known, new] = municipality;
        let filled = [
            ("/organisation_id", id),
            ("/name", "Soup"),
            ("/kind", "day_shelter"),
            ("/municipality", known),
            ("/municipality", new),
        ];
        let registered = browser.send(&form().await, "register_organisation", &filled).await;
        assert_eq!(registered.status, 200, "{}", registered.text);
        let listed = running.client("administrator").all("/v1/organisations").await;
        let told = listed.iter().find(|each| each["organisation_id"] == id).unwrap();
        assert_eq!(told["municipality"], if known.is_empty() { new } else { known });
    }
}

#[tokio::test]
async fn what_is_taken_back_is_named_and_nobody_is_offered_to_move_what_they_cannot_find_a_person_for() {
    let running = support::empty().await;
    let police = running.client("police-rotterdam");
    let person = police.signal(json!({"channel": "police_contact"})).await;
    let page = page_of(&running, "police-rotterdam", &format!("/board/persons/{person}")).await;
    assert!(page.text.contains("retract_entry") && !page.text.contains("/move?"), "{}", page.text);
    let form = page.links().into_iter().find(|link| link.contains("/board/form/retract_entry")).unwrap();
    let form = page_of(&running, "police-rotterdam", &form).await;
    let link = format!("href=\"/board/persons/{person}\"");
    assert!(form.text.contains("<strong>Signaal") && form.text.contains(&link), "{}", form.text);
}

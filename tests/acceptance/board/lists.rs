//! No list on the board ends before its end: what a page does not show, it leads to.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::browser::Browser;
use crate::support::{self, Client, Running};

/// The ids that follow a prefix on a page and on all that its list goes on to.
async fn read_through(browser: &Browser, first: &str, list: &str, prefix: &str) -> Vec<String> {
    let (mut ids, mut at) = (Vec::new(), first.to_owned());
    for _ in 0..20 {
        let page = browser.get(&at).await;
        assert_eq!(page.status, 200, "{at}");
        let begins = format!("id=\"{prefix}-");
        let found = page.text.split(&begins).skip(1).filter_map(|rest| rest.get(..36));
        ids.extend(found.map(str::to_owned));
        let goes_on = format!("list={list}&after=");
        match page.links().into_iter().find(|link| link.contains(&goes_on) && *link != at) {
            Some(next) => at = next,
            None => return ids,
        }
    }
    panic!("{first} goes on and on");
}

fn ids(items: &[Value], name: &str) -> BTreeSet<String> {
    items.iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

/// Every id once, and those of REST.
#[track_caller]
fn assert_all(shown: Vec<String>, expected: &BTreeSet<String>) {
    let count = shown.len();
    let shown: BTreeSet<_> = shown.into_iter().collect();
    assert_eq!(shown, *expected);
    assert_eq!(count, shown.len(), "something is shown twice");
}

/// People in beds of the night shelter.
async fn guests(shelter: &Client, count: usize) -> Vec<String> {
    let places = json!({"places": 500});
    shelter.post("/v1/facilities/night-shelter-rotterdam-beds/capacity", places).await.expect(201);
    let mut persons = Vec::new();
    for _ in 0..count {
        let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
        shelter.post(&format!("/v1/persons/{person}/beds"), json!({"kind": "night_shelter_eu"})).await.expect(201);
        persons.push(person);
    }
    persons
}

async fn referred(shelter: &Client, persons: &[String]) -> Vec<(String, String)> {
    let mut made = Vec::new();
    for person in persons {
        let referral = json!({"to": "street-doctor-rotterdam", "offering": "medical_clinic", "reason": "coughs"});
        let answer = shelter.post(&format!("/v1/persons/{person}/referrals"), referral).await.expect(201);
        made.push((person.clone(), answer.id("referral_id")));
    }
    made
}

#[tokio::test]
async fn a_provider_finds_every_referral_that_waits_however_many_came_to_nothing_before() {
    let running = support::empty().await;
    let (shelter, doctor) = (running.client("night-shelter-rotterdam"), running.client("street-doctor-rotterdam"));
    let referrals = referred(&shelter, &guests(&shelter, 80).await).await;
    let step = async |(person, referral): &(String, String), step: &str, body: Value| {
        doctor.post(&format!("/v1/persons/{person}/referrals/{referral}/{step}"), body).await.expect(201);
    };
    for each in &referrals[..55] {
        step(each, "decline", json!({"reason": "place_scarcity"})).await;
    }
    step(&referrals[55], "accept", json!({})).await;
    step(&referrals[56], "waitlist", json!({"until": "2027-01-31"})).await;

    let open = doctor.all("/v1/referrals?open=true").await;
    assert_eq!(ids(&open, "referral_id"), referrals[55..].iter().map(|(_, id)| id.clone()).collect());
    let waiting = doctor.all("/v1/referrals?state=made,waitlisted&to=street-doctor-rotterdam").await;
    assert_eq!((doctor.all("/v1/referrals").await.len(), waiting.len()), (80, 24));
    assert!(doctor.all("/v1/referrals?from=street-doctor-rotterdam").await.is_empty());
    let query = "{ referrals(first: 200, filter: {open: true, states: [accepted]}) { nodes { referralId } } }";
    let accepted = doctor.graphql(query, Value::Null).await;
    assert_eq!(accepted["data"]["referrals"]["nodes"], json!([{"referralId": referrals[55].1}]));
    for (parameter, why) in [
        ("state=lost", "state: must be codes of the list referral_state, with commas between them"),
        ("open=perhaps", "open: must be true or false"),
        ("to=No%20Such", "to: must be the short name of an organisation"),
    ] {
        let refused = doctor.get(&format!("/v1/referrals?{parameter}")).await.expect(422).json();
        let told = &refused["errors"][0];
        let (name, message) = (told["parameter"].as_str().unwrap(), told["message"].as_str().unwrap());
        assert_eq!(format!("{name}: {message}"), why);
    }

    let browser = Browser::of(&running.url, "street-doctor-rotterdam").await;
    let first = browser.get("/board/referrals").await;
    assert!(first.text.contains("Er zijn er meer: verder"), "{}", first.text);
    let shown = read_through(&browser, "/board/referrals", "in", "referral").await;
    let waiting = ids(&waiting, "referral_id");
    let (waits, others): (Vec<_>, Vec<_>) = shown.into_iter().partition(|id| waiting.contains(id));
    assert_all(waits, &waiting);
    // The one that is accepted is on each of its two pages, in its own list, and so is what came to nothing.
    let (accepted, over): (Vec<_>, Vec<_>) = others.into_iter().partition(|id| *id == referrals[55].1);
    assert_eq!(accepted.len(), 2);
    let over: BTreeSet<_> = over.into_iter().collect();
    assert!(!over.is_empty() && over.is_subset(&referrals[..55].iter().map(|(_, id)| id.clone()).collect()));
    // The shelter finds them where it looks for what it sent.
    let sender = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let sent = read_through(&sender, "/board/referrals", "out", "referral").await;
    assert_all(sent, &ids(&open, "referral_id"));
}

async fn looked_for(running: &Running, persons: &[String]) {
    let shelter = running.client("night-shelter-rotterdam");
    for person in persons {
        let recipients = json!([{"organisation": "outreach-rotterdam"}]);
        let lookout = json!({"recipients": recipients, "description": "a man with a limp"});
        shelter.post(&format!("/v1/persons/{person}/lookouts"), lookout).await.expect(201);
    }
}

#[tokio::test]
async fn whoever_looks_out_and_whoever_follows_the_lost_comes_to_the_last_of_them() {
    let running = support::empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let persons = guests(&shelter, 62).await;
    looked_for(&running, &persons).await;
    // Those of the first pages are found again: nobody looks out for them any more.
    for person in &persons[..10] {
        shelter.post(&format!("/v1/persons/{person}/attendances"), json!({"status": "present"})).await.expect(201);
    }
    let outreach = running.client("outreach-rotterdam");
    let open = ids(&outreach.all("/v1/lookouts?open=true").await, "lookout_id");
    assert_eq!(open.len(), 52);
    let worker = Browser::of(&running.url, "outreach-rotterdam").await;
    assert_all(read_through(&worker, "/board/lookouts", "lookouts", "lookout").await, &open);

    let coordinator = Browser::of(&running.url, "coordinator-rotterdam").await;
    let lost = running.client("coordinator-rotterdam").all("/v1/lost").await;
    assert_eq!(lost.len(), 52);
    assert_all(read_through(&coordinator, "/board/desk", "lost", "lost").await, &ids(&lost, "person_id"));
    let tasks = running.client("coordinator-rotterdam").all("/v1/worklist").await.len();
    let shown = read_through(&coordinator, "/board/desk", "waits", "task-find_person").await;
    assert!(shown.len() >= 52 && tasks > 100, "{} of {tasks}", shown.len());
}

#[tokio::test]
async fn what_waits_is_a_page_of_its_own_for_all_who_land_elsewhere() {
    let running = support::demo_world().await;
    for user in ["outreach-rotterdam", "night-shelter-rotterdam", "street-doctor-rotterdam"] {
        let browser = Browser::of(&running.url, user).await;
        let landing = browser.get("/board/").await;
        assert!(landing.links().contains(&"/board/desk".to_owned()), "{user}: {}", landing.text);
        let desk = browser.get("/board/desk").await;
        assert!(desk.text.contains("Wat wacht op u") && desk.text.contains("<title>Vandaag"), "{user}: {}", desk.text);
        for task in running.client(user).all("/v1/worklist").await {
            let id = format!("task-{}-{}", task["kind"].as_str().unwrap(), task["person_id"].as_str().unwrap());
            assert!(desk.text.contains(&id), "{user}: {id}");
        }
    }
}

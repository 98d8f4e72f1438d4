//! The board is held against REST: no text, no time and no id stands on any page that REST would not give to the same user.
//!
//! Both are read for every user of the demo world. What one user is given over REST and another is not, must not be on any
//! page of the other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use care_path::time::local_date;
use chrono::{DateTime, Timelike, Utc};
use serde_json::Value;

use super::browser::Browser;
use crate::support::{self, Running};

const LISTS: [&str; 13] = [
    "/v1/organisations",
    "/v1/facilities",
    "/v1/turn-aways",
    "/v1/persons",
    "/v1/worklist",
    "/v1/lost",
    "/v1/lookouts",
    "/v1/care-alerts",
    "/v1/referrals",
    "/v1/exceptions",
    "/v1/handovers",
    "/v1/ended",
    "/v1/me",
];
/// Shorter texts may stand on a page for another reason.
const SHORTEST: usize = 7;

/// What answers tell: texts and ids, and times as the board would show them.
#[derive(Default)]
struct Told {
    texts: BTreeSet<String>,
    times: BTreeSet<String>,
}

impl Told {
    fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) => match text.parse::<DateTime<Utc>>() {
                Ok(at) => {
                    self.times.insert(shown(at));
                }
                Err(_) if text.len() >= SHORTEST && !is_code(text) => {
                    self.texts.insert(text.clone());
                }
                Err(_) => {}
            },
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.add(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Codes and slugs are words of the board's own forms.
fn is_code(text: &str) -> bool {
    let is_id = text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4;
    !is_id && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
}

/// A time as the board shows it: day, month and the time of day in Amsterdam.
fn shown(at: DateTime<Utc>) -> String {
    const MONTHS: [&str; 12] = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];
    use chrono::Datelike;
    let local = at.with_timezone(&chrono_tz::Europe::Amsterdam);
    let date = local_date(at);
    format!("{} {} {:02}:{:02}", date.day(), MONTHS[date.month0() as usize], local.hour(), local.minute())
}

async fn over_rest(running: &Running, user: &str, persons: &BTreeSet<String>) -> Told {
    let client = running.client(user);
    let mut told = Told::default();
    for list in LISTS {
        let answer = client.get(&format!("{list}?first=200")).await;
        let answer = if answer.status == 200 { answer } else { client.get(list).await };
        if answer.status == 200 {
            told.add(&answer.json());
        }
    }
    for person in persons {
        for part in ["", "/phases", "/timeline?first=200", "/matches", "/matches/elsewhere"] {
            let answer = client.get(&format!("/v1/persons/{person}{part}")).await;
            if answer.status == 200 {
                told.add(&answer.json());
            }
        }
    }
    told
}

/// Every page that a user comes to by links, and those of all persons, whether they may see them or not.
async fn on_the_board(running: &Running, user: &str, persons: &BTreeSet<String>) -> BTreeMap<String, String> {
    let browser = Browser::of(&running.url, user).await;
    let mut pages = BTreeMap::new();
    let mut to_visit: VecDeque<_> = [
        "/board/",
        "/board/door",
        "/board/persons",
        "/board/lookouts",
        "/board/referrals",
        "/board/handovers",
        "/board/turn-aways",
        "/board/places",
        "/board/directory",
        "/board/webhooks",
        "/board/new",
    ]
    .map(str::to_owned)
    .into();
    to_visit.extend(persons.iter().map(|person| format!("/board/persons/{person}")));
    while let Some(path) = to_visit.pop_front() {
        // Forms are many and alike: one of each command is enough.
        let kind = path.split('?').next().unwrap().to_owned();
        // The access log tells when whoever reads here read: `board/emergency.rs` has its page.
        let of_readings = kind == "/board/access-log";
        if of_readings || pages.contains_key(&path) || pages.contains_key(&kind) || path.starts_with("/board/language")
        {
            continue;
        }
        let page = browser.get(&path).await;
        to_visit.extend(page.links());
        // When users signed in is the board's own to tell: in a test that is the minute in which all was recorded.
        let words = page.words().split("id=\"sign-ins\"").next().unwrap().to_owned();
        pages.insert(if path.starts_with("/board/form/") { kind } else { path }, words);
    }
    pages
}

#[tokio::test]
async fn no_page_shows_what_rest_would_not_give() {
    let running = support::demo_world().await;
    let users: Vec<_> = baken::demo::users().unwrap().into_iter().map(|user| user.principal.user.to_string()).collect();
    let mut persons = BTreeSet::new();
    for user in &users {
        for person in running.client(user).all("/v1/persons").await {
            persons.insert(person["person_id"].as_str().unwrap().to_owned());
        }
    }
    let mut told = BTreeMap::new();
    for user in &users {
        told.insert(user.clone(), over_rest(&running, user, &persons).await);
    }
    let all_texts: BTreeSet<_> = told.values().flat_map(|told| told.texts.clone()).collect();
    let all_times: BTreeSet<_> = told.values().flat_map(|told| told.times.clone()).collect();
    let (mut compared, mut shows) = (0, BTreeSet::new());
    for user in &users {
        let own = &told[user];
        let hidden: Vec<_> = all_texts.difference(&own.texts).collect();
        let hidden_times: Vec<_> = all_times.difference(&own.times).collect();
        for (path, words) in on_the_board(&running, user, &persons).await {
            // The page of a person names that person in its own address and forms.
            let asked = persons.iter().find(|person| path.contains(person.as_str()));
            for text in &hidden {
                let is_asked = asked == Some(*text);
                assert!(is_asked || !words.contains(text.as_str()), "{user} reads {text:?} on {path}");
            }
            for time in &hidden_times {
                assert!(!words.contains(&format!(" {time}")), "{user} reads {time:?} on {path}");
            }
            compared += 1;
            shows.extend(own.texts.union(&own.times).filter(|told| words.contains(told.as_str())));
        }
    }
    // What may be shown is shown, in the same words: else nothing would have been looked for.
    assert!(shows.len() > 200, "{}", shows.len());
    assert!(
        compared > 100 && all_texts.len() > 200 && all_times.len() > 50,
        "{compared} {} {}",
        all_texts.len(),
        all_times.len()
    );
}

#[tokio::test]
async fn what_people_write_is_text_on_every_page_and_never_markup() {
    const CANARY: &str = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>{{7*7}}";
    let running = support::demo_world().await;
    let shelter = Browser::of(&running.url, "night-shelter-rotterdam").await;
    let filled: Vec<_> = [
        "/location",
        "/identity/name",
        "/identity/alias",
        "/identity/appearance",
        "/circumstances",
        "/observations",
        "/conduct",
    ]
    .map(|field| (field, CANARY))
    .into_iter()
    .chain([("/channel", "shelter_intake")])
    .collect();
    let opened = shelter.send(&shelter.get("/board/new").await, "report_signal", &filled).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let path = opened.at.strip_prefix(&running.url).unwrap().to_owned();
    let person = path.rsplit('/').next().unwrap();
    let form = |command: &str| format!("/board/form/{command}?person={person}&back={path}");
    for (command, filled) in [
        ("add_note", vec![("/text", CANARY)]),
        ("record_intake", vec![("/care_needs", CANARY), ("/findings", CANARY), ("/circumstances", CANARY)]),
        ("assign_bed", vec![("/kind", "night_shelter_eu")]),
        ("observe_incident", vec![("/kind", "aggression"), ("/severity", "low"), ("/description", CANARY)]),
        ("request_exception", vec![("/kind", "longer_24h_stay"), ("/reason", CANARY)]),
        ("refer", vec![("/to", "day-shelter-rotterdam"), ("/offering", "meal_warm_seat"), ("/reason", CANARY)]),
        ("issue_lookout", vec![("/description", CANARY), ("/recipients", "organisation:outreach-rotterdam")]),
    ] {
        let sent = shelter.send(&shelter.get(&form(command)).await, command, &filled).await;
        assert_eq!(sent.status, 200, "{command}: {}", sent.text);
        unharmed(&sent.text, command);
    }
    let mut shows = 0;
    for user in [
        "night-shelter-rotterdam",
        "coordinator-rotterdam",
        "outreach-rotterdam",
        "day-shelter-rotterdam",
        "street-doctor-rotterdam",
    ] {
        let browser = Browser::of(&running.url, user).await;
        for page in ["/board/", "/board/door", "/board/persons", "/board/lookouts", "/board/referrals", path.as_str()] {
            let text = browser.get(page).await.text;
            unharmed(&text, page);
            shows += text.matches("&lt;script&gt;alert").count();
        }
    }
    assert!(shows > 10, "{shows}");
    // What is searched for comes back in the box.
    let csrf = shelter.get("/board/persons").await.text;
    let csrf = csrf.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    unharmed(&shelter.post("/board/persons", &[("csrf", &csrf), ("name", CANARY)]).await.text, "search");
}

#[track_caller]
fn unharmed(text: &str, page: &str) {
    for markup in ["<script>alert", "<img src=x", "\"'><img"] {
        assert!(!text.contains(markup), "{markup} on {page}");
    }
}

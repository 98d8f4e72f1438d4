//! Marek's twelve steps told in other orders, with mistakes that are corrected, end in the same case: over HTTP, as the
//! organisations tell them.

use std::collections::BTreeSet;

use baken::demo::{self, Planned};
use baken::sources::{Clock, SystemClock};
use care_path::command::Method;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::support::{Client, Running, empty, marek};

const SHELTER: &str = "night-shelter-rotterdam";

/// What tells of when something was recorded, and not of what happened. A lookout that names no end runs from then.
const OF_RECORDING: [&str; 11] = [
    "recorded_at",
    "updated_at",
    "opened_at",
    "escalated_at",
    "unsuitable_since",
    "began_recorded_at",
    "expires_at",
    "since",
    "due",
    "revision",
    "overdue",
];

/// Orders of recording, by the places of the commands in the seed: what each leaves out comes in its place.
///
/// Of what is told late nothing depends on: a bed answers the referral that was made before it, and a request is made for
/// somebody who is in sight.
const ORDERS: [&[usize]; 3] = [
    // The doctor and the night shelter write up their notes at the end.
    &[
        0, 1, 2, 3, 5, 9, 10, 11, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 33, 34, 35, 36, 13, 15, 16, 18,
        12, 14, 17, 6, 7, 8, 4, 32, 37,
    ],
    // The 24-hour shelter tells at once, and the night shelter only then how he came there.
    &[
        0, 2, 1, 5, 6, 8, 7, 3, 11, 4, 9, 10, 13, 12, 18, 17, 16, 15, 14, 20, 19, 24, 25, 23, 22, 21, 29, 30, 31, 27,
        26, 28, 33, 32, 34, 35, 36, 37,
    ],
    // Every organisation tells the last of its evening first.
    &[
        0, 2, 1, 3, 5, 9, 10, 11, 13, 12, 7, 6, 8, 4, 24, 25, 20, 23, 22, 21, 18, 17, 16, 15, 14, 19, 26, 28, 27, 29,
        30, 33, 31, 34, 32, 35, 37, 36,
    ],
];

struct Story {
    running: Running,
    planned: Vec<Planned>,
}

impl Story {
    async fn begin(now: DateTime<Utc>) -> Self {
        let planned = demo::plan(&demo::marek().unwrap(), &demo::users().unwrap(), now).unwrap();
        Self { running: empty().await, planned }
    }

    async fn tell(&self, place: usize) {
        let call = self.planned[place].scripted.rest().unwrap();
        assert_eq!(call.method, Method::Post);
        let client = self.running.client(call.user.as_str());
        let answer = client.post_with(&call.path, &call.body, &call.key).await;
        assert_eq!(answer.status, 201, "{place}: {} {}: {}", call.user, call.path, answer.text);
    }

    /// One that the shelter tells of another man, to whom it gave a bed too, and the entry.
    async fn tell_of_another(&self, place: usize) -> (String, String) {
        let shelter = self.running.client(SHELTER);
        let call = self.planned[place].scripted.rest().unwrap();
        let since = call.body["occurred_at"].clone();
        let signal = json!({"channel": "shelter_intake", "identity": {"alias": "Jozef"}, "occurred_at": since});
        let other = shelter.signal(signal).await;
        let bed = json!({"kind": "night_shelter_eu", "occurred_at": since});
        shelter.post(&format!("/v1/persons/{other}/beds"), bed).await.expect(201);
        let path = call.path.replace(&marek(), &other);
        let entry = shelter.post(&path, call.body).await.expect(201).json()["event_ids"][0].clone();
        (other, entry.as_str().unwrap().to_owned())
    }

    async fn correct(&self, person: &str, entry: &str, how: &str, body: Value) -> Value {
        let shelter = self.running.client(SHELTER);
        shelter.post(&format!("/v1/persons/{person}/entries/{entry}/{how}"), body).await.expect(201).json()
    }

    /// What the coordinator reads of him, and what waits for each, but for when it was recorded and under which ids.
    async fn told(&self) -> Value {
        let coordinator = self.running.client("coordinator-rotterdam");
        let path = format!("/v1/persons/{}", marek());
        let mut file = coordinator.get(&path).await.expect(200).json();
        happened(&mut file);
        let mut waits = BTreeSet::new();
        for user in demo::users().unwrap() {
            let user = user.principal.user.to_string();
            let tasks = self.running.client(&user).all("/v1/worklist").await.into_iter();
            let of_marek = tasks.filter(|task| task["person_id"] == marek().as_str());
            waits.extend(of_marek.map(|task| format!("{user}: {}", task["kind"].as_str().unwrap())));
        }
        json!({"file": file, "timeline": self.timeline(&coordinator, &path).await, "waits": waits})
    }

    /// What counts of what happened, in its order.
    async fn timeline(&self, coordinator: &Client, path: &str) -> Vec<String> {
        let entries = coordinator.all(&format!("{path}/timeline")).await.into_iter();
        let counts = entries.filter(|entry| {
            let struck = !entry["retracted_by"].is_null() || !entry["overtaken"].is_null();
            !struck && entry["type"] != "entry_retracted"
        });
        let mut told: Vec<_> = counts
            .map(|mut entry| {
                happened(&mut entry);
                format!("{} {entry}", entry["occurred_at"])
            })
            .collect();
        told.sort();
        told
    }
}

/// Leaves what happened, of what was recorded.
fn happened(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let told = std::mem::replace(object, Map::new()).into_iter();
            object.extend(told.filter(|(name, _)| {
                let is_an_id = name.ends_with("_id") || name.ends_with("_ids");
                !is_an_id && !OF_RECORDING.contains(&name.as_str())
            }));
            object.values_mut().for_each(happened);
        }
        Value::Array(items) => {
            items.iter_mut().for_each(happened);
            // What happened at one time has no order, and lists differ in theirs.
            items.sort_by_cached_key(ToString::to_string);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_other_orders_and_with_two_mistakes_corrected_it_is_the_same_case() {
    // The attendance of a night that the shelter first ticked for the man in the next bed.
    const ATTENDANCE: usize = 14;
    let now = SystemClock.now();
    let straight = Story::begin(now).await;
    for place in 0..straight.planned.len() {
        straight.tell(place).await;
    }
    let expected = straight.told().await;
    assert_eq!(expected["file"]["phase"], "out_of_sight");
    for order in ORDERS {
        let mut left: BTreeSet<_> = (0..straight.planned.len()).collect();
        let story = Story::begin(now).await;
        let (mut moved, mut wrong) = (None, None);
        for place in order {
            assert!(left.remove(place), "{place} twice");
            if *place == ATTENDANCE {
                moved = Some(story.tell_of_another(*place).await);
            } else {
                story.tell(*place).await;
            }
            // An incident of somebody else, which the shelter notices much later.
            if *place == 13 {
                let incident = json!({"kind": "aggression", "severity": "high", "description": "a fight",
                    "occurred_at": straight.planned[15].scripted.occurred.at});
                let client = story.running.client(SHELTER);
                let path = format!("/v1/persons/{}/incidents", marek());
                wrong = Some(client.post(&path, incident).await.expect(201).json()["event_ids"][0].clone());
            }
        }
        assert!(left.is_empty(), "{left:?} is not told");
        let (other, entry) = moved.unwrap();
        let corrected = story.correct(&other, &entry, "move", json!({"to": marek()})).await;
        assert_eq!(corrected["moved_to"]["person_id"], marek());
        let wrong = wrong.unwrap();
        story.correct(&marek(), wrong.as_str().unwrap(), "retract", json!({"reason": "wrong_person"})).await;
        let told = story.told().await;
        let mut differences = Vec::new();
        compare(&expected, &told, "", &mut differences);
        assert!(differences.is_empty(), "{order:?}: {differences:#?}");
    }
}

fn compare(one: &Value, other: &Value, at: &str, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(left), Value::Object(right)) => {
            for key in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
                compare(&one[key], &other[key], &format!("{at}/{key}"), found);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            let only =
                |of: &[Value], not: &[Value]| of.iter().filter(|each| !not.contains(each)).cloned().collect::<Vec<_>>();
            for (whose, items) in [("in order", only(left, right)), ("otherwise", only(right, left))] {
                found.extend(items.iter().map(|item| format!("{at}: only {whose}: {item}")));
            }
        }
        _ if one == other => {}
        _ => found.push(format!("{at}: {one} in order and {other} otherwise")),
    }
}

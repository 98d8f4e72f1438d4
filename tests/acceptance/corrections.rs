//! What is told late, what was recorded by mistake, and what ends: over HTTP, as those do it whose day it is.

use baken::sources::{Clock, SystemClock};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Client, Running, empty};

fn ago(hours: i64) -> String {
    (SystemClock.now() - TimeDelta::hours(hours)).to_rfc3339()
}

/// Somebody whom the night shelter signalled two days ago and took in.
struct Known {
    running: Running,
    person: String,
    shelter: Client,
    coordinator: Client,
}

impl Known {
    async fn new(problems: &[&str]) -> Self {
        let running = empty().await;
        let shelter = running.client("night-shelter-rotterdam");
        let coordinator = running.client("coordinator-rotterdam");
        let signal = json!({"channel": "shelter_intake", "occurred_at": ago(48), "identity": {"alias": "Tadek"},
            "problems": problems});
        let person = shelter.signal(signal).await;
        let known = Self { running, person, shelter, coordinator };
        let intake = json!({"location_type": "night_shelter_eu", "occurred_at": ago(47)});
        known.shelter.post(&known.path("intakes"), intake).await.expect(201);
        known
    }

    fn path(&self, part: &str) -> String {
        format!("/v1/persons/{}/{part}", self.person)
    }

    async fn waits(&self, client: &Client) -> Vec<String> {
        let all = client.all("/v1/worklist").await.into_iter().filter(|task| task["person_id"] == self.person.as_str());
        all.map(|task| task["kind"].as_str().unwrap().to_owned()).collect()
    }

    async fn case(&self, client: &Client) -> Value {
        client.get(&format!("/v1/persons/{}", self.person)).await.expect(200).json()
    }

    /// The last entry of a type, as the coordinator reads the timeline.
    async fn entry(&self, kind: &str) -> Value {
        let timeline = self.coordinator.all(&self.path("timeline")).await;
        timeline.into_iter().rfind(|entry| entry["type"] == kind).unwrap_or_else(|| panic!("no {kind}"))
    }

    async fn retract(&self, client: &Client, kind: &str) -> u16 {
        let id = self.entry(kind).await["event_id"].as_str().unwrap().to_owned();
        let body = json!({"reason": "wrong_person", "explanation": "it was his brother"});
        client.post(&self.path(&format!("entries/{id}/retract")), body).await.status.as_u16()
    }
}

#[tokio::test]
async fn an_older_bed_that_is_sent_late_releases_nothing() {
    let known = Known::new(&[]).await;
    let shelter24 = known.running.client("shelter24-rotterdam");
    let referral = json!({"to": "shelter24-rotterdam", "offering": "bed_24h"});
    known.coordinator.post(&known.path("referrals"), referral).await.expect(201);
    let tonight = json!({"kind": "shelter_24h", "occurred_at": ago(1)});
    let tonight = shelter24.post(&known.path("beds"), tonight).await.expect(201).id("bed_id");
    let yesterday = json!({"kind": "night_shelter_eu", "occurred_at": ago(26)});
    known.shelter.post(&known.path("beds"), yesterday).await.expect(201);
    let stays = known.case(&known.coordinator).await["presence"]["stays"].clone();
    let open: Vec<_> = stays.as_array().unwrap().iter().filter(|stay| stay["released_at"].is_null()).collect();
    assert_eq!(open.len(), 1, "{stays}");
    assert_eq!(open[0]["bed_id"], tonight.as_str());
}

#[tokio::test]
async fn a_death_on_the_wrong_person_is_a_task_once_he_is_seen_and_is_taken_back() {
    let known = Known::new(&["memory_problem"]).await;
    let before = known.waits(&known.coordinator).await;
    known.coordinator.post(&known.path("death"), json!({"died_on": ago(24)[..10]})).await.expect(201);
    assert_eq!(known.waits(&known.coordinator).await, ["close_after_death"]);
    known.shelter.post(&known.path("attendances"), json!({"status": "present"})).await.expect(201);
    assert_eq!(known.waits(&known.coordinator).await, ["review_sign_of_life"]);
    assert_eq!(known.retract(&known.coordinator, "death_recorded").await, 201);
    assert_eq!(known.waits(&known.coordinator).await, before);
    let struck = known.entry("death_recorded").await;
    assert!(struck["retracted_by"].is_string(), "{struck}");
}

#[tokio::test]
async fn a_wrong_attendance_is_taken_back_by_those_who_recorded_it_and_leaves_no_second_episode() {
    let known = Known::new(&[]).await;
    let day_shelter = known.running.client("day-shelter-rotterdam");
    let referral = json!({"to": "day-shelter-rotterdam", "offering": "meal_warm_seat"});
    known.coordinator.post(&known.path("referrals"), referral).await.expect(201);
    let lookout = json!({"recipients": [{"organisation": "outreach-rotterdam"}], "description": "a man of 44"});
    known.shelter.post(&known.path("lookouts"), lookout).await.expect(201);
    day_shelter.post(&known.path("attendances"), json!({"status": "present"})).await.expect(201);
    known.coordinator.post(&known.path("out-of-sight"), json!({})).await.expect(201);
    assert_eq!(known.case(&known.coordinator).await["presence"]["out_of_sight_episodes"], 2);
    // Another organisation learns nothing of the entry, not even that it is there.
    assert_eq!(known.retract(&known.shelter, "attendance_recorded").await, 409);
    assert_eq!(known.retract(&day_shelter, "attendance_recorded").await, 201);
    assert_eq!(known.retract(&day_shelter, "attendance_recorded").await, 409);
    let case = known.case(&known.coordinator).await;
    assert_eq!(case["presence"]["out_of_sight_episodes"], 1);
    assert_eq!(case["escalated_at"], Value::Null);
    let outreach = known.running.client("outreach-rotterdam");
    assert_eq!(outreach.all("/v1/lookouts").await.len(), 1, "nobody had found him: they look out again");
}

#[tokio::test]
async fn the_police_see_a_care_alert_until_he_is_found_and_are_told_that_it_is_over() {
    let known = Known::new(&[]).await;
    let police = known.running.client("police-rotterdam");
    let alert = json!({"to": "police-rotterdam", "description": "a man in a blue coat"});
    known.shelter.post(&known.path("care-alerts"), alert).await.expect(201);
    assert_eq!(police.get(&format!("/v1/persons/{}", known.person)).await.status, 200);
    known.shelter.post(&known.path("attendances"), json!({"status": "present"})).await.expect(201);
    assert_eq!(police.get(&format!("/v1/persons/{}", known.person)).await.status, 404);
    assert_eq!(police.all("/v1/care-alerts").await.len(), 0);
    assert_eq!(known.waits(&police).await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_closed_case_opens_again_when_somebody_comes_back() {
    for (part, body) in [
        ("intakes", json!({"location_type": "night_shelter_eu"})),
        ("beds", json!({"kind": "night_shelter_eu"})),
        ("contacts", json!({})),
        ("attendances", json!({"status": "present"})),
    ] {
        let known = Known::new(&[]).await;
        known.coordinator.post(&known.path("close"), json!({"reason": "housed"})).await.expect(201);
        assert_eq!(known.case(&known.coordinator).await["phase"], "closed");
        known.shelter.post(&known.path(part), body).await.expect(201);
        assert_ne!(known.case(&known.coordinator).await["phase"], "closed", "{part}");
        assert!(known.waits(&known.coordinator).await.contains(&"review_reopened".to_owned()), "{part}");
    }
}

#[tokio::test]
async fn a_declined_referral_asks_the_sender_and_the_coordinator_what_now() {
    let known = Known::new(&[]).await;
    let referral = json!({"to": "addiction-care-rotterdam", "offering": "addiction_care"});
    let referral = known.shelter.post(&known.path("referrals"), referral).await.expect(201).id("referral_id");
    let decline = known.path(&format!("referrals/{referral}/decline"));
    let care = known.running.client("addiction-care-rotterdam");
    care.post(&decline, json!({"reason": "uninsured"})).await.expect(201);
    for client in [&known.shelter, &known.coordinator] {
        let tasks = client.all("/v1/worklist?kind=next_step").await;
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks[0]["suggestion"], "uninsured_scheme");
        assert_eq!(tasks[0]["identity"]["alias"], "Tadek");
    }
}

#[tokio::test]
async fn the_worklist_begins_with_what_is_at_stake() {
    let known = Known::new(&["memory_problem"]).await;
    let lookout = json!({"recipients": [{"organisation": "outreach-rotterdam"}], "description": "a man of 44"});
    known.shelter.post(&known.path("lookouts"), lookout).await.expect(201);
    let stakes = ["danger", "urgent", "waiting", "routine", "review"];
    let tasks = known.coordinator.all("/v1/worklist").await;
    let ranks: Vec<_> = tasks.iter().map(|task| stakes.iter().position(|stake| task["stake"] == *stake)).collect();
    assert!(ranks.is_sorted() && ranks.iter().all(Option::is_some), "{ranks:?}");
    assert_eq!((&tasks[0]["kind"], &tasks[0]["stake"]), (&json!("find_person"), &json!("danger")));
    known.coordinator.get("/v1/worklist?kind=nonsense").await.expect(422);
}

#[tokio::test]
async fn an_attendance_that_was_ticked_for_the_wrong_man_finds_the_right_one_and_the_other_is_looked_for_again() {
    let known = Known::new(&[]).await;
    let other = known.shelter.signal(json!({"channel": "shelter_intake", "occurred_at": ago(48)})).await;
    let of_other = |part: &str| format!("/v1/persons/{other}/{part}");
    known.shelter.post(&of_other("intakes"), json!({"occurred_at": ago(47)})).await.expect(201);
    let phase = async |person: &str| {
        let file = known.coordinator.get(&format!("/v1/persons/{person}")).await.expect(200).json();
        file["phase"].as_str().unwrap().to_owned()
    };
    for person in [&known.person, &other] {
        let lost = json!({"occurred_at": ago(20)});
        known.shelter.post(&format!("/v1/persons/{person}/out-of-sight"), lost).await.expect(201);
    }
    let came = json!({"status": "present", "occurred_at": ago(2), "occurred_precision": "approximate"});
    known.shelter.post(&known.path("attendances"), came).await.expect(201);
    let before = known.coordinator.get(&format!("/v1/persons/{}", known.person)).await.expect(200);
    assert_eq!([phase(&known.person).await, phase(&other).await], ["in_contact", "out_of_sight"]);
    let entry = known.entry("attendance_recorded").await;
    let path = known.path(&format!("entries/{}/move", entry["event_id"].as_str().unwrap()));
    let moved = known.shelter.post(&path, json!({"to": other, "explanation": "the beds are side by side"})).await;
    let moved = moved.expect(201);
    assert_eq!(moved.json()["moved_to"]["person_id"], other.as_str());
    assert_ne!(moved.headers["ETag"], before.headers["ETag"]);
    assert_eq!([phase(&known.person).await, phase(&other).await], ["out_of_sight", "in_contact"]);
    // There it stands as it was told; here it is struck, and why.
    let there = known.coordinator.all(&of_other("timeline")).await;
    let there = there.iter().find(|entry| entry["type"] == "attendance_recorded").unwrap();
    for field in ["occurred_at", "occurred_precision", "recorded_by", "recorded_by_role"] {
        assert_eq!(there[field], entry[field], "{field}");
    }
    let told = known.entry("entry_moved").await;
    assert_eq!(told["details"]["explanation"], "the beds are side by side");
    let retraction = known.entry("entry_retracted").await;
    assert_eq!(retraction["details"]["reason"], "wrong_person");
    let struck = known.entry("attendance_recorded").await;
    assert_eq!(struck["retracted_by"], retraction["event_id"]);
    // What is told of the one names the other nowhere, not even to those who see both.
    for (person, hidden) in [(&known.person, &other), (&other, &known.person)] {
        for part in ["", "/timeline"] {
            let shown = known.coordinator.get(&format!("/v1/persons/{person}{part}")).await.expect(200).text;
            assert!(!shown.contains(hidden.as_str()), "{shown}");
        }
    }
}

#[tokio::test]
async fn an_entry_is_not_moved_to_whom_one_does_not_see_nor_to_the_same_person_nor_twice() {
    let known = Known::new(&[]).await;
    known.shelter.post(&known.path("contacts"), json!({})).await.expect(201);
    let entry = known.entry("contact_made").await["event_id"].as_str().unwrap().to_owned();
    let path = known.path(&format!("entries/{entry}/move"));
    let day_shelter = known.running.client("day-shelter-rotterdam");
    let unseen = day_shelter.signal(json!({"channel": "drop_in_visit"})).await;
    let nobody = "0199a3f2-0000-7000-8000-000000000009";
    let mut refused = Vec::new();
    for to in [unseen.as_str(), nobody] {
        let mut answer = known.shelter.post(&path, json!({"to": to})).await.expect(422).json();
        assert_eq!(answer["errors"][0]["pointer"], "/to");
        answer.as_object_mut().unwrap().retain(|name, _| name != "instance" && name != "request_id");
        refused.push(answer);
    }
    assert_eq!(refused[0], refused[1], "whom one does not see is as one who is not there");
    let code = async |client: &Client, to: &str| {
        client.post(&path, json!({"to": to})).await.json()["code"].as_str().map(str::to_owned)
    };
    assert_eq!(code(&known.shelter, &known.person).await.as_deref(), Some("entry_moved_to_same_person"));
    let other = known.shelter.signal(json!({"channel": "shelter_intake"})).await;
    known.shelter.post(&path, json!({"to": other})).await.expect(201);
    assert_eq!(code(&known.shelter, &other).await.as_deref(), Some("entry_already_moved"));
    assert_eq!(known.retract(&known.shelter, "contact_made").await, 409);
}

#[tokio::test]
async fn a_sighting_that_a_telephone_kept_is_taken_after_the_lookout_and_asks_for_a_look() {
    let known = Known::new(&[]).await;
    let outreach = known.running.client("outreach-rotterdam");
    let recipients = json!([{"organisation": "outreach-rotterdam"}]);
    let body = json!({"recipients": recipients, "description": "a man of 44", "occurred_at": ago(4)});
    let lookout = known.shelter.post(&known.path("lookouts"), body).await.expect(201).id("lookout_id");
    let acknowledged = json!({"occurred_at": ago(3)});
    outreach.post(&known.path(&format!("lookouts/{lookout}/acknowledge")), acknowledged).await.expect(201);
    let end = json!({"reason": "no_longer_needed", "occurred_at": ago(1)});
    known.shelter.post(&known.path(&format!("lookouts/{lookout}/end")), end).await.expect(201);
    let seen = |at: String| json!({"location": "The station", "occurred_at": at});
    let path = known.path(&format!("lookouts/{lookout}/sightings"));
    let late = outreach.post(&path, seen(ago(0))).await.expect(409);
    assert_eq!(late.json()["code"], "lookout_closed", "nobody looked out any more");
    for hours in [2, 3] {
        outreach.post(&path, seen(ago(hours))).await.expect(201);
    }
    known.running.client("day-shelter-rotterdam").post(&path, seen(ago(2))).await.expect(404);
    let told = known.case(&known.coordinator).await;
    assert_eq!(told["lookouts"][0]["sightings"][0]["location"], "The station");
    for who in [&known.coordinator, &known.shelter] {
        assert!(known.waits(who).await.contains(&"review_sighting".to_owned()), "{:?}", known.waits(who).await);
    }
}

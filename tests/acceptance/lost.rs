//! Somebody is lost: who is told, who looks out, who reports a sighting and learns nothing by it, and whom the
//! coordinator is asked about.

use baken::sources::{Clock, SystemClock};
use std::time::Duration;

use serde_json::{Value, json};

use crate::board::browser::Browser;
use crate::support::{Client, Running, camel, demo_world, empty, marek};

/// A man in a bed of the night shelter who is out of sight, looked for by outreach and the 24-hour shelter.
struct Case {
    person: String,
    lookout: String,
}

async fn looked_for(running: &Running) -> Case {
    let shelter = running.client("night-shelter-rotterdam");
    let claim = json!({"alias": "Tadek", "sex": "male", "approximate_age": 44, "countries": ["PL"]});
    let signal = json!({"channel": "shelter_intake", "identity": claim, "observations": "coughs",
        "problems": ["confused_behaviour"]});
    let person = shelter.signal(signal).await;
    let path = |part: &str| format!("/v1/persons/{person}/{part}");
    shelter.post(&path("beds"), json!({"kind": "night_shelter_eu"})).await.expect(201);
    shelter.post(&path("notes"), json!({"text": "he has a sister in Gouda"})).await.expect(201);
    let recipients = json!([{"organisation": "outreach-rotterdam"}, {"organisation": "shelter24-rotterdam"}]);
    let body = json!({"recipients": recipients, "description": "a man of 44 with a limp"});
    let lookout = shelter.post(&path("lookouts"), body).await.expect(201).id("lookout_id");
    Case { person, lookout }
}

/// Everything that a client can read of anything, as text.
async fn all_that_is_read(client: &Client, person: &str) -> String {
    let mut read = String::new();
    for path in [format!("/v1/persons/{person}"), format!("/v1/persons/{person}/matches")] {
        read += &client.get(&path).await.text;
    }
    let timeline = format!("/v1/persons/{person}/timeline");
    let lists = ["persons", "worklist", "lost", "lookouts", "care-alerts", "referrals", "exceptions", "handovers"];
    for path in lists.iter().map(|list| format!("/v1/{list}")).chain([timeline]) {
        let page = client.get(&path).await;
        if page.status == 200 {
            read += &client.all(&path).await.into_iter().map(|item| item.to_string()).collect::<String>();
        }
    }
    read
}

const SECRETS: [&str; 6] = ["Tadek", "coughs", "Gouda", "confused_behaviour", "night_shelter_eu", "PL"];

#[tokio::test]
async fn whoever_reports_a_sighting_gets_a_receipt_and_not_the_case() {
    let running = empty().await;
    let case = looked_for(&running).await;
    let sightings = format!("/v1/persons/{}/lookouts/{}/sightings", case.person, case.lookout);
    let outsider = running.client("shelter24-rotterdam");
    let before = all_that_is_read(&outsider, &case.person).await;
    assert!(before.contains("a man of 44 with a limp"));
    for secret in SECRETS {
        assert!(!before.contains(secret), "{secret}: {before}");
    }
    let seen = json!({"location_type": "street", "location": "at the fish stall"});
    let receipt = outsider.post(&sightings, seen.clone()).await.expect(201).json();
    let told: Vec<_> = receipt.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(told, ["event_ids", "person_id", "position", "revision"]);
    let after = all_that_is_read(&outsider, &case.person).await;
    for secret in SECRETS {
        assert!(!after.contains(secret), "{secret}: {after}");
    }
    assert!(after.contains("at the fish stall"), "what they reported themselves they read");

    // The coordinator reads it, and nobody is back in sight by it.
    let coordinator = running.client("coordinator-rotterdam");
    let lost = coordinator.all("/v1/lost").await;
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0]["person_id"], case.person.as_str());
    assert_eq!(lost[0]["identity"]["alias"], "Tadek");
    assert_eq!(lost[0]["episode"]["because"], "lookout_issued");
    assert_eq!(lost[0]["last_seen"]["location"], "at the fish stall");
    assert_eq!(lost[0]["last_seen"]["recorded_by"], "shelter24-rotterdam");
    assert_eq!(lost[0]["lookouts"][0]["silent"], json!(["outreach-rotterdam"]), "who saw somebody has read it");
    assert_eq!(lost[0]["next"]["kind"], "find_person");

    // Somebody whom nobody asked is told that there is no such person.
    let stranger = running.client("night-shelter-utrecht");
    stranger.post(&sightings, seen).await.expect(404);
}

#[tokio::test]
async fn who_looked_out_finds_it_among_what_is_over_and_learns_nothing_else() {
    let running = empty().await;
    let case = looked_for(&running).await;
    let (outreach, shelter) = (running.client("outreach-rotterdam"), running.client("night-shelter-rotterdam"));
    let board = Browser::of(&running.url, "outreach-rotterdam").await;
    let number = case.person.rsplit('-').next().unwrap()[..6].to_owned();
    let before = board.get("/board/lookouts").await;
    assert!(before.words().contains("a man of 44 with a limp") && before.words().contains(&number));
    assert_eq!(outreach.all("/v1/ended").await, Vec::<Value>::new());

    let resolve = format!("/v1/persons/{}/lookouts/{}/resolve", case.person, case.lookout);
    shelter.post(&resolve, json!({"outcome": "found_in_care"})).await.expect(201);
    for user in ["outreach-rotterdam", "shelter24-rotterdam"] {
        let client = running.client(user);
        let ended = client.all("/v1/ended").await;
        let fields: Vec<_> = ended[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!((ended.len(), fields), (1, vec!["asked", "ended_at", "person_id", "subject_id"]), "{user}");
        assert_eq!(ended[0]["subject_id"], case.lookout.as_str());
        let query = "{ ended { nodes { subjectId asked personId endedAt } } }";
        let node = client.graphql(query, json!({})).await["data"]["ended"]["nodes"][0].clone();
        for (field, value) in ended[0].as_object().unwrap() {
            assert_eq!(node[camel(field)], *value, "{user}");
        }
    }
    for user in ["coordinator-rotterdam", "night-shelter-rotterdam", "police-rotterdam", "liaison-pl"] {
        assert_eq!(running.client(user).all("/v1/ended").await, Vec::<Value>::new(), "{user}");
    }
    let after = board.get("/board/lookouts").await.words();
    assert!(after.contains(&number) && after.contains("niets meer voor te doen"), "{after}");
    for secret in SECRETS.iter().chain(&["limp", "found_in_care", "in zorg"]) {
        assert!(!after.contains(secret), "{secret}: {after}");
    }
}

#[tokio::test]
async fn what_is_seen_too_late_is_refused_with_the_reason() {
    let running = empty().await;
    let case = looked_for(&running).await;
    let lookouts = format!("/v1/persons/{}/lookouts", case.person);
    let shelter = running.client("night-shelter-rotterdam");
    let seen = json!({"location_type": "street"});
    let resolve = json!({"outcome": "found_safe"});
    running
        .client("outreach-rotterdam")
        .post(&format!("{lookouts}/{}/acknowledge", case.lookout), json!({}))
        .await
        .expect(201);
    shelter.post(&format!("{lookouts}/{}/resolve", case.lookout), resolve).await.expect(201);
    // One has said that they look out, the other has not; both are told the same.
    for user in ["shelter24-rotterdam", "outreach-rotterdam"] {
        for part in ["sightings", "acknowledge"] {
            let body = if part == "sightings" { seen.clone() } else { json!({}) };
            let refused = running.client(user).post(&format!("{lookouts}/{}/{part}", case.lookout), body).await;
            assert_eq!(refused.clone().expect(409).json()["code"], "lookout_closed", "{}", refused.text);
        }
    }
    running
        .client("night-shelter-utrecht")
        .post(&format!("{lookouts}/{}/sightings", case.lookout), seen.clone())
        .await
        .expect(404);
    // The same where it ended by itself.
    let soon = SystemClock.now() + chrono::TimeDelta::seconds(2);
    let body = json!({"recipients": [{"organisation": "shelter24-rotterdam"}], "description": "a man",
        "expires_at": soon.to_rfc3339()});
    let lookout = shelter.post(&lookouts, body).await.expect(201).id("lookout_id");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let late = running.client("shelter24-rotterdam").post(&format!("{lookouts}/{lookout}/sightings"), seen).await;
    assert_eq!(late.expect(409).json()["code"], "lookout_closed");
}

fn unknown_man() -> Value {
    json!({
        "channel": "outreach_round", "location_type": "street", "problems": ["confused_behaviour"],
        "identity": {"alias": "Tadeusz", "sex": "male", "approximate_age": 45},
    })
}

async fn reviews(client: &Client) -> Vec<Value> {
    let mut tasks = client.all("/v1/worklist").await;
    tasks.retain(|task| task["kind"] == "review_match");
    tasks
}

#[tokio::test]
async fn a_stranger_who_fits_is_suggested_to_the_coordinator_and_never_linked_by_itself() {
    let running = empty().await;
    let case = looked_for(&running).await;
    let coordinator = running.client("coordinator-rotterdam");
    assert!(reviews(&coordinator).await.is_empty());
    let stranger = running.client("outreach-rotterdam").signal(unknown_man()).await;

    let waiting = reviews(&coordinator).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["person_id"], stranger.as_str());
    assert_eq!(waiting[0]["subject_id"], case.person.as_str());
    assert_eq!(waiting[0]["because"], "signal_received");
    let time = |name: &str| chrono::DateTime::parse_from_rfc3339(waiting[0][name].as_str().unwrap()).unwrap();
    assert_eq!(time("due_at") - time("since"), chrono::TimeDelta::hours(24));

    // Either is suggested on the other's side, with what agrees.
    for (one, other) in [(&stranger, &case.person), (&case.person, &stranger)] {
        let found = coordinator.all(&format!("/v1/persons/{one}/matches")).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["person_id"], other.as_str());
        let reasons: Vec<_> = found[0]["reasons"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(reasons.contains(&"problems") && reasons.contains(&"approximate_age"), "{reasons:?}");
        assert!(found[0]["score"].as_f64().unwrap() >= 6.0);
        let file = coordinator.get(&format!("/v1/persons/{one}")).await.expect(200).json();
        assert!(file.get("linked_persons").is_none(), "nobody is linked by a suggestion");
    }
    let query = "query($id: ID!) { person(id: $id) { matches { nodes { personId score reasons outOfSight } } } }";
    let answer = coordinator.graphql(query, json!({"id": stranger})).await;
    assert_eq!(answer["data"]["person"]["matches"]["nodes"][0]["personId"], case.person.as_str());
    assert_eq!(answer["data"]["person"]["matches"]["nodes"][0]["outOfSight"], true);

    // Those who know one of them, or both, are told nothing of it.
    for user in ["night-shelter-rotterdam", "outreach-rotterdam", "shelter24-rotterdam", "assessor-rotterdam"] {
        let client = running.client(user);
        assert!(reviews(&client).await.is_empty(), "{user}");
        for person in [&stranger, &case.person] {
            let answer = client.get(&format!("/v1/persons/{person}/matches")).await;
            assert!(answer.status == 404 || answer.json()["items"] == json!([]), "{user}: {}", answer.text);
        }
        let dismiss = format!("/v1/persons/{stranger}/matches/{}/dismiss", case.person);
        assert!([403, 404].contains(&client.post(&dismiss, json!({})).await.status.as_u16()), "{user}");
    }
    let running = running.restart().await;
    assert_eq!(reviews(&running.client("coordinator-rotterdam")).await, waiting, "what waits is folded from the log");
}

#[tokio::test]
async fn the_coordinator_answers_a_suggestion_and_it_is_gone_on_both_sides() {
    let running = empty().await;
    let case = looked_for(&running).await;
    let coordinator = running.client("coordinator-rotterdam");
    let outreach = running.client("outreach-rotterdam");
    let (one, two) = (outreach.signal(unknown_man()).await, outreach.signal(unknown_man()).await);
    let matches = |person: &str| format!("/v1/persons/{person}/matches");
    assert_eq!(coordinator.all(&matches(&case.person)).await.len(), 2);

    // He is not the first of them …
    let dismissed = format!("/v1/persons/{one}/matches/{}/dismiss", case.person);
    coordinator.post(&dismissed, json!({"explanation": "the other one has a beard"})).await.expect(201);
    coordinator.post(&dismissed, json!({})).await.expect(409);
    let others = |items: Vec<Value>| -> Vec<String> {
        items.iter().map(|item| item["person_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(others(coordinator.all(&matches(&one)).await), std::slice::from_ref(&two));
    assert_eq!(others(coordinator.all(&matches(&case.person)).await), std::slice::from_ref(&two));
    let nobody = format!("/v1/persons/{one}/matches/00000000-0000-8000-8000-000000000000/dismiss");
    coordinator.post(&nobody, json!({})).await.expect(404);
    // … which the one who signalled him does not read.
    let timeline = format!("/v1/persons/{one}/timeline");
    let types = |items: Vec<Value>| items.iter().any(|entry| entry["type"] == "match_dismissed");
    assert!(types(coordinator.all(&timeline).await) && !types(outreach.all(&timeline).await));

    // … and he is the second, whose search is over with that.
    let link = json!({"with": case.person, "basis": "recognised_by_professional"});
    coordinator.post(&format!("/v1/persons/{two}/links"), link).await.expect(201);
    let left = reviews(&coordinator).await;
    assert_eq!(left, [] as [Value; 0]);
    assert_eq!(others(coordinator.all(&matches(&one)).await), [] as [String; 0]);
}

#[tokio::test]
async fn the_coordinator_of_the_demo_world_sees_who_is_lost_and_both_times_that_marek_was() {
    let running = demo_world().await;
    let coordinator = running.client("coordinator-rotterdam");
    let lost = coordinator.all("/v1/lost").await;
    let due: Vec<_> = lost.iter().map(|each| each["next"]["due_at"].as_str().unwrap().to_owned()).collect();
    assert!(due.is_sorted(), "due first: {due:?}");
    let found = lost.iter().find(|each| each["person_id"] == marek().as_str()).unwrap();
    assert_eq!((&found["episode"]["number"], &found["episode"]["because"]), (&json!(2), &json!("lookout_issued")));
    assert!(found["escalated_at"].is_string());
    assert_eq!(found["vulnerable"], true);
    let earlier = &found["earlier_episodes"][0];
    assert_eq!((&earlier["because"], &earlier["ended_by"]), (&json!("no_show_recorded"), &json!("discharged_to")));
    let query = "{ lost(first: 3) { nodes { personId episode { number because } } } }";
    let answer = coordinator.graphql(query, json!({})).await;
    assert_eq!(answer["data"]["lost"]["nodes"][0]["personId"], lost[0]["person_id"]);
    for user in ["police-rotterdam", "assessor-rotterdam", "coordinator-amsterdam", "analyst-national"] {
        let others = running.client(user).all("/v1/lost").await;
        assert!(others.iter().all(|each| each["person_id"] != marek().as_str()), "{user}");
    }
}

//! The access log: what is shown is recorded before it is shown, and can be read again.

use std::collections::BTreeSet;

use baken::access_log::{AccessLog, Action, Numbered, Of, Outcome, Surface};
use care_path::{CarePath, PersonId};
use serde_json::{Value, json};

use crate::support::{Running, demo_world, empty};

const BEDS: &str = "night-shelter-rotterdam-beds";

/// The routes that read, with what their paths name filled in.
fn paths(person: PersonId, handover: &str) -> Vec<String> {
    let spec: Value = serde_json::from_str(include_str!("../../api-spec/openapi.json")).unwrap();
    let fill = |path: &String| {
        path.replace("{person_id}", &person.to_string())
            .replace("{handover_id}", handover)
            .replace("{facility_id}", BEDS)
            .replace("{list}", "phase")
            .replace("{period}", "2026-Q1")
            .replace("{form}", "csv")
    };
    let reads = spec["paths"].as_object().unwrap().iter().filter(|(_, route)| route["get"].is_object());
    // A stream does not end.
    let paths: Vec<_> = reads.map(|(path, _)| fill(path)).filter(|path| path != "/v1/stream").collect();
    assert!(paths.len() > 20, "{paths:?}");
    paths
}

async fn records(running: &Running, limit: usize) -> Vec<Numbered> {
    running.access().read(Of::Everybody, None, limit).await.unwrap()
}

/// The persons whose ids stand in a text.
fn named(persons: &BTreeSet<PersonId>, text: &str) -> BTreeSet<PersonId> {
    persons.iter().filter(|person| text.contains(&person.to_string())).copied().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_that_names_somebody_is_recorded_once_with_whom_it_names() {
    let running = demo_world().await;
    let streams = running.streams().await;
    let persons: BTreeSet<_> = streams.keys().copied().collect();
    // Whoever has several ids is recorded under one of them, and found under each.
    let ids_of = |person: &PersonId| -> BTreeSet<PersonId> {
        let path = CarePath::fold(streams[person].iter().map(|(stamp, event)| (stamp, event)));
        let linked_to = |other: &&PersonId| {
            let of_other = CarePath::fold(streams[*other].iter().map(|(stamp, event)| (stamp, event)));
            of_other.linked_with().any(|linked| linked == *person)
        };
        path.linked_with().chain(persons.iter().filter(linked_to).copied()).chain([*person]).collect()
    };
    let coordinator = running.client("coordinator-rotterdam");
    let handovers = running.client("liaison-pl").all("/v1/handovers").await;
    let handover = handovers.first().map_or("none", |each| each["handover_id"].as_str().unwrap()).to_owned();
    let mut answers = 0;
    for user in baken::demo::users().unwrap() {
        let client = running.client(user.user.as_str());
        for person in persons.iter().take(6) {
            for path in paths(*person, &handover) {
                let before = records(&running, 1).await.first().map_or(0, |last| last.number);
                let answer = client.get(&path).await;
                let mut asked = answer.text.replace(&path, "");
                if answer.status.as_u16() == 404 {
                    asked.clear();
                }
                let names = named(&persons, &asked);
                let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
                let new: Vec<_> = records(&running, 5).await.into_iter().filter(|each| each.number > before).collect();
                let shown: Vec<_> = new.iter().filter(|each| each.access.outcome == Outcome::Shown).collect();
                assert!(new.iter().all(|each| each.access.asks.request_id.0.to_string() == id), "{path}");
                assert!(shown.len() <= 1, "{path}: {shown:?}");
                // A checkpoint tells of nobody.
                if path.ends_with("/checkpoint") {
                    assert!(new.is_empty(), "{} {path}: {new:?}", user.user);
                    continue;
                }
                // Of the log itself it is recorded that it was read, and of whom if one was asked for.
                if path.starts_with("/v1/access-log") {
                    let reviewed: Vec<_> = shown.iter().map(|each| each.access.asks.action).collect();
                    assert_eq!(
                        reviewed,
                        vec![Action::Review; usize::from(answer.status.is_success())],
                        "{}",
                        user.user
                    );
                    continue;
                }
                let recorded: BTreeSet<_> =
                    shown.iter().flat_map(|each| each.access.persons.iter().map(|person| person.person_id)).collect();
                let lacking: Vec<_> = names.iter().filter(|named| ids_of(named).is_disjoint(&recorded)).collect();
                assert!(lacking.is_empty(), "{} {path}: {lacking:?} of {}", user.user, answer.text);
                answers += usize::from(!names.is_empty());
            }
        }
    }
    assert!(answers > 100, "{answers}");
    let query = "{ persons(first: 50) { nodes { personId } } worklist { nodes { personId } } }";
    let told = coordinator.graphql(query, json!({})).await.to_string();
    let last = records(&running, 1).await.remove(0).access;
    assert_eq!((last.asks.surface, last.user.as_str()), (Surface::Graphql, "coordinator-rotterdam"));
    let recorded: BTreeSet<_> = last.persons.iter().map(|person| person.person_id).collect();
    assert!(named(&persons, &told).is_subset(&recorded));
}

#[tokio::test]
async fn a_privacy_officer_reads_who_saw_somebody_and_it_is_recorded_that_they_did() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake", "identity": {"alias": "M."}})).await;
    shelter.get(&format!("/v1/persons/{person}")).await.expect(200);
    running.client("police-rotterdam").get(&format!("/v1/persons/{person}")).await.expect(404);
    let nobody = "0199a3f2-0000-7000-8000-000000000001";
    running.client("police-rotterdam").get(&format!("/v1/persons/{nobody}")).await.expect(404);

    let officer = running.client("privacy-officer");
    let told = officer.all(&format!("/v1/access-log?person_id={person}")).await;
    let of = |record: &Value| {
        (record["user"].clone(), record["outcome"].clone(), record["persons"][0]["categories"].clone())
    };
    assert_eq!(of(&told[0]), (json!("police-rotterdam"), json!("hidden"), json!([])));
    assert_eq!(of(&told[1]), (json!("night-shelter-rotterdam"), json!("shown"), json!(["presence", "identity"])));
    assert_eq!(told[1]["operation"], "GET /v1/persons/{person_id}");
    let again = officer.all("/v1/access-log?user=privacy-officer").await;
    assert_eq!((&again[0]["action"], &again[0]["persons"][0]["person_id"]), (&json!("review"), &json!(person)));
    let refused = officer.get(&format!("/v1/access-log?user=x&person_id={person}")).await.expect(422);
    assert!(refused.text.contains("person_id"), "{}", refused.text);
    for user in ["coordinator-rotterdam", "administrator", "analyst-national", "night-shelter-rotterdam"] {
        running.client(user).get("/v1/access-log").await.expect(403);
        running.client(user).get(&format!("/v1/persons/{person}/access-log")).await.expect(403);
    }
}

#[tokio::test]
async fn a_person_is_told_by_their_supporter_who_saw_them() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake", "identity": {"alias": "M."}})).await;
    let supporter = running.client("supporter-rotterdam");
    supporter.get(&format!("/v1/persons/{person}/access-log")).await.expect(404);
    let referral = json!({"to": "supporter-rotterdam", "offering": "client_support"});
    shelter.post(&format!("/v1/persons/{person}/referrals"), referral).await.expect(201);
    for _ in 0..2 {
        shelter.get(&format!("/v1/persons/{person}")).await.expect(200);
    }
    let told = supporter.get(&format!("/v1/persons/{person}/access-log")).await.expect(200).json();
    let by = told["items"].as_array().unwrap();
    let shelters = by.iter().find(|each| each["organisation"] == "night-shelter-rotterdam").unwrap();
    assert_eq!((&shelters["role"], &shelters["times"]), (&json!("shelter_worker"), &json!(2)));
    assert!(by.iter().all(|each| each.get("user").is_none()));
}

#[tokio::test]
async fn what_a_stream_tells_is_recorded_before_it_is_told() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let mut stream = shelter.listen("/v1/stream", None).await;
    let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
    let mut told = String::new();
    while !told.contains(&person) {
        told.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
        if told.contains(&person) {
            let of_person = Of::Persons(vec![person.parse().map(PersonId).unwrap()]);
            let recorded = running.access().read(of_person, None, 10).await.unwrap();
            assert_eq!(
                (recorded[0].access.asks.surface, recorded[0].access.asks.action),
                (Surface::Stream, Action::Deliver)
            );
        }
    }
}

#[tokio::test]
async fn what_stands_out_is_told_to_the_privacy_officer_alone_and_reading_it_is_recorded() {
    let running = empty().await;
    let police = running.client("police-rotterdam");
    for number in 0..6 {
        police.get(&format!("/v1/persons/0199a3f2-0000-7000-8000-00000000000{number}")).await.expect(404);
    }
    let officer = running.client("privacy-officer");
    let told = officer.get("/v1/access-log/patterns").await.expect(200).json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1, "{told}");
    let tried = &told["items"][0];
    assert_eq!(
        (&tried["kind"], &tried["user"], &tried["count"]),
        (&json!("ids_tried"), &json!("police-rotterdam"), &json!(6))
    );
    let long_ago = "/v1/access-log/patterns?from=2020-01-01T00:00:00Z&until=2020-02-01T00:00:00Z";
    assert_eq!(officer.get(long_ago).await.expect(200).json()["records"], 0);
    officer.get("/v1/access-log/patterns?from=2020-02-01T00:00:00Z&until=2020-01-01T00:00:00Z").await.expect(422);
    let records = officer.all("/v1/access-log?user=privacy-officer").await;
    assert!(
        records.iter().any(|each| each["operation"] == "GET /v1/access-log/patterns" && each["action"] == "review")
    );
    let earlier = officer.all("/v1/access-log?user=police-rotterdam&until=2020-01-01T00:00:00Z").await;
    assert_eq!(earlier, Vec::<Value>::new());
    assert_eq!(officer.all("/v1/access-log?user=police-rotterdam&from=2020-01-01T00:00:00Z").await.len(), 6);
    for user in ["coordinator-rotterdam", "administrator", "police-rotterdam"] {
        running.client(user).get("/v1/access-log/patterns").await.expect(403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_records_of_a_case_file_what_was_asked_for_and_rest_the_whole() {
    let running = demo_world().await;
    let (coordinator, marek) = (running.client("coordinator-rotterdam"), crate::support::marek());
    let recorded = async |query: &str| {
        let answer = coordinator.graphql(query, json!({"id": marek})).await;
        assert!(answer["errors"].is_null() && answer["data"]["person"].is_object(), "{answer}");
        let last = records(&running, 1).await.remove(0).access;
        assert_eq!((last.asks.surface, last.persons.len()), (Surface::Graphql, 1));
        serde_json::to_value(last.persons[0]).unwrap()["categories"].clone()
    };
    let of = |fields: &str| format!("query($id: ID!) {{ person(id: $id) {{ {fields} }} }}");
    assert_eq!(recorded(&of("personId")).await, json!([]));
    assert_eq!(recorded(&of("phase")).await, json!(["presence"]));
    assert_eq!(recorded(&of("who: identity { alias }")).await, json!(["identity"]));
    let in_a_fragment =
        "query($id: ID!) { person(id: $id) { ...of } } fragment of on Person { careAlerts { to } phase }";
    assert_eq!(recorded(in_a_fragment).await, json!(["presence", "lookout"]));
    // A part of its own is recorded with the file.
    let with_phases = recorded(&of("identity { alias } timeline(first: 3) { nodes { type } }")).await;
    assert!(with_phases.as_array().is_some_and(|all| all.len() > 1), "{with_phases}");

    coordinator.get(&format!("/v1/persons/{marek}")).await.expect(200);
    let last = records(&running, 1).await.remove(0).access;
    let whole = serde_json::to_value(last.persons[0]).unwrap()["categories"].clone();
    assert!(whole.as_array().is_some_and(|all| all.len() >= 5), "{whole}");
}

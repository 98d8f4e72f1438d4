//! `/v1/facilities/{facility_id}/evening`: who is expected and who came, the list of an evening in one call, and places that
//! are full.

use baken::sources::{Clock, SystemClock};
use care_path::time::Night;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Running, camel, empty};

const PLACE: &str = "night-shelter-rotterdam-beds";

fn path() -> String {
    format!("/v1/facilities/{PLACE}/evening")
}

async fn evening(client: &Client) -> Value {
    client.get(&path()).await.expect(200).json()
}

/// How many are expected, arrived, left, not come and held, and how many places are free.
fn counts(evening: &Value) -> [u64; 6] {
    ["expected", "arrived", "left", "not_come", "held", "free"].map(|name| evening["counts"][name].as_u64().unwrap())
}

async fn list(client: &Client, lines: Value, key: &str) -> Answer {
    client.post_with(&path(), &json!({ "lines": lines }), key).await
}

fn statuses(answers: &Value) -> Vec<u64> {
    answers["items"].as_array().unwrap().iter().map(|each| each["status"].as_u64().unwrap()).collect()
}

async fn with_places(running: &Running, places: u32) -> Client {
    let shelter = running.client("night-shelter-rotterdam");
    shelter.post(&format!("/v1/facilities/{PLACE}/capacity"), json!({ "places": places })).await.expect(201);
    shelter
}

async fn guest(shelter: &Client, alias: &str) -> (String, String) {
    let person = shelter.signal(json!({"channel": "shelter_intake", "identity": {"alias": alias}})).await;
    let bed = json!({"kind": "night_shelter_eu", "facility": PLACE});
    let bed = shelter.post(&format!("/v1/persons/{person}/beds"), bed).await.expect(201).id("bed_id");
    (person, bed)
}

async fn free(client: &Client) -> Option<Value> {
    let all = client.all("/v1/facilities").await;
    all.into_iter().find(|each| each["facility_id"] == PLACE).map(|each| each["free_tonight"].clone())
}

#[tokio::test]
async fn a_whole_evening_is_one_list_and_a_repeat_of_it_changes_nothing() {
    let running = empty().await;
    // Before five in the afternoon nobody has come for the evening.
    let evening_begins = Night::of(SystemClock.now()).noon() + chrono::TimeDelta::hours(5);
    running.goes_on((evening_begins - SystemClock.now()).max(chrono::TimeDelta::zero()));
    let shelter = with_places(&running, 6).await;
    let mut guests = Vec::new();
    for alias in ["one", "two", "three"] {
        guests.push(guest(&shelter, alias).await);
    }
    assert_eq!(counts(&evening(&shelter).await), [3, 0, 0, 0, 0, 3]);
    let lines = json!([
        {"status": "arrived", "person_id": guests[0].0},
        {"status": "new"},
        {"status": "new", "identity": {"alias": "the tall one"}, "care_needs": "He needs his pills at ten."},
        {"status": "released", "person_id": guests[1].0, "bed_id": guests[1].1},
        {"status": "arrived"},
        {"status": "turned_away", "reason": "behaviour"},
        {"status": "turned_away", "reason": "full", "persons": 3},
        {"status": "dancing", "person_id": guests[0].0},
        {"status": "arrived", "person_id": "0199a3f2-0000-7000-8000-000000000001"},
        {"id": "0199a3f2-0000-7000-8000-000000000002", "command": "observe_incident", "person_id": guests[0].0,
         "data": {"kind": "conflict", "severity": "low"}},
    ]);
    let answers = list(&shelter, lines.clone(), "tonight").await.expect(200).json();
    assert_eq!(statuses(&answers), [201, 201, 201, 201, 422, 201, 201, 422, 404, 201]);
    let items = answers["items"].as_array().unwrap();
    assert_eq!(items[1]["receipts"].as_array().unwrap().len(), 4);
    assert!(items[1]["receipts"][1]["bed_id"].is_string() && items[1]["person_id"].is_string());
    let pointer = |line: usize| &items[line]["problem"]["errors"][0]["pointer"];
    assert_eq!((pointer(4), pointer(7)), (&json!("/lines/4/person_id"), &json!("/lines/7/status")));
    assert_eq!(items[9]["id"], "0199a3f2-0000-7000-8000-000000000002");

    let told = evening(&shelter).await;
    assert_eq!(counts(&told), [1, 3, 0, 0, 0, 2]);
    assert_eq!(told["night"], json!(Night::of(SystemClock.now()).date()));
    let tall =
        told["guests"].as_array().unwrap().iter().find(|each| each["identity"]["alias"] == "the tall one").unwrap();
    assert_eq!(tall["state"], "arrived");
    assert_eq!(tall["medical"]["care_needs"][0]["text"], "He needs his pills at ten.");

    let position = running.baken().position();
    let again = list(&shelter, lines, "tonight").await.expect(200).json();
    assert_eq!(statuses(&again), [200, 200, 200, 200, 422, 200, 200, 422, 404, 200]);
    assert_eq!(again["items"][1]["person_id"], items[1]["person_id"]);
    assert_eq!(running.baken().position(), position, "nothing more was recorded");
    // Another list under the same key is another request.
    let other = list(&shelter, json!([{"status": "new"}]), "tonight").await.expect(422).json();
    assert_eq!(other["code"], "idempotency_key_reused");
}

#[tokio::test]
async fn a_line_with_an_id_of_its_own_is_executed_once_in_whichever_list() {
    let running = empty().await;
    let shelter = with_places(&running, 6).await;
    let line = json!({"id": "0199a3f2-0000-7000-8000-000000000009", "status": "new"});
    let first = list(&shelter, json!([line]), "one").await.expect(200).json();
    let second =
        list(&shelter, json!([{"status": "turned_away", "reason": "full"}, line]), "two").await.expect(200).json();
    assert_eq!((statuses(&first), statuses(&second)), (vec![201], vec![201, 200]));
    assert_eq!(first["items"][0]["person_id"], second["items"][1]["person_id"]);
}

#[tokio::test]
async fn another_list_under_the_same_key_is_refused_as_a_whole() {
    let running = empty().await;
    let shelter = with_places(&running, 6).await;
    let new = json!({"status": "new"});
    let first =
        list(&shelter, json!([{"status": "turned_away", "reason": "full"}, new]), "one").await.expect(200).json();
    assert_eq!(statuses(&first), [201, 201]);
    let position = running.baken().position();
    let forgotten = json!({"status": "turned_away", "reason": "full"});
    for lines in [json!([forgotten, {"status": "turned_away", "reason": "full"}, new]), json!([new])] {
        let refused = list(&shelter, lines, "one").await.expect(422).json();
        assert_eq!(refused["code"], "idempotency_key_reused", "{refused}");
    }
    assert_eq!(running.baken().position(), position, "nobody is recorded again");
    let again =
        list(&shelter, json!([{"status": "turned_away", "reason": "full"}, new]), "one").await.expect(200).json();
    assert_eq!(statuses(&again), [200, 200]);
}

#[tokio::test]
async fn a_full_place_gives_no_bed_without_an_overbooking_that_says_why() {
    let running = empty().await;
    let shelter = with_places(&running, 2).await;
    guest(&shelter, "one").await;
    let (second, bed) = guest(&shelter, "two").await;
    assert_eq!(free(&shelter).await, Some(json!(0)));
    let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
    let beds = format!("/v1/persons/{person}/beds");
    let refused = shelter.post(&beds, json!({"kind": "night_shelter_eu"})).await.expect(409).json();
    assert_eq!(refused["code"], "place_full");
    assert!(refused["detail"].as_str().unwrap().contains("overbook"), "{refused}");

    let outreach = running.client("outreach-rotterdam");
    let found = outreach.signal(json!({"channel": "outreach_round"})).await;
    let referrals = format!("/v1/persons/{found}/referrals");
    let asked = json!({"to": "night-shelter-rotterdam", "offering": "night_bed"});
    let refused = outreach.post(&referrals, asked.clone()).await.expect(409).json();
    assert_eq!(refused["code"], "place_full");
    let mut insisting = asked;
    insisting["overbook"] = json!({"reason": "it freezes tonight"});
    outreach.post(&referrals, insisting).await.expect(201);

    // Nobody is opened for a bed that there is not.
    let position = running.baken().position();
    let answers = list(&shelter, json!([{"status": "new"}]), "full").await.expect(200).json();
    assert_eq!((statuses(&answers), &answers["items"][0]["problem"]["code"]), (vec![409], &json!("place_full")));
    assert_eq!(running.baken().position(), position);
    let overbooked = json!([{"status": "new", "overbook": {"reason": "it freezes tonight"}}]);
    let answers = list(&shelter, overbooked, "overbooked").await.expect(200).json();
    assert_eq!(statuses(&answers), [201]);
    let told = evening(&shelter).await;
    assert_eq!((counts(&told), &told["counts"]["overbooked"]), ([2, 1, 0, 0, 0, 0], &json!(1)));
    let opened = answers["items"][0]["person_id"].as_str().unwrap();
    let timeline = shelter.all(&format!("/v1/persons/{opened}/timeline")).await;
    let assigned = timeline.iter().find(|entry| entry["type"] == "bed_assigned").unwrap();
    assert_eq!(assigned["details"]["overbooked"], "it freezes tonight");

    let release = format!("/v1/persons/{second}/beds/{bed}/release");
    shelter.post(&release, json!({"reason": "ended"})).await.expect(201);
    shelter.post(&beds, json!({"kind": "night_shelter_eu"})).await.expect(409);
    shelter.post(&format!("/v1/facilities/{PLACE}/capacity"), json!({"places": 3})).await.expect(201);
    shelter.post(&beds, json!({"kind": "night_shelter_eu"})).await.expect(201);
    // What is told late happened, however full it was.
    let late = shelter.signal(json!({"channel": "shelter_intake"})).await;
    let yesterday = (SystemClock.now() - chrono::TimeDelta::days(2)).to_rfc3339();
    let told_late = json!({"kind": "night_shelter_eu", "occurred_at": yesterday});
    shelter.post(&format!("/v1/persons/{late}/beds"), told_late).await.expect(201);
    let live = running.digests();
    assert_eq!(running.rebuilt(&live).await.models, live.models);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_bed_is_given_once_however_many_ask_at_the_same_time() {
    let running = empty().await;
    let shelter = with_places(&running, 3).await;
    let mut asking = Vec::new();
    for _ in 0..8 {
        let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
        let shelter = shelter.clone();
        asking.push(tokio::spawn(async move {
            let bed = json!({"kind": "night_shelter_eu", "facility": PLACE});
            shelter.post(&format!("/v1/persons/{person}/beds"), bed).await.status.as_u16()
        }));
    }
    let mut given = 0;
    for asked in asking {
        given += u32::from(asked.await.unwrap() == 201);
    }
    assert_eq!(given, 3);
}

#[tokio::test]
async fn who_did_not_come_takes_no_place_unless_the_bed_is_held() {
    let running = empty().await;
    let shelter = with_places(&running, 5).await;
    let (first, bed) = guest(&shelter, "one").await;
    let signal = json!({"channel": "shelter_intake", "problems": ["confused_behaviour"]});
    let second = shelter.signal(signal).await;
    shelter.post(&format!("/v1/persons/{second}/beds"), json!({"kind": "night_shelter_eu"})).await.expect(201);
    // By the clock of the test it may be before the evening: then nobody is missed yet.
    let lines =
        json!([{"status": "not_come", "person_id": first, "bed_id": bed}, {"status": "not_come", "person_id": second}]);
    let answers = list(&shelter, lines, "missed").await.expect(200).json();
    let told = evening(&shelter).await;
    match statuses(&answers)[..] {
        [201, 201] => assert_eq!(counts(&told), [0, 0, 0, 1, 1, 4]),
        [409, 409] => {
            assert_eq!(answers["items"][0]["problem"]["code"], "no_show_too_early");
            assert_eq!(counts(&told), [2, 0, 0, 0, 0, 3]);
        }
        _ => panic!("{answers}"),
    }
}

#[tokio::test]
async fn who_is_shown_the_evening_and_the_free_places() {
    let running = empty().await;
    let shelter = with_places(&running, 5).await;
    guest(&shelter, "one").await;
    for (user, shown) in [
        ("coordinator-rotterdam", true),
        ("day-shelter-rotterdam", true),
        ("outreach-rotterdam", true),
        ("street-doctor-rotterdam", true),
        ("coordinator-amsterdam", false),
        ("night-shelter-utrecht", false),
        ("supporter-rotterdam", false),
        ("assessor-rotterdam", false),
        ("analyst-national", false),
        ("administrator", false),
        ("privacy-officer", false),
    ] {
        let client = running.client(user);
        let told = free(&client).await.unwrap();
        assert_eq!(told, if shown { json!(4) } else { Value::Null }, "{user}");
        let query = "{ facilities(first: 200) { nodes { facilityId freeTonight } } }";
        let nodes = client.graphql(query, json!({})).await["data"]["facilities"]["nodes"].clone();
        let node = nodes.as_array().unwrap().iter().find(|node| node["facilityId"] == PLACE).unwrap();
        assert_eq!(node["freeTonight"], told, "{user}");
    }
    let found: Vec<_> = shelter.all("/v1/facilities?municipality=rotterdam&free_tonight=true").await;
    assert!(
        found.iter().any(|each| each["facility_id"] == PLACE) && found.iter().all(|each| each["free_tonight"] != 0)
    );
    for user in
        ["outreach-rotterdam", "day-shelter-rotterdam", "coordinator-amsterdam", "police-rotterdam", "administrator"]
    {
        let client = running.client(user);
        client.get(&path()).await.expect(404);
        list(&client, json!([{"status": "new"}]), "x").await.expect(404);
        let query = format!("{{ evening(facility: \"{PLACE}\") {{ night }} }}");
        assert_eq!(client.graphql(&query, json!({})).await["data"]["evening"], Value::Null, "{user}");
    }
    let coordinator = running.client("coordinator-rotterdam");
    let (told, own) = (evening(&coordinator).await, evening(&shelter).await);
    assert_eq!(
        (told["counts"].clone(), &told["guests"][0]["identity"]["alias"]),
        (own["counts"].clone(), &json!("one"))
    );
    list(&coordinator, json!([{"status": "new"}]), "x").await.expect(403);
    coordinator.get(&format!("{}?night=yesterday", path())).await.expect(422);
    coordinator.get("/v1/facilities/nowhere/evening").await.expect(404);
}

#[tokio::test]
async fn a_coordinator_counts_those_whom_another_municipality_follows_and_is_shown_none_of_them() {
    let running = empty().await;
    let shelter = with_places(&running, 5).await;
    let signal =
        json!({"channel": "shelter_intake", "municipality": "utrecht", "identity": {"alias": "one of Utrecht"}});
    let person = shelter.signal(signal).await;
    shelter.post(&format!("/v1/persons/{person}/beds"), json!({"kind": "night_shelter_eu"})).await.expect(201);
    let told = evening(&running.client("coordinator-rotterdam")).await;
    assert_eq!((counts(&told)[0], &told["guests"]), (1, &json!([])));
    assert_eq!(evening(&shelter).await["guests"][0]["person_id"], json!(person));
}

#[tokio::test]
async fn both_edges_tell_the_same_evening() {
    let running = empty().await;
    let shelter = with_places(&running, 5).await;
    let lines = json!([{"status": "new", "identity": {"alias": "one"}, "care_needs": "Sleeps below."}]);
    list(&shelter, lines, "tonight").await.expect(200);
    let fields = "night facility { facilityId places freeTonight } counts { expected arrived left notCome held places free overbooked } \
        guests { personId bedId state since from until held vulnerable identity { alias } medical { careNeeds { text } } incidents { kind } }";
    for user in ["night-shelter-rotterdam", "coordinator-rotterdam"] {
        let client = running.client(user);
        let told = evening(&client).await;
        let query = format!("query($place: String!) {{ evening(facility: $place) {{ {fields} }} }}");
        let answer = client.graphql(&query, json!({ "place": PLACE })).await;
        let graphql = &answer["data"]["evening"];
        assert_eq!(graphql["night"], told["night"], "{answer}");
        for name in ["expected", "arrived", "left", "not_come", "held", "places", "free"] {
            assert_eq!(graphql["counts"][camel(name)], told["counts"][name], "{user}: {name}");
        }
        let (one, other) = (&graphql["guests"][0], &told["guests"][0]);
        for name in ["person_id", "bed_id", "state", "vulnerable"] {
            assert_eq!(one[camel(name)], other[name], "{user}: {name}");
        }
        assert_eq!(one["medical"]["careNeeds"][0]["text"], other["medical"]["care_needs"][0]["text"]);
        assert_eq!(one["identity"]["alias"], "one");
    }
    let yesterday = Night::of(SystemClock.now()).date().pred_opt().unwrap();
    let past = shelter.get(&format!("{}?night={yesterday}", path())).await.expect(200).json();
    assert_eq!((&past["guests"], &past["counts"]["arrived"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn a_list_is_bounded_and_read_strictly() {
    let running = empty().await;
    let shelter = with_places(&running, 5).await;
    for (body, pointer) in [
        (json!({}), "/lines"),
        (json!({"lines": []}), "/lines"),
        (json!({"lines": vec![json!({"status": "new"}); 201]}), "/lines"),
        (json!({"lines": [{"status": "new"}], "night": "x"}), "/night"),
    ] {
        let refused = shelter.post_with(&path(), &body, "bounds").await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    let odd = json!([7, {"status": "bed"}, {"status": "released", "person_id": "0199a3f2-0000-7000-8000-000000000001"},
        {"status": "new", "colour": "red"}, {"command": "no_such_command"}, {"status": "turned_away"},
        {"command": "turn_away", "id": "0199a3f2-0000-7000-8000-000000000002",
            "data": {"reason": "full", "facility": "shelter24-rotterdam-beds"}}]);
    let answers = list(&shelter, odd, "odd").await.expect(200).json();
    assert_eq!(statuses(&answers), [422; 7], "{answers}");
    let pointers: Vec<_> = answers["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["problem"]["errors"][0]["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        [
            "/lines/0",
            "/lines/1/person_id",
            "/lines/2/bed_id",
            "/lines/3/colour",
            "/lines/4/command",
            "/lines/5/reason",
            "/lines/6/data/facility"
        ]
    );
}

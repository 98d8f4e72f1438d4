//! `/v1/organisations` and `/v1/facilities`: who takes part, who is shown it, and how an administrator changes it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Client, Running, camel, empty};

async fn ids(client: &Client, path: &str, name: &str) -> Vec<String> {
    client.all(path).await.iter().map(|each| each[name].as_str().unwrap().to_owned()).collect()
}

async fn organisations(client: &Client, query: &str) -> Vec<String> {
    ids(client, &format!("/v1/organisations{query}"), "organisation_id").await
}

async fn facility(client: &Client, id: &str) -> Option<Value> {
    client.all("/v1/facilities").await.into_iter().find(|each| each["facility_id"] == id)
}

fn a_place() -> Value {
    json!({
        "organisation_id": "harbour-shelter", "name": "Harbour shelter", "kind": "night_shelter",
        "municipality": "rotterdam", "offerings": ["night_bed"], "languages": ["pl"], "target_groups": ["couples"],
        "phone": "+31 10 555 0999",
        "facilities": [{"facility_id": "harbour-beds", "name": "Beds", "location_type": "night_shelter_eu", "places": 4}],
    })
}

#[tokio::test]
async fn the_directory_is_listed_by_pages_and_filters() {
    let running = empty().await;
    let coordinator = running.client("coordinator-rotterdam");
    let all = organisations(&coordinator, "").await;
    assert!(all.len() > 80 && all.is_sorted() && all.iter().collect::<BTreeSet<_>>().len() == all.len());
    let narrowed = [
        ("?kind=womens_shelter&municipality=rotterdam", vec!["womens-shelter-rotterdam"]),
        ("?municipality=rotterdam&offering=bed_24h", vec!["shelter24-rotterdam", "womens-shelter-rotterdam"]),
        ("?municipality=rotterdam&language=hu", vec!["supporter-rotterdam"]),
        ("?kind=addiction_care&municipality=rotterdam&target_group=addiction", vec!["addiction-care-rotterdam"]),
        ("?kind=addiction_care&municipality=rotterdam&target_group=minors", vec![]),
    ];
    for (query, found) in narrowed {
        assert_eq!(organisations(&coordinator, query).await, found, "{query}");
    }
    let beds =
        ids(&coordinator, "/v1/facilities?municipality=rotterdam&location_type=emergency_bed", "facility_id").await;
    assert_eq!(beds, ["shelter24-rotterdam-emergency"]);
    let refused = coordinator.get("/v1/organisations?kind=castle&colour=red").await.expect(422).json();
    let named: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|error| &error["parameter"]).collect();
    assert_eq!(named, [&json!("kind"), &json!("colour")]);
    coordinator.get("/v1/facilities?after=x").await.expect(422);
}

#[tokio::test]
async fn each_role_is_shown_what_it_needs_of_it_over_both_edges() {
    let running = empty().await;
    let kinds = |listed: &[Value]| -> BTreeSet<String> {
        listed.iter().map(|each| each["kind"].as_str().unwrap().to_owned()).collect()
    };
    for (user, everything) in [
        ("night-shelter-rotterdam", true),
        ("analyst-national", true),
        ("police-rotterdam", false),
        ("liaison-pl", false),
    ] {
        let client = running.client(user);
        let listed = client.all("/v1/organisations").await;
        assert_eq!(kinds(&listed).contains("night_shelter"), everything, "{user}");
        assert_eq!(client.all("/v1/facilities").await.is_empty(), !everything, "{user}");
        assert_eq!(listed.iter().any(|each| !each["facilities"].is_null()), everything, "{user}");
        assert!(listed.iter().all(|each| each["coordinators"].is_null()), "{user}");

        let fields = "organisationId name kind municipality offerings languages targetGroups phone open revision \
            facilities { facilityId name address district places cutOff }";
        let query = format!("{{ organisations(first: 200) {{ nodes {{ {fields} }} }} }}");
        let told = client.graphql(&query, json!({})).await;
        let nodes = told["data"]["organisations"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), listed.len(), "{user}: {}", told["errors"]);
        for (node, view) in nodes.iter().zip(&listed) {
            for name in ["organisation_id", "name", "kind", "phone", "languages", "open", "revision"] {
                assert_eq!(node[camel(name)], view[name], "{user}: {name}");
            }
        }
    }
    let own = running.client("coordinator-rotterdam").all("/v1/organisations?kind=municipality").await;
    let told: Vec<_> =
        own.iter().filter(|each| !each["coordinators"].is_null()).map(|each| &each["organisation_id"]).collect();
    assert_eq!(told, ["municipality-rotterdam"]);
}

#[tokio::test]
async fn where_a_womens_shelter_is_itself_knows_and_the_coordinators_there() {
    let running = empty().await;
    let place = "womens-shelter-rotterdam-rooms";
    for (user, shown) in [
        ("coordinator-rotterdam", true),
        ("administrator", true),
        ("coordinator-amsterdam", false),
        ("night-shelter-rotterdam", false),
        ("street-doctor-rotterdam", false),
        ("analyst-national", false),
        ("privacy-officer", false),
    ] {
        let client = running.client(user);
        let told = facility(&client, place).await.unwrap();
        assert_eq!((told["address"].is_string(), told["district"].is_string()), (shown, shown), "{user}: {told}");
        let listed = client.get("/v1/organisations?kind=womens_shelter").await.text;
        assert_eq!(listed.contains("Quiet lane"), shown, "{user}");
        let query = "{ facilities(first: 200) { nodes { facilityId address } } organisations(first: 200) { nodes { facilities { address } } } }";
        let graphql = client.graphql(query, json!({})).await.to_string();
        assert_eq!(graphql.contains("Quiet lane"), shown, "{user}");
        assert_eq!(facility(&client, "night-shelter-rotterdam-beds").await.unwrap()["address"], "Dock street 1 (demo)");
    }
}

#[tokio::test]
async fn an_administrator_registers_changes_closes_and_opens_and_a_repeat_is_answered_as_the_first_time() {
    let running = empty().await;
    let (administrator, shelter) = (running.client("administrator"), running.client("night-shelter-rotterdam"));
    let path = "/v1/organisations/harbour-shelter";
    let registered = administrator.post_with("/v1/organisations", &a_place(), "once").await.expect(201);
    let receipt = registered.json();
    assert_eq!((receipt["person_id"].is_null(), receipt["event_ids"].as_array().unwrap().len()), (true, 3));
    let again = administrator.post_with("/v1/organisations", &a_place(), "once").await.expect(200).json();
    assert_eq!(again["event_ids"], receipt["event_ids"]);
    let taken = administrator.post("/v1/organisations", a_place()).await.expect(409).json();
    assert_eq!(taken["code"], "organisation_already_registered");

    let beds = facility(&shelter, "harbour-beds").await.unwrap();
    assert_eq!((&beds["places"], &beds["organisation"]), (&json!(4), &json!("Harbour shelter")));
    let body = json!({"name": "Shelter of the harbour", "kind": "night_shelter", "municipality": "rotterdam"});
    let stale = [("Idempotency-Key", "stale"), ("If-Match", "\"0\"")];
    administrator.send(reqwest::Method::POST, path, &stale, Some(&body)).await.expect(412);
    let fresh = [("Idempotency-Key", "fresh"), ("If-Match", "\"2\"")];
    let changed = administrator.send(reqwest::Method::POST, path, &fresh, Some(&body)).await.expect(201);
    assert_eq!(changed.headers["etag"], "\"3\"");
    let listed = shelter.all("/v1/organisations?municipality=rotterdam").await;
    let told = listed.iter().find(|each| each["organisation_id"] == "harbour-shelter").unwrap();
    assert_eq!(
        (&told["name"], &told["revision"], &told["phone"]),
        (&json!("Shelter of the harbour"), &json!(3), &Value::Null)
    );

    let upstairs = json!({"facility_id": "harbour-upstairs", "name": "Upstairs", "location_type": "winter_shelter"});
    administrator.post(&format!("{path}/facilities"), upstairs).await.expect(201);
    let said_anew = json!({"name": "Upstairs", "location_type": "winter_shelter", "cut_off": "22:30"});
    administrator.post("/v1/facilities/harbour-upstairs", said_anew).await.expect(201);
    assert_eq!(facility(&shelter, "harbour-upstairs").await.unwrap()["cut_off"], "22:30");
    let winter = json!({"places": 9, "why": "Winter opening"});
    administrator.post("/v1/facilities/harbour-upstairs/capacity", winter).await.expect(201);
    assert_eq!(facility(&shelter, "harbour-upstairs").await.unwrap()["places"], 9);

    administrator.post("/v1/facilities/harbour-upstairs/close", json!({})).await.expect(201);
    assert_eq!(facility(&shelter, "harbour-upstairs").await, None);
    assert_eq!(facility(&administrator, "harbour-upstairs").await.unwrap()["open"], false);
    administrator.post(&format!("{path}/close"), json!({})).await.expect(201);
    assert!(!organisations(&shelter, "").await.contains(&"harbour-shelter".to_owned()));
    assert!(organisations(&administrator, "").await.contains(&"harbour-shelter".to_owned()));
    let outreach = running.client("outreach-rotterdam");
    let person = outreach.signal(json!({"channel": "outreach_round"})).await;
    let asked = json!({"to": "harbour-shelter", "offering": "night_bed"});
    let refused = outreach.post(&format!("/v1/persons/{person}/referrals"), asked).await.expect(422).json();
    assert_eq!(refused["errors"][0], json!({"pointer": "/to", "message": "takes part no more: it is closed"}));
    administrator.post(&format!("{path}/reopen"), json!({})).await.expect(201);
    assert!(organisations(&shelter, "").await.contains(&"harbour-shelter".to_owned()));

    is_what_the_log_says(&running).await;
    let again = running.restart().await;
    let told = again.client("night-shelter-rotterdam").all("/v1/organisations").await;
    assert!(told.iter().any(|each| each["name"] == "Shelter of the harbour"));
    is_what_the_log_says(&again).await;
}

/// As `baken rebuild --check` has it.
async fn is_what_the_log_says(running: &Running) {
    let live = running.digests();
    assert_eq!(running.rebuilt(&live).await.models, live.models);
}

#[tokio::test]
async fn what_the_administrator_changed_is_not_brought_in_again_at_the_next_start() {
    let running = empty().await;
    let administrator = running.client("administrator");
    let body = json!({"name": "Another name", "kind": "drop_in", "municipality": "utrecht"});
    administrator.post("/v1/organisations/drop-in-utrecht", body).await.expect(201);
    administrator.post("/v1/organisations/hospital-utrecht/close", json!({})).await.expect(201);
    let position = running.baken().position();
    let again = running.restart().await;
    assert_eq!(again.baken().position(), position, "nothing was registered");
    let listed = again.client("administrator").all("/v1/organisations?municipality=utrecht").await;
    let of = |id: &str| listed.iter().find(|each| each["organisation_id"] == id).unwrap();
    assert_eq!(
        (&of("drop-in-utrecht")["name"], &of("hospital-utrecht")["open"]),
        (&json!("Another name"), &json!(false))
    );
}

#[tokio::test]
async fn only_the_administrator_changes_it_and_a_shelter_says_how_many_places_it_has() {
    let running = empty().await;
    for user in ["coordinator-rotterdam", "night-shelter-rotterdam", "police-rotterdam", "privacy-officer"] {
        let client = running.client(user);
        client.post("/v1/organisations", a_place()).await.expect(403);
        client.post("/v1/organisations/hospital-rotterdam/close", json!({})).await.expect(403);
        // What there is not looks the same.
        client.post("/v1/organisations/nowhere/close", json!({})).await.expect(403);
    }
    let capacity = "/v1/facilities/night-shelter-rotterdam-beds/capacity";
    let shelter = running.client("night-shelter-rotterdam");
    shelter.post(capacity, json!({"places": 12})).await.expect(201);
    assert_eq!(facility(&shelter, "night-shelter-rotterdam-beds").await.unwrap()["places"], 12);
    let refused = running.client("shelter24-rotterdam").post(capacity, json!({"places": 1})).await.expect(403).json();
    assert_eq!(refused["code"], "not_yours");
    let administrator = running.client("administrator");
    administrator.post("/v1/facilities/nowhere/capacity", json!({"places": 1})).await.expect(404);
    administrator.post("/v1/facilities/No%20where/capacity", json!({"places": 1})).await.expect(404);
    administrator.post("/v1/organisations/nowhere/close", json!({})).await.expect(404);
    let named = json!({"places": 1, "person_id": "0199a3f2-0000-7000-8000-000000000001"});
    let refused = administrator.post(capacity, named).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/person_id");
    let wrong = json!({"organisation_id": "x", "name": "x", "kind": "drop_in", "website": "javascript:alert(1)",
        "phone": "call us", "opening_times": [{"day": "someday", "opens": "25:00", "closes": "1"}]});
    let refused = administrator.post("/v1/organisations", wrong).await.expect(422).json();
    let pointers: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(
        pointers,
        ["/opening_times/0/closes", "/opening_times/0/day", "/opening_times/0/opens", "/phone", "/website"]
    );
}

#[tokio::test]
async fn a_batch_registers_an_organisation_and_then_its_facilities() {
    let running = empty().await;
    let id = |number: u32| format!("0199a3f2-0000-7000-8000-{number:012}");
    let mut place = a_place();
    place.as_object_mut().unwrap().remove("facilities");
    let facility_of = |number: u32| {
        json!({"organisation_id": "harbour-shelter", "facility_id": format!("harbour-{number}"),
        "name": "A room", "location_type": "night_shelter_eu", "places": 2})
    };
    let mut lines = vec![json!({"id": id(0), "command": "register_organisation", "data": place})];
    lines.extend(
        (1..5).map(|number| json!({"id": id(number), "command": "register_facility", "data": facility_of(number)})),
    );
    lines.push(json!({"id": id(9), "command": "close_organisation", "person_id": id(7), "data": {"organisation_id": "harbour-shelter"}}));
    let body = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    for status in [201, 200] {
        let answers = send(&running, &body).await;
        let told: Vec<_> = answers.iter().map(|answer| answer["status"].as_u64().unwrap()).collect();
        assert_eq!(told, [status, status, status, status, status, 422]);
        assert_eq!(answers[5]["problem"]["errors"][0]["pointer"], "/person_id");
    }
}

async fn send(running: &Running, body: &str) -> Vec<Value> {
    let client = reqwest::Client::new().post(format!("{}/v1/batch", running.url));
    let request = client.bearer_auth(running.token("administrator")).header("Content-Type", "application/x-ndjson");
    let text = request.body(body.to_owned()).send().await.unwrap().text().await.unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_facility_takes_only_what_it_is() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake"})).await;
    let beds = format!("/v1/persons/{person}/beds");
    for (body, pointer, message) in [
        (
            json!({"kind": "hospital", "facility": "night-shelter-rotterdam-beds"}),
            "/kind",
            "is not what that facility is",
        ),
        (json!({"kind": "hospital"}), "/kind", "is not what any facility of your organisation is"),
        (
            json!({"kind": "shelter_24h", "facility": "shelter24-rotterdam-beds"}),
            "/facility",
            "is not a facility of your organisation",
        ),
    ] {
        let refused = shelter.post(&beds, body).await.expect(422).json();
        assert_eq!(refused["errors"][0], json!({"pointer": pointer, "message": message}));
    }
    // Where nobody sleeps, there is no bed to give.
    let by_day = running.client("day-shelter-rotterdam");
    let seen_by_day = by_day.signal(json!({"channel": "shelter_intake"})).await;
    let bed = by_day.post(&format!("/v1/persons/{seen_by_day}/beds"), json!({"kind": "night_shelter_eu"})).await;
    assert_eq!(bed.expect(422).json()["errors"][0]["pointer"], "/kind");
    let administrator = running.client("administrator");
    administrator.post("/v1/facilities/night-shelter-rotterdam-beds/close", json!({})).await.expect(201);
    let named = json!({"kind": "night_shelter_eu", "facility": "night-shelter-rotterdam-beds"});
    let refused = shelter.post(&beds, named.clone()).await.expect(422).json();
    assert_eq!(refused["errors"][0], json!({"pointer": "/facility", "message": "is closed"}));
    administrator.post("/v1/facilities/night-shelter-rotterdam-beds/reopen", json!({})).await.expect(201);
    shelter.post(&beds, named).await.expect(201);
}

/// A task for child protection goes to those who take part: also after the directory has changed.
#[tokio::test]
async fn what_waits_and_for_whom_follows_the_directory() {
    let running = empty().await;
    let (outreach, protection) = (running.client("outreach-rotterdam"), running.client("child-protection-rotterdam"));
    let identity = json!({"alias": "Ana", "approximate_age": 14});
    let child = outreach.signal(json!({"channel": "outreach_round", "identity": identity})).await;
    let waits = |tasks: Vec<Value>| tasks.iter().any(|task| task["person_id"] == child.as_str());
    assert!(waits(protection.all("/v1/worklist").await));
    let administrator = running.client("administrator");
    let path = "/v1/organisations/child-protection-rotterdam";
    administrator.post(&format!("{path}/close"), json!({})).await.expect(201);
    assert!(!waits(protection.all("/v1/worklist").await));
    protection.get(&format!("/v1/persons/{child}")).await.expect(404);
    is_what_the_log_says(&running).await;
    administrator.post(&format!("{path}/reopen"), json!({})).await.expect(201);
    assert!(waits(protection.all("/v1/worklist").await));
    is_what_the_log_says(&running).await;
}

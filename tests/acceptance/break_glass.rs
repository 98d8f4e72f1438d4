//! Opening a case in an emergency, over HTTP: who may, what they see and for how long, who is told, and what is kept of it.

use baken::access_log::{AccessLog, Of};
use care_path::PersonId;
use care_path::policy::Relation;
use serde_json::{Value, json};

use crate::support::{Client, Running, empty};

/// Nobody's id.
const NOBODY: &str = "0199a3f2-0000-7000-8000-000000000001";

/// Somebody in Rotterdam, of whom the hospital there knows nothing.
async fn somebody(running: &Running) -> String {
    let shelter = running.client("night-shelter-rotterdam");
    let identity = json!({"name": "Wojciech Kanarek", "alias": "W."});
    let signal = json!({"channel": "shelter_intake", "municipality": "rotterdam", "identity": identity});
    let person = shelter.signal(signal).await;
    let intake = json!({"findings": "epilepsy", "care_needs": "takes valproate"});
    shelter.post(&format!("/v1/persons/{person}/intakes"), intake).await.expect(201);
    person
}

fn emergency() -> Value {
    json!({"reason": "medical_emergency", "explanation": "unconscious, with a wristband"})
}

async fn opens(client: &Client, person: &str) -> String {
    let opened = client.post(&format!("/v1/persons/{person}/break-glass"), emergency()).await.expect(201);
    opened.id("break_glass_id")
}

async fn sees(client: &Client, person: &str) -> bool {
    match client.get(&format!("/v1/persons/{person}")).await.status.as_u16() {
        200 => true,
        404 => false,
        status => panic!("{status}"),
    }
}

#[tokio::test]
async fn a_hospital_reads_a_case_that_it_opened_until_its_time_is_over() {
    let running = empty().await;
    let person = somebody(&running).await;
    let hospital = running.client("hospital-rotterdam");
    assert!(!sees(&hospital, &person).await);
    let glass = opens(&hospital, &person).await;
    let file = hospital.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["medical"]["findings"][0]["text"], "epilepsy", "{file}");
    assert_eq!(file["break_glass"]["break_glass_id"], glass.as_str());
    assert!(file.get("justice").is_none() && file.get("notes").is_none() && file.get("emergencies").is_none());
    let told = hospital.all("/v1/persons").await;
    assert!(told.iter().any(|each| each["person_id"] == person.as_str()), "it is found on the list as well");
    running.goes_on(chrono::TimeDelta::minutes(239));
    assert!(sees(&hospital, &person).await);
    running.goes_on(chrono::TimeDelta::minutes(1));
    assert!(!sees(&hospital, &person).await);
    for path in ["/timeline", "/access-log"] {
        let status = hospital.get(&format!("/v1/persons/{person}{path}")).await.status.as_u16();
        assert!(status == 404 || status == 403, "{path}: {status}");
    }
    assert_eq!(hospital.all("/v1/persons").await, Vec::<Value>::new());
}

#[tokio::test]
async fn nothing_is_recorded_on_a_case_by_having_opened_it() {
    let running = empty().await;
    let person = somebody(&running).await;
    let hospital = running.client("hospital-rotterdam");
    opens(&hospital, &person).await;
    for (path, body) in [
        ("intakes", json!({})),
        ("contacts", json!({"summary": "treated"})),
        ("notes", json!({"text": "treated"})),
        ("referrals", json!({"to": "street-doctor-rotterdam", "offering": "medical_clinic"})),
    ] {
        hospital.post(&format!("/v1/persons/{person}/{path}"), body).await.expect(403);
    }
}

#[tokio::test]
async fn it_is_opened_once_at_a_time_and_closed_by_whoever_opened_it() {
    let running = empty().await;
    let person = somebody(&running).await;
    let hospital = running.client("hospital-rotterdam");
    let glass = opens(&hospital, &person).await;
    let path = format!("/v1/persons/{person}/break-glass");
    let again = hospital.post(&path, emergency()).await.expect(409);
    assert_eq!(again.json()["code"], "break_glass_already_open");
    let coordinator = running.client("coordinator-rotterdam").post(&path, emergency()).await.expect(409);
    assert_eq!(coordinator.json()["code"], "break_glass_not_needed");
    hospital.post(&format!("{path}/{glass}/end"), json!({})).await.expect(201);
    assert!(!sees(&hospital, &person).await);
    opens(&hospital, &person).await;
    assert!(sees(&hospital, &person).await);
}

#[tokio::test]
async fn the_reason_is_one_of_the_list() {
    let running = empty().await;
    let person = somebody(&running).await;
    let hospital = running.client("hospital-rotterdam");
    let path = format!("/v1/persons/{person}/break-glass");
    for body in [json!({}), json!({"reason": "curiosity"}), json!({"reason": "danger_to_life", "hours": 100})] {
        hospital.post(&path, body).await.expect(422);
    }
    assert!(!sees(&hospital, &person).await);
}

/// They learn as little of somebody who is there as of somebody who is not.
#[tokio::test]
async fn nobody_else_opens_a_case_and_to_them_it_is_as_if_there_were_none() {
    let running = empty().await;
    let person = somebody(&running).await;
    for user in [
        "day-shelter-rotterdam",
        "night-shelter-utrecht",
        "outreach-rotterdam",
        "supporter-rotterdam",
        "police-rotterdam",
        "liaison-pl",
        "liaison-ro",
        "ambassador-pl",
        "analyst-national",
        "administrator",
    ] {
        let client = running.client(user);
        let answer = |person: String| {
            let client = client.clone();
            async move {
                let answer = client.post(&format!("/v1/persons/{person}/break-glass"), emergency()).await;
                let mut body = answer.json();
                body["request_id"] = Value::Null;
                body["instance"] = Value::Null;
                (answer.status, body)
            }
        };
        let (hidden, missing) = (answer(person.clone()).await, answer(NOBODY.to_owned()).await);
        assert_eq!(hidden, missing, "{user}");
        assert_eq!(hidden.0.as_u16(), 404, "{user}");
    }
    // They know that the person is there, and still may not.
    for user in ["assessor-rotterdam", "privacy-officer", "night-shelter-rotterdam"] {
        let answer = running.client(user).post(&format!("/v1/persons/{person}/break-glass"), emergency()).await;
        assert_eq!(answer.status.as_u16(), 403, "{user}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_id_that_leads_nowhere_is_on_record() {
    let running = empty().await;
    let hospital = running.client("hospital-rotterdam");
    hospital.post(&format!("/v1/persons/{NOBODY}/break-glass"), emergency()).await.expect(404);
    let records = running.access().read(Of::Everybody, None, 5).await.unwrap();
    let last = &records[0].access;
    assert_eq!((last.user.as_str(), last.persons[0].person_id.to_string().as_str()), ("hospital-rotterdam", NOBODY));
}

#[tokio::test]
async fn the_coordinator_and_the_privacy_officer_are_told_at_once() {
    let running = empty().await;
    let person = somebody(&running).await;
    let glass = opens(&running.client("hospital-rotterdam"), &person).await;
    let worklist = running.client("coordinator-rotterdam").all("/v1/worklist").await;
    let task = worklist.iter().find(|task| task["kind"] == "review_break_glass").expect("a task");
    assert_eq!((&task["person_id"], &task["subject_id"]), (&json!(person), &json!(glass)));
    let file = running.client("coordinator-rotterdam").get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["emergencies"][0]["explanation"], "unconscious, with a wristband");
    let officer = running.client("privacy-officer");
    let told = officer.get("/v1/break-glass").await.expect(200);
    assert!(!told.text.contains("wristband"), "what the emergency was is the coordinator's to know");
    let told = &told.json()["items"][0];
    assert_eq!(
        (&told["break_glass_id"], &told["person_id"], &told["user"], &told["state"], &told["reason"]),
        (&json!(glass), &json!(person), &json!("hospital-rotterdam"), &json!("open"), &json!("medical_emergency"))
    );
    for user in ["coordinator-rotterdam", "hospital-rotterdam", "administrator", "police-rotterdam", "analyst-national"]
    {
        running.client(user).get("/v1/break-glass").await.expect(403);
        running.client(user).get("/v1/break-glass/counts").await.expect(403);
    }
    // An involved shelter is not told.
    let shelter = running.client("night-shelter-rotterdam");
    let timeline = shelter.get(&format!("/v1/persons/{person}/timeline")).await.expect(200);
    assert!(!timeline.text.contains("glass"), "{}", timeline.text);
}

#[tokio::test]
async fn each_reading_is_in_the_access_log_with_the_id_by_which_the_case_was_open() {
    let running = empty().await;
    let person = somebody(&running).await;
    let hospital = running.client("hospital-rotterdam");
    let glass = opens(&hospital, &person).await;
    for path in ["", "/timeline"] {
        hospital.get(&format!("/v1/persons/{person}{path}")).await.expect(200);
    }
    let query = "query($id: ID!) { person(id: $id) { breakGlass { until } medical { urgency } } }";
    hospital.graphql(query, json!({"id": person})).await;
    let of = Of::Persons(vec![person.parse().map(PersonId).unwrap()]);
    let records = running.access().read(of, None, 50).await.unwrap();
    let read: Vec<_> = records.iter().filter(|each| each.access.user.as_str() == "hospital-rotterdam").collect();
    assert_eq!(read.len(), 3);
    for each in read {
        let shown = &each.access.persons[0];
        assert_eq!(shown.relation, Relation::BreakGlass);
        assert_eq!(shown.break_glass_id.map(|id| id.to_string()), Some(glass.clone()));
    }
    let told = running.client("privacy-officer").all("/v1/access-log?user=hospital-rotterdam").await;
    assert_eq!(told[0]["persons"][0]["relation"], "break_glass");
    assert_eq!(told[0]["persons"][0]["break_glass_id"], glass.as_str());
}

#[tokio::test]
async fn it_is_reviewed_when_it_is_over_and_counted() {
    let running = empty().await;
    let person = somebody(&running).await;
    let hospital = running.client("hospital-rotterdam");
    let officer = running.client("privacy-officer");
    let review = |glass: &str| format!("/v1/persons/{person}/break-glass/{glass}/review");
    let first = opens(&hospital, &person).await;
    let open = officer.post(&review(&first), json!({"outcome": "justified"})).await.expect(409);
    assert_eq!(open.json()["code"], "break_glass_still_open");
    hospital.post(&review(&first), json!({"outcome": "justified"})).await.expect(403);
    // The privacy officer may close it.
    officer.post(&format!("/v1/persons/{person}/break-glass/{first}/end"), json!({})).await.expect(201);
    assert!(!sees(&hospital, &person).await);
    officer.post(&review(&first), json!({"outcome": "not_justified", "explanation": "no emergency"})).await.expect(201);
    let second = opens(&hospital, &person).await;
    running.goes_on(chrono::TimeDelta::hours(4));
    let coordinator = running.client("coordinator-rotterdam");
    coordinator.post(&review(&second), json!({"outcome": "justified"})).await.expect(201);
    let again = coordinator.post(&review(&second), json!({"outcome": "justified"})).await.expect(409);
    assert_eq!(again.json()["code"], "break_glass_already_reviewed");
    let third = opens(&hospital, &person).await;
    let counts = officer.get("/v1/break-glass/counts").await.expect(200).json();
    let stand = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!(["all", "open", "to_review", "justified", "not_justified"].map(stand), [3, 1, 0, 1, 1], "{counts}");
    assert_eq!(counts["by"][0]["count"], 3);
    let open = officer.all("/v1/break-glass?state=open").await;
    assert_eq!(open.iter().map(|each| each["break_glass_id"].clone()).collect::<Vec<_>>(), [json!(third)]);
    assert_eq!(officer.all("/v1/break-glass").await.len(), 3);
    officer.get("/v1/break-glass?state=shut").await.expect(422);
    let worklist = coordinator.all("/v1/worklist").await;
    assert_eq!(worklist.iter().filter(|task| task["kind"] == "review_break_glass").count(), 1);
}

#[tokio::test]
async fn it_holds_for_all_ids_of_the_person_and_an_erasure_ends_it() {
    let running = empty().await;
    let (person, other) = (somebody(&running).await, somebody(&running).await);
    let coordinator = running.client("coordinator-rotterdam");
    let hospital = running.client("hospital-rotterdam");
    let glass = opens(&hospital, &person).await;
    assert!(!sees(&hospital, &other).await);
    let link = json!({"with": other, "basis": "same_document"});
    coordinator.post(&format!("/v1/persons/{person}/links"), link).await.expect(201);
    assert!(sees(&hospital, &other).await);
    let through_the_other = format!("/v1/persons/{other}/break-glass");
    let again = hospital.post(&through_the_other, emergency()).await.expect(409);
    assert_eq!(again.json()["code"], "break_glass_already_open");
    let officer = running.client("privacy-officer");
    // Nobody could say any more whether it was right: that is said first.
    let erase = format!("/v1/persons/{other}/erase");
    let refused = officer.post(&erase, json!({"ground": "request"})).await.expect(409).json();
    assert_eq!(refused["code"], "break_glass_to_review");
    let of_glass = |part: &str| format!("/v1/persons/{person}/break-glass/{glass}/{part}");
    officer.post(&of_glass("end"), json!({})).await.expect(201);
    officer.post(&of_glass("review"), json!({"outcome": "justified"})).await.expect(201);
    officer.post(&erase, json!({"ground": "request"})).await.expect(201);
    assert!(!sees(&hospital, &person).await && !sees(&hospital, &other).await);
    hospital.post(&through_the_other, emergency()).await.expect(404);
    let told = officer.all("/v1/break-glass").await;
    assert_eq!((&told[0]["break_glass_id"], &told[0]["state"]), (&json!(glass), &json!("reviewed")));
}

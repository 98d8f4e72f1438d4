//! Duties that reach those who can do them: a street doctor for somebody who is hurt, child protection for a minor alone, a
//! shelter before a discharge, a hospital that is asked to look out; and a "no" that any worker hears.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::return_path::{consent, prepare, proposal, supported};
use crate::support::{Client, empty};

/// The kinds of tasks that wait for a user on a person's case, in the order of the list.
async fn waits(client: &Client, person: &str) -> Vec<String> {
    let tasks = client.all("/v1/worklist").await.into_iter().filter(|task| task["person_id"] == person);
    tasks.map(|task| task["kind"].as_str().unwrap().to_owned()).collect()
}

async fn sees(client: &Client, person: &str) -> bool {
    client.get(&format!("/v1/persons/{person}")).await.status == 200
}

fn tomorrow() -> String {
    (Utc::now() + TimeDelta::days(1)).to_rfc3339()
}

#[tokio::test]
async fn a_street_doctor_is_called_in_for_somebody_hurt_and_sees_where_to_find_them_until_they_were_met() {
    let running = empty().await;
    let (police, doctor) = (running.client("police-rotterdam"), running.client("street-doctor-rotterdam"));
    let signal = json!({
        "channel": "police_contact", "problems": ["injury"], "location": "Under the bridge",
        "observations": "He bleeds from the head.", "identity": {"appearance": "A man with a red scarf"},
    });
    let person = police.signal(signal).await;
    let task = doctor.all("/v1/worklist").await.into_iter().find(|task| task["person_id"] == *person).unwrap();
    assert_eq!((&task["kind"], &task["stake"]), (&json!("street_doctor_visit"), &json!("danger")), "{task}");
    assert_eq!(task["identity"]["appearance"], "A man with a red scarf");
    let file = doctor.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["presence"]["last_seen"]["location"], "Under the bridge");
    let listed = doctor.all("/v1/persons").await;
    assert!(listed.iter().any(|each| each["person_id"] == *person), "{listed:?}");
    for other in ["addiction-care-rotterdam", "hospital-rotterdam", "night-shelter-utrecht"] {
        assert!(!sees(&running.client(other), &person).await, "{other}");
    }
    doctor.post(&format!("/v1/persons/{person}/contacts"), json!({})).await.expect(201);
    assert!(waits(&doctor, &person).await.is_empty());
}

#[tokio::test]
async fn child_protection_is_called_in_for_a_minor_alone_and_sees_which_child_it_is() {
    let running = empty().await;
    let (outreach, protection) = (running.client("outreach-rotterdam"), running.client("child-protection-rotterdam"));
    let identity = json!({"alias": "Ana", "approximate_age": 14});
    let person = outreach.signal(json!({"channel": "outreach_round", "identity": identity})).await;
    assert_eq!(waits(&protection, &person).await, ["protect_minor"]);
    let file = protection.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!((&file["identity"]["alias"], &file["medical"]), (&json!("Ana"), &Value::Null), "{file}");
    protection.post(&format!("/v1/persons/{person}/intakes"), json!({})).await.expect(201);
    assert!(waits(&protection, &person).await.iter().all(|kind| kind != "protect_minor"));
    let grown = outreach.signal(json!({"channel": "outreach_round", "identity": {"approximate_age": 30}})).await;
    assert!(!sees(&protection, &grown).await);
}

#[tokio::test]
async fn a_shelter_that_is_warned_of_a_discharge_prepares_and_a_discharge_to_the_street_is_planned_before() {
    let running = empty().await;
    let (hospital, shelter) = (running.client("hospital-rotterdam"), running.client("night-shelter-rotterdam"));
    let (coordinator, doctor) = (running.client("coordinator-rotterdam"), running.client("street-doctor-rotterdam"));
    let person = hospital.signal(json!({"channel": "medical_consult", "identity": {"name": "Marek"}})).await;
    let at = format!("/v1/persons/{person}/announced-discharges");
    let announcement = json!({
        "destination": "night_shelter_eu", "to": "night-shelter-rotterdam", "expected_at": tomorrow(),
        "care_needs": "A lower bunk",
    });
    assert!(!sees(&shelter, &person).await);
    let announced = hospital.post(&at, announcement.clone()).await.expect(201).id("discharge_id");
    assert_eq!(waits(&shelter, &person).await, ["prepare_arrival"]);
    let file = shelter.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["identity"]["name"], "Marek");
    assert_eq!(file["presence"]["announced_discharges"][0]["care_needs"], "A lower bunk");

    hospital.post(&format!("{at}/{announced}/call-off"), json!({"reason": "stays"})).await.expect(201);
    assert!(!sees(&shelter, &person).await, "it is over for them");
    assert!(waits(&coordinator, &person).await.contains(&"follow_up_discharge".to_owned()));
    hospital.post(&format!("{at}/{announced}/call-off"), json!({"reason": "stays"})).await.expect(409);

    hospital.post(&at, json!({"destination": "street", "expected_at": tomorrow()})).await.expect(201);
    for each in [&coordinator, &doctor] {
        assert!(waits(each, &person).await.contains(&"plan_discharge".to_owned()));
    }

    hospital.post(&at, announcement).await.expect(201);
    let discharge = json!({"destination": "night_shelter_eu", "to": "night-shelter-rotterdam"});
    hospital.post(&format!("/v1/persons/{person}/discharges"), discharge).await.expect(201);
    let file = coordinator.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    let discharge = &file["presence"]["discharges"][0];
    assert_eq!((&discharge["warned"], &discharge["unsafe"]), (&json!(true), &json!(false)), "{file}");
    assert!(waits(&coordinator, &person).await.iter().all(|kind| !kind.contains("discharge")));
}

#[tokio::test]
async fn a_hospital_that_is_asked_to_look_out_sees_the_description_alone_and_says_whom_it_saw() {
    let running = empty().await;
    let (coordinator, hospital) = (running.client("coordinator-rotterdam"), running.client("hospital-rotterdam"));
    let person = coordinator.signal(json!({"channel": "ngo_consult", "identity": {"name": "Marek"}})).await;
    let lookout = json!({"recipients": [{"organisation": "hospital-rotterdam"}], "description": "A man of 50"});
    let issued = coordinator.post(&format!("/v1/persons/{person}/lookouts"), lookout).await.expect(201);
    let lookout = issued.id("lookout_id");
    assert_eq!(waits(&hospital, &person).await, ["acknowledge_lookout"]);
    let file = hospital.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["lookouts"][0]["description"], "A man of 50", "{file}");
    assert!(file.get("identity").is_none() && file.get("presence").is_none(), "{file}");
    let at = format!("/v1/persons/{person}/lookouts/{lookout}");
    hospital.post(&format!("{at}/acknowledge"), json!({})).await.expect(201);
    hospital.post(&format!("{at}/sightings"), json!({"location_type": "hospital"})).await.expect(201);
}

#[tokio::test]
async fn a_case_is_assigned_only_to_a_coordinator_who_exists_and_is_of_the_municipality() {
    let running = empty().await;
    let coordinator = running.client("coordinator-rotterdam");
    let person = coordinator.signal(json!({"channel": "ngo_consult"})).await;
    let at = format!("/v1/persons/{person}/coordinator");
    for unknown in ["nobody", "coordinator-amsterdam", "night-shelter-rotterdam"] {
        let refused = coordinator.post(&at, json!({"coordinator": unknown})).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/coordinator", "{refused}");
    }
    coordinator.post(&at, json!({"coordinator": "coordinator-rotterdam"})).await.expect(201);
}

#[tokio::test]
async fn a_no_that_a_shelter_hears_stops_the_handover_and_tells_the_shelter_nothing_of_it() {
    let running = empty().await;
    let (supporter, person) = supported(&running).await;
    let (coordinator, shelter) = (running.client("coordinator-rotterdam"), running.client("night-shelter-rotterdam"));
    prepare(&supporter, &person, None).await;
    consent(&supporter, &person).await;
    supporter.post(&format!("/v1/persons/{person}/handovers"), proposal()).await.expect(201);
    let referral = json!({"to": "night-shelter-rotterdam", "offering": "night_bed"});
    coordinator.post(&format!("/v1/persons/{person}/referrals"), referral).await.expect(201);
    let liaison = running.client("liaison-pl");
    assert!(sees(&liaison, &person).await);
    let no = json!({"explanation": "He wants to stay."});
    shelter.post(&format!("/v1/persons/{person}/return-refusals"), no).await.expect(201);
    let yes = json!({"language": "pl", "wish": "wants_to_return"});
    shelter.post(&format!("/v1/persons/{person}/return-options"), yes).await.expect(403);
    assert!(!sees(&liaison, &person).await);
    let file = supporter.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert_eq!(file["return"]["handovers"][0]["state"], "withdrawn", "{file}");
    assert_eq!(file["return"]["refusals"][0]["explanation"], "He wants to stay.");
    assert!(waits(&supporter, &person).await.contains(&"review_stopped_return".to_owned()));
    let file = shelter.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert!(file["return"].get("handovers").is_none() && !file.to_string().contains("withdrawn"), "{file}");
}

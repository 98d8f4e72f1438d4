//! `GET /v1/persons?name=…`, `POST /v1/persons/search`, `persons(filter: {name})`: finding somebody again.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, demo_world, empty, marek};

async fn search(client: &Client, body: Value) -> Value {
    client.send(Method::POST, "/v1/persons/search", &[], Some(&body)).await.expect(200).json()
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["person_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn marek_is_found_by_those_who_see_him_and_by_no_one_else() {
    let running = demo_world().await;
    let marek = marek();
    let coordinator = running.client("coordinator-rotterdam");
    for name in ["Marek", "Mark", "mareczek", "Марек", "Μάρεκ"] {
        let by_body = search(&coordinator, json!({"name": name})).await;
        assert!(ids(&by_body).contains(&marek.as_str()), "{name}: {by_body}");
        // The client encodes what is not ASCII.
        let by_url = coordinator.get(&format!("/v1/persons?name={name}")).await.expect(200).json();
        assert_eq!(by_url, by_body, "{name}");
        let query = "query($name: Line) { persons(filter: {name: $name}) { nodes { personId matched { reason } } } }";
        let answer = coordinator.graphql(query, json!({"name": name})).await;
        let nodes = answer["data"]["persons"]["nodes"].as_array().unwrap();
        let found: Vec<_> = nodes.iter().map(|node| node["personId"].as_str().unwrap()).collect();
        assert_eq!(found, ids(&by_body), "{name}: {answer}");
    }
    for stranger in [
        "coordinator-amsterdam",
        "night-shelter-utrecht",
        "addiction-care-rotterdam",
        "police-rotterdam",
        "liaison-ro",
        "ambassador-pl",
        "analyst-national",
        "privacy-officer",
        "administrator",
    ] {
        let page = search(&running.client(stranger), json!({"name": "Marek"})).await;
        assert!(!ids(&page).contains(&marek.as_str()), "{stranger}: {page}");
        let nobody = search(&running.client(stranger), json!({"name": "Quetzalcoatl"})).await;
        assert_eq!(nobody, json!({"items": [], "next": null}), "{stranger}");
    }
}

#[tokio::test]
async fn a_shelter_asks_whether_it_is_one_of_these_before_it_takes_somebody_in_anew() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let known =
        json!({"channel": "shelter_intake", "identity": {"name": "Ștefan Popescu", "birth_date": "1976-02-14"}});
    let known = shelter.signal(known).await;
    let elsewhere = running.client("night-shelter-utrecht");
    elsewhere.signal(json!({"channel": "shelter_intake", "identity": {"name": "Stefan Popescu"}})).await;
    let asked = json!({"name": "popesku stefan", "birth_date": "1976-02-14", "countries": ["RO"]});
    let page = search(&shelter, asked).await;
    assert_eq!(ids(&page), [known.as_str()]);
    let matched: Vec<_> = page["items"][0]["matched"].as_array().unwrap().iter().map(|each| &each["reason"]).collect();
    assert_eq!(matched, ["name", "birth_date"]);
    assert_eq!(running.client("outreach-rotterdam").get("/v1/persons?name=Popescu").await.json()["items"], json!([]));
}

//! Times, lists and texts beyond the bounds of the domain are refused, and each field is pointed at.

use serde_json::{Value, json};

use super::server;

const NIGHT: &str = "night-shelter-rotterdam";
const COORDINATOR: &str = "coordinator-rotterdam";
const FAR: [&str; 3] = ["+262142-12-31T23:30:00Z", "-262143-01-01T00:00:00Z", "9999-12-31T23:59:59Z"];

#[actix_web::test]
async fn no_command_takes_a_time_beyond_the_bounds_of_the_domain() {
    let server = server().await;
    let signal = server.post(NIGHT, "/v1/signals", json!({"channel": "shelter_intake"})).await;
    let person = signal.json()["person_id"].as_str().unwrap().to_owned();
    let refused = async |who: &str, route: &str, body: Value, pointer: &str| {
        let path = if route.starts_with('/') { route.to_owned() } else { format!("/v1/persons/{person}/{route}") };
        let answer = server.post(who, &path, body.clone()).await;
        let told = answer.json();
        let pointers: Vec<_> = told["errors"].as_array().into_iter().flatten().map(|each| &each["pointer"]).collect();
        assert_eq!((answer.status, pointers), (422, vec![&json!(pointer)]), "{body}: {told}");
    };
    assert_eq!(server.post(NIGHT, &format!("/v1/persons/{person}/intakes"), json!({})).await.status, 201);
    for far in FAR {
        for field in ["from", "until", "expected_by", "occurred_at"] {
            let bed = json!({"kind": "night_shelter_eu", field: far});
            refused(NIGHT, "beds", bed, &format!("/{field}")).await;
        }
        let incident = json!({"kind": "lost_at_night", "severity": "low", "occurred_at": far});
        refused(NIGHT, "incidents", incident, "/occurred_at").await;
        let recipients = json!([{"organisation": "shelter24-rotterdam"}]);
        let lookout = json!({"recipients": recipients, "description": "a man", "expires_at": far});
        refused(NIGHT, "lookouts", lookout, "/expires_at").await;
        let alert = json!({"to": "police-rotterdam", "description": "a man", "expires_at": far});
        refused(NIGHT, "care-alerts", alert, "/expires_at").await;
        let exception = json!({"kind": "longer_night_stay", "reason": "it is cold", "until": far});
        refused(NIGHT, "exceptions", exception, "/until").await;
        let discharge = json!({"from": "hospital-rotterdam", "destination": "street", "expected_at": far});
        refused(COORDINATOR, "announced-discharges", discharge, "/expected_at").await;
    }
    for born in ["2062-02-14", "9999-12-31", "0001-01-01", "+10000-01-01"] {
        let signal = json!({"channel": "shelter_intake", "identity": {"birth_date": born}});
        refused(NIGHT, "/v1/signals", signal, "/identity/birth_date").await;
        let claim = json!({"claim": {"birth_date": born}, "assurance": "self_declared"});
        refused(NIGHT, "identity", claim, "/claim/birth_date").await;
    }
    for died in ["2027-11-27", "1999-12-31", "+262142-12-31"] {
        refused(COORDINATOR, "death", json!({"died_on": died}), "/died_on").await;
    }
    for decided in ["2027-11-27", "0001-01-01"] {
        let decision = json!({"outcome": "lawful_residence", "decided_on": decided, "appeal_pending": false});
        refused("assessor-rotterdam", "ind-decisions", decision, "/decided_on").await;
    }
}

#[actix_web::test]
async fn a_list_that_is_too_long_and_a_text_that_hides_something_are_pointed_at() {
    let server = server().await;
    let signal = json!({"channel": "shelter_intake", "problems": vec!["uninsured"; 33],
        "identity": {"countries": vec!["PL"; 80_000], "name": "\u{200b}", "alias": "Jan \u{202e}avonoK"}});
    insta::assert_snapshot!(server.post(NIGHT, "/v1/signals", signal).await.told(), @r#"
    422
    {
      "code": "invalid_values",
      "detail": "Values are not valid.",
      "errors": [
        {
          "message": "must not contain U+202E, which is invisible or turns the direction of the text: type it anew without",
          "pointer": "/identity/alias"
        },
        {
          "message": "must have at most 8 items",
          "pointer": "/identity/countries"
        },
        {
          "message": "must not contain U+200B, which is invisible or turns the direction of the text: type it anew without",
          "pointer": "/identity/name"
        },
        {
          "message": "must have at most 32 items",
          "pointer": "/problems"
        }
      ],
      "status": 422,
      "title": "Invalid values",
      "type": "urn:baken:problem:invalid_values"
    }
    "#);
    let beyond = format!("/v1/persons?updated_since={}", "%2B262142-12-31T23:30:00Z");
    assert_eq!(server.get(COORDINATOR, &beyond).await.status, 422);
}

/// What of a body's schema has no bound, by where it is.
fn unbounded(document: &Value, schema: &Value, place: &str, seen: &mut Vec<String>, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        if !seen.contains(&reference.to_owned()) {
            seen.push(reference.to_owned());
            let named = document.pointer(&reference[1..]).unwrap();
            unbounded(document, named, place, seen, found);
            seen.pop();
        }
        return;
    }
    let is = |name: &str| match &schema["type"] {
        Value::Array(all) => all.contains(&json!(name)),
        one => one == name,
    };
    let has = |keys: &[&str]| keys.iter().any(|key| schema.get(*key).is_some());
    let is_uuid = schema["format"] == "uuid";
    if is("array") && !has(&["maxItems"]) || is("integer") && !has(&["maximum"]) {
        found.push(place.to_owned());
    }
    if is("string") && !is_uuid && !has(&["enum", "const", "maxLength", "pattern"]) {
        found.push(place.to_owned());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        unbounded(document, property, &format!("{place}/{name}"), seen, found);
    }
    for branch in ["oneOf", "anyOf", "allOf"].iter().flat_map(|key| schema[*key].as_array().into_iter().flatten()) {
        unbounded(document, branch, place, seen, found);
    }
    if schema["items"].is_object() {
        unbounded(document, &schema["items"], place, seen, found);
    }
}

#[test]
fn every_list_text_time_and_number_of_every_body_has_its_bound_in_the_document() {
    let document = serde_json::to_value(crate::edge::openapi::document()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (_, operation) in item.as_object().unwrap() {
            for (_, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                unbounded(&document, &content["schema"], path, &mut Vec::new(), &mut found);
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

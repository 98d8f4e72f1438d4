//! Lists, case files and words, as far as each role may see them.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::server;

#[actix_web::test]
async fn a_case_file_holds_what_the_role_may_see() {
    let server = server().await;
    let person = server.signalled().await;
    let told = server.get("coordinator-rotterdam", &format!("/v1/persons/{person}")).await.told();
    insta::assert_snapshot!(told, @r#"
    200
    {
      "identity": {
        "alias": "M.",
        "assurance": "alias",
        "assured": {
          "alias": "alias"
        }
      },
      "medical": {
        "urgency": "routine"
      },
      "municipality": "rotterdam",
      "opened_at": "2026-09-28T12:00:00Z",
      "person_id": "7a1effab-d979-807f-a201-0b15c8c4bfbf",
      "phase": "signalled",
      "presence": {
        "last_seen": {
          "occurred_at": "2026-09-28T12:00:00Z",
          "occurred_precision": "instant",
          "person_id": "7a1effab-d979-807f-a201-0b15c8c4bfbf",
          "recorded_at": "2026-09-28T12:00:00Z",
          "recorded_by": "day-shelter-rotterdam",
          "recorded_by_role": "shelter_worker"
        }
      },
      "revision": 1,
      "updated_at": "2026-09-28T12:00:00Z",
      "vulnerable": false
    }
    "#);
}

#[actix_web::test]
async fn a_person_who_is_hidden_is_missing_to_the_byte() {
    let server = server().await;
    let person = server.signalled().await;
    let coordinator = "coordinator-amsterdam";
    let hidden = server.get(coordinator, &format!("/v1/persons/{person}")).await;
    let missing = server.get(coordinator, "/v1/persons/01990000-0000-7000-8000-000000000000").await;
    let no_id = server.get(coordinator, "/v1/persons/marek").await;
    insta::assert_snapshot!(hidden.told(), @r#"
    404
    {
      "code": "not_found",
      "detail": "There is no such thing, or none that you may know of.",
      "status": 404,
      "title": "Not found",
      "type": "urn:baken:problem:not_found"
    }
    "#);
    assert_eq!((hidden.status, &hidden.text), (missing.status, &missing.text));
    assert_eq!((hidden.status, &hidden.text), (no_id.status, &no_id.text));
    let note = json!({"text": "a note"});
    let written = server.post(coordinator, &format!("/v1/persons/{person}/notes"), note.clone()).await;
    let unknown = server.post(coordinator, "/v1/persons/not-an-id/notes", note).await;
    assert_eq!((written.status, &written.text), (404, &hidden.text));
    assert_eq!((unknown.status, &unknown.text), (404, &hidden.text));
}

#[actix_web::test]
async fn pages_follow_each_other_and_the_last_says_so() {
    let server = server().await;
    let mut signalled = Vec::new();
    for _ in 0..3 {
        signalled.push(server.signalled().await);
    }
    signalled.sort();
    let first = server.get("coordinator-rotterdam", "/v1/persons?first=2").await.json();
    let next = first["next"].as_str().unwrap();
    let last = server.get("coordinator-rotterdam", &format!("/v1/persons?first=2&after={next}")).await.json();
    let items = first["items"].as_array().unwrap().iter().chain(last["items"].as_array().unwrap());
    let listed: Vec<_> = items.map(|item| item["person_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((listed, &last["next"]), (signalled, &json!(null)));
}

#[actix_web::test]
async fn filters_narrow_the_list_and_one_that_is_not_known_is_named() {
    let server = server().await;
    let person = server.signalled().await;
    let listed = |query: &str| {
        let path = format!("/v1/persons?{query}");
        let server = &server;
        async move { server.get("coordinator-rotterdam", &path).await.json()["items"].as_array().unwrap().len() }
    };
    assert_eq!(listed("phase=signalled&municipality=rotterdam&out_of_sight=false").await, 1);
    assert_eq!(listed("updated_since=2026-09-01T00:00:00%2B02:00").await, 1, "{person}");
    assert_eq!(listed("updated_since=2026-09-28T12:00:00Z").await, 1, "at that very moment");
    assert_eq!(listed("updated_since=2026-09-28T12:00:00.000000001Z").await, 0);
    assert_eq!(listed("phase=closed").await, 0);
    assert_eq!(listed("municipality=amsterdam").await, 0);
    let wrong = "/v1/persons?phase=Marek&out_of_sight=maybe&surname=Nowak&first=0&first=2&after=here";
    insta::assert_snapshot!(server.get("coordinator-rotterdam", wrong).await.told(), @r#"
    422
    {
      "code": "invalid_values",
      "detail": "Values are not valid.",
      "errors": [
        {
          "message": "must be a code of the list phase",
          "parameter": "phase"
        },
        {
          "message": "must be true or false",
          "parameter": "out_of_sight"
        },
        {
          "message": "must be a number from 1 to 200",
          "parameter": "first"
        },
        {
          "message": "is not a parameter here, or is there twice",
          "parameter": "surname"
        },
        {
          "message": "is not a parameter here, or is there twice",
          "parameter": "first"
        }
      ],
      "status": 422,
      "title": "Invalid values",
      "type": "urn:baken:problem:invalid_values"
    }
    "#);
    insta::assert_snapshot!(server.get("coordinator-rotterdam", "/v1/persons?after=here").await.told(), @r#"
    422
    {
      "code": "invalid_values",
      "detail": "Values are not valid.",
      "errors": [
        {
          "message": "the cursor does not belong to this list",
          "parameter": "after"
        }
      ],
      "status": 422,
      "title": "Invalid values",
      "type": "urn:baken:problem:invalid_values"
    }
    "#);
}

#[actix_web::test]
async fn every_list_answers_a_page_and_an_ambassadors_handovers_are_counts() {
    let server = server().await;
    for list in ["lookouts", "care-alerts", "referrals", "exceptions", "handovers"] {
        let answer = server.get("coordinator-rotterdam", &format!("/v1/{list}")).await;
        assert_eq!((answer.status, answer.json()), (200, json!({"items": [], "next": null})), "{list}");
    }
    insta::assert_snapshot!(server.get("ambassador-pl", "/v1/handovers").await.told(), @r#"
    200
    {
      "counts": {
        "country": "PL",
        "states": []
      },
      "items": [],
      "next": null
    }
    "#);
}

#[actix_web::test]
async fn one_learns_who_one_is_and_what_one_may_do() {
    let server = server().await;
    insta::assert_snapshot!(server.get("liaison-pl", "/v1/me").await.told(), @r#"
    200
    {
      "country": "PL",
      "may": [
        {
          "command": "acknowledge_handover",
          "relations": [
            "addressed"
          ]
        },
        {
          "command": "accept_handover",
          "relations": [
            "addressed"
          ]
        },
        {
          "command": "decline_handover",
          "relations": [
            "addressed"
          ]
        },
        {
          "command": "confirm_arrival",
          "relations": [
            "addressed"
          ]
        },
        {
          "command": "record_follow_up",
          "relations": [
            "addressed"
          ]
        },
        {
          "command": "ask_handover_question",
          "relations": [
            "addressed"
          ]
        },
        {
          "command": "retract_entry",
          "relations": [
            "addressed"
          ]
        }
      ],
      "organisation": "embassy-pl",
      "role": "embassy_liaison",
      "user": "liaison-pl"
    }
    "#);
}

#[actix_web::test]
async fn codes_are_labelled_in_the_language_that_is_asked_for() {
    let server = server().await;
    let severity = server
        .request("liaison-pl", Method::GET, "/v1/codes/severity")
        .insert_header(("accept-language", "pl, en;q=0.8"));
    let answer = server.send(severity).await;
    assert_eq!((answer.header("content-language"), answer.header("vary")), (Some("pl"), Some("accept-language")));
    insta::assert_snapshot!(answer.told(), @r#"
    200
    {
      "codes": [
        {
          "code": "low",
          "label": "Lekkie"
        },
        {
          "code": "medium",
          "label": "Umiarkowane"
        },
        {
          "code": "high",
          "label": "Poważne"
        }
      ],
      "list": "severity",
      "title": "Waga zdarzenia"
    }
    "#);
    let lists = server.get("liaison-pl", "/v1/codes").await.json();
    assert!(lists["items"].as_array().unwrap().iter().any(|list| list["list"] == "organisations"));
    assert_eq!(server.get("liaison-pl", "/v1/codes/surnames").await.status, 404);
}

#[actix_web::test]
async fn the_names_of_organisations_are_told_to_whom_the_directory_shows_them() {
    let server = server().await;
    for user in ["police-rotterdam", "liaison-pl", "coordinator-amsterdam", "administrator"] {
        let shown = server.get(user, "/v1/organisations?first=200").await.json();
        let named = server.get(user, "/v1/codes/organisations").await.json();
        let ids = |list: &Value, name: &str| {
            list.as_array().unwrap().iter().map(|each| each[name].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let named = ids(&named["codes"], "code");
        assert_eq!(named, ids(&shown["items"], "organisation_id"), "{user}");
        assert_eq!(named.iter().any(|id| id == "ggd-amsterdam"), user != "liaison-pl", "{user}");
    }
}

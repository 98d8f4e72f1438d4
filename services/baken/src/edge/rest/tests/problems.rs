//! Every kind of problem that a request can meet, as the client sees it.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use parking_lot::Mutex;
use serde_json::json;

use super::{server, server_on, server_with};
use crate::app::keys_away_tests::Away;
use crate::app::testing::TestBaken;
use crate::edge::Limits;

#[actix_web::test]
async fn a_stranger_is_asked_who_they_are() {
    let server = server().await;
    let answer = server.send(TestRequest::get().uri("/v1/persons")).await;
    insta::assert_snapshot!(answer.told(), @r#"
    401
    {
      "code": "credentials_missing",
      "detail": "The request carries no bearer token.",
      "status": 401,
      "title": "Not authenticated",
      "type": "urn:baken:problem:credentials_missing"
    }
    "#);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"baken\""));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let forged = TestRequest::get().uri("/v1/persons").insert_header(("authorization", "Bearer e30.e30.e30"));
    assert_eq!(server.send(forged).await.status, 401);
}

#[actix_web::test]
async fn a_stranger_who_keeps_asking_is_told_to_wait_and_so_is_a_user() {
    let limits =
        Limits { stranger_burst: 1, stranger_per_second: 1, user_burst: 1, user_per_second: 1, ..Limits::default() };
    let server = server_with(limits).await;
    let stranger = || TestRequest::get().uri("/v1/me").peer_addr("192.0.2.1:4000".parse().unwrap());
    assert_eq!(server.send(stranger()).await.status, 401);
    let told = server.send(stranger()).await;
    insta::assert_snapshot!(told.told(), @r#"
    429
    {
      "code": "rate_limited",
      "detail": "Wait before you try again.",
      "status": 429,
      "title": "Too many requests",
      "type": "urn:baken:problem:rate_limited"
    }
    "#);
    assert_eq!(told.header("retry-after"), Some("1"));
    assert_eq!(server.get("police-rotterdam", "/v1/me").await.status, 200);
    assert_eq!(server.get("police-rotterdam", "/v1/me").await.status, 429);
    assert_eq!(server.get("liaison-pl", "/v1/me").await.status, 200);
}

#[actix_web::test]
async fn a_role_that_may_not_is_told_so() {
    let server = server().await;
    let answer = server.post("liaison-pl", "/v1/signals", json!({"channel": "self_report"})).await;
    insta::assert_snapshot!(answer.told(), @r#"
    403
    {
      "code": "forbidden",
      "detail": "Your role may not do this here.",
      "status": 403,
      "title": "Not allowed",
      "type": "urn:baken:problem:forbidden"
    }
    "#);
}

#[actix_web::test]
async fn what_no_route_takes_is_not_found_and_another_method_is_told_which_there_are() {
    let server = server().await;
    assert_eq!(server.send(TestRequest::get().uri("/v1/nothing")).await.status, 404);
    let answer = server.send(TestRequest::put().uri("/v1/persons/x/handovers/y/document")).await;
    insta::assert_snapshot!(answer.told(), @r#"
    405
    {
      "code": "method_not_allowed",
      "detail": "This method is not allowed here.",
      "status": 405,
      "title": "Method not allowed",
      "type": "urn:baken:problem:method_not_allowed"
    }
    "#);
    assert_eq!(answer.header("allow"), Some("GET, POST"));
    assert_eq!(server.send(TestRequest::get().uri("/v1/signals")).await.header("allow"), Some("POST"));
    assert_eq!(server.send(TestRequest::get().uri("/docs/nothing.js")).await.json()["code"], "not_found");
}

#[actix_web::test]
async fn a_body_that_is_no_json_object_is_malformed_and_another_media_type_is_not_read() {
    let server = server().await;
    let send = |media_type: &str, body: &str| {
        let request = server
            .request("day-shelter-rotterdam", Method::POST, "/v1/signals")
            .insert_header(("idempotency-key", "bodies"))
            .insert_header(("content-type", media_type.to_owned()))
            .set_payload(body.to_owned());
        server.send(request)
    };
    insta::assert_snapshot!(send("application/json", "{\"channel\": \"Marek").await.told(), @r#"
    400
    {
      "code": "malformed",
      "detail": "The body is not JSON.",
      "status": 400,
      "title": "Malformed request",
      "type": "urn:baken:problem:malformed"
    }
    "#);
    let twice = r#"{"channel": "self_report", "channel": "drop_in_visit"}"#;
    assert_eq!(send("application/json", twice).await.status, 400);
    insta::assert_snapshot!(send("text/plain", "{}").await.told(), @r#"
    415
    {
      "code": "media_type",
      "detail": "The body is not of the media type application/json.",
      "status": 415,
      "title": "Unsupported media type",
      "type": "urn:baken:problem:media_type"
    }
    "#);
}

#[actix_web::test]
async fn a_body_that_is_too_large_is_not_read() {
    let limits = Limits { body_bytes: 100, ..Limits::default() };
    let server = server_with(limits).await;
    let large = server.post("day-shelter-rotterdam", "/v1/signals", json!({"circumstances": "x".repeat(100)})).await;
    insta::assert_snapshot!(large.told(), @r#"
    413
    {
      "code": "too_large",
      "detail": "The body is larger than 100 bytes.",
      "status": 413,
      "title": "Body too large",
      "type": "urn:baken:problem:too_large"
    }
    "#);
}

#[actix_web::test]
async fn every_value_that_is_not_valid_is_pointed_at() {
    let server = server().await;
    let signal = json!({"urgency": "Marek", "name": "Nowak", "occurred_at": "yesterday", "person_id": 7,
        "identity": {"countries": ["PL", "Poland"]}});
    insta::assert_snapshot!(server.post("day-shelter-rotterdam", "/v1/signals", signal).await.told(), @r#"
    422
    {
      "code": "invalid_values",
      "detail": "Values are not valid.",
      "errors": [
        {
          "message": "is required",
          "pointer": "/channel"
        },
        {
          "message": "must be an ISO 3166-1 alpha-2 code in capitals, such as PL",
          "pointer": "/identity/countries/1"
        },
        {
          "message": "is not a field here",
          "pointer": "/name"
        },
        {
          "message": "must be a time as in RFC 3339 in the years 2000 to 2099",
          "pointer": "/occurred_at"
        },
        {
          "message": "must be a UUID",
          "pointer": "/person_id"
        },
        {
          "message": "must be one of `routine`, `soon`, `urgent`, `immediate`",
          "pointer": "/urgency"
        }
      ],
      "status": 422,
      "title": "Invalid values",
      "type": "urn:baken:problem:invalid_values"
    }
    "#);
    let future = json!({"channel": "self_report", "occurred_at": "2030-01-01T00:00:00Z"});
    insta::assert_snapshot!(server.post("day-shelter-rotterdam", "/v1/signals", future).await.told(), @r#"
    422
    {
      "code": "invalid_values",
      "detail": "Values are not valid.",
      "errors": [
        {
          "message": "must not lie in the future",
          "pointer": "/occurred_at"
        }
      ],
      "status": 422,
      "title": "Invalid values",
      "type": "urn:baken:problem:invalid_values"
    }
    "#);
}

#[actix_web::test]
async fn a_handover_whose_conditions_are_not_met_is_told_which() {
    let server = server().await;
    let person = server.signalled().await;
    let coordinator = "coordinator-rotterdam";
    let options = json!({"language": "pl", "wish": "wants_to_return"});
    let presented = server.post(coordinator, &format!("/v1/persons/{person}/return-options"), options).await;
    assert_eq!(presented.status, 201, "{}", presented.text);
    let handover = json!({"country": "PL", "receiving_organisation": "a shelter at home"});
    let answer = server.post(coordinator, &format!("/v1/persons/{person}/handovers"), handover).await;
    insta::assert_snapshot!(answer.told(), @r#"
    409
    {
      "code": "return_conditions_missing",
      "detail": "Return conditions are not evidenced for this country: housing_arranged, addiction_care_arranged, psychiatry_arranged, professional_knows_home_options, options_presented_honestly, embassy_contacted.",
      "missing_conditions": [
        "housing_arranged",
        "addiction_care_arranged",
        "psychiatry_arranged",
        "professional_knows_home_options",
        "options_presented_honestly",
        "embassy_contacted"
      ],
      "status": 409,
      "title": "A rule stands against it",
      "type": "urn:baken:problem:return_conditions_missing"
    }
    "#);
}

#[actix_web::test]
async fn an_internal_error_says_nothing_but_the_id_under_which_it_was_logged() {
    let server = server().await;
    let id = "01990000-0000-7000-8000-00000000abcd";
    let (logged, _logging) = logged_warnings();
    let answers =
        ["/panics", "/fails"].map(|path| server.send(TestRequest::get().uri(path).insert_header(("x-request-id", id))));
    for answer in futures_util::future::join_all(answers).await {
        assert_eq!(answer.header("x-request-id"), Some(id));
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        insta::allow_duplicates! {
            insta::assert_snapshot!(answer.told(), @r#"
            500
            {
              "code": "internal",
              "detail": "Internal error. It was logged under this request id.",
              "request_id": "01990000-0000-7000-8000-00000000abcd",
              "status": 500,
              "title": "Internal error",
              "type": "urn:baken:problem:internal"
            }
            "#);
        }
    }
    let logged = String::from_utf8(logged.lock().clone()).unwrap();
    assert_eq!(logged.lines().filter(|line| line.contains(id)).count(), 2, "{logged}");
}

/// Keeps what this thread logs where only warnings are.
fn logged_warnings() -> (Arc<Mutex<Vec<u8>>>, tracing::subscriber::DefaultGuard) {
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let logged = Arc::new(Mutex::new(Vec::new()));
    let kept = logged.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .with_writer(move || Kept(kept.clone()))
        .finish();
    (logged, tracing::subscriber::set_default(subscriber))
}

#[actix_web::test]
async fn what_is_away_is_named_and_nothing_else_is_blamed() {
    let keys = Arc::new(Away::default());
    let test = TestBaken::start().await.beside_with(keys.sealer().await);
    let server = server_on(test, Limits::default()).await;
    keys.set_away(true);
    let body = json!({"channel": "outreach_round", "identity": {"alias": "M."}});
    let answer = server.post("outreach-rotterdam", "/v1/signals", body.clone()).await;
    assert_eq!(answer.header("retry-after"), Some("1"));
    insta::assert_snapshot!(answer.told(), @r#"
    503
    {
      "code": "keys_unavailable",
      "detail": "The keys cannot be had at the moment; send the same request again.",
      "status": 503,
      "title": "Not available at the moment",
      "type": "urn:baken:problem:keys_unavailable"
    }
    "#);
    keys.set_away(false);
    assert_eq!(server.post("outreach-rotterdam", "/v1/signals", body).await.status, 201);
}

//! `/v1/batch`: what each line is answered, whatever stands beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Server, server, server_on, server_with};
use crate::app::testing::TestBaken;
use crate::edge::{BatchLimits, Limits};
use crate::event_log::testing::Gated;
use crate::event_log::{LogError, MemoryLog};

fn id(number: u128) -> String {
    Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + number).to_string()
}

fn signal(number: u128) -> Value {
    json!({"id": id(number), "command": "report_signal", "data": {"channel": "outreach_round"}})
}

fn contact(number: u128, of: u128) -> Value {
    json!({"id": id(number), "command": "record_contact", "person_of": id(of), "data": {"summary": "met"}})
}

fn body(lines: &[Value]) -> String {
    lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
}

async fn send(server: &Server, user: &str, body: impl Into<String>) -> Answer {
    let request = server.request(user, Method::POST, "/v1/batch");
    let request = request.insert_header(("content-type", "application/x-ndjson"));
    server.send(request.set_payload(body.into())).await
}

async fn answers(server: &Server, body: impl Into<String>) -> Vec<Value> {
    let answer = send(server, "outreach-rotterdam", body).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")), "{}", answer.text);
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Number, status and code of each answer.
fn told(answers: &[Value]) -> Vec<String> {
    let of = |answer: &Value| {
        let code = answer["problem"]["code"].as_str().unwrap_or_default();
        format!("{} {} {code}", answer["line"], answer["status"]).trim_end().to_owned()
    };
    answers.iter().map(of).collect()
}

#[actix_web::test]
async fn a_line_takes_back_what_another_line_recorded_by_the_id_of_that_one() {
    let server = server().await;
    let take_back = |number: u128, what: u128| {
        json!({"id": id(number), "command": "retract_entry", "person_of": id(1), "subject_of": id(what),
            "data": {"reason": "wrong_value"}})
    };
    let lines = [signal(1), contact(2, 1), take_back(3, 2), take_back(4, 2), take_back(5, 9), take_back(3, 2)];
    let answers = answers(&server, body(&lines)).await;
    let expected = ["1 201", "2 201", "3 201", "4 409 entry_already_retracted", "5 409 entry_unknown", "6 200"];
    assert_eq!(told(&answers), expected);
    // Another user's line of that id is another line.
    let other = send(&server, "day-shelter-rotterdam", body(&[take_back(3, 2)])).await;
    assert!(other.text.contains("entry_unknown"), "{}", other.text);
    let of_person = &answers[1]["receipt"];
    let path = format!("/v1/persons/{}/timeline", of_person["person_id"].as_str().unwrap());
    let timeline = server.get("outreach-rotterdam", &path).await.json();
    let contact = timeline["items"].as_array().unwrap().iter().find(|entry| entry["type"] == "contact_made").unwrap();
    assert!(contact["retracted_by"].is_string(), "{contact}");
}

#[actix_web::test]
async fn a_line_moves_what_another_line_recorded_to_the_right_person() {
    let server = server().await;
    let opened = answers(&server, body(&[signal(1), signal(2), contact(3, 1)])).await;
    let right = &opened[1]["receipt"]["person_id"];
    let moving = json!({"id": id(4), "command": "move_entry", "person_of": id(1), "subject_of": id(3),
        "data": {"to": right}});
    let moved = answers(&server, body(&[moving.clone(), moving])).await;
    assert_eq!(told(&moved), ["1 201", "2 200"]);
    assert_eq!(moved[0]["receipt"]["moved_to"], moved[1]["receipt"]["moved_to"]);
    assert_eq!(&moved[0]["receipt"]["moved_to"]["person_id"], right);
    let path = format!("/v1/persons/{}/timeline", right.as_str().unwrap());
    let timeline = server.get("outreach-rotterdam", &path).await.json();
    let types: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|entry| entry["type"].clone()).collect();
    assert_eq!(types.iter().filter(|kind| **kind == "contact_made").count(), 1, "{types:?}");
}

#[actix_web::test]
async fn every_line_is_answered_in_its_place_and_a_bad_one_stops_no_other() {
    let server = server().await;
    let lines = [
        signal(1).to_string(),
        String::new(),
        "not JSON".to_owned(),
        json!({"id": id(2), "command": "sing"}).to_string(),
        json!({"id": id(3), "command": "report_signal", "data": {"channel": 7}}).to_string(),
        contact(4, 1).to_string(),
        contact(5, 99).to_string(),
        json!({"id": id(6), "command": "close_case", "person_of": id(1), "data": {"reason": "housed"}}).to_string(),
        json!({"id": id(7), "command": "report_signal", "occurred_at": "2999-01-01T00:00:00Z",
            "data": {"channel": "outreach_round"}})
        .to_string(),
        json!({"id": id(8), "command": "report_signal",
            "data": {"channel": "outreach_round", "municipality": "atlantis"}})
        .to_string(),
        "x".repeat(600 * 1024),
        contact(9, 1).to_string(),
    ];
    let answers = answers(&server, lines.join("\n")).await;
    let pointers: Vec<_> =
        answers.iter().filter_map(|answer| answer["problem"]["errors"][0]["pointer"].as_str()).collect();
    insta::assert_snapshot!(told(&answers).join("\n"), @r#"
    1 201
    3 400 malformed
    4 422 invalid_values
    5 422 invalid_values
    6 201
    7 404 not_found
    8 403 forbidden
    9 422 invalid_values
    10 422 invalid_values
    11 413 line_too_long
    12 201
    "#);
    assert_eq!(pointers, ["/command", "/data/channel", "/occurred_at", "/data/municipality"]);
    assert_eq!(answers[0]["id"], id(1));
    let person = answers[0]["receipt"]["person_id"].as_str().unwrap();
    assert_eq!(answers[4]["receipt"]["person_id"], person);
    let timeline = server.get("outreach-rotterdam", &format!("/v1/persons/{person}/timeline")).await.json();
    assert_eq!(timeline["items"].as_array().unwrap().len(), 4);
}

#[actix_web::test]
async fn a_batch_that_is_sent_again_records_nothing_and_answers_the_same() {
    let server = server().await;
    let lines = body(&[signal(1), contact(2, 1), signal(3), contact(4, 3), contact(5, 1)]);
    let first = answers(&server, lines.clone()).await;
    assert_eq!(told(&first), ["1 201", "2 201", "3 201", "4 201", "5 201"]);
    let head = server.test.log.head().await.unwrap();
    // Around a line white space says nothing, and neither does an empty line.
    let again = answers(&server, lines.replace('\n', " \r\n\r\n")).await;
    assert_eq!(told(&again), ["1 200", "3 200", "5 200", "7 200", "9 200"]);
    assert_eq!(server.test.log.head().await.unwrap(), head);
    let receipts = |answers: &[Value]| answers.iter().map(|answer| answer["receipt"].clone()).collect::<Vec<_>>();
    assert_eq!(receipts(&again), receipts(&first));
}

#[actix_web::test]
async fn an_id_that_comes_again_with_something_else_is_refused_and_the_first_counts() {
    let server = server().await;
    let mut other = signal(1);
    other["data"]["channel"] = json!("self_report");
    let told = told(&answers(&server, body(&[signal(1), other.clone(), signal(1)])).await);
    assert_eq!(told, ["1 201", "2 422 idempotency_key_reused", "3 200"]);
}

#[actix_web::test]
async fn a_line_names_what_an_earlier_one_made_also_in_an_earlier_batch() {
    let server = server().await;
    let refer = json!({"id": id(2), "command": "refer", "person_of": id(1),
        "data": {"to": "night-shelter-rotterdam", "offering": "night_bed"}});
    let withdraw = json!({"id": id(3), "command": "withdraw_referral", "person_of": id(1), "subject_of": id(2),
        "data": {"reason": "other"}});
    let opened = answers(&server, body(&[signal(1), refer])).await;
    assert_eq!(told(&opened), ["1 201", "2 201"], "{opened:?}");
    let later = answers(&server, body(&[withdraw])).await;
    assert_eq!(told(&later), ["1 201"], "{later:?}");
    // They are that user's own: nobody else can name somebody by them.
    let stranger = send(&server, "day-shelter-rotterdam", body(&[contact(2, 1)])).await;
    assert!(stranger.text.contains("\"status\":404"), "{}", stranger.text);
}

#[actix_web::test]
async fn lines_about_one_person_keep_their_order_among_many_others() {
    let server = server().await;
    let mut lines: Vec<_> = (0..20).map(signal).collect();
    for round in 1..=10 {
        lines.extend((0..20).map(|person| contact(round * 100 + person, person)));
    }
    let answers = answers(&server, body(&lines)).await;
    assert!(answers.iter().all(|answer| answer["status"] == 201), "{:?}", told(&answers));
    for (index, answer) in answers.iter().enumerate() {
        // A signal makes two events: itself, and the coordinator.
        let expected = index / 20 + 1;
        assert_eq!(answer["receipt"]["revision"], expected, "line {}", index + 1);
    }
}

#[actix_web::test]
async fn a_line_about_a_thing_of_a_linked_person_is_recorded_where_the_thing_is() {
    let server = server().await;
    let coordinator = "coordinator-rotterdam";
    let (one, other) = (server.signalled().await, server.signalled().await);
    let link = json!({"with": other, "basis": "self_declared"});
    assert_eq!(server.post(coordinator, &format!("/v1/persons/{one}/links"), link).await.status, 201);
    let referral = json!({"to": "street-doctor-rotterdam", "offering": "medical_clinic"});
    let line = |number: u128, command: &str, person: &str, rest: Value| {
        let mut line = json!({"id": id(number), "command": command, "person_id": person});
        line.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        line
    };
    let lines = [
        line(1, "refer", &one, json!({"data": referral})),
        line(2, "withdraw_referral", &other, json!({"subject_of": id(1), "data": {"reason": "other"}})),
        line(3, "unlink_persons", &other, json!({"subject_id": one})),
        line(4, "withdraw_referral", &other, json!({"subject_of": id(1), "data": {"reason": "other"}})),
    ];
    let answer = send(&server, coordinator, body(&lines)).await;
    let answers: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told(&answers), ["1 201", "2 201", "3 201", "4 409 referral_unknown"]);
    for answer in &answers[..3] {
        assert_eq!(answer["receipt"]["person_id"], json!(one), "{answer}");
    }
}

#[actix_web::test]
async fn a_token_that_expires_ends_the_batch_where_it_does() {
    let server = server().await;
    let token = server.request("outreach-rotterdam", Method::POST, "/v1/batch");
    let request =
        token.insert_header(("content-type", "application/x-ndjson")).set_payload(body(&[signal(1), signal(2)]));
    let response = (server.call)(request).await;
    server.test.clock.advance(chrono::TimeDelta::hours(13));
    let text = actix_web::body::to_bytes(response.into_body()).await.unwrap();
    let answers: Vec<Value> =
        text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!(told(&answers), ["1 401 token_expired"]);
}

#[actix_web::test]
async fn a_caller_who_is_faster_than_the_rate_is_read_more_slowly_and_not_refused() {
    let batch = BatchLimits { lines_per_second: 100, lines_burst: 10, ..BatchLimits::default() };
    let server = server_with(Limits { batch, ..Limits::default() }).await;
    let began = std::time::Instant::now();
    let lines: Vec<_> = (0..30).map(signal).collect();
    let answers = answers(&server, body(&lines)).await;
    assert!(answers.len() == 30 && answers.iter().all(|answer| answer["status"] == 201));
    assert!(began.elapsed() >= Duration::from_millis(180), "{:?}", began.elapsed());
}

#[actix_web::test]
async fn a_batch_is_ndjson_of_somebody_who_is_known() {
    let server = server().await;
    let request = server.request("outreach-rotterdam", Method::POST, "/v1/batch");
    let request = request.insert_header(("content-type", "application/json")).set_payload(body(&[signal(1)]));
    let refused = server.send(request).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (415, Some("media_type")));
    let nobody = actix_web::test::TestRequest::post().uri("/v1/batch");
    assert_eq!(server.send(nobody.insert_header(("content-type", "application/x-ndjson"))).await.status, 401);
    assert_eq!(answers(&server, "").await, Vec::<Value>::new());
}

#[actix_web::test]
async fn what_the_log_does_not_take_is_answered_so_with_all_behind_it_and_taken_when_it_is_sent_again() {
    // It takes two appends, and then none until it is asked to.
    let takes = Arc::new(AtomicUsize::new(2));
    let left = takes.clone();
    let log = Gated::new(Arc::new(MemoryLog::new()), move |_| {
        let taken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        taken.map(drop).map_err(|_| LogError::Unavailable("weary".to_owned()))
    });
    let server = server_on(TestBaken::start_on(Arc::new(log)).await, Limits::default()).await;
    // One person: a line that is not recorded must not be overtaken by those behind it.
    let mut lines = vec![signal(1)];
    lines.extend((2..=1_400).map(|number| contact(number, 1)));
    let first = answers(&server, body(&lines)).await;
    let told_first = told(&first);
    assert_eq!(told_first[..4], ["1 201", "2 201", "3 503 log_unavailable", "4 503 earlier_line_unavailable"]);
    assert!(told_first[3..].iter().all(|told| told.ends_with("503 earlier_line_unavailable")), "{told_first:?}");
    // It was not read to its end.
    assert!((1_000..1_400).contains(&first.len()), "{}", first.len());

    takes.store(usize::MAX, Ordering::SeqCst);
    let again = answers(&server, body(&lines)).await;
    assert_eq!(told(&again)[..3], ["1 200", "2 200", "3 201"]);
    assert!(again.len() == 1_400 && again[2..].iter().all(|answer| answer["status"] == 201));
}

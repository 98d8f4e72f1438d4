//! The headers that make a write or a read conditional.

use actix_web::http::Method;
use serde_json::json;

use super::server;
use crate::event_log::Position;

#[actix_web::test]
async fn a_write_with_the_revision_that_the_path_has_is_taken_and_a_stale_one_is_not() {
    let server = server().await;
    let person = server.signalled().await;
    let path = format!("/v1/persons/{person}/notes");
    let note = |tag: &str| {
        server
            .write("coordinator-rotterdam", &path, &json!({"text": "rang twice"}))
            .insert_header(("if-match", tag.to_owned()))
    };
    let taken = server.send(note("\"1\"")).await;
    assert_eq!((taken.status, taken.header("etag")), (201, Some("\"2\"")), "{}", taken.text);
    let stale = server.send(note("\"1\"")).await;
    insta::assert_snapshot!(stale.told(), @r#"
    412
    {
      "code": "stale",
      "detail": "The path has changed: it is at revision 2; read it again.",
      "status": 412,
      "title": "Out of date",
      "type": "urn:baken:problem:stale"
    }
    "#);
    for tag in ["W/\"2\"", "\"1\", \"2\"", "*", "2"] {
        let refused = server.send(note(tag)).await;
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("malformed_header")), "{tag}");
    }
}

#[actix_web::test]
async fn a_write_without_a_key_is_told_which_header_it_lacks() {
    let server = server().await;
    let request = server
        .request("day-shelter-rotterdam", Method::POST, "/v1/signals")
        .insert_header(("content-type", "application/json"))
        .set_payload(r#"{"channel": "drop_in_visit"}"#);
    insta::assert_snapshot!(server.send(request).await.told(), @r#"
    400
    {
      "code": "malformed_header",
      "detail": "The header Idempotency-Key is required: a value of your choice, the same when you repeat the request.",
      "status": 400,
      "title": "Malformed request",
      "type": "urn:baken:problem:malformed_header"
    }
    "#);
}

#[actix_web::test]
async fn a_read_waits_for_the_position_that_it_names() {
    let server = server().await;
    let person = server.signalled().await;
    let path = format!("/v1/persons/{person}");
    let read = |position: &str| {
        let request = server.request("coordinator-rotterdam", Method::GET, &path);
        server.send(request.insert_header(("baken-position", position.to_owned())))
    };
    let notes = format!("{path}/notes");
    let note = server.post("coordinator-rotterdam", &notes, json!({"text": "rang twice"}));
    let (waited, written) = futures_util::join!(server.test.baken.reach(Position(3)), note);
    assert_eq!(waited, Ok(()));
    let seen = read("3").await;
    assert_eq!((seen.status, seen.header("etag")), (200, written.header("etag")));
    assert_eq!(seen.header("etag"), Some("\"2\""));
    let beyond = read("4").await;
    assert_eq!((beyond.status, &beyond.json()["code"]), (400, &json!("malformed_header")));
    let malformed = read("two").await;
    assert_eq!((malformed.status, &malformed.json()["code"]), (400, &json!("malformed_header")));
}

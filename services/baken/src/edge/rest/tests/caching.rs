//! What may be kept, and what is said of a case file that has not changed.

use actix_web::http::Method;
use serde_json::json;

use super::server;

#[actix_web::test]
async fn a_case_file_that_has_not_changed_is_not_sent_again() {
    let server = server().await;
    let person = server.signalled().await;
    let path = format!("/v1/persons/{person}");
    let read = |tag: &str| {
        server.request("coordinator-rotterdam", Method::GET, &path).insert_header(("if-none-match", tag.to_owned()))
    };
    let known = server.send(read("\"7\", W/\"1\"")).await;
    assert_eq!((known.status, known.text.as_str(), known.header("etag")), (304, "", Some("\"1\"")));
    let changed = server.send(read("\"7\"")).await;
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"1\"")));
}

#[actix_web::test]
async fn a_linked_persons_file_is_always_sent_for_its_revision_tells_of_one_stream_only() {
    let server = server().await;
    let (one, other) = (server.signalled().await, server.signalled().await);
    let link = json!({"with": other, "basis": "self_declared"});
    assert_eq!(server.post("coordinator-rotterdam", &format!("/v1/persons/{one}/links"), link).await.status, 201);
    let read = server
        .request("coordinator-rotterdam", Method::GET, &format!("/v1/persons/{other}"))
        .insert_header(("if-none-match", "*"));
    assert_eq!(server.send(read).await.status, 200);
}

#[actix_web::test]
async fn nothing_personal_is_kept_by_caches_and_browsers_guess_nothing() {
    let server = server().await;
    let person = server.signalled().await;
    for path in [format!("/v1/persons/{person}"), "/v1/persons".to_owned(), "/v1/nothing".to_owned()] {
        let answer = server.get("coordinator-rotterdam", &path).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
    }
}

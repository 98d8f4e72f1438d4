//! What cannot be recorded is not shown.

use super::server;

#[actix_web::test]
async fn nothing_is_shown_while_it_cannot_be_recorded_and_writes_go_on() {
    let server = server().await;
    let person = server.signalled().await;
    let paths = ["/v1/persons".to_owned(), format!("/v1/persons/{person}"), format!("/v1/persons/{person}/timeline")];
    server.test.access.fail(true);
    for path in &paths {
        let answer = server.get("coordinator-rotterdam", path).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("access_log_unavailable")), "{path}");
        assert!(!answer.text.contains(&person) && answer.header("retry-after").is_some(), "{}", answer.text);
        assert!(answer.header("etag").is_none());
    }
    // Hidden or missing, it is answered alike: that somebody asked cannot be recorded either.
    for who in [person.as_str(), "0199a3f2-0000-7000-8000-000000000001"] {
        assert_eq!(server.get("police-rotterdam", &format!("/v1/persons/{who}")).await.status, 503);
    }
    // What shows nobody goes on, and what is told is taken.
    assert_eq!(server.get("coordinator-rotterdam", "/v1/me").await.status, 200);
    server.signalled().await;
    server.test.access.fail(false);
    for path in &paths {
        assert_eq!(server.get("coordinator-rotterdam", path).await.status, 200, "{path}");
    }
}

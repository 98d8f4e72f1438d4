use std::sync::Arc;

use std::pin::Pin;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpResponse, ResponseError};
use serde_json::{Value, json};

use super::support::{Small, coordinator, rates};
use crate::app::Reading;
use crate::edge::graphql::{Graphql, http, routes};
use crate::edge::{BatchLimits, Limits};

const LIMITS: Limits = Limits {
    batch: BatchLimits::USUAL,
    body_bytes: 32 * 1024,
    body_deadline: Duration::from_millis(50),
    user_per_second: 1,
    user_burst: 1,
    searches_per_second: 1,
    searches_burst: 1,
    stranger_per_second: 1,
    stranger_burst: 1,
    channels_of_user: 1,
    channels: 1,
};

struct Answered {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Answered {
    async fn of(response: HttpResponse) -> Self {
        let status = response.status();
        let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap().to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let bytes = to_bytes(response.into_body()).await.unwrap_or_default();
        Self { status, headers, body: serde_json::from_slice(&bytes).unwrap() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The status and code of a problem.
    fn problem(&self) -> (u16, &str) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        (self.status.as_u16(), self.body["code"].as_str().unwrap())
    }
}

async fn send(graphql: &Graphql, request: TestRequest) -> Answered {
    let (request, payload) = request.to_http_parts();
    send_parts(graphql, &request, payload).await
}

async fn send_parts(graphql: &Graphql, request: &actix_web::HttpRequest, payload: Payload) -> Answered {
    let answer = http::answer(graphql, Arc::new(Reading::from(&coordinator())), &LIMITS, request, payload).await;
    Answered::of(answer.unwrap_or_else(|problem| problem.error_response())).await
}

fn post(body: impl Into<Bytes>) -> TestRequest {
    TestRequest::post().insert_header(("content-type", "application/json")).set_payload(body)
}

#[tokio::test]
async fn a_query_is_answered_as_json_that_nobody_stores() {
    let small = Small::new().await;
    let body = json!({
        "query": "query q($first: Int) { persons(first: $first) { nodes { personId } } }",
        "variables": { "first": 1 }, "operationName": "q", "extensions": { "persistedQuery": { "version": 1 } },
    });
    let answered = send(&small.graphql, post(body.to_string())).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(answered.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(answered.header("cache-control"), "no-store");
    let nodes = json!([{ "personId": small.marek.to_string() }]);
    assert_eq!(answered.body, json!({ "data": { "persons": { "nodes": nodes } } }));
}

#[tokio::test]
async fn the_media_type_of_the_draft_is_given_to_those_who_ask_for_it_with_its_statuses() {
    let small = Small::new().await;
    let broken = json!({ "query": "{ nothing }" }).to_string();
    let half = json!({ "query": "{ lookouts(after: \"x\") { nodes { state } } }" }).to_string();
    for (accept, given, status_of_broken) in [
        ("application/graphql-response+json", "application/graphql-response+json; charset=utf-8", 400),
        (
            "application/json;q=0.5, application/graphql-response+json",
            "application/graphql-response+json; charset=utf-8",
            400,
        ),
        ("application/json", "application/json; charset=utf-8", 200),
        ("*/*", "application/json; charset=utf-8", 200),
        ("application/graphql-response+json;q=0, application/json", "application/json; charset=utf-8", 200),
    ] {
        let answered = send(&small.graphql, post(broken.clone()).insert_header(("accept", accept))).await;
        assert_eq!((answered.status.as_u16(), answered.header("content-type")), (status_of_broken, given), "{accept}");
        assert_eq!(answered.body.get("data"), None, "what was not executed has no data");
        assert_eq!(answered.body["errors"][0]["extensions"]["code"], json!("INVALID_QUERY"));
        let answered = send(&small.graphql, post(half.clone()).insert_header(("accept", accept))).await;
        assert_eq!(answered.status, StatusCode::OK, "{accept}");
        assert_eq!(answered.body["data"], json!({ "lookouts": null }));
        assert_eq!(answered.body["errors"][0]["path"], json!(["lookouts"]));
    }
}

#[tokio::test]
async fn nothing_but_json_is_taken() {
    let small = Small::new().await;
    let query = "{\"query\": \"{ __typename }\"}";
    for media_type in [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/graphql",
        "",
    ] {
        let request = TestRequest::post().insert_header(("content-type", media_type)).set_payload(query);
        assert_eq!(send(&small.graphql, request).await.problem(), (415, "media_type"), "{media_type}");
    }
    let unsaid = TestRequest::post().set_payload(query);
    assert_eq!(send(&small.graphql, unsaid).await.problem(), (415, "media_type"));
}

#[tokio::test]
async fn what_is_no_single_request_is_malformed() {
    let small = Small::new().await;
    for body in [
        "[{\"query\": \"{ __typename }\"}, {\"query\": \"{ __typename }\"}]",
        "[]",
        "",
        "{}",
        "{",
        "\"{ __typename }\"",
        "{\"query\": 1}",
        "{\"query\": \"{ __typename }\", \"query\": \"{ __typename }\"}",
        "{\"query\": \"{ __typename }\", \"variables\": []}",
        "{\"query\": \"{ __typename }\", \"operationName\": 1}",
        "{\"query\": \"{ __typename }\", \"extensions\": \"x\"}",
        "{\"extensions\": {\"persistedQuery\": {\"version\": 1, \"sha256Hash\": \"x\"}}}",
    ] {
        assert_eq!(send(&small.graphql, post(body)).await.problem(), (400, "malformed"), "{body}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_or_too_slow_is_not_waited_for() {
    let small = Small::new().await;
    let large = json!({ "query": "{ __typename }", "variables": { "x": "y".repeat(32 * 1024) } }).to_string();
    assert_eq!(send(&small.graphql, post(large)).await.problem(), (413, "too_large"));
    let fits = json!({ "query": "{ __typename }", "variables": { "x": "y".repeat(31 * 1024) } }).to_string();
    assert_eq!(send(&small.graphql, post(fits)).await.status, StatusCode::OK);
    let never = futures_util::stream::pending::<Result<Bytes, actix_web::error::PayloadError>>();
    let stream: Pin<Box<dyn futures_util::Stream<Item = _>>> = Box::pin(never);
    let request = post("").to_http_request();
    assert_eq!(send_parts(&small.graphql, &request, Payload::from(stream)).await.problem(), (408, "too_slow"));
}

#[tokio::test]
async fn a_query_that_is_too_large_is_refused_in_its_answer() {
    let small = Small::new().await;
    let query = format!("{{ __typename }}{}", " ".repeat(16 * 1024));
    let answered = send(&small.graphql, post(json!({ "query": query }).to_string())).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(answered.body["errors"][0]["extensions"]["code"], json!("QUERY_TOO_LARGE"));
}

#[actix_web::test]
async fn every_method_but_post_is_refused_before_anything_else() {
    let small = Small::new().await;
    let graphql = Data::new(Graphql::new(small.baken.clone(), rates(), true).unwrap());
    let app = init_service(App::new().configure(routes(graphql))).await;
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let request = TestRequest::with_uri("/graphql?query=%7B__typename%7D").method(method.clone());
        let response = call_service(&app, request.to_request()).await;
        let (_, response) = response.into_parts();
        let answered = Answered::of(response.map_into_boxed_body()).await;
        assert_eq!(answered.problem(), (405, "method_not_allowed"), "{method}");
        assert_eq!(answered.header("allow"), "POST");
    }
}

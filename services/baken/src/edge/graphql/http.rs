//! `POST /graphql`, after the GraphQL-over-HTTP draft, and less of it: JSON and nothing else comes in, one query at a
//! time, so that no other site's form can post one. Trouble with the request is a problem, trouble with the query an
//! error of the answer.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::guard::fn_guard;
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use async_graphql::{Response, ServerError, Value, Variables};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{Ask, Graphql, socket};
use crate::app::Reading;
use crate::edge::Limits;
use crate::edge::problem::Problem;
use crate::edge::rest::body;
use crate::edge::rest::reader::ReadingCaller;

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

/// Registers `/graphql`.
pub fn routes(graphql: Data<Graphql>) -> impl FnOnce(&mut ServiceConfig) {
    let route = web::resource("/graphql")
        .app_data(graphql)
        .route(web::post().to(post))
        .route(web::get().guard(fn_guard(socket::is_upgrade)).to(socket::upgrade))
        .default_service(web::to(other));
    move |config| {
        config.service(route);
    }
}

async fn other() -> Result<HttpResponse, Problem> {
    Err(Problem::MethodNotAllowed(vec![Method::POST]))
}

async fn post(
    reader: ReadingCaller,
    graphql: Data<Graphql>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let limits = reader.caller.edge.limits;
    answer(&graphql, reader.reading().clone(), &limits, &request, payload.into_inner()).await
}

/// Answers a request of somebody who is known.
pub(super) async fn answer(
    graphql: &Graphql,
    reader: Arc<Reading>,
    limits: &Limits,
    request: &HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    if !body::is_json(request) {
        return Err(Problem::MediaType { accepted: JSON });
    }
    let bytes = body::read(request, payload, limits).await?;
    let ask = ask(body::object(request, &bytes)?)?;
    let response = graphql.answer(reader, ask).await;
    Ok(tell(&response, asks_for_graphql(request)))
}

/// What a body asks for. Its `extensions` are read by nobody.
pub(super) fn ask(mut body: Map<String, Json>) -> Result<Ask, Problem> {
    let Some(Json::String(query)) = body.remove("query") else {
        return Err(Problem::Malformed("The body has no query, or one that is no text."));
    };
    let operation = match body.remove("operationName") {
        None | Some(Json::Null) => None,
        Some(Json::String(name)) => Some(name),
        Some(_) => return Err(Problem::Malformed("The operation name is no text.")),
    };
    let variables = match body.remove("variables") {
        None | Some(Json::Null) => Variables::default(),
        Some(variables @ Json::Object(_)) => Variables::from_json(variables),
        Some(_) => return Err(Problem::Malformed("The variables are not an object.")),
    };
    match body.remove("extensions") {
        None | Some(Json::Null | Json::Object(_)) => Ok(Ask { query, operation, variables }),
        Some(_) => Err(Problem::Malformed("The extensions are not an object.")),
    }
}

/// Whether the client asked for the media type of the draft by name; otherwise it gets JSON, as clients of old expect.
fn asks_for_graphql(request: &HttpRequest) -> bool {
    let ranges = request.headers().get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    ranges.flat_map(|list| list.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(GRAPHQL));
        // RFC 9110 §12.4.2: a weight of nothing means "not acceptable".
        named && !parts.any(|part| matches!(part, "q=0" | "q=0." | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// An answer, as it is written.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    pub errors: &'a [ServerError],
}

fn tell(response: &Response, graphql: bool) -> HttpResponse {
    // What was never executed has no data, not even null.
    let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
    let status = if graphql && !executed { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, format!("{}; charset=utf-8", if graphql { GRAPHQL } else { JSON })))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Body { data: executed.then_some(&response.data), errors: &response.errors })
}

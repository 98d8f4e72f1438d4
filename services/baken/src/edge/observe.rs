//! What holds for every request and response: an id, a trace, a place in the metrics, headers that keep browsers and
//! caches from doing more than they should, and an answer even where a handler panics.
//!
//! Traces and metrics know the route's pattern, never the path, the query or a body.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use care_path::ids::CorrelationId;
use futures_util::FutureExt;
use tokio::time::Instant;
use tracing::Instrument;
use tracing::field::Empty;

use super::caller::RequestId;
use super::problem::Problem;
use super::rest::headers;
use super::{Edge, board};
use crate::app::Reading;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The documentation's own pages, and nothing from elsewhere.
const OF_DOCS: &str =
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";
const OF_DATA: &str = "default-src 'none'; frame-ancestors 'none'";

/// Observes a request: the outermost middleware.
///
/// # Errors
/// Where something failed before or around the handler; the response is made already.
pub async fn observe<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(edge) = request.app_data::<Data<Edge>>().cloned() else {
        return Err(Problem::Internal("the server has no edge".into()).into());
    };
    let given = request.headers().get(REQUEST_ID).and_then(|id| headers::uuid(id.to_str().ok()?));
    let id = given.unwrap_or_else(|| edge.baken.ids().uuid_v7());
    let request_id = RequestId(CorrelationId(id));
    request.extensions_mut().insert(request_id);
    let method = known(request.method());
    let kind = Kind::of(request.path());
    let span = tracing::info_span!("request", correlation_id = %id, method, route = Empty, status = Empty);

    let began = Instant::now();
    let answered = AssertUnwindSafe(next.call(request)).catch_unwind().instrument(span.clone()).await;

    let mut route = None;
    let answered = match answered {
        Ok(Ok(response)) => {
            route = response.request().match_pattern();
            let response = recorded(response.map_into_boxed_body(), &edge).await;
            Ok(in_words(response, request_id, kind))
        }
        Ok(Err(error)) => {
            let problem = error.as_error::<Problem>();
            Err(problem.map_or_else(|| error.error_response(), |problem| told(problem, request_id)))
        }
        Err(_) => Err(told(&Problem::Internal("a handler panicked".into()), request_id)),
    };
    // That it was recorded is part of it.
    let took = began.elapsed();
    let route = route.as_deref().unwrap_or("none");
    let status = match &answered {
        Ok(response) => response.status(),
        Err(response) => response.status(),
    };
    edge.metrics.answered(method, route, status.as_u16(), took);
    span.record("route", route).record("status", status.as_u16());
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(parent: &span, milliseconds, "answered");

    match answered {
        Ok(mut response) => {
            harden(response.headers_mut(), &id.to_string(), kind);
            Ok(response)
        }
        Err(mut response) => {
            harden(response.headers_mut(), &id.to_string(), kind);
            Err(InternalError::from_response("the request failed", response).into())
        }
    }
}

/// An answer goes out when it is recorded whom it shows something of; where that fails, something else is answered.
async fn recorded(response: ServiceResponse, edge: &Edge) -> ServiceResponse {
    let reading = response.request().extensions().get::<Arc<Reading>>().cloned();
    let Some(reading) = reading else { return response };
    let shown = reading.shows();
    match edge.baken.record(&reading).await {
        Ok(()) => {
            if Kind::of(response.request().path()) == Kind::Board {
                board::showed(response.request(), edge, &reading, shown);
            }
            response
        }
        Err(error) => {
            let (request, _) = response.into_parts();
            ServiceResponse::from_err(Problem::NotRecorded(error), request)
        }
    }
}

/// Metrics are counted by method: by those that there are, not by whatever somebody sends.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// What a handler has answered with a problem is logged, and an internal error is given the id of its request. A 404 that
/// comes without words, of a file that the documentation does not have, is given them.
fn in_words(response: ServiceResponse, id: RequestId, kind: Kind) -> ServiceResponse {
    let problem = response.response().error().and_then(Error::as_error::<Problem>);
    if let Some(problem) = problem {
        if kind == Kind::Board {
            problem.log(id);
            let page = board::failed(problem, response.request(), id);
            return response.into_response(page);
        }
        if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
            problem.log(id);
            return response;
        }
        let told = told(problem, id);
        return response.into_response(told);
    }
    let silent = response.status() == StatusCode::NOT_FOUND && !response.headers().contains_key(CONTENT_TYPE);
    if silent { response.into_response(not_found()) } else { response }
}

/// A problem as the operators and the client are told of it.
fn told(problem: &Problem, id: RequestId) -> HttpResponse {
    problem.log(id);
    problem.response(&problem.details_of(id))
}

fn not_found() -> HttpResponse {
    Problem::NotFound.error_response()
}

/// What a path answers with, by which it is hardened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Data,
    Docs,
    Board,
}

impl Kind {
    fn of(path: &str) -> Self {
        if path.starts_with("/docs") {
            Self::Docs
        } else if board::is_of_the_board(path) {
            Self::Board
        } else {
            Self::Data
        }
    }
}

fn harden(headers: &mut HeaderMap, id: &str, kind: Kind) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    let policy = match kind {
        Kind::Data => OF_DATA,
        Kind::Docs => OF_DOCS,
        Kind::Board => board::CONTENT_SECURITY_POLICY,
    };
    // A page with a style sheet inside says itself which.
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if kind != Kind::Docs && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

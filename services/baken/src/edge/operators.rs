//! What is open: health, the documentation, and, for operators, metrics and the state of the read models.

use std::sync::LazyLock;
use std::time::Duration;

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, web};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use care_path::event::EventKind;
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::auth::{AuthError, bearer_token};
use super::caller::edge;
use super::openapi;
use super::problem::Problem;
use super::{Edge, rest::reader::shown};
use crate::app::{Baken, ExecuteError};
use crate::projections::Digests;

/// How long the read models may take to catch up with the log before the service is not ready.
const CATCH_UP: Duration = Duration::from_secs(1);
/// The text format of Prometheus.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `live` or `ready`.
    pub status: &'static str,
    /// The position of the log that the read models have reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// What of the log could not be taken in. The service goes on without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<SetAsideHealth>,
}

/// Events of the log that cannot be taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetAsideHealth {
    pub count: usize,
    /// The first of them.
    pub first: Vec<SetAsideEvent>,
}

/// An event of the log that cannot be taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetAsideEvent {
    pub position: u64,
    pub r#type: EventKind,
}

/// How many of the events that were set aside are told one by one.
const SET_ASIDE_TOLD: usize = 20;

fn set_aside(baken: &Baken) -> Option<SetAsideHealth> {
    let all = baken.set_aside();
    let told = all.iter().take(SET_ASIDE_TOLD);
    let first = told.map(|aside| SetAsideEvent { position: aside.position.0, r#type: aside.kind }).collect();
    (!all.is_empty()).then_some(SetAsideHealth { count: all.len(), first })
}

/// Tells that the service runs
#[utoipa::path(
    get, path = "/health/live", tag = "Operations", impl_for = live,
    responses((status = 200, description = "It runs.", body = Health))
)]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    shown(&Health { status: "live", position: None, set_aside: None })
}

/// Tells whether the read models are up with the log
#[utoipa::path(
    get, path = "/health/ready", tag = "Operations", impl_for = ready,
    responses(
        (status = 200, description = "They are.", body = Health),
        (status = 503, description = "They are not (`not_ready`), or the log does not answer (`log_unavailable`); `outdated`: they never will be, until this node is upgraded."),
    )
)]
#[get("/health/ready")]
pub async fn ready(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let edge = edge(&request)?;
    if !edge.baken.follows() {
        return Err(Problem::Outdated);
    }
    let head = edge.baken.head().await.map_err(ExecuteError::Log)?;
    let reached = tokio::time::timeout(CATCH_UP, edge.baken.reach(head)).await;
    match reached {
        Ok(Ok(())) => {
            let position = Some(edge.baken.position().0);
            Ok(shown(&Health { status: "ready", position, set_aside: set_aside(&edge.baken) }))
        }
        Ok(Err(_)) | Err(_) => Err(Problem::NotReady),
    }
}

/// Tells the metrics, to loopback addresses and to whoever has the operators' token
#[utoipa::path(
    get, path = "/metrics", tag = "Operations", impl_for = metrics,
    responses((status = 200, description = "Metrics as Prometheus reads them.", body = String, content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8"))
)]
#[get("/metrics")]
pub async fn metrics(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let edge = edge(&request)?;
    for_operators(&request, &edge)?;
    let head = edge.baken.head().await.map_err(ExecuteError::Log)?;
    if let Some(webhooks) = &edge.webhooks {
        webhooks.measure();
    }
    let (cases, set_aside) = (edge.baken.cases(), edge.baken.set_aside().len());
    let text = edge.metrics.text(head.0, edge.baken.position().0, cases, set_aside);
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, METRICS)).body(text))
}

/// Tells the digests of the read models, to loopback addresses and to whoever has the operators' token
#[utoipa::path(
    get, path = "/internal/read-models", tag = "Operations", impl_for = read_models,
    responses((status = 200, description = "The digests.", body = Digests))
)]
#[get("/internal/read-models")]
pub async fn read_models(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let edge = edge(&request)?;
    for_operators(&request, &edge)?;
    // It reads every case, so that it is not for a thread that others wait for.
    let baken = edge.baken.clone();
    let digests = web::block(move || baken.digests()).await.map_err(|error| Problem::Internal(error.into()))?;
    Ok(shown(&digests))
}

/// Lets in whoever calls from this machine, or has the operators' token. What a proxy on this machine passes on comes
/// from elsewhere.
fn for_operators(request: &HttpRequest, edge: &Edge) -> Result<(), Problem> {
    let headers = request.headers();
    // The address of the socket, and no other: a header that names one is anybody's to write.
    let here = request.peer_addr().is_some_and(|address| address.ip().to_canonical().is_loopback());
    if here && !headers.keys().any(is_of_a_proxy) {
        return Ok(());
    }
    let refused = |error: AuthError| match edge.rates.stranger(request.peer_addr().map(|address| address.ip())) {
        Ok(()) => Problem::Auth(error),
        Err(too_often) => too_often,
    };
    let token = bearer_token(headers.get_all(AUTHORIZATION).map(HeaderValue::as_bytes)).map_err(refused)?;
    let held = edge.operator_token.as_ref().map(|held| held.expose_secret().as_bytes());
    let same = held.is_some_and(|held| verify_slices_are_equal(held, token.as_bytes()).is_ok());
    if same { Ok(()) } else { Err(refused(AuthError::SignatureInvalid)) }
}

/// Whether a proxy adds this header to what it passes on.
fn is_of_a_proxy(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("x-forwarded")
        || ["forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip"].contains(&name)
}

static DOCUMENT: LazyLock<Option<String>> = LazyLock::new(|| openapi::document().to_json().ok());

async fn document() -> Result<HttpResponse, Problem> {
    let text = DOCUMENT.as_deref().ok_or_else(|| Problem::Internal("the document cannot be written".into()))?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(text))
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

/// Registers the documented endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(live).service(ready).service(metrics).service(read_models);
}

/// Registers the documentation itself: embedded, and from no other host.
pub fn docs(config: &mut web::ServiceConfig) {
    let ui = Config::from("/openapi.json").validator_url("none");
    config
        .route("/openapi.json", web::get().to(document))
        .route("/docs", web::get().to(to_docs))
        .service(SwaggerUi::new("/docs/{_:.*}").config(ui));
}

//! `/v1/retention` and `/v1/holds`: how long records are kept.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get};
use care_path::PersonId;
use care_path::views::{HoldView, RetentionView};
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query::{self, PageParameters, Parameters};
use super::reader::{ReadingCaller, person, shown};
use crate::app::Reading;
use crate::edge::Edge;
use crate::edge::problem::Problem;

/// Lists the records that go within thirty days
///
/// For privacy officers. A record is erased by itself when its time is over (`kept_until`), unless a legal hold keeps it. How
/// long each class is kept is configured.
#[utoipa::path(
    get, path = "/v1/retention", tag = "Privacy", impl_for = retention, params(PageParameters),
    responses((status = 200, description = "A page of them, the next first.", body = PageOf<RetentionView>))
)]
#[get("/v1/retention")]
pub async fn retention(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let page = parameters.page();
    parameters.end()?;
    Ok(shown(&PageOf::from(reader.baken().retention(reader.reading(), &page)?)))
}

/// Lists the legal holds
///
/// For privacy officers. A record on hold is not erased, neither by itself nor by anybody.
#[utoipa::path(
    get, path = "/v1/holds", tag = "Privacy", impl_for = holds, params(PageParameters),
    responses((status = 200, description = "A page of them, the oldest first.", body = PageOf<HoldView>))
)]
#[get("/v1/holds")]
pub async fn holds(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let page = parameters.page();
    parameters.end()?;
    Ok(shown(&PageOf::from(reader.baken().holds(reader.reading(), &page)?)))
}

/// Certifies that a person was erased
///
/// For privacy officers. A signed note: whose keys are destroyed, on what ground, when that was decided, and a proof that the event
/// is in the log. It names the person's id and nothing else of them. `baken verify --certificate` checks it anywhere, with nothing
/// but the log's public key; docs/tamper-evidence.md says what it proves and what not.
#[utoipa::path(
    get, path = "/v1/persons/{person_id}/erasure-certificate", tag = "Privacy", impl_for = erasure_certificate,
    responses(
        (status = 200, description = "The certificate.", body = String, content_type = "text/plain; charset=utf-8"),
        (status = 409, description = "The erasure is not complete yet (`erasure_under_way`), or this node signs nothing (`checkpoints_off`)."),
        (status = 500, description = "The log is not what was signed of it before (`log_altered`): the operators must look."),
    )
)]
#[get("/v1/persons/{person_id}/erasure-certificate")]
pub async fn erasure_certificate(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let person = person(&request)?;
    query::none(&request)?;
    certificate_of(&reader.caller.edge, reader.reading(), person).await
}

/// The certificate that a person was erased, as a file.
///
/// # Errors
/// As [`crate::app::Baken::erasure_certificate`], and where this node signs no checkpoints.
pub async fn certificate_of(edge: &Edge, reading: &Reading, person: PersonId) -> Result<HttpResponse, Problem> {
    let notaries = edge.notaries.clone().ok_or(Problem::CheckpointsOff)?;
    let certificate = edge.baken.erasure_certificate(reading, person, &notaries.log).await?;
    let name = format!("attachment; filename=\"erased-{person}.txt\"");
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "text/plain; charset=utf-8")).insert_header((CONTENT_DISPOSITION, name));
    Ok(response.body(certificate))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(retention).service(holds).service(erasure_certificate);
}

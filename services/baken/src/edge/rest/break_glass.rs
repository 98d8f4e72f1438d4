//! `/v1/break-glass`: cases that were opened in an emergency, without a relation to the person.

use actix_web::{HttpRequest, HttpResponse, get};
use care_path::views::{BreakGlassState, BreakGlassView};
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query::{self, PageParameters, Parameters};
use super::reader::{ReadingCaller, shown};
use crate::app::BreakGlassCounts;
use crate::edge::problem::Problem;

/// Lists the cases that were opened in an emergency, the latest first
///
/// For privacy officers: who opened whose case, for what reason, until when, and what the review found. A review is due by
/// `review_due_at`; the coordinator of the case is asked for it as well.
#[utoipa::path(
    get, path = "/v1/break-glass", tag = "Privacy", impl_for = opened_in_emergency,
    params(
        ("state" = Option<BreakGlassState>, Query, description = "Those alone that stand so."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of them.", body = PageOf<BreakGlassView>))
)]
#[get("/v1/break-glass")]
pub async fn opened_in_emergency(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let state = parameters.take("state", "must be open, to_review, reviewed or erased", state);
    let page = parameters.page();
    parameters.end()?;
    Ok(shown(&PageOf::from(reader.baken().break_glass(reader.reading(), state, &page)?)))
}

/// Counts the cases that were opened in an emergency
///
/// For privacy officers: how they stand, and who opened how many for which reason.
#[utoipa::path(
    get, path = "/v1/break-glass/counts", tag = "Privacy", impl_for = counts,
    responses((status = 200, description = "The counts.", body = BreakGlassCounts))
)]
#[get("/v1/break-glass/counts")]
pub async fn counts(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    Ok(shown(&reader.baken().break_glass_counts(reader.reading())?))
}

fn state(text: &str) -> Option<BreakGlassState> {
    serde_json::from_value(serde_json::Value::from(text)).ok()
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(opened_in_emergency).service(counts);
}

//! `/v1/retention` and `/v1/holds`: how long records are kept.

use actix_web::{HttpRequest, HttpResponse, get};
use care_path::views::{HoldView, RetentionView};
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query::{PageParameters, Parameters};
use super::reader::{ReadingCaller, shown};
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

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(retention).service(holds);
}

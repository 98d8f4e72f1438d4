//! `/v1/retention` and `/v1/holds`: how long records are kept.

use actix_web::{HttpRequest, HttpResponse, get};
use care_path::views::{HoldView, RetentionView};
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query;
use super::reader::{ReadingCaller, shown};
use crate::edge::problem::Problem;

/// Lists the records that go within thirty days
///
/// For privacy officers. A record is erased by itself when its time is over (`kept_until`), unless a legal hold keeps it. How
/// long each class is kept is configured.
#[utoipa::path(
    get, path = "/v1/retention", tag = "Privacy", impl_for = retention,
    responses((status = 200, description = "All of them, the next first.", body = PageOf<RetentionView>))
)]
#[get("/v1/retention")]
pub async fn retention(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    Ok(shown(&PageOf { items: reader.baken().retention(reader.reading())?, next: None }))
}

/// Lists the legal holds
///
/// For privacy officers. A record on hold is not erased, neither by itself nor by anybody.
#[utoipa::path(
    get, path = "/v1/holds", tag = "Privacy", impl_for = holds,
    responses((status = 200, description = "All of them, the oldest first.", body = PageOf<HoldView>))
)]
#[get("/v1/holds")]
pub async fn holds(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    Ok(shown(&PageOf { items: reader.baken().holds(reader.reading())?, next: None }))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(retention).service(holds);
}

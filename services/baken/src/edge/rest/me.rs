//! `/v1/me` and `/v1/codes`: who calls, and the words that codes are shown with.

use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, VARY};
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query;
use super::reader::{ReadingCaller, shown};
use crate::app::{CodeListNameView, CodeListView, LabelLanguage, MeView, code_lists};
use crate::edge::problem::Problem;

/// Shows who you are, and what you may do
#[utoipa::path(
    get, path = "/v1/me", tag = "Me", impl_for = me,
    responses((status = 200, description = "Who you are.", body = MeView))
)]
#[get("/v1/me")]
pub async fn me(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    Ok(shown(&MeView::of(reader.reading())))
}

/// Lists the code lists
///
/// Titles are in the language of `Accept-Language`: nl, en, pl, ro, bg, hu, es or pt.
#[utoipa::path(
    get, path = "/v1/codes", tag = "Codes", impl_for = codes,
    responses((status = 200, description = "All code lists, by name.", body = PageOf<CodeListNameView>))
)]
#[get("/v1/codes")]
pub async fn codes(_: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    let language = language(&request);
    Ok(labelled(language, &PageOf { items: code_lists(language), next: None }))
}

/// Shows a code list with its labels
///
/// Labels are in the language of `Accept-Language`: nl, en, pl, ro, bg, hu, es or pt.
#[utoipa::path(
    get, path = "/v1/codes/{list}", tag = "Codes", impl_for = codes_of_list,
    responses((status = 200, description = "The list.", body = CodeListView))
)]
#[get("/v1/codes/{list}")]
pub async fn codes_of_list(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    let language = language(&request);
    let list = request.match_info().get("list").unwrap_or_default();
    let view = reader.baken().code_list(reader.reading(), list, language).ok_or(Problem::NotFound)?;
    Ok(labelled(language, &view))
}

pub(super) fn language(request: &HttpRequest) -> LabelLanguage {
    let accepted = request.headers().get_all(ACCEPT_LANGUAGE).filter_map(|value| value.to_str().ok());
    LabelLanguage::negotiate(&accepted.collect::<Vec<_>>().join(","))
}

pub(super) fn labelled(language: LabelLanguage, view: &impl serde::Serialize) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_LANGUAGE, language.tag())).insert_header((VARY, "accept-language"));
    response.json(view)
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(me).service(codes).service(codes_of_list);
}

//! `/v1/access-log` and `/v1/persons/{person_id}/access-log`: who saw what of whom.

use actix_web::{HttpRequest, HttpResponse, get};
use care_path::PersonId;
use care_path::ids::{OrgId, UserId};
use utoipa_actix_web::service_config::ServiceConfig;

use super::headers;
use super::page::PageOf;
use super::query::{self, PageParameters, Parameters};
use super::reader::{ReadingCaller, person, shown};
use crate::app::{AccessFilter, AccessView, SeenByView};
use crate::edge::problem::Problem;

/// Lists who saw what of whom, the latest first
///
/// For privacy officers. Of one person, user or organisation, if one of them is named. That it was read is recorded too.
#[utoipa::path(
    get, path = "/v1/access-log", tag = "Access log", impl_for = access_log,
    params(
        ("person_id" = Option<uuid::Uuid>, Query, description = "Who saw this person, by any of their ids."),
        ("user" = Option<UserId>, Query, description = "What this user saw."),
        ("organisation" = Option<OrgId>, Query, description = "What this organisation's people saw."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of the records.", body = PageOf<AccessView>))
)]
#[get("/v1/access-log")]
pub async fn access_log(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let filter = AccessFilter {
        person: parameters.take("person_id", "must be a UUID", headers::uuid).map(PersonId),
        user: parameters.read("user", str::parse::<UserId>),
        organisation: parameters.read("organisation", str::parse::<OrgId>),
    };
    let named = [filter.person.is_some(), filter.user.is_some(), filter.organisation.is_some()];
    if named.into_iter().filter(|named| *named).count() > 1 {
        parameters.refuse("person_id", "must be the only one of person_id, user and organisation");
    }
    let page = parameters.page();
    parameters.end()?;
    Ok(shown(&PageOf::from(reader.baken().accesses(reader.reading(), &filter, &page).await?)))
}

/// Shows who saw a person
///
/// By organisation and role: how often, when and what of. For client supporters, who tell the person, and privacy officers.
#[utoipa::path(
    get, path = "/v1/persons/{person_id}/access-log", tag = "Access log", impl_for = who_saw,
    responses((status = 200, description = "All of them, who saw them last first.", body = PageOf<SeenByView>))
)]
#[get("/v1/persons/{person_id}/access-log")]
pub async fn who_saw(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let person = person(&request)?;
    query::none(&request)?;
    Ok(shown(&PageOf { items: reader.baken().who_saw(reader.reading(), person).await?, next: None }))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(access_log).service(who_saw);
}

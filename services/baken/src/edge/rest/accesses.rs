//! `/v1/access-log` and `/v1/persons/{person_id}/access-log`: who saw what of whom.

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse, get};
use care_path::PersonId;
use care_path::ids::{OrgId, UserId};
use care_path::time::DateTime;
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query::{self, PageParameters, Parameters};
use super::reader::{ReadingCaller, person, shown};
use super::{fhir, headers};
use crate::app::{AccessFilter, AccessView, PatternsView, Period, Reading, SeenByView};
use crate::edge::Edge;
use crate::edge::problem::Problem;

/// Lists who saw what of whom, the latest first
///
/// For privacy officers. Of one person, user or organisation, if one of them is named. That it was read is recorded too. With
/// `Accept: application/fhir+json` the page is a Bundle of FHIR R4 audit events, after IHE's Basic Audit Log Patterns.
#[utoipa::path(
    get, path = "/v1/access-log", tag = "Access log", impl_for = access_log,
    params(
        ("person_id" = Option<uuid::Uuid>, Query, description = "Who saw this person, by any of their ids."),
        ("user" = Option<UserId>, Query, description = "What this user saw."),
        ("organisation" = Option<OrgId>, Query, description = "What this organisation's people saw."),
        ("from" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "From this time on."),
        ("until" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "Before this time."),
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
        period: period(&mut parameters),
    };
    let named = [filter.person.is_some(), filter.user.is_some(), filter.organisation.is_some()];
    if named.into_iter().filter(|named| *named).count() > 1 {
        parameters.refuse("person_id", "must be the only one of person_id, user and organisation");
    }
    let page = parameters.page();
    parameters.end()?;
    let found = PageOf::from(reader.baken().accesses(reader.reading(), &filter, &page).await?);
    Ok(if asks_for_fhir(&request) { as_fhir(&request, &found) } else { shown(&found) })
}

fn asks_for_fhir(request: &HttpRequest) -> bool {
    let accepted = request.headers().get_all(ACCEPT).filter_map(|accepts| accepts.to_str().ok());
    accepted.flat_map(|accepts| accepts.split(',')).any(|one| one.trim().starts_with(fhir::FHIR_JSON))
}

/// A page as a Bundle of audit events, that names the next page by its address.
fn as_fhir(request: &HttpRequest, found: &PageOf<AccessView>) -> HttpResponse {
    let connection = request.connection_info();
    let (host, path) = (connection.host(), request.path());
    let asked = request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    let asked: Vec<_> = asked.collect();
    let at = |more: Option<String>| {
        let pairs: Vec<_> = asked.iter().map(|pair| (*pair).to_owned()).chain(more).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("{}://{host}{path}{mark}{}", connection.scheme(), pairs.join("&"))
    };
    let next = found.next.as_ref().map(|next| at(Some(format!("after={next}"))));
    let bundle = fhir::bundle(&found.items, host, &at(None), next.as_deref());
    HttpResponse::Ok().content_type(fhir::FHIR_JSON).body(bundle.to_string())
}

/// Shows what stands out in the access log
///
/// For privacy officers: cases that were read in an emergency, openings again and again, ids that lead nowhere, many records in
/// a day, the same person found again and again, and reading outside of office hours. In the last seven days unless a period is
/// named. It accuses nobody: docs/access-log.md has the thresholds. That it was read is recorded too.
#[utoipa::path(
    get, path = "/v1/access-log/patterns", tag = "Access log", impl_for = access_patterns,
    params(
        ("from" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "From this time on."),
        ("until" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "Before this time."),
    ),
    responses((status = 200, description = "What stands out.", body = PatternsView))
)]
#[get("/v1/access-log/patterns")]
pub async fn access_patterns(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let period = period(&mut parameters);
    parameters.end()?;
    Ok(shown(&reader.baken().access_patterns(reader.reading(), period).await?))
}

/// A period that does not end before it begins.
fn period(parameters: &mut Parameters) -> Period {
    let period = Period {
        from: parameters.read("from", str::parse::<DateTime>),
        until: parameters.read("until", str::parse::<DateTime>),
    };
    if period.from.zip(period.until).is_some_and(|(from, until)| from > until) {
        parameters.refuse("until", "must not be before from");
    }
    period
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

/// Proves to a person who saw them
///
/// That the records of who saw the person are in the signed access log of this node: a file for the person to take away. Of each
/// record it tells time, organisation, role and what of, and withholds the rest as hashes. `baken verify --proof` checks it
/// anywhere, with nothing but the log's public key; docs/tamper-evidence.md has the format.
#[utoipa::path(
    get, path = "/v1/persons/{person_id}/access-log/proof", tag = "Access log", impl_for = who_saw_proof,
    responses(
        (status = 200, description = "The proof.", body = Object),
        (status = 409, description = "This node signs no checkpoints (`checkpoints_off`)."),
        (status = 500, description = "The log is not what was signed of it before (`log_altered`): the operators must look."),
    )
)]
#[get("/v1/persons/{person_id}/access-log/proof")]
pub async fn who_saw_proof(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let person = person(&request)?;
    query::none(&request)?;
    proof_of(&reader.caller.edge, reader.reading(), person).await
}

/// The proof of who saw a person, as a file.
///
/// # Errors
/// As [`crate::app::Baken::access_proof`], and where this node signs no checkpoints.
pub async fn proof_of(edge: &Edge, reading: &Reading, person: PersonId) -> Result<HttpResponse, Problem> {
    let notaries = edge.notaries.clone().ok_or(Problem::CheckpointsOff)?;
    let proof = edge.baken.access_proof(reading, person, &notaries.access).await?;
    let name = format!("attachment; filename=\"who-saw-{person}.json\"");
    Ok(HttpResponse::Ok().insert_header((CONTENT_DISPOSITION, name)).json(&proof))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(access_log).service(access_patterns).service(who_saw).service(who_saw_proof);
}

//! `POST /v1/persons/search`, and `GET /v1/persons` with a name: finding somebody again.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, post};
use care_path::matching::{PersonSought, Sought};
use care_path::views::PersonSummaryView;
use serde_json::{Map, Value};
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query;
use super::reader::{ReadingCaller, shown};
use super::{body, fields};
use crate::app::{Cursor, Page, PageRequest, PersonsFilter, Reading};
use crate::edge::Edge;
use crate::edge::problem::{FieldProblem, FieldProblems, Problem};

/// Looks for somebody by what is known of them
///
/// The fields are those of a claim of who somebody is; `name`, `alias`, `contact`, the number of a document or a `birth_date` to
/// the day must be among them. It answers who fits of those whom you may see, the best fit first, and of each in `matched` what
/// fits and how well: by what you are shown of them alone. Ask it before you report somebody as new: is it one of these?
///
/// Nothing is recorded, so that it takes no `Idempotency-Key`. `first` and `after` are as in other lists.
#[utoipa::path(
    post, path = "/v1/persons/search", tag = "Persons", impl_for = search_persons, request_body = PersonSought,
    responses((status = 200, description = "A page of persons in brief, the best fit first.", body = PageOf<PersonSummaryView>))
)]
#[post("/v1/persons/search")]
pub async fn search_persons(
    reader: ReadingCaller,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    let body = body::read(&request, payload.into_inner(), &reader.caller.edge.limits).await?;
    let mut rest = body::object(&request, &body)?;
    let mut problems = FieldProblems::default();
    let page = page(&mut rest, &mut problems);
    let sought = problems.checked(fields::read::<PersonSought>(rest)).map_err(Problem::Fields)?;
    let at = |field: &str, rule: String| FieldProblem::at(format!("/{field}"), rule);
    answer(&reader, sought, &PersonsFilter::default(), &page, at).await
}

/// No cursor of a search is longer.
pub const MOST_OF_A_CURSOR: usize = 64;

/// Takes the page that is asked for out of a body.
fn page(rest: &mut Map<String, Value>, problems: &mut FieldProblems) -> PageRequest {
    let first = rest.remove("first").filter(|first| !first.is_null());
    let number = first.as_ref().map(|first| first.as_u64().and_then(|first| usize::try_from(first).ok()));
    let after = match rest.remove("after") {
        None | Some(Value::Null) => None,
        Some(Value::String(cursor)) if cursor.len() <= MOST_OF_A_CURSOR => Some(Cursor(cursor)),
        Some(_) => {
            problems.push(FieldProblem::at("/after", "must be the cursor of a page"));
            None
        }
    };
    let page = match number {
        Some(None) => None,
        Some(first) => PageRequest::new(first, after),
        None => PageRequest::new(None, after),
    };
    page.unwrap_or_else(|| {
        problems.push(FieldProblem::at("/first", format!("must be a number from 1 to {}", PageRequest::MOST)));
        PageRequest::default()
    })
}

/// Answers who fits what is known of somebody.
///
/// # Errors
/// As [`look_for`].
pub async fn answer(
    reader: &ReadingCaller,
    sought: PersonSought,
    filter: &PersonsFilter,
    page: &PageRequest,
    at: impl Fn(&str, String) -> FieldProblem,
) -> Result<HttpResponse, Problem> {
    Ok(shown(&PageOf::from(look_for(&reader.caller.edge, reader.reading(), sought, filter, page, at).await?)))
}

/// Who fits what is known of somebody, within the limit on how often one may search.
///
/// # Errors
/// Where nobody can be looked for by it: `at` says where that stood in the request; or where somebody searches too often.
pub async fn look_for(
    edge: &Edge,
    reading: &Reading,
    sought: PersonSought,
    filter: &PersonsFilter,
    page: &PageRequest,
    at: impl Fn(&str, String) -> FieldProblem,
) -> Result<Page<PersonSummaryView>, Problem> {
    let sought = Sought::of(sought, reading, edge.baken.clock().now())
        .map_err(|why| Problem::Fields(at(why.field(), why.to_string()).into()))?;
    edge.rates.search(&reading.user)?;
    Ok(edge.baken.search(reading, &sought, filter, page).await?)
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(search_persons);
}

//! `/v1/persons`, `/v1/persons/{person_id}`, its timeline, who may be the same, and the document of a handover.

use actix_web::http::header::IF_NONE_MATCH;
use actix_web::{HttpRequest, HttpResponse, get};
use care_path::codes::{Code, Phase};
use care_path::ids::HandoverId;
use care_path::jwe::SealedDocument;
use care_path::matching::PersonSought;
use care_path::text::Line;
use care_path::time::{BirthDate, Moment};
use care_path::views::{CaseFileView, MatchElsewhereView, MatchView, PersonSummaryView, PhaseView, TimelineEntryView};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::PersonsFilter;
use crate::edge::problem::{FieldProblem, Problem};
use crate::edge::rest::page::PageOf;
use crate::edge::rest::query::{self, PageParameters, Parameters};
use crate::edge::rest::reader::{ReadingCaller, id, person, shown, tagged};
use crate::edge::rest::{headers, query::none, search};

/// Lists the persons whom you may see
///
/// With `name`, those who fit it, the best fit first, each with what fits in `matched`: in any spelling, script and order of
/// words. A URL may be kept by whatever it passes through: `POST /v1/persons/search` answers the same, and takes the name in its
/// body.
#[utoipa::path(
    get, path = "/v1/persons", tag = "Persons", impl_for = persons,
    params(
        ("name" = Option<Line>, Query, description = "Somebody to look for: a name or alias, or a part of one."),
        ("birth_year" = Option<u16>, Query, minimum = 1900, maximum = 2099,
            description = "With `name`: the year of birth, as far as it is known. It need not be right."),
        ("phase" = Option<Phase>, Query, description = "Only those in this phase of the path."),
        ("municipality" = Option<care_path::ids::Municipality>, Query, description = "Only those of this municipality."),
        ("out_of_sight" = Option<bool>, Query, description = "Only those who are out of sight, or who are not."),
        ("updated_since" = Option<Moment>, Query, description = "Only those on whose path something was recorded since."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of persons in brief, by id.", body = PageOf<PersonSummaryView>))
)]
#[get("/v1/persons")]
pub async fn persons(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let name = parameters.read("name", str::parse::<Line>);
    let birth_year = parameters.read("birth_year", birth_year);
    let filter = PersonsFilter {
        phase: parameters.take("phase", "must be a code of the list phase", Phase::from_code),
        municipality: parameters
            .take("municipality", "must be the short name of a municipality", |text| text.parse().ok()),
        out_of_sight: parameters.take("out_of_sight", "must be true or false", |text| text.parse().ok()),
        updated_since: parameters.take(
            "updated_since",
            "must be a time as in RFC 3339 in the years 2000 to 2099",
            |text| text.parse().map(Moment::get).ok(),
        ),
    };
    let page = parameters.page();
    if name.is_none() && birth_year.is_some() {
        parameters.refuse("birth_year", "must come with name");
    }
    parameters.end()?;
    if name.is_some() {
        let sought = PersonSought { name, birth_date: birth_year, ..PersonSought::default() };
        let at = |field: &str, rule: String| {
            FieldProblem::parameter(if field == "birth_date" { "birth_year" } else { field }, rule)
        };
        return search::answer(&reader, sought, &filter, &page, at).await;
    }
    Ok(shown(&PageOf::from(reader.baken().persons(reader.reading(), &filter, &page)?)))
}

/// A year of birth.
fn birth_year(text: &str) -> Result<BirthDate, &'static str> {
    let is_year = text.len() == 4 && text.bytes().all(|digit| digit.is_ascii_digit());
    is_year.then(|| text.parse().ok()).flatten().ok_or("must be a year from 1900 to 2099")
}

/// Shows the case file of a person
///
/// It holds what your role may see of it; what it may not see is absent.
#[utoipa::path(
    get, path = "/v1/persons/{person_id}", tag = "Persons", impl_for = case_file,
    responses(
        (status = 200, description = "The case file.", body = CaseFileView),
        (status = 304, description = "It is still at the revision of `If-None-Match`."),
    )
)]
#[get("/v1/persons/{person_id}")]
pub async fn case_file(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let person = person(&request)?;
    none(&request)?;
    let view = reader.baken().case_file(reader.reading(), person)?;
    // Such a file also tells what other streams hold, or until when it is open, which this revision knows nothing of.
    let says_more = view.break_glass.is_some() || reader.baken().rests_on_others(person);
    let known = headers::any_revision(&request, &IF_NONE_MATCH, view.revision) && !says_more;
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    tagged(&mut response, view.revision);
    Ok(if known { response.finish() } else { response.json(view) })
}

/// Shows what happened to a person, in the order in which it was recorded
#[utoipa::path(
    get, path = "/v1/persons/{person_id}/timeline", tag = "Persons", impl_for = timeline, params(PageParameters),
    responses((status = 200, description = "A page of the timeline.", body = PageOf<TimelineEntryView>))
)]
#[get("/v1/persons/{person_id}/timeline")]
pub async fn timeline(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let person = person(&request)?;
    let page = query::page(&request)?;
    Ok(shown(&PageOf::from(reader.baken().timeline(reader.reading(), person, &page)?)))
}

/// Shows the phases that a person's path went through
///
/// In the order of happening, each from when it held. It is empty for whoever may not know where the person is and was.
#[utoipa::path(
    get, path = "/v1/persons/{person_id}/phases", tag = "Persons", impl_for = phases,
    responses((status = 200, description = "All of them.", body = PageOf<PhaseView>))
)]
#[get("/v1/persons/{person_id}/phases")]
pub async fn phases(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let person = person(&request)?;
    query::none(&request)?;
    Ok(shown(&PageOf { items: reader.baken().phases(reader.reading(), person)?, next: None }))
}

/// Suggests who may be the same human being
///
/// Likeliest first, each with what agrees. Nobody is linked by it: link the two, or say that they are not the same.
/// It is empty for whoever may not do so.
#[utoipa::path(
    get, path = "/v1/persons/{person_id}/matches", tag = "Links", impl_for = matches, params(PageParameters),
    responses((status = 200, description = "A page of the suggestions.", body = PageOf<MatchView>))
)]
#[get("/v1/persons/{person_id}/matches")]
pub async fn matches(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let person = person(&request)?;
    let page = query::page(&request)?;
    Ok(shown(&PageOf::from(reader.baken().matches(reader.reading(), person, &page)?)))
}

/// Shows whom other municipalities released who may be the same human being as a person
///
/// It is empty before another municipality has released anybody.
#[utoipa::path(
    get, path = "/v1/persons/{person_id}/matches/elsewhere", tag = "Links", impl_for = matches_elsewhere,
    params(PageParameters),
    responses((status = 200, description = "A page of them.", body = PageOf<MatchElsewhereView>))
)]
#[get("/v1/persons/{person_id}/matches/elsewhere")]
pub async fn matches_elsewhere(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let person = person(&request)?;
    let page = query::page(&request)?;
    Ok(shown(&PageOf::from(reader.baken().matches_elsewhere(reader.reading(), person, &page)?)))
}

/// A document that only its receiver can open.
#[derive(Serialize, ToSchema)]
pub struct HandoverDocument {
    pub document: SealedDocument,
}

/// Shows the sealed document of a handover
///
/// It is a JWE, which Baken passes on unread.
#[utoipa::path(
    get, path = "/v1/persons/{person_id}/handovers/{handover_id}/document", tag = "Handovers",
    impl_for = handover_document,
    responses((status = 200, description = "The document, sealed.", body = HandoverDocument))
)]
#[get("/v1/persons/{person_id}/handovers/{handover_id}/document")]
pub async fn handover_document(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (person, handover) = (person(&request)?, HandoverId(id(&request, "handover_id")?));
    let document = reader.baken().handover_document(reader.reading(), person, handover)?;
    Ok(shown(&HandoverDocument { document }))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(persons)
        .service(case_file)
        .service(timeline)
        .service(phases)
        .service(matches)
        .service(matches_elsewhere)
        .service(handover_document);
}

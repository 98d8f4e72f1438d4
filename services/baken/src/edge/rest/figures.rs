//! `/v1/monitor`: figures of many. Releases are made by a command; here they are read.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use monitor::period::Period;
use monitor::report::STYLE;
use utoipa_actix_web::service_config::ServiceConfig;

use super::me::{labelled, language};
use super::page::PageOf;
use super::query::{self, Parameters};
use super::reader::{ReadingCaller, shown};
use crate::app::{
    Baken, DefinitionView, FiguresFilter, FiguresForm, LabelLanguage, Reading, ReleaseView, SourceView, TableView,
};
use crate::edge::problem::Problem;
use crate::sha256::Sha256;

const PERIOD: &str = "must be a calendar year or quarter such as 2026 or 2026-Q3";

/// Lists what each figure counts
///
/// All versions of all definitions, in Dutch for `Accept-Language: nl`, else in English.
#[utoipa::path(
    get, path = "/v1/monitor/definitions", tag = "Monitor", impl_for = definitions,
    responses((status = 200, description = "All definitions.", body = PageOf<DefinitionView>))
)]
#[get("/v1/monitor/definitions")]
pub async fn definitions(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    let language = language(&request);
    Ok(labelled(language, &PageOf { items: reader.baken().figures_definitions(language), next: None }))
}

/// Lists the releases of figures, without their tables
///
/// For analysts and coordinators. A period is released once, and its release is never altered.
#[utoipa::path(
    get, path = "/v1/monitor/releases", tag = "Monitor", impl_for = releases,
    responses((status = 200, description = "All releases, the newest first.", body = PageOf<ReleaseView>))
)]
#[get("/v1/monitor/releases")]
pub async fn releases(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    Ok(shown(&PageOf { items: reader.baken().releases(reader.reading())?, next: None }))
}

/// Shows the release of a period, with all its tables
///
/// For analysts and coordinators: the same for all of them. With `audience=own` coordinators are shown the tables of their own
/// municipality, in which fewer numbers are suppressed.
#[utoipa::path(
    get, path = "/v1/monitor/releases/{period}", tag = "Monitor", impl_for = release,
    params(
        ("period" = String, Path, description = "A calendar year or quarter.", example = "2026-Q3"),
        ("audience" = Option<String>, Query, description = "`everybody`, unless said, or `own`."),
    ),
    responses((status = 200, description = "The release.", body = ReleaseView))
)]
#[get("/v1/monitor/releases/{period}")]
pub async fn release(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let own = own(&mut parameters);
    parameters.end()?;
    let period = period_of(&request)?;
    Ok(shown(&reader.baken().release(reader.reading(), period, own)?))
}

/// Shows the release of a period as a file
///
/// For analysts and coordinators: `csv` (RFC 4180), `csvw` with what describes it (CSV on the Web), `json-stat` (JSON-stat 2.0),
/// `parquet` (Apache Parquet, if the service is built with it), or `report`, a page that prints. Definitions and labels are in Dutch for `Accept-Language: nl`, else in English.
#[utoipa::path(
    get, path = "/v1/monitor/releases/{period}/{form}", tag = "Monitor", impl_for = file,
    params(
        ("period" = String, Path, description = "A calendar year or quarter.", example = "2026-Q3"),
        ("form" = String, Path, description = "`csv`, `csvw`, `json-stat`, `parquet` or `report`.", example = "csv"),
        ("audience" = Option<String>, Query, description = "`everybody`, unless said, or `own`."),
    ),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
#[get("/v1/monitor/releases/{period}/{form}")]
pub async fn file(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let own = own(&mut parameters);
    parameters.end()?;
    let period = period_of(&request)?;
    let form = request.match_info().get("form").and_then(FiguresForm::of_name).ok_or(Problem::NotFound)?;
    file_of(reader.baken(), reader.reading(), (period, own), form, language(&request))
}

/// A file of a release, as an answer.
///
/// # Errors
/// As [`Baken::figures_file`].
pub fn file_of(
    baken: &Baken,
    reading: &Reading,
    of: (Period, bool),
    form: FiguresForm,
    language: LabelLanguage,
) -> Result<HttpResponse, Problem> {
    let body = baken.figures_file(reading, of, form, language, FiguresForm::Csv.name())?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, form.media_type())).insert_header((CONTENT_LANGUAGE, language.tag()));
    if form == FiguresForm::Report {
        response.insert_header((CONTENT_SECURITY_POLICY, report_policy()));
    } else {
        let name = format!("attachment; filename=\"baken-{}-{}.{}\"", of.0, form.name(), form.extension());
        response.insert_header((CONTENT_DISPOSITION, name));
    }
    Ok(response.body(body))
}

/// What a report may load: the style sheet inside it and nothing else.
fn report_policy() -> String {
    let mut digest = Sha256::new();
    digest.update(STYLE.as_bytes());
    let style = STANDARD.encode(digest.finish());
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Shows indicators over all releases
///
/// For analysts and coordinators. Of one indicator, or of one period, if it is named.
#[utoipa::path(
    get, path = "/v1/monitor/indicators", tag = "Monitor", impl_for = indicators,
    params(
        ("indicator" = Option<String>, Query, description = "The id of its definition.", example = "unique_persons"),
        ("period" = Option<String>, Query, description = "A calendar year or quarter.", example = "2026-Q3"),
        ("audience" = Option<String>, Query, description = "`everybody`, unless said, or `own`."),
    ),
    responses((status = 200, description = "Their tables, the first release first.", body = PageOf<TableView>))
)]
#[get("/v1/monitor/indicators")]
pub async fn indicators(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let indicator = parameters.take("indicator", "must be the id of a definition", |text| Some(text.to_owned()));
    let filter = filter(parameters, indicator)?;
    Ok(shown(&PageOf { items: reader.baken().indicators(reader.reading(), &filter)?, next: None }))
}

/// Shows the estimates of how many people there are, seen or not
///
/// For analysts and coordinators: the tables of `population_size` of all releases, each with its method, its interval and what
/// speaks against it, or why there is none.
#[utoipa::path(
    get, path = "/v1/monitor/estimates", tag = "Monitor", impl_for = estimates,
    params(
        ("period" = Option<String>, Query, description = "A calendar year or quarter.", example = "2026-Q3"),
        ("audience" = Option<String>, Query, description = "`everybody`, unless said, or `own`."),
    ),
    responses((status = 200, description = "Their tables, the first release first.", body = PageOf<TableView>))
)]
#[get("/v1/monitor/estimates")]
pub async fn estimates(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let filter = filter(Parameters::of(&request)?, Some("population_size".to_owned()))?;
    Ok(shown(&PageOf { items: reader.baken().indicators(reader.reading(), &filter)?, next: None }))
}

/// Shows figures of others, which stand beside the monitor's and are never added up
///
/// For analysts and coordinators: what was imported of each source at last, with the source's own definition.
#[utoipa::path(
    get, path = "/v1/monitor/sources", tag = "Monitor", impl_for = sources,
    responses((status = 200, description = "All sources, by their names.", body = PageOf<SourceView>))
)]
#[get("/v1/monitor/sources")]
pub async fn sources(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    Ok(shown(&PageOf { items: reader.baken().figures_sources(reader.reading())?, next: None }))
}

fn own(parameters: &mut Parameters) -> bool {
    let audience = parameters.take("audience", "must be everybody or own", |text| match text {
        "everybody" => Some(false),
        "own" => Some(true),
        _ => None,
    });
    audience.unwrap_or_default()
}

fn filter(mut parameters: Parameters, indicator: Option<String>) -> Result<FiguresFilter, Problem> {
    let period = parameters.take("period", PERIOD, |text| text.parse().ok());
    let own = own(&mut parameters);
    parameters.end()?;
    Ok(FiguresFilter { indicator, period, own })
}

/// The period that the path names. Of what is no period there is no release.
fn period_of(request: &HttpRequest) -> Result<Period, Problem> {
    request.match_info().get("period").and_then(|text| text.parse().ok()).ok_or(Problem::NotFound)
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(definitions)
        .service(releases)
        .service(release)
        .service(file)
        .service(indicators)
        .service(estimates)
        .service(sources);
}

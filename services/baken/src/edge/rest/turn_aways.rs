//! `GET /v1/turn-aways`: turn-aways by place, night and reason.

use actix_web::{HttpRequest, HttpResponse, get};
use care_path::codes::{Code, TurnAwayReason};
use care_path::ids::OrgId;
use care_path::time::Day;
use care_path::views::TurnAwaysView;
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query::{PageParameters, Parameters};
use super::reader::{ReadingCaller, shown};
use crate::app::TurnAwaysFilter;
use crate::edge::problem::Problem;

/// Counts who was turned away, by place, night and reason: the last night first
///
/// An organisation reads its own, a coordinator those of the municipality; to others the list is empty. Persons who are known
/// are counted as far as you may know of them; a coordinator is told which of them nobody has seen since.
#[utoipa::path(
    get, path = "/v1/turn-aways", tag = "Lists", impl_for = turn_aways,
    params(
        ("organisation" = Option<OrgId>, Query, description = "Only those of this organisation."),
        ("from" = Option<Day>, Query, description = "Only nights from this one on: the day on whose evening it begins."),
        ("until" = Option<Day>, Query, description = "Only nights until this one, with it."),
        ("reason" = Option<TurnAwayReason>, Query, description = "Only those for this reason."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of the counts.", body = PageOf<TurnAwaysView>))
)]
#[get("/v1/turn-aways")]
pub async fn turn_aways(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let day = |text: &str| text.parse::<Day>().map(Day::get);
    let filter = TurnAwaysFilter {
        organisation: parameters.read("organisation", str::parse::<OrgId>),
        from: parameters.read("from", day),
        until: parameters.read("until", day),
        reason: parameters.take("reason", "must be a code of the list turn_away_reason", TurnAwayReason::from_code),
    };
    if filter.is_backwards() {
        parameters.refuse("until", "must not lie before from");
    }
    let page = parameters.page();
    parameters.end()?;
    Ok(shown(&PageOf::from(reader.baken().turn_aways(reader.reading(), &filter, &page)?)))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(turn_aways);
}

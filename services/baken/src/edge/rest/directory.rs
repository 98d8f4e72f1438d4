//! `/v1/organisations` and `/v1/facilities`: who takes part, and where people are taken in.

use actix_web::{HttpRequest, HttpResponse, get};
use care_path::codes::{Code, LocationType, Offering, OrgKind, TargetGroup};
use care_path::ids::Municipality;
use care_path::text::LanguageTag;
use care_path::views::{FacilityView, OrganisationView};
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query::{PageParameters, Parameters};
use super::reader::{ReadingCaller, shown};
use crate::app::{FacilitiesFilter, OrganisationsFilter};
use crate::edge::problem::Problem;

const MUNICIPALITY: &str = "must be the short name of a municipality";

/// Lists the organisations that take part
///
/// By their ids. The police and those abroad are shown the organisations that they work with.
#[utoipa::path(
    get, path = "/v1/organisations", tag = "Directory", impl_for = organisations,
    params(
        ("kind" = Option<OrgKind>, Query, description = "Only those of this kind."),
        ("municipality" = Option<Municipality>, Query, description = "Only those of this municipality."),
        ("offering" = Option<Offering>, Query, description = "Only those that offer this."),
        ("language" = Option<LanguageTag>, Query, description = "Only those where people are helped in this language."),
        ("target_group" = Option<TargetGroup>, Query, description = "Only those that are meant for them, or for everybody."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of organisations.", body = PageOf<OrganisationView>))
)]
#[get("/v1/organisations")]
pub async fn organisations(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let language = "must be a BCP 47 tag of a language, such as pl";
    let filter = OrganisationsFilter {
        kind: parameters.take("kind", "must be a code of the list org_kind", OrgKind::from_code),
        municipality: parameters.take("municipality", MUNICIPALITY, |text| text.parse().ok()),
        offering: parameters.take("offering", "must be a code of the list offering", Offering::from_code),
        language: parameters.take("language", language, |text| text.parse().map(LanguageTag::get).ok()),
        target_group: parameters.take(
            "target_group",
            "must be a code of the list target_group",
            TargetGroup::from_code,
        ),
    };
    let page = parameters.page();
    parameters.end()?;
    Ok(shown(&PageOf::from(reader.baken().organisations(reader.reading(), &filter, &page)?)))
}

/// Lists the facilities where people are taken in
///
/// By their ids. The address of a women's shelter is told to itself, and to the coordinators of its municipality.
#[utoipa::path(
    get, path = "/v1/facilities", tag = "Directory", impl_for = facilities,
    params(
        ("municipality" = Option<Municipality>, Query, description = "Only those of this municipality."),
        ("location_type" = Option<LocationType>, Query, description = "Only places of this kind."),
        ("free_tonight" = Option<bool>, Query, description = "Only those where you are told that a place is free tonight, or none."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of facilities.", body = PageOf<FacilityView>))
)]
#[get("/v1/facilities")]
pub async fn facilities(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let filter = FacilitiesFilter {
        municipality: parameters.take("municipality", MUNICIPALITY, |text| text.parse().ok()),
        location_type: parameters.take(
            "location_type",
            "must be a code of the list location_type",
            LocationType::from_code,
        ),
        free_tonight: parameters.take("free_tonight", "must be true or false", |text| text.parse().ok()),
    };
    let page = parameters.page();
    parameters.end()?;
    Ok(shown(&PageOf::from(reader.baken().facilities(reader.reading(), &filter, &page)?)))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(organisations).service(facilities);
}

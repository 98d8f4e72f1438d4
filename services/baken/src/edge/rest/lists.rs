//! `/v1/worklist`, `/v1/lost`, `/v1/lookouts`, `/v1/care-alerts`, `/v1/referrals`, `/v1/exceptions` and `/v1/handovers`:
//! the parts of many paths that a caller may see.

use actix_web::{HttpRequest, HttpResponse, get};
use care_path::codes::{Code, TaskKind};
use care_path::views::{CareAlertView, ExceptionView, HandoverView, LookoutView, LostView, ReferralView, TaskView};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query::{self, PageParameters, Parameters};
use super::reader::{ReadingCaller, shown};
use crate::app::HandoverCounts;
use crate::edge::problem::Problem;

/// Declares a list that has pages and no filters.
macro_rules! lists {
    ($( $(#[doc = $doc:literal])+ $name:ident: $path:literal => $view:ty; )+) => {$(
        #[utoipa::path(
            get, path = $path, tag = "Lists", impl_for = $name, params(PageParameters),
            responses((status = 200, description = "A page of the list.", body = PageOf<$view>))
        )]
        $(#[doc = $doc])+
        #[get($path)]
        pub async fn $name(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
            let page = query::page(&request)?;
            Ok(shown(&PageOf::from(reader.baken().$name(reader.reading(), &page)?)))
        }
    )+};
}

/// Lists what waits for you: where most is at stake first, then what is due first
///
/// Reviews come last, together. `kind` shows tasks of one kind alone.
#[utoipa::path(
    get, path = "/v1/worklist", tag = "Lists", impl_for = worklist, params(WorklistParameters, PageParameters),
    responses((status = 200, description = "A page of the list.", body = PageOf<TaskView>))
)]
#[get("/v1/worklist")]
pub async fn worklist(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let kind = parameters.take("kind", "must be a kind of task: see /v1/codes/task_kind", TaskKind::from_code);
    let page = parameters.page();
    parameters.end()?;
    Ok(shown(&PageOf::from(reader.baken().worklist(reader.reading(), kind, &page)?)))
}

/// Which tasks are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `worklist` reads")]
struct WorklistParameters {
    /// Tasks of this kind alone.
    kind: Option<TaskKind>,
}

lists! {
    /// Lists who is lost, due first
    ///
    /// Who is out of sight, since when and why, where they were last seen, who looks out and who is silent.
    lost: "/v1/lost" => LostView;
    /// Lists the lookouts that you may see
    lookouts: "/v1/lookouts" => LookoutView;
    /// Lists the care alerts that you may see
    care_alerts: "/v1/care-alerts" => CareAlertView;
    /// Lists the referrals that you may see
    referrals: "/v1/referrals" => ReferralView;
    /// Lists the requests for an exception that you may see
    exceptions: "/v1/exceptions" => ExceptionView;
}

/// A page of handovers.
#[derive(Serialize, ToSchema)]
pub struct HandoverPage {
    #[serde(flatten)]
    pub page: PageOf<HandoverView>,
    /// How many there are in each state: all that an ambassador sees of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<HandoverCounts>,
}

/// Lists the handovers that you may see
///
/// An ambassador sees counts and no handover.
#[utoipa::path(
    get, path = "/v1/handovers", tag = "Lists", impl_for = handovers, params(PageParameters),
    responses((status = 200, description = "A page of the list.", body = HandoverPage))
)]
#[get("/v1/handovers")]
pub async fn handovers(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let page = query::page(&request)?;
    let page = PageOf::from(reader.baken().handovers(reader.reading(), &page)?);
    Ok(shown(&HandoverPage { page, counts: reader.baken().handover_counts(reader.reading()) }))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(worklist)
        .service(lost)
        .service(lookouts)
        .service(care_alerts)
        .service(referrals)
        .service(exceptions)
        .service(handovers);
}

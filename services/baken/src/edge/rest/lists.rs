//! `/v1/worklist`, `/v1/lost`, `/v1/lookouts`, `/v1/care-alerts`, `/v1/referrals`, `/v1/exceptions`, `/v1/handovers`
//! and `/v1/ended`: the parts of many paths that a caller may see.

use actix_web::{HttpRequest, HttpResponse, get};
use care_path::codes::{Code, ReferralState, TaskKind};
use care_path::ids::OrgId;
use care_path::views::{
    CareAlertView, EndedView, ExceptionView, HandoverView, LookoutView, LostView, ReferralView, TaskView,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query::{self, PageParameters, Parameters};
use super::reader::{ReadingCaller, shown};
use crate::app::{HandoverCounts, Only, ReferralsFilter};
use crate::edge::problem::Problem;

/// Declares a list of parts of cases, of which those can be asked for that still go on.
macro_rules! lists {
    ($( $(#[doc = $doc:literal])+ $name:ident: $path:literal => $view:ty; )+) => {$(
        #[utoipa::path(
            get, path = $path, tag = "Lists", impl_for = $name, params(OpenParameter, PageParameters),
            responses((status = 200, description = "A page of the list.", body = PageOf<$view>))
        )]
        $(#[doc = $doc])+
        #[get($path)]
        pub async fn $name(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
            let mut parameters = Parameters::of(&request)?;
            let (only, page) = (only(&mut parameters), parameters.page());
            parameters.end()?;
            Ok(shown(&PageOf::<$view>::from(reader.baken().list(reader.reading(), only, &page)?)))
        }
    )+};
}

/// Takes which parts of cases are asked for.
fn only(parameters: &mut Parameters) -> Only {
    let open: Option<bool> = parameters.take("open", "must be true or false", |text| text.parse().ok());
    open.unwrap_or_default().into()
}

/// Which parts of cases are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `only` reads")]
struct OpenParameter {
    /// Those alone that still go on.
    open: Option<bool>,
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

/// Lists who is lost, due first
///
/// Who is out of sight, since when and why, where they were last seen, who looks out and who is silent.
#[utoipa::path(
    get, path = "/v1/lost", tag = "Lists", impl_for = lost, params(PageParameters),
    responses((status = 200, description = "A page of the list.", body = PageOf<LostView>))
)]
#[get("/v1/lost")]
pub async fn lost(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let page = query::page(&request)?;
    Ok(shown(&PageOf::from(reader.baken().lost(reader.reading(), &page)?)))
}

lists! {
    /// Lists the lookouts that you may see, the latest first
    lookouts: "/v1/lookouts" => LookoutView;
    /// Lists the care alerts that you may see, the latest first
    care_alerts: "/v1/care-alerts" => CareAlertView;
    /// Lists the requests for an exception that you may see
    ///
    /// The latest first; of those that are open, the one that has waited longest.
    exceptions: "/v1/exceptions" => ExceptionView;
}

/// Lists the referrals that you may see
///
/// The latest first; of those that are open, the most urgent, then the one that has waited longest.
#[utoipa::path(
    get, path = "/v1/referrals", tag = "Lists", impl_for = referrals,
    params(OpenParameter, ReferralsParameters, PageParameters),
    responses((status = 200, description = "A page of the list.", body = PageOf<ReferralView>))
)]
#[get("/v1/referrals")]
pub async fn referrals(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let states = |text: &str| text.split(',').map(ReferralState::from_code).collect();
    let organisation = |text: &str| text.parse().ok();
    let filter = ReferralsFilter {
        only: only(&mut parameters),
        states: parameters.take("state", "must be codes of the list referral_state, with commas between them", states),
        to: parameters.take("to", "must be the short name of an organisation", organisation),
        from: parameters.take("from", "must be the short name of an organisation", organisation),
    };
    let page = parameters.page();
    parameters.end()?;
    Ok(shown(&PageOf::from(reader.baken().referrals(reader.reading(), &filter, &page)?)))
}

/// Which referrals are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `referrals` reads")]
struct ReferralsParameters {
    /// Those in one of these states, with commas between them.
    #[param(style = Form, explode = false, max_items = 8)]
    state: Option<Vec<ReferralState>>,
    /// Those to this organisation.
    to: Option<OrgId>,
    /// Those from this organisation.
    from: Option<OrgId>,
}

/// Lists what you were asked for and is over, the latest first
///
/// Whom to look out for, a care alert, a discharge that you were warned of, a handover, and what was taken back: for 14 days
/// after it ended. It says nothing of the person, nor why it is over.
#[utoipa::path(
    get, path = "/v1/ended", tag = "Lists", impl_for = ended, params(PageParameters),
    responses((status = 200, description = "A page of the list.", body = PageOf<EndedView>))
)]
#[get("/v1/ended")]
pub async fn ended(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let page = query::page(&request)?;
    Ok(shown(&PageOf::from(reader.baken().ended(reader.reading(), &page)?)))
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
/// The latest first; of those that go on, the one that was proposed first. An ambassador sees counts and no handover.
#[utoipa::path(
    get, path = "/v1/handovers", tag = "Lists", impl_for = handovers, params(OpenParameter, PageParameters),
    responses((status = 200, description = "A page of the list.", body = HandoverPage))
)]
#[get("/v1/handovers")]
pub async fn handovers(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let (only, page) = (only(&mut parameters), parameters.page());
    parameters.end()?;
    let page = PageOf::from(reader.baken().list(reader.reading(), only, &page)?);
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
        .service(handovers)
        .service(ended);
}

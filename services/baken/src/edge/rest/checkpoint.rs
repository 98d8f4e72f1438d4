//! `/v1/log/checkpoint` and `/v1/access-log/checkpoint`: what the event log and the access log are now, signed. A
//! checkpoint holds a count and a hash and names nobody; docs/tamper-evidence.md says what for.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get};
use care_path::policy::rules::{AccessLogOf, access_log_of};
use tamper_evidence::Notary;
use utoipa_actix_web::service_config::ServiceConfig;

use super::query;
use crate::app::ExecuteError;
use crate::edge::caller::Caller;
use crate::edge::problem::Problem;

const TEXT: &str = "text/plain; charset=utf-8";

/// Tells the log's present checkpoint
///
/// A signed note (C2SP `tlog-checkpoint`): the log's name, the number of its events, the root of the Merkle tree over them
/// (RFC 9162), and the log's signature. Keep it: `baken verify` shows later whether the log still begins with the same events.
/// Everybody with a token may have it.
#[utoipa::path(
    get, path = "/v1/log/checkpoint", tag = "Operations", impl_for = checkpoint,
    responses(
        (
            status = 200, description = "The checkpoint.", body = String, content_type = "text/plain; charset=utf-8",
            example = "example.org/baken\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.org/baken Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        ),
        (status = 409, description = "This node signs no checkpoints (`checkpoints_off`)."),
        (status = 500, description = "The log is not what was signed of it before (`log_altered`): the operators must look."),
    )
)]
#[get("/v1/log/checkpoint")]
pub async fn checkpoint(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    answer(&caller.edge.notaries.clone().ok_or(Problem::CheckpointsOff)?.log).await
}

async fn answer(notary: &Notary) -> Result<HttpResponse, Problem> {
    let (_, note) = notary.checkpoint().await?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT)).insert_header((CACHE_CONTROL, "no-store")).body(note))
}

/// Tells the present checkpoint of the access log
///
/// A signed note as that of the event log: the name of the access log, the number of its records, and the root of the
/// tree over them. For privacy officers and client supporters: how many records there are says, at a quiet hour, how many were
/// told of what somebody has just recorded.
#[utoipa::path(
    get, path = "/v1/access-log/checkpoint", tag = "Access log", impl_for = access_checkpoint,
    responses(
        (
            status = 200, description = "The checkpoint.", body = String, content_type = "text/plain; charset=utf-8",
            example = "example.org/baken/access/5d1c0a3e9b7f2468\n4711\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.org/baken Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        ),
        (status = 409, description = "This node signs no checkpoints (`checkpoints_off`)."),
        (status = 500, description = "The log is not what was signed of it before (`log_altered`): the operators must look."),
    )
)]
#[get("/v1/access-log/checkpoint")]
pub async fn access_checkpoint(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    if access_log_of(caller.principal.actor.role()) == AccessLogOf::Nobody {
        return Err(ExecuteError::Forbidden.into());
    }
    answer(&caller.edge.notaries.clone().ok_or(Problem::CheckpointsOff)?.access).await
}

/// Registers the endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(checkpoint).service(access_checkpoint);
}

//! `/v1/log/checkpoint`: what the event log is now, signed. It holds a count and a hash and names nobody; docs/tamper-evidence.md
//! says what for.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use super::query;
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
    let notary = caller.edge.notary.clone().ok_or(Problem::CheckpointsOff)?;
    let note = notary.checkpoint().await?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT)).insert_header((CACHE_CONTROL, "no-store")).body(note))
}

/// Registers the endpoint.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(checkpoint);
}

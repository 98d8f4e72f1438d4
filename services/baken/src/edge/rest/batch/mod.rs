//! `/v1/batch`: many commands in one request, for those who work without a connection and send later what they noted,
//! and for the systems of shelters. One command a line, one answer a line, in the same order, while the body still
//! comes in.

mod answer;
mod line;
mod lines;
mod queues;
mod run;

use std::convert::Infallible;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, post, web};
use futures_util::{Stream, StreamExt, stream};
use utoipa_actix_web::service_config::ServiceConfig;

use self::lines::{Bounds, Lines};
use self::run::Batch;
use super::{body, query};
use crate::edge::caller::{Caller, RequestId};
use crate::edge::problem::Problem;

pub use self::answer::{BatchAnswer, in_line};
pub use self::line::{BatchLine, Instruction, Rejected, read};
pub use self::run::execute;

/// The media type of a batch and of its answers.
pub const NDJSON: &str = "application/x-ndjson";

/// Records many things at once
///
/// One command a line, as NDJSON. Each is executed as its own route would, with its `id` as `Idempotency-Key`, and
/// answered on a line of its own, in the order of the lines, while the rest still comes in. A line that is refused does
/// not stop the others. Lines about the same person are executed in their order; others at the same time. Send the whole
/// batch again, unchanged, whenever you do not know what became of it: what was recorded is answered 200.
///
/// The batch ends early where a token expires (401), where nothing comes in for a minute (408), and where the log takes
/// nothing (503). Lines without an answer, and those answered 503, are to be sent again.
#[utoipa::path(
    post, path = "/v1/batch", tag = "Batch", impl_for = batch,
    request_body(content = BatchLine, content_type = "application/x-ndjson"),
    responses((
        status = 200, description = "An answer for each line.",
        body = BatchAnswer, content_type = "application/x-ndjson"
    ))
)]
#[post("/v1/batch")]
pub async fn batch(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request).await?;
    query::none(&request)?;
    if !body::is_of(&request, NDJSON) {
        return Err(Problem::MediaType { accepted: NDJSON });
    }
    let answers = answers(&request, payload, caller)?.map(|answer| Ok::<_, Infallible>(answer.text()));
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, NDJSON)).streaming(answers))
}

/// The answers to the lines of a body, one after the other, while it comes in.
///
/// # Errors
/// Where the caller has too many batches going on.
pub fn answers(
    request: &HttpRequest,
    payload: web::Payload,
    caller: Caller,
) -> Result<impl Stream<Item = BatchAnswer> + use<>, Problem> {
    let going_on = caller.edge.rates.batch(&caller.principal.user)?;
    let limits = &caller.edge.limits;
    let bounds = Bounds { longest: limits.body_bytes, deadline: limits.body_deadline, idle: limits.batch.idle };
    let request_id = RequestId::of(request, &caller.edge);
    let running = Batch::new(Lines::new(payload, bounds), caller, request_id, going_on);
    Ok(stream::unfold(running, |mut running| async move {
        let answer = running.next().await?;
        Some((answer, running))
    }))
}

/// Registers the endpoint.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(batch);
}

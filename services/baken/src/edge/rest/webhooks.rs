//! `/v1/webhooks`: where an organisation says what it wants to be told of, and how that goes. The page for whoever
//! receives is `docs/webhooks.md`.

use std::sync::Arc;

use actix_web::http::header::LOCATION;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::PageOf;
use super::query::{self, Parameters};
use super::reader::{ReadingCaller, id, shown};
use super::{body, fields, headers};
use crate::app::PageRequest;
use crate::edge::caller::Caller;
use crate::edge::problem::Problem;
use crate::history::Idempotency;
use crate::webhooks::{
    DeadLetterView, Made, NewWebhook, Pinged, Replayed, Rotated, WebhookError, WebhookId, WebhookView, Webhooks,
};

fn webhooks(caller: &Caller) -> Result<Arc<Webhooks>, Problem> {
    caller.edge.webhooks.clone().ok_or(Problem::Webhook(WebhookError::Off))
}

fn webhook(request: &HttpRequest) -> Result<WebhookId, Problem> {
    id(request, "webhook_id").map(WebhookId)
}

fn repeatable(caller: &Caller, request: &HttpRequest, body: &[u8]) -> Result<Idempotency, Problem> {
    let key = headers::idempotency_key(request)?;
    Ok(Idempotency::of(&caller.principal, &key, request.method().as_str(), request.path(), body))
}

/// Sets up a webhook
///
/// It is told of what happens from now on, as far as your role and organisation may know of it. The answer holds the
/// secret that messages are signed with, this once.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "Webhooks", impl_for = create_webhook, request_body = NewWebhook,
    responses(
        (status = 200, description = "Set up when the request was first sent.", body = Made),
        (status = 201, description = "Set up.", body = Made),
    )
)]
#[post("/v1/webhooks")]
pub async fn create_webhook(caller: Caller, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    let body = body::read(&request, payload.into_inner(), &caller.edge.limits).await?;
    let made_with = repeatable(&caller, &request, &body)?;
    let new = fields::read::<NewWebhook>(body::object(&request, &body)?).map_err(Problem::Fields)?;
    let made = webhooks(&caller)?.create(&caller.principal, new, made_with).await?;
    let mut response = if made.repeated { HttpResponse::Ok() } else { HttpResponse::Created() };
    response.insert_header((LOCATION, format!("/v1/webhooks/{}", made.webhook.webhook_id)));
    Ok(response.json(&made))
}

/// Lists the webhooks of your role and organisation
///
/// An administrator sees those of everybody, with nothing of any person.
#[utoipa::path(
    get, path = "/v1/webhooks", tag = "Webhooks", impl_for = list_webhooks,
    responses((status = 200, description = "All of them, oldest first.", body = PageOf<WebhookView>))
)]
#[get("/v1/webhooks")]
pub async fn list_webhooks(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    Ok(shown(&PageOf { items: webhooks(&caller)?.list(&caller.principal), next: None }))
}

/// Shows a webhook and how it stands
#[utoipa::path(
    get, path = "/v1/webhooks/{webhook_id}", tag = "Webhooks", impl_for = show_webhook,
    responses((status = 200, description = "The webhook.", body = WebhookView))
)]
#[get("/v1/webhooks/{webhook_id}")]
pub async fn show_webhook(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    query::none(&request)?;
    Ok(shown(&webhooks(&caller)?.show(&caller.principal, webhook(&request)?)?))
}

/// Removes a webhook with all that waits for it
#[utoipa::path(
    delete, path = "/v1/webhooks/{webhook_id}", tag = "Webhooks", impl_for = remove_webhook,
    responses((status = 204, description = "Removed."))
)]
#[delete("/v1/webhooks/{webhook_id}")]
pub async fn remove_webhook(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    webhooks(&caller)?.remove(&caller.principal, webhook(&request)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a new secret
///
/// For a day, messages are signed with both.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook_id}/rotate", tag = "Webhooks", impl_for = rotate_webhook,
    responses((status = 200, description = "The new secret.", body = Rotated))
)]
#[post("/v1/webhooks/{webhook_id}/rotate")]
pub async fn rotate_webhook(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let rotated_with = repeatable(&caller, &request, &[])?;
    Ok(shown(&webhooks(&caller)?.rotate(&caller.principal, webhook(&request)?, rotated_with).await?))
}

/// Enables a webhook: it goes on from where it stopped
///
/// What waits to be tried again is tried at once, also where the webhook was enabled already: say so when your receiver
/// is back.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook_id}/enable", tag = "Webhooks", impl_for = enable_webhook,
    responses((status = 200, description = "The webhook.", body = WebhookView))
)]
#[post("/v1/webhooks/{webhook_id}/enable")]
pub async fn enable_webhook(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(shown(&webhooks(&caller)?.enable(&caller.principal, webhook(&request)?).await?))
}

/// Disables a webhook: it is sent nothing until it is enabled
///
/// One that an administrator disabled, only an administrator can enable.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook_id}/disable", tag = "Webhooks", impl_for = disable_webhook,
    responses((status = 200, description = "The webhook.", body = WebhookView))
)]
#[post("/v1/webhooks/{webhook_id}/disable")]
pub async fn disable_webhook(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(shown(&webhooks(&caller)?.disable(&caller.principal, webhook(&request)?).await?))
}

/// Sends a message of the type `ping` to a webhook, and tells what became of it
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook_id}/test", tag = "Webhooks", impl_for = test_webhook,
    responses((status = 200, description = "What the receiver made of it.", body = Pinged))
)]
#[post("/v1/webhooks/{webhook_id}/test")]
pub async fn test_webhook(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(shown(&webhooks(&caller)?.ping(&caller.principal, webhook(&request)?).await?))
}

/// How the pages of dead letters are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `dead_letters` reads")]
pub struct LetterParameters {
    /// As many items at most; 50 unless said. There may be fewer, where you may not know of some any more.
    #[param(minimum = 1, maximum = 200)]
    first: Option<u8>,
    /// The `next` of the page before.
    #[param(pattern = "^[0-9]{1,19}$")]
    after: Option<String>,
}

/// Lists the events that were given up, oldest first
#[utoipa::path(
    get, path = "/v1/webhooks/{webhook_id}/dead-letters", tag = "Webhooks", impl_for = dead_letters,
    params(LetterParameters),
    responses((status = 200, description = "A page of them.", body = PageOf<DeadLetterView>))
)]
#[get("/v1/webhooks/{webhook_id}/dead-letters")]
pub async fn dead_letters(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let rule = format!("must be a number from 1 to {}", PageRequest::MOST);
    let in_range = |text: &str| text.parse().ok().filter(|first| PageRequest::new(Some(*first), None).is_some());
    let first = parameters.take("first", &rule, in_range);
    let after = parameters.take("after", "must be the cursor of a page", position);
    parameters.end()?;
    let webhooks = webhooks(&reader.caller)?;
    let (after, first) = (after.unwrap_or_default(), first.unwrap_or(50));
    let (items, next) = webhooks.dead_letters(reader.reading(), webhook(&request)?, after, first).await?;
    Ok(shown(&PageOf { items, next: next.map(|position| position.to_string()) }))
}

/// Sends dead letters again, up to a thousand, oldest first
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook_id}/dead-letters/replay", tag = "Webhooks", impl_for = replay_dead_letters,
    responses((status = 200, description = "How many.", body = Replayed))
)]
#[post("/v1/webhooks/{webhook_id}/dead-letters/replay")]
pub async fn replay_dead_letters(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(shown(&webhooks(&caller)?.replay(&caller.principal, webhook(&request)?, None).await?))
}

/// Sends one dead letter again
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook_id}/dead-letters/{position}/replay", tag = "Webhooks",
    impl_for = replay_dead_letter,
    responses((status = 200, description = "It is sent.", body = Replayed))
)]
#[post("/v1/webhooks/{webhook_id}/dead-letters/{position}/replay")]
pub async fn replay_dead_letter(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let which = request.match_info().get("position").and_then(position).ok_or(Problem::NotFound)?;
    Ok(shown(&webhooks(&caller)?.replay(&caller.principal, webhook(&request)?, Some(which)).await?))
}

fn position(text: &str) -> Option<u64> {
    let digits = (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(create_webhook)
        .service(list_webhooks)
        .service(show_webhook)
        .service(remove_webhook)
        .service(rotate_webhook)
        .service(enable_webhook)
        .service(disable_webhook)
        .service(test_webhook)
        .service(dead_letters)
        .service(replay_dead_letters)
        .service(replay_dead_letter);
}

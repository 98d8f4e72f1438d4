//! Webhooks on the board: what an administrator sees and does over REST, as a page.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use board::Flash;
use board::pages::{Sending, Webhook};
use care_path::Principal;

use super::session::{self, language_of, name_of};
use super::show::Viewed;
use super::sign_in::to;
use crate::edge::Edge;
use crate::edge::problem::Problem;
use crate::webhooks::{WebhookError, WebhookId, WebhookState, WebhookView, Webhooks};

const PAGE: &str = "/board/webhooks";

/// The webhooks that a principal is shown.
pub fn list(webhooks: &Webhooks, principal: &Principal) -> Vec<Webhook> {
    webhooks.list(principal).into_iter().map(shown).collect()
}

fn shown(view: WebhookView) -> Webhook {
    Webhook {
        id: view.webhook_id.0,
        organisation: view.organisation,
        role: view.role,
        url: view.url,
        types: view.types,
        description: view.description,
        sending: match view.state {
            WebhookState::Active => Sending::Active,
            WebhookState::Disabled => Sending::Disabled,
            WebhookState::Gone => Sending::Gone,
            WebhookState::Blocked => Sending::Blocked,
        },
        created_at: view.created_at,
        last_success_at: view.last_success_at,
        lag: view.lag,
        pending: view.pending,
        given_up: view.dead_letters,
    }
}

/// Enables or disables a webhook, as its routes of REST do.
pub async fn act(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let Some((session, _)) = session::sent(&request, payload, &edge).await? else {
        return Ok(to("/").finish());
    };
    let language = language_of(&request);
    match enable_or_disable(&request, &edge, &session.reader.principal).await {
        Ok(is_on) => {
            let said = if is_on {
                language.say("De webhook staat aan.", "The webhook is enabled.")
            } else {
                language.say("De webhook staat uit.", "The webhook is disabled.")
            };
            let flash = Flash { said: said.to_owned(), ..Flash::default() };
            let name = name_of(&request).unwrap_or_default();
            edge.board.sessions.change(&name, |session| session.flash = Some(flash));
            Ok(to(PAGE).finish())
        }
        Err(problem) => Ok(Viewed::of(&request, &edge, &session, PAGE, None).problem(&problem)),
    }
}

/// Whether it is enabled now.
async fn enable_or_disable(request: &HttpRequest, edge: &Edge, principal: &Principal) -> Result<bool, Problem> {
    let webhooks = edge.webhooks.as_ref().ok_or(WebhookError::Off)?;
    let part = |name: &str| request.match_info().get(name).unwrap_or_default();
    let id = WebhookId(part("webhook").parse().map_err(|_| Problem::NotFound)?);
    let now = match part("action") {
        "enable" => webhooks.enable(principal, id).await?,
        "disable" => webhooks.disable(principal, id).await?,
        _ => return Err(Problem::NotFound),
    };
    Ok(now.state == WebhookState::Active)
}

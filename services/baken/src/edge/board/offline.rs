//! What a phone works with where there is no network: a key for what it keeps, the open lookouts' descriptions, and the
//! lines that it sends later. For outreach alone. Lines go the way of `/v1/batch`.
//!
//! The key follows from the node's secret, the organisation and the user: it is the same after the next sign-in, so what
//! was not sent can be read again. The phone forgets it with the session.

use access_log::Surface;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use board::Language;
use care_path::PersonId;
use care_path::Principal;
use care_path::codes::Role;
use care_path::ids::LookoutId;
use care_path::text::Text;
use care_path::time::DateTime;
use care_path::views::LookoutView;
use futures_util::StreamExt;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::act::caller;
use super::names::NamesOf;
use super::session::{self, Found, Session, language_of};
use super::show::all;
use super::sign_in::{answer, own_page};
use crate::app::Only;
use crate::edge::Edge;
use crate::edge::auth::AuthError;
use crate::edge::caller::reading;
use crate::edge::problem::Problem;
use crate::edge::rest::batch::{self, BatchAnswer, NDJSON};

/// The header that shows that a request comes from one of our pages.
const CSRF: &str = "baken-csrf";

/// What the keys of phones follow from.
pub struct OfflineKeys(hmac::Key);

impl OfflineKeys {
    /// The least length of a secret, in characters.
    pub const SHORTEST: usize = 32;

    /// Those that follow from a secret; `None` where it is too short to be one.
    #[must_use]
    pub fn of(secret: &str) -> Option<Self> {
        let secret = secret.trim();
        (secret.len() >= Self::SHORTEST).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())))
    }

    /// A new secret.
    ///
    /// # Errors
    /// Where the machine has no randomness.
    pub fn new_secret() -> Result<String, Problem> {
        session::random()
    }

    /// What follows for a user, for a purpose. No part can be taken for a piece of the one beside it.
    fn derived(&self, purpose: &str, principal: &Principal) -> String {
        let mut of = hmac::Context::with_key(&self.0);
        for part in [purpose, principal.organisation.as_str(), principal.user.as_str()] {
            of.update(&(part.len() as u64).to_be_bytes());
            of.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(of.sign().as_ref())
    }
}

/// Whether a reader's phone works without a network.
pub fn is_offered(edge: &Edge, principal: &Principal) -> bool {
    edge.board.sign_in.offline.is_some() && principal.actor.role() == Role::OutreachWorker
}

/// The session of an outreach worker.
async fn open_session(request: &HttpRequest, edge: &Edge) -> Result<Session, Problem> {
    own_page(request)?;
    let session = match session::open(request, edge).await? {
        Found::Open(session) => session,
        Found::Ended(_) => return Err(AuthError::Expired.into()),
        Found::None => return Err(AuthError::CredentialsMissing.into()),
    };
    if !is_offered(edge, &session.reader.principal) {
        return Err(Problem::NotFound);
    }
    Ok(session)
}

/// Answers with the key of the reader's phone, and until when it may be kept.
pub async fn key(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let session = open_session(&request, &edge).await?;
    let principal = &session.reader.principal;
    let keys = edge.board.sign_in.offline.as_ref().ok_or(Problem::NotFound)?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({
        "key_id": keys.derived("name of the key of a phone, 1", principal),
        "key": keys.derived("key of a phone, 1", principal),
        "ends_at": session.expires_at,
        "csrf": session.csrf,
    })))
}

/// A lookout as a phone keeps it.
#[derive(Serialize)]
struct Kept {
    lookout_id: LookoutId,
    person_id: PersonId,
    description: Option<Text>,
    expires_at: DateTime,
}

/// Answers with the open lookouts: by what to know somebody, and until when.
pub async fn lookouts(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let session = open_session(&request, &edge).await?;
    let now = edge.baken.clock().now();
    let reader = reading(&request, &edge, &session.reader.principal, Surface::Board);
    let lookouts = all(|page| edge.baken.list::<LookoutView>(&reader, Only::Open, page))?;
    let kept: Vec<_> = lookouts
        .into_iter()
        .filter(|each| each.expires_at > now)
        .map(|each| Kept {
            lookout_id: each.lookout_id,
            person_id: each.noted.person_id,
            description: each.description,
            expires_at: each.expires_at,
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": kept })))
}

/// What became of a line, in the reader's words.
#[derive(Serialize)]
struct Told {
    id: Option<Uuid>,
    status: u16,
    /// What is wrong with the whole.
    said: Option<&'static str>,
    /// What is wrong with fields, by their JSON pointers in the line.
    fields: Vec<Field>,
}

#[derive(Serialize)]
struct Field {
    at: String,
    said: String,
}

impl Told {
    fn of(answer: BatchAnswer, language: Language) -> Self {
        let BatchAnswer { id, status, problem, .. } = answer;
        let said = problem.as_ref().map(|problem| board::refusal(problem.code, language));
        let of_field = |problem: crate::edge::problem::FieldProblem| Field {
            said: board::field_problem(&problem.message, language),
            at: problem.pointer.unwrap_or_default(),
        };
        let fields = problem.into_iter().flat_map(|problem| problem.errors.into_iter().flatten()).map(of_field);
        Self { id, status, said, fields: fields.collect() }
    }
}

/// Takes what was noted without a network: lines as `/v1/batch` takes them, each answered in the reader's words.
pub async fn lines(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let session = open_session(&request, &edge).await?;
    let token = request.headers().get(CSRF).map(actix_web::http::header::HeaderValue::as_bytes);
    if token != Some(session.csrf.as_bytes()) {
        return Err(Problem::ForeignOrigin);
    }
    let language = language_of(&request);
    let answers = batch::answers(&request, payload, caller(&edge, &session))?;
    let told = answers.map(move |answer| {
        let mut text = serde_json::to_vec(&Told::of(answer, language)).unwrap_or_default();
        text.push(b'\n');
        Ok::<_, std::convert::Infallible>(web::Bytes::from(text))
    });
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, NDJSON)).streaming(told))
}

/// The page that a phone shows without a network. It holds nothing of anybody: it is the same for all.
pub async fn shell(request: HttpRequest, edge: Data<Edge>) -> HttpResponse {
    let language = language_of(&request);
    let labels = |list: &str| NamesOf::labels(list, language.tag());
    let mut response = answer(board::pages::offline(language, &labels, edge.board.sign_in.demo.is_some()));
    if let Ok(tag) = language.tag().parse() {
        response.headers_mut().insert(CONTENT_LANGUAGE, tag);
    }
    response
}

/// The service worker, with the files that it keeps.
pub async fn worker() -> HttpResponse {
    let files: Vec<_> = board::assets::KEPT_OFFLINE.iter().map(|name| board::assets::path(name)).collect();
    let script = board::assets::find("worker.js").map(|asset| asset.bytes).unwrap_or_default();
    let mut body = format!("const FILES = {};\n", json!(files)).into_bytes();
    body.extend_from_slice(script);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::user;

    #[test]
    fn a_key_is_the_same_again_and_another_for_every_user_secret_and_purpose() {
        let keys = OfflineKeys::of(&"s".repeat(32)).unwrap();
        let of = |keys: &OfflineKeys, purpose, name| keys.derived(purpose, &user(name));
        let key = of(&keys, "key", "outreach-rotterdam");
        assert_eq!(key, of(&OfflineKeys::of(&"s".repeat(32)).unwrap(), "key", "outreach-rotterdam"));
        assert_eq!(URL_SAFE_NO_PAD.decode(&key).unwrap().len(), 32);
        assert_ne!(key, of(&keys, "name", "outreach-rotterdam"));
        assert_ne!(key, of(&keys, "key", "coordinator-rotterdam"));
        assert_ne!(key, of(&OfflineKeys::of(&"t".repeat(32)).unwrap(), "key", "outreach-rotterdam"));
        assert!(OfflineKeys::of("short").is_none());
    }
}

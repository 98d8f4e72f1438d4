//! Signing in and out. In the demo, as one of its users.

use std::collections::HashMap;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use board::Reader;
use care_path::Principal;
use care_path::codes::Code;
use chrono::TimeDelta;
use maud::Markup;
use parking_lot::Mutex;
use reqwest::Url;

use super::names::label;
use super::offline::OfflineKeys;
use super::place::Pairs;
use super::provider::{Begun, Provider, SignedIn};
use super::session::{Found, Who, cookie, language_of, name_of, no_cookie};
use super::{Board, session};
use crate::edge::Edge;
use crate::edge::problem::Problem;
use crate::edge::rest::body;

/// How one signs in here.
#[derive(Default)]
pub struct SignIn {
    /// The users of the demo world; absent where it is no demo.
    pub demo: Option<Vec<DemoUser>>,
    /// The provider to sign in with; absent where none is set up.
    pub provider: Option<Provider>,
    /// The board is reached over https: cookies are sent over nothing else.
    pub secure: bool,
    /// What the keys of outreach workers' phones follow from; absent where no phone works without a network.
    pub offline: Option<OfflineKeys>,
    /// How long a session lasts without a request, where it is not the usual time.
    pub idle: Option<TimeDelta>,
}

/// A user of the demo world.
pub struct DemoUser {
    pub name: String,
    pub principal: Principal,
}

/// A page as an answer.
pub fn answer(page: Markup) -> HttpResponse {
    answer_with(actix_web::http::StatusCode::OK, page)
}

pub fn answer_with(status: actix_web::http::StatusCode, page: Markup) -> HttpResponse {
    HttpResponse::build(status).insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(page.into_string())
}

/// Sends the browser to a page.
pub fn to(address: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, address));
    response
}

/// The first page: to sign in; or on, where one is.
pub async fn front(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let board = &edge.board;
    if let Found::Open(_) = session::of(&request, &edge).await {
        return Ok(to("/board/").finish());
    }
    let language = language_of(&request);
    let demo = board.sign_in.demo.as_ref().map(|users| {
        let user = |each: &DemoUser| board::pages::DemoUser {
            user: each.principal.user.to_string(),
            name: each.name.clone(),
            role: label("role", each.principal.actor.role().code(), language.tag()).unwrap_or_default(),
        };
        users.iter().map(user).collect::<Vec<_>>()
    });
    Ok(answer(board::pages::sign_in(language, demo.as_deref(), board.sign_in.provider.is_some())))
}

/// Signs in as a user of the demo world.
pub async fn as_demo_user(
    request: HttpRequest,
    payload: web::Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    own_page(&request)?;
    edge.rates.stranger(request.peer_addr().map(|address| address.ip()))?;
    let sent = Pairs::read(&body::read(&request, payload.into_inner(), &edge.limits).await?);
    let users = edge.board.sign_in.demo.as_ref().ok_or(Problem::NotFound)?;
    let user =
        users.iter().find(|user| sent.of("user") == Some(user.principal.user.as_str())).ok_or(Problem::NotFound)?;
    let reader = Reader { principal: user.principal.clone(), name: user.name.clone() };
    let token_ends = edge.baken.clock().now() + TimeDelta::hours(12);
    begin(&request, &edge, Who { reader, token_ends, refresh: None })
}

/// Begins a session. What was being written when the last one ended lies where it was.
fn begin(request: &HttpRequest, edge: &Edge, who: Who) -> Result<HttpResponse, Problem> {
    let Board { sessions, sign_in, .. } = &edge.board;
    let now = edge.baken.clock().now();
    let (name, written_on) = sessions.begin(who, now, name_of(request).as_deref())?;
    Ok(to(written_on.as_deref().unwrap_or("/board/")).cookie(cookie(name, sign_in.secure)).finish())
}

impl From<SignedIn> for Who {
    fn from(signed_in: SignedIn) -> Self {
        let principal = signed_in.authenticated.principal;
        let reader = Reader { name: principal.user.to_string(), principal };
        Self { reader, token_ends: signed_in.authenticated.expires_at, refresh: signed_in.refresh }
    }
}

const SIGN_IN_COOKIE: &str = "baken-sign-in";
/// So long somebody may take to sign in with the provider.
const SIGN_IN_TERM: TimeDelta = TimeDelta::minutes(10);
const MOST_SIGN_INS: usize = 10_000;

/// The sign-ins that have begun on this node, by what the browser's cookie says.
#[derive(Default)]
pub struct SignIns(Mutex<HashMap<String, Begun>>);

impl SignIns {
    fn keep(&self, begun: Begun) -> Result<String, Problem> {
        let name = session::random()?;
        let mut sign_ins = self.0.lock();
        let now = begun.began_at;
        sign_ins.retain(|_, begun| begun.began_at + SIGN_IN_TERM > now);
        if sign_ins.len() >= MOST_SIGN_INS {
            return Err(Problem::Crowded);
        }
        sign_ins.insert(name.clone(), begun);
        Ok(name)
    }
}

fn sign_in_cookie(name: String, secure: bool) -> Cookie<'static> {
    // The provider sends the browser back from its own site: a strict cookie would stay behind.
    Cookie::build(SIGN_IN_COOKIE, name).path("/auth/").http_only(true).same_site(SameSite::Lax).secure(secure).finish()
}

/// Sends the browser to the provider.
pub async fn with_provider(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    edge.rates.stranger(request.peer_addr().map(|address| address.ip()))?;
    let Board { sign_in, sign_ins, .. } = &edge.board;
    let provider = sign_in.provider.as_ref().ok_or(Problem::NotFound)?;
    let (url, begun) = provider.begin(edge.baken.clock().now()).await?;
    let name = sign_ins.keep(begun)?;
    Ok(to(url.as_str()).cookie(sign_in_cookie(name, sign_in.secure)).finish())
}

/// Takes the provider's answer: a code for a sign-in that this browser began.
pub async fn callback(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let Board { sign_in, sign_ins, .. } = &edge.board;
    let provider = sign_in.provider.as_ref().ok_or(Problem::NotFound)?;
    let answer = Pairs::read(request.query_string().as_bytes());
    let cookie = request.cookie(SIGN_IN_COOKIE);
    // It is used up, whatever comes of it.
    let begun = cookie.and_then(|cookie| sign_ins.0.lock().remove(cookie.value()));
    let now = edge.baken.clock().now();
    let begun =
        begun.filter(|begun| begun.began_at + SIGN_IN_TERM > now && answer.of("state") == Some(begun.state.as_str()));
    let (Some(begun), Some(code)) = (begun, answer.of("code")) else { return Ok(to("/").finish()) };
    let signed_in = provider.finish(&begun, code, &edge.verifier, now).await?;
    let mut response = self::begin(&request, &edge, signed_in.into())?;
    let mut used = sign_in_cookie(String::new(), sign_in.secure);
    used.make_removal();
    response.add_cookie(&used).map_err(|_| Problem::Internal("a cookie is not one".into()))?;
    Ok(response)
}

/// Signs out: the session is no more, and its cookie opens nothing.
pub async fn sign_out(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    own_page(&request)?;
    let sent = Pairs::read(&body::read(&request, payload.into_inner(), &edge.limits).await?);
    let Board { sessions, sign_in, .. } = &edge.board;
    if let Some(name) = name_of(&request)
        && let Found::Open(session) = sessions.find(Some(&name), edge.baken.clock().now())
    {
        session.check(&sent)?;
        sessions.end(&name);
    }
    let elsewhere = match &sign_in.provider {
        Some(provider) => provider.sign_out().await,
        None => None,
    };
    let mut response = to(elsewhere.as_ref().map_or("/", Url::as_str));
    // Not "storage": a phone may hold entries that are not sent yet. Its key and the lookouts are deleted by its page.
    response.insert_header(("clear-site-data", "\"cache\""));
    Ok(response.cookie(no_cookie(sign_in.secure)).finish())
}

/// Whether a browser says that a request comes from a page of this site: by Fetch Metadata, or where it has none by the
/// `Origin` of a post (RFC 6454 §7) being the host that was asked.
pub fn says_own_page(request: &HttpRequest) -> bool {
    let said = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match said("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => said("origin")
            .and_then(|origin| origin.split_once("://"))
            .is_some_and(|(_, host)| said("host") == Some(host)),
    }
}

/// A browser says where a request comes from (Fetch Metadata): from a page of another site nothing is taken.
///
/// # Errors
/// Where it does.
pub fn own_page(request: &HttpRequest) -> Result<(), Problem> {
    let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    match site {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(Problem::ForeignOrigin),
    }
}

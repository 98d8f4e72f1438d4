//! Signing in and out. In the demo, as one of its users.

use actix_web::http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use board::Reader;
use care_path::Principal;
use care_path::codes::Code;
use chrono::TimeDelta;
use maud::Markup;

use super::names::NamesOf;
use super::session::{Found, cookie, language_of, name_of, no_cookie};
use super::{Board, place};
use crate::edge::Edge;
use crate::edge::problem::Problem;
use crate::edge::rest::body;
use board::Names as _;

/// How one signs in here.
#[derive(Default)]
pub struct SignIn {
    /// The users of the demo world; absent where it is no demo.
    pub demo: Option<Vec<DemoUser>>,
    /// The board is reached over https: cookies are sent over nothing else.
    pub secure: bool,
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
    if let Found::Open(_) = board.sessions.find(name_of(&request).as_deref(), edge.baken.clock().now()) {
        return Ok(to("/board/").finish());
    }
    let language = language_of(&request);
    let names = NamesOf(&edge.baken.settings().directory);
    let demo = board.sign_in.demo.as_ref().map(|users| {
        let user = |each: &DemoUser| board::pages::DemoUser {
            user: each.principal.user.to_string(),
            name: each.name.clone(),
            role: names.label("role", each.principal.actor.role().code(), language.tag()).unwrap_or_default(),
        };
        users.iter().map(user).collect::<Vec<_>>()
    });
    Ok(answer(board::pages::sign_in(language, demo.as_deref(), false)))
}

/// Signs in as a user of the demo world.
pub async fn as_demo_user(
    request: HttpRequest,
    payload: web::Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    own_page(&request)?;
    edge.rates.stranger(request.peer_addr().map(|address| address.ip()))?;
    let sent = place::pairs(&body::read(&request, payload.into_inner(), &edge.limits).await?);
    let named = sent.iter().find(|(name, _)| name == "user").map(|(_, user)| user.as_str());
    let users = edge.board.sign_in.demo.as_ref().ok_or(Problem::NotFound)?;
    let user = users.iter().find(|user| Some(user.principal.user.as_str()) == named).ok_or(Problem::NotFound)?;
    let reader = Reader { principal: user.principal.clone(), name: user.name.clone() };
    begin(&request, &edge, reader)
}

fn begin(request: &HttpRequest, edge: &Edge, reader: Reader) -> Result<HttpResponse, Problem> {
    let Board { sessions, sign_in } = &edge.board;
    let now = edge.baken.clock().now();
    let name = sessions.begin(reader, now + TimeDelta::hours(12), now, name_of(request).as_deref())?;
    // What was being written when the last session ended lies where it was.
    let back = match sessions.find(Some(&name), now) {
        Found::Open(session) => session.draft.map(|(back, _)| back),
        Found::Ended(_) | Found::None => None,
    };
    Ok(to(back.as_deref().unwrap_or("/board/")).cookie(cookie(name, sign_in.secure)).finish())
}

/// Signs out: the session is no more, and its cookie opens nothing.
pub async fn sign_out(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    own_page(&request)?;
    let sent = place::pairs(&body::read(&request, payload.into_inner(), &edge.limits).await?);
    let Board { sessions, sign_in } = &edge.board;
    if let Some(name) = name_of(&request)
        && let Found::Open(session) = sessions.find(Some(&name), edge.baken.clock().now())
    {
        if !sent.contains(&("csrf".to_owned(), session.csrf)) {
            return Err(Problem::ForeignOrigin);
        }
        sessions.end(&name);
    }
    let mut response = to("/");
    response.insert_header(("clear-site-data", "\"cache\", \"storage\""));
    Ok(response.cookie(no_cookie(sign_in.secure)).finish())
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

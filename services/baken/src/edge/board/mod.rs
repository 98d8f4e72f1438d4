//! The board's edge: pages for people, over the same write path and the same read path as REST. What a page looks like is
//! said in the crate `board`, which is given views, and what things are called.
//!
//! No browser holds a token. Whoever signs in has a session on this node ([`session`]) and a cookie that names it.

mod accesses;
mod act;
mod assets;
mod filled;
#[cfg(test)]
mod forms_tests;
mod lists;
mod live;
mod names;
mod offline;
mod place;
mod provider;
mod search;
mod session;
mod show;
mod sign_in;
mod webhooks;
#[cfg(test)]
mod words_tests;

use actix_web::http::header::RETRY_AFTER;
use actix_web::middleware::Compress;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};

use care_path::PersonId;

use super::Edge;
use super::caller::RequestId;
use super::problem::Problem;
use crate::app::Reading;

pub use offline::OfflineKeys;
pub use provider::{Provider, ProviderConfig, ProviderError};
pub use session::Sessions;
pub use sign_in::{DemoUser, SignIn, SignIns};

/// The policy of every page: nothing from elsewhere, nothing inline, no frames.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'";

/// Whether a path is one of the board's.
#[must_use]
pub fn is_of_the_board(path: &str) -> bool {
    path == "/" || path.starts_with("/board/") || path.starts_with("/auth/")
}

/// What the board keeps on this node.
pub struct Board {
    pub sessions: Sessions,
    pub sign_in: SignIn,
    pub sign_ins: SignIns,
}

impl Board {
    #[must_use]
    pub fn new(sign_in: SignIn) -> Self {
        Self { sessions: Sessions::new(sign_in.idle), sign_in, sign_ins: SignIns::default() }
    }
}

/// A page shows something of persons: its session remembers how the reader stands to them, to tell when that has changed.
pub fn showed(request: &HttpRequest, edge: &Edge, reading: &Reading, shown: Vec<PersonId>) {
    if let Some(name) = session::name_of(request).filter(|_| !shown.is_empty()) {
        edge.board.sessions.showed(&name, edge.baken.standings(reading, shown));
    }
}

/// What fails outside a page is said to people in their words: nobody at a door reads problem details.
pub fn failed(problem: &Problem, request: &HttpRequest, id: RequestId) -> HttpResponse {
    let details = problem.details_of(id);
    let language = session::language_of(request);
    let title = board::problem_title(details.status, language);
    let page = board::pages::failed(language, title, board::refusal(details.code, language), details.request_id);
    let mut response = sign_in::answer_with(problem.status_code(), page);
    // When it is worth trying again is said as anywhere.
    if let Some(after) = problem.error_response().headers().get(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, after.clone());
    }
    response
}

/// Registers the board.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(sign_in::front))
        .route("/auth/demo", web::post().to(sign_in::as_demo_user))
        .route("/auth/sign-in", web::get().to(sign_in::with_provider))
        .route("/auth/callback", web::get().to(sign_in::callback))
        .route("/auth/sign-out", web::post().to(sign_in::sign_out))
        .route("/board/language", web::get().to(show::language))
        .route("/board/live", web::get().to(live::live))
        .route("/board/here", web::get().to(live::here))
        .route("/board/manifest.webmanifest", web::get().to(assets::manifest))
        // Files are compressed. A page is not: its length would tell of the token that it holds (BREACH).
        .service(
            web::resource("/board/assets/{version}/{file}")
                .wrap(Compress::default())
                .route(web::get().to(assets::asset)),
        )
        .route("/board/worker.js", web::get().to(offline::worker))
        .route("/board/offline", web::get().to(offline::shell))
        .route("/board/offline/key", web::get().to(offline::key))
        .route("/board/offline/lookouts", web::get().to(offline::lookouts))
        .route("/board/offline/lines", web::post().to(offline::lines))
        .route("/board/do/{command}", web::post().to(act::act))
        .route("/board/door/{facility}", web::post().to(act::new_guest))
        .route("/board/persons", web::post().to(search::search))
        .route("/board/persons/{person}/others", web::post().to(search::search))
        .route("/board/persons/{person}/move", web::post().to(search::search))
        .route("/board/persons/{person}/who-saw/proof", web::get().to(show::who_saw_proof))
        .route("/board/persons/{person}/erasure-certificate", web::get().to(show::erasure_certificate))
        .route("/board/figures/{period}/{form}", web::get().to(show::figures_file))
        .route("/board/webhooks/{webhook}/{action}", web::post().to(webhooks::act))
        .route("/board/{page:.*}", web::get().to(show::page));
}

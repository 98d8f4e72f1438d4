//! The board's edge: pages for people, over the same write path and the same read path as REST. What a page looks like is
//! said in the crate `board`, which is given views and nothing else.
//!
//! No browser holds a token. Whoever signs in has a session on this node ([`session`]) and a cookie that names it.

mod act;
mod assets;
mod live;
mod names;
mod place;
mod session;
mod show;
mod sign_in;

use actix_web::web;

pub use session::Sessions;
pub use sign_in::{DemoUser, SignIn};

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
}

impl Board {
    #[must_use]
    pub fn new(sign_in: SignIn) -> Self {
        Self { sessions: Sessions::default(), sign_in }
    }
}

/// Registers the board.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(sign_in::front))
        .route("/auth/demo", web::post().to(sign_in::as_demo_user))
        .route("/auth/sign-out", web::post().to(sign_in::sign_out))
        .route("/board/language", web::get().to(show::language))
        .route("/board/live", web::get().to(live::live))
        .route("/board/manifest.webmanifest", web::get().to(assets::manifest))
        .route("/board/assets/{version}/{file}", web::get().to(assets::asset))
        .route("/board/do/{command}", web::post().to(act::act))
        .route("/board/persons", web::post().to(show::search))
        .route("/board/{page:.*}", web::get().to(show::page));
}

//! Sessions: who is signed in on this node. A cookie names a session by 256 random bits; kept is their digest alone.
//!
//! A session ends after half an hour without a request, twelve hours after it began, when the user signs out, and with the
//! node. One that ended by time is remembered for a while without any right, with what was being written: the same user
//! finds it again after signing in.

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use board::{Draft, Flash, Language, Reader};
use care_path::time::DateTime;
use chrono::TimeDelta;
use parking_lot::Mutex;

use crate::edge::problem::Problem;
use crate::sha256::Sha256;

/// The cookie of a session.
pub const COOKIE: &str = "baken-session";
const LANGUAGE_COOKIE: &str = "baken-language";

const IDLE: TimeDelta = TimeDelta::minutes(30);
const LONGEST: TimeDelta = TimeDelta::hours(12);
/// So long what was being written is kept after a session has ended.
const KEPT: TimeDelta = TimeDelta::hours(1);
const MOST_SESSIONS: usize = 20_000;

type Digest = [u8; 32];

/// A session as a request finds it.
#[derive(Debug, Clone)]
pub struct Session {
    pub reader: Reader,
    pub csrf: String,
    /// When it ends at the latest.
    pub expires_at: DateTime,
    /// What was sent and could not be recorded, and the page it was on.
    pub draft: Option<(String, Draft)>,
    /// What is said on the next page.
    pub flash: Option<Flash>,
}

struct Kept {
    session: Session,
    used_at: DateTime,
}

impl Kept {
    fn ends_at(&self) -> DateTime {
        (self.used_at + IDLE).min(self.session.expires_at)
    }
}

/// How a cookie was answered.
pub enum Found {
    Open(Session),
    /// It was one, and has ended by time.
    Ended(Session),
    None,
}

/// The sessions of this node.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<Digest, Kept>>);

/// 256 random bits, as text.
///
/// # Errors
/// Where the machine has no randomness.
fn random() -> Result<String, Problem> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Problem::Internal("no randomness".into()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn digest(name: &str) -> Digest {
    let mut digest = Sha256::new();
    digest.update(name.as_bytes());
    digest.finish()
}

impl Sessions {
    /// Begins a session, with a name that was never used; what the same user was writing in one that ended goes along.
    ///
    /// # Errors
    /// Where the machine has no randomness.
    pub fn begin(
        &self,
        reader: Reader,
        token_ends: DateTime,
        now: DateTime,
        old: Option<&str>,
    ) -> Result<String, Problem> {
        let name = random()?;
        let expires_at = token_ends.min(now + LONGEST);
        let mut sessions = self.0.lock();
        sessions.retain(|_, kept| kept.ends_at() + KEPT > now);
        let old = old.and_then(|old| sessions.remove(&digest(old)));
        let draft =
            old.filter(|old| old.session.reader.principal == reader.principal).and_then(|old| old.session.draft);
        if sessions.len() >= MOST_SESSIONS {
            return Err(Problem::Crowded);
        }
        let session = Session { reader, csrf: random()?, expires_at, draft, flash: None };
        sessions.insert(digest(&name), Kept { session, used_at: now });
        Ok(name)
    }

    /// The session that a cookie names.
    pub fn find(&self, name: Option<&str>, now: DateTime) -> Found {
        let Some(name) = name else { return Found::None };
        let mut sessions = self.0.lock();
        let Some(kept) = sessions.get_mut(&digest(name)) else { return Found::None };
        if now >= kept.ends_at() {
            return Found::Ended(kept.session.clone());
        }
        kept.used_at = now;
        Found::Open(kept.session.clone())
    }

    /// Changes a session that is known, ended or not.
    pub fn change(&self, name: &str, change: impl FnOnce(&mut Session)) {
        if let Some(kept) = self.0.lock().get_mut(&digest(name)) {
            change(&mut kept.session);
        }
    }

    /// Ends a session for good.
    pub fn end(&self, name: &str) {
        self.0.lock().remove(&digest(name));
    }
}

/// The name of a session, as a request's cookie has it.
pub fn name_of(request: &HttpRequest) -> Option<String> {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned())
}

/// A cookie that no script reads and no other site sends along.
pub fn cookie(name: String, secure: bool) -> Cookie<'static> {
    Cookie::build(COOKIE, name).path("/").http_only(true).same_site(SameSite::Lax).secure(secure).finish()
}

/// A cookie that takes the session's away.
pub fn no_cookie(secure: bool) -> Cookie<'static> {
    let mut cookie = cookie(String::new(), secure);
    cookie.make_removal();
    cookie
}

/// The language that the reader chose; Dutch until then.
pub fn language_of(request: &HttpRequest) -> Language {
    request.cookie(LANGUAGE_COOKIE).and_then(|cookie| Language::of(cookie.value())).unwrap_or_default()
}

/// A cookie that keeps a language.
pub fn language_cookie(language: Language, secure: bool) -> Cookie<'static> {
    let mut cookie = Cookie::build(LANGUAGE_COOKIE, language.tag()).path("/").http_only(true).secure(secure).finish();
    cookie.set_same_site(SameSite::Lax);
    cookie.make_permanent();
    cookie
}

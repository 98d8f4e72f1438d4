//! Sessions: who is signed in on this node. A cookie names a session by 256 random bits; kept is their digest alone.
//!
//! A session ends after half an hour without a request, twelve hours after it began, when the user signs out, and with the
//! node. One that ended by time is remembered for a while without any right, with what was being written: the same user
//! finds it again after signing in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::Payload;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use board::{Draft, Flash, Language, Reader, Unsent};
use care_path::ids::{OrgId, UserId};
use care_path::time::DateTime;
use care_path::{PersonId, Principal};
use chrono::TimeDelta;
use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::sync::watch;

use super::Board;
use super::place::Pairs;
use super::search::Searches;
use super::sign_in::own_page;
use crate::app::Standings;
use crate::edge::Edge;
use crate::edge::problem::Problem;
use crate::edge::rest::body;
use crate::sha256::Sha256;

/// The cookie of a session.
pub const COOKIE: &str = "baken-session";
const LANGUAGE_COOKIE: &str = "baken-language";

const IDLE: TimeDelta = TimeDelta::minutes(30);
const LONGEST: TimeDelta = TimeDelta::hours(12);
/// So long what was being written is kept after a session has ended.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// So long before its end an access token is renewed.
const REFRESHED_BEFORE: TimeDelta = TimeDelta::minutes(1);
const MOST_SESSIONS: usize = 20_000;

type Digest = [u8; 32];

/// A session as a request finds it.
#[derive(Debug, Clone)]
pub struct Session {
    pub reader: Reader,
    pub csrf: String,
    /// When it ends at the latest.
    pub expires_at: DateTime,
    /// When what the reader may do is to be asked of the provider again.
    pub token_ends: DateTime,
    pub drafts: Drafts,
    pub searches: Searches,
    /// What is said on the next page.
    pub flash: Option<Flash>,
}

/// What was sent and could not be recorded, each with the page that it was on, the newest last.
#[derive(Debug, Clone, Default)]
pub struct Drafts(Vec<(String, Draft)>);

impl Drafts {
    /// Somebody at work has a form or two open. What is older than that many is given up.
    const MOST: usize = 8;

    /// Keeps one more. What is sent twice is kept once.
    pub fn keep(&mut self, page: String, draft: Draft) {
        let kept = (page, draft);
        self.0.retain(|each| *each != kept);
        if self.0.len() == Self::MOST {
            self.0.remove(0);
        }
        self.0.push(kept);
    }

    /// The newest of a page.
    #[must_use]
    pub fn on(&self, page: &str) -> Option<&Draft> {
        self.0.iter().rfind(|(each, _)| each == page).map(|(_, draft)| draft)
    }

    /// Gives up the newest of a page.
    pub fn take(&mut self, page: &str) {
        if let Some(newest) = self.0.iter().rposition(|(each, _)| each == page) {
            self.0.remove(newest);
        }
    }

    /// All but the one that is shown, the newest first.
    #[must_use]
    pub fn all_but(&self, shown: Option<&Draft>) -> Vec<Unsent> {
        let others = self.0.iter().rev().filter(|(_, draft)| Some(draft) != shown);
        let unsent = |(page, draft): &(String, Draft)| Unsent {
            page: page.clone(),
            command: draft.ask.as_ref().map(|ask| ask.command),
        };
        others.map(unsent).collect()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Session {
    /// Whether the reader may go on: within the limit on how often one may ask, on a node that is not out of date.
    ///
    /// # Errors
    /// Where they may not.
    pub fn goes_on(&self, edge: &Edge) -> Result<(), Problem> {
        edge.rates.user(&self.reader.principal.user)?;
        // Out of date for good, it would show what may not be seen any more.
        if edge.baken.follows() { Ok(()) } else { Err(Problem::Outdated) }
    }

    /// Whether a form comes from one of this session's pages.
    ///
    /// # Errors
    /// Where it does not.
    pub fn check(&self, sent: &Pairs) -> Result<(), Problem> {
        if sent.of("csrf") == Some(self.csrf.as_str()) { Ok(()) } else { Err(Problem::ForeignOrigin) }
    }
}

struct Kept {
    session: Session,
    used_at: DateTime,
    /// What a new access token is asked for with; taken out while that is done.
    refresh: Option<SecretString>,
    /// Whom its pages showed something of, and how its reader stood to them.
    shown: Standings,
    /// Tells its open pages that the reader does not stand to somebody as they did. It ends with the session.
    closes: watch::Sender<()>,
}

impl Kept {
    /// When it ends but for its access token, where a session lasts so long without a request.
    fn goes_on_until(&self, idle: TimeDelta) -> DateTime {
        (self.used_at + idle).min(self.session.expires_at)
    }

    fn ends_at(&self, idle: TimeDelta) -> DateTime {
        self.goes_on_until(idle).min(self.session.token_ends)
    }
}

/// Who signed in, until when that is said, and what asks for it again.
pub struct Who {
    pub reader: Reader,
    pub token_ends: DateTime,
    pub refresh: Option<SecretString>,
}

/// How a cookie was answered.
pub enum Found {
    Open(Session),
    /// It was one, and has ended by time.
    Ended(Session),
    None,
}

/// The sessions of this node, and how long one lasts without a request.
pub struct Sessions {
    kept: Mutex<HashMap<Digest, Kept>>,
    signed_in: Mutex<BTreeMap<UserId, (OrgId, DateTime)>>,
    idle: TimeDelta,
}

/// 256 random bits, as text.
///
/// # Errors
/// Where the machine has no randomness.
pub fn random() -> Result<String, Problem> {
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
    /// No sessions yet; half an hour is how long one lasts where nothing else is said.
    #[must_use]
    pub fn new(idle: Option<TimeDelta>) -> Self {
        Self { kept: Mutex::default(), signed_in: Mutex::default(), idle: idle.unwrap_or(IDLE) }
    }

    /// Begins a session, with a name that was never used; what the same user was writing in one that ended goes along. Answers
    /// with the name, and the page on which something was being written.
    ///
    /// # Errors
    /// Where the machine has no randomness.
    pub fn begin(&self, who: Who, now: DateTime, old: Option<&str>) -> Result<(String, Option<String>), Problem> {
        let Who { reader, token_ends, refresh } = who;
        let name = random()?;
        let expires_at = now + LONGEST;
        let mut sessions = self.kept.lock();
        sessions.retain(|_, kept| kept.ends_at(self.idle) + KEPT > now);
        let old = old.and_then(|old| sessions.remove(&digest(old)));
        let theirs = old.filter(|old| old.session.reader.principal == reader.principal);
        let drafts = theirs.map(|old| old.session.drafts).unwrap_or_default();
        if sessions.len() >= MOST_SESSIONS {
            return Err(Problem::Crowded);
        }
        let written_on = drafts.all_but(None).into_iter().next().map(|unsent| unsent.page);
        let session = Session {
            reader,
            csrf: random()?,
            expires_at,
            token_ends,
            drafts,
            searches: Searches::default(),
            flash: None,
        };
        let Principal { user, organisation, .. } = &session.reader.principal;
        self.signed_in.lock().insert(user.clone(), (organisation.clone(), now));
        let (shown, closes) = (Standings::new(), watch::Sender::new(()));
        sessions.insert(digest(&name), Kept { session, used_at: now, refresh, shown, closes });
        Ok((name, written_on))
    }

    /// The session that a cookie names. It is in use.
    pub fn find(&self, name: Option<&str>, now: DateTime) -> Found {
        self.found(name, now, true)
    }

    fn found(&self, name: Option<&str>, now: DateTime, used: bool) -> Found {
        let Some(name) = name else { return Found::None };
        let mut sessions = self.kept.lock();
        let Some(kept) = sessions.get_mut(&digest(name)) else { return Found::None };
        if now >= kept.ends_at(self.idle) {
            return Found::Ended(kept.session.clone());
        }
        if used {
            kept.used_at = now;
        }
        Found::Open(kept.session.clone())
    }

    /// What a new access token is asked for with, where the session's soon ends. Whoever gets it asks; others go on meanwhile.
    pub fn take_refresh(&self, name: &str, now: DateTime) -> Option<SecretString> {
        let mut sessions = self.kept.lock();
        let kept = sessions.get_mut(&digest(name))?;
        let is_due = kept.session.token_ends - REFRESHED_BEFORE <= now;
        let goes_on = now < kept.goes_on_until(self.idle);
        if is_due && goes_on { kept.refresh.take() } else { None }
    }

    /// Goes on with a new access token. What the reader may do is as it says now.
    pub fn renew(&self, name: &str, who: Who) {
        if let Some(kept) = self.kept.lock().get_mut(&digest(name)) {
            // Another role than before would find what the first one was shown.
            if kept.session.reader.principal.user == who.reader.principal.user {
                kept.session.reader = who.reader;
                kept.session.token_ends = who.token_ends;
                kept.refresh = who.refresh;
            }
        }
    }

    /// Whether the session that a cookie names goes on.
    pub fn is_open(&self, name: &str, now: DateTime) -> bool {
        matches!(self.found(Some(name), now, false), Found::Open(_))
    }

    /// A page of a session shows something of persons, to whom its reader stands so.
    pub fn showed(&self, name: &str, standings: Standings) {
        if let Some(kept) = self.kept.lock().get_mut(&digest(name)) {
            kept.shown.extend(standings);
        }
    }

    /// How the reader of a session stood to those whom its pages showed: to these of them, or to all.
    pub fn shown(&self, name: &str, of: Option<&BTreeSet<PersonId>>) -> Standings {
        let sessions = self.kept.lock();
        let Some(kept) = sessions.get(&digest(name)) else { return Standings::new() };
        let shown = |person: &PersonId| Some((*person, kept.shown.get(person)?.clone()));
        of.map_or_else(|| kept.shown.clone(), |of| of.iter().filter_map(shown).collect())
    }

    /// What the pages of a session showed of these persons may not be its reader's to see any more: they are told so once.
    pub fn close(&self, name: &str, persons: &BTreeSet<PersonId>) {
        if let Some(kept) = self.kept.lock().get_mut(&digest(name)) {
            kept.shown.retain(|person, _| !persons.contains(person));
            kept.closes.send_replace(());
        }
    }

    /// What the pages of a session listen to: see [`Self::close`]. It fails when the session is no more.
    pub fn listen(&self, name: &str) -> Option<watch::Receiver<()>> {
        Some(self.kept.lock().get(&digest(name))?.closes.subscribe())
    }

    /// Changes a session that is known, ended or not.
    pub fn change(&self, name: &str, change: impl FnOnce(&mut Session)) {
        if let Some(kept) = self.kept.lock().get_mut(&digest(name)) {
            change(&mut kept.session);
        }
    }

    /// When each user signed in last, since the node began.
    pub fn last_sign_ins(&self) -> BTreeMap<UserId, (OrgId, DateTime)> {
        self.signed_in.lock().clone()
    }

    /// Ends a session for good.
    pub fn end(&self, name: &str) {
        self.kept.lock().remove(&digest(name));
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

/// The session of a request, with an access token that holds.
pub async fn of(request: &HttpRequest, edge: &Edge) -> Found {
    let (name, now) = (name_of(request), edge.baken.clock().now());
    let Board { sessions, sign_in, .. } = &edge.board;
    if let (Some(name), Some(provider)) = (&name, &sign_in.provider)
        && let Some(refresh) = sessions.take_refresh(name, now)
    {
        match provider.refresh(&refresh, &edge.verifier).await {
            Ok(signed_in) => sessions.renew(name, signed_in.into()),
            Err(error) => tracing::warn!(%error, "a session could not be renewed"),
        }
    }
    sessions.found(name.as_deref(), now, !asks_by_itself(request))
}

/// The same, of a reader who may go on: see [`Session::goes_on`].
///
/// # Errors
/// Where they may not.
pub async fn open(request: &HttpRequest, edge: &Edge) -> Result<Found, Problem> {
    let found = of(request, edge).await;
    if let Found::Open(session) = &found {
        session.goes_on(edge)?;
    }
    Ok(found)
}

/// What was sent from a page of an open session, with the session; `None` where none is open.
///
/// # Errors
/// Where it comes from elsewhere, the reader may not go on, or it cannot be read.
pub async fn sent(request: &HttpRequest, payload: Payload, edge: &Edge) -> Result<Option<(Session, Pairs)>, Problem> {
    own_page(request)?;
    let Found::Open(session) = open(request, edge).await? else { return Ok(None) };
    let sent = Pairs::read(&body::read(request, payload.into_inner(), &edge.limits).await?);
    session.check(&sent)?;
    Ok(Some((session, sent)))
}

/// Whether a page asks by itself what has changed. It is no use of the session: one that nobody uses ends.
pub fn asks_by_itself(request: &HttpRequest) -> bool {
    const BY_ITSELF: [&str; 4] = ["/board/live", "/board/here", "/board/offline/key", "/board/offline/lookouts"];
    BY_ITSELF.contains(&request.path()) || request.headers().get("hx-source").is_some_and(|source| source == "div#live")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_that_was_written_is_kept_until_it_is_shown_and_the_oldest_is_given_up() {
        let draft = |form: &str| Draft { form: form.to_owned(), ..Draft::default() };
        let mut drafts = Drafts::default();
        for (page, form) in
            [("/board/a", "note"), ("/board/b", "release"), ("/board/a", "incident"), ("/board/a", "note")]
        {
            drafts.keep(page.to_owned(), draft(form));
        }
        let pages = |shown| drafts.all_but(shown).into_iter().map(|unsent| unsent.page).collect::<Vec<_>>();
        assert_eq!(pages(None), ["/board/a", "/board/a", "/board/b"], "what is sent twice is kept once");
        assert_eq!(pages(drafts.on("/board/a")), ["/board/a", "/board/b"]);
        for form in ["note", "incident"] {
            assert_eq!(drafts.on("/board/a").map(|draft| draft.form.as_str()), Some(form));
            drafts.take("/board/a");
        }
        assert_eq!(drafts.on("/board/a"), None);
        drafts.take("/board/a");
        for number in 0..Drafts::MOST {
            drafts.keep("/board/c".to_owned(), draft(&number.to_string()));
        }
        assert!(drafts.on("/board/b").is_none() && !drafts.is_empty());
    }
}

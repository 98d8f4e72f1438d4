//! `GET /board/live`: tells a page that something has changed, and nothing of what; that somebody whom the session's pages
//! showed may not be the reader's to see any more; and that the session is over.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use access_log::Surface;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use care_path::PersonId;
use futures_util::stream::unfold;
use tokio::sync::watch;
use tokio::time::{Interval, Sleep, interval, sleep};

use super::session::{self, Found, name_of};
use crate::app::{Cares, Following, Reading};
use crate::edge::Edge;
use crate::edge::caller::reading;
use crate::edge::channels::Seat;
use crate::edge::problem::Problem;

const HEARTBEAT: Duration = Duration::from_secs(20);
/// As often a page is told to look at the time again: what is due becomes late by itself.
const AGES: Duration = Duration::from_mins(1);
const CHANGED: &[u8] = b"event: baken-changed\ndata: {}\n\n";
const CLOSED: &[u8] = b"event: baken-closed\ndata: {}\n\n";
const ENDED: &[u8] = b"event: baken-ended\ndata: {}\n\n";

/// Follows what the reader may know of.
pub async fn live(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let baken = edge.baken.clone();
    let (Found::Open(session), Some(name)) = (session::of(&request, &edge).await, name_of(&request)) else {
        return Ok(HttpResponse::NoContent().finish());
    };
    let Some(closes) = edge.board.sessions.listen(&name) else { return Ok(HttpResponse::NoContent().finish()) };
    let principal = session.reader.principal;
    let seat = edge.channels.seat(&principal.user)?;
    let reading = reading(&request, &edge, &principal, Surface::Board);
    let following = Following::new(baken.clone(), reading.clone(), Cares::default(), baken.position());
    let left = (session.expires_at - baken.clock().now()).to_std().unwrap_or_default();
    let mut ages = interval(AGES);
    ages.reset();
    let told = Told {
        edge,
        name,
        reading,
        following,
        closes,
        seat,
        heartbeat: interval(HEARTBEAT),
        ages,
        expired: Box::pin(sleep(left)),
        state: State::New,
    };
    let stream = unfold(told, |mut told| async move {
        let next = told.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from_static(next)), told))
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "text/event-stream"));
    response.insert_header(("x-accel-buffering", "no"));
    Ok(response.streaming(stream))
}

/// Says whether the network and the session are there, to a page that is about to send a form. What is sent when a session has
/// ended by time is kept; nothing is when there is none.
pub async fn here(request: HttpRequest, edge: Data<Edge>) -> HttpResponse {
    match session::of(&request, &edge).await {
        Found::Open(_) | Found::Ended(_) => HttpResponse::NoContent().finish(),
        Found::None => HttpResponse::Unauthorized().finish(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Listening,
    Over,
}

/// What one page is told.
struct Told {
    edge: Data<Edge>,
    /// The session's.
    name: String,
    reading: Arc<Reading>,
    following: Following,
    closes: watch::Receiver<()>,
    seat: Seat,
    heartbeat: Interval,
    ages: Interval,
    expired: Pin<Box<Sleep>>,
    state: State,
}

impl Told {
    /// What is sent next; `None` ends it.
    async fn next(&mut self) -> Option<&'static [u8]> {
        match self.state {
            State::New => {
                self.state = State::Listening;
                // The page was made a moment ago.
                self.close(None);
                return Some(b"retry: 2000\n: listening\n\n");
            }
            State::Listening => {}
            State::Over => return None,
        }
        loop {
            let looked_until = self.following.position();
            tokio::select! {
                biased;
                () = self.seat.closed() => return None,
                () = &mut self.expired => return Some(self.ended()),
                closes = self.closes.changed() => {
                    return Some(if closes.is_ok() { CLOSED } else { self.ended() });
                }
                notices = self.following.step() => {
                    // That something has changed is all that is told.
                    self.reading.forget();
                    self.close(Some(&self.edge.baken.touched_after(looked_until)));
                    if !notices.is_empty() {
                        return Some(CHANGED);
                    }
                }
                _ = self.ages.tick() => {
                    if !self.edge.board.sessions.is_open(&self.name, self.edge.baken.clock().now()) {
                        return Some(self.ended());
                    }
                    // Some of what is seen goes with time alone, or with a change of the directory.
                    self.close(None);
                    return Some(CHANGED);
                }
                _ = self.heartbeat.tick() => return Some(b": listening\n\n"),
            }
        }
    }

    fn ended(&mut self) -> &'static [u8] {
        self.state = State::Over;
        ENDED
    }

    /// Tells all pages of the session where its reader stands otherwise to somebody whom they showed: to one of these, or to
    /// anybody.
    fn close(&self, of: Option<&BTreeSet<PersonId>>) {
        let sessions = &self.edge.board.sessions;
        let otherwise = self.edge.baken.stands_otherwise(&self.reading, &sessions.shown(&self.name, of));
        if !otherwise.is_empty() {
            sessions.close(&self.name, &otherwise);
        }
    }
}

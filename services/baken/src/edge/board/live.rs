//! `GET /board/live`: tells a page that something has changed, and nothing of what.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use access_log::Surface;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::unfold;
use tokio::time::{Interval, Sleep, interval, sleep};

use super::session::{self, Found};
use crate::app::{Cares, Following, Reading};
use crate::edge::Edge;
use crate::edge::caller::reading;
use crate::edge::channels::Seat;
use crate::edge::problem::Problem;

const HEARTBEAT: Duration = Duration::from_secs(20);
/// As often a page is told to look at the time again: what is due becomes late by itself.
const AGES: Duration = Duration::from_mins(1);
const CHANGED: &[u8] = b"event: baken-changed\ndata: {}\n\n";

/// Follows what the reader may know of.
pub async fn live(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let baken = edge.baken.clone();
    let Found::Open(session) = session::of(&request, &edge).await else {
        return Ok(HttpResponse::NoContent().finish());
    };
    let principal = session.reader.principal;
    let seat = edge.channels.seat(&principal.user)?;
    let reading = reading(&request, &edge, &principal, Surface::Board);
    let following = Following::new(baken.clone(), reading.clone(), Cares::default(), baken.position());
    let left = (session.expires_at - baken.clock().now()).to_std().unwrap_or_default();
    let mut ages = interval(AGES);
    ages.reset();
    let told = Told {
        reading,
        following,
        seat,
        heartbeat: interval(HEARTBEAT),
        ages,
        expired: Box::pin(sleep(left)),
        began: false,
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

/// What one page is told.
struct Told {
    reading: Arc<Reading>,
    following: Following,
    seat: Seat,
    heartbeat: Interval,
    ages: Interval,
    expired: Pin<Box<Sleep>>,
    began: bool,
}

impl Told {
    /// What is sent next; `None` ends it.
    async fn next(&mut self) -> Option<&'static [u8]> {
        if !self.began {
            self.began = true;
            return Some(b"retry: 2000\n: listening\n\n");
        }
        tokio::select! {
            biased;
            () = self.seat.closed() => None,
            () = &mut self.expired => None,
            _ = self.following.next() => {
                // That something has changed is all that is told.
                self.reading.forget();
                Some(CHANGED)
            }
            _ = self.ages.tick() => Some(CHANGED),
            _ = self.heartbeat.tick() => Some(b": listening\n\n"),
        }
    }
}

//! `GET /v1/stream`: notices as server-sent events (WHATWG HTML, server-sent events). A message says that something
//! happened, to whom and where in the log, and nothing of the person; what it was is fetched under the reader's role.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use access_log::Action;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get};
use care_path::PersonId;
use care_path::event::EventKind;
use care_path::time::DateTime;
use care_path::views::NoticeView;
use futures_util::stream::{Stream, unfold};
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval, sleep};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::headers;
use super::query::Parameters;
use super::reader::ReadingCaller;
use super::submission::POSITION;
use crate::app::{Baken, Cares, ExecuteError, Following, Reading};
use crate::edge::channels::Seat;
use crate::edge::problem::{FieldProblem, Problem};
use crate::event_log::Position;

/// Where nothing is told for so long, the reader is told that, and how far the log has been read for them.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// After how many milliseconds a client that lost its connection comes back.
const RETRY: u32 = 2_000;
const LAST_EVENT_ID: &str = "Last-Event-ID";
/// Proxies that collect an answer before they pass it on are asked not to.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What of the stream is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `Asked::read` reads")]
struct StreamParameters {
    /// The position to go on from, where there is no `Last-Event-ID`: `0` begins with the first event. Without either
    /// the stream begins now.
    after: Option<u64>,
    /// Event types with commas between them: others are left out.
    #[param(example = "lookout_issued,referral_made")]
    types: Option<String>,
    /// Only what happens to this person, and to whom they are linked to.
    person_id: Option<uuid::Uuid>,
}

struct Asked {
    after: Option<Position>,
    cares: Cares,
}

impl Asked {
    async fn read(request: &HttpRequest, baken: &Baken) -> Result<Self, Problem> {
        const AHEAD: &str = "is a position that the log has not reached";
        let mut parameters = Parameters::of(request)?;
        let after = parameters.take("after", "must be a position, as an event's id tells it", position);
        let types = parameters.take("types", "must be event types with commas between them", types);
        let person = parameters.take("person_id", "must be a UUID", headers::uuid).map(PersonId);
        parameters.end()?;
        let is_there = async |position| baken.has(position).await.map_err(ExecuteError::Log);
        if let Some(after) = after
            && !is_there(after).await?
        {
            return Err(Problem::Fields(FieldProblem::parameter("after", AHEAD).into()));
        }
        // A client that reconnects by itself sends the address as it was, and beside it how far it has come since.
        let resumed = headers::single(request, &HeaderName::from_static("last-event-id"), LAST_EVENT_ID)?;
        let resumed = match resumed.filter(|id| !id.is_empty()) {
            None => None,
            Some(id) => {
                let message = "must be the id of an event of this stream";
                let id = position(id).ok_or(Problem::Header { header: LAST_EVENT_ID, message })?;
                if !is_there(id).await? {
                    return Err(Problem::Header { header: LAST_EVENT_ID, message: AHEAD });
                }
                Some(id)
            }
        };
        Ok(Self { after: resumed.or(after), cares: Cares { types, person } })
    }
}

fn position(text: &str) -> Option<Position> {
    headers::number(text).map(Position)
}

fn types(list: &str) -> Option<BTreeSet<EventKind>> {
    list.split(',').map(|name| name.trim().parse().ok()).collect()
}

/// Tells what happens, as it happens, as far as you may know of it
///
/// Server-sent events. Each has the event's type as `event`, its position in the log as `id`, and a notice as `data`:
/// opaque ids and no more; what happened is read from the person's timeline. A client that comes back with the last id
/// as `Last-Event-ID` (browsers do so by themselves), or as `after`, misses nothing and is told nothing twice. Where
/// nothing happens that you may know of, a comment comes every 15 seconds, with the id to come back with. The stream
/// begins with such a comment, and ends when your token expires.
#[utoipa::path(
    get, path = "/v1/stream", tag = "Live", impl_for = stream,
    params(StreamParameters, ("Last-Event-ID" = Option<u64>, Header, description = "The id of the last event that you were told.")),
    responses((
        status = 200, description = "The events, for as long as you listen.", content_type = "text/event-stream",
        body = NoticeView,
        headers(("Baken-Position" = u64, description = "The position that the stream begins after."))
    ))
)]
#[get("/v1/stream")]
pub async fn stream(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asked = Asked::read(&request, reader.baken()).await?;
    let reading = reader.reading().clone();
    reading.acts(Action::Deliver);
    let caller = reader.caller;
    let seat = caller.edge.channels.seat(&caller.principal.user)?;
    let baken = caller.edge.baken.clone();
    let after = asked.after.unwrap_or_else(|| baken.position());
    let events = Events::new(baken, reading, asked.cares, after, caller.expires_at, seat);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_ACCEL_BUFFERING, "no"))
        .insert_header((POSITION, after.0))
        .streaming(events.stream()))
}

/// The body of a stream. It is asked for more when the client has taken what there was, and keeps nothing meanwhile.
struct Events {
    reading: Arc<Reading>,
    following: Following,
    seat: Seat,
    began: bool,
    expired: Pin<Box<Sleep>>,
    expires_at: DateTime,
    heartbeat: Interval,
    baken: Arc<Baken>,
}

impl Events {
    fn new(
        baken: Arc<Baken>,
        reading: Arc<Reading>,
        cares: Cares,
        after: Position,
        expires_at: DateTime,
        seat: Seat,
    ) -> Self {
        let left = (expires_at - baken.clock().now()).to_std().unwrap_or_default();
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        let expired = Box::pin(sleep(left));
        let following = Following::new(baken.clone(), reading.clone(), cares, after);
        Self { reading, following, seat, began: false, expired, expires_at, heartbeat, baken }
    }

    fn stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        unfold(self, |mut events| async move {
            let chunk = events.chunk().await?;
            Some((Ok(chunk), events))
        })
    }

    /// What is sent next; `None` ends the stream.
    async fn chunk(&mut self) -> Option<Bytes> {
        if !self.began {
            self.began = true;
            return Some(format!("retry: {RETRY}\n{}", self.comment()).into());
        }
        let chunk = tokio::select! {
            biased;
            () = self.seat.closed() => return None,
            () = &mut self.expired => return None,
            told = self.following.next() => frames(&told),
            _ = self.heartbeat.tick() => return Some(self.comment().into()),
        };
        self.heartbeat.reset();
        if let Err(error) = self.baken.record(&self.reading).await {
            tracing::error!(%error, "a stream ends: what it would tell could not be recorded");
            return None;
        }
        // The machine may have slept through the timer.
        (self.baken.clock().now() < self.expires_at).then(|| chunk.into())
    }

    /// A comment, and the id to come back with: a block without data is no event to the client, but its id counts.
    fn comment(&self) -> String {
        format!(": listening\nid: {}\n\n", self.following.position())
    }
}

fn frames(notices: &[NoticeView]) -> String {
    let mut text = String::with_capacity(notices.len() * 256);
    for notice in notices {
        let Ok(data) = serde_json::to_string(notice) else { continue };
        // Nothing fails that is written into a string.
        let _ = write!(text, "id: {}\nevent: {}\ndata: {data}\n\n", notice.position, notice.r#type);
    }
    text
}

/// Registers the stream.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(stream);
}

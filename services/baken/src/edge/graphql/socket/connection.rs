//! One connection: who it is of, what it follows, and when it ends.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use access_log::{Action, Asks};
use actix_web::web::Data;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, MessageStream, ProtocolError, Session};
use async_graphql::Response;
use care_path::Principal;
use care_path::time::DateTime;
use futures_util::stream::{self, AbortHandle, Abortable, BoxStream, SelectAll, StreamExt};
use serde_json::{Map, Value as Json};
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval, sleep, timeout};

use super::super::error::{complete, request_error};
use super::super::{Graphql, http};
use super::protocol::{End, Said, Say, is_refused};
use crate::app::Reading;
use crate::edge::Edge;
use crate::edge::auth::{AuthError, bearer_token};
use crate::edge::channels::Seat;
use crate::edge::problem::Problem;

/// How long a client may take to say who it is.
const INIT: Duration = Duration::from_secs(10);
/// How often a client is asked whether it is there.
const PING: Duration = Duration::from_secs(15);
/// How long a client may take to take what it is sent.
const STALLED: Duration = Duration::from_secs(30);
/// Bytes of a message: a query of the largest size that is read, with its variables, fits.
const MESSAGE: usize = 64 * 1024;
/// Operations that one connection follows at once.
const OPERATIONS: usize = 20;

/// A caller who is known, and their place.
pub struct SeatedCaller {
    principal: Principal,
    expires_at: DateTime,
    _seat: Seat,
}

impl SeatedCaller {
    /// Gives a caller a place.
    ///
    /// # Errors
    /// Where there is none.
    pub fn of(principal: Principal, expires_at: DateTime, edge: &Edge) -> Result<Self, Problem> {
        let seat = edge.channels.seat(&principal.user)?;
        Ok(Self { principal, expires_at, _seat: seat })
    }
}

/// What an operation has to say.
enum Told {
    Response(Box<Response>),
    Completed,
}

/// An operation of the client's: its id, who reads by it, and whether it is a subscription.
#[derive(Clone)]
struct Named {
    id: String,
    reading: Arc<Reading>,
    subscribes: bool,
}

type Operation = BoxStream<'static, (Named, Told)>;

/// An open WebSocket.
pub struct Connection {
    edge: Data<Edge>,
    graphql: Data<Graphql>,
    asks: Asks,
    session: Session,
    messages: AggregatedMessageStream,
    following: SelectAll<Abortable<Operation>>,
    ends: HashMap<String, AbortHandle>,
    ping: Interval,
}

impl Connection {
    pub fn new(
        edge: Data<Edge>,
        graphql: Data<Graphql>,
        asks: Asks,
        session: Session,
        messages: MessageStream,
    ) -> Self {
        let messages = messages.max_frame_size(MESSAGE).aggregate_continuations().max_continuation_size(MESSAGE);
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        let (following, ends) = (SelectAll::new(), HashMap::new());
        Self { edge, graphql, asks, session, messages, following, ends, ping }
    }

    /// Serves it until it ends.
    pub async fn run(mut self, known: Option<SeatedCaller>) {
        let end = match self.begin(known).await {
            Ok(known) => self.serve(known).await.err().unwrap_or(End::Gone),
            Err(end) => end,
        };
        if let Some(reason) = end.reason() {
            // Where it cannot be told, the connection is dropped, which tells as much.
            let _ = timeout(STALLED, self.session.close(Some(reason))).await;
        }
    }

    /// Waits until the client has said who it is.
    async fn begin(&mut self, known: Option<SeatedCaller>) -> Result<SeatedCaller, End> {
        let channels = self.edge.channels.clone();
        let payload = tokio::select! {
            biased;
            () = channels.closed() => return Err(End::GoingAway),
            said = timeout(INIT, self.init()) => said.unwrap_or(Err(End::InitTimeout))?,
        };
        let known = self.known(known, payload.unwrap_or_default()).await?;
        self.say(&Say::ConnectionAck).await?;
        Ok(known)
    }

    async fn init(&mut self) -> Result<Option<Map<String, Json>>, End> {
        loop {
            match self.hear().await? {
                Said::ConnectionInit { payload } => return Ok(payload),
                Said::Ping { payload } => self.say(&Say::Pong { payload }).await?,
                Said::Pong {} | Said::Complete { .. } => {}
                Said::Subscribe { .. } => return Err(End::Unauthorized("Unauthorized")),
            }
        }
    }

    /// Who it is: by the upgrade, by the payload, or by both where both say the same.
    async fn known(&self, known: Option<SeatedCaller>, payload: Map<String, Json>) -> Result<SeatedCaller, End> {
        let given = payload.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        let (header, known) = match (given, known) {
            (None, Some(known)) => return Ok(known),
            (None, None) => return Err(End::Unauthorized(AuthError::CredentialsMissing.code())),
            (Some((_, Json::String(header))), known) => (header, known),
            (Some(_), _) => return Err(End::Unauthorized(AuthError::TokenMalformed.code())),
        };
        let refused = |error: AuthError| match error {
            AuthError::KeysUnavailable => End::TryLater(error.code()),
            error => End::Unauthorized(error.code()),
        };
        let token = bearer_token([header.as_bytes()]).map_err(refused)?;
        let verified = self.edge.verifier.verify(token).await.map_err(refused)?;
        match known {
            Some(known) if known.principal != verified.principal => Err(End::TwoCallers),
            Some(known) => Ok(SeatedCaller { expires_at: known.expires_at.min(verified.expires_at), ..known }),
            None => SeatedCaller::of(verified.principal, verified.expires_at, &self.edge)
                .map_err(|problem| End::TryLater(problem.details().code)),
        }
    }

    /// Does what the client says, and tells it what it follows, until one of the two ends it.
    async fn serve(&mut self, known: SeatedCaller) -> Result<(), End> {
        let channels = self.edge.channels.clone();
        let left = (known.expires_at - self.edge.baken.clock().now()).to_std().unwrap_or_default();
        let mut expired: Pin<Box<Sleep>> = Box::pin(sleep(left));
        loop {
            tokio::select! {
                biased;
                () = channels.closed() => return Err(End::GoingAway),
                () = &mut expired => return Err(End::Expired),
                said = hear(&mut self.messages, &mut self.session) => self.does(&known, said?).await?,
                told = self.following.next(), if !self.following.is_empty() => {
                    // The machine may have slept through the timer.
                    if self.edge.baken.clock().now() >= known.expires_at {
                        return Err(End::Expired);
                    }
                    if let Some((named, told)) = told {
                        self.tell(&named, told).await?;
                    }
                }
                _ = self.ping.tick() => in_time(self.session.ping(b"")).await?,
            }
        }
    }

    async fn does(&mut self, known: &SeatedCaller, said: Said) -> Result<(), End> {
        match said {
            Said::ConnectionInit { .. } => Err(End::InitTwice),
            Said::Ping { payload } => self.say(&Say::Pong { payload }).await,
            Said::Pong {} => Ok(()),
            Said::Complete { id } => {
                self.forget(&id);
                Ok(())
            }
            Said::Subscribe { id, .. } if self.ends.contains_key(&id) => Err(End::IdTaken),
            Said::Subscribe { id, payload } => self.follow(known, id, payload).await,
        }
    }

    async fn follow(&mut self, known: &SeatedCaller, id: String, payload: Map<String, Json>) -> Result<(), End> {
        let ask = http::ask(payload).map_err(|_| End::Malformed)?;
        let reading = Arc::new(Reading::new(known.principal.clone(), self.asks.clone()));
        let begun = if self.ends.len() >= OPERATIONS {
            let words = format!("{OPERATIONS} operations go over one connection at once");
            Err(request_error(words, "TOO_MANY_OPERATIONS"))
        } else if self.edge.rates.user(&known.principal.user).is_err() {
            Err(request_error("wait before you try again", "RATE_LIMITED"))
        } else {
            self.graphql.answers(reading.clone(), ask)
        };
        match begun {
            Err(refused) => self.say(&Say::Error { id: &id, payload: &[refused] }).await,
            Ok((subscribes, responses)) => {
                if subscribes {
                    reading.acts(Action::Deliver);
                }
                let named = Named { id: id.clone(), reading, subscribes };
                let told = responses.map(|response| Told::Response(Box::new(response)));
                let told = told.chain(stream::once(std::future::ready(Told::Completed)));
                let operation: Operation = told.map(move |told| (named.clone(), told)).boxed();
                let (end, registration) = AbortHandle::new_pair();
                self.following.push(Abortable::new(operation, registration));
                self.ends.insert(id, end);
                Ok(())
            }
        }
    }

    async fn tell(&mut self, named: &Named, told: Told) -> Result<(), End> {
        let Named { id, reading, subscribes } = named;
        self.edge.baken.record(reading).await.map_err(|_| End::TryLater(Problem::NOT_RECORDED))?;
        match told {
            Told::Response(mut response) => {
                let refused = is_refused(&response, *subscribes);
                complete(&mut response);
                if refused {
                    self.forget(id);
                    self.say(&Say::Error { id, payload: &response.errors }).await
                } else {
                    self.say(&Say::next(id, &response)).await
                }
            }
            Told::Completed => {
                self.forget(id);
                self.say(&Say::Complete { id }).await
            }
        }
    }

    fn forget(&mut self, id: &str) {
        if let Some(end) = self.ends.remove(id) {
            end.abort();
        }
    }

    async fn hear(&mut self) -> Result<Said, End> {
        hear(&mut self.messages, &mut self.session).await
    }

    async fn say(&mut self, message: &Say<'_>) -> Result<(), End> {
        in_time(self.session.text(message.text())).await
    }
}

/// The next message of the protocol. It may be dropped while it waits.
async fn hear(messages: &mut AggregatedMessageStream, session: &mut Session) -> Result<Said, End> {
    loop {
        match messages.next().await {
            Some(Ok(AggregatedMessage::Text(text))) => return Said::read(&text).ok_or(End::Malformed),
            Some(Ok(AggregatedMessage::Ping(bytes))) => in_time(session.pong(&bytes)).await?,
            Some(Ok(AggregatedMessage::Pong(_))) => {}
            Some(Ok(AggregatedMessage::Close(_))) | None => return Err(End::Gone),
            Some(Err(ProtocolError::Overflow)) => return Err(End::TooLarge),
            Some(Ok(AggregatedMessage::Binary(_)) | Err(_)) => return Err(End::Malformed),
        }
    }
}

async fn in_time(sent: impl Future<Output = Result<(), actix_ws::Closed>>) -> Result<(), End> {
    match timeout(STALLED, sent).await {
        Ok(sent) => sent.map_err(|_| End::Gone),
        Err(_) => Err(End::Stalled),
    }
}

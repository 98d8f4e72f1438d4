//! Follows the log: reads on from where the read models are, opens what it reads, and folds it in.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::world::{Landmark, World};
use crate::event_log::{EventLog, LogError, Position, Recorded, contract};
use crate::history::{DecodeError, Decoder, Fault, Read};
use crate::sources::Clock;

/// Events that are read at a time.
const PAGE: usize = 2_000;
/// How long to wait before asking a log again that did not answer.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to wait at the least for more of the log after there was none although it was said to be there.
const BREATH: Duration = Duration::from_millis(5);

/// Cases that are compared with others while the read models cannot be read: some milliseconds.
const COMPARED_AT_ONCE: usize = 50;

/// Why following stopped.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error(transparent)]
    Log(#[from] LogError),
    /// An event that this version does not understand. Nothing is lost: a version that does reads on from here.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The log is not the one that was read: what was read of it is not there any more.
    #[error("the event log was set back: it does not hold the last event that was read from it")]
    SetBack,
}

/// How many cases are looked at again before others have their turn.
const CASES_AT_ONCE: usize = 500;

/// A page of the log, opened.
struct Opened {
    events: Vec<Read>,
    next: Position,
    at_head: bool,
}

/// Keeps the read models up with the log.
pub struct Follower {
    log: Arc<dyn EventLog>,
    decoder: Decoder,
    world: Arc<RwLock<World>>,
    clock: Arc<dyn Clock>,
    applied: watch::Sender<Position>,
}

impl Follower {
    /// A follower, and the position that it tells of.
    #[must_use]
    pub fn new(
        log: Arc<dyn EventLog>,
        decoder: Decoder,
        world: Arc<RwLock<World>>,
        clock: Arc<dyn Clock>,
    ) -> (Self, watch::Receiver<Position>) {
        let (applied, reached) = watch::channel(world.read().position());
        (Self { log, decoder, world, clock, applied }, reached)
    }

    /// Looks again at what waits on the cases on which time alone has changed it.
    fn look_again(&self) {
        let now = self.clock.now();
        loop {
            let aged = self.world.read().aged(now, CASES_AT_ONCE);
            if aged.is_empty() {
                return;
            }
            // Each is due again later: what changes next lies after now.
            self.world.write().look_again(&aged, now);
        }
    }

    /// Reads on until nothing is left. The next page is read and opened while one is folded in.
    ///
    /// # Errors
    /// Where the log does not answer, or an event is not understood.
    pub async fn catch_up(&self) -> Result<Position, FollowError> {
        let reached = self.world.read().position();
        let mut page = self.opened(reached).await?;
        loop {
            let following = (!page.at_head).then(|| self.opening(page.next));
            {
                let mut world = self.world.write();
                for event in page.events {
                    world.apply(event);
                }
                world.pass(page.next);
                if page.at_head {
                    world.settle(self.clock.now());
                }
            }
            // What follows from the directory is right before anybody reads what they wrote to it.
            if following.is_none() && self.world.read().is_stale() {
                self.look_again();
            }
            self.applied.send_replace(page.next);
            let Some(following) = following else { return Ok(page.next) };
            page = match following.await {
                Ok(opened) => opened?,
                Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
            };
        }
    }

    fn opened(&self, after: Position) -> impl Future<Output = Result<Opened, FollowError>> + use<> {
        let (log, decoder) = (self.log.clone(), self.decoder.clone());
        async move {
            let page = log.read_all(after, PAGE).await?;
            let events = open(&decoder, page.events).await?;
            Ok(Opened { events, next: page.next, at_head: page.at_head })
        }
    }

    fn opening(&self, after: Position) -> JoinHandle<Result<Opened, FollowError>> {
        tokio::spawn(self.opened(after))
    }

    /// Follows for as long as it is not dropped. A log that does not answer is asked again; an event that is not
    /// understood ends it, and the read models stay where they are.
    pub async fn run(self) -> FollowError {
        // Once the cases of before the start are compared, none is left ever after: nobody is kept from reading for it.
        let mut comparing = true;
        // The log did not answer: what answers next may be another server.
        let mut unsure = false;
        let mut woken_at = None;
        loop {
            self.look_again();
            let caught_up = if unsure { self.catch_up_if_same().await } else { self.catch_up().await };
            unsure = matches!(caught_up, Err(FollowError::Log(_)));
            match caught_up {
                Ok(_) if comparing => {
                    comparing = self.world.write().compare_some(COMPARED_AT_ONCE, self.clock.now());
                    // Others read and write between one time and the next.
                    tokio::task::yield_now().await;
                }
                Ok(seen) => {
                    if woken_at.replace(seen) == Some(seen) {
                        // A hint of more than can be read would be given again at once, and again.
                        tokio::join!(self.log.wake(seen), tokio::time::sleep(BREATH));
                    } else {
                        self.log.wake(seen).await;
                    }
                }
                Err(FollowError::Log(error)) => {
                    tracing::warn!(%error, "the event log did not answer; asking again");
                    tokio::time::sleep(PAUSE).await;
                }
                Err(FollowError::Decode(error)) if error.fault() == Fault::Passing => {
                    tracing::warn!(%error, "the keys cannot be had; asking again");
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error @ FollowError::Decode(_)) => {
                    tracing::error!(
                        %error,
                        "following stopped: an event of the log is not understood. Nothing is lost, and nothing is \
                         answered from here any more; a version that understands it reads on. docs/operating.md"
                    );
                    return error;
                }
                Err(error @ FollowError::SetBack) => {
                    tracing::error!(
                        %error,
                        "following stopped: nothing is answered from here any more. Started anew, this node reads what \
                         the log holds now. docs/operating.md"
                    );
                    return error;
                }
            }
        }
    }

    /// Reads on, if the log still holds the last event that was read from it. A standby may have taken over
    /// that had not confirmed it: what the read models know would then be of events that never were, and what the log has
    /// at their positions now would be passed over.
    async fn catch_up_if_same(&self) -> Result<Position, FollowError> {
        let known = self.world.read().landmark();
        if let Some(Landmark { stream, revision, event }) = known {
            let there = self.log.read_stream(&stream, revision).await?;
            if there.first().is_none_or(|there| there.id != event.0) {
                return Err(FollowError::SetBack);
            }
        }
        self.catch_up().await
    }
}

/// Folds a log into a world, up to a position and not beyond.
///
/// # Errors
/// Where the log does not answer, or an event is not understood.
pub async fn catch_up_to(
    log: Arc<dyn EventLog>,
    decoder: &Decoder,
    mut world: World,
    last: Position,
) -> Result<World, FollowError> {
    while world.position() < last {
        let mut page = log.read_all(world.position(), PAGE).await?;
        let whole = page.events.last().is_none_or(|event| event.position <= last);
        page.events.retain(|event| event.position <= last);
        for event in open(decoder, page.events).await? {
            world.apply(event);
        }
        // Also at the end: what changes no read model may be there, and whoever follows has passed it.
        world.pass(if whole { page.next.min(last) } else { last });
        if page.at_head {
            break;
        }
    }
    Ok(world)
}

/// Opens a page. A large one is split over the machine's cores: opening costs more than folding.
async fn open(decoder: &Decoder, mut recorded: Vec<Recorded>) -> Result<Vec<Read>, DecodeError> {
    const CHUNK: usize = 500;
    recorded.retain(|event| !contract::is_of_a_check(&event.stream));
    if recorded.len() <= CHUNK {
        return open_some(decoder, recorded).await;
    }
    let mut rest = recorded;
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let after = rest.split_off(rest.len().min(CHUNK));
        let chunk = std::mem::replace(&mut rest, after);
        let decoder = decoder.clone();
        chunks.push(tokio::spawn(async move { open_some(&decoder, chunk).await }));
    }
    let mut read = Vec::new();
    for chunk in chunks {
        match chunk.await {
            Ok(opened) => read.extend(opened?),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    Ok(read)
}

async fn open_some(decoder: &Decoder, recorded: Vec<Recorded>) -> Result<Vec<Read>, DecodeError> {
    let mut read = Vec::with_capacity(recorded.len());
    for recorded in &recorded {
        read.push(decoder.read(recorded).await?);
    }
    Ok(read)
}

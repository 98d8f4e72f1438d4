//! Delivering for one webhook: a cursor over the log that moves only past what was delivered or durably written down.
//! Whatever happens to the process, what is told is told at least once.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use access_log::{Action, Asks, Surface};
use care_path::PersonId;
use care_path::ids::CorrelationId;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use super::lanes::{Job, Lanes};
use super::sender::{Failure, Message, Outcome};
use super::subscription::{Definition, WebhookState};
use super::{Shared, WebhookEntry, WebhookError};
use crate::app::Reading;
use crate::event_log::Position;

/// Deliveries of one webhook that are under way at once.
const MOST_AT_ONCE: usize = 8;
/// Deliveries after which it is written down how far the webhook has come, also where it goes on without a pause.
const MOST_UNWRITTEN: usize = 64;
/// How far the log may move on without anything to tell before that is written down.
const FAR: u64 = 1_000;
/// After a failure of the store.
const PAUSE: Duration = Duration::from_secs(5);

/// What became of an attempt.
enum Attempt {
    /// The maker may not know of it any more.
    Withheld,
    Sent(Outcome),
}

pub(super) struct Worker {
    pub shared: Arc<Shared>,
    pub entry: Arc<WebhookEntry>,
}

impl Worker {
    /// Delivers whenever the webhook is active, until it is removed.
    pub async fn run(self) {
        while !self.entry.is_removed() {
            if self.entry.active().is_none() {
                self.entry.woken.notified().await;
            } else if let Err(error) = self.deliver().await {
                tracing::error!(webhook = %self.entry.id, %error, "deliveries pause");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn deliver(&self) -> Result<(), WebhookError> {
        let Shared { store, baken, options, .. } = &*self.shared;
        let (mut written, pending) = store.waiting(self.entry.id).await?;
        let mut lanes = Lanes::new(written);
        lanes.load(pending);
        let mut flying = FuturesUnordered::new();
        let mut unwritten = 0;
        loop {
            let Some(definition) = self.entry.active() else {
                // What is under way may arrive, and will be sent again when the webhook is enabled.
                return self.write(&mut lanes, &mut written).await;
            };
            if self.entry.hurried.swap(false, Ordering::Relaxed) {
                lanes.hurry(baken.clock().now());
            }
            self.read(&definition, &mut lanes);
            while flying.len() < MOST_AT_ONCE {
                let Some(job) = lanes.next(baken.clock().now()) else { break };
                flying.push(self.attempt(definition.clone(), job));
            }
            let pauses = flying.is_empty() && unwritten > 0;
            if lanes.has_changes()
                || pauses
                || unwritten >= MOST_UNWRITTEN
                || lanes.reached().saturating_sub(written) >= FAR
            {
                self.write(&mut lanes, &mut written).await?;
                unwritten = 0;
            }
            self.entry.live.stand(lanes.reached(), lanes.pending());

            let read_to = Position(lanes.read_to());
            tokio::select! {
                Some((job, attempt)) = flying.next(), if !flying.is_empty() => {
                    let mut done = Some((job, attempt));
                    while let Some((job, attempt)) = done {
                        unwritten += 1;
                        self.conclude(&mut lanes, job, attempt).await?;
                        done = flying.next().now_or_never().flatten();
                    }
                }
                () = self.entry.woken.notified() => {
                    // Something may have become pending that was given up before.
                    self.write(&mut lanes, &mut written).await?;
                    lanes.load(store.waiting(self.entry.id).await?.1);
                }
                _ = baken.moved_on(read_to), if lanes.has_room() => {}
                () = tokio::time::sleep(options.tick), if lanes.next_due().is_some() => {}
            }
        }
    }

    /// Reads on in the log, as far as the maker may know of it and the webhook cares.
    fn read(&self, definition: &Definition, lanes: &mut Lanes) {
        let baken = &self.shared.baken;
        // What is to be sent is read again when it is: nothing of this leaves.
        let reader = self.reader(definition);
        while lanes.has_room() {
            let cares = |kind, _: PersonId| definition.cares_for(kind);
            let notices = baken.notices(&reader, Position(lanes.read_to()), cares);
            let now = baken.clock().now();
            for notice in notices.items {
                lanes.read(notice.person_id, notice.position, now);
            }
            lanes.advance(notices.next.0);
            if !notices.more {
                break;
            }
        }
    }

    /// Whoever made the webhook is told of what it sends.
    fn reader(&self, definition: &Definition) -> Reading {
        let asks = Asks {
            request_id: CorrelationId(self.shared.baken.ids().uuid_v7()),
            surface: Surface::Webhook,
            action: Action::Deliver,
            operation: format!("webhook {}", self.entry.id),
            address: None,
        };
        Reading::new(definition.maker.clone(), asks)
    }

    async fn attempt(&self, definition: Arc<Definition>, job: Job) -> (Job, Attempt) {
        let _turn = self.shared.turns.acquire().await;
        // It may have waited for days: what may be told is asked again.
        let reader = self.reader(&definition);
        let notice = self.shared.baken.notice(&reader, job.person, Position(job.position));
        let Some(notice) = notice else { return (job, Attempt::Withheld) };
        if self.shared.baken.record(&reader).await.is_err() {
            return (job, Attempt::Sent(Failure::NotRecorded.into()));
        }
        let Ok(message) = Message::of(self.entry.id, &notice) else {
            return (job, Attempt::Sent(Failure::Unreachable.into()));
        };
        (job, Attempt::Sent(self.shared.send(&definition, message).await))
    }

    async fn conclude(&self, lanes: &mut Lanes, job: Job, attempt: Attempt) -> Result<(), WebhookError> {
        let now = self.shared.baken.clock().now();
        match attempt {
            Attempt::Withheld => lanes.settled(job),
            Attempt::Sent(Outcome::Delivered) => {
                self.entry.live.succeeded(now);
                lanes.settled(job);
            }
            Attempt::Sent(Outcome::Gone) => {
                // Unless its owner has changed its state meanwhile. The event stays where it was.
                if self.entry.active().is_some() {
                    self.shared.set_state(&self.entry, WebhookState::Gone).await?;
                }
            }
            Attempt::Sent(Outcome::Failed { failure, retry_after }) => {
                let options = &self.shared.options;
                if let Some(due) = options.schedule.next(job.attempts + 1, now, retry_after, &*options.jitter) {
                    lanes.failed(job, due);
                } else {
                    lanes.died(job, failure, now);
                    self.entry.live.gave_up();
                }
            }
        }
        Ok(())
    }

    async fn write(&self, lanes: &mut Lanes, written: &mut u64) -> Result<(), WebhookError> {
        let mut progress = lanes.take_progress();
        progress.last_success = self.entry.live.last_success();
        *written = progress.reached;
        Ok(self.shared.store.progress(self.entry.id, progress).await?)
    }
}

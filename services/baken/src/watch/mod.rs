//! The watch: does by itself what is due, and lets no deadline pass unnoticed.
//!
//! It stores nothing. What is due follows from the read models, so it survives a restart by being derived again; what
//! fell due while Baken was not running fires late, in its order, and says so, once people had a quarter of an hour to
//! record what they did meanwhile. Two nodes that watch one log make the same request of the same idempotency key, and
//! the path itself refuses what was done already: each fires once. What it does goes through [`Baken::execute`] like
//! everybody's.

mod metrics;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use care_path::ids::CorrelationId;
use care_path::path::timers::Timer;
use care_path::time::{DateTime, Occurred};
use care_path::{PersonId, Principal};
use chrono::TimeDelta;
use futures_util::{FutureExt, StreamExt, stream};
use parking_lot::Mutex;

pub use metrics::WatchMetrics;

use crate::app::{Baken, ExecuteError, Receipt, Request};
use crate::history::{Idempotency, Purpose};

/// Cases that are looked up at a time: requests have their turn in between.
const CASES_AT_ONCE: usize = 256;
/// Of these, how many fire at the same time. The log commits in groups: one at a time would wait for the disk each.
const AT_ONCE: usize = 32;
/// After that long something fires late.
const LATE: TimeDelta = TimeDelta::minutes(5);
/// When a case is tried again on which the log did not answer.
const TRY_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// When a case is tried again whose timer was refused and stands there still.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(10);
/// After a start, what fell due before it waits so long: people first record what they did while they could not, and a
/// man who slept in his bed is not said to have stayed away.
const TO_TELL: TimeDelta = TimeDelta::minutes(15);
/// At most how long it sleeps: the clock may be set.
const SLEEP: Duration = Duration::from_secs(30);
/// After an event it waits for more of them before it looks again.
const GATHER: Duration = Duration::from_millis(100);

/// Fires what is due.
pub struct Watch {
    baken: Arc<Baken>,
    metrics: WatchMetrics,
    started: DateTime,
    /// Cases that failed, and until when they are left alone, so that they do not hold up others.
    put_off: Mutex<HashMap<PersonId, DateTime>>,
}

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Timers that fired, here and now.
    pub fired: usize,
    /// Of these, how many fired late.
    pub late: usize,
    /// Cases that were put off: the log or the key store did not answer, or there was an internal error.
    pub put_off: usize,
}

impl std::ops::AddAssign for Ticked {
    fn add_assign(&mut self, other: Self) {
        self.fired += other.fired;
        self.late += other.late;
        self.put_off += other.put_off;
    }
}

impl Watch {
    /// A watch that does nothing until it is asked to.
    #[must_use]
    pub fn new(baken: Arc<Baken>, metrics: WatchMetrics) -> Self {
        let started = baken.clock().now();
        Self { baken, metrics, started, put_off: Mutex::default() }
    }

    /// Watches for as long as it is not dropped.
    pub async fn run(self) {
        let mut reached = self.baken.moves();
        loop {
            self.tick().await;
            self.forget().await;
            tokio::select! {
                () = tokio::time::sleep(self.until_next()) => {}
                moved = reached.changed() => {
                    if moved.is_err() {
                        return;
                    }
                    tokio::time::sleep(GATHER).await;
                }
            }
        }
    }

    /// Brings to an end what erasures began, here or elsewhere. What fails is tried again in the next round.
    async fn forget(&self) {
        let done = async {
            self.baken.destroy_keys().await?;
            self.baken.complete_roll().await
        };
        if let Err(error) = done.await {
            tracing::warn!(%error, "an erasure is not completed yet");
        }
    }

    /// How long there is nothing to do, as far as is known now.
    fn until_next(&self) -> Duration {
        let now = self.baken.clock().now();
        let wait = self.next().map_or(SLEEP, |next| next.signed_duration_since(now).to_std().unwrap_or_default());
        wait.min(SLEEP)
    }

    /// When there is next something to do.
    fn next(&self) -> Option<DateTime> {
        let now = self.baken.clock().now();
        let put_off = self.put_off.lock();
        let held = |at| self.is_held(at, now);
        let next = self.baken.next_due(|at, case| held(at) || put_off.contains_key(&case));
        let overdue = self.baken.next_due(|_, _| false).filter(|at| held(*at)).map(|_| self.started + TO_TELL);
        next.into_iter().chain(overdue).chain(put_off.values().copied()).min()
    }

    /// Whether what was due then is not to be fired yet: those who could not record anything have their time to do it.
    fn is_held(&self, due: DateTime, now: DateTime) -> bool {
        due < self.started && now < self.started + TO_TELL
    }

    /// Fires everything that is due by now, until nothing is left.
    pub async fn tick(&self) -> Ticked {
        let mut ticked = Ticked::default();
        loop {
            let now = self.baken.clock().now();
            let due = {
                let mut put_off = self.put_off.lock();
                put_off.retain(|_, until| *until > now);
                self.baken
                    .due_cases(now, CASES_AT_ONCE, |at, case| self.is_held(at, now) || put_off.contains_key(&case))
            };
            if due.is_empty() {
                self.metrics.ticked(now);
                return ticked;
            }
            let mut firing = stream::iter(due).map(|case| self.fire_or_put_off(case, now)).buffer_unordered(AT_ONCE);
            while let Some(fired) = firing.next().await {
                ticked += fired;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Fires everything that is due on a case. Where that panics, the others must not wait for it.
    async fn fire_or_put_off(&self, case: PersonId, now: DateTime) -> Ticked {
        AssertUnwindSafe(self.fire_all(case, now)).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!("what is due on a case panicked; put off");
            Ticked { put_off: self.put_off(case, now + LOOK_AGAIN), ..Ticked::default() }
        })
    }

    /// Fires everything that is due on a case, one after the other: what was done may overtake what comes next.
    async fn fire_all(&self, case: PersonId, now: DateTime) -> Ticked {
        let mut ticked = Ticked::default();
        let mut before = None;
        while let Some(timer) = self.baken.timers(case).into_iter().next().filter(|timer| timer.due <= now) {
            // It was fired or refused, and yet it stands there: others must not wait for it.
            if before.as_ref() == Some(&timer) {
                tracing::warn!(timer = timer.what.name(), cause = %timer.cause, "a timer stands still; put off");
                ticked.put_off += self.put_off(case, now + LOOK_AGAIN);
                return ticked;
            }
            match self.fire(&timer).await {
                Ok(receipt) if receipt.repeated => {}
                Ok(_) => {
                    let late = now.signed_duration_since(timer.due) > LATE;
                    self.metrics.fired(timer.what, late);
                    ticked += Ticked { fired: 1, late: late.into(), put_off: 0 };
                }
                Err(error) if is_overtaken(&error) => {
                    tracing::debug!(timer = timer.what.name(), cause = %timer.cause, %error, "overtaken");
                }
                Err(error) => {
                    tracing::warn!(timer = timer.what.name(), cause = %timer.cause, %error, "not fired; put off");
                    ticked.put_off += self.put_off(case, now + TRY_AGAIN);
                    return ticked;
                }
            }
            before = Some(timer);
        }
        ticked
    }

    fn put_off(&self, case: PersonId, until: DateTime) -> usize {
        self.put_off.lock().insert(case, until);
        self.metrics.put_off();
        1
    }

    async fn fire(&self, timer: &Timer) -> Result<Receipt, ExecuteError> {
        let principal = Principal::baken();
        let key = timer.key();
        let idempotency = Idempotency::of(&principal, &key, "POST", "watch", key.as_bytes());
        let request = Request {
            principal,
            person_id: Some(timer.person),
            command: timer.command(),
            occurred: Some(Occurred::instant(timer.due)),
            if_match: None,
            idempotency: Some(idempotency),
            correlation_id: CorrelationId(idempotency.key.id("correlation")),
            causation_id: Some(timer.cause),
            purpose: Purpose::CareCoordination,
        };
        self.baken.execute(request).await
    }
}

/// Whether somebody did something meanwhile, so that there is nothing left to do. What else goes wrong is tried again.
fn is_overtaken(error: &ExecuteError) -> bool {
    match error {
        ExecuteError::Refused(_) | ExecuteError::Erased | ExecuteError::Stale { .. } => true,
        ExecuteError::NotFound
        | ExecuteError::Forbidden
        | ExecuteError::KeyReused
        | ExecuteError::Contended
        | ExecuteError::TooLarge { .. }
        | ExecuteError::Log(_)
        | ExecuteError::Keys(_)
        | ExecuteError::Behind(_)
        | ExecuteError::Outdated
        | ExecuteError::Internal(_) => false,
    }
}

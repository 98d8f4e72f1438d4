//! Keeps each issuer's keys at hand, and renews them: in the background when they have grown old, and when a token
//! names a key that is not there, since that is how a changed key shows.
//!
//! Anybody can send a token with an invented key id. So an unknown key leads to one fetch at a time, whoever asks, and
//! to none for a while after it; and a fetch runs in a task of its own, so that a caller who hangs up does not take it
//! along.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::RwLock;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::fetch::{FetchError, FetchKeys, KeyLocation};
use super::keys::KeySet;
use crate::sources::Clock;

/// Older keys are renewed in the background when they are used.
const RENEW_AFTER: TimeDelta = TimeDelta::minutes(10);
/// Older keys are renewed before they are used: a key that was withdrawn while nobody called opens nothing. If they
/// cannot be renewed they are used all the same.
const STALE_AFTER: TimeDelta = TimeDelta::hours(1);
/// How long the issuer is left in peace after a fetch.
const COOL_DOWN: TimeDelta = TimeDelta::seconds(60);
/// The same while there are no keys at all, and so nobody can be let in.
const COOL_DOWN_WITHOUT_KEYS: TimeDelta = TimeDelta::seconds(5);
/// How long one fetch may take.
const FETCH_DEADLINE: Duration = Duration::from_secs(5);

/// The keys of one issuer, fixed or fetched.
pub(super) enum IssuerKeys {
    Fixed(Arc<KeySet>),
    Fetched(Arc<FetchedKeys>),
}

impl IssuerKeys {
    /// The keys as they are known; `None` if there never were any.
    pub(super) async fn current(&self) -> Option<Arc<KeySet>> {
        match self {
            Self::Fixed(keys) => Some(Arc::clone(keys)),
            Self::Fetched(fetched) => fetched.current().await,
        }
    }

    /// The keys after another look, if one is due: a token has named a key that is not among `seen`.
    pub(super) async fn renewed(&self, seen: &Arc<KeySet>) -> Option<Arc<KeySet>> {
        let Self::Fetched(fetched) = self else { return None };
        fetched.renew().await;
        fetched.state.read().keys.clone().filter(|keys| !Arc::ptr_eq(keys, seen))
    }
}

/// Keys that are fetched, and fetched again.
pub(super) struct FetchedKeys {
    issuer: String,
    location: KeyLocation,
    fetcher: Arc<dyn FetchKeys>,
    clock: Arc<dyn Clock>,
    state: RwLock<State>,
    /// Held by the one fetch that is under way.
    flight: Arc<Mutex<()>>,
}

#[derive(Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    fetched_at: Option<DateTime<Utc>>,
    /// When the last fetch ended, well or badly.
    tried_at: Option<DateTime<Utc>>,
}

impl FetchedKeys {
    pub(super) fn new(
        issuer: String,
        location: KeyLocation,
        fetcher: Arc<dyn FetchKeys>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let state = RwLock::default();
        Arc::new(Self { issuer, location, fetcher, clock, state, flight: Arc::default() })
    }

    async fn current(self: &Arc<Self>) -> Option<Arc<KeySet>> {
        let fetched_at = self.state.read().fetched_at;
        match fetched_at {
            Some(at) if !self.has_passed(RENEW_AFTER, at) => {}
            Some(at) if !self.has_passed(STALE_AFTER, at) => self.renew_in_background(),
            Some(_) | None => self.renew().await,
        }
        self.state.read().keys.clone()
    }

    /// Fetches the keys, or waits for the fetch that is under way, or does nothing where the last one was just now.
    async fn renew(self: &Arc<Self>) {
        let flight = Arc::clone(&self.flight).lock_owned().await;
        if !self.is_cooling_down() {
            // A panic in the task leaves the keys as they were, which is all that could be done about it here.
            let _ = self.spawn(flight).await;
        }
    }

    fn renew_in_background(self: &Arc<Self>) {
        if let Ok(flight) = Arc::clone(&self.flight).try_lock_owned()
            && !self.is_cooling_down()
        {
            self.spawn(flight);
        }
    }

    fn spawn(self: &Arc<Self>, flight: OwnedMutexGuard<()>) -> tokio::task::JoinHandle<()> {
        let this = Arc::clone(self);
        tokio::spawn(async move {
            this.fetch().await;
            drop(flight);
        })
    }

    async fn fetch(&self) {
        let fetched = match tokio::time::timeout(FETCH_DEADLINE, self.fetcher.fetch(&self.location)).await {
            Ok(answer) => answer.and_then(|bytes| KeySet::parse(&bytes)),
            Err(_) => Err(FetchError::TimedOut),
        };
        let now = self.clock.now();
        let mut state = self.state.write();
        state.tried_at = Some(now);
        match fetched {
            // What the issuer no longer publishes is gone, even if nothing is left: that is how it withdraws a key.
            Ok(keys) => {
                tracing::info!(issuer = %self.issuer, keys = keys.len(), "fetched the issuer's keys");
                state.keys = Some(Arc::new(keys));
                state.fetched_at = Some(now);
            }
            Err(error) => {
                tracing::warn!(issuer = %self.issuer, %error, "could not fetch the issuer's keys; keeping the old ones");
            }
        }
    }

    fn is_cooling_down(&self) -> bool {
        let state = self.state.read();
        let cool_down = if state.keys.is_some() { COOL_DOWN } else { COOL_DOWN_WITHOUT_KEYS };
        state.tried_at.is_some_and(|at| !self.has_passed(cool_down, at))
    }

    /// A clock that was set back must not keep old keys alive: then the time counts as passed.
    fn has_passed(&self, span: TimeDelta, since: DateTime<Utc>) -> bool {
        let elapsed = self.clock.now() - since;
        elapsed < TimeDelta::zero() || elapsed >= span
    }
}

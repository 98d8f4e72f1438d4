//! How many requests a caller may make. Verified callers are counted by user, everybody else by address, so that a
//! shelter behind one address is not held up by whoever guesses tokens there.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use care_path::ids::UserId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use parking_lot::Mutex;

use super::Limits;
use super::problem::Problem;

/// After so many requests, those who have been quiet for a while are forgotten.
const TIDY_AFTER: u32 = 4_096;

/// After so long it is worth asking whether another batch may begin.
const ANOTHER_BATCH: Duration = Duration::from_secs(5);

/// The rates of all callers.
pub struct Rates {
    users: Limiter<UserId>,
    searches: Limiter<UserId>,
    strangers: Limiter<Option<IpAddr>>,
    lines: Limiter<UserId>,
    batches: Arc<Mutex<HashMap<UserId, u32>>>,
    batches_at_once: u32,
}

impl Rates {
    /// Nobody has called yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            users: Limiter::new(limits.user_per_second, limits.user_burst),
            searches: Limiter::new(limits.searches_per_second, limits.searches_burst),
            strangers: Limiter::new(limits.stranger_per_second, limits.stranger_burst),
            lines: Limiter::new(limits.batch.lines_per_second, limits.batch.lines_burst),
            batches: Arc::default(),
            batches_at_once: limits.batch.at_once,
        }
    }

    /// Counts a request of a user.
    ///
    /// # Errors
    /// Where there were too many.
    pub fn user(&self, user: &UserId) -> Result<(), Problem> {
        self.users.count(user)
    }

    /// Counts a search of a user: it costs more than other reads do.
    ///
    /// # Errors
    /// Where there were too many.
    pub fn search(&self, user: &UserId) -> Result<(), Problem> {
        self.searches.count(user)
    }

    /// Counts a request of somebody whose token was refused, or who sent none.
    ///
    /// # Errors
    /// Where there were too many.
    pub fn stranger(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.strangers.count(&address)
    }

    /// Waits until a user may send another line of a batch.
    pub async fn line(&self, user: &UserId) {
        while let Err(wait) = self.lines.check(user) {
            tokio::time::sleep(wait).await;
        }
    }

    /// Begins a batch of a user, which goes on until what this answers is dropped.
    ///
    /// # Errors
    /// Where too many go on already.
    pub fn batch(&self, user: &UserId) -> Result<Batching, Problem> {
        let mut batches = self.batches.lock();
        let going_on = batches.entry(user.clone()).or_default();
        if *going_on >= self.batches_at_once {
            return Err(Problem::RateLimited { retry_after: ANOTHER_BATCH });
        }
        *going_on += 1;
        Ok(Batching { batches: self.batches.clone(), user: user.clone() })
    }
}

/// A batch that goes on.
pub struct Batching {
    batches: Arc<Mutex<HashMap<UserId, u32>>>,
    user: UserId,
}

impl Drop for Batching {
    fn drop(&mut self) {
        let mut batches = self.batches.lock();
        if let Some(going_on) = batches.get_mut(&self.user) {
            *going_on -= 1;
            if *going_on == 0 {
                batches.remove(&self.user);
            }
        }
    }
}

struct Limiter<K: Hash + Eq + Clone> {
    rates: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
    counted: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(per_second: u32, burst: u32) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst));
        Self { rates: RateLimiter::keyed(quota), clock: DefaultClock::default(), counted: AtomicU32::new(0) }
    }

    fn count(&self, key: &K) -> Result<(), Problem> {
        self.check(key).map_err(|retry_after| Problem::RateLimited { retry_after })
    }

    /// Counts one more, or tells how long to wait.
    fn check(&self, key: &K) -> Result<(), Duration> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % TIDY_AFTER == TIDY_AFTER - 1 {
            self.rates.retain_recent();
            self.rates.shrink_to_fit();
        }
        let early = self.rates.check_key(key);
        early.map_err(|until| until.wait_time_from(self.clock.now()).max(Duration::from_millis(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::BatchLimits;

    #[test]
    fn one_who_asks_too_often_waits_and_others_do_not() {
        let limits = Limits { user_per_second: 1, user_burst: 2, ..Limits::default() };
        let rates = Rates::new(&limits);
        let (one, other) = ("one".parse().unwrap(), "other".parse().unwrap());
        assert!(rates.user(&one).is_ok() && rates.user(&one).is_ok());
        assert!(matches!(rates.user(&one), Err(Problem::RateLimited { .. })));
        assert!(rates.user(&other).is_ok());
    }

    #[test]
    fn searches_are_counted_beside_requests() {
        let rates = Rates::new(&Limits { searches_per_second: 1, searches_burst: 1, ..Limits::default() });
        let one = "one".parse().unwrap();
        assert!(rates.search(&one).is_ok());
        assert!(matches!(rates.search(&one), Err(Problem::RateLimited { .. })));
        assert!(rates.user(&one).is_ok());
    }

    #[test]
    fn a_user_has_so_many_batches_at_once_and_no_more() {
        let limits = Limits { batch: BatchLimits { at_once: 2, ..BatchLimits::default() }, ..Limits::default() };
        let rates = Rates::new(&limits);
        let (one, other) = ("one".parse().unwrap(), "other".parse().unwrap());
        let (first, _second) = (rates.batch(&one).unwrap(), rates.batch(&one).unwrap());
        assert!(matches!(rates.batch(&one), Err(Problem::RateLimited { .. })));
        assert!(rates.batch(&other).is_ok());
        drop(first);
        assert!(rates.batch(&one).is_ok());
        assert!(!rates.batches.lock().contains_key(&other));
    }

    #[tokio::test]
    async fn a_line_beyond_the_rate_waits_and_is_not_refused() {
        let batch = BatchLimits { lines_per_second: 50, lines_burst: 2, ..BatchLimits::default() };
        let rates = Rates::new(&Limits { batch, ..Limits::default() });
        let user = "one".parse().unwrap();
        let began = std::time::Instant::now();
        for _ in 0..4 {
            rates.line(&user).await;
        }
        assert!(began.elapsed() >= Duration::from_millis(35), "{:?}", began.elapsed());
    }

    #[test]
    fn the_quiet_ones_are_forgotten() {
        let limiter = Limiter::<u32>::new(1_000_000, 1);
        for key in 0..3 * TIDY_AFTER {
            assert!(limiter.count(&key).is_ok());
        }
        assert!(limiter.rates.len() < 2 * TIDY_AFTER as usize, "{}", limiter.rates.len());
    }
}

//! How many requests a caller may make. Verified callers are counted by user, everybody else by address, so that a
//! shelter behind one address is not held up by whoever guesses tokens there.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use care_path::ids::UserId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::Limits;
use super::problem::Problem;

/// After so many requests, those who have been quiet for a while are forgotten.
const TIDY_AFTER: u32 = 4_096;

/// The rates of all callers.
pub struct Rates {
    users: Limiter<UserId>,
    strangers: Limiter<Option<IpAddr>>,
}

impl Rates {
    /// Nobody has called yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            users: Limiter::new(limits.user_per_second, limits.user_burst),
            strangers: Limiter::new(limits.stranger_per_second, limits.stranger_burst),
        }
    }

    /// Counts a request of a user.
    ///
    /// # Errors
    /// Where there were too many.
    pub fn user(&self, user: &UserId) -> Result<(), Problem> {
        self.users.count(user)
    }

    /// Counts a request of somebody whose token was refused, or who sent none.
    ///
    /// # Errors
    /// Where there were too many.
    pub fn stranger(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.strangers.count(&address)
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
        if self.counted.fetch_add(1, Ordering::Relaxed) % TIDY_AFTER == TIDY_AFTER - 1 {
            self.rates.retain_recent();
            self.rates.shrink_to_fit();
        }
        self.rates.check_key(key).map_err(|until| {
            let retry_after = until.wait_time_from(self.clock.now()).max(Duration::from_millis(1));
            Problem::RateLimited { retry_after }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_quiet_ones_are_forgotten() {
        let limiter = Limiter::<u32>::new(1_000_000, 1);
        for key in 0..3 * TIDY_AFTER {
            assert!(limiter.count(&key).is_ok());
        }
        assert!(limiter.rates.len() < 2 * TIDY_AFTER as usize, "{}", limiter.rates.len());
    }
}

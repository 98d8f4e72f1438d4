//! When a delivery that failed is tried again: terms that grow over about three days, spread by chance, so that the
//! receivers of many events do not all hear of them again in the same second.

use aws_lc_rs::rand;
use chrono::{DateTime, TimeDelta, Utc};

/// Chance, between nothing and one.
pub trait Jitter: Send + Sync {
    /// A part of a whole: at least 0, and less than 1.
    fn part(&self) -> f64;
}

/// Chance from the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineJitter;

impl Jitter for MachineJitter {
    fn part(&self) -> f64 {
        let mut bytes = [0; 4];
        // Without chance the middle is as good as any.
        if rand::fill(&mut bytes).is_err() {
            return 0.5;
        }
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The terms after each failure; there is one attempt more than there are terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(Vec<TimeDelta>);

/// The example schedule of Standard Webhooks 1.0.0, "Deliverability and reliability", in seconds: the first attempt is
/// made at once, and the tenth 75 hours and 35 minutes later.
const STANDARD: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

impl Default for Schedule {
    fn default() -> Self {
        Self(STANDARD.into_iter().map(TimeDelta::seconds).collect())
    }
}

/// However long a receiver asks us to wait, this is waited at most.
const LONGEST: TimeDelta = TimeDelta::hours(24);

impl Schedule {
    /// A schedule of these terms.
    #[must_use]
    pub fn new(terms: Vec<TimeDelta>) -> Self {
        Self(terms)
    }

    /// How many attempts are made in all.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.0.len() + 1
    }

    /// When to try again after so many failed attempts; `None` where the last one was made.
    ///
    /// Full jitter: anything from nothing to twice the term, so that on average it is the term. What the receiver asks
    /// for is waited at least.
    #[must_use]
    pub fn next(
        &self,
        failed: u32,
        now: DateTime<Utc>,
        asked: Option<TimeDelta>,
        jitter: &dyn Jitter,
    ) -> Option<DateTime<Utc>> {
        let at = usize::try_from(failed).ok()?.checked_sub(1)?;
        let term = self.0.get(at)?.as_seconds_f64();
        let spread = std::time::Duration::try_from_secs_f64(2.0 * term * jitter.part()).unwrap_or_default();
        let spread = TimeDelta::from_std(spread).unwrap_or_default();
        Some(now + spread.max(asked.unwrap_or_default().min(LONGEST)))
    }
}

/// How long a `Retry-After` header asks us to wait: seconds, or a date (RFC 9110 §10.2.3).
#[must_use]
pub fn retry_after(value: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(TimeDelta::seconds(i64::from(seconds)));
    }
    let date = DateTime::parse_from_rfc2822(value).ok()?;
    Some((date.to_utc() - now).max(TimeDelta::zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(f64);

    impl Jitter for Always {
        fn part(&self) -> f64 {
            self.0
        }
    }

    fn now() -> DateTime<Utc> {
        "2026-10-25T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn ten_attempts_are_made_over_about_three_days() {
        let schedule = Schedule::default();
        assert_eq!(schedule.attempts(), 10);
        let mut at = now();
        for failed in 1..=9 {
            at = schedule.next(failed, at, None, &Always(0.5)).unwrap();
        }
        assert_eq!(at - now(), TimeDelta::hours(75) + TimeDelta::minutes(35) + TimeDelta::seconds(5));
        assert_eq!(schedule.next(10, at, None, &Always(0.5)), None);
    }

    #[test]
    fn chance_spreads_an_attempt_from_at_once_to_twice_its_term() {
        let schedule = Schedule::new(vec![TimeDelta::seconds(100)]);
        let waits = |part| (schedule.next(1, now(), None, &Always(part)).unwrap() - now()).num_seconds();
        assert_eq!([waits(0.0), waits(0.5), waits(0.995)], [0, 100, 199]);
    }

    #[test]
    fn chance_is_below_one_and_not_always_the_same() {
        let parts: Vec<_> = (0..100).map(|_| MachineJitter.part()).collect();
        assert!(parts.iter().all(|part| (0.0..1.0).contains(part)));
        assert!(parts.iter().any(|part| *part < 0.5) && parts.iter().any(|part| *part >= 0.5));
    }

    #[test]
    fn what_the_receiver_asks_for_is_waited_at_least_but_not_for_ever() {
        let schedule = Schedule::new(vec![TimeDelta::seconds(10)]);
        let waits = |asked| schedule.next(1, now(), Some(asked), &Always(0.0)).unwrap() - now();
        assert_eq!(waits(TimeDelta::seconds(120)), TimeDelta::seconds(120));
        assert_eq!(waits(TimeDelta::days(400)), LONGEST);
    }

    #[test]
    fn a_receiver_may_ask_in_seconds_or_with_a_date() {
        assert_eq!(retry_after(" 120 ", now()), Some(TimeDelta::seconds(120)));
        assert_eq!(retry_after("Sun, 25 Oct 2026 12:00:30 GMT", now()), Some(TimeDelta::seconds(30)));
        assert_eq!(retry_after("Sun, 25 Oct 2026 11:00:30 GMT", now()), Some(TimeDelta::zero()));
        assert_eq!(retry_after("-1", now()), None);
        assert_eq!(retry_after("soon", now()), None);
    }
}

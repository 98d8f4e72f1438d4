//! Where time and identifiers come from: the only place that asks the machine for either. Everything else is handed
//! these sources, so that a test decides what time it is, and a replayed history gives the same ids again.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Makes identifiers.
pub trait IdSource: Send + Sync {
    /// A new `UUIDv7`: later ones of one source sort after earlier ones.
    fn uuid_v7(&self) -> Uuid;
}

/// Ids from the machine's clock and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "this is the source that everything else is handed")]
    fn uuid_v7(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Sources that a test steers.
pub mod testing {
    use std::sync::atomic::{AtomicU64, Ordering};

    use chrono::TimeDelta;
    use parking_lot::Mutex;

    use super::{Clock, DateTime, IdSource, Utc, Uuid};

    /// A clock that stands still until it is moved.
    #[derive(Debug)]
    pub struct TestClock(Mutex<DateTime<Utc>>);

    impl TestClock {
        /// A clock that shows `now`.
        #[must_use]
        pub fn at(now: DateTime<Utc>) -> Self {
            Self(Mutex::new(now))
        }

        /// Sets the clock, forwards or backwards.
        pub fn set(&self, now: DateTime<Utc>) {
            *self.0.lock() = now;
        }

        /// Moves the clock on by `by`; a negative `by` moves it back.
        pub fn advance(&self, by: TimeDelta) {
            *self.0.lock() += by;
        }
    }

    impl Clock for TestClock {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock()
        }
    }

    /// Ids that count up from one: valid, ordered, and the same in every run.
    #[derive(Debug, Default)]
    pub struct SequentialIds(AtomicU64);

    impl IdSource for SequentialIds {
        fn uuid_v7(&self) -> Uuid {
            let count = self.0.fetch_add(1, Ordering::Relaxed) + 1;
            // The count sits in the timestamp, which is what v7 ids are ordered by.
            uuid::Builder::from_unix_timestamp_millis(count, &[0; 10]).into_uuid()
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::testing::{SequentialIds, TestClock};
    use super::*;

    #[test]
    fn a_test_clock_stands_still_until_it_is_moved() {
        let start = DateTime::UNIX_EPOCH;
        let clock = TestClock::at(start);
        assert_eq!(clock.now(), clock.now());
        clock.advance(TimeDelta::seconds(90));
        assert_eq!(clock.now(), start + TimeDelta::seconds(90));
        clock.set(start);
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn ids_of_either_source_are_v7_and_sort_in_the_order_they_were_made() {
        fn check(ids: &dyn IdSource) {
            let made: Vec<_> = (0..200).map(|_| ids.uuid_v7()).collect();
            assert!(made.iter().all(|id| id.get_version_num() == 7));
            assert!(made.is_sorted_by(|earlier, later| earlier < later));
        }
        check(&RandomIds);
        check(&SequentialIds::default());
    }

    #[test]
    fn sequential_ids_are_the_same_in_every_run() {
        assert_eq!(SequentialIds::default().uuid_v7(), SequentialIds::default().uuid_v7());
    }
}

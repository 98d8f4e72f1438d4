//! Terms: by when something is due. Configured numbers and reported times may be anything, so no sum here can overflow.

use chrono::{Datelike, TimeDelta, Weekday};

use crate::time::DateTime;

const WORKING_DAYS_OF_A_WEEK: i64 = 5;
const DAYS_OF_A_WEEK: i64 = 7;

fn after(from: DateTime, term: Option<TimeDelta>) -> DateTime {
    term.and_then(|term| from.checked_add_signed(term)).unwrap_or(DateTime::MAX_UTC)
}

/// That many minutes later.
pub(in crate::path) fn minutes_after(from: DateTime, minutes: i64) -> DateTime {
    after(from, TimeDelta::try_minutes(minutes))
}

/// That many hours later.
pub(in crate::path) fn hours_after(from: DateTime, hours: i64) -> DateTime {
    after(from, TimeDelta::try_hours(hours))
}

/// That many days of 24 hours later.
pub(in crate::path) fn days_after(from: DateTime, days: i64) -> DateTime {
    after(from, TimeDelta::try_days(days))
}

/// The same time of day, that many working days later: Monday to Friday, by the weekday in UTC. What begins in a weekend
/// counts from the Friday before. Public holidays are not considered: a term that runs over one ends a day too early.
#[must_use]
pub fn working_days_after(from: DateTime, days: i64) -> DateTime {
    if days <= 0 {
        return from;
    }
    let weekend = match from.weekday() {
        Weekday::Sat => 1,
        Weekday::Sun => 2,
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => 0,
    };
    let begin = days_after(from, -weekend);
    let (weeks, rest) = (days / WORKING_DAYS_OF_A_WEEK, days % WORKING_DAYS_OF_A_WEEK);
    let crosses_weekend = i64::from(begin.weekday().num_days_from_monday()) + rest >= WORKING_DAYS_OF_A_WEEK;
    let rest = if crosses_weekend { rest + DAYS_OF_A_WEEK - WORKING_DAYS_OF_A_WEEK } else { rest };
    days_after(begin, weeks.saturating_mul(DAYS_OF_A_WEEK).saturating_add(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn working_days_step_over_the_weekend() {
        // The 12th of January 2026 is a Monday.
        let (monday, thursday, friday) =
            (at("2026-01-12T09:00:00Z"), at("2026-01-15T09:00:00Z"), at("2026-01-16T09:00:00Z"));
        assert_eq!(working_days_after(monday, 3), thursday);
        assert_eq!(working_days_after(thursday, 1), friday);
        assert_eq!(working_days_after(thursday, 3), at("2026-01-20T09:00:00Z"));
        assert_eq!(working_days_after(friday, 5), at("2026-01-23T09:00:00Z"));
        assert_eq!(working_days_after(friday, 11), at("2026-02-02T09:00:00Z"));
    }

    #[test]
    fn a_weekend_is_no_head_start() {
        for begun in ["2026-01-16T21:00:00Z", "2026-01-17T21:00:00Z", "2026-01-18T21:00:00Z"] {
            assert_eq!(working_days_after(at(begun), 1), at("2026-01-19T21:00:00Z"), "{begun}");
            assert_eq!(working_days_after(at(begun), 5), at("2026-01-23T21:00:00Z"), "{begun}");
        }
    }

    #[test]
    fn no_days_are_no_delay() {
        assert_eq!(working_days_after(at("2026-01-17T21:00:00Z"), 0), at("2026-01-17T21:00:00Z"));
    }

    #[test]
    fn a_term_beyond_all_time_is_never_due() {
        let now = at("2026-01-12T09:00:00Z");
        assert_eq!(hours_after(now, i64::MAX), DateTime::MAX_UTC);
        assert_eq!(days_after(DateTime::MAX_UTC, 1), DateTime::MAX_UTC);
        assert_eq!(working_days_after(now, i64::MAX), DateTime::MAX_UTC);
    }

    proptest! {
        #[test]
        fn between_the_ends_lie_as_many_working_days_as_were_asked(start in 0_i64..4_000, days in 1_i64..60) {
            let from = days_after(at("2024-01-01T10:00:00Z"), start);
            let due = working_days_after(from, days);
            let works = |day: &DateTime| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let passed = (1..100).map(|step| days_after(from, step)).take_while(|day| *day <= due).filter(works).count();
            prop_assert!(works(&due));
            prop_assert_eq!(i64::try_from(passed).unwrap(), days);
        }
    }
}

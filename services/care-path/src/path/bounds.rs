//! The bounds of times that only a decision can judge: it knows what time it is.

use chrono::NaiveDate;

use crate::command::{Context, Refusal};
use crate::time::{DateTime, Day, Moment, days_after, local_date};

/// How far ahead anything is planned.
const PLANNED_DAYS: i64 = 5 * 366;

/// How far ahead a hospital announces a discharge.
const ANNOUNCED_DAYS: i64 = 92;

type Bounded<T> = Result<Option<T>, Refusal>;

fn ensure<T>(value: Option<T>, field: &'static str, rule: &'static str, holds: impl Fn(&T) -> bool) -> Bounded<T> {
    if value.as_ref().is_none_or(holds) { Ok(value) } else { Err(Refusal::field(field, rule)) }
}

impl Context<'_> {
    /// A time that may lie in the past, and not too far ahead.
    pub(super) fn planned(&self, field: &'static str, time: Option<Moment>) -> Bounded<DateTime> {
        let latest = days_after(self.now, PLANNED_DAYS);
        let rule = "must not lie more than five years ahead";
        ensure(time.map(Moment::get), field, rule, |time| *time <= latest)
    }

    /// The day until which something is planned when it is said, not too far ahead.
    pub(super) fn until_day(&self, field: &'static str, day: Option<Day>) -> Bounded<NaiveDate> {
        let (earliest, latest) = (local_date(self.occurred.at), local_date(days_after(self.now, PLANNED_DAYS)));
        let day = ensure(day.map(Day::get), field, "must not lie more than five years ahead", |day| *day <= latest)?;
        ensure(day, field, "must not lie before the day on which it is said", |day| *day >= earliest)
    }

    /// A time that is still to come.
    pub(super) fn still_to_come(&self, field: &'static str, time: Option<Moment>) -> Bounded<DateTime> {
        ensure(self.planned(field, time)?, field, "must lie in the future", |time| *time > self.now)
    }

    /// When somebody is expected to be discharged: it is announced, and not years before.
    pub(super) fn announced(&self, field: &'static str, time: Moment) -> Result<DateTime, Refusal> {
        let (time, latest) = (time.get(), days_after(self.now, ANNOUNCED_DAYS));
        let rule = "must lie in the future, and not more than three months ahead";
        if time > self.now && time <= latest { Ok(time) } else { Err(Refusal::field(field, rule)) }
    }

    /// When a lookout ends: what is told of a person does not stay with others for longer than they are looked for.
    pub(super) fn lookout_expires(&self, time: Option<Moment>) -> Result<DateTime, Refusal> {
        let rule =
            "must not lie further ahead than lookouts may run: 90 days, unless the municipality sets another term";
        self.expires(time, self.deadlines.lookout_longest_days, rule)
    }

    /// When a care alert ends: the police are told of a person for a shorter time than shelters are.
    pub(super) fn care_alert_expires(&self, time: Option<Moment>) -> Result<DateTime, Refusal> {
        let rule =
            "must not lie further ahead than care alerts may run: 14 days, unless the municipality sets another term";
        self.expires(time, self.deadlines.care_alert_longest_days, rule)
    }

    /// By a longest term. Unless a time is said, after the term for lookouts, as far as that is not longer.
    fn expires(&self, time: Option<Moment>, longest: i64, rule: &'static str) -> Result<DateTime, Refusal> {
        let (field, latest) = ("expires_at", days_after(self.now, longest));
        let named = ensure(self.still_to_come(field, time)?, field, rule, |time| *time <= latest)?;
        Ok(named.unwrap_or(days_after(self.now, self.deadlines.lookout_expires_days.min(longest))))
    }

    /// A day that has come.
    pub(super) fn past(&self, field: &'static str, day: Option<NaiveDate>) -> Bounded<NaiveDate> {
        let today = local_date(self.now);
        ensure(day, field, "must not lie in the future", |day| *day <= today)
    }
}

/// A number of months is one that somebody can have lived.
pub(super) fn of_a_life(field: &'static str, months: Option<u16>) -> Result<(), Refusal> {
    const LIFE: u16 = 120 * 12;
    ensure(months, field, "must be at most 1440: a life of 120 years", |months| *months <= LIFE).map(drop)
}

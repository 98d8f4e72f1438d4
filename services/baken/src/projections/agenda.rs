//! An agenda: cases by the time at which something is next to be done about them.

use std::collections::BTreeSet;

use care_path::PersonId;
use care_path::time::DateTime;

use super::map::Map;

/// Cases by time, each at most once.
#[derive(Default)]
pub struct Agenda {
    by_time: BTreeSet<(DateTime, PersonId)>,
    of_case: Map<PersonId, DateTime>,
}

impl Agenda {
    /// Puts a case at a time, in the place of where it stood; or takes it off.
    pub fn put(&mut self, case: PersonId, at: Option<DateTime>) {
        let before = match at {
            Some(at) => self.of_case.insert(case, at),
            None => self.of_case.remove(&case),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.by_time.remove(&(before, case));
        }
        if let Some(at) = at {
            self.by_time.insert((at, case));
        }
    }

    /// The time of a case.
    pub(super) fn of(&self, case: PersonId) -> Option<DateTime> {
        self.of_case.get(&case).copied()
    }

    /// Every case with its time, earliest first.
    pub fn all(&self) -> impl Iterator<Item = (DateTime, PersonId)> {
        self.by_time.iter().copied()
    }

    /// Some of the cases whose time has come, earliest first.
    #[must_use]
    pub fn until(&self, now: DateTime, most: usize) -> Vec<PersonId> {
        self.all().take_while(|(at, _)| *at <= now).map(|(_, case)| case).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn at(minute: i64) -> DateTime {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    #[test]
    fn a_case_stands_on_it_once_and_what_is_due_comes_in_order() {
        let [one, two, three] = [1, 2, 3].map(|id| PersonId(Uuid::from_u128(id)));
        let mut agenda = Agenda::default();
        for (case, minute) in [(one, 9), (two, 5), (three, 7), (one, 3)] {
            agenda.put(case, Some(at(minute)));
        }
        assert_eq!(agenda.until(at(7), 9), [one, two, three]);
        assert_eq!(agenda.until(at(5), 9), [one, two]);
        assert_eq!(agenda.until(at(7), 1), [one]);
        agenda.put(one, None);
        assert_eq!(agenda.all().collect::<Vec<_>>(), [(at(5), two), (at(7), three)]);
        assert!(agenda.until(at(4), 9).is_empty());
    }
}

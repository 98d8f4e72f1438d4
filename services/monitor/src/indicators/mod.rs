//! What is counted: from facts to the true figures of a calendar year and its quarters.
//!
//! One pass over the paths counts all indicators for the year of a period and for its four quarters at once, for the
//! disclosure control needs them together. **Nothing here may be published**: these are the true counts.
//! [`crate::freeze()`] decides what is told of them.

mod categories;
mod durations;
mod events;
mod persons;
mod places;
mod registers;
mod tally;

#[cfg(test)]
pub(crate) mod random_facts;
#[cfg(test)]
mod slow_tests;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

pub use categories::{AGE_BANDS, COUNTRIES, ETHOS_LIGHT, SEXES, UNKNOWN};
pub use durations::{Survival, Times};
pub use persons::Move;
pub use places::{CITIES, ELSEWHERE, PLACES, PlaceSet, TOGETHER, place_code};
pub use registers::{REGISTERS, histories};
pub use tally::{Counted, Organisations, SLOTS, Tally, YEAR};

use crate::facts::Facts;
use crate::period::Period;
use categories::Numbered;
use durations::Waiting;
use events::Events;
use persons::Persons;
use registers::Captures;

/// The true figures of a period, of its year and of the quarters of it.
#[derive(Debug, Clone)]
pub struct Census {
    /// One for each indicator that counts.
    pub tallies: Vec<Tally>,
    /// How many persons moved how between cities and quarters.
    pub moves: Vec<(Move, u64)>,
    /// Persons seen in the year before, by place.
    pub before: [u64; PLACES],
    /// Of the period itself: days from the first signal to the first care, by the cut and category, then by place.
    pub days_to_first_care: Vec<Times>,
    /// Of the period itself: lengths of episodes out of sight.
    pub out_of_sight: Times,
    /// Of the period itself: persons by the registers that they are on, by place and by the bits of the history.
    pub captures: Captures,
}

/// Counts everything, as known on a day.
#[must_use]
pub fn count(facts: &Facts, period: Period, on: NaiveDate) -> Census {
    let days = Slots::of(period);
    let (mut persons, mut events) = (Persons::new(days), Events::new(days, on));
    let mut waiting = Waiting::new(period, on);
    let mut captures = Captures::default();
    let mut names = Numbered::default();
    for (number, path) in (0_u32..).zip(&facts.paths) {
        let traits = categories::of_person(&path.traits, period.calendar_year());
        persons.add(number, path, traits, &mut names);
        events.add(number, path, &mut names);
        waiting.add(path, traits);
        captures.add(path, period);
    }
    events.add_unknown(facts, &mut names);
    let (mut tallies, moves, before) = persons.finish();
    tallies.extend(events.finish());
    let (days_to_first_care, out_of_sight) = waiting.finish();
    Census { tallies, moves, before, days_to_first_care, out_of_sight, captures }
}

impl Census {
    #[must_use]
    pub fn tally(&self, indicator: &str) -> Option<&Tally> {
        self.tallies.iter().find(|tally| tally.indicator == indicator)
    }
}

/// The year of a period and its quarters, as days.
#[derive(Debug, Clone, Copy)]
struct Slots {
    first: NaiveDate,
    /// Of each quarter.
    last: [NaiveDate; 4],
}

impl Slots {
    fn of(period: Period) -> Self {
        let year = period.whole_year();
        let mut last = [year.last_day(); 4];
        for (day, quarter) in last.iter_mut().zip(year.quarters()) {
            *day = quarter.last_day();
        }
        Self { first: year.first_day(), last }
    }

    /// The quarter of a day, counted from 0; `None` in another year.
    fn quarter(&self, day: NaiveDate) -> Option<usize> {
        let is_in = day >= self.first && day <= self.last[3];
        is_in.then(|| self.last.iter().filter(|last| **last < day).count())
    }
}

/// The slot of a period within its year: [`YEAR`], or the number of its quarter.
#[must_use]
pub fn slot(period: Period) -> usize {
    period.quarter_number().map_or(YEAR, |quarter| quarter as usize)
}

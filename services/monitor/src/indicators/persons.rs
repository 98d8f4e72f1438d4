//! Persons: seen, new, no longer seen, and where they live on the count date.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::Slots;
use super::categories::{AGE_BANDS, COUNTRIES, ETHOS_LIGHT, Numbered, SEXES, place};
use super::events::numbered;
use super::places::{PLACES, PlaceSet};
use super::tally::{Breakdown, Organisations, SLOTS, Share, Tally, YEAR};
use crate::definitions::Cut;
use crate::facts::{Path, Span};
use crate::period::Period;

/// Where a person was seen in each quarter of a year, and what is counted of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Move {
    pub quarters: [PlaceSet; 4],
    /// Seen before the year.
    pub is_known: bool,
    /// Places in the lists of countries, sexes and age bands.
    pub traits: [usize; 3],
}

impl Move {
    /// Where the person was seen in a slot.
    #[must_use]
    pub fn seen(&self, slot: usize) -> PlaceSet {
        let mut all = PlaceSet::default();
        self.quarters.iter().enumerate().filter(|(quarter, _)| slot == YEAR || slot == quarter + 1).for_each(
            |(_, seen)| {
                all.add(*seen);
            },
        );
        all
    }

    /// Whether the person is new in a slot: seen in it, and never before.
    #[must_use]
    pub fn is_new(&self, slot: usize) -> bool {
        let before = slot.saturating_sub(1);
        let was_seen = self.quarters.iter().take(before).any(|seen| !seen.is_empty());
        !self.is_known && !was_seen && !self.seen(slot).is_empty()
    }
}

/// Counts persons.
pub struct Persons {
    days: Slots,
    /// The year before, and its last quarter.
    year_before: Option<Period>,
    quarter_before: Option<Period>,
    unique: Tally,
    new: Tally,
    gone: Tally,
    ethos: Tally,
    moves: HashMap<Move, u64>,
    /// Seen in the year before, by place.
    before: [u64; PLACES],
}

fn traits() -> Vec<Breakdown> {
    vec![
        Breakdown::fixed(Cut::Country, &COUNTRIES),
        Breakdown::fixed(Cut::Sex, &SEXES),
        Breakdown::fixed(Cut::AgeBand, &AGE_BANDS),
    ]
}

impl Persons {
    pub fn new(days: Slots) -> Self {
        let mut ethos = vec![Breakdown::fixed(Cut::EthosLight, &ETHOS_LIGHT)];
        ethos.extend(traits());
        let year = chrono::Datelike::year(&days.first);
        Self {
            days,
            year_before: Period::year(year - 1),
            quarter_before: Period::quarter(year - 1, 4),
            unique: Tally::new("unique_persons", traits()),
            new: Tally::new("new_persons", traits()),
            gone: Tally::new("gone_persons", traits()),
            ethos: Tally::new("ethos_light", ethos),
            moves: HashMap::new(),
            before: [0; PLACES],
        }
    }

    pub fn add(&mut self, number: u32, path: &Path, traits: [usize; 3], names: &mut Numbered) {
        // Of each slot and place, who saw the person there.
        let mut by = [[Organisations::default(); PLACES]; SLOTS];
        let mut quarters = [PlaceSet::default(); 4];
        let (mut year_before, mut quarter_before) = (PlaceSet::default(), PlaceSet::default());
        let mut is_known = false;
        for seen in &path.seen {
            let at = || PlaceSet::of(seen.municipality.as_deref());
            if let Some(quarter) = self.days.quarter(seen.on) {
                quarters[quarter].add(at());
                for number in numbered(names, &[&seen.by]).iter() {
                    for place in at().places() {
                        by[YEAR][place].add(number);
                        by[quarter + 1][place].add(number);
                    }
                }
            } else if seen.on < self.days.first {
                is_known = true;
                if self.year_before.is_some_and(|before| before.contains(seen.on)) {
                    year_before.add(at());
                }
                if self.quarter_before.is_some_and(|before| before.contains(seen.on)) {
                    quarter_before.add(at());
                }
            }
        }
        let moved = Move { quarters, is_known, traits };
        let share = Share::one(number);
        if !moved.seen(YEAR).is_empty() {
            *self.moves.entry(moved).or_default() += 1;
        }
        year_before.places().for_each(|place| self.before[place] += 1);
        for (slot, by) in by.iter().enumerate() {
            let now = moved.seen(slot);
            for place in now.places() {
                self.unique.add_at(slot, place, &traits, share.by(by[place]));
            }
            if moved.is_new(slot) {
                self.new.add(slot, now, &traits, share);
            }
            let before = match slot {
                YEAR => year_before,
                1 => quarter_before,
                later => quarters[later - 2],
            };
            for place in (0..PLACES).filter(|place| before.counts_at(*place) && !now.counts_at(*place)) {
                self.gone.add_at(slot, place, &traits, share);
            }
        }
        self.add_living(path, traits, share);
    }

    fn add_living(&mut self, path: &Path, traits: [usize; 3], share: Share) {
        for slot in 0..SLOTS {
            let day = if slot == YEAR { self.days.last[3] } else { self.days.last[slot - 1] };
            if path.open.iter().any(|open| is_during(*open, day)) {
                let before = path.living.iter().filter(|(of, _)| *of <= day);
                let class = before.max_by_key(|(of, _)| *of).map(|(_, class)| class.as_ref());
                let [country, sex, age] = traits;
                let at = PlaceSet::of(path.municipality_on(day).map(AsRef::as_ref));
                self.ethos.add(slot, at, &[place(&ETHOS_LIGHT, class), country, sex, age], share);
            }
        }
    }

    /// The tallies, how persons moved, and how many were seen in the year before.
    pub fn finish(self) -> (Vec<Tally>, Vec<(Move, u64)>, [u64; PLACES]) {
        let mut moves: Vec<_> = self.moves.into_iter().collect();
        moves.sort_unstable();
        (vec![self.unique, self.new, self.gone, self.ethos], moves, self.before)
    }
}

/// Whether a period goes on at the end of a day. On the day on which it ended it does not.
pub fn is_during(span: Span, day: NaiveDate) -> bool {
    span.from <= day && span.until.is_none_or(|until| until > day)
}

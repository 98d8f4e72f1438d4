//! The counts of one indicator.

use super::categories::Numbered;
use super::places::{PLACES, PlaceSet};
use crate::definitions::Cut;
use crate::facts::Code;

/// The slot of the year among its quarters, which are 1 to 4.
pub const YEAR: usize = 0;
/// The year and its four quarters.
pub const SLOTS: usize = 5;

/// Organisations, by their numbers. At most four are kept: more know one thing together only rarely.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Organisations {
    numbers: [u16; 4],
    len: u8,
}

impl Organisations {
    pub fn add(&mut self, number: u16) {
        let len = usize::from(self.len);
        if len < self.numbers.len() && !self.numbers[..len].contains(&number) {
            self.numbers[len] = number;
            self.len += 1;
        }
    }

    pub fn iter(self) -> impl Iterator<Item = u16> {
        self.numbers.into_iter().take(usize::from(self.len))
    }

    /// Those that are in both.
    fn and(self, other: Self) -> Self {
        let mut both = Self::default();
        self.iter().filter(|number| other.iter().any(|also| also == *number)).for_each(|number| both.add(number));
        both
    }
}

/// What is counted in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// In the unit of the indicator.
    pub units: u64,
    /// The persons behind them.
    pub persons: u64,
    /// Those that recorded all of it, and so know the count.
    pub known_to: Organisations,
    /// The path that was counted last: the paths come one after another.
    last: u32,
}

impl Default for Counted {
    fn default() -> Self {
        Self { units: 0, persons: 0, known_to: Organisations::default(), last: u32::MAX }
    }
}

type OfCategory = [[Counted; PLACES]; SLOTS];

/// One table of an indicator beside its totals.
#[derive(Debug, Clone)]
pub struct Breakdown {
    pub cuts: Vec<Cut>,
    first: Numbered,
    /// The categories of the second cut, where there is one.
    second: &'static [&'static str],
    cells: Vec<OfCategory>,
}

/// The counts of one indicator, by slot and place.
#[derive(Debug, Clone)]
pub struct Tally {
    pub indicator: &'static str,
    total: Box<OfCategory>,
    pub breakdowns: Vec<Breakdown>,
}

/// Who is counted, and how much of it.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// The number of the path; `None` for people whom nobody knows.
    pub path: Option<u32>,
    pub units: u64,
    /// People whom nobody knows are counted each; a path is one person.
    pub persons: u64,
    /// The organisations that recorded it.
    pub by: Organisations,
}

impl Share {
    /// One unit of one person.
    pub fn one(path: u32) -> Self {
        Self { path: Some(path), units: 1, persons: 1, by: Organisations::default() }
    }

    /// The same, recorded by these.
    pub fn by(self, by: Organisations) -> Self {
        Self { by, ..self }
    }
}

impl Counted {
    fn add(&mut self, share: Share) {
        if share.units == 0 {
            return;
        }
        self.known_to = if self.units == 0 { share.by } else { self.known_to.and(share.by) };
        self.units += share.units;
        if share.path.is_none_or(|path| path != self.last) {
            self.persons += share.persons;
        }
        if let Some(path) = share.path {
            self.last = path;
        }
    }
}

impl Tally {
    #[must_use]
    pub fn new(indicator: &'static str, breakdowns: Vec<Breakdown>) -> Self {
        Self { indicator, total: Box::default(), breakdowns }
    }

    /// Counts at all places of a set, in the total and in one category of each breakdown.
    pub fn add(&mut self, slot: usize, set: PlaceSet, categories: &[usize], share: Share) {
        for place in set.places() {
            self.add_at(slot, place, categories, share);
        }
    }

    pub fn add_at(&mut self, slot: usize, place: usize, categories: &[usize], share: Share) {
        self.total[slot][place].add(share);
        for (breakdown, category) in self.breakdowns.iter_mut().zip(categories) {
            breakdown.add_at(slot, place, *category, share);
        }
    }

    #[must_use]
    pub fn total(&self, slot: usize, place: usize) -> Counted {
        self.total[slot][place]
    }

    /// The breakdown by these cuts.
    #[must_use]
    pub fn by(&self, cuts: &[Cut]) -> Option<&Breakdown> {
        self.breakdowns.iter().find(|breakdown| breakdown.cuts == cuts)
    }
}

impl Breakdown {
    /// With fixed categories.
    pub fn fixed(cut: Cut, categories: &'static [&'static str]) -> Self {
        let mut breakdown = Self::open(cut);
        for code in categories {
            breakdown.number(&Code::from(*code));
        }
        breakdown
    }

    /// With the categories that come.
    pub fn open(cut: Cut) -> Self {
        Self { cuts: vec![cut], first: Numbered::default(), second: &[], cells: Vec::new() }
    }

    /// Crossed with a cut of fixed categories.
    pub fn crossed(cut: Cut, second: Cut, categories: &'static [&'static str]) -> Self {
        Self { cuts: vec![cut, second], second: categories, ..Self::open(cut) }
    }

    /// The number of a category of the first cut. With a second cut: of its first category there.
    pub fn number(&mut self, code: &Code) -> usize {
        let width = self.second.len().max(1);
        let number = self.first.number(code) * width;
        if self.cells.len() <= number {
            self.cells.resize(number + width, OfCategory::default());
        }
        number
    }

    pub fn add_at(&mut self, slot: usize, place: usize, category: usize, share: Share) {
        if let Some(cells) = self.cells.get_mut(category) {
            cells[slot][place].add(share);
        }
    }

    /// How many categories there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The codes of a category, one of each cut.
    #[must_use]
    pub fn codes(&self, category: usize) -> Vec<&str> {
        let width = self.second.len().max(1);
        let first = self.first.codes.get(category / width).map(AsRef::as_ref);
        first.into_iter().chain(self.second.get(category % width).copied()).collect()
    }

    #[must_use]
    pub fn cell(&self, slot: usize, place: usize, category: usize) -> Counted {
        self.cells.get(category).map_or_else(Counted::default, |cells| cells[slot][place])
    }
}

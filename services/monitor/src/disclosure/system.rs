//! What is published of counts, as sums of variables.
//!
//! A variable is a number of persons or events that have everything in common that the release can tell apart. A cell is a
//! sum of variables. Balances are sums that are equal by nature: all of a city by country and all of it by sex.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::cube::Contributor;
use super::program::{Attacker, bounds};
use crate::size::real;

/// What is published of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Counts from 1 to it are suppressed.
    pub threshold: u64,
    /// Others are rounded to the nearest multiple of it; 1 for none.
    pub base: u64,
}

impl Rule {
    /// For everybody.
    pub const OUTSIDE: Self = Self { threshold: 9, base: 5 };
    /// For the coordinators of the region.
    pub const COORDINATORS: Self = Self { threshold: 4, base: 5 };

    pub(crate) fn is_sensitive(self, persons: u64) -> bool {
        (1..=self.threshold).contains(&persons)
    }

    pub(crate) fn round(self, persons: u64) -> u64 {
        (persons + self.base / 2) / self.base * self.base
    }

    /// What may be behind a published count: it was not suppressed, and it was rounded.
    pub(crate) fn behind(self, published: u64) -> (u64, u64) {
        if published == 0 {
            return (0, 0);
        }
        let half = self.base / 2;
        (published.saturating_sub(half).max(self.threshold + 1), published + half)
    }
}

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// Rounded. A 0 is nobody.
    Count(u64),
    /// Somebody; how many is not told. The mark is the same whether the cell is small or protects another that is.
    Suppressed,
}

/// Whether it can still be decided what a cell shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing {
    /// It is published now.
    New,
    /// An earlier release told all readers that it lies between these.
    Earlier { low: f64, high: f64 },
    /// An earlier release told the coordinators of a city, and nobody else.
    ToldToCoordinators { low: f64, high: f64 },
    /// No table has it, and it must not be computed either.
    Untold,
}

/// A cell. One that is in several tables is one cell.
#[derive(Debug, Clone)]
pub struct Cell {
    pub(crate) sum: Vec<usize>,
    /// The true count.
    pub(crate) units: u64,
    /// Those behind it; `None` where it is no secret.
    pub(crate) persons: Option<u64>,
    /// Those who know the true count by themselves.
    pub(crate) known_to: Vec<Contributor>,
    pub(crate) standing: Standing,
    /// Of a new cell.
    pub published: Published,
}

impl Cell {
    pub(crate) fn is_suppressed(&self) -> bool {
        self.standing == Standing::New && self.published == Published::Suppressed
    }
}

/// Everything that a reader may combine.
#[derive(Debug, Clone)]
pub struct System {
    pub rule: Rule,
    /// The new cells are shown to the coordinators of the cities, and not to everybody.
    pub(crate) is_for_coordinators: bool,
    /// The true value of each variable.
    pub(crate) truth: Vec<u64>,
    /// Sums of variables, with their signs, that are zero.
    pub(crate) balances: Vec<Vec<(usize, f64)>>,
    pub cells: Vec<Cell>,
}

impl System {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, is_for_coordinators: false, truth: Vec::new(), balances: Vec::new(), cells: Vec::new() }
    }

    /// Of new cells that the coordinators of the cities are shown.
    pub(crate) fn for_coordinators() -> Self {
        Self { is_for_coordinators: true, ..Self::new(Rule::COORDINATORS) }
    }

    /// Those who are shown the new cells and know no cell by themselves.
    #[must_use]
    pub fn readers(&self) -> Attacker {
        if self.is_for_coordinators { Attacker::Coordinators } else { Attacker::Public }
    }

    /// The true sum of variables.
    pub(crate) fn units(&self, sum: &[usize]) -> u64 {
        sum.iter().map(|variable| self.truth[*variable]).sum()
    }

    /// A cell that is published now: suppressed if few persons are behind it.
    pub(crate) fn add_new(&mut self, sum: Vec<usize>, persons: u64, known_to: Vec<Contributor>) -> usize {
        let published = if self.rule.is_sensitive(persons) {
            Published::Suppressed
        } else {
            Published::Count(self.rule.round(self.units(&sum)))
        };
        self.add(sum, persons, known_to, Standing::New, published)
    }

    /// A cell that an earlier release told, or that no table tells.
    pub(crate) fn add_told(
        &mut self,
        sum: Vec<usize>,
        persons: u64,
        known_to: Vec<Contributor>,
        standing: Standing,
    ) -> usize {
        self.add(sum, persons, known_to, standing, Published::Suppressed)
    }

    /// A count that is no secret of the release, and that somebody knows.
    pub(crate) fn add_known(&mut self, sum: Vec<usize>, known_to: Vec<Contributor>) {
        let cell = self.add(sum, 0, known_to, Standing::Untold, Published::Suppressed);
        self.cells[cell].persons = None;
    }

    fn add(
        &mut self,
        sum: Vec<usize>,
        persons: u64,
        known_to: Vec<Contributor>,
        standing: Standing,
        published: Published,
    ) -> usize {
        let units = self.units(&sum);
        // What was told before holds the truth, also where late records have changed it.
        let (least, most) = (|low: f64| low.min(real(units)), |high: f64| high.max(real(units)));
        let standing = match standing {
            Standing::Earlier { low, high } => Standing::Earlier { low: least(low), high: most(high) },
            Standing::ToldToCoordinators { low, high } => {
                Standing::ToldToCoordinators { low: least(low), high: most(high) }
            }
            Standing::New | Standing::Untold => standing,
        };
        self.cells.push(Cell { sum, units, persons: Some(persons), known_to, standing, published });
        self.cells.len() - 1
    }

    /// The largest number of persons that an attacker must not learn. Coordinators are shown more than others.
    fn threshold(&self, attacker: Attacker) -> u64 {
        match attacker {
            Attacker::Coordinators => Rule::COORDINATORS.threshold.min(self.rule.threshold),
            Attacker::Public | Attacker::Contributor(_) => self.rule.threshold,
        }
    }

    /// Whether too few persons are behind a cell for an attacker to learn its count.
    pub(crate) fn is_small(&self, attacker: Attacker, cell: usize) -> bool {
        let few = 1..=self.threshold(attacker);
        self.cells[cell].persons.is_some_and(|persons| few.contains(&persons))
    }

    /// Cells that few persons are behind and that the attacker does not know. Of those with the same sum, which were told
    /// several times, the first.
    pub(crate) fn small(&self, attacker: Attacker) -> Vec<usize> {
        let mut sums = BTreeSet::new();
        let is_secret = |cell: &usize| self.is_small(attacker, *cell) && !attacker.knows(self, *cell);
        (0..self.cells.len()).filter(is_secret).filter(|cell| sums.insert(&self.cells[*cell].sum)).collect()
    }

    /// How many cells are suppressed.
    #[must_use]
    pub fn suppressed(&self) -> usize {
        self.cells.iter().filter(|cell| cell.is_suppressed()).count()
    }

    /// How large an attacker must hold a small cell for possible.
    pub(crate) fn top(&self, attacker: Attacker, cell: usize) -> f64 {
        real(self.threshold(attacker).max(self.cells[cell].units))
    }

    /// How small an attacker must hold a small cell for possible before any count is read.
    pub(crate) fn least(&self, attacker: Attacker, cell: usize) -> f64 {
        bounds(self, attacker, cell).0
    }
}

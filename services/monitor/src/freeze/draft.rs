//! Cells that are published together, before and after some of them are suppressed.

use std::collections::BTreeSet;

use super::earlier::{Categories, Earlier};
use crate::definitions::{Cut, definition};
use crate::disclosure::{Contributor, Published as Shown, Rule, Standing, System, protect};
use crate::frozen::{Cell, Table, Value};
use crate::indicators::{CITIES, Counted, Organisations, PLACES, TOGETHER, place_code};

/// For whom releases are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    Everybody,
    /// The coordinators of the cities. Each is shown the own city, in a release of its own; the releases are made together, so
    /// that nothing follows from all of them.
    Coordinators,
}

impl Readers {
    pub fn rule(self) -> Rule {
        match self {
            Self::Everybody => Rule::OUTSIDE,
            Self::Coordinators => Rule::COORDINATORS,
        }
    }

    /// Whether the cells of a place are published.
    pub fn are_told_of(self, place: usize) -> bool {
        self == Self::Everybody || place < CITIES.len()
    }
}

/// What releases are made for.
#[derive(Debug)]
pub struct Plan {
    pub to: Readers,
    /// The slot of the period within its year.
    pub slot: usize,
    pub earlier: Earlier,
    /// What was told of the year before.
    pub year_before: Earlier,
}

impl Plan {
    /// The coordinators of a city know its true counts. Where they are the readers, that is what the release is about.
    pub fn known_to(&self, place: usize) -> Vec<Contributor> {
        let number = u32::try_from(place).unwrap_or(u32::MAX);
        if self.to == Readers::Everybody && place != TOGETHER { vec![Contributor(number)] } else { Vec::new() }
    }
}

/// All places: what is told of one may follow from the others.
pub fn places() -> std::ops::Range<usize> {
    0..PLACES
}

/// The places of which the four together are made, and elsewhere.
pub fn municipalities() -> std::ops::Range<usize> {
    0..TOGETHER
}

/// Organisations have numbers behind those of the cities.
const ORGANISATIONS: u32 = 100;

/// Who is behind a cell.
#[derive(Debug, Clone, Copy)]
pub struct Behind {
    pub persons: u64,
    /// Those that recorded all of it.
    known_to: Organisations,
}

impl Behind {
    /// Persons whom no organisation knows by itself.
    pub fn persons(persons: u64) -> Self {
        Self { persons, known_to: Organisations::default() }
    }
}

impl From<Counted> for Behind {
    fn from(counted: Counted) -> Self {
        Self { persons: counted.persons, known_to: counted.known_to }
    }
}

/// A cell of an indicator: when, where, and of which categories.
#[derive(Debug, Clone)]
pub struct Spot {
    pub slot: usize,
    pub place: usize,
    pub cuts: Vec<Cut>,
    pub codes: Vec<String>,
}

impl Spot {
    pub fn total(slot: usize, place: usize) -> Self {
        Self { slot, place, cuts: Vec::new(), codes: Vec::new() }
    }

    pub fn categories(&self) -> Categories {
        let municipality = place_code(self.place).map(|code| (Cut::Municipality, code.to_owned()));
        municipality.into_iter().chain(self.cuts.iter().copied().zip(self.codes.iter().cloned())).collect()
    }
}

/// A system of cells, and where its new cells are published.
#[derive(Debug)]
pub struct Draft {
    pub system: System,
    /// By indicator and the cuts of the table, in the order of publication.
    tables: Vec<Published>,
}

/// A table of an indicator, by its cuts: of each category its cell.
type Published = (&'static str, Vec<Cut>, Vec<(Categories, usize)>);

impl Draft {
    pub fn new(plan: &Plan) -> Self {
        let system = match plan.to {
            Readers::Everybody => System::new(plan.to.rule()),
            Readers::Coordinators => System::for_coordinators(),
        };
        Self { system, tables: Vec::new() }
    }

    /// A variable with its true value.
    pub fn variable(&mut self, truth: u64) -> usize {
        self.system.truth.push(truth);
        self.system.truth.len() - 1
    }

    /// A cell that is published now if it is of the period and of a place that is told of, and that earlier releases told.
    pub fn cell(&mut self, plan: &Plan, indicator: &'static str, at: &Spot, sum: &[usize], behind: Behind) {
        self.told_before(plan, indicator, at, sum, behind);
        if at.slot == plan.slot && plan.to.are_told_of(at.place) {
            let cell = self.system.add_new(sum.to_vec(), behind.persons, known_to(plan, at, behind));
            self.publish(indicator, at, at.categories(), cell);
        }
    }

    /// What earlier releases told of a cell.
    pub fn told_before(&mut self, plan: &Plan, indicator: &'static str, at: &Spot, sum: &[usize], behind: Behind) {
        for standing in plan.earlier.of_cell(indicator, at.slot, &at.categories()) {
            self.system.add_told(sum.to_vec(), behind.persons, known_to(plan, at, behind), *standing);
        }
    }

    /// A cell that a later release will at least mark, or tell to be nobody: what is told now must leave it open then.
    pub fn foretold(&mut self, plan: &Plan, at: &Spot, sum: Vec<usize>, behind: Behind) {
        let (low, high) = if self.system.units(&sum) == 0 { (0.0, 0.0) } else { (1.0, f64::INFINITY) };
        self.system.add_told(sum, behind.persons, known_to(plan, at, behind), Standing::Earlier { low, high });
    }

    /// A count that no table tells.
    pub fn untold(&mut self, plan: &Plan, place: usize, sum: Vec<usize>, persons: u64) {
        self.system.add_told(sum, persons, plan.known_to(place), Standing::Untold);
    }

    fn publish(&mut self, indicator: &'static str, at: &Spot, categories: Categories, cell: usize) {
        let mut cuts = vec![Cut::Municipality];
        cuts.extend(&at.cuts);
        match self.tables.iter_mut().find(|(id, of, _)| *id == indicator && *of == cuts) {
            Some((_, _, cells)) => cells.push((categories, cell)),
            None => self.tables.push((indicator, cuts, vec![(categories, cell)])),
        }
    }

    /// Suppresses what has to be; the tables, or the indicators of which nothing can be told.
    pub fn finish(mut self) -> Result<Vec<Table>, Vec<String>> {
        if self.protect() { Ok(self.tables()) } else { Err(self.indicators()) }
    }

    /// Suppresses what has to be, and says whether the promise is proven.
    pub fn protect(&mut self) -> bool {
        protect(&mut self.system).is_ok_and(|proof| proof.gaps(&self.system) == 0)
    }

    /// The indicators in it.
    pub fn indicators(&self) -> Vec<String> {
        let ids: BTreeSet<_> = self.tables.iter().map(|(indicator, _, _)| *indicator).collect();
        ids.into_iter().map(str::to_owned).collect()
    }

    /// The tables as they are now, protected or not.
    pub fn tables(&self) -> Vec<Table> {
        let value = |cell: usize| match self.system.cells[cell].published {
            Shown::Count(count) => Value::Count(count),
            Shown::Suppressed => Value::Suppressed,
        };
        let cell =
            |(categories, cell): &(Categories, usize)| Cell { categories: categories.clone(), value: value(*cell) };
        let table = |(indicator, cuts, cells): &Published| {
            let cells = cells.iter().map(cell).collect();
            table(indicator, cuts.clone(), cells)
        };
        self.tables.iter().filter_map(table).collect()
    }
}

/// Those who know a cell by themselves.
fn known_to(plan: &Plan, at: &Spot, behind: Behind) -> Vec<Contributor> {
    let mut known_to = plan.known_to(at.place);
    if plan.to == Readers::Everybody {
        known_to.extend(behind.known_to.iter().map(|number| Contributor(ORGANISATIONS + u32::from(number))));
    }
    known_to
}

/// A table of an indicator in its unit; `None` for an indicator without a definition.
pub fn table(indicator: &str, cuts: Vec<Cut>, cells: Vec<Cell>) -> Option<Table> {
    let definition = definition(indicator)?;
    let (version, unit) = (definition.version, definition.unit);
    Some(Table { indicator: indicator.to_owned(), version, unit, cuts, cells })
}

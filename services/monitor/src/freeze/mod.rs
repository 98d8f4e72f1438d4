//! Freezing: from facts to the release of a period.
//!
//! **Quarters tell how many, years tell of whom.** A quarter has totals by municipality, a year has all cuts. So the cuts of two
//! releases never have to be held against each other, and what links a year to its quarters is their totals alone. Quarters
//! are frozen before their year, and a year closes those that were not.

mod draft;
mod earlier;
mod events;
mod gone;
mod measures;
mod persons;

#[cfg(test)]
mod audit_tests;
#[cfg(test)]
mod joint_tests;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use crate::definitions::{Cut, INDICATORS};
use crate::disclosure::{Rule, System};
use crate::facts::Facts;
use crate::frozen::{Audience, Cell, FORMAT, Frozen, NotFrozen, Table, Value};
use crate::indicators::{CITIES, Census, Tally, count, place_code, slot};
use crate::period::Period;
use draft::{Draft, Plan, Readers, Spot};
use earlier::Earlier;

/// Counts above it are not told apart by the arithmetic here.
const MOST: u64 = 1_000_000_000;
const BEDS: &str = "bed_nights";
const AVAILABLE: &str = "available";

/// The releases of a period, which are made together.
#[derive(Debug, Clone, PartialEq)]
pub struct Releases {
    pub everybody: Frozen,
    /// One for the coordinators of each city. They are made after that for everybody, which they read as well.
    pub cities: Vec<Frozen>,
}

/// Makes the releases of a period from the facts as they are known on a day.
///
/// `earlier` are all releases that were frozen before, of all periods and audiences. A release is never made twice.
pub fn freeze(facts: &Facts, period: Period, on: NaiveDate, earlier: &[Frozen]) -> Result<Releases, NotFrozen> {
    let census = taken(facts, period, on, earlier)?;
    let mut before: Vec<&Frozen> = earlier.iter().collect();
    let everybody = for_everybody(drafts(&plan(period, Readers::Everybody, &before), &census), (period, on, &census));
    before.push(&everybody);
    let cities = for_cities(drafts(&plan(period, Readers::Coordinators, &before), &census), (period, on, &census));
    Ok(Releases { everybody, cities })
}

/// Of which period, as known on which day, and what was counted.
type Taken<'a> = (Period, NaiveDate, &'a Census);

fn for_everybody(drafts: Vec<Draft>, of: Taken) -> Frozen {
    Made::of(drafts, of).release(Audience::Everybody)
}

fn for_cities(drafts: Vec<Draft>, of: Taken) -> Vec<Frozen> {
    let made = Made::of(drafts, of);
    CITIES.iter().map(|city| made.release(Audience::Coordinators((*city).to_owned()))).collect()
}

/// What the releases of a period are made of after suppression, for an audit by other means: see [`System::jj`]. First what
/// everybody is shown, then what the coordinators are. It holds true counts and is not for publication.
pub fn systems(
    facts: &Facts,
    period: Period,
    on: NaiveDate,
    earlier: &[Frozen],
) -> Result<[Vec<System>; 2], NotFrozen> {
    let census = taken(facts, period, on, earlier)?;
    let before: Vec<&Frozen> = earlier.iter().collect();
    let everybody = for_everybody(drafts(&plan(period, Readers::Everybody, &before), &census), (period, on, &census));
    let with_it: Vec<&Frozen> = earlier.iter().chain([&everybody]).collect();
    let of = |to: Readers, before: &[&Frozen]| {
        let protect = |mut draft: Draft| draft.protect().then_some(draft.system);
        drafts(&plan(period, to, before), &census).into_iter().filter_map(protect).collect()
    };
    Ok([of(Readers::Everybody, &before), of(Readers::Coordinators, &with_it)])
}

fn plan(period: Period, to: Readers, earlier: &[&Frozen]) -> Plan {
    let year_before = period.whole_year().before();
    Plan {
        to,
        slot: slot(period),
        earlier: Earlier::of(period, to, earlier),
        year_before: year_before.map_or_else(Earlier::default, |before| Earlier::of(before, to, earlier)),
    }
}

/// The counts of a period, where it may be frozen.
fn taken(facts: &Facts, period: Period, on: NaiveDate, earlier: &[Frozen]) -> Result<Census, NotFrozen> {
    let is_released = |of: Period| earlier.iter().any(|other| other.period == of);
    if on < period.day_after() {
        return Err(NotFrozen::NotOver(period.day_after()));
    }
    if is_released(period) {
        return Err(NotFrozen::Released);
    }
    if is_released(period.whole_year()) {
        return Err(NotFrozen::YearIsFrozen);
    }
    let census = count(facts, period, on);
    let is_too_many = |tally: &Tally| draft::places().any(|place| tally.total(0, place).units > MOST);
    if census.tallies.iter().any(is_too_many) { Err(NotFrozen::TooMany(MOST)) } else { Ok(census) }
}

/// The cells of each indicator that has counts, before anything is suppressed for the sake of others.
fn drafts(plan: &Plan, census: &Census) -> Vec<Draft> {
    let events = events::INDICATORS.iter().filter_map(|indicator| census.tally(indicator));
    let events = events.map(|tally| events::draft(plan, tally));
    [persons::draft(plan, census)].into_iter().chain(events).collect()
}

/// Of whom and when a release tells.
struct Told {
    places: Vec<usize>,
    slot: usize,
    rule: Rule,
}

/// What was made for some readers.
struct Made<'a> {
    of: Taken<'a>,
    /// The tables of counts that may be told, and the indicators of which nothing can be.
    tables: Vec<Table>,
    withheld: Vec<String>,
}

impl<'a> Made<'a> {
    fn of(drafts: Vec<Draft>, of: Taken<'a>) -> Self {
        let (mut tables, mut withheld) = (Vec::new(), Vec::new());
        for draft in drafts {
            match draft.finish() {
                Ok(told) => tables.extend(told),
                Err(indicators) => withheld.extend(indicators),
            }
        }
        Self { of, tables, withheld }
    }

    /// The release for an audience: its places, with the figures that are no counts of persons.
    fn release(&self, audience: Audience) -> Frozen {
        let (period, frozen_on, census) = self.of;
        let is_told = |place: &usize| audience.municipality().is_none_or(|city| place_code(*place) == Some(city));
        let told =
            Told { places: draft::places().filter(is_told).collect(), slot: slot(period), rule: audience.rule() };
        let mut tables: Vec<Table> = self.tables.iter().filter_map(|table| of_places(&told.places, table)).collect();
        add_places(&told, census, &mut tables);
        if period.quarter_number().is_none() && !self.withheld.iter().any(|id| id == gone::GONE) {
            let table = tables.iter().position(|table| table.indicator == gone::GONE).map(|at| tables.remove(at));
            tables.extend(gone::complete(&told.places, table.as_ref()));
        }
        tables.extend(measures::durations(&told, census));
        let unique = tables.iter().find(|table| table.indicator == "unique_persons");
        let sizes = measures::sizes(&told, census, unique);
        tables.extend(sizes);
        let place = |table: &Table| INDICATORS.iter().position(|definition| definition.id == table.indicator);
        tables.sort_by_key(place);
        Frozen {
            format: FORMAT.to_owned(),
            period,
            frozen_on,
            rule: told.rule,
            audience,
            tables,
            withheld: self.withheld.clone(),
        }
    }
}

/// The cells of some places; `None` where there are none.
fn of_places(places: &[usize], table: &Table) -> Option<Table> {
    let codes: Vec<_> = places.iter().map(|place| place_code(*place)).collect();
    let is_here = |cell: &&Cell| codes.contains(&cell.categories.get(&Cut::Municipality).map(String::as_str));
    let cells: Vec<Cell> = table.cells.iter().filter(is_here).cloned().collect();
    (!cells.is_empty()).then(|| Table { cells, indicator: table.indicator.clone(), cuts: table.cuts.clone(), ..*table })
}

/// Places are no persons: they are rounded, and suppressed where there are few.
fn add_places(told: &Told, census: &Census, tables: &mut [Table]) {
    let Some(tally) = census.tally(BEDS) else { return };
    for table in tables.iter_mut().filter(|table| table.indicator == BEDS) {
        let cuts: Vec<Cut> = table.cuts.iter().copied().filter(|cut| *cut != Cut::Municipality).collect();
        table.cells.extend(available(told, tally, &cuts));
    }
}

fn available(told: &Told, tally: &Tally, cuts: &[Cut]) -> Vec<Cell> {
    let Some(beds) = tally.by(cuts) else { return Vec::new() };
    let rule = told.rule;
    let categories = (0..beds.len()).filter(|category| beds.codes(*category).last() == Some(&AVAILABLE));
    let cell = |(category, place): (usize, usize)| {
        let codes = beds.codes(category).into_iter().map(str::to_owned).collect();
        let at = Spot { cuts: cuts.to_vec(), codes, ..Spot::total(told.slot, place) };
        let places = beds.cell(told.slot, place, category).units;
        let value = if rule.is_sensitive(places) { Value::Suppressed } else { Value::Count(rule.round(places)) };
        Cell { categories: at.categories(), value }
    };
    let all = categories.flat_map(|category| told.places.iter().map(move |place| (category, *place)));
    all.map(cell).collect()
}

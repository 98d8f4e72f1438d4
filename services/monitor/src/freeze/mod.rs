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
mod tests;

use chrono::NaiveDate;

use crate::definitions::{Cut, INDICATORS};
use crate::disclosure::System;
use crate::facts::Facts;
use crate::frozen::{Audience, Cell, FORMAT, Frozen, NotFrozen, Table, Value};
use crate::indicators::{CITIES, Census, Tally, count, slot};
use crate::period::Period;
use draft::{Draft, Plan, Spot};
use earlier::Earlier;

/// Counts above it are not told apart by the arithmetic here.
const MOST: u64 = 1_000_000_000;
const BEDS: &str = "bed_nights";
const AVAILABLE: &str = "available";

/// Makes the release of a period from the facts as they are known on a day.
///
/// `earlier` are all releases that were frozen before, of all periods and audiences. A release is never made twice.
pub fn freeze(
    facts: &Facts,
    period: Period,
    on: NaiveDate,
    audience: &Audience,
    earlier: &[Frozen],
) -> Result<Frozen, NotFrozen> {
    check(period, on, audience, earlier)?;
    let census = count(facts, period, on);
    if census.tallies.iter().any(|tally| (0..6).any(|place| tally.total(0, place).units > MOST)) {
        return Err(NotFrozen::TooMany(MOST));
    }
    let plan = plan(period, audience, earlier);
    let (mut tables, mut withheld) = (Vec::new(), Vec::new());
    for draft in drafts(&plan, &census) {
        match draft.finish() {
            Ok(told) => tables.extend(told),
            Err(indicators) => withheld.extend(indicators),
        }
    }
    add_places(&plan, &census, &mut tables);
    if period.quarter_number().is_none() && !withheld.iter().any(|id| id == gone::GONE) {
        let told = tables.iter().position(|table| table.indicator == gone::GONE).map(|at| tables.remove(at));
        tables.extend(gone::complete(&plan, told.as_ref()));
    }
    tables.extend(measures::durations(&plan, &census));
    let unique = tables.iter().find(|table| table.indicator == "unique_persons");
    let sizes = measures::sizes(&plan, &census, unique);
    tables.extend(sizes);
    let place = |table: &Table| INDICATORS.iter().position(|definition| definition.id == table.indicator);
    tables.sort_by_key(place);
    let rule = audience.rule();
    let format = FORMAT.to_owned();
    Ok(Frozen { format, period, frozen_on: on, audience: audience.clone(), rule, tables, withheld })
}

/// What the release of a period is made of after suppression, for an audit by other means: see [`System::jj`]. It holds true
/// counts and is not for publication.
pub fn systems(
    facts: &Facts,
    period: Period,
    on: NaiveDate,
    audience: &Audience,
    earlier: &[Frozen],
) -> Result<Vec<System>, NotFrozen> {
    check(period, on, audience, earlier)?;
    let drafts = drafts(&plan(period, audience, earlier), &count(facts, period, on));
    let protect = |mut draft: Draft| draft.protect().then_some(draft.system);
    Ok(drafts.into_iter().filter_map(protect).collect())
}

fn plan<'a>(period: Period, audience: &'a Audience, earlier: &[Frozen]) -> Plan<'a> {
    let year_before = period.whole_year().before();
    Plan {
        audience,
        slot: slot(period),
        earlier: Earlier::of(period, audience, earlier),
        year_before: year_before.map_or_else(Earlier::default, |before| Earlier::of(before, audience, earlier)),
    }
}

/// The cells of each indicator that has counts, before anything is suppressed for the sake of others.
fn drafts(plan: &Plan, census: &Census) -> Vec<Draft> {
    let events = events::INDICATORS.iter().filter_map(|indicator| census.tally(indicator));
    let events = events.map(|tally| events::draft(plan, tally));
    [persons::draft(plan, census)].into_iter().chain(events).collect()
}

/// Places are no persons: they are rounded, and suppressed where there are few.
fn add_places(plan: &Plan, census: &Census, tables: &mut [Table]) {
    let Some(tally) = census.tally(BEDS) else { return };
    for table in tables.iter_mut().filter(|table| table.indicator == BEDS) {
        let cuts: Vec<Cut> = table.cuts.iter().copied().filter(|cut| *cut != Cut::Municipality).collect();
        table.cells.extend(available(plan, tally, &cuts));
    }
}

fn available(plan: &Plan, tally: &Tally, cuts: &[Cut]) -> Vec<Cell> {
    let Some(beds) = tally.by(cuts) else { return Vec::new() };
    let rule = plan.audience.rule();
    let categories = (0..beds.len()).filter(|category| beds.codes(*category).last() == Some(&AVAILABLE));
    let cell = |(category, place): (usize, usize)| {
        let codes = beds.codes(category).into_iter().map(str::to_owned).collect();
        let at = Spot { cuts: cuts.to_vec(), codes, ..Spot::total(plan.slot, place) };
        let places = beds.cell(plan.slot, place, category).units;
        let value = if rule.is_sensitive(places) { Value::Suppressed } else { Value::Count(rule.round(places)) };
        Cell { categories: at.categories(), value }
    };
    let all = categories.flat_map(|category| plan.places().into_iter().map(move |place| (category, place)));
    all.map(cell).collect()
}

fn check(period: Period, on: NaiveDate, audience: &Audience, earlier: &[Frozen]) -> Result<(), NotFrozen> {
    let is_released =
        |of: Period, to: &Audience| earlier.iter().any(|other| other.period == of && other.audience == *to);
    if on < period.day_after() {
        return Err(NotFrozen::NotOver(period.day_after()));
    }
    if is_released(period, audience) {
        return Err(NotFrozen::Released);
    }
    let needs_everybody = match audience {
        Audience::Coordinators(city) if !CITIES.contains(&city.as_str()) => {
            return Err(NotFrozen::UnknownMunicipality(city.clone()));
        }
        Audience::Coordinators(_) => true,
        Audience::Everybody => false,
    };
    if needs_everybody && !is_released(period, &Audience::Everybody) {
        return Err(NotFrozen::EverybodyFirst);
    }
    let year = period.whole_year();
    if year != period && (is_released(year, audience) || is_released(year, &Audience::Everybody)) {
        return Err(NotFrozen::YearIsFrozen);
    }
    Ok(())
}

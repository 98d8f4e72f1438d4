//! Persons who are no longer seen: what follows from the figures of two years.
//!
//! Those of a city in the year before are gone or have stayed, and those who stayed are known in this year. So the count of
//! the year before, which is published for good, must not be bounded more closely than it was told. It is not if, with this
//! year as it truly was, everything that the earlier release left open stays possible: see [`leaves_open`].

use super::draft::{Behind, Draft, Plan, Spot};
use crate::definitions::Cut;
use crate::disclosure::{Rule, Standing};
use crate::frozen::{Cell, Table, Value};
use crate::indicators::{CITIES, Census, TOGETHER, YEAR};
use crate::size::real;

pub const GONE: &str = "gone_persons";
const UNIQUE: &str = "unique_persons";

/// Adds the cells of those who are gone, given the variables of those who are known in this year, by place.
pub fn add(draft: &mut Draft, plan: &Plan, census: &Census, known: &[(usize, Vec<usize>)]) {
    let Some(tally) = census.tally(GONE) else { return };
    let mut of_cities = Vec::new();
    for (place, known) in known {
        let at = Spot::total(YEAR, *place);
        let before = plan.year_before.of_cell(UNIQUE, YEAR, &at.categories());
        if before.is_empty() {
            continue;
        }
        let truth = tally.total(YEAR, *place).units;
        let stay = census.before[*place].saturating_sub(truth);
        let returned = draft.system.units(known).saturating_sub(stay);
        let [gone, stayed, returned] = [truth, stay, returned].map(|units| draft.variable(units));
        // Known are those who stayed and those who were seen longer ago.
        let mut balance: Vec<(usize, f64)> = known.iter().map(|variable| (*variable, 1.0)).collect();
        balance.extend([(stayed, -1.0), (returned, -1.0)]);
        draft.system.balances.push(balance);
        let persons = census.before[*place];
        for standing in before {
            draft.system.add_told(vec![gone, stayed], persons, plan.known_to(*place), *standing);
        }
        draft.untold(plan, *place, vec![stayed], stay);
        draft.untold(plan, *place, vec![returned], draft.system.truth[returned]);
        let is_open = before.iter().all(|told| leaves_open(plan.to.rule(), *told, truth, draft.system.units(known)));
        if truth > 0 && is_open {
            draft.cell(plan, GONE, &at, &[gone], Behind::persons(truth));
        } else {
            draft.told_before(plan, GONE, &at, &[gone], Behind::persons(truth));
            draft.untold(plan, *place, vec![gone], truth);
        }
        match *place {
            TOGETHER => {
                // Who is gone from the four is gone from a city.
                let total: u64 = of_cities.iter().map(|city: &usize| draft.system.truth[*city]).sum();
                let moved = draft.variable(total.saturating_sub(truth));
                if of_cities.len() == CITIES.len() {
                    let mut balance: Vec<(usize, f64)> = of_cities.iter().map(|city| (*city, 1.0)).collect();
                    balance.extend([(gone, -1.0), (moved, -1.0)]);
                    draft.system.balances.push(balance);
                }
            }
            place if place < CITIES.len() => of_cities.push(gone),
            _ => {}
        }
    }
}

/// Whether what is told of those who are gone leaves open all that was told of the year before, with those who are known now.
fn leaves_open(rule: Rule, before: Standing, gone: u64, known: u64) -> bool {
    let (low, high) = match before {
        Standing::Earlier { low, high } | Standing::ToldToCoordinators { low, high } => (low, high),
        Standing::New | Standing::Untold => return true,
    };
    if rule.is_sensitive(gone) {
        return true;
    }
    let (least, most) = rule.behind(rule.round(gone));
    low >= real(least) && high - real(most) <= real(known)
}

/// The table as it is published: of each place a mark where nothing is told. The four together are told only where each of
/// them is, for its cities would be bounded.
pub fn complete(places: &[usize], table: Option<&Table>) -> Option<Table> {
    let told = |place: usize| {
        let categories = Spot::total(YEAR, place).categories();
        let cell = table.into_iter().flat_map(|table| &table.cells).find(|cell| cell.categories == categories);
        cell.map_or(Value::Suppressed, |cell| cell.value.clone())
    };
    let are_cities_told = (0..CITIES.len()).all(|city| told(city) != Value::Suppressed);
    let cell = |place: usize| {
        let is_told = place != TOGETHER || are_cities_told;
        let value = if is_told { told(place) } else { Value::Suppressed };
        Cell { categories: Spot::total(YEAR, place).categories(), value }
    };
    super::draft::table(GONE, vec![Cut::Municipality], places.iter().copied().map(cell).collect())
}

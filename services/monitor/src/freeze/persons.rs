//! Persons seen and new persons: the cells of one year, by where each person was seen.
//!
//! The variables are persons by the cities in which they were seen in each period that is told of, and, for a year, persons
//! by its set of cities and one trait. Three tables that share the set of cities agree if and only if they have the same
//! total for each set. So nothing is lost by leaving out the combinations of traits.

use std::collections::BTreeMap;

use super::draft::{Draft, Place, Plan};
use super::gone;
use crate::definitions::Cut;
use crate::indicators::{AGE_BANDS, COUNTRIES, Census, Move, PlaceSet, SEXES, TOGETHER, YEAR};

const UNIQUE: &str = "unique_persons";
const NEW: &str = "new_persons";
const TRAITS: [(Cut, &[&str]); 3] = [(Cut::Country, &COUNTRIES), (Cut::Sex, &SEXES), (Cut::AgeBand, &AGE_BANDS)];

/// Where a person was seen in each slot that is told of, and whether the person was new in it.
type Pattern = Vec<(PlaceSet, bool)>;

/// The draft of both indicators.
pub fn draft(plan: &Plan, census: &Census) -> Draft {
    let mut slots = plan.earlier.slots.clone();
    if !slots.contains(&plan.slot) {
        slots.push(plan.slot);
    }
    let mut draft = Draft::new(plan);
    let patterns = patterns(plan, census, &slots);
    let variables: Vec<(Pattern, usize)> =
        patterns.into_iter().map(|(pattern, persons)| (pattern, draft.variable(persons))).collect();
    let mut known_in_year = Vec::new();
    for (at, slot) in slots.iter().enumerate() {
        let mut sum = |is_in: &dyn Fn(PlaceSet, bool) -> bool| -> (Vec<usize>, u64) {
            let of = |(pattern, variable): &(Pattern, usize)| {
                let (seen, is_new) = pattern[at];
                is_in(seen, is_new).then_some(*variable)
            };
            let sum: Vec<usize> = variables.iter().filter_map(of).collect();
            let persons = draft.system.units(&sum);
            (sum, persons)
        };
        let mut cells = Vec::new();
        for place in plan.places() {
            let all = sum(&|seen, _| seen.counts_at(place));
            let new = sum(&|seen, is_new| is_new && seen.counts_at(place));
            let known = sum(&|seen, is_new| !is_new && seen.counts_at(place));
            cells.push((place, all, new, known));
        }
        let several = sum(&|seen, _| seen.cities() > 1);
        for (place, all, new, known) in cells {
            if *slot == YEAR {
                known_in_year.push((place, known.0.clone()));
            }
            draft.cell(plan, UNIQUE, &Place::total(*slot, place), &all.0, all.1);
            draft.cell(plan, NEW, &Place::total(*slot, place), &new.0, new.1);
            draft.untold(plan, place, known.0, known.1);
        }
        draft.untold(plan, TOGETHER, several.0, several.1);
    }
    if plan.slot == YEAR {
        gone::add(&mut draft, plan, census, &known_in_year);
        let at = slots.iter().position(|slot| *slot == YEAR).unwrap_or(0);
        add_traits(&mut draft, plan, census, &variables, at);
    }
    draft
}

/// The municipalities of a set that are told of.
fn told(plan: &Plan, set: PlaceSet) -> PlaceSet {
    let mut told = PlaceSet::default();
    for place in plan.municipalities().into_iter().filter(|place| set.counts_at(*place)) {
        told.add(PlaceSet::at(place));
    }
    told
}

/// The patterns that occur, and the simple ones: the rest of the world is more varied than this year was. Fewer patterns than
/// could be only make the promise harder to keep.
fn patterns(plan: &Plan, census: &Census, slots: &[usize]) -> BTreeMap<Pattern, u64> {
    let pattern = |moved: &Move| -> Pattern {
        let of = |slot: &usize| (told(plan, moved.seen(*slot)), moved.is_new(*slot));
        let mut pattern: Pattern = slots.iter().map(of).collect();
        for (seen, is_new) in &mut pattern {
            *is_new &= !seen.is_empty();
        }
        pattern
    };
    let mut patterns: BTreeMap<Pattern, u64> = BTreeMap::new();
    for (moved, persons) in &census.moves {
        *patterns.entry(pattern(moved)).or_default() += persons;
    }
    for place in plan.municipalities() {
        let here = PlaceSet::at(place);
        for is_known in [false, true] {
            let only = |quarters: &[usize]| {
                let mut moved = Move { quarters: [PlaceSet::default(); 4], is_known, traits: [0; 3] };
                quarters.iter().for_each(|quarter| moved.quarters[*quarter] = here);
                moved
            };
            for quarters in [&[0][..], &[1], &[2], &[3], &[0, 1, 2, 3]] {
                patterns.entry(pattern(&only(quarters))).or_default();
            }
        }
    }
    patterns.retain(|pattern, _| pattern.iter().any(|(seen, _)| !seen.is_empty()));
    patterns
}

/// The cuts of a year.
fn add_traits(draft: &mut Draft, plan: &Plan, census: &Census, variables: &[(Pattern, usize)], at: usize) {
    let mut sets: BTreeMap<PlaceSet, Vec<usize>> = BTreeMap::new();
    for (pattern, variable) in variables.iter().filter(|(pattern, _)| !pattern[at].0.is_empty()) {
        sets.entry(pattern[at].0).or_default().push(*variable);
    }
    for (number, (cut, codes)) in TRAITS.into_iter().enumerate() {
        let mut truth: BTreeMap<(PlaceSet, usize), u64> = BTreeMap::new();
        for (moved, persons) in &census.moves {
            *truth.entry((told(plan, moved.seen(YEAR)), moved.traits[number])).or_default() += persons;
        }
        let mut of_code: Vec<Vec<(PlaceSet, usize)>> = vec![Vec::new(); codes.len()];
        for (set, of_set) in &sets {
            let mut balance: Vec<(usize, f64)> = of_set.iter().map(|variable| (*variable, 1.0)).collect();
            for (code, of_code) in of_code.iter_mut().enumerate() {
                let persons = truth.get(&(*set, code)).copied().unwrap_or(0);
                if persons > 0 || set.is_single() {
                    let variable = draft.variable(persons);
                    balance.push((variable, -1.0));
                    of_code.push((*set, variable));
                }
            }
            draft.system.balances.push(balance);
        }
        for place in plan.places() {
            for (code, of_code) in codes.iter().zip(&of_code) {
                let here = of_code.iter().filter(|(set, _)| set.counts_at(place));
                let sum: Vec<usize> = here.map(|(_, variable)| *variable).collect();
                let persons = draft.system.units(&sum);
                let cell = Place { cuts: vec![cut], codes: vec![(*code).to_owned()], ..Place::total(YEAR, place) };
                draft.cell(plan, UNIQUE, &cell, &sum, persons);
            }
        }
        for of_code in of_code {
            let several = of_code.into_iter().filter(|(set, _)| set.cities() > 1);
            let sum: Vec<usize> = several.map(|(_, variable)| variable).collect();
            let persons = draft.system.units(&sum);
            draft.untold(plan, TOGETHER, sum, persons);
        }
    }
}

//! Persons seen and new persons: the cells of one year, by where each person was seen.
//!
//! The variables are persons by the cities in which they were seen in each period that is told of, and, for a year, persons
//! by its set of cities and country, and by its set of cities, sex and age. Tables that share the set of cities agree if and
//! only if they have the same total for each set. So nothing is lost by leaving out the other combinations.

use std::collections::BTreeMap;

use super::draft::{Behind, Draft, Plan, Readers, Spot, municipalities, places};
use super::gone;
use crate::definitions::Cut;
use crate::indicators::{AGE_BANDS, COUNTRIES, Census, Move, PlaceSet, SEXES, TOGETHER, YEAR};

const UNIQUE: &str = "unique_persons";
const NEW: &str = "new_persons";
/// What the variables of a year are told apart by: countries, and sexes with ages, which have tables of both and of each.
const LEAVES: [usize; 2] = [COUNTRIES.len(), SEXES.len() * AGE_BANDS.len()];

/// Where a person was seen in each slot that is told of, and whether the person was new in it.
type Pattern = Vec<(PlaceSet, bool)>;

/// The draft of both indicators.
pub fn draft(plan: &Plan, census: &Census) -> Draft {
    let mut slots = plan.earlier.slots.clone();
    if !slots.contains(&plan.slot) {
        slots.push(plan.slot);
    }
    let mut draft = Draft::new(plan);
    let patterns = patterns(census, &slots);
    let variables: Vec<(Pattern, usize)> =
        patterns.into_iter().map(|(pattern, persons)| (pattern, draft.variable(persons))).collect();
    let mut known_in_year = Vec::new();
    for (at, slot) in slots.iter().enumerate() {
        let sum = |is_in: &dyn Fn(PlaceSet, bool) -> bool| -> (Vec<usize>, u64) {
            let of = |(pattern, variable): &(Pattern, usize)| {
                let (seen, is_new) = pattern[at];
                is_in(seen, is_new).then_some(*variable)
            };
            let sum: Vec<usize> = variables.iter().filter_map(of).collect();
            let persons = draft.system.units(&sum);
            (sum, persons)
        };
        let mut cells = Vec::new();
        for place in places() {
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
            draft.cell(
                plan,
                UNIQUE,
                &Spot::total(*slot, place),
                &all.0,
                behind(census, &Spot::total(*slot, place), all.1),
            );
            draft.cell(plan, NEW, &Spot::total(*slot, place), &new.0, Behind::persons(new.1));
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

/// The patterns that occur, and the simple ones: the rest of the world is more varied than this year was. Fewer patterns than
/// could be only make the promise harder to keep.
fn patterns(census: &Census, slots: &[usize]) -> BTreeMap<Pattern, u64> {
    let pattern = |moved: &Move| -> Pattern {
        let of = |slot: &usize| (moved.seen(*slot), moved.is_new(*slot));
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
    for place in municipalities() {
        let here = PlaceSet::at(place);
        for is_known in [false, true] {
            let only = |quarters: &[usize]| {
                let mut moved = Move { quarters: [PlaceSet::default(); 4], is_known, traits: [0; 3] };
                for quarter in quarters {
                    moved.quarters[*quarter] = here;
                }
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
    for (number, leaves) in LEAVES.into_iter().enumerate() {
        let mut truth: BTreeMap<(PlaceSet, usize), u64> = BTreeMap::new();
        for (moved, persons) in &census.moves {
            let [country, sex, age] = moved.traits;
            let leaf = [country, sex * AGE_BANDS.len() + age][number];
            *truth.entry((moved.seen(YEAR), leaf)).or_default() += persons;
        }
        let mut of_leaf: Vec<Vec<(PlaceSet, usize)>> = vec![Vec::new(); leaves];
        for (set, of_set) in &sets {
            let mut balance: Vec<(usize, f64)> = of_set.iter().map(|variable| (*variable, 1.0)).collect();
            for (leaf, of_leaf) in of_leaf.iter_mut().enumerate() {
                let persons = truth.get(&(*set, leaf)).copied().unwrap_or(0);
                if persons > 0 || set.is_single() {
                    let variable = draft.variable(persons);
                    balance.push((variable, -1.0));
                    of_leaf.push((*set, variable));
                }
            }
            draft.system.balances.push(balance);
        }
        for (cuts, categories) in tables(number) {
            add_cells(draft, plan, census, &of_leaf, &cuts, categories);
        }
    }
}

/// A category of a table, and which leaves it is made of.
type Category = (Vec<String>, Vec<usize>);

/// The tables that are made of countries, or of sexes with ages.
fn tables(number: usize) -> Vec<(Vec<Cut>, Vec<Category>)> {
    let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<String>>();
    let ages = AGE_BANDS.len();
    if number == 0 {
        let countries = COUNTRIES.iter().enumerate().map(|(leaf, code)| (owned(&[code]), vec![leaf]));
        return vec![(vec![Cut::Country], countries.collect())];
    }
    let of_sex = |sex: usize| (owned(&[SEXES[sex]]), (0..ages).map(|age| sex * ages + age).collect());
    let of_age = |age: usize| (owned(&[AGE_BANDS[age]]), (0..SEXES.len()).map(|sex| sex * ages + age).collect());
    let of_both = |leaf: usize| (owned(&[SEXES[leaf / ages], AGE_BANDS[leaf % ages]]), vec![leaf]);
    vec![
        (vec![Cut::Sex], (0..SEXES.len()).map(of_sex).collect()),
        (vec![Cut::AgeBand], (0..ages).map(of_age).collect()),
        (vec![Cut::Sex, Cut::AgeBand], (0..SEXES.len() * ages).map(of_both).collect()),
    ]
}

/// Who is behind a cell of persons seen. Of ages by sex no organisation is looked for.
fn behind(census: &Census, at: &Spot, persons: u64) -> Behind {
    let Some(tally) = census.tally(UNIQUE) else { return Behind::persons(persons) };
    if at.cuts.is_empty() {
        return tally.total(at.slot, at.place).into();
    }
    let cell = tally.by(&at.cuts).and_then(|breakdown| {
        let category = (0..breakdown.len()).find(|category| breakdown.codes(*category) == at.codes)?;
        Some(breakdown.cell(at.slot, at.place, category))
    });
    cell.map_or(Behind::persons(persons), Behind::from)
}

fn add_cells(
    draft: &mut Draft,
    plan: &Plan,
    census: &Census,
    of_leaf: &[Vec<(PlaceSet, usize)>],
    cuts: &[Cut],
    categories: Vec<Category>,
) {
    // Two cuts of a city have too many small cells: they are told of the four together, and to the city itself.
    let is_told = |place: usize| {
        cuts.len() == 1 || place == TOGETHER || (plan.to == Readers::Coordinators && plan.to.are_told_of(place))
    };
    for (codes, leaves) in categories {
        let variables: Vec<(PlaceSet, usize)> = leaves.iter().flat_map(|leaf| of_leaf[*leaf].iter().copied()).collect();
        let persons_of = |draft: &Draft, is_in: &dyn Fn(PlaceSet) -> bool| {
            let here = variables.iter().filter(|(set, _)| is_in(*set));
            let sum: Vec<usize> = here.map(|(_, variable)| *variable).collect();
            let persons = draft.system.units(&sum);
            (sum, persons)
        };
        for place in places() {
            let (sum, persons) = persons_of(draft, &|set| set.counts_at(place));
            if !is_told(place) {
                draft.system.add_known(sum, plan.known_to(place));
                continue;
            }
            let cell = Spot { cuts: cuts.to_vec(), codes: codes.clone(), ..Spot::total(YEAR, place) };
            let behind = behind(census, &cell, persons);
            draft.cell(plan, UNIQUE, &cell, &sum, behind);
        }
        let (sum, persons) = persons_of(draft, &|set| set.cities() > 1);
        draft.untold(plan, TOGETHER, sum, persons);
    }
}

//! What happened, and where people live on the count date: each counts at one municipality.
//!
//! The variables are what counts by municipality and quarter, and, for a year, by municipality and one cut. The quarters of a
//! municipality and each of its tables have the same total.

use super::draft::{Draft, Plan, Spot, municipalities, places};
use crate::definitions::Cut;
use crate::indicators::{Counted, TOGETHER, Tally, YEAR};

/// Indicators that count at one municipality.
pub const INDICATORS: [&str; 10] = [
    "ethos_light",
    "signals",
    "referrals",
    "dropouts",
    "turn_aways",
    "out_of_sight",
    "uninsured_reports_on_time",
    "bed_nights",
    "returns",
    "deaths",
];
const BY_DATE: &str = "ethos_light";
/// The slot whose last day is that of the year.
const LAST_QUARTER: usize = 4;
const BEDS: &str = "bed_nights";
const OCCUPIED: &str = "occupied";
const NOT_COME: &str = "not_come";
const ASSIGNED: &str = "assigned";
const REFERRALS: &str = "referrals";

/// A part of what counts at a municipality: of a quarter, and of beds whether the person came.
struct Part {
    place: usize,
    slot: usize,
    stratum: &'static str,
    variable: usize,
}

/// The draft of one indicator.
pub fn draft(plan: &Plan, tally: &Tally) -> Draft {
    let mut draft = Draft::new(plan);
    let parts = parts(plan, tally, &mut draft);
    let mut slots = plan.earlier.slots.clone();
    if !slots.contains(&plan.slot) {
        slots.push(plan.slot);
    }
    for slot in slots.into_iter().filter(|slot| is_of_part(plan, tally, *slot).is_some()) {
        for place in places() {
            add_total(&mut draft, plan, tally, &parts, slot, place);
        }
    }
    add_untold_quarters(&mut draft, plan, tally, &parts);
    let tables = match (tally.indicator, plan.slot) {
        (BY_DATE, YEAR | LAST_QUARTER) => 0..tally.breakdowns.len(),
        (BY_DATE, _) => 0..1,
        (BEDS, YEAR) => 1..2,
        (_, YEAR) => 0..tally.breakdowns.len(),
        _ => 0..0,
    };
    let mut of_tables = Vec::new();
    for table in tables {
        of_tables.push(add_table(&mut draft, plan, tally, &parts, table));
    }
    if tally.indicator == REFERRALS && plan.slot == YEAR {
        add_reasons(&mut draft, tally, &of_tables);
    }
    draft
}

/// Whether the quarters of the indicator make up the slot. A count date belongs to one slot; the last of a year is also that
/// of its fourth quarter.
fn is_of_part(plan: &Plan, tally: &Tally, slot: usize) -> Option<Vec<usize>> {
    if tally.indicator == BY_DATE {
        let is_same_day = slot == plan.slot || (plan.slot == YEAR && slot == LAST_QUARTER);
        return is_same_day.then(|| vec![plan.slot]);
    }
    Some(if slot == YEAR { vec![1, 2, 3, 4] } else { vec![slot] })
}

fn parts(plan: &Plan, tally: &Tally, draft: &mut Draft) -> Vec<Part> {
    let slots = if tally.indicator == BY_DATE { vec![plan.slot] } else { vec![1, 2, 3, 4] };
    let strata: &[&'static str] = if tally.indicator == BEDS { &[OCCUPIED, NOT_COME] } else { &[""] };
    let mut parts = Vec::new();
    for place in municipalities() {
        for slot in &slots {
            for stratum in strata {
                let truth = in_stratum(tally, *slot, place, stratum);
                parts.push(Part { place, slot: *slot, stratum, variable: draft.variable(truth.units) });
            }
        }
    }
    parts
}

fn in_stratum(tally: &Tally, slot: usize, place: usize, stratum: &str) -> Counted {
    let breakdown = tally.by(&[Cut::Beds]).filter(|_| !stratum.is_empty());
    breakdown.map_or_else(
        || tally.total(slot, place),
        |beds| {
            let category = (0..beds.len()).find(|category| beds.codes(*category) == [stratum]);
            category.map_or_else(Counted::default, |category| beds.cell(slot, place, category))
        },
    )
}

/// Whether something of a municipality counts at a place.
fn counts_at(municipality: usize, place: usize) -> bool {
    municipality == place || (place == TOGETHER && municipality < 4)
}

fn add_total(draft: &mut Draft, plan: &Plan, tally: &Tally, parts: &[Part], slot: usize, place: usize) {
    let slots = is_of_part(plan, tally, slot).unwrap_or_default();
    let sum = |strata: &[&str]| -> Vec<usize> {
        let is_in =
            |part: &&Part| slots.contains(&part.slot) && strata.contains(&part.stratum) && counts_at(part.place, place);
        parts.iter().filter(is_in).map(|part| part.variable).collect()
    };
    // The slot of the tally is that of the plan where one count date has two.
    let counted = if tally.indicator == BY_DATE { plan.slot } else { slot };
    if tally.indicator != BEDS {
        let behind = tally.total(counted, place).into();
        draft.cell(plan, tally.indicator, &Spot::total(slot, place), &sum(&[""]), behind);
        return;
    }
    let beds = |code: &str| Spot { cuts: vec![Cut::Beds], codes: vec![code.to_owned()], ..Spot::total(slot, place) };
    let of = |stratum| in_stratum(tally, slot, place, stratum);
    draft.cell(plan, BEDS, &beds(OCCUPIED), &sum(&[OCCUPIED]), of(OCCUPIED).into());
    draft.cell(plan, BEDS, &beds(ASSIGNED), &sum(&[OCCUPIED, NOT_COME]), tally.total(slot, place).into());
    draft.untold(plan, place, sum(&[NOT_COME]), of(NOT_COME).persons);
}

/// A quarter that was not frozen is what the year has more than the quarters that were.
fn add_untold_quarters(draft: &mut Draft, plan: &Plan, tally: &Tally, parts: &[Part]) {
    let told = &plan.earlier.slots;
    if plan.slot != YEAR || tally.indicator == BY_DATE || !told.iter().any(|slot| *slot != YEAR) {
        return;
    }
    for quarter in (1..=4).filter(|quarter| !told.contains(quarter)) {
        for place in places() {
            let here = parts.iter().filter(|part| part.slot == quarter && counts_at(part.place, place));
            let sum = here.map(|part| part.variable).collect();
            draft.untold(plan, place, sum, tally.total(quarter, place).persons);
        }
    }
}

/// The variables of a table: of each municipality and category.
type OfTable = Vec<(usize, usize, usize)>;

fn add_table(draft: &mut Draft, plan: &Plan, tally: &Tally, parts: &[Part], table: usize) -> OfTable {
    let breakdown = &tally.breakdowns[table];
    let leaves: Vec<usize> = (0..breakdown.len()).filter(|leaf| is_leaf(tally, &breakdown.codes(*leaf))).collect();
    let mut of_table = OfTable::new();
    for place in municipalities() {
        let strata: &[&str] = if tally.indicator == BEDS { &[OCCUPIED, NOT_COME] } else { &[""] };
        for stratum in strata {
            let of_it = parts.iter().filter(|part| part.place == place && part.stratum == *stratum);
            let mut balance: Vec<(usize, f64)> = of_it.map(|part| (part.variable, 1.0)).collect();
            for leaf in leaves.iter().filter(|leaf| stratum.is_empty() || breakdown.codes(**leaf).contains(stratum)) {
                let variable = draft.variable(breakdown.cell(plan.slot, place, *leaf).units);
                balance.push((variable, -1.0));
                of_table.push((place, *leaf, variable));
            }
            draft.system.balances.push(balance);
        }
    }
    for place in places() {
        for category in 0..breakdown.len() {
            let codes = breakdown.codes(category);
            let is_in = |leaf: usize| leaf == category || is_part_of(&breakdown.codes(leaf), &codes);
            let here = of_table.iter().filter(|(at, leaf, _)| counts_at(*at, place) && is_in(*leaf));
            let sum: Vec<usize> = here.map(|(_, _, variable)| *variable).collect();
            let counted = breakdown.cell(plan.slot, place, category);
            if codes.contains(&"available") {
                continue;
            }
            if codes.contains(&NOT_COME) {
                draft.untold(plan, place, sum, counted.persons);
                continue;
            }
            let codes = codes.into_iter().map(str::to_owned).collect();
            if tally.indicator == BY_DATE && plan.slot == LAST_QUARTER && table > 0 {
                let at = Spot { slot: YEAR, place, cuts: breakdown.cuts.clone(), codes };
                draft.foretold(plan, &at, sum, counted.into());
                continue;
            }
            let also = (tally.indicator == BY_DATE && plan.slot == YEAR).then_some(LAST_QUARTER);
            for slot in [Some(plan.slot), also].into_iter().flatten() {
                let at = Spot { slot, place, cuts: breakdown.cuts.clone(), codes: Vec::clone(&codes) };
                draft.cell(plan, tally.indicator, &at, &sum, counted.into());
            }
        }
    }
    of_table
}

/// What the other categories are made of.
fn is_leaf(tally: &Tally, codes: &[&str]) -> bool {
    tally.indicator != BEDS || codes.contains(&OCCUPIED) || codes.contains(&NOT_COME)
}

/// Assigned nights of a kind are those on which the person came and those on which not.
fn is_part_of(leaf: &[&str], codes: &[&str]) -> bool {
    codes.last() == Some(&ASSIGNED) && leaf.first() == codes.first()
}

/// Referrals without a reason are those that were not declined.
fn add_reasons(draft: &mut Draft, tally: &Tally, of_tables: &[OfTable]) {
    let find = |cut| tally.breakdowns.iter().position(|breakdown| breakdown.cuts == [cut]);
    let (Some(outcome), Some(reason)) = (find(Cut::Outcome), find(Cut::Reason)) else { return };
    let terms = |table: usize, place: usize, code: &'static str, factor: f64| {
        let is_it = move |leaf: usize| tally.breakdowns[table].codes(leaf) == [code];
        let of_it = of_tables[table].iter().filter(move |(at, leaf, _)| *at == place && is_it(*leaf));
        of_it.map(move |(_, _, variable)| (*variable, factor))
    };
    for place in 0..TOGETHER {
        let all = of_tables[outcome].iter().filter(|(at, _, _)| *at == place).map(|(_, _, variable)| (*variable, 1.0));
        let balance: Vec<(usize, f64)> =
            all.chain(terms(outcome, place, "declined", -1.0)).chain(terms(reason, place, "none", -1.0)).collect();
        // A variable that is there twice, once with each sign, is not there.
        let mut sums = std::collections::BTreeMap::<usize, f64>::new();
        for (variable, factor) in balance {
            *sums.entry(variable).or_default() += factor;
        }
        let balance: Vec<_> = sums.into_iter().filter(|(_, factor)| *factor != 0.0).collect();
        if !balance.is_empty() {
            draft.system.balances.push(balance);
        }
    }
}

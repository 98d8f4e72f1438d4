//! What earlier releases told, as a reader of a new one knows it.

use std::collections::{BTreeMap, HashMap};

use super::draft::Readers;
use crate::definitions::{Cut, definition};
use crate::disclosure::Standing;
use crate::frozen::{Audience, Frozen, Value};
use crate::indicators::slot;
use crate::period::Period;
use crate::size::real;

/// The categories of a cell, by their cuts.
pub type Categories = BTreeMap<Cut, String>;

/// Cells that were told of one year.
#[derive(Debug, Default)]
pub struct Earlier {
    /// By indicator, slot and categories: one range for each release that told the cell.
    told: HashMap<(String, usize, Categories), Vec<Standing>>,
    /// The slots that anything was told of.
    pub slots: Vec<usize>,
}

impl Earlier {
    /// What was told of the year of a new release. Coordinators may show each other what they were told.
    pub fn of(period: Period, to: Readers, earlier: &[&Frozen]) -> Self {
        let mut all = Self::default();
        for frozen in earlier.iter().filter(|frozen| frozen.period.whole_year() == period.whole_year()) {
            let is_read_by_all = frozen.audience == Audience::Everybody || to == Readers::Coordinators;
            let told = |low: f64, high: f64| {
                if is_read_by_all {
                    Standing::Earlier { low, high }
                } else {
                    Standing::ToldToCoordinators { low, high }
                }
            };
            let slot = slot(frozen.period);
            if !all.slots.contains(&slot) {
                all.slots.push(slot);
            }
            for table in &frozen.tables {
                // Another wording counts others: nothing follows from its figures.
                if definition(&table.indicator).is_none_or(|now| now.version != table.version) {
                    continue;
                }
                for cell in &table.cells {
                    let standing = match cell.value {
                        Value::Count(count) => {
                            let (low, high) = frozen.rule.behind(count);
                            told(real(low), real(high))
                        }
                        Value::Suppressed => told(1.0, f64::INFINITY),
                        Value::Days(_) | Value::Estimate(_) | Value::Refused(_) => continue,
                    };
                    let key = (table.indicator.clone(), slot, cell.categories.clone());
                    all.told.entry(key).or_default().push(standing);
                }
            }
        }
        all.slots.sort_unstable();
        all
    }

    pub fn of_cell(&self, indicator: &str, slot: usize, categories: &Categories) -> &[Standing] {
        self.told.get(&(indicator.to_owned(), slot, categories.clone())).map_or(&[], Vec::as_slice)
    }
}

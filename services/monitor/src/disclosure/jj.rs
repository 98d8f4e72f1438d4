//! A system in the JJ format of τ-ARGUS, so that its auditor can bound the cells as well: Fischetti and Salazar (2001).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::program::{Goal, Reading, Unsolved, bounds, extreme};
use super::system::System;

/// What nothing bounds.
const MANY: f64 = 1e6;

impl System {
    /// Variables first, then cells; each with its true value and with the bounds that its readers know. It holds true counts.
    #[must_use]
    pub fn jj(&self) -> String {
        let variables = self.truth.len();
        let mut text = format!("0\n{}\n", variables + self.cells.len());
        // Writing to a string cannot fail.
        for (number, truth) in self.truth.iter().enumerate() {
            let _ = writeln!(text, "{number} {truth} 1 m 0 {MANY} 0 0 0");
        }
        for (cell, of_it) in self.cells.iter().enumerate() {
            let (low, high) = bounds(self, self.readers(), cell);
            let status = if self.is_small(self.readers(), cell) { 'u' } else { 'm' };
            let _ = writeln!(text, "{} {} 1 {status} {low} {} 0 0 0", variables + cell, of_it.units, high.min(MANY));
        }
        let _ = writeln!(text, "{}", self.cells.len() + self.balances.len());
        for (cell, of_it) in self.cells.iter().enumerate() {
            let _ = write!(text, "0 {} : {} (-1)", of_it.sum.len() + 1, variables + cell);
            for variable in &of_it.sum {
                let _ = write!(text, " {variable} (1)");
            }
            text.push('\n');
        }
        for balance in &self.balances {
            let _ = write!(text, "0 {} :", balance.len());
            for (variable, factor) in balance {
                let _ = write!(text, " {variable} ({factor})");
            }
            text.push('\n');
        }
        text
    }

    /// The bounds of each small cell for its readers, by its number in [`System::jj`]; infinite where nothing bounds it.
    pub fn bounds_of_small_cells(&self) -> Result<BTreeMap<usize, (f64, f64)>, Unsolved> {
        let bound = |cell: usize| {
            let end = |goal| extreme(self, self.readers(), Reading::Everything, goal, cell);
            Ok((self.truth.len() + cell, (end(Goal::Least)?, end(Goal::Most)?)))
        };
        self.small(self.readers()).into_iter().map(bound).collect()
    }
}

//! The audit of what is published: how closely its small cells can be bounded.

pub use super::program::Attacker;
use super::program::{Goal, Reading, Unsolved, extreme};
use super::suppression::promised;
use super::system::System;

/// Bounds closer than promised by less than this are rounding errors of the solver.
const TOLERANCE: f64 = 1e-4;

/// A suppressed cell that can be bounded more closely than it was promised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leak {
    /// Its place among the cells of the release.
    pub cell: usize,
    pub attacker: Attacker,
    /// Persons.
    pub lower: f64,
    pub upper: f64,
    pub promised: (f64, f64),
}

/// Everything that leaks; nothing where the promise is kept.
///
/// Each small cell is bounded for each attacker. A cell that protects others is no secret, but one that can be computed
/// protects nobody: the public must find more than one value for it.
pub fn audit(system: &System) -> Result<Vec<Leak>, Unsolved> {
    let mut leaks = Vec::new();
    for attacker in Attacker::of(system) {
        leaks.extend(audit_for(system, attacker, Reading::Marks, |_| true)?);
    }
    Ok(leaks)
}

/// What one attacker learns of some cells, beyond what some reading allows already.
pub(crate) fn audit_for(
    system: &System,
    attacker: Attacker,
    allowed: Reading,
    mut is_asked: impl FnMut(usize) -> bool,
) -> Result<Vec<Leak>, Unsolved> {
    let mut leaks = Vec::new();
    let small = system.small(attacker);
    for (cell, of_it) in system.cells.iter().enumerate() {
        let is_small = small.contains(&cell);
        let protects = of_it.is_suppressed() && attacker == system.readers() && !system.is_small(attacker, cell);
        if !(is_small || protects) || !is_asked(cell) {
            continue;
        }
        let bound = |goal| extreme(system, attacker, Reading::Everything, goal, cell);
        let (lower, upper) = (bound(Goal::Least)?, bound(Goal::Most)?);
        let is_wide = if is_small {
            lower <= system.least(attacker, cell) + TOLERANCE && upper >= system.top(attacker, cell) - TOLERANCE
        } else {
            upper - lower >= TOLERANCE
        };
        if is_wide {
            continue;
        }
        let end = |goal| promised(system, attacker, allowed, cell, goal);
        let promised = if is_small { (end(Goal::Least)?, end(Goal::Most)?) } else { (lower, upper) };
        if !is_small || lower > promised.0 + TOLERANCE || upper < promised.1 - TOLERANCE {
            leaks.push(Leak { cell, attacker, lower, upper, promised });
        }
    }
    Ok(leaks)
}

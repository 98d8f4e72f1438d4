//! The audit of a release: how closely its suppressed cells can be bounded.

use super::cube::Cube;
pub use super::program::Attacker;
use super::program::{Goal, Reading, Unsolved, extreme};
use super::release::{Published, Release};
use super::suppression::promised;
use crate::size::real;

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

/// Everything that leaks from a release; nothing where it keeps its promise.
///
/// Each small cell is bounded for each attacker. A cell that protects others is no secret, but one that can be computed
/// protects nobody: the public must find more than one value for it.
pub fn audit(cube: &Cube, release: &Release) -> Result<Vec<Leak>, Unsolved> {
    let atoms = cube.atoms();
    let mut leaks = Vec::new();
    for attacker in Attacker::of(release) {
        for cell in 0..release.cells.len() {
            let is_suppressed = release.cells[cell].published == Published::Suppressed;
            let is_sensitive = release.rule.is_sensitive(release.cells[cell].persons);
            let is_looked_at = is_sensitive || (is_suppressed && attacker == Attacker::Public);
            if !is_looked_at || attacker.knows(release, cell) {
                continue;
            }
            let bound = |goal| extreme(atoms, release, attacker, Reading::Everything, goal, cell);
            let (lower, upper) = (bound(Goal::Least)?, bound(Goal::Most)?);
            let is_wide = if is_sensitive {
                lower <= 1.0 + TOLERANCE && upper >= real(release.rule.threshold) - TOLERANCE
            } else {
                upper - lower >= TOLERANCE
            };
            if is_wide {
                continue;
            }
            let end = |goal| promised(atoms, release, attacker, cell, goal);
            let promised = if is_sensitive { (end(Goal::Least)?, end(Goal::Most)?) } else { (lower, upper) };
            if !is_sensitive || lower > promised.0 + TOLERANCE || upper < promised.1 - TOLERANCE {
                leaks.push(Leak { cell, attacker, lower, upper, promised });
            }
        }
    }
    Ok(leaks)
}

//! Whether a model has a maximum-likelihood estimate at all.
//!
//! It has none where the likelihood rises for ever in some direction of the parameters: one that lowers the mean of some
//! empty cells and changes the mean of no other cell. Haberman (1974), The Analysis of Frequency Data, theorem 2.3; Fienberg
//! and Rinaldo (2012), Annals of Statistics 40:996. The direction is found by linear programming.

use microlp::{ComparisonOp, OptimizationDirection, Problem};

use super::design::Design;
use super::matrix::rank;

/// Directions are looked for among parameters within this bound: with zeros and ones in the design, the ends of the cone of
/// directions have small whole coordinates.
const BOUND: f64 = 1_000.0;
const TOLERANCE: f64 = 1e-6;

/// Why a model has no estimate, or more than one.
#[derive(Debug, PartialEq, Eq)]
pub enum Undetermined {
    /// The means of these cells fall to zero.
    Falling(Vec<usize>),
    /// The table tells no more than so many parameters.
    Rank(usize),
    /// The linear program was not solved.
    Unsolved,
}

/// Whether a model has exactly one estimate.
pub fn check(design: &Design, seen: &[f64]) -> Result<(), Undetermined> {
    let occupied = design.rows().iter().zip(seen).filter(|(_, persons)| **persons > 0.0).map(|(row, _)| row);
    if rank(occupied) == design.parameters() {
        return Ok(());
    }
    let falling = falling(design, seen).ok_or(Undetermined::Unsolved)?;
    if !falling.is_empty() {
        return Err(Undetermined::Falling(falling));
    }
    match rank(design.rows().iter()) {
        rank if rank < design.parameters() => Err(Undetermined::Rank(rank)),
        _ => Ok(()),
    }
}

/// The empty cells whose means fall in a direction that leaves all occupied cells as they are; none where there is no such
/// direction. `None` where the program cannot be solved.
fn falling(design: &Design, seen: &[f64]) -> Option<Vec<usize>> {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let direction: Vec<_> = (0..design.parameters()).map(|_| problem.add_var(0.0, (-BOUND, BOUND))).collect();
    let change = |row: &Vec<f64>| direction.iter().copied().zip(row.iter().copied()).collect::<Vec<_>>();
    for (row, _) in design.rows().iter().zip(seen).filter(|(_, persons)| **persons > 0.0) {
        problem.add_constraint(change(row), ComparisonOp::Eq, 0.0);
    }
    let mut falls = Vec::new();
    for cell in (0..seen.len()).filter(|cell| seen[*cell] <= 0.0) {
        let fall = problem.add_var(1.0, (0.0, 1.0));
        let mut balance = change(&design.rows()[cell]);
        balance.push((fall, 1.0));
        problem.add_constraint(balance, ComparisonOp::Eq, 0.0);
        falls.push((cell, fall));
    }
    let solution = problem.solve().ok()?.into_solution().ok()?;
    Some(falls.into_iter().filter(|(_, fall)| solution.var_value(*fall) > TOLERANCE).map(|(cell, _)| cell).collect())
}

//! Secondary suppression: which cells are suppressed so that nobody can compute the small ones.
//!
//! For each small cell and each end of its promise a linear program finds another table in which the cell is there, and
//! which differs from the true one in published cells as little as possible, weighted by their size. Those that differ are
//! suppressed. So for every small cell there stay two tables, with all that is published, that keep the promise: Kelly,
//! Golden and Assad (1992), Networks 22:397; Fischetti and Salazar (2001), Management Science 47:1008, section 2.

use microlp::Variable;

use super::program::{Attacker, Goal, Program, Reading, Unsolved, bounds, extreme};
use super::release::{Published, Release};
use crate::size::real;

/// A cell that has to change by less than this part of a person does not have to.
const TOLERANCE: f64 = 1e-6;

/// A table that agrees with the release, as sums of its cells.
type Witness = Vec<f64>;

/// Suppresses cells until the promise holds. What is suppressed later changes no table that was found before, so that each
/// end is looked at once; and not at all where a table for the same end, or one with an attacker who knows more, is there.
pub fn protect(atoms: usize, release: &mut Release) -> Result<(), Unsolved> {
    let mut of_all: Vec<Witness> = Vec::new();
    for attacker in Attacker::of(release) {
        // What an organisation cannot tell apart, the public cannot either.
        let mut witnesses = if attacker == Attacker::Public { std::mem::take(&mut of_all) } else { Vec::new() };
        for cell in release.sensitive() {
            for goal in [Goal::Most, Goal::Least] {
                if attacker.knows(release, cell) {
                    continue;
                }
                let end = promised(atoms, release, attacker, cell, goal)?;
                let is_kept = |witness: &Witness| match goal {
                    Goal::Most => witness[cell] >= end - TOLERANCE,
                    Goal::Least => witness[cell] <= end + TOLERANCE,
                };
                if !witnesses.iter().any(is_kept) {
                    witnesses.push(protect_end(atoms, release, attacker, cell, end)?);
                }
            }
        }
        of_all.extend(witnesses);
    }
    Ok(())
}

/// How far a cell may at least lie from the truth, in one direction: as far as the marks alone allow, and no farther than the
/// threshold.
pub fn promised(atoms: usize, release: &Release, attacker: Attacker, cell: usize, goal: Goal) -> Result<f64, Unsolved> {
    let threshold = real(release.rule.threshold);
    match (goal, attacker) {
        (Goal::Least, _) => extreme(atoms, release, attacker, Reading::Marks, goal, cell),
        // No mark says that there are few.
        (Goal::Most, Attacker::Public) => Ok(threshold),
        (Goal::Most, Attacker::Contributor(_)) => {
            Ok(extreme(atoms, release, attacker, Reading::Marks, goal, cell)?.min(threshold))
        }
    }
}

/// Suppresses what has to differ for a cell to be at one end of its promise, and gives a table in which it is.
fn protect_end(
    atoms: usize,
    release: &mut Release,
    attacker: Attacker,
    cell: usize,
    end: f64,
) -> Result<Witness, Unsolved> {
    let mut program = Program::new(atoms, release, Goal::Least, None);
    let mut deviations: Vec<(usize, Variable, Variable)> = Vec::new();
    let sums: Vec<_> = (0..release.cells.len()).map(|other| program.sum(release, other)).collect();
    for (other, sum) in sums.iter().enumerate() {
        let within = bounds(release, attacker, other);
        let of_it = &release.cells[other];
        match of_it.published {
            Published::Count(count) if count > 0 && !attacker.knows(release, other) => {
                let cost = real(of_it.persons);
                let more = program.problem.add_var(cost, (0.0, f64::INFINITY));
                let fewer = program.problem.add_var(cost, (0.0, f64::INFINITY));
                // Were it suppressed, it would still hold somebody.
                program.keep(sum, (1.0, f64::INFINITY));
                let mut terms = sum.clone();
                terms.extend([(more, -1.0), (fewer, 1.0)]);
                program.keep(&terms, within);
                deviations.push((other, more, fewer));
            }
            _ => program.keep(sum, within),
        }
    }
    program.keep(&sums[cell], (end, end));
    let solution = program.problem.solve().map_err(|_| Unsolved)?.into_solution().map_err(|_| Unsolved)?;
    for (other, more, fewer) in deviations {
        if solution.var_value(more) > TOLERANCE || solution.var_value(fewer) > TOLERANCE {
            release.cells[other].published = Published::Suppressed;
        }
    }
    let total = |sum: &Vec<(Variable, f64)>| sum.iter().map(|(persons, _)| solution.var_value(*persons)).sum();
    Ok(sums.iter().map(total).collect())
}

impl Release {
    /// Cells that are suppressed for their size.
    pub(super) fn sensitive(&self) -> Vec<usize> {
        (0..self.cells.len()).filter(|cell| self.rule.is_sensitive(self.cells[*cell].persons)).collect()
    }

    /// How many cells are suppressed.
    #[must_use]
    pub fn suppressed(&self) -> usize {
        self.cells.iter().filter(|cell| cell.published == Published::Suppressed).count()
    }
}

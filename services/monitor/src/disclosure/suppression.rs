//! Secondary suppression: which cells are suppressed so that nobody can compute the small ones.
//!
//! For each small cell and each end of its promise a linear program finds another table in which the cell is there, and
//! which differs from the true one in published cells as little as possible, weighted by their size. Those that differ are
//! suppressed. So for every small cell there stay two tables, with all that is published, that keep the promise: Kelly,
//! Golden and Assad (1992), Networks 22:397; Fischetti and Salazar (2001), Management Science 47:1008, section 2.
//!
//! These tables are the proof of the promise. [`Proof::holds`] checks them once more against what is published in the end.

use microlp::Variable;

use super::program::{Attacker, Goal, Program, Reading, Unsolved, bounds, extreme};
use super::system::{Published, Standing, System};
use crate::size::real;

/// A cell that has to change by less than this part of a person does not have to.
const TOLERANCE: f64 = 1e-6;
/// Errors of the solver in a table that it found, in parts of a number.
const INACCURACY: f64 = 1e-5;

/// A table that agrees with what is published.
#[derive(Debug, Clone)]
pub struct Witness {
    variables: Vec<f64>,
    sums: Vec<f64>,
}

/// An end of the promise of a small cell.
#[derive(Debug, Clone, Copy)]
struct End {
    attacker: Attacker,
    cell: usize,
    goal: Goal,
    promised: f64,
}

/// Tables that show for each attacker, small cell and end that it is possible.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    witnesses: Vec<Witness>,
    ends: Vec<End>,
}

/// Suppresses cells until the promise holds. What is suppressed later changes no table that was found before, so that each
/// end is looked at once; and not at all where a table for it is there.
pub fn protect(system: &mut System) -> Result<Proof, Unsolved> {
    let truth: Vec<f64> = system.truth.iter().map(|units| real(*units)).collect();
    let mut proof = Proof { witnesses: vec![Witness::of(system, truth)], ends: Vec::new() };
    for attacker in Attacker::of(system) {
        let mut usable = proof.usable(system, attacker);
        for cell in system.small(attacker) {
            for goal in [Goal::Most, Goal::Least] {
                // What is simply far enough needs no program for what was promised.
                let far = match goal {
                    Goal::Most => system.top(attacker, cell),
                    Goal::Least => system.least(attacker, cell),
                };
                let mut end = far;
                if reach(system, attacker, (cell, goal), end, &mut proof, &mut usable).is_err() {
                    end = promised(system, attacker, Reading::Marks, cell, goal)?;
                    reach(system, attacker, (cell, goal), end, &mut proof, &mut usable)?;
                }
                proof.ends.push(End { attacker, cell, goal, promised: end });
            }
        }
    }
    Ok(proof)
}

/// Makes sure that a table is there in which a cell is at one end of its promise.
fn reach(
    system: &mut System,
    attacker: Attacker,
    (cell, goal): (usize, Goal),
    end: f64,
    proof: &mut Proof,
    usable: &mut Vec<usize>,
) -> Result<(), Unsolved> {
    if !usable.iter().any(|witness| proof.witnesses[*witness].reaches(cell, goal, end)) {
        proof.witnesses.push(protect_end(system, attacker, cell, end)?);
        usable.push(proof.witnesses.len() - 1);
    }
    Ok(())
}

/// How far a cell may at least lie from the truth, in one direction: as far as the marks alone allow, and no farther than the
/// threshold.
pub fn promised(
    system: &System,
    attacker: Attacker,
    reading: Reading,
    cell: usize,
    goal: Goal,
) -> Result<f64, Unsolved> {
    let by_marks = extreme(system, attacker, reading, goal, cell)?;
    Ok(match goal {
        Goal::Least => by_marks,
        Goal::Most => by_marks.min(system.top(attacker, cell)),
    })
}

/// Suppresses what has to differ for a cell to be at one end of its promise, and gives a table in which it is.
fn protect_end(system: &mut System, attacker: Attacker, cell: usize, end: f64) -> Result<Witness, Unsolved> {
    let mut program = Program::new(system, attacker, Goal::Least, None);
    let mut deviations: Vec<(usize, Variable, Variable)> = Vec::new();
    let sums: Vec<_> = (0..system.cells.len()).map(|other| program.sum(system, other)).collect();
    for (other, sum) in sums.iter().enumerate() {
        let within = bounds(system, attacker, other);
        let of_it = &system.cells[other];
        match (of_it.standing, of_it.published) {
            (Standing::New, Published::Count(count)) if count > 0 && !attacker.knows(system, other) => {
                let cost = real(of_it.units);
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
            system.cells[other].published = Published::Suppressed;
        }
    }
    let value = |variable: &Option<Variable>| variable.map_or(0.0, |variable| solution.var_value(variable));
    let variables = program.variables.iter().map(value).collect();
    Ok(Witness::of(system, variables))
}

impl Witness {
    fn of(system: &System, variables: Vec<f64>) -> Self {
        let sums = system.cells.iter().map(|cell| cell.sum.iter().map(|at| variables[*at]).sum()).collect();
        Self { variables, sums }
    }

    fn reaches(&self, cell: usize, goal: Goal, end: f64) -> bool {
        match goal {
            Goal::Most => self.sums[cell] >= end - TOLERANCE,
            Goal::Least => self.sums[cell] <= end + TOLERANCE,
        }
    }

    /// Whether an attacker can hold it for the truth.
    fn agrees(&self, system: &System, attacker: Attacker) -> bool {
        let is_zero = |balance: &Vec<(usize, f64)>| {
            let size: f64 = balance.iter().map(|(at, _)| self.variables[*at]).sum();
            let sum: f64 = balance.iter().map(|(at, factor)| self.variables[*at] * factor).sum();
            sum.abs() <= INACCURACY * (1.0 + size)
        };
        let is_within = |(cell, sum): (usize, &f64)| {
            let (low, high) = bounds(system, attacker, cell);
            let error = INACCURACY * (1.0 + sum.abs());
            *sum >= low - error && *sum <= high + error
        };
        self.variables.iter().all(|value| *value >= -INACCURACY)
            && self.sums.iter().enumerate().all(is_within)
            && system.balances.iter().all(is_zero)
    }
}

impl Proof {
    /// The tables that an attacker can hold for the truth.
    fn usable(&self, system: &System, attacker: Attacker) -> Vec<usize> {
        (0..self.witnesses.len()).filter(|witness| self.witnesses[*witness].agrees(system, attacker)).collect()
    }

    /// How many ends of promises are not shown to be possible with what is published; none where the proof holds.
    pub fn gaps(&self, system: &System) -> usize {
        let mut gaps = 0;
        for attacker in Attacker::of(system) {
            let usable = self.usable(system, attacker);
            // The truth itself must agree, or the system is not that of the figures.
            gaps += usize::from(!usable.contains(&0));
            let is_shown = |end: &&End| {
                usable.iter().any(|witness| self.witnesses[*witness].reaches(end.cell, end.goal, end.promised))
            };
            let ends = self.ends.iter().filter(|end| end.attacker == attacker);
            gaps += ends.filter(|end| !is_shown(end)).count();
            // A small cell without its ends was not looked at.
            let looked_at = |cell: usize| self.ends.iter().any(|end| end.attacker == attacker && end.cell == cell);
            gaps += system.small(attacker).into_iter().filter(|cell| !looked_at(*cell)).count();
        }
        gaps
    }
}

//! What a reader can tell of a cell, as a linear program: all tables that agree with what is told.

use std::collections::BTreeSet;

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Variable};

use super::cube::Contributor;
use super::system::{Published, Standing, System};
use crate::size::real;

/// The program was not solved. A release that cannot be judged is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a linear program of the disclosure control was not solved")]
pub struct Unsolved;

/// Who looks at a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attacker {
    Public,
    /// Knows some cells by itself: an organisation that is their only source, or the coordinators of a city.
    Contributor(Contributor),
}

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// That a suppressed cell holds somebody, that a 0 holds nobody, what was told before, and what the attacker knows by
    /// itself.
    Marks,
    /// All published counts as well.
    Everything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    Least,
    Most,
}

impl Attacker {
    /// All who may look: everybody who knows a cell by itself, and the public.
    pub(crate) fn of(system: &System) -> Vec<Self> {
        let knowing: BTreeSet<Contributor> =
            system.cells.iter().flat_map(|cell| cell.known_to.iter().copied()).collect();
        knowing.into_iter().map(Self::Contributor).chain([Self::Public]).collect()
    }

    pub(super) fn knows(self, system: &System, cell: usize) -> bool {
        match self {
            Self::Public => false,
            Self::Contributor(contributor) => system.cells[cell].known_to.contains(&contributor),
        }
    }
}

/// What a cell is bounded by.
pub fn bounds(system: &System, attacker: Attacker, cell: usize) -> (f64, f64) {
    let of_it = &system.cells[cell];
    if attacker.knows(system, cell) {
        return (real(of_it.units), real(of_it.units));
    }
    match (of_it.standing, of_it.published) {
        (Standing::Earlier { low, high }, _) => (low, high),
        (Standing::Untold, _) => (0.0, f64::INFINITY),
        (Standing::New, Published::Suppressed) => (1.0, f64::INFINITY),
        (Standing::New, Published::Count(count)) => {
            let (low, high) = system.rule.behind(count);
            (real(low), real(high))
        }
    }
}

/// A program over the variables of a system.
pub struct Program {
    pub problem: Problem,
    /// Of each variable of the system; `None` where a published 0 says that there is nobody.
    pub variables: Vec<Option<Variable>>,
}

impl Program {
    /// With the balances, and an objective for the variables of one cell.
    pub fn new(system: &System, goal: Goal, objective: Option<usize>) -> Self {
        let direction = match goal {
            Goal::Least => OptimizationDirection::Minimize,
            Goal::Most => OptimizationDirection::Maximize,
        };
        let mut problem = Problem::new(direction);
        let mut is_nobody = vec![false; system.truth.len()];
        for cell in 0..system.cells.len() {
            if bounds(system, Attacker::Public, cell).1 <= 0.0 {
                system.cells[cell].sum.iter().for_each(|variable| is_nobody[*variable] = true);
            }
        }
        let mut weights = vec![0.0; system.truth.len()];
        for variable in objective.iter().flat_map(|cell| &system.cells[*cell].sum) {
            weights[*variable] = 1.0;
        }
        let variable = |(nobody, weight): (bool, f64)| (!nobody).then(|| problem.add_var(weight, (0.0, f64::INFINITY)));
        let variables: Vec<_> = is_nobody.into_iter().zip(weights).map(variable).collect();
        for balance in &system.balances {
            let terms: Vec<_> = balance.iter().filter_map(|(at, factor)| Some((variables[*at]?, *factor))).collect();
            if !terms.is_empty() {
                problem.add_constraint(&terms, ComparisonOp::Eq, 0.0);
            }
        }
        Self { problem, variables }
    }

    /// The sum of a cell, as terms of a constraint.
    pub fn sum(&self, system: &System, cell: usize) -> Vec<(Variable, f64)> {
        system.cells[cell].sum.iter().filter_map(|variable| Some((self.variables[*variable]?, 1.0))).collect()
    }

    /// Keeps a sum within bounds.
    pub fn keep(&mut self, terms: &[(Variable, f64)], (low, high): (f64, f64)) {
        if terms.is_empty() {
            return;
        }
        if low.total_cmp(&high).is_eq() {
            self.problem.add_constraint(terms, ComparisonOp::Eq, low);
            return;
        }
        if low > 0.0 {
            self.problem.add_constraint(terms, ComparisonOp::Ge, low);
        }
        if high.is_finite() {
            self.problem.add_constraint(terms, ComparisonOp::Le, high);
        }
    }
}

/// The least or most that a cell can hold, for all that an attacker reads; infinite where nothing bounds it.
pub fn extreme(
    system: &System,
    attacker: Attacker,
    reading: Reading,
    goal: Goal,
    cell: usize,
) -> Result<f64, Unsolved> {
    let mut program = Program::new(system, goal, Some(cell));
    for other in 0..system.cells.len() {
        let is_count = matches!(
            (system.cells[other].standing, system.cells[other].published),
            (Standing::New, Published::Count(_))
        );
        if !is_count || attacker.knows(system, other) || reading == Reading::Everything {
            let sum = program.sum(system, other);
            program.keep(&sum, bounds(system, attacker, other));
        }
    }
    match program.problem.solve() {
        Ok(outcome) => outcome.into_solution().map(|solution| solution.objective()).map_err(|_| Unsolved),
        Err(Error::Unbounded) => Ok(f64::INFINITY),
        Err(_) => Err(Unsolved),
    }
}

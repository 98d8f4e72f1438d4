//! What a reader can tell of a cell, as a linear program: all tables that agree with what is told.

use std::collections::BTreeSet;

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Variable};

use super::cube::Contributor;
use super::system::{Cell, Published, Standing, System};
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
    /// The coordinators of all cities, who put together what each of them was shown.
    Coordinators,
}

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// That a suppressed cell holds somebody, that a 0 holds nobody, and what the attacker knows by itself.
    #[cfg(test)]
    MarksAlone,
    /// What was told before as well.
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
    /// All who may look: everybody who knows a cell by itself, those who are shown the new cells, and the coordinators where
    /// they were told more before.
    pub(crate) fn of(system: &System) -> Vec<Self> {
        let knowing: BTreeSet<Contributor> =
            system.cells.iter().flat_map(|cell| cell.known_to.iter().copied()).collect();
        let is_told_more = |cell: &Cell| matches!(cell.standing, Standing::ToldToCoordinators { .. });
        let are_told_more = !system.is_for_coordinators && system.cells.iter().any(is_told_more);
        let coordinators = are_told_more.then_some(Self::Coordinators);
        knowing.into_iter().map(Self::Contributor).chain([system.readers()]).chain(coordinators).collect()
    }

    pub(crate) fn knows(self, system: &System, cell: usize) -> bool {
        match self {
            Self::Public | Self::Coordinators => false,
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
        (Standing::ToldToCoordinators { low, high }, _) if attacker == Attacker::Coordinators => (low, high),
        (Standing::ToldToCoordinators { .. } | Standing::Untold, _) => (0.0, f64::INFINITY),
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
    /// Of each variable of the system; `None` where the attacker read or knows that there is nobody.
    pub variables: Vec<Option<Variable>>,
}

impl Program {
    /// With the balances, and an objective for the variables of one cell.
    pub fn new(system: &System, attacker: Attacker, goal: Goal, objective: Option<usize>) -> Self {
        let direction = match goal {
            Goal::Least => OptimizationDirection::Minimize,
            Goal::Most => OptimizationDirection::Maximize,
        };
        let mut problem = Problem::new(direction);
        let mut is_nobody = vec![false; system.truth.len()];
        for cell in 0..system.cells.len() {
            if bounds(system, attacker, cell).1 <= 0.0 {
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

/// What a cell is bounded by where not everything is read.
fn read(system: &System, attacker: Attacker, reading: Reading, cell: usize) -> (f64, f64) {
    let (low, high) = bounds(system, attacker, cell);
    let of_it = &system.cells[cell];
    let is_count = matches!((of_it.standing, of_it.published), (Standing::New, Published::Count(_)));
    match reading {
        _ if attacker.knows(system, cell) => (low, high),
        Reading::Marks if is_count => (0.0, f64::INFINITY),
        // A count says as much as the mark of a suppressed cell: that there is somebody.
        #[cfg(test)]
        Reading::MarksAlone if high > 0.0 => (if is_count { 0.0 } else { low.min(1.0) }, f64::INFINITY),
        #[cfg(test)]
        Reading::MarksAlone => (low, high),
        Reading::Marks | Reading::Everything => (low, high),
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
    let mut program = Program::new(system, attacker, goal, Some(cell));
    for other in 0..system.cells.len() {
        let sum = program.sum(system, other);
        program.keep(&sum, read(system, attacker, reading, other));
    }
    match program.problem.solve() {
        Ok(outcome) => outcome.into_solution().map(|solution| solution.objective()).map_err(|_| Unsolved),
        Err(Error::Unbounded) => Ok(f64::INFINITY),
        Err(_) => Err(Unsolved),
    }
}

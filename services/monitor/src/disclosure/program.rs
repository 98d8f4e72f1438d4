//! What a reader can tell of a cell, as a linear program: all tables that agree with the release.

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Variable};

use super::cube::Contributor;
use super::release::{Published, Release};
use crate::size::real;

/// The program was not solved. A release that cannot be judged is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a linear program of the disclosure control was not solved")]
pub struct Unsolved;

/// Who looks at a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attacker {
    Public,
    /// Knows the cells that it is the only source of.
    Contributor(Contributor),
}

/// How much of a release is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// That a suppressed cell holds somebody, that a 0 holds nobody, and what the attacker knows by itself.
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
    /// All who may look: each organisation that knows a cell by itself, and the public.
    pub(super) fn of(release: &Release) -> Vec<Self> {
        release.knowing().into_iter().map(Self::Contributor).chain([Self::Public]).collect()
    }

    pub(super) fn knows(self, release: &Release, cell: usize) -> bool {
        match self {
            Self::Public => false,
            Self::Contributor(contributor) => release.cells[cell].sole_contributor == Some(contributor),
        }
    }
}

/// What a published or known cell is bounded by.
pub fn bounds(release: &Release, attacker: Attacker, cell: usize) -> (f64, f64) {
    let of_it = &release.cells[cell];
    match of_it.published {
        _ if attacker.knows(release, cell) => (real(of_it.persons), real(of_it.persons)),
        Published::Suppressed => (1.0, f64::INFINITY),
        Published::Count(count) => {
            let (low, high) = release.rule.behind(count);
            (real(low), real(high))
        }
    }
}

/// A program over the persons of each combination of categories.
pub struct Program {
    pub problem: Problem,
    /// Of each combination; `None` where a published 0 says that there is nobody.
    pub persons: Vec<Option<Variable>>,
}

impl Program {
    /// With an objective for the combinations of one cell.
    pub fn new(atoms: usize, release: &Release, goal: Goal, objective: Option<usize>) -> Self {
        let direction = match goal {
            Goal::Least => OptimizationDirection::Minimize,
            Goal::Most => OptimizationDirection::Maximize,
        };
        let mut problem = Problem::new(direction);
        let mut is_nobody = vec![false; atoms];
        for cell in release.cells.iter().filter(|cell| cell.published == Published::Count(0)) {
            cell.group.0.iter().for_each(|atom| is_nobody[*atom] = true);
        }
        let mut weights = vec![0.0; atoms];
        for atom in objective.iter().flat_map(|cell| &release.cells[*cell].group.0) {
            weights[*atom] = 1.0;
        }
        let variable = |(nobody, weight): (bool, f64)| (!nobody).then(|| problem.add_var(weight, (0.0, f64::INFINITY)));
        let persons = is_nobody.into_iter().zip(weights).map(variable).collect();
        Self { problem, persons }
    }

    /// The sum of a cell, as terms of a constraint.
    pub fn sum(&self, release: &Release, cell: usize) -> Vec<(Variable, f64)> {
        release.cells[cell].group.0.iter().filter_map(|atom| Some((self.persons[*atom]?, 1.0))).collect()
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
    atoms: usize,
    release: &Release,
    attacker: Attacker,
    reading: Reading,
    goal: Goal,
    cell: usize,
) -> Result<f64, Unsolved> {
    let mut program = Program::new(atoms, release, goal, Some(cell));
    for other in 0..release.cells.len() {
        let is_mark = release.cells[other].published == Published::Suppressed || attacker.knows(release, other);
        if is_mark || reading == Reading::Everything {
            let sum = program.sum(release, other);
            program.keep(&sum, bounds(release, attacker, other));
        }
    }
    match program.problem.solve() {
        Ok(outcome) => outcome.into_solution().map(|solution| solution.objective()).map_err(|_| Unsolved),
        Err(Error::Unbounded) => Ok(f64::INFINITY),
        Err(_) => Err(Unsolved),
    }
}

//! Releases: the tables that are published together, and what they show.

use std::collections::BTreeMap;

use super::audit::{Leak, audit};
use super::cube::{Coordinates, Cube, CubeError};
use super::program::Unsolved;
use super::suppression;
use super::system::{Published, Rule, System};

/// Tables that are published together.
#[derive(Debug, Clone)]
pub struct Release {
    pub system: System,
    /// Of each table, where its cells are among those of the release, by their categories.
    tables: Vec<BTreeMap<Coordinates, usize>>,
}

/// Why there is no release.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReleaseError {
    #[error(transparent)]
    Cube(#[from] CubeError),
    #[error(transparent)]
    Unsolved(#[from] Unsolved),
    #[error("the release leaks {} of its suppressed cells", .0.len())]
    Leaks(Vec<Leak>),
}

/// Publishes tables of a cube, each by the dimensions that it crosses. Nothing is published that the audit finds a leak in.
pub fn release(cube: &Cube, tables: &[Vec<usize>], rule: Rule) -> Result<Release, ReleaseError> {
    let mut release = Release::unprotected(cube, tables, rule)?;
    suppression::protect(&mut release.system)?;
    let leaks = audit(&release.system)?;
    if leaks.is_empty() { Ok(release) } else { Err(ReleaseError::Leaks(leaks)) }
}

impl Release {
    /// With small cells suppressed and no other: it may be computed what they are.
    pub(super) fn unprotected(cube: &Cube, tables: &[Vec<usize>], rule: Rule) -> Result<Self, CubeError> {
        let mut system = System { truth: cube.truth(), ..System::new(rule) };
        let (mut known, mut placed) = (BTreeMap::new(), Vec::new());
        for dimensions in tables {
            let mut table = BTreeMap::new();
            for (coordinates, group) in cube.cells(dimensions)? {
                let at = *known.entry(group.clone()).or_insert_with(|| {
                    let known_to = cube.sole_contributor(&group).into_iter().collect();
                    let persons = system.units(&group.0);
                    system.add_new(group.0, persons, known_to)
                });
                table.insert(coordinates, at);
            }
            placed.push(table);
        }
        Ok(Self { system, tables: placed })
    }

    /// What a table shows at these categories, one of each of its dimensions in their order; `None` for the total.
    #[must_use]
    pub fn shows(&self, table: usize, categories: &[Option<usize>]) -> Option<Published> {
        let table = self.tables.get(table)?;
        let dimensions = table.keys().next()?.keys().copied();
        let coordinates: Coordinates = dimensions.zip(categories.iter().copied()).collect();
        table.get(&coordinates).map(|at| self.system.cells[*at].published)
    }
}

//! Releases: the tables that are published together, and what they show.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::audit::{Leak, audit};
use super::cube::{Contributor, Coordinates, Cube, CubeError, Group};
use super::program::Unsolved;
use super::suppression;

/// What is published of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Counts from 1 to it are suppressed.
    pub threshold: u64,
    /// Others are rounded to the nearest multiple of it; 1 for none.
    pub base: u64,
}

impl Rule {
    /// For everybody.
    pub const OUTSIDE: Self = Self { threshold: 9, base: 5 };
    /// For the coordinators of the region.
    pub const COORDINATORS: Self = Self { threshold: 4, base: 5 };

    pub(super) fn is_sensitive(self, persons: u64) -> bool {
        (1..=self.threshold).contains(&persons)
    }

    fn round(self, persons: u64) -> u64 {
        (persons + self.base / 2) / self.base * self.base
    }

    /// What may be behind a published count: it was not suppressed, and it was rounded.
    pub(super) fn behind(self, published: u64) -> (u64, u64) {
        if published == 0 {
            return (0, 0);
        }
        let half = self.base / 2;
        (published.saturating_sub(half).max(self.threshold + 1), published + half)
    }
}

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// Rounded. A 0 is nobody.
    Count(u64),
    /// Somebody; how many is not told. The mark is the same whether the cell is small or protects another that is.
    Suppressed,
}

/// A cell of the release. One that is in several tables is one cell.
#[derive(Debug, Clone)]
pub struct Cell {
    pub(super) group: Group,
    pub(super) persons: u64,
    pub(super) sole_contributor: Option<Contributor>,
    pub published: Published,
}

/// Tables that are published together.
#[derive(Debug, Clone)]
pub struct Release {
    pub rule: Rule,
    pub cells: Vec<Cell>,
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
    suppression::protect(cube.atoms(), &mut release)?;
    let leaks = audit(cube, &release)?;
    if leaks.is_empty() { Ok(release) } else { Err(ReleaseError::Leaks(leaks)) }
}

impl Release {
    /// With small cells suppressed and no other: it may be computed what they are.
    pub(super) fn unprotected(cube: &Cube, tables: &[Vec<usize>], rule: Rule) -> Result<Self, CubeError> {
        let (mut cells, mut known) = (Vec::new(), BTreeMap::new());
        let mut placed = Vec::new();
        for dimensions in tables {
            let mut table = BTreeMap::new();
            for (coordinates, group) in cube.cells(dimensions)? {
                let at = *known.entry(group.clone()).or_insert_with(|| {
                    cells.push(Cell::of(cube, group, rule));
                    cells.len() - 1
                });
                table.insert(coordinates, at);
            }
            placed.push(table);
        }
        Ok(Self { rule, cells, tables: placed })
    }

    /// What a table shows at these categories, one of each of its dimensions in their order; `None` for the total.
    #[must_use]
    pub fn shows(&self, table: usize, categories: &[Option<usize>]) -> Option<Published> {
        let table = self.tables.get(table)?;
        let dimensions = table.keys().next()?.keys().copied();
        let coordinates: Coordinates = dimensions.zip(categories.iter().copied()).collect();
        table.get(&coordinates).map(|at| self.cells[*at].published)
    }

    /// Organisations that know a cell because they are its only source.
    pub(super) fn knowing(&self) -> BTreeSet<Contributor> {
        self.cells.iter().filter_map(|cell| cell.sole_contributor).collect()
    }
}

impl Cell {
    fn of(cube: &Cube, group: Group, rule: Rule) -> Self {
        let persons = cube.persons(&group);
        let sole_contributor = cube.sole_contributor(&group);
        let published =
            if rule.is_sensitive(persons) { Published::Suppressed } else { Published::Count(rule.round(persons)) };
        Self { group, persons, sole_contributor, published }
    }
}

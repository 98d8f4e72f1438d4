//! Counts at their finest, and the cells that tables make of them.

use std::collections::{BTreeMap, BTreeSet};

/// The most combinations of categories that a cube can have.
const MOST_ATOMS: usize = 10_000;

/// By what persons are counted apart: a municipality, a sex, an age band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    pub name: String,
    /// A tree or several: a category with a parent is a part of it, as a city is of the G4. All of them together are the
    /// total.
    pub categories: Vec<Category>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub code: String,
    /// The place of the parent among the categories. Parents stand before their parts.
    pub parent: Option<usize>,
}

/// Who knows some counts by themselves, by a number: an organisation, or the coordinators of a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contributor(pub u32);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CubeError {
    #[error("the dimensions have more than {MOST_ATOMS} combinations")]
    TooLarge,
    #[error("the dimension {0} has no categories")]
    NoCategories(String),
    #[error("in the dimension {0} a parent stands behind its part")]
    Order(String),
    #[error("a count needs a category without parts in each dimension")]
    NoLeaf,
    #[error("there is no dimension number {0}")]
    NoDimension(usize),
}

/// Persons by each combination of the finest categories.
#[derive(Debug, Clone)]
pub struct Cube {
    dimensions: Vec<Dimension>,
    /// Of each dimension, the categories without parts.
    leaves: Vec<Vec<usize>>,
    atoms: Vec<Atom>,
}

#[derive(Debug, Clone, Default)]
struct Atom {
    persons: u64,
    contributors: BTreeSet<Contributor>,
}

/// A set of combinations: what a cell of a table counts. The same set in two tables is the same cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group(pub Vec<usize>);

impl Cube {
    pub fn new(dimensions: Vec<Dimension>) -> Result<Self, CubeError> {
        let mut leaves = Vec::new();
        let mut size: usize = 1;
        for dimension in &dimensions {
            let is_parent = |place: usize| dimension.categories.iter().any(|other| other.parent == Some(place));
            let ordered = dimension.categories.iter().enumerate();
            if ordered.into_iter().any(|(place, category)| category.parent.is_some_and(|parent| parent >= place)) {
                return Err(CubeError::Order(dimension.name.clone()));
            }
            let of_it: Vec<usize> = (0..dimension.categories.len()).filter(|place| !is_parent(*place)).collect();
            if of_it.is_empty() {
                return Err(CubeError::NoCategories(dimension.name.clone()));
            }
            size = size.saturating_mul(of_it.len());
            leaves.push(of_it);
        }
        if size > MOST_ATOMS {
            return Err(CubeError::TooLarge);
        }
        Ok(Self { dimensions, leaves, atoms: vec![Atom::default(); size] })
    }

    /// Adds persons with these categories, one of each dimension and without parts, whom an organisation counted.
    pub fn add(&mut self, categories: &[usize], persons: u64, contributor: Contributor) -> Result<(), CubeError> {
        let place = |(leaves, category): (&Vec<usize>, &usize)| leaves.iter().position(|leaf| leaf == category);
        let places: Option<Vec<usize>> = self.leaves.iter().zip(categories).map(place).collect();
        let places = places.filter(|places| places.len() == self.dimensions.len()).ok_or(CubeError::NoLeaf)?;
        if persons > 0 {
            let at = self.leaves.iter().zip(places).fold(0, |at, (leaves, place)| at * leaves.len() + place);
            self.atoms[at].persons += persons;
            self.atoms[at].contributors.insert(contributor);
        }
        Ok(())
    }

    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The persons of each combination.
    pub(super) fn truth(&self) -> Vec<u64> {
        self.atoms.iter().map(|atom| atom.persons).collect()
    }

    /// The cells of a table: every combination of categories of some dimensions, of parents and totals too. With each, its
    /// categories; `None` for the total.
    pub(super) fn cells(&self, dimensions: &[usize]) -> Result<Vec<(Coordinates, Group)>, CubeError> {
        if let Some(none) = dimensions.iter().find(|dimension| **dimension >= self.dimensions.len()) {
            return Err(CubeError::NoDimension(*none));
        }
        let mut all = vec![Coordinates::new()];
        for dimension in dimensions {
            let places = (0..self.dimensions[*dimension].categories.len()).map(Some).chain([None]);
            let with = |before: &Coordinates, place| {
                let mut coordinates = before.clone();
                coordinates.insert(*dimension, place);
                coordinates
            };
            all = places.flat_map(|place| all.iter().map(move |before| with(before, place))).collect();
        }
        Ok(all.into_iter().map(|coordinates| (coordinates.clone(), self.group(&coordinates))).collect())
    }

    fn group(&self, coordinates: &Coordinates) -> Group {
        let is_in = |atom: usize| {
            let mut rest = atom;
            self.leaves.iter().enumerate().rev().all(|(dimension, leaves)| {
                let leaf = leaves[rest % leaves.len()];
                rest /= leaves.len();
                let wanted = coordinates.get(&dimension).copied().flatten();
                wanted.is_none_or(|wanted| self.is_part(dimension, leaf, wanted))
            })
        };
        Group((0..self.atoms.len()).filter(|atom| is_in(*atom)).collect())
    }

    fn is_part(&self, dimension: usize, part: usize, whole: usize) -> bool {
        let parent = |place: &usize| self.dimensions[dimension].categories[*place].parent;
        std::iter::successors(Some(part), parent).any(|place| place == whole)
    }

    /// The organisation that counted everybody in a group, if it was one alone.
    pub(super) fn sole_contributor(&self, group: &Group) -> Option<Contributor> {
        let contributors: BTreeSet<_> = group.0.iter().flat_map(|atom| &self.atoms[*atom].contributors).collect();
        let mut contributors = contributors.into_iter();
        contributors.next().copied().filter(|_| contributors.next().is_none())
    }
}

/// Of each dimension of a table the category; `None` for the total.
pub(super) type Coordinates = BTreeMap<usize, Option<usize>>;

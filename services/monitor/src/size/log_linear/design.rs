//! Models and their design matrices.

use crate::size::number::real;
use crate::size::{Histories, History};

/// Which pairs of lists interact. Lists are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    pub interactions: Vec<(usize, usize)>,
}

/// Every pair of lists.
pub fn pairs(lists: usize) -> Vec<(usize, usize)> {
    (0..lists).flat_map(|first| (first + 1..lists).map(move |second| (first, second))).collect()
}

impl Model {
    /// Every set of pairs, those with few of them first.
    pub fn all(lists: usize) -> Vec<Self> {
        let pairs = pairs(lists);
        let chosen = |set: u32| {
            let is_in = |(at, pair): (usize, &(usize, usize))| (set & (1 << at) != 0).then_some(*pair);
            pairs.iter().enumerate().filter_map(is_in).collect()
        };
        let mut models: Vec<_> = (0..1_u32 << pairs.len()).map(|set| Self { interactions: chosen(set) }).collect();
        models.sort_by_key(|model| model.interactions.len());
        models
    }

    /// `independence`, or the interactions as papers write them: `[12][34]`, lists counted from 1.
    pub fn label(&self) -> String {
        if self.interactions.is_empty() {
            return "independence".to_owned();
        }
        let written =
            |(first, second): &(usize, usize)| ["[", &(first + 1).to_string(), &(second + 1).to_string(), "]"].concat();
        self.interactions.iter().map(written).collect()
    }
}

/// For each cell, which parameters its mean is made of: the intercept, an effect of each list, then the interactions.
#[derive(Debug, Clone)]
pub struct Design {
    parameters: usize,
    rows: Vec<Vec<f64>>,
}

impl Design {
    pub fn new(table: &Histories, model: &Model) -> Self {
        let row = |cell: History| {
            let lists = (0..table.lists()).map(|list| cell.is_on(list));
            let pairs = model.interactions.iter().map(|(first, second)| cell.is_on(*first) && cell.is_on(*second));
            let of_cell = std::iter::once(true).chain(lists).chain(pairs);
            of_cell.map(|is_in| if is_in { 1.0 } else { 0.0 }).collect()
        };
        Self { parameters: 1 + table.lists() + model.interactions.len(), rows: table.cells().map(row).collect() }
    }

    /// The same with a cell more, of those on no list: only the intercept is in its mean.
    pub fn with_unseen(&self) -> Self {
        let mut rows = self.rows.clone();
        rows.push((0..self.parameters).map(|parameter| if parameter == 0 { 1.0 } else { 0.0 }).collect());
        Self { parameters: self.parameters, rows }
    }

    pub fn parameters(&self) -> usize {
        self.parameters
    }

    pub fn cells(&self) -> usize {
        self.rows.len()
    }

    pub fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }
}

/// Persons in each cell.
pub fn seen(table: &Histories) -> Vec<f64> {
    table.cells().map(|cell| real(table.persons(cell))).collect()
}

//! Plots of releases as SVG, for the screen and for paper.
//!
//! No script, no style and no font of their own: presentation attributes and classes (`mp-…`), so that they pass a strict
//! content security policy and a page may restyle them. Each has a title and a description for screen readers. The colours
//! differ in lightness, so that they can be told apart in grey. What is not shown is marked as such and never drawn as a number.

mod flow;
mod pyramid;
mod survival;
mod svg;
mod trend;

#[cfg(test)]
pub(crate) mod tests;

pub use flow::flow;
pub use pyramid::pyramid;
pub use survival::survival;
pub(crate) use svg::{escape, number};
pub use trend::trend;

use crate::definitions::{Cut, Unit};
use crate::frozen::{Cell, Frozen, Value};

/// The value at a place and other categories; `None` where the release has no such cell.
pub(crate) fn value<'a>(
    release: &'a Frozen,
    indicator: &str,
    unit: Unit,
    municipality: Option<&str>,
    categories: &[(Cut, &str)],
) -> Option<&'a Value> {
    let is_it = |cell: &&Cell| {
        let place = cell.categories.get(&Cut::Municipality).map(String::as_str);
        let others = cell.categories.len() - usize::from(place.is_some());
        let has = |(cut, code): &(Cut, &str)| cell.categories.get(cut).is_some_and(|other| other == code);
        place == municipality && others == categories.len() && categories.iter().all(has)
    };
    let tables = release.tables.iter().filter(|table| table.indicator == indicator && table.unit == unit);
    tables.flat_map(|table| &table.cells).find(is_it).map(|cell| &cell.value)
}

/// The total of an indicator at a place.
pub(crate) fn total<'a>(release: &'a Frozen, indicator: &str, municipality: Option<&str>) -> Option<&'a Value> {
    let definition = crate::definitions::definition(indicator)?;
    value(release, indicator, definition.unit, municipality, &[])
}

//! Synthetic care paths, to try Baken with a city's worth of cases and no real person among them.
//!
//! [`path`] makes one up: pure, and the same for the same seed and number, ids and times included. [`run`] sends paths
//! through a [`Sink`], many persons at a time; [`write`] makes batches of them. A command that is refused is a mistake of the maker, and ends the run.

mod chapters;
mod figures;
mod http;
mod ndjson;
mod persona;
mod repatriation;
mod run;
mod story;

#[cfg(test)]
mod tests;

use care_path::codes::OrgKind;
use care_path::directory::Directory;
use care_path::ids::Municipality;
use chrono::NaiveDate;

use crate::demo::Scripted;

pub use http::{Http, HttpError};
pub use ndjson::{BatchedLine, Written, lines, write};
pub use run::{Delivered, Report, Sink, SinkError, progress, run};

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Simulation {
    pub persons: u64,
    pub seed: u64,
    /// The first day of the year in which people come into view. Paths go on for at most another year.
    pub from: NaiveDate,
}

impl Simulation {
    /// Paths that begin in 2024: a fixed year, so that a seed means the same whenever it is used.
    #[must_use]
    pub fn new(persons: u64, seed: u64) -> Self {
        Self { persons, seed, from: NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default() }
    }
}

/// Why a simulation ends early.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    #[error("the directory has no organisation of kind {kind} in {municipality}")]
    Organisation { kind: OrgKind, municipality: Municipality },
    #[error("no role of an organisation of kind {kind} works with persons")]
    NobodyWorks { kind: OrgKind },
    #[error("`{name}` cannot be the name of a user")]
    Name { name: String },
    #[error("a date or a place of the simulation is out of range")]
    Calendar,
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// The key says which command of which path.
    #[error("{key} was not accepted: {source}")]
    Refused { key: String, source: SinkError },
}

/// Makes up the path of one person: every command, in order.
///
/// # Errors
/// Where the directory lacks an organisation that a city's paths need.
pub fn path(simulation: &Simulation, directory: &Directory, index: u64) -> Result<Vec<Scripted>, SimulateError> {
    chapters::tell(story::Story::begin(simulation, directory, index)?)
}

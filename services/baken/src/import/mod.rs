//! A shelter's own export, brought in through the front door: rows of a CSV file become lines of a batch, as a mapping
//! says that the shelter writes once. The same file may be brought in as often as one likes, and so may a longer one.
//!
//! The shelter's numbers go nowhere: the ids of lines are made of them with a key that stays with the shelter.

mod bring;
mod cell;
mod claims;
mod dates;
mod encoding;
mod findings;
mod ids;
mod lines;
mod mapping;
mod records;
mod rows;
mod send;
mod table;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use bring::{Brought, Refused, bring};
pub use findings::{Fate, Finding, Notes, Tally};
pub use ids::IdKey;
pub use lines::Outgoing;
pub use mapping::Mapping;
pub(crate) use records::{BrokenRow, RawRow, RawRows};
pub use rows::{Plan, plan};
pub use send::ImportTarget;
pub use table::{Row, Table};
pub(crate) use table::{delimiter, without_mark};

/// Why an import ends before anything is sent, or in the middle. It never tells what is in the file.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{0} cannot be read")]
    File(PathBuf, #[source] std::io::Error),
    #[error("{0} is not a mapping: {1}")]
    Mapping(PathBuf, #[source] toml::de::Error),
    #[error("{0} is not a mapping: {1}")]
    Unfit(PathBuf, String),
    #[error("the file is not in {0}, although it begins as such a file does")]
    Encoding(&'static str),
    #[error(
        "the file is no text, or UTF-16 that does not say so: save it as \"CSV UTF-8\", or set `encoding` to utf-16le"
    )]
    Zeros,
    #[error("{0} does not hold a key for ids: the first import makes that file, and it must not be changed")]
    Key(PathBuf),
    #[error("the system gave no random bytes for a key")]
    Random,
    #[error("the token cannot be used: {0}")]
    Token(&'static str),
    #[error("the service does not take the batch: it answers {0}")]
    NotTaken(reqwest::StatusCode),
    #[error(
        "the service cannot be reached, or breaks off again and again; what it has acknowledged is recorded, and the import may be repeated"
    )]
    Gone(#[source] Option<reqwest::Error>),
    #[error("the token has expired; what was acknowledged is recorded, and the import may be repeated with another")]
    Expired,
}

fn read(file: &Path) -> Result<Vec<u8>, ImportError> {
    std::fs::read(file).map_err(|error| ImportError::File(file.to_owned(), error))
}

//! The demo world: organisations, users, norms, Marek's case and a few neighbours, read from `seeds/`.
//!
//! The seeds are compiled in, so that `baken demo` needs no file beside itself. They are data to be checked like any
//! other input: what is wrong with them is an error, and a test makes sure that nothing is.

mod load;
mod moment;
mod rest;
mod script;
mod scripted;
mod users;

#[cfg(test)]
pub(crate) mod rehearsal;
#[cfg(test)]
pub(crate) mod service;
#[cfg(test)]
mod tests;

use care_path::directory::{Directory, RegisterOrganisation};
use care_path::path::rights::Norms;

use crate::settings::{Settings, Terms, organisations};

pub use load::{LoadError, Loaded, load};
pub use moment::{BadMoment, Moment, local};
pub use rest::{RestCall, rest_path};
pub use script::{Line, PlanError, PlanProblem, Planned, Script, Step, plan};
pub use scripted::Scripted;
pub use users::{DemoUser, users, users_of};

const ORGANISATIONS: &str = include_str!("../../../../seeds/demo/organisations.json");
const USERS: &str = include_str!("../../../../seeds/demo/users.json");
const NORMS: &str = include_str!("../../../../seeds/rights/2026-1.json");
const MAREK: &str = include_str!("../../../../seeds/demo/marek.json");
const WORLD: &str = include_str!("../../../../seeds/demo/world.json");

/// Why a seed cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("seeds/{file}: {source}")]
    Malformed { file: &'static str, source: serde_json::Error },
    #[error("the users cannot be read: {0}")]
    Users(#[source] serde_json::Error),
    #[error("seeds/demo/users.json: user `{user}`: {source}")]
    User { user: String, source: care_path::actor::ScopeError },
}

fn parsed<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, SeedError> {
    serde_json::from_str(text).map_err(|source| SeedError::Malformed { file, source })
}

/// The organisations of the demo world, as they are registered.
///
/// # Errors
/// Where the seed is not what it must be.
pub fn organisations() -> Result<Vec<RegisterOrganisation>, SeedError> {
    organisations::read(ORGANISATIONS)
        .map_err(|source| SeedError::Malformed { file: "demo/organisations.json", source })
}

/// The directory that they make.
///
/// # Errors
/// As [`organisations`].
pub fn directory() -> Result<Directory, SeedError> {
    self::organisations().map(|all| organisations::directory(&all))
}

/// The norms of the rights assessment.
///
/// # Errors
/// As [`directory`].
pub fn norms() -> Result<Norms, SeedError> {
    Norms::from_json(NORMS).map_err(|source| SeedError::Malformed { file: "rights/2026-1.json", source })
}

/// The demo world's configuration, with the terms of the design.
///
/// # Errors
/// As [`directory`].
pub fn settings() -> Result<Settings, SeedError> {
    Ok(Settings { organisations: self::organisations()?, deadlines: Terms::default(), norms: norms()? })
}

/// Marek's case, in its twelve steps.
///
/// # Errors
/// As [`directory`].
pub fn marek() -> Result<Script, SeedError> {
    parsed("demo/marek.json", MAREK)
}

/// The persons beside Marek.
///
/// # Errors
/// As [`directory`].
pub fn world() -> Result<Script, SeedError> {
    parsed("demo/world.json", WORLD)
}

//! The world's configuration: data that decisions and reads use, none of it about persons.

pub mod organisations;
mod terms;

use care_path::directory::RegisterOrganisation;
use care_path::path::rights::Norms;

pub use terms::Terms;

/// The organisations, the terms and the norms of one installation.
#[derive(Debug)]
pub struct Settings {
    /// Who takes part from the first start on: the log has who takes part now.
    pub organisations: Vec<RegisterOrganisation>,
    /// The terms, by the municipality that follows a case.
    pub deadlines: Terms,
    pub norms: Norms,
}

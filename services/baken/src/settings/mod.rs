//! The world's configuration: data that decisions and reads use, none of it about persons.

mod terms;

use care_path::directory::Directory;
use care_path::path::rights::Norms;

pub use terms::Terms;

/// The organisations, the terms and the norms of one installation.
#[derive(Debug)]
pub struct Settings {
    pub directory: Directory,
    /// The terms, by the municipality that follows a case.
    pub deadlines: Terms,
    pub norms: Norms,
}

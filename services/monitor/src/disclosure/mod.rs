//! Disclosure control: tables that tell of a city and of nobody in it.
//!
//! A [`System`] holds cells as sums of variables, and what else ties the variables together. Small cells are suppressed,
//! further cells are suppressed so that nobody can compute them, and all others are rounded. Zeros are published. [`audit`]
//! takes the place of a reader: from everything that is told it computes by linear programming how closely each suppressed
//! cell can be bounded. [`crate::freeze()`] makes the systems of a release; a [`Cube`] makes one of a few tables of any data.
//!
//! **The promise.** For all that is told, a cell that was suppressed for its size may be any number up to the threshold, and as
//! low as the marks alone allow (a suppressed cell holds somebody). It holds against the public, and against those who know
//! some cells by themselves: the only source of a cell, or the coordinators of a city.
//!
//! Hundepool et al. (2012), Statistical Disclosure Control, chapters 4 and 5. `docs/monitor.md` says what it does not cover.

mod audit;
mod cube;
mod jj;

mod program;
mod release;
mod suppression;
mod system;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use audit::audit_for;
pub use audit::{Attacker, Leak, audit};
pub use cube::{Category, Contributor, Cube, CubeError, Dimension};
#[cfg(test)]
pub(crate) use program::Reading;
pub use program::Unsolved;
pub use release::{Release, ReleaseError, release};
pub(crate) use suppression::protect;
pub(crate) use system::Standing;
pub use system::{Cell, Published, Rule, System};

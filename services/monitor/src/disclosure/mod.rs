//! Disclosure control: tables that tell of a city and of nobody in it.
//!
//! A [`Cube`] holds the counts at their finest. A [`Release`] publishes some tables of it, all at once: counts from 1 to the
//! threshold are suppressed, further cells are suppressed so that nobody can compute them ([`release`]), and all others are
//! rounded. Zeros are published. [`audit`] then takes the place of a reader: from everything in the release it computes by
//! linear programming how closely each suppressed cell can be bounded.
//!
//! **The promise.** For all that the release tells, a cell that was suppressed for its size may be any number up to the
//! threshold, and as low as the marks alone allow (a suppressed cell holds somebody). It holds against the public, and
//! against an organisation that is the only source of a cell and so knows it.
//!
//! Hundepool et al. (2012), Statistical Disclosure Control, chapters 4 and 5.
//!
//! What it does not cover: bounds are those of real numbers, and whole numbers may be bounded a little closer; an organisation
//! may subtract its own persons from a cell that others contribute to as well; two releases are not compared.

mod audit;
mod cube;

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
pub use program::Unsolved;
pub use release::{Release, ReleaseError, release};
pub(crate) use suppression::protect;
pub(crate) use system::Standing;
pub use system::{Cell, Published, Rule, System};

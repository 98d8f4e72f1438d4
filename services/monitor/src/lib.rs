//! The monitor: figures that a city can plan by, and that tell of nobody.
//!
//! Everything here is a function of counts. The crate knows no person, no event, no clock and no file; its manifest has no
//! way to them. Randomness comes from a seed, so that the same input gives the same figures everywhere.
//!
//! [`definitions`] says what each figure counts; [`size`] estimates how many people there are from those who were seen;
//! [`disclosure`] makes tables that tell of nobody; [`frozen`] is what is published of a [`period`].

pub mod definitions;
pub mod disclosure;
pub mod export;
pub mod facts;
pub mod freeze;
pub mod frozen;
pub mod indicators;
pub mod labels;
pub mod period;
pub mod plot;
pub mod report;
pub mod size;

pub use freeze::{Releases, freeze};
pub use report::report;

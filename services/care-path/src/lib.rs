//! What can happen to a person's care path, and what each role may do and see.
//!
//! This crate is pure: no I/O, no clock, no randomness, no async. [`path`] decides and folds, [`policy`] says who may
//! do and see what, and [`views`] are what a reader is shown.

pub mod actor;
pub mod codes;
pub mod command;
pub mod deadlines;
pub mod directory;
pub mod event;
mod fact;
pub mod figures;
pub mod ids;
pub mod jwe;
pub mod list;
pub mod norms;
pub mod path;
pub mod policy;
pub mod private;
pub mod sight;
pub mod spelt;
mod stamp;
pub mod text;
pub mod time;
pub mod views;

pub use actor::{Actor, Area, Author, Principal};
pub use ids::{EventId, PersonId};
pub use path::{CarePath, Moved, Stamp, matching};
pub use private::Private;

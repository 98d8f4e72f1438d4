//! What can happen to a person's care path, and what each role may do and see.
//!
//! This crate is pure: no I/O, no clock, no randomness, no async.

pub mod actor;
pub mod codes;
pub mod deadlines;
pub mod directory;
pub mod ids;
pub mod private;
pub mod text;
pub mod time;

pub use actor::{Actor, Area, Author, Principal};
pub use ids::{EventId, PersonId};
pub use private::Private;

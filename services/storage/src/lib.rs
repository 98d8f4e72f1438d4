//! What the log and the keys are kept in: files that only their owner reads, SQLite files, and connections to PostgreSQL.
//! It knows neither events nor keys.

pub mod files;
pub mod owner_only;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sqlite_file;

//! Baken, the service: everything that touches the world.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod dev_issuer;
pub mod edge;
pub mod history;
pub mod import;
pub mod projections;
pub mod settings;
mod sha256;
pub mod simulate;
pub mod sources;
pub mod startup;
pub mod telemetry;
pub mod watch;
pub mod webhooks;

pub use {access_log, event_log, sealing};

use storage::{owner_only, sqlite_file};

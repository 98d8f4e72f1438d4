//! Baken, the service: everything that touches the world.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod dev_issuer;
pub mod edge;
pub mod event_log;
pub mod files;
pub mod history;
pub mod import;
pub mod owner_only;
pub mod postgres;
pub mod projections;
pub mod sealing;
pub mod settings;
mod sha256;
pub mod simulate;
pub mod sources;
pub mod sqlite_file;
pub mod startup;
pub mod telemetry;
pub mod watch;
pub mod webhooks;

//! Baken, the service: everything that touches the world.

pub mod dev_issuer;
pub mod edge;
pub mod event_log;
pub mod sealing;
pub mod sources;

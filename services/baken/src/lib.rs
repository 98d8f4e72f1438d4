//! Baken, the service: everything that touches the world.

pub mod event_log;
pub mod sealing;
pub mod sources;

//! The outside view: a real service on loopback, spoken to over HTTP as its users would.
#![allow(clippy::unwrap_used)] // a test that cannot go on ends here

mod access;
mod batch;
mod board;
mod break_glass;
mod corrections;
mod crowd;
mod directory;
mod duties;
mod erasure;
mod evening;
mod hidden;
mod intake;
mod lost;
mod marek;
mod marek_orders;
mod monitor;
mod oidc;
mod problems;
mod random_actors;
mod return_path;
mod sealing;
mod search;
mod sse;
mod stream;
mod support;
mod turn_aways;
mod upgrade;
mod webhooks;
mod worklist;

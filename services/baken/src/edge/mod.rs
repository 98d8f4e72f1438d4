//! The edges: REST, which writes and reads, and GraphQL, which reads. Both authenticate alike, and both go through the
//! application and nothing else.

pub mod auth;
pub mod board;
pub mod caller;
pub mod channels;
mod fallback;
mod field_problem;
pub mod graphql;
pub mod observe;
pub mod openapi;
mod operators;
pub mod problem;
pub mod rates;
pub mod rest;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use tamper_evidence::Notary;

use self::auth::Verifier;
use self::channels::Channels;
use self::rates::Rates;
use crate::app::Baken;
use crate::telemetry::Metrics;
use crate::webhooks::Webhooks;

/// What every request is served from.
pub struct Edge {
    pub baken: Arc<Baken>,
    pub verifier: Arc<Verifier>,
    pub metrics: Arc<Metrics>,
    pub limits: Limits,
    pub rates: Arc<Rates>,
    pub channels: Arc<Channels>,
    /// In production GraphQL tells nobody its schema.
    pub introspection: bool,
    /// The token that opens `/metrics` and `/internal/…` to other than loopback addresses.
    pub operator_token: Option<secrecy::SecretString>,
    pub board: board::Board,
    /// Absent where this process sends none.
    pub webhooks: Option<Arc<Webhooks>>,
    /// Absent where this process signs no checkpoints.
    pub notaries: Option<Notaries>,
}

/// What signs checkpoints of the logs.
#[derive(Clone)]
pub struct Notaries {
    /// Of the event log.
    pub log: Arc<Notary>,
    /// Of the access log.
    pub access: Arc<Notary>,
}

/// What a client may ask of us at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Time for a request's body to arrive.
    pub body_deadline: Duration,
    /// Requests per second of one user, on average.
    pub user_per_second: u32,
    /// Requests of one user at once, beyond the average.
    pub user_burst: u32,
    /// Searches for a person per second of one user, on average.
    pub searches_per_second: u32,
    /// Searches of one user at once, beyond the average.
    pub searches_burst: u32,
    /// Requests per second of one address whose token was refused, or that sent none.
    pub stranger_per_second: u32,
    /// Such requests at once.
    pub stranger_burst: u32,
    /// Streams and sockets that are held open for one user.
    pub channels_of_user: usize,
    /// Streams and sockets that are held open in all.
    pub channels: usize,
    pub batch: BatchLimits,
}

/// What a batch may ask of us at most. One that is faster is not refused, but read more slowly.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    /// Lines per second of one user, on average.
    pub lines_per_second: u32,
    /// Lines of one user at once, beyond the average.
    pub lines_burst: u32,
    /// Time without anything coming in, while nothing is left to answer.
    pub idle: Duration,
    /// Batches of one user at the same time.
    pub at_once: u32,
}

impl BatchLimits {
    /// What holds unless something else is set.
    pub const USUAL: Self =
        Self { lines_per_second: 1_000, lines_burst: 10_000, idle: Duration::from_mins(1), at_once: 4 };
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self::USUAL
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 512 * 1024,
            body_deadline: Duration::from_secs(10),
            user_per_second: 200,
            user_burst: 400,
            searches_per_second: 5,
            searches_burst: 30,
            stranger_per_second: 10,
            stranger_burst: 50,
            channels_of_user: 20,
            channels: 5_000,
            batch: BatchLimits::default(),
        }
    }
}

impl Limits {
    /// No limits on how often somebody asks, and on how many stay: for load tests.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            user_per_second: u32::MAX,
            user_burst: u32::MAX,
            searches_per_second: u32::MAX,
            searches_burst: u32::MAX,
            stranger_per_second: u32::MAX,
            stranger_burst: u32::MAX,
            channels_of_user: usize::MAX,
            channels: usize::MAX,
            batch: BatchLimits {
                lines_per_second: u32::MAX,
                lines_burst: u32::MAX,
                at_once: u32::MAX,
                ..BatchLimits::default()
            },
            ..Self::default()
        }
    }
}

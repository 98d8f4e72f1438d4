//! The edges: REST, which writes and reads, and GraphQL, which reads. Both authenticate alike, and both go through the
//! application and nothing else.

pub mod auth;
pub mod caller;
mod fallback;
pub mod graphql;
pub mod observe;
pub mod openapi;
mod operators;
pub mod problem;
pub mod rates;
pub mod rest;

use std::sync::Arc;
use std::time::Duration;

use self::auth::Verifier;
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
    pub rates: Rates,
    /// In production GraphQL tells nobody its schema.
    pub introspection: bool,
    /// The token that opens `/metrics` and `/internal/…` to other than loopback addresses.
    pub operator_token: Option<secrecy::SecretString>,
    /// Absent where this process sends none.
    pub webhooks: Option<Arc<Webhooks>>,
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
    /// Requests per second of one address whose token was refused, or that sent none.
    pub stranger_per_second: u32,
    /// Such requests at once.
    pub stranger_burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 512 * 1024,
            body_deadline: Duration::from_secs(10),
            user_per_second: 200,
            user_burst: 400,
            stranger_per_second: 10,
            stranger_burst: 50,
        }
    }
}

impl Limits {
    /// No limits on how often somebody asks: for load tests.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            user_per_second: u32::MAX,
            user_burst: u32::MAX,
            stranger_per_second: u32::MAX,
            stranger_burst: u32::MAX,
            ..Self::default()
        }
    }
}

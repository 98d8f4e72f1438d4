//! What the service tells its operators: metrics and traces. Nothing in either is about a person: labels are routes,
//! methods and statuses, never ids or values.

mod metrics;
mod tracing_setup;

pub use metrics::Metrics;
pub use tracing_setup::{Format, init};

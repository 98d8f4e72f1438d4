//! GraphQL as a client meets it: what is shown, to whom, and that it is what REST shows.

mod parity;
mod queries;
mod schema;
mod subscriptions;
mod support;
mod transport;

//! REST: the edge that writes, and one of the two that read. The routes of commands come from the catalogue of commands.
//! What reads is documented where it is handled, and registering it puts it into the OpenAPI document.

pub mod accesses;
pub mod batch;
pub mod body;
mod break_glass;
mod checkpoint;
pub mod commands;
mod directory;
pub mod evening;
mod fhir;
pub mod fields;
pub mod figures;
pub mod headers;
mod lists;
mod me;
pub mod page;
mod persons;
pub mod query;
pub mod reader;
pub mod receipt;
pub mod records;
pub mod search;
mod stream;
pub mod submission;
#[cfg(test)]
mod tests;
mod turn_aways;
mod webhooks;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use super::fallback::fallback;
use super::operators;

/// Registers every endpoint that the OpenAPI document has.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    commands::routes(routes);
    search::routes(routes);
    directory::routes(routes);
    evening::routes(routes);
    persons::routes(routes);
    lists::routes(routes);
    turn_aways::routes(routes);
    accesses::routes(routes);
    break_glass::routes(routes);
    records::routes(routes);
    figures::routes(routes);
    me::routes(routes);
    stream::routes(routes);
    batch::routes(routes);
    webhooks::routes(routes);
    checkpoint::routes(routes);
    operators::routes(routes);
}

/// Registers REST, its documentation, and what answers where nothing else does. The server wraps all of it into
/// [`observe`](crate::edge::observe::observe) and holds the [`Edge`](crate::edge::Edge) as its data.
pub fn configure(config: &mut web::ServiceConfig) {
    routes(&mut ServiceConfig::new(config));
    operators::docs(config);
    config.default_service(web::route().to(fallback));
}

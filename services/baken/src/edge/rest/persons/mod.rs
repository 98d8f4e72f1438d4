//! `/v1/persons`: the persons whom a caller may see, and what is recorded about one of them.

mod case;
mod exceptions;
mod handovers;
mod links;
mod lookouts;
mod reads;
mod record;
mod referrals;
mod repatriation;
mod rights;
mod stays;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    reads::routes(routes);
    record::writes(routes);
    stays::writes(routes);
    links::routes(routes);
    rights::writes(routes);
    referrals::writes(routes);
    lookouts::writes(routes);
    exceptions::writes(routes);
    repatriation::writes(routes);
    handovers::routes(routes);
    case::writes(routes);
}

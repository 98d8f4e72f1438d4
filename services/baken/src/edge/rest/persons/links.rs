//! `/v1/persons/{person_id}/links` and `/matches`: persons found to be the same are linked, never merged.

use actix_web::{HttpResponse, delete};
use care_path::command::CommandKind;
use care_path::path::identity::{DismissMatch, LinkPersons, UnlinkPersons};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::edge::problem::Problem;
use crate::edge::rest::macros::writes;
use crate::edge::rest::receipt::ReceiptBody;
use crate::edge::rest::submission::{Submission, answer};

writes! { "Links";
    /// Links the person with another who was found to be the same
    link_persons: post "/v1/persons/{person_id}/links" => LinkPersons;

    /// Says that somebody who was suggested as the same person is another one
    dismiss_match: post "/v1/persons/{person_id}/matches/{other_person_id}/dismiss" => DismissMatch;
}

/// Undoes a link between two persons
#[utoipa::path(
    delete, path = "/v1/persons/{person_id}/links/{other_person_id}", tag = "Links", impl_for = unlink_persons,
    request_body = UnlinkPersons,
    responses((status = 201, description = "Recorded.", body = ReceiptBody))
)]
#[delete("/v1/persons/{person_id}/links/{other_person_id}")]
pub async fn unlink_persons(submission: Submission<UnlinkPersons>) -> Result<HttpResponse, Problem> {
    let Submission { caller, person, subject: other, command, terms } = submission;
    let person = person.ok_or(Problem::NotFound)?;
    let receipt = terms.unlink(&caller, person, other, command).await?;
    Ok(answer(&receipt, CommandKind::UnlinkPersons))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    writes(routes);
    routes.service(unlink_persons);
}

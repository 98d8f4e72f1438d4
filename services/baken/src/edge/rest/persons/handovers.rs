//! `/v1/persons/{person_id}/handovers`: from the proposal of a handover to the last follow-up.

use actix_web::{HttpRequest, HttpResponse, get};
use care_path::ids::HandoverId;
use care_path::path::repatriation::{
    AcceptHandover, AcknowledgeHandover, AttachHandoverDocument, ConfirmArrival, DeclineHandover, ProposeHandover,
    RecordDeparture, RecordFollowUp, WithdrawHandover,
};
use care_path::text::SealedDocument;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::edge::problem::Problem;
use crate::edge::rest::macros::writes;
use crate::edge::rest::reader::{Reader, id, person, shown};

writes! { "Handovers";
    /// Proposes a handover to a country
    propose_handover: post "/v1/persons/{person_id}/handovers" => ProposeHandover;

    /// Acknowledges a handover
    acknowledge_handover: post "/v1/persons/{person_id}/handovers/{handover_id}/acknowledge" => AcknowledgeHandover;

    /// Accepts a handover
    accept_handover: post "/v1/persons/{person_id}/handovers/{handover_id}/accept" => AcceptHandover;

    /// Declines a handover, with the reason
    decline_handover: post "/v1/persons/{person_id}/handovers/{handover_id}/decline" => DeclineHandover;

    /// Records that the person has departed
    record_departure: post "/v1/persons/{person_id}/handovers/{handover_id}/departure" => RecordDeparture;

    /// Confirms that the person has arrived
    confirm_arrival: post "/v1/persons/{person_id}/handovers/{handover_id}/arrival" => ConfirmArrival;

    /// Records how it went, some time after the arrival
    record_follow_up: post "/v1/persons/{person_id}/handovers/{handover_id}/follow-ups" => RecordFollowUp;

    /// Withdraws a handover
    withdraw_handover: post "/v1/persons/{person_id}/handovers/{handover_id}/withdraw" => WithdrawHandover;

    /// Attaches a document that is sealed for its receiver
    attach_handover_document: post "/v1/persons/{person_id}/handovers/{handover_id}/document" => AttachHandoverDocument;
}

/// A document that only its receiver can open.
#[derive(Serialize, ToSchema)]
pub struct HandoverDocument {
    pub document: SealedDocument,
}

/// Shows the sealed document of a handover
///
/// It is a JWE, which Baken passes on unread.
#[utoipa::path(
    get, path = "/v1/persons/{person_id}/handovers/{handover_id}/document", tag = "Handovers",
    impl_for = handover_document,
    responses((status = 200, description = "The document, sealed.", body = HandoverDocument))
)]
#[get("/v1/persons/{person_id}/handovers/{handover_id}/document")]
pub async fn handover_document(reader: Reader, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (person, handover) = (person(&request)?, HandoverId(id(&request, "handover_id")?));
    let document = reader.baken().handover_document(reader.principal(), person, handover)?;
    Ok(shown(&HandoverDocument { document }))
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    writes(routes);
    routes.service(handover_document);
}

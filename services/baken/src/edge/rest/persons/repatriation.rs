//! `/v1/persons/{person_id}/return-options`, `/return-conditions` and `/consents`: how a voluntary return is prepared.

use care_path::path::repatriation::{EvidenceReturnCondition, GiveConsent, PresentReturnOptions, WithdrawConsent};

use crate::edge::rest::macros::writes;

writes! { "Return";
    /// Records that the options for a return were presented
    present_return_options: post "/v1/persons/{person_id}/return-options" => PresentReturnOptions;

    /// Records the evidence that a condition of a return is met
    evidence_return_condition: post "/v1/persons/{person_id}/return-conditions" => EvidenceReturnCondition;

    /// Records a consent of the person
    give_consent: post "/v1/persons/{person_id}/consents" => GiveConsent;

    /// Withdraws a consent, as easily as it was given
    withdraw_consent: post "/v1/persons/{person_id}/consents/{consent_id}/withdraw" => WithdrawConsent;
}

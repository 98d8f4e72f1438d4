//! `/v1/persons/{person_id}/rights-assessments`, `/ind-decisions`, `/insurance` and `/uninsured-reports`.

use care_path::path::rights::{AssessRights, FileUninsuredReport, RecordIndDecision, RecordInsurance};

use crate::edge::rest::macros::writes;

writes! { "Rights";
    /// Goes through the checklist of rights to provisions
    ///
    /// The outcome is an aid without binding force: the IND alone decides.
    assess_rights: post "/v1/persons/{person_id}/rights-assessments" => AssessRights;

    /// Records what the IND decided
    record_ind_decision: post "/v1/persons/{person_id}/ind-decisions" => RecordIndDecision;

    /// Records whether the person is insured
    record_insurance: post "/v1/persons/{person_id}/insurance" => RecordInsurance;

    /// Files a report that care for an uninsured person asks for
    file_uninsured_report: post "/v1/persons/{person_id}/uninsured-reports" => FileUninsuredReport;
}

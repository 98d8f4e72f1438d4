//! `/v1/persons/{person_id}/lookouts` and `/care-alerts`: looking out for somebody who is lost.

use care_path::path::lost::{
    AcknowledgeLookout, AnswerCareAlert, FileCareAlert, IssueLookout, ReportSighting, ResolveLookout,
};

use crate::edge::rest::macros::writes;

writes! { "Lookouts";
    /// Issues a lookout
    issue_lookout: post "/v1/persons/{person_id}/lookouts" => IssueLookout;

    /// Acknowledges a lookout
    acknowledge_lookout: post "/v1/persons/{person_id}/lookouts/{lookout_id}/acknowledge" => AcknowledgeLookout;

    /// Reports that the person was seen
    report_sighting: post "/v1/persons/{person_id}/lookouts/{lookout_id}/sightings" => ReportSighting;

    /// Resolves a lookout
    resolve_lookout: post "/v1/persons/{person_id}/lookouts/{lookout_id}/resolve" => ResolveLookout;

    /// Files a care alert with the police (zorgmelding)
    file_care_alert: post "/v1/persons/{person_id}/care-alerts" => FileCareAlert;

    /// Answers a care alert
    answer_care_alert: post "/v1/persons/{person_id}/care-alerts/{care_alert_id}/answer" => AnswerCareAlert;
}

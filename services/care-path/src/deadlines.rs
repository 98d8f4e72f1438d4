//! How long things may wait, as a municipality sets it.

use serde::{Deserialize, Serialize};

/// The terms, with the defaults of the design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deadlines {
    /// Minutes after the expected time before somebody counts as not come.
    pub no_show_grace_minutes: i64,
    /// The same for vulnerable persons.
    pub no_show_grace_vulnerable_minutes: i64,
    /// Days before a lookout expires.
    pub lookout_expires_days: i64,
    /// Hours before an unacknowledged lookout is brought up again.
    pub lookout_acknowledge_hours: i64,
    /// Hours for the decision on an exception.
    pub exception_decision_hours: i64,
    /// Working days for the answer to a referral.
    pub referral_answer_working_days: i64,
    /// Hours for the street doctor's visit.
    pub street_doctor_hours: i64,
    /// Days for the report of uninsured care (SOV).
    pub uninsured_report_days: i64,
    /// Working days for the embassy's acknowledgement of a handover.
    pub handover_acknowledge_working_days: i64,
    /// Days without contact after which an open case is reviewed.
    pub review_days: i64,
    /// Days during which an organisation stays involved after its part ended.
    pub involvement_days: i64,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            no_show_grace_minutes: 60,
            no_show_grace_vulnerable_minutes: 15,
            lookout_expires_days: 14,
            lookout_acknowledge_hours: 2,
            exception_decision_hours: 4,
            referral_answer_working_days: 3,
            street_doctor_hours: 24,
            uninsured_report_days: 7,
            handover_acknowledge_working_days: 5,
            review_days: 7,
            involvement_days: 30,
        }
    }
}

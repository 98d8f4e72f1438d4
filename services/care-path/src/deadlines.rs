//! How long things may wait, as a municipality sets it, and by how much risk shortens it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The terms, with the defaults of the design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deadlines {
    /// Minutes after the expected time before somebody counts as not come.
    pub no_show_grace_minutes: i64,
    /// The same for persons at any risk.
    pub no_show_grace_vulnerable_minutes: i64,
    /// Hours for which the bed of a person at risk is held after they did not come.
    pub bed_hold_hours: i64,
    /// Hours without a sign of life, after somebody did not come, before they count as out of sight.
    pub out_of_sight_hours: i64,
    /// What is left, in percent, of the time before somebody counts as out of sight, for each risk.
    pub at_risk_percent: i64,
    /// When winter cold is a risk to everybody.
    pub cold: Vec<Cold>,
    /// Days before a lookout expires.
    pub lookout_expires_days: i64,
    /// Days that a lookout may run at the most.
    pub lookout_longest_days: i64,
    /// Days that a care alert to the police may run at the most.
    pub care_alert_longest_days: i64,
    /// Hours before an unacknowledged lookout is brought up again.
    pub lookout_acknowledge_hours: i64,
    /// Hours for the decision on an exception.
    pub exception_decision_hours: i64,
    /// Working days for the answer to a referral.
    pub referral_answer_working_days: i64,
    /// Minutes within which child protection is addressed for a minor alone.
    pub minor_alone_minutes: i64,
    /// Minutes within which a street doctor sees somebody who is hurt.
    pub injured_minutes: i64,
    /// Hours for the street doctor's visit.
    pub street_doctor_hours: i64,
    /// Days for the report of uninsured care (SOV).
    pub uninsured_report_days: i64,
    /// Working days for the embassy's acknowledgement of a handover.
    pub handover_acknowledge_working_days: i64,
    /// Working days for the answer to a question within a handover.
    pub handover_question_working_days: i64,
    /// Days that a journey home takes, where nobody says when the person should be there.
    pub arrival_days: i64,
    /// Days after the expected arrival, without word of it, before somebody counts as out of sight.
    pub arrival_lost_days: i64,
    /// Days after the expected time before an announced discharge that nobody followed up is given up.
    pub announced_discharge_days: i64,
    /// Hours for which a case stays open to somebody who opened it in an emergency.
    pub break_glass_hours: BreakGlassHours,
    /// Hours for the review of that.
    pub break_glass_review_hours: i64,
    /// Days without contact after which an open case is reviewed.
    pub review_days: i64,
    /// Days during which an organisation stays involved after its part ended.
    pub involvement_days: i64,
    /// Days that the record of somebody is kept who was seen and never helped, after people last changed it.
    pub kept_contact_days: i64,
    /// The same of somebody who was sheltered, assessed, referred or taken home.
    pub kept_support_days: i64,
    /// The same of somebody to whom care was given.
    pub kept_care_days: i64,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            no_show_grace_minutes: 60,
            no_show_grace_vulnerable_minutes: 15,
            bed_hold_hours: 48,
            out_of_sight_hours: 24,
            at_risk_percent: 50,
            cold: Vec::new(),
            lookout_expires_days: 14,
            lookout_longest_days: 90,
            care_alert_longest_days: 14,
            lookout_acknowledge_hours: 2,
            exception_decision_hours: 4,
            referral_answer_working_days: 3,
            minor_alone_minutes: 60,
            injured_minutes: 60,
            street_doctor_hours: 24,
            uninsured_report_days: 7,
            handover_acknowledge_working_days: 5,
            handover_question_working_days: 3,
            arrival_days: 2,
            arrival_lost_days: 3,
            announced_discharge_days: 3,
            break_glass_hours: BreakGlassHours::default(),
            break_glass_review_hours: 72,
            review_days: 7,
            involvement_days: 30,
            // Two, fifteen and twenty years.
            kept_contact_days: 730,
            kept_support_days: 5_479,
            kept_care_days: 7_305,
        }
    }
}

/// For how many hours a case stays open to somebody who opened it in an emergency: 1 to 24, 4 unless it is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct BreakGlassHours(i64);

impl BreakGlassHours {
    /// No emergency lasts longer; whoever still needs the case then is referred to, or opens it again with a reason.
    pub const MOST: i64 = 24;

    /// As a number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }
}

impl Default for BreakGlassHours {
    fn default() -> Self {
        Self(4)
    }
}

impl TryFrom<i64> for BreakGlassHours {
    type Error = &'static str;

    fn try_from(hours: i64) -> Result<Self, Self::Error> {
        if (1..=Self::MOST).contains(&hours) { Ok(Self(hours)) } else { Err("must be 1 to 24 hours") }
    }
}

impl From<BreakGlassHours> for i64 {
    fn from(hours: BreakGlassHours) -> Self {
        hours.0
    }
}

/// Days on which it is dangerously cold, the last one among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cold {
    pub from: NaiveDate,
    pub until: NaiveDate,
}

/// Why it is more dangerous for somebody than for others that nobody knows where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RiskFactor {
    /// By what troubles them, by urgency, or by age.
    Vulnerable,
    /// They may not find back.
    Confused,
    /// Younger than eighteen.
    Minor,
    /// It is dangerously cold.
    Cold,
}

/// What puts somebody at risk at a time, each factor once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Risk(pub Vec<RiskFactor>);

impl Risk {
    /// Whether this is among it.
    #[must_use]
    pub fn has(&self, factor: RiskFactor) -> bool {
        self.0.contains(&factor)
    }

    /// How many of these are among it.
    fn count(&self, factors: &[RiskFactor]) -> usize {
        factors.iter().filter(|factor| self.has(**factor)).count()
    }
}

/// How risk shortens the times: here, and nowhere else. All in minutes.
impl Deadlines {
    /// Whether winter cold is a risk on that day.
    #[must_use]
    pub fn is_cold(&self, day: NaiveDate) -> bool {
        self.cold.iter().any(|cold| (cold.from..=cold.until).contains(&day))
    }

    /// How long after the expected time somebody counts as not come: less at any risk.
    #[must_use]
    pub fn no_show_grace(&self, risk: &Risk) -> i64 {
        if risk.0.is_empty() { self.no_show_grace_minutes } else { self.no_show_grace_vulnerable_minutes }
    }

    /// How long after that, without a sign of life, they count as out of sight: less with every risk.
    #[must_use]
    pub fn out_of_sight_after(&self, risk: &Risk) -> i64 {
        self.shortened(self.out_of_sight_hours, risk.0.len())
    }

    /// How long those who are asked to look out may keep silent. It is short as it is: only for minors and in the cold
    /// it is shorter.
    #[must_use]
    pub fn lookout_answer(&self, risk: &Risk) -> i64 {
        self.shortened(self.lookout_acknowledge_hours, risk.count(&[RiskFactor::Minor, RiskFactor::Cold]))
    }

    fn shortened(&self, hours: i64, risks: usize) -> i64 {
        let percent = self.at_risk_percent.clamp(1, 100);
        (0..risks).fold(hours.saturating_mul(60), |minutes, _| minutes.saturating_mul(percent) / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::RiskFactor::{Cold as InTheCold, Confused, Minor, Vulnerable};
    use super::*;

    #[test]
    fn every_risk_halves_the_time_before_somebody_counts_as_out_of_sight() {
        let after = |risks: &[RiskFactor]| Deadlines::default().out_of_sight_after(&Risk(risks.to_vec())) / 60;
        assert_eq!(after(&[]), 24);
        assert_eq!(after(&[Vulnerable]), 12);
        assert_eq!(after(&[Vulnerable, Confused]), 6);
        assert_eq!(after(&[Vulnerable, Confused, Minor]), 3);
    }

    #[test]
    fn any_risk_shortens_the_grace_and_only_youth_and_cold_the_answer_to_a_lookout() {
        let deadlines = Deadlines::default();
        let risk = |risks: &[RiskFactor]| Risk(risks.to_vec());
        assert_eq!(deadlines.no_show_grace(&risk(&[])), 60);
        assert_eq!(deadlines.no_show_grace(&risk(&[InTheCold])), 15);
        assert_eq!(deadlines.lookout_answer(&risk(&[Vulnerable, Confused])), 120);
        assert_eq!(deadlines.lookout_answer(&risk(&[Vulnerable, Minor])), 60);
        assert_eq!(deadlines.lookout_answer(&risk(&[Minor, InTheCold])), 30);
    }

    #[test]
    fn it_is_cold_from_the_first_day_to_the_last() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let cold = vec![Cold { from: day("2026-12-20"), until: day("2027-01-10") }];
        let deadlines = Deadlines { cold, ..Deadlines::default() };
        assert!(deadlines.is_cold(day("2026-12-20")) && deadlines.is_cold(day("2027-01-10")));
        assert!(!deadlines.is_cold(day("2026-12-19")) && !deadlines.is_cold(day("2027-01-11")));
    }
}

//! The right to provisions: assessed as an aid without binding force, decided by the IND alone; and health insurance,
//! with the report that care for an uninsured person asks for.
//!
//! No assessment closes a case or denies anything. The rules themselves are in [`rules`](assess), their numbers in
//! [`Norms`].

use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::{CarePath, Noted, Stamp};
use crate::codes::{InsuranceStatus, Offering, RightsBasis, RightsOutcome};
use crate::fact::{events, part_events};
use crate::private::{Private, Social};
use crate::text::Text;

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{AssessRights, FileUninsuredReport, RecordIndDecision, RecordInsurance, RightsRefusal};

mod rules;

pub use crate::norms::{BadRuleset, Figures, Norms, Ruleset, Share};
pub use rules::{Assessment, IndDecision, RightsAnswers, WITHOUT_ENTITLEMENT, article, assess};

part_events! {
    /// Rights and insurance.
    pub enum RightsEvent {
        RightsAssessed(Box<RightsAssessed>),
        IndDecisionRecorded(IndDecisionRecorded),
        InsuranceRecorded(InsuranceRecorded),
        UninsuredReportFiled(UninsuredReportFiled),
    }
}

events! {
    /// The checklist was gone through.
    pub struct RightsAssessed as it {
        ruleset: clear Ruleset => Rights, Minimal;
        outcome: clear RightsOutcome => Rights, Minimal;
        #[serde(deserialize_with = "never")]
        binding: clear bool => Rights, Minimal;
        = basis: RightsBasis as "basis" => Rights, Full: sealed(&it.article);
        = article: is &'static str as "article" => Rights, Full: part(&it.article, |basis| Some(article(*basis)));
        /// Nothing but a decision of the IND can be the ground of a refusal.
        ind_decision_needed: clear bool => Rights, Full;
        /// What is open to the person without a right.
        alternatives: clear Vec<Offering> => Rights, Full;
        answers: sealed(RightsAnswers, Social) => Social, Full;
        /// The ground. It is sealed, since it may tell of an illness or of violence.
        article: only Private<RightsBasis, Social>;
    }

    /// The IND decided on the right of residence.
    pub struct IndDecisionRecorded {
        decision: sealed(IndDecision, Social) => Rights, Full;
    }

    /// Whether the person is insured for health care.
    pub struct InsuranceRecorded {
        status: sealed(InsuranceStatus, Social) => Rights, Full;
    }

    /// Care for an uninsured person was reported under the SOV, with what was done to obtain the person's consent.
    pub struct UninsuredReportFiled {
        consent_effort: sealed(Text, Social) => Rights, Full;
    }
}

/// An assessment that binds anybody cannot be read from the log, as it cannot be made.
fn never<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    if bool::deserialize(deserializer)? {
        return Err(serde::de::Error::custom("an assessment never binds"));
    }
    Ok(false)
}

impl RightsAssessed {
    fn new(norms: &Norms, answers: RightsAnswers, assessment: Assessment) -> Self {
        Self {
            ruleset: norms.ruleset.clone(),
            answers: answers.into(),
            outcome: assessment.outcome,
            article: assessment.basis.into(),
            binding: false,
            ind_decision_needed: assessment.ind_decision_needed,
            alternatives: assessment.alternatives,
        }
    }

    /// Whether it binds anybody: it never does.
    #[must_use]
    pub fn binding(&self) -> bool {
        self.binding
    }

    /// Whether a decision of the IND is needed that was not on file when the assessment was made.
    fn asks_the_ind(&self) -> bool {
        self.ind_decision_needed && self.article.get() != Some(&RightsBasis::IndDecision)
    }
}

/// What is known of rights and insurance.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct RightsState {
    pub(crate) assessments: Vec<Noted<RightsAssessed>>,
    pub(crate) ind_decisions: Vec<Noted<IndDecisionRecorded>>,
    pub(crate) insurance: Vec<Noted<InsuranceRecorded>>,
    pub(crate) uninsured_reports: Vec<Noted<UninsuredReportFiled>>,
    ind_awaited: Option<Arc<Stamp>>,
    unreported: Option<Arc<Stamp>>,
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &RightsEvent) {
    let rights = &mut path.rights;
    match event {
        RightsEvent::RightsAssessed(assessed) => {
            // Asking again does not let the IND's time begin again.
            let since = rights.ind_awaited.take().unwrap_or_else(|| stamp.clone());
            rights.ind_awaited = assessed.asks_the_ind().then_some(since);
            rights.assessments.push(Noted::new(stamp, assessed));
        }
        RightsEvent::IndDecisionRecorded(decision) => {
            rights.ind_decisions.push(Noted::new(stamp, decision));
            rights.ind_awaited = None;
        }
        RightsEvent::InsuranceRecorded(insurance) => {
            // Nor does recording the same again move the day by which the report is due.
            let since = rights.unreported.take().unwrap_or_else(|| stamp.clone());
            let uninsured = insurance.status.get() == Some(&InsuranceStatus::Uninsured);
            rights.unreported = uninsured.then_some(since);
            rights.insurance.push(Noted::new(stamp, insurance));
        }
        RightsEvent::UninsuredReportFiled(report) => {
            rights.uninsured_reports.push(Noted::new(stamp, report));
            rights.unreported = None;
        }
    }
}

impl CarePath {
    /// The assessment that was made last.
    pub(crate) fn latest_assessment(&self) -> Option<&Noted<RightsAssessed>> {
        self.rights.assessments.last()
    }

    /// Since when a decision of the IND is awaited: the last assessment demands one, and none is on file.
    pub(crate) fn ind_decision_awaited_since(&self) -> Option<&Arc<Stamp>> {
        self.rights.ind_awaited.as_ref()
    }

    /// Since when the person is known to be uninsured without a report: the seven days run from here.
    pub(crate) fn uninsured_since(&self) -> Option<&Arc<Stamp>> {
        self.rights.unreported.as_ref()
    }

    pub(in crate::path) fn is_insured(&self) -> bool {
        let status = self.rights.insurance.last().and_then(|insurance| insurance.status.get());
        match status {
            Some(InsuranceStatus::InsuredNl | InsuranceStatus::InsuredHomeCountry) => true,
            Some(InsuranceStatus::Uninsured | InsuranceStatus::Unknown) | None => false,
        }
    }
}

//! The right to provisions: assessed as an aid without binding force, decided by the IND alone; and health insurance,
//! with the report that care for an uninsured person asks for.
//!
//! No assessment closes a case or denies anything. The rules themselves are in [`rules`](assess), their numbers in
//! [`Norms`].

use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::bounds::of_a_life;
use super::{CarePath, Noted, Stamp};
use crate::codes::{IndOutcome, InsuranceStatus, Offering, RightsBasis, RightsOutcome, YesNoUnknown};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::fact::{events, part_events};
use crate::private::{Private, Social};
use crate::text::Text;
use crate::time::Day;

#[path = "rights_norms.rs"]
mod norms;
#[path = "rights_rules.rs"]
mod rules;

pub use norms::{BadRuleset, Figures, Norms, Ruleset, Share};
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

    fn is_insured(&self) -> bool {
        let status = self.rights.insurance.last().and_then(|insurance| insurance.status.get());
        match status {
            Some(InsuranceStatus::InsuredNl | InsuranceStatus::InsuredHomeCountry) => true,
            Some(InsuranceStatus::Uninsured | InsuranceStatus::Unknown) | None => false,
        }
    }
}

refusals! {
    /// Why rights or insurance are not recorded.
    RightsRefusal {
        Insured = "person_insured": "the person is known to be insured; record first that this has changed",
    }
}

/// Goes through the checklist. Whatever is not known is left out; a decision of the IND is taken from the path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct AssessRights(pub RightsAnswers);

impl Decide for AssessRights {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let Self(answers) = self;
        possible(&answers)?;
        let ind = path.rights.ind_decisions.last().and_then(|recorded| recorded.decision.get());
        let assessment = assess(&answers, ind, at.norms);
        Ok(vec![RightsEvent::RightsAssessed(Box::new(RightsAssessed::new(at.norms, answers, assessment))).into()])
    }
}

/// Refuses what cannot be, so that a slip of the keyboard does not make a right likely.
fn possible(answers: &RightsAnswers) -> Result<(), Refusal> {
    const HOURS_OF_A_WEEK: u16 = 7 * 24;
    const HOURS_OF_A_MONTH: u16 = 31 * 24;
    const YEARS_OF_A_LIFE: u16 = 120;
    const MOST_PERCENT: u16 = 1000;
    if answers.hours_per_week.is_some_and(|hours| hours > HOURS_OF_A_WEEK) {
        return Err(Refusal::field("hours_per_week", "a week has 168 hours"));
    }
    if answers.hours_per_month.is_some_and(|hours| hours > HOURS_OF_A_MONTH) {
        return Err(Refusal::field("hours_per_month", "a month has at most 744 hours"));
    }
    of_a_life("months_of_stay", answers.months_of_stay)?;
    of_a_life("months_worked", answers.months_worked)?;
    of_a_life("months_since_work_ended", answers.months_since_work_ended)?;
    if answers.years_of_lawful_residence.is_some_and(|years| years > YEARS_OF_A_LIFE) {
        return Err(Refusal::field("years_of_lawful_residence", "must be at most 120"));
    }
    if answers.income_percent_of_social_assistance_norm.is_some_and(|percent| percent > MOST_PERCENT) {
        return Err(Refusal::field("income_percent_of_social_assistance_norm", "must be at most 1000"));
    }
    let of_work = [answers.hours_per_week, answers.hours_per_month, answers.income_percent_of_social_assistance_norm];
    if answers.works != Some(YesNoUnknown::Yes) && of_work.into_iter().flatten().any(|amount| amount > 0) {
        return Err(Refusal::field("works", "must be yes where there are hours of work or income from it"));
    }
    Ok(())
}

/// Records a decision of the IND on the right of residence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordIndDecision {
    pub outcome: IndOutcome,
    pub decided_on: Option<Day>,
    /// Whether an objection or appeal against it is pending. It must be said: a refusal counts only without one.
    pub appeal_pending: bool,
}

impl Decide for RecordIndDecision {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let decided_on = at.past("decided_on", self.decided_on.map(Day::get))?;
        let decision = IndDecision { outcome: self.outcome, decided_on, appeal_pending: self.appeal_pending };
        Ok(vec![RightsEvent::IndDecisionRecorded(IndDecisionRecorded { decision: decision.into() }).into()])
    }
}

/// Records whether the person is insured for health care.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordInsurance {
    pub status: InsuranceStatus,
}

impl Decide for RecordInsurance {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        Ok(vec![RightsEvent::InsuranceRecorded(InsuranceRecorded { status: self.status.into() }).into()])
    }
}

/// Records that care for an uninsured person was reported under the SOV. Each time that care is given may have its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FileUninsuredReport {
    /// What was done to obtain the person's consent to pass on who they are. The report does not depend on it.
    pub consent_effort: Text,
}

impl Decide for FileUninsuredReport {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        if path.is_insured() {
            return Err(RightsRefusal::Insured.into());
        }
        Ok(vec![
            RightsEvent::UninsuredReportFiled(UninsuredReportFiled { consent_effort: self.consent_effort.into() })
                .into(),
        ])
    }
}

#[cfg(test)]
#[path = "rights_tests.rs"]
mod tests;

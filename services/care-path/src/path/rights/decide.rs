//! Decisions on rights: assessments, IND decisions, insurance, reports of uninsured care.

use super::{
    IndDecision, IndDecisionRecorded, InsuranceRecorded, Norms, RightsAnswers, RightsAssessed, RightsEvent,
    UninsuredReportFiled, assess,
};
use crate::codes::{IndOutcome, InsuranceStatus, YesNoUnknown};
use crate::command::{Context, Decide, Refusal, Requires, refusals};
use crate::event::Event;
use crate::path::CarePath;
use crate::path::bounds::of_a_life;
use crate::text::Text;
use crate::time::Day;
use serde::Deserialize;

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

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let Self(answers) = self;
        possible(&answers)?;
        Ok(vec![RightsEvent::RightsAssessed(Box::new(path.assessed(answers, at.norms))).into()])
    }
}

impl CarePath {
    fn assessed(&self, answers: RightsAnswers, norms: &Norms) -> RightsAssessed {
        let ind = self.rights.ind_decisions.last().and_then(|recorded| recorded.decision.get());
        let assessment = assess(&answers, ind, norms);
        RightsAssessed::new(norms, answers, assessment)
    }

    /// An assessment that was made of another person: what the IND decided of that one says nothing of this one.
    pub(in crate::path) fn assessed_again(&self, of_another: &RightsAssessed, norms: &Norms) -> RightsAssessed {
        let answers = of_another.answers.get().cloned();
        answers.map_or_else(|| of_another.clone(), |answers| self.assessed(answers, norms))
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

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
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

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), _: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
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

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if path.is_insured() {
            return Err(RightsRefusal::Insured.into());
        }
        Ok(vec![
            RightsEvent::UninsuredReportFiled(UninsuredReportFiled { consent_effort: self.consent_effort.into() })
                .into(),
        ])
    }
}

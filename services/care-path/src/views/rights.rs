//! Rights and insurance, as a reader is shown them.

use serde::Serialize;

use chrono::NaiveDate;

use super::{NotedView, section, views};
use crate::codes::{IndOutcome, InsuranceStatus, Offering, RightsBasis, RightsOutcome};
use crate::path::Noted;
use crate::path::rights::{IndDecisionRecorded, RightsAssessed};
use crate::sight::Sight;
use crate::time::DateTime;

views! {
    /// What is known of somebody's rights.
    #[derive(Default)]
    pub struct RightsView as "Rights" {
        /// Assessments, oldest first. None of them binds anybody.
        pub assessments: Option<Vec<RightsAssessmentView>>,
        pub ind_decision: Option<IndDecisionView>,
        pub insurance: Option<InsuranceStatus>,
        pub uninsured_report_filed_at: Option<DateTime>,
    }

    /// An assessment by the checklist: an aid without binding force.
    pub struct RightsAssessmentView as "RightsAssessment" {
        pub ruleset: String,
        pub outcome: RightsOutcome,
        pub binding: bool,
        pub basis: Option<RightsBasis>,
        /// The article of law that the outcome rests on.
        pub article: Option<String>,
        pub ind_decision_needed: Option<bool>,
        /// What is open to the person without an entitlement.
        pub alternatives: Option<Vec<Offering>>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// A decision of the Immigration and Naturalisation Service.
    pub struct IndDecisionView as "IndDecision" {
        pub outcome: IndOutcome,
        pub decided_on: Option<NaiveDate>,
        pub appeal_pending: bool,
        #[serde(flatten)]
        pub noted: NotedView,
    }
}

impl RightsView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        let state = &sight.path().rights;
        let assessments = state.assessments.iter().filter_map(|assessed| assessment(sight, assessed));
        let mut decisions = state.ind_decisions.iter().rev();
        let reports = state.uninsured_reports.iter().rev();
        let view = Self {
            assessments: section(assessments.collect()),
            ind_decision: decisions.find_map(|decided| decision(sight, decided)),
            insurance: state.insurance.iter().rev().find_map(|known| sight.show(known.facts().status())).copied(),
            uninsured_report_filed_at: reports
                .filter_map(|filed| sight.show_even_erased(filed.facts().consent_effort()))
                .map(|(_, stamp)| stamp.occurred.at)
                .next(),
        };
        (view != Self::default()).then_some(view)
    }
}

fn decision(sight: &Sight<'_>, decided: &Noted<IndDecisionRecorded>) -> Option<IndDecisionView> {
    let (decision, stamp) = sight.show_noted(decided.facts().decision())?;
    Some(IndDecisionView {
        outcome: decision.outcome,
        decided_on: decision.decided_on,
        appeal_pending: decision.appeal_pending,
        noted: NotedView::of(sight, stamp),
    })
}

fn assessment(sight: &Sight<'_>, assessed: &Noted<RightsAssessed>) -> Option<RightsAssessmentView> {
    let facts = assessed.facts();
    let (outcome, stamp) = sight.show_noted(facts.outcome())?;
    Some(RightsAssessmentView {
        ruleset: sight.show(facts.ruleset())?.to_string(),
        outcome: *outcome,
        binding: *sight.show(facts.binding())?,
        basis: sight.show(facts.basis()).copied(),
        article: sight.show(facts.article()).map(str::to_owned),
        ind_decision_needed: sight.show(facts.ind_decision_needed()).copied(),
        alternatives: sight.show(facts.alternatives()).cloned().and_then(section),
        noted: NotedView::of(sight, stamp),
    })
}

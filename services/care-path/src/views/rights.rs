//! Rights and insurance, as a reader is shown them.

use serde::Serialize;

use chrono::NaiveDate;

use super::{NotedView, section, views};
use crate::codes::{IndOutcome, InsuranceStatus, Offering, RightsBasis, RightsOutcome};
use crate::path::Noted;
use crate::path::rights::{RightsAssessed, article};
use crate::policy::Category::Rights;
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Sight;
use crate::time::DateTime;

views! {
    /// What is known of somebody's rights.
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
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }

    /// A decision of the Immigration and Naturalisation Service.
    pub struct IndDecisionView as "IndDecision" {
        pub outcome: IndOutcome,
        pub decided_on: Option<NaiveDate>,
        pub appeal_pending: bool,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }
}

impl RightsView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        if !sight.opens(Rights) {
            return None;
        }
        let state = &sight.path().rights;
        let assessments = state.assessments.iter().filter(|assessed| sight.shows(Rights, Minimal, &assessed.stamp));
        let told = |stamp: &crate::path::Stamp| sight.shows(Rights, Full, stamp);
        let view = Self {
            assessments: section(assessments.map(|assessed| assessment(sight, assessed)).collect()),
            ind_decision: state.ind_decision.as_ref().filter(|noted| told(&noted.stamp)).and_then(|noted| {
                noted.fact.get().map(|decision| IndDecisionView {
                    outcome: decision.outcome,
                    decided_on: decision.decided_on,
                    appeal_pending: decision.appeal_pending,
                    noted: NotedView::of(&noted.stamp),
                })
            }),
            insurance: state
                .insurance
                .as_ref()
                .filter(|noted| told(&noted.stamp))
                .and_then(|noted| noted.fact.get().copied()),
            uninsured_report_filed_at: state
                .uninsured_reports
                .last()
                .filter(|noted| told(&noted.stamp))
                .map(|noted| noted.stamp.occurred.at),
        };
        let empty = Self { assessments: None, ind_decision: None, insurance: None, uninsured_report_filed_at: None };
        (view != empty).then_some(view)
    }
}

fn assessment(sight: &Sight<'_>, assessed: &Noted<RightsAssessed>) -> RightsAssessmentView {
    let told = sight.shows(Rights, Full, &assessed.stamp);
    let basis = assessed.article.get().copied().filter(|_| told);
    RightsAssessmentView {
        ruleset: assessed.ruleset.to_string(),
        outcome: assessed.outcome,
        binding: assessed.binding(),
        basis,
        article: basis.map(|basis| article(basis).to_owned()),
        ind_decision_needed: told.then_some(assessed.ind_decision_needed),
        alternatives: section(assessed.alternatives.clone()).filter(|_| told),
        noted: NotedView::of(&assessed.stamp),
    }
}

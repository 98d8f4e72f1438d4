//! The return, as a reader is shown it. A liaison sees the handovers to her country, while consent holds, in full, and the
//! receiving side those that name it; of how a return was prepared they see nothing.

use serde::Serialize;

use super::{IdentityView, NotedView, section, views};
use crate::codes::{
    ConditionStatus, ConsentPurpose, DataClass, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason, HandoverState,
    HandoverWithdrawReason, ReturnBarrier, ReturnCondition, ReturnWish,
};
use crate::fact::{Fact, Facts};
use crate::ids::{ConsentId, HandoverId, OrgId, QuestionId};
use crate::jwe::SealedDocument;
use crate::path::Noted;
use crate::path::repatriation::{
    Addressed, Consent, Departed, HandoverEnd, Question, Recipient, ReturnConditionEvidenced, ReturnOptionsPresented,
};
use crate::policy::Address;
use crate::sight::Sight;
use crate::text::{Country, Language, Line, Text};
use crate::time::DateTime;

views! {
    /// How far a return is prepared, agreed and done.
    #[derive(Default)]
    pub struct ReturnView as "Return" {
        pub options: Option<Vec<OptionsView>>,
        /// Each time that the person was heard to say that they do not want to return.
        pub refusals: Option<Vec<RefusalView>>,
        pub conditions: Option<Vec<ConditionView>>,
        /// The country that it is prepared for: that of the last condition or consent.
        pub prepared_for: Option<Country>,
        /// Conditions that are not met for that country.
        pub missing_conditions: Option<Vec<ReturnCondition>>,
        pub consents: Option<Vec<ConsentView>>,
        pub handovers: Option<Vec<HandoverView>>,
    }

    /// That the options for a return were presented.
    pub struct OptionsView as "ReturnOptions" {
        pub language: Option<Language>,
        pub wish: Option<ReturnWish>,
        pub options: Option<Text>,
        pub barriers: Option<Vec<ReturnBarrier>>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// That the person does not want to return.
    pub struct RefusalView as "ReturnRefusal" {
        pub explanation: Option<Text>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// A return condition that is met.
    pub struct ConditionView as "EvidencedCondition" {
        pub condition: ReturnCondition,
        /// For which country; evidence from before countries were recorded counts for none.
        pub country: Option<Country>,
        pub status: ConditionStatus,
        pub evidence: Option<Text>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// A consent and whether it still holds.
    pub struct ConsentView as "Consent" {
        pub consent_id: ConsentId,
        pub purpose: ConsentPurpose,
        pub recipient_country: Option<Country>,
        pub recipient_organisation: Option<OrgId>,
        pub data_classes: Option<Vec<DataClass>>,
        pub language: Option<Language>,
        /// Whether an interpreter helped.
        pub interpreter: Option<bool>,
        pub withdrawn_at: Option<DateTime>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// A repatriation handover and where it stands.
    pub struct HandoverView as "Handover" {
        pub handover_id: HandoverId,
        pub country: Country,
        pub state: Option<HandoverState>,
        pub changed_at: Option<DateTime>,
        /// Who it is about, as far as the reader may know.
        pub identity: Option<IdentityView>,
        pub receiving_organisation: Option<Line>,
        /// The care provider there, where it takes part.
        pub receiving: Option<OrgId>,
        /// Who has custody of a person under age.
        pub guardian: Option<Line>,
        pub plan: Option<Text>,
        /// A sealed document travels with it.
        pub has_document: Option<bool>,
        pub acknowledged_at: Option<DateTime>,
        pub departed_at: Option<DateTime>,
        pub expected_arrival: Option<DateTime>,
        pub travels: Option<Line>,
        pub arrived_at: Option<DateTime>,
        /// When something showed, after they left or arrived, that the person is here again.
        pub here_again_at: Option<DateTime>,
        pub decline_reason: Option<HandoverDeclineReason>,
        pub withdraw_reason: Option<HandoverWithdrawReason>,
        pub explanation: Option<Text>,
        pub follow_ups: Option<Vec<FollowUpView>>,
        pub questions: Option<Vec<QuestionView>>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// What was asked within a handover, and the answer.
    pub struct QuestionView as "HandoverQuestion" {
        pub question_id: QuestionId,
        pub question: Option<Text>,
        pub answer: Option<Text>,
        pub answered_at: Option<DateTime>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// How it went, some time after the arrival.
    pub struct FollowUpView as "FollowUp" {
        pub term: FollowUpTerm,
        pub outcome: Option<FollowUpOutcome>,
        #[serde(flatten)]
        pub noted: NotedView,
    }
}

impl ReturnView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        let state = &sight.path().repatriation;
        let options = state.presented.iter().filter_map(|presented| options_view(sight, presented));
        let refusals = state.refused.iter().filter_map(|refused| {
            let explanation = refused.addressed(Address::ReturnPreparation).explanation();
            let (explanation, stamp) = sight.show_even_erased(explanation)?;
            Some(RefusalView { explanation: explanation.cloned(), noted: NotedView::of(sight, stamp) })
        });
        let conditions = state.conditions.iter().filter_map(|condition| condition_view(sight, condition));
        let consents = state.consents.iter().filter_map(|consent| consent_view(sight, consent));
        let view = Self {
            options: section(options.collect()),
            refusals: section(refusals.collect()),
            conditions: section(conditions.collect()),
            prepared_for: sight.show(sight.path().prepared_for_told()),
            missing_conditions: sight.show(sight.path().missing_conditions_told()),
            consents: section(consents.collect()),
            handovers: section(disclose_handovers(sight)),
        };
        (view != Self::default()).then_some(view)
    }
}

fn options_view(sight: &Sight<'_>, presented: &Noted<ReturnOptionsPresented>) -> Option<OptionsView> {
    let facts = presented.addressed(Address::ReturnPreparation);
    let (language, stamp) = sight.show_even_erased(facts.language())?;
    Some(OptionsView {
        language: language.cloned(),
        wish: sight.show(facts.wish()).copied(),
        options: sight.show(facts.options()).cloned(),
        barriers: sight.show(facts.barriers()).cloned(),
        noted: NotedView::of(sight, stamp),
    })
}

fn condition_view(sight: &Sight<'_>, evidenced: &Noted<ReturnConditionEvidenced>) -> Option<ConditionView> {
    let facts = evidenced.addressed(Address::ReturnPreparation);
    let (condition, stamp) = sight.show_noted(facts.condition())?;
    Some(ConditionView {
        condition: *condition,
        country: sight.show(facts.country()).copied(),
        status: *sight.show(facts.status())?,
        evidence: sight.show(facts.evidence()).cloned(),
        noted: NotedView::of(sight, stamp),
    })
}

fn consent_view(sight: &Sight<'_>, consent: &Consent) -> Option<ConsentView> {
    let given = consent.given.addressed(Address::ReturnPreparation);
    let (consent_id, stamp) = sight.show_noted(given.consent())?;
    let (country, organisation) = match sight.show(given.recipient()) {
        Some(Recipient::Country(country)) => (Some(*country), None),
        Some(Recipient::Organisation(organisation)) => (None, Some(organisation.clone())),
        None => (None, None),
    };
    let withdrawn = consent.withdrawn.as_ref().map(|withdrawn| withdrawn.addressed(Address::ReturnPreparation));
    let withdrawn = withdrawn.and_then(|withdrawn| sight.show_noted(withdrawn.consent()));
    Some(ConsentView {
        consent_id: *consent_id,
        purpose: *sight.show(given.purpose())?,
        recipient_country: country,
        recipient_organisation: organisation,
        data_classes: sight.show(given.data_classes()).cloned(),
        language: sight.show(given.language()).cloned(),
        interpreter: sight.show(given.interpreter()).copied(),
        withdrawn_at: withdrawn.map(|(_, stamp)| stamp.occurred.at),
        noted: NotedView::of(sight, stamp),
    })
}

/// The handovers of a path that a reader may see.
#[must_use]
pub fn disclose_handovers(sight: &Sight<'_>) -> Vec<HandoverView> {
    sight.path().repatriation.addressed().filter_map(|handover| view(sight, handover)).collect()
}

fn view(sight: &Sight<'_>, addressed: Addressed<'_>) -> Option<HandoverView> {
    let (handover, whole) = (addressed.handover, addressed.facts());
    let proposed = addressed.step(&handover.proposed);
    let (handover_id, stamp) = sight.show_noted(proposed.handover())?;
    let when = |step: Option<Fact<'_, &HandoverId>>| {
        step.and_then(|id| sight.show_noted(id)).map(|(_, stamp)| stamp.occurred.at)
    };
    let accepted = handover.accepted.as_ref().map(|accepted| addressed.step(accepted));
    let departed = handover.departed.as_ref().map(|departed| addressed.step(departed));
    let mut explanation = accepted.and_then(|accepted| sight.show(accepted.explanation()));
    let (mut decline_reason, mut withdraw_reason) = (None, None);
    match &handover.end {
        Some(HandoverEnd::Declined(declined)) => {
            decline_reason = sight.show(addressed.step(declined).reason()).copied();
            explanation = sight.show(addressed.step(declined).explanation());
        }
        Some(HandoverEnd::Withdrawn(withdrawn)) => {
            withdraw_reason = sight.show(addressed.step(withdrawn).reason()).copied();
            explanation = sight.show(addressed.step(withdrawn).explanation());
        }
        None => {}
    }
    let follow_ups = handover.follow_ups.iter().filter_map(|done| {
        let done = addressed.step(done);
        let (term, stamp) = sight.show_noted(done.term())?;
        let outcome = sight.show(done.outcome()).copied();
        Some(FollowUpView { term: *term, outcome, noted: NotedView::of(sight, stamp) })
    });
    Some(HandoverView {
        handover_id: *handover_id,
        country: *sight.show(proposed.country())?,
        state: sight.show(whole.state()),
        changed_at: sight.show(whole.changed_at()),
        identity: IdentityView::of(sight),
        receiving_organisation: sight.show(proposed.receiving_organisation()).cloned(),
        receiving: sight.show(proposed.receiving()).cloned(),
        guardian: sight.show(proposed.guardian()).cloned(),
        plan: sight.show(proposed.plan()).cloned(),
        has_document: sight.show(addressed.has_document()),
        acknowledged_at: when(handover.acknowledged.as_ref().map(|step| addressed.step(step).handover())),
        departed_at: when(departed.map(Facts::<Departed>::handover)),
        expected_arrival: departed.and_then(|departed| sight.show(departed.expected_arrival())).copied(),
        travels: departed.and_then(|departed| sight.show(departed.travels())).cloned(),
        arrived_at: when(handover.arrived.as_ref().map(|step| addressed.step(step).handover())),
        here_again_at: sight.show(whole.here_again_at()),
        decline_reason,
        withdraw_reason,
        explanation: explanation.cloned(),
        follow_ups: section(follow_ups.collect()),
        questions: section(handover.questions.iter().filter_map(|each| question(sight, addressed, each)).collect()),
        noted: NotedView::of(sight, stamp),
    })
}

fn question(sight: &Sight<'_>, addressed: Addressed<'_>, question: &Question) -> Option<QuestionView> {
    let asked = addressed.step(&question.asked);
    let (question_id, stamp) = sight.show_noted(asked.question_id())?;
    let answered = question.answered.as_ref().map(|answered| addressed.step(answered));
    let answered_at = answered.and_then(|answered| sight.show_noted(answered.question_id()));
    Some(QuestionView {
        question_id: *question_id,
        question: sight.show(asked.question()).cloned(),
        answer: answered.and_then(|answered| sight.show(answered.answer())).cloned(),
        answered_at: answered_at.map(|(_, stamp)| stamp.occurred.at),
        noted: NotedView::of(sight, stamp),
    })
}

/// The sealed document of a handover, for those who pass it on. Baken has no key to it.
#[must_use]
pub fn disclose_document(sight: &Sight<'_>, handover: HandoverId) -> Option<SealedDocument> {
    let mut handovers = sight.path().repatriation.addressed();
    let found = handovers.find(|each| sight.show(each.step(&each.handover.proposed).handover()) == Some(&handover))?;
    let document = found.step(found.handover.document.as_ref()?);
    sight.show(document.document()).cloned()
}

//! The return, as a reader is shown it. A liaison sees the handovers to her country, while consent holds, in full; of
//! how a return was prepared she sees nothing.

use std::sync::Arc;

use serde::Serialize;

use super::{IdentityView, NotedView, section, views};
use crate::codes::{
    ConditionStatus, ConsentPurpose, DataClass, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason, HandoverState,
    HandoverWithdrawReason, ReturnBarrier, ReturnCondition, ReturnWish,
};
use crate::ids::{ConsentId, HandoverId, OrgId};
use crate::jwe::SealedDocument;
use crate::path::repatriation::{Consent, Handover, Recipient, ReturnConditionEvidenced, ReturnOptionsPresented};
use crate::path::{Noted, Stamp};
use crate::policy::Category::Return;
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Sight;
use crate::private::open;
use crate::text::{Country, Language, Line, Text};
use crate::time::DateTime;

views! {
    /// How far a return is prepared, agreed and done.
    pub struct ReturnView as "Return" {
        pub options: Option<Vec<OptionsView>>,
        pub conditions: Option<Vec<ConditionView>>,
        /// Conditions that nobody has evidenced yet.
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
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }

    /// A return condition that is met.
    pub struct ConditionView as "EvidencedCondition" {
        pub condition: ReturnCondition,
        pub status: ConditionStatus,
        pub evidence: Option<Text>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
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
        pub withdrawn_at: Option<DateTime>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }

    /// A repatriation handover and where it stands.
    pub struct HandoverView as "Handover" {
        pub handover_id: HandoverId,
        pub country: Country,
        pub state: HandoverState,
        pub changed_at: DateTime,
        /// Who it is about, as far as the reader may know.
        pub identity: Option<IdentityView>,
        pub receiving_organisation: Option<Line>,
        pub plan: Option<Text>,
        /// Whether a sealed document travels with it.
        pub has_document: bool,
        pub acknowledged_at: Option<DateTime>,
        pub departed_at: Option<DateTime>,
        pub travels: Option<Line>,
        pub arrived_at: Option<DateTime>,
        pub decline_reason: Option<HandoverDeclineReason>,
        pub withdraw_reason: Option<HandoverWithdrawReason>,
        pub explanation: Option<Text>,
        pub follow_ups: Option<Vec<FollowUpView>>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }

    /// How it went, some time after the arrival.
    pub struct FollowUpView as "FollowUp" {
        pub term: FollowUpTerm,
        pub outcome: Option<FollowUpOutcome>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }
}

impl ReturnView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        if !sight.opens(Return) {
            return None;
        }
        let state = &sight.path().repatriation;
        let (mut options, mut conditions, mut consents, mut missing) = (vec![], vec![], vec![], None);
        if sight.sees_return_preparation() {
            let shown = state.presented.iter().filter(|presented| sight.shows(Return, Full, &presented.stamp));
            options = shown.map(options_view).collect();
            let shown = state.conditions.iter().filter(|condition| sight.shows(Return, Minimal, &condition.stamp));
            conditions = shown.map(|condition| condition_view(sight, condition)).collect();
            let shown = state.consents.iter().filter(|consent| sight.shows(Return, Minimal, &consent.given.stamp));
            consents = shown.map(|consent| consent_view(sight, consent)).collect();
            let begun = !(state.presented.is_empty() && state.conditions.is_empty());
            missing = (begun && sight.shows_derived(Return, Minimal)).then(|| state.missing_conditions());
        }
        let view = Self {
            options: section(options),
            conditions: section(conditions),
            missing_conditions: missing,
            consents: section(consents),
            handovers: section(disclose_handovers(sight)),
        };
        let empty = Self { options: None, conditions: None, missing_conditions: None, consents: None, handovers: None };
        (view != empty).then_some(view)
    }
}

fn options_view(presented: &Noted<ReturnOptionsPresented>) -> OptionsView {
    OptionsView {
        language: presented.language.get().cloned(),
        wish: presented.wish.get().copied(),
        options: open(presented.options.as_ref()).cloned(),
        barriers: open(presented.barriers.as_ref()).cloned(),
        noted: NotedView::of(&presented.stamp),
    }
}

fn condition_view(sight: &Sight<'_>, condition: &Noted<ReturnConditionEvidenced>) -> ConditionView {
    let told = sight.shows(Return, Full, &condition.stamp);
    ConditionView {
        condition: condition.condition,
        status: condition.status,
        evidence: condition.evidence.get().filter(|_| told).cloned(),
        noted: NotedView::of(&condition.stamp),
    }
}

fn consent_view(sight: &Sight<'_>, consent: &Consent) -> ConsentView {
    let told = sight.shows(Return, Full, &consent.given.stamp);
    let (country, organisation) = match &consent.given.recipient {
        Recipient::Country(country) => (Some(*country), None),
        Recipient::Organisation(organisation) => (None, Some(organisation.clone())),
    };
    ConsentView {
        consent_id: consent.given.consent,
        purpose: consent.given.purpose,
        recipient_country: country.filter(|_| told),
        recipient_organisation: organisation.filter(|_| told),
        data_classes: told.then(|| consent.given.data_classes.clone()),
        language: consent.given.language.get().filter(|_| told).cloned(),
        withdrawn_at: consent.withdrawn.as_ref().map(|stamp| stamp.occurred.at),
        noted: NotedView::of(&consent.given.stamp),
    }
}

/// The handovers of a path that a reader may see.
#[must_use]
pub fn disclose_handovers(sight: &Sight<'_>) -> Vec<HandoverView> {
    let shown = sight.path().repatriation.handovers.iter().filter(|handover| sight.sees_handover(handover));
    shown.map(|handover| view(sight, handover)).collect()
}

fn view(sight: &Sight<'_>, handover: &Handover) -> HandoverView {
    let proposed = &handover.proposed;
    // Each step may be another organisation's to tell of: who recorded the proposal does not see the answer for that.
    let tells = |stamp: &Arc<Stamp>| sight.shows(Return, Full, stamp);
    let (full, reasons) = (tells(&proposed.stamp), tells(&handover.changed));
    let departed = handover.departed.as_ref().filter(|departed| tells(departed));
    let explained = handover.explanation.as_ref().filter(|explanation| tells(&explanation.stamp));
    let follow_ups = handover.follow_ups.iter().filter(|follow_up| tells(&follow_up.stamp));
    let follow_ups = follow_ups.map(|follow_up| FollowUpView {
        term: follow_up.fact.0,
        outcome: follow_up.fact.1.get().copied(),
        noted: NotedView::of(&follow_up.stamp),
    });
    HandoverView {
        handover_id: proposed.handover,
        country: proposed.country,
        state: handover.state,
        changed_at: handover.changed.occurred.at,
        identity: IdentityView::of(sight),
        receiving_organisation: proposed.receiving_organisation.get().filter(|_| full).cloned(),
        plan: open(proposed.plan.as_ref()).filter(|_| full).cloned(),
        has_document: handover.document.is_some(),
        acknowledged_at: handover.acknowledged.as_ref().map(|stamp| stamp.occurred.at),
        departed_at: handover.departed.as_ref().map(|stamp| stamp.occurred.at),
        travels: departed.and_then(|_| open(handover.travels.as_ref())).cloned(),
        arrived_at: handover.arrived.as_ref().map(|stamp| stamp.occurred.at),
        decline_reason: handover.decline_reason.filter(|_| reasons),
        withdraw_reason: handover.withdraw_reason.filter(|_| reasons),
        explanation: explained.and_then(|explanation| explanation.get()).cloned(),
        follow_ups: section(follow_ups.collect()),
        noted: NotedView::of(&proposed.stamp),
    }
}

/// The sealed document of a handover, for those who pass it on. It is shown to nobody in clear: Baken has no key.
#[must_use]
pub fn disclose_document(sight: &Sight<'_>, handover: HandoverId) -> Option<SealedDocument> {
    let handover = sight.path().repatriation.handover(handover).filter(|handover| sight.sees_handover(handover))?;
    let full = sight.shows(Return, Full, &handover.proposed.stamp);
    handover.document.as_ref().filter(|_| full)?.fact.get().cloned()
}

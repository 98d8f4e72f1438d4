//! The return: options presented honestly, conditions evidenced, consent, and the handover to the country of origin.
//!
//! It is voluntary or it is not at all. A handover needs all six conditions, consent for that recipient, and the
//! person's own wish; a withdrawn consent stops it in any state.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{CarePath, Noted, Stamp};
use crate::codes::{
    Code, ConditionStatus, ConsentPurpose, DataClass, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason,
    HandoverState, HandoverWithdrawReason, ReturnBarrier, ReturnCondition, ReturnWish,
};
use crate::event::Event;
use crate::ids::{ConsentId, HandoverId, OrgId};
use crate::jwe::SealedDocument;
use crate::policy::Category::{Medical as MedicalCell, Return as ReturnCell};
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Details;
use crate::private::{Medical, Private, Return};
use crate::text::{Country, Language, Line, Text};

/// Going home.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", content = "data", rename_all = "snake_case", deny_unknown_fields)]
pub enum RepatriationEvent {
    ReturnOptionsPresented(ReturnOptionsPresented),
    ReturnConditionEvidenced(ReturnConditionEvidenced),
    ConsentGiven(ConsentGiven),
    ConsentWithdrawn {
        consent: ConsentId,
    },
    HandoverProposed(HandoverProposed),
    HandoverAcknowledged {
        handover: HandoverId,
    },
    HandoverAccepted {
        handover: HandoverId,
        explanation: Option<Private<Text, Return>>,
    },
    HandoverDeclined {
        handover: HandoverId,
        reason: HandoverDeclineReason,
        explanation: Option<Private<Text, Return>>,
    },
    HandoverDocumentAttached(Box<HandoverDocumentAttached>),
    Departed {
        handover: HandoverId,
        travels: Option<Private<Line, Return>>,
    },
    ArrivalConfirmed {
        handover: HandoverId,
    },
    FollowUpRecorded {
        handover: HandoverId,
        term: FollowUpTerm,
        outcome: Private<FollowUpOutcome, Return>,
        explanation: Option<Private<Text, Return>>,
    },
    HandoverWithdrawn {
        handover: HandoverId,
        reason: HandoverWithdrawReason,
        explanation: Option<Private<Text, Return>>,
    },
}

impl RepatriationEvent {
    /// The handover that it is about, if it is about one.
    #[must_use]
    pub fn handover(&self) -> Option<HandoverId> {
        match self {
            Self::ReturnOptionsPresented(_)
            | Self::ReturnConditionEvidenced(_)
            | Self::ConsentGiven(_)
            | Self::ConsentWithdrawn { .. } => None,
            Self::HandoverProposed(proposed) => Some(proposed.handover),
            Self::HandoverDocumentAttached(attached) => Some(attached.handover),
            Self::HandoverAcknowledged { handover }
            | Self::HandoverAccepted { handover, .. }
            | Self::HandoverDeclined { handover, .. }
            | Self::Departed { handover, .. }
            | Self::ArrivalConfirmed { handover }
            | Self::FollowUpRecorded { handover, .. }
            | Self::HandoverWithdrawn { handover, .. } => Some(*handover),
        }
    }
}

/// The options for a return were presented: in which language, by whom, and what the person wants.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReturnOptionsPresented {
    pub language: Private<Language, Return>,
    pub wish: Private<ReturnWish, Return>,
    pub options: Option<Private<Text, Return>>,
    pub barriers: Option<Private<Vec<ReturnBarrier>, Return>>,
}

/// One of the six conditions is met.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReturnConditionEvidenced {
    pub condition: ReturnCondition,
    pub status: ConditionStatus,
    pub evidence: Private<Text, Return>,
}

/// Who receives what a consent is given for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// The embassy of that country, and the receiving side there.
    Country(Country),
    /// An organisation that takes part.
    Organisation(OrgId),
}

/// The person consented.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsentGiven {
    pub consent: ConsentId,
    pub purpose: ConsentPurpose,
    pub recipient: Recipient,
    pub data_classes: Vec<DataClass>,
    pub language: Private<Language, Return>,
    pub interpreter: bool,
}

/// A handover was proposed to the country of origin.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HandoverProposed {
    pub handover: HandoverId,
    pub country: Country,
    pub consent: ConsentId,
    pub receiving_organisation: Private<Line, Return>,
    pub plan: Option<Private<Text, Return>>,
}

/// A sealed document travels with the handover; Baken and the embassy pass it through unread.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HandoverDocumentAttached {
    pub handover: HandoverId,
    pub document: Private<SealedDocument, Medical>,
}

/// A consent and whether it still holds.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Consent {
    pub(crate) given: Noted<ConsentGiven>,
    pub(crate) withdrawn: Option<Arc<Stamp>>,
}

/// A handover and what became of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Handover {
    pub(crate) proposed: Noted<HandoverProposed>,
    pub(crate) state: HandoverState,
    pub(crate) changed: Arc<Stamp>,
    pub(crate) acknowledged: Option<Arc<Stamp>>,
    pub(crate) departed: Option<Arc<Stamp>>,
    pub(crate) arrived: Option<Arc<Stamp>>,
    pub(crate) decline_reason: Option<HandoverDeclineReason>,
    pub(crate) withdraw_reason: Option<HandoverWithdrawReason>,
    /// What was said of the last answer or withdrawal, and by whom.
    pub(crate) explanation: Option<Noted<Private<Text, Return>>>,
    pub(crate) travels: Option<Private<Line, Return>>,
    pub(crate) follow_ups: Vec<Noted<(FollowUpTerm, Private<FollowUpOutcome, Return>)>>,
    pub(crate) document: Option<Noted<Private<SealedDocument, Medical>>>,
}

impl Handover {
    /// Whether it still goes on.
    pub(crate) fn is_open(&self) -> bool {
        match self.state {
            HandoverState::Proposed
            | HandoverState::Acknowledged
            | HandoverState::Accepted
            | HandoverState::Departed => true,
            HandoverState::Declined | HandoverState::Arrived | HandoverState::Withdrawn => false,
        }
    }
}

/// How far a return is prepared, agreed and done.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct RepatriationState {
    pub(crate) presented: Vec<Noted<ReturnOptionsPresented>>,
    pub(crate) conditions: Vec<Noted<ReturnConditionEvidenced>>,
    pub(crate) consents: Vec<Consent>,
    pub(crate) handovers: Vec<Handover>,
}

impl RepatriationState {
    pub(crate) fn handover(&self, id: HandoverId) -> Option<&Handover> {
        self.handovers.iter().find(|handover| handover.proposed.handover == id)
    }

    /// The conditions that nobody has evidenced yet, in their order.
    pub(crate) fn missing_conditions(&self) -> Vec<ReturnCondition> {
        let met = |condition: &ReturnCondition| self.conditions.iter().any(|met| met.condition == *condition);
        ReturnCondition::ALL.iter().copied().filter(|condition| !met(condition)).collect()
    }

    /// The person's last word on going back, as far as it is known.
    pub(crate) fn wish(&self) -> Option<ReturnWish> {
        self.presented.iter().rev().find_map(|presented| presented.wish.get().copied())
    }

    /// Whether the consent that a handover rests on still holds.
    pub(crate) fn consent_holds(&self, handover: &Handover) -> bool {
        let of_handover = |consent: &&Consent| consent.given.consent == handover.proposed.consent;
        self.consents.iter().find(of_handover).is_some_and(|consent| consent.withdrawn.is_none())
    }
}

impl RepatriationEvent {
    pub(crate) fn describe(&self, details: &mut Details<'_>) {
        let mut handover = |id: &HandoverId| details.clear("handover_id", ReturnCell, Minimal, id);
        match self {
            Self::ReturnOptionsPresented(presented) => {
                details.private("language", ReturnCell, Full, Some(&presented.language));
                details.private("wish", ReturnCell, Full, Some(&presented.wish));
                details.private("options", ReturnCell, Full, presented.options.as_ref());
                details.private("barriers", ReturnCell, Full, presented.barriers.as_ref());
            }
            Self::ReturnConditionEvidenced(condition) => {
                details.clear("condition", ReturnCell, Minimal, &condition.condition);
                details.clear("status", ReturnCell, Minimal, &condition.status);
                details.private("evidence", ReturnCell, Full, Some(&condition.evidence));
            }
            Self::ConsentGiven(consent) => {
                details.clear("consent_id", ReturnCell, Minimal, &consent.consent);
                details.clear("purpose", ReturnCell, Minimal, &consent.purpose);
                details.clear("recipient", ReturnCell, Full, &consent.recipient);
                details.clear("data_classes", ReturnCell, Full, &consent.data_classes);
                details.private("language", ReturnCell, Full, Some(&consent.language));
                details.clear("interpreter", ReturnCell, Full, &consent.interpreter);
            }
            Self::ConsentWithdrawn { consent } => details.clear("consent_id", ReturnCell, Minimal, consent),
            Self::HandoverProposed(proposed) => {
                details.clear("handover_id", ReturnCell, Minimal, &proposed.handover);
                details.clear("country", ReturnCell, Minimal, &proposed.country);
                details.clear("consent_id", ReturnCell, Full, &proposed.consent);
                details.private("receiving_organisation", ReturnCell, Full, Some(&proposed.receiving_organisation));
                details.private("plan", ReturnCell, Full, proposed.plan.as_ref());
            }
            Self::HandoverAcknowledged { handover: id } | Self::ArrivalConfirmed { handover: id } => handover(id),
            Self::HandoverAccepted { handover: id, explanation } => {
                handover(id);
                details.private("explanation", ReturnCell, Full, explanation.as_ref());
            }
            Self::HandoverDeclined { handover: id, reason, explanation } => {
                handover(id);
                details.clear("reason", ReturnCell, Full, reason);
                details.private("explanation", ReturnCell, Full, explanation.as_ref());
            }
            Self::HandoverDocumentAttached(attached) => {
                handover(&attached.handover);
                details.private("document", MedicalCell, Full, Some(&attached.document));
            }
            Self::Departed { handover: id, travels } => {
                handover(id);
                details.private("travels", ReturnCell, Full, travels.as_ref());
            }
            Self::FollowUpRecorded { handover: id, term, outcome, explanation } => {
                handover(id);
                details.clear("term", ReturnCell, Full, term);
                details.private("outcome", ReturnCell, Full, Some(outcome));
                details.private("explanation", ReturnCell, Full, explanation.as_ref());
            }
            Self::HandoverWithdrawn { handover: id, reason, explanation } => {
                handover(id);
                details.clear("reason", ReturnCell, Full, reason);
                details.private("explanation", ReturnCell, Full, explanation.as_ref());
            }
        }
    }
}

/// Moves the one of that id to a state, and gives it for what else changed.
fn changed<'a>(
    all: &'a mut [Handover],
    stamp: &Arc<Stamp>,
    id: &HandoverId,
    state: HandoverState,
) -> Option<&'a mut Handover> {
    let found = all.iter_mut().find(|each| each.proposed.handover == *id)?;
    found.state = state;
    found.changed = stamp.clone();
    Some(found)
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &RepatriationEvent) {
    let state = &mut path.repatriation;
    let handovers = &mut state.handovers;
    match event {
        RepatriationEvent::ReturnOptionsPresented(presented) => state.presented.push(Noted::new(stamp, presented)),
        RepatriationEvent::ReturnConditionEvidenced(condition) => state.conditions.push(Noted::new(stamp, condition)),
        RepatriationEvent::ConsentGiven(given) => {
            state.consents.push(Consent { given: Noted::new(stamp, given), withdrawn: None });
        }
        RepatriationEvent::ConsentWithdrawn { consent } => {
            if let Some(consent) = state.consents.iter_mut().find(|given| given.given.consent == *consent) {
                consent.withdrawn = Some(stamp.clone());
            }
        }
        RepatriationEvent::HandoverProposed(proposed) => handovers.push(Handover {
            proposed: Noted::new(stamp, proposed),
            state: HandoverState::Proposed,
            changed: stamp.clone(),
            acknowledged: None,
            departed: None,
            arrived: None,
            decline_reason: None,
            withdraw_reason: None,
            explanation: None,
            travels: None,
            follow_ups: Vec::new(),
            document: None,
        }),
        RepatriationEvent::HandoverAcknowledged { handover } => {
            if let Some(handover) = changed(handovers, stamp, handover, HandoverState::Acknowledged) {
                handover.acknowledged = Some(stamp.clone());
            }
        }
        RepatriationEvent::HandoverAccepted { handover, explanation } => {
            if let Some(handover) = changed(handovers, stamp, handover, HandoverState::Accepted) {
                handover.explanation = explanation.as_ref().map(|text| Noted::new(stamp, text));
            }
        }
        RepatriationEvent::HandoverDeclined { handover, reason, explanation } => {
            if let Some(handover) = changed(handovers, stamp, handover, HandoverState::Declined) {
                handover.decline_reason = Some(*reason);
                handover.explanation = explanation.as_ref().map(|text| Noted::new(stamp, text));
            }
        }
        RepatriationEvent::HandoverDocumentAttached(attached) => {
            if let Some(handover) = handovers.iter_mut().find(|each| each.proposed.handover == attached.handover) {
                handover.document = Some(Noted::new(stamp, &attached.document));
            }
        }
        RepatriationEvent::Departed { handover, travels } => {
            if let Some(handover) = changed(handovers, stamp, handover, HandoverState::Departed) {
                handover.departed = Some(stamp.clone());
                handover.travels.clone_from(travels);
            }
        }
        RepatriationEvent::ArrivalConfirmed { handover } => {
            if let Some(handover) = changed(handovers, stamp, handover, HandoverState::Arrived) {
                handover.arrived = Some(stamp.clone());
            }
        }
        RepatriationEvent::FollowUpRecorded { handover, term, outcome, .. } => {
            if let Some(handover) = handovers.iter_mut().find(|each| each.proposed.handover == *handover) {
                handover.follow_ups.push(Noted::new(stamp, &(*term, outcome.clone())));
            }
        }
        RepatriationEvent::HandoverWithdrawn { handover, reason, explanation } => {
            if let Some(handover) = changed(handovers, stamp, handover, HandoverState::Withdrawn) {
                handover.withdraw_reason = Some(*reason);
                handover.explanation = explanation.as_ref().map(|text| Noted::new(stamp, text));
            }
        }
    }
}

/// Why a return does not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReturnRefusal {
    #[error("this condition always applies")]
    ConditionAlwaysApplies,
    #[error("a consent names at least one data class")]
    NothingConsented,
    #[error("there is no such consent on this path")]
    UnknownConsent,
    #[error("the consent was withdrawn already")]
    ConsentAlreadyWithdrawn,
    #[error("return conditions are not evidenced: {}", names(.0))]
    ConditionsMissing(Vec<ReturnCondition>),
    #[error("there is no consent to repatriation for this country that covers identity and return")]
    NoConsent,
    #[error("a return is voluntary: the person has not said that they want to return")]
    NotVoluntary,
    #[error("a handover to this country is open already")]
    AlreadyOpen,
    #[error("there is no such handover on this path")]
    UnknownHandover,
    #[error("the consent that this handover rests on was withdrawn")]
    ConsentWithdrawn,
    #[error("the handover is in a state in which this cannot happen")]
    OutOfOrder,
    #[error("this follow-up was recorded already")]
    FollowUpAlreadyRecorded,
}

fn names(conditions: &[ReturnCondition]) -> String {
    conditions.iter().map(|condition| condition.code()).collect::<Vec<_>>().join(", ")
}

impl ReturnRefusal {
    /// The rule's code, for programs: stable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ConditionAlwaysApplies => "condition_always_applies",
            Self::NothingConsented => "consent_without_data_class",
            Self::UnknownConsent => "consent_unknown",
            Self::ConsentAlreadyWithdrawn => "consent_already_withdrawn",
            Self::ConditionsMissing(_) => "return_conditions_missing",
            Self::NoConsent => "consent_missing",
            Self::NotVoluntary => "return_not_voluntary",
            Self::AlreadyOpen => "handover_already_open",
            Self::UnknownHandover => "handover_unknown",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::OutOfOrder => "handover_out_of_order",
            Self::FollowUpAlreadyRecorded => "follow_up_already_recorded",
        }
    }
}

impl From<RepatriationEvent> for Vec<Event> {
    fn from(event: RepatriationEvent) -> Self {
        vec![event.into()]
    }
}

#[path = "repatriation_decide.rs"]
mod decide;
pub use decide::{
    AcceptHandover, AcknowledgeHandover, AttachHandoverDocument, ConfirmArrival, DeclineHandover,
    EvidenceReturnCondition, GiveConsent, PresentReturnOptions, ProposeHandover, RecordDeparture, RecordFollowUp,
    WithdrawConsent, WithdrawHandover,
};

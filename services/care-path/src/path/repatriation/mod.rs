//! The return: options presented honestly, conditions evidenced, consent, and the handover to the country of origin.
//!
//! It is voluntary or it is not at all. A handover needs all six conditions, consent for that recipient, and the
//! person's own wish; a withdrawn consent stops it in any state.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CarePath, Noted, Stamp};
use crate::codes::{
    Code, ConditionStatus, ConsentPurpose, DataClass, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason,
    HandoverState, HandoverWithdrawReason, ReturnBarrier, ReturnCondition, ReturnWish,
};
use crate::event::Event;
use crate::fact::{Fact, Facts, Label, Origin, derived_facts, events, part_events};
use crate::ids::{ConsentId, HandoverId, OrgId};
use crate::jwe::SealedDocument;
use crate::policy::{Address, Category, Depth};
use crate::private::{Medical, Return};
use crate::text::{Country, Language, Line, Text};
use crate::time::DateTime;

part_events! {
    /// Going home.
    pub enum RepatriationEvent {
        ReturnOptionsPresented(ReturnOptionsPresented),
        ReturnConditionEvidenced(ReturnConditionEvidenced),
        ConsentGiven(ConsentGiven),
        ConsentWithdrawn(ConsentWithdrawn),
        HandoverProposed(HandoverProposed),
        HandoverAcknowledged(HandoverAcknowledged),
        HandoverAccepted(HandoverAccepted),
        HandoverDeclined(HandoverDeclined),
        HandoverDocumentAttached(Box<HandoverDocumentAttached>),
        Departed(Departed),
        ArrivalConfirmed(ArrivalConfirmed),
        FollowUpRecorded(FollowUpRecorded),
        HandoverWithdrawn(HandoverWithdrawn),
    }
}

impl RepatriationEvent {
    /// The handover that it is about, if it is about one.
    #[must_use]
    pub fn handover(&self) -> Option<HandoverId> {
        match self {
            Self::ReturnOptionsPresented(_)
            | Self::ReturnConditionEvidenced(_)
            | Self::ConsentGiven(_)
            | Self::ConsentWithdrawn(_) => None,
            Self::HandoverProposed(event) => Some(event.handover),
            Self::HandoverAcknowledged(event) => Some(event.handover),
            Self::HandoverAccepted(event) => Some(event.handover),
            Self::HandoverDeclined(event) => Some(event.handover),
            Self::HandoverDocumentAttached(event) => Some(event.handover),
            Self::Departed(event) => Some(event.handover),
            Self::ArrivalConfirmed(event) => Some(event.handover),
            Self::FollowUpRecorded(event) => Some(event.handover),
            Self::HandoverWithdrawn(event) => Some(event.handover),
        }
    }
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

events! {
    /// The options for a return were presented: in which language, by whom, and what the person wants.
    pub struct ReturnOptionsPresented {
        language: sealed(Language, Return) => Return, Full;
        wish: sealed(ReturnWish, Return) => Return, Full;
        options: maybe sealed(Text, Return) => Return, Full;
        barriers: maybe sealed(Vec<ReturnBarrier>, Return) => Return, Full;
    }

    /// One of the six conditions is met.
    pub struct ReturnConditionEvidenced {
        condition: clear ReturnCondition => Return, Minimal;
        status: clear ConditionStatus => Return, Minimal;
        evidence: sealed(Text, Return) => Return, Full;
    }

    /// The person consented.
    pub struct ConsentGiven {
        consent: clear ConsentId as "consent_id" => Return, Minimal;
        purpose: clear ConsentPurpose => Return, Minimal;
        recipient: clear Recipient => Return, Full;
        data_classes: clear Vec<DataClass> => Return, Full;
        language: sealed(Language, Return) => Return, Full;
        interpreter: clear bool => Return, Full;
    }

    /// The person took a consent back.
    pub struct ConsentWithdrawn {
        consent: clear ConsentId as "consent_id" => Return, Minimal;
    }

    /// A handover was proposed to the country of origin.
    pub struct HandoverProposed {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        country: clear Country => Return, Minimal;
        consent: clear ConsentId as "consent_id" => Return, Full;
        receiving_organisation: sealed(Line, Return) => Return, Full;
        plan: maybe sealed(Text, Return) => Return, Full;
    }

    /// The embassy has read it.
    pub struct HandoverAcknowledged {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
    }

    /// The receiving side takes the person over.
    pub struct HandoverAccepted {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        explanation: maybe sealed(Text, Return) => Return, Full;
    }

    /// It does not.
    pub struct HandoverDeclined {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        reason: clear HandoverDeclineReason => Return, Full;
        explanation: maybe sealed(Text, Return) => Return, Full;
    }

    /// A sealed document travels with the handover; Baken and the embassy pass it through unread.
    pub struct HandoverDocumentAttached {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        document: sealed(SealedDocument, Medical) => Medical, Full;
    }

    /// The person left.
    pub struct Departed {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        travels: maybe sealed(Line, Return) => Return, Full;
    }

    /// The person arrived.
    pub struct ArrivalConfirmed {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
    }

    /// How it goes, some time after the arrival.
    pub struct FollowUpRecorded {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        term: clear FollowUpTerm => Return, Full;
        outcome: sealed(FollowUpOutcome, Return) => Return, Full;
        explanation: maybe sealed(Text, Return) => Return, Full;
    }

    /// The handover was taken back.
    pub struct HandoverWithdrawn {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        reason: clear HandoverWithdrawReason => Return, Full;
        explanation: maybe sealed(Text, Return) => Return, Full;
    }
}

/// A consent and whether it still holds.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Consent {
    pub(crate) given: Noted<ConsentGiven>,
    pub(crate) withdrawn: Option<Noted<ConsentWithdrawn>>,
}

/// How a handover ended before the person left.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum HandoverEnd {
    Declined(Noted<HandoverDeclined>),
    Withdrawn(Noted<HandoverWithdrawn>),
}

/// A handover, step by step.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Handover {
    pub(crate) proposed: Noted<HandoverProposed>,
    pub(crate) acknowledged: Option<Noted<HandoverAcknowledged>>,
    pub(crate) accepted: Option<Noted<HandoverAccepted>>,
    pub(crate) departed: Option<Noted<Departed>>,
    pub(crate) arrived: Option<Noted<ArrivalConfirmed>>,
    pub(crate) end: Option<HandoverEnd>,
    pub(crate) follow_ups: Vec<Noted<FollowUpRecorded>>,
    pub(crate) document: Option<Noted<HandoverDocumentAttached>>,
}

impl Handover {
    fn new(stamp: &Arc<Stamp>, proposed: &HandoverProposed) -> Self {
        Self {
            proposed: Noted::new(stamp, proposed),
            acknowledged: None,
            accepted: None,
            departed: None,
            arrived: None,
            end: None,
            follow_ups: Vec::new(),
            document: None,
        }
    }

    /// Where it stands, and since which step.
    fn stands(&self) -> (HandoverState, &Arc<Stamp>) {
        match &self.end {
            Some(HandoverEnd::Withdrawn(noted)) => return (HandoverState::Withdrawn, &noted.stamp),
            Some(HandoverEnd::Declined(noted)) => return (HandoverState::Declined, &noted.stamp),
            None => {}
        }
        let arrived = self.arrived.as_ref().map(|noted| (HandoverState::Arrived, &noted.stamp));
        let departed = self.departed.as_ref().map(|noted| (HandoverState::Departed, &noted.stamp));
        let accepted = self.accepted.as_ref().map(|noted| (HandoverState::Accepted, &noted.stamp));
        let acknowledged = self.acknowledged.as_ref().map(|noted| (HandoverState::Acknowledged, &noted.stamp));
        let proposed = (HandoverState::Proposed, &self.proposed.stamp);
        arrived.or(departed).or(accepted).or(acknowledged).unwrap_or(proposed)
    }

    /// Where it stands.
    pub(in crate::path) fn state(&self) -> HandoverState {
        self.stands().0
    }

    /// The step that brought it there.
    pub(in crate::path) fn changed(&self) -> &Arc<Stamp> {
        self.stands().1
    }

    /// Whether it still goes on.
    pub(crate) fn is_open(&self) -> bool {
        match self.state() {
            HandoverState::Proposed
            | HandoverState::Acknowledged
            | HandoverState::Accepted
            | HandoverState::Departed => true,
            HandoverState::Declined | HandoverState::Arrived | HandoverState::Withdrawn => false,
        }
    }
}

/// A handover with what it rests on, for those to whom it is addressed.
#[derive(Clone, Copy)]
pub(crate) struct Addressed<'a> {
    pub(crate) handover: &'a Handover,
    address: Address<'a>,
}

impl<'a> Addressed<'a> {
    /// To whom it is addressed, and what of the person its consent lets them see.
    pub(crate) fn address(self) -> Address<'a> {
        self.address
    }

    /// The facts of one of its steps.
    pub(crate) fn step<E>(self, step: &'a Noted<E>) -> Facts<'a, E> {
        step.addressed(self.address)
    }

    /// Whether a sealed document travels with it: told to those who see or pass on such a document.
    pub(crate) fn has_document(self) -> Fact<'a, bool> {
        let origin = Origin::derived().addressed(self.address);
        Fact::new(HAS_DOCUMENT, origin, Some(self.handover.document.is_some()))
    }

    /// What can be told of it as a whole.
    pub(crate) fn facts(self) -> Facts<'a, Handover> {
        Origin::derived().addressed(self.address).of(self.handover)
    }
}

/// Where the policy finds that a document travels with a handover.
pub(crate) const HAS_DOCUMENT: Label = Label {
    name: "has_document",
    category: Category::Medical,
    depth: Depth::Minimal,
    sealed: Some(DataClass::Medical),
};

derived_facts! { Handover as it, "handover" {
    state: is HandoverState = "state" in Return, Minimal: clear(it.state());
    changed_at: is DateTime = "changed_at" in Return, Minimal: clear(it.changed().occurred.at);
}}

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

    /// The handovers with what they rest on.
    pub(crate) fn addressed(&self) -> impl Iterator<Item = Addressed<'_>> {
        self.handovers.iter().map(|handover| Addressed { handover, address: self.address(handover) })
    }

    /// To whom a handover is addressed, and what of the person its consent lets them see while it is open.
    pub(crate) fn address<'a>(&'a self, handover: &Handover) -> Address<'a> {
        let consented = self.standing_consent(handover).filter(|_| handover.is_open());
        let consented = consented.map(|consent| consent.given.data_classes.as_slice());
        Address::Handover { country: handover.proposed.country, consented }
    }

    /// The conditions that have not been evidenced yet, in their order.
    pub(crate) fn missing_conditions(&self) -> Vec<ReturnCondition> {
        let met = |condition: &ReturnCondition| self.conditions.iter().any(|met| met.condition == *condition);
        ReturnCondition::ALL.iter().copied().filter(|condition| !met(condition)).collect()
    }

    /// The person's last word on going back, as far as it is known.
    pub(crate) fn wish(&self) -> Option<ReturnWish> {
        self.presented.iter().rev().find_map(|presented| presented.wish.get().copied())
    }

    /// The consent that a handover rests on, while it holds.
    fn standing_consent(&self, handover: &Handover) -> Option<&Consent> {
        let of_handover = |consent: &&Consent| consent.given.consent == handover.proposed.consent;
        self.consents.iter().find(of_handover).filter(|consent| consent.withdrawn.is_none())
    }

    /// Whether the consent that a handover rests on still holds.
    pub(crate) fn consent_holds(&self, handover: &Handover) -> bool {
        self.standing_consent(handover).is_some()
    }

    /// What can be told of the preparation as a whole.
    pub(crate) fn facts(&self) -> Facts<'_, Self> {
        Origin::derived().addressed(Address::ReturnPreparation).of(self)
    }
}

derived_facts! { RepatriationState as it, "return" {
    missing_conditions: is Vec<ReturnCondition> = "missing_conditions" in Return, Minimal:
        maybe((!(it.presented.is_empty() && it.conditions.is_empty())).then(|| it.missing_conditions()));
}}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &RepatriationEvent) {
    let state = &mut path.repatriation;
    match event {
        RepatriationEvent::ReturnOptionsPresented(presented) => state.presented.push(Noted::new(stamp, presented)),
        RepatriationEvent::ReturnConditionEvidenced(condition) => state.conditions.push(Noted::new(stamp, condition)),
        RepatriationEvent::ConsentGiven(given) => {
            state.consents.push(Consent { given: Noted::new(stamp, given), withdrawn: None });
        }
        RepatriationEvent::ConsentWithdrawn(withdrawn) => {
            if let Some(consent) = state.consents.iter_mut().find(|each| each.given.consent == withdrawn.consent) {
                consent.withdrawn = Some(Noted::new(stamp, withdrawn));
            }
        }
        RepatriationEvent::HandoverProposed(proposed) => state.handovers.push(Handover::new(stamp, proposed)),
        RepatriationEvent::HandoverAcknowledged(event) => {
            state.step(event.handover, |handover| handover.acknowledged = Some(Noted::new(stamp, event)));
        }
        RepatriationEvent::HandoverAccepted(event) => {
            state.step(event.handover, |handover| handover.accepted = Some(Noted::new(stamp, event)));
        }
        RepatriationEvent::HandoverDeclined(event) => {
            let end = HandoverEnd::Declined(Noted::new(stamp, event));
            state.step(event.handover, |handover| handover.end = Some(end));
        }
        RepatriationEvent::HandoverDocumentAttached(event) => {
            state.step(event.handover, |handover| handover.document = Some(Noted::new(stamp, event)));
        }
        RepatriationEvent::Departed(event) => {
            state.step(event.handover, |handover| handover.departed = Some(Noted::new(stamp, event)));
        }
        RepatriationEvent::ArrivalConfirmed(event) => {
            state.step(event.handover, |handover| handover.arrived = Some(Noted::new(stamp, event)));
        }
        RepatriationEvent::FollowUpRecorded(event) => {
            state.step(event.handover, |handover| handover.follow_ups.push(Noted::new(stamp, event)));
        }
        RepatriationEvent::HandoverWithdrawn(event) => {
            let end = HandoverEnd::Withdrawn(Noted::new(stamp, event));
            state.step(event.handover, |handover| handover.end = Some(end));
        }
    }
}

impl RepatriationState {
    fn step(&mut self, id: HandoverId, take: impl FnOnce(&mut Handover)) {
        if let Some(handover) = self.handovers.iter_mut().find(|handover| handover.proposed.handover == id) {
            take(handover);
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

mod decide;
pub use decide::{
    AcceptHandover, AcknowledgeHandover, AttachHandoverDocument, ConfirmArrival, DeclineHandover,
    EvidenceReturnCondition, GiveConsent, PresentReturnOptions, ProposeHandover, RecordDeparture, RecordFollowUp,
    WithdrawConsent, WithdrawHandover,
};

#[cfg(test)]
mod tests;

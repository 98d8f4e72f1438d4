//! Decisions about a return.

use serde::Deserialize;

use super::{
    ArrivalConfirmed, ConsentGiven, ConsentWithdrawn, Departed, FollowUpRecorded, Handover, HandoverAccepted,
    HandoverAcknowledged, HandoverDeclined, HandoverDocumentAttached, HandoverProposed, HandoverWithdrawn, Recipient,
    RepatriationEvent, ReturnConditionEvidenced, ReturnOptionsPresented, ReturnRefusal,
};
use crate::actor::Actor;
use crate::codes::{
    ConditionStatus, ConsentPurpose, DataClass, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason, HandoverState,
    HandoverWithdrawReason, ReturnBarrier, ReturnCondition, ReturnWish,
};
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::ids::{ConsentId, HandoverId};
use crate::jwe::SealedDocument;
use crate::list::Few;
use crate::path::CarePath;
use crate::private::private;
use crate::text::{Country, LanguageTag, Line, Text};

/// Records that the options for a return were presented, and what the person wants.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PresentReturnOptions {
    /// The language in which they were presented.
    pub language: LanguageTag,
    pub wish: ReturnWish,
    /// Which options, and what was said of them.
    pub options: Option<Text>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub barriers: Few<ReturnBarrier, 10>,
}

impl Decide for PresentReturnOptions {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        Ok(RepatriationEvent::ReturnOptionsPresented(ReturnOptionsPresented {
            language: self.language.get().into(),
            wish: self.wish.into(),
            options: private(self.options),
            barriers: private((!self.barriers.is_empty()).then(|| self.barriers.into())),
        })
        .into())
    }
}

/// Records that one of the six conditions is met, or does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EvidenceReturnCondition {
    pub condition: ReturnCondition,
    /// `evidenced` unless said. Only what is arranged for housing, addiction care and psychiatry may not apply.
    pub status: Option<ConditionStatus>,
    /// What shows it; or the reason why it does not apply.
    pub evidence: Text,
}

impl Decide for EvidenceReturnCondition {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let status = self.status.unwrap_or(ConditionStatus::Evidenced);
        if status == ConditionStatus::NotApplicable && !self.condition.may_be_not_applicable() {
            return Err(ReturnRefusal::ConditionAlwaysApplies.into());
        }
        let (condition, evidence) = (self.condition, self.evidence.into());
        Ok(RepatriationEvent::ReturnConditionEvidenced(ReturnConditionEvidenced { condition, status, evidence }).into())
    }
}

/// Records that the person consented: to what, for whom, in which language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GiveConsent {
    pub purpose: ConsentPurpose,
    pub recipient: Recipient,
    // What may be shared. (A doc comment would give the inlined list a second schema, of an object.)
    #[cfg_attr(feature = "schema", schema(inline))]
    pub data_classes: Few<DataClass, 10>,
    /// The language in which it was asked.
    pub language: LanguageTag,
    /// Whether an interpreter helped.
    #[serde(default)]
    pub interpreter: bool,
}

impl Decide for GiveConsent {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if self.data_classes.is_empty() {
            return Err(ReturnRefusal::NothingConsented.into());
        }
        if let Recipient::Organisation(organisation) = &self.recipient {
            at.known_organisation("recipient", organisation)?;
        }
        let mut data_classes: Vec<_> = self.data_classes.into();
        data_classes.sort_unstable();
        Ok(RepatriationEvent::ConsentGiven(ConsentGiven {
            consent: ConsentId(at.id),
            purpose: self.purpose,
            recipient: self.recipient,
            data_classes,
            language: self.language.get().into(),
            interpreter: self.interpreter,
        })
        .into())
    }
}

/// Records that the person took a consent back. Every handover that rests on it stops, in whatever state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WithdrawConsent {}

impl Decide for WithdrawConsent {
    type Subject = ConsentId;

    fn decide(self, consent: ConsentId, path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let given = path.repatriation.consents.iter().find(|given| given.given.consent == consent);
        let given = given.ok_or(ReturnRefusal::UnknownConsent)?;
        if given.withdrawn.is_some() {
            return Err(ReturnRefusal::ConsentAlreadyWithdrawn.into());
        }
        let rests_on_it = |handover: &&Handover| handover.is_open() && handover.proposed.consent == consent;
        let stopped = path.repatriation.handovers.iter().filter(rests_on_it).map(|handover| {
            let (handover, reason) = (handover.proposed.handover, HandoverWithdrawReason::ConsentWithdrawn);
            RepatriationEvent::HandoverWithdrawn(HandoverWithdrawn { handover, reason, explanation: None }).into()
        });
        Ok(std::iter::once(RepatriationEvent::ConsentWithdrawn(ConsentWithdrawn { consent }).into())
            .chain(stopped)
            .collect())
    }
}

/// Proposes to hand the person over to their country of origin.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProposeHandover {
    pub country: Country,
    /// Who receives the person there.
    pub receiving_organisation: Line,
    pub plan: Option<Text>,
}

impl Decide for ProposeHandover {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let state = &path.repatriation;
        let to_country = |handover: &Handover| handover.is_open() && handover.proposed.country == self.country;
        if state.handovers.iter().any(to_country) {
            return Err(ReturnRefusal::AlreadyOpen.into());
        }
        if state.wish() != Some(ReturnWish::WantsToReturn) {
            return Err(ReturnRefusal::NotVoluntary.into());
        }
        let missing = state.missing_conditions();
        if !missing.is_empty() {
            return Err(ReturnRefusal::ConditionsMissing(missing).into());
        }
        let covers = |given: &ConsentGiven| {
            given.purpose == ConsentPurpose::Repatriation
                && given.recipient == Recipient::Country(self.country)
                && [DataClass::Identity, DataClass::Return].iter().all(|class| given.data_classes.contains(class))
        };
        let consent = state.consents.iter().rev().find(|consent| consent.withdrawn.is_none() && covers(&consent.given));
        let consent = consent.ok_or(ReturnRefusal::NoConsent)?.given.consent;
        Ok(RepatriationEvent::HandoverProposed(HandoverProposed {
            handover: HandoverId(at.id),
            country: self.country,
            consent,
            receiving_organisation: self.receiving_organisation.into(),
            plan: private(self.plan),
        })
        .into())
    }
}

impl CarePath {
    /// A handover in one of the states in which the next step may follow, if its consent holds. A liaison moves those
    /// to her own country only.
    fn moving(&self, id: HandoverId, at: &Context<'_>, from: &[HandoverState]) -> Result<&Handover, Refusal> {
        let handover = self.repatriation.handover(id).ok_or(ReturnRefusal::UnknownHandover)?;
        if let Actor::EmbassyLiaison { country } = &at.by.actor
            && *country != handover.proposed.country
        {
            return Err(Refusal::NotYours);
        }
        if !self.repatriation.consent_holds(handover) {
            return Err(ReturnRefusal::ConsentWithdrawn.into());
        }
        if !from.contains(&handover.state()) {
            return Err(ReturnRefusal::OutOfOrder.into());
        }
        Ok(handover)
    }
}

/// The embassy has read the handover.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeHandover {}

impl Decide for AcknowledgeHandover {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.moving(handover, at, &[HandoverState::Proposed])?;
        Ok(RepatriationEvent::HandoverAcknowledged(HandoverAcknowledged { handover }).into())
    }
}

/// The receiving side takes the person over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptHandover {
    pub explanation: Option<Text>,
}

impl Decide for AcceptHandover {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.moving(handover, at, &[HandoverState::Acknowledged])?;
        Ok(RepatriationEvent::HandoverAccepted(HandoverAccepted { handover, explanation: private(self.explanation) })
            .into())
    }
}

/// The receiving side does not take the person over: always with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeclineHandover {
    pub reason: HandoverDeclineReason,
    pub explanation: Option<Text>,
}

impl Decide for DeclineHandover {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.moving(handover, at, &[HandoverState::Proposed, HandoverState::Acknowledged])?;
        let explanation = private(self.explanation);
        Ok(RepatriationEvent::HandoverDeclined(HandoverDeclined { handover, reason: self.reason, explanation }).into())
    }
}

/// Attaches a document that only the receiving care provider can open.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AttachHandoverDocument {
    /// A JWE (RFC 7516) in compact or JSON serialisation, encrypted with a public key of the receiver.
    #[serde(deserialize_with = "crate::jwe::incoming")]
    pub document: SealedDocument,
}

impl Decide for AttachHandoverDocument {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        use HandoverState::{Accepted, Acknowledged, Departed, Proposed};
        path.moving(handover, at, &[Proposed, Acknowledged, Accepted, Departed])?;
        let attached = HandoverDocumentAttached { handover, document: self.document.into() };
        Ok(RepatriationEvent::HandoverDocumentAttached(Box::new(attached)).into())
    }
}

/// The person left for the country of origin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordDeparture {
    /// How, and with whom.
    pub travels: Option<Line>,
}

impl Decide for RecordDeparture {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.moving(handover, at, &[HandoverState::Accepted])?;
        Ok(RepatriationEvent::Departed(Departed { handover, travels: private(self.travels) }).into())
    }
}

/// The person arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmArrival {}

impl Decide for ConfirmArrival {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.moving(handover, at, &[HandoverState::Departed])?;
        Ok(RepatriationEvent::ArrivalConfirmed(ArrivalConfirmed { handover }).into())
    }
}

/// How it goes, 30 and 90 days after the arrival.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordFollowUp {
    pub term: FollowUpTerm,
    pub outcome: FollowUpOutcome,
    pub explanation: Option<Text>,
}

impl Decide for RecordFollowUp {
    type Subject = HandoverId;

    fn decide(self, id: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let handover = path.moving(id, at, &[HandoverState::Arrived])?;
        if handover.follow_ups.iter().any(|done| done.term == self.term) {
            return Err(ReturnRefusal::FollowUpAlreadyRecorded.into());
        }
        let (outcome, explanation) = (self.outcome.into(), private(self.explanation));
        Ok(RepatriationEvent::FollowUpRecorded(FollowUpRecorded {
            handover: id,
            term: self.term,
            outcome,
            explanation,
        })
        .into())
    }
}

/// Takes a handover back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WithdrawHandover {
    pub reason: HandoverWithdrawReason,
    pub explanation: Option<Text>,
}

impl Decide for WithdrawHandover {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let found = path.repatriation.handover(handover).ok_or(ReturnRefusal::UnknownHandover)?;
        if !found.is_open() {
            return Err(ReturnRefusal::OutOfOrder.into());
        }
        let explanation = private(self.explanation);
        Ok(RepatriationEvent::HandoverWithdrawn(HandoverWithdrawn { handover, reason: self.reason, explanation })
            .into())
    }
}

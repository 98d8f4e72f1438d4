//! Decisions on a handover, from its proposal to the follow-ups.

use serde::Deserialize;

use super::preparing::abroad;
use crate::codes::{
    ConsentPurpose, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason, HandoverState, HandoverWithdrawReason,
    OrgKind, ReturnWish,
};
use crate::command::{Context, Decide, Refusal, Requires};
use crate::deadlines::RiskFactor;
use crate::event::Event;
use crate::ids::{HandoverId, OrgId};
use crate::jwe::SealedDocument;
use crate::path::repatriation::{
    ArrivalConfirmed, ConsentGiven, Departed, FollowUpRecorded, Handover, HandoverAccepted, HandoverAcknowledged,
    HandoverDeclined, HandoverDocumentAttached, HandoverProposed, HandoverWithdrawn, MissingConditions, Recipient,
    RepatriationEvent, ReturnRefusal, Stop,
};
use crate::path::{CarePath, Noted};
use crate::policy::Abroad;
use crate::policy::rules::covers_a_handover;
use crate::private::private;
use crate::text::{Country, Line, Text};
use crate::time::{Moment, days_after, local_date};

/// Nobody travels home for longer than this many days.
const LONGEST_JOURNEY: i64 = 14;

/// Proposes to hand the person over to their country of origin.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProposeHandover {
    pub country: Country,
    /// Who receives the person there, in words. It may be left out where `receiving` names who.
    pub receiving_organisation: Option<Line>,
    /// The care provider there, if it takes part: it then sees the handover and its document, as consented.
    pub receiving: Option<OrgId>,
    /// Who has custody, where the person is under age.
    pub guardian: Option<Line>,
    pub plan: Option<Text>,
}

impl Decide for ProposeHandover {
    type Subject = ();

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        abroad("country", self.country)?;
        let receiving_organisation = self.receiver(at)?;
        let state = &path.repatriation;
        if state.is_any_open() {
            return Err(ReturnRefusal::AlreadyOpen.into());
        }
        if !state.wanted_at(at.occurred.at) {
            return Err(ReturnRefusal::NotVoluntary.into());
        }
        if at.directory.has_left_since(self.country).is_some() {
            return Err(Refusal::field("country", "its embassy takes part no more"));
        }
        let missing = path.missing_for_another(Some(self.country));
        if !missing.is_empty() {
            return Err(ReturnRefusal::ConditionsMissing(MissingConditions(missing)).into());
        }
        if self.guardian.as_ref().is_some_and(|guardian| !guardian.names_somebody()) {
            return Err(Refusal::field("guardian", "must name who has custody"));
        }
        path.is_accompanied(self.guardian.is_some(), at)?;
        let covers = |given: &ConsentGiven| {
            given.purpose == ConsentPurpose::Repatriation
                && given.recipient == Recipient::Country(self.country)
                && covers_a_handover(&given.data_classes)
        };
        let since = state.last_return();
        let is_new = |given: &Noted<ConsentGiven>| since.is_none_or(|since| given.stamp.occurred.at >= since);
        let standing =
            state.consents.iter().rev().filter(|consent| consent.withdrawn.is_none() && is_new(&consent.given));
        let covering: Vec<_> = standing.map(|consent| &consent.given).filter(|given| covers(given)).collect();
        if covering.is_empty() {
            return Err(ReturnRefusal::NoConsent.into());
        }
        let understood = |given: &ConsentGiven| {
            let language = given.language.get();
            language.is_none_or(|language| path.is_understood(language, given.interpreter))
        };
        let consent = covering.into_iter().find(|given| understood(given));
        let consent = consent.ok_or(ReturnRefusal::ConsentNotUnderstood)?.consent;
        Ok(RepatriationEvent::HandoverProposed(HandoverProposed {
            handover: HandoverId(at.id),
            country: self.country,
            consent,
            receiving_organisation: receiving_organisation.into(),
            receiving: self.receiving,
            guardian: private(self.guardian),
            plan: private(self.plan),
        })
        .into())
    }
}

impl ProposeHandover {
    /// Who receives the person, in words: as it was said, else the name of the care provider that takes part.
    fn receiver(&self, at: &Context<'_>) -> Result<Line, Refusal> {
        let Some(receiving) = &self.receiving else {
            let told = self.receiving_organisation.clone();
            return told.ok_or(Refusal::field("receiving_organisation", "is required, or receiving"));
        };
        let provider = at.known_organisation("receiving", receiving)?;
        if provider.kind != OrgKind::ForeignCareProvider || provider.country != Some(self.country) {
            return Err(Refusal::field("receiving", "must be a care provider in the country of the handover"));
        }
        Ok(self.receiving_organisation.clone().unwrap_or_else(|| provider.name.clone()))
    }
}

impl CarePath {
    /// A person under age is handed over only with somebody who has custody, and the authority of child protection.
    fn is_accompanied(&self, names_guardian: bool, at: &Context<'_>) -> Result<(), Refusal> {
        if !self.risk(at.now, at.deadlines).has(RiskFactor::Minor) {
            return Ok(());
        }
        if !names_guardian {
            return Err(ReturnRefusal::GuardianMissing.into());
        }
        let mut authorities = at.directory.all().filter(|each| each.kind == OrgKind::ChildProtection);
        if !authorities.any(|authority| self.involves(&authority.id, at.now, at.deadlines)) {
            return Err(ReturnRefusal::ChildProtectionMissing.into());
        }
        Ok(())
    }

    /// A handover in one of the states in which the next step may follow, if its consent holds and the person has not said
    /// no. Those abroad move those that are addressed to them.
    pub(super) fn moving(
        &self,
        id: HandoverId,
        at: &Context<'_>,
        from: &[HandoverState],
    ) -> Result<&Handover, Refusal> {
        let handover = self.repatriation.handover(id).ok_or(ReturnRefusal::UnknownHandover)?;
        if Abroad::of(at.by).is_some_and(|abroad| !handover.is_for(abroad)) {
            return Err(Refusal::NotYours);
        }
        if !self.repatriation.consent_holds(handover) {
            return Err(ReturnRefusal::ConsentWithdrawn.into());
        }
        let no = self.repatriation.wish() == Some(ReturnWish::DoesNotWantToReturn);
        if no && handover.departed.is_none() {
            return Err(ReturnRefusal::NotVoluntary.into());
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

/// The person left for the country of origin. Their last word must be that they want to return, and they must have said so
/// before they left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordDeparture {
    /// How, and with whom.
    pub travels: Option<Line>,
    /// When they should be there, at most 14 days after they left. Unless said, after the municipality's term (2 days).
    pub expected_arrival: Option<Moment>,
}

impl Decide for RecordDeparture {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let found = path.moving(handover, at, &[HandoverState::Accepted])?;
        if !path.repatriation.wanted_at(at.occurred.at) {
            return Err(ReturnRefusal::NotVoluntary.into());
        }
        path.is_accompanied(found.proposed.guardian.is_some(), at)?;
        // Two records that were linked may each have one: nobody travels to two countries.
        let another = |other: &Handover| other.proposed.handover != handover && other.state().is_open();
        if path.repatriation.handovers.iter().any(another) {
            return Err(ReturnRefusal::AlreadyOpen.into());
        }
        let left = at.occurred.at;
        let expected = self.expected_arrival.map_or_else(|| days_after(left, at.deadlines.arrival_days), Moment::get);
        if expected < left || expected > days_after(left, LONGEST_JOURNEY) {
            return Err(Refusal::field("expected_arrival", "must lie within the 14 days after the departure"));
        }
        let (expected_arrival, travels) = (Some(expected), private(self.travels));
        Ok(RepatriationEvent::Departed(Departed { handover, expected_arrival, travels }).into())
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

/// How it goes, 30 and 90 days after the arrival; at the earliest on the 7th day before that.
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
        if local_date(at.occurred.at) < self.term.taken_from(local_date(handover.changed().occurred.at)) {
            return Err(Refusal::field(
                "term",
                "is too early: it is taken from 7 days before that many days after the arrival",
            ));
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

/// Records that a handover stopped by what the person said, on the stream where it lies. Baken itself does, and nobody
/// else: those who record such a word on another stream of the person record it there alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StopHandover {}

impl Decide for StopHandover {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.repatriation.handover(handover).ok_or(ReturnRefusal::UnknownHandover)?;
        let stopped = path.repatriation.stopped().find(|(found, _)| found.proposed.handover == handover);
        let (_, Stop { reason, .. }) = stopped.ok_or(ReturnRefusal::OutOfOrder)?;
        Ok(RepatriationEvent::HandoverWithdrawn(HandoverWithdrawn { handover, reason, explanation: None }).into())
    }
}

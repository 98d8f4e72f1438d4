//! What can happen on the way home.

use serde::{Deserialize, Serialize};

use crate::codes::{
    ConditionStatus, ConsentPurpose, DataClass, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason,
    HandoverWithdrawReason, ReturnBarrier, ReturnCondition, ReturnWish,
};
use crate::event::Event;
use crate::fact::{events, part_events};
use crate::ids::{ConsentId, HandoverId, OrgId, QuestionId};
use crate::jwe::SealedDocument;
use crate::private::{Medical, Return};
use crate::text::{Country, Language, Line, Text};
use crate::time::DateTime;

part_events! {
    /// Going home.
    pub enum RepatriationEvent {
        ReturnOptionsPresented(ReturnOptionsPresented),
        ReturnRefused(ReturnRefused),
        ReturnConditionEvidenced(ReturnConditionEvidenced),
        ConsentGiven(ConsentGiven),
        ConsentWithdrawn(ConsentWithdrawn),
        HandoverProposed(HandoverProposed),
        HandoverAcknowledged(HandoverAcknowledged),
        HandoverAccepted(HandoverAccepted),
        HandoverDeclined(HandoverDeclined),
        HandoverDocumentAttached(Box<HandoverDocumentAttached>),
        HandoverQuestionAsked(HandoverQuestionAsked),
        HandoverQuestionAnswered(HandoverQuestionAnswered),
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
            | Self::ReturnRefused(_)
            | Self::ReturnConditionEvidenced(_)
            | Self::ConsentGiven(_)
            | Self::ConsentWithdrawn(_) => None,
            Self::HandoverProposed(event) => Some(event.handover),
            Self::HandoverAcknowledged(event) => Some(event.handover),
            Self::HandoverAccepted(event) => Some(event.handover),
            Self::HandoverDeclined(event) => Some(event.handover),
            Self::HandoverDocumentAttached(event) => Some(event.handover),
            Self::HandoverQuestionAsked(event) => Some(event.handover),
            Self::HandoverQuestionAnswered(event) => Some(event.handover),
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

    /// The person said that they do not want to go back. Whoever heard it says so.
    pub struct ReturnRefused {
        explanation: maybe sealed(Text, Return) => Return, Full;
    }

    /// One of the six conditions is met, for a return to a country. Before version 2 the country was not recorded: such
    /// evidence counts for none, and is given anew for the next handover.
    pub struct ReturnConditionEvidenced {
        condition: clear ReturnCondition => Return, Minimal;
        status: clear ConditionStatus => Return, Minimal;
        country: maybe Country => Return, Minimal;
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
        /// The receiving care provider, where it takes part: the handover is addressed to it too.
        receiving: maybe OrgId => Return, Full;
        /// Who has custody of a person under age.
        guardian: maybe sealed(Line, Return) => Return, Full;
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

    /// The embassy or the receiving side asked something.
    pub struct HandoverQuestionAsked {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        question_id: clear QuestionId => Return, Full;
        question: sealed(Text, Return) => Return, Full;
    }

    /// It was answered.
    pub struct HandoverQuestionAnswered {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        question_id: clear QuestionId => Return, Full;
        answer: sealed(Text, Return) => Return, Full;
    }

    /// The person left, and when they are expected there.
    pub struct Departed {
        handover: clear HandoverId as "handover_id" => Return, Minimal;
        expected_arrival: maybe DateTime => Return, Full;
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

impl From<RepatriationEvent> for Vec<Event> {
    fn from(event: RepatriationEvent) -> Self {
        vec![event.into()]
    }
}

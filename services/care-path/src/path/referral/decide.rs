//! Decisions on a referral, from asking to the end of care.

use super::{
    CareEnded, CareStarted, DroppedOut, Referral, ReferralAccepted, ReferralDeclined, ReferralEvent, ReferralMade,
    ReferralWaitlisted, ReferralWithdrawn,
};
use crate::codes::{DeclineReason, DropoutReason, Offering, ReferralState, Urgency, WithdrawReason};
use crate::command::{Asking, Context, Decide, Refusal, Requires, refusals};
use crate::directory::{Asked, Overbook};
use crate::event::Event;
use crate::ids::{OrgId, ReferralId};
use crate::path::CarePath;
use crate::private::private;
use crate::text::Text;
use crate::time::Day;
use serde::Deserialize;

refusals! {
    /// Why a referral is not made or does not move.
    ReferralRefusal {
        Unknown = "referral_unknown": "there is no such referral on this path",
        ToItself = "referral_to_itself": "an organisation cannot refer to itself",
        PlaceFull = "place_full":
            "no place is free there: to refer the person all the same, say `overbook` with a reason",
        NotOffered = "offering_not_offered": "the organisation does not offer this",
        AlreadyOpen = "referral_already_open": "the same referral is open already",
        AlreadyAnswered = "referral_already_answered": "the referral was answered already",
        NotAccepted = "referral_not_accepted": "the referral has not been accepted",
        CareNotStarted = "care_not_started": "care has not started",
        NotOpen = "referral_not_open": "the referral is not open any more",
    }
}

/// Refers somebody to an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Refer {
    pub to: OrgId,
    pub offering: Offering,
    /// `routine` unless said.
    pub urgency: Option<Urgency>,
    /// What the receiver must know to answer.
    pub reason: Option<Text>,
    /// Refers to a place where none is free, and says why.
    pub overbook: Option<Overbook>,
}

impl Refer {
    /// What holds of those too who are referred together with the person.
    pub(crate) fn shared(&self) -> Self {
        Self {
            to: self.to.clone(),
            offering: self.offering,
            urgency: self.urgency,
            reason: None,
            overbook: self.overbook.clone(),
        }
    }
}

impl Decide for Refer {
    type Subject = ();

    const REQUIRES: Requires = Requires::OpenCase;

    fn asks_for(&self, asking: &Asking<'_>) -> Asked {
        Asked::at(asking.occurred.at, asking.now, asking.directory.places_for(&self.to, self.offering))
    }

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if self.to == at.by.organisation {
            return Err(ReferralRefusal::ToItself.into());
        }
        if !at.known_organisation("to", &self.to)?.offerings.contains(&self.offering) {
            return Err(ReferralRefusal::NotOffered.into());
        }
        let overbooked = at.overbooked(self.overbook, ReferralRefusal::PlaceFull)?;
        let same = |referral: &Referral| referral.made.to == self.to && referral.made.offering == self.offering;
        if path.referrals.iter().any(|referral| referral.is_open() && same(referral)) {
            return Err(ReferralRefusal::AlreadyOpen.into());
        }
        Ok(vec![
            ReferralEvent::ReferralMade(ReferralMade {
                referral: ReferralId(at.id),
                from: at.by.organisation.clone(),
                to: self.to,
                offering: self.offering,
                urgency: self.urgency.unwrap_or(Urgency::Routine),
                reason: private(self.reason),
                overbooked: private(overbooked),
            })
            .into(),
        ])
    }
}

/// Takes the person on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptReferral {
    pub explanation: Option<Text>,
}

impl Decide for AcceptReferral {
    type Subject = ReferralId;

    fn decide(self, referral: ReferralId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.asked(referral, at, ReferralState::awaits_answer, ReferralRefusal::AlreadyAnswered)?;
        Ok(vec![
            ReferralEvent::ReferralAccepted(ReferralAccepted { referral, explanation: private(self.explanation) })
                .into(),
        ])
    }
}

/// Does not take the person on: always with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeclineReferral {
    pub reason: DeclineReason,
    pub explanation: Option<Text>,
}

impl Decide for DeclineReferral {
    type Subject = ReferralId;

    fn decide(self, referral: ReferralId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.asked(referral, at, ReferralState::awaits_answer, ReferralRefusal::AlreadyAnswered)?;
        let explanation = private(self.explanation);
        Ok(vec![
            ReferralEvent::ReferralDeclined(ReferralDeclined { referral, reason: self.reason, explanation }).into(),
        ])
    }
}

/// Puts the person on the waiting list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WaitlistReferral {
    /// Until when, by estimate.
    pub until: Option<Day>,
}

impl Decide for WaitlistReferral {
    type Subject = ReferralId;

    fn decide(self, referral: ReferralId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.asked(referral, at, ReferralState::awaits_answer, ReferralRefusal::AlreadyAnswered)?;
        let until = at.until_day("until", self.until)?;
        Ok(vec![ReferralEvent::ReferralWaitlisted(ReferralWaitlisted { referral, until }).into()])
    }
}

/// Takes the referral back: the referring organisation, or the coordinator.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WithdrawReferral {
    pub reason: WithdrawReason,
    pub explanation: Option<Text>,
}

impl Decide for WithdrawReferral {
    type Subject = ReferralId;

    fn decide(self, id: ReferralId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let referral = path.referral(id)?;
        if !at.acts_for(&referral.made.from) && !at.is_coordinator() {
            return Err(Refusal::NotYours);
        }
        if !referral.state().can_be_withdrawn() {
            return Err(ReferralRefusal::NotOpen.into());
        }
        let explanation = private(self.explanation);
        Ok(vec![
            ReferralEvent::ReferralWithdrawn(ReferralWithdrawn { referral: id, reason: self.reason, explanation })
                .into(),
        ])
    }
}

/// Care begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartCare {}

impl Decide for StartCare {
    type Subject = ReferralId;

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, referral: ReferralId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.asked(referral, at, |state| state == ReferralState::Accepted, ReferralRefusal::NotAccepted)?;
        Ok(vec![ReferralEvent::CareStarted(CareStarted { referral }).into()])
    }
}

/// Care ends as planned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndCare {
    pub explanation: Option<Text>,
}

impl Decide for EndCare {
    type Subject = ReferralId;

    fn decide(self, referral: ReferralId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.asked(referral, at, |state| state == ReferralState::Started, ReferralRefusal::CareNotStarted)?;
        Ok(vec![ReferralEvent::CareEnded(CareEnded { referral, explanation: private(self.explanation) }).into()])
    }
}

/// Records that the trajectory broke off, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordDropout {
    pub reason: DropoutReason,
    pub explanation: Option<Text>,
}

impl Decide for RecordDropout {
    type Subject = ReferralId;

    fn decide(self, referral: ReferralId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let going_on =
            |state| matches!(state, ReferralState::Accepted | ReferralState::Waitlisted | ReferralState::Started);
        // That a stay broke off may be said after the bed was given up.
        let stayed = path.referral(referral)?.is_fulfilled();
        path.asked(referral, at, |state| stayed || going_on(state), ReferralRefusal::NotOpen)?;
        let (reason, phase) = (self.reason, path.phase());
        Ok(vec![
            ReferralEvent::DroppedOut(DroppedOut { referral, reason, phase, explanation: private(self.explanation) })
                .into(),
        ])
    }
}

//! Referrals: asked, answered, started, ended, or broken off. Only the organisation that was asked answers.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{CarePath, Noted, Stamp};
use crate::codes::{DeclineReason, DropoutReason, Offering, Phase, ReferralState, Urgency, WithdrawReason};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::{OrgId, ReferralId};
use crate::policy::Category::Referrals;
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Details;
use crate::private::{Medical, Private, private};
use crate::text::Text;
use crate::time::Day;

/// What becomes of a referral.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", content = "data", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReferralEvent {
    ReferralMade(ReferralMade),
    ReferralAccepted {
        referral: ReferralId,
        explanation: Option<Private<Text, Medical>>,
    },
    ReferralDeclined {
        referral: ReferralId,
        reason: DeclineReason,
        explanation: Option<Private<Text, Medical>>,
    },
    ReferralWaitlisted {
        referral: ReferralId,
        until: Option<NaiveDate>,
    },
    ReferralWithdrawn {
        referral: ReferralId,
        reason: WithdrawReason,
        explanation: Option<Private<Text, Medical>>,
    },
    CareStarted {
        referral: ReferralId,
    },
    CareEnded {
        referral: ReferralId,
        explanation: Option<Private<Text, Medical>>,
    },
    /// The trajectory broke off: why, and where on the path the person then stood.
    DroppedOut {
        referral: ReferralId,
        reason: DropoutReason,
        phase: Phase,
        explanation: Option<Private<Text, Medical>>,
    },
}

/// An organisation was asked to take somebody on.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferralMade {
    pub referral: ReferralId,
    pub from: OrgId,
    pub to: OrgId,
    pub offering: Offering,
    pub urgency: Urgency,
    pub reason: Option<Private<Text, Medical>>,
}

/// A referral and what became of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Referral {
    pub(crate) made: Noted<ReferralMade>,
    pub(crate) state: ReferralState,
    /// The last change of state.
    pub(crate) changed: Arc<Stamp>,
    pub(crate) decline_reason: Option<DeclineReason>,
    pub(crate) dropout_reason: Option<DropoutReason>,
    pub(crate) withdraw_reason: Option<WithdrawReason>,
    pub(crate) waitlisted_until: Option<NaiveDate>,
    pub(crate) explanation: Option<Private<Text, Medical>>,
}

impl Referral {
    /// Whether it still waits for its answer.
    pub(crate) fn awaits_answer(&self) -> bool {
        matches!(self.state, ReferralState::Made | ReferralState::Waitlisted)
    }

    /// Whether it neither ended nor came to nothing.
    pub(crate) fn is_open(&self) -> bool {
        match self.state {
            ReferralState::Made | ReferralState::Waitlisted | ReferralState::Accepted | ReferralState::Started => true,
            ReferralState::Declined | ReferralState::Withdrawn | ReferralState::DroppedOut | ReferralState::Ended => {
                false
            }
        }
    }

    /// Whether it asks for a bed and nothing more, so that a stay fulfils it.
    pub(crate) fn asks_for_a_bed(&self) -> bool {
        matches!(
            self.made.offering,
            Offering::NightBed | Offering::WinterBed | Offering::Bed24h | Offering::ShortStayShelter
        )
    }
}

impl ReferralEvent {
    pub(crate) fn describe(&self, details: &mut Details<'_>) {
        match self {
            Self::ReferralMade(made) => {
                details.clear("referral_id", Referrals, Minimal, &made.referral);
                details.clear("from", Referrals, Minimal, &made.from);
                details.clear("to", Referrals, Minimal, &made.to);
                details.clear("offering", Referrals, Minimal, &made.offering);
                details.clear("urgency", Referrals, Minimal, &made.urgency);
                details.private("reason", Referrals, Full, made.reason.as_ref());
            }
            Self::ReferralAccepted { referral, explanation } | Self::CareEnded { referral, explanation } => {
                details.clear("referral_id", Referrals, Minimal, referral);
                details.private("explanation", Referrals, Full, explanation.as_ref());
            }
            Self::ReferralDeclined { referral, reason, explanation } => {
                details.clear("referral_id", Referrals, Minimal, referral);
                details.clear("reason", Referrals, Minimal, reason);
                details.private("explanation", Referrals, Full, explanation.as_ref());
            }
            Self::ReferralWaitlisted { referral, until } => {
                details.clear("referral_id", Referrals, Minimal, referral);
                details.maybe("until", Referrals, Minimal, until.as_ref());
            }
            Self::ReferralWithdrawn { referral, reason, explanation } => {
                details.clear("referral_id", Referrals, Minimal, referral);
                details.clear("reason", Referrals, Minimal, reason);
                details.private("explanation", Referrals, Full, explanation.as_ref());
            }
            Self::CareStarted { referral } => details.clear("referral_id", Referrals, Minimal, referral),
            Self::DroppedOut { referral, reason, phase, explanation } => {
                details.clear("referral_id", Referrals, Minimal, referral);
                details.clear("reason", Referrals, Full, reason);
                details.clear("phase", Referrals, Full, phase);
                details.private("explanation", Referrals, Full, explanation.as_ref());
            }
        }
    }
}

/// Moves the one of that id to a state, and gives it for what else changed.
fn changed<'a>(
    all: &'a mut [Referral],
    stamp: &Arc<Stamp>,
    id: &ReferralId,
    state: ReferralState,
) -> Option<&'a mut Referral> {
    let found = all.iter_mut().find(|each| each.made.referral == *id)?;
    found.state = state;
    found.changed = stamp.clone();
    Some(found)
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &ReferralEvent) {
    match event {
        ReferralEvent::ReferralMade(made) => {
            path.case.dropped_out = None;
            path.referrals.push(Referral {
                made: Noted::new(stamp, made),
                state: ReferralState::Made,
                changed: stamp.clone(),
                decline_reason: None,
                dropout_reason: None,
                withdraw_reason: None,
                waitlisted_until: None,
                explanation: None,
            });
        }
        ReferralEvent::ReferralAccepted { referral, explanation } => {
            if let Some(referral) = changed(&mut path.referrals, stamp, referral, ReferralState::Accepted) {
                referral.explanation.clone_from(explanation);
            }
        }
        ReferralEvent::ReferralDeclined { referral, reason, explanation } => {
            if let Some(referral) = changed(&mut path.referrals, stamp, referral, ReferralState::Declined) {
                referral.decline_reason = Some(*reason);
                referral.explanation.clone_from(explanation);
            }
        }
        ReferralEvent::ReferralWaitlisted { referral, until } => {
            if let Some(referral) = changed(&mut path.referrals, stamp, referral, ReferralState::Waitlisted) {
                referral.waitlisted_until = *until;
            }
        }
        ReferralEvent::ReferralWithdrawn { referral, reason, explanation } => {
            if let Some(referral) = changed(&mut path.referrals, stamp, referral, ReferralState::Withdrawn) {
                referral.withdraw_reason = Some(*reason);
                referral.explanation.clone_from(explanation);
            }
        }
        ReferralEvent::CareStarted { referral } => {
            if changed(&mut path.referrals, stamp, referral, ReferralState::Started).is_some() {
                path.case.dropped_out = None;
                path.case.contact(stamp);
                path.lost.back_in_sight(stamp);
            }
        }
        ReferralEvent::CareEnded { referral, explanation } => {
            if let Some(referral) = changed(&mut path.referrals, stamp, referral, ReferralState::Ended) {
                referral.explanation.clone_from(explanation);
            }
        }
        ReferralEvent::DroppedOut { referral, reason, explanation, .. } => {
            if let Some(referral) = changed(&mut path.referrals, stamp, referral, ReferralState::DroppedOut) {
                referral.dropout_reason = Some(*reason);
                referral.explanation.clone_from(explanation);
                path.case.dropped_out = Some(stamp.clone());
            }
        }
    }
}

impl CarePath {
    fn referral(&self, id: ReferralId) -> Result<&Referral, Refusal> {
        let found = self.referrals.iter().find(|referral| referral.made.referral == id);
        found.ok_or(ReferralRefusal::Unknown.into())
    }

    /// A referral that the acting organisation was asked, in a state in which `accepts` lets it answer.
    fn asked(
        &self,
        id: ReferralId,
        at: &Context<'_>,
        accepts: impl Fn(ReferralState) -> bool,
        otherwise: ReferralRefusal,
    ) -> Result<(), Refusal> {
        let referral = self.referral(id)?;
        if !at.acts_for(&referral.made.to) {
            return Err(Refusal::NotYours);
        }
        if accepts(referral.state) { Ok(()) } else { Err(otherwise.into()) }
    }

    /// Referrals for a bed that wait for this organisation's answer: giving the bed is the answer.
    pub(super) fn bed_referrals_awaiting(&self, organisation: &OrgId) -> impl Iterator<Item = ReferralId> {
        self.referrals
            .iter()
            .filter(move |referral| referral.made.to == *organisation)
            .filter(|referral| referral.awaits_answer() && referral.asks_for_a_bed())
            .map(|referral| referral.made.referral)
    }
}

refusals! {
    /// Why a referral is not made or does not move.
    ReferralRefusal {
        Unknown = "referral_unknown": "there is no such referral on this path",
        ToItself = "referral_to_itself": "an organisation cannot refer to itself",
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
}

impl Decide for Refer {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        if self.to == at.by.organisation {
            return Err(ReferralRefusal::ToItself.into());
        }
        if !at.known_organisation("to", &self.to)?.offerings.contains(&self.offering) {
            return Err(ReferralRefusal::NotOffered.into());
        }
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
        let waits = |state| matches!(state, ReferralState::Made | ReferralState::Waitlisted);
        path.asked(referral, at, waits, ReferralRefusal::AlreadyAnswered)?;
        Ok(vec![ReferralEvent::ReferralAccepted { referral, explanation: private(self.explanation) }.into()])
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
        let waits = |state| matches!(state, ReferralState::Made | ReferralState::Waitlisted);
        path.asked(referral, at, waits, ReferralRefusal::AlreadyAnswered)?;
        let explanation = private(self.explanation);
        Ok(vec![ReferralEvent::ReferralDeclined { referral, reason: self.reason, explanation }.into()])
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
        let waits = |state| matches!(state, ReferralState::Made | ReferralState::Waitlisted);
        path.asked(referral, at, waits, ReferralRefusal::AlreadyAnswered)?;
        let until = at.planned_day("until", self.until)?;
        Ok(vec![ReferralEvent::ReferralWaitlisted { referral, until }.into()])
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
        if !referral.is_open() || referral.state == ReferralState::Started {
            return Err(ReferralRefusal::NotOpen.into());
        }
        let explanation = private(self.explanation);
        Ok(vec![ReferralEvent::ReferralWithdrawn { referral: id, reason: self.reason, explanation }.into()])
    }
}

/// Care begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartCare {}

impl Decide for StartCare {
    type Subject = ReferralId;

    fn decide(self, referral: ReferralId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        path.asked(referral, at, |state| state == ReferralState::Accepted, ReferralRefusal::NotAccepted)?;
        Ok(vec![ReferralEvent::CareStarted { referral }.into()])
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
        Ok(vec![ReferralEvent::CareEnded { referral, explanation: private(self.explanation) }.into()])
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
        path.asked(referral, at, going_on, ReferralRefusal::NotOpen)?;
        let (reason, phase) = (self.reason, path.phase());
        Ok(vec![ReferralEvent::DroppedOut { referral, reason, phase, explanation: private(self.explanation) }.into()])
    }
}

#[cfg(test)]
#[path = "referral_tests.rs"]
mod tests;

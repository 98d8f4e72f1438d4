//! Referrals: asked, answered, started, ended, or broken off. Only the organisation that was asked answers.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{CarePath, Noted, Stamp};
use crate::codes::{DeclineReason, DropoutReason, Offering, Phase, ReferralState, Urgency, WithdrawReason};
use crate::command::{Context, Refusal};
use crate::directory::is_a_bed;
use crate::fact::{Fact, Facts, Label, Origin, derived_facts, events, part_events};
use crate::ids::{OrgId, ReferralId};
use crate::policy::rules::phase_tells_of;
use crate::policy::{Category, Depth};
use crate::private::Medical;
use crate::text::Text;
use crate::time::DateTime;

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{
    AcceptReferral, DeclineReferral, EndCare, RecordDropout, Refer, ReferralRefusal, StartCare, WaitlistReferral,
    WithdrawReferral,
};

part_events! {
    /// What becomes of a referral.
    pub enum ReferralEvent {
        ReferralMade(ReferralMade),
        ReferralAccepted(ReferralAccepted),
        ReferralDeclined(ReferralDeclined),
        ReferralWaitlisted(ReferralWaitlisted),
        ReferralWithdrawn(ReferralWithdrawn),
        CareStarted(CareStarted),
        CareEnded(CareEnded),
        DroppedOut(DroppedOut),
    }
}

events! {
    /// An organisation was asked to take somebody on.
    pub struct ReferralMade {
        referral: clear ReferralId as "referral_id" => Referrals, Minimal;
        from: clear OrgId => Referrals, Minimal;
        to: clear OrgId => Referrals, Minimal;
        offering: clear Offering => Referrals, Minimal;
        urgency: clear Urgency => Referrals, Minimal;
        reason: maybe sealed(Text, Medical) => Referrals, Full;
        /// Why the person was referred there though no place was free.
        overbooked: maybe sealed(Text, Medical) => Referrals, Full;
    }

    /// It takes the person on.
    pub struct ReferralAccepted {
        referral: clear ReferralId as "referral_id" => Referrals, Minimal;
        explanation: maybe sealed(Text, Medical) => Referrals, Full;
    }

    /// It does not.
    pub struct ReferralDeclined {
        referral: clear ReferralId as "referral_id" => Referrals, Minimal;
        reason: clear DeclineReason => Referrals, Minimal;
        explanation: maybe sealed(Text, Medical) => Referrals, Full;
    }

    /// It has a waiting list.
    pub struct ReferralWaitlisted {
        referral: clear ReferralId as "referral_id" => Referrals, Minimal;
        until: maybe NaiveDate => Referrals, Minimal;
    }

    /// Those who asked took the referral back.
    pub struct ReferralWithdrawn {
        referral: clear ReferralId as "referral_id" => Referrals, Minimal;
        reason: clear WithdrawReason => Referrals, Minimal;
        explanation: maybe sealed(Text, Medical) => Referrals, Full;
    }

    /// Care began.
    pub struct CareStarted {
        referral: clear ReferralId as "referral_id" => Referrals, Minimal;
    }

    /// Care ended as planned.
    pub struct CareEnded {
        referral: clear ReferralId as "referral_id" => Referrals, Minimal;
        explanation: maybe sealed(Text, Medical) => Referrals, Full;
    }

    /// The trajectory broke off: why, and where on the path the person then stood.
    pub struct DroppedOut as it {
        referral: clear ReferralId as "referral_id" => Referrals, Minimal;
        reason: clear DropoutReason => Referrals, Full;
        phase: clear Phase => phase_tells_of(it.phase), Full;
        explanation: maybe sealed(Text, Medical) => Referrals, Full;
    }
}

impl ReferralEvent {
    /// The referral that it is about.
    #[must_use]
    pub fn referral(&self) -> ReferralId {
        match self {
            Self::ReferralMade(event) => event.referral,
            Self::ReferralAccepted(event) => event.referral,
            Self::ReferralDeclined(event) => event.referral,
            Self::ReferralWaitlisted(event) => event.referral,
            Self::ReferralWithdrawn(event) => event.referral,
            Self::CareStarted(event) => event.referral,
            Self::CareEnded(event) => event.referral,
            Self::DroppedOut(event) => event.referral,
        }
    }
}

/// What became of a referral last.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    Waitlisted(Noted<ReferralWaitlisted>),
    Accepted(Noted<ReferralAccepted>),
    Declined(Noted<ReferralDeclined>),
    Withdrawn(Noted<ReferralWithdrawn>),
    Started(Noted<CareStarted>),
    Ended(Noted<CareEnded>),
    DroppedOut(Noted<DroppedOut>),
    /// The stay that it asked for is over.
    Fulfilled(Arc<Stamp>),
    /// The case was closed, or the person died, before it came to its end.
    Lapsed(Arc<Stamp>),
}

/// A referral and what became of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Referral {
    pub(crate) made: Noted<ReferralMade>,
    /// `None` while nothing has.
    pub(crate) answer: Option<Answer>,
}

impl Referral {
    /// Where it stands.
    pub(in crate::path) fn state(&self) -> ReferralState {
        match self.answer {
            None => ReferralState::Made,
            Some(Answer::Waitlisted(_)) => ReferralState::Waitlisted,
            Some(Answer::Accepted(_)) => ReferralState::Accepted,
            Some(Answer::Declined(_)) => ReferralState::Declined,
            Some(Answer::Withdrawn(_) | Answer::Lapsed(_)) => ReferralState::Withdrawn,
            Some(Answer::Started(_)) => ReferralState::Started,
            Some(Answer::Ended(_) | Answer::Fulfilled(_)) => ReferralState::Ended,
            Some(Answer::DroppedOut(_)) => ReferralState::DroppedOut,
        }
    }

    /// The last change of state.
    pub(in crate::path) fn changed(&self) -> &Arc<Stamp> {
        match &self.answer {
            None => &self.made.stamp,
            Some(Answer::Waitlisted(noted)) => &noted.stamp,
            Some(Answer::Accepted(noted)) => &noted.stamp,
            Some(Answer::Declined(noted)) => &noted.stamp,
            Some(Answer::Withdrawn(noted)) => &noted.stamp,
            Some(Answer::Started(noted)) => &noted.stamp,
            Some(Answer::Ended(noted)) => &noted.stamp,
            Some(Answer::DroppedOut(noted)) => &noted.stamp,
            Some(Answer::Fulfilled(stamp) | Answer::Lapsed(stamp)) => stamp,
        }
    }

    /// Whether it still waits for its answer.
    pub(crate) fn awaits_answer(&self) -> bool {
        self.state().awaits_answer()
    }

    /// Whether it neither ended nor came to nothing.
    pub(crate) fn is_open(&self) -> bool {
        self.state().is_open()
    }

    /// Whether it asked for a bed, and the stay there is over.
    pub(in crate::path) fn is_fulfilled(&self) -> bool {
        matches!(self.answer, Some(Answer::Fulfilled(_)))
    }

    /// Whether it asks for a bed and nothing more, so that a stay fulfils it.
    pub(crate) fn asks_for_a_bed(&self) -> bool {
        is_a_bed(self.made.offering)
    }

    /// What the receiver must know to answer: to the organisation that was asked, as deep as that it was asked at all.
    pub(crate) fn reason_for(&self, asked: bool) -> Fact<'_, &Text> {
        let reason = self.made.facts().reason();
        if asked { reason.at(REASON_TO_THE_ASKED) } else { reason }
    }

    /// What can be told of it as a whole.
    pub(crate) fn facts(&self) -> Facts<'_, Self> {
        Origin::derived().of(self)
    }
}

/// Where the policy finds the reason of a referral for the organisation that was asked.
pub(crate) const REASON_TO_THE_ASKED: Label =
    Label { name: "reason_to_the_asked", category: Category::Referrals, depth: Depth::Minimal, sealed: None };

derived_facts! { Referral as it, "referral" {
    state: is ReferralState = "state" in Referrals, Minimal: clear(it.state());
    changed_at: is DateTime = "changed_at" in Referrals, Minimal: clear(it.changed().occurred.at);
}}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &ReferralEvent) {
    let (id, answer) = match event {
        ReferralEvent::ReferralMade(made) => {
            path.case.dropped_out = None;
            path.referrals.push(Referral { made: Noted::new(stamp, made), answer: None });
            return;
        }
        ReferralEvent::ReferralAccepted(event) => (event.referral, Answer::Accepted(Noted::new(stamp, event))),
        ReferralEvent::ReferralDeclined(event) => (event.referral, Answer::Declined(Noted::new(stamp, event))),
        ReferralEvent::ReferralWaitlisted(event) => (event.referral, Answer::Waitlisted(Noted::new(stamp, event))),
        ReferralEvent::ReferralWithdrawn(event) => (event.referral, Answer::Withdrawn(Noted::new(stamp, event))),
        ReferralEvent::CareStarted(event) => (event.referral, Answer::Started(Noted::new(stamp, event))),
        ReferralEvent::CareEnded(event) => (event.referral, Answer::Ended(Noted::new(stamp, event))),
        ReferralEvent::DroppedOut(event) => (event.referral, Answer::DroppedOut(Noted::new(stamp, event))),
    };
    let Some(referral) = path.referrals.iter_mut().find(|referral| referral.made.referral == id) else { return };
    referral.answer = Some(answer);
    match event {
        ReferralEvent::CareStarted(_) => {
            path.case.dropped_out = None;
            path.case.contact(stamp);
            path.lost.known(stamp);
            path.lost.back_in_sight(stamp);
        }
        ReferralEvent::DroppedOut(_) => path.case.dropped_out = Some(stamp.clone()),
        ReferralEvent::ReferralMade(_)
        | ReferralEvent::ReferralAccepted(_)
        | ReferralEvent::ReferralDeclined(_)
        | ReferralEvent::ReferralWaitlisted(_)
        | ReferralEvent::ReferralWithdrawn(_)
        | ReferralEvent::CareEnded(_) => {}
    }
}

impl CarePath {
    /// A stay is over: what was accepted and asked for that bed alone is, too.
    pub(super) fn end_bed_referrals(&mut self, organisation: &OrgId, stamp: &Arc<Stamp>) {
        let there = self.referrals.iter_mut().filter(|referral| referral.made.to == *organisation);
        for referral in there.filter(|referral| referral.asks_for_a_bed()) {
            if let Some(Answer::Accepted(_)) = referral.answer {
                referral.answer = Some(Answer::Fulfilled(stamp.clone()));
            }
        }
    }

    /// Nobody answers any more what was asked for.
    pub(super) fn end_referrals(&mut self, stamp: &Arc<Stamp>, concerns: impl Fn(&Stamp) -> bool) {
        let open = |referral: &&mut Referral| referral.is_open() && concerns(&referral.made.stamp);
        for referral in self.referrals.iter_mut().filter(open) {
            referral.answer = Some(Answer::Lapsed(stamp.clone()));
        }
    }

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
        if accepts(referral.state()) { Ok(()) } else { Err(otherwise.into()) }
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

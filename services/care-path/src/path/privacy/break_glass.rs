//! Breaking the glass: somebody without a relation to the person opens the case in an emergency, for some hours. It is told
//! at once, and reviewed afterwards.

use super::{BreakGlassEnded, BreakGlassReviewed, GlassBroken, PrivacyEvent, PrivacyState};
use crate::actor::{Actor, Principal};
use crate::codes::{BreakGlassOutcome, BreakGlassReason};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::deadlines::BreakGlassHours;
use crate::event::{Event, EventKind};
use crate::ids::BreakGlassId;
use crate::path::{CarePath, Noted, Stamp};
use crate::private::private;
use crate::text::Text;
use crate::time::{DateTime, hours_after};
use serde::Deserialize;

refusals! {
    /// Why a case is not opened in an emergency, not closed again, or not reviewed.
    BreakGlassRefusal {
        NotNeeded = "break_glass_not_needed": "you see this case already: you need not open it",
        AlreadyOpen = "break_glass_already_open": "you have opened this case already, and its time is not over",
        Unknown = "break_glass_unknown": "the case was not opened by that id",
        Ended = "break_glass_ended": "it has ended already",
        StillOpen = "break_glass_still_open": "it is still open: it is reviewed once it has ended",
        Own = "break_glass_own": "whoever opened the case does not review it",
        AlreadyReviewed = "break_glass_already_reviewed": "it was reviewed already",
    }
}

/// A case that was opened in an emergency, and what became of that.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct BrokenGlass {
    pub(crate) broken: Noted<GlassBroken>,
    pub(crate) end: Option<Noted<BreakGlassEnded>>,
    pub(crate) review: Option<Noted<BreakGlassReviewed>>,
}

impl BrokenGlass {
    /// Until when it is open, unless it is ended before. Whatever the log says, it is no longer than anybody may open a case.
    pub(crate) fn until(&self) -> DateTime {
        self.broken.until.min(hours_after(self.broken.stamp.recorded_at, BreakGlassHours::MOST))
    }

    /// Whether it is open at a time.
    pub(crate) fn is_open(&self, now: DateTime) -> bool {
        self.end.is_none() && now < self.until()
    }

    /// Its id, and who opened the case, when.
    pub(crate) fn opened(&self) -> (BreakGlassId, &Stamp) {
        (self.broken.glass, &self.broken.stamp)
    }

    pub(crate) fn reason(&self) -> BreakGlassReason {
        self.broken.reason
    }

    /// When it was closed again before its time.
    pub(crate) fn ended_at(&self) -> Option<DateTime> {
        self.end.as_ref().map(|end| end.stamp.recorded_at)
    }

    /// What the review found, and who reviewed it when.
    pub(crate) fn reviewed(&self) -> Option<(BreakGlassOutcome, &Stamp)> {
        self.review.as_ref().map(|review| (review.outcome, &*review.stamp))
    }

    /// Whether somebody opened the case, as who they are now: the same user, role and organisation.
    fn is_of(&self, principal: &Principal) -> bool {
        self.broken.stamp.by == principal.author()
    }
}

/// Whether such an event opens a case in an emergency, or follows from that.
pub(in crate::path) fn is_of_break_glass(kind: EventKind) -> bool {
    matches!(kind, EventKind::GlassBroken | EventKind::BreakGlassEnded | EventKind::BreakGlassReviewed)
}

pub(super) fn evolve(state: &mut PrivacyState, id: BreakGlassId, change: impl FnOnce(&mut BrokenGlass)) {
    if let Some(glass) = state.glasses.iter_mut().find(|glass| glass.broken.glass == id) {
        change(glass);
    }
}

impl PrivacyState {
    /// Every time that the case was opened in an emergency, in the order of happening.
    pub(in crate::path) fn glasses(&self) -> impl Iterator<Item = &BrokenGlass> {
        self.glasses.iter()
    }

    pub(in crate::path) fn glass(&self, id: BreakGlassId) -> Option<&BrokenGlass> {
        self.glasses.iter().find(|glass| glass.broken.glass == id)
    }
}

impl CarePath {
    /// Every time that it was opened in an emergency, in the order of happening.
    pub(crate) fn glasses(&self) -> impl Iterator<Item = &BrokenGlass> {
        self.privacy.glasses()
    }

    /// Whether it was a principal who opened the case in an emergency: they do not review it.
    pub(crate) fn opened_themselves(&self, id: BreakGlassId, principal: &Principal) -> bool {
        self.privacy.glass(id).is_some_and(|glass| glass.broken.stamp.by.user == principal.user)
    }

    /// The id by which a principal has opened the case in an emergency, and until when, while that is open. An erasure ends it.
    #[must_use]
    pub fn opened_by(&self, principal: &Principal, now: DateTime) -> Option<(BreakGlassId, DateTime)> {
        let mut open = self.privacy.glasses.iter().filter(|glass| glass.is_of(principal) && glass.is_open(now));
        let last = open.next_back().filter(|_| !self.is_erased())?;
        Some((last.broken.glass, last.until()))
    }

    /// Whether a principal oversees who opened the case: its coordinator, and the privacy officer.
    fn is_overseen_by(&self, principal: &Principal) -> bool {
        match &principal.actor {
            Actor::ProcessCoordinator { municipality } => self.municipality() == Some(municipality),
            Actor::PrivacyOfficer => true,
            Actor::ShelterWorker
            | Actor::OutreachWorker { .. }
            | Actor::CareProvider
            | Actor::ClientSupporter
            | Actor::MunicipalAssessor { .. }
            | Actor::Police
            | Actor::EmbassyLiaison { .. }
            | Actor::ReceivingProvider
            | Actor::Ambassador { .. }
            | Actor::MonitorAnalyst { .. }
            | Actor::Administrator
            | Actor::System => false,
        }
    }
}

/// Opens the case in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    pub reason: BreakGlassReason,
    /// What the emergency is. The coordinator of the case reads it.
    pub explanation: Option<Text>,
}

impl Decide for BreakGlass {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let sees_it = match &at.by.actor {
            Actor::ProcessCoordinator { municipality } => path.municipality() == Some(municipality),
            Actor::CareProvider => path.involves(&at.by.organisation, at.now, at.deadlines),
            // The table of commands lets nobody else come here.
            Actor::ShelterWorker
            | Actor::OutreachWorker { .. }
            | Actor::ClientSupporter
            | Actor::MunicipalAssessor { .. }
            | Actor::Police
            | Actor::EmbassyLiaison { .. }
            | Actor::ReceivingProvider
            | Actor::Ambassador { .. }
            | Actor::MonitorAnalyst { .. }
            | Actor::PrivacyOfficer
            | Actor::Administrator
            | Actor::System => return Err(Refusal::NotYours),
        };
        if sees_it {
            return Err(BreakGlassRefusal::NotNeeded.into());
        }
        if path.opened_by(at.by, at.now).is_some() {
            return Err(BreakGlassRefusal::AlreadyOpen.into());
        }
        let broken = GlassBroken {
            glass: BreakGlassId(at.id),
            reason: self.reason,
            explanation: private(self.explanation),
            until: hours_after(at.now, at.deadlines.break_glass_hours.get()),
        };
        Ok(vec![PrivacyEvent::GlassBroken(broken).into()])
    }
}

/// Closes a case again that was opened in an emergency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndBreakGlass {}

impl Decide for EndBreakGlass {
    type Subject = BreakGlassId;

    fn decide(self, id: BreakGlassId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let may_end = |glass: &&BrokenGlass| glass.is_of(at.by) || path.is_overseen_by(at.by);
        let glass = path.privacy.glass(id).filter(may_end).ok_or(BreakGlassRefusal::Unknown)?;
        if !glass.is_open(at.now) {
            return Err(BreakGlassRefusal::Ended.into());
        }
        Ok(vec![PrivacyEvent::BreakGlassEnded(BreakGlassEnded { glass: id }).into()])
    }
}

/// Says whether it was justified that a case was opened in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReviewBreakGlass {
    pub outcome: BreakGlassOutcome,
    pub explanation: Option<Text>,
}

impl Decide for ReviewBreakGlass {
    type Subject = BreakGlassId;

    fn decide(self, id: BreakGlassId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let may_review = |_: &&BrokenGlass| path.is_overseen_by(at.by);
        let glass = path.privacy.glass(id).filter(may_review).ok_or(BreakGlassRefusal::Unknown)?;
        if path.opened_themselves(id, at.by) {
            return Err(BreakGlassRefusal::Own.into());
        }
        if glass.review.is_some() {
            return Err(BreakGlassRefusal::AlreadyReviewed.into());
        }
        if glass.is_open(at.now) {
            return Err(BreakGlassRefusal::StillOpen.into());
        }
        let (outcome, explanation) = (self.outcome, private(self.explanation));
        Ok(vec![PrivacyEvent::BreakGlassReviewed(BreakGlassReviewed { glass: id, outcome, explanation }).into()])
    }
}

#[cfg(test)]
#[path = "break_glass_tests.rs"]
mod tests;

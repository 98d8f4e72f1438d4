//! Exceptions: asked for, decided with a reason and an end, or overtaken by a disappearance.

use std::sync::Arc;

use chrono::TimeDelta;

use super::stay::Stay;
use super::{CarePath, Noted, Stamp};
use crate::codes::{ExceptionKind, ExceptionState};
use crate::command::Refusal;
use crate::deadlines::Deadlines;
use crate::fact::{Fact, Facts, Label, Origin, derived_facts, events, part_events};
use crate::ids::{BedId, ExceptionId};
use crate::policy::{Category, Depth};
use crate::private::Social;
use crate::text::Text;
use crate::time::{DateTime, hours_after};

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{DecideException, Decision, ExceptionRefusal, OvertakeException, RequestException};

part_events! {
    /// What becomes of a request for an exception.
    pub enum ExceptionEvent {
        ExceptionRequested(ExceptionRequested),
        ExceptionGranted(ExceptionGranted),
        ExceptionDenied(ExceptionDenied),
        ExceptionOvertaken(ExceptionOvertaken),
    }
}

events! {
    /// An exception was asked for.
    pub struct ExceptionRequested {
        exception: clear ExceptionId as "exception_id" => Presence, Minimal;
        kind: clear ExceptionKind => Presence, Full;
        /// The bed that is held until somebody decides.
        bed: maybe BedId as "bed_id" => Presence, Full;
        until: maybe DateTime => Presence, Full;
        reason: sealed(Text, Social) => Presence, Full;
    }

    /// It was granted.
    pub struct ExceptionGranted {
        exception: clear ExceptionId as "exception_id" => Presence, Minimal;
        reason: sealed(Text, Social) => Presence, Full;
        expires_at: maybe DateTime => Presence, Full;
    }

    /// It was denied.
    pub struct ExceptionDenied {
        exception: clear ExceptionId as "exception_id" => Presence, Minimal;
        reason: sealed(Text, Social) => Presence, Full;
    }

    /// The person disappeared before somebody decided.
    pub struct ExceptionOvertaken {
        exception: clear ExceptionId as "exception_id" => Presence, Minimal;
    }
}

impl ExceptionEvent {
    /// The request that it is about.
    #[must_use]
    pub fn exception(&self) -> ExceptionId {
        match self {
            Self::ExceptionRequested(event) => event.exception,
            Self::ExceptionGranted(event) => event.exception,
            Self::ExceptionDenied(event) => event.exception,
            Self::ExceptionOvertaken(event) => event.exception,
        }
    }
}

/// How a request ended.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum RequestEnd {
    Granted(Noted<ExceptionGranted>),
    Denied(Noted<ExceptionDenied>),
    Overtaken(Noted<ExceptionOvertaken>),
    /// The case was closed, or the person died, before somebody decided.
    Lapsed(Arc<Stamp>),
}

/// A request and what became of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ExceptionRequest {
    pub(crate) requested: Noted<ExceptionRequested>,
    /// `None` while it is pending.
    pub(crate) end: Option<RequestEnd>,
}

impl ExceptionRequest {
    /// Where it stands.
    pub(in crate::path) fn state(&self) -> ExceptionState {
        match self.end {
            None => ExceptionState::Pending,
            Some(RequestEnd::Granted(_)) => ExceptionState::Granted,
            Some(RequestEnd::Denied(_)) => ExceptionState::Denied,
            Some(RequestEnd::Overtaken(_) | RequestEnd::Lapsed(_)) => ExceptionState::Overtaken,
        }
    }

    fn decided_at(&self) -> Option<DateTime> {
        let stamp = match self.end.as_ref()? {
            RequestEnd::Granted(noted) => &noted.stamp,
            RequestEnd::Denied(noted) => &noted.stamp,
            RequestEnd::Overtaken(noted) => &noted.stamp,
            RequestEnd::Lapsed(stamp) => stamp,
        };
        Some(stamp.occurred.at)
    }

    /// What can be told of it as a whole.
    pub(crate) fn facts(&self) -> Facts<'_, Self> {
        Origin::derived().of(self)
    }
}

derived_facts! { ExceptionRequest as it, "exception" {
    state: is ExceptionState = "state" in Presence, Full: clear(it.state());
    decided_at: is DateTime = "decided_at" in Presence, Full: maybe(it.decided_at());
}}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &ExceptionEvent) {
    let (id, end) = match event {
        ExceptionEvent::ExceptionRequested(requested) => {
            path.exceptions.push(ExceptionRequest { requested: Noted::new(stamp, requested), end: None });
            return;
        }
        ExceptionEvent::ExceptionGranted(event) => (event.exception, RequestEnd::Granted(Noted::new(stamp, event))),
        ExceptionEvent::ExceptionDenied(event) => (event.exception, RequestEnd::Denied(Noted::new(stamp, event))),
        ExceptionEvent::ExceptionOvertaken(event) => (event.exception, RequestEnd::Overtaken(Noted::new(stamp, event))),
    };
    if let Some(request) = path.exceptions.iter_mut().find(|request| request.requested.exception == id) {
        request.end = Some(end);
    }
}

/// Where the policy finds until when a bed is theirs, where a granted exception moved that.
pub(crate) const UNTIL: Label = Label { name: "until", category: Category::Presence, depth: Depth::Full, sealed: None };

/// Where the policy finds when a granted exception ended.
pub(crate) const ENDED: Label =
    Label { name: "ended_at", category: Category::Presence, depth: Depth::Full, sealed: None };

/// Where the policy finds that a bed is held.
pub(crate) const HELD: Label = Label { name: "held", category: Category::Presence, depth: Depth::Full, sealed: None };

/// How many days before an exception runs out it is asked about for the first time; of one that lasts for less than twice as
/// long, when half of it is over.
const ENDS_SOON_DAYS: i64 = 3;

impl ExceptionRequest {
    /// When a granted exception is asked about: before it runs out, and when it does.
    pub(in crate::path) fn asked_about(&self) -> Vec<DateTime> {
        let Some(RequestEnd::Granted(granted)) = &self.end else { return Vec::new() };
        let from = granted.stamp.recorded_at;
        let soon = |ends: DateTime| {
            let half = (ends.signed_duration_since(from) / 2).clamp(TimeDelta::zero(), TimeDelta::days(ENDS_SOON_DAYS));
            ends.checked_sub_signed(half).unwrap_or(ends)
        };
        granted.expires_at.map(|ends| [soon(ends), ends]).into_iter().flatten().collect()
    }

    /// The decision by which a stay may last longer.
    fn prolongs(&self, bed: BedId) -> Option<&ExceptionGranted> {
        let Some(RequestEnd::Granted(granted)) = &self.end else { return None };
        let of_stay = is_for_a_stay(self.requested.kind) && self.requested.bed == Some(bed);
        of_stay.then_some(&granted.fact)
    }

    /// Whether another request goes on where this one ends: it asks for more of the same, or was granted for longer.
    pub(in crate::path) fn is_outlasted_by(&self, other: &Self) -> bool {
        let Some(RequestEnd::Granted(this)) = &self.end else { return false };
        let goes_on = match &other.end {
            None => true,
            Some(RequestEnd::Granted(longer)) => {
                this.expires_at.is_some() && longer.expires_at.is_none_or(|ends| Some(ends) > this.expires_at)
            }
            Some(RequestEnd::Denied(_) | RequestEnd::Overtaken(_) | RequestEnd::Lapsed(_)) => false,
        };
        let alike = |request: &Self| (request.requested.kind, request.requested.bed);
        goes_on && alike(self) == alike(other)
    }

    /// Whether a decision that is pending holds a bed.
    pub(in crate::path) fn is_pending_for(&self, bed: BedId) -> bool {
        self.requested.bed == Some(bed) && self.state() == ExceptionState::Pending
    }
}

/// Whether such an exception lets somebody keep a bed for longer than others.
pub(in crate::path) fn is_for_a_stay(kind: ExceptionKind) -> bool {
    match kind {
        ExceptionKind::Longer24hStay
        | ExceptionKind::LongerNightStay
        | ExceptionKind::ShelterWithoutEntitlement
        | ExceptionKind::Other => true,
        ExceptionKind::CareWithoutInsurance => false,
    }
}

impl CarePath {
    /// Until when a bed is theirs: as it was assigned, or as long as an exception was granted, if that is longer. `None` where
    /// nobody said.
    pub(in crate::path) fn stays_until(&self, stay: &Stay) -> Option<DateTime> {
        let granted = self.exceptions.iter().filter_map(|request| request.prolongs(stay.assigned.bed));
        let ends: Vec<_> = granted.map(|granted| granted.expires_at).collect();
        let without_end = ends.contains(&None);
        ends.into_iter().flatten().chain(stay.assigned.until).max().filter(|_| !without_end)
    }

    /// The same, as it can be told: `None` in it where nobody said.
    pub(crate) fn until_of(&self, stay: &Stay) -> Fact<'_, Option<DateTime>> {
        Fact::new(UNTIL, Origin::derived(), Some(self.stays_until(stay)))
    }

    /// Since when it is known that a bed may be theirs for longer than it was given: somebody asked for that, and it was not denied.
    pub(in crate::path) fn kept_since(&self, bed: BedId) -> Option<DateTime> {
        let keeps = |request: &&ExceptionRequest| request.is_pending_for(bed) || request.prolongs(bed).is_some();
        self.exceptions.iter().filter(keeps).map(|request| request.requested.stamp.recorded_at).min()
    }

    /// When a granted exception ended, as far as it has at a time: it ran out, the bed that it was for was given up, the case was
    /// closed, or the person died.
    pub(crate) fn exception_ended(&self, request: &ExceptionRequest, at: DateTime) -> Option<DateTime> {
        let Some(RequestEnd::Granted(granted)) = &request.end else { return None };
        let ran_out = granted.expires_at.filter(|ends| *ends <= at);
        let bed_ended = request.requested.bed.and_then(|bed| self.stay(bed)?.ended());
        let closed = self.case.closed.as_ref().map(|closed| &closed.stamp);
        let died = self.case.died.as_ref().map(|died| &died.stamp);
        let ends = [bed_ended, closed, died].into_iter().flatten().map(|stamp| stamp.occurred.at);
        ends.chain(ran_out).min().map(|ended| ended.max(granted.stamp.occurred.at))
    }

    /// The same, as it can be told.
    pub(crate) fn exception_ended_told(&self, request: &ExceptionRequest, at: DateTime) -> Fact<'_, DateTime> {
        Fact::new(ENDED, Origin::derived(), self.exception_ended(request, at))
    }

    /// Nobody decides any more on what was asked for.
    pub(super) fn overtake_requests(&mut self, stamp: &Arc<Stamp>, concerns: impl Fn(&Stamp) -> bool) {
        let pending = |request: &&mut ExceptionRequest| request.end.is_none() && concerns(&request.requested.stamp);
        for request in self.exceptions.iter_mut().filter(pending) {
            request.end = Some(RequestEnd::Lapsed(stamp.clone()));
        }
    }

    /// Whether a bed is held because a decision about it is pending.
    pub(crate) fn awaits_decision(&self, bed: BedId) -> bool {
        self.exceptions.iter().any(|request| request.is_pending_for(bed))
    }

    /// Whether a bed is held at a time: a decision about it is pending, or a no-show holds it.
    pub(crate) fn is_held(&self, bed: BedId, now: DateTime, deadlines: &Deadlines) -> bool {
        let missed = || self.held_after_no_show(bed, deadlines).is_some_and(|until| now < until);
        self.awaits_decision(bed) || missed()
    }

    /// Until when a no-show holds a bed; `None` where the person was heard of since, or the bed was not held.
    pub(crate) fn held_after_no_show(&self, bed: BedId, deadlines: &Deadlines) -> Option<DateTime> {
        let stay = self.stay(bed).filter(|stay| stay.is_open())?;
        let missed = stay.no_shows.last().filter(|missed| missed.bed_held)?;
        let heard = self.was_heard_of_since(missed.stamp.occurred.at);
        (!heard).then(|| hours_after(missed.stamp.recorded_at, deadlines.bed_hold_hours))
    }

    /// Whether a bed is held, as it can be told.
    pub(crate) fn hold_on(&self, bed: BedId, now: DateTime, deadlines: &Deadlines) -> Fact<'_, bool> {
        Fact::new(HELD, Origin::derived(), Some(self.is_held(bed, now, deadlines)))
    }

    fn pending(&self, id: ExceptionId) -> Result<(), Refusal> {
        let request = self.exceptions.iter().find(|request| request.requested.exception == id);
        match request.map(ExceptionRequest::state) {
            None => Err(ExceptionRefusal::Unknown.into()),
            Some(ExceptionState::Pending) => Ok(()),
            Some(ExceptionState::Overtaken) => Err(ExceptionRefusal::Overtaken.into()),
            Some(ExceptionState::Granted | ExceptionState::Denied) => Err(ExceptionRefusal::AlreadyDecided.into()),
        }
    }
}

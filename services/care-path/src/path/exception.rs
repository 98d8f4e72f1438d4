//! Exceptions: asked for, decided with a reason and an end, or overtaken by a disappearance.

use std::sync::Arc;

use serde::Deserialize;

use super::{CarePath, Noted, Stamp};
use crate::codes::{ExceptionKind, ExceptionState};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::fact::{Fact, Facts, Label, Origin, derived_facts, events, part_events};
use crate::ids::{BedId, ExceptionId};
use crate::policy::{Category, Depth};
use crate::private::Social;
use crate::text::Text;
use crate::time::{DateTime, Moment};

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

/// How a request ended.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum RequestEnd {
    Granted(Noted<ExceptionGranted>),
    Denied(Noted<ExceptionDenied>),
    Overtaken(Noted<ExceptionOvertaken>),
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
            Some(RequestEnd::Overtaken(_)) => ExceptionState::Overtaken,
        }
    }

    fn decided_at(&self) -> Option<DateTime> {
        let stamp = match self.end.as_ref()? {
            RequestEnd::Granted(noted) => &noted.stamp,
            RequestEnd::Denied(noted) => &noted.stamp,
            RequestEnd::Overtaken(noted) => &noted.stamp,
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

/// Where the policy finds that a bed is held.
pub(crate) const HELD: Label = Label { name: "held", category: Category::Presence, depth: Depth::Full, sealed: None };

impl CarePath {
    /// Whether a bed is held because a decision about it is pending.
    pub(crate) fn is_held(&self, bed: BedId) -> bool {
        let pending = |request: &ExceptionRequest| request.state() == ExceptionState::Pending;
        self.exceptions.iter().any(|request| request.requested.bed == Some(bed) && pending(request))
    }

    /// Whether a bed is held, as it can be told.
    pub(crate) fn hold_on(&self, bed: BedId) -> Fact<'_, bool> {
        Fact::new(HELD, Origin::derived(), Some(self.is_held(bed)))
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

refusals! {
    /// Why an exception is not requested or decided.
    ExceptionRefusal {
        Unknown = "exception_unknown": "there is no such request on this path",
        AlreadyPending = "exception_already_pending": "the same exception was requested and is not yet decided",
        AlreadyDecided = "exception_already_decided": "the request was decided already",
        Overtaken = "exception_overtaken": "the person disappeared before the decision; the request was overtaken",
        OutOfSight = "person_out_of_sight": "the person is out of sight",
    }
}

/// Asks for an exception. The open bed at the own organisation is held until somebody decides.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RequestException {
    pub kind: ExceptionKind,
    /// Until when it is asked.
    pub until: Option<Moment>,
    pub reason: Text,
}

impl Decide for RequestException {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        if path.is_out_of_sight() {
            return Err(ExceptionRefusal::OutOfSight.into());
        }
        let until = at.still_to_come("until", self.until)?;
        let same = |request: &ExceptionRequest| {
            request.state() == ExceptionState::Pending
                && request.requested.kind == self.kind
                && request.requested.stamp.by.organisation == at.by.organisation
        };
        if path.exceptions.iter().any(same) {
            return Err(ExceptionRefusal::AlreadyPending.into());
        }
        let bed = path.open_stays().find(|stay| stay.assigned.organisation == at.by.organisation);
        Ok(vec![
            ExceptionEvent::ExceptionRequested(ExceptionRequested {
                exception: ExceptionId(at.id),
                kind: self.kind,
                bed: bed.map(|stay| stay.assigned.bed),
                until,
                reason: self.reason.into(),
            })
            .into(),
        ])
    }
}

/// What the coordinator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Granted,
    Denied,
}

/// Decides on a request: with a reason, either way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DecideException {
    pub decision: Decision,
    pub reason: Text,
    /// Until when a granted exception holds; unless said, until when it was asked.
    pub expires_at: Option<Moment>,
}

impl Decide for DecideException {
    type Subject = ExceptionId;

    fn decide(self, exception: ExceptionId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.pending(exception)?;
        let reason = self.reason.into();
        let event = match self.decision {
            Decision::Denied => ExceptionEvent::ExceptionDenied(ExceptionDenied { exception, reason }),
            Decision::Granted => {
                let asked = path.exceptions.iter().find(|request| request.requested.exception == exception);
                let expires_at = at.still_to_come("expires_at", self.expires_at)?;
                let expires_at = expires_at.or(asked.and_then(|request| request.requested.until));
                ExceptionEvent::ExceptionGranted(ExceptionGranted { exception, reason, expires_at })
            }
        };
        Ok(vec![event.into()])
    }
}

/// Says that events overtook a request that nobody decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OvertakeException {}

impl Decide for OvertakeException {
    type Subject = ExceptionId;

    fn decide(self, exception: ExceptionId, path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.pending(exception)?;
        Ok(vec![ExceptionEvent::ExceptionOvertaken(ExceptionOvertaken { exception }).into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const REQUEST: ExceptionId = ExceptionId(id_of_command(1));

    fn decide(decision: Decision) -> DecideException {
        DecideException { decision, reason: "the doctor advises it".parse().unwrap(), expires_at: None }
    }

    fn requested() -> Given {
        given([signalled()]).when(a_bed()).and(an_exception_request()).by(coordinator())
    }

    #[test]
    fn a_request_is_granted_until_when_it_was_asked() {
        requested().and_on(REQUEST, decide(Decision::Granted)).then(|path| {
            assert_eq!(path.exceptions[0].state(), ExceptionState::Granted);
            let Some(RequestEnd::Granted(granted)) = &path.exceptions[0].end else { panic!("not granted") };
            assert_eq!(granted.expires_at, path.exceptions[0].requested.until);
        });
    }

    #[test]
    fn a_denial_frees_the_bed() {
        requested()
            .then(|path| assert!(path.is_held(BedId(id_of_command(0)))))
            .and_on(REQUEST, decide(Decision::Denied))
            .then(|path| assert!(!path.is_held(BedId(id_of_command(0)))));
    }

    #[test]
    fn a_request_is_decided_once() {
        requested()
            .and_on(REQUEST, decide(Decision::Denied))
            .and_on(REQUEST, decide(Decision::Granted))
            .then_err(ExceptionRefusal::AlreadyDecided);
        given([signalled()]).when_on(REQUEST, decide(Decision::Denied)).then_err(ExceptionRefusal::Unknown);
    }

    #[test]
    fn an_overtaken_request_is_not_decided_any_more() {
        requested().and(a_lookout()).and_on(REQUEST, decide(Decision::Denied)).then_err(ExceptionRefusal::Overtaken);
    }

    #[test]
    fn the_same_exception_is_not_asked_twice_nor_for_somebody_out_of_sight() {
        given([signalled()])
            .when(an_exception_request())
            .and(an_exception_request())
            .then_err(ExceptionRefusal::AlreadyPending);
        given([signalled()]).when(a_lookout()).and(an_exception_request()).then_err(ExceptionRefusal::OutOfSight);
    }

    #[test]
    fn an_exception_that_would_have_ended_is_refused_by_field() {
        given([signalled()])
            .when(RequestException { until: Some(moment(-2)), ..an_exception_request() })
            .then_field("until");
    }
}

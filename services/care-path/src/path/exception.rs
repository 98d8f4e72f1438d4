//! Exceptions: asked for, decided with a reason and an end, or overtaken by a disappearance.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{CarePath, Noted, Stamp};
use crate::codes::{ExceptionKind, ExceptionState};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::{BedId, ExceptionId};
use crate::policy::Category::Presence;
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Details;
use crate::private::{Private, Social};
use crate::text::Text;
use crate::time::{DateTime, Moment};

/// What becomes of a request for an exception.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", content = "data", rename_all = "snake_case", deny_unknown_fields)]
pub enum ExceptionEvent {
    ExceptionRequested(ExceptionRequested),
    ExceptionGranted {
        exception: ExceptionId,
        reason: Private<Text, Social>,
        expires_at: Option<DateTime>,
    },
    ExceptionDenied {
        exception: ExceptionId,
        reason: Private<Text, Social>,
    },
    /// The person disappeared before somebody decided.
    ExceptionOvertaken {
        exception: ExceptionId,
    },
}

/// An exception was asked for.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExceptionRequested {
    pub exception: ExceptionId,
    pub kind: ExceptionKind,
    /// The bed that is held until somebody decides.
    pub bed: Option<BedId>,
    pub until: Option<DateTime>,
    pub reason: Private<Text, Social>,
}

/// A request and what became of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ExceptionRequest {
    pub(crate) requested: Noted<ExceptionRequested>,
    pub(crate) state: ExceptionState,
    pub(crate) decided: Option<Arc<Stamp>>,
    pub(crate) decision_reason: Option<Private<Text, Social>>,
    pub(crate) expires_at: Option<DateTime>,
}

impl ExceptionEvent {
    pub(crate) fn describe(&self, details: &mut Details<'_>) {
        match self {
            Self::ExceptionRequested(requested) => {
                details.clear("exception_id", Presence, Minimal, &requested.exception);
                details.clear("kind", Presence, Full, &requested.kind);
                details.maybe("bed_id", Presence, Full, requested.bed.as_ref());
                details.maybe("until", Presence, Full, requested.until.as_ref());
                details.private("reason", Presence, Full, Some(&requested.reason));
            }
            Self::ExceptionGranted { exception, reason, expires_at } => {
                details.clear("exception_id", Presence, Minimal, exception);
                details.private("reason", Presence, Full, Some(reason));
                details.maybe("expires_at", Presence, Full, expires_at.as_ref());
            }
            Self::ExceptionDenied { exception, reason } => {
                details.clear("exception_id", Presence, Minimal, exception);
                details.private("reason", Presence, Full, Some(reason));
            }
            Self::ExceptionOvertaken { exception } => details.clear("exception_id", Presence, Minimal, exception),
        }
    }
}

/// Moves the one of that id to a state, and gives it for what else changed.
fn decided<'a>(
    all: &'a mut [ExceptionRequest],
    stamp: &Arc<Stamp>,
    id: &ExceptionId,
    state: ExceptionState,
) -> Option<&'a mut ExceptionRequest> {
    let found = all.iter_mut().find(|each| each.requested.exception == *id)?;
    found.state = state;
    found.decided = Some(stamp.clone());
    Some(found)
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &ExceptionEvent) {
    match event {
        ExceptionEvent::ExceptionRequested(requested) => path.exceptions.push(ExceptionRequest {
            requested: Noted::new(stamp, requested),
            state: ExceptionState::Pending,
            decided: None,
            decision_reason: None,
            expires_at: None,
        }),
        ExceptionEvent::ExceptionGranted { exception, reason, expires_at } => {
            if let Some(request) = decided(&mut path.exceptions, stamp, exception, ExceptionState::Granted) {
                request.decision_reason = Some(reason.clone());
                request.expires_at = *expires_at;
            }
        }
        ExceptionEvent::ExceptionDenied { exception, reason } => {
            if let Some(request) = decided(&mut path.exceptions, stamp, exception, ExceptionState::Denied) {
                request.decision_reason = Some(reason.clone());
            }
        }
        ExceptionEvent::ExceptionOvertaken { exception } => {
            decided(&mut path.exceptions, stamp, exception, ExceptionState::Overtaken);
        }
    }
}

impl CarePath {
    /// Whether a bed is held because a decision about it is pending.
    pub(crate) fn is_held(&self, bed: BedId) -> bool {
        let pending = |request: &ExceptionRequest| request.state == ExceptionState::Pending;
        self.exceptions.iter().any(|request| request.requested.bed == Some(bed) && pending(request))
    }

    fn pending(&self, id: ExceptionId) -> Result<(), Refusal> {
        let request = self.exceptions.iter().find(|request| request.requested.exception == id);
        match request.map(|request| request.state) {
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
        let until = at.to_come("until", self.until)?;
        let same = |request: &ExceptionRequest| {
            request.state == ExceptionState::Pending
                && request.requested.kind == self.kind
                && request.requested.stamp.by.organisation == at.by.organisation
        };
        if path.exceptions.iter().any(same) {
            return Err(ExceptionRefusal::AlreadyPending.into());
        }
        let bed = path.open_stays().find(|stay| stay.bed.organisation == at.by.organisation);
        Ok(vec![
            ExceptionEvent::ExceptionRequested(ExceptionRequested {
                exception: ExceptionId(at.id),
                kind: self.kind,
                bed: bed.map(|stay| stay.bed.bed),
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
            Decision::Denied => ExceptionEvent::ExceptionDenied { exception, reason },
            Decision::Granted => {
                let asked = path.exceptions.iter().find(|request| request.requested.exception == exception);
                let expires_at = at.to_come("expires_at", self.expires_at)?;
                let expires_at = expires_at.or(asked.and_then(|request| request.requested.until));
                ExceptionEvent::ExceptionGranted { exception, reason, expires_at }
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
        Ok(vec![ExceptionEvent::ExceptionOvertaken { exception }.into()])
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
            assert_eq!(path.exceptions[0].state, ExceptionState::Granted);
            assert_eq!(path.exceptions[0].expires_at, path.exceptions[0].requested.until);
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

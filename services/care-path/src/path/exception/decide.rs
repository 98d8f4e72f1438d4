//! Decisions on exceptions: to ask for one, to grant or deny it, to say that events overtook it.

use super::{
    ExceptionDenied, ExceptionEvent, ExceptionGranted, ExceptionOvertaken, ExceptionRequest, ExceptionRequested,
    is_for_a_stay,
};
use crate::codes::{ExceptionKind, ExceptionState};
use crate::command::{Context, Decide, Refusal, Requires, refusals};
use crate::event::Event;
use crate::ids::ExceptionId;
use crate::path::CarePath;
use crate::text::Text;
use crate::time::Moment;
use serde::Deserialize;

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

/// Asks for an exception. The open bed at the own organisation, or for a longer stay the bed that the person has elsewhere,
/// is held until somebody decides.
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

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
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
        let elsewhere = || path.open_stay(at.occurred.at).filter(|_| is_for_a_stay(self.kind));
        let bed = path.open_stay_at(&at.by.organisation, at.occurred.at).or_else(elsewhere);
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
    /// Until when a granted exception holds; unless said, until when it was asked. It moves the end of the stay that it was
    /// asked for, where that is earlier.
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
                if expires_at.is_some_and(|ends| ends <= at.now) {
                    return Err(Refusal::field("expires_at", "must be said: until when it was asked has passed"));
                }
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

//! The order in which a path is folded: that in which things happened.
//!
//! An event comes neither before what it follows from, nor before what it is about was made, nor before what it undoes: an
//! undoing that is said to have happened earlier than what it undoes still undoes it.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::Stamp;
use super::case::CaseEvent;
use super::identity::IdentityEvent;
use super::record::linked_when;
use super::repatriation::RepatriationEvent;
use super::stay::StayEvent;
use crate::event::{Event, EventKind};
use crate::ids::{EventId, PersonId};
use crate::time::DateTime;

/// The events of a history in the order in which they happened, each with when that was. `struck` says which were retracted.
pub(crate) fn in_order<'a>(
    history: &[(&'a Arc<Stamp>, &'a Event)],
    struck: impl Fn(EventId) -> bool,
) -> Vec<(DateTime, &'a Arc<Stamp>, &'a Event)> {
    let makers = history.iter().filter(|(_, event)| makes_its_thing(event.kind()));
    let made: HashMap<Uuid, DateTime> =
        makers.filter_map(|(stamp, event)| Some((thing(event)?, stamp.occurred.at))).collect();
    let undone = undone(history, struck);
    let mut turns: HashMap<EventId, Turn> = HashMap::new();
    let mut ordered: Vec<_> = history
        .iter()
        .map(|(stamp, event)| {
            let cause = stamp.caused_by.and_then(|cause| turns.get(&cause));
            let made = thing(event).and_then(|thing| made.get(&thing));
            let turn = Turn::of(stamp, cause, made, undone.get(&stamp.event_id));
            turns.insert(stamp.event_id, turn);
            (turn, *stamp, *event)
        })
        .collect();
    ordered.sort_by_key(|(turn, _, _)| *turn);
    ordered.into_iter().map(|(turn, stamp, event)| (turn.at, stamp, event)).collect()
}

/// When it is an event's turn. At one instant the order of the log decides, but for what had to wait for its time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    at: DateTime,
    /// What had to wait comes after what happened then.
    waited: Option<Waited>,
}

/// In which order those come that waited for the same time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Waited {
    /// First the one that is said to have happened first.
    said: DateTime,
    /// Of the steps of one course, the one that was recorded first.
    recorded_at: DateTime,
}

impl Turn {
    fn of(stamp: &Stamp, cause: Option<&Self>, made: Option<&DateTime>, undone: Option<&DateTime>) -> Self {
        let occurred = stamp.occurred.at;
        let floors = [cause.map(|cause| cause.at), made.copied(), undone.copied()].into_iter().flatten();
        let at = floors.fold(occurred, DateTime::max);
        let own = Waited { said: if undone.is_some() { at } else { occurred }, recorded_at: stamp.recorded_at };
        let waited = cause.and_then(|cause| cause.waited).map_or(own, |cause| Waited {
            said: own.said.max(cause.said),
            recorded_at: own.recorded_at.max(cause.recorded_at),
        });
        Self { at, waited: (at > occurred).then_some(waited) }
    }
}

/// What is done, and undone, and may be done again. Each of its steps was decided on those that were recorded before it.
#[derive(PartialEq, Eq, Hash)]
enum Course {
    /// Whether two persons are one.
    Link(PersonId, PersonId),
    /// Whether the case of a person is closed, as people say. What shows that the person is there opens it by itself: that
    /// goes by when it happened.
    Closing(PersonId),
    /// A referral, or a question within a handover.
    Thing(Uuid),
}

/// Of each event that undoes something: when the last happened of what it may undo.
fn undone(history: &[(&Arc<Stamp>, &Event)], struck: impl Fn(EventId) -> bool) -> HashMap<EventId, DateTime> {
    let mut courses: HashMap<Course, Vec<&Stamp>> = HashMap::new();
    let links: Vec<_> = history.iter().filter_map(|(stamp, event)| Some((&***stamp, links(event)?))).collect();
    // A case is closed under one id and opened again under another that it was linked with by then.
    let case_of = |stamp: &Stamp| linked_when(links.iter().copied(), stamp.person_id, stamp).first().copied();
    for (stamp, event) in history {
        if let Some(course) = course(stamp, event, case_of).filter(|_| !struck(stamp.event_id)) {
            courses.entry(course).or_default().push(stamp);
        }
    }
    let mut undone = HashMap::new();
    for mut steps in courses.into_values() {
        steps.sort_unstable_by_key(|step| (step.recorded_at, step.event_id));
        let mut last: Option<DateTime> = None;
        for step in steps {
            if let Some(last) = last {
                undone.insert(step.event_id, last);
            }
            last = last.max(Some(step.occurred.at));
        }
    }
    undone
}

/// What an event says of who is one with whom.
fn links(event: &Event) -> Option<&IdentityEvent> {
    let Event::Identity(event) = event else { return None };
    event.links().map(|_| event)
}

/// Of what an event is a step, if it is of something that is done and undone.
fn course(stamp: &Stamp, event: &Event, case_of: impl Fn(&Stamp) -> Option<PersonId>) -> Option<Course> {
    let with = |other: PersonId| Course::Link(stamp.person_id.min(other), stamp.person_id.max(other));
    match event {
        Event::Identity(IdentityEvent::PersonsLinked(event)) => Some(with(event.with)),
        Event::Identity(IdentityEvent::PersonsUnlinked(event)) => Some(with(event.with)),
        Event::Identity(IdentityEvent::MatchDismissed(event)) => Some(with(event.other)),
        Event::Case(CaseEvent::CaseClosed(_)) => case_of(stamp).map(Course::Closing),
        Event::Case(CaseEvent::CaseReopened(_)) => {
            case_of(stamp).filter(|_| stamp.caused_by.is_none()).map(Course::Closing)
        }
        Event::Referral(event) => Some(Course::Thing(event.referral().0)),
        Event::Repatriation(RepatriationEvent::HandoverQuestionAsked(event)) => {
            Some(Course::Thing(event.question_id.0))
        }
        Event::Repatriation(RepatriationEvent::HandoverQuestionAnswered(event)) => {
            Some(Course::Thing(event.question_id.0))
        }
        Event::Identity(_)
        | Event::Case(_)
        // Their steps are told apart whatever their order, and none comes before the thing was made.
        | Event::Repatriation(_)
        | Event::Stay(_)
        | Event::Lost(_)
        | Event::Exception(_)
        | Event::Privacy(_)
        // What the paths of several say has no one order: see `Relation`.
        | Event::Relation(_)
        | Event::Correction(_)
        | Event::Signal(_)
        | Event::Intake(_)
        | Event::Incident(_)
        | Event::Rights(_)
        | Event::Discharge(_)
        | Event::Deadline(_)
        | Event::Directory(_)
        | Event::Figures(_) => None,
    }
}

/// Whether such an event makes the thing that it and others are about.
fn makes_its_thing(kind: EventKind) -> bool {
    use EventKind as K;
    matches!(
        kind,
        K::BedAssigned
            | K::ReferralMade
            | K::LookoutIssued
            | K::CareAlertFiled
            | K::ExceptionRequested
            | K::DischargeAnnounced
            | K::ConsentGiven
            | K::HandoverProposed
            | K::HoldPlaced
            | K::GlassBroken
    )
}

/// The bed, referral, lookout, … that an event makes or is about.
pub(super) fn thing(event: &Event) -> Option<Uuid> {
    match event {
        Event::Stay(StayEvent::BedAssigned(event)) => Some(event.bed.0),
        Event::Stay(StayEvent::AttendanceRecorded(event)) => event.bed.map(|bed| bed.0),
        Event::Stay(StayEvent::NoShowRecorded(event)) => Some(event.bed.0),
        Event::Stay(StayEvent::BedReleased(event)) => Some(event.bed.0),
        Event::Referral(event) => Some(event.referral().0),
        Event::Lost(event) => {
            event.lookout().map(|lookout| lookout.0).or_else(|| event.care_alert().map(|alert| alert.0))
        }
        Event::Exception(event) => Some(event.exception().0),
        Event::Discharge(event) => event.discharge().map(|discharge| discharge.0),
        Event::Repatriation(RepatriationEvent::ConsentGiven(event)) => Some(event.consent.0),
        Event::Repatriation(RepatriationEvent::ConsentWithdrawn(event)) => Some(event.consent.0),
        Event::Repatriation(event) => event.handover().map(|handover| handover.0),
        Event::Privacy(event) => event.hold().map(|hold| hold.0).or_else(|| event.break_glass().map(|glass| glass.0)),
        Event::Correction(_)
        | Event::Signal(_)
        | Event::Identity(_)
        | Event::Relation(_)
        | Event::Intake(_)
        | Event::Incident(_)
        | Event::Rights(_)
        | Event::Case(_)
        | Event::Deadline(_)
        | Event::Directory(_)
        | Event::Figures(_) => None,
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;

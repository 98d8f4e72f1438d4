//! What was recorded, what of it counts, and in which order it happened.
//!
//! A path is folded in the order of happening, not of recording: what is told late takes its place in the past. An entry
//! that was retracted counts for nothing, nor does what followed from it alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::Stamp;
use super::repatriation::RepatriationEvent;
use super::stay::StayEvent;
use crate::codes::Role;
use crate::event::{Event, EventKind};
use crate::ids::EventId;
use crate::time::DateTime;

/// An event as the path remembers it, whether it counts or not.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Recorded {
    pub(crate) stamp: Arc<Stamp>,
    pub(crate) kind: EventKind,
    /// The bed, referral, lookout, … that it made or was about.
    pub(crate) thing: Option<Uuid>,
}

/// Why an event does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Uncounted {
    /// It was retracted, by this event.
    Retracted(EventId),
    /// What it rested on does not count, or was answered before it.
    Overtaken,
}

/// Everything that was recorded on a path, in the order of the log.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(in crate::path) struct Record {
    entries: Vec<Recorded>,
    uncounted: BTreeMap<EventId, Uncounted>,
    /// When the last happened of what was taken in.
    until: Option<DateTime>,
}

impl Record {
    /// A record of a whole history, with what of it was retracted.
    pub(super) fn of(history: &[(&Arc<Stamp>, &Event)]) -> Self {
        let mut record = Self::default();
        // The newest first: a retraction that was retracted itself strikes nothing.
        for (stamp, event) in history.iter().rev() {
            if let Event::Correction(correction) = event
                && !record.uncounted.contains_key(&stamp.event_id)
            {
                record.uncounted.insert(correction.strikes(), Uncounted::Retracted(stamp.event_id));
            }
        }
        record
    }

    pub(super) fn note(&mut self, stamp: &Arc<Stamp>, event: &Event) {
        self.entries.push(Recorded { stamp: stamp.clone(), kind: event.kind(), thing: thing(event) });
    }

    /// All of it, whether it counts or not.
    #[cfg(test)]
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Recorded> {
        self.entries.iter()
    }

    /// Whether an event that comes last in the log happened last as well, and changes nothing of what went before.
    pub(super) fn ends_with(&self, stamp: &Stamp, event: &Event) -> bool {
        !matches!(event, Event::Correction(_)) && self.until.is_none_or(|until| until <= stamp.occurred.at)
    }

    pub(super) fn reach(&mut self, happened: DateTime) {
        self.until = self.until.max(Some(happened));
    }

    /// Whether an event counts. One that does not, as its cause does not, is remembered as such.
    pub(super) fn counts(&mut self, stamp: &Stamp, kind: EventKind) -> bool {
        let revocation = Revocation::of(kind);
        match self.uncounted.get(&stamp.event_id) {
            Some(Uncounted::Retracted(_)) => return revocation != Revocation::ByRetraction,
            Some(Uncounted::Overtaken) => return false,
            None => {}
        }
        // What people recorded stands on its own: with what the same command recorded it is retracted by name.
        let follows = match revocation {
            Revocation::WithItsCause => true,
            Revocation::ByRetraction => stamp.by.role == Role::System,
            Revocation::Never => false,
        };
        if follows && stamp.caused_by.is_some_and(|cause| self.uncounted.contains_key(&self.ground(cause))) {
            self.overtake(stamp.event_id);
            return false;
        }
        true
    }

    /// What an event rests on: that a disappearance was escalated is no ground of its own.
    fn ground(&self, cause: EventId) -> EventId {
        let escalated = || self.find(cause).filter(|found| found.kind == EventKind::Escalated)?.stamp.caused_by;
        if self.uncounted.contains_key(&cause) { escalated().unwrap_or(cause) } else { cause }
    }

    /// What an event said turned out to be answered before it happened.
    pub(super) fn overtake(&mut self, event: EventId) {
        self.uncounted.entry(event).or_insert(Uncounted::Overtaken);
    }

    /// Why an event does not count; `None` where it does.
    pub(crate) fn uncounted(&self, event: EventId) -> Option<Uncounted> {
        self.uncounted.get(&event).copied()
    }

    pub(crate) fn find(&self, event: EventId) -> Option<&Recorded> {
        self.entries.iter().find(|entry| entry.stamp.event_id == event)
    }

    /// What one command recorded, of which this entry is one, in its order.
    pub(super) fn command_of(&self, entry: &Recorded) -> Vec<&Recorded> {
        let together =
            |other: &Recorded| (&other.stamp.by, other.stamp.occurred) == (&entry.stamp.by, entry.stamp.occurred);
        let of_command: Vec<_> = self.entries.iter().filter(|other| together(other)).collect();
        // Each rests on the one before it, and the first on none of them.
        let mut linked = BTreeSet::from([entry.stamp.event_id]);
        for other in of_command.iter().rev() {
            if let Some(cause) = other.stamp.caused_by.filter(|_| linked.contains(&other.stamp.event_id)) {
                linked.insert(cause);
            }
        }
        for other in &of_command {
            if other.stamp.caused_by.is_some_and(|cause| linked.contains(&cause)) {
                linked.insert(other.stamp.event_id);
            }
        }
        of_command.into_iter().filter(|other| linked.contains(&other.stamp.event_id)).collect()
    }
}

/// How an event comes to count for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revocation {
    /// By a retraction; where Baken recorded it, with what it followed from as well.
    ByRetraction,
    /// With what it followed from alone.
    WithItsCause,
    /// Never: it is undone by a command of its own, or it stopped something that must be begun anew.
    Never,
}

impl Revocation {
    pub(super) fn of(kind: EventKind) -> Self {
        use EventKind as K;
        match kind {
            K::SignalReceived
            | K::ContactMade
            | K::IdentityUpdated
            | K::IntakeCompleted
            | K::TurnedAway
            | K::BedAssigned
            | K::AttendanceRecorded
            | K::NoShowRecorded
            | K::BedReleased
            | K::IncidentObserved
            | K::RightsAssessed
            | K::IndDecisionRecorded
            | K::InsuranceRecorded
            | K::UninsuredReportFiled
            | K::ReferralMade
            | K::ReferralAccepted
            | K::ReferralDeclined
            | K::ReferralWaitlisted
            | K::ReferralWithdrawn
            | K::CareStarted
            | K::CareEnded
            | K::DroppedOut
            | K::WentOutOfSight
            | K::LookoutIssued
            | K::LookoutAcknowledged
            | K::SightingReported
            | K::LookoutResolved
            | K::CareAlertFiled
            | K::CareAlertAnswered
            | K::ExceptionRequested
            | K::ExceptionGranted
            | K::ExceptionDenied
            | K::DischargedTo
            | K::DischargeAnnounced
            | K::DischargeCalledOff
            | K::ReturnOptionsPresented
            | K::ReturnRefused
            | K::ReturnConditionEvidenced
            | K::ConsentGiven
            | K::HandoverAcknowledged
            | K::HandoverAccepted
            | K::HandoverDeclined
            | K::HandoverDocumentAttached
            | K::HandoverQuestionAsked
            | K::HandoverQuestionAnswered
            | K::Departed
            | K::ArrivalConfirmed
            | K::FollowUpRecorded
            | K::NoteAdded
            | K::CaseClosed
            | K::DeathRecorded
            | K::EntryRetracted => Self::ByRetraction,
            K::Escalated
            | K::LookoutExpired
            | K::LookoutEnded
            | K::CareAlertEnded
            | K::ExceptionOvertaken
            | K::CaseReopened => Self::WithItsCause,
            K::PersonsLinked
            | K::PersonsUnlinked
            | K::MatchDismissed
            | K::MatchReleased
            | K::MatchAgreed
            | K::PersonsRelated
            | K::PersonsUnrelated
            | K::HandoverProposed
            | K::HandoverWithdrawn
            | K::ConsentWithdrawn
            | K::CoordinatorAssigned
            | K::DeadlinePassed
            | K::HoldPlaced
            | K::HoldLifted
            | K::SubjectErased => Self::Never,
        }
    }
}

/// The events of a history in the order in which they happened, each with when that was: not before what it follows from,
/// nor before what it is about was made.
pub(super) fn in_order<'a>(history: &[(&'a Arc<Stamp>, &'a Event)]) -> Vec<(DateTime, &'a Arc<Stamp>, &'a Event)> {
    let makers = history.iter().filter(|(_, event)| makes_its_thing(event.kind()));
    let made: HashMap<Uuid, DateTime> =
        makers.filter_map(|(stamp, event)| Some((thing(event)?, stamp.occurred.at))).collect();
    let mut events: HashMap<EventId, DateTime> = HashMap::new();
    let mut ordered: Vec<_> = history
        .iter()
        .map(|(stamp, event)| {
            let cause = stamp.caused_by.and_then(|cause| events.get(&cause));
            let thing = thing(event).and_then(|thing| made.get(&thing));
            let at = [cause, thing].into_iter().flatten().fold(stamp.occurred.at, |at, floor| at.max(*floor));
            events.insert(stamp.event_id, at);
            (at, *stamp, *event)
        })
        .collect();
    // What had to wait for its time comes after what happened then.
    ordered.sort_by_key(|(at, stamp, _)| (*at, *at > stamp.occurred.at));
    ordered
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
    )
}

/// The bed, referral, lookout, … that an event makes or is about.
fn thing(event: &Event) -> Option<Uuid> {
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
        Event::Privacy(event) => event.hold().map(|hold| hold.0),
        Event::Correction(_)
        | Event::Signal(_)
        | Event::Identity(_)
        | Event::Relation(_)
        | Event::Intake(_)
        | Event::Incident(_)
        | Event::Rights(_)
        | Event::Case(_)
        | Event::Deadline(_) => None,
    }
}

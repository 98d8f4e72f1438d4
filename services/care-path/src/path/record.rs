//! What was recorded, what of it counts, and in which order it happened.
//!
//! A path is folded in the order of happening, not of recording: what is told late takes its place in the past. An entry
//! that was retracted counts for nothing, nor does what followed from it alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use uuid::Uuid;

use super::Stamp;
use super::correction::CorrectionEvent;
use super::identity::IdentityEvent;
use super::order::thing;
use super::tasks::recorded;
use crate::codes::Role;
use crate::event::{Event, EventKind};
use crate::ids::{EventId, PersonId};
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
    /// What goes to another person.
    moved: BTreeSet<EventId>,
    /// Who was linked and who was taken apart, in the order of the log.
    links: Vec<(Arc<Stamp>, IdentityEvent)>,
    /// When the last happened of what was taken in.
    until: Option<DateTime>,
}

impl Record {
    /// A record of a whole history, with what of it was retracted, or has arrived on another person's stream.
    pub(super) fn of(history: &[(&Arc<Stamp>, &Event)], has_arrived: impl Fn(EventId) -> bool) -> Self {
        let mut record = Self::default();
        // The newest first: a retraction that was retracted itself strikes nothing.
        for (stamp, event) in history.iter().rev() {
            let Event::Correction(correction) = event else { continue };
            let by = Uncounted::Retracted(stamp.event_id);
            match correction {
                CorrectionEvent::EntryRetracted(retracted) => {
                    if !record.uncounted.contains_key(&stamp.event_id) {
                        record.uncounted.insert(retracted.entry, by);
                    }
                }
                CorrectionEvent::EntryMoved(moved) => {
                    record.moved.extend(&moved.entries);
                    if has_arrived(stamp.event_id) {
                        for entry in &moved.entries {
                            record.uncounted.entry(*entry).or_insert(by);
                        }
                    }
                }
            }
        }
        record
    }

    /// The ids that were linked with one when something was recorded, whenever it is said to have happened: itself among them.
    pub(super) fn linked_when(&self, person: PersonId, by: &Stamp) -> BTreeSet<PersonId> {
        linked_when(self.links.iter().map(|(stamp, event)| (&**stamp, event)), person, by)
    }

    /// When two were taken apart last, after something was recorded.
    fn unlinked_since(&self, stamp: &Stamp) -> Option<&Arc<Stamp>> {
        let undone = self.links.iter().filter(|(_, event)| matches!(event, IdentityEvent::PersonsUnlinked(_)));
        undone.map(|(stamp, _)| stamp).rfind(|undone| recorded(undone) > recorded(stamp))
    }

    /// The retraction of an entry, if it was taken back.
    pub(super) fn retraction_of(&self, entry: EventId) -> Option<&Arc<Stamp>> {
        match self.uncounted(entry)? {
            Uncounted::Retracted(by) => self.find(by).map(|recorded| &recorded.stamp),
            Uncounted::Overtaken => None,
        }
    }

    /// What made an event count for nothing that Baken had recorded: the retraction of its cause, or that it is another's.
    pub(super) fn undone_by(&self, event: &Stamp) -> Option<&Arc<Stamp>> {
        let cause = event.caused_by?;
        match self.uncounted(cause) {
            Some(Uncounted::Retracted(_)) => self.retraction_of(cause),
            Some(Uncounted::Overtaken) | None => self.unlinked_since(event),
        }
    }

    /// From when until when entries of some kinds stood that count for nothing, with what they were.
    pub(super) fn mistakes(&self, of: &'static [EventKind]) -> impl Iterator<Item = (&Recorded, Range<DateTime>)> {
        let counts_for_nothing = |entry: &&Recorded| self.uncounted.contains_key(&entry.stamp.event_id);
        let entries = self.entries.iter().filter(|entry| of.contains(&entry.kind)).filter(counts_for_nothing);
        entries.filter_map(|mistake| {
            let undone = self.retraction_of(mistake.stamp.event_id).or_else(|| self.undone_by(&mistake.stamp))?;
            Some((mistake, mistake.stamp.recorded_at..undone.recorded_at))
        })
    }

    /// Whether an entry goes to another person, or is there.
    pub(super) fn is_moved(&self, entry: EventId) -> bool {
        self.moved.contains(&entry)
    }

    /// Whether an entry is the retraction of one that was moved.
    pub(super) fn strikes_moved(&self, entry: EventId) -> bool {
        self.moved.iter().any(|moved| self.uncounted(*moved) == Some(Uncounted::Retracted(entry)))
    }

    pub(super) fn note(&mut self, stamp: &Arc<Stamp>, event: &Event) {
        self.entries.push(Recorded { stamp: stamp.clone(), kind: event.kind(), thing: thing(event) });
        if let Event::Identity(event) = event
            && event.links().is_some()
        {
            self.links.push((stamp.clone(), event.clone()));
        }
    }

    /// All of it, whether it counts or not.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Recorded> {
        self.entries.iter()
    }

    /// Whether an event that comes last in the log happened last as well, and changes nothing of what went before.
    pub(super) fn ends_with(&self, stamp: &Stamp, event: &Event) -> bool {
        let undoes = matches!(event, Event::Correction(_) | Event::Identity(IdentityEvent::PersonsUnlinked(_)));
        !undoes && self.until.is_none_or(|until| until <= stamp.occurred.at)
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
        // What Baken did because of what is another person's after all, once a link is undone, was not about this one.
        let is_groundless = |cause: EventId| {
            self.uncounted.contains_key(&self.ground(cause))
                || (stamp.by.role == Role::System && self.unlinked_since(stamp).is_some() && self.find(cause).is_none())
        };
        if follows && stamp.caused_by.is_some_and(is_groundless) {
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

/// The ids that were linked with one when something was recorded, by all links and their undoings in the order of the log.
pub(super) fn linked_when<'a>(
    all: impl Iterator<Item = (&'a Stamp, &'a IdentityEvent)>,
    person: PersonId,
    by: &Stamp,
) -> BTreeSet<PersonId> {
    let mut links: Vec<[PersonId; 2]> = Vec::new();
    for (stamp, event) in all.filter(|(stamp, _)| recorded(stamp) <= recorded(by)) {
        let Some(with) = event.links() else { continue };
        let pair = [stamp.person_id.min(with), stamp.person_id.max(with)];
        if matches!(event, IdentityEvent::PersonsUnlinked(_)) {
            links.retain(|link| *link != pair);
        } else {
            links.push(pair);
        }
    }
    let mut ids = BTreeSet::from([person]);
    loop {
        let known = ids.len();
        for link in &links {
            if link.iter().any(|id| ids.contains(id)) {
                ids.extend(link);
            }
        }
        if ids.len() == known {
            return ids;
        }
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

impl EventKind {
    /// Whether an entry of this kind can be taken back by itself.
    #[must_use]
    pub fn can_be_retracted(self) -> bool {
        Revocation::of(self) == Revocation::ByRetraction
    }
}

impl Revocation {
    pub(super) fn of(kind: EventKind) -> Self {
        use EventKind as K;
        match kind {
            K::SignalReceived
            | K::ContactMade
            | K::IdentityUpdated
            | K::IntakeCompleted
            | K::LivingSituationRecorded
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
            | K::GlassBroken
            | K::BreakGlassEnded
            | K::BreakGlassReviewed
            | K::SubjectErased
            | K::EntryMoved
            | K::OrganisationRegistered
            | K::OrganisationChanged
            | K::OrganisationClosed
            | K::OrganisationReopened
            | K::FacilityRegistered
            | K::FacilityChanged
            | K::FacilityClosed
            | K::FacilityReopened
            | K::CapacitySet
            | K::FiguresReleased
            | K::FiguresRemarked
            | K::SourceImported
            | K::SourceWithdrawn => Self::Never,
        }
    }
}

//! The decision to move an entry to the person whom it is about: what goes with it, and what cannot be moved.

use serde::Deserialize;
use uuid::Uuid;

use super::{CorrectionEvent, CorrectionRefusal, EntryMoved, EntryRetracted, recorded_by_the_sender};
use crate::codes::{RetractReason, Role};
use crate::command::{CommandKind, Context, Decide, Refusal};
use crate::event::{Event, EventKind};
use crate::ids::{EventId, PersonId};
use crate::path::record::{Recorded, Revocation, Uncounted};
use crate::path::{CarePath, Stamp};
use crate::private::private;
use crate::text::Text;

/// How an entry is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Movable {
    /// As it is: this command would have recorded it on the right person.
    By(CommandKind),
    /// With all that was recorded of the thing that it made.
    WithItsThing(CommandKind),
    /// With the entry that made the thing which it is about.
    AsAPart,
    /// Not: it asks somebody for something about a certain person, or it is not the person's.
    Never,
}

impl EventKind {
    /// Whether an entry of this kind can be moved to another person by itself.
    #[must_use]
    pub fn can_be_moved(self) -> bool {
        matches!(Movable::of(self), Movable::By(_) | Movable::WithItsThing(_))
    }
}

impl Movable {
    pub(super) fn of(kind: EventKind) -> Self {
        use CommandKind as C;
        use EventKind as K;
        match kind {
            K::SignalReceived => Self::By(C::ReportSignal),
            K::ContactMade => Self::By(C::RecordContact),
            K::IdentityUpdated => Self::By(C::UpdateIdentity),
            K::IntakeCompleted => Self::By(C::RecordIntake),
            K::LivingSituationRecorded => Self::By(C::RecordLivingSituation),
            K::TurnedAway => Self::By(C::TurnAway),
            K::AttendanceRecorded => Self::By(C::RecordAttendance),
            K::NoShowRecorded => Self::By(C::RecordNoShow),
            K::BedReleased => Self::By(C::ReleaseBed),
            K::IncidentObserved => Self::By(C::ObserveIncident),
            K::RightsAssessed => Self::By(C::AssessRights),
            K::IndDecisionRecorded => Self::By(C::RecordIndDecision),
            K::InsuranceRecorded => Self::By(C::RecordInsurance),
            K::UninsuredReportFiled => Self::By(C::FileUninsuredReport),
            K::WentOutOfSight => Self::By(C::MarkOutOfSight),
            K::DischargedTo => Self::By(C::ReportDischarge),
            K::ReturnOptionsPresented => Self::By(C::PresentReturnOptions),
            K::ReturnRefused => Self::By(C::RefuseReturn),
            K::ReturnConditionEvidenced => Self::By(C::EvidenceReturnCondition),
            K::NoteAdded => Self::By(C::AddNote),
            K::DeathRecorded => Self::By(C::RecordDeath),
            K::BedAssigned => Self::WithItsThing(C::AssignBed),
            K::ReferralMade => Self::WithItsThing(C::Refer),
            K::ReferralAccepted
            | K::ReferralDeclined
            | K::ReferralWaitlisted
            | K::ReferralWithdrawn
            | K::CareStarted
            | K::CareEnded
            | K::DroppedOut => Self::AsAPart,
            K::LookoutIssued
            | K::LookoutAcknowledged
            | K::SightingReported
            | K::LookoutResolved
            | K::LookoutExpired
            | K::LookoutEnded
            | K::CareAlertFiled
            | K::CareAlertAnswered
            | K::CareAlertEnded
            | K::Escalated
            | K::ExceptionRequested
            | K::ExceptionGranted
            | K::ExceptionDenied
            | K::ExceptionOvertaken
            | K::DischargeAnnounced
            | K::DischargeCalledOff
            | K::ConsentGiven
            | K::ConsentWithdrawn
            | K::HandoverProposed
            | K::HandoverAcknowledged
            | K::HandoverAccepted
            | K::HandoverDeclined
            | K::HandoverDocumentAttached
            | K::HandoverQuestionAsked
            | K::HandoverQuestionAnswered
            | K::Departed
            | K::ArrivalConfirmed
            | K::FollowUpRecorded
            | K::HandoverWithdrawn
            | K::PersonsLinked
            | K::PersonsUnlinked
            | K::MatchDismissed
            | K::MatchReleased
            | K::MatchAgreed
            | K::PersonsRelated
            | K::PersonsUnrelated
            | K::CoordinatorAssigned
            | K::CaseClosed
            | K::CaseReopened
            | K::HoldPlaced
            | K::HoldLifted
            | K::GlassBroken
            | K::BreakGlassEnded
            | K::BreakGlassReviewed
            | K::SubjectErased
            | K::DeadlinePassed
            | K::EntryRetracted
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

    /// The command that would have recorded it on the right person.
    pub(super) fn command(self) -> Option<CommandKind> {
        match self {
            Self::By(command) | Self::WithItsThing(command) => Some(command),
            Self::AsAPart | Self::Never => None,
        }
    }
}

/// Puts an entry on the right person that was recorded on the wrong one, with all that goes with it. The organisation that
/// recorded it does, or the coordinator.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MoveEntry {
    /// The person whom the entry is about. You must be allowed to record it there.
    pub to: PersonId,
    pub explanation: Option<Text>,
}

impl Decide for MoveEntry {
    type Subject = EventId;

    fn decide(self, entry: EventId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let named = recorded_by_the_sender(entry, path, at)?;
        if path.is_erased() {
            return Err(CorrectionRefusal::Unknown.into());
        }
        if at.members.contains(&self.to) || at.person_id == self.to {
            return Err(CorrectionRefusal::ToTheSamePerson.into());
        }
        if path.record.is_moved(entry) {
            return Err(CorrectionRefusal::AlreadyMoved.into());
        }
        if let Some(Uncounted::Retracted(_)) = path.record.uncounted(entry) {
            return Err(CorrectionRefusal::AlreadyRetracted.into());
        }
        let going = Going::with(named, path)?;
        let of_others = |each: &&Recorded| each.stamp.by.organisation != at.by.organisation;
        if !at.is_coordinator() && going.recorded_by_people().any(|each| of_others(&each)) {
            return Err(CorrectionRefusal::OthersRecordedWithIt.into());
        }
        let id = |each: &&Recorded| each.stamp.event_id;
        let moved = EntryMoved {
            entry,
            kind: named.kind,
            entries: going.struck.iter().map(id).collect(),
            carried: going.carried.iter().map(id).collect(),
            to: self.to,
            explanation: private(self.explanation),
        };
        Ok(vec![CorrectionEvent::EntryMoved(moved).into()])
    }
}

/// What goes with an entry that is moved.
struct Going<'a> {
    /// What counts for nothing on the wrong person any more.
    struck: Vec<&'a Recorded>,
    /// What of it is recorded on the right person. The rest follows from it there, as far as it does.
    carried: Vec<&'a Recorded>,
}

impl<'a> Going<'a> {
    fn with(named: &'a Recorded, path: &'a CarePath) -> Result<Self, Refusal> {
        let of_command = retractable(named, path);
        // Who is given a bed leaves the one before: what is moved is the bed.
        let bed = of_command.iter().copied().find(|each| each.kind == EventKind::BedAssigned);
        let main = bed.unwrap_or(named);
        if of_command.iter().any(|each| Movable::of(each.kind) == Movable::Never)
            || Movable::of(main.kind) == Movable::Never
        {
            return Err(CorrectionRefusal::NotMovable.into());
        }
        match Movable::of(main.kind) {
            Movable::AsAPart => return Err(CorrectionRefusal::APartOfAnother.into()),
            Movable::WithItsThing(_) => {}
            Movable::By(_) | Movable::Never => return Ok(Self { struck: of_command.clone(), carried: of_command }),
        }
        let mut going = Self { struck: of_command, carried: vec![main] };
        let thing = main.thing.filter(|thing| !path.rests_on(*thing)).ok_or(CorrectionRefusal::OthersRestOnIt)?;
        let counts = |each: &&Recorded| path.record.uncounted(each.stamp.event_id).is_none();
        for each in path.record.entries().filter(|each| each.thing == Some(thing)).filter(counts) {
            let known = going.struck.iter().any(|other| other.stamp.event_id == each.stamp.event_id);
            if known || Revocation::of(each.kind) != Revocation::ByRetraction {
                continue;
            }
            if retractable(each, path).iter().any(|other| other.thing != Some(thing)) {
                // A later bed ended this one: that is of the later bed. A bed that was given for a referral rests on it.
                if each.kind == EventKind::BedReleased {
                    continue;
                }
                return Err(CorrectionRefusal::OthersRestOnIt.into());
            }
            going.struck.push(each);
            if each.stamp.by.role != Role::System {
                going.carried.push(each);
            }
        }
        Ok(going)
    }

    fn recorded_by_people(&self) -> impl Iterator<Item = &'a Recorded> {
        self.struck.iter().copied().filter(|each| each.stamp.by.role != Role::System)
    }
}

/// What the command recorded that recorded an entry, as far as it is taken back by a retraction.
fn retractable<'a>(entry: &'a Recorded, path: &'a CarePath) -> Vec<&'a Recorded> {
    let mut of_command = path.record.command_of(entry);
    of_command.retain(|each| Revocation::of(each.kind) == Revocation::ByRetraction);
    of_command
}

impl CarePath {
    /// Whether a request rests on a bed: it holds the bed, and is somebody else's to decide.
    fn rests_on(&self, bed: Uuid) -> bool {
        self.exceptions.iter().any(|request| request.requested.bed.is_some_and(|of| of.0 == bed))
    }

    /// An entry that is being moved, or was: the `EntryMoved` of it.
    #[must_use]
    pub fn move_of(&self, moved: EventId) -> Option<Moving<'_>> {
        let found = self.moves.iter().find(|each| each.stamp.event_id == moved)?;
        Some(Moving { to: found.to, carried: &found.carried, stamp: &found.stamp })
    }

    /// What was moved here by an `EntryMoved` on another person's stream, in the order of the log.
    pub fn received(&self, moved: EventId) -> impl Iterator<Item = &Stamp> {
        let by_it = move |stamp: &&Stamp| stamp.moved.is_some_and(|of| of.by == moved);
        self.record.entries().map(|entry| &*entry.stamp).filter(by_it)
    }

    /// The moves that are not finished: it is not yet told here that the entries count for nothing.
    pub(in crate::path) fn unfinished_moves(&self) -> impl Iterator<Item = &Stamp> {
        let unfinished = self.moves.iter().filter(|moved| self.untold(moved).next().is_some());
        unfinished.map(|moved| &*moved.stamp)
    }

    /// Which entries of a move count still, or are only known to have arrived.
    fn untold<'a>(&'a self, moved: &'a EntryMoved) -> impl Iterator<Item = &'a Recorded> {
        let told = |entry: &EventId| match self.record.uncounted(*entry) {
            Some(Uncounted::Retracted(by)) => {
                self.record.find(by).is_some_and(|found| found.kind == EventKind::EntryRetracted)
            }
            Some(Uncounted::Overtaken) | None => false,
        };
        moved.entries.iter().filter(move |entry| !told(entry)).filter_map(|entry| self.record.find(*entry))
    }
}

/// A move, as it must be finished.
#[derive(Clone, Copy)]
pub struct Moving<'a> {
    pub to: PersonId,
    /// The entries that are recorded on the right person.
    pub carried: &'a [EventId],
    /// When it was asked for, and by whom.
    pub stamp: &'a Stamp,
}

/// Strikes what was moved, once it stands on the right person. Baken does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FinishMove {
    /// The right person was erased meanwhile: what is about them is kept nowhere.
    #[serde(default)]
    pub erased: bool,
}

impl Decide for FinishMove {
    type Subject = EventId;

    fn decide(self, id: EventId, path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let moved = path.moves.iter().find(|each| each.stamp.event_id == id).ok_or(CorrectionRefusal::Unknown)?;
        if !self.erased && !path.has_arrived(id) {
            return Err(CorrectionRefusal::NotArrived.into());
        }
        let untold = path.untold(moved).map(|entry| {
            let (reason, explanation) = (RetractReason::WrongPerson, None);
            let retracted = EntryRetracted { entry: entry.stamp.event_id, kind: entry.kind, reason, explanation };
            Event::from(CorrectionEvent::EntryRetracted(retracted))
        });
        let events: Vec<_> = untold.collect();
        if events.is_empty() { Err(CorrectionRefusal::AlreadyMoved.into()) } else { Ok(events) }
    }
}

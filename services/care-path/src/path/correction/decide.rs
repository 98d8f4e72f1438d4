//! The decision to take an entry back.

use serde::Deserialize;

use super::{CorrectionEvent, EntryRetracted};
use crate::actor::{Actor, Principal};
use crate::codes::RetractReason;
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::{EventId, OrgId};
use crate::path::CarePath;
use crate::path::record::{Recorded, Revocation, Uncounted};
use crate::private::private;
use crate::text::Text;

refusals! {
    /// Why an entry is not taken back.
    CorrectionRefusal {
        Unknown = "entry_unknown": "there is no such entry of your organisation on this path",
        AlreadyRetracted = "entry_already_retracted": "the entry was retracted already",
        NotRetractable = "entry_not_retractable":
            "an entry of this type is not retracted: it is undone by a command of its own",
        NotMovable = "entry_not_movable":
            "an entry of this type is not moved: take it back, and record it anew for the right person",
        APartOfAnother = "entry_part_of_another":
            "the entry is a step of a referral: move the entry with which the referral was made",
        OthersRestOnIt = "entry_rested_on":
            "other entries rest on this one, such as a bed on its referral or a request on its bed: correct those first",
        OthersRecordedWithIt = "entry_with_others":
            "others recorded what goes with this entry: the coordinator of the case moves it",
        NotRecordableThere = "entry_not_recordable_there": "you may not record such an entry on the other person",
        ToTheSamePerson = "entry_moved_to_same_person": "the entry is on that person already",
        AlreadyMoved = "entry_already_moved": "the entry was moved already, or is being moved",
        NotArrived = "entry_not_arrived": "the entry does not stand on the right person yet",
    }
}

/// Takes an entry back that was recorded by mistake, with all that the same command recorded. The organisation that
/// recorded it does, or the coordinator.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RetractEntry {
    pub reason: RetractReason,
    pub explanation: Option<Text>,
}

impl Decide for RetractEntry {
    type Subject = EventId;

    fn decide(self, entry: EventId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let recorded = recorded_by_the_sender(entry, path, at)?;
        if Revocation::of(recorded.kind) != Revocation::ByRetraction {
            return Err(CorrectionRefusal::NotRetractable.into());
        }
        // What was moved stands on another person: it is moved back, and does not come back by itself.
        if path.record.strikes_moved(entry) {
            return Err(CorrectionRefusal::AlreadyMoved.into());
        }
        if let Some(Uncounted::Retracted(_)) = path.record.uncounted(entry) {
            return Err(CorrectionRefusal::AlreadyRetracted.into());
        }
        let together = path.record.command_of(recorded).into_iter();
        let retracted = together.filter(|each| Revocation::of(each.kind) == Revocation::ByRetraction).map(|each| {
            CorrectionEvent::EntryRetracted(EntryRetracted {
                entry: each.stamp.event_id,
                kind: each.kind,
                reason: self.reason,
                explanation: private(self.explanation.clone()),
            })
        });
        Ok(retracted.map(Event::from).collect())
    }
}

/// Whether somebody may correct what an organisation recorded: their own does, and a coordinator does for all.
#[must_use]
pub fn corrects(by: &Principal, recorded_by: &OrgId) -> bool {
    *recorded_by == by.organisation || matches!(by.actor, Actor::ProcessCoordinator { .. })
}

/// An entry that the sender may correct. Of others' entries an organisation learns nothing, not even that they are there.
pub(super) fn recorded_by_the_sender<'a>(
    entry: EventId,
    path: &'a CarePath,
    at: &Context<'_>,
) -> Result<&'a Recorded, Refusal> {
    let found = path.record.find(entry);
    let theirs = |found: &&Recorded| corrects(at.by, &found.stamp.by.organisation);
    found.filter(theirs).ok_or(CorrectionRefusal::Unknown.into())
}

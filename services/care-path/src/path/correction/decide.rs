//! The decision to take an entry back.

use serde::Deserialize;

use super::{CorrectionEvent, EntryRetracted};
use crate::codes::RetractReason;
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::EventId;
use crate::path::CarePath;
use crate::path::record::{Revocation, Uncounted};
use crate::private::private;
use crate::text::Text;

refusals! {
    /// Why an entry is not taken back.
    CorrectionRefusal {
        Unknown = "entry_unknown": "there is no such entry of your organisation on this path",
        AlreadyRetracted = "entry_already_retracted": "the entry was retracted already",
        NotRetractable = "entry_not_retractable":
            "an entry of this type is not retracted: it is undone by a command of its own",
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
        let recorded = path.record.find(entry).ok_or(CorrectionRefusal::Unknown)?;
        // Of others' entries an organisation learns nothing, not even that they are there.
        if recorded.stamp.by.organisation != at.by.organisation && !at.is_coordinator() {
            return Err(CorrectionRefusal::Unknown.into());
        }
        if Revocation::of(recorded.kind) != Revocation::ByRetraction {
            return Err(CorrectionRefusal::NotRetractable.into());
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

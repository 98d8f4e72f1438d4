//! Records as whoever keeps them is told of them: how long each is kept, and what holds it. Nothing of what is in them.

use serde::Serialize;

use super::views;
use crate::codes::{ErasureGround, HoldReason};
use crate::deadlines::Deadlines;
use crate::ids::{EventId, HoldId, OrgId, PersonId};
use crate::path::CarePath;
use crate::path::privacy::RecordClass;
use crate::time::DateTime;

views! {
    /// A record that goes at a time.
    pub struct RetentionView as "Retention" {
        pub person_id: PersonId,
        /// What it is, by the law that says how long it is kept.
        pub record_class: RecordClass,
        /// When its time is over: then it is erased by itself.
        pub kept_until: DateTime,
        /// A legal hold keeps it nevertheless. Absent where none does.
        pub on_hold: Option<bool>,
    }

    /// A legal hold on a record.
    pub struct HoldView as "Hold" {
        pub hold_id: HoldId,
        pub person_id: PersonId,
        pub reason: HoldReason,
        pub placed_at: DateTime,
        pub placed_by: OrgId,
    }
}

/// When the record of a person goes, if its time is over by then.
#[must_use]
pub fn disclose_retention(
    path: &CarePath,
    person: PersonId,
    by: DateTime,
    deadlines: &Deadlines,
) -> Option<RetentionView> {
    let kept_until = path.kept_until(deadlines).filter(|until| *until <= by)?;
    let on_hold = path.is_on_hold().then_some(true);
    Some(RetentionView { person_id: person, record_class: path.record_class(), kept_until, on_hold })
}

/// That the person of an id was erased: what a certificate of it says, to those who keep records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureView {
    pub event_id: EventId,
    pub ground: Option<ErasureGround>,
    pub decided_at: DateTime,
}

/// By what a person was erased, under this id.
#[must_use]
pub fn disclose_erasure(path: &CarePath, person: PersonId) -> Option<ErasureView> {
    let (ground, stamp) = path.erasure_of(person)?;
    Some(ErasureView { event_id: stamp.event_id, ground, decided_at: stamp.recorded_at })
}

/// The legal holds on the record of a person.
pub fn disclose_holds(path: &CarePath) -> impl Iterator<Item = HoldView> {
    path.holds().map(|(hold_id, reason, placed)| HoldView {
        hold_id,
        person_id: placed.person_id,
        reason,
        placed_at: placed.recorded_at,
        placed_by: placed.by.organisation.clone(),
    })
}

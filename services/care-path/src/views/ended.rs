//! What a reader was asked for, and is over: they need not look out, prepare or wait any more.

use serde::Serialize;

use super::views;
use crate::event::EventKind;
use crate::ids::{PersonId, SubjectId};
use crate::sight::Sight;
use crate::time::DateTime;

views! {
    /// Something that the reader was asked for, or warned of, and that is over. It says nothing of the person but an opaque
    /// id, nor why it is over.
    pub struct EndedView as "Ended" {
        /// The lookout, care alert, announced discharge, handover or referral.
        pub subject_id: SubjectId,
        /// With what they were asked: `lookout_issued`, `care_alert_filed`, `discharge_announced`, `handover_proposed`, or the
        /// type of an entry that was taken back.
        pub asked: EventKind,
        pub person_id: PersonId,
        /// When it was told that it is over.
        pub ended_at: DateTime,
    }
}

/// What the reader was asked for about a person, and is over, for as long as they are told.
#[must_use]
pub fn disclose_ended(sight: &Sight<'_>) -> Vec<EndedView> {
    let over = sight.path().over_for(sight.principal(), sight.now());
    let view = over.filter_map(|asked| {
        let ended_at = asked.ended?;
        Some(EndedView { subject_id: SubjectId(asked.id), asked: asked.of, person_id: asked.by.person_id, ended_at })
    });
    view.collect()
}

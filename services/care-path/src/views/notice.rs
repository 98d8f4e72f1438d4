//! Notices: that something happened, to whom, and where in the log. What it was exactly is fetched, by who is told, as
//! far as their role sees it; so a notice can go over any channel.

use serde::Serialize;

use super::views;
use crate::actor::Principal;
use crate::deadlines::Deadlines;
use crate::event::{Event, EventKind};
use crate::ids::{EventId, PersonId};
use crate::path::{CarePath, Stamp};
use crate::sight::{Sight, tells_of_end};
use crate::time::DateTime;

views! {
    /// That something happened which the reader may know of. It says nothing of the person but an opaque id.
    pub struct NoticeView as "Notice" {
        pub event_id: EventId,
        /// What happened: the event's type.
        pub r#type: EventKind,
        /// The person on whose stream it was recorded.
        pub person_id: PersonId,
        /// Where in the log it is: what somebody who comes back goes on from.
        pub position: u64,
        pub recorded_at: DateTime,
    }
}

/// The notice of one event, if the reader may know that it happened.
#[must_use]
pub fn disclose_notice(sight: &Sight<'_>, stamp: &Stamp, event: &Event, position: u64) -> Option<NoticeView> {
    sight.knows_of(stamp, event).then(|| NoticeView::of(stamp, event, position))
}

/// The notice that a handover is over, for those abroad to whom it was addressed: they need not see the person any more.
#[must_use]
pub fn disclose_end(
    principal: &Principal,
    path: &CarePath,
    (stamp, event): (&Stamp, &Event),
    position: u64,
    now: DateTime,
    deadlines: &Deadlines,
) -> Option<NoticeView> {
    let told = tells_of_end(principal, path, (stamp, event), now, deadlines);
    told.then(|| NoticeView::of(stamp, event, position))
}

impl NoticeView {
    fn of(stamp: &Stamp, event: &Event, position: u64) -> Self {
        Self {
            event_id: stamp.event_id,
            r#type: event.kind(),
            person_id: stamp.person_id,
            position,
            recorded_at: stamp.recorded_at,
        }
    }
}

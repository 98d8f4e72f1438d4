//! Notices: that something happened, to whom, and where in the log. What it was exactly is fetched, by who is told, as
//! far as their role sees it; so a notice can go over any channel.

use serde::Serialize;

use super::views;
use crate::event::{Event, EventKind};
use crate::ids::{EventId, PersonId};
use crate::path::Stamp;
use crate::sight::Sight;
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
    sight.knows_of(stamp, event).then(|| NoticeView {
        event_id: stamp.event_id,
        r#type: event.kind(),
        person_id: stamp.person_id,
        position,
        recorded_at: stamp.recorded_at,
    })
}

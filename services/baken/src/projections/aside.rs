//! Events that are set aside: what cannot be taken in must not stop the node. Such an event is told by its position and its
//! type, its case says that a part of it is missing, and everything else goes on without it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use care_path::PersonId;
use care_path::event::EventKind;

use super::cases::Entry;
use crate::event_log::Position;

/// An event that was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetAside {
    pub position: Position,
    pub kind: EventKind,
    /// Whom it is about, if it is about anybody.
    pub person: Option<PersonId>,
}

impl SetAside {
    /// Of an event that could be read.
    pub(super) fn of(entry: &Entry) -> Self {
        Self { position: entry.position, kind: entry.event.kind(), person: Some(entry.stamp.person_id) }
    }
}

/// Does something that may panic at what was recorded; `None` where it did. What it was changing is half done then, and
/// must be made anew.
pub fn guarded<T>(attempt: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(attempt)).ok()
}

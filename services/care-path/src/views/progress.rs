//! How far a path has come for a reader: it moves with what the reader may know of, and with nothing else, so that nobody
//! learns from a number that something happened which they may not see.

use crate::event::Event;
use crate::path::Stamp;
use crate::policy::{Category, Depth};
use crate::sight::Sight;
use crate::time::DateTime;

/// How far a path has come for one reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of the last recording that the reader may know of, counted over those alone. The first is 0.
    pub revision: u64,
    /// When the last of them was recorded, where presence is the reader's to see.
    pub updated_at: Option<DateTime>,
}

/// How far a history has come for a reader. It is in the order of the log.
pub fn progress<'h>(sight: &Sight<'_>, history: impl Iterator<Item = (&'h Stamp, &'h Event)>) -> Progress {
    let mut progress = Progress::default();
    let knows_presence = sight.knows(Category::Presence, Depth::Minimal);
    let known = history.filter(|(stamp, event)| sight.knows_of(stamp, event));
    for (number, (stamp, _)) in (0..).zip(known) {
        progress.revision = number;
        progress.updated_at = knows_presence.then_some(stamp.recorded_at);
    }
    progress
}

/// When something was last recorded that a reader may know of, where presence is theirs to see. The history comes newest
/// first.
pub fn last_known<'h>(
    sight: &Sight<'_>,
    mut newest_first: impl Iterator<Item = (&'h Stamp, &'h Event)>,
) -> Option<DateTime> {
    let known = || newest_first.find(|(stamp, event)| sight.knows_of(stamp, event));
    sight.knows(Category::Presence, Depth::Minimal).then(known)?.map(|(stamp, _)| stamp.recorded_at)
}

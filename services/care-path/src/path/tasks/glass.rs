//! Somebody opened the case without a relation to the person. The coordinator is told at once, and reviews it.

use super::{TaskList, Waiting};
use crate::codes::TaskKind;
use crate::event::EventKind;
use crate::time::hours_after;

/// Each time that the case was opened in an emergency, until somebody has reviewed it. The term begins when it was opened.
pub(super) fn reviews(list: &mut TaskList<'_>) {
    let path = list.path;
    for glass in path.privacy.glasses().filter(|glass| glass.review.is_none()) {
        let cause = &glass.broken.stamp;
        let due = hours_after(cause.recorded_at, list.deadlines.break_glass_review_hours);
        let waiting = Waiting::new(TaskKind::ReviewBreakGlass, cause, EventKind::GlassBroken, due);
        list.ask(list.coordinator(), &waiting.about(glass.broken.glass.0));
    }
}

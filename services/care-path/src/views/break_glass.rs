//! Cases that were opened in an emergency. Whoever opened one is told until when, the coordinator who did and why, and the
//! privacy officer of each who did and what the review found: nothing of what is in the case.

use serde::{Deserialize, Serialize};

use super::{NotedView, views};
use crate::codes::{BreakGlassOutcome, BreakGlassReason, Role};
use crate::deadlines::Deadlines;
use crate::ids::{BreakGlassId, OrgId, PersonId, UserId};
use crate::path::CarePath;
use crate::path::privacy::BrokenGlass;
use crate::sight::{Emergency, Sight};
use crate::text::Text;
use crate::time::{DateTime, hours_after};

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::Enum))]
#[serde(rename_all = "snake_case")]
pub enum BreakGlassState {
    /// The case is open to them.
    Open,
    /// It is over, and nobody has reviewed it.
    ToReview,
    Reviewed,
    /// The person was erased before anybody reviewed it: nothing is recorded of them any more.
    Erased,
}

views! {
    /// The case is open to the reader in an emergency.
    pub struct EmergencyView as "Emergency" {
        pub break_glass_id: BreakGlassId,
        pub until: DateTime,
    }

    /// Somebody opened the case in an emergency, without a relation to the person.
    pub struct OpenedView as "OpenedInEmergency" {
        pub break_glass_id: BreakGlassId,
        pub reason: Option<BreakGlassReason>,
        pub explanation: Option<Text>,
        /// Until when it was, or is, open at the most.
        pub until: Option<DateTime>,
        /// When it was closed again before that.
        pub ended_at: Option<DateTime>,
        pub outcome: Option<BreakGlassOutcome>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// A case that somebody opened in an emergency, without a relation to the person.
    pub struct BreakGlassView as "BreakGlassRecord" {
        pub break_glass_id: BreakGlassId,
        pub person_id: PersonId,
        pub state: BreakGlassState,
        pub user: UserId,
        pub role: Role,
        pub organisation: OrgId,
        pub reason: BreakGlassReason,
        pub opened_at: DateTime,
        /// Until when it was, or is, open at the most.
        pub until: DateTime,
        /// When it was closed again before that.
        pub ended_at: Option<DateTime>,
        /// When the review is due.
        pub review_due_at: DateTime,
        pub outcome: Option<BreakGlassOutcome>,
        pub reviewed_at: Option<DateTime>,
        pub reviewed_by: Option<UserId>,
    }
}

impl EmergencyView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        sight.emergency().map(|Emergency { by, until, .. }| Self { break_glass_id: by, until })
    }
}

/// Who opened the case in an emergency, as far as the reader may see, in the order of happening.
#[must_use]
pub fn disclose_emergencies(sight: &Sight<'_>) -> Vec<OpenedView> {
    sight.path().glasses().filter_map(|glass| opened(sight, glass)).collect()
}

fn opened(sight: &Sight<'_>, glass: &BrokenGlass) -> Option<OpenedView> {
    let (id, stamp) = sight.show_noted(glass.broken.facts().glass())?;
    let ended = glass.end.as_ref().and_then(|end| sight.show_noted(end.facts().glass()));
    let outcome = glass.review.as_ref().and_then(|review| sight.show(review.facts().outcome()));
    Some(OpenedView {
        break_glass_id: *id,
        reason: sight.show(glass.broken.facts().reason()).copied(),
        explanation: sight.show(glass.broken.facts().explanation()).cloned(),
        until: sight.show(glass.broken.facts().until()).copied(),
        ended_at: ended.map(|(_, stamp)| stamp.recorded_at),
        outcome: outcome.copied(),
        noted: NotedView::of(sight, stamp),
    })
}

/// Every time that somebody opened the case in an emergency, as of a time.
#[must_use]
pub fn disclose_break_glass(path: &CarePath, now: DateTime, deadlines: &Deadlines) -> Vec<BreakGlassView> {
    path.glasses().map(|glass| view(glass, path.is_erased(), now, deadlines)).collect()
}

fn view(glass: &BrokenGlass, is_erased: bool, now: DateTime, deadlines: &Deadlines) -> BreakGlassView {
    let ((id, stamp), reviewed) = (glass.opened(), glass.reviewed());
    let state = if reviewed.is_some() {
        BreakGlassState::Reviewed
    } else if is_erased {
        BreakGlassState::Erased
    } else if glass.is_open(now) {
        BreakGlassState::Open
    } else {
        BreakGlassState::ToReview
    };
    BreakGlassView {
        break_glass_id: id,
        person_id: stamp.person_id,
        state,
        user: stamp.by.user.clone(),
        role: stamp.by.role,
        organisation: stamp.by.organisation.clone(),
        reason: glass.reason(),
        opened_at: stamp.recorded_at,
        until: glass.until(),
        ended_at: glass.ended_at(),
        review_due_at: hours_after(stamp.recorded_at, deadlines.break_glass_review_hours),
        outcome: reviewed.map(|(outcome, _)| outcome),
        reviewed_at: reviewed.map(|(_, by)| by.recorded_at),
        reviewed_by: reviewed.map(|(_, by)| by.by.user.clone()),
    }
}

//! Requests for an exception, as a reader is shown them.

use serde::Serialize;

use super::{NotedView, views};
use crate::codes::{ExceptionKind, ExceptionState};
use crate::ids::{BedId, ExceptionId};
use crate::path::exception::{ExceptionRequest, RequestEnd};
use crate::sight::Sight;
use crate::text::Text;
use crate::time::DateTime;

views! {
    /// A request for an exception and where it stands.
    pub struct ExceptionView as "Exception" {
        pub exception_id: ExceptionId,
        pub kind: ExceptionKind,
        pub state: Option<ExceptionState>,
        /// The bed that is held until somebody decides.
        pub bed_id: Option<BedId>,
        pub until: Option<DateTime>,
        pub reason: Option<Text>,
        pub decided_at: Option<DateTime>,
        pub decision_reason: Option<Text>,
        pub expires_at: Option<DateTime>,
        /// When a granted exception ended: it ran out, the bed that it was for was given up, or the case ended.
        pub ended_at: Option<DateTime>,
        #[serde(flatten)]
        pub noted: NotedView,
    }
}

/// The requests of a path that a reader may see.
#[must_use]
pub fn disclose_exceptions(sight: &Sight<'_>) -> Vec<ExceptionView> {
    sight.path().exceptions.iter().filter_map(|request| view(sight, request)).collect()
}

fn view(sight: &Sight<'_>, request: &ExceptionRequest) -> Option<ExceptionView> {
    let (whole, requested) = (request.facts(), request.requested.facts());
    let (kind, stamp) = sight.show_noted(requested.kind())?;
    let (decision_reason, expires_at) = match &request.end {
        None | Some(RequestEnd::Overtaken(_) | RequestEnd::Lapsed(_)) => (None, None),
        Some(RequestEnd::Granted(granted)) => {
            (sight.show(granted.facts().reason()), sight.show(granted.facts().expires_at()))
        }
        Some(RequestEnd::Denied(denied)) => (sight.show(denied.facts().reason()), None),
    };
    Some(ExceptionView {
        exception_id: *sight.show(requested.exception())?,
        kind: *kind,
        state: sight.show(whole.state()),
        bed_id: sight.show(requested.bed()).copied(),
        until: sight.show(requested.until()).copied(),
        reason: sight.show(requested.reason()).cloned(),
        decided_at: sight.show(whole.decided_at()),
        decision_reason: decision_reason.cloned(),
        expires_at: expires_at.copied(),
        ended_at: sight.show(sight.path().exception_ended_told(request, sight.now())),
        noted: NotedView::of(sight, stamp),
    })
}

//! Requests for an exception, as a reader is shown them.

use serde::Serialize;

use super::{NotedView, views};
use crate::codes::{ExceptionKind, ExceptionState};
use crate::ids::{BedId, ExceptionId};
use crate::path::exception::ExceptionRequest;
use crate::policy::Category::Presence;
use crate::policy::Depth::Full;
use crate::policy::Sight;
use crate::private::open;
use crate::text::Text;
use crate::time::DateTime;

views! {
    /// A request for an exception and where it stands.
    pub struct ExceptionView as "Exception" {
        pub exception_id: ExceptionId,
        pub kind: ExceptionKind,
        pub state: ExceptionState,
        /// The bed that is held until somebody decides.
        pub bed_id: Option<BedId>,
        pub until: Option<DateTime>,
        pub reason: Option<Text>,
        pub decided_at: Option<DateTime>,
        pub decision_reason: Option<Text>,
        pub expires_at: Option<DateTime>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }
}

/// The requests of a path that a reader may see.
#[must_use]
pub fn disclose_exceptions(sight: &Sight<'_>) -> Vec<ExceptionView> {
    let shown = sight.path().exceptions.iter().filter(|request| sight.shows(Presence, Full, &request.requested.stamp));
    let decided = |request: &ExceptionRequest| {
        request.decided.as_ref().is_some_and(|decided| sight.shows(Presence, Full, decided))
    };
    shown
        .map(|request| ExceptionView {
            exception_id: request.requested.exception,
            kind: request.requested.kind,
            state: request.state,
            bed_id: request.requested.bed,
            until: request.requested.until,
            reason: request.requested.reason.get().cloned(),
            decided_at: request.decided.as_ref().map(|stamp| stamp.occurred.at),
            decision_reason: open(request.decision_reason.as_ref()).filter(|_| decided(request)).cloned(),
            expires_at: request.expires_at.filter(|_| decided(request)),
            noted: NotedView::of(&request.requested.stamp),
        })
        .collect()
}

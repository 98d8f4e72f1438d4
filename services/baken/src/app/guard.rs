//! What is shown of one case must not keep others from being shown: a view that panics is left out where many are asked for.
//! Where one is asked for, the request ends in an internal error.

use crate::projections::{Case, guarded};

/// Shows something of a case among others.
pub(super) fn of_many<T>(case: &Case, show: impl FnOnce() -> Option<T>) -> Option<T> {
    guarded(show).unwrap_or_else(|| {
        let position = case.history.last().map_or(0, |entry| entry.position.0);
        tracing::error!(position, "a case cannot be shown: it is left out. Its last event is at this position");
        None
    })
}

//! The parts of paths that have lists of their own, across all cases.

use uuid::Uuid;

use super::{
    CareAlertView, ExceptionView, HandoverView, LookoutView, ReferralView, disclose_alerts, disclose_exceptions,
    disclose_handovers, disclose_lookouts, disclose_referrals,
};
use crate::codes::{ExceptionState, HandoverState, LookoutState, ReferralState};
use crate::path::List;
use crate::sight::Sight;
use crate::time::DateTime;

/// A part of a path that has a list of its own.
pub trait ListedView: Sized {
    /// The list that it is in.
    const LIST: List;

    /// The parts of a path that a reader may see, in the order in which they came.
    fn disclose(sight: &Sight<'_>) -> Vec<Self>;

    fn id(&self) -> Uuid;

    /// Whether the reader is told that it still goes on.
    fn is_open(&self, now: DateTime) -> bool;
}

/// Says of each view which list it is in, what discloses it, which field is its id, and when it goes on.
macro_rules! listed {
    ($( $view:ty: $list:ident by $disclose:path, $id:ident, |$it:ident, $now:ident| $open:expr; )+) => {$(
        impl ListedView for $view {
            const LIST: List = List::$list;

            fn disclose(sight: &Sight<'_>) -> Vec<Self> {
                $disclose(sight)
            }

            fn id(&self) -> Uuid {
                self.$id.0
            }

            fn is_open(&self, $now: DateTime) -> bool {
                let $it = self;
                $open
            }
        }
    )+};
}

listed! {
    LookoutView: Lookouts by disclose_lookouts, lookout_id, |it, _now| it.state == Some(LookoutState::Open);
    CareAlertView: CareAlerts by disclose_alerts, care_alert_id, |it, _now| it.open == Some(true);
    ReferralView: Referrals by disclose_referrals, referral_id, |it, _now| it.state.is_some_and(ReferralState::is_open);
    ExceptionView: Exceptions by disclose_exceptions, exception_id, |it, _now| it.state == Some(ExceptionState::Pending);
    HandoverView: Handovers by disclose_handovers, handover_id, |it, _now| it.state.is_some_and(HandoverState::is_open);
}

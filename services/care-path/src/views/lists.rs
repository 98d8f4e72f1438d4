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

impl ListedView for LookoutView {
    const LIST: List = List::Lookouts;

    fn disclose(sight: &Sight<'_>) -> Vec<Self> {
        disclose_lookouts(sight)
    }

    fn id(&self) -> Uuid {
        self.lookout_id.0
    }

    fn is_open(&self, _: DateTime) -> bool {
        self.state.is_some_and(|state| state == LookoutState::Open)
    }
}

impl ListedView for CareAlertView {
    const LIST: List = List::CareAlerts;

    fn disclose(sight: &Sight<'_>) -> Vec<Self> {
        disclose_alerts(sight)
    }

    fn id(&self) -> Uuid {
        self.care_alert_id.0
    }

    fn is_open(&self, now: DateTime) -> bool {
        self.ended_at.is_none() && self.expires_at > now
    }
}

impl ListedView for ReferralView {
    const LIST: List = List::Referrals;

    fn disclose(sight: &Sight<'_>) -> Vec<Self> {
        disclose_referrals(sight)
    }

    fn id(&self) -> Uuid {
        self.referral_id.0
    }

    fn is_open(&self, _: DateTime) -> bool {
        self.state.is_some_and(ReferralState::is_open)
    }
}

impl ListedView for ExceptionView {
    const LIST: List = List::Exceptions;

    fn disclose(sight: &Sight<'_>) -> Vec<Self> {
        disclose_exceptions(sight)
    }

    fn id(&self) -> Uuid {
        self.exception_id.0
    }

    fn is_open(&self, _: DateTime) -> bool {
        self.state.is_some_and(|state| state == ExceptionState::Pending)
    }
}

impl ListedView for HandoverView {
    const LIST: List = List::Handovers;

    fn disclose(sight: &Sight<'_>) -> Vec<Self> {
        disclose_handovers(sight)
    }

    fn id(&self) -> Uuid {
        self.handover_id.0
    }

    fn is_open(&self, _: DateTime) -> bool {
        self.state.is_some_and(HandoverState::is_open)
    }
}

//! Referrals, as a reader is shown them.

use chrono::NaiveDate;
use serde::Serialize;

use super::{NotedView, views};
use crate::codes::{DeclineReason, DropoutReason, Offering, ReferralState, Urgency, WithdrawReason};
use crate::ids::{OrgId, ReferralId};
use crate::path::referral::Referral;
use crate::policy::Category::Referrals;
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Sight;
use crate::private::open;
use crate::text::Text;
use crate::time::DateTime;

views! {
    /// A referral and where it stands.
    pub struct ReferralView as "Referral" {
        pub referral_id: ReferralId,
        pub from: OrgId,
        pub to: OrgId,
        pub offering: Offering,
        pub urgency: Urgency,
        pub state: ReferralState,
        /// When the state last changed.
        pub changed_at: DateTime,
        /// What the receiver must know to answer.
        pub reason: Option<Text>,
        pub decline_reason: Option<DeclineReason>,
        pub dropout_reason: Option<DropoutReason>,
        pub withdraw_reason: Option<WithdrawReason>,
        pub waitlisted_until: Option<NaiveDate>,
        pub explanation: Option<Text>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }
}

/// The referrals of a path that a reader may see. To the organisation that was asked, the reason is its own to read:
/// it cannot answer without.
#[must_use]
pub fn disclose_referrals(sight: &Sight<'_>) -> Vec<ReferralView> {
    let shown = sight.path().referrals.iter().filter(|referral| sight.shows(Referrals, Minimal, &referral.made.stamp));
    shown.map(|referral| view(sight, referral)).collect()
}

fn view(sight: &Sight<'_>, referral: &Referral) -> ReferralView {
    let made = &referral.made;
    let told = sight.shows(Referrals, Full, &made.stamp) || sight.acts_for(&made.to);
    let explained = sight.shows(Referrals, Full, &referral.changed);
    ReferralView {
        referral_id: made.referral,
        from: made.from.clone(),
        to: made.to.clone(),
        offering: made.offering,
        urgency: made.urgency,
        state: referral.state,
        changed_at: referral.changed.occurred.at,
        reason: open(made.reason.as_ref()).filter(|_| told).cloned(),
        decline_reason: referral.decline_reason,
        dropout_reason: referral.dropout_reason.filter(|_| explained),
        withdraw_reason: referral.withdraw_reason,
        waitlisted_until: referral.waitlisted_until,
        explanation: open(referral.explanation.as_ref()).filter(|_| explained).cloned(),
        noted: NotedView::of(&made.stamp),
    }
}

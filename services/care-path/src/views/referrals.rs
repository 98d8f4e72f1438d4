//! Referrals, as a reader is shown them.

use chrono::NaiveDate;
use serde::Serialize;

use super::{NotedView, views};
use crate::codes::{DeclineReason, DropoutReason, Offering, ReferralState, Urgency, WithdrawReason};
use crate::ids::{OrgId, ReferralId};
use crate::path::referral::{Answer, Referral};
use crate::sight::Sight;
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
        pub state: Option<ReferralState>,
        /// When the state last changed.
        pub changed_at: Option<DateTime>,
        /// What the receiver must know to answer.
        pub reason: Option<Text>,
        pub decline_reason: Option<DeclineReason>,
        pub dropout_reason: Option<DropoutReason>,
        pub withdraw_reason: Option<WithdrawReason>,
        pub waitlisted_until: Option<NaiveDate>,
        pub explanation: Option<Text>,
        #[serde(flatten)]
        pub noted: NotedView,
    }
}

/// The referrals of a path that a reader may see.
#[must_use]
pub fn disclose_referrals(sight: &Sight<'_>) -> Vec<ReferralView> {
    sight.path().referrals.iter().filter_map(|referral| view(sight, referral)).collect()
}

fn view(sight: &Sight<'_>, referral: &Referral) -> Option<ReferralView> {
    let (whole, made) = (referral.facts(), referral.made.facts());
    let (referral_id, stamp) = sight.show_noted(made.referral())?;
    let to = sight.show(made.to())?.clone();
    let mut view = ReferralView {
        referral_id: *referral_id,
        from: sight.show(made.from())?.clone(),
        offering: *sight.show(made.offering())?,
        urgency: *sight.show(made.urgency())?,
        state: sight.show(whole.state()),
        changed_at: sight.show(whole.changed_at()),
        reason: sight.show(referral.reason_for(sight.acts_for(&to))).cloned(),
        to,
        decline_reason: None,
        dropout_reason: None,
        withdraw_reason: None,
        waitlisted_until: None,
        explanation: None,
        noted: NotedView::of(sight, stamp),
    };
    match &referral.answer {
        None | Some(Answer::Started(_) | Answer::Fulfilled(_) | Answer::Lapsed(_)) => {}
        Some(Answer::Waitlisted(answer)) => {
            view.waitlisted_until = sight.show(answer.facts().until()).copied();
        }
        Some(Answer::Accepted(answer)) => view.explanation = sight.show(answer.facts().explanation()).cloned(),
        Some(Answer::Declined(answer)) => {
            view.decline_reason = sight.show(answer.facts().reason()).copied();
            view.explanation = sight.show(answer.facts().explanation()).cloned();
        }
        Some(Answer::Withdrawn(answer)) => {
            view.withdraw_reason = sight.show(answer.facts().reason()).copied();
            view.explanation = sight.show(answer.facts().explanation()).cloned();
        }
        Some(Answer::Ended(answer)) => view.explanation = sight.show(answer.facts().explanation()).cloned(),
        Some(Answer::DroppedOut(answer)) => {
            view.dropout_reason = sight.show(answer.facts().reason()).copied();
            view.explanation = sight.show(answer.facts().explanation()).cloned();
        }
    }
    Some(view)
}

//! A minor without a parent or guardian on record is an emergency of its own.

use super::{Addressee, TaskList, Waiting};
use crate::codes::{OrgKind, ReferralState, TaskKind};
use crate::ids::OrgId;
use crate::time::minutes_after;

/// Somebody is under age, and no parent or guardian of theirs is known. Child protection is addressed within the hour, by
/// a referral to it: by the coordinator, or by the organisation that learned it, for it may be night. Child protection is
/// called in as well, and sees which child it is. Done by the referral while that stands, when child protection took the
/// child in, or when a parent or guardian is on record.
pub(super) fn add(list: &mut TaskList<'_>) {
    let path = list.path;
    let Some((lifetime, cause)) = path.lifetime() else { return };
    let due = minutes_after(cause.recorded_at, list.deadlines.minor_alone_minutes);
    if !lifetime.is_minor(list.at(due)) || path.has_guardian() || is_protected(list) {
        return;
    }
    let learned = list.involved(&cause.by.organisation, cause, due);
    let protection = path.municipality().into_iter().flat_map(|municipality| {
        list.directory
            .of_kind(OrgKind::ChildProtection, municipality)
            .map(|each| Addressee::Organisation(each.id.clone()))
    });
    let mut asked: Vec<_> = list.coordinator().into_iter().chain(learned).chain(protection).collect();
    asked.dedup();
    list.ask(asked, &Waiting::new(TaskKind::ProtectMinor, cause, path.claimed_in(cause), due));
}

/// Whether child protection was asked and has not declined, or has taken the child in.
fn is_protected(list: &TaskList<'_>) -> bool {
    let protects = |organisation: &OrgId| {
        list.directory.find(organisation).is_some_and(|found| found.kind == OrgKind::ChildProtection)
    };
    let taken_in = list.path.intakes.iter().any(|intake| protects(&intake.stamp.by.organisation));
    let mut referrals = list.path.referrals.iter().filter(|referral| protects(&referral.made.to));
    taken_in
        || referrals.any(|referral| match referral.state() {
            ReferralState::Made
            | ReferralState::Waitlisted
            | ReferralState::Accepted
            | ReferralState::Started
            | ReferralState::Ended => true,
            ReferralState::Declined | ReferralState::Withdrawn | ReferralState::DroppedOut => false,
        })
}

#[cfg(test)]
#[path = "minors_tests.rs"]
mod tests;

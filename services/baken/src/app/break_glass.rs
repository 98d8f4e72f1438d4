//! Cases that were opened in an emergency, for those who oversee that: each of them, and counts.

use std::collections::BTreeMap;

use care_path::codes::{BreakGlassOutcome, BreakGlassReason, Role};
use care_path::ids::{OrgId, UserId};
use care_path::policy::rules::oversees_break_glass;
use care_path::sight::Disclosed;
use care_path::views::{BreakGlassState, BreakGlassView, disclose_break_glass};
use serde::Serialize;
use utoipa::ToSchema;

use super::guard::of_many;
use super::page::{Edge, Mark, Page, PageRequest};
use super::{Baken, Reading, RecordsError};

/// How often cases were opened in an emergency, and what became of that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct BreakGlassCounts {
    pub all: u64,
    pub open: u64,
    pub to_review: u64,
    /// Of these, past their term.
    pub overdue: u64,
    pub justified: u64,
    pub not_justified: u64,
    /// Never reviewed, for the person was erased before.
    pub erased: u64,
    /// By whom and why, the most first.
    pub by: Vec<BreakGlassCount>,
}

/// How often somebody opened cases in an emergency for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BreakGlassCount {
    pub organisation: OrgId,
    pub role: Role,
    pub user: UserId,
    pub reason: BreakGlassReason,
    pub count: u64,
}

impl Baken {
    /// A page of the cases that were opened in an emergency, the latest first; of one state, if one is named.
    ///
    /// # Errors
    /// Where the role does not oversee that, or the cursor is not one.
    pub fn break_glass(
        &self,
        reader: &Reading,
        state: Option<BreakGlassState>,
        page: &PageRequest,
    ) -> Result<Page<BreakGlassView>, RecordsError> {
        let after = page.after_ranked()?;
        let mut opened = self.opened_in_emergency(reader)?;
        opened.retain(|view| state.is_none_or(|state| view.state == state));
        // The latest first: the greater the time, the lower the rank.
        let rank = |view: &BreakGlassView| (-view.opened_at.timestamp_millis(), view.break_glass_id.0);
        opened.retain(|view| after.is_none_or(|after| rank(view) > after));
        opened.sort_by_key(rank);
        let edges = opened.into_iter().map(|view| Edge {
            mark: Mark::Ranked(rank(&view).0, rank(&view).1),
            about: vec![Disclosed::nothing_of(view.person_id)],
            node: view,
        });
        Ok(reader.shown_on(page.cut(edges)))
    }

    /// How often that was.
    ///
    /// # Errors
    /// Where the role does not oversee it.
    pub fn break_glass_counts(&self, reader: &Reading) -> Result<BreakGlassCounts, RecordsError> {
        let now = self.clock.now();
        let (mut counts, mut by) = (BreakGlassCounts::default(), BTreeMap::<_, u64>::new());
        for view in self.opened_in_emergency(reader)? {
            counts.all += 1;
            match (view.state, view.outcome) {
                (BreakGlassState::Open, _) => counts.open += 1,
                (BreakGlassState::Erased, _) => counts.erased += 1,
                (BreakGlassState::ToReview, _) => {
                    counts.to_review += 1;
                    counts.overdue += u64::from(view.review_due_at < now);
                }
                (BreakGlassState::Reviewed, Some(BreakGlassOutcome::NotJustified)) => counts.not_justified += 1,
                (BreakGlassState::Reviewed, Some(BreakGlassOutcome::Justified) | None) => counts.justified += 1,
            }
            *by.entry((view.organisation, view.role, view.user, view.reason)).or_default() += 1;
        }
        counts.by = by
            .into_iter()
            .map(|((organisation, role, user, reason), count)| BreakGlassCount {
                organisation,
                role,
                user,
                reason,
                count,
            })
            .collect();
        counts.by.sort_by_key(|each| std::cmp::Reverse(each.count));
        Ok(counts)
    }

    fn opened_in_emergency(&self, reader: &Reading) -> Result<Vec<BreakGlassView>, RecordsError> {
        if !oversees_break_glass(reader.actor.role()) {
            return Err(RecordsError::Forbidden);
        }
        let (now, world) = (self.clock.now(), self.world.read());
        let opened = world.cases().filter_map(|case| {
            let deadlines = self.settings.deadlines.of_case(&case.path);
            of_many(case, || Some(disclose_break_glass(&case.path, now, deadlines)))
        });
        Ok(opened.flatten().collect())
    }
}

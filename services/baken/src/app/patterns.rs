//! What stands out in the access log, for privacy officers: see [`access_log::patterns`].

use access_log::{Access, Numbered, Of, Pattern, PatternKind, Thresholds, patterns};
use care_path::PersonId;
use care_path::codes::Role;
use care_path::ids::{BreakGlassId, OrgId, UserId};
use care_path::policy::rules::{AccessLogOf, access_log_of};
use care_path::time::DateTime;
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::accesses::{AccessQueryError, Period, STRETCH};
use super::reading::Reading;
use super::{Baken, QueryError};

/// As far back as is looked unless somebody says otherwise.
const LOOKED_BACK: TimeDelta = TimeDelta::days(7);
/// Records that are looked through at the most: the latest of the period.
const MOST_RECORDS: usize = 200_000;
/// Persons that are named of a pattern at the most.
const NAMED: usize = 20;

/// What stands out in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PatternsView {
    pub from: DateTime,
    pub until: DateTime,
    /// How many records were looked through.
    pub records: usize,
    /// There are more records in the period than are looked through: these are the latest.
    pub truncated: bool,
    /// What matters most first, then the latest.
    pub items: Vec<PatternView>,
}

/// Something that stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PatternView {
    #[schema(value_type = String, example = "many_persons")]
    pub kind: PatternKind,
    pub user: UserId,
    pub role: Role,
    pub organisation: OrgId,
    pub first_at: DateTime,
    pub last_at: DateTime,
    /// How many, of what the kind counts.
    pub count: usize,
    /// From how many on it stands out.
    pub threshold: usize,
    /// Whom it is about: at the most twenty.
    pub person_ids: Vec<PersonId>,
    /// Where it is about a case that was opened in an emergency: by which ids.
    pub break_glass_ids: Vec<BreakGlassId>,
}

impl From<Pattern> for PatternView {
    fn from(pattern: Pattern) -> Self {
        let Pattern { kind, user, role, organisation, first_at, last_at, count, threshold, persons, break_glass } =
            pattern;
        let person_ids = persons.into_iter().take(NAMED).collect();
        let break_glass_ids = break_glass.into_iter().take(NAMED).collect();
        Self { kind, user, role, organisation, first_at, last_at, count, threshold, person_ids, break_glass_ids }
    }
}

impl Baken {
    /// What stands out in a period: in the last seven days, unless one is named.
    ///
    /// # Errors
    /// Where the role may not read the access log, or the store does not answer.
    pub async fn access_patterns(&self, reader: &Reading, period: Period) -> Result<PatternsView, AccessQueryError> {
        if access_log_of(reader.actor.role()) != AccessLogOf::Everybody {
            return Err(AccessQueryError::Forbidden);
        }
        let until = period.until.unwrap_or_else(|| self.clock.now());
        let from = period.from.unwrap_or(until - LOOKED_BACK);
        if from > until {
            return Err(QueryError::BadCursor.into());
        }
        reader.reviews(None);
        let before = self.first_access_at(until).await?;
        let (records, truncated) = self.records_since(from, before).await?;
        let items: Vec<_> = patterns(&records, &Thresholds::default()).into_iter().map(PatternView::from).collect();
        items.iter().flat_map(|item| &item.person_ids).for_each(|person| reader.reviews(Some(*person)));
        Ok(PatternsView { from, until, records: records.len(), truncated, items })
    }

    /// The records from a time on and before a number; and whether there are more than are looked through.
    async fn records_since(&self, from: DateTime, before: u64) -> Result<(Vec<Access>, bool), AccessQueryError> {
        let (mut records, mut before) = (Vec::new(), before);
        loop {
            let stretch = self.access.read(Of::Everybody, Some(before), STRETCH).await?;
            let Some(oldest) = stretch.last().map(|oldest| oldest.number) else { return Ok((records, false)) };
            let is_last = stretch.len() < STRETCH || stretch.last().is_some_and(|last| last.access.at < from);
            let within = stretch.into_iter().map(|Numbered { access, .. }| access).filter(|access| access.at >= from);
            records.extend(within);
            if is_last {
                return Ok((records, false));
            }
            if records.len() >= MOST_RECORDS {
                return Ok((records, true));
            }
            before = oldest;
        }
    }
}

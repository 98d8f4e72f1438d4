//! How long a record is kept after the last change that people made to it.

use serde::Serialize;

use super::is_of_break_glass;
use crate::codes::Role;
use crate::deadlines::Deadlines;
use crate::event::EventKind;
use crate::path::CarePath;
use crate::time::{DateTime, days_after};

/// What a record is, by the law that says how long it is kept. The longest term of what it holds is that of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::Enum))]
#[serde(rename_all = "snake_case")]
pub enum RecordClass {
    /// Signals, contacts and sightings of somebody who was never helped: no law says how long, so not long (GDPR
    /// art. 5(1)(e)).
    Contact,
    /// Shelter, rights and return: as files of social support are kept (Wmo 2015, art. 5.3.4).
    Support,
    /// Care that was given: the medical file (Burgerlijk Wetboek, art. 7:454(3)).
    Care,
}

impl RecordClass {
    /// The days that such a record is kept.
    #[must_use]
    pub fn kept_days(self, deadlines: &Deadlines) -> i64 {
        match self {
            Self::Contact => deadlines.kept_contact_days,
            Self::Support => deadlines.kept_support_days,
            Self::Care => deadlines.kept_care_days,
        }
    }
}

/// For as many days before it goes a record is on the list of what goes.
pub const LISTED_DAYS: i64 = 30;

impl CarePath {
    /// What its record is.
    #[must_use]
    pub fn record_class(&self) -> RecordClass {
        let was_in_care = self.recorded_by.iter().any(|(_, role)| *role == Role::CareProvider)
            || self.record.entries().any(|entry| entry.kind == EventKind::CareStarted);
        let was_helped = !self.intakes.is_empty()
            || !self.stays.is_empty()
            || !self.rights.assessments.is_empty()
            || !self.referrals.is_empty()
            || !self.repatriation.handovers.is_empty();
        if was_in_care {
            RecordClass::Care
        } else if was_helped {
            RecordClass::Support
        } else {
            RecordClass::Contact
        }
    }

    /// Until when it is kept; `None` where it was erased, or nobody recorded anything. What Baken records by itself makes no
    /// record younger, nor does reading it in an emergency, or a legal hold.
    #[must_use]
    pub fn kept_until(&self, deadlines: &Deadlines) -> Option<DateTime> {
        if self.is_erased() {
            return None;
        }
        let counts = |kind: EventKind| !is_of_break_glass(kind) && !is_of_hold(kind);
        let recordings = self.record.entries().filter(|entry| counts(entry.kind));
        let by_people = recordings.filter(|entry| entry.stamp.by.role != Role::System);
        let changed = by_people.map(|entry| entry.stamp.recorded_at).max()?;
        Some(days_after(changed, self.record_class().kept_days(deadlines)))
    }

    /// When it will be erased by itself: at the end of its time, unless a hold keeps it. One that a hold kept for longer has been
    /// on the list of what goes for as long as any other.
    #[must_use]
    pub fn goes_at(&self, deadlines: &Deadlines) -> Option<DateTime> {
        let kept_until = self.kept_until(deadlines).filter(|_| !self.is_on_hold())?;
        let lifted = self.record.entries().filter(|entry| entry.kind == EventKind::HoldLifted);
        let told = lifted.map(|entry| days_after(entry.stamp.recorded_at, LISTED_DAYS)).max();
        Some(told.map_or(kept_until, |told| kept_until.max(told)))
    }
}

/// Whether such an event is about a legal hold.
fn is_of_hold(kind: EventKind) -> bool {
    matches!(kind, EventKind::HoldPlaced | EventKind::HoldLifted)
}

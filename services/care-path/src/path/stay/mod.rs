//! Stays: a bed, who came, who did not, and when the bed was given up. Somebody sleeps in one bed at a time.

use std::sync::Arc;

use super::{CarePath, Noted, Stamp};
use crate::codes::{AttendanceStatus, BedReleaseReason, LocationType};
use crate::fact::{events, part_events};
use crate::ids::{BedId, FacilityId, OrgId};
use crate::private::Social;
use crate::text::Text;
use crate::time::DateTime;

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{AssignBed, RecordAttendance, RecordNoShow, ReleaseBed, StayRefusal};

part_events! {
    /// Beds and nights.
    pub enum StayEvent {
        BedAssigned(BedAssigned),
        AttendanceRecorded(AttendanceRecorded),
        NoShowRecorded(NoShowRecorded),
        BedReleased(BedReleased),
    }
}

events! {
    /// A bed was assigned: which kind, where, from when, and by what time the person is expected of an evening.
    pub struct BedAssigned {
        bed: clear BedId as "bed_id" => Presence, Full;
        organisation: clear OrgId => Presence, Full;
        facility: maybe FacilityId => Presence, Full;
        kind: clear LocationType => Presence, Full;
        from: clear DateTime => Presence, Full;
        until: maybe DateTime => Presence, Full;
        expected_by: maybe DateTime => Presence, Full;
    }

    /// Somebody was there, or left.
    pub struct AttendanceRecorded {
        bed: maybe BedId as "bed_id" => Presence, Full;
        status: clear AttendanceStatus => Presence, Minimal;
        location_type: maybe LocationType => Presence, Minimal;
    }

    /// Somebody was expected and did not come.
    pub struct NoShowRecorded {
        bed: clear BedId as "bed_id" => Presence, Full;
        expected_by: maybe DateTime => Presence, Full;
        /// The bed stays theirs: the person is vulnerable, or a decision is pending.
        bed_held: clear bool => Presence, Full;
    }

    /// The bed was given up.
    pub struct BedReleased {
        bed: clear BedId as "bed_id" => Presence, Full;
        reason: clear BedReleaseReason => Presence, Full;
        explanation: maybe sealed(Text, Social) => Presence, Full;
    }
}

/// A bed that somebody has or had.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Stay {
    pub(crate) assigned: Noted<BedAssigned>,
    pub(crate) last_attended: Option<Noted<AttendanceRecorded>>,
    pub(crate) no_shows: Vec<Noted<NoShowRecorded>>,
    pub(crate) released: Option<Noted<BedReleased>>,
}

impl Stay {
    /// Whether the bed is still theirs.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.released.is_none()
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &StayEvent) {
    match event {
        StayEvent::BedAssigned(assigned) => {
            path.case.dropped_out = None;
            path.stays.push(Stay {
                assigned: Noted::new(stamp, assigned),
                last_attended: None,
                no_shows: Vec::new(),
                released: None,
            });
        }
        StayEvent::AttendanceRecorded(attendance) => {
            if let Some(stay) = attendance.bed.and_then(|bed| path.stay_mut(bed)) {
                stay.last_attended = Some(Noted::new(stamp, attendance));
            }
            path.seen(stamp, attendance.location_type, None);
            path.case.contact(stamp);
        }
        StayEvent::NoShowRecorded(no_show) => {
            if let Some(stay) = path.stay_mut(no_show.bed) {
                stay.no_shows.push(Noted::new(stamp, no_show));
            }
        }
        StayEvent::BedReleased(released) => {
            if let Some(stay) = path.stay_mut(released.bed) {
                stay.released.get_or_insert_with(|| Noted::new(stamp, released));
            }
        }
    }
}

impl CarePath {
    fn stay_mut(&mut self, bed: BedId) -> Option<&mut Stay> {
        self.stays.iter_mut().find(|stay| stay.assigned.bed == bed)
    }

    /// The stays that are still going on.
    pub(crate) fn open_stays(&self) -> impl Iterator<Item = &Stay> {
        self.stays.iter().filter(|stay| stay.is_open())
    }

    pub(crate) fn open_stay_at(&self, organisation: &OrgId) -> Option<&Stay> {
        self.open_stays().find(|stay| stay.assigned.organisation == *organisation)
    }
}

//! Stays: a bed, who came, who did not, and when the bed was given up. Somebody sleeps in one bed at a time.

use std::sync::Arc;

use serde::Deserialize;

use super::referral::{ReferralAccepted, ReferralEvent};
use super::{CarePath, Noted, Stamp};
use crate::actor::Actor;
use crate::codes::{AttendanceStatus, BedReleaseReason, LocationType};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::fact::{events, part_events};
use crate::ids::{BedId, FacilityId, OrgId};
use crate::private::{Social, private};
use crate::text::Text;
use crate::time::{DateTime, Moment};

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

refusals! {
    /// Why a bed is not given, kept or released.
    StayRefusal {
        NoBedsThere = "no_beds_there": "a place of this kind has no beds",
        EndsBeforeItBegins = "stay_ends_before_it_begins": "the stay would end before it begins",
        AlreadyAssigned = "bed_already_assigned": "the person has an open stay at this organisation already",
        NotExpected = "not_expected": "the person is not expected in this bed now, or was heard of",
        NoOpenStay = "no_open_stay": "the person has no open stay at this organisation",
        AlreadyReleased = "bed_already_released": "the bed was released already",
        HeldByPendingException = "bed_held_by_pending_exception":
            "the bed is held: an exception was requested for it and not yet decided",
    }
}

/// Assigns a bed of the own organisation. Beds that the person has elsewhere are released, unless a decision holds them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AssignBed {
    pub kind: LocationType,
    pub facility: Option<FacilityId>,
    /// From when; unless said, from when it occurred.
    pub from: Option<Moment>,
    pub until: Option<Moment>,
    /// By what time the person is expected, the first evening.
    pub expected_by: Option<Moment>,
}

impl Decide for AssignBed {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let from = at.planned("from", self.from)?.unwrap_or(at.occurred.at);
        let until = at.planned("until", self.until)?;
        let expected_by = at.planned("expected_by", self.expected_by)?;
        if !self.kind.has_beds() {
            return Err(StayRefusal::NoBedsThere.into());
        }
        if until.is_some_and(|until| until <= from) {
            return Err(StayRefusal::EndsBeforeItBegins.into());
        }
        if self.facility.as_ref().is_some_and(|facility| !at.directory.has_facility(&at.by.organisation, facility)) {
            return Err(Refusal::field("facility", "is not a facility of your organisation"));
        }
        if path.open_stay_at(&at.by.organisation).is_some() {
            return Err(StayRefusal::AlreadyAssigned.into());
        }
        let mut events = Vec::new();
        for referral in path.bed_referrals_awaiting(&at.by.organisation) {
            events.push(ReferralEvent::ReferralAccepted(ReferralAccepted { referral, explanation: None }).into());
        }
        events.push(
            StayEvent::BedAssigned(BedAssigned {
                bed: BedId(at.id),
                organisation: at.by.organisation.clone(),
                facility: self.facility,
                kind: self.kind,
                from,
                until,
                expected_by,
            })
            .into(),
        );
        for elsewhere in path.open_stays().filter(|stay| !path.is_held(stay.assigned.bed)) {
            let reason = BedReleaseReason::MovedOn;
            events.push(
                StayEvent::BedReleased(BedReleased { bed: elsewhere.assigned.bed, reason, explanation: None }).into(),
            );
        }
        Ok(events)
    }
}

/// Records that the person was there, or left. A place without beds records a visit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordAttendance {
    pub status: AttendanceStatus,
    pub location_type: Option<LocationType>,
}

impl Decide for RecordAttendance {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let stay = path.open_stay_at(&at.by.organisation);
        let attendance = AttendanceRecorded {
            bed: stay.map(|stay| stay.assigned.bed),
            status: self.status,
            location_type: self.location_type.or(stay.map(|stay| stay.assigned.kind)),
        };
        Ok(vec![StayEvent::AttendanceRecorded(attendance).into()])
    }
}

/// Records that the person was expected at the own organisation and did not come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordNoShow {
    /// The stay; unless said, the open one at the own organisation.
    pub bed_id: Option<BedId>,
}

impl Decide for RecordNoShow {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let stay = match self.bed_id {
            Some(bed) => {
                path.open_stays().find(|stay| stay.assigned.bed == bed && at.acts_for(&stay.assigned.organisation))
            }
            None => path.open_stay_at(&at.by.organisation),
        };
        let stay = stay.ok_or(StayRefusal::NoOpenStay)?;
        // A worker sees that somebody is not there; Baken goes by the clock and by what it heard.
        let expected_by = if at.by.actor == Actor::System {
            let missed = path.missed_evening(stay.assigned.bed, at.now, at.deadlines, at.directory);
            Some(missed.ok_or(StayRefusal::NotExpected)?.expected_by)
        } else {
            stay.assigned.expected_by
        };
        let no_show = NoShowRecorded {
            bed: stay.assigned.bed,
            expected_by,
            bed_held: path.is_vulnerable(at.now) || path.is_held(stay.assigned.bed),
        };
        Ok(vec![StayEvent::NoShowRecorded(no_show).into()])
    }
}

/// Gives up a bed of the own organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReleaseBed {
    pub reason: BedReleaseReason,
    pub explanation: Option<Text>,
}

impl Decide for ReleaseBed {
    type Subject = BedId;

    fn decide(self, bed: BedId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let stay = path.stays.iter().find(|stay| stay.assigned.bed == bed).ok_or(StayRefusal::NoOpenStay)?;
        if !at.acts_for(&stay.assigned.organisation) {
            return Err(Refusal::NotYours);
        }
        if !stay.is_open() {
            return Err(StayRefusal::AlreadyReleased.into());
        }
        if path.is_held(bed) {
            return Err(StayRefusal::HeldByPendingException.into());
        }
        Ok(vec![
            StayEvent::BedReleased(BedReleased { bed, reason: self.reason, explanation: private(self.explanation) })
                .into(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::codes::Phase;

    fn release() -> ReleaseBed {
        ReleaseBed { reason: BedReleaseReason::MovedOn, explanation: None }
    }

    #[test]
    fn a_bed_shelters() {
        given([signalled()]).when(a_bed()).then(|path| assert_eq!(path.phase(), Phase::Sheltered));
    }

    #[test]
    fn a_street_has_no_beds() {
        let bed = AssignBed { kind: LocationType::Street, ..a_bed() };
        given([signalled()]).when(bed).then_err(StayRefusal::NoBedsThere);
    }

    #[test]
    fn a_stay_ends_after_it_begins() {
        let bed = AssignBed { from: Some(moment(2)), until: Some(moment(1)), ..a_bed() };
        given([signalled()]).when(bed).then_err(StayRefusal::EndsBeforeItBegins);
    }

    #[test]
    fn nobody_plans_a_bed_for_more_than_five_years_ahead() {
        let far = Some(moment(6 * 365));
        for (field, bed) in [
            ("from", AssignBed { from: far, ..a_bed() }),
            ("until", AssignBed { until: far, ..a_bed() }),
            ("expected_by", AssignBed { expected_by: far, ..a_bed() }),
        ] {
            given([signalled()]).when(bed).then_field(field);
        }
    }

    #[test]
    fn one_organisation_gives_one_bed_at_a_time() {
        given([signalled()]).when(a_bed()).and(a_bed()).then_err(StayRefusal::AlreadyAssigned);
    }

    #[test]
    fn a_bed_elsewhere_releases_the_earlier_one() {
        given([signalled()])
            .when(a_bed())
            .by(shelter24())
            .and(a_bed())
            .then_types(["bed_assigned", "bed_released"])
            .then(|path| assert_eq!(path.open_stays().count(), 1));
    }

    #[test]
    fn an_exception_with_a_pending_decision_holds_the_bed() {
        given([signalled()])
            .when(a_bed())
            .and(an_exception_request())
            .and_on(BedId(id_of_command(0)), release())
            .then_err(StayRefusal::HeldByPendingException);
    }

    #[test]
    fn a_bed_that_is_held_stays_theirs_when_they_sleep_elsewhere() {
        given([signalled()])
            .when(a_bed())
            .and(an_exception_request())
            .by(shelter24())
            .and(a_bed())
            .then_types(["bed_assigned"])
            .then(|path| assert_eq!(path.open_stays().count(), 2));
    }

    #[test]
    fn a_released_bed_is_not_released_again_nor_by_another_organisation() {
        let bed = BedId(id_of_command(0));
        given([signalled()])
            .when(a_bed())
            .and_on(bed, release())
            .and_on(bed, release())
            .then_err(StayRefusal::AlreadyReleased);
        given([signalled()]).when(a_bed()).by(shelter24()).and_on(bed, release()).then_not_yours();
    }

    #[test]
    fn a_no_show_holds_the_bed_of_a_vulnerable_person_and_only_theirs() {
        let held = |path: &CarePath| path.stays[0].no_shows[0].bed_held;
        given([signalled()]).when(a_bed()).and(RecordNoShow::default()).then(|path| assert!(!held(path)));
        given([confused()]).when(a_bed()).and(RecordNoShow::default()).then(|path| assert!(held(path)));
    }

    #[test]
    fn nobody_fails_to_show_without_a_bed() {
        given([signalled()]).when(RecordNoShow::default()).then_err(StayRefusal::NoOpenStay);
    }

    #[test]
    fn a_visit_needs_no_bed() {
        let visit = RecordAttendance { status: AttendanceStatus::Present, location_type: Some(LocationType::DropIn) };
        given([signalled()]).when(visit).then(|path| assert_eq!(path.phase(), Phase::InContact));
    }
}

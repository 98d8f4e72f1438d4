//! Decisions on stays: to give a bed, to say who came and who did not, to give it up.

use super::{AttendanceRecorded, BedAssigned, BedReleased, NoShowRecorded, StayEvent};
use crate::actor::Actor;
use crate::codes::{AttendanceStatus, BedReleaseReason, LocationType};
use crate::command::{Asking, Context, Decide, Refusal, refusals};
use crate::directory::{Asked, Overbook};
use crate::event::Event;
use crate::ids::{BedId, FacilityId};
use crate::path::CarePath;
use crate::path::evenings::said_for_night_of;
use crate::path::referral::{ReferralAccepted, ReferralEvent};
use crate::private::private;
use crate::text::Text;
use crate::time::{DateTime, Moment};
use serde::Deserialize;

refusals! {
    /// Why a bed is not given, kept or released.
    StayRefusal {
        PlaceFull = "place_full":
            "no place is free there: to give the bed all the same, say `overbook` with a reason",
        NoBedsThere = "no_beds_there": "a place of this kind has no beds",
        NobodySleepsThere = "nobody_sleeps_there":
            "your organisation has no place in the directory where people sleep; refer the person to one that has",
        EndsBeforeItBegins = "stay_ends_before_it_begins": "the stay would end before it begins",
        AlreadyAssigned = "bed_already_assigned": "the person has a bed at this organisation already, for that night or for a later one",
        NotExpected = "not_expected": "the person is not expected in this bed now, or was heard of",
        TooEarly = "no_show_too_early": "the person is expected later this evening",
        AlreadyMissed = "no_show_already_recorded": "that the person did not come that night was recorded already",
        NoOpenStay = "no_open_stay": "the person has no open stay at this organisation",
        AlreadyReleased = "bed_already_released": "the bed was released already",
        HeldAfterNoShow = "bed_held_after_no_show":
            "the bed is held for a person at risk who did not come; the coordinator may release it",
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
    /// Gives the bed though no place is free, and says why.
    pub overbook: Option<Overbook>,
}

impl Decide for AssignBed {
    type Subject = ();

    fn asks_for(&self, asking: &Asking<'_>) -> Asked {
        let from = self.from.map_or(asking.occurred.at, Moment::get);
        let own = &asking.by.organisation;
        let place = asking.directory.place_of(own, self.facility.as_ref(), self.kind);
        Asked::at(from, asking.now, place.into_iter().map(|place| place.id.clone()).collect())
    }

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let from = at.planned("from", self.from)?.unwrap_or(at.occurred.at);
        let until = at.planned("until", self.until)?;
        let expected_by = at.planned("expected_by", self.expected_by)?;
        if !self.kind.has_beds() {
            return Err(StayRefusal::NoBedsThere.into());
        }
        if until.is_some_and(|until| until <= from) {
            return Err(StayRefusal::EndsBeforeItBegins.into());
        }
        at.takes_in(self.facility.as_ref(), self.kind)?;
        // What happened before the stay that goes on there takes its place in the past.
        if path.has_bed_beside(&at.by.organisation, from, at.occurred.at) {
            return Err(StayRefusal::AlreadyAssigned.into());
        }
        let overbooked = at.overbooked(self.overbook, StayRefusal::PlaceFull)?;
        let assigned = BedAssigned {
            bed: BedId(at.id),
            organisation: at.by.organisation.clone(),
            facility: self.facility,
            kind: self.kind,
            from,
            until,
            expected_by,
            overbooked: private(overbooked),
        };
        Ok(path.and_reopened(at.occurred, path.given_a_bed(assigned, at.occurred.at)))
    }
}

impl Context<'_> {
    /// Whether the own organisation takes people in at such a place: a facility takes only what it is. Of a shelter or hospital
    /// whose facilities are not in the directory nothing is known, and nothing is refused; elsewhere nobody sleeps then.
    fn takes_in(&self, facility: Option<&FacilityId>, kind: LocationType) -> Result<(), Refusal> {
        let own = self.directory.find(&self.by.organisation);
        if let Some(named) = facility {
            let unknown = Refusal::field("facility", "is not a facility of your organisation");
            let found = own.and_then(|own| own.facility(named)).ok_or(unknown)?;
            if found.closures.is_closed() {
                return Err(Refusal::field("facility", "is closed"));
            }
            let fits = found.location_type == kind;
            return fits.then_some(()).ok_or(Refusal::field("kind", "is not what that facility is"));
        }
        let mut facilities = own.into_iter().flat_map(|own| &own.facilities).peekable();
        let is_known = facilities.peek().is_some();
        if is_known && !facilities.any(|facility| facility.location_type == kind && !facility.closures.is_closed()) {
            return Err(Refusal::field("kind", "is not what any facility of your organisation is"));
        }
        if !is_known && own.is_some_and(|own| !own.kind.has_beds()) {
            return Err(StayRefusal::NobodySleepsThere.into());
        }
        Ok(())
    }
}

impl CarePath {
    /// What it means to be given a bed: referrals for one are answered, and the beds before it are released.
    pub(in crate::path) fn given_a_bed(&self, assigned: BedAssigned, occurred: DateTime) -> Vec<Event> {
        let mut events = Vec::new();
        for referral in self.bed_referrals_awaiting(&assigned.organisation) {
            events.push(ReferralEvent::ReferralAccepted(ReferralAccepted { referral, explanation: None }).into());
        }
        // One for a later night ends nothing yet, and one that is still to come is not ended by another before it.
        let is_for_later = assigned.is_for_later(occurred);
        let earlier = self
            .open_stays()
            .filter(|stay| !is_for_later && !stay.is_to_come(occurred) && stay.assigned.stamp.occurred.at <= occurred);
        events.push(StayEvent::BedAssigned(assigned).into());
        for elsewhere in earlier.filter(|stay| !self.awaits_decision(stay.assigned.bed)) {
            let reason = BedReleaseReason::MovedOn;
            events.push(
                StayEvent::BedReleased(BedReleased { bed: elsewhere.assigned.bed, reason, explanation: None }).into(),
            );
        }
        events
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
        let stay = path.stay_of(&at.by.organisation, at.occurred.at);
        let attendance = AttendanceRecorded {
            bed: stay.map(|stay| stay.assigned.bed),
            status: self.status,
            location_type: self.location_type.or(stay.map(|stay| stay.assigned.kind)),
        };
        Ok(path.and_reopened(at.occurred, vec![StayEvent::AttendanceRecorded(attendance).into()]))
    }
}

/// Records that the person was expected at the own organisation and did not come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordNoShow {
    /// The stay; unless said, the open one at the own organisation that has begun last.
    pub bed_id: Option<BedId>,
}

impl Decide for RecordNoShow {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let stay = match self.bed_id {
            Some(bed) => {
                path.open_stays().find(|stay| stay.assigned.bed == bed && at.acts_for(&stay.assigned.organisation))
            }
            None => path.open_stay_at(&at.by.organisation, at.occurred.at),
        };
        let stay = stay.ok_or(StayRefusal::NoOpenStay)?;
        if !stay.is_awaited(at.occurred.at) {
            return Err(StayRefusal::NotExpected.into());
        }
        // A worker sees that somebody is not there; Baken goes by the clock and by what it heard.
        let expected_by = if at.by.actor == Actor::System {
            let missed = path.missed_evening(stay.assigned.bed, at.now, at.deadlines, at.directory);
            Some(missed.ok_or(StayRefusal::NotExpected)?.expected_by)
        } else {
            let expected_by = said_for_night_of(stay, at.occurred.at, at.directory);
            if expected_by.is_some_and(|by| at.occurred.at < by) {
                return Err(StayRefusal::TooEarly.into());
            }
            if stay.missed_in_night_of(at.occurred.at).is_some() {
                return Err(StayRefusal::AlreadyMissed.into());
            }
            expected_by
        };
        let no_show = NoShowRecorded {
            bed: stay.assigned.bed,
            expected_by,
            bed_held: path.is_vulnerable(at.now) || path.awaits_decision(stay.assigned.bed),
        };
        if path.came_before(&no_show, at.occurred.at, at.by.actor.role()) {
            return Err(StayRefusal::NotExpected.into());
        }
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
        let stay = path.stay(bed).ok_or(StayRefusal::NoOpenStay)?;
        if !at.acts_for(&stay.assigned.organisation) && !at.is_coordinator() {
            return Err(Refusal::NotYours);
        }
        if !stay.is_open() {
            return Err(StayRefusal::AlreadyReleased.into());
        }
        if path.awaits_decision(bed) {
            return Err(StayRefusal::HeldByPendingException.into());
        }
        if path.is_held(bed, at.now, at.deadlines) && !at.is_coordinator() {
            return Err(StayRefusal::HeldAfterNoShow.into());
        }
        Ok(vec![
            StayEvent::BedReleased(BedReleased { bed, reason: self.reason, explanation: private(self.explanation) })
                .into(),
        ])
    }
}

//! Stays: a bed, who came, who did not, and when the bed was given up. Somebody sleeps in one bed at a time.

use std::sync::Arc;

use super::{CarePath, Noted, Stamp};
use crate::codes::{AttendanceStatus, BedReleaseReason, LocationType};
use crate::fact::{Fact, Label, Origin, events, part_events};
use crate::ids::{BedId, FacilityId, OrgId};
use crate::policy::{Category, Depth};
use crate::private::Social;
use crate::text::Text;
use crate::time::{DateTime, Night};

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
        /// Why it was given though no place was free.
        overbooked: maybe sealed(Text, Social) => Presence, Full;
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

/// What ends a stay that nobody ended.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Overtaken {
    /// The person was given another bed, by this event: somebody sleeps in one bed at a time.
    MovedOn(Arc<Stamp>),
    /// The case was closed, or the person died.
    WithTheCase(Arc<Stamp>),
}

impl Overtaken {
    fn by(&self) -> (&Arc<Stamp>, BedReleaseReason) {
        match self {
            Self::MovedOn(stamp) => (stamp, BedReleaseReason::MovedOn),
            Self::WithTheCase(stamp) => (stamp, BedReleaseReason::Ended),
        }
    }
}

/// A bed that somebody has or had.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Stay {
    pub(crate) assigned: Noted<BedAssigned>,
    /// Who was there and left, in the order of happening.
    pub(crate) attended: Vec<Noted<AttendanceRecorded>>,
    pub(crate) no_shows: Vec<Noted<NoShowRecorded>>,
    pub(crate) released: Option<Noted<BedReleased>>,
    /// What would have ended it, had nobody released the bed: all that those are told who may not know of the release.
    pub(crate) overtaken: Option<Overtaken>,
}

/// Where the policy finds that a stay ended, and why.
pub(crate) const ENDED: Label = Label { name: "ended", category: Category::Presence, depth: Depth::Full, sealed: None };

impl Stay {
    /// The first night that somebody sleeps in it: who is given a bed in the morning does not sleep in the night that is over.
    pub(super) fn first_night(&self) -> Night {
        Night::ahead(self.assigned.from)
    }

    /// Whether somebody may be missed in it at a time: in its first night or later, or from when it is theirs.
    pub(super) fn is_awaited(&self, at: DateTime) -> bool {
        Night::of(at) >= self.first_night() || at >= self.assigned.from
    }

    /// Whether it was given for a later night, and does not begin before that.
    pub(super) fn is_for_later(&self) -> bool {
        self.assigned.is_for_later(self.assigned.stamp.occurred.at)
    }

    /// Whether it was given for a later night, and has not begun at a time.
    pub(super) fn is_to_come(&self, at: DateTime) -> bool {
        self.is_for_later() && self.assigned.from > at
    }

    /// Whether the bed is still theirs.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.ended().is_none()
    }

    /// The event with which it ended.
    pub(crate) fn ended(&self) -> Option<&Arc<Stamp>> {
        self.end().map(|(stamp, _)| stamp)
    }

    /// Why it ended.
    #[cfg(test)]
    pub(crate) fn end_reason(&self) -> Option<BedReleaseReason> {
        self.end().map(|(_, reason)| reason)
    }

    fn end(&self) -> Option<(&Arc<Stamp>, BedReleaseReason)> {
        let released = self.released.as_ref().map(|released| (&released.stamp, released.reason));
        released.or_else(|| self.overtaken.as_ref().map(Overtaken::by))
    }

    /// When and why it ended, as it can be told, the first to whoever may know of it: that it was released; or what overtook
    /// it, to those who may know of the bed itself.
    pub(crate) fn told_ends(&self) -> impl Iterator<Item = Fact<'_, (DateTime, BedReleaseReason)>> {
        let fact = |told_by, stamp: &Stamp, reason| {
            Fact::new(ENDED, Origin::recorded(told_by), Some((stamp.occurred.at, reason)))
        };
        let released = self.released.iter().map(move |noted| fact(&noted.stamp, &noted.stamp, noted.reason));
        let overtaken = self.overtaken.iter().map(Overtaken::by);
        released.chain(overtaken.map(move |(stamp, reason)| fact(&self.assigned.stamp, stamp, reason)))
    }

    /// Whether the bed was theirs at a time.
    fn ran_at(&self, at: DateTime) -> bool {
        self.assigned.stamp.occurred.at <= at && self.ended().is_none_or(|ended| ended.occurred.at >= at)
    }

    /// The last that was said, of all up to an instant, of who was there.
    fn last_attended(&self, by: DateTime) -> Option<&Noted<AttendanceRecorded>> {
        self.attended.iter().rfind(|attended| attended.stamp.occurred.at <= by)
    }

    /// The no-show of the night of an instant.
    pub(super) fn missed_in_night_of(&self, at: DateTime) -> Option<&Noted<NoShowRecorded>> {
        let night = Night::of(at);
        self.no_shows.iter().find(|missed| Night::of(missed.stamp.occurred.at) == night)
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &StayEvent) {
    match event {
        StayEvent::BedAssigned(assigned) => {
            path.case.dropped_out = None;
            if !assigned.is_for_later(stamp.occurred.at) {
                path.move_on(stamp, &assigned.organisation, None);
            }
            let assigned = Noted::new(stamp, assigned);
            path.stays.push(Stay {
                assigned,
                attended: Vec::new(),
                no_shows: Vec::new(),
                released: None,
                overtaken: None,
            });
        }
        StayEvent::AttendanceRecorded(attendance) => {
            let there = || {
                path.stay_or_last_of_the_night(&stamp.by.organisation, stamp.occurred.at).map(|stay| stay.assigned.bed)
            };
            if let Some(stay) = attendance.bed.or_else(there).and_then(|bed| path.stay_mut(bed)) {
                stay.attended.push(Noted::new(stamp, attendance));
                let bed = stay.assigned.bed;
                path.begin_later(stamp, bed);
            } else {
                path.visits.push(Noted::new(stamp, attendance));
            }
            let known = path.lost.known_until;
            path.seen(stamp, attendance.location_type, None);
            path.case.contact(stamp);
            if attendance.status == AttendanceStatus::Left {
                path.lost.known_until = known;
            }
        }
        StayEvent::NoShowRecorded(no_show) => {
            if path.came_before(no_show, stamp.occurred.at, stamp.by.role) {
                path.record.overtake(stamp.event_id);
            } else if let Some(stay) = path.stay_mut(no_show.bed) {
                stay.no_shows.push(Noted::new(stamp, no_show));
                path.begin_later(stamp, no_show.bed);
            }
        }
        StayEvent::BedReleased(released) => {
            // A release that came with an older bed ends nothing; what people release is released, whenever they say that was.
            let is_of =
                |stay: &&mut Stay| stamp.caused_by.is_none() || stay.assigned.stamp.occurred.at <= stamp.occurred.at;
            path.begin_later(stamp, released.bed);
            if let Some(stay) = path.stay_mut(released.bed).filter(is_of) {
                stay.released.get_or_insert_with(|| Noted::new(stamp, released));
                let there = stay.assigned.organisation.clone();
                path.end_bed_referrals(&there, stamp);
            }
        }
    }
}

/// Whether a bed begins on a later night than the one on which it is given.
fn is_for_later(from: DateTime, occurred: DateTime) -> bool {
    Night::of(from) > Night::of(occurred)
}

/// Of some stays, the one that has begun last, or else one that is still to come.
fn begun_last<'a>(stays: impl Iterator<Item = &'a Stay>, at: DateTime) -> Option<&'a Stay> {
    stays.max_by_key(|stay| (!stay.is_to_come(at), stay.assigned.from))
}

impl BedAssigned {
    /// Whether it was given, at a time, for a later night.
    pub(super) fn is_for_later(&self, occurred: DateTime) -> bool {
        is_for_later(self.from, occurred)
    }
}

impl CarePath {
    fn stay_mut(&mut self, bed: BedId) -> Option<&mut Stay> {
        self.stays.iter_mut().find(|stay| stay.assigned.bed == bed)
    }

    /// A bed that was given for a later night has begun: something is told of it. The beds before it have ended.
    fn begin_later(&mut self, stamp: &Arc<Stamp>, bed: BedId) {
        let begins = |stay: &&Stay| stay.is_open() && stay.is_for_later() && stay.assigned.from <= stamp.occurred.at;
        if let Some(organisation) = self.stay(bed).filter(begins).map(|stay| stay.assigned.organisation.clone()) {
            self.move_on(stamp, &organisation, Some(bed));
        }
    }

    /// The open stay that follows another: it was given for a later night.
    pub(super) fn successor(&self, stay: &Stay) -> Option<&Stay> {
        let follows = |other: &&Stay| other.is_for_later() && other.assigned.from > stay.assigned.from;
        self.open_stays().filter(follows).min_by_key(|other| other.assigned.from)
    }

    /// Ends the stays that go on, but for those that are still to come, and those that a decision holds: the person has
    /// another bed now, which may be among them.
    fn move_on(&mut self, stamp: &Arc<Stamp>, to: &OrgId, begun: Option<BedId>) {
        let Self { stays, exceptions, .. } = self;
        let awaited = |bed: BedId| exceptions.iter().any(|request| request.is_pending_for(bed));
        let stays_on = |stay: &Stay| {
            stay.is_to_come(stamp.occurred.at) || begun == Some(stay.assigned.bed) || awaited(stay.assigned.bed)
        };
        let mut left = Vec::new();
        for stay in stays.iter_mut().filter(|stay| stay.overtaken.is_none() && !stays_on(stay)) {
            if stay.is_open() {
                left.push(stay.assigned.organisation.clone());
            }
            stay.overtaken = Some(Overtaken::MovedOn(stamp.clone()));
        }
        for organisation in left.iter().filter(|organisation| *organisation != to) {
            self.end_bed_referrals(organisation, stamp);
        }
    }

    /// Nobody's bed is held on a closed case.
    pub(super) fn end_stays(&mut self, stamp: &Arc<Stamp>, concerns: impl Fn(&Stamp) -> bool) {
        for stay in self.stays.iter_mut().filter(|stay| concerns(&stay.assigned.stamp)) {
            stay.overtaken.get_or_insert_with(|| Overtaken::WithTheCase(stamp.clone()));
        }
    }

    pub(super) fn stay(&self, bed: BedId) -> Option<&Stay> {
        self.stays.iter().find(|stay| stay.assigned.bed == bed)
    }

    /// The stays that are still going on.
    pub(crate) fn open_stays(&self) -> impl Iterator<Item = &Stay> {
        self.stays.iter().filter(|stay| stay.is_open())
    }

    /// The open stay at an organisation: the one that has begun last, or else one that is still to come.
    pub(crate) fn open_stay_at(&self, organisation: &OrgId, at: DateTime) -> Option<&Stay> {
        begun_last(self.open_stays().filter(|stay| stay.assigned.organisation == *organisation), at)
    }

    /// The same, wherever it is.
    pub(in crate::path) fn open_stay(&self, at: DateTime) -> Option<&Stay> {
        begun_last(self.open_stays(), at)
    }

    /// Whether an organisation has given a bed already, beside which it gives no other one: for tonight, or for a later night.
    pub(in crate::path) fn has_bed_beside(&self, organisation: &OrgId, from: DateTime, occurred: DateTime) -> bool {
        let given = self.open_stays().filter(|stay| stay.assigned.stamp.occurred.at <= occurred);
        let mut there = given.filter(|stay| stay.assigned.organisation == *organisation);
        there.any(|stay| stay.assigned.is_for_later(occurred) == is_for_later(from, occurred))
    }

    /// The stay at an organisation that something there is about which happened at a time: the one that ran then, or that
    /// began later in the same night.
    pub(in crate::path) fn stay_of(&self, organisation: &OrgId, at: DateTime) -> Option<&Stay> {
        let there = || self.stays.iter().filter(|stay| stay.assigned.organisation == *organisation);
        let later = |stay: &&Stay| {
            let begin = stay.assigned.stamp.occurred.at;
            begin > at && Night::of(begin) == Night::of(at)
        };
        begun_last(there().filter(|stay| stay.ran_at(at)), at).or_else(|| there().find(later))
    }

    /// The same, or else the last that had ended in the same night: an attendance is told of with the bed that they had.
    fn stay_or_last_of_the_night(&self, organisation: &OrgId, at: DateTime) -> Option<&Stay> {
        let ended = |stay: &&Stay| {
            let tonight = |ended: &Arc<Stamp>| ended.occurred.at <= at && Night::of(ended.occurred.at) == Night::of(at);
            stay.assigned.organisation == *organisation && stay.ended().is_some_and(tonight)
        };
        self.stay_of(organisation, at).or_else(|| self.stays.iter().rfind(ended))
    }

    /// The last that was said of who was there or left, of all up to an instant, at an organisation where they had no bed, at such a
    /// place, or without saying at which.
    pub(super) fn last_visit<'a>(
        &'a self,
        at: &'a OrgId,
        kind: LocationType,
        by: DateTime,
    ) -> Option<&'a Noted<AttendanceRecorded>> {
        self.visits_at(at, kind).rfind(|visit| visit.stamp.occurred.at <= by)
    }

    /// What was said of who was there or left at an organisation where they had no bed, at such a place or without saying at which.
    pub(super) fn visits_at<'a>(
        &'a self,
        at: &'a OrgId,
        kind: LocationType,
    ) -> impl DoubleEndedIterator<Item = &'a Noted<AttendanceRecorded>> {
        self.visits.iter().filter(move |visit| {
            visit.stamp.by.organisation == *at && visit.location_type.is_none_or(|said| said == kind)
        })
    }

    /// Until when the person was said to be present at the place of a bed, of all that was said up to an instant, unless they then
    /// left: also before the bed was theirs.
    pub(super) fn present(&self, stay: &Stay, by: DateTime) -> Option<DateTime> {
        let visit = || self.last_visit(&stay.assigned.organisation, stay.assigned.kind, by);
        let last = stay.last_attended(by).or_else(visit);
        last.filter(|last| last.status == AttendanceStatus::Present).map(|last| last.stamp.occurred.latest())
    }

    /// When the organisation of a bed said otherwise than by an attendance that the person was there: it took them in, received them
    /// from hospital, or saw an incident.
    pub(super) fn met_at<'a>(&'a self, stay: &'a Stay) -> impl Iterator<Item = DateTime> + 'a {
        let intakes = self.intakes.iter().map(|intake| &intake.stamp);
        let received = self.discharges.iter().filter(|discharge| discharge.from != stay.assigned.organisation);
        let received = received.map(|discharge| &discharge.stamp);
        let incidents = self.incidents.iter().map(|incident| &incident.stamp);
        let all = intakes.chain(received).chain(incidents);
        all.filter(|met| met.by.organisation == stay.assigned.organisation).map(|met| met.occurred.at)
    }

    /// The last time, up to an instant, that the person is known to have been at the place of a bed, unless they then left
    /// it: they were present, or were met there.
    pub(super) fn arrived(&self, stay: &Stay, by: DateTime) -> Option<DateTime> {
        let left = stay.last_attended(by).filter(|last| last.status == AttendanceStatus::Left);
        let left = left.map(|left| left.stamp.occurred.at);
        let met = self.met_at(stay).filter(|at| *at <= by).max();
        self.present(stay, by).max(met.filter(|at| left.is_none_or(|left| *at > left)))
    }
}

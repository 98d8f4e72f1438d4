//! Guests: who has a bed in a facility in a night, and whether they are there. A bed takes a place until it is released; after
//! a no-show only while it is held.

use std::sync::Arc;

use super::evenings::{evening_of, expected_in_night_of};
use super::lost::Episode;
use super::stay::{AttendanceRecorded, NoShowRecorded, Stay};
use super::{CarePath, Noted, Stamp};
use crate::codes::{AttendanceStatus, GuestState};
use crate::deadlines::Deadlines;
use crate::directory::{Directory, Facility};
use crate::ids::{FacilityId, PersonId};
use crate::time::{DateTime, Night, hours_after};

/// Who leaves before midnight does not sleep there.
const HOURS_TO_MIDNIGHT: i64 = 12;

/// Somebody who has a bed in a facility in a night, or is in the house without one.
#[derive(Clone)]
pub struct Guest<'a> {
    pub(crate) by: GuestBy<'a>,
    pub facility: &'a FacilityId,
    pub state: GuestState,
    /// The bed is not theirs any more.
    pub(crate) over: bool,
    pub(crate) expected_by: Option<DateTime>,
    /// When they were said to have come or left, or not to have come, that night.
    pub(crate) since: Option<DateTime>,
}

/// What makes somebody a guest.
#[derive(Clone, Copy)]
pub(crate) enum GuestBy<'a> {
    Bed(&'a Stay),
    /// They were said to be there, and have no bed.
    Visit(&'a Noted<AttendanceRecorded>),
}

impl Guest<'_> {
    /// On whose stream it lies.
    #[must_use]
    pub fn person_id(&self) -> PersonId {
        match self.by {
            GuestBy::Bed(stay) => stay.assigned.stamp.person_id,
            GuestBy::Visit(visit) => visit.stamp.person_id,
        }
    }

    /// Whether their place is not free for somebody else.
    #[must_use]
    pub fn takes_a_place(&self) -> bool {
        let takes = match self.state {
            GuestState::Expected | GuestState::Leaves | GuestState::Arrived | GuestState::Left | GuestState::Held => {
                true
            }
            GuestState::NotCome | GuestState::NoBed => false,
        };
        match self.by {
            GuestBy::Bed(_) => takes && !self.over,
            GuestBy::Visit(_) => false,
        }
    }
}

impl CarePath {
    /// The facilities in which the person has a bed now.
    pub fn sleeps_in<'a>(&'a self, directory: &'a Directory) -> impl Iterator<Item = &'a FacilityId> {
        self.open_stays().filter_map(|stay| Some(&stay.place(directory)?.id))
    }

    /// The person's beds in a night, one guest for each, and where they are in the house without one, as known now.
    pub fn guests<'a>(
        &'a self,
        night: Night,
        now: DateTime,
        deadlines: &'a Deadlines,
        directory: &'a Directory,
    ) -> impl Iterator<Item = Guest<'a>> {
        let span = night.span();
        // Most beds that people had are long behind them.
        let concerns = move |stay: &&Stay| {
            let ended_before = stay.ended().is_some_and(|ended| ended.occurred.at < span.start);
            stay.first_night() <= night && (!ended_before || self.was_there_since(stay, span.start))
        };
        let beds = self.stays.iter().filter(concerns);
        let beds: Vec<_> = beds.filter_map(|stay| self.guest(stay, night, now, deadlines, directory)).collect();
        let has_bed = |facility: &FacilityId| beds.iter().any(|guest| guest.facility == facility);
        let visitors = self.in_the_house(night, now, directory).filter(|guest| !has_bed(guest.facility));
        let visitors: Vec<_> = visitors.collect();
        beds.into_iter().chain(visitors)
    }

    /// Where the person was in the house in a night without ever having had a bed there, and whether they left since. Who came by
    /// day alone is no guest of the night.
    fn in_the_house<'a>(
        &'a self,
        night: Night,
        now: DateTime,
        directory: &'a Directory,
    ) -> impl Iterator<Item = Guest<'a>> {
        let (begin, end) = (evening_of(night, None), now.min(night.morning()));
        let that_night = move |visit: &&Noted<AttendanceRecorded>| (begin..=end).contains(&visit.stamp.occurred.at);
        self.visits.iter().filter(that_night).filter_map(move |visit| {
            let organisation = &visit.stamp.by.organisation;
            let facility = match visit.location_type {
                Some(kind) => directory.place_of(organisation, None, kind).filter(|_| kind.has_beds()),
                None => directory.only_beds_of(organisation),
            }?;
            // The last that was said of it, once.
            let last = self.last_visit(organisation, facility.location_type, end)?;
            let is_last = last.stamp.event_id == visit.stamp.event_id;
            let state = match visit.status {
                AttendanceStatus::Present => GuestState::Arrived,
                AttendanceStatus::Left => GuestState::Left,
            };
            let (by, since) = (GuestBy::Visit(visit), Some(visit.stamp.occurred.at));
            is_last.then_some(Guest { by, facility: &facility.id, state, over: false, expected_by: None, since })
        })
    }

    /// Whether anybody said of the person that they were there, or came.
    fn was_there_since(&self, stay: &Stay, begin: DateTime) -> bool {
        stay.attended.iter().any(|attended| attended.stamp.occurred.latest() >= begin)
            || self.met_at(stay).any(|at| at >= begin)
    }

    fn guest<'a>(
        &'a self,
        stay: &'a Stay,
        night: Night,
        now: DateTime,
        deadlines: &Deadlines,
        directory: &'a Directory,
    ) -> Option<Guest<'a>> {
        let (facility, span) = (&stay.place(directory)?.id, night.span());
        let midnight = hours_after(span.start, HOURS_TO_MIDNIGHT);
        let ends = self.stays_until(stay).filter(|ends| *ends < midnight && !self.awaits_decision(stay.assigned.bed));
        let moves_on = self.successor(stay).is_some_and(|next| next.first_night() <= night);
        let expected_by = expected_in_night_of(stay, span.start, directory);
        let evening = evening_of(night, expected_by);
        // Of later nights the end counts; tonight the place is theirs until somebody gives the bed up.
        if (night > Night::ahead(now) && ends.is_some_and(|ends| ends > now))
            || (moves_on && !self.was_there_since(stay, evening))
        {
            return None;
        }
        let that_night = |at: &DateTime| span.contains(at);
        let last = stay.attended.iter().rfind(|attended| that_night(&attended.stamp.occurred.at));
        let left = last.filter(|last| last.status == AttendanceStatus::Left).map(|left| left.stamp.occurred.at);
        // Who left before the evening may still come, and who was there before it may still not.
        let left = left.filter(|left| *left >= evening);
        let missed = stay.missed_in_night_of(span.start);
        // The night that runs is told as it stands, one that is gone as it was in its morning.
        let runs = that_night(&now);
        let came = self.arrived(stay, if runs { now } else { night.morning() });
        let came = came.filter(|came| *came >= evening && that_night(came));
        // What was said last counts.
        let came = came.filter(|came| missed.is_none_or(|missed| missed.stamp.occurred.at < *came));
        let (state, since) = match (left, came) {
            (_, Some(at)) => (GuestState::Arrived, Some(at)),
            (Some(at), None) => (GuestState::Left, Some(at)),
            (None, None) => self.absent(stay, missed, night, expected_by.unwrap_or(midnight), now, deadlines),
        };
        // A bed that was released before the morning is left out, unless the person was there that night, or another organisation
        // ended it.
        let over = stay.ended().is_some_and(|ended| runs || ended.occurred.at < night.morning());
        let taken_away = runs
            && stay.ended().is_some_and(|ended| {
                that_night(&ended.recorded_at) && ended.by.organisation != stay.assigned.organisation
            });
        let last_there = self.present(stay, if runs { now } else { night.morning() });
        let came_since = stay.ended().zip(last_there).is_some_and(|(ended, came)| came > ended.occurred.at);
        let state = match state {
            // They are in the house without a bed.
            GuestState::Arrived if over && came_since => GuestState::Arrived,
            GuestState::Left | GuestState::Arrived if over => GuestState::Left,
            _ if over && taken_away => GuestState::NoBed,
            _ if over => return None,
            GuestState::Expected if ends.is_some() => GuestState::Leaves,
            state => state,
        };
        Some(Guest { by: GuestBy::Bed(stay), facility, state, over, expected_by, since })
    }

    /// How it stands with somebody who was not said to be there.
    fn absent(
        &self,
        stay: &Stay,
        missed: Option<&Noted<NoShowRecorded>>,
        night: Night,
        expected_by: DateTime,
        now: DateTime,
        deadlines: &Deadlines,
    ) -> (GuestState, Option<DateTime>) {
        // Nobody knew where they were: before that night, or when they were to come. A night that is gone is told as it was.
        let gone = || {
            let at = now.min(night.morning());
            let goes_on = |ended: &Option<Arc<Stamp>>| ended.as_ref().is_none_or(|ended| ended.occurred.at > at);
            let ran = |each: &&Episode| each.began.occurred.at <= at && goes_on(&each.ended);
            let began = self.lost.episodes.iter().rfind(ran)?.began.occurred.at;
            (Night::of(began) < night || at >= expected_by).then_some(began)
        };
        let Some(since) = missed.map(|missed| missed.stamp.occurred.at).or_else(gone) else {
            return (GuestState::Expected, None);
        };
        let held_then = missed.is_some_and(|missed| missed.bed_held) && night < Night::of(now);
        let held = held_then || self.is_held(stay.assigned.bed, now, deadlines);
        (if held { GuestState::Held } else { GuestState::NotCome }, Some(since))
    }
}

impl Stay {
    /// Where the bed is.
    pub(super) fn place<'a>(&self, directory: &'a Directory) -> Option<&'a Facility> {
        directory.place_of(&self.assigned.organisation, self.assigned.facility.as_ref(), self.assigned.kind)
    }
}

#[cfg(test)]
#[path = "guests_tests.rs"]
mod tests;

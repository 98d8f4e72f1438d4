//! Evenings: by when somebody is expected in the bed that they have, and when nobody having heard of them means that
//! nobody knows where they are.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveTime;

use super::derived::Risks;
use super::discharge::DischargeAnnounced;
use super::lookup::Lookup;
use super::record::Recorded;
use super::repatriation::Handover;
use super::stay::{AttendanceRecorded, NoShowRecorded, Stay};
use super::tasks::recorded;
use super::{CarePath, Noted, Stamp, Uncounted};
use crate::codes::{AttendanceStatus, BedReleaseReason, HandoverState, Role};
use crate::deadlines::Deadlines;
use crate::directory::Directory;
use crate::event::EventKind;
use crate::ids::{BedId, EventId};
use crate::time::{DateTime, Night, TimeOfDay, days_after, hours_after, minutes_after};

/// An evening begins at this local time …
const EVENING: NaiveTime = NaiveTime::from_hms_opt(17, 0, 0).expect("a time of day");
/// … or so many hours before somebody is expected, if that is earlier.
const EVENING_HOURS: i64 = 5;
/// By when people are expected where nobody said by when: nobody must be missed silently.
const MIDNIGHT: NaiveTime = NaiveTime::MIN;

/// Until when somebody who is given a bed is awaited in the night that runs.
const DAWN: NaiveTime = NaiveTime::from_hms_opt(5, 0, 0).expect("a time of day");

/// An evening on which somebody is expected and has not been heard of.
#[derive(Clone)]
pub(super) struct Evening<'a> {
    pub(super) bed: BedId,
    /// The bed that was given to them.
    pub(super) cause: &'a Arc<Stamp>,
    pub(super) expected_by: DateTime,
    /// From when on they count as not come.
    pub(super) due: DateTime,
}

/// After somebody did not come, or did not arrive: when they count as out of sight.
#[derive(Clone)]
pub(super) struct Vanishing<'a> {
    /// The evening on which they did not come, or the departure.
    pub(super) cause: &'a Arc<Stamp>,
    pub(super) due: DateTime,
}

/// What makes nobody wait for somebody any more.
const UNAWAITED: &[EventKind] =
    &[EventKind::DeathRecorded, EventKind::CaseClosed, EventKind::Departed, EventKind::BedReleased];

/// What shows, beside an attendance, that the person is where it was recorded. Who is turned away by telephone was not there.
const MEETS: &[EventKind] =
    &[EventKind::SignalReceived, EventKind::ContactMade, EventKind::SightingReported, EventKind::IntakeCompleted];

/// What is looked up for one bed after another.
struct Watched {
    risks: Risks,
    /// The episodes out of sight by when they began, the latest first, with their ends; what goes on has the highest.
    episodes: Lookup<Reverse<DateTime>, (bool, Option<DateTime>), ()>,
    /// For how long they were said to be dead, gone home or closed, or a bed to be given up, by mistake: nobody waited for them.
    unawaited: Vec<(Option<BedId>, Range<DateTime>)>,
    /// Of which bed and for when Baken recorded that they did not come, whether it counts or not: it says so once.
    said: BTreeSet<(BedId, DateTime)>,
}

impl Watched {
    fn of(path: &CarePath) -> Self {
        let episodes = path.lost.episodes.iter().map(|episode| {
            let ended = episode.ended.as_ref().map(|ended| ended.occurred.at);
            (Reverse(episode.began.occurred.at), (ended.is_none(), ended), ())
        });
        let bed = |mistake: &Recorded| mistake.thing.map(BedId).filter(|_| mistake.kind == EventKind::BedReleased);
        let unawaited = path.record.mistakes(UNAWAITED).map(|(mistake, stood)| (bed(mistake), stood));
        let said = path
            .record
            .entries()
            .filter(|entry| entry.kind == EventKind::NoShowRecorded && entry.stamp.by.role == Role::System);
        let said = said.filter_map(|entry| Some((BedId(entry.thing?), entry.stamp.occurred.at)));
        Self {
            risks: path.risks(),
            episodes: Lookup::new(episodes),
            unawaited: unawaited.collect(),
            said: said.collect(),
        }
    }

    /// For how long nobody waited for them in a bed, by mistake.
    fn unawaited(&self, bed: BedId) -> impl Iterator<Item = &Range<DateTime>> {
        self.unawaited.iter().filter(move |(of, _)| of.is_none_or(|of| of == bed)).map(|(_, stood)| stood)
    }

    /// Whether nobody knew at a time where the person was: then nobody is surprised that they do not come.
    fn was_out_of_sight(&self, at: DateTime) -> bool {
        self.episodes.first(|began| began.0 > at, |end| *end > (false, Some(at))).is_some()
    }
}

impl CarePath {
    /// Whether anybody waits for the person at all.
    fn is_expected_anywhere(&self) -> bool {
        self.is_followed() && !self.has_gone_home()
    }

    /// Whether anybody is to know where the person is.
    fn is_followed(&self) -> bool {
        self.exists() && !self.is_erased() && self.case.died.is_none() && !self.is_closed()
    }

    /// Whether the person left for another country, and nothing shows that they are here again.
    fn has_gone_home(&self) -> bool {
        let mut handovers = self.repatriation.handovers.iter();
        handovers.any(|handover| match handover.state() {
            HandoverState::Departed | HandoverState::Arrived => handover.back().is_none(),
            HandoverState::Proposed
            | HandoverState::Acknowledged
            | HandoverState::Accepted
            | HandoverState::Declined
            | HandoverState::Withdrawn => false,
        })
    }

    /// Whether an event is a departure after which the person arrived, or was heard of here.
    pub(super) fn was_found_after_departure(&self, departure: EventId) -> bool {
        let is_it = |handover: &&Handover| {
            handover.departed.as_ref().is_some_and(|departed| departed.stamp.event_id == departure)
        };
        let handover = self.repatriation.handovers.iter().find(is_it);
        handover.is_some_and(|handover| handover.arrived.is_some() || handover.back().is_some())
    }

    /// The last that anybody heard of the person.
    pub(super) fn last_heard(&self) -> Option<DateTime> {
        let seen = self.lost.last_seen.as_ref().map(|seen| seen.stamp.occurred.latest());
        let met = self.case.last_contact.as_ref().map(|met| met.occurred.latest());
        seen.max(met)
    }

    /// Whether somebody heard of the person after an event; what happened at the same instant counts if it was told later.
    pub(super) fn was_heard_of_after(&self, event: &Stamp) -> bool {
        let seen = self.lost.last_seen.as_ref().map(|seen| &seen.stamp);
        let order = |stamp: &Stamp| (stamp.occurred.latest(), recorded(stamp));
        let since = (event.occurred.at, recorded(event));
        seen.into_iter().chain(&self.case.last_contact).any(|heard| order(heard) > since)
    }

    /// Whether somebody heard of the person at a time or later, or found them.
    pub(super) fn was_heard_of_since(&self, at: DateTime) -> bool {
        let found = self.lost.episodes.iter().filter_map(|episode| episode.ended.as_ref()).map(|end| end.occurred.at);
        self.last_heard().max(found.max()) >= Some(at)
    }

    /// Whether nobody is surprised, when it is due, that the person has not come to their bed by a time: they are there, or
    /// it is known where they are instead.
    fn is_accounted_for(&self, stay: &Stay, expected_by: DateTime, due: DateTime) -> bool {
        let there =
            self.arrived(stay, due).is_some_and(|at| at >= evening_of(Night::of(expected_by), Some(expected_by)));
        // Whom a hospital has announced for later is not in the street meanwhile, unless somebody else met them since.
        let stood = self.announced.iter().filter(|each| {
            let told = &each.announced;
            let stood = told.stamp.occurred.at <= due && each.ended().is_none_or(|ended| ended > due);
            stood && expected_by < told.expected_at
        });
        let in_hospital = stood.max_by_key(|each| each.announced.stamp.occurred.at);
        let in_hospital = in_hospital.is_some_and(|each| !self.was_met_elsewhere(&each.announced, due));
        there || in_hospital || self.lost.known_until.is_some_and(|known| known >= expected_by)
    }

    /// Whether others than a hospital met the person after it announced them, up to an instant.
    fn was_met_elsewhere(&self, announced: &Noted<DischargeAnnounced>, by: DateTime) -> bool {
        let since = announced.stamp.occurred.at;
        let met = |stamp: &Stamp| {
            let at = stamp.occurred.at;
            since < at && at <= by && stamp.by.organisation != announced.from
        };
        let attended = self.stays.iter().flat_map(|stay| &stay.attended).chain(&self.visits);
        let mut present = attended.filter(|each| each.status == AttendanceStatus::Present);
        let counts = |entry: &Recorded| self.uncounted(entry.stamp.event_id).is_none();
        present.any(|each| met(&each.stamp))
            || self.record.entries().any(|entry| MEETS.contains(&entry.kind) && met(&entry.stamp) && counts(entry))
    }

    /// Whether a no-show does not count: there was one that night already, or the person had come. Against the word of
    /// somebody there stands only that the person was said to be present that evening; Baken goes by all that it heard.
    pub(super) fn came_before(&self, no_show: &NoShowRecorded, at: DateTime, by: Role) -> bool {
        let Some(stay) = self.stay(no_show.bed) else { return false };
        let tonight = |by: &DateTime| *by <= at && Night::of(*by) == Night::of(at);
        let expected_by = no_show.expected_by.filter(tonight).unwrap_or(at);
        let came = match by {
            Role::System => self.is_accounted_for(stay, expected_by, at),
            _ => self.present(stay, at).is_some_and(|came| came >= evening_of(Night::of(at), Some(expected_by))),
        };
        came || stay.missed_in_night_of(at).is_some()
    }

    /// The last no-show that was overtaken, and what told late that the person had come on that evening.
    pub(super) fn came_after_all(&self) -> Option<(&Arc<Stamp>, &Arc<Stamp>)> {
        let present = |attended: &&Noted<AttendanceRecorded>| attended.status == AttendanceStatus::Present;
        let there = self.stays.iter().flat_map(|stay| &stay.attended).filter(present).map(|attended| &attended.stamp);
        let seen = self.lost.last_seen.as_ref().map(|seen| &seen.stamp);
        let heard = self.intakes.iter().map(|intake| &intake.stamp).chain(seen).chain(&self.case.last_contact);
        let told: Vec<_> = there.chain(heard).map(|came| (Night::of(came.occurred.at), came)).collect();
        let overtaken = self.record.entries().filter(|entry| {
            entry.kind == EventKind::NoShowRecorded
                && self.uncounted(entry.stamp.event_id) == Some(Uncounted::Overtaken)
        });
        let late = overtaken.map(|missed| &missed.stamp).filter_map(|missed| {
            let (night, at) = (Night::of(missed.occurred.at), missed.occurred.at);
            let that_evening = told.iter().filter(|(of, came)| *of == night && came.occurred.at <= at);
            let came = that_evening.map(|(_, came)| *came).filter(|came| recorded(came) > recorded(missed));
            Some((missed, came.max_by_key(|came| recorded(came))?))
        });
        late.max_by_key(|(_, came)| recorded(came))
    }

    /// For each bed that the person has, the next evening on which they are expected and have not been heard of.
    pub(super) fn evenings(&self, deadlines: &Deadlines, directory: &Directory) -> Vec<Evening<'_>> {
        if !self.is_expected_anywhere() || self.open_stays().next().is_none() {
            return Vec::new();
        }
        let watched = Watched::of(self);
        self.open_stays().filter_map(|stay| self.next_evening(stay, &watched, deadlines, directory)).collect()
    }

    fn next_evening<'a>(
        &self,
        stay: &'a Stay,
        person: &Watched,
        deadlines: &Deadlines,
        directory: &Directory,
    ) -> Option<Evening<'a>> {
        let missed = stay.no_shows.iter().map(|no_show| no_show.stamp.occurred.at).max();
        let (bed, cause) = (&stay.assigned, &stay.assigned.stamp);
        // A bed without an end of its own is watched until it is given up, and one that a request holds until somebody decides.
        // Past the end that it had, nobody waited for them before they asked to stay.
        let until = bed.until.and_then(|_| self.stays_until(stay)).filter(|_| !self.awaits_decision(bed.bed));
        let kept_since = self.kept_since(bed.bed);
        let moves_on = self.successor(stay).map(|next| next.assigned.from);
        let evening = |expected_by: DateTime| {
            let risk = person.risks.at(expected_by, deadlines);
            let due = minutes_after(expected_by, deadlines.no_show_grace(&risk));
            // A bed of which nobody had told Baken on that evening is nobody's to watch.
            // Whatever was said of when they come: before it begins, nobody is expected.
            let is_kept = bed.until.is_none_or(|end| expected_by < end) || kept_since.is_some_and(|since| due >= since);
            let is_theirs = stay.is_awaited(expected_by)
                && is_kept
                && until.into_iter().chain(moves_on).all(|end| expected_by < end);
            let was_awaited = !person.unawaited(bed.bed).any(|stood| stood.contains(&due));
            let watched =
                due >= cause.recorded_at && is_theirs && was_awaited && !person.said.contains(&(bed.bed, due));
            let silent = !self.is_accounted_for(stay, expected_by, due) && stay.missed_in_night_of(due).is_none();
            (watched && silent && !person.was_out_of_sight(due)).then_some(Evening {
                bed: bed.bed,
                cause,
                expected_by,
                due,
            })
        };
        // One that was over when the bed was given says nothing.
        let first = bed.expected_by.filter(|first| *first >= bed.from);
        if let Some(first) = first.and_then(evening) {
            return Some(first);
        }
        let cut_off = cut_off(stay, directory)?;
        let known = self.lost.known_until.max(missed);
        let begin = bed.from.max(cause.recorded_at).max(known.unwrap_or(bed.from)).max(first.unwrap_or(bed.from));
        let kept = kept_since.map(|since| Night::of(since).and_around().take(5)).into_iter().flatten();
        // Who is in hospital is awaited again from when they are to leave it, or it is known otherwise.
        let leaving = self.announced.iter().map(|each| each.ended().unwrap_or(each.announced.expected_at));
        let leaving = leaving.flat_map(|leaves| Night::of(leaves).and_around().take(5));
        let awaited_again = person.unawaited(bed.bed).flat_map(|stood| Night::of(stood.end).and_around().take(5));
        let begin = Night::of(begin).and_around().take(5);
        let nights: BTreeSet<_> = begin.chain(kept).chain(leaving).chain(awaited_again).collect();
        let nights = nights.into_iter().filter(|night| first.is_none_or(|first| *night > Night::of(first)));
        nights.filter_map(|night| stay.expected_on(night, cut_off)).find_map(evening)
    }

    /// When the person counts as out of sight: they did not come of an evening, or did not arrive after they left.
    pub(super) fn vanishing(&self, deadlines: &Deadlines) -> Option<Vanishing<'_>> {
        if self.is_out_of_sight() {
            return None;
        }
        self.stays_away(deadlines).or_else(|| self.never_arrives(deadlines))
    }

    /// Some time after somebody was expected in the country that they left for, unless they arrived, or somebody heard of
    /// them here since.
    fn never_arrives(&self, deadlines: &Deadlines) -> Option<Vanishing<'_>> {
        if !self.is_followed() {
            return None;
        }
        let underway = self.repatriation.handovers.iter().filter(|each| each.state() == HandoverState::Departed);
        let (handover, departed) = underway.filter_map(|each| Some((each, each.departed.as_ref()?))).next_back()?;
        let (cause, left) = (&departed.stamp, departed.stamp.occurred.at);
        let lost_since = self.lost.episodes.last().is_some_and(|episode| episode.began.occurred.at >= left);
        if lost_since || handover.back().is_some() {
            return None;
        }
        let told = handover.arrival_expected(deadlines)?.max(cause.recorded_at);
        Some(Vanishing { cause, due: days_after(told, deadlines.arrival_lost_days) })
    }

    /// Some time after it was first told that they did not come, of those evenings after which nobody heard of them, gave them a bed,
    /// or knows why they gave it up. That they do not come the next evening either makes it no later.
    fn stays_away(&self, deadlines: &Deadlines) -> Option<Vanishing<'_>> {
        if !self.is_expected_anywhere() {
            return None;
        }
        let lost = self.lost.episodes.iter();
        let lost = lost.flat_map(|episode| std::iter::once(&episode.began).chain(&episode.ended));
        let known = self.last_heard().into_iter().chain(lost.map(|stamp| stamp.occurred.at)).max();
        let housed = self.stays.iter().map(|stay| stay.assigned.stamp.occurred.at).max();
        let is_explained =
            |stay: &Stay| stay.released.as_ref().is_some_and(|why| why.reason != BedReleaseReason::NoShow);
        let no_shows = self.stays.iter().filter(|stay| !is_explained(stay)).flat_map(|stay| &stay.no_shows);
        let unanswered = no_shows.map(|missed| &missed.stamp).filter(|missed| {
            let at = missed.occurred.at;
            known.is_none_or(|known| known < at) && housed.is_none_or(|housed| housed <= at)
        });
        let cause = unanswered.min_by_key(|stamp| recorded(stamp))?;
        let risk = self.risk(cause.occurred.at, deadlines);
        Some(Vanishing { cause, due: minutes_after(cause.recorded_at, deadlines.out_of_sight_after(&risk)) })
    }

    /// The evening of a bed on which somebody has not come by now.
    pub(super) fn missed_evening(
        &self,
        bed: BedId,
        now: DateTime,
        deadlines: &Deadlines,
        directory: &Directory,
    ) -> Option<Evening<'_>> {
        self.evenings(deadlines, directory).into_iter().find(|evening| evening.bed == bed && evening.due <= now)
    }
}

/// When the evening of a night begins: from then on, who is at the place has come. Who was there earlier that day may still not
/// come. The list of an evening and the watch both go by it.
pub(super) fn evening_of(night: Night, expected_by: Option<DateTime>) -> DateTime {
    let evening = night.at(EVENING).unwrap_or(night.noon());
    let before = expected_by.filter(|by| Night::of(*by) == night).map(|by| hours_after(by, -EVENING_HOURS));
    before.map_or(evening, |before| before.clamp(night.noon(), evening))
}

/// By when the person is expected in a bed on the night of an instant, as far as anybody said.
pub(super) fn said_for_night_of(stay: &Stay, at: DateTime, directory: &Directory) -> Option<DateTime> {
    expected(stay, at, stay.place(directory).and_then(|place| place.cut_off).map(TimeOfDay::get))
}

/// The same, and where nobody said by when, by midnight.
pub(super) fn expected_in_night_of(stay: &Stay, at: DateTime, directory: &Directory) -> Option<DateTime> {
    expected(stay, at, cut_off(stay, directory))
}

fn expected(stay: &Stay, at: DateTime, cut_off: Option<NaiveTime>) -> Option<DateTime> {
    let first = stay.assigned.expected_by.filter(|first| *first >= stay.assigned.from);
    let first = first.filter(|first| *first > at || Night::of(*first) == Night::of(at));
    first.or_else(|| stay.expected_on(Night::of(at), cut_off?))
}

impl Stay {
    /// By when the person is expected on a night, where people are expected by a local time; in a bed that is given later, from
    /// when it is given.
    fn expected_on(&self, night: Night, cut_off: NaiveTime) -> Option<DateTime> {
        let (by, from) = (night.at(cut_off)?, self.assigned.from);
        if night > self.first_night() || from < by {
            return Some(by);
        }
        // Who is given a bed at dawn is not awaited in a night that is nearly over.
        night.at(DAWN).filter(|dawn| from < *dawn).map(|_| from)
    }
}

/// The local time of an evening by which people are expected where the bed is: midnight, where nobody said it of a place in
/// which people sleep by the night.
fn cut_off(stay: &Stay, directory: &Directory) -> Option<NaiveTime> {
    let place = stay.place(directory)?;
    let by_the_night = place.location_type.is_slept_in_by_the_night().then_some(MIDNIGHT);
    place.cut_off.map(TimeOfDay::get).or(by_the_night)
}

#[cfg(test)]
#[path = "evenings_tests.rs"]
mod tests;

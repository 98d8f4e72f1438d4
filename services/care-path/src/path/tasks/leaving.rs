//! What waits before an announced discharge, and when it does not come about: a place is prepared or looked for before
//! the person stands in the street, and nobody is forgotten in between.

use std::sync::Arc;

use super::{Addressee, TaskList, Waiting, recorded};
use crate::codes::{DischargeEndReason, TaskKind};
use crate::event::EventKind;
use crate::ids::OrgId;
use crate::path::discharge::AnnouncedDischarge;
use crate::path::{CarePath, Stamp};
use crate::time::hours_after;

pub(super) fn add(list: &mut TaskList<'_>) {
    prepare_arrival(list);
    plan(list);
    follow_up(list);
}

/// Whether a discharge was ever announced: then a street doctor may be called in.
pub(super) fn asks_for_doctor(path: &CarePath) -> bool {
    !path.announced.is_empty()
}

/// A hospital warned an organisation of a discharge: it prepares for the person. Done when they were taken in there, given a
/// bed or met, or when it wrote a note; once the person was discharged, also by what it did since the announcement.
fn prepare_arrival(list: &mut TaskList<'_>) {
    let path = list.path;
    for announced in expected(list) {
        if let Some(to) = &announced.announced.to {
            let cause = &announced.announced.stamp;
            let due = announced.announced.expected_at.max(cause.recorded_at);
            ask_to_prepare(
                list,
                to,
                cause,
                &Waiting::new(TaskKind::PrepareArrival, cause, EventKind::DischargeAnnounced, due),
            );
        }
    }
    let Some(discharge) = path.discharges.last().filter(|discharge| discharge.warned) else { return };
    let Some(to) = &discharge.to else { return };
    let cause = &discharge.stamp;
    let warnings = path.announced.iter().filter(|announced| announced.warns(to) && announced.called_off().is_none());
    let since = warnings.map(|announced| &announced.announced.stamp).next_back().unwrap_or(cause);
    let due = list.hours_since(cause, |terms| terms.exception_decision_hours);
    ask_to_prepare(list, to, since, &Waiting::new(TaskKind::PrepareArrival, cause, EventKind::DischargedTo, due));
}

fn ask_to_prepare(list: &mut TaskList<'_>, to: &OrgId, since: &Stamp, waiting: &Waiting<'_>) {
    if !is_ready(list.path, to, since) && !list.has_note_since(to, since) {
        list.ask(list.involved(to, waiting.cause, waiting.due), waiting);
    }
}

/// Whether a place has a bed for the person, or has met them, since it was warned.
fn is_ready(path: &CarePath, place: &OrgId, since: &Stamp) -> bool {
    let there = |stamp: &Stamp| stamp.by.organisation == *place && stamp.occurred.latest() >= since.occurred.at;
    path.stays.iter().any(|stay| there(&stay.assigned.stamp)) || has_arrived(path, place, since)
}

fn has_arrived(path: &CarePath, place: &OrgId, since: &Stamp) -> bool {
    let there = |stamp: &Stamp| stamp.by.organisation == *place && stamp.occurred.latest() >= since.occurred.at;
    path.intakes.iter().any(|intake| there(&intake.stamp))
        || path.stays.iter().flat_map(|stay| &stay.attended).any(|attended| there(&attended.stamp))
}

/// The announced discharges that are still expected.
fn expected<'a>(list: &TaskList<'a>) -> Vec<&'a AnnouncedDischarge> {
    let stands = |each: &&AnnouncedDischarge| each.is_expected(list.at(each.announced.expected_at), list.deadlines);
    list.path.announced.iter().filter(stands).collect()
}

/// A discharge is announced to the street, to no place that is known, or to one that has no room: the coordinator and a street
/// doctor find a place before it happens. Done when the person has a bed or was referred since, or by the coordinator's note.
pub(super) fn plan(list: &mut TaskList<'_>) {
    let path = list.path;
    for announced in expected(list) {
        let cause = &announced.announced.stamp;
        let later = |stamp: &Stamp| recorded(stamp) > recorded(cause);
        let placed = path.open_stays().any(|stay| later(&stay.assigned.stamp))
            || path.referrals.iter().any(|referral| referral.is_open() && later(&referral.made.stamp));
        let nowhere = announced.announced.to.is_none() || path.has_no_room(announced);
        if nowhere && !placed && !list.is_coordinated_since(cause) {
            let due = announced.announced.expected_at.max(cause.recorded_at);
            let waiting = Waiting::new(TaskKind::PlanDischarge, cause, EventKind::DischargeAnnounced, due);
            list.ask(list.visitors(), &waiting.about(announced.announced.discharge.0));
        }
    }
}

/// Nobody said what became of a discharge by when it was expected: the hospital and the coordinator are asked, and when it was
/// given up, or the person stays, or the case was closed and is open again, the coordinator. Done by a report, by a new
/// announcement or by the coordinator's note.
fn follow_up(list: &mut TaskList<'_>) {
    let path = list.path;
    for announced in &path.announced {
        let (cause, told) = (&announced.announced.stamp, &announced.announced);
        let arrived = told.to.as_ref().is_some_and(|to| has_arrived(path, to, cause));
        let (since, cause, because, hospital) = match announced.called_off() {
            None if announced.outcome.is_none() && !arrived => {
                let since = told.expected_at.max(cause.recorded_at);
                (since, cause, EventKind::DischargeAnnounced, true)
            }
            // What ended with a case that is open again is asked about as well.
            Some((
                by,
                DischargeEndReason::Stays | DischargeEndReason::NotFollowedUp | DischargeEndReason::CaseClosed,
            )) => (by.recorded_at, by, EventKind::DischargeCalledOff, false),
            Some(_) | None => continue,
        };
        let due = hours_after(since, list.deadlines.street_doctor_hours);
        let asked_since = Arc::new(Stamp { recorded_at: since, ..(**cause).clone() });
        let anew = path.announced.iter().map(|each| &each.announced.stamp);
        let mut anew = anew.chain(path.discharges.iter().map(|discharge| &discharge.stamp));
        let goes_on = anew.any(|stamp| recorded(stamp) > recorded(cause));
        if list.at(due) < since || goes_on || list.is_coordinated_since(&asked_since) {
            continue;
        }
        let hospital = hospital.then(|| list.involved(&told.from, cause, due)).flatten();
        let mut asked: Vec<Addressee> = hospital.into_iter().chain(list.coordinator()).collect();
        asked.dedup();
        let waiting = Waiting { since, ..Waiting::new(TaskKind::FollowUpDischarge, cause, because, due) };
        list.ask(asked, &waiting.about(told.discharge.0));
    }
}

#[cfg(test)]
#[path = "leaving_tests.rs"]
mod tests;

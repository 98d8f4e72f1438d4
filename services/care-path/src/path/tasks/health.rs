//! What waits for the sake of somebody's health: visits, screens, reviews of the place, and unsafe discharges.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::terms::days_after;
use super::{Waiting, Worklist, follows, latest, recorded};
use crate::codes::{DataClass, LocationType, TaskKind, Urgency};
use crate::event::EventKind;
use crate::path::discharge::DischargedTo;
use crate::path::lost::Episode;
use crate::path::{Noted, Problems, Stamp};
use crate::private::open;

pub(super) fn add(list: &mut Worklist<'_>) {
    street_doctor_visit(list);
    head_injury_screen(list);
    suitability_review(list);
    unsafe_discharges(list);
    discharge_letter(list);
    parties_meeting(list);
}

fn is_alarming(problems: &Problems, urgency: Urgency) -> bool {
    urgency >= Urgency::Urgent || problems.known().any(|problem| problem.data_class() == DataClass::Medical)
}

/// A signal or an intake tells of a medical problem or is urgent, or somebody had to be given an emergency bed. Done
/// when a care provider met the person afterwards; an intake that a care provider did is a visit itself.
fn street_doctor_visit(list: &mut Worklist<'_>) {
    let path = list.path;
    let signals = path.signals.iter().filter(|signal| is_alarming(&signal.problems, signal.urgency));
    let intakes = path.intakes.iter().filter(|intake| is_alarming(&intake.problems, intake.urgency));
    let beds = path.stays.iter().filter(|stay| stay.assigned.kind == LocationType::EmergencyBed);
    let visited = |cause: &Arc<Stamp>| {
        path.case.met_by_care.iter().any(|visit| visit.event_id == cause.event_id || follows(visit, cause))
    };
    let first = signals
        .map(|signal| (&signal.stamp, EventKind::SignalReceived))
        .chain(intakes.map(|intake| (&intake.stamp, EventKind::IntakeCompleted)))
        .chain(beds.map(|stay| (&stay.assigned.stamp, EventKind::BedAssigned)))
        .filter(|(cause, _)| !visited(cause))
        .min_by_key(|(cause, _)| recorded(cause));
    if let Some((cause, because)) = first {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        list.ask(list.visitors(), &Waiting::new(TaskKind::StreetDoctorVisit, cause, because, due));
    }
}

/// An intake suspects an injury of the head. Done when a care provider met the person afterwards: whoever suspects it
/// has not yet screened it.
fn head_injury_screen(list: &mut Worklist<'_>) {
    let path = list.path;
    let screened = |cause: &Stamp| path.case.met_by_care.iter().any(|visit| follows(visit, cause));
    let suspected = path
        .intakes
        .iter()
        .filter(|intake| open(intake.head_injury_suspected.as_ref()) == Some(&true))
        .map(|intake| &intake.stamp)
        .find(|cause| !screened(cause));
    if let Some(cause) = suspected {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        let waiting = Waiting::new(TaskKind::HeadInjuryScreen, cause, EventKind::IntakeCompleted, due);
        list.ask(list.visitors(), &waiting);
    }
}

/// Two incidents about health in one night: does the place suit? Done when the person was given a bed of another kind
/// than the last one before the second incident, or when the coordinator wrote a note after it, which records that it
/// was reviewed and why the person stays.
fn suitability_review(list: &mut Worklist<'_>) {
    let stays = &list.path.stays;
    let moved_on = |cause: &Stamp| {
        let (before, after): (Vec<_>, Vec<_>) =
            stays.iter().partition(|stay| recorded(&stay.assigned.stamp) < recorded(cause));
        let unsuitable = before.iter().max_by_key(|stay| recorded(&stay.assigned.stamp)).map(|stay| stay.assigned.kind);
        after.iter().any(|stay| Some(stay.assigned.kind) != unsuitable)
    };
    let nights = list.path.unsuitable_nights();
    let unanswered = nights.into_iter().find(|cause| !moved_on(cause) && !list.is_coordinated_since(cause));
    if let Some(cause) = unanswered {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        let waiting = Waiting::new(TaskKind::SuitabilityReview, cause, EventKind::IncidentObserved, due);
        list.ask(list.coordinator(), &waiting);
    }
}

/// Unsafe discharges, without the records that only say that the letter for one of them came.
fn unsafe_ones<'a>(list: &Worklist<'a>) -> impl Iterator<Item = &'a Noted<DischargedTo>> + use<'a> {
    let all = &list.path.discharges;
    all.iter()
        .enumerate()
        .filter(|(index, discharge)| discharge.is_unsafe() && !brings_letter(&all[..*index], discharge))
        .map(|(_, discharge)| discharge)
}

/// Whether a record completes the one before it from the same hospital, for which no letter had come.
fn brings_letter(earlier: &[Noted<DischargedTo>], discharge: &DischargedTo) -> bool {
    let before = earlier.iter().rev().find(|before| before.from == discharge.from);
    discharge.letter_received && before.is_some_and(|before| !before.letter_received)
}

/// Somebody came out of a hospital unannounced. Done when the coordinator wrote a note afterwards.
fn unsafe_discharges(list: &mut Worklist<'_>) {
    let unreviewed =
        unsafe_ones(list).map(|discharge| &discharge.stamp).find(|cause| !list.is_coordinated_since(cause));
    if let Some(cause) = unreviewed {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        let waiting = Waiting::new(TaskKind::ReviewUnsafeDischarge, cause, EventKind::DischargedTo, due);
        list.ask(list.coordinator(), &waiting);
    }
}

/// After an unsafe discharge the hospital owes its letter. Done when a later record of a discharge from there says that
/// the letter was received, or when the hospital wrote a note.
fn discharge_letter(list: &mut Worklist<'_>) {
    let path = list.path;
    let sent = |discharge: &Noted<DischargedTo>| {
        let cause = &discharge.stamp;
        let received = |later: &Noted<DischargedTo>| {
            later.from == discharge.from && later.letter_received && recorded(&later.stamp) > recorded(cause)
        };
        let by_hospital = |stamp: &Stamp| stamp.by.organisation == discharge.from && follows(stamp, cause);
        path.discharges.iter().any(received) || path.case.notes.iter().any(|note| by_hospital(&note.stamp))
    };
    let mut hospitals = BTreeSet::new();
    let owed = unsafe_ones(list).filter(|discharge| !discharge.letter_received && !sent(discharge));
    for discharge in owed.filter(|discharge| hospitals.insert(&discharge.from)) {
        let cause = &discharge.stamp;
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        let waiting = Waiting::new(TaskKind::SendDischargeLetter, cause, EventKind::DischargedTo, due);
        list.ask(list.involved(&discharge.from, cause, due), &waiting);
    }
}

/// Somebody came out of a hospital unannounced while nobody knew where they were, and was then given a bed: those around
/// them must meet. Done when the coordinator wrote a note afterwards.
fn parties_meeting(list: &mut Worklist<'_>) {
    let path = list.path;
    let unmet = unsafe_ones(list)
        .filter(|discharge| path.lost.episodes.iter().any(|episode| was_lost(episode, &discharge.stamp)))
        .filter_map(|discharge| {
            path.stays.iter().map(|stay| &stay.assigned.stamp).find(|bed| follows(bed, &discharge.stamp))
        })
        .find(|bed| !list.is_coordinated_since(bed));
    if let Some(cause) = unmet {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        list.ask(list.coordinator(), &Waiting::new(TaskKind::PartiesMeeting, cause, EventKind::BedAssigned, due));
    }
}

/// Whether a discharge fell into an episode out of sight that has ended, give or take a day: the one who finds somebody
/// rarely knows the hour of the discharge.
fn was_lost(episode: &Episode, discharge: &Stamp) -> bool {
    let found = episode.ended.as_ref().map(|ended| days_after(ended.occurred.at, 1));
    episode.began.occurred.at <= latest(discharge) && found.is_some_and(|found| found >= discharge.occurred.at)
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;

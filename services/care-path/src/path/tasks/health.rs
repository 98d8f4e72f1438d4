//! What waits for the sake of somebody's health: visits, screens, reviews of the place, and unsafe discharges.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::{TaskList, Waiting, happened, recorded};
use crate::codes::{DataClass, IncidentKind, LocationType, Problem, TaskKind, Urgency};
use crate::event::EventKind;
use crate::ids::OrgId;
use crate::path::discharge::DischargedTo;
use crate::path::intake::IntakeCompleted;
use crate::path::lookup::{Answers, Lookup};
use crate::path::{CarePath, Noted, Problems, Stamp};
use crate::private::open;
use crate::time::{days_after, minutes_after};

pub(super) fn add(list: &mut TaskList<'_>) {
    calls(list);
    suitability_review(list);
    unsafe_discharges(list);
    discharge_letter(list);
    parties_meeting(list);
}

/// The tasks for which street doctors are called in.
pub(super) fn calls(list: &mut TaskList<'_>) {
    street_doctor_visit(list);
    head_injury_screen(list);
}

/// Whether anything on a path ever asked for a street doctor.
pub(super) fn asks_for_doctor(path: &CarePath) -> bool {
    reports(path).next().is_some() || suspicions(path).next().is_some()
}

/// What asks for a doctor: when somebody reported it, and whether the person is hurt, so that it cannot wait.
struct Report<'a> {
    cause: &'a Arc<Stamp>,
    because: EventKind,
    hurt: bool,
}

impl<'a> Report<'a> {
    /// Of problems and of how urgent it is; `None` where they ask for no doctor.
    fn of(cause: &'a Arc<Stamp>, because: EventKind, problems: &Problems, urgency: Urgency) -> Option<Self> {
        let ill = problems.known().any(|problem| problem.data_class() == DataClass::Medical);
        let hurt = urgency == Urgency::Immediate || problems.known().any(|problem| problem == Problem::Injury);
        (ill || urgency >= Urgency::Urgent).then_some(Self { cause, because, hurt })
    }
}

/// Whoever tells of a medical problem, an injury, confusion or urgency asks for a doctor: by a signal, an intake, a contact
/// or an incident. So does an emergency bed.
fn reports(path: &CarePath) -> impl Iterator<Item = Report<'_>> {
    let signals = path
        .signals
        .iter()
        .filter_map(|signal| Report::of(&signal.stamp, EventKind::SignalReceived, &signal.problems, signal.urgency));
    let intakes = path
        .intakes
        .iter()
        .filter_map(|intake| Report::of(&intake.stamp, EventKind::IntakeCompleted, &intake.problems, intake.urgency));
    let contacts = path
        .contacts
        .iter()
        .filter_map(|contact| Report::of(&contact.stamp, EventKind::ContactMade, &contact.problems, Urgency::Routine));
    let incidents = path.incidents.iter().filter_map(|incident| {
        let kind = incident.health()?;
        let (cause, because, hurt) = (&incident.stamp, EventKind::IncidentObserved, kind.is_injury());
        (hurt || kind == IncidentKind::Confusion).then_some(Report { cause, because, hurt })
    });
    let beds = path.stays.iter().filter(|stay| stay.assigned.kind == LocationType::EmergencyBed);
    let beds = beds.map(|stay| Report { cause: &stay.assigned.stamp, because: EventKind::BedAssigned, hurt: false });
    signals.chain(intakes).chain(contacts).chain(incidents).chain(beds)
}

/// A street doctor sees the person: within a day, at once where they are hurt. Done when a care provider met the person
/// afterwards; an intake that a care provider did is a visit itself.
fn street_doctor_visit(list: &mut TaskList<'_>) {
    let path = list.path;
    let visits: HashSet<_> = path.case.met_by_care.iter().map(|visit| visit.event_id).collect();
    let visited = |cause: &Stamp| visits.contains(&cause.event_id) || list.is_visited_since(cause);
    let due = |report: &Report<'_>| {
        if report.hurt {
            minutes_after(report.cause.recorded_at, list.deadlines.injured_minutes)
        } else {
            list.hours_since(report.cause, |terms| terms.street_doctor_hours)
        }
    };
    let waiting = reports(path).filter(|report| !visited(report.cause));
    let first = waiting.map(|report| (due(&report), report)).min_by_key(|(due, report)| (*due, recorded(report.cause)));
    if let Some((due, Report { cause, because, hurt })) = first {
        let waiting = Waiting::new(TaskKind::StreetDoctorVisit, cause, because, due);
        list.ask(list.visitors(), &Waiting { danger: hurt, ..waiting });
    }
}

/// Intakes that suspect an injury of the head.
fn suspicions(path: &CarePath) -> impl Iterator<Item = &Arc<Stamp>> {
    let suspects = |intake: &&Noted<IntakeCompleted>| open(intake.head_injury_suspected.as_ref()) == Some(&true);
    path.intakes.iter().filter(suspects).map(|intake| &intake.stamp)
}

/// An intake suspects an injury of the head. Done when a care provider met the person afterwards: whoever suspects it
/// has not yet screened it.
fn head_injury_screen(list: &mut TaskList<'_>) {
    let unscreened = suspicions(list.path).find(|cause| !list.is_visited_since(cause));
    if let Some(cause) = unscreened {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        let waiting = Waiting::new(TaskKind::HeadInjuryScreen, cause, EventKind::IntakeCompleted, due);
        list.ask(list.visitors(), &waiting);
    }
}

/// Two incidents about health in one night: does the place suit? Done when the person was given a bed of another kind
/// than the last one before the second incident, or when the coordinator wrote a note after it, which records that it
/// was reviewed and why the person stays.
fn suitability_review(list: &mut TaskList<'_>) {
    let nights = list.path.unsuitable_nights();
    if nights.is_empty() {
        return;
    }
    let mut beds: Vec<_> =
        list.path.stays.iter().map(|stay| (happened(&stay.assigned.stamp), stay.assigned.kind)).collect();
    beds.sort_by_key(|(at, _)| *at);
    // From which bed on all are of the kind of the newest one.
    let newest = beds.last().map(|(_, kind)| *kind);
    let alike_from = beds.iter().rposition(|(_, kind)| Some(*kind) != newest).map_or(0, |other| other + 1);
    let moved_on = |cause: &Stamp| {
        let after = beds.partition_point(|(at, _)| *at < happened(cause));
        let unsuitable = after.checked_sub(1).map(|before| beds[before].1);
        after < beds.len() && (after < alike_from || newest != unsuitable)
    };
    let unanswered = nights.into_iter().find(|cause| !moved_on(cause) && !list.is_coordinated_since(cause));
    if let Some(cause) = unanswered {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        let waiting = Waiting::new(TaskKind::SuitabilityReview, cause, EventKind::IncidentObserved, due);
        list.ask(list.coordinator(), &waiting);
    }
}

/// Unsafe discharges, without the records that only say that the letter came for the one before them from the same
/// hospital.
fn unsafe_ones<'a>(list: &TaskList<'a>) -> impl Iterator<Item = &'a Noted<DischargedTo>> + use<'a> {
    let mut had_letter: BTreeMap<&OrgId, bool> = BTreeMap::new();
    list.path.discharges.iter().filter(move |discharge| {
        let before = had_letter.insert(&discharge.from, discharge.letter_received);
        let brings_letter = discharge.letter_received && before == Some(false);
        discharge.is_unsafe() && !brings_letter
    })
}

/// Somebody came out of a hospital unannounced. Done when the coordinator wrote a note afterwards.
fn unsafe_discharges(list: &mut TaskList<'_>) {
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
fn discharge_letter(list: &mut TaskList<'_>) {
    let path = list.path;
    if path.discharges.is_empty() {
        return;
    }
    let mut last_letter = BTreeMap::new();
    for discharge in path.discharges.iter().filter(|discharge| discharge.letter_received) {
        let newest = last_letter.entry(&discharge.from).or_insert_with(|| recorded(&discharge.stamp));
        *newest = recorded(&discharge.stamp).max(*newest);
    }
    let mut notes: BTreeMap<&OrgId, Vec<_>> = BTreeMap::new();
    for note in &path.case.notes {
        notes.entry(&note.stamp.by.organisation).or_default().push(&note.stamp);
    }
    let notes: BTreeMap<_, Answers<'_>> =
        notes.into_iter().map(|(by, notes)| (by, notes.into_iter().collect())).collect();
    let sent = |discharge: &Noted<DischargedTo>| {
        let cause = &discharge.stamp;
        let has_come = last_letter.get(&discharge.from).is_some_and(|last| *last > recorded(cause));
        has_come || notes.get(&discharge.from).is_some_and(|notes| notes.has_one_to(cause))
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
fn parties_meeting(list: &mut TaskList<'_>) {
    let path = list.path;
    if path.discharges.is_empty() {
        return;
    }
    // The one who finds somebody rarely knows the hour of the discharge: give or take a day.
    let ended = path.lost.episodes.iter().filter_map(|episode| {
        let found = days_after(episode.ended.as_ref()?.occurred.at, 1);
        Some((Reverse(episode.began.occurred.at), found, ()))
    });
    let ended = Lookup::new(ended);
    let was_lost = |discharge: &Stamp| {
        let began_later = |began: &Reverse<_>| began.0 > discharge.occurred.latest();
        ended.first(began_later, |found| *found >= discharge.occurred.at).is_some()
    };
    // Whichever of the two was told first.
    let mut beds: Vec<_> = path.stays.iter().map(|stay| &stay.assigned.stamp).collect();
    beds.sort_by_key(|bed| bed.occurred.latest());
    let given_after = |discharge: &Stamp| {
        let after = beds.partition_point(|bed| bed.occurred.latest() < discharge.occurred.at);
        beds.get(after).copied()
    };
    let unmet = unsafe_ones(list)
        .filter(|discharge| was_lost(&discharge.stamp))
        .filter_map(|discharge| given_after(&discharge.stamp))
        .find(|bed| !list.is_coordinated_since(bed));
    if let Some(cause) = unmet {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        list.ask(list.coordinator(), &Waiting::new(TaskKind::PartiesMeeting, cause, EventKind::BedAssigned, due));
    }
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;

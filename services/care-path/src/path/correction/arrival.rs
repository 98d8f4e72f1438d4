//! What is recorded on the right person when an entry is moved there: as if it had been recorded there when it happened, by
//! those who recorded it.

use crate::Author;
use crate::codes::{ConditionStatus, ReturnWish, Role};
use crate::command::{Context, Refusal};
use crate::event::Event;
use crate::ids::{BedId, EventId, OrgId};
use crate::path::case::{CaseEvent, CaseRefusal, shows_the_person};
use crate::path::identity::ClaimFacts;
use crate::path::lost::{LostEvent, LostRefusal};
use crate::path::referral::{ReferralEvent, ReferralRefusal};
use crate::path::repatriation::{RepatriationEvent, ReturnRefusal};
use crate::path::rights::{RightsEvent, RightsRefusal};
use crate::path::stay::{BedAssigned, StayEvent, StayRefusal};
use crate::path::{CarePath, Stamp};
use crate::policy::{Relation, may};
use crate::time::Occurred;

use super::CorrectionRefusal;
use super::moving::Movable;

/// An event that is recorded because an entry was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub event: Event,
    /// Who recorded it first.
    pub by: Author,
    pub occurred: Occurred,
    /// The arrival that it follows from, by its number.
    pub follows: Option<usize>,
}

/// The entries that are moved, in the order of the log.
pub type Carried<'a> = [(&'a Stamp, &'a Event)];

/// Whether the entries may be recorded on the path of the right person: those who move them may record such things there, and
/// no rule stands against it.
///
/// # Errors
/// The rule that stands against it.
pub fn may_arrive(carried: &Carried<'_>, path: &CarePath, relation: Relation, at: &Context<'_>) -> Result<(), Refusal> {
    let role = at.by.actor.role();
    // The coordinator puts right what others recorded.
    let puts_right = role == Role::ProcessCoordinator && relation == Relation::Region;
    for (stamp, event) in carried {
        let command = Movable::of(event.kind()).command();
        if !puts_right && !command.is_none_or(|command| may(role, command, relation)) {
            return Err(CorrectionRefusal::NotRecordableThere.into());
        }
        fits(stamp, event, carried, path, at)?;
    }
    Ok(())
}

/// The rules that would stand against recording such an entry there.
fn fits(stamp: &Stamp, event: &Event, carried: &Carried<'_>, path: &CarePath, at: &Context<'_>) -> Result<(), Refusal> {
    let organisation = &stamp.by.organisation;
    match event {
        Event::Stay(StayEvent::BedAssigned(assigned)) => {
            let goes_on = !carried.iter().any(|(_, other)| releases(other, assigned));
            if goes_on && path.has_bed_beside(&assigned.organisation, assigned.from, stamp.occurred.at) {
                return Err(StayRefusal::AlreadyAssigned.into());
            }
        }
        Event::Stay(StayEvent::NoShowRecorded(no_show)) if !comes_along(no_show.bed, carried) => {
            let stay = path.stay_of(organisation, stamp.occurred.at).ok_or(StayRefusal::NoOpenStay)?;
            if stay.missed_in_night_of(stamp.occurred.at).is_some() {
                return Err(StayRefusal::AlreadyMissed.into());
            }
        }
        Event::Stay(StayEvent::BedReleased(released)) if !comes_along(released.bed, carried) => {
            let stay = path.open_stay_at(organisation, stamp.occurred.at).ok_or(StayRefusal::NoOpenStay)?;
            if path.awaits_decision(stay.assigned.bed) {
                return Err(StayRefusal::HeldByPendingException.into());
            }
            if path.is_held(stay.assigned.bed, at.now, at.deadlines) && !at.is_coordinator() {
                return Err(StayRefusal::HeldAfterNoShow.into());
            }
        }
        Event::Referral(ReferralEvent::ReferralMade(made)) => {
            path.require_open()?;
            let mut open = path.referrals.iter().filter(|referral| referral.is_open());
            if open.any(|other| other.made.to == made.to && other.made.offering == made.offering) {
                return Err(ReferralRefusal::AlreadyOpen.into());
            }
        }
        Event::Rights(rights) => {
            path.require_open()?;
            if matches!(rights, RightsEvent::UninsuredReportFiled(_)) && path.is_insured() {
                return Err(RightsRefusal::Insured.into());
            }
        }
        Event::Lost(LostEvent::WentOutOfSight(_)) => {
            path.require_open()?;
            if path.is_out_of_sight() {
                return Err(LostRefusal::AlreadyOutOfSight.into());
            }
        }
        Event::Repatriation(RepatriationEvent::ReturnOptionsPresented(presented)) => {
            if presented.wish.get() != Some(&ReturnWish::DoesNotWantToReturn) {
                path.require_open()?;
            }
        }
        Event::Repatriation(RepatriationEvent::ReturnConditionEvidenced(evidenced)) => {
            path.require_open()?;
            let clinician = stamp.by.role == Role::CareProvider;
            if evidenced.status == ConditionStatus::NotApplicable && path.needs(evidenced.condition) && !clinician {
                return Err(ReturnRefusal::ConditionNeedsClinician.into());
            }
        }
        Event::Case(CaseEvent::DeathRecorded(death)) => {
            if path.case.died.is_some() {
                return Err(CaseRefusal::DeathAlreadyRecorded.into());
            }
            let born = path.identity.best(ClaimFacts::birth_date);
            if death.died_on.zip(born).is_some_and(|(died, born)| died < born.value.first()) {
                return Err(Refusal::field("to", "must not be a person who was born after this death"));
            }
        }
        Event::Stay(_)
        | Event::Referral(_)
        | Event::Lost(_)
        | Event::Repatriation(_)
        | Event::Case(_)
        | Event::Signal(_)
        | Event::Identity(_)
        | Event::Relation(_)
        | Event::Intake(_)
        | Event::Incident(_)
        | Event::Exception(_)
        | Event::Discharge(_)
        | Event::Privacy(_)
        | Event::Deadline(_)
        | Event::Correction(_)
        | Event::Directory(_)
        | Event::Figures(_) => {}
    }
    Ok(())
}

/// Whether the stay in a bed is moved too.
fn comes_along(bed: BedId, carried: &Carried<'_>) -> bool {
    let assigns = |event: &Event| matches!(event, Event::Stay(StayEvent::BedAssigned(assigned)) if assigned.bed == bed);
    carried.iter().any(|(_, event)| assigns(event))
}

fn releases(event: &Event, assigned: &BedAssigned) -> bool {
    matches!(event, Event::Stay(StayEvent::BedReleased(released)) if released.bed == assigned.bed)
}

/// What is recorded on the right person, with what follows there. It never fails: whether it fits was asked before.
#[must_use]
pub fn arrivals(carried: &Carried<'_>, path: &CarePath, at: &Context<'_>) -> Vec<Arrival> {
    let mut arrivals: Vec<Arrival> = Vec::new();
    let mut arrived: Vec<(EventId, usize)> = Vec::new();
    for (stamp, event) in carried {
        let cause = |cause: EventId| arrived.iter().find(|(entry, _)| *entry == cause).map(|(_, number)| *number);
        let mut follows = stamp.caused_by.and_then(cause);
        let mut events = arriving(stamp, event, carried, path, at);
        if arrivals.is_empty() && shows_the_person(event) {
            events = path.and_reopened(stamp.occurred, events);
        }
        for arrives in events {
            let number = arrivals.len();
            if arrives.kind() == event.kind() {
                arrived.push((stamp.event_id, number));
            }
            let (by, occurred) = (stamp.by.clone(), stamp.occurred);
            arrivals.push(Arrival { event: arrives, by, occurred, follows });
            follows = Some(number);
        }
    }
    arrivals
}

/// An entry as it is recorded on the right person, with what such an entry brings about there.
fn arriving(stamp: &Stamp, event: &Event, carried: &Carried<'_>, path: &CarePath, at: &Context<'_>) -> Vec<Event> {
    let organisation = &stamp.by.organisation;
    match event {
        Event::Stay(StayEvent::BedAssigned(assigned)) => path.given_a_bed(assigned.clone(), stamp.occurred.at),
        Event::Stay(stay) => vec![on_the_bed_of(stay, organisation, stamp, carried, path).into()],
        Event::Lost(LostEvent::WentOutOfSight(_)) => path.disappear(),
        Event::Rights(RightsEvent::RightsAssessed(assessed)) => {
            vec![RightsEvent::RightsAssessed(Box::new(path.assessed_again(assessed, at.norms))).into()]
        }
        Event::Rights(_)
        | Event::Lost(_)
        | Event::Referral(_)
        | Event::Repatriation(_)
        | Event::Case(_)
        | Event::Signal(_)
        | Event::Identity(_)
        | Event::Relation(_)
        | Event::Intake(_)
        | Event::Incident(_)
        | Event::Exception(_)
        | Event::Discharge(_)
        | Event::Privacy(_)
        | Event::Deadline(_)
        | Event::Correction(_)
        | Event::Directory(_)
        | Event::Figures(_) => vec![event.clone()],
    }
}

/// What happened to a bed of the wrong person happened to the one that the right person had there then.
fn on_the_bed_of(
    event: &StayEvent,
    organisation: &OrgId,
    stamp: &Stamp,
    carried: &Carried<'_>,
    path: &CarePath,
) -> StayEvent {
    let mut event = event.clone();
    let theirs = path.stay_of(organisation, stamp.occurred.at).map(|stay| stay.assigned.bed);
    match &mut event {
        StayEvent::AttendanceRecorded(attendance) => {
            if !attendance.bed.is_some_and(|bed| comes_along(bed, carried)) {
                attendance.bed = theirs;
            }
        }
        StayEvent::NoShowRecorded(no_show) if !comes_along(no_show.bed, carried) => {
            no_show.bed = theirs.unwrap_or(no_show.bed);
        }
        StayEvent::BedReleased(released) if !comes_along(released.bed, carried) => {
            let open = path.open_stay_at(organisation, stamp.occurred.at).map(|stay| stay.assigned.bed);
            released.bed = open.unwrap_or(released.bed);
        }
        StayEvent::NoShowRecorded(_) | StayEvent::BedReleased(_) | StayEvent::BedAssigned(_) => {}
    }
    event
}

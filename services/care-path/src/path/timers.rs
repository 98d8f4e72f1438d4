//! Timers: what Baken does by itself on a path, and when. Derived from what was recorded, like everything else; a timer
//! that something overtook is simply not there any more.

use chrono::TimeDelta;

use super::correction::FinishMove;
use super::deadline::PassDeadline;
use super::discharge::CallOffDischarge;
use super::lost::{EndCareAlert, EndLookout, Ended, ExpireLookout, MarkOutOfSight};
use super::privacy::EraseSubject;
use super::repatriation::StopHandover;
use super::stay::RecordNoShow;
use super::{CarePath, Stamp};
use crate::codes::{Code, DischargeEndReason, ErasureGround, HandoverState, LookoutEndReason, TaskKind};
use crate::command::Command;
use crate::deadlines::Deadlines;
use crate::directory::Directory;
use crate::ids::{BedId, CareAlertId, DischargeId, EventId, HandoverId, LookoutId, PersonId, SubjectId};
use crate::time::{DateTime, days_after};

/// After that long, a request that moves an entry has broken off.
const MOVE_TAKES: TimeDelta = TimeDelta::seconds(5);

/// Something that Baken does by itself at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    pub due: DateTime,
    pub what: TimerKind,
    /// On whose stream it is recorded: where its cause is.
    pub person: PersonId,
    /// The event that it follows from.
    pub cause: EventId,
}

/// What is done. In this order, where several are due at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKind {
    /// An entry goes to the right person, where the request that asked for it broke off.
    MoveFinishes(EventId),
    /// Somebody of whom nobody heard counts as out of sight.
    OutOfSight,
    /// Those who were asked to look out are told that it is over.
    LookoutEnds(LookoutId),
    CareAlertEnds(CareAlertId),
    /// A lookout ends, for its time is over.
    LookoutExpires(LookoutId),
    /// A discharge that was announced does not come about, or nobody followed it up.
    DischargeEnds(DischargeId),
    /// A handover stopped by what the person said on another stream of theirs.
    HandoverStops(HandoverId),
    /// The time is over for which the record is kept; or the person was erased under another id.
    Erases(ErasureGround),
    /// What waits was not done in time.
    Deadline {
        task: TaskKind,
        subject: Option<SubjectId>,
        round: u32,
    },
    /// Somebody was expected by that time and did not come.
    NoShow {
        bed: BedId,
        expected_by: DateTime,
    },
}

impl TimerKind {
    /// Its name in metrics: of a deadline, that of the task.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MoveFinishes(_) => "move_finishes",
            Self::OutOfSight => "out_of_sight",
            Self::LookoutEnds(_) => "lookout_ends",
            Self::CareAlertEnds(_) => "care_alert_ends",
            Self::LookoutExpires(_) => "lookout_expires",
            Self::DischargeEnds(_) => "discharge_ends",
            Self::HandoverStops(_) => "handover_stops",
            Self::Erases(_) => "erases",
            Self::Deadline { task, .. } => task.code(),
            Self::NoShow { .. } => "no_show",
        }
    }
}

impl Timer {
    fn new(due: DateTime, what: TimerKind, cause: &Stamp) -> Self {
        Self { due, what, person: cause.person_id, cause: cause.event_id }
    }

    /// The command that does it.
    #[must_use]
    pub fn command(&self) -> Command {
        match self.what {
            TimerKind::MoveFinishes(moved) => Command::FinishMove(moved, FinishMove::default()),
            TimerKind::OutOfSight => Command::MarkOutOfSight((), MarkOutOfSight {}),
            // The path knows the reason.
            TimerKind::LookoutEnds(lookout) => {
                Command::EndLookout(lookout, EndLookout { reason: LookoutEndReason::NoLongerNeeded })
            }
            TimerKind::CareAlertEnds(alert) => {
                Command::EndCareAlert(alert, EndCareAlert { reason: LookoutEndReason::NoLongerNeeded })
            }
            TimerKind::LookoutExpires(lookout) => Command::ExpireLookout(lookout, ExpireLookout {}),
            TimerKind::DischargeEnds(discharge) => {
                let (reason, explanation) = (DischargeEndReason::NotFollowedUp, None);
                Command::CallOffDischarge(discharge, CallOffDischarge { reason, explanation })
            }
            TimerKind::HandoverStops(handover) => Command::StopHandover(handover, StopHandover {}),
            TimerKind::Erases(ground) => Command::EraseSubject((), EraseSubject { ground }),
            TimerKind::Deadline { task, subject, round } => {
                Command::PassDeadline((), PassDeadline { task, subject, cause: self.cause, round })
            }
            TimerKind::NoShow { bed, .. } => Command::RecordNoShow((), RecordNoShow { bed_id: Some(bed) }),
        }
    }

    /// Which timer it is: the same on every node and after every restart. When it is due is not part of it, for that
    /// moves when a term is configured anew or somebody turns out to be at risk.
    #[must_use]
    pub fn key(&self) -> String {
        let Self { person, cause, .. } = self;
        match self.what {
            TimerKind::MoveFinishes(moved) => format!("{person}/move_finishes/{moved}"),
            TimerKind::OutOfSight => format!("{person}/out_of_sight/{cause}"),
            TimerKind::LookoutEnds(lookout) => format!("{person}/lookout_ends/{lookout}/{cause}"),
            TimerKind::CareAlertEnds(alert) => format!("{person}/care_alert_ends/{alert}/{cause}"),
            TimerKind::LookoutExpires(lookout) => format!("{person}/lookout_expires/{lookout}"),
            TimerKind::DischargeEnds(discharge) => format!("{person}/discharge_ends/{discharge}/{cause}"),
            TimerKind::HandoverStops(handover) => format!("{person}/handover_stops/{handover}"),
            TimerKind::Erases(_) => format!("{person}/erases"),
            TimerKind::Deadline { task, subject, round } => {
                let subject = subject.map(|subject| subject.to_string()).unwrap_or_default();
                format!("{person}/{task}/{subject}/{cause}/{round}")
            }
            TimerKind::NoShow { bed, expected_by } => format!("{person}/no_show/{bed}/{}", expected_by.timestamp()),
        }
    }
}

impl CarePath {
    /// What Baken will do by itself if nothing else is recorded, due first; what is overdue among it.
    #[must_use]
    pub fn timers(&self, deadlines: &Deadlines, directory: &Directory) -> Vec<Timer> {
        let mut timers: Vec<Timer> = Vec::new();
        for task in self.not_passed(deadlines, directory) {
            let what = TimerKind::Deadline { task: task.kind, subject: task.subject, round: task.round };
            timers.push(Timer::new(task.due, what, &task.cause));
        }
        timers.extend(
            self.unfinished_moves().map(|moved| {
                Timer::new(moved.recorded_at + MOVE_TAKES, TimerKind::MoveFinishes(moved.event_id), moved)
            }),
        );
        timers.extend(self.erasures(deadlines));
        if self.exists() && !self.is_erased() {
            timers.extend(self.lost.untold().map(|(ended, by)| {
                let what = match ended {
                    Ended::Lookout(lookout) => TimerKind::LookoutEnds(lookout),
                    Ended::CareAlert(alert) => TimerKind::CareAlertEnds(alert),
                };
                Timer::new(by.recorded_at, what, by)
            }));
            timers.extend(self.lost.lookouts.iter().filter(|lookout| lookout.end.is_none()).map(|lookout| {
                let what = TimerKind::LookoutExpires(lookout.issued.lookout);
                Timer::new(lookout.issued.expires_at, what, &lookout.issued.stamp)
            }));
            let untold = self.untold_discharges().map(|(discharge, by)| (discharge, by.recorded_at, by));
            let expected = self.announced.iter().filter(|announced| announced.outcome.is_none()).map(|announced| {
                let told = &announced.announced;
                (told.discharge, announced.lapses_at(deadlines).max(told.stamp.recorded_at), &told.stamp)
            });
            timers
                .extend(untold.chain(expected).map(|(id, due, by)| Timer::new(due, TimerKind::DischargeEnds(id), by)));
            timers.extend(self.repatriation.stopped().map(|(handover, stop)| Timer {
                due: stop.stamp.occurred.at,
                what: TimerKind::HandoverStops(handover.proposed.handover),
                person: handover.proposed.stamp.person_id,
                cause: stop.stamp.event_id,
            }));
        }
        timers.extend(self.evenings(deadlines, directory).into_iter().map(|evening| {
            let what = TimerKind::NoShow { bed: evening.bed, expected_by: evening.expected_by };
            Timer::new(evening.due, what, evening.cause)
        }));
        let vanishing = self.vanishing(deadlines);
        timers.extend(vanishing.map(|vanishing| Timer::new(vanishing.due, TimerKind::OutOfSight, vanishing.cause)));
        timers.sort_by_key(|timer| (timer.due, timer.what, timer.cause, timer.person));
        // One task may wait for several.
        timers.dedup();
        timers
    }

    /// A record whose time is over goes; and with an id of a person that was erased, all ids that are linked with it.
    fn erasures(&self, deadlines: &Deadlines) -> Vec<Timer> {
        let erased = &self.privacy.erased;
        let with_another = erased.values().flat_map(|by| {
            let ground = by.ground.unwrap_or(ErasureGround::Request);
            // Who is linked with somebody later than they were erased is not erased with them.
            let linked = self.record.linked_when(by.stamp.person_id, &by.stamp);
            let linked = self.stream_ids().filter(move |id| linked.contains(id) && !erased.contains_key(id));
            linked.map(move |person| Timer {
                due: by.stamp.recorded_at,
                what: TimerKind::Erases(ground),
                person,
                cause: by.stamp.event_id,
            })
        });
        let over = self.goes_at(deadlines).zip(self.opened.as_ref()).map(|(due, opened)| {
            let what = TimerKind::Erases(ErasureGround::RetentionEnded);
            Timer::new(due, what, opened)
        });
        with_another.chain(over).collect()
    }

    /// When what waits next changes by time alone: something addressed to somebody runs out, somebody's part is so long
    /// ago that they are not involved any more, or the person comes of age.
    #[must_use]
    pub fn changes_by_itself(&self, now: DateTime, deadlines: &Deadlines) -> Option<DateTime> {
        let lookouts = self.lost.lookouts.iter().map(|lookout| lookout.issued.expires_at);
        let alerts = self.lost.care_alerts.iter().map(|alert| alert.filed.expires_at);
        let intakes = self.intakes.iter().map(|intake| intake.stamp.occurred.at);
        let stays = self.stays.iter().filter_map(super::stay::Stay::ended).map(|ended| ended.occurred.at);
        let referrals = self.referrals.iter().filter(|referral| !referral.is_open());
        let warned = self.discharges.iter().map(|discharge| discharge.stamp.occurred.at);
        let parts = intakes.chain(stays).chain(warned).chain(referrals.map(|referral| referral.changed().occurred.at));
        let underway = self.repatriation.handovers.iter().filter(|each| each.state() == HandoverState::Departed);
        let arrivals = underway.filter_map(|handover| handover.arrival_expected(deadlines));
        let ends = parts.map(|part| days_after(part, deadlines.involvement_days));
        // On the day that it ends they are involved still.
        let ends = ends.filter_map(|end| end.checked_add_signed(TimeDelta::milliseconds(1)));
        let run_out = self.open_stays().filter_map(|stay| stay.assigned.until);
        let exceptions = self.exceptions.iter().flat_map(super::exception::ExceptionRequest::asked_about);
        let leaving = self.announced.iter().filter(|announced| announced.outcome.is_none());
        let leaving = leaving.flat_map(|announced| [announced.announced.expected_at, announced.lapses_at(deadlines)]);
        let of_age = self.lifetime().and_then(|(lifetime, _)| lifetime.comes_of_age());
        let leaving_or_staying = leaving.chain(run_out);
        let changes = lookouts.chain(alerts).chain(exceptions).chain(arrivals).chain(leaving_or_staying).chain(ends);
        let changes = changes.chain(of_age);
        changes.filter(|change| *change > now).min()
    }
}

#[cfg(test)]
#[path = "timers_tests.rs"]
mod tests;

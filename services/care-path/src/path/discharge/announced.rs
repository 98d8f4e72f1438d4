//! An announced discharge, and what becomes of it. It stands until the person is discharged, it is called off, or nobody
//! has followed it up for some days. While it stands, the place that it was announced to is involved.

use std::sync::Arc;

use super::{DischargeAnnounced, DischargeCalledOff, DischargeEvent, DischargedTo};
use crate::actor::Author;
use crate::codes::{DeclineReason, DischargeEndReason, Role};
use crate::deadlines::Deadlines;
use crate::fact::{Facts, Origin, derived_facts};
use crate::ids::{DischargeId, OrgId};
use crate::path::referral::Answer;
use crate::path::{CarePath, Noted, Stamp};
use crate::policy::Address;
use crate::policy::rules::Warned;
use crate::time::{DateTime, days_after};

/// What became of an announced discharge.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::path) enum Outcome {
    /// The person was discharged, as announced.
    CameAbout(Arc<Stamp>),
    /// It does not come about as announced. `told` where that was recorded, so that the place that was warned is told.
    CalledOff { by: Arc<Stamp>, reason: DischargeEndReason, told: bool },
}

/// A discharge that a hospital announced.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AnnouncedDischarge {
    pub(crate) announced: Noted<DischargeAnnounced>,
    /// `None` while it is expected.
    pub(in crate::path) outcome: Option<Outcome>,
}

impl AnnouncedDischarge {
    fn call_off(&mut self, by: &Arc<Stamp>, reason: DischargeEndReason, told: bool) {
        match &mut self.outcome {
            None => self.outcome = Some(Outcome::CalledOff { by: by.clone(), reason, told }),
            Some(Outcome::CalledOff { told: is_told, .. }) => *is_told |= told,
            Some(Outcome::CameAbout(_)) => {}
        }
    }

    /// When it is given up, if nobody follows it up.
    pub(in crate::path) fn lapses_at(&self, deadlines: &Deadlines) -> DateTime {
        days_after(self.announced.expected_at, deadlines.announced_discharge_days)
    }

    /// Whether it is still expected.
    pub(in crate::path) fn is_expected(&self, at: DateTime, deadlines: &Deadlines) -> bool {
        self.outcome.is_none() && at < self.lapses_at(deadlines)
    }

    /// How it stands for the place that was warned: for some days after the discharge, as after a stay.
    pub(in crate::path) fn stands(&self, at: DateTime, deadlines: &Deadlines) -> Warned {
        let lately = |came_about: &Arc<Stamp>| days_after(came_about.occurred.at, deadlines.involvement_days) >= at;
        if self.is_expected(at, deadlines) {
            Warned::Expected
        } else if self.came_about().is_some_and(lately) {
            Warned::Discharged
        } else {
            Warned::Over
        }
    }

    /// When it came about, or was called off.
    pub(in crate::path) fn ended(&self) -> Option<DateTime> {
        let by = self.came_about().or_else(|| self.called_off().map(|(by, _)| by));
        by.map(|by| by.occurred.at)
    }

    fn came_about(&self) -> Option<&Arc<Stamp>> {
        match &self.outcome {
            Some(Outcome::CameAbout(stamp)) => Some(stamp),
            Some(Outcome::CalledOff { .. }) | None => None,
        }
    }

    /// Whether an organisation was warned by it. Nobody warns themselves.
    pub(in crate::path) fn warns(&self, organisation: &OrgId) -> bool {
        self.announced.to.as_ref() == Some(organisation) && self.announced.stamp.by.organisation != *organisation
    }

    /// Why it does not come about as announced, and what says so.
    pub(in crate::path) fn called_off(&self) -> Option<(&Arc<Stamp>, DischargeEndReason)> {
        match &self.outcome {
            Some(Outcome::CalledOff { by, reason, .. }) => Some((by, *reason)),
            Some(Outcome::CameAbout(_)) | None => None,
        }
    }

    /// To whom it is addressed.
    pub(crate) fn address(&self) -> Address<'_> {
        let ended = self.called_off().map(|(by, _)| by.recorded_at);
        Address::Discharge { to: self.announced.to.as_ref(), ended }
    }

    /// What can be told of it as a whole.
    pub(crate) fn facts(&self) -> Facts<'_, Self> {
        Origin::derived().addressed(self.address()).of(self)
    }

    /// Whether a discharge is the one that was announced: from there to there. A place that reports the arrival is where
    /// the person went.
    fn is_followed_by(&self, discharge: &DischargedTo, by: &Author) -> bool {
        let reports_arrival = by.organisation != discharge.from && by.role != Role::ProcessCoordinator;
        let arrived_at = discharge.to.as_ref().or(reports_arrival.then_some(&by.organisation));
        let to = match (&self.announced.to, arrived_at) {
            (Some(announced), Some(arrived_at)) => announced == arrived_at,
            (Some(_), None) | (None, _) => self.announced.destination == discharge.destination,
        };
        self.announced.from == discharge.from && to
    }
}

derived_facts! { AnnouncedDischarge as it, "announced_discharge" {
    has_come_about: is bool = "came_about" in Presence, Minimal: clear(it.came_about().is_some());
    called_off_because: is DischargeEndReason = "called_off" in Presence, Full:
        maybe(it.called_off().map(|(_, reason)| reason));
}}

impl CarePath {
    /// The announced discharge of that id.
    pub(in crate::path) fn announced(&self, id: DischargeId) -> Option<&AnnouncedDischarge> {
        self.announced.iter().find(|each| each.announced.discharge == id)
    }

    /// A hospital announces anew: what it announced before does not hold any more.
    pub(super) fn announce(&mut self, stamp: &Arc<Stamp>, announced: &DischargeAnnounced) {
        for earlier in self.announced.iter_mut().filter(|earlier| earlier.announced.from == announced.from) {
            earlier.call_off(stamp, DischargeEndReason::AnnouncedAnew, false);
        }
        self.announced.push(AnnouncedDischarge { announced: Noted::new(stamp, announced), outcome: None });
    }

    pub(super) fn call_off(&mut self, stamp: &Arc<Stamp>, called_off: &DischargeCalledOff) {
        let mut announced = self.announced.iter_mut();
        if let Some(found) = announced.find(|each| each.announced.discharge == called_off.discharge) {
            found.call_off(stamp, called_off.reason, true);
        }
    }

    /// The person was discharged: as that hospital announced, or otherwise.
    pub(super) fn discharge_comes_about(&mut self, stamp: &Arc<Stamp>, discharge: &DischargedTo) {
        let from_there = |each: &&mut AnnouncedDischarge| each.announced.from == discharge.from;
        for announced in self.announced.iter_mut().filter(from_there).filter(|each| each.outcome.is_none()) {
            if announced.is_followed_by(discharge, &stamp.by) {
                announced.outcome = Some(Outcome::CameAbout(stamp.clone()));
            } else {
                announced.call_off(stamp, DischargeEndReason::OtherDestination, false);
            }
        }
    }

    /// The case was closed, or the person died: nobody is discharged any more.
    pub(in crate::path) fn end_announced(
        &mut self,
        stamp: &Arc<Stamp>,
        reason: DischargeEndReason,
        concerns: impl Fn(&Stamp) -> bool,
    ) {
        for announced in self.announced.iter_mut().filter(|each| concerns(&each.announced.stamp)) {
            announced.call_off(stamp, reason, false);
        }
    }

    /// An announcement was taken back: the place that was warned must be told.
    pub(in crate::path) fn take_back_discharge(&mut self, stamp: &Arc<Stamp>, event: &DischargeEvent, by: &Arc<Stamp>) {
        if let DischargeEvent::DischargeAnnounced(announced) = event {
            let (reason, told) = (DischargeEndReason::AnnouncedInError, false);
            let outcome = Some(Outcome::CalledOff { by: by.clone(), reason, told });
            self.announced.push(AnnouncedDischarge { announced: Noted::new(stamp, announced), outcome });
        }
    }

    /// What does not come about as announced, and was not told yet.
    pub(in crate::path) fn untold_discharges(&self) -> impl Iterator<Item = (DischargeId, &Arc<Stamp>)> {
        self.announced.iter().filter_map(|each| match &each.outcome {
            Some(Outcome::CalledOff { by, told: false, .. }) => Some((each.announced.discharge, by)),
            Some(Outcome::CalledOff { .. } | Outcome::CameAbout(_)) | None => None,
        })
    }

    /// Whether a discharge was announced to the place where the person went, before they went.
    pub(super) fn was_warned_of(&self, discharge: &DischargedTo, by: &Author, at: DateTime) -> bool {
        let in_time = |each: &&AnnouncedDischarge| each.announced.stamp.recorded_at <= at;
        let mut announced = self.announced.iter().filter(in_time).filter(|each| each.called_off().is_none());
        announced.any(|each| each.announced.to.is_some() && each.is_followed_by(discharge, by))
    }

    /// Whether the place that was warned has no room, as far as it said so: it turned the person away, or declined to take
    /// them for want of a place.
    pub(in crate::path) fn has_no_room(&self, announced: &AnnouncedDischarge) -> bool {
        let Some(to) = &announced.announced.to else { return false };
        let since =
            |stamp: &Stamp| stamp.by.organisation == *to && stamp.recorded_at >= announced.announced.stamp.recorded_at;
        let turned_away = self.turn_aways.iter().any(|away| since(&away.stamp));
        let declined = || {
            self.referrals.iter().any(|referral| {
                matches!(&referral.answer, Some(Answer::Declined(declined))
                    if declined.reason == DeclineReason::PlaceScarcity && since(&declined.stamp))
            })
        };
        turned_away || declined()
    }
}

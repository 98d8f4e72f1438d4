//! What the monitor counts of a path: what occurred on which day, at which organisation, and nothing that says who the person
//! is. It is made for figures of many, and shown to nobody.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::case::CaseEvent;
use super::derived::Lifetime;
use super::evenings::evening_of;
use super::identity::ClaimFacts;
use super::intake::IntakeEvent;
use super::lost::LostEvent;
use super::referral::{Answer, Referral, ReferralEvent};
use super::signal::SignalEvent;
use super::stay::{Stay, StayEvent};
use super::{CarePath, Stamp};
use crate::codes::{
    AttendanceStatus, DeclineReason, DropoutReason, EthosLight, FollowUpOutcome, FollowUpTerm, InsuranceStatus,
    LocationType, Offering, ReferralState, RightsOutcome, Sex, SignalChannel, TurnAwayReason,
};
use crate::event::{Event, EventKind};
use crate::ids::{FacilityId, HandoverId, Municipality, OrgId};
use crate::text::Country;
use crate::time::{DateTime, Night, local_date};

/// A path without its person. Days are those of Amsterdam. Nothing that was retracted is in it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// The countries that the person is known to be of.
    pub countries: Vec<Country>,
    pub sex: Option<Sex>,
    pub birth_year: Option<i32>,
    /// From which day on which municipality followed the case, in the order of days.
    pub followed_by: Vec<(NaiveDate, Municipality)>,
    /// When the person was there, by the organisation that recorded it.
    pub seen: Vec<(NaiveDate, OrgId)>,
    /// From when to when the case was open; `None` where it is.
    pub open: Vec<(NaiveDate, Option<NaiveDate>)>,
    pub living: Vec<(NaiveDate, EthosLight)>,
    pub signals: Vec<(NaiveDate, OrgId, SignalChannel)>,
    /// When care began.
    pub care: Vec<NaiveDate>,
    pub died: Option<NaiveDate>,
    pub referrals: Vec<Referred>,
    /// When care broke off, by whom it was recorded, of which offering, and why.
    pub dropouts: Vec<(NaiveDate, OrgId, Option<Offering>, DropoutReason)>,
    pub turn_aways: Vec<Turned>,
    /// From when to when nobody knew where the person was.
    pub out_of_sight: Vec<(NaiveDate, Option<NaiveDate>)>,
    /// When care of an uninsured person was reported, by whom, and how many days after it was known.
    pub uninsured_reports: Vec<(NaiveDate, OrgId, Option<i64>)>,
    pub nights: Vec<InBed>,
    pub arrivals: Vec<Arrived>,
}

/// A referral.
#[derive(Clone, PartialEq, Eq)]
pub struct Referred {
    pub on: NaiveDate,
    pub by: OrgId,
    pub to: OrgId,
    pub offering: Offering,
    pub state: ReferralState,
    pub declined: Option<DeclineReason>,
}

/// A turn-away, with the outcome of the assessment of rights that stood then.
#[derive(Clone, PartialEq, Eq)]
pub struct Turned {
    pub night: NaiveDate,
    pub by: OrgId,
    pub facility: Option<FacilityId>,
    pub reason: TurnAwayReason,
    pub assessment: Option<RightsOutcome>,
}

/// A night in which a bed was somebody's.
#[derive(Clone, PartialEq, Eq)]
pub struct InBed {
    pub night: NaiveDate,
    pub organisation: OrgId,
    pub facility: Option<FacilityId>,
    pub kind: LocationType,
    /// The person was there at midnight, or came later in the night.
    pub came: bool,
}

/// A return that arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct Arrived {
    handover: HandoverId,
    pub on: NaiveDate,
    pub country: Country,
    /// All six, when the person arrived.
    pub conditions_met: bool,
    pub after_30_days: Option<FollowUpOutcome>,
    pub after_90_days: Option<FollowUpOutcome>,
}

fn day(stamp: &Stamp) -> NaiveDate {
    local_date(stamp.occurred.at)
}

impl CarePath {
    /// What was said of whether the person was at the place of a bed, in the order of happening.
    fn there(&self, stay: &Stay) -> Vec<(DateTime, bool)> {
        let attended = stay.attended.iter().chain(self.visits_at(&stay.assigned.organisation, stay.assigned.kind));
        let said = attended.map(|each| (each.stamp.occurred.at, each.status == AttendanceStatus::Present));
        // Who was met there before the evening may still not have come.
        let met = self.met_at(stay).filter(|at| *at >= evening_of(Night::of(*at), None));
        let mut said: Vec<_> = said.chain(met.map(|at| (at, true))).collect();
        said.sort_by_key(|(at, _)| *at);
        said
    }
}

impl Outline {
    /// The outline of a path, as of now. Its history tells what the path keeps no more: that care began which has ended, and
    /// when a case was closed that is open again.
    pub fn of<'a>(
        path: &CarePath,
        history: impl Iterator<Item = (&'a Arc<Stamp>, &'a Event)> + Clone,
        now: DateTime,
    ) -> Self {
        let mut outline = Self {
            followed_by: followed_by(path, history.clone()),
            died: path.case.died.as_ref().map(|died| local_date(died.when().0)),
            ..Self::default()
        };
        outline.traits(path);
        outline.path(path);
        outline.nights(path, now);
        for (stamp, event) in history.clone() {
            if path.uncounted(stamp.event_id).is_none() {
                outline.event(path, stamp, event);
            }
        }
        outline.conditions(path, history.clone());
        outline.before_the_erasure(path, history.clone());
        outline.open = open(path, history);
        if let Some(died) = outline.died {
            outline.open.retain(|(from, _)| *from <= died);
            outline.open.iter_mut().for_each(|(_, until)| *until = Some(until.map_or(died, |until| until.min(died))));
        }
        outline
    }

    fn traits(&mut self, path: &CarePath) {
        let countries = path.identity.best(ClaimFacts::countries);
        self.countries = countries.map(|said| said.value.clone()).unwrap_or_default();
        self.sex = path.identity.best(ClaimFacts::sex).map(|said| *said.value);
        self.birth_year = path.lifetime().map(|(lifetime, _)| match lifetime {
            Lifetime::Born(date) => date.year(),
            Lifetime::Estimated { age, on } => on.year() - i32::from(age.years()),
        });
    }

    fn path(&mut self, path: &CarePath) {
        for referral in &path.referrals {
            let declined = match &referral.answer {
                Some(Answer::Declined(declined)) => Some(declined.reason),
                _ => None,
            };
            self.referrals.push(Referred {
                on: day(&referral.made.stamp),
                by: referral.made.from.clone(),
                to: referral.made.to.clone(),
                offering: referral.made.offering,
                state: referral.state(),
                declined,
            });
        }
        for turned in &path.turn_aways {
            let at = turned.stamp.occurred.at;
            let stood = path.rights.assessments.iter().rev().find(|assessed| assessed.stamp.occurred.at <= at);
            self.turn_aways.push(Turned {
                night: Night::of(at).date(),
                by: turned.stamp.by.organisation.clone(),
                facility: turned.facility.clone(),
                reason: turned.reason,
                assessment: stood.map(|assessed| assessed.outcome),
            });
        }
        let episodes = path.lost.episodes.iter();
        self.out_of_sight = episodes.map(|each| (day(&each.began), each.ended.as_deref().map(day))).collect();
        self.living = path.living_situations_known();
        self.reports(path);
        for handover in &path.repatriation.handovers {
            let Some(arrived) = &handover.arrived else { continue };
            let country = handover.proposed.country;
            let after = |term: FollowUpTerm| {
                let of_term = handover.follow_ups.iter().rev().find(|each| each.term == term);
                of_term.and_then(|each| each.outcome.get().copied())
            };
            self.arrivals.push(Arrived {
                handover: handover.proposed.handover,
                on: day(&arrived.stamp),
                country,
                conditions_met: false,
                after_30_days: after(FollowUpTerm::Days30),
                after_90_days: after(FollowUpTerm::Days90),
            });
        }
    }

    /// An erasure ends what is asked for, but what a referral came to is no fact about the person: it is told as it was before.
    fn before_the_erasure<'a>(&mut self, path: &CarePath, history: impl Iterator<Item = (&'a Arc<Stamp>, &'a Event)>) {
        if !path.is_erased() {
            return;
        }
        let mut states = BTreeMap::new();
        CarePath::fold_looking(history, path.heard().clone(), |_, path| {
            if !path.is_erased() {
                let state = |referral: &Referral| (referral.made.referral, referral.state());
                states = path.referrals.iter().map(state).collect();
            }
        });
        for (told, referral) in self.referrals.iter_mut().zip(&path.referrals) {
            if let (Some(Answer::Lapsed(_)), Some(state)) = (&referral.answer, states.get(&referral.made.referral)) {
                told.state = *state;
            }
        }
    }

    /// Whether the conditions of each return were met when it arrived, whatever was recorded of the time after it.
    fn conditions<'a>(&mut self, path: &CarePath, history: impl Iterator<Item = (&'a Arc<Stamp>, &'a Event)>) {
        if self.arrivals.is_empty() {
            return;
        }
        let mut met = BTreeMap::new();
        CarePath::fold_looking(history, path.heard().clone(), |_, path| {
            for handover in path.repatriation.handovers.iter().filter(|handover| handover.arrived.is_some()) {
                let is_met = || path.missing_conditions(Some(handover.proposed.country)).is_empty();
                met.entry(handover.proposed.handover).or_insert_with(is_met);
            }
        });
        for arrival in &mut self.arrivals {
            arrival.conditions_met = met.get(&arrival.handover).copied().unwrap_or_default();
        }
    }

    /// The seven days run from when it was first known that the person is uninsured, and again after each report.
    fn reports(&mut self, path: &CarePath) {
        let mut reported = None;
        for report in &path.rights.uninsured_reports {
            let at = report.stamp.occurred.at;
            let uninsured = path.rights.insurance.iter().filter(|insurance| {
                insurance.status.get() == Some(&InsuranceStatus::Uninsured)
                    && insurance.stamp.occurred.at <= at
                    && reported.is_none_or(|before| insurance.stamp.occurred.at > before)
            });
            let known = uninsured.map(|insurance| day(&insurance.stamp)).min();
            let on = day(&report.stamp);
            let days = known.map(|known| on.signed_duration_since(known).num_days());
            self.uninsured_reports.push((on, report.stamp.by.organisation.clone(), days));
            reported = Some(at);
        }
    }

    fn nights(&mut self, path: &CarePath, now: DateTime) {
        let (tonight, died) = (Night::of(now).date(), path.case.died.as_ref().map(|died| died.when().0));
        for stay in &path.stays {
            let ended = stay.ended().map(|ended| ended.occurred.at);
            let ends: Vec<_> = [path.stays_until(stay), ended, died].into_iter().flatten().map(local_date).collect();
            let said = path.there(stay);
            let came = |night: NaiveDate| {
                let of_night = said.iter().filter(|(at, _)| Night::of(*at).date() == night);
                let (until_midnight, later): (Vec<_>, Vec<_>) = of_night.partition(|(at, _)| local_date(*at) == night);
                until_midnight.last().is_some_and(|(_, is_there)| *is_there) || later.iter().any(|(_, there)| *there)
            };
            // A night is theirs if the bed is at its midnight.
            let is_theirs = |night: &NaiveDate| *night <= tonight && ends.iter().all(|end| night < end);
            let nights = stay.first_night().date().iter_days().take_while(is_theirs);
            self.nights.extend(nights.map(|night| InBed {
                night,
                organisation: stay.assigned.organisation.clone(),
                facility: stay.assigned.facility.clone(),
                kind: stay.assigned.kind,
                came: came(night),
            }));
        }
    }

    /// What one event that counts adds.
    fn event(&mut self, path: &CarePath, stamp: &Stamp, event: &Event) {
        let by = || stamp.by.organisation.clone();
        let seen = match event {
            Event::Signal(SignalEvent::SignalReceived(signal)) => {
                self.signals.push((day(stamp), by(), signal.channel));
                true
            }
            Event::Referral(ReferralEvent::CareStarted(_)) => {
                self.care.push(day(stamp));
                true
            }
            Event::Referral(ReferralEvent::DroppedOut(dropped)) => {
                let of_it = path.referrals.iter().find(|referral| referral.made.referral == dropped.referral);
                self.dropouts.push((day(stamp), by(), of_it.map(|referral| referral.made.offering), dropped.reason));
                false
            }
            Event::Stay(StayEvent::AttendanceRecorded(attended)) => attended.status == AttendanceStatus::Present,
            Event::Signal(SignalEvent::ContactMade(_))
            | Event::Intake(IntakeEvent::IntakeCompleted(_) | IntakeEvent::TurnedAway(_))
            | Event::Lost(LostEvent::SightingReported(_)) => true,
            Event::Stay(_)
            | Event::Intake(_)
            | Event::Lost(_)
            | Event::Referral(_)
            | Event::Identity(_)
            | Event::Relation(_)
            | Event::Incident(_)
            | Event::Rights(_)
            | Event::Exception(_)
            | Event::Discharge(_)
            | Event::Repatriation(_)
            | Event::Case(_)
            | Event::Privacy(_)
            | Event::Deadline(_)
            | Event::Correction(_)
            | Event::Directory(_)
            | Event::Figures(_) => false,
        };
        if seen {
            self.seen.push((day(stamp), by()));
        }
    }
}

/// From which day on which municipality followed the case.
fn followed_by<'a>(
    path: &CarePath,
    history: impl Iterator<Item = (&'a Arc<Stamp>, &'a Event)> + Clone,
) -> Vec<(NaiveDate, Municipality)> {
    let assigned = history.clone().filter(|(_, event)| event.kind() == EventKind::CoordinatorAssigned);
    let assigned: Vec<_> = assigned.filter(|(stamp, _)| path.uncounted(stamp.event_id).is_none()).collect();
    if let [(stamp, _)] = assigned[..] {
        return path.municipality.iter().map(|by| (day(stamp), by.clone())).collect();
    }
    let mut followed: Vec<(NaiveDate, Municipality)> = Vec::new();
    if !assigned.is_empty() {
        CarePath::fold_looking(history, path.heard().clone(), |happened, path| {
            let by = path.municipality.as_ref().filter(|by| followed.last().is_none_or(|(_, last)| last != *by));
            followed.extend(by.map(|by| (local_date(happened), by.clone())));
        });
    }
    followed
}

/// Whether an event tells of the person. What a correction leaves of a case that was all a mistake is no case.
fn occurs_to_person(event: &Event) -> bool {
    match event {
        Event::Case(CaseEvent::CoordinatorAssigned(_))
        | Event::Correction(_)
        | Event::Deadline(_)
        | Event::Privacy(_)
        | Event::Directory(_)
        | Event::Figures(_) => false,
        Event::Case(_)
        | Event::Signal(_)
        | Event::Identity(_)
        | Event::Relation(_)
        | Event::Intake(_)
        | Event::Stay(_)
        | Event::Incident(_)
        | Event::Rights(_)
        | Event::Referral(_)
        | Event::Exception(_)
        | Event::Lost(_)
        | Event::Discharge(_)
        | Event::Repatriation(_) => true,
    }
}

/// From when to when the case was open: from the first that occurred, until it was closed, the person died or was erased, and
/// again from when it was opened again. Of what was retracted or moved away as a whole there is no case.
fn open<'a>(
    path: &CarePath,
    history: impl Iterator<Item = (&'a Arc<Stamp>, &'a Event)> + Clone,
) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let counts = |stamp: &Stamp| path.uncounted(stamp.event_id).is_none();
    let first = history.clone().filter(|(stamp, event)| counts(stamp) && occurs_to_person(event));
    let Some(first) = first.map(|(stamp, _)| day(stamp)).min() else { return Vec::new() };
    let ends = |event: &Event| {
        matches!(event.kind(), EventKind::CaseClosed | EventKind::DeathRecorded | EventKind::SubjectErased)
    };
    if !history.clone().any(|(_, event)| ends(event)) {
        return vec![(first, None)];
    }
    let (mut spans, mut since) = (Vec::new(), Some(first));
    CarePath::fold_looking(history, path.heard().clone(), |happened, path| {
        let goes_on = !path.is_closed() && path.case.died.is_none() && !path.is_erased();
        match since {
            Some(from) if !goes_on => {
                spans.push((from, Some(local_date(happened))));
                since = None;
            }
            None if goes_on => since = Some(local_date(happened)),
            Some(_) | None => {}
        }
    });
    spans.extend(since.map(|from| (from, None)));
    spans
}

#[cfg(test)]
#[path = "outline_tests.rs"]
mod tests;

//! What follows from the path without being recorded: its phase, vulnerability, links.

use std::sync::Arc;

use chrono::{Months, NaiveDate, NaiveTime};

use super::identity::{ClaimFacts, LanguageUse, best};
use super::repatriation::Handover;
use super::{CarePath, Problems, Seen, Stamp};
use crate::codes::{HandoverState, Phase, Problem, ReferralState, Urgency};
use crate::deadlines::{Deadlines, Risk, RiskFactor};
use crate::event::EventKind;
use crate::fact::{Fact, Facts, Label, Origin, derived_facts};
use crate::ids::{Municipality, PersonId};
use crate::policy::{Category, Depth};
use crate::private::open;
use crate::text::{Age, Country, Language};
use crate::time::{DateTime, PartialDate, local, local_date, working_days_after};

/// From this age on somebody is not a minor any more.
const ADULT: u32 = 18;
/// From this age on somebody is vulnerable by age.
const OLD: u32 = 70;

impl CarePath {
    /// Where the person stands now: the furthest that still holds.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase_within(|_| true)
    }

    /// Where the person stands, told by those phases alone that may be told.
    #[must_use]
    pub(crate) fn phase_within(&self, may_tell: impl Fn(Phase) -> bool) -> Phase {
        let handovers = &self.repatriation.handovers;
        let sheltered = self.open_stays().next().is_some();
        let referred = self.referrals.iter().any(|referral| {
            referral.awaits_answer()
                || (referral.state() == ReferralState::Accepted && !(sheltered && referral.asks_for_a_bed()))
        });
        let started = self.referrals.iter().any(|referral| referral.state() == ReferralState::Started);
        let phases = [
            (Phase::Closed, self.is_closed()),
            (Phase::OutOfSight, self.is_out_of_sight()),
            (Phase::Returning, handovers.iter().any(Handover::is_underway)),
            (Phase::Returned, handovers.iter().any(Handover::is_there)),
            (Phase::InCare, started),
            (Phase::Referred, referred),
            (Phase::Sheltered, sheltered),
            (Phase::DroppedOut, self.case.dropped_out.is_some()),
            (Phase::InContact, self.case.last_contact.is_some()),
        ];
        let furthest = phases.into_iter().find(|(phase, holds)| *holds && may_tell(*phase));
        furthest.map_or(Phase::Signalled, |(phase, _)| phase)
    }

    /// Every problem that was ever noted and is still known.
    pub(crate) fn problems(&self) -> impl Iterator<Item = Problem> {
        let signals = self.signals.iter().flat_map(|signal| signal.problems.known());
        let contacts = self.contacts.iter().flat_map(|contact| contact.problems.known());
        let intakes = self.intakes.iter().flat_map(|intake| intake.problems.known());
        signals.chain(contacts).chain(intakes)
    }

    /// The problems that were noted, with whom they were noted by.
    pub(crate) fn noted_problems(&self) -> impl Iterator<Item = Facts<'_, Problems>> {
        let signals = self.signals.iter().map(|signal| (&signal.stamp, &signal.problems));
        let contacts = self.contacts.iter().map(|contact| (&contact.stamp, &contact.problems));
        let intakes = self.intakes.iter().map(|intake| (&intake.stamp, &intake.problems));
        let noted = signals.chain(contacts).chain(intakes);
        noted.map(|(stamp, problems)| Origin::recorded(stamp).of(problems))
    }

    /// A language that somebody found the person to speak; `und` says that nobody could tell.
    pub(crate) fn speaks(&self) -> Option<&Language> {
        let told = |language: &&Language| !language.is_undetermined();
        let met = self.contacts.iter().rev().filter_map(|contact| open(contact.language.as_ref())).find(told);
        met.or_else(|| {
            let mut said = self.identity.all_said(ClaimFacts::languages);
            said.retain(|said| said.value.iter().any(|each| told(&&each.language)));
            best(said)?.value.iter().map(|each| &each.language).find(told)
        })
    }

    /// Every language that somebody found the person to speak, or was told that they understand.
    pub(super) fn known_languages(&self) -> impl Iterator<Item = &Language> {
        let met = self.contacts.iter().filter_map(|contact| open(contact.language.as_ref()));
        let claims = self.identity.all_said(ClaimFacts::languages).into_iter();
        let without = |of: &&LanguageUse| of.understood || of.preferred || !of.interpreter_needed;
        let claimed = claims.flat_map(|said| said.value).filter(without).map(|of| &of.language);
        met.chain(claimed).filter(|language| !language.is_undetermined())
    }

    /// How urgently somebody last asked for help for the person.
    pub(crate) fn urgency(&self) -> Option<Urgency> {
        let signal = self.signals.last().map(|signal| (signal.stamp.recorded_at, signal.urgency));
        let intake = self.intakes.last().map(|intake| (intake.stamp.recorded_at, intake.urgency));
        signal.max(intake).map(|(_, urgency)| urgency)
    }

    /// Whether being out of sight is at once dangerous: by what troubles them, by urgency, by age.
    #[must_use]
    pub fn is_vulnerable(&self, now: DateTime) -> bool {
        self.risks().is_vulnerable(now)
    }

    /// What makes it dangerous at a time that nobody knows where the person is.
    #[must_use]
    pub fn risk(&self, at: DateTime, deadlines: &Deadlines) -> Risk {
        self.risks().at(at, deadlines)
    }

    /// Whether the person is under age, by a date of birth or by an estimate that has grown with the years since. Of a
    /// date that is known in part, the youngest that fits counts.
    #[must_use]
    pub fn is_minor(&self, now: DateTime) -> bool {
        self.lifetime().is_some_and(|(lifetime, _)| lifetime.is_minor(now))
    }

    /// What is known of how old the person is, and from where: the surer of the date of birth and the estimate, of equals
    /// the date.
    pub(super) fn lifetime(&self) -> Option<(Lifetime, &Arc<Stamp>)> {
        let born = self.identity.best(ClaimFacts::birth_date);
        let estimated = self.identity.best(ClaimFacts::approximate_age);
        match (born, estimated) {
            (Some(born), estimated) if estimated.as_ref().is_none_or(|other| other.rank() <= born.rank()) => {
                Some((Lifetime::Born(*born.value), born.stamp()))
            }
            (_, Some(estimated)) => {
                let on = local_date(estimated.stamp().occurred.at);
                Some((Lifetime::Estimated { age: *estimated.value, on }, estimated.stamp()))
            }
            (_, None) => None,
        }
    }

    /// In which type of event a claim was made: in a signal, an intake or an update of the identity.
    pub(super) fn claimed_in(&self, claim: &Stamp) -> EventKind {
        let is_it = |stamp: &Arc<Stamp>| stamp.event_id == claim.event_id;
        if self.signals.iter().any(|signal| is_it(&signal.stamp)) {
            EventKind::SignalReceived
        } else if self.intakes.iter().any(|intake| is_it(&intake.stamp)) {
            EventKind::IntakeCompleted
        } else {
            EventKind::IdentityUpdated
        }
    }

    /// What puts the person at risk, for looking at many times.
    pub(super) fn risks(&self) -> Risks {
        let confusing = |problem| matches!(problem, Problem::ConfusedBehaviour | Problem::MemoryProblem);
        Risks {
            always: self.problems().any(Problem::makes_vulnerable)
                || self.urgency() >= Some(Urgency::Urgent)
                || self.unsuitable_since().is_some(),
            confused: self.problems().any(confusing),
            lifetime: self.lifetime().map(|(lifetime, _)| lifetime),
        }
    }

    /// The persons that this one's stream links with it.
    pub fn linked_with(&self) -> impl Iterator<Item = PersonId> {
        self.identity.links.iter().map(|link| link.fact)
    }

    /// The persons of whom somebody said that they are not this one.
    pub fn dismissed(&self) -> impl Iterator<Item = PersonId> {
        self.identity.dismissed.iter().map(|dismissed| dismissed.fact)
    }
}

/// From when on somebody lives, as far as it is known.
#[derive(Clone, Copy)]
pub(super) enum Lifetime {
    Born(PartialDate),
    /// The age that they were estimated to have, and on which day.
    Estimated {
        age: Age,
        on: NaiveDate,
    },
}

impl Lifetime {
    /// How old they are at a time: at the youngest, and at the oldest.
    fn ages(self, at: DateTime) -> (u32, u32) {
        let years_since = |day: NaiveDate| local_date(at).years_since(day).unwrap_or_default();
        match self {
            Self::Born(date) => (years_since(date.last()), years_since(date.first())),
            Self::Estimated { age, on } => {
                let age = u32::from(age.years()) + years_since(on);
                (age, age)
            }
        }
    }

    pub(super) fn is_minor(self, at: DateTime) -> bool {
        self.ages(at).0 < ADULT
    }

    /// When they come of age; `None` beyond the calendar.
    pub(super) fn comes_of_age(self) -> Option<DateTime> {
        let (from, years) = match self {
            Self::Born(date) => (date.last(), ADULT),
            Self::Estimated { age, on } => (on, ADULT.saturating_sub(age.years().into())),
        };
        let midnight = |day: NaiveDate| local(day, NaiveTime::MIN);
        let day = from.checked_add_months(Months::new(12 * years))?;
        // Of somebody who was born on a leap day, the day after.
        midnight(day).filter(|at| !self.is_minor(*at)).or_else(|| midnight(day.succ_opt()?))
    }
}

/// What puts a person at risk, at whatever time.
pub(super) struct Risks {
    always: bool,
    confused: bool,
    lifetime: Option<Lifetime>,
}

impl Risks {
    pub(super) fn at(&self, at: DateTime, deadlines: &Deadlines) -> Risk {
        let factors = [
            (RiskFactor::Vulnerable, self.is_vulnerable(at)),
            (RiskFactor::Confused, self.confused),
            (RiskFactor::Minor, self.lifetime.is_some_and(|lifetime| lifetime.is_minor(at))),
            (RiskFactor::Cold, deadlines.is_cold(local_date(at))),
        ];
        Risk(factors.into_iter().filter(|(_, holds)| *holds).map(|(factor, _)| factor).collect())
    }

    pub(super) fn is_vulnerable(&self, at: DateTime) -> bool {
        let by_age = |lifetime: Lifetime| lifetime.is_minor(at) || lifetime.ages(at).1 >= OLD;
        self.always || self.lifetime.is_some_and(by_age)
    }
}

/// Where the policy finds that a person is vulnerable.
pub(crate) const VULNERABLE: Label =
    Label { name: "vulnerable", category: Category::Medical, depth: Depth::Minimal, sealed: None };

/// Where the policy finds that a person is under age.
pub(crate) const MINOR: Label =
    Label { name: "minor", category: Category::Identity, depth: Depth::Minimal, sealed: None };

derived_facts! { CarePath as it, "case" {
    municipality: is &'a Municipality = "municipality" in Presence, Minimal: maybe(it.municipality.as_ref());
    opened_at: is DateTime = "opened_at" in Presence, Minimal: maybe(it.opened_at());
    out_of_sight: is bool = "out_of_sight" in Presence, Minimal: clear(it.is_out_of_sight());
    out_of_sight_since: is DateTime = "out_of_sight_since" in Presence, Minimal:
        maybe(it.lost.open_episode().map(|episode| episode.began.occurred.at));
    out_of_sight_episodes: is u32 = "out_of_sight_episodes" in Presence, Minimal:
        maybe(u32::try_from(it.lost.episodes.len()).ok().filter(|count| *count > 0));
    escalated_at: is DateTime = "escalated_at" in Presence, Minimal:
        maybe(it.lost.escalated.as_ref().map(|stamp| stamp.recorded_at));
    last_contact_at: is DateTime = "last_contact_at" in Presence, Minimal:
        maybe(it.case.last_contact.as_ref().map(|stamp| stamp.occurred.at));
    urgency: is Urgency = "urgency" in Medical, Minimal: maybe(it.urgency());
    unsuitable_since: is DateTime = "unsuitable_since" in Medical, Minimal:
        maybe(it.unsuitable_since().map(|stamp| stamp.recorded_at));
}}

impl CarePath {
    /// What can be told of the case as a whole.
    pub(crate) fn facts(&self) -> Facts<'_, Self> {
        Origin::derived().of(self)
    }

    /// Whether being out of sight would at once be dangerous, as it can be told.
    pub(crate) fn vulnerable(&self, now: DateTime) -> Fact<'_, bool> {
        Fact::new(VULNERABLE, Origin::derived(), Some(self.is_vulnerable(now)))
    }

    /// That the person is under age, as it can be told.
    pub(crate) fn minor(&self, now: DateTime) -> Fact<'_, bool> {
        Fact::new(MINOR, Origin::derived(), self.is_minor(now).then_some(true))
    }

    /// What can be told of where the person was last seen.
    pub(crate) fn last_seen(&self) -> Option<Facts<'_, Seen>> {
        self.lost.last_seen.as_ref().map(|seen| Origin::derived().of(seen))
    }
}

/// A handover as it is counted: its state and since when, and nothing of whom it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandoverTally {
    pub state: HandoverState,
    proposed_at: DateTime,
}

impl HandoverTally {
    /// When the embassy's acknowledgement is due.
    #[must_use]
    pub fn acknowledgement_due(&self, deadlines: &Deadlines) -> DateTime {
        working_days_after(self.proposed_at, deadlines.handover_acknowledge_working_days)
    }
}

/// What is counted of a path.
impl CarePath {
    /// The handovers to a country, as they are counted.
    pub fn handovers_to(&self, country: Country) -> impl Iterator<Item = HandoverTally> {
        let to_country = self.repatriation.handovers.iter().filter(move |each| each.proposed.country == country);
        to_country
            .map(|handover| HandoverTally { state: handover.state(), proposed_at: handover.proposed.stamp.recorded_at })
    }
}

#[cfg(test)]
#[path = "derived_tests.rs"]
mod tests;

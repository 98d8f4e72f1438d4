//! The care path of one person: a fold over what happened. `decide` says what may happen next, `evolve` what it means.
//!
//! A folder for each part of the path: `mod.rs` has its events and the state that they fold into, `decide.rs` its commands
//! and the decisions that turn them into events. Beside them lies what follows from the whole path.

pub mod case;
pub mod deadline;
pub mod discharge;
pub mod exception;
pub mod identity;
pub mod incident;
pub mod intake;
pub mod lost;
pub mod matching;
pub mod privacy;
pub mod referral;
pub mod repatriation;
pub mod rights;
pub mod signal;
pub mod stay;
pub mod subjects;
pub mod tasks;
pub mod timers;

mod addresses;
mod bounds;
mod derived;
mod evenings;
mod lookup;
mod parties;
#[cfg(test)]
pub(crate) mod random;
mod shared;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;

pub use crate::stamp::Stamp;
pub(crate) use derived::VULNERABLE;
pub use shared::{Noted, Problems, Seen};

use crate::actor::Principal;
use crate::codes::Role;
use crate::event::Event;
use crate::ids::{Municipality, OrgId, PersonId};
use crate::time::DateTime;

/// A person's path so far. It is a row: it cannot be serialised, and only the policy makes a view of it.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct CarePath {
    pub(in crate::path) opened: Option<Arc<Stamp>>,
    pub(in crate::path) updated: Option<Arc<Stamp>>,
    pub(in crate::path) municipality: Option<Municipality>,
    pub(crate) signals: Vec<Noted<signal::SignalReceived>>,
    pub(crate) contacts: Vec<Noted<signal::ContactMade>>,
    pub(crate) identity: identity::IdentityState,
    pub(crate) intakes: Vec<Noted<intake::IntakeCompleted>>,
    pub(in crate::path) turn_aways: Vec<Noted<intake::TurnedAway>>,
    pub(crate) stays: Vec<stay::Stay>,
    pub(crate) incidents: Vec<Noted<incident::IncidentObserved>>,
    pub(crate) rights: rights::RightsState,
    pub(crate) referrals: Vec<referral::Referral>,
    pub(crate) lost: lost::LostState,
    pub(crate) exceptions: Vec<exception::ExceptionRequest>,
    pub(crate) discharges: Vec<Noted<discharge::DischargedTo>>,
    pub(crate) repatriation: repatriation::RepatriationState,
    pub(crate) case: case::CaseState,
    pub(in crate::path) privacy: privacy::PrivacyState,
    pub(in crate::path) passed: Vec<deadline::Passed>,
    /// Who recorded anything at all, in order of first appearance.
    pub(in crate::path) recorded_by: Vec<(OrgId, Role)>,
    /// Which organisation opened each of the streams that the path is folded from.
    pub(in crate::path) openers: Vec<(PersonId, OrgId)>,
}

impl CarePath {
    /// Folds a history into a path.
    #[must_use]
    pub fn fold<'a>(history: impl IntoIterator<Item = (&'a Arc<Stamp>, &'a Event)>) -> Self {
        let mut path = Self::default();
        for (stamp, event) in history {
            path.evolve(stamp, event);
        }
        path
    }

    /// Takes in one more event. It never fails: what happened, happened.
    pub fn evolve(&mut self, stamp: &Arc<Stamp>, event: &Event) {
        self.opened.get_or_insert_with(|| stamp.clone());
        self.updated = Some(stamp.clone());
        let known =
            |(organisation, role): &(OrgId, Role)| *organisation == stamp.by.organisation && *role == stamp.by.role;
        if !self.recorded_by.iter().any(known) {
            self.recorded_by.push((stamp.by.organisation.clone(), stamp.by.role));
        }
        if !self.openers.iter().any(|(person, _)| *person == stamp.person_id) {
            self.openers.push((stamp.person_id, stamp.by.organisation.clone()));
        }
        let was_lost = self.is_out_of_sight();
        match event {
            Event::Signal(event) => signal::evolve(self, stamp, event),
            Event::Identity(event) => identity::evolve(self, stamp, event),
            Event::Intake(event) => intake::evolve(self, stamp, event),
            Event::Stay(event) => stay::evolve(self, stamp, event),
            Event::Incident(event) => incident::evolve(self, stamp, event),
            Event::Rights(event) => rights::evolve(self, stamp, event),
            Event::Referral(event) => referral::evolve(self, stamp, event),
            Event::Lost(event) => lost::evolve(self, stamp, event),
            Event::Exception(event) => exception::evolve(self, stamp, event),
            Event::Discharge(event) => discharge::evolve(self, stamp, event),
            Event::Repatriation(event) => repatriation::evolve(self, stamp, event),
            Event::Case(event) => case::evolve(self, stamp, event),
            Event::Privacy(event) => privacy::evolve(self, stamp, event),
            Event::Deadline(event) => deadline::evolve(self, stamp, event),
        }
        if was_lost && !self.is_out_of_sight() {
            self.lost.note_end(event.kind());
        }
    }

    /// Whether anything happened on it: a path without events is nobody's.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.opened.is_some()
    }

    /// Whether a principal's organisation recorded anything on it, in the principal's role.
    #[must_use]
    pub fn was_recorded_by(&self, principal: &Principal) -> bool {
        let role = principal.actor.role();
        self.recorded_by.iter().any(|(organisation, by)| *organisation == principal.organisation && *by == role)
    }

    /// The municipality whose coordinator follows the case.
    #[must_use]
    pub fn municipality(&self) -> Option<&Municipality> {
        self.municipality.as_ref()
    }

    /// When the path began to be recorded.
    #[must_use]
    pub fn opened_at(&self) -> Option<DateTime> {
        self.opened.as_ref().map(|stamp| stamp.recorded_at)
    }

    /// When it last changed.
    #[must_use]
    pub fn updated_at(&self) -> Option<DateTime> {
        self.updated.as_ref().map(|stamp| stamp.recorded_at)
    }
}

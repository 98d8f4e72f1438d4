//! The care path of one person: a fold over what happened. `decide` says what may happen next, `evolve` what it means.
//!
//! A folder for each part of the path: `mod.rs` has its events and the state that they fold into, `decide.rs` its commands
//! and the decisions that turn them into events. Beside them lies what follows from the whole path.

pub mod case;
pub mod correction;
pub mod deadline;
pub mod discharge;
pub mod exception;
pub mod guests;
pub mod identity;
pub mod incident;
pub mod intake;
pub mod lost;
pub mod matching;
pub mod outline;
pub mod privacy;
pub mod referral;
pub mod relations;
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
#[cfg(test)]
mod endings;
mod evenings;
mod lists;
mod lookup;
pub(crate) mod order;
mod parties;
#[cfg(test)]
pub(crate) mod random;
mod record;
mod shared;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;

pub use crate::stamp::{Moved, Stamp};
pub(crate) use derived::{MINOR, VULNERABLE};
pub use lists::{List, Listed};
pub(crate) use record::Uncounted;
pub use shared::{Noted, Problems, Seen};

use crate::actor::{Author, Principal};
use crate::codes::Role;
use crate::event::{Event, EventKind};
use crate::ids::{EventId, Municipality, OrgId, PersonId};
use crate::time::DateTime;

/// A person's path so far. It is a row: it cannot be serialised, and only the policy makes a view of it.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct CarePath {
    pub(in crate::path) record: record::Record,
    pub(in crate::path) opened: Option<Arc<Stamp>>,
    pub(in crate::path) updated: Option<Arc<Stamp>>,
    pub(in crate::path) municipality: Option<Municipality>,
    pub(crate) signals: Vec<Noted<signal::SignalReceived>>,
    pub(crate) contacts: Vec<Noted<signal::ContactMade>>,
    pub(crate) identity: identity::IdentityState,
    pub(in crate::path) relations: relations::RelationsState,
    pub(crate) intakes: Vec<Noted<intake::IntakeCompleted>>,
    pub(crate) living: Vec<Noted<intake::LivingSituationRecorded>>,
    pub(in crate::path) turn_aways: Vec<Noted<intake::TurnedAway>>,
    pub(crate) stays: Vec<stay::Stay>,
    /// Who was there and left where they had no bed, in the order of happening.
    pub(in crate::path) visits: Vec<Noted<stay::AttendanceRecorded>>,
    pub(crate) incidents: Vec<Noted<incident::IncidentObserved>>,
    pub(crate) rights: rights::RightsState,
    pub(crate) referrals: Vec<referral::Referral>,
    pub(crate) lost: lost::LostState,
    pub(crate) exceptions: Vec<exception::ExceptionRequest>,
    pub(crate) discharges: Vec<Noted<discharge::DischargedTo>>,
    pub(crate) announced: Vec<discharge::AnnouncedDischarge>,
    pub(crate) repatriation: repatriation::RepatriationState,
    pub(crate) case: case::CaseState,
    pub(in crate::path) privacy: privacy::PrivacyState,
    pub(in crate::path) passed: Vec<deadline::Passed>,
    pub(in crate::path) moves: Vec<Noted<correction::EntryMoved>>,
    /// What organisations were asked for, or warned of, by an entry that was retracted.
    pub(in crate::path) taken_back: Vec<correction::TakenBack>,
    /// Who recorded anything at all, in order of first appearance.
    pub(in crate::path) recorded_by: Vec<(OrgId, Role)>,
    /// Which organisation opened each of the streams that the path is folded from.
    pub(in crate::path) openers: Vec<(PersonId, OrgId)>,
}

impl CarePath {
    /// Folds a history, which is in the order of the log, into a path: in the order in which it happened.
    #[must_use]
    pub fn fold<'a>(history: impl IntoIterator<Item = (&'a Arc<Stamp>, &'a Event)>) -> Self {
        Self::fold_hearing(history, relations::Statements::default())
    }

    /// The same, of somebody of whom the paths of others say something.
    #[must_use]
    pub fn fold_hearing<'a>(
        history: impl IntoIterator<Item = (&'a Arc<Stamp>, &'a Event)>,
        heard: relations::Statements,
    ) -> Self {
        Self::fold_looking(history, heard, |_, _| {})
    }

    /// Folds a history, and looks at the path after each of its events, in the order of happening.
    pub(crate) fn fold_looking<'a>(
        history: impl IntoIterator<Item = (&'a Arc<Stamp>, &'a Event)>,
        heard: relations::Statements,
        mut look: impl FnMut(DateTime, &Self),
    ) -> Self {
        let history: Vec<_> = history.into_iter().collect();
        let mut path = Self { record: record::Record::of(&history, |moved| heard.tells_of(moved)), ..Self::default() };
        path.hear(heard);
        for (stamp, event) in &history {
            path.note(stamp, event);
        }
        for (happened, stamp, event) in order::in_order(&history, |event| path.record.uncounted(event).is_some()) {
            path.evolve(happened, stamp, event);
            look(happened, &path);
        }
        path
    }

    /// Takes in the next event of the log, if it happened last as well. Otherwise nothing is changed, and the history must be
    /// folded anew: [`Self::fold`].
    #[must_use]
    pub fn take_in(&mut self, stamp: &Arc<Stamp>, event: &Event) -> bool {
        let last = self.record.ends_with(stamp, event);
        if last {
            self.note(stamp, event);
            self.evolve(stamp.occurred.at, stamp, event);
        }
        last
    }

    /// Notes that something was recorded, whatever it means.
    fn note(&mut self, stamp: &Arc<Stamp>, event: &Event) {
        self.record.note(stamp, event);
        self.opened.get_or_insert_with(|| stamp.clone());
        self.updated = Some(stamp.clone());
        // To open a case in an emergency is no recording of one's own: it would show the person for ever. Nor is a link, which
        // is on the records of both, also once it was undone.
        let of_link = matches!(event.kind(), EventKind::PersonsLinked | EventKind::PersonsUnlinked);
        if privacy::is_of_break_glass(event.kind()) || of_link {
            return;
        }
        let known =
            |(organisation, role): &(OrgId, Role)| *organisation == stamp.by.organisation && *role == stamp.by.role;
        if !self.recorded_by.iter().any(known) {
            self.recorded_by.push((stamp.by.organisation.clone(), stamp.by.role));
        }
        if !self.openers.iter().any(|(person, _)| *person == stamp.person_id) {
            self.openers.push((stamp.person_id, stamp.by.organisation.clone()));
        }
    }

    /// What it means that something happened after all that was taken in. It never fails: what happened, happened.
    fn evolve(&mut self, happened: DateTime, stamp: &Arc<Stamp>, event: &Event) {
        self.record.reach(happened);
        if !self.record.counts(stamp, event.kind()) {
            self.take_back(stamp, event);
            return;
        }
        let was_lost = self.is_out_of_sight();
        self.reopen_if_back(stamp, event);
        match event {
            Event::Signal(event) => signal::evolve(self, stamp, event),
            Event::Identity(event) => identity::evolve(self, stamp, event),
            Event::Relation(event) => relations::evolve(self, stamp, event),
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
            Event::Correction(event) => correction::evolve(self, stamp, event),
            // They are on nobody's path.
            Event::Directory(_) | Event::Figures(_) => {}
        }
        if case::shows_the_person(event) {
            self.repatriation.come_back(stamp);
        }
        if is_asked_for(event) {
            self.end_what_is_over();
        }
        self.end_what_was_erased();
        if was_lost && !self.is_out_of_sight() {
            self.lost.note_end(event.kind());
        }
    }

    /// An event counts for nothing: of what was retracted, those who were asked for something, or warned of a discharge, must
    /// still be told.
    fn take_back(&mut self, stamp: &Arc<Stamp>, event: &Event) {
        let retraction = self.record.retraction_of(stamp.event_id).cloned();
        if let Event::Lost(event) = event {
            let undone_by = retraction.as_ref().or_else(|| self.record.undone_by(stamp)).unwrap_or(stamp);
            self.lost.resume(undone_by, event);
        }
        let Some(by) = retraction else { return };
        if let Event::Lost(event) = event {
            self.lost.take_back(stamp, event, &by);
        }
        if let Event::Discharge(event) = event {
            self.take_back_discharge(stamp, event, &by);
        }
        self.taken_back.extend(correction::TakenBack::of(stamp, event, &by));
    }

    /// The ids of the person under which anything was recorded.
    pub(crate) fn stream_ids(&self) -> impl Iterator<Item = PersonId> {
        self.openers.iter().map(|(person, _)| *person)
    }

    /// Who recorded an entry.
    pub(crate) fn recorder_of(&self, entry: EventId) -> Option<&Author> {
        self.record.find(entry).map(|recorded| &recorded.stamp.by)
    }

    /// Why an event of it does not count; `None` where it does.
    pub(crate) fn uncounted(&self, event: EventId) -> Option<Uncounted> {
        self.record.uncounted(event)
    }

    /// Whether two paths stand alike, whatever was recorded when and by whom.
    #[cfg(test)]
    pub(crate) fn stands_like(&self, other: &Self) -> bool {
        let as_happened = |path: &Self| Self {
            record: record::Record::default(),
            opened: None,
            updated: None,
            recorded_by: Vec::new(),
            openers: Vec::new(),
            ..path.clone()
        };
        as_happened(self) == as_happened(other)
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

/// Whether such an event begins what goes on only while the case does: something is asked for, released or looked for.
fn is_asked_for(event: &Event) -> bool {
    match event {
        Event::Lost(_) | Event::Exception(_) | Event::Referral(_) | Event::Repatriation(_) | Event::Identity(_) => true,
        Event::Signal(_)
        | Event::Relation(_)
        | Event::Intake(_)
        | Event::Stay(_)
        | Event::Incident(_)
        | Event::Rights(_)
        | Event::Discharge(_)
        | Event::Case(_)
        | Event::Privacy(_)
        | Event::Deadline(_)
        | Event::Correction(_)
        | Event::Directory(_)
        | Event::Figures(_) => false,
    }
}

/// A path with the history that it is folded from, in the order of the log.
#[derive(Clone, Default)]
pub struct Story {
    pub events: Vec<(Arc<Stamp>, Event)>,
    pub path: CarePath,
}

impl Story {
    /// Goes on with the next event of the log, whenever it happened.
    pub fn tell(&mut self, stamp: Arc<Stamp>, event: Event) {
        let last = self.path.take_in(&stamp, &event);
        self.events.push((stamp, event));
        if !last {
            self.path = CarePath::fold(self.iter());
        }
    }

    /// What happened, in the order of the log.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Stamp>, &Event)> {
        self.events.iter().map(|(stamp, event)| (stamp, event))
    }
}

//! Signals and contacts: how somebody comes into view, and is met.

use std::sync::Arc;

use serde::Deserialize;

use super::case::{CaseEvent, CoordinatorAssigned};
use super::identity::{IdentityClaim, IdentityInput, IdentityState};
use super::{CarePath, Noted, Problems, Stamp};
use crate::codes::{LocationType, Problem, SignalChannel, Urgency};
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::fact::{events, part_events};
use crate::ids::Municipality;
use crate::list::Few;
use crate::private::{Identity, Justice, Medical, Private, Social, private};
use crate::text::{Language, Line, Text};

part_events! {
    /// Signals and contacts.
    pub enum SignalEvent {
        SignalReceived(SignalReceived),
        ContactMade(ContactMade),
    }
}

events! {
    /// Somebody was signalled. The first signal opens a provisional person.
    pub struct SignalReceived {
        channel: clear SignalChannel => Presence, Minimal;
        urgency: clear Urgency => Medical, Minimal;
        municipality: maybe Municipality => Presence, Minimal;
        location_type: maybe LocationType => Presence, Minimal;
        location: maybe sealed(Line, Social) => Presence, Full;
        identity: ..Option<Private<IdentityClaim, Identity>>;
        circumstances: maybe sealed(Text, Social) => Social, Full;
        observations: maybe sealed(Text, Medical) => Medical, Full;
        conduct: maybe sealed(Text, Justice) => Justice, Full;
        #[serde(default, skip_serializing_if = "Problems::is_empty")]
        problems: ..Problems;
    }

    /// Somebody was met.
    pub struct ContactMade {
        location_type: maybe LocationType => Presence, Minimal;
        location: maybe sealed(Line, Social) => Presence, Full;
        language: maybe sealed(Language, Identity) => Identity, Minimal;
        summary: maybe sealed(Text, Social) => Social, Full;
        observations: maybe sealed(Text, Medical) => Medical, Full;
        #[serde(default, skip_serializing_if = "Problems::is_empty")]
        problems: ..Problems;
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &SignalEvent) {
    match event {
        SignalEvent::SignalReceived(signal) => {
            if path.municipality.is_none() {
                path.municipality.clone_from(&signal.municipality);
            }
            IdentityState::claim(path, stamp, signal.identity.as_ref(), None);
            path.seen(stamp, signal.location_type, signal.location.as_ref());
            path.signals.push(Noted::new(stamp, signal));
        }
        SignalEvent::ContactMade(contact) => {
            path.seen(stamp, contact.location_type, contact.location.as_ref());
            path.case.contact(stamp);
            path.contacts.push(Noted::new(stamp, contact));
        }
    }
}

/// Reports a signal. Without a `person_id` it opens a provisional person: an alias or nothing at all is enough.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportSignal {
    pub channel: SignalChannel,
    /// How soon the person must be helped. `routine` unless said.
    pub urgency: Option<Urgency>,
    /// The municipality that is asked to follow the case; unless said, that of the reporting organisation.
    pub municipality: Option<Municipality>,
    pub location_type: Option<LocationType>,
    /// Where, in words.
    pub location: Option<Line>,
    pub identity: Option<IdentityInput>,
    /// How the person lives.
    pub circumstances: Option<Text>,
    /// What was observed of the person's health.
    pub observations: Option<Text>,
    /// What was observed of conduct: nuisance, an offence.
    pub conduct: Option<Text>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub problems: Few<Problem, 32>,
}

impl Decide for ReportSignal {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let municipality = match self.municipality {
            Some(named) if at.directory.has_municipality(&named) => Some(named),
            Some(_) => return Err(Refusal::field("municipality", "no organisation of this municipality takes part")),
            None => at.home_municipality(),
        };
        let problems = Problems::of(&self.problems);
        let identity = self.identity.map(|input| input.claim(at, "identity/birth_date")).transpose()?;
        let signal = SignalReceived {
            channel: self.channel,
            urgency: self.urgency.unwrap_or(Urgency::Routine),
            municipality: municipality.clone(),
            location_type: self.location_type,
            location: private(self.location),
            identity: private(identity),
            circumstances: private(self.circumstances),
            observations: private(self.observations),
            conduct: private(self.conduct),
            problems,
        };
        let mut events = vec![SignalEvent::SignalReceived(signal).into()];
        if !path.exists()
            && let Some(municipality) = municipality
        {
            events.push(CaseEvent::CoordinatorAssigned(CoordinatorAssigned { municipality, coordinator: None }).into());
        }
        Ok(events)
    }
}

/// Records that somebody was met.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordContact {
    pub location_type: Option<LocationType>,
    /// Where, in words.
    pub location: Option<Line>,
    /// The language that was spoken.
    pub language: Option<Language>,
    /// What was said.
    pub summary: Option<Text>,
    /// What was observed of the person's health.
    pub observations: Option<Text>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub problems: Few<Problem, 32>,
}

impl Decide for RecordContact {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let problems = Problems::of(&self.problems);
        Ok(vec![
            SignalEvent::ContactMade(ContactMade {
                location_type: self.location_type,
                location: private(self.location),
                language: private(self.language),
                summary: private(self.summary),
                observations: private(self.observations),
                problems,
            })
            .into(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::codes::{CloseReason, Phase};
    use crate::path::case::CaseRefusal;

    #[test]
    fn a_signal_about_somebody_unknown_opens_a_provisional_person_and_asks_no_id() {
        given([]).when(a_signal()).then(|path| {
            assert!(path.exists());
            assert_eq!(path.phase(), Phase::Signalled);
            assert_eq!(path.municipality(), Some(&rotterdam()));
        });
    }

    #[test]
    fn a_signal_about_a_known_person_does_not_assign_a_coordinator_again() {
        given([signalled()]).when(a_signal()).then_types(["signal_received"]);
    }

    #[test]
    fn a_signal_for_a_municipality_without_organisations_is_refused_by_field() {
        let command = ReportSignal { municipality: Some("atlantis".parse().unwrap()), ..a_signal() };
        given([]).when(command).then_field("municipality");
    }

    #[test]
    fn a_contact_moves_the_path_on() {
        given([signalled()]).when(a_contact()).then(|path| assert_eq!(path.phase(), Phase::InContact));
    }

    #[test]
    fn a_contact_on_a_closed_case_is_refused_until_it_is_reopened() {
        given([signalled(), closed(CloseReason::Housed)]).when(a_contact()).then_err(CaseRefusal::Closed);
    }
}

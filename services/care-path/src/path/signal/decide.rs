//! Decisions to report a signal, and to record that somebody was met.

use super::{ContactMade, SignalEvent, SignalReceived};
use crate::codes::{LocationType, Problem, SignalChannel, Urgency};
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::ids::Municipality;
use crate::list::Few;
use crate::path::case::{CaseEvent, CoordinatorAssigned};
use crate::path::identity::IdentityInput;
use crate::path::{CarePath, Problems};
use crate::private::private;
use crate::text::{LanguageTag, Line, Text};
use serde::Deserialize;

/// Reports a signal. Without a `person_id` it opens a provisional person: an alias or nothing at all is enough.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportSignal {
    pub channel: SignalChannel,
    /// How soon the person must be helped. `routine` unless said.
    pub urgency: Option<Urgency>,
    /// The municipality that is asked to follow the case; unless said, that of the reporting organisation. It is needed where
    /// that has none, and nobody follows the case.
    pub municipality: Option<Municipality>,
    pub location_type: Option<LocationType>,
    /// Where, in words.
    pub location: Option<Line>,
    pub identity: Option<IdentityInput>,
    /// How the person lives.
    pub circumstances: Option<Text>,
    /// What was observed of the person's health. A text alone calls no doctor: `problems` and `urgency` do.
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
        if municipality.is_none() && path.municipality().is_none() {
            return Err(Refusal::field("municipality", "is needed: nobody would follow the case"));
        }
        let problems = Problems::of(&self.problems);
        let identity = self.identity.map(|input| input.first_claim(at, "identity/birth_date")).transpose()?;
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
        let mut events = vec![SignalEvent::SignalReceived(Box::new(signal)).into()];
        if path.municipality().is_none()
            && let Some(municipality) = municipality
        {
            events.push(CaseEvent::CoordinatorAssigned(CoordinatorAssigned { municipality, coordinator: None }).into());
        }
        Ok(path.and_reopened(at.occurred, events))
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
    pub language: Option<LanguageTag>,
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

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let problems = Problems::of(&self.problems);
        Ok(path.and_reopened(
            at.occurred,
            vec![
                SignalEvent::ContactMade(ContactMade {
                    location_type: self.location_type,
                    location: private(self.location),
                    language: private(self.language.map(LanguageTag::get)),
                    summary: private(self.summary),
                    observations: private(self.observations),
                    problems,
                })
                .into(),
            ],
        ))
    }
}

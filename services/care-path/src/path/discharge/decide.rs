//! Decisions about a discharge: to announce it, to call it off, to report it.

use super::{DischargeAnnounced, DischargeCalledOff, DischargeEvent, DischargeRefusal, DischargedTo};
use crate::actor::Actor;
use crate::codes::{DischargeEndReason, LocationType, OrgKind};
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::ids::{DischargeId, OrgId};
use crate::path::CarePath;
use crate::private::private;
use crate::text::Text;
use crate::time::Moment;
use serde::Deserialize;

/// Reports a discharge: by the hospital, or by the place where the person arrived.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportDischarge {
    /// The hospital; unless said, the reporting organisation.
    pub from: Option<OrgId>,
    pub destination: LocationType,
    /// Where they went, if it is an organisation.
    pub to: Option<OrgId>,
    /// Whether the destination was warned before the person arrived. A destination to which the discharge was announced was.
    #[serde(default)]
    pub warned: bool,
    #[serde(default)]
    pub letter_received: bool,
    /// What was found or done, for those who give care.
    pub findings: Option<Text>,
}

impl Decide for ReportDischarge {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let from = self.from.unwrap_or_else(|| at.by.organisation.clone());
        at.known_organisation("from", &from)?;
        if let Some(to) = &self.to {
            at.known_organisation("to", to)?;
        }
        let mut discharge = DischargedTo {
            from,
            destination: self.destination,
            to: self.to,
            warned: self.warned,
            letter_received: self.letter_received,
            findings: private(self.findings),
        };
        discharge.warned |= path.was_warned_of(&discharge, &at.by.author(), at.occurred.latest());
        Ok(path.and_reopened(at, vec![DischargeEvent::DischargedTo(discharge).into()]))
    }
}

/// Announces a discharge. The organisation that it is announced to sees the person from then on, and prepares.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AnnounceDischarge {
    /// The hospital; unless said, the announcing organisation.
    pub from: Option<OrgId>,
    pub destination: LocationType,
    /// The organisation that will receive the person. Without it nobody is warned, and a place is looked for.
    pub to: Option<OrgId>,
    pub expected_at: Moment,
    /// What the receiving place must know to keep the person safe.
    pub care_needs: Option<Text>,
}

/// Whether people lie there, and are discharged from there.
fn discharges(kind: OrgKind) -> bool {
    match kind {
        OrgKind::Hospital | OrgKind::MentalHealth | OrgKind::AddictionCare | OrgKind::MedicalShelter => true,
        OrgKind::EuMigrantNgo
        | OrgKind::OutreachTeam
        | OrgKind::Ggd
        | OrgKind::CityHomelessTeam
        | OrgKind::DayShelter
        | OrgKind::DropIn
        | OrgKind::NightShelter
        | OrgKind::Shelter24h
        | OrgKind::WinterShelter
        | OrgKind::WomensShelter
        | OrgKind::MedicalPost
        | OrgKind::SupportedLiving
        | OrgKind::ClientSupport
        | OrgKind::Probation
        | OrgKind::Municipality
        | OrgKind::MunicipalEnforcement
        | OrgKind::Police
        | OrgKind::Embassy
        | OrgKind::ForeignCareProvider
        | OrgKind::ChildProtection
        | OrgKind::Statistics => false,
    }
}

/// Whether people are taken in there: whoever is warned of a discharge sees the person.
fn takes_in(kind: OrgKind) -> bool {
    match kind {
        OrgKind::Hospital
        | OrgKind::MentalHealth
        | OrgKind::AddictionCare
        | OrgKind::MedicalShelter
        | OrgKind::MedicalPost
        | OrgKind::EuMigrantNgo
        | OrgKind::OutreachTeam
        | OrgKind::Ggd
        | OrgKind::CityHomelessTeam
        | OrgKind::DayShelter
        | OrgKind::DropIn
        | OrgKind::NightShelter
        | OrgKind::Shelter24h
        | OrgKind::WinterShelter
        | OrgKind::WomensShelter
        | OrgKind::SupportedLiving
        | OrgKind::ChildProtection => true,
        OrgKind::ClientSupport
        | OrgKind::Probation
        | OrgKind::Municipality
        | OrgKind::MunicipalEnforcement
        | OrgKind::Police
        | OrgKind::Embassy
        | OrgKind::ForeignCareProvider
        | OrgKind::Statistics => false,
    }
}

impl Decide for AnnounceDischarge {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let from = self.from.unwrap_or_else(|| at.by.organisation.clone());
        if !discharges(at.known_organisation("from", &from)?.kind) {
            return Err(Refusal::field("from", "nobody is discharged from an organisation of this kind"));
        }
        if !at.acts_for(&from) && !at.is_coordinator() {
            return Err(Refusal::NotYours);
        }
        if let Some(to) = &self.to {
            if !takes_in(at.known_organisation("to", to)?.kind) || *to == from {
                return Err(Refusal::field("to", "this organisation does not receive people from there"));
            }
            if self.destination.is_public_space() {
                return Err(Refusal::field("to", "no organisation receives people out of doors"));
            }
        }
        let announced = DischargeAnnounced {
            discharge: DischargeId(at.id),
            from,
            destination: self.destination,
            to: self.to,
            expected_at: at.announced("expected_at", self.expected_at)?,
            care_needs: private(self.care_needs),
        };
        Ok(path.and_reopened(at, vec![DischargeEvent::DischargeAnnounced(announced).into()]))
    }
}

/// Calls an announced discharge off: the hospital or the coordinator does. Baken does where it came about otherwise, the case
/// was closed, the person died, or nobody followed it up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CallOffDischarge {
    /// `stays`, `other_destination` or `announced_in_error`: the others follow from what else is recorded.
    pub reason: DischargeEndReason,
    pub explanation: Option<Text>,
}

impl Decide for CallOffDischarge {
    type Subject = DischargeId;

    fn decide(self, discharge: DischargeId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let found = path.announced(discharge).ok_or(DischargeRefusal::Unknown)?;
        let reason = if at.by.actor == Actor::System {
            let untold = path.untold_discharges().any(|(untold, _)| untold == discharge);
            let ended = found.called_off().filter(|_| untold).map(|(_, reason)| reason);
            let lapsed = found.outcome.is_none() && at.now >= found.lapses_at(at.deadlines);
            ended.or(lapsed.then_some(DischargeEndReason::NotFollowedUp)).ok_or(DischargeRefusal::NotOver)?
        } else {
            if !at.acts_for(&found.announced.from) && !at.is_coordinator() {
                return Err(Refusal::NotYours);
            }
            if !self.reason.is_said() {
                return Err(Refusal::field("reason", "follows from what else is recorded, and is not said"));
            }
            if found.outcome.is_some() {
                return Err(DischargeRefusal::Ended.into());
            }
            self.reason
        };
        let explanation = private(self.explanation);
        Ok(vec![DischargeEvent::DischargeCalledOff(DischargeCalledOff { discharge, reason, explanation }).into()])
    }
}

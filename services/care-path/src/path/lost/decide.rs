//! Decisions about losing and finding somebody.

use serde::Deserialize;

use super::super::{CarePath, Stamp};
use super::{
    CareAlertAnswered, CareAlertEnded, CareAlertFiled, LookoutAcknowledged, LookoutEnd, LookoutEnded, LookoutExpired,
    LookoutIssued, LookoutResolved, LostEvent, LostRefusal, Over, SightingReported,
};
use crate::actor::Actor;
use crate::codes::{CareAlertOutcome, LocationType, LookoutEndReason, LookoutOutcome, OrgKind};
use crate::command::{Context, Decide, Refusal, Requires};
use crate::event::Event;
use crate::ids::{CareAlertId, LookoutId, Municipality, OrgId};
use crate::list::Few;
use crate::private::private;
use crate::text::{Line, Text};
use crate::time::Moment;

/// Says that nobody knows where the person is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MarkOutOfSight {}

impl Decide for MarkOutOfSight {
    type Subject = ();

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let events = path.disappear();
        // Baken says so only of somebody who did not come and has not been heard of since.
        if at.by.actor == Actor::System
            && !events.is_empty()
            && path.vanishing(at.deadlines).is_none_or(|vanishing| vanishing.due > at.now)
        {
            return Err(LostRefusal::NotMissed.into());
        }
        if events.is_empty() { Err(LostRefusal::AlreadyOutOfSight.into()) } else { Ok(events) }
    }
}

/// Whom a lookout goes to: one organisation, or every one of a kind in a municipality.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum LookoutRecipient {
    Organisation { organisation: OrgId },
    Kind { kind: OrgKind, municipality: Municipality },
}

/// Asks organisations to look out for the person.
///
/// The description is what each recipient sees, and all of it: as little as finds the person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IssueLookout {
    #[cfg_attr(feature = "schema", schema(inline))]
    pub recipients: Few<LookoutRecipient, 50>,
    pub description: Text,
    /// Unless said, after the municipality's term (14 days); at the most its longest term ahead (90 days).
    pub expires_at: Option<Moment>,
}

impl Decide for IssueLookout {
    type Subject = ();

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let mut recipients = Vec::new();
        for addressee in &*self.recipients {
            match addressee {
                LookoutRecipient::Organisation { organisation } => {
                    if !at.known_organisation("recipients", organisation)?.kind.may_look_out() {
                        return Err(Refusal::field("recipients", "an organisation of this kind is not sent lookouts"));
                    }
                    recipients.push(organisation.clone());
                }
                LookoutRecipient::Kind { kind, municipality } => {
                    if !kind.may_look_out() {
                        return Err(Refusal::field("recipients", "organisations of this kind are not sent lookouts"));
                    }
                    recipients.extend(at.directory.of_kind(*kind, municipality).map(|found| found.id.clone()));
                }
            }
        }
        recipients.sort_unstable();
        recipients.dedup();
        if recipients.is_empty() {
            return Err(LostRefusal::NoRecipients.into());
        }
        let expires_at = at.lookout_expires(self.expires_at)?;
        let mut events = path.disappear();
        events.push(
            LostEvent::LookoutIssued(LookoutIssued {
                lookout: LookoutId(at.id),
                recipients,
                description: self.description.into(),
                expires_at,
            })
            .into(),
        );
        Ok(events)
    }
}

/// Says that the own organisation has read the lookout and looks out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeLookout {}

impl Decide for AcknowledgeLookout {
    type Subject = LookoutId;

    fn decide(self, lookout: LookoutId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let open = path.open_lookout(lookout)?;
        if open.issued.expires_at <= at.now {
            return Err(LostRefusal::LookoutClosed.into());
        }
        if !open.issued.recipients.iter().any(|recipient| at.acts_for(recipient)) {
            return Err(Refusal::NotYours);
        }
        if open.is_acknowledged_by(&at.by.organisation) {
            return Err(LostRefusal::AlreadyAcknowledged.into());
        }
        Ok(vec![LostEvent::LookoutAcknowledged(LookoutAcknowledged { lookout }).into()])
    }
}

/// Reports that somebody was seen who may be the person looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportSighting {
    pub location_type: Option<LocationType>,
    /// Where, in words.
    pub location: Option<Line>,
    pub circumstances: Option<Text>,
    /// What was observed of the person's health.
    pub observations: Option<Text>,
}

impl Decide for ReportSighting {
    type Subject = LookoutId;

    fn decide(self, lookout: LookoutId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        // What was seen in time counts, also when it is reported late. A lookout that ended otherwise takes sightings until its
        // term is over.
        let asked = path.lookout(lookout)?;
        let is_closed = matches!(asked.end, Some(LookoutEnd::Resolved(_) | LookoutEnd::Expired(_)));
        if asked.issued.expires_at <= at.occurred.at || (is_closed && !asked.ran_at(at.occurred.at)) {
            return Err(LostRefusal::LookoutClosed.into());
        }
        let sighting = SightingReported {
            lookout,
            location_type: self.location_type,
            location: private(self.location),
            circumstances: private(self.circumstances),
            observations: private(self.observations),
        };
        Ok(vec![LostEvent::SightingReported(sighting).into()])
    }
}

/// Ends a lookout: the person was found, or it need not go on. That they died is recorded as their death.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResolveLookout {
    pub outcome: LookoutOutcome,
    pub explanation: Option<Text>,
}

impl Decide for ResolveLookout {
    type Subject = LookoutId;

    fn decide(self, lookout: LookoutId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let open = path.unresolved_lookout(lookout)?;
        if !at.is_coordinator() && !at.acts_for(&open.issued.stamp.by.organisation) {
            return Err(Refusal::NotYours);
        }
        let mut events = Vec::new();
        if self.outcome == LookoutOutcome::Died {
            events.extend(path.dies());
        }
        let explanation = private(self.explanation);
        events.push(LostEvent::LookoutResolved(LookoutResolved { lookout, outcome: self.outcome, explanation }).into());
        Ok(events)
    }
}

/// Lets a lookout end that nobody resolved in time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExpireLookout {}

impl Decide for ExpireLookout {
    type Subject = LookoutId;

    fn decide(self, lookout: LookoutId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if path.open_lookout(lookout)?.issued.expires_at > at.now {
            return Err(LostRefusal::NotExpired.into());
        }
        Ok(vec![LostEvent::LookoutExpired(LookoutExpired { lookout }).into()])
    }
}

/// Ends a lookout before its time, so that those who were asked know: the issuer or the coordinator does. Where the person is
/// back, the case was closed or the person died, Baken does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndLookout {
    pub reason: LookoutEndReason,
}

impl Decide for EndLookout {
    type Subject = LookoutId;

    fn decide(self, lookout: LookoutId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let open = path.lookout(lookout)?;
        let reason = may_end(self.reason, open.over(), open.end.is_some(), &open.issued.stamp, at)?;
        Ok(vec![LostEvent::LookoutEnded(LookoutEnded { lookout, reason }).into()])
    }
}

/// Ends a care alert before its time: see [`EndLookout`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndCareAlert {
    pub reason: LookoutEndReason,
}

impl Decide for EndCareAlert {
    type Subject = CareAlertId;

    fn decide(self, alert: CareAlertId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let filed = path.lost.care_alert(alert).ok_or(LostRefusal::UnknownAlert)?;
        let over = filed.over.as_ref();
        let reason = may_end(self.reason, over, !filed.runs(at.now), &filed.filed.stamp, at).map_err(|refusal| {
            if refusal == LostRefusal::LookoutClosed.into() { LostRefusal::AlertEnded.into() } else { refusal }
        })?;
        Ok(vec![LostEvent::CareAlertEnded(CareAlertEnded { alert, reason }).into()])
    }
}

/// For which reason what was asked is said to end: Baken says what ended it, people what they know.
fn may_end(
    reason: LookoutEndReason,
    over: Option<&Over>,
    ended: bool,
    asked: &Stamp,
    at: &Context<'_>,
) -> Result<LookoutEndReason, Refusal> {
    if at.by.actor == Actor::System {
        return over.filter(|over| !over.told).map(|over| over.reason).ok_or(LostRefusal::NotOver.into());
    }
    if !at.is_coordinator() && !at.acts_for(&asked.by.organisation) {
        return Err(Refusal::NotYours);
    }
    if ended { Err(LostRefusal::LookoutClosed.into()) } else { Ok(reason) }
}

/// Asks the police to look out for the person's sake. They see this alert and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FileCareAlert {
    /// A police organisation.
    pub to: OrgId,
    pub description: Text,
    /// Unless said, after the municipality's term for lookouts (14 days); at the most its longest term for care alerts
    /// ahead (14 days).
    pub expires_at: Option<Moment>,
}

impl Decide for FileCareAlert {
    type Subject = ();

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if !at.known_organisation("to", &self.to)?.kind.answers_care_alerts() {
            return Err(LostRefusal::NotToPolice.into());
        }
        let expires_at = at.care_alert_expires(self.expires_at)?;
        let (alert, description) = (CareAlertId(at.id), self.description.into());
        Ok(vec![LostEvent::CareAlertFiled(CareAlertFiled { alert, to: self.to, description, expires_at }).into()])
    }
}

/// The police's answer to a care alert.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerCareAlert {
    pub outcome: CareAlertOutcome,
    pub explanation: Option<Text>,
}

impl Decide for AnswerCareAlert {
    type Subject = CareAlertId;

    fn decide(self, alert: CareAlertId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let filed = path.lost.care_alert(alert);
        let filed = filed.ok_or(LostRefusal::UnknownAlert)?;
        if !at.acts_for(&filed.filed.to) {
            return Err(Refusal::NotYours);
        }
        if !filed.runs(at.now) {
            return Err(LostRefusal::AlertEnded.into());
        }
        let explanation = private(self.explanation);
        Ok(vec![LostEvent::CareAlertAnswered(CareAlertAnswered { alert, outcome: self.outcome, explanation }).into()])
    }
}

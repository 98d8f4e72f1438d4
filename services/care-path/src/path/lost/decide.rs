//! Decisions about losing and finding somebody.

use serde::Deserialize;

use super::super::{CarePath, Stamp};
use super::{
    CareAlertAnswered, CareAlertEnded, CareAlertFiled, LookoutAcknowledged, LookoutEnded, LookoutExpired,
    LookoutIssued, LookoutResolved, LostEvent, LostRefusal, Over, SightingReported,
};
use crate::actor::Actor;
use crate::codes::{CareAlertOutcome, LocationType, LookoutEndReason, LookoutOutcome, OrgKind};
use crate::command::{Context, Decide, Refusal};
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

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
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
pub enum Addressee {
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
    pub recipients: Few<Addressee, 50>,
    pub description: Text,
    /// Unless said, after the municipality's term (14 days).
    pub expires_at: Option<Moment>,
}

/// Lookouts go to shelters, outreach and hospitals, to whom people come. A lookout is never an instrument of enforcement: the police
/// are asked by care alert, and authorities of return are not asked at all.
fn may_look_out(kind: OrgKind) -> bool {
    match kind {
        OrgKind::EuMigrantNgo
        | OrgKind::OutreachTeam
        | OrgKind::Ggd
        | OrgKind::CityHomelessTeam
        | OrgKind::DayShelter
        | OrgKind::DropIn
        | OrgKind::NightShelter
        | OrgKind::Shelter24h
        | OrgKind::WinterShelter
        | OrgKind::MedicalShelter
        | OrgKind::Hospital
        | OrgKind::WomensShelter => true,
        OrgKind::MedicalPost
        | OrgKind::MentalHealth
        | OrgKind::AddictionCare
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

impl Decide for IssueLookout {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        let mut recipients = Vec::new();
        for addressee in &*self.recipients {
            match addressee {
                Addressee::Organisation { organisation } => {
                    if !may_look_out(at.known_organisation("recipients", organisation)?.kind) {
                        return Err(Refusal::field("recipients", "an organisation of this kind is not sent lookouts"));
                    }
                    recipients.push(organisation.clone());
                }
                Addressee::Kind { kind, municipality } => {
                    if !may_look_out(*kind) {
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
        let expires_at = at.expires(self.expires_at)?;
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
        // What was seen in time counts, also when it is reported late.
        if path.unresolved_lookout(lookout)?.issued.expires_at <= at.occurred.at {
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

/// Ends a lookout: the person was found, or it need not go on.
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
        let explanation = private(self.explanation);
        Ok(vec![LostEvent::LookoutResolved(LookoutResolved { lookout, outcome: self.outcome, explanation }).into()])
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
    /// Unless said, after the municipality's term for lookouts (14 days).
    pub expires_at: Option<Moment>,
}

impl Decide for FileCareAlert {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.require_open()?;
        if at.known_organisation("to", &self.to)?.kind != OrgKind::Police {
            return Err(LostRefusal::NotToPolice.into());
        }
        let expires_at = at.expires(self.expires_at)?;
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

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;
    use crate::codes::{ExceptionState, LookoutState, Phase};

    const LOOKOUT: LookoutId = LookoutId(id_of_command(0));

    fn resolve() -> ResolveLookout {
        ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None }
    }

    fn alert(to: &str) -> FileCareAlert {
        FileCareAlert { to: to.parse().unwrap(), description: "a man of 50".parse().unwrap(), expires_at: None }
    }

    #[test]
    fn a_lookout_for_somebody_begins_an_episode_out_of_sight() {
        given([signalled()])
            .when(a_lookout())
            .then_types(["went_out_of_sight", "lookout_issued"])
            .then(|path| assert_eq!(path.phase(), Phase::OutOfSight));
    }

    #[test]
    fn a_second_lookout_in_one_episode_does_not_begin_another() {
        given([signalled()]).when(a_lookout()).and(a_lookout()).then_types(["lookout_issued"]);
    }

    #[test]
    fn a_second_episode_escalates_at_once() {
        given([signalled()]).when(a_lookout()).and_on(LOOKOUT, resolve()).a_day_later().and(a_lookout()).then_types([
            "went_out_of_sight",
            "escalated",
            "lookout_issued",
        ]);
    }

    #[test]
    fn a_disappearance_overtakes_a_pending_request_and_does_not_deny_it() {
        given([signalled()])
            .when(a_bed())
            .and(an_exception_request())
            .and(a_lookout())
            .then_types(["went_out_of_sight", "exception_overtaken", "lookout_issued"])
            .then(|path| assert_eq!(path.exceptions[0].state(), ExceptionState::Overtaken));
    }

    #[test]
    fn a_sighting_does_not_end_the_episode_and_its_resolution_does() {
        given([signalled()])
            .when(a_lookout())
            .and_on(LOOKOUT, ReportSighting::default())
            .then(|path| assert!(path.is_out_of_sight()))
            .and_on(LOOKOUT, resolve())
            .then(|path| assert!(!path.is_out_of_sight()));
    }

    #[test]
    fn meeting_the_person_ends_the_episode() {
        given([signalled()]).when(a_lookout()).and(a_contact()).then(|path| assert!(!path.is_out_of_sight()));
    }

    #[test]
    fn an_older_contact_that_is_recorded_late_does_not_end_it() {
        given([signalled()])
            .when(a_lookout())
            .a_day_earlier()
            .and(a_contact())
            .then(|path| assert!(path.is_out_of_sight()));
    }

    #[test]
    fn a_lookout_goes_to_every_organisation_of_the_kind_in_the_municipality_once() {
        let kind = Addressee::Kind { kind: OrgKind::NightShelter, municipality: rotterdam() };
        let named = Addressee::Organisation { organisation: "night-shelter-rotterdam".parse().unwrap() };
        let lookout = IssueLookout { recipients: [kind, named].into(), ..a_lookout() };
        given([signalled()]).when(lookout).then(|path| {
            let recipients = &path.lost.lookouts[0].issued.recipients;
            assert_eq!(recipients.iter().filter(|org| org.as_str() == "night-shelter-rotterdam").count(), 1);
        });
    }

    #[test]
    fn a_lookout_never_goes_to_the_police_or_an_embassy() {
        for to in ["police-rotterdam", "embassy-pl"] {
            let recipients = [Addressee::Organisation { organisation: to.parse().unwrap() }].into();
            given([signalled()]).when(IssueLookout { recipients, ..a_lookout() }).then_field("recipients");
        }
    }

    #[test]
    fn a_hospital_that_is_asked_to_look_out_acknowledges_and_says_whom_it_saw() {
        let recipients = [Addressee::Organisation { organisation: "hospital-rotterdam".parse().unwrap() }].into();
        given([signalled()])
            .when(IssueLookout { recipients, ..a_lookout() })
            .by(hospital())
            .and_on(LOOKOUT, AcknowledgeLookout {})
            .then_types(["lookout_acknowledged"])
            .and_on(LOOKOUT, ReportSighting::default())
            .then_types(["sighting_reported"]);
        let recipients = [Addressee::Organisation { organisation: "street-doctor-rotterdam".parse().unwrap() }].into();
        given([signalled()]).when(IssueLookout { recipients, ..a_lookout() }).then_field("recipients");
    }

    #[test]
    fn a_lookout_that_nobody_would_receive_is_refused() {
        given([signalled()])
            .when(IssueLookout { recipients: [].into(), ..a_lookout() })
            .then_err(LostRefusal::NoRecipients);
    }

    #[test]
    fn a_lookout_that_has_expired_already_is_refused_by_field() {
        given([signalled()])
            .when(IssueLookout { expires_at: Some(moment(-2)), ..a_lookout() })
            .then_field("expires_at");
    }

    #[test]
    fn nobody_is_asked_to_look_out_for_longer_than_a_year() {
        let until = |day| Some(moment(day));
        given([signalled()]).when(IssueLookout { expires_at: until(360), ..a_lookout() }).then(|path| {
            assert_eq!(path.lost.lookouts[0].issued.expires_at, evening(360));
        });
        given([signalled()]).when(IssueLookout { expires_at: until(370), ..a_lookout() }).then_field("expires_at");
        let (to, description) = ("police-rotterdam".parse().unwrap(), "a man of 50".parse().unwrap());
        let alert = FileCareAlert { to, description, expires_at: until(370) };
        given([signalled()]).when(alert).then_field("expires_at");
    }

    #[test]
    fn only_a_recipient_acknowledges_and_only_once() {
        given([signalled()])
            .when(a_lookout())
            .by(street_doctor())
            .and_on(LOOKOUT, AcknowledgeLookout {})
            .then_not_yours();
        given([signalled()])
            .when(a_lookout())
            .by(shelter24())
            .and_on(LOOKOUT, AcknowledgeLookout {})
            .then_types(["lookout_acknowledged"])
            .and_on(LOOKOUT, AcknowledgeLookout {})
            .then_err(LostRefusal::AlreadyAcknowledged);
    }

    #[test]
    fn a_resolved_lookout_takes_no_sightings_and_is_not_resolved_again() {
        given([signalled()])
            .when(a_lookout())
            .and_on(LOOKOUT, resolve())
            .and_on(LOOKOUT, ReportSighting::default())
            .then_err(LostRefusal::LookoutClosed);
        given([signalled()]).when_on(LOOKOUT, resolve()).then_err(LostRefusal::UnknownLookout);
    }

    #[test]
    fn what_is_seen_after_a_lookout_expired_is_reported_elsewhere() {
        let late = || given([signalled()]).when(a_lookout()).days_later(15);
        late().and_on(LOOKOUT, ReportSighting::default()).then_err(LostRefusal::LookoutClosed);
        late().by(shelter24()).and_on(LOOKOUT, AcknowledgeLookout {}).then_err(LostRefusal::LookoutClosed);
        let answer = AnswerCareAlert { outcome: CareAlertOutcome::Seen, explanation: None };
        given([signalled()])
            .when(alert("police-rotterdam"))
            .days_later(15)
            .by(police())
            .and_on(CareAlertId(id_of_command(0)), answer)
            .then_err(LostRefusal::AlertEnded);
    }

    #[test]
    fn only_the_issuer_or_the_coordinator_resolves() {
        given([signalled()]).when(a_lookout()).by(shelter24()).and_on(LOOKOUT, resolve()).then_not_yours();
        given([signalled()])
            .when(a_lookout())
            .by(coordinator())
            .and_on(LOOKOUT, resolve())
            .then_types(["lookout_resolved"]);
    }

    #[test]
    fn a_lookout_expires_at_its_time_and_not_before() {
        given([signalled()]).when(a_lookout()).and_on(LOOKOUT, ExpireLookout {}).then_err(LostRefusal::NotExpired);
        given([signalled()])
            .when(a_lookout())
            .days_later(15)
            .and_on(LOOKOUT, ExpireLookout {})
            .then(|path| assert_eq!(path.lost.lookouts[0].state(), LookoutState::Expired));
    }

    #[test]
    fn a_care_alert_goes_to_the_police_who_answer_it() {
        given([signalled()]).when(alert("shelter24-rotterdam")).then_err(LostRefusal::NotToPolice);
        let answer = || AnswerCareAlert { outcome: CareAlertOutcome::Received, explanation: None };
        let filed = CareAlertId(id_of_command(0));
        given([signalled()]).when(alert("police-rotterdam")).and_on(filed, answer()).then_not_yours();
        given([signalled()])
            .when(alert("police-rotterdam"))
            .by(police())
            .and_on(filed, answer())
            .then_types(["care_alert_answered"]);
        given([signalled()]).when_on(filed, answer()).then_err(LostRefusal::UnknownAlert);
    }

    #[test]
    fn nobody_goes_out_of_sight_twice_at_once() {
        given([signalled()]).when(MarkOutOfSight {}).and(MarkOutOfSight {}).then_err(LostRefusal::AlreadyOutOfSight);
    }
}

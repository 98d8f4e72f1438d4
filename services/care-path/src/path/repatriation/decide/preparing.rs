//! Decisions that prepare a return: options and what the person wants, conditions, consent.

use serde::Deserialize;

use crate::codes::{
    ConditionStatus, ConsentPurpose, DataClass, HandoverWithdrawReason, ReturnBarrier, ReturnCondition, ReturnWish,
    Role,
};
use crate::command::{Context, Decide, Refusal, Requires};
use crate::event::Event;
use crate::ids::ConsentId;
use crate::list::Few;
use crate::path::CarePath;
use crate::path::repatriation::{
    ConsentGiven, ConsentWithdrawn, Handover, HandoverWithdrawn, Recipient, RepatriationEvent,
    ReturnConditionEvidenced, ReturnOptionsPresented, ReturnRefusal, ReturnRefused,
};
use crate::policy::rules::{decides, leaves_with_consent};
use crate::private::private;
use crate::text::{Country, LanguageTag, Text};

/// Records that the options for a return were presented, and what the person wants.
///
/// That they do not want to return can be recorded at any time, on a closed case too. It stops every open handover.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PresentReturnOptions {
    /// The language in which they were presented.
    pub language: LanguageTag,
    pub wish: ReturnWish,
    /// Which options, and what was said of them.
    pub options: Option<Text>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub barriers: Few<ReturnBarrier, 10>,
}

impl Decide for PresentReturnOptions {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let no = self.wish == ReturnWish::DoesNotWantToReturn;
        if !no {
            path.require_open()?;
        }
        let presented = RepatriationEvent::ReturnOptionsPresented(ReturnOptionsPresented {
            language: self.language.get().into(),
            wish: self.wish.into(),
            options: private(self.options),
            barriers: private((!self.barriers.is_empty()).then(|| self.barriers.into())),
        });
        let stops = |handover: &Handover| no && handover.is_stopped_by_no(at.occurred.latest());
        Ok(with_what_stops(presented, path, at, HandoverWithdrawReason::PersonChangedMind, stops))
    }
}

/// Records that the person said that they do not want to go back: it can be recorded at any time, on a closed case too.
///
/// It stops every open handover, whether the sender may know of one or not. They are told nothing of it: Baken records that
/// the handovers are withdrawn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefuseReturn {
    /// What they said.
    pub explanation: Option<Text>,
}

impl Decide for RefuseReturn {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let explanation = private(self.explanation);
        Ok(vec![RepatriationEvent::ReturnRefused(ReturnRefused { explanation }).into()])
    }
}

/// Records that one of the six conditions is met for a return to a country, or does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EvidenceReturnCondition {
    pub condition: ReturnCondition,
    /// The country that the person would return to: evidence for one country says nothing of another. It may be left out
    /// where one nationality of the person is known, other than the Dutch: then it is that country.
    pub country: Option<Country>,
    /// `evidenced` unless said. Only what is arranged for housing, addiction care and psychiatry may not apply; where it
    /// is needed, as somebody recorded, only a care provider may say that it does not.
    pub status: Option<ConditionStatus>,
    /// What shows it; or the reason why it does not apply. At least two words, with five different letters among them.
    pub evidence: Text,
}

impl Decide for EvidenceReturnCondition {
    type Subject = ();

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let status = self.status.unwrap_or(ConditionStatus::Evidenced);
        let nationality = || path.only_home_country().ok_or(Refusal::field("country", "is required"));
        let country = self.country.map_or_else(nationality, Ok)?;
        abroad("country", country)?;
        if !self.evidence.says_something() {
            return Err(Refusal::field(
                "evidence",
                "must say what shows it: two words or more, of five letters or more",
            ));
        }
        if status == ConditionStatus::NotApplicable {
            if !self.condition.may_be_not_applicable() {
                return Err(ReturnRefusal::ConditionAlwaysApplies.into());
            }
            if path.needs(self.condition) && at.by.actor.role() != Role::CareProvider {
                return Err(ReturnRefusal::ConditionNeedsClinician.into());
            }
        }
        let (condition, country, evidence) = (self.condition, Some(country), self.evidence.into());
        Ok(RepatriationEvent::ReturnConditionEvidenced(ReturnConditionEvidenced {
            condition,
            status,
            country,
            evidence,
        })
        .into())
    }
}

/// Records that the person consented: to what, for whom, in which language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GiveConsent {
    /// `repatriation`: consents to other purposes decide nothing, and are not recorded any more.
    pub purpose: ConsentPurpose,
    /// A country: its embassy, and the receiving side there.
    pub recipient: Recipient,
    // What may be shared. (A doc comment would give the inlined list a second schema, of an object.)
    #[cfg_attr(feature = "schema", schema(inline))]
    pub data_classes: Few<DataClass, 10>,
    /// The language in which it was asked: one that the person is known to understand, or with an interpreter.
    pub language: LanguageTag,
    /// Whether an interpreter helped.
    #[serde(default)]
    pub interpreter: bool,
}

impl Decide for GiveConsent {
    type Subject = ();

    const REQUIRES: Requires = Requires::Life;

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if self.data_classes.is_empty() {
            return Err(ReturnRefusal::NothingConsented.into());
        }
        if !decides(self.purpose) {
            return Err(Refusal::field(
                "purpose",
                "a consent to this purpose would change nothing: it is not recorded",
            ));
        }
        if self.data_classes.iter().any(|class| !leaves_with_consent(*class)) {
            return Err(Refusal::field(
                "data_classes",
                "what the police reported is passed on to nobody: leave `justice` out",
            ));
        }
        match &self.recipient {
            Recipient::Organisation(_) => {
                return Err(Refusal::field(
                    "recipient",
                    "must be a country: its embassy, and the receiving side there",
                ));
            }
            Recipient::Country(country) => abroad("recipient", *country)?,
        }
        if !path.is_understood(self.language.as_ref(), self.interpreter) {
            return Err(ReturnRefusal::ConsentNotUnderstood.into());
        }
        let mut data_classes: Vec<_> = self.data_classes.into();
        data_classes.sort_unstable();
        Ok(RepatriationEvent::ConsentGiven(ConsentGiven {
            consent: ConsentId(at.id),
            purpose: self.purpose,
            recipient: self.recipient,
            data_classes,
            language: self.language.get().into(),
            interpreter: self.interpreter,
        })
        .into())
    }
}

/// Records that the person took a consent back. Every handover that rests on it stops, in whatever state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WithdrawConsent {}

impl Decide for WithdrawConsent {
    type Subject = ConsentId;

    fn decide(self, consent: ConsentId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let given = path.repatriation.consents.iter().find(|given| given.given.consent == consent);
        let given = given.ok_or(ReturnRefusal::UnknownConsent)?;
        if given.withdrawn.is_some() {
            return Err(ReturnRefusal::ConsentAlreadyWithdrawn.into());
        }
        let withdrawn = RepatriationEvent::ConsentWithdrawn(ConsentWithdrawn { consent });
        let rests_on_it = |handover: &Handover| handover.is_open() && handover.proposed.consent == consent;
        Ok(with_what_stops(withdrawn, path, at, HandoverWithdrawReason::ConsentWithdrawn, rests_on_it))
    }
}

/// What the person said, and that the handovers are withdrawn which it stops and which lie on the same stream. Those on
/// the stream of a linked person stop with it, and Baken records that there.
fn with_what_stops(
    said: RepatriationEvent,
    path: &CarePath,
    at: &Context<'_>,
    reason: HandoverWithdrawReason,
    stops: impl Fn(&Handover) -> bool,
) -> Vec<Event> {
    let here = path.repatriation.handovers.iter().filter(|each| each.proposed.stamp.person_id == at.person_id);
    let stopped = here.filter(|each| stops(each)).map(|each| {
        let handover = each.proposed.handover;
        RepatriationEvent::HandoverWithdrawn(HandoverWithdrawn { handover, reason, explanation: None }).into()
    });
    std::iter::once(said.into()).chain(stopped).collect()
}

/// A return leads elsewhere than where the person is.
pub(super) fn abroad(field: &'static str, country: Country) -> Result<(), Refusal> {
    if country == Country::NETHERLANDS {
        return Err(Refusal::field(field, "must be another country than the Netherlands"));
    }
    Ok(())
}

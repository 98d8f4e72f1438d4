//! The return on a made-up path: few, voluntary, and with every condition met before a handover is proposed.

use care_path::Principal;
use care_path::codes::{Code, Offering, OrgKind, ReturnCondition};
use care_path::command::CommandKind as C;
use serde_json::json;
use uuid::Uuid;

use super::SimulateError;
use super::figures::{CONSENT_WITHDRAWN_PERCENT, WAITS_PERCENT, WANTS_TO_RETURN_PERCENT};
use super::persona::Persona;
use super::story::Story;

/// Tells of a return; whether the story ends with it: the person arrived, or waits for the next step.
pub(super) fn tell(story: &mut Story<'_>, persona: &Persona, coordinator: &Principal) -> Result<bool, SimulateError> {
    let Some(liaison) = story.liaison(persona.country) else { return Ok(false) };
    let (to, supporter) = (story.organisation(OrgKind::ClientSupport)?, story.worker(OrgKind::ClientSupport)?);
    story.days(1..=14, 9..=16);
    let Some(referral) = story.refer(coordinator, to, Offering::ClientSupport, "routine") else { return Ok(false) };
    story.days(1..=3, 9..=16);
    story.tell_of(&supporter, C::AcceptReferral, referral, json!({}));
    story.minutes(10..=60);
    story.tell_of(&supporter, C::StartCare, referral, json!({}));
    story.days(3..=14, 9..=16);
    let wants = story.chance(WANTS_TO_RETURN_PERCENT);
    let wish =
        if wants { "wants_to_return" } else { story.pick(&[("undecided", 50), ("does_not_want_to_return", 50)]) };
    story.tell(&supporter, C::PresentReturnOptions, json!({ "language": persona.language, "wish": wish }));
    if !wants {
        return Ok(false);
    }
    prepare(story, persona, &supporter);
    let Some(handover) = propose(story, persona, &supporter) else { return Ok(false) };
    Ok(travel(story, &supporter, &liaison, coordinator, handover))
}

/// From the embassy's answer to the arrival; `false` where the receiving side declines, and life goes on here.
fn travel(
    story: &mut Story<'_>,
    supporter: &Principal,
    liaison: &Principal,
    coordinator: &Principal,
    handover: Uuid,
) -> bool {
    if story.chance(WAITS_PERCENT) {
        return true;
    }
    story.days(1..=8, 9..=16);
    story.tell_of(liaison, C::AcknowledgeHandover, handover, json!({}));
    if story.chance(WAITS_PERCENT) {
        return true;
    }
    story.days(2..=12, 9..=16);
    if story.chance(12) {
        let reason = story.pick(&[("no_place", 60), ("information_missing", 40)]);
        story.tell_of(liaison, C::DeclineHandover, handover, json!({ "reason": reason }));
        return false;
    }
    story.tell_of(liaison, C::AcceptHandover, handover, json!({}));
    if story.chance(WAITS_PERCENT) {
        return true;
    }
    story.days(3..=20, 7..=12);
    story.tell_of(supporter, C::RecordDeparture, handover, json!({ "travels": "By coach, with a supporter" }));
    story.days(1..=2, 8..=20);
    story.tell_of(liaison, C::ConfirmArrival, handover, json!({}));
    after(story, supporter, coordinator, handover);
    true
}

fn prepare(story: &mut Story<'_>, persona: &Persona, supporter: &Principal) {
    for condition in ReturnCondition::ALL {
        story.days(0..=3, 9..=16);
        let evidence = "Confirmed by telephone.";
        let body = json!({ "condition": condition, "country": persona.country, "evidence": evidence });
        story.tell(supporter, C::EvidenceReturnCondition, body);
    }
}

/// Consent and proposal; the handover, unless the consent is withdrawn after all.
fn propose(story: &mut Story<'_>, persona: &Persona, supporter: &Principal) -> Option<Uuid> {
    story.minutes(30..=200);
    let consent = json!({
        "purpose": "repatriation", "recipient": { "country": persona.country },
        "data_classes": ["identity", "return"], "language": persona.language, "interpreter": true,
    });
    let consent = story.tell(supporter, C::GiveConsent, consent);
    story.days(0..=3, 9..=16);
    let proposal = json!({ "country": persona.country, "receiving_organisation": "A care provider in the home town" });
    let handover = story.tell(supporter, C::ProposeHandover, proposal);
    if story.chance(CONSENT_WITHDRAWN_PERCENT) {
        story.days(1..=6, 9..=16);
        story.tell_of(supporter, C::WithdrawConsent, consent, json!({}));
        return None;
    }
    Some(handover)
}

fn after(story: &mut Story<'_>, supporter: &Principal, coordinator: &Principal, handover: Uuid) {
    for (term, days) in [("days_30", 28..=40), ("days_90", 55..=65)] {
        story.days(days, 9..=16);
        if story.chance(70) {
            let outcome = story.pick(&[
                ("housed", 45),
                ("in_care", 25),
                ("not_reached", 15),
                ("homeless_again", 10),
                ("left_again", 5),
            ]);
            story.tell_of(supporter, C::RecordFollowUp, handover, json!({ "term": term, "outcome": outcome }));
        }
    }
    if story.chance(60) {
        story.days(1..=10, 9..=16);
        story.tell(coordinator, C::CloseCase, json!({ "reason": "returned" }));
    }
}

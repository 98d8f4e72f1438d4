//! What happens on a made-up path, chapter by chapter: signal, shelter, getting lost, care, rights, an end.
//!
//! Paths lie in the past while decisions look at the present, so nobody here relies on having been involved lately:
//! they act on what is still open, on what they recorded themselves, or as the city's coordinator.

use care_path::Principal;
use care_path::codes::{LocationType, LookoutOutcome, Offering, OrgKind, Precision, SignalChannel};
use care_path::command::CommandKind as C;
use serde_json::{Value, json};
use uuid::Uuid;

use super::SimulateError;
use super::figures as f;
use super::persona::Persona;
use super::repatriation;
use super::story::Story;
use crate::demo::Scripted;

/// What a chapter leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whereabouts {
    InSight,
    /// Nobody knows where: the story ends there.
    OutOfSight,
}

pub(super) fn tell(mut story: Story<'_>) -> Result<Vec<Scripted>, SimulateError> {
    let persona = Persona::draw(&mut story)?;
    let coordinator = story.worker(OrgKind::Municipality)?;
    if story.chance(f::UNKNOWN_TURNED_AWAY_PERCENT) {
        unknown_turned_away(&mut story)?;
    }
    let lead = signal(&mut story, &persona, &coordinator)?;
    contacts(&mut story, &persona, &lead);
    let mut whereabouts = Whereabouts::InSight;
    if story.chance(f::ASKS_FOR_A_BED_PERCENT) {
        whereabouts = shelter(&mut story, &persona, &lead, &coordinator)?;
    }
    if whereabouts == Whereabouts::InSight {
        rights(&mut story, &coordinator)?;
        if story.chance(f::ASKS_FOR_CARE_PERCENT) {
            care(&mut story, &lead)?;
        }
        if story.chance(f::RETURN_PERCENT) && repatriation::tell(&mut story, &persona, &coordinator)? {
            return Ok(story.told);
        }
        if story.chance(f::LOST_WITHOUT_LOOKOUT_PERCENT) {
            story.days(10..=40, 10..=16);
            story.tell(&coordinator, C::MarkOutOfSight, json!({}));
            whereabouts = Whereabouts::OutOfSight;
        }
    }
    end(&mut story, &coordinator, whereabouts);
    Ok(story.told)
}

fn unknown_turned_away(story: &mut Story<'_>) -> Result<(), SimulateError> {
    let shelter = story.worker(OrgKind::NightShelter)?;
    let (reason, persons) = (story.pick(&f::TURN_AWAYS), story.number(1..=6));
    let body = json!({ "reason": reason, "offering": Offering::NightBed, "persons": persons });
    story.tell_of_nobody(&shelter, C::TurnAway, body);
    Ok(())
}

/// Somebody comes into view. Whoever signals goes on to lead, but for the police, who leave it to outreach.
fn signal(story: &mut Story<'_>, persona: &Persona, coordinator: &Principal) -> Result<Principal, SimulateError> {
    let (channel, kind) = story.pick(&f::CHANNELS);
    let reporter = story.worker(kind)?;
    let urgency = story.pick(&[("routine", 70), ("soon", 20), ("urgent", 10)]);
    let mut body = json!({ "channel": channel, "urgency": urgency, "location_type": place(channel) });
    if !story.chance(f::NOTHING_KNOWN_PERCENT) {
        body["identity"] = persona.claim(story);
    }
    body["problems"] = problems(story);
    story.tell(&reporter, C::ReportSignal, body);
    if kind != OrgKind::Police {
        return Ok(reporter);
    }
    let outreach = story.worker(OrgKind::OutreachTeam)?;
    story.minutes(20..=300);
    let to = story.organisation(OrgKind::OutreachTeam)?;
    if let Some(referral) = story.refer(coordinator, to, Offering::SocialWork, "soon") {
        story.days(0..=2, 9..=20);
        story.tell_of(&outreach, C::AcceptReferral, referral, json!({}));
        story.minutes(60..=600);
        story.tell(&outreach, C::RecordContact, json!({ "location_type": "street", "language": persona.language }));
        story.minutes(60..=600);
        story.tell_of(coordinator, C::WithdrawReferral, referral, json!({ "reason": "no_longer_needed" }));
        story.settled(&to.id, Offering::SocialWork);
    }
    Ok(outreach)
}

fn place(channel: SignalChannel) -> LocationType {
    match channel {
        SignalChannel::DropInVisit => LocationType::DropIn,
        SignalChannel::NgoConsult => LocationType::NgoOffice,
        SignalChannel::ShelterIntake => LocationType::NightShelterEu,
        SignalChannel::LowThresholdConversation => LocationType::DayShelter,
        SignalChannel::ForestWardenReport => LocationType::Forest,
        SignalChannel::OutreachRound => LocationType::Hotspot,
        SignalChannel::MedicalConsult | SignalChannel::SelfReport => LocationType::InfoPoint,
        SignalChannel::CitizenNuisanceReport
        | SignalChannel::ShopkeeperReport
        | SignalChannel::EnforcementContact
        | SignalChannel::PoliceContact
        | SignalChannel::CareAlert => LocationType::Street,
    }
}

fn problems(story: &mut Story<'_>) -> Value {
    let likely = [
        ("no_postal_address", 40),
        ("uninsured", 35),
        ("unemployment", 30),
        ("alcohol", 28),
        ("no_support_network", 22),
        ("untreated_physical", 15),
        ("untreated_mental", 12),
        ("labour_exploitation", 9),
        ("hard_drugs", 9),
        ("public_nuisance", 6),
        ("confused_behaviour", 5),
    ];
    likely.into_iter().filter(|(_, percent)| story.chance(*percent)).map(|(problem, _)| problem).collect()
}

fn contacts(story: &mut Story<'_>, persona: &Persona, lead: &Principal) {
    for _ in 0..story.pick(&[(0, 15), (1, 30), (2, 30), (3, 25)]) {
        story.days(1..=9, 9..=21);
        story.tell(lead, C::RecordContact, json!({ "language": persona.language }));
    }
}

fn shelter(
    story: &mut Story<'_>,
    persona: &Persona,
    lead: &Principal,
    coordinator: &Principal,
) -> Result<Whereabouts, SimulateError> {
    let winter = f::WINTER_MONTHS.contains(&story.month()) && story.chance(f::WINTER_SHELTER_PERCENT);
    let (kind, offering, place) = if winter {
        (OrgKind::WinterShelter, Offering::WinterBed, LocationType::WinterShelter)
    } else if story.chance(f::DAY_AND_NIGHT_PERCENT) {
        (OrgKind::Shelter24h, Offering::Bed24h, LocationType::Shelter24h)
    } else {
        (OrgKind::NightShelter, Offering::NightBed, LocationType::NightShelterEu)
    };
    let (to, host) = (story.organisation(kind)?, story.worker(kind)?);
    story.days(0..=3, 10..=18);
    let referral = story.refer(lead, to, offering, "soon");
    story.minutes(30..=240);
    if let Some(referral) = referral.filter(|_| !story.chance(f::BED_GIVEN_PERCENT)) {
        no_bed(story, &host, referral, offering);
        return Ok(Whereabouts::InSight);
    }
    let facility = to.facilities.iter().find(|facility| facility.location_type == place).map(|found| &found.id);
    let bed = story.tell(&host, C::AssignBed, json!({ "kind": place, "facility": facility }));
    story.days(0..=0, 20..=22);
    if story.chance(70) {
        let mut intake = json!({ "location_type": place, "living_situation": "living_rough" });
        if !story.chance(f::NAMELESS_INTAKE_PERCENT) {
            intake["identity"] = persona.claim(story);
        }
        story.tell(&host, C::RecordIntake, intake);
    }
    stay(story, &host, coordinator, bed)
}

fn no_bed(story: &mut Story<'_>, host: &Principal, referral: Uuid, offering: Offering) {
    if story.chance(f::WAITLISTED_PERCENT * 100 / (100 - f::BED_GIVEN_PERCENT)) {
        story.tell_of(host, C::WaitlistReferral, referral, json!({}));
        return;
    }
    if story.chance(25) {
        let reason = story.pick(&f::TURN_AWAYS);
        story.tell(host, C::TurnAway, json!({ "reason": reason, "offering": offering }));
    }
    let reason = story.pick(&f::DECLINES);
    story.tell_of(host, C::DeclineReferral, referral, json!({ "reason": reason }));
    story.settled(&host.organisation, offering);
}

/// Nights in a bed, until something ends them.
fn stay(
    story: &mut Story<'_>,
    host: &Principal,
    coordinator: &Principal,
    bed: Uuid,
) -> Result<Whereabouts, SimulateError> {
    // Who keeps the bed: for a person at risk who did not come it is held, and the coordinator's to give away.
    let mut keeper = host;
    for _ in 0..story.number(1..=4) {
        keeper = host;
        let precision = if story.chance(30) { Precision::Night } else { Precision::Instant };
        story.tell_on(host, C::RecordAttendance, None, json!({ "status": "present" }), precision);
        if story.chance(f::INCIDENT_PERCENT) {
            let (kind, severity) =
                (story.pick(&f::INCIDENTS), story.pick(&[("low", 50), ("medium", 38), ("high", 12)]));
            story.minutes(20..=200);
            story.tell(host, C::ObserveIncident, json!({ "kind": kind, "severity": severity }));
        }
        story.days(1..=6, 20..=22);
        if story.chance(f::NO_SHOW_PERCENT) {
            story.wait_past_cut_offs();
            story.tell(host, C::RecordNoShow, json!({ "bed_id": bed }));
            keeper = coordinator;
            if story.chance(f::LOOKOUT_PERCENT) && lost(story, host)? == Whereabouts::OutOfSight {
                release(story, keeper, bed, "no_show");
                return Ok(Whereabouts::OutOfSight);
            }
        }
    }
    if story.chance(f::DISCHARGE_PERCENT) {
        let hospital = &story.organisation(OrgKind::Hospital)?.id;
        let warned = story.chance(50);
        let body =
            json!({ "from": hospital, "destination": "night_shelter_eu", "to": host.organisation, "warned": warned });
        story.tell_on(host, C::ReportDischarge, None, body, Precision::Approximate);
    }
    if story.chance(f::EXCEPTION_PERCENT) && !exception(story, host, coordinator) {
        return Ok(Whereabouts::InSight);
    }
    if story.chance(60) {
        story.days(1..=10, 8..=10);
        let reason = story.pick(&[("own_choice", 45), ("ended", 35), ("suspended", 12), ("hospitalised", 8)]);
        release(story, keeper, bed, reason);
    }
    Ok(Whereabouts::InSight)
}

fn release(story: &mut Story<'_>, host: &Principal, bed: Uuid, reason: &str) {
    story.tell_of(host, C::ReleaseBed, bed, json!({ "reason": reason }));
}

/// A lookout, who answers it, and how it ends; some are still open at the end of the story.
fn lost(story: &mut Story<'_>, host: &Principal) -> Result<Whereabouts, SimulateError> {
    story.minutes(20..=180);
    let city = story.city.clone();
    let recipients: Vec<_> = [OrgKind::OutreachTeam, OrgKind::DayShelter, OrgKind::DropIn]
        .map(|kind| json!({ "kind": kind, "municipality": city }))
        .into();
    let description = "Did not come to a bed that was held. Please call the shelter when you meet this person.";
    let body = json!({ "recipients": recipients, "description": description });
    let lookout = story.tell(host, C::IssueLookout, body);
    let outreach = story.worker(OrgKind::OutreachTeam)?;
    for (kind, percent) in [(OrgKind::OutreachTeam, 85), (OrgKind::DayShelter, 60)] {
        if story.chance(percent) {
            let reader = story.worker(kind)?;
            story.minutes(15..=240);
            story.tell_of(&reader, C::AcknowledgeLookout, lookout, json!({}));
        }
    }
    if story.chance(15) {
        let police = story.worker(OrgKind::Police)?;
        let alert =
            story.tell(host, C::FileCareAlert, json!({ "to": police.organisation, "description": description }));
        story.minutes(20..=400);
        let outcome = story.pick(&[("received", 60), ("not_seen", 30), ("seen", 10)]);
        story.tell_of(&police, C::AnswerCareAlert, alert, json!({ "outcome": outcome }));
    }
    if story.chance(45) {
        story.days(1..=5, 9..=22);
        let seen = json!({ "location_type": "hotspot" });
        story.tell_on(&outreach, C::ReportSighting, Some(lookout), seen, Precision::Approximate);
    }
    if !story.chance(f::RESOLVED_PERCENT) {
        return Ok(Whereabouts::OutOfSight);
    }
    let outcome = story.pick(&f::OUTCOMES);
    story.days(1..=6, 9..=22);
    story.tell_of(host, C::ResolveLookout, lookout, json!({ "outcome": outcome }));
    Ok(if outcome == LookoutOutcome::LeftArea { Whereabouts::OutOfSight } else { Whereabouts::InSight })
}

/// Asks for an exception; whether it was decided. Until it is, the bed is held.
fn exception(story: &mut Story<'_>, host: &Principal, coordinator: &Principal) -> bool {
    let kind = story.pick(&[("longer_night_stay", 55), ("longer_24h_stay", 30), ("shelter_without_entitlement", 15)]);
    let asked = json!({ "kind": kind, "reason": "Cannot look after themselves outside for now." });
    let exception = story.tell(host, C::RequestException, asked);
    if !story.chance(88) {
        return false;
    }
    story.minutes(30..=400);
    let decision = story.pick(&[("granted", 62), ("denied", 38)]);
    let body = json!({ "decision": decision, "reason": "Weighed with the shelter and the street doctor." });
    story.tell_of(coordinator, C::DecideException, exception, body);
    true
}

fn rights(story: &mut Story<'_>, coordinator: &Principal) -> Result<(), SimulateError> {
    if story.chance(f::RIGHTS_ASSESSED_PERCENT) {
        story.days(1..=10, 9..=16);
        let assessor = story.assessor()?;
        let answers = answers(story);
        story.tell(&assessor, C::AssessRights, answers);
    }
    if story.chance(f::INSURANCE_ASKED_PERCENT) {
        story.days(0..=5, 9..=16);
        let uninsured = story.chance(f::UNINSURED_PERCENT);
        let status = if uninsured { "uninsured" } else { story.pick(&[("insured_nl", 55), ("unknown", 45)]) };
        story.tell(coordinator, C::RecordInsurance, json!({ "status": status }));
        if uninsured && story.chance(70) {
            story.days(1..=8, 9..=16);
            let effort = json!({ "consent_effort": "Explained with an interpreter what is passed on, and asked." });
            story.tell(coordinator, C::FileUninsuredReport, effort);
        }
    }
    Ok(())
}

/// Answers of the checklist: works, lost work, newly arrived, or hardly anything known.
fn answers(story: &mut Story<'_>) -> Value {
    let months = story.number(1..=90);
    match story.pick(&[(0, 18), (1, 27), (2, 25), (3, 30)]) {
        0 => json!({ "union_citizen": "yes", "works": "yes", "hours_per_week": story.number(4..=40) }),
        1 => json!({
            "union_citizen": "yes", "works": "no", "involuntarily_unemployed": "yes", "months_worked": months,
            "months_since_work_ended": story.number(0..=24), "registered_as_job_seeker": "yes",
        }),
        2 => json!({
            "union_citizen": "yes", "family_member": "no", "months_of_stay": story.number(1..=6), "works": "no",
            "temporarily_unfit_for_work": "no", "involuntarily_unemployed": "no", "registered_as_job_seeker": "no",
            "in_vocational_training": "no", "asks_for_shelter": "yes", "domestic_violence": "no",
        }),
        _ => json!({ "union_citizen": "yes", "works": "unknown" }),
    }
}

fn care(story: &mut Story<'_>, lead: &Principal) -> Result<(), SimulateError> {
    let (kind, offering) = story.pick(&[
        ((OrgKind::AddictionCare, Offering::AddictionCare), 40),
        ((OrgKind::MentalHealth, Offering::MentalHealthCare), 30),
        ((OrgKind::MedicalPost, Offering::MedicalDropIn), 30),
    ]);
    let (to, carer) = (story.organisation(kind)?, story.worker(kind)?);
    story.days(1..=7, 9..=16);
    let Some(referral) = story.refer(lead, to, offering, "routine") else { return Ok(()) };
    story.days(1..=9, 9..=16);
    if !story.chance(f::CARE_ACCEPTED_PERCENT) {
        if story.chance(45) {
            story.tell_of(&carer, C::WaitlistReferral, referral, json!({}));
        } else {
            let reason = story.pick(&f::CARE_DECLINES);
            story.tell_of(&carer, C::DeclineReferral, referral, json!({ "reason": reason }));
        }
        return Ok(());
    }
    story.tell_of(&carer, C::AcceptReferral, referral, json!({}));
    if !story.chance(86) {
        return Ok(());
    }
    story.days(1..=21, 9..=16);
    story.tell_of(&carer, C::StartCare, referral, json!({}));
    story.days(3..=60, 9..=16);
    if story.chance(f::DROPS_OUT_PERCENT) {
        let reason = story.pick(&f::DROPOUTS);
        story.tell_of(&carer, C::RecordDropout, referral, json!({ "reason": reason }));
    } else if story.chance(f::CARE_ENDS_PERCENT * 100 / (100 - f::DROPS_OUT_PERCENT)) {
        story.tell_of(&carer, C::EndCare, referral, json!({}));
    }
    Ok(())
}

/// Some cases are closed. Always by somebody, never because time went by.
fn end(story: &mut Story<'_>, coordinator: &Principal, whereabouts: Whereabouts) {
    if story.chance(8) {
        story.days(1..=10, 10..=16);
        let note = "Discussed at the weekly meeting. We go on as agreed.";
        story.tell(coordinator, C::AddNote, json!({ "text": note }));
    }
    if !story.chance(f::CLOSED_PERCENT) {
        return;
    }
    story.days(5..=60, 10..=16);
    let reason = match whereabouts {
        Whereabouts::OutOfSight => "left_country",
        Whereabouts::InSight => {
            story.pick(&[("housed", 25), ("no_longer_homeless", 35), ("transferred_elsewhere", 25), ("other", 15)])
        }
    };
    story.tell(coordinator, C::CloseCase, json!({ "reason": reason }));
}

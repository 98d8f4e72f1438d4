//! What the larger commands of a random history say.

use chrono::TimeDelta;

use super::dice::Dice;
use crate::codes::{ConditionStatus, ConsentPurpose, DataClass, Offering, OrgKind, ReturnWish};
use crate::directory::Overbook;
use crate::path::CarePath;
use crate::path::identity::{ClaimField, IdentityDocument, IdentityInput, LanguageInput};
use crate::path::intake::{RecordIntake, SocialSituation};
use crate::path::lost::{FileCareAlert, IssueLookout, LookoutRecipient, ReportSighting};
use crate::path::referral::Refer;
use crate::path::repatriation::{
    EvidenceReturnCondition, GiveConsent, PresentReturnOptions, ProposeHandover, Recipient,
};
use crate::path::rights::RightsAnswers;
use crate::path::signal::{RecordContact, ReportSignal};
use crate::text::{Age, Country};
use crate::time::{DateTime, Day, Moment};

pub fn later(now: DateTime, dice: &mut Dice<'_>) -> Moment {
    (now + TimeDelta::hours(12 + 24 * i64::try_from(dice.below(14)).unwrap())).try_into().unwrap()
}

pub fn day(now: DateTime, dice: &mut Dice<'_>) -> Day {
    (now - TimeDelta::days(i64::try_from(dice.below(60)).unwrap())).date_naive().try_into().unwrap()
}

pub fn signal(dice: &mut Dice<'_>) -> ReportSignal {
    ReportSignal {
        channel: dice.code(),
        urgency: dice.maybe(Dice::code),
        municipality: Some(dice.named(&["rotterdam"])),
        location_type: dice.maybe(Dice::code),
        location: dice.maybe_text(),
        identity: dice.maybe(claim),
        circumstances: dice.maybe_text(),
        observations: dice.maybe_text(),
        conduct: dice.maybe_text(),
        problems: dice.codes().try_into().unwrap(),
    }
}

pub fn contact(dice: &mut Dice<'_>) -> RecordContact {
    RecordContact {
        location_type: dice.maybe(Dice::code),
        location: dice.maybe_text(),
        language: dice.maybe(|dice| dice.named(&["pl", "ro"])),
        summary: dice.maybe_text(),
        observations: dice.maybe_text(),
        problems: dice.codes().try_into().unwrap(),
    }
}

const EMPTIED: [ClaimField; 3] = [ClaimField::Name, ClaimField::BirthDate, ClaimField::Documents];

pub fn claim(dice: &mut Dice<'_>) -> IdentityInput {
    let language = |dice: &mut Dice<'_>| LanguageInput {
        language: dice.named(&["pl", "rom"]),
        preferred: dice.once_in(2),
        understood: true,
        interpreter_needed: dice.once_in(2),
    };
    let document = |dice: &mut Dice<'_>| IdentityDocument {
        kind: dice.code(),
        number: dice.maybe_text(),
        country: dice.maybe(|dice| dice.named(&["PL", "RO"])),
    };
    IdentityInput {
        name: dice.maybe_text(),
        alias: dice.maybe_text(),
        birth_date: dice.maybe(|dice| dice.named(&["1975-05-02", "2009-01-01", "1975", "2009-03"])),
        birth_place: dice.maybe_text(),
        approximate_age: dice.maybe(|dice| Age::new(u8::try_from(dice.below(120)).unwrap()).unwrap()),
        sex: dice.maybe(Dice::code),
        countries: dice.maybe(|dice| [dice.named(&["PL", "RO"])].into()).unwrap_or_default(),
        origin: dice.maybe_text(),
        languages: dice.maybe(|dice| [language(dice)].into()).unwrap_or_default(),
        documents: dice.maybe(|dice| [document(dice)].into()).unwrap_or_default(),
        contact: dice.maybe_text(),
        appearance: dice.maybe_text(),
        emptied: dice.one_of(&EMPTIED).filter(|_| dice.once_in(3)).into_iter().collect(),
    }
}

pub fn intake(dice: &mut Dice<'_>) -> RecordIntake {
    let situation = |dice: &mut Dice<'_>| SocialSituation { works: dice.maybe(Dice::code), ..Default::default() };
    RecordIntake {
        location_type: dice.maybe(Dice::code),
        urgency: dice.maybe(Dice::code),
        identity: dice.maybe(claim),
        living_situation: dice.maybe(Dice::code),
        circumstances: dice.maybe_text(),
        situation: dice.maybe(situation),
        care_needs: dice.maybe_text(),
        findings: dice.maybe_text(),
        head_injury_suspected: dice.maybe(|dice| dice.once_in(2)),
        problems: dice.codes().try_into().unwrap(),
    }
}

pub fn answers(dice: &mut Dice<'_>) -> RightsAnswers {
    RightsAnswers {
        union_citizen: dice.maybe(Dice::code),
        months_of_stay: dice.maybe(|dice| u16::try_from(dice.below(70)).unwrap()),
        works: dice.maybe(Dice::code),
        asks_for_shelter: dice.maybe(Dice::code),
        domestic_violence: dice.maybe(Dice::code),
        ..RightsAnswers::default()
    }
}

pub fn refer(dice: &mut Dice<'_>) -> Refer {
    let asked = [
        ("night-shelter-rotterdam", Offering::NightBed),
        ("shelter24-rotterdam", Offering::Bed24h),
        ("street-doctor-rotterdam", Offering::MedicalDropIn),
        ("supporter-rotterdam", Offering::ClientSupport),
        ("child-protection-rotterdam", Offering::SocialWork),
    ];
    let (to, offering) = asked[dice.below(asked.len())];
    let overbook = dice.maybe_text().map(|reason| Overbook { reason });
    Refer { to: to.parse().unwrap(), offering, urgency: dice.maybe(Dice::code), reason: dice.maybe_text(), overbook }
}

pub fn lookout(now: DateTime, dice: &mut Dice<'_>) -> IssueLookout {
    let recipient = if dice.once_in(3) {
        LookoutRecipient::Kind { kind: OrgKind::OutreachTeam, municipality: dice.named(&["rotterdam"]) }
    } else {
        LookoutRecipient::Organisation {
            organisation: dice.named(&["shelter24-rotterdam", "outreach-rotterdam", "hospital-rotterdam"]),
        }
    };
    let expires_at = dice.maybe(|dice| later(now, dice));
    IssueLookout { recipients: [recipient].into(), description: dice.text(), expires_at }
}

pub fn sighting(dice: &mut Dice<'_>) -> ReportSighting {
    ReportSighting {
        location_type: dice.maybe(Dice::code),
        location: dice.maybe_text(),
        circumstances: dice.maybe_text(),
        observations: dice.maybe_text(),
    }
}

pub fn care_alert(now: DateTime, dice: &mut Dice<'_>) -> FileCareAlert {
    FileCareAlert {
        to: dice.named(&["police-rotterdam", "police-utrecht"]),
        description: dice.text(),
        expires_at: dice.maybe(|dice| later(now, dice)),
    }
}

/// Most want to return, or few histories would come to a handover.
pub fn options(dice: &mut Dice<'_>) -> PresentReturnOptions {
    PresentReturnOptions {
        language: dice.named(&["pl", "ro"]),
        wish: if dice.once_in(6) { dice.code() } else { ReturnWish::WantsToReturn },
        options: dice.maybe_text(),
        barriers: dice.codes().try_into().unwrap(),
    }
}

/// The country that the return is prepared for, or one to begin with.
fn country(path: &CarePath, dice: &mut Dice<'_>) -> Country {
    let begun = path.return_prepared_for().filter(|_| !dice.once_in(8));
    begun.unwrap_or_else(|| dice.named(&["PL", "PL", "RO"]))
}

/// A condition that is still missing, if there is one.
pub fn evidence(path: &CarePath, dice: &mut Dice<'_>) -> EvidenceReturnCondition {
    let country = country(path, dice);
    let condition = path.missing_conditions(Some(country)).first().copied().unwrap_or_else(|| dice.code());
    let status = if dice.once_in(6) { Some(ConditionStatus::NotApplicable) } else { None };
    let status = status.filter(|_| condition.may_be_not_applicable());
    EvidenceReturnCondition { condition, country: Some(country), status, evidence: dice.substance() }
}

pub fn consent(path: &CarePath, dice: &mut Dice<'_>) -> GiveConsent {
    GiveConsent {
        purpose: ConsentPurpose::Repatriation,
        recipient: Recipient::Country(country(path, dice)),
        data_classes: [DataClass::Identity, DataClass::Return].into(),
        language: dice.named(&["pl"]),
        interpreter: !dice.once_in(3),
    }
}

pub fn proposal(path: &CarePath, dice: &mut Dice<'_>) -> ProposeHandover {
    let country = country(path, dice);
    let provider = |_: &mut Dice<'_>| format!("care-provider-{}", country.as_str().to_lowercase()).parse().unwrap();
    ProposeHandover {
        country,
        receiving_organisation: Some(dice.text()),
        receiving: dice.maybe(provider),
        guardian: dice.maybe(Dice::substance),
        plan: dice.maybe_text(),
    }
}

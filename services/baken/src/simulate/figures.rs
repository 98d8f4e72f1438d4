//! The figures that synthetic paths are shaped by, each with where it comes from.
//!
//! *Source* is the public-health exploration behind the domain, *assumption* is ours: a plausible value where the source
//! tells of something and counts nothing. Nothing here may be read as a finding.

use care_path::codes::{
    DeclineReason, DropoutReason, IncidentKind, LookoutOutcome, OrgKind, SignalChannel, TurnAwayReason,
};

/// A table of weights: what may be drawn, and how often of the sum of all.
pub type Weights<T, const N: usize> = [(T, u32); N];

/// Source: unique people in 2023. Regenboog in Amsterdam, 650 known and 1,056 new; Barka in Rotterdam 554, Den Haag
/// 521, Utrecht 513. They were counted by two organisations in two ways, and the source's layout
/// had to be reconstructed: a proportion, not a comparison.
pub const CITIES: Weights<&str, 4> = [("amsterdam", 1706), ("rotterdam", 554), ("den-haag", 521), ("utrecht", 513)];

/// Source: Kruispost 2023 for PL 34%, RO 16% and HU 12%. Assumption: how the other 38% are divided.
pub const ORIGINS: Weights<&str, 11> = [
    ("PL", 34),
    ("RO", 16),
    ("HU", 12),
    ("BG", 10),
    ("ES", 6),
    ("PT", 5),
    ("LT", 4),
    ("CZ", 4),
    ("LV", 3),
    ("SK", 3),
    ("IT", 3),
];

/// Source: Kruispost 2023, 87% men.
pub const MEN_PERCENT: u32 = 87;
/// Source: Kruispost 2023, mean age 39.
#[cfg(test)]
pub const MEAN_AGE: f64 = 39.0;
/// The centre that ages are drawn around. It lies below their mean, since more is cut off below 18 than above 75.
pub const AGE_CENTRE: f64 = 38.2;
/// Assumption: the source gives no spread.
pub const AGE_DEVIATION: f64 = 11.0;
/// Assumption: minors are another chain, and few are older.
pub const AGES: std::ops::RangeInclusive<f64> = 18.0..=75.0;

/// Assumption: of whom nothing is known at the first signal. The source says that it happens, not how often.
pub const NOTHING_KNOWN_PERCENT: u32 = 20;
/// Assumption: intakes without anything of who somebody is.
pub const NAMELESS_INTAKE_PERCENT: u32 = 12;

/// Assumption: who signals, after the source's list of channels, with the organisation that does.
pub const CHANNELS: Weights<(SignalChannel, OrgKind), 8> = [
    ((SignalChannel::OutreachRound, OrgKind::OutreachTeam), 28),
    ((SignalChannel::DropInVisit, OrgKind::DropIn), 16),
    ((SignalChannel::NgoConsult, OrgKind::EuMigrantNgo), 16),
    ((SignalChannel::MedicalConsult, OrgKind::MedicalPost), 12),
    ((SignalChannel::ShelterIntake, OrgKind::NightShelter), 10),
    ((SignalChannel::LowThresholdConversation, OrgKind::DayShelter), 10),
    ((SignalChannel::PoliceContact, OrgKind::Police), 5),
    ((SignalChannel::SelfReport, OrgKind::CityHomelessTeam), 3),
];

/// Source: 43% of the users of Amsterdam's winter shelter in 2022-23 were EU citizens. Assumption: that as large a share
/// of those who ask for a bed in winter ask for one there.
pub const WINTER_SHELTER_PERCENT: u32 = 43;
/// Assumption: the months in which winter shelters are open.
pub const WINTER_MONTHS: [u32; 5] = [11, 12, 1, 2, 3];
/// Assumption: outside winter shelter, those for whom a 24-hour place is asked.
pub const DAY_AND_NIGHT_PERCENT: u32 = 18;

/// Assumption: for how many a bed is asked, and what is answered ("places are scarce").
pub const ASKS_FOR_A_BED_PERCENT: u32 = 55;
pub const BED_GIVEN_PERCENT: u32 = 62;
pub const WAITLISTED_PERCENT: u32 = 14;

/// Assumption: why shelters decline, after the source's order of complaints.
pub const DECLINES: Weights<DeclineReason, 5> = [
    (DeclineReason::PlaceScarcity, 45),
    (DeclineReason::NoEntitlement, 25),
    (DeclineReason::NoRegionLink, 15),
    (DeclineReason::Language, 8),
    (DeclineReason::NotSuitable, 7),
];

/// Assumption: why care declines.
pub const CARE_DECLINES: Weights<DeclineReason, 4> = [
    (DeclineReason::Uninsured, 45),
    (DeclineReason::PlaceScarcity, 25),
    (DeclineReason::HousingProspectRequired, 18),
    (DeclineReason::Language, 12),
];

/// Assumption: why people are turned away at the door.
pub const TURN_AWAYS: Weights<TurnAwayReason, 4> = [
    (TurnAwayReason::Full, 60),
    (TurnAwayReason::NoEntitlement, 20),
    (TurnAwayReason::NoRegionLink, 15),
    (TurnAwayReason::Language, 5),
];

/// Assumption: how often a night of a stay ends in not coming, and what follows.
pub const NO_SHOW_PERCENT: u32 = 14;
pub const LOOKOUT_PERCENT: u32 = 45;
pub const RESOLVED_PERCENT: u32 = 76;
/// Assumption: how lookouts end.
pub const OUTCOMES: Weights<LookoutOutcome, 4> = [
    (LookoutOutcome::FoundSafe, 62),
    (LookoutOutcome::LeftArea, 18),
    (LookoutOutcome::FoundInCare, 14),
    (LookoutOutcome::FoundInCustody, 6),
];

/// Assumption: how many stays see an incident, and of which kind.
pub const INCIDENT_PERCENT: u32 = 16;
pub const INCIDENTS: Weights<IncidentKind, 7> = [
    (IncidentKind::SubstanceUse, 30),
    (IncidentKind::Conflict, 24),
    (IncidentKind::Confusion, 14),
    (IncidentKind::Aggression, 10),
    (IncidentKind::LostAtNight, 8),
    (IncidentKind::Theft, 8),
    (IncidentKind::Collapse, 6),
];

/// Assumption: for how many care is asked, what becomes of it ("trajectories break off early").
pub const ASKS_FOR_CARE_PERCENT: u32 = 38;
pub const CARE_ACCEPTED_PERCENT: u32 = 66;
pub const DROPS_OUT_PERCENT: u32 = 44;
pub const CARE_ENDS_PERCENT: u32 = 28;

/// Source: the list of reasons. Assumption: their weights, since the source counts none of them. Reasons that the path
/// itself would have to show (died, out of sight, left the country) are left out.
pub const DROPOUTS: Weights<DropoutReason, 11> = [
    (DropoutReason::Distrust, 16),
    (DropoutReason::FearOfReturn, 12),
    (DropoutReason::MustEarnIncome, 14),
    (DropoutReason::Language, 12),
    (DropoutReason::WaitingTime, 10),
    (DropoutReason::NoFollowUpPath, 9),
    (DropoutReason::ProviderUnwillingUninsured, 8),
    (DropoutReason::CulturalMismatch, 6),
    (DropoutReason::UninsuredSchemeUnknownOrComplex, 5),
    (DropoutReason::HousingProspectRequired, 5),
    (DropoutReason::PlaceScarcity, 3),
];

/// Assumption: how often each of the rest is on a path.
pub const RIGHTS_ASSESSED_PERCENT: u32 = 20;
pub const INSURANCE_ASKED_PERCENT: u32 = 16;
pub const UNINSURED_PERCENT: u32 = 64;
pub const EXCEPTION_PERCENT: u32 = 9;
pub const DISCHARGE_PERCENT: u32 = 4;
/// Source: returns are few, and work only when voluntary. Assumption: how few.
pub const RETURN_PERCENT: u32 = 5;
pub const WANTS_TO_RETURN_PERCENT: u32 = 55;
/// Assumption: at each step of a handover, those that are still waiting there.
pub const WAITS_PERCENT: u32 = 12;
pub const CONSENT_WITHDRAWN_PERCENT: u32 = 12;
pub const LOST_WITHOUT_LOOKOUT_PERCENT: u32 = 6;
pub const CLOSED_PERCENT: u32 = 18;
/// Assumption: paths beside which somebody unknown is turned away.
pub const UNKNOWN_TURNED_AWAY_PERCENT: u32 = 4;

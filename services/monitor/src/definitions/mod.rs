//! What each figure of the monitor counts.
//!
//! The source's finding is that registrations define the same word differently. So each indicator has a definition with a
//! name and a version, in Dutch and English, that is published with its figures. A definition is never edited after a release
//! used it: another wording of who counts is another version, and its figures are not compared with those of the old one.
//! [`code_book`] prints them all.

use serde::{Deserialize, Serialize};

mod code_book;
mod indicators;

pub use code_book::code_book;
pub use indicators::INDICATORS;

/// The languages of definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    Dutch,
    English,
}

impl Language {
    /// As in BCP 47.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    pub nl: &'static str,
    pub en: &'static str,
}

impl Text {
    #[must_use]
    pub fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::Dutch => self.nl,
            Language::English => self.en,
        }
    }
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Persons,
    Signals,
    Referrals,
    Dropouts,
    TurnAways,
    Episodes,
    Days,
    Reports,
    BedNights,
    Returns,
}

impl Unit {
    /// Its name in releases.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::Signals => "signals",
            Self::Referrals => "referrals",
            Self::Dropouts => "dropouts",
            Self::TurnAways => "turn_aways",
            Self::Episodes => "episodes",
            Self::Days => "days",
            Self::Reports => "reports",
            Self::BedNights => "bed_nights",
            Self::Returns => "returns",
        }
    }

    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Self::Persons => Text { nl: "personen", en: "persons" },
            Self::Signals => Text { nl: "signalen", en: "signals" },
            Self::Referrals => Text { nl: "verwijzingen", en: "referrals" },
            Self::Dropouts => Text { nl: "keren uitval", en: "dropouts" },
            Self::TurnAways => Text { nl: "afwijzingen aan de deur", en: "turn-aways" },
            Self::Episodes => Text { nl: "keren uit beeld", en: "episodes out of sight" },
            Self::Days => Text { nl: "dagen", en: "days" },
            Self::Reports => Text { nl: "meldingen", en: "reports" },
            Self::BedNights => Text { nl: "bednachten", en: "bed nights" },
            Self::Returns => Text { nl: "keren teruggekeerd", en: "returns" },
        }
    }
}

/// By which date something counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// What occurred in the period.
    Period,
    /// What was so at the end of the count date.
    CountDate,
    /// Those whose first signal occurred in the period, followed until the release was frozen.
    Cohort,
}

impl Reference {
    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Self::Period => Text { nl: "wat in de periode is gebeurd", en: "what occurred in the period" },
            Self::CountDate => {
                Text { nl: "zoals het was aan het eind van de peildatum", en: "as it was at the end of the count date" }
            }
            Self::Cohort => Text {
                nl: "wie in de periode voor het eerst is gemeld, gevolgd tot de vrijgave is vastgezet",
                en: "those first reported in the period, followed until the release was frozen",
            },
        }
    }
}

/// What an indicator is cut by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    Municipality,
    Country,
    Sex,
    AgeBand,
    EthosLight,
    Channel,
    Offering,
    Outcome,
    Reason,
    FacilityKind,
    /// Whether all conditions of a return were met.
    Conditions,
    /// The state 30 and 90 days after a return.
    #[serde(rename = "after_30_days")]
    After30Days,
    #[serde(rename = "after_90_days")]
    After90Days,
    /// Places, and nights that were assigned and used.
    Beds,
    /// By when care to an uninsured person was reported.
    Timeliness,
}

impl Cut {
    /// Its name in releases.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Municipality => "municipality",
            Self::Country => "country",
            Self::Sex => "sex",
            Self::AgeBand => "age_band",
            Self::EthosLight => "ethos_light",
            Self::Channel => "channel",
            Self::Offering => "offering",
            Self::Outcome => "outcome",
            Self::Reason => "reason",
            Self::FacilityKind => "facility_kind",
            Self::Conditions => "conditions",
            Self::After30Days => "after_30_days",
            Self::After90Days => "after_90_days",
            Self::Beds => "beds",
            Self::Timeliness => "timeliness",
        }
    }

    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Self::Municipality => Text { nl: "gemeente, en de G4 samen", en: "municipality, and the G4 together" },
            Self::Country => Text { nl: "land van herkomst", en: "country of origin" },
            Self::Sex => Text { nl: "geslacht", en: "sex" },
            Self::AgeBand => Text { nl: "leeftijdsgroep", en: "age band" },
            Self::EthosLight => Text { nl: "klasse van ETHOS Light", en: "ETHOS Light class" },
            Self::Channel => Text { nl: "kanaal", en: "channel" },
            Self::Offering => Text { nl: "aanbod", en: "offering" },
            Self::Outcome => Text { nl: "uitkomst", en: "outcome" },
            Self::Reason => Text { nl: "reden", en: "reason" },
            Self::FacilityKind => Text { nl: "soort voorziening", en: "kind of facility" },
            Self::Conditions => Text { nl: "voorwaarden voor terugkeer", en: "conditions of the return" },
            Self::After30Days => Text { nl: "stand na 30 dagen", en: "state after 30 days" },
            Self::After90Days => Text { nl: "stand na 90 dagen", en: "state after 90 days" },
            Self::Beds => Text { nl: "beschikbaar, toegewezen of bezet", en: "available, assigned or occupied" },
            Self::Timeliness => Text { nl: "op tijd of later", en: "on time or later" },
        }
    }
}

/// The definition of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    pub id: &'static str,
    /// Counted from 1.
    pub version: u32,
    pub name: Text,
    pub unit: Unit,
    pub reference: Reference,
    /// Who or what counts, and who does not.
    pub counts: Text,
    pub cuts: &'static [Cut],
    /// What the figure is known not to tell.
    pub gaps: &'static [Text],
}

/// The definition of an indicator in its newest version.
#[must_use]
pub fn definition(id: &str) -> Option<&'static Definition> {
    INDICATORS.iter().filter(|definition| definition.id == id).max_by_key(|definition| definition.version)
}

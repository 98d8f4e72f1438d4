//! What categories are called in Dutch and English. Codes of Baken's lists have their labels from `seeds/codes`.

use std::collections::HashMap;
use std::sync::OnceLock;

use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;

use crate::definitions::{Cut, Language, Text, definition};
use crate::indicators::{CITIES, ELSEWHERE};

macro_rules! lists {
    ($($list:literal),+) => {
        [$(($list, include_str!(concat!("../../../seeds/codes/", $list, ".json")))),+]
    };
}

const LISTS: [(&str, &str); 13] = lists!(
    "sex",
    "ethos_light",
    "signal_channel",
    "offering",
    "referral_state",
    "rights_outcome",
    "decline_reason",
    "dropout_reason",
    "turn_away_reason",
    "location_type",
    "org_kind",
    "follow_up_outcome",
    "care_alert_outcome"
);

/// What no list has.
const OWN: [(&str, &str, &str); 35] = [
    ("amsterdam", "Amsterdam", "Amsterdam"),
    ("den-haag", "Den Haag", "The Hague"),
    ("rotterdam", "Rotterdam", "Rotterdam"),
    ("utrecht", "Utrecht", "Utrecht"),
    ("elsewhere", "elders", "elsewhere"),
    ("PL", "Polen", "Poland"),
    ("RO", "Roemenië", "Romania"),
    ("BG", "Bulgarije", "Bulgaria"),
    ("HU", "Hongarije", "Hungary"),
    ("LT", "Litouwen", "Lithuania"),
    ("LV", "Letland", "Latvia"),
    ("SK", "Slowakije", "Slovakia"),
    ("CZ", "Tsjechië", "Czechia"),
    ("other_eu", "ander land van de EU", "another country of the EU"),
    ("outside_eu", "buiten de EU", "outside the EU"),
    ("several", "meer dan één land", "more than one country"),
    ("unknown", "onbekend", "unknown"),
    ("none", "geen", "none"),
    ("other", "anders", "other"),
    ("0_17", "0–17", "0–17"),
    ("18_26", "18–26", "18–26"),
    ("27_44", "27–44", "27–44"),
    ("45_64", "45–64", "45–64"),
    ("65_plus", "65 en ouder", "65 and older"),
    ("all_met", "alle vervuld", "all met"),
    ("not_all_met", "niet alle vervuld", "not all met"),
    ("not_yet", "nog niet zo ver", "not yet reached"),
    ("on_time", "op tijd", "on time"),
    ("late", "later", "later"),
    ("available", "beschikbaar", "available"),
    ("assigned", "toegewezen", "assigned"),
    ("occupied", "bezet", "occupied"),
    ("appeal_pending", "beroep loopt", "appeal pending"),
    ("lower_bound", "ondergrens", "lower bound"),
    ("together", "de vier steden samen", "the four cities together"),
];

#[derive(Deserialize)]
struct List {
    codes: Vec<Code>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
    labels: HashMap<String, String>,
}

type Labels = HashMap<(&'static str, String), [String; 2]>;

/// By list and code: Dutch and English.
fn labels() -> &'static Labels {
    static LABELS: OnceLock<Labels> = OnceLock::new();
    LABELS.get_or_init(|| {
        let mut labels = Labels::new();
        for (list, text) in LISTS {
            // A list that cannot be read has no labels; a test reads them all.
            let Ok(read) = serde_json::from_str::<List>(text) else { continue };
            for Code { code, labels: mut of_code } in read.codes {
                let [nl, en] = ["nl", "en"].map(|language| of_code.remove(language).unwrap_or_default());
                labels.insert((list, code), [nl, en]);
            }
        }
        labels
    })
}

/// The lists in which a category may be.
fn lists(cut: Cut) -> &'static [&'static str] {
    match cut {
        Cut::Sex => &["sex"],
        Cut::EthosLight => &["ethos_light"],
        Cut::Channel => &["signal_channel"],
        Cut::Offering => &["offering"],
        Cut::Outcome => &["referral_state", "rights_outcome"],
        Cut::Reason => &["decline_reason", "dropout_reason", "turn_away_reason"],
        Cut::FacilityKind => &["location_type", "org_kind"],
        Cut::After30Days | Cut::After90Days => &["follow_up_outcome"],
        Cut::Municipality | Cut::Country | Cut::AgeBand | Cut::Conditions | Cut::Beds | Cut::Timeliness => &[],
    }
}

/// What a category is called; the code itself, with spaces, where it has no label.
#[must_use]
pub fn label(cut: Cut, code: &str, language: Language) -> String {
    let pick = |[nl, en]: &[String; 2]| match language {
        Language::Dutch => nl.clone(),
        Language::English => en.clone(),
    };
    let of_list = lists(cut).iter().find_map(|list| labels().get(&(*list, code.to_owned())));
    if let Some(of_list) = of_list {
        return pick(of_list);
    }
    let own = OWN.iter().find(|(own, _, _)| *own == code);
    own.map_or_else(|| code.replace('_', " "), |(_, nl, en)| pick(&[(*nl).to_owned(), (*en).to_owned()]))
}

/// What a place is called; `None` for the four together.
#[must_use]
pub fn place(municipality: Option<&str>, language: Language) -> String {
    label(Cut::Municipality, municipality.unwrap_or("together"), language)
}

/// The places in the order in which they are shown: the four together first.
#[must_use]
pub fn places() -> Vec<Option<&'static str>> {
    [None].into_iter().chain(CITIES.into_iter().chain([ELSEWHERE]).map(Some)).collect()
}

/// Why there is no estimate, and what speaks against one that is given: by code, in Dutch and English.
const OF_ESTIMATES: [(&str, Text); 20] = [
    ("no_persons", Text { nl: "niemand is gezien", en: "nobody was seen" }),
    ("one_list", Text { nl: "er is maar één bron; twee zijn nodig", en: "there is one list; two are needed" }),
    ("empty_list", Text { nl: "een bron heeft niemand", en: "nobody is on one of the lists" }),
    ("no_recaptures", Text { nl: "niemand is vaker dan eens gezien", en: "nobody was seen more than once" }),
    ("nobody_seen_once", Text { nl: "niemand is precies één keer gezien", en: "nobody was seen exactly once" }),
    ("nobody_seen_twice", Text { nl: "niemand is precies twee keer gezien", en: "nobody was seen exactly twice" }),
    ("bounded_counts", Text { nl: "alleen voor tellingen zonder grens", en: "for counts without a bound only" }),
    ("nested_lists", Text { nl: "één bron ligt geheel in een andere", en: "one list lies within another" }),
    ("structural_zero", Text { nl: "twee bronnen sluiten elkaar uit", en: "two lists exclude each other" }),
    (
        "suspected_structural_zero",
        Text { nl: "twee bronnen lijken elkaar uit te sluiten", en: "two lists seem to exclude each other" },
    ),
    (
        "sparse_table",
        Text { nl: "te weinig personen op meer dan één bron", en: "too few persons on more than one list" },
    ),
    (
        "not_identifiable",
        Text { nl: "de tabel zegt te weinig voor het model", en: "the table tells too little for the model" },
    ),
    ("no_finite_mle", Text { nl: "het model heeft geen eindige schatting", en: "the model has no finite estimate" }),
    (
        "uninformative",
        Text { nl: "de onzekerheid is zo groot als de schatting", en: "the uncertainty is as large as the estimate" },
    ),
    ("overflow", Text { nl: "te groot om te berekenen", en: "too large to compute" }),
    ("not_converged", Text { nl: "de berekening komt niet uit", en: "the fit does not converge" }),
    ("few_recaptures", Text { nl: "weinig personen vaker gezien", en: "few persons were seen again" }),
    ("poor_fit", Text { nl: "het model past slecht", en: "the model fits poorly" }),
    ("unequal_lists", Text { nl: "de bronnen zijn ongelijk groot", en: "the lists are of unequal size" }),
    ("saturated", Text { nl: "het model past op elke tabel", en: "the model fits any table" }),
];

/// Why there is no estimate, or what speaks against one, in words; `None` where there is no such code.
#[must_use]
pub fn of_estimate(code: &str, language: Language) -> Option<&'static str> {
    OF_ESTIMATES.iter().find(|(each, _)| *each == code).map(|(_, said)| said.in_language(language))
}

/// A text of a definition, with the names of the indicators that it speaks of: it has their ids between backquotes.
#[must_use]
pub fn with_names(text: &str, language: Language) -> String {
    let named =
        |id: &str| definition(id).map_or_else(|| id.to_owned(), |of| format!("“{}”", of.name.in_language(language)));
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { named(part) } else { part.to_owned() }).collect()
}

/// A day in words.
#[must_use]
pub fn day(day: NaiveDate, language: Language) -> String {
    const MONTHS: [Text; 12] = [
        Text { nl: "januari", en: "January" },
        Text { nl: "februari", en: "February" },
        Text { nl: "maart", en: "March" },
        Text { nl: "april", en: "April" },
        Text { nl: "mei", en: "May" },
        Text { nl: "juni", en: "June" },
        Text { nl: "juli", en: "July" },
        Text { nl: "augustus", en: "August" },
        Text { nl: "september", en: "September" },
        Text { nl: "oktober", en: "October" },
        Text { nl: "november", en: "November" },
        Text { nl: "december", en: "December" },
    ];
    let month = MONTHS.get(day.month0() as usize).map_or("", |month| month.in_language(language));
    format!("{} {month} {}", day.day(), day.year())
}

/// What heads durations.
pub const QUARTILES: Text = Text { nl: "mediaan (kwartielen)", en: "median (quartiles)" };

/// What marks a cell that is not shown.
pub const NOT_SHOWN: Text = Text { nl: "niet getoond", en: "not shown" };

/// A short name of a cut, as it heads a column.
#[must_use]
pub fn cut(cut: Cut, language: Language) -> &'static str {
    match cut {
        Cut::Municipality => Text { nl: "gemeente", en: "municipality" }.in_language(language),
        other => other.label().in_language(language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::{AGE_BANDS, COUNTRIES, ETHOS_LIGHT, SEXES};

    #[test]
    fn every_list_is_read() {
        for (list, _) in LISTS {
            assert!(labels().keys().any(|(of, _)| *of == list), "{list}");
        }
        assert!(labels().values().all(|[nl, en]| !nl.is_empty() && !en.is_empty()));
    }

    #[test]
    fn every_fixed_category_has_a_label_of_its_own() {
        let fixed = [
            (Cut::Country, &COUNTRIES[..]),
            (Cut::Sex, &SEXES),
            (Cut::AgeBand, &AGE_BANDS),
            (Cut::EthosLight, &ETHOS_LIGHT),
            (Cut::Municipality, &CITIES),
        ];
        for (cut, codes) in fixed {
            for code in codes {
                assert_ne!(label(cut, code, Language::Dutch), *code, "{cut:?}");
                assert!(!label(cut, code, Language::English).contains('_'), "{cut:?} {code}");
            }
        }
    }

    #[test]
    fn a_code_of_tomorrow_is_shown_as_it_is() {
        assert_eq!(label(Cut::Channel, "carrier_pigeon", Language::English), "carrier pigeon");
    }
}

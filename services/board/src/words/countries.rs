//! Countries by name: those of the European Union, the European Economic Area and Switzerland (ISO 3166-1 alpha-2).

use super::{Language, Said};

pub(crate) const COUNTRIES: [(&str, Said); 31] = [
    ("PL", Said("Polen", "Poland")),
    ("RO", Said("Roemenië", "Romania")),
    ("BG", Said("Bulgarije", "Bulgaria")),
    ("HU", Said("Hongarije", "Hungary")),
    ("ES", Said("Spanje", "Spain")),
    ("PT", Said("Portugal", "Portugal")),
    ("LT", Said("Litouwen", "Lithuania")),
    ("LV", Said("Letland", "Latvia")),
    ("EE", Said("Estland", "Estonia")),
    ("SK", Said("Slowakije", "Slovakia")),
    ("CZ", Said("Tsjechië", "Czechia")),
    ("HR", Said("Kroatië", "Croatia")),
    ("SI", Said("Slovenië", "Slovenia")),
    ("IT", Said("Italië", "Italy")),
    ("GR", Said("Griekenland", "Greece")),
    ("DE", Said("Duitsland", "Germany")),
    ("BE", Said("België", "Belgium")),
    ("FR", Said("Frankrijk", "France")),
    ("AT", Said("Oostenrijk", "Austria")),
    ("IE", Said("Ierland", "Ireland")),
    ("LU", Said("Luxemburg", "Luxembourg")),
    ("MT", Said("Malta", "Malta")),
    ("CY", Said("Cyprus", "Cyprus")),
    ("DK", Said("Denemarken", "Denmark")),
    ("SE", Said("Zweden", "Sweden")),
    ("FI", Said("Finland", "Finland")),
    ("NO", Said("Noorwegen", "Norway")),
    ("IS", Said("IJsland", "Iceland")),
    ("LI", Said("Liechtenstein", "Liechtenstein")),
    ("CH", Said("Zwitserland", "Switzerland")),
    ("NL", Said("Nederland", "Netherlands")),
];

/// The name of a country, or its code where the board has none.
pub(crate) fn country(code: &str, language: Language) -> String {
    let named = COUNTRIES.iter().find(|(each, _)| *each == code);
    named.map_or_else(|| code.to_owned(), |(_, name)| name.r#in(language).to_owned())
}

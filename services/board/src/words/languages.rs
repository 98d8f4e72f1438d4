//! Languages by name (BCP 47): those that people of the target group speak most, and those of the help organisations.

use super::{Language, Said};

pub(crate) const LANGUAGES: [(&str, Said); 24] = [
    ("pl", Said("Pools", "Polish")),
    ("ro", Said("Roemeens", "Romanian")),
    ("bg", Said("Bulgaars", "Bulgarian")),
    ("hu", Said("Hongaars", "Hungarian")),
    ("es", Said("Spaans", "Spanish")),
    ("pt", Said("Portugees", "Portuguese")),
    ("rom", Said("Romani", "Romani")),
    ("nl", Said("Nederlands", "Dutch")),
    ("en", Said("Engels", "English")),
    ("de", Said("Duits", "German")),
    ("fr", Said("Frans", "French")),
    ("it", Said("Italiaans", "Italian")),
    ("lt", Said("Litouws", "Lithuanian")),
    ("lv", Said("Lets", "Latvian")),
    ("et", Said("Ests", "Estonian")),
    ("sk", Said("Slowaaks", "Slovak")),
    ("cs", Said("Tsjechisch", "Czech")),
    ("hr", Said("Kroatisch", "Croatian")),
    ("sl", Said("Sloveens", "Slovenian")),
    ("el", Said("Grieks", "Greek")),
    ("ru", Said("Russisch", "Russian")),
    ("uk", Said("Oekraïens", "Ukrainian")),
    ("tr", Said("Turks", "Turkish")),
    ("und", Said("Niet bekend", "Not known")),
];

/// The name of a language, or its tag where the board has none.
pub(crate) fn language(tag: &str, language: Language) -> String {
    let named = LANGUAGES.iter().find(|(each, _)| *each == tag);
    named.map_or_else(|| tag.to_owned(), |(_, name)| name.r#in(language).to_owned())
}

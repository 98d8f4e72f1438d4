//! Values that people type, checked once where they come in: text, countries, languages, ages.
//!
//! Their `Debug` tells a length or a kind and never the content: it ends up in logs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// Why a typed value was refused. The words name the rule, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadValue {
    #[error("must be 1 to {0} characters, not only white space")]
    Length(usize),
    #[error("must not contain control characters")]
    Control,
    #[error("must not contain U+{0:04X}, which is invisible or turns the direction of the text: type it anew without")]
    Hidden(u32),
    #[error("must be an ISO 3166-1 alpha-2 code in capitals, such as PL")]
    Country,
    #[error("must be a BCP 47 tag of a language in the IANA registry, such as pl or rom, or und where it is not known")]
    Language,
    #[error("must be a whole number from 0 to 120")]
    Age,
    #[error(
        "must be a telephone number of 3 to 32 digits, spaces, hyphens and brackets, with or without a + before it"
    )]
    Phone,
    #[error("must be a mail address such as desk@example.org")]
    EmailAddress,
    #[error("must be an address of a website that begins with https:// or http://")]
    WebAddress,
}

macro_rules! typed {
    ($( $(#[$meta:meta])* $name:ident($check:path) $(schema($($schema:tt)*))? ),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        $(#[cfg_attr(feature = "schema", schema($($schema)*))])?
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The value as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadValue;

            fn from_str(text: &str) -> Result<Self, BadValue> {
                $check(text).map(|checked| Self(std::sync::Arc::from(checked)))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        async_graphql::scalar!($name);
    )+};
}

typed! {
    /// Free text of one or more lines, up to 4,000 characters.
    Text(text) schema(value_type = String, min_length = 1, max_length = 4000),
    /// One line of text, up to 200 characters.
    Line(line) schema(value_type = String, min_length = 1, max_length = 200),
    /// A language: a BCP 47 tag. One that comes in is a [`LanguageTag`]; one that was recorded may be in no registry.
    Language(stored_language) schema(value_type = String, min_length = 2, max_length = 35),
    /// A telephone number of an organisation, as people write it.
    Phone(phone) schema(value_type = String, pattern = r"^\+?[0-9 ()-]{3,32}$", example = "+31 10 123 4567"),
    /// A mail address of an organisation.
    EmailAddress(email_address) schema(value_type = String, pattern = r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length = 200),
    /// The address of an organisation's website.
    WebAddress(web_address) schema(value_type = String, pattern = r"^https?://[^\s]+$", max_length = 200),
}

impl Text {
    /// Whether it says something: at least two words, with at least five different letters among them. It keeps out what is
    /// typed to get past a field, and judges nothing else.
    #[must_use]
    pub(crate) fn says_something(&self) -> bool {
        let words = self.as_str().split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let letters: std::collections::BTreeSet<_> =
            self.as_str().chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
        words.count() >= 2 && letters.len() >= 5
    }
}

impl Line {
    /// Whether it may be somebody's name: it has two letters or more.
    #[must_use]
    pub(crate) fn names_somebody(&self) -> bool {
        self.as_str().chars().filter(|c| c.is_alphabetic()).count() >= 2
    }
}

impl Language {
    /// The language alone, without script, region or variant: `pl` of `pl-PL`.
    #[must_use]
    pub(crate) fn primary(&self) -> &str {
        self.as_str().split('-').next().unwrap_or_default()
    }

    /// Whether it is a language, or a variety of it: `pl-PL` is `pl`.
    #[must_use]
    pub fn is_a(&self, language: &Self) -> bool {
        let rest = self.as_str().strip_prefix(language.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// Whether it says that nobody could tell which language it is.
    #[must_use]
    pub(crate) fn is_undetermined(&self) -> bool {
        self.primary() == "und"
    }
}

const TEXT_MAX: usize = 4000;
const LINE_MAX: usize = 200;

fn bounded(text: &str, most: usize) -> Result<&str, BadValue> {
    let trimmed = text.trim();
    if trimmed.is_empty() || text.chars().count() > most {
        return Err(BadValue::Length(most));
    }
    Ok(trimmed)
}

fn text(text: &str) -> Result<&str, BadValue> {
    let checked = bounded(text, TEXT_MAX)?;
    if checked.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(BadValue::Control);
    }
    shown(checked)
}

fn line(text: &str) -> Result<&str, BadValue> {
    let checked = bounded(text, LINE_MAX)?;
    if checked.chars().any(char::is_control) {
        return Err(BadValue::Control);
    }
    shown(checked)
}

fn phone(text: &str) -> Result<&str, BadValue> {
    let text = text.trim();
    let rest = text.strip_prefix('+').unwrap_or(text);
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')');
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    let fits = (3..=32).contains(&rest.len()) && digits >= 3 && rest.chars().all(allowed);
    fits.then_some(text).ok_or(BadValue::Phone)
}

fn email_address(text: &str) -> Result<&str, BadValue> {
    let checked = line(text).map_err(|_| BadValue::EmailAddress)?;
    let allowed = |c: char| !c.is_whitespace() && !matches!(c, '@' | '<' | '>' | '"' | '\'' | ',' | ';' | '?' | '&');
    let part = |part: &str| !part.is_empty() && part.chars().all(allowed);
    let (name, host) = checked.split_once('@').ok_or(BadValue::EmailAddress)?;
    let has_domain = host.split_once('.').is_some_and(|(first, rest)| part(first) && part(rest));
    (part(name) && has_domain).then_some(checked).ok_or(BadValue::EmailAddress)
}

/// It is shown as a link: no other scheme may be behind it.
fn web_address(text: &str) -> Result<&str, BadValue> {
    let checked = line(text).map_err(|_| BadValue::WebAddress)?;
    let rest = checked.strip_prefix("https://").or_else(|| checked.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default()).unwrap_or_default();
    let names_a_host = host.contains('.') && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | ':'));
    let allowed = |c: char| !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '\'' | '\\');
    (names_a_host && checked.chars().all(allowed)).then_some(checked).ok_or(BadValue::WebAddress)
}

/// A text in which everything can be seen, in the order in which it is read.
fn shown(text: &str) -> Result<&str, BadValue> {
    let mut before = None;
    for c in text.chars() {
        if !is_shown(c, before) {
            return Err(BadValue::Hidden(c.into()));
        }
        before = Some(c);
    }
    Ok(text)
}

fn is_shown(c: char, before: Option<char>) -> bool {
    !is_hidden(c) || before.is_some_and(|before| shapes(c, before))
}

/// Whether a character is not shown by itself: Unicode's property `Default_Ignorable_Code_Point`, separators of lines
/// and paragraphs, annotations, the blank of Braille, private use, and what is no character.
fn is_hidden(c: char) -> bool {
    let no_character = u32::from(c) & 0xFFFE == 0xFFFE;
    no_character
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{2800}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Whether a hidden character shapes the one before it, as scripts and emoji need: a joiner in the scripts that come
/// after Latin, Greek, Cyrillic and Armenian, and the choice between a symbol's text and picture.
fn shapes(c: char, before: char) -> bool {
    match c {
        '\u{200C}' | '\u{200D}' => before >= '\u{0590}' && (!is_hidden(before) || before == '\u{FE0F}'),
        '\u{FE0E}' | '\u{FE0F}' => !before.is_alphabetic() && !before.is_whitespace() && !is_hidden(before),
        _ => false,
    }
}

/// Takes what is hidden out of all texts of a stored event: it may have been recorded before such texts were refused.
/// Where nothing else was in one, it reads U+FFFD. Says whether anything was taken out.
pub(crate) fn reveal(value: &mut serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            let mut kept = String::with_capacity(text.len());
            for c in text.chars() {
                if is_shown(c, kept.chars().next_back()) {
                    kept.push(c);
                }
            }
            if kept.len() == text.len() {
                return false;
            }
            *text = if kept.trim().is_empty() { char::REPLACEMENT_CHARACTER.into() } else { kept };
            true
        }
        // Each is looked at, whatever was found before.
        Value::Object(object) => object.values_mut().map(reveal).filter(|found| *found).count() > 0,
        Value::Array(array) => array.iter_mut().map(reveal).filter(|found| *found).count() > 0,
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

const LANGUAGE_MAX: usize = 35;

fn stored_language(text: &str) -> Result<&str, BadValue> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let fits = (2..=LANGUAGE_MAX).contains(&text.len()) && text.bytes().all(allowed);
    fits.then_some(text).ok_or(BadValue::Language)
}

/// A language that comes in: a BCP 47 tag, in its canonical form, whose parts are all in the IANA registry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, min_length = 2, max_length = 35, example = "pl"))]
pub struct LanguageTag(Language);

impl LanguageTag {
    /// The language.
    #[must_use]
    pub fn get(self) -> Language {
        self.0
    }
}

impl AsRef<Language> for LanguageTag {
    fn as_ref(&self) -> &Language {
        &self.0
    }
}

impl FromStr for LanguageTag {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let tag = language_tags::LanguageTag::parse(text).map_err(|_| BadValue::Language)?;
        tag.validate().map_err(|_| BadValue::Language)?;
        let tag = tag.canonicalize().map_err(|_| BadValue::Language)?;
        // For private use, and tags from before there were subtags: they have no meaning that others know.
        let primary = tag.as_str().split('-').next().unwrap_or_default();
        if primary.len() < 2 || ("qaa"..="qtz").contains(&primary) {
            return Err(BadValue::Language);
        }
        tag.as_str().parse().map(Self)
    }
}

impl<'de> Deserialize<'de> for LanguageTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A country: ISO 3166-1 alpha-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, pattern = "^[A-Z]{2}$", example = "PL"))]
pub struct Country([u8; 2]);

impl Country {
    /// Where Baken is at home.
    pub const NETHERLANDS: Self = Self(*b"NL");

    /// The code in capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("ZZ")
    }
}

impl FromStr for Country {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let code: [u8; 2] = text.as_bytes().try_into().map_err(|_| BadValue::Country)?;
        if !code.iter().all(u8::is_ascii_uppercase) || rust_iso3166::from_alpha2(text).is_none() {
            return Err(BadValue::Country);
        }
        Ok(Self(code))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
async_graphql::scalar!(Country);

/// An age in whole years, as somebody estimates it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = u8, minimum = 0, maximum = 120))]
pub struct Age(u8);

impl Age {
    /// The age, if a human being can have it.
    #[must_use]
    pub fn new(years: u8) -> Option<Self> {
        (years <= 120).then_some(Self(years))
    }

    /// Whole years.
    #[must_use]
    pub fn years(self) -> u8 {
        self.0
    }
}

impl fmt::Debug for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Age")
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let years = u64::deserialize(deserializer)?;
        u8::try_from(years).ok().and_then(Self::new).ok_or_else(|| serde::de::Error::custom(BadValue::Age))
    }
}

#[cfg(feature = "schema")]
async_graphql::scalar!(Age);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_lines_and_refuses_control_characters() {
        assert_eq!(" two\nlines ".parse::<Text>().unwrap().as_str(), "two\nlines");
        assert_eq!("bell\u{7}".parse::<Text>(), Err(BadValue::Control));
        assert_eq!("two\nlines".parse::<Line>(), Err(BadValue::Control));
        assert_eq!("   ".parse::<Line>(), Err(BadValue::Length(200)));
        assert_eq!("ж".repeat(4001).parse::<Text>(), Err(BadValue::Length(4000)));
        assert!("ж".repeat(4000).parse::<Text>().is_ok());
    }

    #[test]
    fn a_text_that_hides_something_or_turns_its_direction_is_refused_and_told_what_to_do() {
        for hides in [
            "\u{200b}",
            "\u{feff}",
            "\u{2800}",
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{200d}",
            "\u{fe0f}",
            "Jan \u{202e}avonoK",
            "Jan\u{2066}",
            "Jan\u{2028}Kowal",
            "Jan\u{2029}Kowal",
            "\u{feff}Jan",
            "Ja\u{ad}n",
            "Ja\u{200d}n",
            "Jan\u{fe0f}",
            "Jan\u{e0041}",
            "Jan\u{fdd0}",
            "Jan\u{ffff}",
            "Jan\u{e000}",
            "Jan\u{10ffff}",
            "Jan\u{200e}",
            "\u{202a}+31 6\u{202c}",
        ] {
            assert!(matches!(hides.parse::<Line>(), Err(BadValue::Hidden(_))), "{hides:?}");
            assert!(matches!(hides.parse::<Text>(), Err(BadValue::Hidden(_))), "{hides:?}");
        }
        assert_eq!(
            "\u{feff}Jan".parse::<Line>().unwrap_err().to_string(),
            "must not contain U+FEFF, which is invisible or turns the direction of the text: type it anew without"
        );
    }

    #[test]
    fn names_of_all_scripts_and_emoji_are_taken() {
        for fine in [
            "Łukasz Żółć",
            "Георги",
            "Γιώργος",
            "محمد",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "李明",
            "김철수",
            "Zoe\u{308}",
            "O’Brien-Núñez",
            "❤\u{fe0f}",
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
        ] {
            assert_eq!(fine.parse::<Line>().map(|line| line.as_str().to_owned()), Ok(fine.to_owned()), "{fine:?}");
        }
    }

    #[test]
    fn what_is_hidden_in_a_stored_text_is_taken_out() {
        let mut stored =
            serde_json::json!({"a": ["Jan\u{200b}", 1], "b": {"c": "\u{2800}"}, "d": "क्\u{200b}\u{200d}ष"});
        assert!(reveal(&mut stored));
        assert_eq!(stored, serde_json::json!({"a": ["Jan", 1], "b": {"c": "\u{fffd}"}, "d": "क्\u{200d}ष"}));
        assert!(!reveal(&mut stored), "nothing is left to take out");
    }

    #[test]
    fn a_country_is_a_code_of_iso_3166() {
        assert_eq!("PL".parse::<Country>().map(|c| c.to_string()), Ok("PL".into()));
        for bad in ["pl", "POL", "QQ", "UK", "EU", "XK", "AN", "SU", "ZZ", "", "Ż"] {
            assert_eq!(bad.parse::<Country>(), Err(BadValue::Country), "{bad:?}");
        }
    }

    #[test]
    fn a_language_is_a_bcp_47_tag_of_the_registry_and_romani_and_undetermined_are_in() {
        for good in ["pl", "rom", "und", "mul", "pt-BR", "zh-Hant", "sr-Latn-RS", "be-tarask", "de-1901", "rmc", "kab"]
        {
            assert_eq!(good.parse().map(|tag: LanguageTag| tag.get().as_str().to_owned()), Ok(good.into()), "{good}");
        }
        for (said, canonical) in [("PL", "pl"), ("PT-br", "pt-BR"), ("mo", "ro"), ("iw", "he"), ("zh-cmn", "cmn")] {
            assert_eq!(said.parse().map(|tag: LanguageTag| tag.get().as_str().to_owned()), Ok(canonical.into()));
        }
        for bad in [
            "Polish please",
            "",
            "p",
            // Names of languages are well-formed tags, but no languages.
            "Pools",
            "Polish",
            "Roemeens",
            "romani",
            // Three letters where the registry has two; nothing; private use.
            "pol",
            "xx",
            "zzz",
            "qaa",
            "qtz-PL",
            "x-pools",
            "i-default",
            "pl-EN",
            "pl-Pools",
            "pl-Abcd",
            "pl_PL",
            "pl-",
        ] {
            assert_eq!(bad.parse::<LanguageTag>(), Err(BadValue::Language), "{bad:?}");
        }
    }

    #[test]
    fn a_language_that_was_recorded_before_is_read_whether_or_not_it_is_in_a_registry() {
        for odd in ["pools", "qaa", "x-pools", "pl-EN"] {
            let read = serde_json::from_value::<Language>(odd.into());
            assert_eq!(read.map(|language| language.as_str().to_owned()).ok().as_deref(), Some(odd));
        }
    }

    #[test]
    fn a_text_says_something_with_two_words_and_five_different_letters() {
        for empty in
            ["x", "xxxxxxxxxx", "x x x x x x", "ok ok", "n.v.t.", "12 34 56 78", "....", "asdf asdf", "arranged"]
        {
            assert!(!empty.parse::<Text>().unwrap().says_something(), "{empty:?}");
        }
        for substance in ["a letter", "Her mother, by telephone.", "Siostra potwierdziła.", "Потвърдено по телефона"]
        {
            assert!(substance.parse::<Text>().unwrap().says_something(), "{substance:?}");
        }
    }

    #[test]
    fn a_language_is_the_same_whatever_its_region() {
        let primary = |tag: &str| tag.parse::<Language>().unwrap().primary().to_owned();
        assert_eq!(primary("pt-BR"), primary("pt"));
        assert_ne!(primary("pl"), primary("ro"));
        assert!("und".parse::<Language>().unwrap().is_undetermined());
    }

    #[test]
    fn what_is_typed_never_shows_in_debug_output() {
        assert_eq!(format!("{:?}", "Marek".parse::<Line>().unwrap()), "Line(5 bytes)");
    }
}
